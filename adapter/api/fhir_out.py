"""What the service gives as FHIR: what each count means, the counts, and where a count came from."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from adapter.achievement.count_provenance import Rules, Source, provenance
from adapter.achievement.measure import measures
from adapter.achievement.measure_report import bundle
from adapter.api import runs
from adapter.api.access import Reader
from adapter.api.counts import Practice, ods_code
from adapter.api.refusal import FHIR, Refusal, json_response
from adapter.api.runs import RunId
from adapter.api.service import Service, service_of
from adapter.provenance.trace import origins, trace
from adapter.runs.counting import counts_in_force
from adapter.runs.ruleset import catalogue_in_force
from adapter.store.runs import Run

router = APIRouter(prefix="/fhir", tags=["fhir"])

_FHIR: dict[int | str, dict[str, Any]] = {200: {"content": {FHIR: {}}}}


def rules_version(run: Run) -> str:
    """The version of the Measures that a run counted by: code and tables."""
    return f"{run.code_version}-{run.ruleset_digest[:12]}"


@router.get("/Measure", summary="What each count means", response_class=Response, responses=_FHIR)
async def measure(request: Request, _: Reader, run: RunId = None) -> Response:
    service = service_of(request)
    return json_response(await service.reading(_measures, service, run), 200, FHIR)


@router.get("/MeasureReport", summary="The counts of a run", response_class=Response, responses=_FHIR)
async def measure_report(request: Request, _: Reader, run: RunId = None, practice: Practice = None) -> Response:
    service, code = service_of(request), ods_code(practice)
    found = await service.reading(runs.found, service, run)
    counts = await service.reading(counts_in_force, service.store, found, code)
    return json_response(bundle(counts, rules_version(found), found.finished.isoformat()), 200, FHIR)


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
    return measures(catalogue, rules_version(run), run.finished.isoformat())


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
