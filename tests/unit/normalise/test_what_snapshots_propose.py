"""What a SNOMED CT snapshot proposes, cell by cell, and every remark whole."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.overlay import RowChange
from adapter.normalise.proposal import Remark, propose
from adapter.normalise.rf2 import Concept, Snapshot
from adapter.normalise.rf2_proposal import propose_rf2, wanted
from known_codes import (
    BARE,
    BRAND,
    CALLED_BACK,
    DECLINED,
    DESCRIBED,
    FOURTH,
    GIVEN,
    GONE,
    NEW,
    OTHER,
    PACK,
    RISK,
    ROLE_ITSELF,
    ROWS,
    THIRD,
    description,
)
from small_tables import small_catalogue


@pytest.fixture(scope="module")
def small() -> Catalogue:
    return small_catalogue(ROWS)


RF2 = "SNOMED CT RF2 snapshot 20240401"


def test_a_snapshot_is_asked_about_our_snomed_codes(small: Catalogue) -> None:
    assert wanted(small) == {
        *(GIVEN, DECLINED, GONE, CALLED_BACK, BRAND, PACK, RISK),
        *(DESCRIBED, ROLE_ITSELF, BARE),
    }


def inherits(code: str, **cells: str) -> RowChange:
    """Takes the meaning of GIVEN over."""
    found = {"source": RF2, "role": "given", "programmes": "menb", "dose": "2", "pregnancy": "yes", "form": "nasal"}
    found |= {"order_only": "yes", "status": "active", "replaced_by": ""}
    return RowChange("snomed.csv", code, "add", found | {"note": f"takes the place of {GIVEN} and its meaning"} | cells)


def change(file: str, code: str, **cells: str) -> RowChange:
    return RowChange(file, code, "change", cells | {"source": f"s; {RF2}"})


OUT, IN = Concept(False, "20230101"), Concept(True, "20230101")
SINCE = "inactive in SNOMED CT as of 20230101"
ABSENT = "codes of ours are not in the snapshot: they stay as they are."
_OF_RF2: list[tuple[str, dict[str, Any], list[RowChange], list[Remark]]] = [
    ("nothing", {}, [], []),
    (
        "active",
        {"concepts": {DECLINED: IN, CALLED_BACK: IN, GIVEN: IN, PACK: IN}},
        [
            change("snomed.csv", DECLINED, status="active"),
            change("snomed.csv", CALLED_BACK, status="active"),
            change("products.csv", PACK, status="active"),
        ],
        [Remark("", f"3 {ABSENT}")],
    ),
    (
        "inactive",
        {"concepts": dict.fromkeys((GIVEN, DECLINED, GONE, CALLED_BACK, BRAND, PACK, RISK), OUT)},
        [
            change("snomed.csv", GIVEN, status="inactive", note=SINCE),
            change("snomed.csv", DECLINED, status="inactive"),
            change("snomed.csv", GONE, status="inactive"),
            change("products.csv", BRAND, status="inactive", note=SINCE),
            change("products.csv", PACK, status="inactive"),
            change("context_codes.csv", RISK, status="inactive", note=SINCE),
        ],
        [],
    ),
    (
        "an heir",
        {"concepts": {GIVEN: OUT}, "successors": {GIVEN: (NEW,)}},
        [change("snomed.csv", GIVEN, status="inactive", note=SINCE, replaced_by=NEW), inherits(NEW)],
        [Remark("", f"6 {ABSENT}")],
    ),
    (
        "an heir that is inactive itself",
        {"concepts": {GIVEN: OUT, NEW: OUT, OTHER: IN}, "successors": {GIVEN: (NEW,), NEW: (OTHER,)}},
        [
            change("snomed.csv", GIVEN, status="inactive", note=SINCE, replaced_by=NEW),
            inherits(NEW, status="inactive", replaced_by=OTHER),
            inherits(OTHER),
        ],
        [Remark("", f"6 {ABSENT}")],
    ),
    (
        "an heir that leads back to us",
        {"concepts": {GIVEN: OUT, NEW: OUT}, "successors": {GIVEN: (NEW,), NEW: (GONE,)}},
        [
            change("snomed.csv", GIVEN, status="inactive", note=SINCE, replaced_by=NEW),
            inherits(NEW, status="inactive", replaced_by=GONE),
        ],
        [Remark("", f"6 {ABSENT}")],
    ),
    (
        "an heir that leads to a product",
        {"concepts": {GIVEN: OUT, NEW: OUT}, "successors": {GIVEN: (NEW,), NEW: (BRAND,)}},
        [
            change("snomed.csv", GIVEN, status="inactive", note=SINCE, replaced_by=NEW),
            inherits(NEW, status="inactive"),
        ],
        [Remark("", f"6 {ABSENT}")],
    ),
    (
        "an heir with two heirs",
        {"concepts": {GIVEN: OUT, NEW: OUT}, "successors": {GIVEN: (NEW,), NEW: (OTHER, THIRD)}},
        [
            change("snomed.csv", GIVEN, status="inactive", note=SINCE, replaced_by=NEW),
            inherits(NEW, status="inactive"),
        ],
        [Remark("", f"6 {ABSENT}")],
    ),
    (
        "an heir of itself",
        {"concepts": {GIVEN: OUT, NEW: OUT}, "successors": {GIVEN: (NEW,), NEW: (NEW,)}},
        [
            change("snomed.csv", GIVEN, status="inactive", note=SINCE, replaced_by=NEW),
            inherits(NEW, status="inactive"),
        ],
        [Remark("", f"6 {ABSENT}")],
    ),
    (
        "an active heir with a successor all the same",
        {"concepts": {GIVEN: OUT, NEW: IN}, "successors": {GIVEN: (NEW,), NEW: (OTHER,)}},
        [change("snomed.csv", GIVEN, status="inactive", note=SINCE, replaced_by=NEW), inherits(NEW)],
        [Remark("", f"6 {ABSENT}")],
    ),
    (
        "one heir of two that mean the same",
        {"concepts": {GONE: OUT, DECLINED: OUT}, "successors": {GONE: (NEW,), DECLINED: (NEW,)}},
        [
            change("snomed.csv", GONE, status="inactive", replaced_by=NEW),
            change("snomed.csv", DECLINED, status="inactive", replaced_by=NEW),
            inherits(
                NEW,
                role="declined",
                programmes="hpv",
                dose="",
                pregnancy="no",
                form="",
                order_only="no",
                note=f"takes the place of {DECLINED} and its meaning",
            ),
        ],
        [Remark("", f"5 {ABSENT}")],
    ),
    (
        "one heir of two that mean different things",
        {"concepts": {GONE: OUT, GIVEN: OUT}, "successors": {GONE: (NEW,), GIVEN: (NEW,)}},
        [
            change("snomed.csv", GIVEN, status="inactive", note=SINCE),
            change("snomed.csv", GONE, status="inactive"),
        ],
        [
            Remark("", f"5 {ABSENT}"),
            Remark(NEW, f"Succeeds {GIVEN}, {GONE}, which mean different things: not taken."),
        ],
    ),
    (
        "two heirs",
        {"concepts": {GONE: OUT}, "successors": {GONE: (NEW, OTHER)}},
        [change("snomed.csv", GONE, status="inactive")],
        [Remark("", f"6 {ABSENT}"), Remark(GONE, f"Inactive, with several successors: {NEW}, {OTHER}.")],
    ),
    (
        "ours take the place of ours",
        {
            "concepts": {GONE: OUT, GIVEN: OUT, DECLINED: OUT},
            "successors": {GONE: (DECLINED,), GIVEN: (BRAND,), DECLINED: (GIVEN,)},
        },
        [
            change("snomed.csv", GIVEN, status="inactive", note=SINCE),
            change("snomed.csv", DECLINED, status="inactive", replaced_by=GIVEN),
            change("snomed.csv", GONE, status="inactive", replaced_by=DECLINED),
        ],
        [
            Remark("", f"4 {ABSENT}"),
            Remark(GIVEN, f"Its successor {BRAND} is product in products.csv:2."),
            Remark(DECLINED, f"Its successor {GIVEN} says something else: snomed.csv:2."),
        ],
    ),
    (
        "successors of products and evidence",
        {
            "concepts": {BRAND: OUT, PACK: OUT, RISK: OUT},
            "successors": {BRAND: (NEW,), PACK: (BRAND,), RISK: (OTHER,)},
        },
        [
            change("products.csv", BRAND, status="inactive", note=SINCE),
            change("products.csv", PACK, status="inactive"),
            change("context_codes.csv", RISK, status="inactive", note=SINCE),
        ],
        [
            Remark("", f"4 {ABSENT}"),
            Remark(BRAND, f"Inactive, and its successor {NEW} is in no table of ours."),
            Remark(RISK, f"Inactive, and its successor {OTHER} is in no table of ours."),
        ],
    ),
    (
        "descriptions",
        {
            "described": {
                DESCRIBED: GONE,
                ROLE_ITSELF: DECLINED,
                BARE: FOURTH,
                description(11): RISK,
                description(12): FOURTH,
            }
        },
        [
            change("description_ids.csv", ROLE_ITSELF, concept=DECLINED, role="", programmes="", dose=""),
            change("description_ids.csv", BARE, concept=FOURTH),
            RowChange("description_ids.csv", description(11), "add", {"source": RF2, "concept": RISK}),
        ],
        [Remark(DESCRIBED, f"Describes {GONE}, and {GIVEN} in description_ids.csv:2.")],
    ),
    (
        "descriptions of what nobody knows",
        {"described": {DESCRIBED: GIVEN, ROLE_ITSELF: FOURTH}},
        [],
        [Remark(ROLE_ITSELF, f"Describes {FOURTH}, which is in no table of ours.")],
    ),
    (
        "descriptions of an heir",
        {
            "concepts": {GIVEN: OUT},
            "successors": {GIVEN: (NEW,)},
            "described": {ROLE_ITSELF: NEW, description(11): NEW},
        },
        [
            change("snomed.csv", GIVEN, status="inactive", note=SINCE, replaced_by=NEW),
            inherits(NEW),
            change("description_ids.csv", ROLE_ITSELF, concept=NEW, role="", programmes="", dose=""),
            RowChange("description_ids.csv", description(11), "add", {"source": RF2, "concept": NEW}),
        ],
        [Remark("", f"6 {ABSENT}")],
    ),
]


@pytest.mark.parametrize(
    ("said", "changes", "remarks"), [each[1:] for each in _OF_RF2], ids=[each[0] for each in _OF_RF2]
)
def test_a_snapshot_proposes(
    small: Catalogue, said: dict[str, Any], changes: list[RowChange], remarks: list[Remark]
) -> None:
    empty: dict[str, Any] = {"concepts": {}, "successors": {}, "described": {}}
    made = propose_rf2(Snapshot(edition="20240401", **(empty | said)), ["bb", "aa"], small)
    assert made == propose("rf2", RF2, ["aa", "bb"], changes, remarks)


def test_a_row_that_is_inactive_already_gets_no_note() -> None:
    row = {"code": GIVEN, "role": "given", "status": "inactive", "source": "s"}
    made = propose_rf2(Snapshot("20240401", {GIVEN: OUT}, {}, {}), [], small_catalogue({"snomed.csv": [row]}))
    assert made.overlay.changes == ()


def test_a_snapshot_without_a_date(small: Catalogue) -> None:
    assert propose_rf2(Snapshot("", {}, {}, {}), [], small).overlay.label == "SNOMED CT RF2 snapshot without a date"
