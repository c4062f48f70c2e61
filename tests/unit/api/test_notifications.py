"""Notifications of subscriptions, in both shapes and with each payload: what they carry, what they make us pull."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from adapter.intake import readers
from adapter.settings import Settings
from adapter.store.store import open_store

from sending import database_settings, immunization, known, nhs_number, shared_reader
from serving import FEED, Client, served

SOURCE = f'[feeds.{FEED}]\nkind = "search"\nurl = "https://127.0.0.1:9/fhir"\n'
Shape = Callable[..., dict[str, Any]]


def parameters(
    type_: str, since: int | None, *events: tuple[int | None, str], status: str = "active"
) -> dict[str, Any]:
    """The status of R4."""
    said: list[dict[str, Any]] = [
        {"name": "subscription", "valueReference": {"reference": "https://source.example/fhir/Subscription/7"}},
        {"name": "status", "valueCode": status},
        {"name": "type", "valueCode": type_},
    ]
    if since is not None:
        said.append({"name": "events-since-subscription-start", "valueString": str(since)})
    for number, focus in events:
        part: list[dict[str, Any]] = [{"name": "timestamp", "valueInstant": "2024-09-12T12:00:00Z"}]
        part += [{"name": "event-number", "valueString": str(number)}] if number is not None else []
        part += [{"name": "focus", "valueReference": {"reference": focus}}] if focus else []
        said.append({"name": "notification-event", "part": part})
    return {"resourceType": "Parameters", "parameter": said}


def status_resource(
    type_: str, since: int | None, *events: tuple[int | None, str], status: str = "active"
) -> dict[str, Any]:
    """The status of R4B."""
    found: dict[str, Any] = {"resourceType": "SubscriptionStatus", "status": status, "type": type_}
    found["subscription"] = {"reference": "https://source.example/fhir/Subscription/7"}
    if since is not None:
        found["eventsSinceSubscriptionStart"] = str(since)
    for number, focus in events:
        one: dict[str, Any] = {"eventNumber": str(number)} if number is not None else {}
        found.setdefault("notificationEvent", []).append(one | ({"focus": {"reference": focus}} if focus else {}))
    return found


def sent(status: dict[str, Any], *values: str) -> dict[str, Any]:
    """A notification that carries records by id."""
    entries: list[dict[str, Any]] = [
        {"fullUrl": "urn:uuid:1", "resource": status, "request": {"method": "GET", "url": "s"}}
    ]
    for value in values:
        url = f"https://source.example/fhir/Immunization/{value}"
        request = {"method": "PUT", "url": f"Immunization/{value}"}
        entries.append({"fullUrl": url, "resource": immunization(value, id=value), "request": request})
    return {"resourceType": "Bundle", "type": "history", "entry": entries}


@pytest.fixture
def own(migrated_file: Path, tmp_path: Path) -> Settings:
    """SQLite alone: what differs between databases is tried where pushing is."""
    shutil.copyfile(migrated_file, tmp_path / "adapter.sqlite3")
    return database_settings(tmp_path)


@pytest.fixture
def client(own: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(readers, "reader_for", lambda _: shared_reader())
    file = tmp_path / "feeds.toml"
    file.write_text(SOURCE)
    return served(msgspec.structs.replace(own, feeds_file=file))


@pytest.fixture(params=[parameters, status_resource], ids=["R4", "R4B"])
def shape(request: pytest.FixtureRequest) -> Shape:
    found: Shape = request.param
    return found


def take(client: Client, *notifications: dict[str, Any]) -> list[httpx.Response]:
    async def work(asking: httpx.AsyncClient) -> list[httpx.Response]:
        headers = client.bearer("feed:write:trust")
        return [await asking.post("/fhir/notification", json=one, headers=headers) for one in notifications]

    return client.session(work)


def stands(client: Client) -> tuple[int, int, str]:
    """How many deliveries there are, how often a pull was asked for, and the newest event's number."""
    with open_store(client.settings.database_url, client.settings) as store:
        notified = store.pulls.newest(FEED, 1, "notified")
        wanted = store.pulls.newest(FEED, 99, "wanted")
        return len(store.deliveries.listed()), len(wanted), notified[0].cursor if notified else ""


def test_from_the_handshake_to_events_that_run_on(client: Client, shape: Shape) -> None:
    answers = take(
        client,
        sent(shape("handshake", 0, status="requested")),
        sent(shape("heartbeat", 0)),
        sent(shape("event-notification", 1, (1, "Immunization/a")), "a"),
        sent(
            shape("event-notification", 3, (2, "Immunization/b"), (3, "https://source.example/fhir/Immunization/c")),
            "b",
            "c",
        ),
        sent(shape("heartbeat", 3)),
    )
    assert [one.status_code for one in answers] == [200] * 5
    assert answers[0].json()["resourceType"] == "OperationOutcome"
    assert stands(client) == (2, 0, "3")
    with open_store(client.settings.database_url, client.settings) as store:
        assert sorted(one.identifiers[0].value for one in known(store)) == ["a", "b", "c"]
        assert not store.quarantine.listed()


