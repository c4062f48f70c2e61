"""From a code and a day to ours, theirs or nobody's: the rules of the domain's "Resolving a code", one by one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from adapter.fhir.statement import OrganisationRef
from adapter.organisations.directory import Directory
from adapter.organisations.organisation import Relationship, Role, Succession
from adapter.organisations.period import Period, Validity
from adapter.organisations.release import Entry, Release
from adapter.organisations.resolution import Resolution
from adapter.organisations.role_table import RoleMeaning, read_roles

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
URN = "https://fhir.hl7.org.uk/Id/urn-school-number"
MAPPINGS = Path(__file__).parents[3] / "mappings"
DAY = date(2024, 9, 12)


def meanings() -> list[RoleMeaning]:
    table = read_roles((MAPPINGS / "organisation_roles.csv").read_bytes())
    return [meaning for meaning in table if isinstance(meaning, RoleMeaning)]


def held(start: str = "", end: str = "") -> Validity:
    return Validity(Period(date.fromisoformat(start) if start else None, date.fromisoformat(end) if end else None))


def entry(
    code: str,
    *roles: str | Role,
    life: Validity | None = None,
    operated: tuple[Relationship, ...] = (),
    after: tuple[Succession, ...] = (),
    record_class: str = "RC1",
) -> Entry:
    life = life or held("1974-04-01")
    stated = tuple(Role(role, life) if isinstance(role, str) else role for role in roles)
    return Entry(
        code,
        record_class=record_class,
        ref_only=False,
        validity=life,
        roles=stated,
        relationships=operated,
        successions=after,
    )


def by(target: str, start: str = "", end: str = "", role: str = "") -> Relationship:
    return Relationship("RE6", target, held(start, end), target_role=role)


def became(target: str, start: str) -> Succession:
    return Succession("successor", target, date.fromisoformat(start))


def directory(*entries: Entry, extra: tuple[RoleMeaning, ...] = ()) -> Directory:
    return Directory.build(
        [Release("ord-json", entries)], [*meanings(), *extra], frozenset({"X26", "YGM41", "DPSREDUCED"})
    )


def resolve(of: Directory, code: str, on: date | None = DAY, system: str = ODS) -> Resolution:
    return of.resolve(OrganisationRef(system, code), on)


def answer(of: Directory, code: str, on: date | None = DAY, system: str = ODS) -> tuple[str, str, str]:
    found = resolve(of, code, on, system)
    return found.kind, found.organisation, found.practice


PRACTICE = entry("A81001", "RO177", Role("RO76", held("2014-04-15")))
OTHER = entry("A81002", "RO177", "RO76")
TRUST = entry("R9A", "RO197")


def test_a_gp_practice_has_both_roles() -> None:
    of = directory(PRACTICE, entry("Y01234", "RO177", "RO87"))
    assert answer(of, "A81001") == ("practice", "A81001", "A81001")
    assert answer(of, "Y01234") == ("other-provider", "Y01234", "")


def test_before_the_role_gp_practice_existed_the_cost_centre_is_enough() -> None:
    assert answer(directory(PRACTICE), "A81001", date(2010, 1, 1)) == ("practice", "A81001", "A81001")


def test_a_lost_role_gp_practice_says_nothing_of_earlier_days() -> None:
    lost = entry("A81001", "RO177", Role("RO76", held("2014-04-15", "2018-01-01")))
    of = directory(lost)
    assert answer(of, "A81001", date(2016, 1, 1))[0] == "practice"
    assert answer(of, "A81001", date(2010, 1, 1))[0] == "other-provider"
    assert answer(of, "A81001", date(2020, 1, 1))[0] == "other-provider"


def test_between_two_times_as_a_gp_practice_it_is_none() -> None:
    twice = entry("A81001", "RO177", Role("RO76", held("2014-04-15", "2016-01-01")), Role("RO76", held("2019-01-01")))
    of = directory(twice)
    assert answer(of, "A81001", date(2017, 1, 1))[0] == "other-provider"
    assert answer(of, "A81001", date(2010, 1, 1))[0] == "practice"


def test_before_the_record_began_its_roles_say_nothing() -> None:
    undated = entry("A81001", Role("RO177"), Role("RO76"), life=held("2014-04-15"))
    assert answer(directory(undated), "A81001", date(2014, 4, 14)) == ("unknown", "", "")


def test_a_practice_that_closed_with_its_role_was_one_before_the_role_existed() -> None:
    closed = entry(
        "A81001", "RO177", Role("RO76", held("2014-04-15", "2018-01-01")), life=held("1974-04-01", "2018-01-01")
    )
    assert answer(directory(closed), "A81001", date(2010, 1, 1))[0] == "practice"


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("RO197", "other-provider"),
        ("RO182", "other-provider"),
        ("RO181", "other-provider"),
        ("RO172", "other-provider"),
        ("RO272", "other-provider"),
        ("RO98", "not-provider"),
        ("RO99", "not-provider"),
        ("RO261", "not-provider"),
        ("RO209", "not-provider"),
        ("RO210", "not-provider"),
        ("RO9999", "other-provider"),
    ],
)
def test_what_the_primary_role_makes_of_an_organisation(role: str, kind: str) -> None:
    assert answer(directory(entry("X1", role)), "X1")[0] == kind


def test_the_stated_primary_role_goes_before_the_tables_order() -> None:
    both = entry("X1", Role("RO98", primary=False), Role("RO272", primary=True), life=held())
    assert answer(directory(both), "X1")[0] == "other-provider"


def test_a_branch_is_the_practice_that_operates_it_on_the_day() -> None:
    branch = entry(
        "A81001001",
        "RO96",
        operated=(by("A81001", "2004-04-01", "2019-12-31"), by("A81002", "2020-01-01")),
        record_class="RC2",
    )
    of = directory(PRACTICE, OTHER, branch)
    assert answer(of, "A81001001", date(2019, 12, 31)) == ("practice", "A81001", "A81001")
    assert answer(of, "A81001001", date(2020, 1, 1)) == ("practice", "A81002", "A81002")
    assert resolve(of, "A81001001", date(2020, 1, 1)).path == (
        "A81001001 RO96 1974-04-01..",
        "A81001001 RE6 A81002 2020-01-01..",
        "A81002 RO177 1974-04-01..",
        "A81002 RO76 1974-04-01..",
    )


def test_a_branch_without_an_operator_on_the_day_is_some_other_provider() -> None:
    branch = entry("A81001001", "RO96", operated=(by("A81001", "2004-04-01", "2019-12-31"),))
    assert answer(directory(PRACTICE, branch), "A81001001") == ("other-provider", "A81001001", "")


def test_two_operators_at_once_are_asked_about() -> None:
    branch = entry("A81001001", "RO96", operated=(by("A81001"), by("A81002", "2020-01-01")))
    of = directory(PRACTICE, OTHER, branch)
    assert answer(of, "A81001001")[0] == "ambiguous"
    assert answer(of, "A81001001", date(2010, 1, 1))[0] == "practice"


def test_a_closed_branch_leads_nowhere() -> None:
    ended = held("2004-04-01", "2014-06-30")
    branch = entry("A81001001", "RO96", life=ended, operated=(by("A81001", "2004-04-01", "2014-06-30"),))
    of = directory(PRACTICE, branch)
    assert answer(of, "A81001001", date(2014, 6, 30))[0] == "practice"
    assert answer(of, "A81001001", date(2014, 7, 1)) == ("unknown", "", "")
    assert answer(of, "A81001001", date(2004, 3, 31)) == ("unknown", "", "")


def test_a_branch_of_an_operator_that_nobody_knows_is_unknown() -> None:
    branch = entry("A81001001", "RO96", operated=(by("A81001", role="RO177"),))
    assert answer(directory(branch), "A81001001") == ("unknown", "", "")


@pytest.mark.parametrize("role", ["RO9999", "RO777"])
def test_a_vaccination_centre_run_as_a_branch_is_asked_about(role: str) -> None:
    centre = entry("A81001002", "RO96", role, operated=(by("A81001"),), record_class="RC2")
    of = directory(PRACTICE, centre, extra=(RoleMeaning("RO777", "vaccination-centre", False),))
    assert answer(of, "A81001002")[0] == "ambiguous"


def test_a_role_that_the_table_calls_plain_changes_nothing() -> None:
    branch = entry("A81001002", "RO96", "RO777", operated=(by("A81001"),))
    of = directory(PRACTICE, branch, extra=(RoleMeaning("RO777", "plain", False),))
    assert answer(of, "A81001002")[0] == "practice"


def test_a_trust_site_belongs_to_its_trust_by_relationship_not_by_spelling() -> None:
    site = entry("R9AAA", "RO198", operated=(by("R8B"),), record_class="RC2")
    of = directory(TRUST, entry("R8B", "RO197"), site)
    assert answer(of, "R9AAA") == ("other-provider", "R8B", "")


def test_a_trust_site_is_another_provider_even_if_its_trust_is_not_loaded() -> None:
    assert answer(directory(entry("R9AAA", "RO198", operated=(by("R9A"),))), "R9AAA") == ("other-provider", "R9A", "")


def test_a_service_site_of_a_trust_is_the_trusts() -> None:
    stadium = entry("C4B2A", "RO9999", operated=(by("R9A"),), record_class="RC2")
    assert answer(directory(TRUST, stadium), "C4B2A") == ("other-provider", "R9A", "")


def test_nobody_climbs_from_a_practice_or_to_a_commissioner() -> None:
    practice = entry("A81001", "RO177", "RO76", operated=(by("97R"),))
    branch = entry("A81001001", "RO96", operated=(by("97R"),))
    of = directory(practice, branch, entry("97R", "RO98"))
    assert answer(of, "A81001") == ("practice", "A81001", "A81001")
    assert answer(of, "A81001001") == ("other-provider", "A81001001", "")


def test_an_organisation_that_is_no_site_is_not_climbed() -> None:
    of = directory(
        PRACTICE, TRUST, entry("X1", "RO9999", operated=(by("A81001"),)), entry("X2", "RO182", operated=(by("R9A"),))
    )
    assert answer(of, "X1") == ("other-provider", "X1", "")
    assert answer(of, "X2") == ("other-provider", "X2", "")


def test_a_branch_of_a_branch_is_not_climbed_twice() -> None:
    upper = entry("A81001001", "RO96", operated=(by("A81001"),))
    lower = entry("A81001002", "RO96", operated=(by("A81001001"),))
    assert answer(directory(PRACTICE, upper, lower), "A81001002") == ("other-provider", "A81001002", "")


def test_operational_dates_outlive_legal_ones() -> None:
    life = Validity(Period(end=date(2025, 1, 1)), Period(end=date(2020, 1, 1)))
    assert answer(directory(entry("A81001", "RO177", "RO76", life=life)), "A81001")[0] == "practice"


def test_without_dates_of_its_own_a_record_lives_as_long_as_its_roles() -> None:
    fhir = Entry("F9A99", roles=(Role("RO182", held("1948-01-01", "2023-04-23")),))
    of = directory(fhir)
    assert answer(of, "F9A99", date(2023, 4, 23))[0] == "other-provider"
    assert answer(of, "F9A99", date(2023, 4, 24))[0] == "unknown"


def test_a_care_home_by_role_or_by_form_where_no_role_tells() -> None:
    table = (RoleMeaning("RO888", "care-home", True),)
    of = directory(entry("X1", "RO888"), entry("VLAXL", "RO9999"), entry("V9999", "RO172"), extra=table)
    assert answer(of, "X1")[0] == "care-home"
    assert answer(of, "VLAXL")[0] == "care-home"
    assert answer(of, "V9999")[0] == "other-provider"
    assert answer(of, "VABCD")[0] == "unknown"


def test_a_school_under_either_system() -> None:
    of = directory(PRACTICE)
    assert answer(of, "100001", system=URN)[0] == "school"
    assert answer(of, "100001", system=ODS)[0] == "school"
    assert answer(of, "10000", system=URN)[0] == "unknown"
    assert answer(directory(entry("100001", "RO182")), "100001", system=ODS)[0] == "other-provider"
    assert answer(directory(entry("100001", "RO182")), "100001", system=URN)[0] == "school"


def test_an_organisation_labelled_as_a_school_is_itself() -> None:
    assert answer(directory(PRACTICE), "A81001", system=URN) == ("practice", "A81001", "A81001")


@pytest.mark.parametrize("code", ["X99999", "x26", " YGM41 ", "G1234567", "DPSREDUCED"])
def test_placeholders_suppliers_and_doctors_provide_nothing(code: str) -> None:
    assert answer(directory(entry("X26", "RO177", "RO76")), code) == ("not-provider", "", "")


@pytest.mark.parametrize("code", ["", "O001", "A8100I", "A practice"])
def test_what_the_directory_does_not_have_is_unknown_and_not_repaired(code: str) -> None:
    assert answer(directory(PRACTICE), code) == ("unknown", "", "")


def test_a_name_in_place_of_a_code_is_not_shown() -> None:
    assert "SOMEBODY" not in str(resolve(directory(PRACTICE), "SOMEBODY"))
    assert "G1234567" not in str(resolve(directory(PRACTICE), "G1234567"))


def test_nothing_sent_or_a_country_is_absent() -> None:
    of = directory(PRACTICE)
    assert of.resolve(None, DAY).kind == "absent"
    assert answer(of, "GB", system="urn:iso:std:iso:3166")[0] == "absent"


def test_a_closed_practice_is_its_recorded_successor_from_the_succession_on() -> None:
    old = entry(
        "A81001", "RO177", "RO76", life=held("1974-04-01", "2020-03-31"), after=(became("A81002", "2020-04-01"),)
    )
    of = directory(old, OTHER)
    assert answer(of, "A81001", date(2020, 3, 31)) == ("practice", "A81001", "A81001")
    assert answer(of, "A81001", date(2020, 4, 1)) == ("practice", "A81002", "A81002")
    assert resolve(of, "A81001", date(2020, 4, 1)).path[0] == "A81001 succeeded by A81002 2020-04-01"


def test_the_successor_may_record_the_succession_alone() -> None:
    new = entry("A81002", "RO177", "RO76", after=(Succession("predecessor", "A81001", date(2020, 4, 1)),))
    of = directory(entry("A81001", "RO177", "RO76", life=held("1974-04-01", "2020-03-31")), new)
    assert answer(of, "A81001") == ("practice", "A81002", "A81002")
    assert answer(directory(new), "A81001") == ("practice", "A81002", "A81002")


def test_from_the_succession_on_an_old_code_that_is_still_open_means_the_successor() -> None:
    old = entry("A81001", "RO177", "RO76", after=(became("A81002", "2020-04-01"),))
    assert answer(directory(old, OTHER), "A81001") == ("practice", "A81002", "A81002")


def test_a_successor_of_which_nothing_is_known_leaves_an_open_practice_itself() -> None:
    old = entry("A81001", "RO177", "RO76", after=(became("A81002", "2020-04-01"),))
    assert answer(directory(old), "A81001") == ("practice", "A81001", "A81001")


def test_a_practice_that_closed_without_successor_is_unknown() -> None:
    old = entry("A81001", "RO177", "RO76", life=held("1974-04-01", "2020-03-31"))
    assert answer(directory(old, OTHER), "A81001") == ("unknown", "", "")


def test_a_succession_that_lies_ahead_does_not_fill_a_gap() -> None:
    old = entry(
        "A81001", "RO177", "RO76", life=held("1974-04-01", "2020-03-31"), after=(became("A81002", "2021-04-01"),)
    )
    assert answer(directory(old, OTHER), "A81001", date(2020, 6, 1)) == ("unknown", "", "")


def test_chains_are_followed_and_circles_end() -> None:
    first = entry("A81001", "RO177", "RO76", after=(became("A81002", "2010-04-01"),))
    second = entry("A81002", "RO177", "RO76", after=(became("A81003", "2020-04-01"),))
    third = entry("A81003", "RO177", "RO76", after=(became("A81001", "2000-01-01"),))
    of = directory(first, second, third)
    assert answer(of, "A81001", date(2015, 1, 1))[2] == "A81002"
    assert answer(of, "A81001", DAY)[2] == "A81003"


def test_a_split_practice_is_asked_about_and_a_split_trust_is_not() -> None:
    split = (became("A81002", "2020-04-01"), became("A81003", "2020-04-01"))
    ended = held("1974-04-01", "2020-03-31")
    of = directory(
        entry("A81001", "RO177", "RO76", life=ended, after=split),
        OTHER,
        entry("A81003", "RO177", "RO76"),
        entry("R9W", "RO197", life=ended, after=(became("R9M", "2020-04-01"), became("R0A", "2020-04-01"))),
        entry("R9M", "RO197"),
        entry("R0A", "RO197"),
    )
    assert answer(of, "A81001")[0] == "ambiguous"
    assert answer(of, "R9W") == ("other-provider", "R9W", "")


def test_a_branch_of_a_practice_that_was_succeeded_is_the_successors() -> None:
    old = entry("A81001", "RO177", "RO76", after=(became("A81002", "2020-04-01"),))
    branch = entry("A81001001", "RO96", operated=(by("A81001"),))
    of = directory(old, OTHER, branch)
    assert answer(of, "A81001001", date(2020, 3, 31))[2] == "A81001"
    assert answer(of, "A81001001", date(2020, 4, 1))[2] == "A81002"


def test_without_a_day_only_what_holds_on_every_day_is_said() -> None:
    branch = entry("A81001001", "RO96", operated=(by("A81001", "1974-04-01", "2019-12-31"), by("A81002", "2020-01-01")))
    became_walk_in = entry("Y01234", "RO177", Role("RO76", held("2014-04-15", "2018-01-01")))
    site = entry("R9AAA", "RO198", operated=(by("R9A", "1974-04-01", "2000-01-01"),))
    of = directory(PRACTICE, OTHER, TRUST, branch, became_walk_in, site, entry("X1", "RO182", life=held()))
    assert answer(of, "A81001", None) == ("practice", "A81001", "A81001")
    assert answer(of, "A81001001", None)[0] == "ambiguous"
    assert answer(of, "Y01234", None)[0] == "ambiguous"
    assert answer(of, "R9AAA", None)[0] == "other-provider"
    assert answer(of, "X1", None)[0] == "other-provider"


def test_the_digest_is_of_what_is_known_not_of_how_it_came() -> None:
    one = directory(entry("A81001", "RO177", "RO76"), OTHER)
    other = directory(OTHER, entry("A81001", "RO76", "RO177", "RO76"))
    assert one.digest == other.digest
    assert one.digest != directory(OTHER).digest


def test_answers_are_remembered_per_system() -> None:
    of = directory(PRACTICE)
    first = resolve(of, "100001", system=ODS)
    assert resolve(of, "100001", system=ODS) is first
    assert resolve(of, "A81001", None).kind == "practice"
    assert resolve(of, "A81001", date(1970, 1, 1)).kind == "unknown"
