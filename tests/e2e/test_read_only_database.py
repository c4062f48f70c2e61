"""An auditor with a copy that nobody can write to, or a role with SELECT alone, sees all and changes nothing."""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from adapter.cli.application import call
from adapter.errors import KeyFault
from adapter.settings import Settings
from adapter.store.store import open_store
from sqlalchemy.engine import make_url

import filled
from sending import database_settings

SAID = ("--by", "somebody", "--note", "looked at")
DAYS = ("--from", "2024-09-01", "--to", "2024-09-30")
WRITING = [
    ["run", "--from", "2024-09", "--to", "2024-12"],
    ["ingest", "--feed", "new", "-"],
    ["review", "DECISION", "--verdict", "given-elsewhere", *SAID],
    ["declare", "COUNT", *SAID],
    ["incident", "open", "fault", "--programme", "mmr", *DAYS, "--by", "x", "--reason", "y"],
    ["publish", "--by", "somebody"],
]
CALLS = """
import contextlib, io, json, sys
from adapter.cli.application import call
said = []
for arguments in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = call(arguments)
    said.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(said))
"""
Said = list[list[object]]


def reading(settings: Settings) -> list[list[str]]:
    """What an auditor asks."""
    with open_store(settings.database_url, settings) as store:
        first, *_, last = store.runs.listed()
        count = next(one.count for one in store.runs.achievements(last) if one.value)
    return [
        ["counts", "--format", "json"],
        ["decisions", "--format", "ndjson"],
        ["trace", count],
        ["diff", first.id, last.id],
        ["incident", "list"],
        ["incident", "show", "autumn-2024"],
        ["return", "--practice", "D83013"],
        ["verify"],
        ["proof", count],
    ]


def writing(settings: Settings) -> list[list[str]]:
    with open_store(settings.database_url, settings) as store:
        latest = store.runs.found()
        words = {
            "COUNT": store.runs.achievements(latest)[0].count,
            "DECISION": next(one.id for one in store.runs.decisions(latest) if one.decision.practice),
        }
    return [[words.get(word, word) for word in arguments] for arguments in WRITING]


def here(calls: Sequence[Sequence[str]]) -> Said:
    said: Said = []
    for arguments in calls:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = call(arguments)
        said.append([code, out.getvalue(), err.getvalue()])
    return said


@pytest.fixture
def made(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Something in every table, and a signing key; the surroundings are its owner's."""
    with open_store(settings.database_url, settings) as store:
        filled.fill(store)
    monkeypatch.setenv("ADAPTER_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ADAPTER_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("ADAPTER_PATIENT_KEY", (settings.patient_key or b"").hex())
    monkeypatch.setenv("ADAPTER_SIGNING_KEY", "ab" * 32)
    monkeypatch.setenv("COLUMNS", "200")
    return settings


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that another user may look into, unlike those of pytest."""
    found = Path(tempfile.mkdtemp())
    yield found
    found.chmod(0o700)
    shutil.rmtree(found)


def as_auditor(settings: Settings, folder: Path) -> Settings:
    """Where the same can only be read, without the patient key."""
    if settings.database_url.startswith("sqlite"):
        copy = folder / "copy of 100% and #1.sqlite3"
        shutil.copyfile(settings.database_url.removeprefix("sqlite:///"), copy)
        copy.chmod(0o444)
        folder.chmod(0o555)
        return Settings(f"sqlite:///{copy}", folder)
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'auditor'").fetchone():
            connection.execute("CREATE ROLE auditor LOGIN PASSWORD 'auditor'")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO auditor")
    own = make_url(settings.database_url).set(username="auditor", password="auditor")  # noqa: S106 - a test's own
    return Settings(own.render_as_string(hide_password=False), folder)


def asked(auditor: Settings, calls: Sequence[Sequence[str]], monkeypatch: pytest.MonkeyPatch) -> Said:
    monkeypatch.delenv("ADAPTER_PATIENT_KEY")
    monkeypatch.setenv("ADAPTER_DATABASE_URL", auditor.database_url)
    monkeypatch.setenv("ADAPTER_DATA_DIR", str(auditor.data_dir))
    if auditor.database_url.startswith("postgresql"):
        return here(calls)
    ended = subprocess.run(
        [sys.executable, "-c", CALLS],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        preexec_fn=None if os.getuid() else _bound_by_permissions,
    )
    assert ended.returncode == 0, ended.stderr
    found: Said = json.loads(ended.stdout)
    return found


def _bound_by_permissions() -> None:
    """The administrator's process, and those after it, may no more than the permissions of files say."""
    drop, overrides = 24, (1, 2)  # PR_CAPBSET_DROP; CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    system = ctypes.CDLL(None)
    for one in overrides:
        assert system.prctl(drop, one, 0, 0, 0) == 0


def test_an_auditor_sees_what_the_owner_sees_and_writes_nothing(
    made: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, refused = reading(made), writing(made)
    owners = here(calls)
    assert [one[0] for one in owners] == [0] * len(calls), owners
    auditor = as_auditor(made, folder)
    said = asked(auditor, [*calls, *refused], monkeypatch)
    assert said[: len(calls)] == owners
    for arguments, (code, out, err) in zip(refused, said[len(calls) :], strict=True):
        assert (code, out) == (1, ""), arguments
        assert "can only be read" in str(err), arguments
        assert str(err).count("\n") == 1, arguments
    assert [one.name for one in folder.iterdir() if "copy" not in one.name] == []
    if auditor.database_url.startswith("postgresql"):
        with open_store(auditor.database_url, auditor) as store, pytest.raises(KeyFault):
            store.pseudonym.mask("a patient, whom the auditor has no key to")


def test_a_copy_without_its_last_writes_is_no_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = database_settings(folder)
    with open_store(own.database_url, own):
        shutil.copyfile(folder / "adapter.sqlite3", folder / "copy.sqlite3")
        (folder / "copy.sqlite3-wal").write_bytes(b"unfinished")
    (folder / "copy.sqlite3").chmod(0o444)
    monkeypatch.setenv("ADAPTER_PATIENT_KEY", (own.patient_key or b"").hex())
    folder.chmod(0o555)
    copy = Settings(f"sqlite:///{folder / 'copy.sqlite3'}", folder)
    [[code, _, err]] = asked(copy, [["feeds", "list"]], monkeypatch)
    assert (code, "-wal" in str(err)) == (1, True)
