"""Rows to make a mistake in, each sound as it stands, and what is said of tables that hold them."""

from __future__ import annotations

from adapter.normalise.check import check
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
