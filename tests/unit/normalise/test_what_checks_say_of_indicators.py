"""What an editor of the tables is told of indicators: every sentence whole, with its place, and nothing else.

Each case is the smallest table that has the mistake. A sentence is what a person acts on, so that it is held to the
letter here, once; elsewhere the place is enough.
"""

from __future__ import annotations

import pytest
from mistaken_rows import indicator, programme, said
from small_tables import Rows

_CASES: list[tuple[str, Rows, list[tuple[str, int, str, str]]]] = [
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
