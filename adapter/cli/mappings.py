"""`adapter mappings`: the code and programme tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapter.cli import console, look_up, official_tables, options
from adapter.errors import AdapterError
from adapter.fhir.issue import Issue
from adapter.normalise.check import check as problems_of
from adapter.normalise.check import open_questions
from adapter.normalise.explain import explain
from adapter.normalise.export import export as exported
from adapter.normalise.tables import mappings_folder, read_folder, read_tables
from adapter.organisations.role_table import open_roles, read_roles
from adapter.runs.ruleset import catalogue_in_force

ROLES = "organisation_roles.csv"
mappings = typer.Typer(help="The code and programme tables.", no_args_is_help=True)
Folder = Annotated[Path | None, typer.Option("--folder", metavar="DIR", help="Another folder than the one in force.")]


def register(app: typer.Typer) -> None:
    official_tables.register(mappings)
    look_up.register(mappings)
    app.add_typer(mappings, name="mappings")


@mappings.command()
def check(
    folder: Folder = None,
    open_: Annotated[bool, typer.Option("--open", help="List what is not public or disputed instead.")] = False,
) -> None:
    """Find what is wrong in the tables: failed check digits, one code in two roles, overlapping indicators, gaps in
    dates, rows without a source, and the like. Exit 1 if there is anything.
    """
    try:
        files = read_folder(folder or mappings_folder())
    except OSError:
        raise AdapterError("The folder of mapping tables cannot be read: check --folder.") from None
    tables = read_tables(files)
    if open_:
        questions = open_questions(tables)
        rows = [(one.row, one.subject, one.text) for one in questions]
        roles_file = files.get(ROLES, b"")
        if not any(isinstance(one, Issue) for one in read_roles(roles_file)):
            rows += [(f"{ROLES}:{line}", subject, text) for line, subject, text in open_roles(roles_file)]
        console.out().print(console.table(f"{len(rows)} open questions", ("row", "about", "question"), rows))
        return
    faults = [
        f"{one.file}:{one.row}: {one.column + ': ' if one.column else ''}{one.text}" for one in problems_of(tables)
    ]
    roles = read_roles(files.get(ROLES, b""))
    faults += [f"{ROLES}: {one.expression}: {one.text}" for one in roles if isinstance(one, Issue)]
    for fault in faults:
        console.write(fault + "\n")
    if faults:
        raise AdapterError(f"{len(faults)} faults in the mapping tables: mend the rows listed and check again.")
    console.write(f"The mapping tables are sound. Their digest is {tables.digest}.\n")


@mappings.command()
def show(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Any code, as text.")], db: options.Database = None
) -> None:
    """Say what a code means to us, in a sentence: SNOMED, Read, CTV3, a description id, a supplier code, a programme
    or an indicator; also why a mangled one is not believed.
    """
    console.write(explain(catalogue_in_force(options.mapping_releases(db)), code) + "\n")


@mappings.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; made if it is not there.")],
    db: options.Database = None,
) -> None:
    """Write the tables as FHIR ConceptMaps and ValueSets, one JSON file each."""
    catalogue = catalogue_in_force(options.mapping_releases(db))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = exported(catalogue)
        for name, content in sorted(files.items()):
            (folder / name).write_bytes(content)
    except OSError as error:
        raise AdapterError(f"The folder cannot be written to: {error.strerror or 'check it'}.") from None
    console.write(f"{len(files)} files written.\n")
