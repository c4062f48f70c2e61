"""What an editor of the tables is told of codes: every sentence whole, with its place, and nothing else.

Each case is the smallest table that has the mistake. A sentence is what a person acts on, so that it is held to the
letter here, once; elsewhere the place is enough.
"""

from __future__ import annotations

from typing import Any

import pytest
from adapter.normalise.check import OpenQuestion, open_questions
from adapter.normalise.code_checks import concept_fault
from adapter.normalise.snomed import check_digit
from mistaken_rows import (
    CONCEPT,
    DESCRIPTION,
    DISEASE,
    IS_DESCRIPTION,
    NO_ID,
    NO_READ_CODE,
    OTHER,
    WRONG_DIGIT,
    S,
    beside,
    birthplace,
    diseases,
    mangled,
    procedure,
    product,
    said,
    system,
)
from small_tables import Rows, small_tables


def test_small_tables_are_sound() -> None:
    assert said({}) == []
    everything: dict[str, Any] = {
        "snomed.csv": [procedure(), DISEASE, procedure(OTHER, status="retired", replaced_by=CONCEPT, role="declined")],
        "products.csv": [product("42605811000001109"), product("35727111000001109", pack_of="42605811000001109")],
        "read_v2.csv": [procedure("65M1.")],
        "ctv3.csv": [procedure("XaZ0d"), procedure("XaZ0e", status="retired", note="nothing takes its place")],
        "context_codes.csv": [beside(), beside("XaYVx", code_system="ctv3", context="at-risk")],
        "description_ids.csv": [
            {"description": DESCRIPTION, "concept": CONCEPT} | S,
            {"description": "754011000000118", "role": "given", "programmes": "hpv"} | S,
        ],
        "target_diseases.csv": [diseases("240532009")],
        "mangled_codes.csv": [
            mangled("9.56E+14", "not-an-id"),
            mangled("956951000000105", "check-digit"),
            mangled("956951000000106", "excel"),
            mangled("405281000000118", "partition"),
            mangled("40529100000011" + check_digit("40529100000011"), "number"),
            mangled("632481000000000", "excel-passes"),
        ],
        "code_systems.csv": [system("http://a"), system("https://A/"), system("http://a", match="prefix")],
        "identifier_systems.csv": [
            birthplace("https://a"),
            birthplace("https://b", match="exact", practice_follows="no"),
        ],
        "left_out.csv": [{"table": "fees.csv", "value": "v", "reason": "r"} | S],
        "holds.csv": [{"programme": "hpv", "threshold": "5"} | S],
    }
    everything["left_out.csv"].append({"table": "organisation_roles.csv", "value": "v", "reason": "r"} | S)
    assert said(everything) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (CONCEPT, None),
        (OTHER, None),
        ("", NO_ID),
        ("1.3E+09", NO_ID),
        ("012345", NO_ID),
        ("956951000000105", WRONG_DIGIT),
        (DESCRIPTION, IS_DESCRIPTION),
        ("116680026", "Partition 02: not a concept."),
        ("12345678900" + check_digit("12345678900"), None),
        (
            "123456789000" + check_digit("123456789000"),
            "A core concept id of 13 digits or more does not exist: a spreadsheet has rounded it.",
        ),
    ],
)
def test_what_is_wrong_with_an_id(text: str, says: str | None) -> None:
    assert concept_fault(text) == says


_IN_COLUMNS = [
    ("snomed.csv", procedure("956951000000105"), "code"),
    ("snomed.csv", procedure(replaced_by="956951000000105"), "replaced_by"),
    ("products.csv", product("956951000000105"), "code"),
    ("products.csv", product(pack_of="956951000000105"), "pack_of"),
    ("description_ids.csv", {"description": DESCRIPTION, "concept": "956951000000105"} | S, "concept"),
    ("description_ids.csv", {"description": "65004018"} | S, "description"),
    ("mangled_codes.csv", mangled("12", "not-an-id") | {"meant": "956951000000105"}, "meant"),
    ("mislabelled_codes.csv", {"code": "956951000000105", "mistake": "m"} | S, "code"),
    ("context_codes.csv", beside("956951000000105"), "code"),
    ("target_diseases.csv", diseases("956951000000105"), "diseases"),
]


