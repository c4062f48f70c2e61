"""/docs: the routes as a page that needs no script and nothing from elsewhere. /openapi.json says it to machines."""

from __future__ import annotations

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width">
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #212b32 }}
h2 {{ margin: 2em 0 .2em; font: bold 1.1em monospace }}
table {{ border-collapse: collapse }} td, th {{ text-align: left; padding: .2em 1em .2em 0; vertical-align: top }}
</style></head><body><h1>{title}</h1>
<p>{description}</p><p>For machines: <a href="openapi.json">openapi.json</a>;
<a href="fhir/metadata">fhir/metadata</a>.</p>
{routes}</body></html>
"""


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    said = request.app.openapi()
    routes = "".join(
        _route(method, path, operation)
        for path, methods in said["paths"].items()
        for method, operation in methods.items()
    )
    about = said["info"]
    return HTMLResponse(
        _PAGE.format(title=escape(about["title"]), description=escape(about["description"]), routes=routes)
    )


def _route(method: str, path: str, operation: dict[str, Any]) -> str:
    key = "" if operation.get("security") else " Open to everybody."
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{escape(each.get('description', ''))}</td></tr>"
        for each in operation.get("parameters", ())
    )
    answers = ", ".join(f"{status}" for status in sorted(operation["responses"]))
    return (
        f"<h2>{method.upper()} {escape(path)}</h2><p>{escape(operation.get('summary', ''))}. "
        f"{escape(operation.get('description', ''))}{key}</p>"
        + (f"<table>{rows}</table>" if rows else "")
        + f"<p>Answers {answers}.</p>"
    )
