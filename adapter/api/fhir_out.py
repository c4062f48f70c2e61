"""What the service gives as FHIR: what each count means, the counts, and where a count came from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from adapter.achievement.count_provenance import Rules, Source, provenance
from adapter.achievement.declaration import CellKey, cell_of
from adapter.achievement.measure import measures
from adapter.achievement.measure_report import bundle
from adapter.api import runs
from adapter.api.access import Reader
from adapter.api.counts import Practice, ods_code
from adapter.api.refusal import FHIR, Refusal, json_response
from adapter.api.runs import RunId
from adapter.api.service import Service, service_of
from adapter.provenance.trace import IN_COUNTS, origins, trace
from adapter.runs.counting import counts_in_force
from adapter.runs.ruleset import catalogue_in_force
from adapter.store.api_keys import AUDIT_READ
from adapter.store.runs import Run

router = APIRouter(prefix="/fhir", tags=["fhir"])

_FHIR: dict[int | str, dict[str, Any]] = {200: {"content": {FHIR: {}}}}


@router.get("/Measure", summary="What each count means", response_class=Response, responses=_FHIR)
async def measure(request: Request, _: Reader, run: RunId = None) -> Response:
    service = service_of(request)
    return json_response(await service.reading(_measures, service, run), 200, FHIR)


class ReportType(StrEnum):
    """Numbers alone, or with the decisions of each population."""

    SUMMARY = "summary"
    SUBJECT_LIST = "subject-list"


@router.get(
    "/MeasureReport",
    summary="The counts of a run",
    description="One report for each practice, indicator and month; its populations add up to `records`. With "
    f"`type=subject-list` each lists its decisions: it wants a `practice` and {AUDIT_READ}, and is recorded.",
    response_class=Response,
    responses=_FHIR,
)
async def measure_report(
    request: Request,
    key: Reader,
    run: RunId = None,
    practice: Practice = None,
    type_: Annotated[ReportType, Query(alias="type")] = ReportType.SUMMARY,
) -> Response:
    service, code = service_of(request), ods_code(practice)
    subjects = type_ is ReportType.SUBJECT_LIST
    if subjects and (AUDIT_READ not in key.scopes or key.feed is not None):
        raise Refusal(403, f"A subject-list leads to records: it wants a key with {AUDIT_READ} that writes to no feed.")
    if subjects and code is None:
        raise Refusal(400, "A subject-list is of one practice: ask with `practice`.")
    found = await service.reading(runs.found, service, run)
    made, shown = await service.reading(_reports, service, found, code, subjects)
    if subjects:
        await service.writing(service.store.disclosures.add, key, [(f"MeasureReport of {code}", shown)])
    return json_response(made, 200, FHIR)


@router.get(
    "/Provenance",
    summary="Where a count came from",
    description="From its report to record versions, deliveries and rules. No person is named.",
    response_class=Response,
    responses=_FHIR,
)
async def provenance_of(
    request: Request,
    _: Reader,
    target: Annotated[str, Query(description="A count's id, or its beginning.", max_length=64)],
) -> Response:
    service = service_of(request)
    return json_response(await service.reading(_provenance, service, target), 200, FHIR)


def _measures(service: Service, id_: str | None) -> dict[str, Any]:
    run = runs.found(service, id_)
    catalogue = catalogue_in_force(service.store.mapping_releases.in_force())
    if catalogue.digest != run.ruleset_digest:
        raise Refusal(409, "This run counted by other tables than are in force now: ask for the latest run.")
    return measures(catalogue, run.rules_version, run.finished.isoformat())


def _reports(service: Service, run: Run, practice: str | None, listed: bool) -> tuple[dict[str, Any], int]:
    """The reports, and how many records they list."""
    counts = counts_in_force(service.store, run, practice)
    excluded = service.store.runs.excluded(run, practice)
    subjects: dict[CellKey, dict[tuple[str, str], list[str]]] | None = None
    if listed:
        subjects = {}
        cells = {cell_of(one) for one in counts}
        for one in service.store.runs.decisions(run, practice):
            decided = one.decision
            cell = (decided.practice or "", decided.programme or "", decided.indicator or "", decided.period or "")
            if cell in cells and decided.outcome in IN_COUNTS:
                said = (decided.outcome.value, decided.reason.value)
                subjects.setdefault(cell, {}).setdefault(said, []).append(one.id)
    made = bundle(counts, excluded, run.rules_version, run.finished.isoformat(), subjects)
    return made, sum(len(ids) for said in (subjects or {}).values() for ids in said.values())


def _provenance(service: Service, target: str) -> dict[str, Any]:
    traced = trace(service.store, target)
    if traced.achievement is None:
        raise Refusal(404, "`target` is no count: GET /counts gives their ids.")
    sources = [
        Source(one.id, one.decision, origin.delivery, origin.received.isoformat())
        for one, origin in origins(service.store, traced)
    ]
    run = traced.run
    rules = Rules(run.ruleset_digest, run.directory_digest, run.code_version, run.finished.isoformat())
    return provenance(traced.achievement, sources, rules)
