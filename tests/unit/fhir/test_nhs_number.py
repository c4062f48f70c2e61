import pytest
from adapter.fhir import nhs_number
from adapter.fhir.nhs_number import NhsNumber


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("9990000018", "9990000018"),
        ("999 000 0018", "9990000018"),
        (" 9990000018 ", "9990000018"),
        ("9990000019", None),  # wrong check digit
        ("999000001", None),
        ("99900000180", None),
        ("999-000-0018", None),  # a dash is a blank in free text, not in an identifier
        ("９９９００００００１８", None),  # digits of another script
        ("9999999999", None),
        ("0000000000", None),
        ("1111111111", None),
        ("9876543210", None),
        ("", None),
    ],
)
def test_only_a_valid_number_of_a_person_is_one(text: str, digits: str | None) -> None:
    assert nhs_number.parse(text) == (NhsNumber(digits) if digits else None)


def test_the_check_digit_11_counts_as_0_and_10_is_never_issued() -> None:
    assert nhs_number.passes_check("9990000050") is (_remainder("999000005") == 0)
    for nine in ("999000000", "999000001", "999000010", "999000123"):
        valid = [digit for digit in "0123456789" if nhs_number.passes_check(nine + digit)]
        assert valid == ([] if _remainder(nine) == 1 else [str((11 - _remainder(nine)) % 11)])


def _remainder(nine: str) -> int:
    return sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11


def test_a_number_cannot_be_built_from_something_else_and_never_shows_itself() -> None:
    with pytest.raises(ValueError, match="not an NHS number"):
        NhsNumber("9990000019")
    assert "999" not in repr(NhsNumber("9990000018"))


@pytest.mark.parametrize(
    "text",
    [
        "9990000018",
        "urn:nhs:9990000018",
        "A9990000018B",
        "999 000 0018",
        "999-000-0018",
        "ref 111 999 000 0018",
        "999\u00a0000\u00a00018",
        "1111111111",
    ],
)
def test_a_number_within_a_text_is_found(text: str) -> None:
    assert nhs_number.occurs_in(text)


@pytest.mark.parametrize(
    "text", ["", "99900000181", "19990000018", "9990000019", "999 000-0018", "999  000  0018", "99900 00018"]
)
def test_other_digits_are_not(text: str) -> None:
    assert not nhs_number.occurs_in(text)