@pytest.mark.parametrize(
    "gap",
    [
        ("event-notification", 5, (5, "Immunization/b")),
        ("event-notification", 4, (2, "Immunization/b"), (4, "Immunization/b")),
        ("event-notification", 2, (None, "Immunization/b")),
        ("heartbeat", 2),
        ("heartbeat", None),
        ("handshake", 2),
    ],
)
def test_a_gap_asks_for_a_pull(client: Client, gap: tuple[Any, ...]) -> None:
    for shape in (parameters, status_resource):
        first = sent(shape("event-notification", 1, (1, "Immunization/a")), "a")
        told = take(client, sent(shape("handshake", 0)), first, sent(shape(*gap), "b"))
        assert ["A pull is asked for." in one.text for one in told[1:]] == [False, True]


@pytest.mark.parametrize("focus", ["Immunization/b", ""], ids=["id-only", "empty"])
def test_what_is_only_named_is_pulled(client: Client, shape: Shape, focus: str) -> None:
    assert take(client, sent(shape("event-notification", 1, (1, focus))))[0].status_code == 200
    assert stands(client) == (0, 1, "1")
    partly = sent(shape("event-notification", 3, (2, "Immunization/c"), (3, "Immunization/d")), "c")
    partly["entry"].append({"fullUrl": "https://source.example/fhir/Immunization/d"})
    assert take(client, partly)[0].status_code == 200
    assert stands(client) == (1, 2, "3")


def test_repeats_and_late_ones_change_nothing_but_what_they_carry(client: Client, shape: Shape) -> None:
    third = sent(shape("event-notification", 3, (3, "Immunization/c")), "c")
    second = sent(shape("event-notification", 2, (2, "Immunization/b")), "b")
    take(client, sent(shape("handshake", 1)), third, third, second)
    assert stands(client) == (3, 2, "3")  # asked for at the handshake and at the third
    with open_store(client.settings.database_url, client.settings) as store:
        assert len(known(store)) == 2


def test_a_delete_is_taken(client: Client, shape: Shape) -> None:
    gone = sent(shape("event-notification", 2, (2, "Immunization/a")))
    gone["entry"].append({"fullUrl": "x", "request": {"method": "DELETE", "url": "Immunization/a"}})
    take(client, sent(shape("event-notification", 1, (1, "Immunization/a")), "a"), gone)
    assert stands(client) == (2, 0, "2")
    with open_store(client.settings.database_url, client.settings) as store:
        assert [one.withdrawn for one in known(store)] == [True]


def test_a_subscription_that_ends_asks_for_a_pull(client: Client, shape: Shape) -> None:
    take(client, sent(shape("heartbeat", 0, status="error")))
    assert stands(client)[1] == 1


def test_without_a_source_a_name_alone_is_refused_and_a_gap_told(own: Settings, shape: Shape) -> None:
    client = served(own)
    refused, told = take(
        client,
        sent(shape("event-notification", 1, (1, "Immunization/a"))),
        sent(shape("event-notification", 4, (4, "Immunization/b")), "b"),
    )
    assert (refused.status_code, refused.json()["issue"][0]["code"]) == (422, "not-supported")
    assert (told.status_code, [one["code"] for one in told.json()["issue"]]) == (200, ["informational", "incomplete"])
    assert stands(client) == (2, 1, "4")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"resourceType": "Bundle", "type": "history"}',
        b'{"resourceType": "Bundle", "type": "history", "entry": [{"resource": {"resourceType": "Parameters"}}]}',
        b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "SubscriptionStatus", "type": "other"}}]}',
    ],
)
def test_what_is_no_notification_is_refused_and_kept(client: Client, body: bytes) -> None:
    answer = client.push("/fhir/notification", body)
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["severity"] == "error"
    assert stands(client) == (1, 0, "")


def test_a_faulty_record_in_it_is_quarantined_and_the_subscription_goes_on(client: Client, shape: Shape) -> None:
    faulty = sent(shape("event-notification", 1, (1, "Immunization/a")), "a")
    faulty["entry"][1]["resource"]["status"] = nhs_number(1)
    [answer] = take(client, faulty)
    assert answer.status_code == 200
    assert [one["severity"] for one in answer.json()["issue"]][1:] == ["warning"]
    assert nhs_number(1) not in answer.text
    assert stands(client) == (1, 0, "1")
