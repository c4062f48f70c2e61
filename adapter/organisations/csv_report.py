"""The CSV reports of the ODS website: 27 columns, no header, column 14 meaning something else in each.

Columns (from 0): 0 code, 10 open date, 11 close date, 13 sub-type (commissioners: non-primary roles joined by `|`),
14 parent, 15 and 16 from when until when, 25 prescribing setting (practices). Names and addresses are not read.

A report names no roles: what it is about implies them. Practices come in a report of every prescribing cost centre;
which of them are GP practices is told by column 25 = 4, and where that is empty by the form, letter and five digits.
Both tests are unconfirmed, and any source that states roles overrules them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from adapter.fhir.issue import Issue
from adapter.organisations.ods_code import OdsCode
from adapter.organisations.organisation import Relationship, Role
from adapter.organisations.period import Period, Validity, read_period
from adapter.organisations.release import Entry, Release

_WIDTH = 27
_NEEDED = 17
_CODE, _OPENED, _CLOSED, _SUB_TYPE, _PARENT, _JOINED, _LEFT, _SETTING = 0, 10, 11, 13, 14, 15, 16, 25
_GP_SETTING = "4"
_ROLE = re.compile(r"RO[0-9]{1,4}", re.ASCII)


class Report(Struct, frozen=True):
    """What being in a report says of a row: its role and class, and what column 14 is (`RE6` to the operator, `RE4`
    to the commissioner, "" where it is not read). eother mixes kinds of organisations, so it implies no role.
    """

    name: str
    role: str = ""
    record_class: str = "RC1"
    parent: str = ""


REPORTS = {
    report.name: report
    for report in (
        Report("epraccur", "RO177", parent="RE4"),
        Report("ebranchs", "RO96", "RC2", "RE6"),
        Report("ets", "RO198", "RC2", "RE6"),
        Report("etr", "RO197"),
        Report("edispensary", "RO182"),
        Report("eccg", "RO98"),
        Report("eccgsite", "RO99", "RC2"),
        Report("eother", record_class=""),
    )
}
_NAMED = re.compile(
    r"(?:^|[^a-z])(" + "|".join(sorted(REPORTS, key=len, reverse=True)) + r")(?![a-z])", re.ASCII | re.IGNORECASE
)


def report_named(name: str) -> Report | None:
    """The report that a file's name tells: `epraccur.csv`, `2025-03 ETS (1).csv`."""
    match = _NAMED.search(re.split(r"[\\/]", name)[-1])
    return REPORTS[match[1].lower()] if match else None


def report_recognised(rows: list[list[str]]) -> Report | None:
    """The report that the rows themselves tell, where nine in ten have a form that only one report has. The form
    decides what a *file* is here, never what an organisation is.
    """
    votes = [_vote(row) for row in rows]
    for name in ("epraccur", "ebranchs", "ets", "etr", "edispensary", "eccg"):
        if votes and votes.count(name) * 10 >= len(votes) * 9:
            return REPORTS[name]
    return None


def read_rows(text: str) -> tuple[list[tuple[int, list[str]]], list[Issue]]:
    """The rows of a report with their line numbers, without blank ones and a header; and what could not be split.

    Every line is read for itself, so that a stray quotation mark costs one row and not the rest of the file.
    """
    rows: list[tuple[int, list[str]]] = []
    issues: list[Issue] = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if not line.strip(" ,\t\x1a\0"):
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], strict=True))]
        except csv.Error:
            issues.append(_issue(number, "Its quotation marks do not match. Correct the row and load the file again."))
            continue
        if rows or issues or not _is_header(cells):
            rows.append((number, cells))
    return rows, issues


def read_report(report: Report, rows: list[tuple[int, list[str]]], issues: list[Issue]) -> Release:
    """One entry for each row that can be read, one issue for each that cannot. Rows of one code are kept together."""
    entries: list[Entry] = []
    faults = list(issues)
    for number, cells in rows:
        answer = _entry(report, cells)
        if isinstance(answer, Entry):
            entries.append(answer)
        else:
            faults.append(_issue(number, answer))
    return Release(report.name, tuple(_joined(entries)), issues=tuple(sorted(faults, key=_line)))


