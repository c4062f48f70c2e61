"""A Bundle of 50 MB through the socket of a real service: what its process takes in memory for it."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import httpx
import pytest
from adapter.settings import Settings
from adapter.store.store import open_store
from test_service import Server

from sending import immunization

SIZE = 50_000_000
MOST = 16
"""How many times its own size a Bundle of such small records may take: its text, what is read from it, the rows of one
commit, and the answers.
"""


def peak(process: int) -> int:
    """The most memory that a process has held, in bytes."""
    found = re.search(r"VmHWM:\s+([0-9]+) kB", Path(f"/proc/{process}/status").read_text())
    assert found
    return int(found[1]) * 1024


@pytest.mark.deep
@pytest.mark.parametrize("type_", ["batch", "transaction", "collection"])
def test_a_big_bundle_does_not_fill_memory(tmp_path: Path, type_: str) -> None:
    settings = Settings.from_environment({"ADAPTER_DATA_DIR": str(tmp_path)})
    with open_store(settings.database_url, settings) as store:
        store.feeds.remember("trust")
        key = store.api_keys.create("trust", ["feed:write:trust"])[1]
    one = len(json.dumps({"resource": immunization("v1000000")})) + 2
    entries = [{"resource": immunization(f"v{number}")} for number in range(1_000_000, 1_000_000 + SIZE // one)]
    body = json.dumps({"resourceType": "Bundle", "type": type_, "entry": entries}).encode()
    server = Server(tmp_path)
    try:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/fhir+json"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=1_200) as client:
            assert client.post("/fhir/Immunization", json=immunization("first")).status_code == 201
            before = peak(server.pid)
            answer = client.post("/fhir", content=body)
            grown = peak(server.pid) - before
        assert answer.status_code == 200, answer.text[:500]
        if type_ != "collection":
            assert {each["response"]["status"] for each in answer.json()["entry"]} == {"201 Created"}
        print(f"{type_}: {len(body):,} bytes, {len(entries):,} records, memory grew by {grown:,} bytes")  # noqa: T201 - a measurement
        assert grown < MOST * len(body)
    finally:
        server.stop(signal.SIGKILL)
