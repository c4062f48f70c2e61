"""What other tables would make of the codes: rows that come, go or change, and the codes that begin or cease to pay.

Compares two catalogues, whatever made them differ, so that what is shown is what would be in force.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from adapter.normalise.catalogue import Catalogue
from adapter.normalise.code_entry import CodeSystem
from adapter.normalise.overlay import KEY_COLUMNS, newest_rows
from adapter.normalise.table import Row

Effect = Literal["", "would become payable", "would stop being payable"]
_UNMOVED = frozenset({"source"})
_SYSTEMS: dict[str, CodeSystem] = {"ctv3.csv": "ctv3", "read_v2.csv": "readv2"}
_EFFECTS: dict[tuple[bool, bool], Effect] = {
    (False, False): "",
    (False, True): "would become payable",
    (True, False): "would stop being payable",
    (True, True): "",
}
_NAMES_A_VACCINE = frozenset({"given", "product", "unlabelled"})


class RowDifference(Struct, frozen=True, order=True):
    """One code of one table. `cells` are (column, before, after); `role` is the role afterwards, or the last one."""

    file: str
    code: str
    what: Literal["added", "removed", "changed"]
    role: str
    cells: tuple[tuple[str, str, str], ...]
    effect: Effect = ""


def difference(before: Catalogue, after: Catalogue) -> tuple[RowDifference, ...]:
    """Every code whose newest row differs in more than its source, by table and code."""
    first, second = _Paying(before), _Paying(after)
    found = []
    for file in KEY_COLUMNS:
        old, new = (newest_rows(each.tables.rows(file), file) for each in (before, after))
        for code in sorted(old.keys() | new.keys()):
            one = _row_difference(file, code, old.get(code), new.get(code))
            if one is not None:
                effect = _EFFECTS[first.may_count(file, code), second.may_count(file, code)]
                found.append(msgspec.structs.replace(one, effect=effect))
    return tuple(sorted(found))


def _row_difference(file: str, code: str, was: Row | None, now: Row | None) -> RowDifference | None:
    old, new = (was.cells if was else {}), (now.cells if now else {})
    columns = sorted((old.keys() | new.keys()) - _UNMOVED - {KEY_COLUMNS[file]})
    cells = tuple(
        (name, old.get(name, ""), new.get(name, "")) for name in columns if old.get(name, "") != new.get(name, "")
    )
    if was and now and not cells:
        return None
    shown = new or old
    role = "product" if file == "products.csv" else shown.get("role") or shown.get("context", "")
    return RowDifference(file, code, "changed" if was and now else "added" if now else "removed", role, cells)


class _Paying:
    """Whether a record with a code alone could count, if all else about it speaks for the practice: the code names a
    vaccine of a counted programme, and does not say that it was not given, or was given elsewhere.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._descriptions = newest_rows(catalogue.tables.rows("description_ids.csv"), "description_ids.csv")

    def may_count(self, file: str, code: str) -> bool:
        if file == "description_ids.csv":
            described = self._descriptions.get(code)
            code = (described["concept"] or code) if described else ""
        entries = self._catalogue.book.entries.get((_SYSTEMS.get(file, "snomed"), code), ())
        if not entries or entries[-1].role not in _NAMES_A_VACCINE:
            return False
        return any(self._catalogue.public_key(key) for key in entries[-1].programmes)
