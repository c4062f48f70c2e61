"""`adapter mappings show`: every kind of sentence, to the letter. Somebody decides on it what to enter."""

from __future__ import annotations

import pytest
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.explain import explain
from adapter.normalise.snomed import check_digit
from small_tables import Rows, small_catalogue

S = {"source": "s"}
SAYS = {
    "given": "says that a vaccine was given",
    "given-elsewhere": "says that a vaccine was given by another provider",
    "not-done": "says that a vaccination was not done",
    "declined": "says that a vaccination was declined",
    "contraindicated": "says that a vaccination is contraindicated",
    "requires": "says that a vaccination is due; as a procedure it means not given, as a reason it means nothing",
    "degraded": "stands where a transfer lost the real code: its meaning is in the text only",
    "hierarchy": "is a heading of the terminology: it names no vaccine",
    "refset": "is the id of a reference set, not a vaccination",
    "unlabelled": "is in a public list without its term: its programmes are known, its role is not",
}
BODIES = {role: f"99900{number:03}100010" for number, role in enumerate(SAYS)}
BY_ROLE = {role: body + check_digit(body) for role, body in BODIES.items()}
FULL, CHECKED, PRODUCT, DISEASE, PREGNANT = (
    "956951000000104",
    "1303503001",
    "42605811000001109",
    "240532009",
    "77386006",
)
DESCRIBED, ROLE_ITSELF, OF_STRANGER, BARE = "65004017", "754011000000118", "405281000000118", "2622896019"
STRANGER = "60728008"
ROWS: Rows = {
    "snomed.csv": [
        *({"code": code, "role": role, "status": "active"} | S for role, code in BY_ROLE.items()),
        {"code": FULL, "role": "given", "status": "retired", "term": "A term", "programmes": "menb|hpv", "dose": "2"}
        | {"form": "nasal", "pregnancy": "yes", "order_only": "yes", "replaced_by": CHECKED, "open": "a gap"}
        | {"note": "a note"}
        | S,
        {"code": CHECKED, "role": "given", "status": "inactive", "programmes": "ld-health-check", "dose": "booster"}
        | S,
        {"code": DISEASE, "role": "target-disease", "status": "active"} | S,
    ],
    "read_v2.csv": [{"code": "65M1.", "role": "given", "status": "active", "programmes": "hpv"} | S],
    "ctv3.csv": [{"code": "XaZ0d", "role": "given", "status": "active", "programmes": "hpv"} | S],
    "products.csv": [
        {"code": PRODUCT, "term": "P", "level": "AMP", "form": "injected", "programmes": "hpv", "status": "active"} | S
    ],
    "context_codes.csv": [
        {"code_system": "snomed", "code": PREGNANT, "term": "t", "context": "pregnancy", "programmes": "hpv"}
        | {"status": "active"}
        | S,
    ],
    "description_ids.csv": [
        {"description": DESCRIBED, "concept": FULL} | S,
        {"description": ROLE_ITSELF, "role": "declined", "programmes": "hpv"} | S,
        {"description": OF_STRANGER, "concept": STRANGER} | S,
        {"description": BARE} | S,
    ],
    "mangled_codes.csv": [
        {"code": "956951000000105", "category": "check-digit", "note": "a look-alike"} | S,
        {"code": "632481000000000", "category": "excel-passes"} | S,
    ],
    "null_flavours.csv": [{"code": "NAVU", "meaning": "not available"} | S],
    "not_providers.csv": [{"code": "X26", "kind": "supplier", "name": "RAVS"} | S],
    "programmes.csv": [
        {"programme": key, "public": public, "service": service, "counted": counted, "priority": str(place)} | S
        for place, (key, public, service, counted) in enumerate(
            [
                ("hpv", "hpv", "The HPV service", "yes"),
                ("menb", "hpv", "The HPV service", "yes"),
                ("ld-health-check", "ld-health-check", "The health check", "yes"),
                ("bcg", "", "", "no"),
            ],
            start=1,
        )
    ],
}


def indicator(id_: str, **cells: str) -> dict[str, str]:
    row = {"indicator": id_, "title": f"title {id_}", "dose": "any", "age_on": "day", "counts": "patients"}
    no = ("seasonal_course", "once_per_financial_year", "pregnancy", "at_risk", "nasal_contraindicated", "local")
    return row | dict.fromkeys(no, "no") | {"evaluable": "yes"} | S | cells


INDICATORS = [
    indicator("HPV1", programmes="hpv|menb", dose="1"),
    indicator("HPV1", programmes="hpv|menb", dose="2"),
    indicator("HPV1", programmes="hpv|menb", dose="3", title="another title"),
    indicator("HPV2", programmes="hpv", dose="4", counts="doses"),
    indicator("HPV3", programmes="hpv", evaluable="no", open="its rule"),
    indicator("LD1", programmes="ld-health-check"),
]


@pytest.fixture(scope="module")
def small() -> Catalogue:
    return small_catalogue({**ROWS, "indicators.csv": INDICATORS})


