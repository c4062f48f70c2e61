"""What an export of the code tables changes here: the codes come to say what they said there.

What an export does not hold (terms, dates, sources, notes) stays as it is. Where every code says the same already,
nothing changes, and the digest of the rules neither.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapter.normalise.catalogue import Catalogue
from adapter.normalise.code_book import PROCEDURE_TABLES
from adapter.normalise.code_entry import CodeEntry
from adapter.normalise.export import Key, Said, meanings
from adapter.normalise.fhir_import import Export
from adapter.normalise.overlay import RowChange, newest_rows
from adapter.normalise.proposal import Proposal, propose, source_with

_PROCEDURE_FILES = {system: file for file, system in PROCEDURE_TABLES.items()}
_PRODUCTS, _CONTEXT = "products.csv", "context_codes.csv"
_ONLY_EVIDENCE = frozenset({"pregnancy", "at-risk"})


def propose_fhir(export: Export, catalogue: Catalogue) -> Proposal:
    label = f"export of rules {export.version[:12]}"
    here = meanings(catalogue)
    changes: list[RowChange] = []
    for key in sorted(here.keys() | export.said.keys()):
        before, after = here.get(key), export.said.get(key)
        if before == after:
            continue
        changes += _changes(key, before, after, catalogue, label)
    return propose("fhir", label, export.files, changes)


def _changes(
    key: Key, before: Said | None, after: Said | None, catalogue: Catalogue, label: str
) -> Iterator[RowChange]:
    """In the tables that the code stands in, and in those that it has to stand in."""
    old = _rows(key, before) if before else {}
    new = _rows(key, after) if after else {}
    context = newest_rows(catalogue.tables.rows(_CONTEXT), _CONTEXT)
    entry = catalogue.book.entries[key][-1] if before else None
    for file in sorted(old.keys() | new.keys()):
        if file not in new:
            yield RowChange(file, key[1], "remove")
        elif file not in old:
            yield RowChange(file, key[1], "add", _new_row(file, key, after or {}, label) | new[file])
        elif new[file] != old[file]:
            cells = {name: cell for name, cell in new[file].items() if old[file].get(name, "") != cell}
            source = context[key[1]]["source"] if file == _CONTEXT else _source(entry)
            yield RowChange(file, key[1], "change", cells | {"source": source_with(source, label)})


def _source(entry: CodeEntry | None) -> str:
    return entry.source if entry else ""


def _rows(key: Key, said: Said) -> dict[str, dict[str, str]]:
    """The cells that the meaning of a code takes, by table."""
    role = _one(said, "role")
    rows: dict[str, dict[str, str]] = {}
    common = {"programmes": "|".join(said.get("programme", ())), "status": _one(said, "status")}
    if role == "product":
        rows[_PRODUCTS] = common | {name: _one(said, name) for name in ("form", "level")}
        rows[_PRODUCTS]["pack_of"] = _one(said, "pack-of")
    elif role not in _ONLY_EVIDENCE:
        rows[_PROCEDURE_FILES[key[0]]] = common | {
            "role": role,
            "dose": _one(said, "dose"),
            "form": _one(said, "form"),
            "pregnancy": _one(said, "pregnancy") or "no",
            "order_only": _one(said, "order-only") or "no",
            "replaced_by": _one(said, "replacement"),
        }
    if "evidence" in said or role in _ONLY_EVIDENCE:
        cells = {"context": _one(said, "evidence") or role, "code_system": key[0]}
        rows[_CONTEXT] = cells | (common if role in _ONLY_EVIDENCE else {})
    return rows


def _new_row(file: str, key: Key, said: Said, label: str) -> dict[str, str]:
    cells = {"source": label, "note": "as exported elsewhere", "status": _one(said, "status")}
    cells["programmes"] = _one(said, "programme")
    return cells | ({"term": f"code {key[1]}"} if file in (_PRODUCTS, _CONTEXT) else {})


def _one(said: Said, name: str) -> str:
    """The only target of a map; an export with several where one is meant is stopped by the checks of the table."""
    return "|".join(said.get(name, ()))
