"""Whom it was given to: a keyed hash of the NHS number, the birth date and the sex, and nothing else of the person."""

from __future__ import annotations

from msgspec import Struct

from adapter.fhir import nhs_number
from adapter.fhir.context import Found, Json
from adapter.fhir.dates import birth_date
from adapter.fhir.element import child, children, object_, text
from adapter.fhir.entry import Entry
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import PatientFault

_SEXES = frozenset({"male", "female", "other", "unknown"})


class Person(Struct, frozen=True):
    """`pointer` is where the NHS number stands, `at` the place of the Patient that the reference leads to, if any."""

    hash: str
    fault: PatientFault | None
    born: str
    sex: str
    pointer: str
    at: str | None


def person(reference: Found, entry: Entry, holder: Found | None = None) -> Person:
    """The patient that a `patient` or `subject` Reference means: the NHS numbers of the Patient that it leads to and of
    its own identifier (the searched shape). Never "the only Patient there is".

    Several different valid numbers are a fault, and so are only invalid ones, or none.
    """
    if entry.context.lone:
        return _person(reference, entry, holder)
    return entry.context.once_led(
        ("person", entry.pseudonym), reference.resource, lambda: _person(reference, entry, holder)
    )


def _person(reference: Found, entry: Entry, holder: Found | None) -> Person:
    found = entry.follow(reference, holder)
    if found and text(found.resource, "resourceType") != "Patient":
        found = None
    written = _current(found) if found else []
    if _is_nhs(object_(reference.resource, "identifier")):
        written.insert(0, child(reference, "identifier"))
    valid = {
        number: each.pointer for each in reversed(written) if (number := nhs_number.parse(text(each.resource, "value")))
    }
    born = birth_date(found.resource.get("birthDate")) if found else ""
    sex = text(found.resource, "gender").lower() if found else ""
    fault: PatientFault | None = None
    if len(valid) != 1:
        fault = "conflicting" if valid else "invalid" if written else "absent"
    digest, pointer = _only(valid, entry.pseudonym)
    return Person(digest, fault, born, sex if sex in _SEXES else "", pointer, found.pointer if found else None)


def hash_of(patient: Found, pseudonym: Pseudonym) -> str:
    """The hash of a Patient resource; "" where it has no valid NHS number or several."""
    numbers = [nhs_number.parse(text(each.resource, "value")) for each in _current(patient)]
    return _only({number: "" for number in numbers if number}, pseudonym)[0]


def _only(numbers: dict[nhs_number.NhsNumber, str], pseudonym: Pseudonym) -> tuple[str, str]:
    if len(numbers) != 1:
        return "", ""
    ((number, pointer),) = numbers.items()
    return pseudonym.patient(number.digits), pointer


def _current(patient: Found) -> list[Found]:
    """The NHS number identifiers; an old one (`use: old`, a period with an end) only where there is no current one."""
    written = [each for each in children(patient, "identifier") if _is_nhs(each.resource)]
    return written if len(written) < 2 else [each for each in written if not _is_old(each.resource)] or written


def _is_old(identifier: Json) -> bool:
    return text(identifier, "use") == "old" or bool(text(object_(identifier, "period"), "end"))


def _is_nhs(identifier: Json) -> bool:
    return text(identifier, "system") == nhs_number.SYSTEM and bool(text(identifier, "value"))
