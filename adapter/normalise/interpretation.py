"""From the codes of one statement to its role, its programmes and its dose.

Only codes speak: display text is never read. The procedure decides whether a vaccine was given; the set of target
diseases, the procedure and the product name the programme together, by what they have in common.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from adapter.fhir.statement import Coding, Statement
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.code_entry import Meaning
from adapter.normalise.disease_set import DiseaseSet
from adapter.reasons import Reason


class Role(StrEnum):
    """What the procedure code says of the giving. The order is the order in which one of several wins."""

    GIVEN_ELSEWHERE = "given-elsewhere"
    NOT_DONE = "not-done"
    DECLINED = "declined"
    CONTRAINDICATED = "contraindicated"
    REQUIRES = "requires"
    GIVEN = "given"
    UNKNOWN = "unknown"

    __hash__ = str.__hash__


_BY_RANK = tuple(Role)
_DEGRADED_WITH_TEXT = "33879002"
"""Active immunisation: with a text it stands in for a code that a transfer lost."""


class Interpretation(Struct, frozen=True):
    """`programmes` are fine keys that diseases, procedure and product have in common: empty where they name none or
    contradict one another. `problem` is the reason for a query, if there is one; `named` says that some code names a
    programme at all; `invalid_beside` that an unusable code stands beside sound ones. `rows` are the table rows read.
    `nasal_contraindicated`: it is itself the record of a contraindication to the nasal influenza vaccine.
    """

    role: Role
    programmes: frozenset[str]
    named: bool
    problem: Reason | None
    invalid_beside: bool
    dose: int | str | None
    form: str | None
    pregnancy: bool
    order_only: bool
    rows: tuple[str, ...]
    nasal_contraindicated: bool = False


_REMEMBERED = 50_000
_Codes = tuple[tuple[Coding, ...], tuple[Coding, ...], tuple[tuple[Coding, ...], ...], tuple[Coding, ...], bool]


class Interpreter:
    """Remembers what it was asked: the same few codes come in millions of records."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[_Codes, Interpretation] = {}

    def interpret(self, statement: Statement) -> Interpretation:
        """What the codes of a statement say."""
        key = (statement.procedure, statement.vaccine, statement.diseases, statement.route, statement.has_text)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[key] = interpret(statement, self._catalogue)
        return found


def interpret(statement: Statement, catalogue: Catalogue) -> Interpretation:
    """What the codes say; nothing else of the statement is looked at."""
    procedure = _meanings(statement.procedure, catalogue)
    vaccine = _meanings(statement.vaccine, catalogue)
    procedures = [meaning for meaning in procedure + vaccine if meaning.entry and meaning.entry.role != "product"]
    role = min((_role(meaning) for meaning in procedures), key=_BY_RANK.index, default=Role.UNKNOWN)
    diseases = _diseases(statement, catalogue)
    named = [
        programmes
        for programmes in (
            diseases.programmes if diseases else None,
            _common(_decisive(procedure)),
            _common(_decisive(vaccine)),
        )
        if programmes is not None
    ]
    common = frozenset.intersection(*named) if named else frozenset()
    readable = [meaning for meaning in procedure + vaccine if meaning.kind not in ("null-flavour", "other-system")]
    unusable = [meaning for meaning in readable if meaning.kind in _UNUSABLE]
    return Interpretation(
        role=role,
        programmes=common,
        named=bool(named),
        problem=_problem(statement, named, common, readable),
        invalid_beside=bool(unusable) and bool(named),
        dose=_dose(procedure, vaccine),
        form=_form(statement, procedure, vaccine, catalogue),
        pregnancy=any(meaning.entry.pregnancy for meaning in procedures if meaning.entry),
        order_only=any(meaning.entry.order_only for meaning in procedures if meaning.entry)
        or (diseases is not None and diseases.order_only),
        rows=_rows(procedure + vaccine, diseases),
        nasal_contraindicated=any(
            catalogue.context_role(coding.system, coding.code) == "contraindicated-nasal-flu"
            for coding in statement.procedure
        ),
    )


_UNUSABLE = frozenset({"check-digit", "mangled", "not-an-id", "description"})


def _meanings(codings: Iterable[Coding], catalogue: Catalogue) -> list[Meaning]:
    return [catalogue.look_up(coding) for coding in codings]


def _rows(meanings: Iterable[Meaning], diseases: DiseaseSet | None) -> tuple[str, ...]:
    rows = {row for meaning in meanings for row in meaning.rows}
    return tuple(sorted(rows | ({diseases.ref} if diseases else set())))


def _role(meaning: Meaning) -> Role:
    entry = meaning.entry
    if entry is None or entry.role not in Role._value2member_map_:
        return Role.UNKNOWN
    return Role(entry.role)


def _decisive(meanings: list[Meaning]) -> list[Meaning]:
    """The codings that name the programme: SNOMED first, Read and CTV3 where no SNOMED coding names one."""
    naming = [meaning for meaning in meanings if meaning.entry and meaning.entry.programmes]
    snomed = [meaning for meaning in naming if meaning.entry and meaning.entry.system == "snomed"]
    return snomed or naming


def _common(meanings: list[Meaning]) -> frozenset[str] | None:
    sets = [meaning.entry.programmes for meaning in meanings if meaning.entry]
    return frozenset.intersection(*sets) if sets else None


def _diseases(statement: Statement, catalogue: Catalogue) -> DiseaseSet | None:
    """The disease set, or None where it is not a known one and so says nothing."""
    codes = []
    for codings in statement.diseases:
        concept = next((found for coding in codings if (found := catalogue.concept(coding))), None)
        if concept is None:
            return None
        codes.append(concept)
    return catalogue.disease_sets.get(frozenset(codes)) if codes else None


def _problem(
    statement: Statement, named: list[frozenset[str]], common: frozenset[str], readable: list[Meaning]
) -> Reason | None:
    if named:
        return None if common else Reason.CODES_CONTRADICT
    degraded = any(
        meaning.kind == "degraded" or (meaning.concept == _DEGRADED_WITH_TEXT and statement.has_text)
        for meaning in readable
    )
    if degraded or (not readable and statement.has_text):
        return Reason.CODE_DEGRADED
    if not readable or any(meaning.kind in _UNUSABLE for meaning in readable):
        return Reason.CODE_INVALID
    return None


def _dose(procedure: list[Meaning], vaccine: list[Meaning]) -> int | str | None:
    """The dose that the code states; two codes that state different doses state none."""
    for meanings in (procedure, vaccine):
        stated = {meaning.entry.dose for meaning in _decisive(meanings) if meaning.entry and meaning.entry.dose}
        if len(stated) == 1:
            return next(iter(stated))
    return None


def _form(statement: Statement, procedure: list[Meaning], vaccine: list[Meaning], catalogue: Catalogue) -> str | None:
    """Nasal or injected, by procedure and product, else by the route; a contradiction tells neither."""
    forms = {meaning.entry.form for meaning in procedure + vaccine if meaning.entry and meaning.entry.form}
    routes = {form for coding in statement.route if (form := catalogue.route_form(coding))}
    told = forms or routes
    return next(iter(told)) if len(told) == 1 else None
