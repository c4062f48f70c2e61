"""Checks of single codes: is each where it belongs, and is it what the table takes it for?"""

from __future__ import annotations

from collections.abc import Iterator

from adapter.normalise.code_book import PROCEDURE_TABLES
from adapter.normalise.read_code import ReadCode
from adapter.normalise.snomed import SnomedCode, SnomedFault
from adapter.normalise.table import Problem, Row
from adapter.normalise.tables import Tables

_CONCEPT_COLUMNS = (
    ("snomed.csv", "code"),
    ("snomed.csv", "replaced_by"),
    ("products.csv", "code"),
    ("products.csv", "pack_of"),
    ("description_ids.csv", "concept"),
    ("mangled_codes.csv", "meant"),
    ("mislabelled_codes.csv", "code"),
)
_CONTEXT_ROLES = frozenset({"product", "pregnancy", "at-risk"})


def code_problems(tables: Tables) -> Iterator[Problem]:
    yield from _identifiers(tables)
    yield from _mangled(tables)
    yield from _roles(tables)
    yield from _products(tables)
    yield from _replacements(tables)
    yield from _descriptions(tables)
    yield from _diseases(tables)


def concept_fault(text: str) -> str | None:
    """Why a text is no SNOMED concept id, as a sentence; None where it may be one."""
    code = SnomedCode.parse(text)
    match code:
        case SnomedFault.SHAPE:
            return "No SNOMED id: 6 to 18 digits without a leading zero."
        case SnomedFault.CHECK_DIGIT:
            return "The check digit is wrong: a digit is mistyped, or a spreadsheet has rounded the id."
    if code.is_description:
        return "A description id, not a concept: it belongs into description_ids.csv."
    if not code.is_concept:
        return f"Partition {code.partition}: not a concept."
    if code.is_impossible_core_concept:
        return "A core concept id of 13 digits or more does not exist: a spreadsheet has rounded it."
    return None


def _identifiers(tables: Tables) -> Iterator[Problem]:
    for file, column in _CONCEPT_COLUMNS:
        for row in tables.rows(file):
            for word in sorted(row.words(column)):
                yield from _fault(row, column, concept_fault(word))
    for row in tables.rows("target_diseases.csv"):
        for disease in row["diseases"].split("+"):
            yield from _fault(row, "diseases", concept_fault(disease))
    for row in tables.rows("context_codes.csv"):
        fault = concept_fault(row["code"]) if row["code_system"] == "snomed" else _read_fault(row["code"])
        yield from _fault(row, "code", fault)
    for file in ("read_v2.csv", "ctv3.csv"):
        for row in tables.rows(file):
            yield from _fault(row, "code", _read_fault(row["code"]))
    for row in tables.rows("description_ids.csv"):
        code = SnomedCode.parse(row["description"])
        if not isinstance(code, SnomedCode):
            yield from _fault(row, "description", concept_fault(row["description"]))
        elif not code.is_description:
            yield row.problem("description", f"Partition {code.partition}: not a description id.")


def _fault(row: Row, column: str, fault: str | None) -> Iterator[Problem]:
    if fault:
        yield row.problem(column, fault)


def _read_fault(text: str) -> str | None:
    code = ReadCode.parse(text)
    return None if code and code.text == text else "No five-byte Read code: five characters, filled up with dots."


def _mangled(tables: Tables) -> Iterator[Problem]:
    """Each row must be mangled in the way it says, and no table may take it for a code all the same."""
    used = {row["code"]: row for file in ("snomed.csv", "products.csv") for row in tables.rows(file)}
    for row in tables.rows("mangled_codes.csv"):
        code = SnomedCode.parse(row["code"])
        if row["category"] not in _mangled_as(code):
            yield row.problem("category", "The code is not mangled in this way: see its digits.")
        if row["code"] in used:
            yield row.problem("code", f"Is a code in {used[row['code']].ref}.")


def _mangled_as(code: SnomedCode | SnomedFault) -> frozenset[str]:
    if code is SnomedFault.SHAPE:
        return frozenset({"not-an-id"})
    if code is SnomedFault.CHECK_DIGIT:
        return frozenset({"check-digit", "excel"})
    if isinstance(code, SnomedCode) and code.is_description:
        return frozenset({"partition", "number"})
    return frozenset({"excel-passes", "number"})


def _roles(tables: Tables) -> Iterator[Problem]:
    """A code has one role, whichever table names it. Two rows of one table are told by their dates."""
    first: dict[tuple[str, str], tuple[str, Row]] = {}
    for system, code, role, row in _named(tables):
        seen = first.setdefault((system, code), (role, row))
        if seen[0] != role:
            yield row.problem("code", f"Has role {role} here and role {seen[0]} in {seen[1].ref}.")
        elif seen[1].file != row.file:
            yield row.problem("code", f"Has a row already: {seen[1].ref}.")
    for file in PROCEDURE_TABLES:
        for row in tables.rows(file):
            if row["role"] in _CONTEXT_ROLES:
                yield row.problem("role", "Belongs into products.csv or context_codes.csv.")


def _named(tables: Tables) -> Iterator[tuple[str, str, str, Row]]:
    for file, system in PROCEDURE_TABLES.items():
        for row in tables.rows(file):
            yield system, row["code"], row["role"], row
    for row in tables.rows("products.csv"):
        yield "snomed", row["code"], "product", row
    for row in tables.rows("context_codes.csv"):
        if row["context"] != "contraindicated-nasal-flu":
            yield row["code_system"], row["code"], row["context"], row


def _products(tables: Tables) -> Iterator[Problem]:
    products = {row["code"] for row in tables.rows("products.csv")}
    for row in tables.rows("products.csv"):
        if not row["programmes"] and not row["note"]:
            yield row.problem("programmes", "A product without a programme: name one, or say why in the note.")
        if row["pack_of"] and row["pack_of"] not in products:
            yield row.problem("pack_of", "No product of this table.")


def _replacements(tables: Tables) -> Iterator[Problem]:
    for file in PROCEDURE_TABLES:
        codes = {row["code"] for row in tables.rows(file)}
        for row in tables.rows(file):
            if row["replaced_by"] and row["replaced_by"] not in codes:
                yield row.problem("replaced_by", "No code of this table.")
            if row["status"] == "retired" and not row["replaced_by"] and not row["note"]:
                yield row.problem("replaced_by", "Retired: name the replacement, or say in the note what is used now.")


def _descriptions(tables: Tables) -> Iterator[Problem]:
    for row in tables.rows("description_ids.csv"):
        if row["concept"] and (row["role"] or row["programmes"]):
            yield row.problem("role", "The concept has the role: leave role and programmes empty.")
        if row["programmes"] and not row["role"]:
            yield row.problem("role", "Programmes without a role.")


def _diseases(tables: Tables) -> Iterator[Problem]:
    known = {row["code"]: row for row in tables.rows("snomed.csv") if row["role"] == "target-disease"}
    for row in tables.rows("target_diseases.csv"):
        codes = row["diseases"].split("+")
        if codes != sorted(set(codes)):
            yield row.problem("diseases", "Sort the codes as text, each once, joined by +.")
        for code in codes:
            if code not in known:
                yield row.problem("diseases", f"{code} is no target disease in snomed.csv.")
