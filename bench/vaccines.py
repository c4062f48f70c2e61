"""The vaccines of the load: what a sender writes about each, and the payment count that a sound dose of it belongs to.

Codes are real and stand in `mappings/` too; nothing is read from there, so that the load is a second opinion. Each
vaccine names one programme whatever else it could be taken for: its codes overlap in one, or the age tells.
"""

from __future__ import annotations

import csv
from pathlib import Path

from msgspec import Struct

SNOMED = "http://snomed.info/sct"
DMD = "https://dmd.nhs.uk"
CTV3 = "http://read.info/ctv3"


class Vaccine(Struct, frozen=True):
    """One vaccine, or one dose of a course. `elsewhere` is its withdrawn "given by other provider" code, "" for none;
    `reason` the system and code of the reason that its payment count asks for; `alone` says that a dose of it that
    turns out to be none changes no other dose's count.
    """

    name: str
    programme: str
    indicator: str
    procedure: str
    procedure_term: str
    product: str
    product_term: str
    maker: str
    diseases: tuple[tuple[str, str], ...]
    dose: int | None
    elsewhere: str
    declined: str
    reason: tuple[str, str] | None
    nasal: bool
    alone: bool


def _read(row: dict[str, str]) -> Vaccine:
    system, _, code = row["reason"].partition(" ")
    diseases = [disease.partition("=") for disease in row["diseases"].split("|")]
    return Vaccine(
        name=row["name"],
        programme=row["programme"],
        indicator=row["indicator"],
        procedure=row["procedure"],
        procedure_term=row["procedure_term"],
        product=row["product"],
        product_term=row["product_term"],
        maker=row["maker"],
        diseases=tuple((each[0], each[2]) for each in diseases),
        dose=int(row["dose"]) if row["dose"] else None,
        elsewhere=row["elsewhere"],
        declined=row["declined"],
        reason=(system, code) if code else None,
        nasal=row["nasal"] == "yes",
        alone=row["alone"] == "yes",
    )


def _table() -> dict[str, Vaccine]:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: _read(row) for row in csv.DictReader(file)}


VACCINES = _table()
"""By name."""
