"""`adapter mappings look-up`: a code in our tables and on a terminology server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import httpx
import typer

from adapter.cli import console, options
from adapter.errors import UsageError
from adapter.feeds.client_credentials import ClientCredentials
from adapter.feeds.terminology import LookUp, TerminologyServer, Translation, Validation
from adapter.feeds.terminology_cache import Asked, CachedTerminology
from adapter.normalise.explain import explain
from adapter.runs.ruleset import catalogue_in_force
from adapter.settings import Settings
from adapter.store.store import Store

_SNOMED = "http://snomed.info/sct"
_SUCCESSIONS = {
    "replaced by": f"{_SNOMED}?fhir_cm=900000000000526001",
    "the same as": f"{_SNOMED}?fhir_cm=900000000000527005",
}
"""The implicit concept maps of the historical associations."""


def register(mappings: typer.Typer) -> None:
    mappings.command("look-up")(look_up)


def look_up(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A SNOMED CT code.")],
    value_set: Annotated[
        str | None, typer.Option("--in", metavar="URL", help="Also whether this value set has it.")
    ] = None,
    db: options.Database = None,
) -> None:
    """Say what a code means to us, and what a terminology server knows of it. The server is the one that
    ADAPTER_TERMINOLOGY_URL names; its answers are kept for a month. No run ever asks it.
    """
    settings = Settings.from_environment(os.environ)
    if not settings.terminology_url:
        raise UsageError("No terminology server is named: set ADAPTER_TERMINOLOGY_URL, or use `adapter mappings show`.")
    if settings.terminology_token_url and not settings.terminology_client_id:
        raise UsageError("A token needs a client: set ADAPTER_TERMINOLOGY_CLIENT_ID and its secret.")
    code = code.strip()
    with options.stored(db) as store, _asking(settings, store) as server:
        console.write(explain(catalogue_in_force(store.mapping_releases.in_force()), code) + "\n")
        known, asked = server.look_up(_SNOMED, code)
        console.write(f"The terminology server {_of_code(known)}{_age(asked)}.\n")
        if known.state == "yes" and known.inactive:
            for name, concept_map in _SUCCESSIONS.items():
                found, asked = server.translate(_SNOMED, code, concept_map=concept_map)
                if found.state != "no":
                    console.write(f"  {name}: {_of_translation(found)}{_age(asked)}\n")
        if value_set:
            member, asked = server.validate(_SNOMED, code, value_set)
            console.write(f"  {_of_membership(member)}{_age(asked)}.\n")


@contextmanager
def _asking(settings: Settings, store: Store) -> Iterator[CachedTerminology]:
    with httpx.Client(timeout=httpx.Timeout(30, connect=10)) as client:
        credentials = None
        if settings.terminology_token_url:
            credentials = ClientCredentials(
                settings.terminology_token_url,
                settings.terminology_client_id,
                settings.terminology_client_secret,
                client=client,
            )
        server = TerminologyServer(settings.terminology_url, credentials, client=client)
        yield CachedTerminology(server, store.terminology_answers)


def _of_code(found: LookUp) -> str:
    match found.state:
        case "unknown":
            return f"{found.why}: what it knows of the code is not known"
        case "no":
            return "has no such code"
    activity = {True: ", inactive", False: ", active", None: ""}[found.inactive]
    return f"has it: “{found.display}”{activity}"


def _of_translation(found: Translation) -> str:
    if found.state == "unknown":
        return f"not known, it {found.why}"
    return ", ".join(match.code for match in found.matches)


def _of_membership(found: Validation) -> str:
    match found.state:
        case "unknown":
            return f"Whether the value set has it is not known: the server {found.why}"
        case "no":
            return "The value set has it not"
    return "The value set has it"


def _age(asked: Asked) -> str:
    return f" (as of {asked.when:%Y-%m-%d}, and it cannot be asked now)" if asked.stale else ""
