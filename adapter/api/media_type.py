"""Which FHIR a request sends and which it wants back, as its media types say.

Source: FHIR R4 http.html, "Content Types and encodings", "FHIR Version Parameter"; RFC 9110 section 12.5.1.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Query, Request

from adapter.api.refusal import FHIR, Refusal
from adapter.fhir.model import Version

JSON = frozenset({"application/fhir+json", "application/json", "application/json+fhir"})
_ANY = frozenset({"*/*", "application/*"})
_FORMATS = JSON | {"json", "application/fhir json"}  # a plus in a query is a blank
_PARAMETER = re.compile(r';\s*([a-z-]+)\s*=\s*"?([^";,\s]*)"?', re.IGNORECASE)
_NUMBERS: dict[Version, str] = {"R4": "4.0", "STU3": "3.0"}

Format = Annotated[str | None, Query(alias="_format", description="`json`: the only format there is.", max_length=60)]


def named_version(media_type: str) -> Version | None:
    """What its `fhirVersion` says, None where it has none. Raises ValueError for a version that is not spoken here."""
    number = _parameters(media_type).get("fhirversion")
    if number is None:
        return None
    if number.startswith(("4.0", "4.3")):
        return "R4"
    if number.startswith("3.0"):
        return "STU3"
    raise ValueError


def accepted(request: Request, format_: Format = None) -> Version | None:
    """The FHIR version that the answer must be of, None where any will do. Raises Refusal 406."""
    if format_ is not None:
        if format_.partition(";")[0].strip().lower() not in _FORMATS:
            raise _unacceptable()
        return None
    ranges = [each for each in ",".join(request.headers.getlist("accept")).split(",") if each.strip()]
    found: list[Version | None] = []
    for each in ranges:
        type_ = each.partition(";")[0].strip().lower()
        if type_ in JSON | _ANY and _wanted(each):
            try:
                found.append(named_version(each))
            except ValueError:
                continue
    if ranges and not found:
        raise _unacceptable()
    return None if None in found or len(set(found)) != 1 else found[0]


Accepted = Annotated[Version | None, Depends(accepted)]


def of_version(version: Version) -> str:
    """The media type of a resource of this version."""
    return f"{FHIR}; fhirVersion={_NUMBERS[version]}"


def _parameters(media_type: str) -> dict[str, str]:
    return {name.lower(): value for name, value in _PARAMETER.findall(media_type)}


def _wanted(range_: str) -> bool:
    try:
        return float(_parameters(range_).get("q", "1")) > 0
    except ValueError:
        return False


def _unacceptable() -> Refusal:
    return Refusal(406, "Answers are FHIR as JSON: send `Accept: application/fhir+json`, with fhirVersion 4.0 or 3.0.")
