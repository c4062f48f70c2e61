"""What each count means, the counts and where they came from, as FHIR that the models of R4 take."""

from __future__ import annotations

from typing import Any

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.provenance import Provenance

from serving import FHIR, Client


def of(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.ask("GET", path, "counts:read")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == FHIR
    told: dict[str, Any] = answer.json()
    return told


def test_each_report_names_a_measure_that_has_its_indicators(filled: Client) -> None:
    reports, measures = of(filled, "/fhir/MeasureReport"), of(filled, "/fhir/Measure")
    assert Bundle.model_validate(reports)
    assert Bundle.model_validate(measures)
    meant = {
        f"{one['resource']['url']}|{one['resource']['version']}": {
            group["code"]["coding"][0]["code"] for group in one["resource"]["group"]
        }
        for one in measures["entry"]
    }
    assert reports["entry"]
    for one in reports["entry"]:
        report = one["resource"]
        assert {group["code"]["coding"][0]["code"] for group in report["group"]} <= meant[report["measure"]]


def test_the_reports_say_what_the_counts_say(filled: Client) -> None:
    counts = filled.ask("GET", "/counts?practice=D83013", "counts:read").json()
    groups = {
        group["id"]: {one["code"]["coding"][0]["code"]: one["count"] for one in group["population"]}
        for entry in of(filled, "/fhir/MeasureReport?practice=D83013")["entry"]
        for group in entry["resource"]["group"]
    }
    assert groups == {
        one["count"]: {"counted": one["value"], "excluded": one["excluded"], "queried": one["queried"]}
        for one in counts
    }


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
