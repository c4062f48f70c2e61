"""A small England to decide in, and a way to say a record in one line."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

import msgspec
from adapter.fhir.statement import Coding, ContextCode, Identifier, OrganisationRef, Statement
from adapter.normalise.catalogue import Catalogue, catalogue_of, load_catalogue
from adapter.normalise.tables import mappings_folder, read_folder
from adapter.organisations.directory import Directory
from adapter.organisations.parse import parse
from adapter.organisations.release import Release
from adapter.organisations.role_table import read_roles
from adapter.reconcile.record import Feed, Record
from adapter.reconcile.review import Review
from adapter.reconcile.rules import Rules

SNOMED = "http://snomed.info/sct"
CTV3 = "http://read.info/ctv3"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
URN = "https://fhir.hl7.org.uk/Id/urn-school-number"
EMIS = "https://EMISWeb/D83013"
OTHER_EMIS = "https://EMISWeb/G81086"
TRANSFERRED = "https://PSSAdaptor/D83013"
RAVS = "https://www.ravs.england.nhs.uk/"
GMS_EXTENSION = "https://gp.example/gms"
PATIENT = "a" * 64

PERTUSSIS_IN_PREGNANCY = "956951000000104"
GIVEN_ELSEWHERE = "956971000000108"
PERTUSSIS = "39343008"
FOUR_IN_ONE = "247821000000102"
RSV = "1303503001"
FLU = "822851000000102"
PREGNANT = "77386006"

GP = Feed("gp-d83013", "gp", "D83013")
MARKED = Feed("gp-marked", "gp", "D83013", gms_markers=True)
OTHER_GP = Feed("gp-g81086", "gp", "G81086")
OLD_GP = Feed("gp-h81001", "gp", "H81001")
NEW_GP = Feed("gp-h81002", "gp", "H81002")
POC = Feed("ravs", "poc")
MARKED_POC = Feed("marked-poc", "poc", gms_markers=True)

ORGANISATIONS = {
    "D83013": "the practice",
    "D83013001": "a branch of the practice",
    "D83013002": "a branch of the practice that closed on 31 August 2024",
    "D83013003": "a branch that two practices operate",
    "Y00001": "a walk-in centre, which prescribes and is no GP practice",
    "G81086": "another practice",
    "H81001": "a practice that closed on 13 September 2024",
    "H81002": "the practice that took over from H81001 on 14 September 2024",
    "RVV": "a trust",
    "RVVKC": "a site of the trust",
    "FA123": "a pharmacy",
    "VLN01": "a care home",
    "97R": "a commissioner's code, in no directory",
    "X99999": "the code for an unknown place",
    "X26": "a supplier's code",
    "YGA": "a supplier's code",
    "ZZZ99": "a code in no directory",
    "SMITH": "letters in no directory",
    "100001": "a school number",
    "G9999998": "a doctor's code",
}
"""Every organisation code that a case uses, in words."""


def _row(code: str, parent: str = "", opened: str = "19740401", closed: str = "", setting: str = "") -> str:
    columns = [""] * 27
    columns[0], columns[1], columns[10], columns[11] = code, "INVENTED", opened, closed
    columns[12], columns[14], columns[25] = "C" if closed else "A", parent, setting
    columns[15] = opened if parent else ""
    return ",".join(columns)


def _ord(code: str, role: str, opened: str, closed: str = "", succession: tuple[str, str] | None = None) -> bytes:
    """An organisation as the national directory sends it; `succession` is which and whose, both on 14 September."""
    period = {"Type": "Operational", "Start": opened} | ({"End": closed} if closed else {})
    roles = [{"id": role, "uniqueRoleId": 1, "Date": [period], "primaryRole": True}]
    if role == "RO177":
        roles.append({"id": "RO76", "uniqueRoleId": 2, "Date": [period]})
    said: dict[str, Any] = {
        "Name": "INVENTED",
        "Date": [period],
        "OrgId": {"extension": code},
        "Status": "Inactive" if closed else "Active",
        "orgRecordClass": "RC1",
        "Roles": {"Role": roles},
    }
    if succession:
        kind, other = succession
        target = {"OrgId": {"extension": other}, "PrimaryRoleId": {"id": "RO177"}}
        legal = [{"Type": "Legal", "Start": "2024-09-14"}]
        said["Succs"] = {"Succ": [{"uniqueSuccId": 1, "Date": legal, "Type": kind, "Target": target}]}
    return json.dumps({"Organisation": said}).encode()


@cache
def directory() -> Directory:
    reports = {
        "epraccur.csv": [
            _row("D83013", "97R", setting="4"),
            _row("G81086", "97R", setting="4"),
            _row("Y00001", "97R", setting="1"),
        ],
        "ebranchs.csv": [
            _row("D83013001", "D83013"),
            _row("D83013002", "D83013", closed="20240831"),
            _row("D83013003", "D83013"),
            _row("D83013003", "G81086"),
        ],
        "etr.csv": [_row("RVV")],
        "ets.csv": [_row("RVVKC", "RVV")],
        "edispensary.csv": [_row("FA123")],
    }
    releases = [parse("\n".join(rows).encode(), name) for name, rows in reports.items()]
    releases += [
        parse(_ord("H81001", "RO177", "1974-04-01", "2024-09-13", ("Successor", "H81002")), "H81001.json"),
        parse(_ord("H81002", "RO177", "2024-09-14", "", ("Predecessor", "H81001")), "H81002.json"),
        parse(_ord("VLN01", "RO900", "1974-04-01"), "VLN01.json"),
    ]
    table = (mappings_folder() / "organisation_roles.csv").read_bytes()
    roles = read_roles(table.replace(b"\n,care-home,,", b"\nRO900,care-home,yes,"))  # as a deployment fills it in
    assert all(isinstance(release, Release) for release in releases)
    return Directory.build(releases, roles, catalogue().not_providers)  # type: ignore[arg-type]


@cache
def catalogue(sub_contractors: str = "") -> Catalogue:
    if not sub_contractors:
        loaded = load_catalogue()
    else:
        files = dict(read_folder(mappings_folder()))
        files["sub_contractors.csv"] = files["sub_contractors.csv"].rstrip() + f"\n{sub_contractors}\n".encode()
        loaded = catalogue_of(files)
    assert isinstance(loaded, Catalogue), loaded
    return loaded


@cache
def england() -> Rules:
    """The rules as they ship, in this England."""
    return Rules(catalogue(), directory(), GMS_EXTENSION)


Performer = str | None | tuple[OrganisationRef, ...]


def statement(code: str | None = PERTUSSIS_IN_PREGNANCY, performer: Performer = "D83013", **more: Any) -> Statement:
    """A sound own dose of pertussis vaccine in pregnancy, but for what is said."""
    occurred = more.get("occurred", "2024-09-12")
    said: dict[str, Any] = {
        "fhir": "R4",
        "resource": "Immunization",
        "status": "completed",
        "identifiers": (Identifier(EMIS, "one"),),
        "patient": PATIENT,
        "born": "1994-05-02",
        "sex": "female",
        "occurred": "2024-09-12",
        "recorded": occurred[:10] if len(occurred) >= 10 else "2024-09-12",
        "procedure": (Coding(SNOMED, code),) if code else (),
        "performer": (OrganisationRef(ODS, performer),) if isinstance(performer, str) else performer or (),
        "primary_source": True,
    }
    if isinstance(more.get("location"), str):
        more["location"] = OrganisationRef(ODS, more["location"])
    if "pregnant" in more:
        more["context"] = (ContextCode(SNOMED, PREGNANT, more.pop("pregnant")),)
    return Statement(**(said | more))


def record(feed: Feed, said: Statement, withdrawn: bool = False) -> Record:
    body = msgspec.json.encode([feed.name, said])
    return Record(feed, said.identifiers, said, withdrawn, 1, hashlib.sha256(body).hexdigest(), "", 0)


HOME = {"gp-d83013": EMIS, "gp-marked": EMIS, "gp-g81086": OTHER_EMIS, "ravs": RAVS, "marked-poc": RAVS}
"""The identifier system of a feed's own records."""


