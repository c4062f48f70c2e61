"""What became of what was pushed, as FHIR says it: a status, an OperationOutcome, a Bundle of answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Request
from starlette.responses import Response

from adapter.api.refusal import FHIR, json_response
from adapter.feeds.push import Outcome, Pushed
from adapter.fhir.operation_outcome import informed, operation_outcome
from adapter.store.resources import Resource

_SAID = {
    "created": (201, "Taken as a new record."),
    "updated": (200, "Taken as the next version of its record."),
    "known": (200, "Known already: these bytes change nothing."),
    "deleted": (200, "Deleted. Should the record come yet, or again, the order of its versions decides."),
    "exists": (200, "A record that matches If-None-Exist is there: nothing was changed."),
    "beside": (200, "Kept as what stands beside records; it is no record itself."),
}
_UNREADABLE = frozenset({"structure", "incomplete"})
_UNMET = frozenset({"conflict", "multiple-matches"})


def answer(request: Request, pushed: Pushed) -> Response:
    """To a request about one resource."""
    request.state.delivery = pushed.delivery or None
    outcome = pushed.outcome
    headers = _headers(request, outcome.resource) if outcome.resource and outcome.resource.id else {}
    return json_response(_told(outcome), status_of(outcome), FHIR, headers)


def bundle_answer(request: Request, pushed: Pushed) -> Response:
    """To a Bundle: entry by entry where it is a transaction or a batch that was taken, else one OperationOutcome."""
    request.state.delivery = pushed.delivery or None
    if pushed.entries or (pushed.bundle_type in ("transaction", "batch") and pushed.outcome.what != "refused"):
        entries = [{"response": _response(one)} for one in pushed.entries]
        content: dict[str, Any] = {"resourceType": "Bundle", "type": f"{pushed.bundle_type}-response"}
        return json_response(content | ({"entry": entries} if entries else {}), 200, FHIR)
    outcome = pushed.outcome
    if outcome.what == "refused" or (outcome.issues and not pushed.taken):
        return json_response(_told(outcome), status_of(outcome), FHIR)
    told = informed(f"Taken, or known already: {pushed.taken}.")
    if outcome.issues:
        told["issue"] += operation_outcome(outcome.issues)["issue"]
    return json_response(told, 200, FHIR)


def status_of(outcome: Outcome) -> int:
    """400 for what cannot be read, 412 for a condition that does not hold, 422 for what cannot be accepted."""
    if outcome.what in _SAID:
        return _SAID[outcome.what][0]
    codes = {issue.code for issue in outcome.issues}
    if outcome.what == "unmet" or (codes and codes <= _UNMET):
        return 412
    return 400 if codes & _UNREADABLE and outcome.what == "refused" else 422


def _told(outcome: Outcome) -> dict[str, Any]:
    if outcome.what in _SAID:
        return informed(_SAID[outcome.what][1])
    return operation_outcome(outcome.issues)


def _response(outcome: Outcome) -> dict[str, Any]:
    status = HTTPStatus(status_of(outcome))
    said: dict[str, Any] = {"status": f"{status.value} {status.phrase}"}
    if outcome.resource and outcome.resource.id:
        said |= {"location": _location(outcome.resource), "etag": _etag(outcome.resource)}
    return said | {"outcome": _told(outcome)}


def _headers(request: Request, resource: Resource) -> dict[str, str]:
    return {"Location": f"{str(request.base_url).rstrip('/')}/fhir/{_location(resource)}", "ETag": _etag(resource)}


def _location(resource: Resource) -> str:
    return f"Immunization/{resource.id}/_history/{resource.version}"


def _etag(resource: Resource) -> str:
    return f'W/"{resource.version}"'
