"""What an editor of the tables is told: every sentence whole, with its file, line and column, and nothing else.

Each case is the smallest table that has the mistake. A sentence is what a person acts on, so that it is held to the
letter here, once; elsewhere the place is enough.
"""

from __future__ import annotations

from typing import Any

import pytest
from adapter.normalise.check import OpenQuestion, check, open_questions
from adapter.normalise.code_checks import concept_fault
from adapter.normalise.snomed import check_digit
from small_tables import Rows, small_tables

S = {"source": "s"}
CONCEPT, OTHER, DESCRIPTION = "956951000000104", "1303503001", "65004017"
WRONG_DIGIT = "The check digit is wrong: a digit is mistyped, or a spreadsheet has rounded the id."
NO_ID = "No SNOMED id: 6 to 18 digits without a leading zero."
NO_READ_CODE = "No five-byte Read code: five characters, filled up with dots."
IS_DESCRIPTION = "A description id, not a concept: it belongs into description_ids.csv."


def procedure(code: str = CONCEPT, **cells: str) -> dict[str, str]:
    return {"code": code, "role": "given", "status": "active", "term": "t"} | S | cells


def product(code: str = OTHER, **cells: str) -> dict[str, str]:
    return {"code": code, "status": "active", "term": "t", "note": "n"} | S | cells


def beside(code: str = "77386006", **cells: str) -> dict[str, str]:
    row = {"code_system": "snomed", "code": code, "term": "t", "context": "pregnancy", "status": "active"}
    return row | {"programmes": "hpv"} | S | cells


def mangled(code: str, category: str) -> dict[str, str]:
    return {"code": code, "category": category} | S


def diseases(codes: str, **cells: str) -> dict[str, str]:
    return {"diseases": codes, "vaccine_type": "T", "programmes": "hpv", "order_only": "no"} | S | cells


def programme(key: str, number: int, **cells: str) -> dict[str, str]:
    row = {"programme": key, "public": key, "service": "A service", "counted": "yes", "priority": str(number)}
    return row | S | cells


def indicator(id_: str = "HPV1", **cells: str) -> dict[str, str]:
    row = {"indicator": id_, "programmes": "hpv", "title": "t", "dose": "any", "age_on": "day", "counts": "doses"}
    no = ("seasonal_course", "once_per_financial_year", "pregnancy", "at_risk", "nasal_contraindicated", "local")
    return row | dict.fromkeys(no, "no") | {"evaluable": "yes"} | S | cells


HPV = {"programmes.csv": [programme("hpv", 1)], "indicators.csv": [indicator()]}
"""A programme and what counts it: so much must be there for a key to be known."""
DISEASE = procedure("240532009", role="target-disease")


def system(url: str, **cells: str) -> dict[str, str]:
    return {"system": url, "match": "exact", "reads_as": "snomed"} | S | cells


def birthplace(url: str, **cells: str) -> dict[str, str]:
    return {"system": url, "match": "prefix", "born": "gp", "practice_follows": "yes"} | S | cells


