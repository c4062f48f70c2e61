"""What one version of one resource says, free of any rule.

A statement keeps codes, dates and organisations *as they were sent*. Nothing is looked up, rolled up or judged
here: `normalise` and `organisations` do that at run time, so that a changed table never needs the feed again.
It holds no name, no address and no NHS number: the patient is a keyed hash, and an identifier value that holds
a valid NHS number is replaced by `sha256:` and its keyed digest.

It is stored as JSON text, one for each record of England, so what is usual is left out of it: SNOMED CT, ODS codes, a
completed R4 Immunization, the places where pieces are usually read. Text that names these all the same means the same.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Status = Literal["completed", "not-done", "entered-in-error"]
PatientFault = Literal["absent", "invalid", "conflicting"]

SNOMED = "http://snomed.info/sct"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"


def usual(text: str, default: str) -> str:
    """`text`, as the very object `default` where it equals that: only then does the encoding leave it out."""
    return default if text == default else text


class Identifier(Struct, frozen=True, gc=False, order=True, omit_defaults=True):
    """A business identifier. `system` is "" where the source sent none; `value` is masked if it held an NHS number."""

    system: str
    value: str


class Coding(Struct, frozen=True, gc=False, omit_defaults=True):
    """A coding as sent. `system` and `code` are stripped of blanks, nothing else is changed; the display is never kept.
    A `system` that was not sent is "", not the default.

    `number` is true where the code came as a JSON integer: read exactly, but possibly rounded by its sender.
    `description` is the SNOMED description id that came in an extension of the coding, if any.
    """

    system: str = SNOMED
    code: str = ""
    description: str = ""
    number: bool = False


class OrganisationRef(Struct, frozen=True, gc=False, order=True, omit_defaults=True):
    """An organisation as a source names it: `code` upper-case without blanks, `system` as sent.

    `code` is "" where something was sent that cannot be a code (free text, an over-long value): an unknown code.
    """

    system: str = ODS
    code: str = ""


class SourceOrder(Struct, frozen=True, gc=False, omit_defaults=True):
    """What the source itself says of a version's place among the versions of its record.

    `version` is `meta.versionId` (or an entry's etag) as a number; `updated` is `meta.lastUpdated` (or
    `response.lastModified`) in UTC, ISO 8601 with microseconds and `Z`, so that text order is time order;
    `history` is the position in a history Bundle, 0 = the newest.
    """

    version: int | None = None
    updated: str = ""
    history: int | None = None


UNORDERED = SourceOrder()
"""Of a source that says nothing of it."""


class ContextCode(Struct, frozen=True, gc=False, order=True, omit_defaults=True):
    """A coding about the same patient from beside the vaccination itself: its reason, a contained resource or a
    Condition, Observation or Procedure of the same Bundle. `date` is its Europe/London date, "" where unknown.
    """

    system: str = SNOMED
    code: str = ""
    date: str = ""


class Statement(Struct, frozen=True, gc=False, omit_defaults=True):
    """One version of one Immunization (or of the Procedure or Observation of a health check)."""

    identifiers: tuple[Identifier, ...]
    """Sorted, never empty: without an identifier it is (“”, resource id)."""
    fhir: Literal["R4", "STU3"] = "R4"
    resource: Literal["Immunization", "Procedure", "Observation"] = "Immunization"
    status: Status = "completed"
    resource_id: str = ""
    order: SourceOrder = UNORDERED
    event_keys: tuple[str, ...] = ()
    """GUIDs within the identifier values: dashes dropped, upper case, the last 32 characters."""
    not_given: bool = False
    """`notGiven`, or a note that says `Reason not given:`; a status or a code that says so is not repeated here."""
    patient: str = ""
    """Keyed hash of a valid NHS number, lower-case hex; "" where there is none."""
    patient_fault: PatientFault | None = None
    born: str = ""
    """Birth date as sent: a year, a month or a day."""
    sex: str = ""
    occurred: str = ""
    """Date given, as sent, with its precision and offset."""
    recorded: str = ""
    procedure: tuple[Coding, ...] = ()
    vaccine: tuple[Coding, ...] = ()
    has_text: bool = False
    """The procedure or vaccine concept carries a text. The text itself is never kept."""
    diseases: tuple[tuple[Coding, ...], ...] = ()
    """One tuple of codings for each target disease."""
    dose: int | None = None
    route: tuple[Coding, ...] = ()
    performer: tuple[OrganisationRef, ...] = ()
    """Each performing organisation once, sorted. Several mean absent (the decision says so, not the reading)."""
    location: OrganisationRef | None = None
    gms_notes: tuple[str, ...] = ()
    """Distinct GMS markers of a STU3 note: `GMS`, `Not GMS`, `GMS (Another Practice)`; sorted."""
    flags: dict[str, bool] = {}
    """Boolean extensions of the resource itself by URL: one of them may be the GMS attribute."""
    primary_source: bool | None = None
    lot: str = ""
    """Upper case without blanks."""
    context: tuple[ContextCode, ...] = ()
    """Sorted, each once."""
    evidence: dict[str, str] = {}
    """Where each piece was read that was not read from its usual place: `evidence.pointers` gives them all. Field name
    → JSON pointer within the resource, or `bundle#` and a pointer from the root of the document it came in."""


class Withdrawal(Struct, frozen=True, gc=False, omit_defaults=True):
    """A delete. It names its record by resource type and id, by identifiers, or by both."""

    identifiers: tuple[Identifier, ...] = ()
    resource_id: str = ""
    order: SourceOrder = UNORDERED
    resource: str = "Immunization"
