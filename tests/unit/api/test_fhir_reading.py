"""Reading back: one resource, a version of it, and searches page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from adapter.store.store import open_store
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.immunization import Immunization

from sending import SYSTEM, by_identifier, deletion, encoded, immunization, nhs_number, stu3_immunization
from serving import FHIR, SUPPLIER, WRITE, Client

ONE = "/fhir/Immunization"


def pushed(client: Client, resource: Any, key: str = SUPPLIER, path: str = ONE, method: str = "POST") -> httpx.Response:
    content = resource if isinstance(resource, bytes) else encoded(resource)
    answer = client.ask(method, path, key, content=content, headers={"Content-Type": FHIR})
    assert answer.status_code in (200, 201), answer.text
    return answer


def path_of(answer: httpx.Response) -> str:
    return urlsplit(answer.headers["Location"]).path.partition("/_history")[0]


def read(client: Client, path: str, key: str = "audit:read", **headers: str) -> httpx.Response:
    return client.ask("GET", path, key, headers={name.replace("_", "-"): text for name, text in headers.items()})


def shown(client: Client) -> list[tuple[str, int]]:
    with open_store(client.settings.database_url, client.settings) as store:
        return [(one.what, one.records) for one in store.disclosures.listed()]


def found(answer: httpx.Response) -> list[str]:
    """The values of the first identifiers; the answer must be a Bundle that FHIR accepts."""
    assert answer.status_code == 200, answer.text
    Bundle.model_validate(answer.json())
    matches = [each for each in answer.json().get("entry", ()) if each["search"]["mode"] == "match"]
    for each in matches:
        assert each["fullUrl"].endswith("/" + each["resource"]["id"])
    return [each["resource"]["identifier"][0]["value"] for each in matches]


def pages(client: Client, query: str, key: str = "audit:read") -> Iterator[list[str]]:
    path: str | None = f"{ONE}?{query}"
    while path:
        answer = client.ask("GET", path, key)
        yield found(answer)
        onward = [each["url"] for each in answer.json()["link"] if each["relation"] == "next"]
        path = onward[0].removeprefix("http://service") if onward else None


def test_what_was_sent_is_shown_under_our_id(service: Client) -> None:
    sent = encoded(immunization("v1", id="theirs", meta={"versionId": "7", "profile": ["https://x.example/p"]}))
    sent = sent[:-1] + b', "doseQuantity": {"value":  0.50}}'
    made = pushed(service, sent)
    answer = read(service, path_of(made))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{FHIR}; fhirVersion=4.0"
    assert answer.headers["ETag"] == made.headers["ETag"] == 'W/"1"'
    told = answer.json()
    Immunization.model_validate(told)
    assert told["id"] == path_of(made).rpartition("/")[2]
    assert told["meta"]["versionId"] == "1"
    assert told["meta"]["profile"] == ["https://x.example/p"]
    stored = datetime.fromisoformat(told["meta"]["lastUpdated"])
    assert parsedate_to_datetime(answer.headers["Last-Modified"]) == stored.replace(microsecond=0)
    assert b'{"value":  0.50}' in answer.content
    same = json.loads(sent)
    assert {name: each for name, each in told.items() if name not in ("id", "meta")} == {
        name: each for name, each in same.items() if name not in ("id", "meta")
    }
    assert made.content == answer.content
    assert shown(service) == [(path_of(made).removeprefix("/fhir/") + "/_history/1", 1)]


def test_versions_and_a_delete(service: Client) -> None:
    path = path_of(pushed(service, immunization("v1", lotNumber="A")))
    own = path.rpartition("/")[2]
    pushed(service, immunization("v1", lotNumber="B", id=own), path=path, method="PUT")
    assert read(service, path).json()["lotNumber"] == "B"
    assert read(service, path).headers["ETag"] == 'W/"2"'
    assert read(service, f"{path}/_history/1").json()["lotNumber"] == "A"
    assert [read(service, f"{path}/_history/{vid}").status_code for vid in ("0", "3", "x", "01")] == [404] * 4
    assert service.ask("DELETE", path, WRITE).headers["ETag"] == 'W/"3"'
    gone = read(service, path)
    assert (gone.status_code, gone.json()["issue"][0]["code"]) == (410, "deleted")
    assert read(service, f"{path}/_history/3").status_code == 410
    assert read(service, f"{path}/_history/2").json()["lotNumber"] == "B"
    assert found(read(service, ONE)) == []
    pushed(service, immunization("v1", lotNumber="B"))
    assert read(service, path).headers["ETag"] == 'W/"4"'


def test_a_late_old_version_changes_nothing_that_is_read(service: Client) -> None:
    made = pushed(service, immunization("v1", lotNumber="new", meta={"versionId": "5"}))
    late = pushed(service, immunization("v1", lotNumber="old", meta={"versionId": "4"}))
    assert late.headers["ETag"] == 'W/"1"'
    assert late.headers["Location"].endswith("/_history/2")
    assert late.json()["resourceType"] == "OperationOutcome"
    path = path_of(made)
    assert read(service, path).json()["lotNumber"] == "new"
    assert read(service, f"{path}/_history/2").json()["lotNumber"] == "old"
    changed = immunization("v1", lotNumber="newest", id=path.rpartition("/")[2])
    assert service.push(path, changed, "PUT", If_Match='W/"2"').status_code == 412
    assert service.push(path, changed, "PUT", If_Match='W/"1"').status_code == 200


def test_what_is_known_is_not_sent_again(service: Client) -> None:
    path = path_of(pushed(service, immunization("v1")))
    for tag in ('W/"1"', "1", 'W/"0", W/"1"'):
        answer = read(service, path, If_None_Match=tag)
        assert (answer.status_code, answer.content) == (304, b"")
    assert shown(service) == []
    assert read(service, path, If_None_Match='W/"2"').status_code == 200


def test_a_key_of_a_feed_reads_that_feed(service: Client) -> None:
    with open_store(service.settings.database_url, service.settings) as store:
        store.feeds.remember("other")
        service.keys |= {"other": store.api_keys.create("other", ["feed:write:other", "audit:read"])[1]}
    mine = path_of(pushed(service, immunization("v1", id="same")))
    other = path_of(pushed(service, immunization("v1", id="same", lotNumber="X"), "other"))
    assert mine != other
    assert [read(service, path, SUPPLIER).status_code for path in (mine, other, f"{ONE}/same")] == [200, 404, 200]
    assert [read(service, path).status_code for path in (mine, other, f"{ONE}/same")] == [200, 200, 404]
    assert read(service, f"{ONE}/same", "other").json()["lotNumber"] == "X"
    assert read(service, f"{ONE}/same", "other").json()["id"] == "same"
    assert [len(found(read(service, ONE, key))) for key in (SUPPLIER, "other", "audit:read")] == [1, 1, 2]
    by_value = f"{ONE}?identifier={SYSTEM}|v1"
    assert [len(found(read(service, by_value, key))) for key in (SUPPLIER, "other", "audit:read")] == [1, 1, 2]
    assert read(service, "/trace/0000?bytes=true", SUPPLIER).status_code == 403


def test_fhir_versions_are_not_converted(service: Client) -> None:
    path = path_of(pushed(service, stu3_immunization("old")))
    pushed(service, immunization("new"))
    r4, stu3 = f"{FHIR}; fhirVersion=4.0", f"{FHIR}; fhirVersion=3.0"
    assert read(service, path).headers["Content-Type"] == stu3
    assert read(service, path, Accept=stu3).status_code == 200
    assert read(service, path, Accept=f"{r4}, {stu3}").status_code == 200
    assert read(service, path, Accept=r4).status_code == 406
    assert found(read(service, ONE)) == ["new"]
    older = read(service, ONE, Accept=stu3)
    assert older.headers["Content-Type"] == stu3
    entries = older.json()["entry"]
    assert [each["search"]["mode"] for each in entries] == ["match", "outcome"]
    assert entries[0]["resource"]["identifier"][0]["value"] == "old"
    assert "1 are left out" in entries[1]["resource"]["issue"][0]["details"]["text"]


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("", 200),
        ("*/*", 200),
        ("text/html, application/*;q=0.1", 200),
        ("application/json", 200),
        ("application/fhir+xml", 406),
        ("application/fhir+json;q=0", 406),
        ("application/fhir+json; fhirVersion=5.0", 406),
    ],
)
def test_what_is_accepted(service: Client, accept: str, status: int) -> None:
    assert read(service, "/fhir/metadata", Accept=accept).status_code == status
    assert read(service, ONE, Accept=accept).status_code == status
    answer = service.push(ONE, immunization("v1"), Accept=accept)
    assert answer.status_code == (201 if status == 200 else 406)


def test_formats_by_parameter(service: Client) -> None:
    xml = {"Accept": "application/fhir+xml"}
    assert read(service, f"{ONE}?_format=json", **xml).status_code == 200
    assert read(service, f"{ONE}?_format=application/fhir%2Bjson", **xml).status_code == 200
    assert read(service, f"{ONE}?_format=xml").status_code == 406


def test_search_by_identifier_and_id(service: Client) -> None:
    paths = [path_of(pushed(service, immunization(f"v{number}"))) for number in range(4)]
    ids = [path.rpartition("/")[2] for path in paths]
    assert found(read(service, f"{ONE}?identifier={SYSTEM}|v1")) == ["v1"]
    assert found(read(service, f"{ONE}?identifier={SYSTEM}|v1,{SYSTEM}|v3,{SYSTEM}|v9")) == ["v1", "v3"]
    assert found(read(service, f"{ONE}?identifier={SYSTEM}|v1&identifier={SYSTEM}|v2")) == []
    assert found(read(service, f"{ONE}?_id={ids[2]},{ids[0]},nothing")) == ["v0", "v2"]
    assert found(read(service, f"{ONE}?_id={ids[2]}&identifier={SYSTEM}|v2,{SYSTEM}|v0")) == ["v2"]
    assert found(read(service, f"{ONE}?_id=nothing")) == []
    assert len(shown(service)) == 6


def test_search_by_date(service: Client) -> None:
    for value, day in (("a", "2024-09-11"), ("b", "2024-09-12T00:10:00+01:00"), ("c", "2024-09"), ("d", "2024-10-01")):
        pushed(service, immunization(value, occurrenceDateTime=day))
    pushed(service, immunization("e", occurrenceDateTime=None, occurrenceString="long ago"))
    for query, expected in {
        "date=2024-09-12": ["b"],
        "date=2024-09": ["a", "b", "c"],
        "date=ge2024-09-12": ["b", "c", "d"],
        "date=gt2024-09-12": ["c", "d"],
        "date=sa2024-09-12": ["d"],
        "date=lt2024-09-12": ["a", "c"],
        "date=eb2024-09-12": ["a"],
        "date=ge2024-09-12&date=lt2024-10": ["b", "c"],
        "date=2024-09-11,2024-10-01": ["a", "d"],
        "date=ne2024-09-11&date=le2024-09-12": ["b", "c"],
    }.items():
        assert found(read(service, f"{ONE}?{query}")) == expected, query


def test_search_by_when_it_came(service: Client) -> None:
    for value in ("a", "b", "c"):
        pushed(service, immunization(value))
    [a, b, c] = [each["resource"]["meta"]["lastUpdated"] for each in read(service, ONE).json()["entry"]]
    assert a < b < c

    def came(*conditions: str) -> list[str]:
        params = [("_lastUpdated", each) for each in conditions]
        return found(service.ask("GET", ONE, "audit:read", params=params))

    assert came(b) == ["b"]
    assert came(f"gt{a}") == ["b", "c"]
    assert came(f"ge{b}", f"lt{c}") == ["b"]
    assert came(f"le{b}") == ["a", "b"]
    assert came(f"gt{c}") == []
    assert came(f"ge{c[:10]}") == came(f"ge{c[:4]}") == ["a", "b", "c"]
    pushed(service, immunization("a", lotNumber="X"))
    assert came(f"gt{c}") == ["a"]


def test_pages_stay_as_they_were(service: Client) -> None:
    for number in range(7):
        pushed(service, immunization(f"v{number}"))
    answers = pages(service, "_count=3")
    assert next(answers) == ["v0", "v1", "v2"]
    pushed(service, immunization("late"))
    pushed(service, immunization("v4", lotNumber="X"))
    pushed(service, deletion(by_identifier("v5")), path="/fhir")
    assert list(answers) == [["v3", "v4", "v5"], ["v6"]]
    assert list(pages(service, "_count=4")) == [["v0", "v1", "v2", "v3"], ["v6", "late", "v4"]]
    assert list(pages(service, f"_count=1&identifier={SYSTEM}|v0,{SYSTEM}|v1")) == [["v0"], ["v1"]]


def test_a_page_that_finds_little_leads_on(service: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from adapter.store import resource_search

    monkeypatch.setattr(resource_search, "MOST", 2)
    monkeypatch.setattr(resource_search, "_STEP", 2)
    for number in range(5):
        pushed(service, immunization(f"v{number}", occurrenceDateTime=f"2024-09-0{number + 1}"))
    assert list(pages(service, "date=2024-09-04,2024-09-05")) == [[], ["v3"], ["v4"]]


def test_a_search_by_form_leaves_nothing_in_a_url(service: Client) -> None:
    value = nhs_number(3)
    for number in range(3):
        pushed(service, immunization(f"{value}-{number}"))
    identifiers = ",".join(f"{SYSTEM}|{value}-{number}" for number in range(3))
    form = {"identifier": identifiers, "_count": "2"}
    answer = service.ask("POST", f"{ONE}/_search", "audit:read", data=form)
    assert found(answer) == [f"{value}-0", f"{value}-1"]
    links = {each["relation"]: each["url"] for each in answer.json()["link"]}
    assert value not in str(links)
    assert found(service.ask("GET", links["next"].removeprefix("http://service"), "audit:read")) == [f"{value}-2"]
    assert len(found(service.ask("POST", f"{ONE}/_search", "audit:read"))) == 3
    json_sent = service.ask("POST", f"{ONE}/_search", "audit:read", json=form)
    assert json_sent.status_code == 415
    assert service.ask("POST", f"{ONE}/_search?patient=1", "audit:read").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "patient=9990000026",
        "identifier:exact=a|b",
        "identifier=9990000026",
        "identifier=",
        "identifier=a|b,c",
        "date=soon",
        "date=ap2024",
        "date=2024-02-30",
        "date=2024-01,",
        "_lastUpdated=2024,2023",
        "_lastUpdated=ne2024",
        "_count=0",
        "_count=many",
        "_cursor=AAAA",
        "_cursor=W1tdLFstMSwxLFsxLDFdXV0",
        "_sort=date",
        "&".join(["date=2024"] * 11),
    ],
)
def test_a_search_that_cannot_be_meant(service: Client, query: str) -> None:
    answer = read(service, f"{ONE}?{query}")
    assert answer.status_code == 400
    assert "999000" not in answer.text
    assert answer.json()["issue"][0]["details"]["text"].endswith(".")


def test_what_the_sender_prefers(service: Client) -> None:
    sent = immunization("v1")
    minimal = service.push(ONE, sent, Prefer="return=minimal")
    assert (minimal.status_code, minimal.content, minimal.headers["ETag"]) == (201, b"", 'W/"1"')
    assert minimal.headers["Preference-Applied"] == "return=minimal"
    outcome = service.push(ONE, sent, Prefer="respond-async, return=OperationOutcome")
    assert outcome.json()["resourceType"] == "OperationOutcome"
    whole = service.push(ONE, sent, Prefer="return=representation")
    assert whole.json()["identifier"] == sent["identifier"]
    assert service.push(ONE, sent, Prefer="return=everything").json() == whole.json()
    path = path_of(whole)
    assert service.ask("DELETE", path, WRITE, headers={"Prefer": "return=minimal"}).status_code == 204
    assert shown(service) == []


def test_what_was_there_before_is_shown_to_those_who_may_read(service: Client) -> None:
    pushed(service, immunization("v1", lotNumber="A"))
    headers = {"Content-Type": FHIR, "If-None-Exist": f"identifier={SYSTEM}|v1", "Prefer": "return=representation"}
    blind = service.ask("POST", ONE, WRITE, json=immunization("v1", lotNumber="B"), headers=headers)
    assert (blind.status_code, blind.json()["resourceType"]) == (200, "OperationOutcome")
    assert shown(service) == []
    seeing = service.ask("POST", ONE, SUPPLIER, json=immunization("v1", lotNumber="B"), headers=headers)
    assert (seeing.status_code, seeing.json()["lotNumber"]) == (200, "A")
    assert len(shown(service)) == 1


def test_a_bundle_answers_as_is_preferred(service: Client) -> None:
    sent = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": immunization("v1")}]}
    for wish, names in (("minimal", {"response"}), ("representation", {"resource", "response"})):
        answer = service.push("/fhir", sent, Prefer=f"return={wish}")
        Bundle.model_validate(answer.json())
        [entry] = answer.json()["entry"]
        assert entry.keys() == names
        assert "outcome" not in entry["response"]
    [entry] = service.push("/fhir", sent).json()["entry"]
    assert entry["response"]["outcome"]["issue"][0]["severity"] == "information"


def test_answers_are_gzip_for_those_who_accept_it(service: Client) -> None:
    for number in range(5):
        pushed(service, immunization(f"v{number}"))
    plain = read(service, ONE, Accept_Encoding="identity")
    packed = read(service, ONE, Accept_Encoding="gzip")
    assert ("Content-Encoding" in plain.headers, packed.headers["Content-Encoding"]) == (False, "gzip")
    assert packed.json() == plain.json()
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_the_capability_statement_says_what_is_there(service: Client) -> None:
    [rest] = read(service, "/fhir/metadata").json()["rest"]
    [said] = rest["resource"]
    offered = {(method.upper(), path) for path, ways in service.app.openapi()["paths"].items() for method in ways}
    routes = {
        "create": ("POST", ONE),
        "read": ("GET", f"{ONE}/{{id}}"),
        "vread": ("GET", f"{ONE}/{{id}}/_history/{{vid}}"),
        "update": ("PUT", f"{ONE}/{{id}}"),
        "delete": ("DELETE", f"{ONE}/{{id}}"),
        "search-type": ("GET", ONE),
    }
    assert {each["code"] for each in said["interaction"]} == {
        name for name, route in routes.items() if route in offered
    }
    assert {each["code"] for each in rest["interaction"]} == {"transaction", "batch"}
    pushed(service, immunization("v1"))
    samples = {"identifier": f"{SYSTEM}|v1", "date": "2024-09-12", "_lastUpdated": "ge2024", "_id": "x"}
    assert {each["name"] for each in said["searchParam"]} == set(samples)
    for name, sample in samples.items():
        assert found(service.ask("GET", ONE, "audit:read", params={name: sample})) == (["v1"] if name != "_id" else [])
