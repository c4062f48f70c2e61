"""What each reader of official tables proposes, cell by cell, and every remark whole: a person decides on these."""

from __future__ import annotations

import hashlib

import pytest
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.dmd import Hierarchy, Product
from adapter.normalise.dmd_proposal import propose_dmd
from adapter.normalise.overlay import Overlay, RowChange
from adapter.normalise.proposal import Proposal, Remark, propose, source_with
from adapter.normalise.reference_set import Content, propose_reference_sets
from known_codes import (
    BARE,
    BRAND,
    CALLED_BACK,
    DECLINED,
    DESCRIBED,
    FOURTH,
    GIVEN,
    GONE,
    LOOK_ALIKE,
    NEW,
    OTHER,
    PACK,
    ROWS,
    THIRD,
    concept,
)
from small_tables import small_catalogue


@pytest.fixture(scope="module")
def small() -> Catalogue:
    return small_catalogue(ROWS)


# Any release


def test_a_proposal_is_in_order_and_says_nothing_twice() -> None:
    changes = [RowChange("b.csv", "1", "remove"), RowChange("a.csv", "2", "remove"), RowChange("a.csv", "1", "remove")]
    remarks = [Remark("b", "t"), Remark("a", "t"), Remark("b", "t")]
    made = propose("rf2", "a label", ["2", "1"], changes, remarks)
    overlay = Overlay("rf2", "a label", ("1", "2"), (changes[2], changes[1], changes[0]))
    assert made == Proposal(overlay, (Remark("a", "t"), Remark("b", "t")))
    assert propose("dmd", "a label", [], []) == Proposal(Overlay("dmd", "a label", (), ()))


def test_a_source_names_each_release_once() -> None:
    assert source_with("ours", "a release") == "ours; a release"
    assert source_with("ours; a release", "a release") == "ours; a release"
    assert source_with("a release; another", "a release") == "a release; another"
    assert source_with("a release of old", "a release") == "a release of old; a release"


# The reference sets


def members(**clusters: set[str]) -> Content:
    """Clusters with their codes; every code has a term but THIRD."""
    codes = {code for found in clusters.values() for code in found}
    ordered = {name: frozenset(found) for name, found in sorted(clusters.items())}
    return Content(("aa", "bb"), ordered, {code: f"term {code}" for code in codes if code != THIRD})


SETS = "primary care reference set content " + hashlib.sha256(b"aa bb").hexdigest()[:12]


def added(file: str, code: str, names: str, **cells: str) -> RowChange:
    common = {"status": "active", "source": SETS, "note": f"clusters: {names}", "term": f"term {code}"}
    return RowChange(file, code, "add", common | cells)


