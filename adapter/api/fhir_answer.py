"""What became of what was pushed, as FHIR says it: a status, the resource, an OperationOutcome, a Bundle of answers.

Who pushed a resource is shown it back without further ado. To be shown what came earlier is reading: it wants the
scope for that, and is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Request
from starlette.responses import Response, StreamingResponse

from adapter.api.http_date import http_date
from adapter.api.media_type import of_version
from adapter.api.preference import Return
from adapter.api.reading import resource_shown
from adapter.api.refusal import FHIR, json_response
from adapter.api.representation import shown
from adapter.api.service import service_of
from adapter.feeds.push import Outcome, Pushed
from adapter.fhir.operation_outcome import informed, operation_outcome
from adapter.fhir.version import fhir_version
from adapter.store.api_keys import AUDIT_READ
from adapter.store.holder import Holder
from adapter.store.resources import Resource

_SAID = {
    "created": (201, "Taken as a new record."),
    "updated": (200, "Taken as the next version of its record."),
    "known": (200, "Known already: these bytes change nothing."),
    "deleted": (200, "Deleted. Should the record come yet, or again, the order of its versions decides."),
    "exists": (200, "A record that matches If-None-Exist is there: nothing was changed."),
    "beside": (200, "Kept as what stands beside records; it is no record itself."),
}
_SENT = frozenset({"created", "updated", "known"})
_UNREADABLE = frozenset({"structure", "incomplete"})
_UNMET = frozenset({"conflict", "multiple-matches"})


async def answer(
    request: Request, holder: Holder, pushed: Pushed, wish: Return | None, id_: str | None = None
) -> Response:
    """To a request about one resource. `id_` is the one that the sender calls it by."""
    request.state.delivery = pushed.delivery or None
    outcome, status = pushed.outcome, status_of(pushed.outcome)
    if outcome.what not in _SAID:
        return json_response(_told(outcome), status, FHIR)
    resource = outcome.resource if outcome.resource and outcome.resource.id else None
    headers = _headers(request, resource, outcome) if resource else {}
    if wish == "minimal":
        return Response(None, 204 if outcome.what == "deleted" else status, headers | _applied(wish))
    if resource and wish != "OperationOutcome":
        if outcome.what in _SENT and _is_in_force(outcome):
            content = _echo(pushed, outcome, id_ or resource.id)
            return Response(content, status, headers | _applied(wish), _type(content))
        if outcome.what == "exists" and AUDIT_READ in holder.scopes:
            content = await resource_shown(service_of(request), holder, resource, resource.in_force, resource.id)
            return Response(content, status, headers | _applied(wish), _type(content))
    return json_response(_told(outcome), status, FHIR, headers | _applied(wish and "OperationOutcome"))


def bundle_answer(request: Request, pushed: Pushed, wish: Return | None) -> Response:
    """To a Bundle: entry by entry where it is a transaction or a batch that was taken, else one OperationOutcome."""
    request.state.delivery = pushed.delivery or None
    if pushed.entries or (pushed.bundle_type in ("transaction", "batch") and pushed.outcome.what != "refused"):
        return StreamingResponse(_entries(pushed, wish), 200, _applied(wish), FHIR)
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
    if outcome.what == "unmet" or (outcome.what == "refused" and codes and codes <= _UNMET):
        return 412
    return 400 if codes & _UNREADABLE and outcome.what == "refused" else 422


def location(resource: Resource, number: int | None = None) -> str:
    """A version of a resource below the base URL: this one, or the one that came last."""
    return f"Immunization/{resource.id}/_history/{number or resource.version}"


def etag(number: int) -> str:
    return f'W/"{number}"'


def _entries(pushed: Pushed, wish: Return | None) -> Iterator[bytes]:
    """The answers one by one: a Bundle can have tens of thousands."""
    yield b'{"resourceType":"Bundle","type":"' + pushed.bundle_type.encode() + b'-response"'
    opening = b',"entry":['
    for one in pushed.entries:
        yield opening + msgspec.json.encode(_entry(pushed, one, wish))
        opening = b","
    yield b"]}" if pushed.entries else b"}"


def _entry(pushed: Pushed, outcome: Outcome, wish: Return | None) -> dict[str, Any]:
    status = HTTPStatus(status_of(outcome))
    response: dict[str, Any] = {"status": f"{status.value} {status.phrase}"}
    resource = outcome.resource if outcome.resource and outcome.resource.id else None
    if resource:
        response["location"] = location(resource, outcome.edition.number if outcome.edition else None)
        response["etag"] = etag(resource.in_force.number)
        response["lastModified"] = resource.in_force.stored.isoformat(timespec="microseconds")
    if wish == "representation" and resource and outcome.what in _SENT and _is_in_force(outcome):
        return {"resource": msgspec.Raw(_echo(pushed, outcome, resource.id)), "response": response}
    if wish != "minimal" or outcome.what not in _SAID:
        response["outcome"] = _told(outcome)
    return {"response": response}


def _told(outcome: Outcome) -> dict[str, Any]:
    if outcome.what in _SAID:
        return informed(_SAID[outcome.what][1])
    return operation_outcome(outcome.issues)


def _is_in_force(outcome: Outcome) -> bool:
    """What came late, or was known as an old version, is not what the record says now."""
    return bool(outcome.resource and outcome.edition and outcome.resource.in_force == outcome.edition)


def _echo(pushed: Pushed, outcome: Outcome, id_: str) -> bytes:
    assert outcome.edition is not None  # noqa: S101 - `_is_in_force` was asked before
    return shown(pushed.text[slice(*outcome.span)], id_, outcome.edition)


def _type(content: bytes) -> str:
    return of_version(fhir_version(json.loads(content)))


def _headers(request: Request, resource: Resource, outcome: Outcome) -> dict[str, str]:
    base = str(request.base_url).rstrip("/")
    number = outcome.edition.number if outcome.edition else None
    return {
        "Location": f"{base}/fhir/{location(resource, number)}",
        "ETag": etag(resource.in_force.number),
        "Last-Modified": http_date(resource.in_force.stored),
    }


def _applied(wish: Return | None) -> dict[str, str]:
    return {"Preference-Applied": f"return={wish}"} if wish else {}