@pytest.mark.parametrize(("file", "row", "column"), _IN_COLUMNS, ids=[f"{each[0]}-{each[2]}" for each in _IN_COLUMNS])
def test_an_id_is_checked_in_every_column(file: str, row: dict[str, str], column: str) -> None:
    assert (file, 2, column, WRONG_DIGIT) in said({file: [row]})


_CASES: list[tuple[str, Rows, list[tuple[str, int, str, str]]]] = [
    (
        "every id of a cell",
        {"mangled_codes.csv": [mangled("12", "not-an-id") | {"meant": f"1|{CONCEPT}|956951000000105"}]},
        [("mangled_codes.csv", 2, "meant", NO_ID), ("mangled_codes.csv", 2, "meant", WRONG_DIGIT)],
    ),
    ("a Read code too long", {"read_v2.csv": [procedure("65M1.00")]}, [("read_v2.csv", 2, "code", NO_READ_CODE)]),
    ("a Read code too short", {"ctv3.csv": [procedure("XaZ0")]}, [("ctv3.csv", 2, "code", NO_READ_CODE)]),
    (
        "no Read code beside a vaccination",
        {"context_codes.csv": [beside("77386006", code_system="ctv3")]},
        [("context_codes.csv", 2, "code", NO_READ_CODE)],
    ),
    (
        "a concept among descriptions",
        {"description_ids.csv": [{"description": CONCEPT} | S]},
        [("description_ids.csv", 2, "description", "Partition 10: not a description id.")],
    ),
    (
        "mangled in another way",
        {"mangled_codes.csv": [mangled("956951000000105", "number"), mangled("12", "check-digit")]},
        [
            ("mangled_codes.csv", 2, "category", "The code is not mangled in this way: see its digits."),
            ("mangled_codes.csv", 3, "category", "The code is not mangled in this way: see its digits."),
        ],
    ),
    (
        "a sound code called mangled",
        {"mangled_codes.csv": [mangled(CONCEPT, "number"), mangled(OTHER, "excel-passes")], "snomed.csv": [procedure()]}
        | {"products.csv": [product()]},
        [
            ("mangled_codes.csv", 2, "code", "Is a code in snomed.csv:2."),
            ("mangled_codes.csv", 3, "code", "Is a code in products.csv:2."),
        ],
    ),
    (
        "two roles in two tables",
        {"snomed.csv": [procedure(OTHER)], "products.csv": [product(OTHER)]},
        [("products.csv", 2, "code", "Has role product here and role given in snomed.csv:2.")],
    ),
    (
        "two roles in one table",
        {"snomed.csv": [procedure(to="2024-08-31"), procedure(**{"from": "2024-09-01", "role": "declined"})]},
        [("snomed.csv", 3, "code", "Has role declined here and role given in snomed.csv:2.")],
    ),
    (
        "evidence among procedures",
        {"snomed.csv": [procedure(role="pregnancy")], "context_codes.csv": [beside(CONCEPT)]},
        [
            ("context_codes.csv", 2, "code", "Has a row already: snomed.csv:2."),
            ("snomed.csv", 2, "role", "Belongs into products.csv or context_codes.csv."),
        ],
    ),
    (
        "a product and a risk among procedures",
        {"read_v2.csv": [procedure("65M1.", role="product")], "ctv3.csv": [procedure("XaZ0d", role="at-risk")]},
        [
            ("ctv3.csv", 2, "role", "Belongs into products.csv or context_codes.csv."),
            ("read_v2.csv", 2, "role", "Belongs into products.csv or context_codes.csv."),
        ],
    ),
    (
        "a contraindication may be a procedure too",
        {"snomed.csv": [procedure()], "context_codes.csv": [beside(CONCEPT, context="contraindicated-nasal-flu")]},
        [],
    ),
    (
        "a product of nothing",
        {"products.csv": [product(note=""), product("42605811000001109", note="", programmes="hpv")]},
        [
            (
                "products.csv",
                2,
                "programmes",
                "A product without a programme: name one, or say why in the note.",
            )
        ],
    ),
    (
        "a pack of a procedure",
        {"products.csv": [product(pack_of=CONCEPT)], "snomed.csv": [procedure()]},
        [("products.csv", 2, "pack_of", "No product of this table.")],
    ),
    (
        "a replacement from nowhere",
        {"ctv3.csv": [procedure("XaZ0d", replaced_by="XaZ0e")], "read_v2.csv": [procedure("XaZ0e")]},
        [("ctv3.csv", 2, "replaced_by", "No code of this table.")],
    ),
    (
        "retired without a word",
        {"snomed.csv": [procedure(status="retired")]},
        [
            (
                "snomed.csv",
                2,
                "replaced_by",
                "Retired: name the replacement, or say in the note what is used now.",
            )
        ],
    ),
    (
        "a description with two meanings",
        {
            "description_ids.csv": [
                {"description": DESCRIPTION, "concept": CONCEPT, "role": "given"} | S,
                {"description": "754011000000118", "concept": CONCEPT, "programmes": "hpv"} | S,
                {"description": "405281000000118", "programmes": "hpv"} | S,
            ]
        },
        [
            ("description_ids.csv", 2, "role", "The concept has the role: leave role and programmes empty."),
            ("description_ids.csv", 3, "role", "Programmes without a role."),
            ("description_ids.csv", 3, "role", "The concept has the role: leave role and programmes empty."),
            ("description_ids.csv", 4, "role", "Programmes without a role."),
        ],
    ),
    (
        "diseases out of order, twice, unknown",
        {
            "snomed.csv": [DISEASE, procedure()],
            "target_diseases.csv": [
                diseases(f"240532009+{OTHER}"),
                diseases("240532009+240532009"),
                diseases(CONCEPT),
            ],
        },
        [
            ("target_diseases.csv", 2, "diseases", "1303503001 is no target disease in snomed.csv."),
            ("target_diseases.csv", 2, "diseases", "Sort the codes as text, each once, joined by +."),
            ("target_diseases.csv", 3, "diseases", "Sort the codes as text, each once, joined by +."),
            ("target_diseases.csv", 4, "diseases", f"{CONCEPT} is no target disease in snomed.csv."),
        ],
    ),
]


