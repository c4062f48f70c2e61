"""A few codes of every kind, and what an export says of them."""

from __future__ import annotations

from small_tables import Rows

S = {"source": "s"}
GIVEN, DECLINED, PACK, BRAND, PREGNANT = (
    "956951000000104",
    "1303503001",
    "42605811000001109",
    "35727111000001109",
    "77386006",
)
READ, RISK = "65M1.", "XaYVx"
OURS = "urn:immunisation-cqrs-adapter"
ROWS: Rows = {
    "snomed.csv": [
        {"code": DECLINED, "role": "declined", "status": "unknown", "from": "2024-09-01", "term": "a term"} | S,
        {"code": DECLINED, "role": "declined", "status": "active", "to": "2024-08-31", "programmes": "menb"} | S,
        {"code": GIVEN, "role": "given", "status": "retired", "programmes": "menb|hpv", "dose": "2"}
        | {"form": "nasal", "pregnancy": "yes", "order_only": "yes", "replaced_by": DECLINED}
        | S,
    ],
    "read_v2.csv": [{"code": READ, "role": "given", "status": "active", "programmes": "hpv", "dose": "booster"} | S],
    "products.csv": [
        {"code": BRAND, "term": "t", "level": "AMP", "programmes": "hpv", "form": "injected", "status": "active"} | S,
        {"code": PACK, "term": "t", "level": "AMPP", "pack_of": BRAND, "status": "inactive", "note": "n"} | S,
    ],
    "context_codes.csv": [
        {"code_system": "snomed", "code": PREGNANT, "term": "t", "context": "pregnancy", "programmes": "hpv"}
        | {"status": "active"}
        | S,
        {"code_system": "ctv3", "code": RISK, "term": "t", "context": "at-risk", "programmes": "menb"}
        | {"status": "active"}
        | S,
        {"code_system": "snomed", "code": GIVEN, "term": "t", "context": "contraindicated-nasal-flu"}
        | {"programmes": "hpv", "status": "active"}
        | S,
    ],
    "description_ids.csv": [{"description": "65004017", "role": "given", "programmes": "hpv"} | S],
}
SAID: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("ctv3", RISK): {
        "programme": ("menb",),
        "role": ("at-risk",),
        "status": ("active",),
        "evidence": ("at-risk",),
    },
    ("readv2", READ): {"dose": ("booster",), "programme": ("hpv",), "role": ("given",), "status": ("active",)},
    ("snomed", DECLINED): {"role": ("declined",), "status": ("unknown",)},
    ("snomed", BRAND): {
        "form": ("injected",),
        "level": ("AMP",),
        "programme": ("hpv",),
        "role": ("product",),
        "status": ("active",),
    },
    ("snomed", PACK): {
        "level": ("AMPP",),
        "role": ("product",),
        "status": ("inactive",),
        "pack-of": (BRAND,),
    },
    ("snomed", PREGNANT): {
        "programme": ("hpv",),
        "role": ("pregnancy",),
        "status": ("active",),
        "evidence": ("pregnancy",),
    },
    ("snomed", GIVEN): {
        "dose": ("2",),
        "form": ("nasal",),
        "order-only": ("yes",),
        "pregnancy": ("yes",),
        "programme": ("hpv", "menb"),
        "replacement": (DECLINED,),
        "role": ("given",),
        "status": ("retired",),
        "evidence": ("contraindicated-nasal-flu",),
    },
}
