"""FHIR's primitive types as `msgspec` checks them: each no wider than the authority has it, many narrower.

What is not here (base64, time, url, oid, uuid) is left to the authority, as are years outside 1900 to 2099, leap
seconds, fractions of a second beyond a millionth, zones beyond 13:59, codes beyond ASCII and ids longer than FHIR's own
64. A `string` of nothing but white space other than blanks, tabs and line ends is refused by the authority and taken
here: the fast tier looks for such white space itself, since a pattern for each string would cost more than all else.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta

_YEAR = r"(?:19|20)[0-9][0-9]"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = rf"(?:{_MONTH}-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"  # not 29 February
_LEAP_DAY = r"(?:(?:19|20)(?:0[48]|[2468][048]|[13579][26])|2000)-02-29"
_TIME = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"


TEXTS = {
    "code": r"[!-~]+(?: [!-~]+)*",
    "date": rf"{_YEAR}(?:-(?:{_DAY}|{_MONTH}))?|{_LEAP_DAY}",
    "dateTime": rf"{_YEAR}(?:-(?:{_DAY}(?:{_TIME})?|{_MONTH}))?|{_LEAP_DAY}(?:{_TIME})?",
    "id": r"[A-Za-z0-9.-]{1,64}",
    "instant": rf"(?:{_YEAR}-{_DAY}|{_LEAP_DAY}){_TIME}",
}
"""The patterns of whole texts."""


def _text(type_: str) -> Any:
    return Annotated[str, Meta(pattern=rf"^(?:{TEXTS[type_]})\Z")]


class _ExactNumber(type):
    def __instancecheck__(cls, value: object) -> bool:
        return type(value) is int or type(value) is Decimal


class _Number(metaclass=_ExactNumber):
    """A JSON number as `json_text` reads it; no boolean, no text."""


PRIMITIVES: dict[str, Any] = {
    "boolean": bool,
    "canonical": str,
    "code": _text("code"),
    "date": _text("date"),
    "dateTime": _text("dateTime"),
    "decimal": _Number,
    "id": _text("id"),
    "instant": _text("instant"),
    "integer": Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)],
    "markdown": str,
    "positiveInt": Annotated[int, Meta(ge=1, le=2**31 - 1)],
    "string": Annotated[str, Meta(min_length=1)],
    "unsignedInt": Annotated[int, Meta(ge=0, le=2**31 - 1)],
    "uri": str,
    "xhtml": str,
}
