"""A terminology server in all its moods: whatever it says, what comes back is a value, and never a wrong no."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx
from adapter.feeds.client_credentials import ClientCredentials
from adapter.feeds.patience import Patience
from adapter.feeds.terminology import Expansion, LookUp, Match, Member, TerminologyServer, Translation, Validation
from adapter.feeds.terminology_cache import CachedTerminology
from adapter.store.store import Store

BASE, TOKEN = "https://terminology.example/fhir", "https://login.example/token"
SNOMED, CODE = "http://snomed.info/sct", "956951000000104"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECRET = "a-secret"  # noqa: S105


@pytest.fixture
def network() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def seconds() -> list[float]:
    return [0.0]


@pytest.fixture
def patience(pauses: list[float]) -> Patience:
    return Patience(pause=pauses.append, now=lambda: NOW)


@pytest.fixture
def open_server(patience: Patience) -> TerminologyServer:
    return TerminologyServer(BASE, client=httpx.Client(), patience=patience)


@pytest.fixture
def server(patience: Patience, seconds: list[float]) -> TerminologyServer:
    client = httpx.Client()
    credentials = ClientCredentials(TOKEN, "client", SECRET, client=client, clock=lambda: seconds[0])
    return TerminologyServer(BASE, credentials, client=client, patience=patience)


def parameters(*given: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(given)}


def outcome(code: str) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]}


def token(name: str = "t1", **more: Any) -> dict[str, Any]:
    return {"access_token": name, "token_type": "Bearer", "expires_in": 300} | more


LOOKED_UP = parameters(
    {"name": "name", "valueString": "SNOMED CT"},
    {"name": "display", "valueString": "A vaccination"},
    {"name": "property", "part": [{"name": "code", "valueCode": "inactive"}, {"name": "value", "valueBoolean": True}]},
)
RESULT = parameters({"name": "result", "valueBoolean": True}, {"name": "display", "valueString": "A vaccination"})


def test_a_code_is_looked_up(network: respx.MockRouter, open_server: TerminologyServer) -> None:
    route = network.get(f"{BASE}/CodeSystem/$lookup").respond(json=LOOKED_UP)
    assert open_server.look_up(SNOMED, CODE) == LookUp("yes", "A vaccination", inactive=True)
    asked = route.calls[0].request
    assert dict(asked.url.params) == {"system": SNOMED, "code": CODE, "property": "inactive"}
    assert "Authorization" not in asked.headers


@pytest.mark.parametrize(
    ("value", "inactive"),
    [({"valueBoolean": False}, False), ({"valueString": "true"}, True), ({"valueCode": "x"}, None), ({}, None)],
)
def test_activity_is_said_in_several_ways(
    network: respx.MockRouter, open_server: TerminologyServer, value: dict[str, Any], inactive: bool | None
) -> None:
    said = {"name": "property", "part": [{"name": "code", "valueCode": "inactive"}, {"name": "value"} | value]}
    network.get(f"{BASE}/CodeSystem/$lookup").respond(json=parameters(said))
    assert open_server.look_up(SNOMED, CODE) == LookUp("yes", "", inactive)


@pytest.mark.parametrize(("status", "code"), [(404, "not-found"), (400, "code-invalid"), (422, "not-found")])
def test_a_code_that_the_server_has_not(
    network: respx.MockRouter, open_server: TerminologyServer, status: int, code: str
) -> None:
    network.get(f"{BASE}/CodeSystem/$lookup").respond(status, json=outcome(code))
    assert open_server.look_up(SNOMED, CODE) == LookUp("no")


@pytest.mark.parametrize("answer", [(404, b"<html>"), (404, b"{}"), (400, b'{"resourceType": "OperationOutcome"}')])
def test_a_wrong_address_is_no_missing_code(
    network: respx.MockRouter, open_server: TerminologyServer, answer: tuple[int, bytes]
) -> None:
    network.get(f"{BASE}/CodeSystem/$lookup").respond(answer[0], content=answer[1])
    assert open_server.look_up(SNOMED, CODE).state == "unknown"


def test_a_code_is_validated(network: respx.MockRouter, open_server: TerminologyServer) -> None:
    system = network.get(f"{BASE}/CodeSystem/$validate-code").respond(json=RESULT)
    no = parameters({"name": "result", "valueBoolean": False}, {"name": "message", "valueString": "not in it"})
    value_set = network.get(f"{BASE}/ValueSet/$validate-code").respond(json=no)
    assert open_server.validate(SNOMED, CODE) == Validation("yes", "A vaccination")
    assert open_server.validate(SNOMED, CODE, "http://set.example") == Validation("no")
    assert dict(system.calls[0].request.url.params) == {"url": SNOMED, "code": CODE}
    assert dict(value_set.calls[0].request.url.params) == {"url": "http://set.example", "system": SNOMED, "code": CODE}


def test_a_value_set_that_the_server_has_not_says_nothing_of_a_code(
    network: respx.MockRouter, open_server: TerminologyServer
) -> None:
    network.get(url__startswith=BASE).respond(404, json=outcome("not-found"))
    assert open_server.validate(SNOMED, CODE, "http://set.example").state == "unknown"
    assert open_server.translate(SNOMED, CODE, concept_map="http://map.example").state == "unknown"
    assert open_server.expand("http://set.example").state == "unknown"


def _matched(equivalence: str, code: object = "1", **more: object) -> dict[str, Any]:
    concept = {"name": "concept", "valueCoding": {"system": SNOMED, "code": code} | more}
    return {"name": "match", "part": [{"name": "equivalence", "valueCode": equivalence}, concept]}


def test_a_code_is_translated(network: respx.MockRouter, open_server: TerminologyServer) -> None:
    said = (_matched("wider", "2"), _matched("equal", "1"), _matched("unmatched", "3"), _matched("equal", 4))
    route = network.get(f"{BASE}/ConceptMap/$translate")
    route.respond(json=parameters({"name": "result", "valueBoolean": True}, *said))
    found = open_server.translate(SNOMED, CODE, concept_map="http://map.example", target=SNOMED)
    assert found == Translation("yes", (Match(SNOMED, "1", "equal"), Match(SNOMED, "2", "wider")))
    asked = dict(route.calls[0].request.url.params)
    assert asked == {"system": SNOMED, "code": CODE, "url": "http://map.example", "targetsystem": SNOMED}
    route.respond(json=parameters({"name": "result", "valueBoolean": False}))
    assert open_server.translate(SNOMED, CODE) == Translation("no")
    route.respond(json=parameters({"name": "result", "valueBoolean": True}))
    assert open_server.translate(SNOMED, CODE).state == "unknown"


def _page(total: int | None, *codes: str, **more: Any) -> dict[str, Any]:
    contains = [{"system": SNOMED, "code": code} for code in codes]
    expansion = {"contains": contains} | ({} if total is None else {"total": total}) | more
    return {"resourceType": "ValueSet", "expansion": expansion}


def test_a_value_set_is_expanded_page_by_page(network: respx.MockRouter, open_server: TerminologyServer) -> None:
    route = network.get(f"{BASE}/ValueSet/$expand")
    route.side_effect = [httpx.Response(200, json=page) for page in (_page(3, "3", "1"), _page(3, "2"))]
    assert open_server.expand("http://set.example") == Expansion("yes", tuple(Member(SNOMED, code) for code in "123"))
    assert [call.request.url.params["offset"] for call in route.calls] == ["0", "2"]


def test_entries_below_entries_and_headings(network: respx.MockRouter, open_server: TerminologyServer) -> None:
    below = [{"system": SNOMED, "code": "2", "inactive": True}, "rubbish", {"code": "no system"}]
    heading = {"system": SNOMED, "code": "1", "abstract": True, "contains": below}
    page = {"resourceType": "ValueSet", "expansion": {"contains": [heading]}}
    network.get(f"{BASE}/ValueSet/$expand").respond(json=page)
    assert open_server.expand("u") == Expansion("yes", (Member(SNOMED, "2", True),))
    network.get(f"{BASE}/ValueSet/$expand").respond(json={"resourceType": "ValueSet", "expansion": {"total": 0}})
    assert open_server.expand("u") == Expansion("yes")


def test_half_a_value_set_is_none(network: respx.MockRouter, open_server: TerminologyServer) -> None:
    route = network.get(f"{BASE}/ValueSet/$expand")
    route.side_effect = [httpx.Response(200, json=_page(3, "3", "1")), *[httpx.Response(500)] * 9]
    assert open_server.expand("u") == Expansion("unknown", why="is busy or broken (500)")
    route.side_effect = [httpx.Response(200, json=_page(3, "3", "1")), httpx.Response(200, json=_page(3))]
    assert open_server.expand("u") == Expansion("unknown", why="left off before the end")


def test_a_token_is_asked_for_once_and_again_before_it_ends(
    network: respx.MockRouter, server: TerminologyServer, seconds: list[float]
) -> None:
    tokens = network.post(TOKEN).mock(side_effect=[httpx.Response(200, json=token(name)) for name in ("t1", "t2")])
    asked = network.get(f"{BASE}/CodeSystem/$lookup").respond(json=LOOKED_UP)
    for now in (0.0, 200.0, 269.0, 271.0):
        seconds[0] = now
        assert server.look_up(SNOMED, CODE).state == "yes"
    assert [call.request.headers["Authorization"] for call in asked.calls] == ["Bearer t1"] * 3 + ["Bearer t2"]
    form = dict(httpx.QueryParams(tokens.calls[0].request.content.decode()))
    assert form == {"grant_type": "client_credentials", "client_id": "client", "client_secret": SECRET}
    assert SECRET not in str(tokens.calls[0].request.url)


def test_a_refused_token_is_replaced_once(network: respx.MockRouter, server: TerminologyServer) -> None:
    network.post(TOKEN).mock(side_effect=[httpx.Response(200, json=token(name)) for name in ("t1", "t2", "t3", "t4")])
    asked = network.get(f"{BASE}/CodeSystem/$lookup")
    asked.side_effect = [httpx.Response(401), httpx.Response(200, json=LOOKED_UP)]
    assert server.look_up(SNOMED, CODE).state == "yes"
    assert asked.calls[1].request.headers["Authorization"] == "Bearer t2"
    asked.side_effect = [httpx.Response(401)] * 5
    assert server.look_up(SNOMED, CODE) == LookUp("unknown", why="refuses us (401): check the client and its rights")
    assert asked.call_count == 4


def test_without_credentials_a_401_is_not_asked_twice(
    network: respx.MockRouter, open_server: TerminologyServer
) -> None:
    asked = network.get(f"{BASE}/CodeSystem/$lookup").respond(401)
    assert open_server.look_up(SNOMED, CODE).state == "unknown"
    assert asked.call_count == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"error": "invalid_client"}),
        httpx.Response(401),
        httpx.Response(302, headers={"Location": "https://elsewhere.example"}),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"access_token": 5}),
        httpx.Response(200, json={"access_token": "a\nb"}),
        httpx.Response(200, json={"access_token": ""}),
    ],
)
def test_no_token_no_answer_and_no_secret_in_it(
    network: respx.MockRouter, server: TerminologyServer, pauses: list[float], answer: httpx.Response
) -> None:
    network.post(TOKEN).mock(return_value=answer)
    asked = network.get(url__startswith=BASE).respond(json=LOOKED_UP)
    found = server.look_up(SNOMED, CODE)
    assert found.state == "unknown"
    assert SECRET not in found.why
    assert asked.call_count == 0
    assert pauses == []


@pytest.mark.parametrize("fault", [httpx.ReadTimeout("slow"), httpx.ConnectError("down"), httpx.Response(503)])
def test_a_token_server_that_is_down_is_waited_for(
    network: respx.MockRouter, server: TerminologyServer, fault: Exception | httpx.Response
) -> None:
    network.post(TOKEN).mock(side_effect=[fault, httpx.Response(200, json=token(expires_in="300"))])
    network.get(f"{BASE}/CodeSystem/$lookup").respond(json=LOOKED_UP)
    assert server.look_up(SNOMED, CODE).state == "yes"


@pytest.mark.parametrize(
    ("header", "expected"),
    [("17", 17.0), ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0), ("Wed, 01 Jan 2025 12:00:00 GMT", 0.0)],
)
def test_a_busy_server_is_left_alone_as_long_as_it_asks(
    network: respx.MockRouter,
    open_server: TerminologyServer,
    pauses: list[float],
    header: str,
    expected: float,
) -> None:
    answers = [httpx.Response(429, headers={"Retry-After": header}), httpx.Response(200, json=LOOKED_UP)]
    network.get(f"{BASE}/CodeSystem/$lookup").mock(side_effect=answers)
    assert open_server.look_up(SNOMED, CODE).state == "yes"
    assert pauses == [expected]


@pytest.mark.parametrize(
    ("fault", "says", "waits"),
    [
        (httpx.ReadTimeout("slow"), "in time", 3),
        (httpx.ConnectError("down"), "reached", 3),
        (httpx.RemoteProtocolError("cut"), "reached", 3),
        (httpx.DecodingError("packed"), "packed wrongly", 3),
        (httpx.Response(500), "500", 3),
        (httpx.Response(502, content=b"<html>"), "502", 3),
        (httpx.Response(429, headers={"Retry-After": "nonsense"}), "429", 3),
        (httpx.Response(429, headers={"Retry-After": "86400"}), "429", 0),
        (httpx.Response(403), "403", 0),
        (httpx.Response(302, headers={"Location": "https://elsewhere.example"}), "302", 0),
        (httpx.Response(200, content=b""), "no Parameters", 0),
        (httpx.Response(200, content=b"\xff\x00"), "no Parameters", 0),
        (httpx.Response(200, content=b"<html>"), "no Parameters", 0),
        (httpx.Response(200, content=b"[" * 100_000), "no Parameters", 0),
        (httpx.Response(200, json=[]), "no Parameters", 0),
        (httpx.Response(200, json={"resourceType": "Bundle"}), "no Parameters", 0),
        (httpx.Response(200, json={"resourceType": "Parameters", "parameter": {}}), "no Parameters", 0),
        (httpx.Response(200, json={"resourceType": "Parameters", "parameter": ["x"]}), "no Parameters", 0),
    ],
)
def test_what_cannot_be_found_out_is_unknown(
    network: respx.MockRouter,
    open_server: TerminologyServer,
    pauses: list[float],
    fault: Exception | httpx.Response,
    says: str,
    waits: int,
) -> None:
    network.get(url__startswith=BASE).mock(side_effect=[fault] * 20)
    found = open_server.look_up(SNOMED, CODE)
    assert (found.state, says in found.why) == ("unknown", True), found
    assert len(pauses) == waits
    for other in (open_server.validate(SNOMED, CODE), open_server.translate(SNOMED, CODE), open_server.expand("u")):
        assert other.state == "unknown"


@pytest.mark.parametrize(
    "odd",
    [
        {"name": "result"},
        {"name": "result", "valueString": "perhaps"},
        {"name": "result", "valueInteger": 1},
        {"name": "other", "valueBoolean": True},
    ],
)
def test_an_answer_without_a_result_is_unknown(
    network: respx.MockRouter, open_server: TerminologyServer, odd: dict[str, Any]
) -> None:
    network.get(url__startswith=BASE).respond(json=parameters(odd))
    assert open_server.validate(SNOMED, CODE).state == "unknown"
    assert open_server.translate(SNOMED, CODE).state == "unknown"


@pytest.mark.parametrize(
    "odd", [{}, {"expansion": []}, {"expansion": {"contains": {}}}, {"expansion": {"contains": [1]}}]
)
def test_an_expansion_that_cannot_be_read_is_unknown(
    network: respx.MockRouter, open_server: TerminologyServer, odd: dict[str, Any]
) -> None:
    network.get(url__startswith=BASE).respond(json={"resourceType": "ValueSet"} | odd)
    assert open_server.expand("u").state == "unknown"


def test_the_name_of_a_server_holds_no_password() -> None:
    server = TerminologyServer("https://me:secret@terminology.example/fhir?key=secret", client=httpx.Client())
    assert server.name == "https://terminology.example/fhir/"
    assert "secret" not in repr(ClientCredentials(TOKEN, "me", "secret", client=httpx.Client()))


class TestCache:
    @pytest.fixture
    def now(self) -> list[datetime]:
        return [datetime.now(UTC)]

    @pytest.fixture
    def cached(self, open_server: TerminologyServer, store: Store, now: list[datetime]) -> CachedTerminology:
        return CachedTerminology(open_server, store.terminology_answers, now=lambda: now[0])

    def test_what_is_known_is_not_asked_again(
        self, network: respx.MockRouter, cached: CachedTerminology, now: list[datetime]
    ) -> None:
        route = network.get(f"{BASE}/CodeSystem/$lookup").respond(json=LOOKED_UP)
        first, asked = cached.look_up(SNOMED, CODE)
        again, asked_again = cached.look_up(SNOMED, CODE)
        assert first == again == LookUp("yes", "A vaccination", inactive=True)
        assert not asked.stale
        assert not asked_again.stale
        assert route.call_count == 1
        now[0] += timedelta(days=31)
        cached.look_up(SNOMED, CODE)
        assert route.call_count == 2

    def test_an_old_answer_does_where_the_server_is_down(
        self, network: respx.MockRouter, cached: CachedTerminology, now: list[datetime]
    ) -> None:
        route = network.get(f"{BASE}/ConceptMap/$translate")
        route.respond(json=parameters({"name": "result", "valueBoolean": True}, _matched("equal")))
        first, _ = cached.translate(SNOMED, CODE, concept_map="m")
        route.respond(500)
        now[0] += timedelta(days=31)
        again, asked = cached.translate(SNOMED, CODE, concept_map="m")
        assert again == first
        assert asked.stale
        assert cached.translate(SNOMED, CODE, concept_map="other")[0].state == "unknown"

    def test_what_is_unknown_is_not_kept(self, network: respx.MockRouter, cached: CachedTerminology) -> None:
        route = network.get(f"{BASE}/ValueSet/$validate-code").respond(500)
        assert cached.validate(SNOMED, CODE, "u")[0].state == "unknown"
        route.respond(json=RESULT)
        assert cached.validate(SNOMED, CODE, "u")[0].state == "yes"