def said(rows: Rows) -> list[tuple[str, int, str, str]]:
    return [(one.file, one.row, one.column, one.text) for one in check(small_tables({**HPV, **rows}))]


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
    # keys
    (
        "keys that no programme has",
        {"snomed.csv": [procedure(programmes="b|a|hpv")], "holds.csv": [{"programme": "a", "threshold": "5"} | S]},
        [
            ("holds.csv", 2, "programme", "No public key of programmes.csv: a."),
            ("snomed.csv", 2, "programmes", "No programme of programmes.csv: a."),
            ("snomed.csv", 2, "programmes", "No programme of programmes.csv: b."),
        ],
    ),
    (
        "a fine key is no public one",
        {
            "programmes.csv": [programme("hpv", 1), programme("td", 2, public="hpv")],
            "indicators.csv": [indicator(programmes="hpv|td")],
            "incidents.csv": [{"incident": "i", "programme": "td", "period": "2024-09", "state": "open"} | S],
            "sub_contractors.csv": [{"practice": "A", "provider": "B", "programme": "td"} | S],
            "fees.csv": [{"programme": "td", "pounds": "1.00"} | S],
        },
        [
            ("incidents.csv", 2, "programme", "No public key of programmes.csv: td."),
            ("sub_contractors.csv", 2, "programme", "No public key of programmes.csv: td."),
        ],
    ),
    (
        "a public key of nobody",
        {"programmes.csv": [programme("hpv", 1, public="papilloma")]},
        [("programmes.csv", 2, "public", "A public key is the key of a programme itself.")],
    ),
    (
        "counted by halves",
        {
            "programmes.csv": [
                programme("hpv", 1),
                programme("a", 2, counted="no"),
                programme("b", 3, service=""),
                programme("c", 4, public=""),
                programme("d", 5, public="", service="", counted="no"),
            ],
            "indicators.csv": [indicator(programmes="hpv|b|c")],
        },
        [
            ("programmes.csv", row, "counted", text)
            for row, text in (
                (3, "A counted programme has a public key and a service, any other has neither."),
                (4, "A counted programme has a public key and a service, any other has neither."),
                (5, "A counted programme has a public key and a service, any other has neither."),
            )
        ],
    ),
    (
        "one place for two",
        {
            "programmes.csv": [
                programme("hpv", 1, to="2024-08-31"),
                programme("hpv", 1, **{"from": "2024-09-01"}),
                programme("a", 1),
            ],
            "indicators.csv": [indicator(programmes="hpv|a")],
        },
        [("programmes.csv", 4, "priority", "Is the priority of programmes.csv:2 too.")],
    ),
    (
        "two spellings that disagree",
        {
            "code_systems.csv": [system("http://a"), system("HTTPS://A/", reads_as="other")],
            "identifier_systems.csv": [birthplace("http://a"), birthplace("http://a/", born="poc")],
        },
        [
            (
                "code_systems.csv",
                3,
                "reads_as",
                "Another spelling of the system of code_systems.csv:2, which says snomed.",
            ),
            (
                "identifier_systems.csv",
                3,
                "born",
                "Another spelling of the system of identifier_systems.csv:2, which says gp.",
            ),
        ],
    ),
    (
        "a practice behind a whole system",
        {"identifier_systems.csv": [birthplace("http://a", match="exact")]},
        [("identifier_systems.csv", 2, "match", "A practice can follow a prefix only.")],
    ),
    (
        "left out of nowhere",
        {"left_out.csv": [{"table": "fee.csv", "value": "v", "reason": "r"} | S]},
        [("left_out.csv", 2, "table", "No such table.")],
    ),
    # dates
    (
        "the same on the same day",
        {"snomed.csv": [procedure(**{"from": "2024-08-31"}), procedure(to="2024-08-31")]},
        [("snomed.csv", 2, "code", "Line 3 speaks of the same on the same days.")],
    ),
    (
        "a day that belongs to nobody",
        {"snomed.csv": [procedure(to="2024-08-30"), procedure(**{"from": "2024-09-01"})]},
        [("snomed.csv", 3, "from", "No row speaks for the days between 2024-08-30 and 2024-09-01.")],
    ),
    (
        "no day between, though a row ends early",
        {
            "snomed.csv": [
                procedure(to="2024-12-31"),
                procedure(**{"from": "2024-02-01", "to": "2024-03-01"}),
                procedure(**{"from": "2025-01-01"}),
            ]
        },
        [("snomed.csv", 3, "code", "Line 2 speaks of the same on the same days.")],
    ),
    # indicators
    (
        "what does not belong together",
        {
            "indicators.csv": [
                indicator("LOCAL-1"),
                indicator("B1", local="yes", open="o", dose="1"),
                indicator("C1", evaluable="no"),
                indicator("D1", evaluable="no", open="o", age_from="2y", age_to="24m"),
                indicator("E1", evaluable="no", open="o", incomplete_below="4"),
                indicator("F1", evaluable="no", open="o", history_of="hpv"),
                indicator("G1", evaluable="no", open="o", dose_before="1", dose="2"),
                indicator("H1", evaluable="no", open="o", nasal_contraindicated="yes", form="nasal"),
                indicator("LOCAL-I1", evaluable="no", local="yes"),
                indicator("J1", evaluable="no", open="o", dose="booster", dose_before="1", form="injected")
                | {"nasal_contraindicated": "yes", "incomplete_below": "4", "history_of": "hpv"},
            ]
        },
        [
            ("indicators.csv", 2, "local", "An id of our own begins with LOCAL-, and no other does."),
            ("indicators.csv", 3, "indicator", "A dose can count here and by line 2: LOCAL-1 and B1."),
            ("indicators.csv", 3, "local", "An id of our own begins with LOCAL-, and no other does."),
            ("indicators.csv", 4, "open", "Say which public fact is missing."),
            ("indicators.csv", 5, "age_to", "The age window is empty."),
            ("indicators.csv", 6, "history_of", "A history needs both: how many doses, and of which programmes."),
            ("indicators.csv", 7, "history_of", "A history needs both: how many doses, and of which programmes."),
            ("indicators.csv", 8, "dose_before", "Belongs to a booster only."),
            ("indicators.csv", 9, "nasal_contraindicated", "Belongs to an injected vaccine only."),
            ("indicators.csv", 10, "open", "Say which public fact is missing."),
        ],
    ),
    (
        "a counted programme that nothing counts",
        {
            "programmes.csv": [
                programme("hpv", 1),
                programme("a", 2),
                programme("b", 3, counted="no", public="", service=""),
            ],
            "indicators.csv": [indicator(), indicator("A1", programmes="a", evaluable="no", open="o")],
        },
        [("programmes.csv", 3, "counted", "Counted, and no indicator counts it.")],
    ),
    (
        "a rule that stops and starts again",
        {"indicators.csv": [indicator(to="2024-08-30"), indicator(**{"from": "2024-09-01"})]},
        [("indicators.csv", 3, "from", "No row speaks for the days between 2024-08-30 and 2024-09-01.")],
    ),
    (
        "another dose, form, months or part is another thing",
        {
            "programmes.csv": [programme("hpv", 1), programme("a", 2)],
            "indicators.csv": [
                indicator(to="2024-08-30", dose="1"),
                indicator(dose="2", **{"from": "2024-09-02"}),
                indicator(dose="3", form="nasal", **{"from": "2024-09-02"}),
                indicator(dose="3", form="injected", to="2024-08-01"),
                indicator(dose="4", months="9", **{"from": "2024-09-02"}),
                indicator(dose="4", months="10", to="2024-08-01"),
                indicator(dose="5", programmes="a", **{"from": "2024-09-02"}),
                indicator(dose="5", to="2024-08-01"),
                indicator("B1", dose="6", **{"from": "2024-09-02"}),
                indicator("C1", dose="6", to="2024-08-01"),
            ],
        },
        [],
    ),
]


