"""A real server on a real socket, in its own process: started, used, stopped, and what it wrote to its log."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from adapter.cli.application import call

from confidential import heard
from sending import SYSTEM, bundle, immunization, nhs_number

PATIENT = nhs_number(1)
COMMAND = "from adapter.cli.application import main; main()"
FHIR = {"Content-Type": "application/fhir+json"}


class Server:
    """Started with a log of its own; `url` is where it listens."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self._log = folder / f"log-{time.monotonic_ns()}"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", COMMAND, "serve", "--port", str(port)],
                env=environment(folder),
                stderr=log,
                stdout=subprocess.DEVNULL,
            )
        try:
            self.url = self._until(r"running on (http://127\.0\.0\.1:[0-9]+)")[1]
        except BaseException:
            self.stop(signal.SIGKILL)
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def log(self) -> str:
        return self._log.read_text()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self._process.poll() is None:
            self._process.send_signal(how)
        ended = self._process.wait(30)
        heard("the log of a server", self.log())
        return ended

    def _until(self, pattern: str) -> re.Match[str]:
        for _ in range(600):
            if found := re.search(pattern, self.log()):
                return found
            assert self._process.poll() is None, self.log()
            time.sleep(0.1)
        raise AssertionError("the server does not start")


def environment(folder: Path) -> dict[str, str]:
    """This one's, without settings but for the data folder."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ADAPTER_")}
    return kept | {"ADAPTER_DATA_DIR": str(folder)}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Starts a server on the test's own database; what is running at the end is killed."""
    started: list[Server] = []

    def starting() -> Server:
        started.append(Server(tmp_path))
        return started[-1]

    yield starting
    for server in started:
        server.stop(signal.SIGKILL)


def cli(folder: Path, *arguments: str, capfd: pytest.CaptureFixture[str]) -> str:
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("ADAPTER_")]:
            patched.delenv(name)
        patched.setenv("ADAPTER_DATA_DIR", str(folder))
        capfd.readouterr()
        assert call(arguments) == 0
    return capfd.readouterr().out


def test_from_the_first_key_to_a_count_and_a_stop(
    start: Callable[[], Server], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server = start()
    found = re.search(r"adapter_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", server.log())
    assert found
    admin = {"Authorization": f"Bearer {found[0]}"}
    feed_key = cli(tmp_path, "keys", "create", "trust", "--scope", "feed:write:trust", capfd=capfd).strip()
    feed = {"Authorization": f"Bearer {feed_key}"} | FHIR
    with httpx.Client(base_url=server.url) as client:
        assert client.get("/readyz").json() == {"status": "ready"}
        assert client.get("/runs").status_code == 401
        made = client.post("/fhir/Immunization", json=immunization(PATIENT), headers=feed)
        assert made.status_code == 201
        assert client.post("/fhir", json=bundle(immunization("v2"), type_="batch"), headers=feed).status_code == 200
        assert client.post("/fhir", content=b"{" + PATIENT.encode(), headers=feed).status_code == 400
        assert client.delete(f"/fhir/Immunization?identifier={SYSTEM}|v2", headers=feed).status_code == 200
        assert client.get(f"/{PATIENT}?x={PATIENT}").status_code == 404
        run = client.post("/runs", json={"from": "2024-09", "to": "2024-12"}, headers=admin)
        assert run.status_code == 201
        lines = client.get("/decisions", headers=admin).text.splitlines()
        assert {json.loads(line)["run"] for line in lines} == {run.json()["run"]}
        assert len(lines) == 2
        key_id = found[0].split("_")[1]
        cli(tmp_path, "keys", "revoke", key_id, capfd=capfd)
        assert client.get("/runs", headers=admin).status_code == 401
    assert server.stop() in (0, -signal.SIGTERM)
    said = server.log()
    assert PATIENT not in said
    assert feed_key not in said
    routes = [json.loads(line).get("route") for line in said.splitlines() if '"adapter.api"' in line]
    assert routes.count("/fhir/Immunization") == 2
    assert "Application shutdown complete." in said


def test_what_was_acknowledged_outlives_a_kill(
    start: Callable[[], Server], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server = start()
    key = cli(tmp_path, "keys", "create", "trust", "--scope", "feed:write:trust", capfd=capfd).strip()
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}"} | FHIR) as client:
        for number in range(5):
            assert client.post("/fhir/Immunization", json=immunization(f"v{number}")).status_code == 201
    server.stop(signal.SIGKILL)
    again = start()
    assert "There was no key yet" in server.log()
    assert "There was no key yet" not in again.log()
    with httpx.Client(base_url=again.url, headers={"Authorization": f"Bearer {key}"} | FHIR) as client:
        for number in range(5):
            assert client.post("/fhir/Immunization", json=immunization(f"v{number}")).status_code == 200


def test_a_port_that_is_taken(start: Callable[[], Server], tmp_path: Path) -> None:
    port = start().url.rpartition(":")[2]
    second = subprocess.run(
        [sys.executable, "-c", COMMAND, "serve", "--port", port],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert "--port" in second.stderr.splitlines()[-1]
    assert "Traceback" not in second.stderr
