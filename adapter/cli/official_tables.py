"""`adapter mappings import` and `releases`: official tables laid over our own, shown before they take effect."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from adapter.cli import console, options
from adapter.errors import AdapterError, UnreadablePath
from adapter.normalise.catalogue import Catalogue, catalogue_under
from adapter.normalise.difference import RowDifference, difference
from adapter.normalise.dmd import Hierarchy, read_hierarchy
from adapter.normalise.dmd_proposal import propose_dmd
from adapter.normalise.fhir_import import Export, read_export
from adapter.normalise.fhir_proposal import propose_fhir
from adapter.normalise.proposal import Proposal
from adapter.normalise.reference_set import Content, propose_reference_sets, read_reference_sets
from adapter.normalise.rf2 import Snapshot, read_snapshot
from adapter.normalise.rf2_proposal import propose_rf2, wanted
from adapter.normalise.tables import mappings_folder, read_folder, read_tables
from adapter.runs.ruleset import catalogue_in_force
from adapter.store.mapping_releases import MappingRelease
from adapter.store.store import Store

_SHOWN = 60
_UNUSABLE = "The files cannot be used: nothing is taken."
_TELLING = frozenset({"concept", "context", "dose", "form", "level", "programmes", "replaced_by", "status", "term"})


class Kind(StrEnum):
    """What files are: the official tables that can be read."""

    PCD_REFSET = "pcd-refset"
    RF2 = "rf2"
    DMD = "dmd"
    FHIR = "fhir"


def register(mappings: typer.Typer) -> None:
    mappings.command("import")(import_)
    mappings.command()(releases)


def import_(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="pcd-refset, rf2, dmd or fhir.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files of one release, all together.")],
    apply: Annotated[bool, typer.Option("--apply", help="Keep it: it is in force from the next run on.")] = False,
    format_: Annotated[options.Table, typer.Option("--format", help="A table, or one JSON object a row.")] = (
        options.Table.TABLE
    ),
    db: options.Database = None,
) -> None:
    """Show what official tables would change: rows, roles, and the codes that would begin or cease to be payable.
    Nothing takes effect without --apply. pcd-refset: Primary Care Domain reference set content (CSV). rf2: SNOMED CT
    snapshot of concepts, descriptions, associations. dmd: dm+d XML, or CSV code,level,parent,term. fhir: what
    `adapter mappings export` wrote.
    """
    with options.stored(db) as store:
        before = catalogue_in_force(store.mapping_releases.in_force())
        proposal = _proposal(kind, files, before)
        after = catalogue_under(before.tables, (proposal.overlay,))
        if not isinstance(after, Catalogue):
            console.faults(after, "The tables would not be sound with it: nothing is taken.")
        found = difference(before, after)
        number = store.mapping_releases.add(proposal.overlay) if apply and proposal.overlay.changes else None
    if format_ is options.Table.NDJSON:
        _write_lines(found, proposal, number)
        return
    _show(found, proposal)
    if not proposal.overlay.changes:
        console.write("Nothing differs from what is in force: nothing to keep.\n")
    elif number is not None:
        console.write(f"Kept as release {number}, in force from the next run on: {proposal.overlay.digest}\n")
    else:
        console.write("Nothing of it is in force: --apply keeps it.\n")


def releases(
    withdraw: Annotated[int | None, typer.Option("--withdraw", metavar="NUMBER", help="Take one back.")] = None,
    db: options.Database = None,
) -> None:
    """List the releases of official tables that were kept, or take one back from the next run on."""
    with options.stored(db) as store:
        if withdraw is not None:
            _withdraw(store, withdraw)
        rows = [
            (
                release.number,
                release.overlay.label,
                f"{release.recorded:%Y-%m-%d %H:%M}",
                len(release.overlay.changes),
                f"{release.withdrawn:%Y-%m-%d %H:%M}" if release.withdrawn else "",
                release.overlay.digest[:12],
            )
            for release in store.mapping_releases.listed()
        ]
    columns = ("release", "from", "kept", "rows", "withdrawn", "digest")
    console.out().print(console.table("Official tables", columns, rows, right=("release", "rows")))


def _withdraw(store: Store, number: int) -> None:
    """Refused where the rest would not be sound without it, and was sound with it."""
    standing = [one for one in store.mapping_releases.listed() if not one.withdrawn]
    if _sound(standing) and not _sound([one for one in standing if one.number != number]):
        raise AdapterError("A later release builds on this one: withdraw that one first.")
    store.mapping_releases.withdraw(number)


def _sound(releases: Sequence[MappingRelease]) -> bool:
    tables = read_tables(read_folder(mappings_folder()))
    return isinstance(catalogue_under(tables, [one.overlay for one in releases]), Catalogue)


def _proposal(kind: Kind, files: list[Path], catalogue: Catalogue) -> Proposal:
    """What the files would change. Raises AdapterError, after all faults were listed, where they cannot be read."""
    match kind:
        case Kind.RF2:
            digests: list[str] = []
            lines = [_lines(path, ordinal, digests) for ordinal, path in enumerate(_expanded(files), start=1)]
            snapshot = read_snapshot(lines, wanted(catalogue))
            if isinstance(snapshot, Snapshot):
                return propose_rf2(snapshot, digests, catalogue)
            return console.faults(snapshot, _UNUSABLE)
        case Kind.PCD_REFSET:
            content = read_reference_sets(_contents(files))
            return (
                propose_reference_sets(content, catalogue)
                if isinstance(content, Content)
                else console.faults(content, _UNUSABLE)
            )
        case Kind.DMD:
            hierarchy = read_hierarchy(_contents(files))
            return (
                propose_dmd(hierarchy, catalogue)
                if isinstance(hierarchy, Hierarchy)
                else console.faults(hierarchy, _UNUSABLE)
            )
        case Kind.FHIR:
            export = read_export(_contents(files))
            return propose_fhir(export, catalogue) if isinstance(export, Export) else console.faults(export, _UNUSABLE)


def _contents(paths: list[Path]) -> list[bytes]:
    return [options.content(path, ordinal) for ordinal, path in enumerate(_expanded(paths), start=1)]


def _expanded(paths: list[Path]) -> list[Path]:
    """A folder stands for the files in it."""
    return [
        one
        for path in paths
        for one in (sorted(inside for inside in path.iterdir() if inside.is_file()) if path.is_dir() else [path])
    ]


def _lines(path: Path, ordinal: int, digests: list[str]) -> Iterator[bytes]:
    """The lines of a large file one by one; its SHA-256 joins `digests` when it is read to its end."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for line in file:
                digest.update(line)
                yield line
    except OSError as error:
        raise UnreadablePath(f"File {ordinal} cannot be read: {error.strerror or 'check it'}.") from None
    digests.append(digest.hexdigest())


