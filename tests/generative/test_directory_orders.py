"""The directory under any order of loading, on any day, and from any bytes."""

from __future__ import annotations

import json
from datetime import date

from adapter.fhir.statement import OrganisationRef
from adapter.organisations.as_at import is_open
from adapter.organisations.directory import Directory
from adapter.organisations.organisation import Relationship, Role, Succession
from adapter.organisations.parse import parse
from adapter.organisations.period import Period, Validity
from adapter.organisations.release import Entry, Release, decode, encode
from adapter.organisations.role_table import RoleMeaning
from hypothesis import given
from hypothesis import strategies as st

ROLES = (
    RoleMeaning("RO177", "cost-centre", True),
    RoleMeaning("RO96", "branch", True),
    RoleMeaning("RO197", "trust", True),
    RoleMeaning("RO198", "site", True),
    RoleMeaning("RO76", "gp-practice", False),
)
CODES = [f"A8100{number}" for number in range(6)]
days = st.dates(date(1990, 1, 1), date(2030, 1, 1))
codes = st.sampled_from(CODES)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first, second = sorted((draw(days), draw(days)))
    return Period(draw(st.sampled_from([None, first])), draw(st.sampled_from([None, second])))


validities = st.builds(Validity, st.none() | periods(), st.none() | periods())
roles = st.builds(Role, st.sampled_from(["RO177", "RO76", "RO96", "RO197", "RO198", "RO1"]), validities)
relationships = st.builds(Relationship, st.sampled_from(["RE6", "RE4"]), codes, validities)
successions = st.builds(Succession, st.sampled_from(["predecessor", "successor"]), codes, st.none() | days)


def lists(values: st.SearchStrategy) -> st.SearchStrategy:  # type: ignore[type-arg]
    return st.lists(values, max_size=3).map(tuple)


def entries(code: str) -> st.SearchStrategy[Entry]:
    return st.builds(
        Entry,
        st.just(code),
        record_class=st.sampled_from(["RC1", "RC2", ""]),
        ref_only=st.none() | st.booleans(),
        validity=st.none() | validities,
        roles=st.none() | lists(roles),
        relationships=st.none() | lists(relationships),
        successions=st.none() | lists(successions),
        report=st.sampled_from(["", "epraccur"]),
        implied_roles=lists(roles),
        links=lists(relationships),
    )


releases = st.tuples(*(st.lists(entries(code), max_size=2) for code in CODES)).map(
    lambda each: [Release("ord-json", tuple(some)) for some in each]
)


@given(releases, st.randoms(use_true_random=False), days | st.none(), codes)
def test_releases_that_do_not_overlap_may_come_in_any_order(
    some: list[Release], chance: object, on: date | None, code: str
) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = Directory.build(some, ROLES), Directory.build(shuffled, ROLES)
    assert one.digest == other.digest
    assert one.resolve(OrganisationRef("", code), on) == other.resolve(OrganisationRef("", code), on)


@given(releases, days, codes, codes)
def test_a_practice_is_open_and_has_the_roles_on_the_day(some: list[Release], on: date, code: str, other: str) -> None:
    directory = Directory.build(some, ROLES)
    found = directory.resolve(OrganisationRef("", code), on)
    assert (found.kind == "practice") == bool(found.practice)
    if found.practice:
        practice = directory.organisation(found.practice)
        assert practice is not None
        assert practice.validity is None or practice.validity.deciding.holds(on)
        assert any(role.code == "RO177" and role.validity.deciding.holds(on) for role in practice.roles)
        assert any(role.code == "RO76" for role in practice.roles)
    claimant = directory.claimant(other, found, on)
    assert claimant in directory.family(other)
    assert directory.same_claimant(code, other, on) == directory.same_claimant(other, code, on)


@given(releases, days, codes)
def test_a_day_outside_every_period_is_never_a_practice_of_that_code(some: list[Release], on: date, code: str) -> None:
    directory = Directory.build(some, ROLES)
    organisation = directory.organisation(code)
    held = [] if organisation is None else [role.validity.deciding for role in organisation.roles]
    if not any(period.holds(on) for period in held):
        assert directory.resolve(OrganisationRef("", code), on).practice != code


@given(releases, codes, days)
def test_without_a_day_no_day_of_the_records_life_says_otherwise(some: list[Release], code: str, on: date) -> None:
    directory = Directory.build(some, ROLES)
    organisation = directory.organisation(code)
    whenever = directory.resolve(OrganisationRef("", code), None)
    found = directory.resolve(OrganisationRef("", code), on)
    if organisation is None or not is_open(organisation, on) or f"{code} succeeded by" in " ".join(found.path):
        return
    if whenever.kind == "practice":
        assert found.kind == "practice" or directory.family(code) != {code}
    elif whenever.kind == "other-provider":
        assert found.kind == "other-provider" or directory.family(code) != {code}


@given(releases)
def test_a_release_survives_keeping(some: list[Release]) -> None:
    for release in some:
        assert decode(encode(release)) == release


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode), st.sampled_from(["epraccur.csv", "ets", ""]))
def test_any_bytes_are_a_release_or_issues(content: bytes, name: str) -> None:
    answer = parse(content, name)
    assert isinstance(answer, Release) or answer


NAMES = (
    "Organisation OrgId extension Date Roles Role id Rels Rel Succs Succ Target Type Start resourceType entry resource "
    "identifier value system url valueInteger organization code coding period parameter name part item valueCoding "
    "valueCodeableConcept type link"
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["A81001", "RO177", "2020"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES.split(" ")), inner, max_size=5),
    max_leaves=25,
)
kinds = st.sampled_from(["Organization", "OrganizationAffiliation", "Bundle", "List", "Parameters"])


@given(json_values, st.none() | kinds)
def test_any_json_is_a_release_or_issues(value: object, kind: str | None) -> None:
    if isinstance(value, dict) and kind:
        value = value | {"resourceType": kind}
    answer = parse(json.dumps(value).encode(), "x.json")
    assert isinstance(answer, Release) or answer
