"""An invented England, told twice: as the plain dicts of the reference and as the product's own values."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec
from adapter.fhir.statement import Coding, ContextCode, Identifier, OrganisationRef, Statement
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
DMD = "https://dmd.nhs.uk"
READ = "http://read.info/readv2"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
URN = "https://fhir.hl7.org.uk/Id/urn-school-number"
RAVS = "https://www.ravs.england.nhs.uk/"
MAVIS = "http://manage-vaccinations-in-schools.nhs.uk/vaccination_records"
GMS_EXTENSION = "https://gp.example/gms"
MERGED_ON = date(2024, 9, 14)

PLACES: dict[str, dict[str, Any]] = {
    "D83013": {"is": "practice"},
    "D83013001": {"is": "site", "parent": "D83013"},
    "G81086": {"is": "practice", "from": MERGED_ON, "before": ("G81001", MERGED_ON)},
    "G81001": {"is": "practice", "to": MERGED_ON - timedelta(days=1), "next": ("G81086", MERGED_ON)},
    "H81001": {"is": "practice", "to": date(2020, 3, 31)},
    "RVV": {"is": "other"},
    "RVVKC": {"is": "site", "parent": "RVV"},
    "FA123": {"is": "other"},
    "97R": {"is": "commissioner"},
}
ROLES = {
    "D83013001": ("RC2", ["RO96"]),
    "RVV": ("RC1", ["RO197"]),
    "RVVKC": ("RC2", ["RO198"]),
    "FA123": ("RC1", ["RO182"]),
    "97R": ("RC1", ["RO98"]),
}

FEEDS = {
    "gp-d": Feed("gp-d", "gp", "D83013"),
    "gp-d-marked": Feed("gp-d-marked", "gp", "D83013", gms_markers=True),
    "gp-g": Feed("gp-g", "gp", "G81086"),
    "gp-g-old": Feed("gp-g-old", "gp", "G81001"),
    "ravs": Feed("ravs", "poc"),
    "mavis": Feed("mavis", "poc"),
}


def _ord(code: str) -> dict[str, Any]:
    place = PLACES[code]
    record_class, roles = ROLES.get(code, ("RC1", ["RO177", "RO76"]))
    period = {"Type": "Operational", "Start": place.get("from", date(1974, 4, 1)).isoformat()}
    if "to" in place:
        period["End"] = place["to"].isoformat()
    said: dict[str, Any] = {
        "Name": "INVENTED",
        "Date": [period],
        "OrgId": {"extension": code},
        "Status": "Inactive" if "to" in place else "Active",
        "orgRecordClass": record_class,
        "Roles": {
            "Role": [{"id": role, "uniqueRoleId": number, "Date": [period]} for number, role in enumerate(roles)]
        },
    }
    said["Roles"]["Role"][0]["primaryRole"] = True
    if "parent" in place:
        target = {"OrgId": {"extension": place["parent"]}, "PrimaryRoleId": {"id": "RO177"}}
        said["Rels"] = {"Rel": [{"id": "RE6", "uniqueRelId": 1, "Date": [period], "Target": target}]}
    succession = []
    for key, kind in (("next", "Successor"), ("before", "Predecessor")):
        if key in place:
            other, day = place[key]
            starts = [{"Type": "Legal", "Start": day.isoformat()}]
            target = {"OrgId": {"extension": other}, "PrimaryRoleId": {"id": "RO177"}}
            succession.append({"uniqueSuccId": 1, "Date": starts, "Type": kind, "Target": target})
    if succession:
        said["Succs"] = {"Succ": succession}
    return {"Organisation": said}


@cache
def catalogue() -> Catalogue:
    loaded = load_catalogue()
    assert isinstance(loaded, Catalogue), loaded
    return loaded


@cache
def directory() -> Directory:
    releases = [parse(json.dumps(_ord(code)).encode(), f"{code}.json") for code in PLACES]
    assert all(isinstance(release, Release) for release in releases), releases
    roles = read_roles((mappings_folder() / "organisation_roles.csv").read_bytes())
    return Directory.build(releases, roles, catalogue().not_providers)  # type: ignore[arg-type]


def rules(reviews: list[dict[str, str]]) -> Rules:
    kept: dict[tuple[str, str, str, str], tuple[Review, ...]] = {}
    for number, said in enumerate(reviews):
        key = (said["practice"], said["feed"], said["system"], said["value"])
        when = f"2025-01-{number + 1:02d}T09:00:00Z"
        kept[key] = (*kept.get(key, ()), Review(*key, said["verdict"], "a person", when, "looked"))  # type: ignore[arg-type]
    return Rules(catalogue(), directory(), GMS_EXTENSION, kept)


def _coding(pair: tuple[str, str]) -> Coding:
    return Coding(*pair)


def event_keys(identifiers: list[tuple[str, str]]) -> tuple[str, ...]:
    plain = [value.replace("-", "").upper() for _, value in identifiers]
    return tuple(sorted({one[-32:] for one in plain if len(one) in (32, 64) and set(one) <= set("0123456789ABCDEF")}))


def as_record(said: dict[str, Any]) -> Record:
    """The product's value of one plain record."""
    identifiers = tuple(sorted(Identifier(*one) for one in said["identifiers"]))
    statement = Statement(
        fhir="STU3" if said["gms_notes"] else "R4",
        resource="Immunization",
        status=said["status"],
        identifiers=identifiers,
        event_keys=event_keys(said["identifiers"]),
        not_given=said["not_given"],
        patient=said["patient"],
        patient_fault=None if said["patient"] else "invalid",
        born=said["born"],
        sex=said["sex"],
        occurred=said["occurred"],
        recorded=said["recorded"],
        procedure=tuple(map(_coding, said["procedure"])),
        vaccine=tuple(map(_coding, said["vaccine"])),
        has_text=said["text"],
        diseases=tuple((_coding(one),) for one in said["diseases"]),
        dose=said["dose"],
        route=tuple(map(_coding, said["route"])),
        performer=tuple(sorted(OrganisationRef(*one) for one in set(said["performer"]))),
        location=OrganisationRef(*said["location"]) if said["location"] else None,
        gms_notes=tuple(sorted(set(said["gms_notes"]))),
        flags={} if said["gms_flag"] is None else {GMS_EXTENSION: said["gms_flag"]},
        primary_source=said["primary_source"],
        lot=said["lot"].replace(" ", "").upper(),
        context=tuple(sorted({ContextCode(*one) for one in said["context"]})),
    )
    digest = hashlib.sha256(msgspec.json.encode([said["feed"], statement])).hexdigest()
    return Record(FEEDS[said["feed"]], identifiers, statement, said["withdrawn"], 1, digest, "", 0)
