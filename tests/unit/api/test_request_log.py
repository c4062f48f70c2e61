"""What reaches the log: numbers, templates and names of ours; never a URL, a header, a body or an error's text."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from adapter.api import counts
from adapter.api.request_log import JsonLines
from adapter.errors import StoreBusy, StoreError
from adapter.feeds.push import Push
from adapter.store.runs import Runs

from sending import database_settings, immunization, nhs_number
from serving import WRITE, Client, served

PATIENT = nhs_number(1)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    kept: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(JsonLines().format(record))

    root, keeper = logging.getLogger(), Keeper()
    before = root.level
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    yield kept
    root.removeHandler(keeper)
    root.setLevel(before)


@pytest.fixture
def client(tmp_path: Path) -> Client:
    return served(database_settings(tmp_path))


def requests(lines: list[str]) -> list[dict[str, object]]:
    return [line for line in map(json.loads, lines) if line["logger"] == "adapter.api"]


def test_a_line_names_route_key_and_delivery(client: Client, lines: list[str]) -> None:
    answer = client.push("/fhir/Immunization/abc", immunization(id="abc"), "PUT")
    [line] = requests(lines)
    assert line["request"] == answer.headers["X-Request-ID"]
    assert (line["method"], line["route"], line["status"]) == ("PUT", "/fhir/Immunization/{id}", 201)
    assert str(line["key"]) in client.keys[WRITE]
    assert len(str(line["delivery"])) == 32
    assert line["ms"] > 0  # type: ignore[operator]


def test_no_patient_reaches_the_log(client: Client, lines: list[str]) -> None:
    client.push(f"/fhir/Immunization/{PATIENT}", immunization(PATIENT, id=PATIENT, status=PATIENT), "PUT")
    client.push(f"/fhir/Immunization?patient={PATIENT}", immunization(), If_None_Exist=f"identifier={PATIENT}")
    client.ask("DELETE", f"/fhir/Immunization?identifier={PATIENT}", WRITE)
    client.ask("GET", f"/trace/{PATIENT}?x={PATIENT}", "audit:read", headers={"User-Agent": PATIENT})
    client.ask("GET", f"/{PATIENT}")
    client.ask(PATIENT, "/counts")
    assert len(requests(lines)) == 6
    assert PATIENT not in "".join(lines)


def test_an_unforeseen_error_says_nothing_of_its_text(
    client: Client, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError(f"patient {PATIENT}")

    monkeypatch.setattr(Push, "create", fails)
    monkeypatch.setattr(Runs, "listed", fails)
    pushed = client.push("/fhir/Immunization", immunization())
    assert (pushed.status_code, pushed.json()["resourceType"]) == (500, "OperationOutcome")
    listed = client.ask("GET", "/runs", "counts:read")
    assert (listed.status_code, listed.json()["title"]) == (500, "Internal Server Error")
    assert PATIENT not in pushed.text + listed.text + "".join(lines)
    assert all(str(line["fault"]).startswith("ValueError in ") for line in requests(lines))


def test_an_error_in_the_midst_of_an_answer_says_nothing_either(
    client: Client, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.ask("POST", "/runs", "admin", json={"from": "2024-09", "to": "2024-12"})

    def fails(*_: object) -> Iterator[str]:
        yield "{}"
        raise ValueError(f"patient {PATIENT}")

    monkeypatch.setattr(counts, "_lines", fails)
    with pytest.raises(Exception) as cut:  # noqa: PT011 - what the server sees
        client.ask("GET", "/decisions", "counts:read")
    assert PATIENT not in str(cut.value)
    assert cut.value.__cause__ is None
    assert PATIENT not in "".join(lines)


@pytest.mark.parametrize(("error", "after"), [(StoreBusy("x"), "5"), (StoreError("x"), "30")])
def test_a_database_that_fails_is_told_as_such(
    client: Client, error: StoreError, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(Runs, "listed", fails)
    answer: httpx.Response = client.ask("GET", "/runs", "counts:read")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, after)


def test_other_loggers_give_their_name_alone() -> None:
    record = logging.LogRecord("asyncio", logging.ERROR, "", 1, f"task of {PATIENT}", (), None)
    assert PATIENT not in JsonLines().format(record)
    assert json.loads(JsonLines().format(record))["logger"] == "asyncio"
