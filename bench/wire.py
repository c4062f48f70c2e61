"""Records as the lines of NDJSON that R4 and STU3 senders write: about 2,300 bytes each, names of nobody.

The parts that a vaccine decides are made once and joined; what comes out is the text that a sender's serialiser
would write, without blanks. A test reads every line back with a JSON parser.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bench.record import Person, Record
from bench.vaccines import CTV3, DMD, SNOMED, VACCINES, Vaccine

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
URN = "https://fhir.hl7.org.uk/Id/urn-school-number"
NHS = "https://fhir.nhs.uk/Id/nhs-number"
R4_PROCEDURE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
STU3_PROCEDURE = "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-VaccinationProcedure-1"
STU3_RECORDED = "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-DateRecorded-1"
MANGLED = "956951000000105"
"""A look-alike of a sound code that fails its check digit."""
DESCRIPTION = "65004017"
"""A description id that stands for the concept 38598009, measles, mumps and rubella."""
UNMAPPED = "3012345014"
DEGRADED = "196411000000103"
_LONDON = ZoneInfo("Europe/London")
_SITES = (("368208006", "Left upper arm structure"), ("368209003", "Right upper arm structure"))


def line(record: Record, stu3: bool) -> bytes:
    """The resource, and the end of the line."""
    return (_stu3(record) if stu3 else _r4(record)).encode()


def deletion(record: Record) -> bytes:
    """A transaction that deletes the record by its identifier."""
    url = f"Immunization?identifier={record.system}|{record.value}"
    return (
        f'{{"resourceType":"Bundle","type":"transaction","entry":[{{"request":{{"method":"DELETE","url":"{url}"}}}}]}}\n'
    ).encode()


def _r4(record: Record) -> str:
    vaccine, day = record.vaccine, _day(record.on)
    guid = f"{record.guid:032x}"
    system, place = (URN if record.location.isdigit() else ODS), record.location or record.performer or "X99999"
    return (
        f'{{"resourceType":"Immunization","id":"{_dashed(guid)}","meta":{{"versionId":"{record.version}",'
        f'"lastUpdated":"{day.text}T18:{record.version:02}:00.000Z",{_R4_START}'
        f"{_r4_patient(record.person, record.known)}],"
        f"{_r4_codes(vaccine.name, record.code)}"
        f'"identifier":[{{"system":"{record.system}","value":"{record.value}"}}],"status":"{record.status}",'
        f'"patient":{{"reference":"#Pat1"}},"occurrenceDateTime":"{_moment(record, day)}",'
        f'"recorded":"{day.text}","primarySource":{"true" if record.primary else "false"},'
        f'"location":{{"type":"Location","identifier":{{"system":"{system}","value":"{place}"}}}},'
        f'"lotNumber":"{record.lot}","expirationDate":"{day.later if record.late else day.expiry}",'
        f"{_r4_given(vaccine.name, record.guid & 1)}"
        f'"performer":[{{"actor":{{"reference":"#Pract1"}}}}{_r4_performer(record.performer)}]'
        f"{_r4_protocol(vaccine.name, record.code)}}}\n"
    )


def _stu3(record: Record) -> str:
    vaccine, day = record.vaccine, _day(record.on)
    guid = f"{record.guid:032X}"
    note = f',"note":[{{"text":"{record.note}"}}]' if record.note else ""
    administered = _ADMINISTERED if record.performer else ""
    return (
        f'{{"resourceType":"Immunization","id":"{_dashed(guid)}","meta":{{"versionId":"{record.version}",'
        f'"lastUpdated":"{day.text}T18:{record.version:02}:00.000+00:00",{_STU3_START}'
        f"{_stu3_patient(record.person, record.known)}{_stu3_people(record.performer)}],"
        f'"extension":[{{"url":"{STU3_RECORDED}","valueDateTime":"{day.text}"}}'
        f"{_stu3_codes(vaccine.name, record.code)}"
        f'"identifier":[{{"system":"{record.system}","value":"{record.value}"}}],"status":"{record.status}",'
        f'"notGiven":{"true" if record.code == "declined" else "false"},'
        f'"patient":{{"reference":"#patient"}},"date":"{_moment(record, day)}",'
        f'"primarySource":{"true" if record.primary else "false"},"lotNumber":"{record.lot}",'
        f'"expirationDate":"{day.later if record.late else day.expiry}",{_stu3_given(vaccine.name, record.guid & 1)}'
        f'"practitioner":[{{{administered}"actor":{{"reference":"#clinician"}}}}]{note}}}\n'
    )


_R4_START = (
    '"profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Immunization"]},"contained":[{"resourceType":'
    '"Practitioner","id":"Pract1","name":[{"family":"Zzclinician","given":["Zzgiven"]}]},'
)
_STU3_START = '"profile":["https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Immunization-1"]},"contained":['
_ADMINISTERED = (
    '"role":{"coding":[{"system":"http://hl7.org/fhir/v2/0443","code":"AP","display":"Administering Provider"}]},'
)


@lru_cache(maxsize=64)
def _r4_patient(person: Person, known: bool) -> str:
    return (
        '{"resourceType":"Patient","id":"Pat1","identifier":'
        f'[{{"system":"{NHS}","value":"{_number(person, known)}"}}],"name":[{{"family":'
        f'"Zzpatient{person.ordinal}","given":["Zzfictitious"]}}],"gender":"{person.sex}",'
        f'"birthDate":"{person.born}","address":[{{"postalCode":"ZZ99 3VZ"}}]}}'
    )


@lru_cache(maxsize=64)
def _stu3_patient(person: Person, known: bool) -> str:
    return (
        '{"resourceType":"Patient","id":"patient","meta":{"profile":["https://fhir.nhs.uk/STU3/StructureDefinition/'
        f'CareConnect-GPC-Patient-1"]}},"identifier":[{{"system":"{NHS}","value":"{_number(person, known)}"}}],'
        f'"name":[{{"use":"official","family":"Zzpatient{person.ordinal}","given":["Zzfictitious"]}}],'
        f'"gender":"{person.sex}","birthDate":"{person.born}"}}'
    )


@cache
def _r4_performer(code: str) -> str:
    if not code:
        return ""
    return (
        f',{{"actor":{{"type":"Organization","identifier":{{"system":"{ODS}","value":"{code}"}},'
        f'"display":"INVENTED ORGANISATION {code}"}}}}'
    )


@cache
def _stu3_people(code: str) -> str:
    """The contained clinician, and the organisation of the clinician's role where that is known."""
    clinician = '{"resourceType":"Practitioner","id":"clinician","name":[{"family":"Zzclinician","given":["Zzgiven"]}]}'
    if not code:
        return f",{clinician}"
    return (
        f',{clinician},{{"resourceType":"PractitionerRole","id":"role","practitioner":{{"reference":"#clinician"}},'
        '"organization":{"reference":"#organisation"}},{"resourceType":"Organization","id":"organisation","identifier":'
        f'[{{"system":"{ODS}","value":"{code}"}}],"name":"INVENTED ORGANISATION {code}"}}'
    )


