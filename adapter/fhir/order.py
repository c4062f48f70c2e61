"""What a source says of a version's place among the versions of its record."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from adapter.fhir.statement import SourceOrder

_ENTITY_TAG = re.compile(r'(?:W/)?"?([0-9]{1,18})"?')
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def source_order(meta: Any, etag: Any = None, last_modified: Any = None, history: int | None = None) -> SourceOrder:
    """From a resource's own `meta`, else from its entry's `response.etag` and `response.lastModified`.

    A versionId that is no number and a time without zone say nothing of order and are left out.
    """
    meta = meta if isinstance(meta, dict) else {}
    version, updated = _number(meta.get("versionId")), instant(meta.get("lastUpdated"))
    return SourceOrder(_number(etag) if version is None else version, updated or instant(last_modified), history)


def instant(sent: Any) -> str:
    """A FHIR instant in UTC with microseconds and `Z`, so that text order is time order; "" for anything else."""
    if not isinstance(sent, str) or not _INSTANT.fullmatch(sent):
        return ""
    try:
        moment = datetime.fromisoformat(sent.replace(":60", ":59", 1)).astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _number(sent: Any) -> int | None:
    if type(sent) is int:
        return sent if 0 <= sent < 10**18 else None
    tag = _ENTITY_TAG.fullmatch(sent.strip()) if isinstance(sent, str) else None
    return int(tag[1]) if tag else None
