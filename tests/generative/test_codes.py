"""Laws of codes: what the check digit finds, that nothing crashes, that every row of the tables is placed."""

from __future__ import annotations

import string
from collections import Counter
from datetime import date, timedelta

import pytest
from adapter.fhir.statement import Coding
from adapter.normalise.catalogue import Catalogue, load_catalogue
from adapter.normalise.explain import explain
from adapter.normalise.indicator import AgePeriod
from adapter.normalise.snomed import SnomedCode, SnomedFault, check_digit, may_be_rounded, verhoeff_holds
from adapter.normalise.table import Row
from hypothesis import given
from hypothesis import strategies as st

SNOMED = "http://snomed.info/sct"
_LOADED = load_catalogue()
assert isinstance(_LOADED, Catalogue), _LOADED
CATALOGUE = _LOADED

_BODIES = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from("123456789"),
    st.text(string.digits, min_size=4, max_size=16),
)
_SYSTEMS = (
    st.sampled_from([SNOMED, "http://read.info/readv2", "http://read.info/ctv3", "https://dmd.nhs.uk", ""]) | st.text()
)
_CODES = st.text() | st.text(string.digits, max_size=20) | st.from_regex(r"[0-9A-Za-z.]{5,7}", fullmatch=True)


@given(_BODIES, st.data())
def test_one_wrong_digit_is_found(body: str, data: st.DataObject) -> None:
    code = body + check_digit(body)
    place = data.draw(st.integers(0, len(code) - 1))
    digit = data.draw(st.sampled_from([d for d in string.digits if d != code[place]]))
    assert verhoeff_holds(code)
    assert not verhoeff_holds(code[:place] + digit + code[place + 1 :])


@given(_BODIES, st.data())
def test_two_swapped_neighbours_are_found(body: str, data: st.DataObject) -> None:
    code = body + check_digit(body)
    place = data.draw(st.integers(0, len(code) - 2))
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert verhoeff_holds(swapped) == (swapped == code)


@given(_BODIES)
def test_an_identifier_with_its_check_digit_is_accepted(body: str) -> None:
    code = body + check_digit(body)
    assert SnomedCode.parse(code) == SnomedCode(code)
    assert sum(verhoeff_holds(body + digit) for digit in string.digits) == 1


@given(_SYSTEMS, _CODES, _CODES, st.booleans())
def test_any_coding_has_a_meaning(system: str, code: str, description: str, number: bool) -> None:
    coding = Coding(system, code, description=description, number=number and code.isascii() and code.isdigit())
    meaning = CATALOGUE.look_up(coding)
    assert meaning == CATALOGUE.look_up(coding)
    assert meaning.kind not in ("sound", "degraded") or meaning.entry is not None
    assert CATALOGUE.born(system).kind
    assert CATALOGUE.context_role(system, code) in (None, "pregnancy", "at-risk", "contraindicated-nasal-flu")
    assert explain(CATALOGUE, code)


@given(st.integers(2**53 + 1, 10**18 - 1), st.integers(15, 17))
def test_what_a_double_made_of_an_integer_is_seen(number: int, digits: int) -> None:
    exact = str(int(float(number)))
    shortened = str(int(float(f"{number:.{digits - 1}e}")))
    padded = f"{number:d}"[:digits].ljust(len(str(number)), "0")
    assert may_be_rounded(exact) == (int(exact) > 2**53)
    assert may_be_rounded(shortened) == (int(shortened) > 2**53)
    assert len(str(number)) <= digits or may_be_rounded(padded) == (int(padded) > 2**53)


@given(st.integers(1, 2**53))
def test_a_number_within_a_doubles_reach_is_never_suspected(number: int) -> None:
    assert not may_be_rounded(str(number))


