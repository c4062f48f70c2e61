"""What an answer to a write shall hold: nothing, the resource as it is kept, or an OperationOutcome.

Source: RFC 7240; FHIR R4 http.html, "Ops: create". Without a preference it is the resource, as clients expect it.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from fastapi import Depends, Header, Request

Return = Literal["minimal", "representation", "OperationOutcome"]
_RETURN = re.compile(r'(?:^|[,;])\s*return\s*=\s*"?(minimal|representation|OperationOutcome)"?\s*(?=$|[,;])')


def preferred(
    request: Request,
    prefer: Annotated[
        str | None,
        Header(alias="Prefer", description="`return=minimal`, `return=representation` or `return=OperationOutcome`."),
    ] = None,
) -> Return | None:
    """The first that is known; what is not known is passed over, as RFC 7240 wants it."""
    found = _RETURN.search(",".join(request.headers.getlist("prefer")) if prefer else "")
    match found[1] if found else None:
        case "minimal":
            return "minimal"
        case "representation":
            return "representation"
        case "OperationOutcome":
            return "OperationOutcome"
    return None


Preferred = Annotated[Return | None, Depends(preferred)]
