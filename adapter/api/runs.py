"""Runs: which there are, and making one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from adapter.api.access import Admin, Reader
from adapter.api.arrival import small
from adapter.api.feeds import month_shown
from adapter.api.refusal import Refusal, json_response
from adapter.api.service import Service, service_of
from adapter.errors import UnknownName
from adapter.feeds.feed_months import lacking
from adapter.runs.reconciliation import Finished, Parameters, reconcile
from adapter.store.runs import Run

router = APIRouter(tags=["runs"])

MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
RunId = Annotated[
    str | None, Query(description="A run's id or a clear beginning of it. Else the latest.", max_length=64)
]


def _a_time(text: str) -> str:
    datetime.fromisoformat(text)
    return text


class Asked(BaseModel):
    """What a run is to count. `as_of` decides by what had arrived by then; a day alone is its end, a time without a
    zone is UTC, as on the command line.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"from": "2024-09", "to": "2024-12", "as_of": None}]}
    )
    first: str = Field(alias="from", pattern=MONTH)
    last: str = Field(alias="to", pattern=MONTH)
    as_of: Annotated[str, AfterValidator(_a_time)] | None = None

    @property
    def moment(self) -> datetime | None:
        return moment_of(self.as_of) if self.as_of is not None else None


def moment_of(text: str) -> datetime:
    """A day alone is its end, a time without a zone is UTC. Raises ValueError."""
    day = len(text) == len("2024-09-30")
    found = datetime.fromisoformat(f"{text}T23:59:59.999999" if day else text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


@router.get("/runs", summary="The runs, oldest first")
async def runs(request: Request, _: Reader) -> list[dict[str, Any]]:
    service = service_of(request)
    return await service.reading(lambda: [_shown(service, one) for one in service.store.runs.listed()])


@router.post(
    "/runs",
    status_code=201,
    summary="Reconcile: link every record, decide it, count",
    description="Answers when the run is finished: 201 with a new run, 200 where nothing has changed since the latest.",
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": Asked.model_json_schema()}}}
    },
    responses={
        200: {"description": "The same inputs gave this run before"},
        409: {"description": "A run is under way"},
    },
)
async def start(request: Request, _: Admin) -> Response:
    service = service_of(request)
    asked = _asked(await small(request))
    if service.running.locked():
        raise Refusal(409, "A run is under way: wait until it has finished, then ask again.", {"Retry-After": "30"})
    async with service.running:
        parameters = Parameters(asked.first, asked.last, asked.moment, service.settings.gms_extension)
        finished = await service.writing(reconcile, service.store, parameters)
    return await service.reading(_made, service, finished)


def found(service: Service, run: str | None) -> Run:
    """Raises Refusal where there is no such run."""
    try:
        return service.store.runs.found(run)
    except UnknownName:
        raise Refusal(404, "There is no such run, or several begin so: GET /runs lists them.") from None


def shown(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "from": run.period_from,
        "to": run.period_to,
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "started": run.started.isoformat(),
        "finished": run.finished.isoformat(),
        "rules": run.ruleset_digest,
        "directory": run.directory_digest,
        "code": run.code_version,
        "output": run.output_digest,
        "outcomes": run.outcomes,
    }


def _asked(body: bytes) -> Asked:
    try:
        asked = Asked.model_validate_json(body)
    except ValidationError as error:
        places = sorted({str(each["loc"][0]) for each in error.errors(include_input=False) if each["loc"]})
        known = ", ".join(place for place in places if place in ("from", "to", "as_of")) or "the body"
        raise Refusal(
            400,
            f"{known} cannot be read: send JSON with `from` and `to` as YYYY-MM and, if wanted, `as_of` as a date "
            "or a time of ISO 8601.",
        ) from None
    if asked.last < asked.first:
        raise Refusal(400, "`to` lies before `from`: send the earlier month as `from`.")
    return asked


def _shown(service: Service, run: Run) -> dict[str, Any]:
    """With the feed-months that were expected and not there when it was cut, as the feeds file has it now."""
    at = run.as_of or run.started
    months = lacking(service.store, service.sources, at, run.period_from, run.period_to)
    return shown(run) | {"lacking": [month_shown(month) for month in months]}


def _made(service: Service, finished: Finished) -> Response:
    content = _shown(service, finished.run) | {"counts": finished.counts, "repeated": finished.repeated}
    return json_response(content, 200 if finished.repeated else 201)
