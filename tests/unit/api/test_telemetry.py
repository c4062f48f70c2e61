"""Traces that a collector on a real socket receives: spans with ids of ours, and nothing of a patient."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import msgspec
import pytest
from adapter.api import telemetry
from adapter.api.application import create_app
from adapter.errors import UsageError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from sending import SYSTEM, database_settings, immunization, nhs_number
from serving import WRITE, served

TRACE = "0af7651916cd43dd8448eb211c80319c"


class Collector(BaseHTTPRequestHandler):
    """Keeps what it is sent."""

    bodies: list[bytes]

    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def collector() -> Iterator[str]:
    Collector.bodies = []
    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            serving.join()


def test_spans_have_ids_and_no_patient(collector: str, tmp_path: Path) -> None:
    patient = nhs_number(7)
    client = served(msgspec.structs.replace(database_settings(tmp_path), telemetry_url=collector))

    async def work(asking: httpx.AsyncClient) -> httpx.Response:
        headers = client.bearer(WRITE) | {
            "traceparent": f"00-{TRACE}-b7ad6b7169203331-01",
            "tracestate": f"patient={patient}",
            "baggage": f"patient={patient}",
        }
        made = await asking.post("/fhir/Immunization", json=immunization(patient, patient=7), headers=headers)
        await asking.get(f"/fhir/Immunization?identifier={SYSTEM}|{patient}", headers=client.bearer("admin"))
        await asking.get(f"/{patient}?patient={patient}")
        await asking.post("/fhir", content=b"{" + patient.encode(), headers=client.bearer(WRITE))
        return made

    made = client.session(work)
    assert made.status_code == 201
    assert not any(patient.encode() in body for body in Collector.bodies)
    sent = [ExportTraceServiceRequest.FromString(body) for body in Collector.bodies]
    spans = [
        span for one in sent for group in one.resource_spans for scope in group.scope_spans for span in scope.spans
    ]
    by_name = {span.name: span for span in spans}
    assert {"POST /fhir/Immunization", "GET none", "POST /fhir", "write"} <= set(by_name)
    request = by_name["POST /fhir/Immunization"]
    assert request.trace_id.hex() == TRACE
    assert request.trace_state == ""
    said = {one.key: one.value for one in request.attributes}
    assert said["adapter.request"].string_value == made.headers["X-Request-ID"]
    assert said["adapter.status"].int_value == 201
    assert len(said["adapter.delivery"].string_value) == 32
    assert request.span_id in {span.parent_span_id for span in spans if span.name == "write"}


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(UsageError, match=r"\[telemetry\]"):
        telemetry.Telemetry("http://127.0.0.1:4318")
    create_app(database_settings(tmp_path))  # nobody needs it who configures nothing