_OF_SETS: list[tuple[str, dict[str, set[str]], list[RowChange], list[Remark]]] = [
    ("nothing", {}, [], []),
    (
        "products",
        {"DRUG_COD": {NEW, THIRD}, "NASAL_COD": {NEW}},
        [
            added("products.csv", NEW, "DRUG_COD, NASAL_COD", programmes="hpv", form="nasal"),
            added("products.csv", THIRD, "DRUG_COD", programmes="hpv|menb", form="", term=f"code {THIRD}"),
        ],
        [],
    ),
    (
        "two forms are none",
        {"NASAL_COD": {NEW}, "NEEDLE_COD": {NEW}},
        [added("products.csv", NEW, "NASAL_COD, NEEDLE_COD", programmes="hpv", form="")],
        [],
    ),
    (
        "evidence",
        {"PREG_COD": {NEW}},
        [
            added(
                "context_codes.csv",
                NEW,
                "PREG_COD",
                programmes="hpv",
                code_system="snomed",
                context="pregnancy",
            )
        ],
        [],
    ),
    (
        "procedures",
        {"NOT_COD": {NEW, DECLINED}, "ALL_COD": {OTHER}, "LATE_COD": {THIRD}},
        [
            RowChange("snomed.csv", GONE, "change", {"status": "inactive", "source": f"s; {SETS}"}),
            added(
                "snomed.csv",
                NEW,
                "NOT_COD",
                programmes="hpv",
                role="declined",
                pregnancy="no",
                form="nasal",
                order_only="no",
            ),
            added(
                "snomed.csv",
                OTHER,
                "ALL_COD",
                programmes="",
                role="declined",
                pregnancy="no",
                form="",
                order_only="no",
            ),
            added(
                "snomed.csv",
                THIRD,
                "LATE_COD",
                programmes="hpv",
                role="declined",
                pregnancy="no",
                form="",
                order_only="no",
                term=f"code {THIRD}",
            ),
        ],
        [],
    ),
    (
        "clusters that contradict one another",
        {"NOT_COD": {NEW}, "PREG_COD": {NEW}, "DRUG_COD": {OTHER}, "MENB_COD": {THIRD}, "NASAL_COD": {THIRD}}
        | {"ALL_COD": {FOURTH}, "ELSE_COD": {FOURTH}},
        [
            RowChange("snomed.csv", GONE, "change", {"status": "inactive", "source": f"s; {SETS}"}),
            added("products.csv", OTHER, "DRUG_COD", programmes="hpv|menb", form=""),
        ],
        [
            Remark(NEW, "Is in clusters that say different things (NOT_COD, PREG_COD): not taken."),
            Remark(THIRD, "Is in clusters of different programmes (MENB_COD, NASAL_COD): not taken."),
            Remark(FOURTH, "Is in clusters of different programmes (ALL_COD, ELSE_COD): not taken."),
        ],
    ),
    (
        "our rows stand",
        {"DRUG_COD": {GIVEN, PACK}, "ELSE_COD": {GONE}, "MENB_COD": {BRAND}},
        [],
        [
            Remark(GIVEN, "Is given in snomed.csv:2, and cluster DRUG_COD says product: our row stands."),
            Remark(GONE, "Names hpv in snomed.csv:4, and cluster ELSE_COD another programme: our row stands."),
        ],
    ),
    (
        "what our tables take for no code",
        {"DRUG_COD": {LOOK_ALIKE, DESCRIBED, BARE, "116680028"}},
        [],
        [
            Remark("116680028", "Our tables take it for no code (check-digit): not taken."),
            Remark(BARE, "Our tables take it for no code (description_ids.csv:4): not taken."),
            Remark(LOOK_ALIKE, "Our tables take it for no code (mangled_codes.csv:2): not taken."),
            Remark(DESCRIBED, "Is given in snomed.csv:2, and cluster DRUG_COD says product: our row stands."),
        ],
    ),
    (
        "what went comes back",
        {"NOT_COD": {CALLED_BACK, DECLINED}, "LATE_COD": {CALLED_BACK}, "ALL_COD": {GONE}},
        [
            RowChange(
                "snomed.csv",
                CALLED_BACK,
                "change",
                {"status": "active", "source": f"s; {SETS}", "note": "clusters: LATE_COD, NOT_COD"},
            )
        ],
        [],
    ),
    ("what goes needs all its clusters", {"NOT_COD": {DECLINED}}, [], []),
    (
        "clusters that give nothing",
        {"SILENT_COD": {GIVEN, DECLINED, NEW, OTHER}, "MUTE_COD": {GIVEN}, "NOBODY_COD": {NEW}, "NO_COD": {NEW}},
        [],
        [
            Remark("", "2 clusters have no row in clusters.csv and were passed over."),
            Remark("", "2 of 4 codes of SILENT_COD are in no table of ours: its membership says nothing."),
            Remark(GIVEN, "Names menb in snomed.csv:2, and SILENT_COD is of another programme."),
        ],
    ),
    (
        "one of a hundred is worth a word",
        {"MUTE_COD": {NEW, PACK}},
        [],
        [Remark("", "1 of 2 codes of MUTE_COD are in no table of ours: its membership says nothing.")],
    ),
]


@pytest.mark.parametrize(
    ("clusters", "changes", "remarks"), [each[1:] for each in _OF_SETS], ids=[each[0] for each in _OF_SETS]
)
def test_the_reference_sets_propose(
    small: Catalogue, clusters: dict[str, set[str]], changes: list[RowChange], remarks: list[Remark]
) -> None:
    made = propose_reference_sets(members(**clusters), small)
    assert made == propose("pcd-refset", SETS, ("aa", "bb"), changes, remarks)


# The product hierarchy

