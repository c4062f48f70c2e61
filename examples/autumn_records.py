"""The records of the worked example: four practices, a maternity unit, and what each source sends and when.

Everything is invented and drawn from one seed. Each dose knows who gave it, so that every count has a truth to be
held to. NHS numbers are of the range for tests, 999.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from msgspec import Struct

PRACTICES = {
    "D83013": "EXAMPLE MILL SURGERY",
    "D83990": "EXAMPLE HARBOUR PRACTICE",
    "H81990": "EXAMPLE ABBEY SURGERY",
    "H81998": "EXAMPLE ORCHARD PRACTICE",
}
UNIT, SUPPLIER = "RZZ01", "X26"
"""The trust's maternity unit, and the code of its system's supplier, who gives no vaccines."""
FEED = "maternity-unit"
GMS_EXTENSION = "https://gp.example/gms"
PERTUSSIS, RSV = "pertussis", "rsv-pregnant"
MONTHS = {PERTUSSIS: ("2024-09", "2024-10"), RSV: ("2024-09", "2024-10", "2024-11", "2024-12")}
"""In which months the copies of the trust's doses were filed as the practices' own."""

_ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
_SNOMED = "http://snomed.info/sct"
_PROCEDURE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
_GIVEN = {PERTUSSIS: "956951000000104", RSV: "1303503001"}
_ELSEWHERE = "956971000000108"
_PRODUCT = {PERTUSSIS: "26267211000001100", RSV: "42605811000001109"}
_OWN = dict(zip(PRACTICES, (2, 1, 1, 1), strict=True))
_UNIT = 2
"""Up to so many doses a week and programme: of a practice, and of the unit to a practice's patients."""
_FIRST, _AUTUMN, _LAST = date(2024, 4, 1), date(2024, 9, 1), date(2024, 12, 29)


class Dose(Struct, frozen=True):
    """One dose. `giver` is the practice or the trust's unit; `sent_again` whether the trust's correction has it, and
    `typed_in` marks a practice's own dose that the unit typed into its system afterwards.
    """

    number: int
    practice: str
    programme: str
    day: date
    giver: str
    sent_again: bool = True
    typed_in: bool = False

    @property
    def own(self) -> bool:
        return self.giver == self.practice

    @property
    def month(self) -> str:
        return f"{self.day:%Y-%m}"

    @property
    def faulty(self) -> bool:
        """Whether the unit's system has lost the giver, and its copy names the practice."""
        return (not self.own or self.typed_in) and self.month in MONTHS[self.programme]

    @property
    def identifier(self) -> str:
        return f"{self.practice}-{self.number:04}"


def doses(seed: int = 2024) -> list[Dose]:
    """A year of doses. In each week a practice gives a few, and the unit gives some to each practice's patients."""
    dice, numbers = random.Random(seed), count(1)
    found = []
    monday = _FIRST
    while monday <= _LAST:
        for practice in PRACTICES:
            for programme in (PERTUSSIS, RSV):
                if programme == RSV and monday < _AUTUMN:
                    continue  # the programme began in September
                for giver, most in ((practice, _OWN[practice]), (UNIT, _UNIT)):
                    for _ in range(dice.randrange(most + 1)):
                        day = monday + timedelta(days=dice.randrange(5))
                        found.append(Dose(next(numbers), practice, programme, day, giver))
        monday += timedelta(weeks=1)
    return _with_exceptions(found)


def _with_exceptions(found: list[Dose]) -> list[Dose]:
    """Two faulty doses that the trust will never send again, and one of a practice that it typed in afterwards."""
    lost = [one.number for one in found if one.faulty and one.practice == "D83990"][:2]
    typed = next(one for one in found if one.own and one.practice == "H81990" and one.month == "2024-10")
    return [
        Dose(
            one.number,
            one.practice,
            one.programme,
            one.day,
            one.giver,
            one.number not in lost,
            one.number == typed.number,
        )
        for one in found
    ]


def truth(found: Iterable[Dose]) -> Counter[tuple[str, str, str]]:
    """What each practice gave: practice, programme, month."""
    return Counter((one.practice, one.programme, one.month) for one in found if one.own)


