"""A code whose row changed on a day, and what is remembered of codes and systems."""

from __future__ import annotations

from datetime import date

import pytest
from adapter.fhir.statement import Coding
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.code_entry import Meaning
from small_tables import Rows, small_catalogue

SNOMED, READ = "http://snomed.info/sct", "http://read.info/readv2"
CHANGED, STRANGER, DESCRIBED, ROLE_ITSELF = "956951000000104", "60728008", "65004017", "754011000000118"
S = {"source": "s"}
ROWS: Rows = {
    "snomed.csv": [
        {"code": CHANGED, "role": "given", "status": "active", "programmes": "menb", "from": "2024-09-01"} | S,
        {"code": CHANGED, "role": "given", "status": "active", "programmes": "hpv", "to": "2024-08-31"} | S,
    ],
    "description_ids.csv": [
        {"description": DESCRIBED, "concept": CHANGED} | S,
        {"description": ROLE_ITSELF, "role": "declined", "programmes": "hpv"} | S,
    ],
    "null_flavours.csv": [{"code": "UNK", "meaning": "unknown"} | S],
}
BEFORE, AFTER = date(2024, 8, 31), date(2024, 9, 1)


@pytest.fixture
def small() -> Catalogue:
    """New for each test: nothing is remembered yet."""
    return small_catalogue(ROWS)


@pytest.mark.parametrize(("on", "programme", "line"), [(BEFORE, "hpv", 3), (AFTER, "menb", 2), (None, "menb", 2)])
def test_the_row_of_the_day_speaks(small: Catalogue, on: date | None, programme: str, line: int) -> None:
    for _ in range(2):  # asked again, it answers the same
        meaning = small.look_up(Coding(SNOMED, CHANGED), on)
        assert meaning.entry is not None
        assert meaning.entry.programmes == {programme}
        assert meaning == Meaning("sound", meaning.entry, CHANGED, (f"snomed.csv:{line}",))


@pytest.mark.parametrize(("on", "line"), [(BEFORE, 3), (AFTER, 2)])
def test_a_description_leads_to_the_row_of_the_day(small: Catalogue, on: date, line: int) -> None:
    meaning = small.look_up(Coding(SNOMED, DESCRIBED), on)
    assert (meaning.kind, meaning.concept) == ("sound", CHANGED)
    assert meaning.rows == ("description_ids.csv:2", f"snomed.csv:{line}")


@pytest.mark.parametrize(
    "coding", [Coding(SNOMED, STRANGER), Coding(SNOMED, "?"), Coding(READ, "65M1."), Coding("x", "1")]
)
def test_a_day_changes_nothing_for_a_code_without_a_row(small: Catalogue, coding: Coding) -> None:
    assert small.look_up(coding, AFTER) == small.look_up(coding)
    assert small.look_up(coding).entry is None


def test_a_description_with_a_role_of_its_own_has_no_concept(small: Catalogue) -> None:
    for on in (None, BEFORE):
        meaning = small.look_up(Coding(SNOMED, ROLE_ITSELF), on)
        assert (meaning.kind, meaning.concept, meaning.rows) == ("sound", "", ("description_ids.csv:3",))


def test_one_meaning_is_not_taken_for_another(small: Catalogue) -> None:
    """What is remembered is remembered by the whole coding."""
    asked = [
        Coding(SNOMED, CHANGED),
        Coding(READ, CHANGED),
        Coding("x", CHANGED),
        Coding(SNOMED, STRANGER),
        Coding(SNOMED, "1234567890123456789", number=True),
        Coding(SNOMED, "", description=DESCRIBED),
        Coding(SNOMED, "UNK"),
        Coding("", "UNK"),
        Coding(READ, "UNK"),
    ]
    kinds = [small.look_up(coding).kind for coding in asked]
    assert kinds == [
        "sound",
        "not-an-id",
        "other-system",
        "unlisted",
        "not-an-id",
        "sound",
        "null-flavour",
        "null-flavour",
        "not-an-id",
    ]
    assert [small.look_up(coding).kind for coding in asked] == kinds
    assert [small.look_up(coding).rows for coding in asked[-3:]] == [
        ("null_flavours.csv:2",),
        ("null_flavours.csv:2",),
        (),
    ]
