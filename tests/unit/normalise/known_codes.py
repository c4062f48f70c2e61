"""A small world of codes, clusters and descriptions, over which releases of official tables are laid."""

from __future__ import annotations

from adapter.normalise.snomed import check_digit
from small_tables import Rows

S = {"source": "s"}


def concept(number: int) -> str:
    """A concept id of its own for each number."""
    body = f"99900{number:03}100010"
    return body + check_digit(body)


def description(number: int) -> str:
    body = f"99900{number:03}100011"
    return body + check_digit(body)


GIVEN, DECLINED, GONE, CALLED_BACK, BRAND, PACK, RISK = map(concept, range(1, 8))
NEW, OTHER, THIRD, FOURTH = map(concept, range(11, 15))
DESCRIBED, ROLE_ITSELF, BARE = map(description, range(1, 4))
READ_CODE, LOOK_ALIKE = "XaZ0d", "956951000000105"


def row(code: str, **cells: str) -> dict[str, str]:
    return {"code": code, "role": "given", "status": "active"} | S | cells


CLUSTERS = [
    {"cluster": "SILENT_COD", "role": "none", "programmes": "hpv"},
    {"cluster": "MUTE_COD", "role": "none"},
    {"cluster": "DRUG_COD", "role": "product", "programmes": "hpv|menb"},
    {"cluster": "NASAL_COD", "role": "product", "programmes": "hpv", "form": "nasal"},
    {"cluster": "NEEDLE_COD", "role": "product", "programmes": "hpv", "form": "injected"},
    {"cluster": "MENB_COD", "role": "product", "programmes": "menb"},
    {"cluster": "PREG_COD", "role": "pregnancy", "programmes": "hpv"},
    {"cluster": "NOT_COD", "role": "declined", "programmes": "hpv", "form": "nasal"},
    {"cluster": "ALL_COD", "role": "declined"},
    {"cluster": "ELSE_COD", "role": "declined", "programmes": "menb"},
    {"cluster": "LATE_COD", "role": "declined", "programmes": "hpv", "from": "2024-09-01"},
    {"cluster": "LATE_COD", "role": "none", "programmes": "hpv", "to": "2024-08-31"},
]
ROWS: Rows = {
    "clusters.csv": [cells | S for cells in CLUSTERS],
    "snomed.csv": [
        row(GIVEN, programmes="menb", dose="2", form="nasal", pregnancy="yes", order_only="yes", term="t"),
        row(DECLINED, role="declined", programmes="hpv", status="unknown", note="clusters: NOT_COD"),
        row(GONE, role="declined", programmes="hpv", note="clusters: ALL_COD, NOT_COD"),
        row(CALLED_BACK, role="declined", programmes="hpv", status="inactive", note="clusters: NOT_COD"),
    ],
    "products.csv": [
        {"code": BRAND, "term": "t", "level": "AMP", "programmes": "menb|hpv", "form": "injected", "status": "active"}
        | S,
        {"code": PACK, "term": "t", "status": "unknown", "note": "no programme"} | S,
    ],
    "context_codes.csv": [
        {"code_system": "snomed", "code": RISK, "term": "t", "context": "at-risk", "programmes": "hpv"}
        | {"status": "active"}
        | S,
        {"code_system": "ctv3", "code": READ_CODE, "term": "t", "context": "at-risk", "programmes": "hpv"}
        | {"status": "active"}
        | S,
    ],
    "description_ids.csv": [
        {"description": DESCRIBED, "concept": GIVEN} | S,
        {"description": ROLE_ITSELF, "role": "given", "programmes": "hpv", "dose": "1"} | S,
        {"description": BARE} | S,
    ],
    "mangled_codes.csv": [{"code": LOOK_ALIKE, "category": "check-digit"} | S],
}
