"""What a SNOMED CT snapshot changes in our code tables: which codes are inactive, what took their place, and which
concept a description id describes.

An inactive concept keeps its meaning, for records go on carrying it. Its one successor takes that meaning over where
no table has it yet: SAME AS and REPLACED BY say that it stands for the same. Several successors are a question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapter.normalise.catalogue import Catalogue
from adapter.normalise.code_entry import CodeEntry
from adapter.normalise.overlay import RowChange, newest_rows
from adapter.normalise.proposal import Proposal, Remark, propose, source_with
from adapter.normalise.rf2 import Snapshot
from adapter.normalise.table import Row

_PROCEDURES = "snomed.csv"
_CODES = (_PROCEDURES, "products.csv", "context_codes.csv")
_DESCRIPTIONS = "description_ids.csv"


def wanted(catalogue: Catalogue) -> frozenset[str]:
    """The concepts and description ids that a snapshot is asked about."""
    codes = {row["code"] for file in _CODES for row in catalogue.tables.rows(file) if _is_snomed(row)}
    descriptions = catalogue.tables.rows(_DESCRIPTIONS)
    named = {row[column] for row in descriptions for column in ("description", "concept")}
    return frozenset((codes | named) - {""})


def propose_rf2(snapshot: Snapshot, files: Iterable[str], catalogue: Catalogue) -> Proposal:
    """`files` are the SHA-256 of the files of the snapshot."""
    making = _Making(snapshot, catalogue, f"SNOMED CT RF2 snapshot {snapshot.edition or 'without a date'}")
    making.concepts()
    making.descriptions()
    return propose("rf2", making.label, files, making.changes, making.remarks)


def _is_snomed(row: Row) -> bool:
    return row.file != "context_codes.csv" or row["code_system"] == "snomed"


class _Making:
    """Collects what changes, row by row; a row's columns may be set from more than one side."""

    def __init__(self, snapshot: Snapshot, catalogue: Catalogue, label: str) -> None:
        self.label = label
        self.remarks: list[Remark] = []
        self._snapshot = snapshot
        self._book = catalogue.book
        self._rows = {file: newest_rows(catalogue.tables.rows(file), file) for file in (*_CODES, _DESCRIPTIONS)}
        self._known = {code for file in _CODES for code, row in self._rows[file].items() if _is_snomed(row)}
        self._changed: dict[tuple[str, str], dict[str, str]] = {}
        self._added: dict[tuple[str, str], dict[str, str]] = {}
        self._heirs: dict[str, list[CodeEntry]] = {}
        """Successors that no table has, with those whose meaning they may take over."""

    @property
    def changes(self) -> Iterator[RowChange]:
        for (file, code), cells in self._added.items():
            yield RowChange(file, code, "add", {"source": self.label} | cells)
        for (file, code), cells in self._changed.items():
            row = self._rows[file][code]
            fresh = {name: cell for name, cell in cells.items() if name in row.cells and row[name] != cell}
            if fresh:
                yield RowChange(file, code, "change", fresh | {"source": source_with(row["source"], self.label)})

    def concepts(self) -> None:
        absent = 0
        for file in _CODES:
            for code, row in self._rows[file].items():
                concept = self._snapshot.concepts.get(code)
                if concept is None:
                    absent += bool(self._snapshot.concepts) and _is_snomed(row)
                elif concept.active:
                    self._active(row, code)
                else:
                    self._inactive(row, code, concept.since)
        for successor in sorted(self._heirs):
            self._inherit(successor, self._heirs[successor])
        if absent:
            self.remarks.append(Remark("", f"{absent} codes of ours are not in the snapshot: they stay as they are."))

    def _active(self, row: Row, code: str) -> None:
        """`retired` is a word of the GP services, not of SNOMED, and stays."""
        if row["status"] in ("unknown", "inactive"):
            self._change(row, code, {"status": "active"})

    def _inactive(self, row: Row, code: str, since: str) -> None:
        if row["status"] not in ("inactive", "retired"):
            note = row["note"] or f"inactive in SNOMED CT as of {since}"
            self._change(row, code, {"status": "inactive", "note": note})
        successors = self._snapshot.successors.get(code, ())
        if len(successors) > 1:
            self.remarks.append(Remark(code, f"Inactive, with several successors: {', '.join(successors)}."))
        elif successors and row.file == _PROCEDURES:
            self._succeeded(row, code, successors[0])
        elif successors and successors[0] not in self._known:
            self.remarks.append(Remark(code, f"Inactive, and its successor {successors[0]} is in no table of ours."))

    def _succeeded(self, row: Row, code: str, successor: str) -> None:
        entry = self._book.entries["snomed", code][-1]
        there = self._book.entries.get(("snomed", successor), ())
        if not there:
            self._heirs.setdefault(successor, []).append(entry)
        elif there[-1].file != _PROCEDURES:
            self.remarks.append(Remark(code, f"Its successor {successor} is {there[-1].role} in {there[-1].ref}."))
        else:
            self._change(row, code, {"replaced_by": successor})
            if (there[-1].role, there[-1].programmes) != (entry.role, entry.programmes):
                self.remarks.append(Remark(code, f"Its successor {successor} says something else: {there[-1].ref}."))

    def _inherit(self, successor: str, entries: list[CodeEntry]) -> None:
        """A successor of codes that mean different things takes over neither meaning."""
        if len({_meaning(entry) for entry in entries}) > 1:
            codes = ", ".join(sorted(entry.code for entry in entries))
            self.remarks.append(Remark(successor, f"Succeeds {codes}, which mean different things: not taken."))
            return
        self._add_heir(successor, entries[0])
        for entry in entries:
            self._change(self._rows[_PROCEDURES][entry.code], entry.code, {"replaced_by": successor})

    def _add_heir(self, code: str, entry: CodeEntry) -> None:
        """A successor may be inactive itself and have one of its own: each takes the meaning over."""
        if (_PROCEDURES, code) in self._added:
            return
        concept = self._snapshot.concepts.get(code)
        inactive = concept is not None and not concept.active
        following = self._snapshot.successors.get(code, ()) if inactive else ()
        one = following[0] if len(following) == 1 else ""
        stranger = bool(one) and one not in self._known and one != code
        self._added[_PROCEDURES, code] = {
            "role": entry.role,
            "programmes": "|".join(sorted(entry.programmes)),
            "dose": str(entry.dose or ""),
            "pregnancy": "yes" if entry.pregnancy else "no",
            "form": entry.form or "",
            "order_only": "yes" if entry.order_only else "no",
            "status": "inactive" if inactive else "active",
            "replaced_by": one if stranger or one in self._rows[_PROCEDURES] else "",
            "note": f"takes the place of {entry.code} and its meaning",
        }
        if stranger:
            self._add_heir(one, entry)

    def descriptions(self) -> None:
        known = self._known | {code for _, code in self._added}
        for description, concept in self._snapshot.described.items():
            row = self._rows[_DESCRIPTIONS].get(description)
            if row is None:
                if concept in known:
                    self._added[_DESCRIPTIONS, description] = {"concept": concept}
            elif row["concept"] not in ("", concept):
                self.remarks.append(Remark(description, f"Describes {concept}, and {row['concept']} in {row.ref}."))
            elif not row["concept"] and (concept in known or not row["role"]):
                self._change(row, description, {"concept": concept, "role": "", "programmes": "", "dose": ""})
            elif not row["concept"]:
                self.remarks.append(Remark(description, f"Describes {concept}, which is in no table of ours."))

    def _change(self, row: Row, code: str, cells: dict[str, str]) -> None:
        self._changed.setdefault((row.file, code), {}).update(cells)


def _meaning(entry: CodeEntry) -> tuple[object, ...]:
    return entry.role, entry.programmes, entry.dose, entry.form, entry.pregnancy, entry.order_only