@pytest.mark.parametrize(("rows", "found"), [each[1:] for each in _CASES], ids=[each[0] for each in _CASES])
def test_this_is_said_and_nothing_else(rows: Rows, found: list[tuple[str, int, str, str]]) -> None:
    assert said(rows) == found


def test_what_is_open_is_told_in_its_order() -> None:
    tables = small_tables(
        {
            "snomed.csv": [procedure(), procedure(OTHER, open="which one")],
            "context_codes.csv": [beside(open="whose")],
            "fees.csv": [{"programme": "hpv", "pounds": "1.00", "open": "since when"} | S],
        }
    )
    assert open_questions(tables) == (
        OpenQuestion("context_codes.csv:2", "77386006", "whose"),
        OpenQuestion("fees.csv:2", "hpv", "since when"),
        OpenQuestion("snomed.csv:3", OTHER, "which one"),
    )


def test_a_mistake_is_told_once() -> None:
    """A table's own problems and those that the checks find come together, sorted."""
    row = procedure("956951000000105", status="odd")
    other = procedure("956951000000106")
    assert said({"snomed.csv": [other, row]}) == [
        ("snomed.csv", 2, "code", WRONG_DIGIT),
        ("snomed.csv", 3, "status", "Must be one of active, inactive, retired, unknown."),
    ]