def _entry(report: Report, cells: list[str]) -> Entry | str:
    """The row's entry, or what is wrong with it."""
    if len(cells) < _NEEDED:
        return f"It has {len(cells)} columns, a report has {_WIDTH}. Save the report as it was downloaded."
    if any(cells[_WIDTH:]):
        return "It has too many columns: put a text that holds a comma into quotation marks."
    cells = cells + [""] * (_WIDTH - len(cells))
    code = OdsCode.read(cells[_CODE])
    if code is None:
        return "Its first column is no ODS code."
    try:
        opened = read_period(cells[_OPENED], cells[_CLOSED])
        linked = read_period(cells[_JOINED], cells[_LEFT])
    except ValueError:
        return "One of its dates cannot be read. Dates are YYYYMMDD."
    parent = OdsCode.read(cells[_PARENT]) if report.parent else None
    if report.parent and cells[_PARENT] and parent is None:
        return "Its parent, column 14, is no ODS code."
    held = Validity(operational=opened)
    links: tuple[Relationship, ...] = ()
    if parent is not None:
        dated = Validity(operational=linked) if linked != Period() else Validity()
        links = (Relationship(report.parent, str(parent), dated),)
    return Entry(
        str(code),
        record_class=report.record_class,
        validity=held,
        report=report.name,
        implied_roles=tuple(Role(role, held, primary=role == report.role) for role in _roles(report, code, cells)),
        links=links,
    )


def _roles(report: Report, code: OdsCode, cells: list[str]) -> Iterator[str]:
    if report.role:
        yield report.role
    if report.name == "epraccur":
        setting = cells[_SETTING]
        if setting.lstrip("0") == _GP_SETTING or (not setting and code.looks_like_practice):
            yield "RO76"
    elif report.name in ("eccg", "eccgsite"):
        yield from sorted(set(_ROLE.findall(cells[_SUB_TYPE])) - {report.role})


def _joined(entries: list[Entry]) -> Iterator[Entry]:
    """A code with several rows has several parents over time: the last row's dates, every row's links."""
    links: dict[str, dict[Relationship, None]] = {}
    last: dict[str, Entry] = {}
    for entry in entries:
        links.setdefault(entry.code, {}).update(dict.fromkeys(entry.links))
        last[entry.code] = entry
    for code, entry in last.items():
        yield entry if len(links[code]) == len(entry.links) else replace(entry, links=tuple(links[code]))


def _vote(cells: list[str]) -> str:
    if len(cells) < _NEEDED:
        return ""
    code, parent = cells[_CODE].upper(), cells[_PARENT].upper()
    if len(cells) > _SUB_TYPE and _ROLE.search(cells[_SUB_TYPE]):
        return "eccg"
    if re.fullmatch(r"[A-Z][0-9]{5}", code):
        return "epraccur"
    if re.fullmatch(r"[A-Z][0-9]{8}", code) and code.startswith(parent) and len(parent) == 6:
        return "ebranchs"
    if re.fullmatch(r"R[A-Z0-9]{4}", code) and code.startswith(parent) and len(parent) == 3:
        return "ets"
    if re.fullmatch(r"R[A-Z0-9]{2}", code) and not parent.startswith("R"):
        return "etr"
    return "edispensary" if re.fullmatch(r"F[A-Z]{2}[0-9]{2}", code) else ""


def _is_header(cells: list[str]) -> bool:
    """A first row with words where a report has a code and a date: reports have none, edited copies do."""
    opened = cells[_OPENED] if len(cells) > _OPENED else ""
    if any(character.isdigit() for character in opened + cells[_CODE]):
        return False
    return opened != "" or OdsCode.read(cells[_CODE]) is None


def _issue(number: int, text: str) -> Issue:
    return Issue("value", f"row {number}", text)


def _line(issue: Issue) -> int:
    return int(issue.expression.removeprefix("row "))
