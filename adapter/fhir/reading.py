"""From a validated resource to a Statement: what it says, and where it says it. Reading never fails."""

from __future__ import annotations

import re
from urllib.parse import unquote

from adapter.fhir import health_check, r4, stu3
from adapter.fhir.context import Context, Json
from adapter.fhir.entry import Entry
from adapter.fhir.identifier import business_identifiers, last_segment, masked, resource_id
from adapter.fhir.model import Version
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import SourceOrder, Statement, Withdrawal

_RECORD_TYPES = frozenset({"Immunization", "Observation", "Procedure"})
_COMMA = re.compile(r"(?<!\\),")
_BAR = re.compile(r"(?<!\\)\|")
_ESCAPE = re.compile(r"\\([\\,|$])")


def read(
    resource: Json,
    version: Version,
    context: Context,
    order: SourceOrder,
    full_url: str,
    pseudonym: Pseudonym,
    digest: str = "",
) -> Statement:
    """What `resource` (validated: an Immunization, or the Procedure or Observation of a health check) says.

    `context` resolves its references, `full_url` is that of its Bundle entry, `digest` the hex digest of its bytes:
    what it is known by if nothing else names it. The same arguments give the same Statement.
    """
    entry = Entry(resource, context, pseudonym, order, full_url, digest)
    if resource.get("resourceType") != "Immunization":
        return health_check.read(entry, version)
    return r4.read(entry) if version == "R4" else stu3.read(entry)


def read_delete(
    url: str, full_url: str, order: SourceOrder, pseudonym: Pseudonym, resource: Json | None = None
) -> Withdrawal:
    """The record that a delete means: `Immunization/{id}` or `Immunization?identifier={system}|{value}` (encoded or
    not), else the entry's fullUrl; `resource` is the body that some histories still carry.
    """
    path, _, query = url.strip().partition("?")
    body = resource or {}
    named = business_identifiers(body)
    for parameter in query.split("&"):
        named += _search(parameter)
        path = parameter[4:] if parameter.startswith("_id=") else path
    id_ = pseudonym.mask(unquote(last_segment(path))) or resource_id(body, full_url, pseudonym)
    return Withdrawal(masked(named, pseudonym), id_, order, _type_of(path) or _type_of(full_url) or "Immunization")


def _type_of(path: str) -> str:
    """The resource type before the id in a path or URL; "" where there is none that can be a record."""
    named = [part for part in path.split("/") if part in _RECORD_TYPES]
    return named[-1] if named else ""


def _search(parameter: str) -> list[tuple[str, str]]:
    """The tokens of a search by identifier; a comma parts them, a backslash takes a sign literally (FHIR search)."""
    name, _, value = parameter.partition("=")
    if unquote(name).partition(":")[0] != "identifier":
        return []
    tokens = []
    for token in _COMMA.split(unquote(value)):
        parts = _BAR.split(token, maxsplit=1)
        system, written = (parts[0], parts[1]) if len(parts) == 2 else ("", parts[0])
        if written.strip():
            tokens.append((_ESCAPE.sub(r"\1", system).strip(), _ESCAPE.sub(r"\1", written).strip()))
    return tokens
