"""From the codes of one statement to its role, its programmes, its dose and what is wrong with them."""

from __future__ import annotations

import pytest
from adapter.fhir.statement import Coding, Identifier, Statement
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.interpretation import Interpretation, Role, interpret
from adapter.normalise.snomed import check_digit
from adapter.reasons import Reason
from small_tables import Rows, small_catalogue

SNOMED, READ = "http://snomed.info/sct", "http://read.info/readv2"
S = {"source": "s"}


def concept(number: int) -> str:
    body = f"99900{number:03}100010"
    return body + check_digit(body)


ROLES = ["given-elsewhere", "not-done", "declined", "contraindicated", "requires", "given"]
OF_ROLE = {role: concept(number) for number, role in enumerate(ROLES, start=1)}
HPV, HPV_OR_MENB, MENB, DOSE_1, DOSE_2, NASAL, NEEDLE, MATERNAL, FIVE, HEADING = map(concept, range(11, 21))
PRODUCT, NASAL_PRODUCT, FOREIGN_PRODUCT, DEGRADED, STRANGER = map(concept, range(31, 36))
ONE, TWO, DISEASES_OF_FIVE, DESCRIBES_ONE = "240532009", "55735004", "14189004", "65004017"
WRONG, ROUNDED, TEXT_CODE = "956951000000105", "632481000000000", "33879002"


def row(code: str, role: str = "given", **cells: str) -> dict[str, str]:
    return {"code": code, "role": role, "status": "active"} | S | cells


def product(code: str, **cells: str) -> dict[str, str]:
    return {"code": code, "term": "t", "status": "active", "note": "n"} | S | cells


def diseases(codes: str, keys: str, order_only: str = "no") -> dict[str, str]:
    return {"diseases": codes, "vaccine_type": "T", "programmes": keys, "order_only": order_only} | S


ROWS: Rows = {
    "snomed.csv": [
        *(row(code, role, programmes="hpv") for role, code in OF_ROLE.items()),
        row(HPV, programmes="hpv"),
        row(HPV_OR_MENB, programmes="hpv|menb"),
        row(MENB, programmes="menb"),
        row(DOSE_1, programmes="hpv", dose="1"),
        row(DOSE_2, programmes="hpv", dose="2"),
        row(NASAL, programmes="hpv", form="nasal"),
        row(NEEDLE, programmes="hpv", form="injected"),
        row(MATERNAL, programmes="hpv", pregnancy="yes"),
        row(FIVE, programmes="hpv", order_only="yes"),
        row(HEADING, "hierarchy"),
        row(DEGRADED, "degraded"),
        row(TEXT_CODE, "hierarchy"),
        *(row(code, "target-disease") for code in (ONE, TWO, DISEASES_OF_FIVE)),
    ],
    "read_v2.csv": [row("65M1.", programmes="menb", dose="3"), row("65M2.", "declined")],
    "products.csv": [
        product(PRODUCT, programmes="hpv|menb"),
        product(NASAL_PRODUCT, programmes="hpv", form="nasal"),
        product(FOREIGN_PRODUCT),
    ],
    "target_diseases.csv": [
        diseases(DISEASES_OF_FIVE, "menb", "yes"),
        diseases(ONE, "hpv"),
        diseases(f"{ONE}+{TWO}", "hpv|menb"),
    ],
    "description_ids.csv": [{"description": DESCRIBES_ONE, "concept": ONE} | S],
    "mangled_codes.csv": [{"code": ROUNDED, "category": "excel-passes"} | S],
    "null_flavours.csv": [{"code": "UNK", "meaning": "unknown"} | S],
    "routes.csv": [
        {"system": SNOMED, "code": "46713006", "term": "t", "form": "nasal"} | S,
        {"system": SNOMED, "code": "78421000", "term": "t", "form": "injected"} | S,
    ],
}


@pytest.fixture(scope="module")
def small() -> Catalogue:
    return small_catalogue(ROWS)


def coded(*codes: str) -> tuple[Coding, ...]:
    return tuple(Coding(READ if code.endswith(".") else SNOMED, code) for code in codes)


def meant(
    small: Catalogue,
    procedure: tuple[str, ...] = (),
    vaccine: tuple[str, ...] = (),
    ill: tuple[tuple[str, ...], ...] = (),
    route: tuple[str, ...] = (),
    text: bool = False,
) -> Interpretation:
    said = Statement(
        identifiers=(Identifier("s", "v"),),
        procedure=coded(*procedure),
        vaccine=coded(*vaccine),
        diseases=tuple(coded(*codes) for codes in ill),
        route=coded(*route),
        has_text=text,
    )
    return interpret(said, small)


