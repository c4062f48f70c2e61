"""Would it be noticed if the product named a patient?"""

from __future__ import annotations

import logging

import pytest
from adapter.errors import UsageError

import confidential
from sending import nhs_number

PATIENT = nhs_number(4711)


@pytest.mark.parametrize("text", [PATIENT, f"x{PATIENT[:3]} {PATIENT[3:6]} {PATIENT[6:]}y", f"/Patient/{PATIENT}?"])
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    confidential.heard("here", f"something about {text} and more")
    assert confidential.named() == ["here"]
    assert confidential.named() == []


def test_a_name_is_found() -> None:
    confidential.patient("Quillfeather-Test")
    confidential.heard("here", '{"family": "Quillfeather-Test"}')
    assert confidential.named() == ["here"]


def test_what_is_no_patient_is_nothing() -> None:
    confidential.heard("here", f"9{PATIENT}9 and 1234567890, {PATIENT[::-1]}")
    assert confidential.named() == []


def test_logs_and_errors_are_heard() -> None:
    logging.getLogger("adapter.somewhere").debug("read %s", PATIENT)
    assert confidential.named() == ["the log of adapter.somewhere"]
    logging.getLogger("somebody.else").error("read %s", PATIENT)
    assert confidential.named() == [], "of others the service writes the name alone"
    UsageError(f"no such patient: {PATIENT}")
    assert confidential.named() == ["an error, UsageError"]


def test_who_is_named_fails_the_test() -> None:
    confidential.heard("a log", PATIENT)
    with pytest.raises(pytest.fail.Exception) as failed:
        confidential.judge()
    assert PATIENT not in str(failed.value)
