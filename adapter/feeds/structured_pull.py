"""GP Connect Access Record Structured: the immunisations of each patient of a list, asked for one after the other.

The list is a file with one NHS number a line. It is sent in the body of a request and nowhere else: what cannot be had
for a patient is told by the line. How many lines are done is kept beside a keyed digest of the list, so that a pull
that was cut off goes on there.

Source: GP Connect Access Record Structured, `Patient/$gpc.getstructuredrecord` (immunization-stu3.md section 1).
"""

from __future__ import annotations

import hashlib
import uuid
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import msgspec

from adapter.feeds.door import Door
from adapter.feeds.journey import Journey
from adapter.feeds.patience import Again
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import Structured
from adapter.feeds.source_server import SourceServer
from adapter.fhir import nhs_number
from adapter.store.store import Store

OPERATION = "Patient/$gpc.getstructuredrecord"
INTERACTION = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
_OF_THE_PATIENT = tuple(status for status in HTTPStatus if 400 <= status < 500 and status not in (401, 403, 408, 429))
"""Refusals that speak of one patient, and say nothing of the next."""
_MOST_TOLD = 20
_A_STEP = 20
"""After so many lines it is kept how far we are."""


class StructuredPull:
    """One pull from one server."""

    def __init__(self, source: Structured, server: SourceServer, door: Door, journey: Journey, store: Store) -> None:
        self._source, self._server, self._door, self._journey = source, server, door, journey
        self._store = store

    def run(self) -> str:
        """Every patient once. Answers what could not be had, by line. Raises SourceFailed where the server cannot be
        asked any more; then the next pull goes on with that patient.
        """
        lines = self._lines()
        mark = self._store.pseudonym.patient(hashlib.sha256("\n".join(lines).encode()).hexdigest())[:16]
        done = self._done(mark)
        findings = []
        for ordinal, line in enumerate(lines, 1):
            if ordinal <= done or not line:
                continue
            if finding := self._patient(line):
                findings.append(f"line {ordinal} {finding}")
            if ordinal % _A_STEP == 0:
                self._journey.step("exporting", f"{mark} {ordinal}")
        note = _told(findings)
        self._journey.step("finished", note=note)
        return note

    def _lines(self) -> list[str]:
        try:
            text = Path(self._source.patients_file).expanduser().read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise SourceFailed("has no list of patients: check `patients_file` and its permissions") from None
        return ["".join(line.split()) for line in text.splitlines()]

    def _done(self, mark: str) -> int:
        """How many lines of this very list an earlier pull had done."""
        known, _, ordinal = (self._journey.export() or "").partition(" ")
        return int(ordinal) if known == mark else 0

    def _patient(self, number: str) -> str:
        """What is wrong, "" where the record was taken."""
        if nhs_number.parse(number) is None:
            return "is no NHS number"
        content, status = self._server.asked(
            self._server.below(OPERATION),
            _heard,
            accepted=(HTTPStatus.OK, *_OF_THE_PATIENT),
            headers={
                "Content-Type": "application/fhir+json",
                "Ssp-TraceID": str(uuid.uuid4()),
                "Ssp-InteractionID": INTERACTION,
                **self._source.headers,
            },
            body=msgspec.json.encode(self._parameters(number)),
        )
        if status != HTTPStatus.OK:
            return f"was refused ({status})"
        if number not in _patients(content):
            return "was answered with the record of nobody, or of somebody else: nothing was taken"
        self._door.take(content)
        return ""

    def _parameters(self, number: str) -> dict[str, Any]:
        parts = [
            {"name": "includeNotGiven", "valueBoolean": self._source.include_not_given},
            {"name": "includeStatus", "valueBoolean": self._source.include_status},
        ]
        who = {"name": "patientNHSNumber", "valueIdentifier": {"system": NHS_NUMBER, "value": number}}
        return {"resourceType": "Parameters", "parameter": [who, {"name": "includeImmunisations", "part": parts}]}


def _heard(answer: httpx.Response, content: bytes) -> tuple[bytes, int]:
    if answer.status_code == HTTPStatus.OK and not _resources(content):
        raise Again("answered with something that is no record")
    return content, answer.status_code


def _resources(content: bytes) -> list[dict[str, Any]]:
    """Those of a Bundle; none for anything else."""
    try:
        bundle = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    entries = bundle.get("entry") if isinstance(bundle, dict) and bundle.get("resourceType") == "Bundle" else None
    found = [entry.get("resource") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [resource for resource in found if isinstance(resource, dict)]


def _patients(content: bytes) -> set[str]:
    """The NHS numbers of the patients in an answer."""
    found = set()
    for resource in _resources(content):
        identifiers = resource.get("identifier")
        if resource.get("resourceType") == "Patient" and isinstance(identifiers, list):
            for one in identifiers:
                if isinstance(one, dict) and one.get("system") == NHS_NUMBER:
                    found.add("".join(str(one.get("value", "")).split()))
    return found


def _told(findings: list[str]) -> str:
    if not findings:
        return ""
    more = f"; and {len(findings) - _MOST_TOLD} more" if len(findings) > _MOST_TOLD else ""
    return f"Patients of the list whose record was not taken: {'; '.join(findings[:_MOST_TOLD])}{more}."
