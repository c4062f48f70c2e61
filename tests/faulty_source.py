"""A source server in a process of its own that goes wrong by a schedule: `python faulty_source.py` prints its port.

The first part of the path is the schedule: `s-17` is one of seed 17; what begins with `clean`, such as `clean-2`, has
the same records (there are three sets of them) and no faults.
`POST /{schedule}/advance` moves its time on: records change, come and go. Times are the server's own, so the same seed
has the same records to the byte.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from filled import dose

PEOPLE = 9
PAGE = 4
FAULTS = 14
"""How many things go wrong in each part of a schedule, at most."""
EPOCHS = ("2025-01-01T00:00:00.000Z", "2025-02-01T00:00:00.000Z")
CLOCKS = ("Wed, 01 Jan 2025 06:00:00 GMT", "Sat, 01 Feb 2025 06:00:00 GMT")
ON_THE_WAY = ("slow", "reset", "cut", "cut-unframed", "429", "429-date", "500", "503", "garbage", "expired")
OF_PAGES = ("repeat", "missing", "loop", "duplicate", "reorder")
OF_EXPORTS = ("forgotten", "dies", "gone")


class Schedule:
    """What one source has, and what goes wrong with it."""

    def __init__(self, name: str) -> None:
        kind, seed = name.split("-")
        self.epoch, self.tokens, self.jobs, self.token = 0, 0, dict[str, int](), ""
        self.left = 0 if kind.startswith("clean") else FAULTS
        self.faulty = not kind.startswith("clean")
        self.chance = random.Random(f"faults {seed}")  # noqa: S311
        content = random.Random(f"records {int(seed) % 3}")  # noqa: S311
        numbers = list(range(16))
        self.changed = set(content.sample(numbers, 5))
        self.deleted = set(content.sample(sorted(set(numbers) - self.changed), 2))
        self.packed = content.random() < 0.5
        self.performers = [content.choice(["D83013", "RVV", "X99999"]) for _ in numbers]

    def fault(self, *kinds: str) -> str:
        if not self.left or self.chance.random() > 0.45:
            return ""
        self.left -= 1
        return self.chance.choice(kinds)

    def records(self, exported: bool) -> list[dict[str, Any]]:
        """By time and number. An export tells what was deleted; a search does not."""
        found = []
        for number in range(20 if self.epoch else 16):
            changed = bool(self.epoch) and (number in self.changed or number >= 16)
            if exported and self.epoch and number in self.deleted:
                continue
            performer = self.performers[number % 16]
            record = dose(f"v{number}", number % PEOPLE, performer) | {"id": f"i{number}"}
            record["meta"] = {"versionId": "2" if changed else "1", "lastUpdated": EPOCHS[changed]}
            if changed:
                record["lotNumber"] = "corrected"
            if exported:
                record.pop("contained")
                record["patient"] = {"reference": f"Patient/p{number % PEOPLE}"}
            found.append(record)
        return sorted(found, key=lambda each: (each["meta"]["lastUpdated"], int(each["id"][1:])))


SCHEDULES: dict[str, Schedule] = {}
LOCK = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Silence."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return CLOCKS[self.schedule.epoch]

    def do_POST(self) -> None:
        self._begin()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.rest == "advance":
            self.schedule.epoch, self.schedule.left = 1, FAULTS if self.schedule.faulty else 0
            self._answer(204, b"")
        elif self.schedule.fault("500", "") == "500":
            self._answer(500, b"")
        else:
            self.schedule.tokens += 1
            self.schedule.token = f"token-{self.schedule.tokens}"
            self._json({"access_token": self.schedule.token, "expires_in": 3600})

    def do_DELETE(self) -> None:
        self._begin()
        self.schedule.jobs.pop(self.rest.partition("/")[2], None)
        self._answer(202, b"")

    def do_GET(self) -> None:
        self._begin()
        with LOCK:
            fault = self.schedule.fault(*ON_THE_WAY, *self._own_faults())
            if fault == "expired":
                self.schedule.token = "none"  # noqa: S105
        if self.headers.get("Authorization") != f"Bearer {self.schedule.token}":
            self._answer(401, b"")
        elif fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif fault in ("429", "429-date", "500", "503"):
            after = {"429": "0", "429-date": "Wed, 01 Jan 2020 00:00:00 GMT"}.get(fault)
            self._answer(int(fault[:3]), b"<p>busy</p>", {"Retry-After": after} if after else {})
        elif fault == "garbage" and not self.rest.startswith("file"):
            self._answer(200, b"<html>a proxy speaks</html>")
        else:
            if fault == "slow":
                time.sleep(0.6)
            self._found(fault)

    def _own_faults(self) -> tuple[str, ...]:
        return OF_PAGES if self.rest.startswith("fhir/Immunization") else OF_EXPORTS

    def _begin(self) -> None:
        parts = urlsplit(self.path)
        _, name, self.rest = parts.path.split("/", 2)
        self.base = f"/{name}"
        self.query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        with LOCK:
            self.schedule = SCHEDULES.setdefault(name, Schedule(name))

    def _found(self, fault: str) -> None:
        kind, _, name = self.rest.partition("/")
        if self.rest == "fhir/Immunization":
            self._page(fault)
        elif self.rest == "fhir/$export":
            job = f"{len(self.schedule.jobs) + 1}-{self.query.get('_since', '')[:10]}"
            self.schedule.jobs[job] = 0
            self._answer(202, b"", {"Content-Location": f"{self.base}/status/{job}"})
        elif kind == "status":
            self._status(name, fault)
        elif kind == "file" and fault == "gone":
            self._answer(404, b"")
        else:
            self._file(*name.split("/"), fault)

    def _page(self, fault: str) -> None:
        since = self.query["_lastUpdated"].removeprefix("ge")
        matches = [each for each in self.schedule.records(False) if each["meta"]["lastUpdated"] >= since]
        number = int(self.query.get("page", "1"))
        found = matches[(number - 1) * PAGE : number * PAGE]
        last = number * PAGE >= len(matches)
        following = number + {"repeat": 0, "missing": 2, "loop": 1 - number}.get(fault, 1)
        if fault == "duplicate":
            found = [*found, *found[:1], *matches[:2]]
        if fault == "reorder":
            self.schedule.chance.shuffle(found)
        link = [{"relation": "self", "url": "here"}]
        if not last or fault in ("repeat", "loop"):
            turn = f"&turn={self.schedule.left}" if fault == "repeat" else ""
            path = f"?_lastUpdated=ge{since}&page={following}{turn}"
            host = f"http://127.0.0.1:{self.server.server_address[1]}"
            forms = (path, f"Immunization{path}", f"{self.base}/fhir/Immunization{path}")
            link.append({"relation": "next", "url": (*forms, host + forms[2])[number % 4]})
        entries = [{"fullUrl": f"urn:x:{each['id']}", "resource": each, "search": {"mode": "match"}} for each in found]
        page = {"resourceType": "Bundle", "type": "searchset", "total": len(matches), "link": link, "entry": entries}
        self._body(json.dumps(page).encode(), fault)

    def _status(self, job: str, fault: str) -> None:
        if fault == "forgotten":
            self.schedule.jobs.pop(job, None)
        if job not in self.schedule.jobs:
            self._answer(404, b"")
        elif fault == "dies":
            self.schedule.jobs.pop(job)
            self._answer(500, b"{}")
        elif self.schedule.jobs[job] < 2:
            self.schedule.jobs[job] += 1
            self._answer(202, b"", {"Retry-After": "1"})
        else:
            files = {
                name: [{"type": kind, "url": f"{self.base}/file/{job}/{name}"}]
                for name, kind in (("first", "Immunization"), ("second", "Immunization"), ("people", "Patient"))
            }
            gone = [{"type": "Bundle", "url": f"{self.base}/file/{job}/deleted"}] if "2025" in job else []
            output = [one for each in files.values() for one in each]
            made = {"transactionTime": EPOCHS[self.schedule.epoch], "requiresAccessToken": True, "output": output}
            self._body(json.dumps(made | {"deleted": gone, "error": []}).encode(), fault)

    def _file(self, job: str, name: str, fault: str) -> None:
        since = job.partition("-")[2]
        # what changed at the moment of the cursor itself is given again
        records = [each for each in self.schedule.records(True) if each["meta"]["lastUpdated"] >= since]
        lines: list[Any] = records[::2] if name == "first" else records[1::2]
        if name == "people":
            contained = [dose("x", number)["contained"][0] | {"id": f"p{number}"} for number in range(PEOPLE)]
            lines = contained
        if name == "deleted":
            entries = [{"request": {"method": "DELETE", "url": f"Immunization/i{n}"}} for n in self._withdrawn()]
            lines = [{"resourceType": "Bundle", "type": "transaction", "entry": entries}] if entries else []
        if fault == "reorder":
            self.schedule.chance.shuffle(lines)
        if fault == "duplicate" and name != "deleted":
            lines = [*lines, *lines[:2]]
        content = b"".join(json.dumps(each).encode() + b"\n" for each in lines)
        self._body(content[:-1] if self.schedule.packed else content, fault)

    def _withdrawn(self) -> list[int]:
        return sorted(self.schedule.deleted) if self.schedule.epoch else []

    def _json(self, said: Any) -> None:
        self._answer(200, json.dumps(said).encode())

    def _body(self, content: bytes, fault: str) -> None:
        if fault == "cut-unframed" and len(content) > 20:
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        elif fault == "cut" and len(content) > 20:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        else:
            self._answer(200, content)

    def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    """Many connections, and no word of those that break off."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """They break off on purpose."""


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Handler) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()
