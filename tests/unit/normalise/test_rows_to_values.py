"""Every cell of a row reaches the value that is made of it, and no other cell does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from adapter.normalise.code_book import CodeBook
from adapter.normalise.code_entry import CodeEntry
from adapter.normalise.disease_set import DiseaseSet, disease_set
from adapter.normalise.hold import Hold, Incident, hold, incident
from adapter.normalise.indicator import AgePeriod, Indicator
from adapter.normalise.indicator_table import indicator
from adapter.normalise.programme import Programme, programme
from adapter.normalise.sub_contractor import SubContractor, sub_contractor
from small_tables import one_row, small_tables

DATED = {"source": "a source", "from": "2024-09-01", "to": "2025-03-31", "open": "a gap", "note": "a note"}
FIRST, LAST = date(2024, 9, 1), date(2025, 3, 31)
NO_DATES = {"source": "a source"}


def test_a_hold() -> None:
    cells = {"programme": "hpv", "threshold": "5", **DATED}
    assert hold(one_row("holds.csv", cells)) == Hold("hpv", 5, FIRST, LAST, "a source", 2)
    assert hold(one_row("holds.csv", {**cells, "from": "", "to": ""})) == Hold("hpv", 5, None, None, "a source", 2)


def test_an_incident() -> None:
    cells = {"incident": "autumn", "programme": "hpv", "period": "2024-09", "state": "open", **DATED}
    found = Incident("autumn", "hpv", "2024-09", "open", "a source", "a note", 2)
    assert incident(one_row("incidents.csv", cells)) == found
    assert incident(one_row("incidents.csv", {**cells, "state": "closed"})).state == "closed"


def test_a_programme() -> None:
    cells = {
        "programme": "td-ipv",
        "public": "six-in-one",
        "service": "A service",
        "counted": "yes",
        "priority": "3",
        **DATED,
    }
    assert programme(one_row("programmes.csv", cells)) == Programme(
        key="td-ipv",
        public="six-in-one",
        service="A service",
        counted=True,
        priority=3,
        valid_from=FIRST,
        valid_to=LAST,
        source="a source",
        open="a gap",
        note="a note",
        row=2,
    )
    assert not programme(one_row("programmes.csv", {**cells, "counted": "no"})).counted
    assert programme(one_row("programmes.csv", cells)).ref == "programmes.csv:2"


def test_a_sub_contractor() -> None:
    cells = {"practice": "D83013", "provider": "FA123", "programme": "hpv", **DATED}
    found = sub_contractor(one_row("sub_contractors.csv", cells))
    assert found == SubContractor("D83013", "FA123", "hpv", FIRST, LAST, "a source", 2)
    assert found.ref == "sub_contractors.csv:2"
    assert [found.in_force(day) for day in (date(2024, 8, 31), FIRST, LAST, date(2025, 4, 1))] == [
        False,
        True,
        True,
        False,
    ]


def test_a_set_of_diseases() -> None:
    cells = {
        "diseases": "27836007+397430003",
        "vaccine_type": "TDAP",
        "programmes": "pertussis|td-ipv",
        "order_only": "yes",
        **DATED,
    }
    found = disease_set(one_row("target_diseases.csv", cells))
    assert found == DiseaseSet(
        codes=frozenset({"27836007", "397430003"}),
        vaccine_type="TDAP",
        programmes=frozenset({"pertussis", "td-ipv"}),
        order_only=True,
        source="a source",
        note="a note",
        row=2,
    )
    assert found.ref == "target_diseases.csv:2"
    assert not disease_set(one_row("target_diseases.csv", {**cells, "order_only": "no"})).order_only


_FULL_INDICATOR = {
    "indicator": "LOCAL-X1",
    "programmes": "hpv|menb",
    "title": "A title",
    "dose": "2",
    "dose_before": "3",
    "age_from": "8w",
    "age_to": "2y",
    "age_on": "day",
    "min_interval_days": "28",
    "first_dose_before": "1y",
    "months": "9|10",
    "seasonal_course": "yes",
    "once_per_financial_year": "yes",
    "incomplete_below": "4",
    "history_of": "mmr|mmrv",
    "sex": "female",
    "pregnancy": "needed",
    "at_risk": "yes",
    "form": "nasal",
    "nasal_contraindicated": "yes",
    "counts": "patients",
    "evaluable": "yes",
    "entry": "manual",
    "local": "yes",
    **DATED,
}
_BARE_INDICATOR = {
    "indicator": "X1",
    "programmes": "hpv",
    "title": "A title",
    "dose": "any",
    "age_on": "day",
    "seasonal_course": "no",
    "once_per_financial_year": "no",
    "pregnancy": "no",
    "at_risk": "no",
    "nasal_contraindicated": "no",
    "counts": "doses",
    "evaluable": "no",
    "local": "no",
    **NO_DATES,
}


def test_an_indicator_with_everything() -> None:
    found = indicator(one_row("indicators.csv", _FULL_INDICATOR))
    assert found == Indicator(
        id="LOCAL-X1",
        programmes=frozenset({"hpv", "menb"}),
        title="A title",
        dose=2,
        dose_before=3,
        age_from=AgePeriod(days=56),
        age_to=AgePeriod(years=2),
        age_on="day",
        min_interval_days=28,
        first_dose_before=AgePeriod(years=1),
        months=frozenset({9, 10}),
        seasonal_course=True,
        once_per_financial_year=True,
        incomplete_below=4,
        history_of=frozenset({"mmr", "mmrv"}),
        sex="female",
        pregnancy="needed",
        at_risk=True,
        form="nasal",
        nasal_contraindicated=True,
        counts="patients",
        evaluable=True,
        entry="manual",
        local=True,
        valid_from=FIRST,
        valid_to=LAST,
        source="a source",
        open="a gap",
        note="a note",
        row=2,
    )
    assert found.ref == "indicators.csv:2"


def test_an_indicator_that_leaves_all_out_that_it_may() -> None:
    assert indicator(one_row("indicators.csv", _BARE_INDICATOR)) == Indicator(
        id="X1", programmes=frozenset({"hpv"}), title="A title", evaluable=False, source="a source", row=2
    )


@pytest.mark.parametrize(
    ("column", "cell", "field", "value"),
    [
        ("dose", "booster", "dose", "booster"),
        ("age_on", "31-aug", "age_on", "31-aug"),
        ("pregnancy", "code-or-evidence", "pregnancy", "code-or-evidence"),
        ("form", "injected", "form", "injected"),
        ("entry", "automatic", "entry", "automatic"),
    ],
)
def test_an_indicator_in_other_words(column: str, cell: str, field: str, value: object) -> None:
    found = indicator(one_row("indicators.csv", {**_FULL_INDICATOR, column: cell}))
    assert getattr(found, field) == value


_PROCEDURE = {
    "code": "956951000000104",
    "term": "A term",
    "role": "given-elsewhere",
    "programmes": "hpv|menb",
    "dose": "2",
    "pregnancy": "yes",
    "form": "nasal",
    "order_only": "yes",
    "status": "retired",
    "replaced_by": "1303503001",
    **DATED,
}
_ENTRY: dict[str, Any] = {
    "term": "A term",
    "programmes": frozenset({"hpv", "menb"}),
    "valid_from": FIRST,
    "valid_to": LAST,
    "source": "a source",
    "open": "a gap",
    "note": "a note",
    "row": 2,
}


def entry(file: str, cells: dict[str, str]) -> CodeEntry:
    """The only entry of a code book of one row."""
    tables = small_tables({file: [cells]})
    assert tables.problems == (), tables.problems
    [[found]] = CodeBook(tables).entries.values()
    return found


@pytest.mark.parametrize(
    ("file", "system", "code"),
    [("snomed.csv", "snomed", "956951000000104"), ("read_v2.csv", "readv2", "65M1."), ("ctv3.csv", "ctv3", "XaZ0d")],
)
def test_a_procedure_code(file: str, system: Any, code: str) -> None:
    found = entry(file, {**_PROCEDURE, "code": code})
    assert found == CodeEntry(
        code=code,
        system=system,
        role="given-elsewhere",
        dose=2,
        status="retired",
        pregnancy=True,
        form="nasal",
        order_only=True,
        replaced_by="1303503001",
        file=file,
        **_ENTRY,
    )
    assert found.ref == f"{file}:2"


def test_a_procedure_code_that_leaves_all_out_that_it_may() -> None:
    cells = {"code": "956951000000104", "role": "given", "status": "active", **NO_DATES}
    assert entry("snomed.csv", cells) == CodeEntry(
        code="956951000000104",
        system="snomed",
        term="",
        role="given",
        programmes=frozenset(),
        status="active",
        source="a source",
        file="snomed.csv",
        row=2,
    )


def test_a_booster_is_no_number() -> None:
    assert entry("snomed.csv", {**_PROCEDURE, "dose": "booster"}).dose == "booster"


def test_a_product_code() -> None:
    cells = {
        "code": "42605811000001109",
        "term": "A term",
        "level": "AMP",
        "programmes": "hpv|menb",
        "form": "injected",
        "status": "inactive",
        **DATED,
    }
    assert entry("products.csv", cells) == CodeEntry(
        code="42605811000001109",
        system="snomed",
        role="product",
        level="AMP",
        form="injected",
        status="inactive",
        file="products.csv",
        **_ENTRY,
    )
    assert entry("products.csv", {**cells, "form": ""}).form is None


@pytest.mark.parametrize(
    ("context", "role"),
    [("pregnancy", "pregnancy"), ("at-risk", "at-risk"), ("contraindicated-nasal-flu", "contraindicated")],
)
def test_a_code_beside_a_vaccination(context: str, role: Any) -> None:
    cells = {
        "code_system": "ctv3",
        "code": "XaYVx",
        "term": "A term",
        "context": context,
        "programmes": "hpv|menb",
        "status": "unknown",
        **DATED,
    }
    assert entry("context_codes.csv", cells) == CodeEntry(
        code="XaYVx", system="ctv3", role=role, status="unknown", file="context_codes.csv", **_ENTRY
    )


def test_a_description_id_that_has_its_role_itself() -> None:
    cells = {
        "description": "65004017",
        "term": "A term",
        "role": "declined",
        "programmes": "hpv|menb",
        "dose": "1",
        **DATED,
    }
    assert entry("description_ids.csv", cells) == CodeEntry(
        code="65004017", system="snomed", role="declined", dose=1, file="description_ids.csv", **_ENTRY
    )


def test_a_description_id_of_a_concept_has_no_role_of_its_own() -> None:
    row = {"description": "65004017", **NO_DATES}
    for cells in ({"concept": "38598009"}, {"concept": "38598009", "role": "given"}, {}):
        assert CodeBook(small_tables({"description_ids.csv": [row | cells]})).entries == {}


def test_a_procedure_goes_before_the_same_code_beside_a_vaccination() -> None:
    beside = {"term": "t", "context": "pregnancy", "programmes": "hpv", "status": "active", **NO_DATES}
    rows = {
        "snomed.csv": [_PROCEDURE],
        "context_codes.csv": [
            {"code_system": "snomed", "code": "956951000000104", **beside},
            {"code_system": "snomed", "code": "77386006", **beside},
            {"code_system": "ctv3", "code": "XaYVx", **beside},
        ],
    }
    found = CodeBook(small_tables(rows)).entries
    assert {key: [one.file for one in entries] for key, entries in found.items()} == {
        ("ctv3", "XaYVx"): ["context_codes.csv"],
        ("snomed", "77386006"): ["context_codes.csv"],
        ("snomed", "956951000000104"): ["snomed.csv"],
    }
    assert list(found) == sorted(found)


def test_the_row_of_a_day() -> None:
    rows = [
        {**_PROCEDURE, "term": "second", "from": "2024-09-01", "to": "2025-03-31"},
        {**_PROCEDURE, "term": "first", "from": "2020-01-01", "to": "2024-08-31"},
    ]
    book = CodeBook(small_tables({"snomed.csv": rows}))

    def term(on: date | None) -> str:
        found = book.entry("snomed", "956951000000104", on)
        assert found is not None
        return found.term

    assert term(None) == "second"
    assert term(date(2019, 12, 31)) == "first"  # before all of them: it cannot have meant anything else
    assert term(date(2020, 1, 1)) == "first"
    assert term(date(2024, 8, 31)) == "first"
    assert term(date(2024, 9, 1)) == "second"
    assert term(date(2030, 1, 1)) == "second"  # a code keeps its meaning
    assert book.entry("snomed", "1303503001") is None
    assert book.entry("ctv3", "956951000000104", date(2024, 9, 1)) is None


def test_a_row_without_a_first_day_is_the_oldest() -> None:
    rows = [{**_PROCEDURE, "term": "later"}, {**_PROCEDURE, "term": "always", "from": "", "to": "2024-08-31"}]
    entries = CodeBook(small_tables({"snomed.csv": rows})).entries["snomed", "956951000000104"]
    assert [one.term for one in entries] == ["always", "later"]
    book = CodeBook(small_tables({"snomed.csv": rows}))
    found = book.entry("snomed", "956951000000104", date(1990, 1, 1))
    assert found is not None
    assert found.term == "always"
