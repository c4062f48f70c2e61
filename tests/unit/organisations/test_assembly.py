"""Which release speaks of what, and which one wins."""

from __future__ import annotations

from datetime import date

from adapter.organisations.assembly import assemble
from adapter.organisations.organisation import Organisation, Relationship, Role, Succession
from adapter.organisations.period import Period, Validity
from adapter.organisations.release import Affiliation, Deletion, Entry, Release, decode, encode

LIFE = Validity(Period(date(1974, 4, 1)))


def held(start: str = "", end: str = "") -> Validity:
    return Validity(Period(date.fromisoformat(start) if start else None, date.fromisoformat(end) if end else None))


def record(**changes: object) -> Entry:
    full = {
        "validity": LIFE,
        "roles": (Role("RO96", LIFE, "1", True),),
        "relationships": (Relationship("RE6", "A81001", held("2004-04-01"), "77"),),
        "successions": (Succession("predecessor", "A81009", date(2004, 4, 1), "9"),),
        "ref_only": False,
    }
    return Entry("A81001001", **(full | changes))  # type: ignore[arg-type]


def report(parent: str, start: str = "", end: str = "") -> Release:
    dated = held(start, end) if start or end else Validity()
    implied = (Role("RO96", LIFE, primary=True),)
    link = Relationship("RE6", parent, dated)
    entry = Entry("A81001001", validity=LIFE, report="ebranchs", implied_roles=implied, links=(link,))
    return Release("ebranchs", (entry,))


def ord_release(**changes: object) -> Release:
    return Release("ord-json", (record(**changes),))


def affiliation(target: str, start: str, end: str = "", instance: str = "77") -> Release:
    said = Relationship("RE6", target, held(start, end), instance)
    return Release("fhir", affiliations=(Affiliation("A81001001", said),))


def known(*releases: Release) -> Organisation:
    return assemble(releases)["A81001001"]


def parents(*releases: Release) -> list[tuple[str, str]]:
    return [(row.target, str(row.validity.deciding)) for row in known(*releases).relationships]


def test_a_record_replaces_all_that_was_known() -> None:
    later = ord_release(validity=held("1974-04-01", "2020-01-01"), roles=(), relationships=(), successions=())
    assert known(ord_release(), later) == Organisation("A81001001", validity=held("1974-04-01", "2020-01-01"))


def test_what_a_report_implies_yields_to_a_statement_in_either_order() -> None:
    stated = ord_release(roles=(Role("RO198", LIFE, "5", True),))
    for releases in ((report("A81001"), stated), (stated, report("A81001"))):
        assert [role.code for role in known(*releases).roles] == ["RO198"]


def test_a_report_brings_newer_dates_to_the_relationship_it_means() -> None:
    assert parents(ord_release(), report("A81001", "2004-04-01", "2020-01-01")) == [
        ("A81001", "2004-04-01..2020-01-01")
    ]
    assert known(ord_release(), report("A81001", "2004-04-01")).relationships[0].instance == "77"


def test_a_report_that_names_another_parent_stands_beside_an_earlier_statement() -> None:
    assert len(parents(ord_release(), report("A81002", "2020-01-01"))) == 2
    assert parents(report("A81002", "2020-01-01"), ord_release()) == [("A81001", "2004-04-01..")]


def test_the_next_issue_of_a_report_replaces_the_last() -> None:
    assert parents(report("A81001", "2004-04-01"), report("A81002", "2020-01-01")) == [("A81002", "2020-01-01..")]


def test_a_link_without_dates_yields_to_a_dated_relationship() -> None:
    assert parents(ord_release(), report("A81002")) == [("A81001", "2004-04-01..")]
    assert parents(report("A81002")) == [("A81002", "..")]


def test_an_affiliation_restates_the_relationship_of_its_number() -> None:
    assert parents(ord_release(), affiliation("A81001", "2004-04-01", "2020-01-01")) == [
        ("A81001", "2004-04-01..2020-01-01")
    ]
    assert len(parents(ord_release(), affiliation("A81002", "2020-01-01", instance="78"))) == 2


def test_an_affiliation_replaces_the_link_that_a_report_implied() -> None:
    assert parents(report("A81001", "2004-04-01"), affiliation("A81001", "2004-04-01", "2020-01-01")) == [
        ("A81001", "2004-04-01..2020-01-01")
    ]


def test_a_fhir_organization_leaves_relationships_and_dates_as_they_were() -> None:
    roles = (Role("RO96", LIFE, "2"),)
    fhir = Release("fhir", (Entry("A81001001", roles=roles, ref_only=False),))
    after = known(ord_release(), fhir)
    assert after.roles == roles
    assert after.relationships == record().relationships
    assert after.validity == LIFE


def test_a_skeleton_is_believed_in_roles_and_dates_only() -> None:
    after = known(ord_release(), ord_release(ref_only=True, relationships=None, successions=None))
    assert after.roles
    assert after.relationships == ()
    assert after.successions == ()


def delete(what: str, id_: str, on: date | None = None) -> Release:
    return Release("fhir", deletions=(Deletion(what, id_, on),))  # type: ignore[arg-type]


def test_deletions_take_back_what_was_loaded_before_them() -> None:
    assert known(ord_release(), delete("relationship", "77")).relationships == ()
    assert known(ord_release(), delete("role", "1")).roles == ()
    assert known(ord_release(), delete("succession", "9")).successions == ()
    assert assemble([ord_release(), delete("organisation", "A81001001")]) == {}
    assert known(delete("organisation", "A81001001"), ord_release()).roles
    assert known(ord_release(), delete("role", "77")) == known(ord_release())


def test_a_record_that_changed_after_its_deletion_was_made_anew() -> None:
    deletion = delete("organisation", "A81001001", date(2024, 1, 17))
    assert assemble([ord_release(changed=date(2024, 2, 1)), deletion])
    assert assemble([ord_release(changed=date(2024, 1, 17)), deletion]) == {}


def test_the_dates_of_a_report_leave_the_legal_ones() -> None:
    both = Validity(Period(date(1974, 4, 1)), Period(date(1980, 1, 1)))
    after = known(ord_release(validity=both), report("A81001"))
    assert after.validity == both


def test_a_release_survives_keeping() -> None:
    for release in (ord_release(changed=date(2024, 2, 1)), report("A81001", "2004-04-01"), delete("role", "1")):
        kept = encode(release)
        assert decode(kept) == release
        assert encode(decode(kept)) == kept