DMD = "dm+d " + hashlib.sha256(b"aa bb").hexdigest()[:12]


def below(code: str, parent: str, programmes: str = "menb|hpv", **cells: str) -> RowChange:
    common = {"term": f"code {code}", "level": "AMP", "programmes": programmes, "form": "injected", "pack_of": ""}
    common |= {"status": "active", "source": DMD, "note": f"below {parent}"}
    return RowChange("products.csv", code, "add", common | cells)


_OF_DMD: list[tuple[str, list[Product], list[RowChange], list[Remark]]] = [
    ("a brand", [Product(NEW, "AMP", (BRAND,), "")], [below(NEW, BRAND)], []),
    (
        "packs",
        [Product(NEW, "AMPP", (BRAND,), "ten"), Product(OTHER, "VMPP", (BRAND,), "", True)],
        [
            below(NEW, BRAND, level="AMPP", pack_of=BRAND, term="ten"),
            below(OTHER, BRAND, level="VMPP", pack_of=BRAND, status="inactive"),
        ],
        [],
    ),
    (
        "a pack of a brand that we do not know",
        [Product(NEW, "AMPP", (OTHER, PACK), ""), Product(OTHER, "AMP", (THIRD, BRAND), "")],
        [below(NEW, BRAND, level="AMPP"), below(OTHER, BRAND)],
        [],
    ),
    ("below what names no programme", [Product(NEW, "AMP", (PACK,), "")], [], []),
    ("below nothing", [Product(NEW, "AMP", (), ""), Product(OTHER, "AMP", (THIRD,), "")], [], []),
    (
        "a procedure below a product",
        [Product(GIVEN, "AMP", (BRAND,), "")],
        [],
        [Remark(GIVEN, "Is given in snomed.csv:2, a product in dm+d: ours stands.")],
    ),
    (
        "ours, otherwise",
        [Product(BRAND, "VMP", (), "", True), Product(PACK, "VMP", (), "")],
        [
            RowChange("products.csv", BRAND, "change", {"status": "inactive", "source": f"s; {DMD}"}),
            RowChange("products.csv", PACK, "change", {"status": "active", "source": f"s; {DMD}"}),
        ],
        [Remark(BRAND, "Is VMP in dm+d, AMP in products.csv:2: ours stands.")],
    ),
    ("ours, the same", [Product(BRAND, "AMP", (), "")], [], []),
    (
        "what comes behind one that changes nothing",
        [
            Product(BRAND, "AMP", (), ""),
            Product(THIRD, "AMP", (PACK,), ""),
            Product(GIVEN, "AMP", (BRAND,), ""),
            Product(NEW, "AMP", (BRAND,), ""),
        ],
        [below(NEW, BRAND)],
        [Remark(GIVEN, "Is given in snomed.csv:2, a product in dm+d: ours stands.")],
    ),
]


@pytest.mark.parametrize(
    ("products", "changes", "remarks"), [each[1:] for each in _OF_DMD], ids=[each[0] for each in _OF_DMD]
)
def test_the_product_hierarchy_proposes(
    small: Catalogue, products: list[Product], changes: list[RowChange], remarks: list[Remark]
) -> None:
    hierarchy = Hierarchy(("aa", "bb"), {product.code: product for product in products})
    assert propose_dmd(hierarchy, small) == propose("dmd", DMD, ("aa", "bb"), changes, remarks)


@pytest.mark.parametrize(("steps", "found"), [(5, True), (6, True), (7, False)])
def test_the_way_up_is_not_endless(small: Catalogue, steps: int, found: bool) -> None:
    way = [concept(100 + step) for step in range(steps)]
    products = {code: Product(code, "AMP", (above,), "") for code, above in zip(way, [*way[1:], BRAND], strict=True)}
    codes = {change.code for change in propose_dmd(Hierarchy((), products), small).overlay.changes}
    assert (way[0] in codes) is found


def test_a_product_that_the_services_retired_stays_so() -> None:
    row = {"code": BRAND, "term": "t", "status": "retired", "programmes": "hpv", "source": "s"}
    retired = small_catalogue({"products.csv": [row]})
    assert propose_dmd(Hierarchy((), {BRAND: Product(BRAND, "AMP", (), "")}), retired).overlay.changes == ()
