"""Known already, or new? Linking rule 1, as pure functions."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.fhir.statement import Coding, ContextCode, Identifier, OrganisationRef, SourceOrder, Statement, Withdrawal
from adapter.intake.receipts import NewVersion, Receipt, judge, says_more
from adapter.reconcile.versions import Version
from adapter.store.batch import Known
from msgspec.structs import replace

ONE, TWO = b"1" * 32, b"2" * 32
OLD = Statement(
    fhir="R4",
    resource="Immunization",
    status="completed",
    identifiers=(Identifier("s", "v"),),
    patient="ab" * 32,
    born="1990-01-01",
    occurred="2024-09-12",
    vaccine=(Coding("s", "1"),),
    performer=(OrganisationRef("o", "A"), OrganisationRef("o", "B")),
    flags={"u": True},
    primary_source=True,
    context=(ContextCode("s", "1", "2024-09-12"),),
    evidence={"status": "/status"},
)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"evidence": {"status": "bundle#/entry/0/resource"}},
        {"patient": "", "patient_fault": "absent"},
        {"patient": "", "patient_fault": "invalid"},
        {"born": ""},
        {"context": ()},
        {"performer": (OrganisationRef("o", "B"),)},
        {"performer": ()},
        {"flags": {}},
        {"primary_source": None},
        {"order": SourceOrder(history=3)},
    ],
)
def test_the_same_or_less_says_no_more(change: dict[str, Any]) -> None:
    assert not says_more(replace(OLD, **change), OLD)


@pytest.mark.parametrize(
    "change",
    [
        {"patient": "cd" * 32},
        {"born": "1991-01-01"},
        {"sex": "female"},
        {"dose": 0},
        {"performer": (OrganisationRef("o", "C"),)},
        {"context": (ContextCode("s", "1", "2024-09-12"), ContextCode("s", "2", ""))},
        {"flags": {"u": False}},
        {"primary_source": False},
        {"not_given": True},
        {"location": OrganisationRef("o", "A")},
        {"order": SourceOrder(version=1)},
        {"order": SourceOrder(updated="2024-09-12T00:00:00.000000Z")},
        {"born": "", "sex": "female"},
    ],
)
def test_anything_else_does(change: dict[str, Any]) -> None:
    assert says_more(replace(OLD, **change), OLD)


def test_a_patient_who_becomes_known() -> None:
    unknown = replace(OLD, patient="", patient_fault="absent")
    assert says_more(OLD, unknown)
    assert not says_more(unknown, OLD)
    assert says_more(replace(unknown, patient_fault="conflicting"), unknown)
    assert not says_more(unknown, replace(unknown, patient_fault="conflicting"))


def version(sequence: int, kind: str = "statement", order: SourceOrder = SourceOrder(), wrong: bool = False) -> Version:  # noqa: B008
    return Version(sequence, kind, order, "", wrong)  # type: ignore[arg-type]


def verdict(
    said: Statement | Withdrawal, sha256: bytes, *known: Known, before: Statement = OLD
) -> Receipt | NewVersion:
    kind = "statement" if isinstance(said, Statement) else "delete"
    wrong = isinstance(said, Statement) and said.status == "entered-in-error"
    coming = version(100, kind, said.order, wrong)
    return judge(said, sha256, coming, known, {each.version.sequence: before for each in known})


def test_unknown_bytes_are_new() -> None:
    assert verdict(OLD, ONE) == NewVersion()
    assert verdict(OLD, ONE, Known(version(1), TWO)) == NewVersion()


def test_known_bytes_of_a_live_record_are_a_receipt_even_of_an_older_version() -> None:
    assert verdict(OLD, ONE, Known(version(1), ONE)) == Receipt(1)
    assert verdict(OLD, ONE, Known(version(1), ONE), Known(version(2), TWO)) == Receipt(1)


def test_known_bytes_of_a_withdrawn_record_are_a_re_creation() -> None:
    assert verdict(OLD, ONE, Known(version(1), ONE), Known(version(2, "delete"), TWO)) == NewVersion()


def test_what_the_source_places_before_the_withdrawal_re_creates_nothing() -> None:
    early, late = (SourceOrder(updated=f"2024-09-{day}T00:00:00.000000Z") for day in (12, 13))
    old = replace(OLD, order=early)
    known = Known(version(1, order=early), ONE), Known(version(2, "delete", late), TWO)
    assert verdict(old, ONE, *known, before=old) == Receipt(1)
    assert verdict(replace(old, sex="female"), ONE, *known, before=old) == NewVersion(replaces=1)
    assert verdict(replace(OLD, order=late), ONE, *known, before=old) == NewVersion()


def test_a_delete_of_a_live_record_counts_and_the_same_again_is_a_receipt() -> None:
    delete = Withdrawal(identifiers=(Identifier("s", "v"),))
    live, gone = Known(version(1), ONE), Known(version(2, "delete"), TWO)
    assert verdict(delete, TWO, live) == NewVersion()
    assert verdict(delete, TWO, live, gone) == Receipt(2)
    assert verdict(delete, TWO, live, gone, Known(version(3), ONE)) == NewVersion()
    assert verdict(delete, TWO) == NewVersion()
    assert verdict(delete, TWO, gone) == Receipt(2)


def test_entered_in_error_counts_where_it_withdraws() -> None:
    wrong = replace(OLD, status="entered-in-error")
    first, retracted = Known(version(1), ONE), Known(version(2, wrong=True), TWO)
    assert verdict(wrong, TWO, first) == NewVersion()
    assert verdict(wrong, TWO, first, retracted, before=wrong) == Receipt(2)
    assert verdict(wrong, TWO, first, retracted, Known(version(3), ONE), before=wrong) == NewVersion()


def test_an_old_error_that_the_source_ordered_before_is_a_receipt() -> None:
    wrong = replace(OLD, status="entered-in-error", order=SourceOrder(version=1))
    old = Known(version(1, order=SourceOrder(version=1), wrong=True), TWO)
    newer = Known(version(2, order=SourceOrder(version=2)), ONE)
    assert verdict(wrong, TWO, old, newer, before=wrong) == Receipt(1)


def test_the_same_bytes_under_another_version_of_the_source_are_another_version() -> None:
    again = replace(OLD, order=SourceOrder(version=3))
    assert verdict(again, ONE, Known(version(1, order=SourceOrder(version=1)), ONE)) == NewVersion()
    assert verdict(again, ONE, Known(version(1, order=SourceOrder(version=3)), ONE), before=again) == Receipt(1)


def test_a_richer_reading_replaces_the_newest_only() -> None:
    poor = replace(OLD, patient="", patient_fault="absent")
    assert verdict(OLD, ONE, Known(version(1), ONE), before=poor) == NewVersion(replaces=1)
    assert verdict(poor, ONE, Known(version(1), ONE), before=OLD) == Receipt(1)
    assert verdict(OLD, ONE, Known(version(1), ONE), Known(version(2), TWO), before=poor) == Receipt(1)


def test_what_was_replaced_is_no_longer_there() -> None:
    replaced, richer = Known(version(1), ONE), Known(version(2), ONE, replaces=1)
    assert verdict(OLD, ONE, replaced, richer) == Receipt(2)