@pytest.mark.parametrize("role", SAYS)
def test_what_a_role_says(small: Catalogue, role: str) -> None:
    code, line = BY_ROLE[role], list(BY_ROLE).index(role) + 2
    assert explain(small, code) == (
        f"SNOMED CT {code} {SAYS[role]}; names no programme that is counted. Source: s (snomed.csv:{line})."
    )


FULL_SAYS = (
    "says that a vaccine was given; programme hpv or menb; dose 2; nasal; in pregnancy; orders the course and is no "
    "dose of the vaccine that is paid; replaced by 1303503001; retired, it keeps its meaning."
)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            FULL,
            f"SNOMED CT {FULL} “A term” {FULL_SAYS} Note: a note. Open: a gap. Source: s (snomed.csv:12).",
        ),
        (
            f" {DESCRIBED} ",
            f"SNOMED CT {DESCRIBED} “A term” {FULL_SAYS} It is a description of the concept {FULL}. "
            "Note: a note. Open: a gap. Source: s (description_ids.csv:2, snomed.csv:12).",
        ),
        (
            ROLE_ITSELF,
            f"SNOMED CT {ROLE_ITSELF} says that a vaccination was declined; programme hpv. "
            "Source: s (description_ids.csv:3).",
        ),
        (
            CHECKED,
            f"SNOMED CT {CHECKED} says that a health check was done; programme ld-health-check; booster; "
            "inactive, it keeps its meaning. Source: s (snomed.csv:13).",
        ),
        (
            DISEASE,
            f"SNOMED CT {DISEASE} is a disease that a vaccine protects from; names no programme that is counted. "
            "Source: s (snomed.csv:14).",
        ),
        (
            PRODUCT,
            f"SNOMED CT {PRODUCT} “P” is a vaccine product; programme hpv; dm+d level AMP; injected. "
            "Source: s (products.csv:2).",
        ),
        (
            PREGNANT,
            f"SNOMED CT {PREGNANT} “t” is a code beside a vaccination; programme hpv. Source: s "
            "(context_codes.csv:2). Beside a vaccination it is evidence: pregnancy (context_codes.csv:2).",
        ),
        (
            "65M1.00",
            "Read v2 65M1. says that a vaccine was given; programme hpv. Source: s (read_v2.csv:2).",
        ),
        ("XaZ0d", "CTV3 XaZ0d says that a vaccine was given; programme hpv. Source: s (ctv3.csv:2)."),
        ("x26", "Organisation code X26 (RAVS) is a supplier code and never a provider (not_providers.csv:2)."),
        (
            "HPV",
            "Programme hpv is counted in the CQRS service “The HPV service” as hpv, by HPV1, HPV2 (programmes.csv:2).",
        ),
        (
            "menb",
            "Programme menb is counted in the CQRS service “The HPV service” as hpv, by HPV1 (programmes.csv:3).",
        ),
        ("bcg", "Programme bcg is known and never counted (programmes.csv:5)."),
        (
            "hpv1",
            "Indicator HPV1 counts patients: title HPV1; another title. "
            "(indicators.csv:2, indicators.csv:3, indicators.csv:4)",
        ),
        ("HPV2", "Indicator HPV2 counts doses: title HPV2. (indicators.csv:5)"),
        (
            "HPV3",
            "Indicator HPV3 counts patients: title HPV3. It is never assigned: its rule is not public. "
            "(indicators.csv:6)",
        ),
        ("http://read.info/ctv3", "System http://read.info/ctv3 is read as ctv3 (code_systems.csv:4)."),
        # what no table names
        ("", "An empty code says nothing."),
        (" ", "An empty code says nothing."),
        (
            OF_STRANGER,
            f"{OF_STRANGER} is a description of the SNOMED concept {STRANGER}, which no table has "
            "(description_ids.csv:4).",
        ),
        (
            STRANGER,
            f"{STRANGER} is a well-formed SNOMED concept id that no table has: it names no programme that is counted.",
        ),
        (
            "ABCDE",
            "ABCDE is formed like a Read code and no table has it: it names no programme that is counted.",
        ),
        ("116680026", "116680026 is a SNOMED id that is neither a concept nor a description."),
        (
            "956951000000105",
            "956951000000105 is no SNOMED id: its check digit is wrong: a look-alike (mangled_codes.csv:2).",
        ),
        (
            "632481000000000",
            "632481000000000 has lost digits: a spreadsheet or a program rounded it, so it cannot be believed "
            "(mangled_codes.csv:3).",
        ),
        ("956951000000103", "956951000000103 is no SNOMED id: its check digit is wrong."),
        (
            BARE,
            f"{BARE} is a SNOMED description id that maps to neither a concept nor a role (description_ids.csv:5).",
        ),
        ("NAVU", "NAVU means that the sender had no code to give (null_flavours.csv:2)."),
        ("?", "? is not a code of any system read here."),
    ],
)
def test_the_whole_sentence(small: Catalogue, asked: str, sentence: str) -> None:
    assert explain(small, asked) == sentence
