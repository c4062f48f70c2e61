"""`adapter ods`: the directory of organisations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adapter.cli import console, options
from adapter.errors import UnreadablePath
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
        load_into(store, files, console.out())


def load_into(store: Store, files: list[Path], out: Console) -> None:
    """Load files and tell of each what it gave. Raises UnreadablePath where one could not be taken, after the others."""
    rows: list[tuple[object, ...]] = []
    failed = 0
    for number, path in enumerate(_expanded(files), start=1):
        try:
            content = path.read_bytes()
        except OSError as error:
            failed += 1
            rows.append((number, "", "", 0, error.strerror or "cannot be read"))
            continue
        release = parse(content, path.name)
        if not isinstance(release, Release):
            failed += 1
            rows.append((number, "refused", "", len(release), release[0].text))
            continue
        new = store.ods_releases.add(content, release.kind, encode(release), release.kind)
        said = len(release.entries) + len(release.affiliations) + len(release.deletions)
        note = release.issues[0].text if release.issues else ("" if new else "loaded before")
        rows.append((number, release.kind, said, len(release.issues), note))
    columns = ("file", "kind", "rows", "faults", "the first fault")
    out.print(console.table("Organisations", columns, rows, right=("file", "rows", "faults")))
    if failed:
        raise UnreadablePath(f"{failed} of {len(rows)} files could not be taken; the table tells why. The others are.")


def _expanded(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        inside = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else []
        found.extend(inside or [path])
    return found