def ref(small: Catalogue, code: str) -> str:
    [found] = small.look_up(coded(code)[0]).rows
    return found


def test_a_statement_without_codes(small: Catalogue) -> None:
    assert meant(small) == Interpretation(
        role=Role.UNKNOWN,
        programmes=frozenset(),
        named=False,
        problem=Reason.CODE_INVALID,
        invalid_beside=False,
        dose=None,
        form=None,
        pregnancy=False,
        order_only=False,
        rows=(),
    )


def test_a_statement_with_all_that_codes_can_say(small: Catalogue) -> None:
    found = meant(small, (MATERNAL, DOSE_1, FIVE, WRONG), (NASAL_PRODUCT,), ((ONE,),))
    rows = {ref(small, code) for code in (MATERNAL, DOSE_1, FIVE, NASAL_PRODUCT)}
    of_diseases = next(one.ref for one in small.disease_sets.values() if one.codes == {ONE})
    assert found == Interpretation(
        role=Role.GIVEN,
        programmes=frozenset({"hpv"}),
        named=True,
        problem=None,
        invalid_beside=True,
        dose=1,
        form="nasal",
        pregnancy=True,
        order_only=True,
        rows=tuple(sorted(rows | {of_diseases})),
    )


@pytest.mark.parametrize("strongest", range(len(ROLES)))
def test_of_several_roles_the_strongest_wins(small: Catalogue, strongest: int) -> None:
    codes = tuple(OF_ROLE[role] for role in ROLES[strongest:])
    for order in (codes, codes[::-1]):
        assert meant(small, order).role == ROLES[strongest]
        assert meant(small, (), order).role == ROLES[strongest]


@pytest.mark.parametrize(
    ("codes", "role"),
    [
        ((), Role.UNKNOWN),
        ((HEADING,), Role.UNKNOWN),
        ((HEADING, HPV), Role.GIVEN),
        ((PRODUCT,), Role.UNKNOWN),
        ((STRANGER,), Role.UNKNOWN),
        (("65M2.",), Role.DECLINED),
    ],
)
def test_what_is_no_procedure_has_no_role(small: Catalogue, codes: tuple[str, ...], role: Role) -> None:
    assert meant(small, codes).role is role


@pytest.mark.parametrize(
    ("procedure", "vaccine", "ill", "programmes", "named"),
    [
        ((HPV,), (), (), "hpv", True),
        ((), (PRODUCT,), (), "hpv menb", True),
        ((HPV_OR_MENB,), (NASAL_PRODUCT,), (), "hpv", True),
        ((HPV_OR_MENB, MENB), (), (), "menb", True),
        ((HPV,), (MENB,), (), "", True),
        ((HPV, MENB), (), (), "", True),
        ((HPV_OR_MENB,), (PRODUCT,), ((ONE,),), "hpv", True),
        ((), (), ((ONE,),), "hpv", True),
        ((), (), ((DESCRIBES_ONE,),), "hpv", True),
        ((), (), ((ONE,), (TWO,)), "hpv menb", True),
        ((HEADING,), (), ((TWO,),), "", False),
        ((HEADING,), (), ((STRANGER, ONE),), "", False),
        ((), (), (("65M1.", ONE),), "hpv", True),
        ((HPV,), (), ((ONE,), ()), "hpv", True),
        ((HPV,), (), ((MENB,),), "hpv", True),
        # Read codes name a programme only where no SNOMED code does
        (("65M1.",), (), (), "menb", True),
        (("65M1.", HPV), (), (), "hpv", True),
        (("65M1.", HEADING), (), (), "menb", True),
        (("65M1.", HPV), ("65M1.",), (), "", True),
        # codes that name nothing
        ((HEADING,), (FOREIGN_PRODUCT,), (), "", False),
        ((STRANGER,), (), (), "", False),
    ],
)
def test_the_programme_is_what_codes_have_in_common(
    small: Catalogue,
    procedure: tuple[str, ...],
    vaccine: tuple[str, ...],
    ill: tuple[tuple[str, ...], ...],
    programmes: str,
    named: bool,
) -> None:
    found = meant(small, procedure, vaccine, ill)
    assert (found.programmes, found.named) == (frozenset(programmes.split()), named)
    assert found.problem is (Reason.CODES_CONTRADICT if named and not programmes else None)