def _dashed(guid: str) -> str:
    return f"{guid[:8]}-{guid[8:12]}-{guid[12:16]}-{guid[16:20]}-{guid[20:]}"


def _number(person: Person, known: bool) -> str:
    """The NHS number; with a wrong check digit where it was mistyped."""
    number = person.nhs_number
    return number if known else number[:9] + str((int(number[9]) + 1) % 10)


class _Day(NamedTuple):
    """A day as it is written: itself, the one before, two dates of expiry, hours by which London is ahead of UTC."""

    text: str
    before: str
    expiry: str
    later: str
    ahead: int


@cache
def _day(on: date) -> _Day:
    moved = datetime(on.year, on.month, on.day, tzinfo=_LONDON).utcoffset()
    expiry = f"{on.year + 1}-{on.month:02}-"
    return _Day(str(on), str(on - timedelta(days=1)), f"{expiry}28", f"{expiry}27", 1 if moved else 0)


def _moment(record: Record, day: _Day) -> str:
    if record.when == "month":
        return day.text[:7]
    hour, minute = 8 + record.guid % 10, record.guid % 60
    if record.when == "evening" and day.ahead:
        return f"{day.before}T23:{minute:02}:00+00:00"
    return f"{day.text}T{hour:02}:{minute:02}:00+0{day.ahead}:00"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _procedure(vaccine: Vaccine, code: str) -> dict[str, object] | None:
    """The procedure as a CodeableConcept."""
    sound = {"system": SNOMED, "code": vaccine.procedure, "display": vaccine.procedure_term}
    if code == "elsewhere":
        gone = {"system": SNOMED, "code": vaccine.elsewhere, "display": "given by other healthcare provider"}
        return {"coding": [gone]}
    if code == "declined":
        return {"coding": [{"system": SNOMED, "code": vaccine.declined or vaccine.procedure}]}
    if code == "degraded":
        entry = {"system": SNOMED, "code": DEGRADED, "display": "Transfer-degraded record entry"}
        return {"coding": [entry], "text": vaccine.procedure_term}
    if code == "text":
        return {"text": vaccine.procedure_term}
    if code == "described":
        return {"coding": [{"system": SNOMED, "code": DESCRIPTION, "display": "Measles-mumps-rubella vaccination"}]}
    if code == "unmapped":
        return {"coding": [{"system": SNOMED, "code": UNMAPPED}]}
    if code in ("mangled", "beside"):
        mangled: dict[str, object] = {"system": SNOMED, "code": MANGLED, "display": vaccine.procedure_term}
        return {"coding": [mangled]}
    return {"coding": [sound]}


