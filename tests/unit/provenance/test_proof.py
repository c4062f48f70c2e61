"""Proofs are checked by the program of the documentation, word for word, and nothing that was altered passes it."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapter.errors import StoreError, UnknownName, UsageError
from adapter.provenance.checkpoint import Checkpoint, signed, verifier_key
from adapter.provenance.proof import checkpoint, consistency_proof, count_proof
from adapter.provenance.trace import trace
from adapter.runs.reconciliation import reconcile
from adapter.store.store import Store

from filled import MONTHS, dose
from sending import SYSTEM, known, ndjson, nhs_number, send

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "check-a-proof.md"
PROGRAM = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
KEY = bytes(range(32))
Json = dict[str, Any]


def check(proof: Json, key: str) -> str:
    """What the program of the documentation says. Raises SystemExit where it says no."""
    program: Json = {"__name__": "check_proof"}
    exec(compile(PROGRAM, "check_proof.py", "exec"), program)  # noqa: S102 - our own page, as a reader runs it
    return str(program["check"](proof, key))


def verifier(store: Store) -> str:
    return verifier_key(KEY, checkpoint(store, KEY).origin)


def some_count(store: Store) -> str:
    return store.runs.achievements(store.runs.found())[0].count


def test_a_count_is_proven(filled: Store) -> None:
    count = trace(filled, some_count(filled)).achievement
    assert count is not None
    proof = count_proof(filled, count.count, KEY)
    said = check(proof, verifier(filled))
    assert said.startswith(f"PROVEN: run {filled.runs.found().id}: ")
    assert "practice=D83013 service=Pertussis programme=pertussis indicator=PT001 period=2024-09" in said
    assert f"value={count.value} " in said
    assert proof["verifier_key"] == verifier(filled)


def test_a_decision_below_it_is_proven(filled: Store) -> None:
    count = some_count(filled)
    one = trace(filled, count).decided[0].id
    proof = count_proof(filled, count, KEY, one)
    assert check(proof, verifier(filled)).startswith("PROVEN")
    with pytest.raises(SystemExit, match="not below"):
        check(proof | {"decision": "0" * 32}, verifier(filled))
    with pytest.raises(UnknownName, match="no decision"):
        count_proof(filled, count, KEY, "0" * 32)
    with pytest.raises(UnknownName, match="--decision"):
        count_proof(filled, one, KEY)


def test_it_holds_no_patient(filled: Store) -> None:
    """Neither a number, nor the hash that stands for a person, nor a record's identifier system, digest or value."""
    text = json.dumps(count_proof(filled, some_count(filled), KEY))
    records = known(filled)
    people = {record.statement.patient for record in records} - {""}
    assert people
    held = {SYSTEM, *people, *(nhs_number(number) for number in range(20)), *(record.sha256 for record in records)}
    values = {identifier.value for record in records for identifier in record.identifiers}
    held |= {quoted for value in values for quoted in (f'"{value}"', f'\\"{value}\\"')}
    assert [each for each in held if each in text] == []


def test_a_proof_made_with_another_key_does_not_pass(filled: Store) -> None:
    proof = count_proof(filled, some_count(filled), bytes(32))
    with pytest.raises(SystemExit, match="another key"):
        check(proof, verifier(filled))


def test_nothing_in_it_can_be_altered(filled: Store) -> None:
    """Every text and number of the proof, changed in some place, and every hash left out or doubled."""
    key = verifier(filled)
    proof = count_proof(filled, some_count(filled), KEY, trace(filled, some_count(filled)).decided[0].id)
    proof.pop("verifier_key")  # for reading only: who checks has it from elsewhere
    tried = 0
    for altered in mutants(proof, random.Random(1)):  # noqa: S311 - a seed, no secret
        tried += 1
        with pytest.raises((SystemExit, ValueError, KeyError, IndexError, TypeError)):
            check(altered, key)
    assert tried > 60


def test_that_the_ledger_only_grew_is_proven(filled: Store) -> None:
    old = checkpoint(filled, KEY)
    assert check(consistency_proof(filled, old, KEY), verifier(filled)).endswith("only grown.")
    for number in range(5):
        send(filled, ndjson(dose(f"later{number}", number)), "gp")
        proof = consistency_proof(filled, old, KEY)
        assert check(proof, verifier(filled)).endswith("only grown.")
        for altered in mutants({"path": proof["path"]}, random.Random(number)):  # noqa: S311
            with pytest.raises((SystemExit, ValueError)):
                check(proof | altered, verifier(filled))
    forged = signed(KEY, old.origin, old.size, bytes(32))
    with pytest.raises(SystemExit, match="altered"):
        check(proof | {"old_checkpoint": forged.note}, verifier(filled))
    with pytest.raises(StoreError, match="not the one"):
        consistency_proof(filled, forged, KEY)
    with pytest.raises(UsageError, match="another ledger"):
        consistency_proof(filled, Checkpoint("elsewhere/1", 1, bytes(32)), KEY)


def test_an_earlier_count_is_proven_by_the_entry_of_its_own_run(filled: Store) -> None:
    before = some_count(filled)
    send(filled, ndjson(dose("another", 11)), "gp")
    reconcile(filled, MONTHS)
    assert some_count(filled) != before
    for count in (before, some_count(filled)):
        assert check(count_proof(filled, count, KEY), verifier(filled)).startswith("PROVEN")


def test_the_program_runs_by_itself(filled: Store, tmp_path: Path) -> None:
    (tmp_path / "check_proof.py").write_text(PROGRAM, encoding="utf-8")
    proof = tmp_path / "proof.json"
    proof.write_text(json.dumps(count_proof(filled, some_count(filled), KEY)), encoding="utf-8")
    command = [sys.executable, "-I", tmp_path / "check_proof.py", proof]
    done = subprocess.run([*command, verifier(filled)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("PROVEN")
    done = subprocess.run([*command, verifier_key(bytes(32), "other/1")], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("NOT PROVEN")


def mutants(value: Any, pick: random.Random) -> Iterator[Any]:
    """The same with one thing changed."""
    match value:
        case dict():
            for name in value:
                if name != "columns":  # for reading only
                    yield from (value | {name: other} for other in mutants(value[name], pick))
        case list():
            for at, one in enumerate(value):
                yield [*value[:at], *value[at + 1 :]]
                yield [*value[:at], one, *value[at:]]
                yield from ([*value[:at], other, *value[at + 1 :]] for other in mutants(one, pick))
        case int():
            yield from (value + 1, value - 1, -1)
        case str():
            for _ in range(6):
                at = pick.randrange(len(value))
                yield value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :]