def of_practice(one: Dose, *, code: str | None = None, gms: bool | None = None, version: int = 1) -> dict[str, Any]:
    """The practice's record of a dose, a copied one too; `code` and `gms` are what the practice put right."""
    performer = one.practice if one.own or one.faulty else UNIT
    made = _immunization(one, f"https://gp.example/{one.practice}", one.identifier, performer, code, version)
    if gms is not None:
        made["extension"].append({"url": GMS_EXTENSION, "valueBoolean": gms})
    return _with_pregnancy(made, one)


def of_unit(one: Dose, *, corrected: bool = False) -> dict[str, Any]:
    """The unit's record. While its system is at fault, the performer is the supplier of the system."""
    performer = SUPPLIER if one.faulty and not corrected else UNIT
    return _immunization(
        one, "https://www.ravs.england.nhs.uk/", f"unit-{one.number:04}", performer, None, 2 if corrected else 1
    )


def recoded(one: Dose) -> dict[str, Any]:
    return of_practice(one, code=_ELSEWHERE, version=2)


def not_gms(one: Dose) -> dict[str, Any]:
    return of_practice(one, gms=False, version=2)


def write(file: Path, resources: Iterable[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(one) + "\n" for one in resources), encoding="utf-8")
    return file


def directory(folder: Path) -> Iterator[Path]:
    """The organisations, as the files of the Organisation Data Service have them."""
    rows: dict[str, list[tuple[str, str, str]]] = {
        "epraccur.csv": [(code, name, "4") for code, name in PRACTICES.items()],
        "etr.csv": [("RZZ", "EXAMPLE UNIVERSITY HOSPITALS NHS TRUST", "")],
        "ets.csv": [(UNIT, "EXAMPLE MATERNITY UNIT", "")],
    }
    for name, organisations in rows.items():
        sheet = io.StringIO()
        writer = csv.writer(sheet, lineterminator="\n")
        for code, called, setting in organisations:
            cells = [""] * 27
            cells[0], cells[1], cells[10], cells[12], cells[25] = code, called, "19740401", "A", setting
            if name == "ets.csv":
                cells[14] = "RZZ"
            writer.writerow(cells)
        file = folder / name
        file.write_text(sheet.getvalue(), encoding="utf-8")
        yield file


def _immunization(one: Dose, system: str, value: str, performer: str, code: str | None, version: int) -> dict[str, Any]:
    procedure = {"system": _SNOMED, "code": code or _GIVEN[one.programme]}
    return {
        "resourceType": "Immunization",
        "id": value,
        "meta": {"versionId": str(version)},
        "contained": [
            {
                "resourceType": "Patient",
                "id": "patient",
                "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": _nhs_number(one.number)}],
                "gender": "female",
                "birthDate": f"{1985 + one.number % 15}-05-17",
            }
        ],
        "extension": [{"url": _PROCEDURE, "valueCodeableConcept": {"coding": [procedure]}}],
        "identifier": [{"system": system, "value": value}],
        "status": "completed",
        "vaccineCode": {"coding": [{"system": _SNOMED, "code": _PRODUCT[one.programme]}]},
        "patient": {"reference": "#patient"},
        "occurrenceDateTime": one.day.isoformat(),
        "recorded": one.day.isoformat(),
        "primarySource": True,
        "performer": [{"actor": {"type": "Organization", "identifier": {"system": _ODS, "value": performer}}}],
    }


def _with_pregnancy(made: dict[str, Any], one: Dose) -> dict[str, Any]:
    """The record in a Bundle with the pregnancy of the same day."""
    patient = {"resourceType": "Patient", **{k: v for k, v in made["contained"][0].items() if k != "resourceType"}}
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": _SNOMED, "code": "77386006"}]},
        "subject": {"reference": f"Patient/p{one.number}"},
        "effectiveDateTime": one.day.isoformat(),
    }
    inside = {name: value for name, value in made.items() if name != "contained"}
    inside["patient"] = {"reference": f"Patient/p{one.number}"}
    patient["id"] = f"p{one.number}"
    entries = [{"resource": each} for each in (patient, inside, observation)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _nhs_number(ordinal: int) -> str:
    """The n-th valid number of the range for tests."""
    for candidate in range(999_000_000 + ordinal * 11, 999_000_000 + ordinal * 11 + 11):
        digits = str(candidate)
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
        if check != 10:
            return digits + str(check % 11)
    raise AssertionError("of eleven numbers one has a check digit")
