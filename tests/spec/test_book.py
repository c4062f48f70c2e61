"""The book tells all that a case gives, finds what the code decides otherwise, and calls every case by its own name."""

from __future__ import annotations

from collections import Counter

import book
import msgspec
import pytest
from adapter.reconcile.record import Record
from case import Chapter, Doses, Expected, Rule, counted, doses, excluded
from small_england import gp
from wording import ORDINARY, record_in_words

UNTOLD = {"fhir", "order", "patient_fault", "evidence", "identifiers", "resource_id"}
"""What no rule that a case shows depends on; an identifier is told by its system and its value."""


def _records() -> list[Record]:
    return [record for _, case in book.cases() if isinstance(case, Doses) for record in case.given]


def test_nothing_is_given_that_the_book_does_not_tell() -> None:
    untold = []
    for record in _records():
        told = record_in_words(record, several=True)
        for field in set(record.statement.__struct_fields__) - UNTOLD:
            ordinary = getattr(ORDINARY, field)
            if getattr(record.statement, field) == ordinary or field == "recorded":
                continue
            without = msgspec.structs.replace(
                record, statement=msgspec.structs.replace(record.statement, **{field: ordinary})
            )
            if record_in_words(without, several=True) == told:
                untold.append((field, told))
    assert untold == []


def test_a_recorded_date_of_another_day_is_told() -> None:
    assert "recorded 20 September 2024" in record_in_words(gp(recorded="2024-09-20"), several=False)
    assert "no recorded date" in record_in_words(gp(recorded=""), several=False)


def test_a_withdrawn_record_is_told() -> None:
    assert "withdrawn" in record_in_words(gp(withdrawn=True), several=False)


def test_every_case_has_its_own_name() -> None:
    names = Counter(name for name, _ in book.cases())
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    ("expected", "more"),
    [
        (excluded("performer-is-claimant"), {}),
        (counted("PT001", reason="gms"), {}),
        (counted("RSV003"), {}),
        (counted(practice="G81086"), {}),
        (counted(programme="covid"), {}),
        (counted(supporting=("recorded-late",)), {}),
        (counted(), {"vaccinations": 2}),
    ],
    ids=["outcome", "reason", "indicator", "practice", "programme", "supporting", "vaccinations"],
)
def test_a_case_that_the_code_decides_otherwise_is_found(expected: Expected, more: dict[str, int]) -> None:
    (fault,) = doses("It is so.", gp(), expected, **more).faults()
    assert fault.startswith("It is so. Expected")


def test_what_differs_is_named_and_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = Rule("Row 99", ("99", "never"), (doses("It is so.", gp(), excluded("gms")),))
    monkeypatch.setattr(book, "CHAPTERS", (Chapter("Wrong", "", ("row", "when"), (rule,)),))
    assert book.main() == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Row 99: It is so. Expected of record 1: **excluded**, `gms`." in printed.err
    assert "1 of 1 cases differ" in printed.err


def test_every_case_is_on_a_page() -> None:
    text = "\n".join(book.pages().values())
    assert [name for name, case in book.cases() if f"* **{case.says}**" not in text] == []
