"""A practice and its successor are one claimant: the one that was open on the day."""

from __future__ import annotations

from datetime import date

import pytest
from adapter.fhir.statement import OrganisationRef
from adapter.organisations.directory import Directory
from adapter.organisations.organisation import Role, Succession
from adapter.organisations.period import Period, Validity
from adapter.organisations.release import Entry, Release
from adapter.organisations.resolution import Resolution
from adapter.organisations.role_table import RoleMeaning

ROLES = (RoleMeaning("RO177", "cost-centre", True), RoleMeaning("RO76", "gp-practice", False))
BEFORE, AFTER = date(2020, 3, 31), date(2020, 4, 1)
ABSENT = Resolution("absent")


def practice(code: str, start: date | None = None, end: date | None = None, *after: str) -> Entry:
    life = Validity(Period(start, end))
    successions = tuple(Succession("successor", target, AFTER) for target in after)
    return Entry(code, validity=life, roles=(Role("RO177", life), Role("RO76", life)), successions=successions)


def build(*entries: Entry) -> Directory:
    return Directory.build([Release("ord-json", entries)], ROLES)


RENAMED = build(practice("OLD01", None, BEFORE, "NEW01"), practice("NEW01", AFTER), practice("ELSE1"))
MERGED = build(
    practice("ONE01", None, BEFORE, "NEW01"), practice("TWO01", None, BEFORE, "NEW01"), practice("NEW01", AFTER)
)
ABSORBED = build(practice("SMALL", None, BEFORE, "LARGE"), practice("LARGE"))


def performed(by: str, of: Directory, on: date) -> Resolution:
    return of.resolve(OrganisationRef("", by), on)


@pytest.mark.parametrize("feed", ["OLD01", "NEW01"])
@pytest.mark.parametrize(("on", "expected"), [(BEFORE, "OLD01"), (AFTER, "NEW01")])
@pytest.mark.parametrize("performer", ["OLD01", "NEW01", "ELSE1", ""])
def test_whichever_feed_brings_it_the_open_one_claims(feed: str, on: date, expected: str, performer: str) -> None:
    assert RENAMED.claimant(feed, performed(performer, RENAMED, on), on) == expected


def test_a_performer_of_no_kin_leaves_the_claim_where_it_is() -> None:
    assert RENAMED.claimant("ELSE1", performed("OLD01", RENAMED, BEFORE), BEFORE) == "ELSE1"


def test_practices_merged_later_are_two_before() -> None:
    assert MERGED.claimant("NEW01", performed("ONE01", MERGED, BEFORE), BEFORE) == "ONE01"
    assert MERGED.claimant("NEW01", performed("TWO01", MERGED, BEFORE), BEFORE) == "TWO01"
    assert MERGED.claimant("ONE01", performed("TWO01", MERGED, BEFORE), BEFORE) == "ONE01"
    assert MERGED.claimant("ONE01", performed("TWO01", MERGED, AFTER), AFTER) == "NEW01"
    assert MERGED.claimant("NEW01", ABSENT, BEFORE) == "NEW01"
    assert MERGED.family("ONE01") == {"ONE01", "NEW01"}
    assert MERGED.family("NEW01") == {"ONE01", "TWO01", "NEW01"}


def test_a_practice_absorbed_later_was_another_practice_before() -> None:
    assert ABSORBED.claimant("LARGE", performed("SMALL", ABSORBED, BEFORE), BEFORE) == "SMALL"
    assert ABSORBED.claimant("LARGE", ABSENT, BEFORE) == "LARGE"
    assert ABSORBED.claimant("SMALL", performed("LARGE", ABSORBED, BEFORE), BEFORE) == "SMALL"
    assert ABSORBED.claimant("SMALL", performed("LARGE", ABSORBED, AFTER), AFTER) == "LARGE"
    assert not ABSORBED.same_claimant("SMALL", "LARGE", BEFORE)
    assert ABSORBED.same_claimant("SMALL", "LARGE", AFTER)


def test_a_practice_that_the_directory_does_not_know_claims_for_itself() -> None:
    assert RENAMED.claimant("XXXXX", ABSENT, AFTER) == "XXXXX"
    assert RENAMED.claimant("XXXXX", performed("ELSE1", RENAMED, AFTER), AFTER) == "XXXXX"


def test_a_closed_practice_without_successor_claims_for_itself() -> None:
    of = build(practice("GONE1", None, BEFORE))
    assert of.claimant("GONE1", ABSENT, AFTER) == "GONE1"


def test_a_split_leaves_the_claim_with_the_feed() -> None:
    of = build(practice("OLD01", None, BEFORE, "NEW01", "NEW02"), practice("NEW01", AFTER), practice("NEW02", AFTER))
    assert of.claimant("OLD01", ABSENT, AFTER) == "OLD01"
    assert of.claimant("NEW01", performed("NEW02", of, AFTER), AFTER) == "NEW01"
    assert of.claimant("NEW01", performed("OLD01", of, BEFORE), BEFORE) == "OLD01"
    assert not of.same_claimant("NEW01", "NEW02", AFTER)


def test_same_claimant_where_the_date_of_the_succession_fits() -> None:
    for on in (BEFORE, AFTER, None):
        assert RENAMED.same_claimant("OLD01", "NEW01", on)
        assert RENAMED.same_claimant("NEW01", "OLD01", on)
        assert not RENAMED.same_claimant("OLD01", "ELSE1", on)
    assert MERGED.same_claimant("ONE01", "NEW01", BEFORE)
    assert not MERGED.same_claimant("ONE01", "TWO01", BEFORE)
    assert MERGED.same_claimant("ONE01", "TWO01", AFTER)


def test_without_a_day_the_feed_keeps_the_claim() -> None:
    assert RENAMED.claimant("NEW01", ABSENT, None) == "NEW01"
