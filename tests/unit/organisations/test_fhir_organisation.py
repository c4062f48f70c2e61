from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from adapter.organisations.organisation import Relationship, Role
from adapter.organisations.parse import parse
from adapter.organisations.period import Period, Validity
from adapter.organisations.release import Affiliation, Deletion, Entry, Release

ENGLAND = "https://fhir.nhs.uk/England/StructureDefinition/"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
SERVICE = "https://digital.nhs.uk/services/organisation-data-service/CodeSystem/"


def typed_period(kind: str, **period: str) -> dict[str, Any]:
    return {
        "url": ENGLAND + "Extension-England-TypedPeriod",
        "extension": [
            {"url": "dateType", "valueCoding": {"code": kind}},
            {"url": "period", "valuePeriod": period},
        ],
    }


def role(code: str, *periods: dict[str, Any], instance: int = 1) -> dict[str, Any]:
    concept = {"coding": [{"system": SERVICE + "ODSOrganisationRole", "code": code}]}
    return {
        "url": ENGLAND + "Extension-England-OrganisationRole",
        "extension": [
            {"url": "instanceID", "valueInteger": instance},
            {"url": "roleCode", "valueCodeableConcept": concept},
            *periods,
            {"url": "active", "valueBoolean": False},
        ],
    }


def organization(code: str, *roles: dict[str, Any]) -> dict[str, Any]:
    changed = {
        "url": ENGLAND + "Extension-England-TypedDateTime",
        "extension": [
            {"url": "type", "valueCoding": {"code": "LastChangeDate"}},
            {"url": "dateTime", "valueDateTime": "2023-08-22"},
        ],
    }
    return {
        "resourceType": "Organization",
        "id": "Example-" + code,
        "extension": [*roles, changed],
        "identifier": [{"system": "urn:other", "value": "ZZZ"}, {"system": ODS, "value": code}],
        "active": False,
        "type": [{"coding": [{"code": "RefOnly"}]}, {"coding": [{"code": "RC2"}]}],
        "name": "DR A NAME",
    }


def affiliation(**changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "OrganizationAffiliation",
        "id": "prefixed-77",
        "extension": [typed_period("Legal", start="1999-04-01", end="2002-03-31")],
        "identifier": [{"system": SERVICE + "organization-relationship-instance", "value": "77"}],
        "organization": {"reference": "Organization/prefixed", "identifier": {"system": ODS, "value": "A81001"}},
        "participatingOrganization": {"reference": "Organization/97R"},
        "code": [{"coding": [{"system": SERVICE + "ODSRelationship", "code": "RE4"}]}],
    } | changes


def read(resource: object) -> Release:
    release = parse(json.dumps(resource).encode(), "anything.json")
    assert isinstance(release, Release), release
    return release


def test_an_organization_states_roles_with_both_kinds_of_dates() -> None:
    practice = role("RO177", typed_period("Legal", start="1974-04-01"), typed_period("Operational", start="1975"))
    release = read(organization("A81001", practice, role("RO76", instance=2)))
    assert release.entries == (
        Entry(
            "A81001",
            record_class="RC2",
            ref_only=True,
            changed=date(2023, 8, 22),
            roles=(
                Role("RO177", Validity(Period(date(1975, 1, 1)), Period(date(1974, 4, 1))), "1"),
                Role("RO76", instance="2"),
            ),
        ),
    )
    assert "NAME" not in str(release)


def test_an_affiliation_is_a_relationship_with_its_instance_number() -> None:
    expected = Relationship("RE4", "97R", Validity(None, Period(date(1999, 4, 1), date(2002, 3, 31))), "77")
    assert read(affiliation()).affiliations == (Affiliation("A81001", expected),)


def test_an_affiliation_without_typed_periods_has_its_own_period() -> None:
    release = read(affiliation(extension=[], period={"start": "2020-04"}, identifier=[]))
    expected = Relationship("RE4", "97R", Validity(Period(date(2020, 4, 1))), "prefixed-77")
    assert release.affiliations[0].relationship == expected


def test_a_bundle_keeps_what_can_be_read() -> None:
    entries = [
        {"resource": organization("A81001", role("RO177"))},
        {"resource": {"resourceType": "Bundle", "entry": [{"resource": affiliation()}]}},
        {"resource": affiliation(code=[])},
        {"resource": organization("A81002")},
        {"resource": organization("not a code", role("RO177"))},
        {"resource": organization("A81003", role("RO177", typed_period("Legal", start="soon")))},
        {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}},
        {"fullUrl": "urn:nothing"},
        "nonsense",
    ]
    release = read({"resourceType": "Bundle", "type": "searchset", "entry": entries})
    assert [entry.code for entry in release.entries] == ["A81001"]
    assert len(release.affiliations) == 1
    assert [issue.expression.split(".")[1] for issue in release.issues] == [f"entry[{place}]" for place in range(2, 9)]