@pytest.mark.parametrize(
    ("codes", "text", "problem", "beside"),
    [
        ((HPV,), True, None, False),
        ((HPV, WRONG), False, None, True),
        ((HPV, MENB, WRONG), False, Reason.CODES_CONTRADICT, True),
        ((WRONG,), False, Reason.CODE_INVALID, False),
        ((WRONG,), True, Reason.CODE_INVALID, False),
        ((ROUNDED,), False, Reason.CODE_INVALID, False),
        (("?",), False, Reason.CODE_INVALID, False),
        (("754011000000118",), False, Reason.CODE_INVALID, False),
        ((HPV, ROUNDED), False, None, True),
        ((HPV, "?"), False, None, True),
        ((HPV, "754011000000118"), False, None, True),
        ((HPV, "UNK"), False, None, False),
        ((STRANGER,), False, None, False),
        ((STRANGER, WRONG), False, Reason.CODE_INVALID, False),
        (("UNK",), False, Reason.CODE_INVALID, False),
        (("UNK",), True, Reason.CODE_DEGRADED, False),
        ((), True, Reason.CODE_DEGRADED, False),
        ((STRANGER,), True, None, False),
        ((DEGRADED,), False, Reason.CODE_DEGRADED, False),
        ((DEGRADED, WRONG), False, Reason.CODE_DEGRADED, False),
        ((TEXT_CODE,), True, Reason.CODE_DEGRADED, False),
        ((TEXT_CODE,), False, None, False),
        ((HPV, DEGRADED), False, None, False),
    ],
)
def test_what_is_wrong_with_the_codes(
    small: Catalogue, codes: tuple[str, ...], text: bool, problem: Reason | None, beside: bool
) -> None:
    for found in (meant(small, codes, text=text), meant(small, (), codes, text=text)):
        assert (found.problem, found.invalid_beside) == (problem, beside)


def test_a_system_that_is_not_read_says_nothing(small: Catalogue) -> None:
    other = Statement(identifiers=(Identifier("s", "v"),), procedure=(Coding("http://local", "X"),))
    assert interpret(other, small).problem is Reason.CODE_INVALID


@pytest.mark.parametrize(
    ("procedure", "vaccine", "dose"),
    [
        ((DOSE_1,), (), 1),
        ((), (DOSE_2,), 2),
        ((DOSE_1,), (DOSE_2,), 1),
        ((DOSE_1, DOSE_2), (), None),
        ((DOSE_1, DOSE_2), (DOSE_2,), 2),
        ((DOSE_1, HPV), (), 1),
        (("65M1.",), (), 3),
        (("65M1.", HPV), (), None),
        ((HPV,), (), None),
    ],
)
def test_the_dose_that_codes_state(
    small: Catalogue, procedure: tuple[str, ...], vaccine: tuple[str, ...], dose: int | None
) -> None:
    assert meant(small, procedure, vaccine).dose == dose


@pytest.mark.parametrize(
    ("procedure", "vaccine", "route", "form"),
    [
        ((NASAL,), (), (), "nasal"),
        ((), (NASAL_PRODUCT,), (), "nasal"),
        ((NEEDLE,), (NASAL_PRODUCT,), (), None),
        ((NEEDLE,), (NASAL_PRODUCT,), ("46713006",), None),
        ((NEEDLE,), (), ("46713006",), "injected"),
        ((HPV,), (), ("46713006",), "nasal"),
        ((HPV,), (), ("78421000", STRANGER), "injected"),
        ((HPV,), (), ("46713006", "78421000"), None),
        ((HPV,), (), (), None),
    ],
)
def test_nasal_or_injected(
    small: Catalogue, procedure: tuple[str, ...], vaccine: tuple[str, ...], route: tuple[str, ...], form: str | None
) -> None:
    assert meant(small, procedure, vaccine, route=route).form == form


def test_a_contraindication_to_the_nasal_vaccine_is_told_by_the_procedure() -> None:
    beside = {"code_system": "snomed", "code": STRANGER, "term": "t", "programmes": "hpv", "status": "active"} | S
    for context, told in (("contraindicated-nasal-flu", True), ("pregnancy", False)):
        made = small_catalogue({"context_codes.csv": [beside | {"context": context}]})
        assert meant(made, (STRANGER,)).nasal_contraindicated is told
        assert not meant(made, (HPV,), (STRANGER,)).nasal_contraindicated


def test_pregnancy_and_order_are_told_by_procedures_and_diseases(small: Catalogue) -> None:
    assert [meant(small, (code,)).pregnancy for code in (MATERNAL, HPV, STRANGER)] == [True, False, False]
    assert meant(small, (), (MATERNAL,)).pregnancy
    assert [meant(small, (code,)).order_only for code in (FIVE, HPV, STRANGER)] == [True, False, False]
    assert [meant(small, (), (), ((code,),)).order_only for code in (DISEASES_OF_FIVE, ONE)] == [True, False]
