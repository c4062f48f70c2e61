"""Pulling a bulk export: begun, waited for, downloaded whole, taken, and gone on with after a crash."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
import respx
from adapter.feeds.door import Pulled
from adapter.feeds.pull import pull
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import ApiKey, Export, Waiting
from adapter.feeds.sources import fingerprint
from adapter.store.store import Store

from sending import NHS_NUMBER, immunization, known, ndjson, nhs_number

BASE = "https://source.example/fhir"
STATUS = f"{BASE}/status/7"
TIME = "2026-01-01T12:00:00.5+01:00"
EXPORT = Export(url=BASE, types=("Immunization", "Patient"), waiting=Waiting(attempts=2))
Pull = Callable[..., Pulled]


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        router.get(url__startswith=f"{BASE}/$export").respond(202, headers={"Content-Location": STATUS})
        router.delete(STATUS).respond(202)
        yield router


@pytest.fixture
def pulled(store: Store) -> Pull:
    def once(source: Export = EXPORT, pauses: list[float] | None = None) -> Pulled:
        return pull(store, "trust", source, {"KEY": "hush"}, pause=(pauses if pauses is not None else []).append)

    return once


def manifest(output: dict[str, str], deleted: str = "", error: str = "", **more: Any) -> dict[str, Any]:
    """`output` is name of file → type."""
    listed = [{"type": type_, "url": f"{BASE}/files/{name}"} for name, type_ in output.items()]
    made = {"transactionTime": TIME, "request": "x", "requiresAccessToken": True, "output": listed}
    made["deleted"] = [{"type": "Bundle", "url": f"{BASE}/files/{deleted}"}] if deleted else []
    made["error"] = [{"type": "OperationOutcome", "url": f"{BASE}/files/{error}"}] if error else []
    return made | more


def patient(number: int) -> dict[str, Any]:
    identifier = {"system": NHS_NUMBER, "value": nhs_number(number)}
    return {"resourceType": "Patient", "id": f"p{number}", "identifier": [identifier], "gender": "female"}


def record(value: str, number: int = 1) -> dict[str, Any]:
    return immunization(value, patient=None) | {"id": value, "patient": {"reference": f"Patient/p{number}"}}


def steps(store: Store, *whats: Any) -> list[str]:
    found = store.pulls.latest("trust", fingerprint(EXPORT), *whats)
    return [found.what, found.cursor] if found else []


def test_from_the_kick_off_to_the_cursor(server: respx.MockRouter, store: Store, pulled: Pull) -> None:
    busy = httpx.Response(202, headers={"X-Progress": "half", "Retry-After": "9"})
    answers = [busy, httpx.Response(429, headers={"Retry-After": "5"}), httpx.Response(202)]
    done = httpx.Response(200, json=manifest({"i.ndjson": "Immunization", "p.ndjson": "Patient"}))
    server.get(STATUS).mock(side_effect=[*answers, done, done])
    server.get(f"{BASE}/files/i.ndjson").respond(content=ndjson(record("v1")) + b"\n" + ndjson(record("v2", 2))[:-1])
    server.get(f"{BASE}/files/p.ndjson").respond(content=ndjson(patient(1), patient(2)))
    pauses: list[float] = []
    taken = pulled(pauses=pauses)
    assert (taken.deliveries, taken.figures.new, taken.figures.quarantined) == (1, 2, 0)
    assert all(each.statement.patient for each in known(store))  # found in the other file
    assert pauses == [9.0, 5.0, 2.0]
    first = server.calls[0].request
    assert (first.headers["Prefer"], first.headers["Accept"]) == ("respond-async", "application/fhir+json")
    assert dict(first.url.params) == {"_type": "Immunization,Patient"}
    assert (server.calls[-1].request.method, str(server.calls[-1].request.url)) == ("DELETE", STATUS)
    assert steps(store) == ["finished", "2026-01-01T11:00:00.500Z"]
    pulled()
    again = next(call.request for call in server.calls[6:] if "$export" in str(call.request.url))
    assert again.url.params["_since"] == "2026-01-01T11:00:00.500Z"


def test_a_group(server: respx.MockRouter, pulled: Pull) -> None:
    route = server.get(url__startswith=f"{BASE}/Group/g1/$export").respond(
        202, headers={"Content-Location": "../../status/7"}
    )
    server.get(STATUS).respond(json=manifest({}))
    assert pulled(Export(url=BASE, group="g1", types=())).deliveries == 0
    assert route.call_count == 1
    assert route.calls[0].request.url.query == b""


@pytest.mark.parametrize("packed", ["both", "one"])
def test_gzip(server: respx.MockRouter, store: Store, pulled: Pull, packed: str) -> None:
    server.get(STATUS).respond(json=manifest({"i.gz": "Immunization", "p.gz": "Patient"}))
    people = ndjson(patient(1))
    files = [gzip.compress(ndjson(record("v1"))[:-1]), gzip.compress(people) if packed == "both" else people]
    server.get(f"{BASE}/files/i.gz").respond(content=files[0])
    server.get(f"{BASE}/files/p.gz").respond(content=files[1])
    assert pulled().figures.new == 1
    assert all(each.statement.patient for each in known(store))
    [delivery] = store.deliveries.listed()
    kept = b"".join(store.deliveries.bytes_as_they_came(delivery.id))
    assert (files[0] in kept, files[1] in kept) == (packed == "both", True)


def test_deleted_records_are_withdrawn(server: respx.MockRouter, store: Store, pulled: Pull) -> None:
    server.get(STATUS).mock(
        side_effect=[
            httpx.Response(200, json=manifest({"i": "Immunization"})),
            httpx.Response(200, json=manifest({}, deleted="d")),
        ]
    )
    server.get(f"{BASE}/files/i").respond(content=ndjson(record("v1"), record("v2")))
    entries = [{"request": {"method": "DELETE", "url": "Immunization/v1"}}]
    server.get(f"{BASE}/files/d").respond(
        content=ndjson({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    )
    pulled()
    assert pulled().figures.deletes == 1
    assert sorted(each.withdrawn for each in known(store)) == [False, True]


@pytest.mark.parametrize(("severity", "whole"), [("error", False), ("warning", True)])
def test_a_partial_success_is_kept_and_is_no_success(
    server: respx.MockRouter, store: Store, pulled: Pull, severity: str, whole: bool
) -> None:
    server.get(STATUS).respond(json=manifest({"i": "Immunization"}, error="e"))
    server.get(f"{BASE}/files/i").respond(content=ndjson(record("v1")))
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing"}]}
    server.get(f"{BASE}/files/e").respond(content=ndjson(outcome))
    if whole:
        pulled()
        assert steps(store, "finished", "failed")[0] == "finished"
    else:
        with pytest.raises(SourceFailed, match="left out some"):
            pulled()
        assert steps(store, "finished", "failed")[0] == "failed"
        assert steps(store, "exporting", "dropped") == ["dropped", ""]
    assert len(known(store)) == 1
    kept = [b"".join(store.deliveries.bytes_as_they_came(each.id)) for each in store.deliveries.listed()]
    assert ndjson(outcome) in kept


def test_a_file_that_is_cut_off_is_downloaded_again_and_never_taken_in_part(
    server: respx.MockRouter, store: Store, pulled: Pull
) -> None:
    whole = ndjson(record("v1"), record("v2"))
    said = manifest({"i": "Immunization"})
    said["output"][0]["count"] = 2
    server.get(STATUS).respond(json=said)
    server.get(f"{BASE}/files/i").mock(
        side_effect=[httpx.Response(200, content=whole[:200]), httpx.Response(200, content=whole)]
    )
    assert (pulled().figures.new, len(store.deliveries.listed())) == (2, 1)


def unframed(content: bytes) -> httpx.Response:
    """An answer whose end is that of the connection."""
    answer = httpx.Response(200, content=content)
    del answer.headers["Content-Length"]
    return answer


def test_a_file_that_nothing_tells_the_end_of_must_come_twice_alike(
    server: respx.MockRouter, store: Store, pulled: Pull
) -> None:
    lines = [ndjson(record("v1")), ndjson(record("v2"))]
    server.get(STATUS).respond(json=manifest({"i": "Immunization"}))
    cut, whole = unframed(lines[0]), unframed(b"".join(lines))
    file = server.get(f"{BASE}/files/i").mock(side_effect=[cut, whole, whole])
    assert pulled(source=msgspec.structs.replace(EXPORT, waiting=Waiting(attempts=3))).figures.new == 2
    assert file.call_count == 3


def test_a_download_that_breaks_off_goes_on_with_the_same_export(
    server: respx.MockRouter, store: Store, pulled: Pull
) -> None:
    server.get(STATUS).respond(json=manifest({"i": "Immunization"}))
    file = server.get(f"{BASE}/files/i").mock(side_effect=httpx.ReadError("hush"))
    with pytest.raises(SourceFailed, match="broke off"):
        pulled()
    assert steps(store, "exporting", "dropped", "finished") == ["exporting", STATUS]
    file.side_effect = None
    file.respond(content=ndjson(record("v1")))
    assert pulled().figures.new == 1
    assert sum("$export" in str(call.request.url) for call in server.calls) == 1


@pytest.mark.parametrize("status", [404, 500])
def test_an_export_that_the_server_has_no_more_is_begun_anew(
    server: respx.MockRouter, store: Store, pulled: Pull, status: int
) -> None:
    server.get(STATUS).mock(side_effect=httpx.ConnectError("hush"))
    with pytest.raises(SourceFailed):
        pulled()
    answers = [httpx.Response(status)] * (2 if status == 500 else 1)
    server.get(STATUS).mock(side_effect=[*answers, httpx.Response(200, json=manifest({"i": "Immunization"}))])
    server.get(f"{BASE}/files/i").respond(content=ndjson(record("v1")))
    assert pulled().figures.new == 1
    assert sum("$export" in str(call.request.url) for call in server.calls) == 2


def test_an_export_that_takes_too_long_is_left_and_not_begun_anew(
    server: respx.MockRouter, store: Store, pulled: Pull
) -> None:
    server.get(STATUS).respond(202, headers={"Retry-After": "100"})
    pauses: list[float] = []
    with pytest.raises(SourceFailed, match="still preparing"):
        pulled(Export(url=BASE, types=EXPORT.types, longest=250), pauses)
    assert pauses == [100.0, 100.0]
    assert steps(store, "exporting", "dropped")[0] == "exporting"


@pytest.mark.parametrize("bearing", [True, False])
def test_files_get_credentials_only_where_the_server_wants_them(
    server: respx.MockRouter, pulled: Pull, bearing: bool
) -> None:
    server.get(STATUS).respond(json=manifest({"i": "Immunization"}, requiresAccessToken=bearing))
    file = server.get(f"{BASE}/files/i").respond(content=ndjson(record("v1")))
    pulled(Export(url=BASE, credentials=ApiKey(key_env="KEY")))
    assert ("apikey" in file.calls[0].request.headers) == bearing


@pytest.mark.parametrize(("hosts", "sent"), [((), False), (("files.example",), True)], ids=["not named", "named"])
def test_another_host_gets_credentials_only_where_it_is_named(
    server: respx.MockRouter, pulled: Pull, hosts: tuple[str, ...], sent: bool
) -> None:
    listed = [{"type": "Immunization", "url": "https://files.example/i"}]
    server.get(STATUS).respond(json=manifest({}) | {"output": listed})
    file = server.get("https://files.example/i").respond(content=ndjson(record("v1")))
    pulled(Export(url=BASE, credentials=ApiKey(key_env="KEY"), hosts=hosts))
    assert ("apikey" in file.calls[0].request.headers) == sent


@pytest.mark.parametrize(
    "said",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"transactionTime": "yesterday"}',
        b'{"transactionTime": 5}',
        b'{"transactionTime": "2026-01-01T00:00:00Z", "output": [{}]}',
        b'{"transactionTime": "2026-01-01T00:00:00Z", "output": {"a": 1}}',
        b'{"transactionTime": "2026-01-01T00:00:00Z", "output": [{"url": "ftp://x"}]}',
    ],
)
def test_garbage_for_a_manifest_ends_it_and_the_next_pull_begins_anew(
    server: respx.MockRouter, store: Store, pulled: Pull, said: bytes
) -> None:
    server.get(STATUS).respond(content=said)
    with pytest.raises(SourceFailed, match="no list of exported files"):
        pulled()
    assert steps(store, "exporting", "dropped") == ["dropped", ""]


def test_no_content_location(server: respx.MockRouter, pulled: Pull) -> None:
    server.get(url__startswith=f"{BASE}/$export").respond(202)
    with pytest.raises(SourceFailed, match="does not say where"):
        pulled()
