"""GP Connect: the record of each patient of a list, with findings by line and nothing of a patient in any of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from adapter.feeds.door import Pulled
from adapter.feeds.pull import pull
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import ApiKey, Structured, Waiting
from adapter.feeds.sources import fingerprint
from adapter.store.store import Store

from sending import NHS_NUMBER, encoded, immunization, known, nhs_number, shared_reader

BASE = "https://gp.example/D83013/STU3/1/gpconnect/structured/fhir"
OPERATION = f"{BASE}/Patient/$gpc.getstructuredrecord"
PEOPLE = [nhs_number(number) for number in range(30)]
Pull = Callable[..., Pulled]


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return tmp_path / "list.txt"


def source(listed: Path, **more: Any) -> Structured:
    credentials = ApiKey(key_env="KEY")
    waiting = Waiting(attempts=2)
    return Structured(url=BASE, patients_file=str(listed), credentials=credentials, waiting=waiting, **more)


@pytest.fixture
def pulled(store: Store, listed: Path) -> Pull:
    def once(**more: Any) -> Pulled:
        return pull(
            store, "mill", source(listed, **more), {"KEY": "hush"}, pause=lambda _: None, reading=shared_reader()
        )

    return once


def answered(request: httpx.Request) -> httpx.Response:
    """The record of whoever is asked for."""
    number = json.loads(request.content)["parameter"][0]["valueIdentifier"]["value"]
    return httpx.Response(200, content=record(number))


def record(number: str) -> bytes:
    who = {"resourceType": "Patient", "id": "p", "identifier": [{"system": NHS_NUMBER, "value": number}]}
    dose = immunization(f"of-{PEOPLE.index(number)}", patient=None) | {"patient": {"reference": "Patient/p"}}
    entries = [{"resource": dose}, {"resource": who}]
    return encoded({"resourceType": "Bundle", "type": "collection", "entry": entries})


def test_each_patient_is_asked_for_and_the_answer_kept_as_it_came(
    server: respx.MockRouter, store: Store, pulled: Pull, listed: Path
) -> None:
    listed.write_text(f"\ufeff{PEOPLE[0]}\r\n\r\n{PEOPLE[1][:3]} {PEOPLE[1][3:6]} {PEOPLE[1][6:]}\r\n", "utf-8")
    route = server.post(OPERATION).mock(side_effect=answered)
    found = pulled(headers={"Ssp-From": "200000000001"})
    assert (found.deliveries, found.figures.new, found.note) == (2, 2, "")
    assert all(each.statement.patient for each in known(store))
    kept = [b"".join(store.deliveries.bytes_as_they_came(each.id)) for each in store.deliveries.listed()]
    assert kept == [record(PEOPLE[0]), record(PEOPLE[1])]
    first, second = (call.request for call in route.calls)
    assert json.loads(first.content) == {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "patientNHSNumber", "valueIdentifier": {"system": NHS_NUMBER, "value": PEOPLE[0]}},
            {
                "name": "includeImmunisations",
                "part": [
                    {"name": "includeNotGiven", "valueBoolean": True},
                    {"name": "includeStatus", "valueBoolean": True},
                ],
            },
        ],
    }
    assert first.headers["Content-Type"] == "application/fhir+json"
    assert first.headers["Ssp-InteractionID"].endswith(":gpc.getstructuredrecord-1")
    assert (first.headers["Ssp-From"], first.headers["apikey"]) == ("200000000001", "hush")
    assert first.headers["Ssp-TraceID"] != second.headers["Ssp-TraceID"]
    assert not any(number in str(call.request.url) for call in route.calls for number in PEOPLE)
    pulled()
    assert {each.figures.new for each in store.deliveries.listed()} == {0, 1}  # a receipt each


def test_what_cannot_be_had_is_told_by_its_line_and_stops_nobody(
    server: respx.MockRouter, store: Store, pulled: Pull, listed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    listed.write_text("\n".join([PEOPLE[0], "9990000001", PEOPLE[1], "nonsense", PEOPLE[2], PEOPLE[3]]))
    answers = {PEOPLE[0]: httpx.Response(404), PEOPLE[1]: httpx.Response(200, content=record(PEOPLE[9]))}
    answers[PEOPLE[2]] = httpx.Response(307, headers={"Location": "https://elsewhere.example/"})

    def answer(request: httpx.Request) -> httpx.Response:
        number = json.loads(request.content)["parameter"][0]["valueIdentifier"]["value"]
        return answers.get(number) or answered(request)

    server.post(OPERATION).mock(side_effect=answer)
    elsewhere = server.post("https://elsewhere.example/").respond(200)
    with pytest.raises(SourceFailed, match="307"), caplog.at_level("DEBUG", "adapter"):
        pulled()
    assert not elsewhere.called  # the body names a patient
    del answers[PEOPLE[2]]
    with caplog.at_level("DEBUG", "adapter"):
        found = pulled()
    assert found.figures.new == 2
    assert found.note == (
        "Patients of the list whose record was not taken: line 1 was refused (404); line 2 is no NHS number; line 3 "
        "was answered with the record of nobody, or of somebody else: nothing was taken; line 4 is no NHS number."
    )
    [step] = store.pulls.newest("mill", 1, "finished")
    assert step.note == found.note
    assert not any(number in caplog.text for number in PEOPLE)


def test_a_pull_that_was_cut_off_goes_on_with_the_same_list(
    server: respx.MockRouter, store: Store, pulled: Pull, listed: Path
) -> None:
    listed.write_text("\n".join(PEOPLE))
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content)["parameter"][0]["valueIdentifier"]["value"])
        return answered(request) if len(asked) <= 25 else httpx.Response(503)

    route = server.post(OPERATION).mock(side_effect=answer)
    with pytest.raises(SourceFailed, match="503"):
        pulled()
    assert not any(number in str(store.pulls.newest("mill", 9, "exporting", "failed")) for number in PEOPLE)
    route.side_effect, before = answered, route.call_count
    assert pulled().figures.new == 5
    assert route.call_count - before == 10
    assert len(known(store)) == 30
    pulled()
    assert route.call_count - before == 40
    step = store.pulls.latest("mill", fingerprint(source(listed)), "exporting", "finished")
    assert step
    assert step.what == "finished"


def test_a_list_that_changed_is_begun_anew(server: respx.MockRouter, pulled: Pull, listed: Path) -> None:
    listed.write_text("\n".join(PEOPLE[:22]))
    route = server.post(OPERATION).mock(side_effect=[*map(answered_for, PEOPLE[:20]), *[httpx.Response(500)] * 2])
    with pytest.raises(SourceFailed):
        pulled()
    listed.write_text("\n".join([PEOPLE[25], *PEOPLE[:22]]))
    route.side_effect, before = answered, route.call_count
    assert pulled().figures.new == 3
    assert route.call_count - before == 23


def answered_for(number: str) -> httpx.Response:
    return httpx.Response(200, content=record(number))


def test_without_a_list_nothing_is_asked(pulled: Pull) -> None:
    with pytest.raises(SourceFailed, match="no list of patients"):
        pulled()
