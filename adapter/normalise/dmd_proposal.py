"""What the dm+d hierarchy adds to `products.csv`: packs and brands below the products that we know.

What is below a product holds the same vaccine, so that it takes the product's programmes. Nothing is inferred upwards:
above a brand stands a generic product that other brands share, and above that an ingredient. A product says nothing of
who gave it.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapter.normalise.catalogue import Catalogue
from adapter.normalise.dmd import Hierarchy, Product
from adapter.normalise.official_file import sha256
from adapter.normalise.overlay import RowChange, newest_rows
from adapter.normalise.proposal import Proposal, Remark, propose, source_with
from adapter.normalise.table import Row

_FILE = "products.csv"
_HIGHEST = 6


def propose_dmd(hierarchy: Hierarchy, catalogue: Catalogue) -> Proposal:
    label = f"dm+d {sha256(' '.join(hierarchy.files).encode())[:12]}"
    known = newest_rows(catalogue.tables.rows(_FILE), _FILE)
    changes: list[RowChange] = []
    remarks: list[Remark] = []
    for code, product in hierarchy.products.items():
        row = known.get(code)
        if row is not None:
            changes += _known(product, row, label)
            if row["level"] not in ("", product.level):
                remarks.append(Remark(code, f"Is {product.level} in dm+d, {row['level']} in {row.ref}: ours stands."))
            continue
        above = _nearest(product, hierarchy, known, _HIGHEST)
        if above is None or not above["programmes"]:
            continue
        taken = catalogue.book.entries.get(("snomed", code))
        if taken:
            remarks.append(Remark(code, f"Is {taken[-1].role} in {taken[-1].ref}, a product in dm+d: ours stands."))
        else:
            changes.append(_added(product, above, label))
    return propose("dmd", label, hierarchy.files, changes, remarks)


def _nearest(product: Product, hierarchy: Hierarchy, known: dict[str, Row], steps: int) -> Row | None:
    """The row of the nearest product above it that we know; the way by the brand goes before the generic one."""
    for code in product.parents if steps else ():
        found = known.get(code)
        if found is None and code in hierarchy.products:
            found = _nearest(hierarchy.products[code], hierarchy, known, steps - 1)
        if found is not None:
            return found
    return None


def _added(product: Product, above: Row, label: str) -> RowChange:
    packed = above["code"] in product.parents and product.level in ("AMPP", "VMPP")
    cells = {
        "term": product.term or f"code {product.code}",
        "level": product.level,
        "programmes": above["programmes"],
        "form": above["form"],
        "pack_of": above["code"] if packed else "",
        "status": "inactive" if product.invalid else "active",
        "source": label,
        "note": f"below {above['code']}",
    }
    return RowChange(_FILE, product.code, "add", cells)


def _known(product: Product, row: Row, label: str) -> Iterator[RowChange]:
    status = "inactive" if product.invalid else "active"
    if row["status"] != status and row["status"] != "retired":
        cells = {"status": status, "source": source_with(row["source"], label)}
        yield RowChange(_FILE, product.code, "change", cells)
