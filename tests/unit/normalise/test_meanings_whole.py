"""What one coding as sent turned out to be, whole, with the rows that said so."""

from __future__ import annotations

import pytest
from adapter.fhir.statement import Coding
from adapter.normalise import catalogue as catalogue_module
from adapter.normalise import code_reader
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.code_entry import Meaning
from small_tables import Rows, small_catalogue

SNOMED, READ, NULL, OTHER = "http://snomed.info/sct", "http://read.info/readv2", "urn:null", "urn:other"
S = {"source": "s"}
GIVEN, DEGRADED, STRANGER = "956951000000104", "196411000000103", "60728008"
DESCRIBED, BARE, OF_STRANGER = "65004017", "754011000000118", "405281000000118"
ROWS: Rows = {
    "code_systems.csv": [
        {"system": SNOMED, "match": "exact", "reads_as": "snomed"} | S,
        {"system": READ, "match": "exact", "reads_as": "readv2"} | S,
        {"system": NULL, "match": "exact", "reads_as": "null-flavour"} | S,
        {"system": OTHER, "match": "exact", "reads_as": "other"} | S,
    ],
    "snomed.csv": [
        {"code": GIVEN, "role": "given", "status": "active"} | S,
        {"code": DEGRADED, "role": "degraded", "status": "active"} | S,
    ],
    "read_v2.csv": [{"code": "65M1.", "role": "given", "status": "active"} | S],
    "null_flavours.csv": [{"code": "UNK", "meaning": "unknown"} | S],
    "description_ids.csv": [
        {"description": DESCRIBED, "concept": GIVEN} | S,
        {"description": BARE} | S,
        {"description": OF_STRANGER, "concept": STRANGER} | S,
    ],
    "mangled_codes.csv": [{"code": "632481000000000", "category": "excel-passes"} | S],
    "identifier_systems.csv": [
        {"system": "https://a", "match": "prefix", "born": "gp", "practice_follows": "yes"} | S,
        {"system": "https://b", "match": "exact", "born": "poc", "practice_follows": "no"} | S,
    ],
}


@pytest.fixture
def small() -> Catalogue:
    return small_catalogue(ROWS)


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """Remembers two answers of a kind at most."""
    monkeypatch.setattr(code_reader, "_REMEMBERED", 2)
    monkeypatch.setattr(catalogue_module, "_REMEMBERED", 2)
    return small_catalogue(ROWS)


DESCRIBES = Coding(SNOMED, "?", description=DESCRIBED)
CASES = [
    (Coding(NULL, "x"), Meaning("null-flavour", rows=("code_systems.csv:4",))),
    (Coding(NULL, ""), Meaning("null-flavour", rows=("code_systems.csv:4",))),
    (Coding(SNOMED, "UNK"), Meaning("null-flavour", rows=("null_flavours.csv:2",))),
    (Coding("", "UNK"), Meaning("null-flavour", rows=("null_flavours.csv:2",))),
    (Coding(OTHER, "UNK"), Meaning("other-system", rows=("code_systems.csv:5",))),
    (Coding("urn:never-seen", "1"), Meaning("other-system")),
    (Coding(SNOMED, ""), Meaning("not-an-id")),
    (Coding(READ, ""), Meaning("not-an-id")),
    (Coding(READ, "?"), Meaning("not-an-id")),
    (Coding(READ, "65M2.00"), Meaning("unlisted", concept="65M2.")),
    (Coding(SNOMED, STRANGER), Meaning("unlisted", concept=STRANGER)),
    (Coding(SNOMED, "956951000000105"), Meaning("check-digit")),
    (Coding(SNOMED, "632481000000000"), Meaning("mangled", rows=("mangled_codes.csv:2",))),
    (Coding(SNOMED, "9.5E+14"), Meaning("mangled")),
    (Coding(SNOMED, BARE), Meaning("description", rows=("description_ids.csv:3",))),
    (Coding(SNOMED, OF_STRANGER), Meaning("unlisted", concept=STRANGER, rows=("description_ids.csv:4",))),
]


@pytest.mark.parametrize(("coding", "meaning"), CASES, ids=[f"{coding.system} {coding.code}" for coding, _ in CASES])
def test_a_coding_that_no_row_gives_a_role(small: Catalogue, coding: Coding, meaning: Meaning) -> None:
    for _ in range(2):
        assert small.look_up(coding) == meaning


def entry_of(small: Catalogue, code: str, system: str = SNOMED) -> Meaning:
    found = small.look_up(Coding(system, code))
    assert found.entry is not None
    return found


def test_a_coding_that_has_a_row(small: Catalogue) -> None:
    given = entry_of(small, GIVEN)
    assert given == Meaning("sound", given.entry, GIVEN, ("snomed.csv:2",))
    degraded = entry_of(small, DEGRADED)
    assert degraded == Meaning("degraded", degraded.entry, DEGRADED, ("snomed.csv:3",))
    read = entry_of(small, "65M1.00", READ)
    assert read == Meaning("sound", read.entry, "65M1.", ("read_v2.csv:2",))
    assert entry_of(small, DESCRIBED) == Meaning("sound", given.entry, GIVEN, ("description_ids.csv:2", "snomed.csv:2"))


@pytest.mark.parametrize(
    ("coding", "before"),
    [
        (DESCRIBES, ()),
        (Coding(SNOMED, "", description=DESCRIBED), ()),
        (Coding(SNOMED, "632481000000000", description=DESCRIBED), ("mangled_codes.csv:2",)),
        (Coding(SNOMED, DEGRADED, description=DESCRIBED), ("snomed.csv:3",)),
        (Coding(SNOMED, BARE, description=DESCRIBED), ("description_ids.csv:3",)),
        (Coding(NULL, "", description=DESCRIBED), ("code_systems.csv:4",)),
    ],
)
def test_a_description_beside_a_code_that_says_nothing(
    small: Catalogue, coding: Coding, before: tuple[str, ...]
) -> None:
    assert small.look_up(coding) == Meaning(
        "sound", entry_of(small, GIVEN).entry, GIVEN, (*before, "description_ids.csv:2", "snomed.csv:2")
    )


@pytest.mark.parametrize(
    "coding",
    [
        Coding(SNOMED, STRANGER, description=DESCRIBED),
        Coding(SNOMED, "?", description=BARE),
        Coding(SNOMED, "?", description="956951000000105"),
        Coding(NULL, "x", description=DESCRIBED),
        Coding(OTHER, "x", description=DESCRIBED),
    ],
)
def test_a_code_that_says_something_is_not_overruled(small: Catalogue, coding: Coding) -> None:
    assert small.look_up(coding) == small.look_up(Coding(coding.system, coding.code))


def test_what_is_forgotten_is_looked_up_again(forgetful: Catalogue, small: Catalogue) -> None:
    codings = [coding for coding, _ in CASES] * 2
    assert [forgetful.look_up(coding) for coding in codings] == [small.look_up(coding) for coding in codings]
    systems = ["https://a/d83013", "https://b", "https://c", "https://a/g81086", "https://b"] * 2
    assert [forgetful.born(system) for system in systems] == [small.born(system) for system in systems]
    assert [forgetful.born(system).practice for system in systems[:4]] == ["D83013", "", "", "G81086"]
    roles = [forgetful.context_role(SNOMED, code) for code in (GIVEN, STRANGER, DEGRADED, GIVEN)]
    assert roles == [None] * 4