@given(st.builds(AgePeriod, st.integers(0, 120), st.integers(0, 11), st.integers(0, 400)), st.dates())
def test_ages_are_reached_in_the_order_of_births(age: AgePeriod, born: date) -> None:
    assert AgePeriod.parse(str(age)) == age
    if born < date.max - timedelta(days=1):
        assert born <= age.reached(born) <= age.reached(born + timedelta(days=1))


_MANGLED = CATALOGUE.tables.rows("mangled_codes.csv")
_KINDS = {
    "check-digit": {"check-digit"},
    "excel": {"mangled"},
    "excel-passes": {"mangled"},
    "number": {"mangled"},
    "not-an-id": {"not-an-id"},
    "partition": {"sound", "description"},
}


@pytest.mark.parametrize("row", _MANGLED, ids=[row["code"] for row in _MANGLED])
def test_every_known_bad_code_is_told_as_what_it_is(row: Row) -> None:
    meaning = CATALOGUE.look_up(Coding(SNOMED, row["code"]))
    assert meaning.kind in _KINDS[row["category"]]
    if row["category"] != "partition":
        assert meaning.rows == (row.ref,)
        assert meaning.entry is None


def test_the_digits_alone_find_what_they_can_without_the_table() -> None:
    for row in _MANGLED:
        code = SnomedCode.parse(row["code"])
        match row["category"]:
            case "check-digit" | "excel":
                assert code is SnomedFault.CHECK_DIGIT
            case "not-an-id":
                assert code is SnomedFault.SHAPE
            case "excel-passes":
                assert isinstance(code, SnomedCode)
                assert code.is_impossible_core_concept


def test_a_valid_code_stays_valid_whatever_label_it_was_seen_under() -> None:
    rows = CATALOGUE.tables.rows("mislabelled_codes.csv")
    kinds = Counter(CATALOGUE.look_up(Coding(SNOMED, row["code"])).kind for row in rows)
    assert kinds == {"sound": 13, "unlisted": 1}  # 40468003, hepatitis A, is a disease of no programme


def test_every_code_of_every_table_is_found_in_its_place() -> None:
    urls = {"snomed.csv": SNOMED, "products.csv": SNOMED}
    urls |= {"read_v2.csv": "http://read.info/readv2", "ctv3.csv": "http://read.info/ctv3"}
    for file, system in urls.items():
        for row in CATALOGUE.tables.rows(file):
            meaning = CATALOGUE.look_up(Coding(system, row["code"]))
            assert meaning.entry is not None
            assert meaning.rows == (row.ref,)
            degraded = file != "products.csv" and row["role"] == "degraded"  # a product has no role of its own
            assert meaning.kind == ("degraded" if degraded else "sound")
            assert meaning.entry.programmes == row.words("programmes")


def test_every_description_id_is_found_in_its_place() -> None:
    for row in CATALOGUE.tables.rows("description_ids.csv"):
        meaning = CATALOGUE.look_up(Coding(SNOMED, row["description"]))
        assert meaning.rows[0] == row.ref
        assert meaning.concept == row["concept"]


def test_no_row_was_lost() -> None:
    """The size of the catalogue as it was compiled: a row that disappears has to be taken out here as well."""
    roles = Counter(rows[-1].role for rows in CATALOGUE.book.entries.values() if rows[-1].file != "description_ids.csv")
    assert roles == {
        "given": 416,
        "product": 89,
        "declined": 66,
        "given-elsewhere": 64,
        "not-done": 41,
        "unlabelled": 28,
        "contraindicated": 23,
        "target-disease": 20,
        "degraded": 7,
        "hierarchy": 7,
        "requires": 6,
        "refset": 3,
        "at-risk": 2,
        "pregnancy": 1,
    }
    assert Counter(row["category"] for row in _MANGLED) == {
        "excel": 140,
        "check-digit": 20,
        "excel-passes": 14,
        "partition": 9,
        "not-an-id": 2,
        "number": 1,
    }
    assert len(CATALOGUE.tables.rows("description_ids.csv")) == 32
    assert len(CATALOGUE.tables.rows("mislabelled_codes.csv")) == 14
