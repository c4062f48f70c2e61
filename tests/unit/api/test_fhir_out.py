"""What each count means, the counts and where they came from, as FHIR that the models of R4 take."""

from __future__ import annotations

from typing import Any

from adapter.cli.demo import fixtures_folder
from adapter.cli.ingest import take_all
from adapter.settings import Settings
from adapter.store.store import open_store
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.provenance import Provenance

from serving import FHIR, Client


def of(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.ask("GET", path, "counts:read")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == FHIR
    told: dict[str, Any] = answer.json()
    return told


def codes(population: dict[str, Any]) -> frozenset[str]:
    ours = [each["code"] for each in population["code"]["coding"] if each["system"].startswith("urn:")]
    return frozenset(ours)


def test_each_report_names_a_measure_that_has_its_indicator_and_populations(filled: Client) -> None:
    reports, measures = of(filled, "/fhir/MeasureReport"), of(filled, "/fhir/Measure")
    assert Bundle.model_validate(reports)
    assert Bundle.model_validate(measures)
    meant = {}
    for one in measures["entry"]:
        [group] = one["resource"]["group"]
        said = {codes(each) for each in group["population"]}
        meant[f"{one['resource']['url']}|{one['resource']['version']}"] = (group["code"], said)
    assert reports["entry"]
    for one in reports["entry"]:
        [group] = one["resource"]["group"]
        indicator, populations = meant[one["resource"]["measure"]]
        assert group["code"] == indicator
        assert {codes(each) for each in group["population"]} <= populations


def test_the_reports_say_what_the_counts_say_and_add_up(filled: Client, settings: Settings) -> None:
    with open_store(settings.database_url, settings) as store:
        store.feeds.remember("maternity")
        take_all(store, "maternity", [fixtures_folder() / "fhir" / "autumn_2024" / "poc_trust"])
    assert filled.ask("POST", "/runs", "admin", json={"from": "2024-09", "to": "2024-12"}).status_code == 201
    counts = filled.ask("GET", "/counts?practice=D83013", "counts:read").json()
    groups = [entry["resource"]["group"][0] for entry in of(filled, "/fhir/MeasureReport?practice=D83013")["entry"]]
    told = {}
    for group in groups:
        numbers = {each["id"]: each["count"] for each in group["population"]}
        excluded = sum(number for id_, number in numbers.items() if id_.startswith("excluded-"))
        assert numbers["records"] == numbers["counted"] + excluded + numbers["queried"]
        told[group["id"]] = (numbers["counted"], excluded, numbers["queried"])
    assert told == {one["count"]: (one["value"], one["excluded"], one["queried"]) for one in counts}
    assert any(excluded for _, excluded, _ in told.values())


def test_a_subject_list_is_for_auditors_and_recorded(filled: Client, settings: Settings) -> None:
    path = "/fhir/MeasureReport?practice=D83013&type=subject-list"
    assert filled.ask("GET", path, "counts:read").status_code == 403
    assert filled.ask("GET", "/fhir/MeasureReport?type=subject-list", "audit:read").status_code == 400
    told = filled.ask("GET", path, "audit:read").json()
    assert Bundle.model_validate(told)
    decided = filled.ask("GET", "/decisions?practice=D83013&format=json", "counts:read").json()
    shown = 0
    for entry in told["entry"]:
        report = entry["resource"]
        lists = {each["id"]: len(each.get("entry", [])) for each in report["contained"]}
        assert lists == {each["id"]: each["count"] for each in report["group"][0]["population"]}
        shown += lists["records"]
        [counted] = [each for each in report["contained"] if each["id"] == "counted"]
        ids = {item["item"]["identifier"]["value"] for item in counted.get("entry", [])}
        assert ids <= {one["decision"] for one in decided if one["outcome"] == "counted"}
    with open_store(settings.database_url, settings) as store:
        [entry] = store.disclosures.listed()
        assert (entry.what, entry.records) == ("MeasureReport of D83013", shown)


def test_a_count_leads_to_its_record_versions(filled: Client) -> None:
    [count, *_] = [one for one in filled.ask("GET", "/counts", "counts:read").json() if one["value"]]
    told = of(filled, f"/fhir/Provenance?target={count['count']}")
    assert Provenance.model_validate(told)
    sources = [one for one in told["entity"] if one["role"] == "source"]
    outcomes = [said["valueCode"] for one in sources for said in one["extension"] if said["url"].endswith(":outcome")]
    assert outcomes.count("counted") == count["value"]
    assert len(outcomes) == count["value"] + count["excluded"] + count["queried"]
    traced = filled.ask("GET", f"/trace/{count['count']}", "counts:read").json()["decisions"]
    deliveries = {
        said["valueString"] for one in sources for said in one["extension"] if said["url"].endswith("delivery")
    }
    assert deliveries == {one["delivery"]["id"] for one in traced}
    reports = of(filled, f"/fhir/MeasureReport?practice={count['practice']}")["entry"]
    assert told["target"][0]["reference"].removeprefix("MeasureReport/") in {one["resource"]["id"] for one in reports}


def test_what_is_no_count_has_no_provenance(filled: Client) -> None:
    decision = filled.ask("GET", "/decisions?format=json", "counts:read").json()[0]["decision"]
    for target in (decision, "0000"):
        assert of(filled, f"/fhir/Provenance?target={target}", 404)["resourceType"] == "OperationOutcome"
