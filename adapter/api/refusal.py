"""A request that cannot be answered as asked, told as problem details or, below /fhir, as an OperationOutcome.

Source: RFC 9457. Each says what to do; none holds a value that was sent.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from adapter.errors import AdapterError, StoreBusy, StoreError, UnknownName, UsageError
from adapter.fhir.issue import Issue
from adapter.fhir.operation_outcome import operation_outcome

PROBLEM = "application/problem+json"
FHIR = "application/fhir+json"
FHIR_PATH = "/fhir"

_ISSUE_TYPES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "business-rule",
    429: "throttled",
    503: "transient",
}
FAULT = "The service failed on this request. Nothing is half-written: report its request id."


class Refusal(Exception):
    """`detail` is a sentence that says what to do."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def of_error(error: AdapterError) -> Refusal:
    """What an error of ours means to a client. The names of files, keys and databases are none of its concern."""
    match error:
        case UnknownName():
            return Refusal(404, "There is nothing of this name: the lists of this service show what there is.")
        case UsageError():
            return Refusal(400, str(error))
        case StoreBusy():
            return Refusal(503, "Somebody else is writing to the database: try again.", {"Retry-After": "5"})
        case StoreError():
            return Refusal(503, "The database does not answer as it must: try again.", {"Retry-After": "30"})
        case _:
            return Refusal(500, FAULT)


def told(refusal: Refusal, path: str) -> Response:
    """The refusal as the part of the service speaks that was asked."""
    if path == FHIR_PATH or path.startswith(FHIR_PATH + "/"):
        issue = Issue(_ISSUE_TYPES.get(refusal.status, "exception"), "", refusal.detail)
        return json_response(operation_outcome([issue]), refusal.status, FHIR, refusal.headers)
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    return json_response(problem, refusal.status, PROBLEM, refusal.headers)


def json_response(
    content: Any, status: int = 200, media_type: str = "application/json", headers: dict[str, str] | None = None
) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status, headers, media_type)
