"""What a search for Immunizations asks for, read from its parameters. What is not known is refused, never passed over:
a filter that is not applied would show patients nobody asked for.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec
from msgspec import Struct

from adapter.api.refusal import Refusal
from adapter.feeds.requests import identifiers
from adapter.fhir.date_search import Sought, interval, sought
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import Identifier, Statement
from adapter.store.resource_search import Scan

MOST_SHOWN = 200
"""Resources of one page."""
_USUAL = 50
_LONGEST = 10
"""Values of one parameter, and times that it may be given."""
_KNOWN = ("_id", "identifier", "date", "_lastUpdated", "_count", "_format", "_cursor")
_BAR = re.compile(r"(?<!\\)\|")
_COMMA = re.compile(r"(?<!\\),")


class Query(Struct, frozen=True):
    """Groups are joined by "and", what is in one of them by "or". `since` and `until` bound when the resource came;
    `rest` is where a search goes on, which says all else itself.
    """

    count: int
    ids: tuple[tuple[str, ...], ...] = ()
    identifiers: tuple[tuple[Identifier, ...], ...] = ()
    dates: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    rest: Scan | None = None

    def wants(self, said: Statement) -> bool:
        """Whether an Immunization was given when it is sought. One whose date cannot be read never was."""
        given = interval(said.occurred)
        return all(
            given is not None and any(each.matches(given) for each in _values("date", text)) for text in self.dates
        )


def query_of(parameters: Sequence[tuple[str, str]], pseudonym: Pseudonym) -> Query:
    """Raises Refusal 400."""
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        if name not in _KNOWN:
            raise Refusal(
                400, f"A search goes by {', '.join(_KNOWN[:-2])} here, without modifiers: leave out the rest."
            )
        given.setdefault(name, []).append(value)
    if any(len(values) > _LONGEST for values in given.values()):
        raise Refusal(400, f"A parameter is given more than {_LONGEST} times: search in steps.")
    count = _count(given.get("_count", [str(_USUAL)]))
    if "_cursor" in given:
        if set(given) - {"_cursor", "_count", "_format"}:
            raise Refusal(400, "Follow `link[next]` as it is: its cursor says all that was asked for.")
        dates, rest = _continued(given["_cursor"])
        return Query(count, dates=dates, rest=rest)
    since, until = _bounds(given.get("_lastUpdated", []))
    dates = tuple(given.get("date", []))
    for text in dates:
        _values("date", text)
    return Query(
        count,
        tuple(tuple(pseudonym.mask(each) for each in _parts("_id", text)) for text in given.get("_id", [])),
        tuple(_identifiers(text, pseudonym) for text in given.get("identifier", [])),
        dates,
        since,
        until,
    )


def cursor(query: Query, rest: Scan) -> str:
    """Where a search goes on. It names records by the store's numbers: an identifier belongs in no URL of ours."""
    text = msgspec.json.encode((query.dates, rest))
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _continued(given: list[str]) -> tuple[tuple[str, ...], Scan]:
    try:
        [text] = given
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        dates, rest = msgspec.json.decode(content, type=tuple[tuple[str, ...], Scan])
        for each in dates:
            _values("date", each)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise Refusal(400, "The cursor is none of ours: begin the search again.") from None
    numbers = (rest.after, rest.last, rest.cut.sequence, rest.cut.batch, *(rest.records or ()))
    if not all(0 <= number < 1 << 62 for number in numbers):
        raise Refusal(400, "The cursor is none of ours: begin the search again.")
    return dates, rest


def _count(given: list[str]) -> int:
    if len(given) != 1 or not given[0].isascii() or not given[0].isdigit() or not int(given[0][:9]):
        raise Refusal(400, f"`_count` is a number from 1; more than {MOST_SHOWN} are never shown on a page.")
    return min(int(given[0][:9]), MOST_SHOWN)


def _identifiers(text: str, pseudonym: Pseudonym) -> tuple[Identifier, ...]:
    parts = _parts("identifier", text)
    found = identifiers(f"identifier={quote(text, safe='')}", pseudonym)
    if found is None or not all(_BAR.search(each) for each in parts):
        raise Refusal(400, "`identifier` is `{system}|{value}`: a value without its system names no record.")
    return found


def _bounds(given: list[str]) -> tuple[datetime | None, datetime | None]:
    since: list[datetime] = []
    until: list[datetime] = []
    for text in given:
        values = _values("_lastUpdated", text)
        bounds = values[0].bounds() if len(values) == 1 else None
        if bounds is None:
            raise Refusal(400, "`_lastUpdated` is one stretch of time: give `ge…` and `lt…`, each once.")
        since += [bounds[0]] if bounds[0] else []
        until += [bounds[1]] if bounds[1] else []
    return max(since, default=None), min(until, default=None)


def _values(name: str, text: str) -> list[Sought]:
    found = [sought(each) for each in _parts(name, text)]
    if None in found:
        raise Refusal(400, f"`{name}` is a date such as `ge2024-09-01` (eq, ne, gt, lt, ge, le, sa, eb) or a time.")
    return [each for each in found if each]


def _parts(name: str, text: str) -> list[str]:
    parts = _COMMA.split(text)
    if not all(part.strip() for part in parts) or len(parts) > _LONGEST or len(text) > 2_000:
        raise Refusal(400, f"`{name}` has up to {_LONGEST} values, parted by commas, none of them empty.")
    return parts