@pytest.mark.parametrize(("rows", "found"), [each[1:] for each in _CASES], ids=[each[0] for each in _CASES])
def test_this_is_said_and_nothing_else(rows: Rows, found: list[tuple[str, int, str, str]]) -> None:
    assert said(rows) == found


OVERLAP = [("indicators.csv", 3, "indicator", "A dose can count here and by line 2: X1 and X2.")]


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ({}, {}, True),
        ({"programmes": "hpv|a"}, {"programmes": "a"}, True),
        ({"programmes": "hpv"}, {"programmes": "a"}, False),
        ({"dose": "1"}, {"dose": "any"}, True),
        ({"dose": "1"}, {"dose": "1"}, True),
        ({"dose": "1"}, {"dose": "2"}, False),
        ({"dose": "booster"}, {"dose": "2"}, False),
        ({"form": "nasal"}, {}, True),
        ({"form": "nasal"}, {"form": "nasal"}, True),
        ({"form": "nasal"}, {"form": "injected"}, False),
        ({"months": "9|10"}, {"months": "10|11"}, True),
        ({"months": "1"}, {}, True),
        ({"months": "12"}, {}, True),
        ({}, {"months": "1"}, True),
        ({}, {"months": "12"}, True),
        ({"months": "9"}, {"months": "10"}, False),
        ({"age_to": "1y"}, {"age_from": "1y"}, False),
        ({"age_to": "1y"}, {"age_from": "364d"}, True),
        ({"age_from": "1y"}, {"age_to": "1y"}, False),
        ({"age_from": "364d"}, {"age_to": "1y"}, True),
        ({"age_to": "1y", "age_on": "31-aug"}, {"age_from": "1y"}, True),
        ({"age_to": "1y", "age_on": "31-aug"}, {"age_from": "1y", "age_on": "31-aug"}, False),
        ({"to": "2024-08-31"}, {"from": "2024-09-01"}, False),
        ({"to": "2024-09-01"}, {"from": "2024-09-01"}, True),
        ({"from": "2024-09-01"}, {"to": "2024-08-31"}, False),
        ({"from": "2024-09-01"}, {"to": "2024-09-01"}, True),
    ],
)
def test_which_rules_can_count_one_dose(one: dict[str, str], other: dict[str, str], overlap: bool) -> None:
    rows: Rows = {
        "programmes.csv": [programme("hpv", 1), programme("a", 2)],
        "indicators.csv": [
            indicator("X1", **one),
            indicator("X2", **other),
            indicator("X3", dose="9", form="nasal", to="1990-01-01", programmes="hpv|a", evaluable="no", open="o"),
        ],
    }
    found = [each for each in said(rows) if each[0] == "indicators.csv"]
    assert found == (OVERLAP if overlap else [])


@pytest.mark.parametrize("silent", ["X1", "X2"])
def test_a_rule_that_is_not_public_counts_nothing_twice(silent: str) -> None:
    rows = [indicator(id_, evaluable="no" if id_ == silent else "yes", open="o") for id_ in ("X1", "X2")]
    assert said({"indicators.csv": rows}) == []


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
