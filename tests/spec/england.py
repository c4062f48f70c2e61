"""A small England to decide in, and a way to say a record in one line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec
import pytest
from adapter.fhir.statement import Coding, ContextCode, Identifier, OrganisationRef, Statement
from adapter.normalise.catalogue import Catalogue, catalogue_of, load_catalogue
from adapter.normalise.tables import mappings_folder, read_folder
from adapter.organisations.directory import Directory
from adapter.organisations.parse import parse
from adapter.organisations.release import Release
from adapter.organisations.role_table import read_roles
from adapter.reconcile.decide import decide
from adapter.reconcile.decision import Decision
from adapter.reconcile.record import Feed, Record
from adapter.reconcile.rules import Rules

SNOMED = "http://snomed.info/sct"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
URN = "https://fhir.hl7.org.uk/Id/urn-school-number"
EMIS = "https://EMISWeb/D83013"
RAVS = "https://www.ravs.england.nhs.uk/"
GMS_EXTENSION = "https://gp.example/gms"
PATIENT = "a" * 64

PERTUSSIS_IN_PREGNANCY = "956951000000104"
GIVEN_ELSEWHERE = "956971000000108"
RSV = "1303503001"
FLU = "822851000000102"

GP = Feed("gp-d83013", "gp", "D83013")
MARKED = Feed("gp-marked", "gp", "D83013", gms_markers=True)
OTHER_GP = Feed("gp-g81086", "gp", "G81086")
POC = Feed("ravs", "poc")


def _row(code: str, parent: str = "", opened: str = "19740401", closed: str = "", setting: str = "") -> str:
    columns = [""] * 27
    columns[0], columns[1], columns[10], columns[11] = code, "INVENTED", opened, closed
    columns[12], columns[14], columns[25] = "C" if closed else "A", parent, setting
    columns[15] = opened if parent else ""
    return ",".join(columns)


@cache
def directory() -> Directory:
    reports = {
        "epraccur.csv": [_row("D83013", "97R", setting="4"), _row("G81086", "97R", setting="4")],
        "ebranchs.csv": [_row("D83013001", "D83013")],
        "etr.csv": [_row("RVV")],
        "ets.csv": [_row("RVVKC", "RVV")],
        "edispensary.csv": [_row("FA123")],
    }
    releases = [parse("\n".join(rows).encode(), name) for name, rows in reports.items()]
    roles = read_roles((mappings_folder() / "organisation_roles.csv").read_bytes())
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


def statement(code: str | None = PERTUSSIS_IN_PREGNANCY, performer: str | None = "D83013", **more: Any) -> Statement:
    """A sound own dose of pertussis vaccine in pregnancy, but for what is said."""
    said: dict[str, Any] = {
        "fhir": "R4",
        "resource": "Immunization",
        "status": "completed",
        "identifiers": (Identifier(EMIS, "one"),),
        "patient": PATIENT,
        "born": "1994-05-02",
        "sex": "female",
        "occurred": "2024-09-12",
        "recorded": "2024-09-12",
        "procedure": (Coding(SNOMED, code),) if code else (),
        "performer": (OrganisationRef(ODS, performer),) if performer is not None else (),
        "primary_source": True,
    }
    if isinstance(more.get("location"), str):
        more["location"] = OrganisationRef(ODS, more["location"])
    if "pregnant" in more:
        more["context"] = (ContextCode(SNOMED, "77386006", more.pop("pregnant")),)
    return Statement(**(said | more))


def record(feed: Feed, said: Statement, withdrawn: bool = False) -> Record:
    body = msgspec.json.encode([feed.name, said])
    return Record(feed, said.identifiers, said, withdrawn, 1, hashlib.sha256(body).hexdigest(), "", 0)


def poc(value: str = "two", **more: Any) -> Record:
    """A record of the point-of-care feed."""
    return record(POC, statement(identifiers=(Identifier(RAVS, value),), **more))


@pytest.fixture
def rules() -> Rules:
    return Rules(catalogue(), directory(), GMS_EXTENSION)


@pytest.fixture
def decided(rules: Rules) -> Callable[..., list[Decision]]:
    """Decide records, conservation held."""

    def run(*records: Record, reviews: Sequence[Any] = (), sub_contractors: str = "") -> list[Decision]:
        given = rules
        if reviews:
            by_key: dict[Any, Any] = {}
            for one in reviews:
                key = (one.practice, one.feed, one.system, one.value)
                by_key[key] = (*by_key.get(key, ()), one)
            given = msgspec.structs.replace(given, reviews=by_key)
        if sub_contractors:
            given = msgspec.structs.replace(given, catalogue=catalogue(sub_contractors))
        decisions = decide(records, given)
        assert len(decisions) == len(records)
        assert {one.record for one in decisions} == {one.record for one in decide(tuple(reversed(records)), given)}
        return [next(one for one in decisions if _is(one, record)) for record in records]

    return run


def _is(decision: Decision, record: Record) -> bool:
    feed, system, value = record.key
    return (decision.record.feed, decision.record.system or "", decision.record.value) == (feed, system, value)


@pytest.fixture
def outcome(decided: Callable[..., list[Decision]]) -> Callable[..., tuple[str, str]]:
    """Outcome and reason of the first record."""

    def run(*records: Record, **more: Any) -> tuple[str, str]:
        first = decided(*records, **more)[0]
        return (first.outcome.value, first.reason.value)

    return run
