"""What an editor of the tables is told of keys and dates: every sentence whole, with its place, and nothing else.

Each case is the smallest table that has the mistake. A sentence is what a person acts on, so that it is held to the
letter here, once; elsewhere the place is enough.
"""

from __future__ import annotations

import pytest
from mistaken_rows import S, birthplace, indicator, procedure, programme, said, system
from small_tables import Rows

_CASES: list[tuple[str, Rows, list[tuple[str, int, str, str]]]] = [
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
]


@pytest.mark.parametrize(("rows", "found"), [each[1:] for each in _CASES], ids=[each[0] for each in _CASES])
def test_this_is_said_and_nothing_else(rows: Rows, found: list[tuple[str, int, str, str]]) -> None:
    assert said(rows) == found
