from __future__ import annotations

from datetime import date

import pytest
from adapter.fhir.issue import Issue
from adapter.organisations.organisation import Relationship, Role
from adapter.organisations.parse import parse
from adapter.organisations.period import Period, Validity
from adapter.organisations.release import Entry, Release


def row(code: str, opened: str = "19740401", closed: str = "", **cells: str) -> str:
    columns = [""] * 27
    columns[0], columns[1], columns[10], columns[11] = code, '"A NAME, WITH COMMA"', opened, closed
    for name, cell in cells.items():
        columns[int(name.removeprefix("c"))] = cell
    return ",".join(columns)


def read(name: str, *rows: str) -> Release:
    release = parse("\r\n".join(rows).encode(), name)
    assert isinstance(release, Release), release
    return release


def roles(release: Release) -> list[list[str]]:
    return [[role.code for role in entry.implied_roles] for entry in release.entries]


def test_a_practice_is_told_by_its_setting_and_else_by_its_form() -> None:
    release = read(
        "epraccur.csv",
        row("A81001", c25="4"),
        row("Y01234", c25="1"),
        row("A81002"),
        row("GUE999", c14="97R"),
    )
    assert roles(release) == [["RO177", "RO76"], ["RO177"], ["RO177", "RO76"], ["RO177"]]


def test_the_parent_of_a_practice_is_its_commissioner() -> None:
    release = read("epraccur.csv", row("A81001", c14="97R", c15="20130401", c16="20200331"))
    dated = Validity(Period(date(2013, 4, 1), date(2020, 3, 31)))
    assert release.entries[0].links == (Relationship("RE4", "97R", dated),)


def test_the_parent_of_a_branch_operates_it() -> None:
    release = read(
        "ebranchs.csv", row("A81001001", "20040401", "20140630", c14="A81001", c15="20040401", c16="20140630")
    )
    held = Validity(Period(date(2004, 4, 1), date(2014, 6, 30)))
    assert release.entries == (
        Entry(
            "A81001001",
            record_class="RC2",
            validity=held,
            report="ebranchs",
            implied_roles=(Role("RO96", held, primary=True),),
            links=(Relationship("RE6", "A81001", held),),
        ),
    )


def test_the_link_of_a_trust_site_has_no_dates() -> None:
    release = read("ets.csv", row("RVVKC", c14="RVV"))
    assert release.entries[0].links == (Relationship("RE6", "RVV"),)
    assert roles(release) == [["RO198"]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("etr.csv", ["RO197"]),
        ("ODS edispensary (2).CSV", ["RO182"]),
        ("eccg-2024.csv", ["RO98", "RO319"]),
        ("2024/eccgsite.csv", ["RO99", "RO319"]),
        ("eother.csv", []),
    ],
)
def test_the_report_implies_the_role(name: str, expected: list[str]) -> None:
    assert roles(read(name, row("X9X9X", c13="RO319|x"))) == [expected]


def test_a_header_is_skipped_and_blank_lines_too() -> None:
    header = row("Organisation Code", "Open Date", "Close Date")
    assert [entry.code for entry in read("etr.csv", header, "", row("RVV"), "   ").entries] == ["RVV"]
    assert [entry.code for entry in read("etr.csv", row("CODE", "Open"), row("RVV")).entries] == ["RVV"]
    assert [entry.code for entry in read("etr.csv", row("RVV", ""), row("RWA")).entries] == ["RVV", "RWA"]


def test_a_row_that_cannot_be_read_stops_no_other() -> None:
    release = read(
        "ebranchs.csv",
        row("A81001001", c14="A81001"),
        'A81001002,"an open quotation mark,' + "," * 25,
        row("A81001003", "some day", c14="A81001"),
        "A81001004,too,short",
        row("A81001005", c14="no code at all"),
        row("not/a/code", c14="A81001"),
        row("A81001006", c14="A81001") + ",,x",
        row("A81001007", c14="A81001") + ",,",
    )
    assert [entry.code for entry in release.entries] == ["A81001001", "A81001007"]
    assert [issue.expression for issue in release.issues] == [f"row {number}" for number in range(2, 8)]
    assert not any("A8100" in issue.text or "no code" in issue.text for issue in release.issues)


def test_a_code_with_two_rows_keeps_both_links() -> None:
    release = read(
        "ebranchs.csv",
        row("A81001001", c14="A81001", c15="20040401", c16="20191231"),
        row("A81001001", c14="A81002", c15="20200101"),
    )
    assert [link.target for link in release.entries[0].links] == ["A81001", "A81002"]
    assert len(release.entries) == 1


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([row("A81001", c25="4"), row("B82002", c25="4")], "epraccur"),
        ([row("A81001001", c14="A81001")], "ebranchs"),
        ([row("RVVKC", c14="RVV")], "ets"),
        ([row("RVV"), row("R1L")], "etr"),
        ([row("FCE71")], "edispensary"),
        ([row("10R", c13="RO319")], "eccg"),
    ],
)
def test_without_a_telling_name_the_rows_tell(rows: list[str], kind: str) -> None:
    assert read("download.csv", *rows).kind == kind


def test_what_nothing_tells_says_what_to_rename() -> None:
    issues = parse(row("A1B2C").encode(), "download.csv")
    assert isinstance(issues, tuple)
    assert "ebranchs" in issues[0].text


def test_a_name_that_the_rows_contradict_is_refused() -> None:
    issues = parse(row("A81001001", c14="A81001").encode(), "epraccur.csv")
    assert issues == (Issue("invariant", "", issues[0].text),)  # type: ignore[index]


def test_old_code_page_and_byte_order_mark_are_read() -> None:
    text = row("A81001").replace("NAME", "NAÏVE’S")
    for encoding in ("cp1252", "utf-8-sig", "utf-16"):
        release = parse(text.encode(encoding), "epraccur.csv")
        assert isinstance(release, Release)
        assert [entry.code for entry in release.entries] == ["A81001"]
