"""Codes to invent histories with, by vaccine: what a code is comes from the tables and needs no inventing."""

from __future__ import annotations

from typing import Any

from reference_codes import CONCEPTS, DISEASE_SETS, PRODUCTS

# given, elsewhere and not are procedure codes by role; ages are those at which a rule changes

Vaccine = dict[str, Any]
VACCINES: dict[str, Vaccine] = {
    "pertussis": {
        "given": ["956951000000104", "956951000000104", "39343008", "399014008"],
        "elsewhere": ["956971000000108"],
        "not": ["866641000000105", "957291000000102"],
        "products": ["42707511000001109", "26267211000001100"],
        "diseases": ["27836007", "27836007+397430003+398102009+76902006"],
        "ages": ["25y", "30y", "9y", "10y"],
    },
    "rsv": {
        "given": ["1303503001"],
        "elsewhere": [],
        "not": [],
        "products": ["42605811000001109", "42223111000001107"],
        "diseases": ["55735004"],
        "ages": ["9y", "10y", "30y", "55y", "56y", "75y"],
    },
    "six": {
        "given": [],
        "elsewhere": [],
        "not": [],
        "products": [],
        "diseases": ["27836007+397430003+398102009+66071002+709410003+76902006"],
        "ages": ["8w", "12w", "16w", "10y", "5y"],
    },
}


def _fill() -> None:
    """Every other vaccine by the tables: what a code is does not need inventing."""
    ages = {
        "six-in-one": ["8w", "12w", "10y"],
        "four-in-one": ["3y4m", "10y", "30y"],
        "td-ipv": ["10y", "14y"],
        "child-flu|seasonal-flu": ["2y", "3y", "4y", "30y", "70y"],
        "hepb-at-risk": ["0d", "4w", "12m", "2y"],
        "mmr": ["12m", "3y4m"],
        "mmrv": ["12m", "18m"],
        "menacwy": ["14y", "25y", "13y"],
        "menb": ["56d", "112d", "364d", "2y"],
        "pcv": ["12w", "12m"],
        "pcv|pneumococcal": ["12w", "2y", "65y"],
        "pneumococcal": ["2y", "65y"],
        "hib-menc": ["12m"],
        "rotavirus": ["8w", "12w"],
        "shingles": ["65y", "70y", "80y", "81y"],
        "hpv": ["14y", "15y", "25y", "13y"],
        "covid": ["6m", "75y"],
        "ld-health-check": ["14y", "30y"],
        "bcg": ["8w"],
        "": ["30y"],
    }
    for programmes, when in ages.items():
        rows = [row for row in CONCEPTS.values() if row["programmes"] == programmes]
        by_role = {role: [row["code"] for row in rows if row["role"] == role] for role in {row["role"] for row in rows}}
        VACCINES[programmes or "outside"] = {
            "given": by_role.get("given", []),
            "elsewhere": by_role.get("given-elsewhere", []),
            "not": [
                code
                for role in ("not-done", "declined", "contraindicated", "requires")
                for code in by_role.get(role, [])
            ],
            "products": [row["code"] for row in PRODUCTS.values() if row["programmes"] == programmes],
            "diseases": [key for key, row in DISEASE_SETS.items() if row["programmes"] == programmes],
            "ages": when,
        }
    VACCINES["six"]["given"] = VACCINES["six-in-one"]["given"]


_fill()
FAMILIES = [
    ["pertussis", "four-in-one"],
    ["rsv"],
    ["six", "six-in-one", "four-in-one", "td-ipv"],
    ["child-flu|seasonal-flu"],
    ["hepb-at-risk", "six-in-one"],
    ["mmr", "mmrv"],
    ["menacwy", "menb"],
    ["menb"],
    ["pcv", "pcv|pneumococcal", "pneumococcal"],
    ["hib-menc", "rotavirus"],
    ["shingles"],
    ["hpv"],
    ["covid"],
    ["ld-health-check"],
    ["bcg", "outside"],
]
