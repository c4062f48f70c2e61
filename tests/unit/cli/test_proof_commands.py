"""`adapter checkpoint`, `adapter proof`, and `adapter verify` against what left the database."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from adapter.provenance.checkpoint import is_signed, read_checkpoint
from adapter.store.store import Store
from calling import Adapter

from altering import unprotected
from filled import fill
from sending import immunization, ndjson, send


def test_a_checkpoint_leaves_the_database_and_is_compared(adapter: Adapter, store: Store, tmp_path: Path) -> None:
    send(store, ndjson(immunization("v1")))
    file, line = tmp_path / "checkpoint", tmp_path / "line"
    assert adapter("checkpoint", "--out", file) == (0, "", "")
    assert stat.S_IMODE((tmp_path / "signing.key").stat().st_mode) == 0o600
    _, key, _ = adapter("checkpoint", "--verifier-key")
    assert is_signed(read_checkpoint(file.read_text()), key)
    _, text, _ = adapter("checkpoint", "--line")
    assert text.count("\n") == 1
    line.write_text(text)
    send(store, ndjson(immunization("v2")))
    for against in (file, line):
        code, out, _ = adapter("verify", "--checkpoint", against)
        assert (code, out.startswith("4 ledger entries")) == (0, True)
    code, out, _ = adapter("proof", "--consistency", file)
    assert (code, json.loads(out)["old_checkpoint"]) == (0, file.read_text())
    code, _, said = adapter("verify", "--checkpoint", file, "--verifier-key", key.replace("adapter/", "adapter/0"))
    assert (code, "not signed by this key" in said) == (1, True)


def test_a_ledger_that_was_cut_off_is_seen_by_a_checkpoint(adapter: Adapter, store: Store, tmp_path: Path) -> None:
    """All that the newest transaction wrote is gone, and its entry with it: only a checkpoint can tell."""
    store.feeds.remember("first")
    store.feeds.remember("second")
    adapter("checkpoint", "--out", tmp_path / "checkpoint")
    with unprotected(store) as connection:
        connection.execute(sa.text("DELETE FROM feed WHERE number = 2"))
        connection.execute(sa.text("DELETE FROM ledger WHERE number = 3"))
    assert adapter("verify")[0] == 0
    code, _, said = adapter("verify", "--checkpoint", tmp_path / "checkpoint")
    assert (code, said.startswith("adapter: ledger 3: the checkpoint knows 3 entries")) == (1, True)
    store.feeds.remember("third")
    code, _, said = adapter("verify", "--checkpoint", tmp_path / "checkpoint")
    assert (code, said.startswith("adapter: ledger 1 to 3: these are not the entries")) == (1, True)


def test_a_checkpoint_of_another_ledger(adapter: Adapter, store: Store, tmp_path: Path) -> None:
    adapter("checkpoint", "--out", tmp_path / "checkpoint")
    other = adapter("checkpoint", "--db", f"sqlite:///{tmp_path / 'other.sqlite3'}", "--line")[1]
    (tmp_path / "other").write_text(other)
    code, _, said = adapter("verify", "--checkpoint", tmp_path / "other")
    assert (code, said.startswith("adapter: ledger 1: this is not the ledger")) == (1, True)


def test_a_proof_is_written_to_a_file(adapter: Adapter, store: Store, tmp_path: Path) -> None:
    fill(store)
    count = store.runs.achievements(store.runs.found())[0].count
    assert adapter("proof", count[:12], "--out", tmp_path / "proof.json") == (0, "", "")
    assert json.loads(adapter("proof", count)[1]) == json.loads((tmp_path / "proof.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 2), (("abcd", "--consistency", "x"), 2), (("abcdef",), 1), (("--consistency", "/nowhere"), 1)],
    ids=["nothing", "both", "no such count", "no such file"],
)
def test_what_cannot_be_meant(adapter: Adapter, arguments: tuple[str, ...], code: int) -> None:
    found, out, said = adapter("proof", *arguments)
    assert (found, out, said.count("\n")) == (code, "", 1)


def test_a_signing_key_of_the_settings(adapter: Adapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAPTER_SIGNING_KEY", "ab" * 32)
    first = adapter("checkpoint", "--verifier-key")
    assert first[0] == 0
    assert not (tmp_path / "signing.key").exists()
    monkeypatch.setenv("ADAPTER_SIGNING_KEY", "ab" * 33)
    assert adapter("checkpoint")[0] == 1
