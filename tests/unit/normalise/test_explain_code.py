"""One sentence for any code."""

from __future__ import annotations

import pytest
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.explain import explain


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        (
            "956951000000104",
            ["SNOMED CT 956951000000104", "was given;", "programme pertussis", "in pregnancy", "snomed.csv:"],
        ),
        (" 956971000000108 ", ["given by another provider", "retired, it keeps its meaning", "Open: the day"]),
        ("849211000000109", ["replaced by 955691000000108"]),
        ("414259000", ["dose 1", "orders the course"]),
        ("884861000000100", ["programme child-flu or seasonal-flu", "dose 1", "nasal"]),
        ("720544006", ["booster"]),
        ("65M1.00", ["Read v2 65M1.", "programme mmr"]),
        ("XaZ0d", ["CTV3 XaZ0d"]),
        ("69DB.", ["health check was done", "ld-health-check", "Open: "]),
        ("405281000000118", ["description of the concept 247631000000101", "description_ids.csv:"]),
        ("754011000000118", ["given by another provider", "pcv or pneumococcal"]),
        ("35727211000001103", ["is a vaccine product", "dm+d level AMPP", "injected"]),
        ("9585401000001106", ["names no programme that is counted"]),
        ("196411000000103", ["the text only"]),
        ("77386006", ["Beside a vaccination it is evidence: pregnancy"]),
        ("1239871000000107", ["contraindicated;", "evidence: contraindicated-nasal-flu"]),
        ("632481000000000", ["has lost digits", "mangled_codes.csv:"]),
        ("956951000000105", ["check digit is wrong", "look-alike of 956951000000104"]),
        ("26464811000001104", ["26464811000001104 is no SNOMED id: its check digit is wrong."]),
        ("2622896019", ["neither a concept nor a role", "description_ids.csv:"]),
        ("507692010", ["description of the SNOMED concept 368209003", "no table has"]),
        ("60728008", ["well-formed SNOMED concept id that no table has"]),
        ("ABCDE", ["formed like a Read code"]),
        ("116680026", ["neither a concept nor a description"]),
        ("NAVU", ["no code to give"]),
        ("hello", ["hello"]),
        ("?", ["is not a code of any system read here"]),
        ("", ["says nothing"]),
        ("x26", ["Organisation code X26 (RAVS)", "never a provider"]),
        ("PT001", ["Indicator PT001 counts patients", "indicators.csv:"]),
        ("menbi10", ["never assigned"]),
        ("td-ipv", ["Childhood 6-in-1", "as six-in-one", "LOCAL-6IN1"]),
        ("bcg", ["known and never counted"]),
        ("http://dm+d.org", ["is read as snomed"]),
    ],
)
def test_the_sentence_says_what_matters(catalogue: Catalogue, code: str, parts: list[str]) -> None:
    sentence = explain(catalogue, code)
    assert [part for part in parts if part not in sentence] == []
    assert "\n" not in sentence


def test_every_code_of_the_tables_has_a_sentence_with_its_row(catalogue: Catalogue) -> None:
    for rows in catalogue.book.entries.values():
        for entry in rows:
            assert entry.ref in explain(catalogue, entry.code)