def _write_lines(found: tuple[RowDifference, ...], proposal: Proposal, number: int | None) -> None:
    """The rows, then the remarks, then the release that was kept; null where none was."""
    kept = {"release": number, "digest": proposal.overlay.digest if number is not None else None}
    remarks = ({"code": remark.code, "remark": remark.text} for remark in proposal.remarks)
    for line in (*found, *remarks, kept):
        console.write(msgspec.json.encode(line).decode() + "\n")


def _show(found: tuple[RowDifference, ...], proposal: Proposal) -> None:
    paying = sorted(found, key=lambda one: (not one.effect, one))
    rows = [(one.file, one.code, one.what, one.role, _cells(one), one.effect) for one in paying[:_SHOWN]]
    if rows:
        columns = ("table", "code", "row", "role", "columns", "effect")
        console.out().print(console.table("What differs", columns, rows))
    if len(found) > _SHOWN:
        console.write(f"… and {len(found) - _SHOWN} more: --format ndjson gives all of them.\n")
    for remark in proposal.remarks[:_SHOWN]:
        console.write(f"{remark.code + ': ' if remark.code else ''}{remark.text}\n")
    if len(proposal.remarks) > _SHOWN:
        console.write(f"… and {len(proposal.remarks) - _SHOWN} more remarks: --format ndjson gives all of them.\n")
    what, effects = Counter(one.what for one in found), Counter(one.effect for one in found)
    console.write(
        f"{what['added']} rows added, {what['removed']} removed, {what['changed']} changed; "
        f"{effects['would become payable']} codes would become payable, "
        f"{effects['would stop being payable']} would stop being payable.\n"
    )


def _cells(one: RowDifference) -> str:
    """Of a new row what it says; of a changed one, before and after."""
    if one.what == "removed":
        return ""
    if one.what == "added":
        return "; ".join(f"{name} {after}" for name, _, after in one.cells if name in _TELLING and after)
    return "; ".join(f"{name} {before or '(empty)'} → {after or '(empty)'}" for name, before, after in one.cells)
