"""The OpenAPI of the service: every answer that a route can give, with an example of each kind.

A route says what it gives where all goes well; what every route can answer besides is said here, once.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from adapter.api.crowd import ALWAYS
from adapter.api.refusal import FHIR, FHIR_PATH, PROBLEM

Json = dict[str, Any]

_SAID = {
    400: "It cannot be read as it was sent",
    401: "The key or token is missing, unknown, expired or revoked",
    403: "The key or token does not open this",
    404: "There is nothing of this name",
    406: "No FHIR version or format that is accepted can be given",
    409: "Something stands against it",
    410: "The resource, or its version, is deleted",
    413: "The body is too long",
    415: "The body is of a type that is not read here",
    429: "More often than is allowed: `Retry-After` says when to go on",
    500: "The service failed; its log has the request id",
    503: "Not now: `Retry-After` says when to try again",
}
_FAULT = "#/components/schemas/Problem"
_OUTCOME = "#/components/schemas/OperationOutcome"
_PROBLEM_SCHEMA: Json = {
    "title": "Problem",
    "description": "RFC 9457",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence that says what to do."},
    },
    "example": {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing of this name: the lists of this service show what there is.",
    },
}
_OUTCOME_SCHEMA: Json = {
    "title": "OperationOutcome",
    "description": "FHIR: one issue for each fault.",
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["severity", "code", "details"],
                "properties": {
                    "severity": {"enum": ["fatal", "error", "warning", "information"]},
                    "code": {"type": "string", "description": "Of FHIR's IssueType list."},
                    "details": {"type": "object", "properties": {"text": {"type": "string"}}},
                    "expression": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
    "example": {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "required",
                "details": {"text": "The element is missing: send it."},
                "expression": ["Bundle.entry[3].resource.status"],
            }
        ],
    },
}


def openapi_of(app: FastAPI) -> Json:
    """Made once."""
    if app.openapi_schema is None:
        said = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = said.setdefault("components", {}).setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas |= {"Problem": _PROBLEM_SCHEMA, "OperationOutcome": _OUTCOME_SCHEMA}
        for path, ways in said["paths"].items():
            for operation in ways.values():
                _complete(path, operation)
        app.openapi_schema = said
    return app.openapi_schema


def _complete(path: str, operation: Json) -> None:
    answers: Json = operation["responses"]
    if answers.get("422", {}).get("description") == "Validation Error":  # ours is told as 400
        del answers["422"]
    is_fhir = path == FHIR_PATH or path.startswith(FHIR_PATH + "/")
    for status in sorted(_possible(path, operation, is_fhir)):
        answer = answers.setdefault(str(status), {})
        answer.setdefault("description", _SAID[status])
        if not answer.get("content"):
            schema = {"schema": {"$ref": _OUTCOME if is_fhir else _FAULT}}
            answer["content"] = {FHIR if is_fhir else PROBLEM: schema}
    operation["responses"] = dict(sorted(answers.items()))


def _possible(path: str, operation: Json, is_fhir: bool) -> set[int]:
    found = {500} | (set() if path in ALWAYS - {"/readyz"} else {503})
    if operation.get("security"):
        found |= {401, 403, 404, 409, 429}
    if operation.get("parameters") or "requestBody" in operation:
        found |= {400}
    if is_fhir:
        found |= {406} | ({410} if "{id}" in path else set())
    if "requestBody" in operation:
        found |= {413} | ({415} if is_fhir else set())
    return found
