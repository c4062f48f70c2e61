"""Pulling by search: windows, cursors and pages, with the network and the clock played."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
import respx
from adapter.feeds.door import Pulled
from adapter.feeds.pull import pull
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import ApiKey, ClientSecret, Search, Waiting
from adapter.feeds.sources import fingerprint
from adapter.settings import Settings
from adapter.store.store import Store, open_store

from sending import encoded, immunization, known, nhs_number

BASE = "https://source.example/fhir"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SEARCH = Search(url=BASE, waiting=Waiting(attempts=3))
EMPTY: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings.database_url, settings, lambda: NOW) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


Pull = Callable[..., Pulled]


@pytest.fixture
def pulled(store: Store) -> Pull:
    def once(
        source: Search = SEARCH, environ: dict[str, str] | None = None, pauses: list[float] | None = None
    ) -> Pulled:
        return pull(store, "trust", source, environ or {}, pause=(pauses if pauses is not None else []).append)

    return once


def page(*values: str, following: str | None = None, total: int | None = None, **more: Any) -> dict[str, Any]:
    entries = [{"resource": immunization(value, id=f"i-{value}"), "search": {"mode": "match"}} for value in values]
    link = [{"relation": "self", "url": "self"}] + ([{"relation": "next", "url": following}] if following else [])
    made = EMPTY | {"link": link} | ({"entry": entries} if entries else {}) | more
    return made if total is None else made | {"total": total}


def since_of(call: Any) -> list[str]:
    found: list[str] = call.request.url.params.get_list("_lastUpdated")
    return found


def test_windows_overlap_and_the_cursor_is_the_servers_clock(
    server: respx.MockRouter, store: Store, pulled: Pull
) -> None:
    route = server.get(f"{BASE}/Immunization").respond(
        json=page("v1"), headers={"Date": "Thu, 01 Jan 2026 11:00:00 GMT"}
    )
    assert pulled().figures.new == 1
    assert pulled().figures.receipts == 1
    assert since_of(route.calls[0]) == ["ge1900-01-01T00:00:00.000Z"]
    assert since_of(route.calls[1]) == ["ge2026-01-01T10:55:00.000Z"]
    assert route.calls[0].request.url.params["_include"] == "Immunization:patient"
    assert len(known(store)) == 1


def test_a_clock_ahead_of_ours_does_not_move_the_cursor_ahead(server: respx.MockRouter, pulled: Pull) -> None:
    route = server.get(f"{BASE}/Immunization").respond(
        json=page("v1"), headers={"Date": "Thu, 01 Jan 2099 11:00:00 GMT"}
    )
    pulled()
    pulled()
    assert since_of(route.calls[1]) == ["ge2026-01-01T11:55:00.000Z"]


def test_a_long_time_is_cut_into_windows_and_each_moves_the_cursor(
    server: respx.MockRouter, store: Store, pulled: Pull
) -> None:
    source = Search(url=BASE, since=date(2025, 11, 1), window_days=30, overlap=0, waiting=Waiting(attempts=1))
    answers = [httpx.Response(200, json=page("v1")), httpx.Response(500), httpx.Response(200, json=page("v2"))]
    route = server.get(f"{BASE}/Immunization").mock(side_effect=[*answers, httpx.Response(200, json=page("v3"))])
    with pytest.raises(SourceFailed, match="busy or broken"):
        pulled(source)
    pulled(source)
    first, second = "2025-11-01T00:00:00.000Z", "2025-12-01T00:00:00.000Z"
    third = "2025-12-31T00:00:00.000Z"
    assert since_of(route.calls[0]) == [f"ge{first}", f"lt{second}"]
    assert since_of(route.calls[1]) == since_of(route.calls[2]) == [f"ge{second}", f"lt{third}"]
    assert since_of(route.calls[3]) == [f"ge{third}"]
    assert len(known(store)) == 3


@pytest.mark.parametrize(
    "following",
    [
        f"{BASE}/Immunization?page=2&x=%7C",
        "Immunization?page=2&x=%7C",
        "?page=2&x=%7C",
        "/fhir/Immunization?page=2&x=%7C",
        "//source.example/fhir/Immunization?page=2&x=%7C",
        " ?page=2&x=%7C ",
    ],
    ids=["absolute", "relative", "query", "path", "host", "blanks"],
)
def test_a_next_link_of_any_form_is_followed_as_it_stands(
    server: respx.MockRouter, store: Store, pulled: Pull, following: str
) -> None:
    second = server.get(f"{BASE}/Immunization", params={"page": "2"}).respond(json=page("v2"))
    server.get(f"{BASE}/Immunization").respond(json=page("v1", following=following))
    assert pulled().figures.new == 2
    assert str(second.calls[0].request.url) == f"{BASE}/Immunization?page=2&x=%7C"


def test_pages_are_kept_byte_for_byte(server: respx.MockRouter, store: Store, pulled: Pull) -> None:
    sent = b" " + encoded(page("v1")) + b"\r\n"
    server.get(f"{BASE}/Immunization").respond(content=sent)
    pulled()
    [delivery] = store.deliveries.listed()
    assert b"".join(store.deliveries.bytes_as_they_came(delivery.id)) == sent


def test_an_empty_page_is_no_delivery_and_moves_the_cursor(
    server: respx.MockRouter, store: Store, pulled: Pull
) -> None:
    server.get(f"{BASE}/Immunization").respond(json=EMPTY | {"total": 0})
    assert pulled().deliveries == 0
    assert store.deliveries.listed() == []
    step = store.pulls.latest("trust", fingerprint(SEARCH))
    assert step
    assert (step.what, step.cursor) == ("finished", "2026-01-01T12:00:00.000Z")


def test_an_outcome_among_the_matches_is_kept_and_harms_nothing(
    server: respx.MockRouter, store: Store, pulled: Pull
) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "suppressed"}]}
    answer = page("v1", total=1)
    answer["entry"].append({"resource": outcome, "search": {"mode": "outcome"}})
    server.get(f"{BASE}/Immunization").respond(json=answer)
    figures = pulled().figures
    assert (figures.new, figures.quarantined, figures.context) == (1, 0, 1)


def test_a_page_that_comes_twice_is_taken_once_and_the_rest_is_not_missed(
    server: respx.MockRouter, store: Store, pulled: Pull
) -> None:
    server.get(f"{BASE}/Immunization", params={"page": "3"}).respond(json=page("v2"))
    server.get(f"{BASE}/Immunization", params={"page": "2"}).respond(json=page("v1", following="?page=3"))
    server.get(f"{BASE}/Immunization").respond(json=page("v1", following="?page=2"))
    done = pulled()
    assert (done.deliveries, done.figures.new, done.figures.receipts) == (2, 2, 0)


def test_a_circle_is_noticed_and_the_cursor_stays(server: respx.MockRouter, store: Store, pulled: Pull) -> None:
    server.get(f"{BASE}/Immunization").respond(json=page("v1", following="?page=2"))
    pauses: list[float] = []
    with pytest.raises(SourceFailed, match="circle"):
        pulled(pauses=pauses)
    assert len(pauses) == 3
    assert len(known(store)) == 1
    assert store.pulls.latest("trust", fingerprint(SEARCH), "reached", "finished") is None


def test_a_circle_after_the_last_record_is_no_fault(server: respx.MockRouter, store: Store, pulled: Pull) -> None:
    server.get(f"{BASE}/Immunization").respond(json=page("v1", total=1, following="?page=2"))
    assert pulled().figures.new == 1


def test_pages_without_end_that_bring_nothing_end(server: respx.MockRouter, store: Store, pulled: Pull) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "1"))
        return httpx.Response(200, json=page("v1", following=f"?page={number + 1}"))

    server.get(f"{BASE}/Immunization").mock(side_effect=answer)
    with pytest.raises(SourceFailed, match="circle"):
        pulled()
    assert server.calls.call_count < 100


def test_fewer_than_the_total_is_walked_again(server: respx.MockRouter, store: Store, pulled: Pull) -> None:
    answers = [page("v1", total=2), page("v1", "v2", total=2)]
    route = server.get(f"{BASE}/Immunization").mock(side_effect=[httpx.Response(200, json=each) for each in answers])
    assert pulled().figures.new == 2
    assert route.call_count == 2


def test_a_total_that_never_comes_is_told_unless_it_is_not_to_be_looked_at(
    server: respx.MockRouter, store: Store, pulled: Pull
) -> None:
    server.get(f"{BASE}/Immunization").respond(json=page("v1", total=7))
    with pytest.raises(SourceFailed, match="gave 1 of the 7"):
        pulled()
    assert pulled(Search(url=BASE, check_total=False)).figures.receipts == 1


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ReadTimeout("hush"),
        httpx.ConnectError("hush"),
        httpx.RemoteProtocolError("hush"),
        httpx.Response(503),
        httpx.Response(200, content=b'{"resourceType": "Bun'),
        httpx.Response(200, content=b"<html>"),
    ],
    ids=["timeout", "connect", "broken off", "503", "cut", "html"],
)
def test_faults_that_may_pass_are_tried_again_with_chance_in_the_pauses(
    server: respx.MockRouter, store: Store, pulled: Pull, fault: Exception | httpx.Response
) -> None:
    server.get(f"{BASE}/Immunization").mock(side_effect=[fault, fault, httpx.Response(200, json=page("v1"))])
    pauses: list[float] = []
    assert pulled(pauses=pauses).figures.new == 1
    assert len(pauses) == 2
    assert all(0 <= pause <= 20 for pause in pauses)


@pytest.mark.parametrize(
    ("header", "seconds"), [("17", 17.0), ("Thu, 01 Jan 2099 00:00:00 GMT", None), ("86400", None)]
)
def test_retry_after_is_honoured_within_the_budget(
    server: respx.MockRouter, pulled: Pull, header: str, seconds: float | None
) -> None:
    answers = [httpx.Response(429, headers={"Retry-After": header}), httpx.Response(200, json=page("v1"))]
    server.get(f"{BASE}/Immunization").mock(side_effect=answers)
    pauses: list[float] = []
    if seconds is None:
        with pytest.raises(SourceFailed, match="429"):
            pulled(pauses=pauses)
        assert pauses == []
    else:
        pulled(pauses=pauses)
        assert pauses == [seconds]


def test_credentials_stay_at_home(server: respx.MockRouter, pulled: Pull) -> None:
    other = server.get("https://elsewhere.example/page").respond(json=page("v2"))
    first = server.get(f"{BASE}/Immunization").respond(json=page("v1", following="https://elsewhere.example/page"))
    pulled(Search(url=BASE, credentials=ApiKey(key_env="KEY")), {"KEY": "hush"})
    assert first.calls[0].request.headers["apikey"] == "hush"
    assert "apikey" not in other.calls[0].request.headers


def test_a_redirection_is_followed_without_credentials_elsewhere(server: respx.MockRouter, pulled: Pull) -> None:
    other = server.get("https://elsewhere.example/page").respond(json=page("v1"))
    server.get(f"{BASE}/Immunization").respond(307, headers={"Location": "https://elsewhere.example/page"})
    assert pulled(Search(url=BASE, credentials=ApiKey(key_env="KEY")), {"KEY": "hush"}).figures.new == 1
    assert "apikey" not in other.calls[0].request.headers


def test_an_expired_token_is_asked_for_anew_once(server: respx.MockRouter, pulled: Pull) -> None:
    tokens = server.post("https://login.example/token").mock(
        side_effect=[httpx.Response(200, json={"access_token": f"t{n}", "expires_in": 3600}) for n in range(2)]
    )
    asked = server.get(f"{BASE}/Immunization").mock(
        side_effect=[httpx.Response(401), httpx.Response(200, json=page("v1"))]
    )
    client = ClientSecret(token_url="https://login.example/token", client_id="c", client_secret_env="S")  # noqa: S106
    assert pulled(Search(url=BASE, credentials=client), {"S": "hush"}).figures.new == 1
    assert tokens.call_count == 2
    assert [call.request.headers["Authorization"] for call in asked.calls] == ["Bearer t0", "Bearer t1"]


@pytest.mark.parametrize(("status", "says"), [(401, "credentials"), (403, "credentials"), (400, "question")])
def test_a_refusal_is_one_sentence_without_an_address(
    server: respx.MockRouter, store: Store, pulled: Pull, status: int, says: str
) -> None:
    person = nhs_number(1)
    server.get(f"{BASE}/Immunization").respond(status, json={"diagnostics": person})
    source = Search(url=BASE, parameters=(f"patient.identifier={person}",))
    with pytest.raises(SourceFailed, match=says) as raised:
        pulled(source)
    said = str(raised.value)
    assert not re.search(r"https?:|\?|\n|999", said)
    assert server.calls.call_count == 1
    step = store.pulls.latest("trust", fingerprint(source))
    assert step
    assert (step.what, step.note) == ("failed", said)


def test_the_cursor_of_one_server_is_not_used_at_another(server: respx.MockRouter, pulled: Pull) -> None:
    server.get(f"{BASE}/Immunization").respond(json=page("v1"))
    other = server.get("https://other.example/Immunization").respond(json=page("v1"))
    pulled()
    pulled(Search(url="https://other.example"))
    assert since_of(other.calls[0]) == ["ge1900-01-01T00:00:00.000Z"]