def sent(feed: Feed, value: str = "one", system: str | None = None, withdrawn: bool = False, **more: Any) -> Record:
    """A record of any feed."""
    own = HOME.get(feed.name, f"https://EMISWeb/{feed.practice}") if system is None else system
    return record(feed, statement(**{"identifiers": (Identifier(own, value),)} | more), withdrawn)


def gp(value: str = "one", system: str | None = None, withdrawn: bool = False, **more: Any) -> Record:
    """A record of the practice's own GP feed."""
    return sent(GP, value, system, withdrawn, **more)


def poc(value: str = "two", system: str | None = None, withdrawn: bool = False, **more: Any) -> Record:
    """A record of the point-of-care feed."""
    return sent(POC, value, system, withdrawn, **more)


def verdict(
    which: str, practice: str = "D83013", value: str = "one", when: str = "2025-01-01", feed: Feed = GP
) -> Review:
    """A person's word on a record."""
    system = HOME.get(feed.name, f"https://EMISWeb/{feed.practice}")
    return Review(practice, feed.name, system, value, which, "a reviewer", when, "looked")  # type: ignore[arg-type]


def dose(code: str, occurred: str, born: str, value: str = "one", **more: Any) -> Record:
    return gp(value, code=code, occurred=occurred, born=born, **more)


def history(code: str, born: str, *days: str) -> list[Record]:
    """Doses of the practice before the one in question."""
    return [dose(code, day, born, f"dose {number}") for number, day in enumerate(days, start=1)]
