"""Fetching from the Organisation Data Terminology API, with the network and the clock played."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import httpx
import msgspec
import pytest
import respx
from adapter.feeds.organisations import OrganisationApi, OrganisationsUnavailable
from adapter.organisations.parse import parse
from adapter.organisations.release import Release

BASE = "https://ods.example/fhir"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def api(pauses: list[float]) -> OrganisationApi:
    return OrganisationApi(BASE, "a-key", client=httpx.Client(), pause=pauses.append, now=lambda: NOW, attempts=4)


def bundle(*, following: str | None = None, note: str = "") -> bytes:
    link = [{"relation": "self", "url": "self"}]
    if following is not None:
        link.append({"relation": "next", "url": following})
    return msgspec.json.encode({"resourceType": "Bundle", "type": "searchset", "id": note, "link": link})


def of_one(api: OrganisationApi) -> list[bytes]:
    return list(api.of(["A81001"]))


def test_pages_follow_the_link_as_it_stands_and_come_verbatim(server: respx.MockRouter, api: OrganisationApi) -> None:
    second = f"{BASE}/Organization?_count=2&_offset=2&weird=%7Cvalue"
    pages = [bundle(following=second, note="1"), b"  " + bundle(note="2"), bundle(note="3")]
    server.get(f"{BASE}/Organization", params={"_offset": "2"}).respond(content=pages[1])
    first = server.get(f"{BASE}/Organization").respond(content=pages[0])
    server.get(f"{BASE}/OrganizationAffiliation").respond(content=pages[2])
    assert of_one(api) == pages
    asked = [str(call.request.url) for call in server.calls]
    assert asked[1] == second
    sent = first.calls[0].request
    assert sent.headers["apikey"] == "a-key"
    assert sent.url.params["identifier"] == "https://fhir.nhs.uk/Id/ods-organization-code|A81001"
    assert all(isinstance(parse(page, ""), Release) for page in pages)


def test_codes_are_asked_for_in_handfuls(server: respx.MockRouter, api: OrganisationApi) -> None:
    organisations = server.get(f"{BASE}/Organization").respond(content=bundle())
    affiliations = server.get(f"{BASE}/OrganizationAffiliation").respond(content=bundle())
    assert len(list(api.of([f"A{number:05}" for number in range(51)]))) == 4
    assert organisations.call_count == 2
    assert affiliations.calls[1].request.url.params["primary-organization"] == "A00050"


def test_changes_come_after_the_deletions_that_they_may_undo(server: respx.MockRouter, api: OrganisationApi) -> None:
    removed = b'{"resourceType": "List", "id": "Organization-deletion"}'
    server.get(f"{BASE}/List/Organization-deletion").respond(content=removed)
    server.get(url__startswith=f"{BASE}/List/").respond(404)
    changed = server.get(f"{BASE}/Organization").respond(content=bundle(note="o"))
    related = server.get(f"{BASE}/OrganizationAffiliation").respond(content=bundle(note="a"))
    answers = list(api.changed(date(2026, 1, 1), date(2026, 1, 31)))
    assert answers == [removed, bundle(note="o"), bundle(note="a")]
    assert changed.calls[0].request.url.params.get_list("lastChangeDate") == ["ge2026-01-01", "le2026-01-31"]
    assert related.calls[0].request.url.params.get_list("_lastUpdated") == ["ge2026-01-01", "le2026-01-31"]


def test_a_next_link_may_be_relative(server: respx.MockRouter, api: OrganisationApi) -> None:
    server.get(f"{BASE}/Organization", params={"page": "2"}).respond(content=bundle(note="2"))
    server.get(f"{BASE}/Organization").respond(content=bundle(following="Organization?page=2"))
    server.get(f"{BASE}/OrganizationAffiliation").respond(content=bundle())
    assert of_one(api)[1] == bundle(note="2")


def test_the_key_goes_to_its_own_host_only(server: respx.MockRouter, api: OrganisationApi) -> None:
    server.get(f"{BASE}/Organization").respond(content=bundle(following="https://elsewhere.example/page"))
    other = server.get("https://elsewhere.example/page").respond(content=bundle(note="2"))
    server.get(f"{BASE}/OrganizationAffiliation").respond(content=bundle())
    assert bundle(note="2") in of_one(api)
    assert "apikey" not in other.calls[0].request.headers


@pytest.mark.parametrize("following", ["ftp://ods.example/page", "mailto:x", "https://[nonsense"])
def test_a_next_link_that_is_no_web_address_ends_it(
    server: respx.MockRouter, api: OrganisationApi, following: str
) -> None:
    server.get(f"{BASE}/Organization").respond(content=bundle(following=following))
    with pytest.raises(OrganisationsUnavailable, match="no web address"):
        of_one(api)


def test_pages_in_a_circle_are_noticed(server: respx.MockRouter, api: OrganisationApi) -> None:
    server.get(f"{BASE}/Organization", params={"page": "2"}).respond(
        content=bundle(following=f"{BASE}/Organization?page=2")
    )
    server.get(f"{BASE}/Organization").respond(content=bundle(following=f"{BASE}/Organization?page=2"))
    with pytest.raises(OrganisationsUnavailable, match="circle"):
        of_one(api)
    assert server.calls.call_count == 2


@pytest.mark.parametrize(
    ("header", "expected"),
    [("17", 17.0), ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0), ("Thu, 01 Jan 2025 12:00:00 GMT", 0.0)],
)
def test_a_busy_server_is_left_alone_as_long_as_it_asks(
    server: respx.MockRouter, api: OrganisationApi, pauses: list[float], header: str, expected: float
) -> None:
    answers = [httpx.Response(429, headers={"Retry-After": header}), httpx.Response(200, content=bundle())]
    server.get(f"{BASE}/Organization").mock(side_effect=answers)
    server.get(f"{BASE}/OrganizationAffiliation").respond(content=bundle())
    assert len(of_one(api)) == 2
    assert pauses == [expected]


@pytest.mark.parametrize("fault", [httpx.ReadTimeout("slow"), httpx.ConnectError("down"), httpx.Response(503)])
def test_faults_that_may_pass_are_tried_again(
    server: respx.MockRouter, api: OrganisationApi, pauses: list[float], fault: Exception | httpx.Response
) -> None:
    server.get(f"{BASE}/Organization").mock(side_effect=[fault, fault, httpx.Response(200, content=bundle())])
    server.get(f"{BASE}/OrganizationAffiliation").respond(content=bundle())
    assert len(of_one(api)) == 2
    assert len(pauses) == 2
    assert all(0 <= pause <= 60 for pause in pauses)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (httpx.ReadTimeout("slow"), "in time"),
        (httpx.ConnectError("down"), "reached"),
        (httpx.Response(500), "500"),
        (httpx.Response(429, headers={"Retry-After": "nonsense"}), "429"),
    ],
)
def test_patience_ends(
    server: respx.MockRouter, api: OrganisationApi, pauses: list[float], fault: Exception | httpx.Response, says: str
) -> None:
    server.get(f"{BASE}/Organization").mock(side_effect=[fault] * 9)
    with pytest.raises(OrganisationsUnavailable, match=says):
        of_one(api)
    assert len(pauses) == 3


def test_a_wait_beyond_the_budget_is_not_waited_for(
    server: respx.MockRouter, api: OrganisationApi, pauses: list[float]
) -> None:
    server.get(f"{BASE}/Organization").respond(429, headers={"Retry-After": "86400"})
    with pytest.raises(OrganisationsUnavailable, match="Ask again later"):
        of_one(api)
    assert pauses == []


def test_an_answer_too_big_is_asked_for_in_smaller_pages(server: respx.MockRouter, api: OrganisationApi) -> None:
    small = server.get(f"{BASE}/Organization", params={"_count": "6"}).respond(content=bundle())
    server.get(f"{BASE}/Organization").respond(422)
    server.get(f"{BASE}/OrganizationAffiliation").respond(content=bundle())
    assert len(of_one(api)) == 2
    assert small.call_count == 1


def test_an_answer_too_big_at_any_size_ends_it(server: respx.MockRouter, api: OrganisationApi) -> None:
    server.get(f"{BASE}/Organization").respond(422)
    with pytest.raises(OrganisationsUnavailable, match="fewer days or codes"):
        of_one(api)
    assert server.calls.call_count == 4


@pytest.mark.parametrize(
    "content", [b"<html>", b"", b"[]", b"\xff", b'{"resourceType": "OperationOutcome"}', b'"Bundle"']
)
def test_garbage_ends_it(server: respx.MockRouter, api: OrganisationApi, content: bytes) -> None:
    server.get(f"{BASE}/Organization").respond(content=content)
    with pytest.raises(OrganisationsUnavailable, match="no Bundle"):
        of_one(api)


@pytest.mark.parametrize(("status", "says"), [(401, "key"), (403, "key"), (400, "question"), (302, "question")])
def test_a_refusal_says_what_to_check_and_is_not_repeated(
    server: respx.MockRouter, api: OrganisationApi, status: int, says: str
) -> None:
    server.get(f"{BASE}/Organization").respond(status, headers={"Location": "https://elsewhere.example/"})
    with pytest.raises(OrganisationsUnavailable, match=says) as raised:
        of_one(api)
    assert server.calls.call_count == 1
    assert "a-key" not in str(raised.value)
