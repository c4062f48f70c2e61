from __future__ import annotations

import pytest
from adapter.organisations.ods_code import OdsCode


@pytest.mark.parametrize("text", ["A81001", "RVV", "C84714001", "4", "H8I8M"])
def test_takes_one_to_nine_letters_and_digits(text: str) -> None:
    assert OdsCode(text) == text


@pytest.mark.parametrize("text", ["", "a81001", "A81 001", "A81-001", "ABCDEFGHIJ", "Ä81001", "A8100١"])
def test_refuses_anything_else(text: str) -> None:
    with pytest.raises(ValueError, match="one to nine"):
        OdsCode(text)


def test_reads_as_people_write_and_repairs_no_letter() -> None:
    assert OdsCode.read(" a81001\t") == "A81001"
    assert OdsCode.read("O001") == "O001"
    assert OdsCode.read("A practice") is None
    assert OdsCode.read("") is None


def test_forms_are_hints() -> None:
    assert OdsCode("G1234567").looks_like_doctor
    assert not OdsCode("G81086").looks_like_doctor
    assert OdsCode("123456").looks_like_school
    assert OdsCode("Y02345").looks_like_practice
    assert OdsCode("VLAXL").looks_like_care_home
    assert OdsCode("V03462").looks_like_care_home
    assert not OdsCode("V0V").looks_like_care_home


def test_a_word_is_not_a_code_to_show() -> None:
    assert OdsCode("SOMEBODY").may_be_words
    assert not OdsCode("VLAXL").may_be_words
    assert not OdsCode("A81001").may_be_words
