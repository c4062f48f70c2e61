"""A list of who is registered where: NHS numbers become keyed hashes as they are read, and are nowhere else.

A registration is supporting evidence at most: no rule of attribution asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from adapter.fhir import nhs_number
from adapter.fhir.pseudonym import Pseudonym
from adapter.normalise.official_file import Line, place, read_csv
from adapter.normalise.table import Problem
from adapter.store.registrations import Registration

COLUMNS = ("nhs_number", "practice", "from", "to")
_ODS = re.compile(r"[A-Z0-9]{3,10}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def read_registrations(content: bytes, pseudonym: Pseudonym) -> list[Registration] | tuple[Problem, ...]:
    """The registrations of a CSV file, or everything that is wrong with it by line. No problem shows a value.

    `from` and `to` are days, both inclusive; an empty `to` is open.
    """
    lines = read_csv(content, place(1), COLUMNS)
    if isinstance(lines, Problem):
        return (lines,)
    if not lines:
        return (Problem(place(1), 0, "", "There is no registration in it."),)
    found: dict[tuple[str, str, str], tuple[Registration, int]] = {}
    problems: list[Problem] = []
    for line in lines:
        faults = list(_faults(line))
        problems += faults
        number = nhs_number.parse(line["nhs_number"])
        if faults or number is None:
            continue
        one = Registration(pseudonym.patient(number.digits), line["practice"].upper(), line["from"], line["to"])
        earlier, at = found.setdefault((one.patient, one.practice, one.valid_from), (one, line.number))
        if earlier != one:
            problems.append(line.problem("to", f"Line {at} has another end of this registration."))
    return tuple(sorted(problems)) if problems else [one for one, _ in found.values()]


def _faults(line: Line) -> Iterator[Problem]:
    if nhs_number.parse(line["nhs_number"]) is None:
        yield line.problem("nhs_number", "No valid NHS number: ten digits, the last of which checks the others.")
    if not _ODS.fullmatch(line["practice"].upper()):
        yield line.problem("practice", "Must be an organisation code of three to ten letters and digits.")
    ends = [_day(line[column]) for column in ("from", "to")]
    if ends[0] is None:
        yield line.problem("from", "Must be a day such as 2024-09-01.")
    if line["to"] and ends[1] is None:
        yield line.problem("to", "Must be a day such as 2024-09-01, or empty.")
    if ends[0] and ends[1] and ends[1] < ends[0]:
        yield line.problem("to", "Lies before the first day.")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