def _bare(code: str) -> bool:
    """Whether nothing else in the resource names the vaccine."""
    return code in ("degraded", "text", "mangled", "unmapped")


@cache
def _r4_codes(name: str, code: str) -> str:
    vaccine = VACCINES[name]
    product: dict[str, object] = {"text": "not known"}
    if not _bare(code):
        product = {"coding": [{"system": DMD, "code": vaccine.product, "display": vaccine.product_term}]}
    procedure = {"url": R4_PROCEDURE, "valueCodeableConcept": _procedure(vaccine, code)}
    return f'"extension":[{_text(procedure)}],"vaccineCode":{_text(product)},'


@cache
def _stu3_codes(name: str, code: str) -> str:
    vaccine = VACCINES[name]
    unknown = {"system": "http://hl7.org/fhir/v3/NullFlavor", "code": "UNK", "display": "unknown"}
    product: dict[str, object] = {"coding": [unknown]}
    if not _bare(code) and code != "own":
        product = {"coding": [{"system": DMD, "code": vaccine.product, "display": vaccine.product_term}]}
    procedure = {"url": STU3_PROCEDURE, "valueCodeableConcept": _procedure(vaccine, code)}
    return f',{_text(procedure)}],"vaccineCode":{_text(product)},'


@cache
def _r4_protocol(name: str, code: str) -> str:
    vaccine = VACCINES[name]
    reason = ""
    if vaccine.reason:
        reason = f',"reasonCode":{_text([{"coding": [dict(zip(("system", "code"), vaccine.reason, strict=True))]}])}'
    if _bare(code):
        return reason
    diseases = vaccine.diseases if code != "contradicting" else (("56717001", "Tuberculosis (disorder)"),)
    dose: dict[str, object] = {"doseNumberString": "Dose sequence not recorded"}
    if vaccine.dose:
        dose = {"doseNumberPositiveInt": vaccine.dose}
    protocol = {"targetDisease": [_concept(*disease) for disease in diseases], **dose}
    return f'{reason},"protocolApplied":{_text([protocol])}'


@cache
def _r4_given(name: str, arm: int) -> str:
    vaccine = VACCINES[name]
    return f'"manufacturer":{_text({"display": vaccine.maker})},{_given(vaccine, arm)}'


@cache
def _stu3_given(name: str, arm: int) -> str:
    vaccine = VACCINES[name]
    reason = ""
    if vaccine.reason:
        system, code = vaccine.reason
        term = "Mother hepatitis B positive" if system == CTV3 else "Pregnant"
        said = {"coding": [{"system": system, "code": code, "display": term}]}
        reason = f'"explanation":{{"reason":[{_text(said)}]}},'
    return f"{reason}{_given(vaccine, arm)}"


def _given(vaccine: Vaccine, arm: int) -> str:
    site = ("279549004", "Nasal cavity structure") if vaccine.nasal else _SITES[arm]
    route = ("46713006", "Nasal route") if vaccine.nasal else ("78421000", "Intramuscular route")
    amount = {"value": 0.5, "unit": "millilitre", "system": SNOMED, "code": "258773002"}
    return f'"site":{_text(_concept(*site))},"route":{_text(_concept(*route))},"doseQuantity":{_text(amount)},'


def _concept(code: str, term: str) -> dict[str, object]:
    return {"coding": [{"system": SNOMED, "code": code, "display": term}]}
