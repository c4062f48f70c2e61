"""Synthetic resources, and how a test sends them: every delivery is checked to have lost nothing."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

from adapter.fhir.pseudonym import Pseudonym
from adapter.intake.delivery import Taken, take
from adapter.intake.reading import Reader, reader
from adapter.intake.source import Source
from adapter.reconcile.record import Record
from adapter.settings import Settings
from adapter.store.store import Store

from confidential import patient

PATIENT_KEY = bytes(range(32))
SYSTEM = "https://supplier.example/identifiers/vacc"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"


def database_settings(folder: Path, url: str = "") -> Settings:
    """Settings of a test: its own folder, and one patient key for all, so that hashes compare."""
    url = url or f"sqlite:///{folder / 'adapter.sqlite3'}"
    return Settings(database_url=url, data_dir=folder, patient_key=PATIENT_KEY)


def nhs_number(ordinal: int) -> str:
    """The n-th valid number of the test range that begins with 999."""
    for candidate in range(999_000_000 + ordinal * 11, 999_000_000 + ordinal * 11 + 11):
        digits = str(candidate)
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
        if check != 10:
            return patient(digits + str(check % 11))
    raise AssertionError


def immunization(value: str = "v1", *, patient: int | None = 1, **changes: Any) -> dict[str, Any]:
    """An R4 Immunization by identifier. `patient` None leaves the patient out; `changes` replace elements."""
    resource: dict[str, Any] = {
        "resourceType": "Immunization",
        "identifier": [{"system": SYSTEM, "value": value}],
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://snomed.info/sct", "code": "39115011000001105"}]},
        "patient": {"reference": "#p"},
        "occurrenceDateTime": "2024-09-12",
        "primarySource": True,
    }
    if patient is not None:
        identifier = {"system": NHS_NUMBER, "value": nhs_number(patient)}
        resource["contained"] = [{"resourceType": "Patient", "id": "p", "identifier": [identifier]}]
    return {name: element for name, element in (resource | changes).items() if element is not None}


def stu3_immunization(value: str = "v1", *, patient: int | None = 1, **changes: Any) -> dict[str, Any]:
    """The same in STU3."""
    older = {"occurrenceDateTime": None, "date": "2024-09-12", "notGiven": False}
    return immunization(value, patient=patient, **(older | changes))


def bundle(*resources: dict[str, Any], type_: str = "collection", **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": type_, "entry": [{"resource": each} for each in resources]} | elements


def deletion(url: str, **meta: Any) -> dict[str, Any]:
    """A transaction that deletes one record."""
    entry = {"request": {"method": "DELETE", "url": url}} | meta
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}


def by_identifier(value: str) -> str:
    return f"Immunization?identifier={SYSTEM}|{value}"


def encoded(resource: Any) -> bytes:
    return json.dumps(resource).encode()


def ndjson(*resources: Any) -> bytes:
    return b"".join(encoded(each) + b"\n" for each in resources)


@cache
def shared_reader() -> Reader:
    return reader(Pseudonym(PATIENT_KEY))


def send(store: Store, content: Any, feed: str = "trust", *, lines_by_name: bool = False) -> Taken:
    """Take bytes, or a resource, into a feed. What arrived is compared with what is kept, to the byte."""
    sent = content if isinstance(content, bytes) else encoded(content)
    store.feeds.remember(feed)
    with Source(io.BytesIO(sent)) as source:
        taken = take(store, feed, source, shared_reader(), lines_by_name=lines_by_name)
    assert taken.figures.conserved
    assert b"".join(store.deliveries.bytes_as_they_came(taken.delivery)) == sent
    for item in store.quarantine.listed(closed=True):
        assert item.issues
        store.quarantine.bytes_of(item)
    return taken


def known(store: Store) -> list[Record]:
    """All records, in the order in which the store gives them."""
    return [record for patient in store.records.read(store.records.cut()) for record in patient]


def counted(taken: Taken) -> tuple[int, int, int, int]:
    """New, deletes, receipts, quarantined."""
    figures = taken.figures
    return figures.new, figures.deletes, figures.receipts, figures.quarantined
