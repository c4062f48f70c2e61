"""What a stencil says of a text is what reading it in full says, whatever its values and whatever was met before."""

from __future__ import annotations

import json
import pickle
import random
import re
from collections.abc import Iterator

import pytest
from adapter.fhir.json_text import is_json
from adapter.fhir.nhs_number import passes_check
from adapter.fhir.statement import Statement
from adapter.fhir.stencil import Stencils
from adapter.intake.reading import Reader, reader
from bench.load import make
from msgspec.structs import replace
from mutants import Mutation

from sending import immunization, nhs_number, shared_reader

MEMBER = re.compile(
    r'"(id|value|versionId|lastUpdated|occurrenceDateTime|date|recorded|valueDateTime|lotNumber|expirationDate'
    r'|birthDate|family|given|postalCode)":("[^"]*"|\["[^"]*"\])'
)
ANY = re.compile(r'"([A-Za-z]+)":("[^"]*"|\["[^"]*"\])')
ODD = (
    '""', '" "', '"a"', '" a "', '"2024-02-29"', '"2023-02-29"', '"2024-09"', '"2024"', '"2024-09-12T08:30:00+01:00"',
    '"2024-03-31T23:30:00Z"', '"2024-09-12T08:30:00.123456+00:00"', '"2024-09-12T24:30:00Z"', '"1899-01-01"',
    '"2024-09-12T08:30:00"', '"0009990000034"', f'"{nhs_number(7)}"', f'"lot {nhs_number(7)}"', '"999 000 0034"',
    '"12"', '"W/\\"3\\""', '"\\u0041"', '"é"', '"\x7f0"', '"\x7f"', "null", "12", "true", "[]", '["a"]', '["a","b"]',
    '["a", null]', '"64e27484-9049-2cd7-585f-aa446c98de27"', '"' + "A1" * 32 + '"', '"#Pat1"', '"Patient/1"',
)  # fmt: skip


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Lines of every feed of a load with every fault, R4 and STU3."""
    folder = tmp_path_factory.mktemp("load") / "load"
    make(folder, 600, evenly=True)
    found = [line for file in sorted((folder / "base").glob("*.ndjson")) for line in file.read_text().splitlines()]
    return [line for line in found if is_json(line.encode())]


@pytest.fixture
def reads() -> Reader:
    """One that has met nothing."""
    return reader(shared_reader().pseudonym)


def variants(line: str, chance: random.Random, number: int) -> Iterator[str]:
    """The line with other values, one to three at a time: what a feed would send, and much that it would not."""
    for _ in range(number):
        text = line
        for _ in range(chance.choice((1, 1, 2, 3))):
            members = list((MEMBER if chance.random() < 0.9 else ANY).finditer(text))
            if not members:
                break
            found = chance.choice(members)
            usual = chance.choice(LIKELY.get(found[1], ("A1",))), chance.choice(LIKELY.get(found[1], ("B2",)))
            value = json.dumps(chance.choice(usual)) if chance.random() < 0.75 else chance.choice(ODD)
            text = text[: found.start(2)] + value + text[found.end(2) :]
        yield text


LIKELY = {
    "id": ("a1", "a2", "b-3"),
    "value": ("Z10001", "ABC-1", nhs_number(1), nhs_number(2), nhs_number(3)),
    "versionId": ("1", "2", "10"),
    "lastUpdated": ("2024-09-12T08:30:00Z", "2025-01-01T00:00:00.000+00:00"),
    "occurrenceDateTime": ("2024-09-12", "2024-10-31T23:59:00+00:00", "2024-07-01T00:10:00+01:00"),
    "date": ("2024-09-12", "2024-10-31T23:59:00+00:00"),
    "recorded": ("2024-09-12", "2024-10-01"),
    "valueDateTime": ("2024-09-12", "2024-10-01T09:00:00Z"),
    "birthDate": ("1990-01-01", "1990-02", "2024-02-29"),
    "expirationDate": ("2026-01-01", "2026-02"),
    "lotNumber": ("a 1", "B2"),
}


def said(reads: Reader, text: str) -> object:
    return reads.line(text.encode(), 1, 0, None)


def compared(lines: list[str], each: int) -> tuple[int, int]:
    """How many texts were read, and how many of these by a stencil. Fails at the first that is read in another way."""
    with_stencils, slow = (reader(shared_reader().pseudonym, fast) for fast in (True, False))
    chance, mutation, all_, filled = random.Random(1), Mutation(1), 0, 0  # noqa: S311 - examples, no secrets
    for line in lines:
        record = json.loads(line)
        mutants = (mutation.of(record, "R4") for _ in range(max(1, each // 10)))
        changed = [json.dumps(mutant, separators=(",", ":"), default=float) for mutant in mutants]
        for text in (line, line, line, *variants(line, chance, each), *changed):
            all_ += 1
            filled += by_stencil(with_stencils, text)
            assert said(with_stencils, text) == said(slow, text), "a stencil says something else"
    return all_, filled


def by_stencil(reads: Reader, text: str) -> bool:
    stencils = reads.stencils
    cut = stencils.cut(text.encode()) if stencils else None
    return bool(cut and stencils and stencils.said(cut) is not None)


def test_a_stencil_says_what_reading_says(lines: list[str]) -> None:
    chosen = random.Random(2).sample(lines, 60)  # noqa: S311 - examples, no secrets
    read, filled = compared(chosen, 20)
    assert filled > read / 5, "too few came by a stencil to prove anything"


@pytest.mark.deep
def test_many_stencils_say_what_reading_says(lines: list[str]) -> None:
    read, filled = compared(lines, 100)
    assert read > 50_000
    assert filled > read / 5


def test_the_fourth_text_of_a_kind_comes_by_a_stencil(reads: Reader) -> None:
    feed = [immunization(f"v{number}", patient=number, lotNumber=f"L{number}", id=f"i{number}") for number in range(5)]
    found = []
    for record in feed:
        text = json.dumps(record)
        found.append(by_stencil(reads, text))
        said(reads, text)
    assert found == [False, False, False, True, True]  # seen, read, proven


def test_no_nhs_number_is_remembered(reads: Reader, lines: list[str]) -> None:
    numbers = [nhs_number(at) for at in range(1, 6)]
    for number in numbers:
        for _ in range(4):
            said(reads, json.dumps(immunization("v1", patient=1, lotNumber=number, note=[{"text": f"of {number}"}])))
            said(reads, json.dumps(immunization(f"v{number}", patient=int(number[3:9]) % 50 + 1)))
            said(reads, json.dumps(immunization("v1", location={"identifier": {"value": number}})))
    for line in lines:
        said(reads, line)
        said(reads, line)
    assert reads.stencils
    kept = repr(vars(reads.stencils)["_frames"])
    assert "Statement(" in kept
    numbers += [number for number in re.findall(r'"(999[0-9]{7})"', "".join(lines)) if passes_check(number)]
    assert not [number for number in set(numbers) if number in kept]


def test_codes_of_reasons_are_of_the_day_of_the_vaccination(reads: Reader) -> None:
    coding = {"system": "http://snomed.info/sct", "code": "77386006"}
    found = []
    for day in ("2024-09-12", "2024-09-12", "2024-09-12", "2024-10-01", "2024-11-30T23:59:00+00:00"):
        record = immunization("v1", occurrenceDateTime=day, reasonCode=[{"coding": [coding]}])
        found.append(by_stencil(reads, json.dumps(record)))
        [arrival], _ = reads.line(json.dumps(record).encode(), 1, 0, None)
        assert isinstance(arrival.said, Statement)
        assert [(each.code, each.date) for each in arrival.said.context] == [("77386006", day[:10])]
    assert found[-1]


def test_another_process_meets_its_own(reads: Reader) -> None:
    for number in range(4):
        said(reads, json.dumps(immunization(f"v{number}")))
    assert by_stencil(reads, json.dumps(immunization("v9")))
    there = pickle.loads(pickle.dumps(reads))  # noqa: S301 - our own bytes
    assert not by_stencil(there, json.dumps(immunization("v9")))
    assert said(there, json.dumps(immunization("v9"))) == said(reads, json.dumps(immunization("v9")))


def test_what_was_not_proven_says_nothing(reads: Reader) -> None:
    """A text that was read as something else than its like must have been read by other rules than a stencil's."""
    stencils = Stencils(reads.pseudonym)
    records = [immunization(f"v{number}", id=f"i{number}") for number in range(6)]
    for number, record in enumerate(records):
        text = json.dumps(record).encode()
        [arrival], cut = reads.line(text, 1, 0, None)[0], stencils.cut(text)
        assert cut
        assert isinstance(arrival.said, Statement)
        assert stencils.said(cut) is None
        stencils.learn(cut, record, replace(arrival.said, dose=number))
