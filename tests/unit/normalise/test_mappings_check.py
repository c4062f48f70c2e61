"""What a tired editor does wrong is found: each case spoils one place of the sound tables."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.check import OpenQuestion, check, open_questions
from adapter.normalise.table import Problem
from adapter.normalise.tables import read_tables

Edit = Callable[[str, str, str], tuple[Problem, ...]]


def test_our_own_tables_are_sound(mapping_files: dict[str, bytes]) -> None:
    assert check(read_tables(mapping_files)) == ()


_CASES = [
    # failed check digits, wrong partitions, what a spreadsheet leaves
    ("snomed.csv", "\n1303503001,", "\n1303503002,", "code", "check digit is wrong"),
    ("snomed.csv", "\n1303503001,", "\n65004017,", "code", "description id"),
    ("snomed.csv", "\n1303503001,", "\n116680028,", "code", "check digit is wrong"),
    ("snomed.csv", "\n1303503001,", "\n116680026,", "code", "Partition 02"),
    ("snomed.csv", "\n1303503001,", "\n1.3035E+09,", "code", "No SNOMED id"),
    ("snomed.csv", "\n1303503001,", "\n632481000000000,", "code", "spreadsheet has rounded"),
    ("products.csv", "\n42605811000001109,", "\n42605811000001100,", "code", "check digit is wrong"),
    ("context_codes.csv", "snomed,77386006,", "snomed,77386007,", "code", "check digit is wrong"),
    ("context_codes.csv", "ctv3,XaYVx,", "ctv3,XaYV,", "code", "five-byte"),
    ("read_v2.csv", "\n65M1.,", "\n65M1.00,", "code", "five-byte"),
    ("ctv3.csv", "\nXaZ0d,", "\nXa.0d,", "code", "five-byte"),
    ("description_ids.csv", "\n65004017,", "\n65004018,", "description", "check digit is wrong"),
    ("description_ids.csv", "\n65004017,", "\n38598009,", "description", "not a description id"),
    ("description_ids.csv", ",38598009,", ",65004017,", "concept", "description id"),
    ("target_diseases.csv", "\n55735004,", "\n55735005,", "diseases", "check digit is wrong"),
    ("target_diseases.csv", "\n55735004,", "\n77386006,", "diseases", "no target disease"),
    ("target_diseases.csv", "\n14189004+36653000+36989005,", "\n36653000+14189004+36989005,", "diseases", "Sort"),
    # one code, one role
    ("snomed.csv", "\n1303503001,", "\n956951000000104,", "code", "speaks of the same"),
    ("snomed.csv", "\n1303503001,", "\n956971000000108,", "code", "Has role given-elsewhere here and role given"),
    ("snomed.csv", "\n1303503001,", "\n77386006,", "context_codes.csv", "and role given in"),
    ("products.csv", "\n42605811000001109,", "\n1303503001,", "code", "Has role product here and role given"),
    ("snomed.csv", "\n1853491000000104,", "\n632481000000000,", "mangled_codes.csv", "Is a code in snomed.csv"),
    (
        "mangled_codes.csv",
        "\n956951000000105,check-digit,",
        "\n956951000000105,excel-passes,",
        "category",
        "not mangled in",
    ),
    ("mangled_codes.csv", "\n123456,check-digit,", "\n123456,not-an-id,", "category", "not mangled in"),
    # keys
    ("products.csv", 'rsv-pregnant|rsv-older,,,active,"', 'rsv-pregnant|rsv,,,active,"', "programmes", ": rsv."),
    ("holds.csv", "\nhpv,", "\nfour-in-one,", "programme", "No public key"),
    ("incidents.csv", "pertussis,2024-10", "pertusis,2024-10", "programme", "No public key"),
    ("programmes.csv", "\nmmrv,mmr,", "\nmmrv,mumps,", "public", "key of a programme itself"),
    ("programmes.csv", "\nhib,,,no,", "\nhib,,,yes,", "counted", "has a public key and a service"),
    ("programmes.csv", ",no,23,", ",no,22,", "priority", "Is the priority of"),
    ("indicators.csv", "six-in-one|four-in-one|td-ipv,,no", "six-in-one|four-in-one|td,,no", "history_of", ": td."),
    ("left_out.csv", "\nfees.csv,covid", "\nfee.csv,covid", "table", "No such table"),
    (
        "code_systems.csv",
        "\nhttps://snomed.info/sct,exact,snomed",
        "\nhttps://snomed.info/sct,exact,other",
        "reads_as",
        "Another",
    ),
    ("identifier_systems.csv", "https://EMISWeb/,prefix", "https://EMISWeb/,exact", "match", "prefix only"),
    # products, replacements, descriptions
    ("products.csv", "NeisVac-C,TF,,,,active,", "NeisVac-C,TF,pertussi,,,active,", "programmes", "pertussi"),
    ("products.csv", ",meningitis C alone: no CQRS programme", ",", "programmes", "product without a programme"),
    ("products.csv", "injected,35727111000001109,", "injected,38598009,", "pack_of", "No product"),
    ("snomed.csv", ",inactive,955691000000108,", ",inactive,60728008,", "replaced_by", "No code of this table"),
    ("description_ids.csv", ",38598009,,,", ",38598009,given,mmr,", "role", "leave role and programmes empty"),
    ("description_ids.csv", ",,declined,mmr,", ",,,mmr,", "role", "Programmes without a role"),
    # bad values and missing sources
    ("holds.csv", "\nmenacwy,5,", "\nmenacwy,five,", "threshold", "Must be a whole number"),
    ("holds.csv", "\nmenacwy,5,NHS England London,", "\nmenacwy,5,,", "source", "Must not be empty"),
    ("incidents.csv", "pertussis,2024-10,", "pertussis,2024-13,", "period", "Must be a month"),
    ("programmes.csv", ",2012-10-01,", ",20121001,", "from", "Must be a date"),
    ("programmes.csv", ",2012-10-01,", ",2012-10-32,", "from", "Must be a date"),
    ("fees.csv", "mmr,12.06,", "mmr,12.6,", "pounds", "Must be pounds and pence"),
    ("indicators.csv", ",112d,2y,", ",112days,2y,", "age_from", "Must be an age"),
    ("indicators.csv", ",4|5|6,", ",4|5|13,", "months", "Must be a month number"),
    ("not_providers.csv", "\nX26,", "\nx26,", "code", "Must be an organisation code"),
    # dates: overlaps and gaps
    (
        "fees.csv",
        "mmr,12.06,NHS England fee announcements,2025-04-01",
        "mmr,12.06,NHS England fee announcements,2025-03-31",
        "programme",
        "speaks of the same",
    ),
    (
        "fees.csv",
        "mmr,12.06,NHS England fee announcements,2025-04-01",
        "mmr,12.06,NHS England fee announcements,2025-04-02",
        "from",
        "between 2025-03-31 and 2025-04-02",
    ),
    ("indicators.csv", ",2025-09-01,", ",2025-09-02,", "from", "between 2025-08-31 and 2025-09-02"),
    ("indicators.csv", ",2025-09-01,", ",2025-08-31,", "indicator", "RSVP001 and RSVP001"),
    # indicators
    ("indicators.csv", ",112d,2y,", ",2y,2y,", "age_to", "age window is empty"),
    ("indicators.csv", "MenB dose 2,2,", "MenB dose 2,1,", "indicator", "MENBI01 and MENBI03"),
    ("indicators.csv", "MenB dose 2,2,", "MenB dose 2,any,", "indicator", "MENBI01 and MENBI03"),
    ("indicators.csv", ",4w,12m,", ",3w,12m,", "indicator", "LOCAL-HEPB-BIRTH and LOCAL-HEPB-4W"),
    ("indicators.csv", ",4|5|6,", ",4|5|6|7,", "indicator", "COV001 and COV003"),
    ("indicators.csv", ",4|5|6,", ",,", "indicator", "COV001 and COV002"),
    ("indicators.csv", "\nMACWY04,", "\nLOCAL-MACWY,", "local", "begins with LOCAL-"),
    ("indicators.csv", ",its rule is not public,", ",,", "open", "Say which public fact"),
    ("indicators.csv", ",5,six-in-one|four-in-one|td-ipv,", ",5,,", "history_of", "needs both"),
    ("indicators.csv", "MenB dose 2,2,,", "MenB dose 2,2,1,", "dose_before", "booster only"),
    ("indicators.csv", "\nMACWY04,menacwy,", "\nMACWY04,menb,", "programmes.csv", "no indicator counts it"),
]


@pytest.mark.parametrize(("file", "old", "new", "column", "text"), _CASES)
def test_a_mistake_is_found_in_its_place(
    problems_after: Edit, file: str, old: str, new: str, column: str, text: str
) -> None:
    found = problems_after(file, old, new)
    if column.endswith(".csv"):
        assert any(problem.file == column and text in problem.text for problem in found), found
    else:
        assert any(problem.file == file and problem.column == column and text in problem.text for problem in found), (
            found
        )


def test_a_contract_may_pause_and_no_other_row_may(problems_after: Edit, mapping_files: dict[str, bytes]) -> None:
    header = mapping_files["sub_contractors.csv"].decode()
    row = "D83013,FA123,hpv,contract,{},{},,\n"
    paused = header + row.format("2024-01-01", "2024-03-31") + row.format("2025-01-01", "")
    assert problems_after("sub_contractors.csv", header, paused) == ()
    twice = header + row.format("2024-01-01", "2025-01-01") + row.format("2025-01-01", "")
    assert [problem.row for problem in problems_after("sub_contractors.csv", header, twice)] == [3]


def test_age_windows_may_touch_in_any_order_of_lines(problems_after: Edit, mapping_files: dict[str, bytes]) -> None:
    lines = mapping_files["indicators.csv"].decode().splitlines(keepends=True)
    last = next(line for line in lines if line.startswith("LOCAL-HEPB-12M,"))
    between = last.replace("LOCAL-HEPB-12M,", "LOCAL-HEPB-BETWEEN,")
    for window, problems in ((",2y,3y,", 0), (",23m,3y,", 1), (",11m,12m,", 1)):
        added = last + between.replace(",12m,2y,", window)
        assert len(problems_after("indicators.csv", last, added)) == problems


def test_periods_may_touch_in_any_order_of_lines(problems_after: Edit, mapping_files: dict[str, bytes]) -> None:
    lines = mapping_files["indicators.csv"].decode().splitlines(keepends=True)
    first, second = (line for line in lines if line.startswith("RSVP001,"))
    for begins, problems in (("2025-09-01", 0), ("2025-08-31", 1)):
        turned = second.replace("2025-09-01", begins) + first
        assert len(problems_after("indicators.csv", first + second, turned)) == problems


def test_a_product_among_procedures_is_sent_to_its_table(problems_after: Edit) -> None:
    old = "\n49083007,Administration of vaccine product containing virus antigen,hierarchy,"
    found = problems_after("snomed.csv", old, "\n42605811000001109,Abrysvo,product,")
    assert {(problem.file, problem.column) for problem in found} == {("snomed.csv", "role"), ("products.csv", "code")}
    assert any(problem.text.startswith("Has a row already: snomed.csv:") for problem in found)


def test_every_problem_is_told_at_once_and_in_order(mapping_files: dict[str, bytes]) -> None:
    files = dict(mapping_files)
    files["holds.csv"] = files["holds.csv"].replace(b"\nhpv,5,", b"\nhpv,0,").replace(b"\npertussis,5,", b"\nflu,5,")
    files["snomed.csv"] = files["snomed.csv"].replace(b"\n1303503001,", b"\n1303503002,")
    found = check(read_tables(files))
    assert found == tuple(sorted(found))
    assert [(problem.file, problem.column) for problem in found] == [
        ("holds.csv", "programme"),
        ("holds.csv", "threshold"),
        ("snomed.csv", "code"),
    ]


def test_what_is_open_is_listed_and_no_problem(catalogue: Catalogue) -> None:
    listed = open_questions(catalogue.tables)
    by_subject = {question.subject: question for question in listed}
    assert by_subject["MENBI10"] == OpenQuestion(by_subject["MENBI10"].row, "MENBI10", "its rule is not public")
    assert by_subject["77386006"].row.startswith("context_codes.csv:")
    assert "69DB." in by_subject
    assert "199751000000100" in by_subject
    assert list(listed) == sorted(listed, key=lambda q: (q.row.split(":")[0], int(q.row.split(":")[1])))
