"""What an export changes in other tables, and what makes two sets of tables differ."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.difference import RowDifference, difference
from adapter.normalise.fhir_import import Export
from adapter.normalise.fhir_proposal import propose_fhir
from adapter.normalise.overlay import RowChange
from adapter.normalise.proposal import propose
from exported_codes import BRAND, DECLINED, GIVEN, PACK, PREGNANT, READ, RISK, ROWS, SAID, S
from small_tables import small_catalogue


@pytest.fixture(scope="module")
def small() -> Catalogue:
    return small_catalogue(ROWS)


LABEL = "export of rules 0123456789ab"
SOURCE = f"s; {LABEL}"


def proposes(small: Catalogue, **changed: Any) -> tuple[RowChange, ...]:
    """What SAID with other meanings of some codes changes; None for a code that is not said."""
    keys = {"risk": ("ctv3", RISK), "read": ("readv2", READ), "declined": ("snomed", DECLINED)}
    keys |= {"brand": ("snomed", BRAND), "pack": ("snomed", PACK), "pregnant": ("snomed", PREGNANT)}
    keys |= {"given": ("snomed", GIVEN), "new": ("snomed", "38598009"), "new_read": ("readv2", "65M2.")}
    said: Any = SAID | {keys[name]: meaning for name, meaning in changed.items()}
    said = {key: meaning for key, meaning in said.items() if meaning is not None}
    made = propose_fhir(Export(("ab",), "0123456789abcdef", said), small)
    assert made == propose("fhir", LABEL, ["ab"], made.overlay.changes)
    return made.overlay.changes


def change(file: str, code: str, **cells: str) -> RowChange:
    return RowChange(file, code, "change", cells | {"source": SOURCE})


def new(file: str, code: str, **cells: str) -> RowChange:
    common = {"source": LABEL, "note": "as exported elsewhere", "status": "active", "programmes": ""}
    return RowChange(file, code, "add", common | cells)


BARE = {"role": ("given",), "status": ("active",)}
NO_FLAGS = {"dose": "", "form": "", "pregnancy": "no", "order_only": "no", "replaced_by": ""}


def test_an_export_of_the_same_changes_nothing(small: Catalogue) -> None:
    assert proposes(small) == ()


@pytest.mark.parametrize(
    ("said", "changes"),
    [
        ({"declined": None}, (RowChange("snomed.csv", DECLINED, "remove"),)),
        (
            {"given": None},
            (RowChange("context_codes.csv", GIVEN, "remove"), RowChange("snomed.csv", GIVEN, "remove")),
        ),
        ({"risk": None}, (RowChange("context_codes.csv", RISK, "remove"),)),
        ({"new": BARE}, (new("snomed.csv", "38598009", role="given", **NO_FLAGS),)),
        ({"new_read": BARE}, (new("read_v2.csv", "65M2.", role="given", **NO_FLAGS),)),
        (
            {
                "new": BARE
                | {"dose": ("2",), "form": ("nasal",), "pregnancy": ("yes",), "order-only": ("yes",)}
                | {"replacement": (GIVEN,), "programme": ("hpv", "menb"), "evidence": ("contraindicated-nasal-flu",)}
            },
            (
                new(
                    "context_codes.csv",
                    "38598009",
                    term="code 38598009",
                    context="contraindicated-nasal-flu",
                    code_system="snomed",
                    programmes="hpv|menb",
                ),
                new(
                    "snomed.csv",
                    "38598009",
                    role="given",
                    dose="2",
                    form="nasal",
                    pregnancy="yes",
                    order_only="yes",
                    replaced_by=GIVEN,
                    programmes="hpv|menb",
                ),
            ),
        ),
        (
            {"new": {"role": ("product",), "status": ("inactive",), "level": ("AMPP",), "pack-of": (BRAND,)}},
            (
                new(
                    "products.csv",
                    "38598009",
                    term="code 38598009",
                    status="inactive",
                    level="AMPP",
                    form="",
                    pack_of=BRAND,
                ),
            ),
        ),
        (
            {"new": {"role": ("pregnancy",), "status": ("active",), "programme": ("hpv",)}},
            (
                new(
                    "context_codes.csv",
                    "38598009",
                    term="code 38598009",
                    context="pregnancy",
                    code_system="snomed",
                    programmes="hpv",
                ),
            ),
        ),
        (
            {"given": SAID["snomed", GIVEN] | {"dose": (), "form": ("injected",), "role": ("declined",)}},
            (change("snomed.csv", GIVEN, dose="", form="injected", role="declined"),),
        ),
        (
            {"given": SAID["snomed", GIVEN] | {"evidence": ("pregnancy",)}},
            (change("context_codes.csv", GIVEN, context="pregnancy"),),
        ),
        (
            {"pregnant": SAID["snomed", PREGNANT] | {"programme": ("menb",), "status": ("retired",)}},
            (change("context_codes.csv", PREGNANT, programmes="menb", status="retired"),),
        ),
        (
            {"risk": SAID["ctv3", RISK] | {"role": ("pregnancy",), "evidence": ("pregnancy",)}},
            (change("context_codes.csv", RISK, context="pregnancy"),),
        ),
        (
            {"pack": SAID["snomed", PACK] | {"pack-of": (), "level": ("VMPP",), "form": ("nasal",)}},
            (change("products.csv", PACK, pack_of="", level="VMPP", form="nasal"),),
        ),
        (
            {"brand": BARE},
            (RowChange("products.csv", BRAND, "remove"), new("snomed.csv", BRAND, role="given", **NO_FLAGS)),
        ),
    ],
)
def test_what_an_export_changes(small: Catalogue, said: dict[str, Any], changes: tuple[RowChange, ...]) -> None:
    assert proposes(small, **said) == changes


def test_each_table_keeps_its_own_source() -> None:
    """A code among the procedures and beside vaccinations has two sources."""
    rows = {**ROWS, "context_codes.csv": [dict(row) | {"source": "beside"} for row in ROWS["context_codes.csv"]]}
    changed = SAID["snomed", GIVEN] | {"evidence": ("pregnancy",), "dose": ("3",)}
    said: Any = SAID | {("snomed", GIVEN): changed}
    found = propose_fhir(Export(("ab",), "0123456789abcdef", said), small_catalogue(rows)).overlay.changes
    assert {(one.file, one.cells["source"]) for one in found} == {
        ("context_codes.csv", f"beside; {LABEL}"),
        ("snomed.csv", SOURCE),
    }


# What makes two sets of tables differ


def edited(**rows: list[dict[str, str]]) -> Catalogue:
    return small_catalogue({**ROWS, **{f"{file}.csv": each for file, each in rows.items()}})


def test_tables_that_say_the_same_do_not_differ(small: Catalogue) -> None:
    other_source = [row | {"source": "another"} for row in ROWS["snomed.csv"]]
    assert difference(small, edited(snomed=[dict(row) for row in other_source])) == ()


def test_a_difference_is_told_row_by_row(small: Catalogue) -> None:
    after = edited(
        snomed=[
            dict(ROWS["snomed.csv"][2]),
            {"code": DECLINED, "role": "given", "status": "unknown", "from": "2024-09-01", "programmes": "hpv"} | S,
        ],
        read_v2=[],
        products=[
            dict(ROWS["products.csv"][0]) | {"programmes": "", "note": "n"},
            dict(ROWS["products.csv"][1]) | {"programmes": "menb"},
        ],
        ctv3=[{"code": "XaZ0d", "role": "unlabelled", "status": "active", "programmes": "hpv"} | S],
        context_codes=[dict(row) | {"note": "seen"} for row in ROWS["context_codes.csv"][:1]],
        description_ids=[{"description": "65004017", "concept": DECLINED} | S],
    )
    assert difference(small, after) == (
        RowDifference(
            "context_codes.csv",
            PREGNANT,
            "changed",
            "pregnancy",
            (("note", "", "seen"),),
        ),
        RowDifference(
            "context_codes.csv",
            GIVEN,
            "removed",
            "contraindicated-nasal-flu",
            (
                ("code_system", "snomed", ""),
                ("context", "contraindicated-nasal-flu", ""),
                ("programmes", "hpv", ""),
                ("status", "active", ""),
                ("term", "t", ""),
            ),
        ),
        RowDifference(
            "context_codes.csv",
            RISK,
            "removed",
            "at-risk",
            (
                ("code_system", "ctv3", ""),
                ("context", "at-risk", ""),
                ("programmes", "menb", ""),
                ("status", "active", ""),
                ("term", "t", ""),
            ),
        ),
        RowDifference(
            "ctv3.csv",
            "XaZ0d",
            "added",
            "unlabelled",
            (("programmes", "", "hpv"), ("role", "", "unlabelled"), ("status", "", "active")),
            "would become payable",
        ),
        RowDifference(
            "description_ids.csv",
            "65004017",
            "changed",
            "",
            (("concept", "", DECLINED), ("programmes", "hpv", ""), ("role", "given", "")),
        ),
        RowDifference(
            "products.csv",
            BRAND,
            "changed",
            "product",
            (("note", "", "n"), ("programmes", "hpv", "")),
            "would stop being payable",
        ),
        RowDifference(
            "products.csv", PACK, "changed", "product", (("programmes", "", "menb"),), "would become payable"
        ),
        RowDifference(
            "read_v2.csv",
            READ,
            "removed",
            "given",
            (("dose", "booster", ""), ("programmes", "hpv", ""), ("role", "given", ""), ("status", "active", "")),
            "would stop being payable",
        ),
        RowDifference(
            "snomed.csv",
            DECLINED,
            "changed",
            "given",
            (("programmes", "", "hpv"), ("role", "declined", "given"), ("term", "a term", "")),
            "would become payable",
        ),
    )
