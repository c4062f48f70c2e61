"""References: by name, inside the delivery, inner Bundles first, and never to a resource of another server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from adapter.fhir.context import Context, Found
from adapter.fhir.document import read_document

Json = dict[str, Any]

IMMUNIZATION: Json = {"resourceType": "Immunization"}


def context_of(*entries: Json, type_: str = "collection") -> Context:
    """The context of the (one) Immunization among the entries."""
    bundle = {"resourceType": "Bundle", "type": type_, "entry": list(entries)}
    pieces = list(read_document(json.dumps(bundle).encode(), lambda _: False))
    assert len(pieces) == 1
    return pieces[0].bundle_context


def entry(type_: str, id_: str = "1", full_url: str = "", **elements: Any) -> Json:
    resource = {"resourceType": type_, "id": id_, **elements}
    return {"fullUrl": full_url, "resource": resource} if full_url else {"resource": resource}


def pointer(found: Found | None) -> str | None:
    return found.pointer if found else None


def test_type_and_id_lead_there_wherever_the_entry_stands() -> None:
    before, after = entry("Location", "a"), entry("Organization", "a")
    context = context_of(before, {"resource": IMMUNIZATION}, after)
    assert pointer(context.resolve({"reference": "Organization/a"})) == "bundle#/entry/2/resource"
    assert pointer(context.resolve("Location/a")) == "bundle#/entry/0/resource"
    assert context.resolve("Practitioner/a") is None


def test_full_url_is_not_needed_and_a_wrong_one_does_no_harm() -> None:
    context = context_of({"resource": IMMUNIZATION}, entry("Organization", "a", "urn:uuid:0c3a"))
    assert context.resolve("Organization/a") is not None
    assert context.resolve("urn:uuid:0C3A") is not None


def test_a_uuid_without_full_url_is_the_resource_of_that_id() -> None:
    context = context_of({"resource": IMMUNIZATION}, entry("Patient", "5cf0a8b6-0ec5-4f71-9b38-1ad3f8d1a2c1"))
    assert pointer(context.resolve("urn:uuid:5CF0A8B6-0EC5-4F71-9B38-1AD3F8D1A2C1")) == "bundle#/entry/1/resource"


@pytest.mark.parametrize(
    ("full_url", "reference", "leads"),
    [
        ("", "https://one.example/fhir/Organization/a", True),
        ("https://one.example/fhir/Organization/a", "https://one.example/fhir/Organization/a", True),
        ("http://one.example/fhir/Organization/a", "https://one.example/fhir/Organization/a", True),
        ("https://one.example/fhir/Organization/a", "https://other.example/fhir/Organization/a", False),
        ("https://one.example/fhir/Organization/a", "Organization/a", True),
        ("https://one.example/fhir/Organization/a", "https://one.example/fhir/Organization/a/_history/3", True),
        ("https://one.example/fhir/Organization/a", "https://one.example/fhir/Practitioner/a", False),
    ],
)
def test_absolute_references(full_url: str, reference: str, leads: bool) -> None:
    context = context_of({"resource": IMMUNIZATION}, entry("Organization", "a", full_url))
    assert (context.resolve(reference) is not None) is leads


def test_the_same_name_on_two_servers_is_that_of_the_records_own_server() -> None:
    one, two = (entry("Organization", "a", f"https://{name}.example/Organization/a") for name in ("one", "two"))
    record = {"fullUrl": "https://two.example/Immunization/9", "resource": IMMUNIZATION}
    assert pointer(context_of(one, two, record).resolve("Organization/a")) == "bundle#/entry/1/resource"
    assert context_of(one, two, {"resource": IMMUNIZATION}).resolve("Organization/a") is None


def test_of_several_versions_the_one_asked_for_else_the_newest() -> None:
    versions = [entry("Organization", "a", meta={"versionId": number}) for number in ("2", "10", "9")]
    context = context_of(*versions, {"resource": IMMUNIZATION}, type_="history")
    assert pointer(context.resolve("Organization/a")) == "bundle#/entry/1/resource"
    assert pointer(context.resolve("Organization/a/_history/2")) == "bundle#/entry/0/resource"


def test_inner_bundles_come_before_outer_ones() -> None:
    inner = {"resourceType": "Bundle", "type": "document", "entry": [{"resource": IMMUNIZATION}, entry("Organization")]}
    context = context_of(entry("Organization"), {"resource": inner}, entry("Location"))
    assert pointer(context.resolve("Organization/1")) == "bundle#/entry/1/resource/entry/1/resource"
    assert pointer(context.resolve("Location/1")) == "bundle#/entry/2/resource"


def test_contained_resources_by_their_id() -> None:
    record = {
        **IMMUNIZATION,
        "contained": [{"resourceType": "Patient", "id": "Pat1"}, {"resourceType": "X", "id": "#b"}],
    }
    assert pointer(Context().resolve({"reference": "#Pat1"}, record)) == "/contained/0"
    assert pointer(Context().resolve("#b", record)) == "/contained/1"
    assert pointer(Context().resolve("#", record)) == ""
    assert Context().resolve("#Pat2", record) is None
    assert Context().resolve("#Pat1") is None


@pytest.mark.parametrize(
    "reference", [None, {}, "", {"reference": 5}, {"identifier": {"value": "a"}}, "Organization", "a"]
)
def test_what_is_no_reference_leads_nowhere(reference: Any) -> None:
    context = context_of({"resource": IMMUNIZATION}, entry("Organization", "a"))
    assert context.resolve(reference) is None


def test_ill_typed_elements_of_context_are_left_out() -> None:
    broken = entry("Organization", "a", identifier=["x", {"value": 12, "system": 3}], name={"x": 1}, active="TRUE")
    found = context_of({"resource": IMMUNIZATION}, broken).resolve("Organization/a")
    assert found is not None
    assert found.resource == {
        "resourceType": "Organization",
        "id": "a",
        "identifier": [{"value": "12"}],
        "active": True,
    }


def test_context_that_cannot_be_parsed_leads_nowhere() -> None:
    content = (
        b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Immunization"}},'
        b'{"resource":{"resourceType":"Organization","id":"a","name":"x","name":"y"}}]}'
    )
    record, fault = read_document(content, lambda _: False)
    assert record.bundle_context.resolve("Organization/a") is None
    assert [(issue.code, issue.expression) for issue in fault.issues] == [("structure", "Organization.name")]


def test_other_lines_of_a_delivery_are_asked_last() -> None:
    context = context_of({"resource": IMMUNIZATION}, entry("Organization", "a"))
    more = context.with_more(
        {"line 2": {"resourceType": "Organization", "id": "a"}, "line 3": entry("Location")["resource"]}
    )
    assert pointer(more.resolve("Organization/a")) == "bundle#/entry/1/resource"
    assert pointer(more.resolve("Location/1")) == "line 3"


def test_referring_finds_who_names_the_same() -> None:
    role = entry("PractitionerRole", "r", practitioner={"reference": "Practitioner/p"})
    other = entry("PractitionerRole", "s", practitioner={"reference": "Practitioner/q"})
    nowhere = entry("PractitionerRole", "t", practitioner={"reference": "Practitioner/gone"})
    context = context_of({"resource": IMMUNIZATION}, role, other, nowhere, entry("Practitioner", "p", "urn:uuid:7"))
    same = context.referring("urn:uuid:7", "PractitionerRole", "practitioner")
    assert [found.pointer for found in same] == ["bundle#/entry/1/resource"]
    same = context.referring({"reference": "Practitioner/gone"}, "PractitionerRole", "practitioner")
    assert [found.pointer for found in same] == ["bundle#/entry/3/resource"]
    assert context.referring(None, "PractitionerRole", "practitioner") == ()


def test_referring_sees_outer_resources_from_where_they_stand() -> None:
    """An outer role of Practitioner/1 speaks of the outer one, not of an inner one of the same name."""
    role = entry("PractitionerRole", "r", practitioner={"reference": "Practitioner/1"})
    inner = {"resourceType": "Bundle", "type": "document", "entry": [{"resource": IMMUNIZATION}, entry("Practitioner")]}
    context = context_of(role, entry("Practitioner"), {"resource": inner})
    assert context.referring("Practitioner/1", "PractitionerRole", "practitioner") == ()


def test_of_type_gives_contained_ones_first() -> None:
    record = {**IMMUNIZATION, "contained": [{"resourceType": "Location", "id": "x"}]}
    context = context_of(entry("Location"), {"resource": record})
    assert [found.pointer for found in context.of_type("Location", record)] == [
        "/contained/0",
        "bundle#/entry/0/resource",
    ]


def test_the_types_of_the_bundles_around_a_record() -> None:
    inner = {"resourceType": "Bundle", "type": "document", "entry": [{"resource": IMMUNIZATION}]}
    assert context_of({"resource": inner}, type_="message").bundle_types == ("document", "message")
    assert Context().bundle_types == ()


def test_once_is_once_for_the_same_surroundings() -> None:
    made: list[int] = []
    bundle = {"resourceType": "Bundle", "entry": [{"resource": IMMUNIZATION}, {"resource": IMMUNIZATION}]}
    contexts = [piece.bundle_context for piece in read_document(json.dumps(bundle).encode(), lambda _: False)]
    for context in (*contexts, contexts[0].with_more({})):
        context.once("key", lambda: made.append(1))
    assert len(made) == 2


def test_what_a_reference_leads_to_is_found_once_unless_it_leads_into_the_record() -> None:
    context = context_of({"resource": IMMUNIZATION})
    made: list[str] = []

    def ask(reference: dict[str, str], where: Context = context) -> None:
        where.once_led("key", reference, lambda: made.append(reference.get("reference", "")))

    for _ in range(2):
        ask({"reference": "Patient/p"})
        ask({"reference": "Patient/p", "display": "shown"})
        ask({"reference": "Patient/p"}, Context(context._scopes, "https://another/server/Immunization/1"))
    assert made == ["Patient/p", "Patient/p"]
    made.clear()
    for _ in range(2):
        ask({"reference": "#p"})
        ask({"reference": " #p"})
        ask({"reference": "Patient/p", "type": "Patient"})
        ask({})
        ask({"reference": "Patient/p"}, Context())
    assert len(made) == 10


def test_referring_finds_outer_resources_too() -> None:
    role = entry("PractitionerRole", "r", practitioner={"reference": "Practitioner/1"})
    inner = {"resourceType": "Bundle", "type": "document", "entry": [{"resource": IMMUNIZATION}]}
    context = context_of(role, entry("Practitioner"), {"resource": inner})
    same = context.referring("Practitioner/1", "PractitionerRole", "practitioner")
    assert [found.pointer for found in same] == ["bundle#/entry/0/resource"]
