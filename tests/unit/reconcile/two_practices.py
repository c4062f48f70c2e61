"""Two practices, one that took over from another, a trust and its site, and records of theirs."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from adapter.fhir.statement import Coding, Identifier, OrganisationRef, Statement
from adapter.normalise.catalogue import Catalogue, load_catalogue
from adapter.normalise.tables import mappings_folder
from adapter.organisations.directory import Directory
from adapter.organisations.parse import parse
from adapter.organisations.release import Release
from adapter.organisations.role_table import read_roles
from adapter.reconcile.record import Feed, Record
from adapter.reconcile.review import Review
from adapter.reconcile.rules import Rules

SNOMED = "http://snomed.info/sct"
GMS_EXTENSION = "https://gp.example/gms"
EMIS, RAVS = "https://EMISWeb/D83013", "https://www.ravs.england.nhs.uk/"
GP, OTHER_GP = Feed("gp", "gp", "D83013"), Feed("other-gp", "gp", "G81086")
OLD_GP, NEW_GP = Feed("old-gp", "gp", "H81001"), Feed("new-gp", "gp", "H81002")
POC, SECOND_POC = Feed("ravs", "poc"), Feed("mavis", "poc")
MATERNAL, RSV = "956951000000104", "1303503001"


def _row(code: str, parent: str = "") -> str:
    columns = [""] * 27
    columns[0], columns[1], columns[10], columns[12], columns[14] = code, "INVENTED", "19740401", "A", parent
    columns[15] = "19740401" if parent else ""
    columns[25] = "4"
    return ",".join(columns)


def _practice(code: str, first: str, last: str, kind: str, other: str) -> bytes:
    """One end of a succession on 14 September 2024, as the national directory sends it."""
    period = {"Type": "Operational", "Start": first} | ({"End": last} if last else {})
    target = {"OrgId": {"extension": other}, "PrimaryRoleId": {"id": "RO177"}}
    legal = [{"Type": "Legal", "Start": "2024-09-14"}]
    said = {
        "Name": "INVENTED",
        "Date": [period],
        "OrgId": {"extension": code},
        "Status": "Inactive" if last else "Active",
        "orgRecordClass": "RC1",
        "Roles": {
            "Role": [
                {"id": "RO177", "uniqueRoleId": 1, "Date": [period], "primaryRole": True},
                {"id": "RO76", "uniqueRoleId": 2, "Date": [period]},
            ]
        },
        "Succs": {"Succ": [{"uniqueSuccId": 1, "Date": legal, "Type": kind, "Target": target}]},
    }
    return json.dumps({"Organisation": said}).encode()


@cache
def catalogue() -> Catalogue:
    loaded = load_catalogue()
    assert isinstance(loaded, Catalogue), loaded
    return loaded


@cache
def directory() -> Directory:
    reports = {
        "epraccur.csv": [_row("D83013"), _row("G81086")],
        "ebranchs.csv": [_row("D83013001", "D83013")],
        "etr.csv": [_row("RVV")],
        "ets.csv": [_row("RVVKC", "RVV")],
    }
    files = {name: "\n".join(rows).encode() for name, rows in reports.items()}
    files["H81001.json"] = _practice("H81001", "1974-04-01", "2024-09-13", "Successor", "H81002")
    files["H81002.json"] = _practice("H81002", "2024-09-14", "", "Predecessor", "H81001")
    releases = []
    for name, content in files.items():
        release = parse(content, name)
        assert isinstance(release, Release), release
        releases.append(release)
    roles = read_roles((mappings_folder() / "organisation_roles.csv").read_bytes())
    return Directory.build(releases, roles, catalogue().not_providers)  # type: ignore[arg-type]


def rules(*reviews: Review) -> Rules:
    by_record: dict[tuple[str, str, str, str], tuple[Review, ...]] = {}
    for one in reviews:
        key = (one.practice, one.feed, one.system, one.value)
        by_record[key] = (*by_record.get(key, ()), one)
    return Rules(catalogue(), directory(), GMS_EXTENSION, by_record)


def record(feed: Feed = GP, value: str = "one", system: str = "", withdrawn: bool = False, **more: Any) -> Record:
    """A sound own dose of pertussis vaccine in pregnancy of the practice D83013, but for what is said."""
    code, performer = more.pop("code", MATERNAL), more.pop("performer", "D83013")
    if "location" in more:
        more["location"] = OrganisationRef(code=more["location"])
    said: dict[str, Any] = {
        "identifiers": (Identifier(system or (EMIS if feed.kind == "gp" else RAVS), value),),
        "patient": "a" * 64,
        "born": "1994-05-02",
        "sex": "female",
        "occurred": "2024-11-12",
        "recorded": "2024-11-12",
        "procedure": (Coding(SNOMED, code),) if code else (),
        "performer": (OrganisationRef(code=performer),) if performer else (),
        "primary_source": True,
    }
    statement = Statement(**(said | more))
    return Record(feed, statement.identifiers, statement, withdrawn, 3, f"sha-{value}", f"#/{value}", 7)


def verdict(which: Any, practice: str = "D83013", value: str = "one", when: str = "2025-01-01T09:00:00Z") -> Review:
    return Review(practice, "gp", EMIS, value, which, "a reviewer", when, "looked")
