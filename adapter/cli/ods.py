"""`adapter ods`: the directory of organisations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from adapter.cli import console, options
from adapter.errors import UnreadablePath, UsageError
from adapter.feeds.organisations import OrganisationApi
from adapter.organisations.parse import parse
from adapter.organisations.release import Release, encode
from adapter.store.store import Store

ods = typer.Typer(help="The directory of organisations (ODS).", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(ods, name="ods")


@ods.command()
def load(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, or folders of them.")],
    db: options.Database = None,
) -> None:
    """Load organisations: ODS CSV reports (epraccur, ebranchs, ets, etr, ...), ORD JSON or XML, FHIR Organization and
    OrganizationAffiliation. A later file replaces what it speaks of. The same file twice changes nothing.
    """
    with options.stored(db) as store:
        told = load_all(store, files)
    columns = ("file", "kind", "rows", "faults", "the first fault")
    rows = [(one.ordinal, one.kind, one.said, one.faults, one.note) for one in told]
    console.out().print(console.table("Organisations", columns, rows, right=("file", "rows", "faults")))
    failed = sum(not one.kind for one in told)
    if failed:
        raise UnreadablePath(f"{failed} of {len(told)} files could not be taken: the table tells why. The others are.")


@ods.command()
def fetch(
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Base address of a FHIR API of organisations.")],
    key_file: Annotated[Path, typer.Option("--key-file", metavar="FILE", help="A file that holds the API key alone.")],
    codes: Annotated[list[str] | None, typer.Argument(metavar="[CODE...]", help="Only these organisations.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="YYYY-MM-DD", help="All that changed from this day on.")
    ] = None,
    db: options.Database = None,
) -> None:
    """Fetch organisations over HTTP, by code or by the day since which they changed, and load them. Pages are followed
    as the server gives them; a busy server is asked again with patience.
    """
    if bool(codes) == bool(since):
        raise UsageError("Name CODEs, or a day with --since.")
    try:
        key = key_file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise UnreadablePath("The key file cannot be read: check --key-file and its permissions.") from None
    api = OrganisationApi(url, key)
    pages = api.of([options.ods_code(code) or "" for code in codes]) if codes else api.changed(options.day(since or ""))
    with options.stored(db) as store:
        loaded = [_keep(store, ordinal, content, "page.json") for ordinal, content in enumerate(pages, start=1)]
    console.write(f"{len(loaded)} pages, {sum(one.said for one in loaded)} entries.\n")


class Loaded(Struct, frozen=True):
    """What one file gave. `kind` is "" where it could not be taken; `note` is the first fault, or what else to know."""

    ordinal: int
    kind: str
    said: int
    faults: int
    note: str


def load_all(store: Store, paths: list[Path]) -> list[Loaded]:
    """Load every file; one that cannot be taken stops none of the others."""
    return [_load(store, ordinal, path) for ordinal, path in enumerate(_expanded(paths), start=1)]


def _load(store: Store, ordinal: int, path: Path) -> Loaded:
    try:
        content = path.read_bytes()
    except OSError as error:
        return Loaded(ordinal, "", 0, 1, error.strerror or "It cannot be read.")
    return _keep(store, ordinal, content, path.name)


def _keep(store: Store, ordinal: int, content: bytes, name: str) -> Loaded:
    release = parse(content, name)
    if not isinstance(release, Release):
        return Loaded(ordinal, "", 0, len(release), release[0].text)
    new = store.ods_releases.add(content, release.kind, encode(release), release.kind)
    said = len(release.entries) + len(release.affiliations) + len(release.deletions)
    note = release.issues[0].text if release.issues else ("" if new else "Loaded before: nothing changed.")
    return Loaded(ordinal, release.kind, said, len(release.issues), note)


def _expanded(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        inside = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else []
        found.extend(inside if path.is_dir() else [path])
    return found