def test_other_spellings_of_the_system_are_the_system() -> None:
    spelt = organization("A81001", role("RO177"))
    spelt["identifier"] = [{"system": "http://fhir.nhs.uk/id/ods-organization-code/", "value": "a81001"}]
    assert [entry.code for entry in read(spelt).entries] == ["A81001"]


def test_an_empty_search_says_nothing_and_is_no_fault() -> None:
    assert read({"resourceType": "Bundle", "type": "searchset", "total": 0}) == Release("fhir")


@pytest.mark.parametrize(
    ("name", "what", "value", "expected"),
    [
        ("Organization-deletion", "Organization", "fvg57 ", Deletion("organisation", "FVG57", date(2024, 1, 17))),
        ("OrganizationAffiliation-deletion", "x", "77", Deletion("relationship", "77", date(2024, 1, 17))),
        ("Organization-role-deletion", "Organization", "103262", Deletion("role", "103262", date(2024, 1, 17))),
        ("Organization-succession-deletion", "", "28060", Deletion("succession", "28060", date(2024, 1, 17))),
        ("unnamed", "OrganizationAffiliation", "77", Deletion("relationship", "77", date(2024, 1, 17))),
    ],
)
def test_deletion_lists(name: str, what: str, value: str, expected: Deletion) -> None:
    entry = {"date": "2024-01-17T00:00:00+00:00", "item": {"type": what, "identifier": {"value": value}}}
    release = read({"resourceType": "List", "id": name, "entry": [entry]})
    assert release.deletions == (expected,)


def properties(*pairs: tuple[str, object]) -> dict[str, Any]:
    def part(value: object) -> dict[str, Any]:
        if isinstance(value, bool):
            return {"name": "value", "valueBoolean": value}
        if isinstance(value, dict):
            return {"name": "value", "valueCoding": value}
        return {"name": "value", "valueString": value}

    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "code", "valueCode": "A81001"},
            {"name": "display", "valueString": "DR A NAME"},
            {"name": "system", "valueUri": ODS},
            *(
                {"name": "property", "part": [{"name": "code", "valueCode": name}, part(value)]}
                for name, value in pairs
            ),
        ],
    }


def test_a_lookup_gives_dates_and_implies_the_rest() -> None:
    release = read(
        properties(
            ("opStartDate", "1974-04-01"),
            ("role", {"code": "RO177"}),
            ("role", {"code": "RO76"}),
            ("primaryRole", {"code": "RO177"}),
            ("RE6", "97R"),
            ("orgRecordClass", {"code": "RC1"}),
            ("refOnly", False),
            ("inactive", False),
        )
    )
    assert release.entries == (
        Entry(
            "A81001",
            record_class="RC1",
            ref_only=False,
            validity=Validity(Period(date(1974, 4, 1))),
            report="lookup",
            implied_roles=(Role("RO177", primary=True), Role("RO76", primary=False)),
            links=(Relationship("RE6", "97R"),),
        ),
    )


def test_a_lookup_of_a_closed_record_without_its_end_is_refused() -> None:
    issues = parse(json.dumps(properties(("inactive", True), ("opStartDate", "1974-04-01"))).encode(), "")
    assert isinstance(issues, tuple)
    closed = read(properties(("inactive", True), ("opStartDate", "1974-04-01"), ("opEndDate", "2014-06-30")))
    assert closed.entries[0].validity == Validity(Period(date(1974, 4, 1), date(2014, 6, 30)))


@pytest.mark.parametrize(
    "document",
    [
        {"resourceType": "OperationOutcome"},
        {"resourceType": "ValueSet"},
        {"resourceType": "Patient"},
        {"resourceType": "Parameters"},
        {"Organisations": [{"OrgId": "A81001"}]},
        {"something": "else"},
        [1, None],
    ],
)
def test_what_describes_no_organisation_is_refused_with_a_sentence(document: object) -> None:
    issues = parse(json.dumps(document).encode(), "")
    assert isinstance(issues, tuple)
    assert issues
    assert all(issue.text.endswith(".") for issue in issues)


def test_a_line_of_json_each_is_read_too() -> None:
    lines = [json.dumps(organization("A81001", role("RO177"))), "{broken", json.dumps(affiliation())]
    release = parse("\n".join(lines).encode(), "export.ndjson")
    assert isinstance(release, Release)
    assert (len(release.entries), len(release.affiliations)) == (1, 1)
    assert [issue.expression for issue in release.issues] == ["line 2"]


@pytest.mark.parametrize("content", [b"", b" \n", b"\x1f\x8b\x08rest", b"PK\x03\x04rest", b"{nonsense", b"plain words"])
def test_a_file_that_is_nothing_of_the_kind(content: bytes) -> None:
    issues = parse(content, "a file")
    assert isinstance(issues, tuple)
    assert len(issues) == 1
