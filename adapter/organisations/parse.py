"""From a file's bytes and name to what it says of organisations."""

from __future__ import annotations

from typing import Any

import msgspec

from adapter.fhir.issue import Issue
from adapter.organisations import fields
from adapter.organisations.csv_report import REPORTS, Report, read_report, read_rows, report_named, report_recognised
from adapter.organisations.fhir_organisation import Said, read_resource
from adapter.organisations.ord_json import read_organisation
from adapter.organisations.ord_xml import read_records
from adapter.organisations.release import Affiliation, Deletion, Entry, Release

_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip"}
_TOLD_APART = {"epraccur", "ebranchs", "ets", "etr", "edispensary"}


def parse(content: bytes, name: str) -> Release | tuple[Issue, ...]:
    """The release in a file, or why there is none.

    JSON and XML are told by their content, CSV reports by their name, and where that says nothing by their rows.
    A report is UTF-8 or cp1252 text. What cannot be read inside a file is an issue of the release with its row or
    place, and never stops the rest; a file that yields nothing but issues is those issues.
    """
    packed = next((kind for magic, kind in _PACKED.items() if content.startswith(magic)), None)
    if packed:
        return (Issue("not-supported", "", f"The file is a {packed} archive. Unpack it and load what is inside."),)
    text = _decoded(content)
    start = text[:1000].lstrip("\ufeff \t\r\n")[:1]
    if not start and not text.strip("\ufeff \t\r\n\0"):
        return (Issue("structure", "", "The file is empty."),)
    if start in ("{", "["):
        return _release_or_issues(_json(text))
    if start == "<":
        entries, issues = read_records(content)
        if not entries and not issues:
            return (Issue("not-supported", "", "The XML holds no Organisation record of ORD."),)
        return _release_or_issues(Release("ord-xml", tuple(entries), issues=tuple(issues)))
    return _csv(text, name)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _release_or_issues(release: Release) -> Release | tuple[Issue, ...]:
    return release.issues if release.empty and release.issues else release


def _csv(text: str, name: str) -> Release | tuple[Issue, ...]:
    rows, issues = read_rows(text)
    named = report_named(name)
    recognised = report_recognised([cells for _, cells in rows])
    report = named or recognised
    if report is None:
        known = ", ".join(sorted(REPORTS))
        return (Issue("not-supported", "", f"Which report this is cannot be told. Name the file after it: {known}."),)
    if _contradict(named, recognised):
        return (
            Issue(
                "invariant",
                "",
                "The file is named after one report and holds the rows of another. Give it the name of what it holds.",
            ),
        )
    return _release_or_issues(read_report(report, rows, issues))


def _contradict(named: Report | None, recognised: Report | None) -> bool:
    if named is None or recognised is None or named == recognised:
        return False
    return {named.name, recognised.name} <= _TOLD_APART


def _json(text: str) -> Release:
    try:
        return _collected([("", msgspec.json.decode(text))])
    except (msgspec.DecodeError, RecursionError):
        pass
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    documents: list[tuple[str, object]] = []
    issues: list[Issue] = []
    for number, line in lines:
        try:
            documents.append((f"line {number}", msgspec.json.decode(line)))
        except (msgspec.DecodeError, RecursionError):
            issues.append(Issue("structure", f"line {number}", "The line is not JSON."))
    if not documents:
        return Release("fhir", issues=(Issue("structure", "", "The file is not JSON, though it begins like it."),))
    return _collected(documents, issues)


def _collected(documents: list[tuple[str, object]], faults: list[Issue] | None = None) -> Release:
    said: list[Said] = list(faults or ())
    kind = "fhir"
    for place, document in documents:
        for number, value in enumerate(document) if isinstance(document, list) else [(None, document)]:
            at = f"{place}[{number}]" if number is not None else place
            if isinstance(value, dict) and "Organisation" in value:
                kind = "ord-json"
                said += [read_organisation(record, at) for record in fields.members(value["Organisation"])]
            elif isinstance(value, dict) and "resourceType" in value:
                said += read_resource(value, at)
            else:
                said.append(_not_read(value, at))
    return Release(
        kind,
        tuple(one for one in said if isinstance(one, Entry)),
        tuple(one for one in said if isinstance(one, Affiliation)),
        tuple(one for one in said if isinstance(one, Deletion)),
        tuple(one for one in said if isinstance(one, Issue)),
    )


def _not_read(value: Any, at: str) -> Issue:
    if isinstance(value, dict) and "Organisations" in value:
        return Issue(
            "not-supported", at, "A list of ORD states neither roles nor dates. Load the records that it names."
        )
    return Issue("not-supported", at, "The JSON is neither an ORD record nor a FHIR resource.")
