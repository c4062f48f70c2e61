"""One record of the load before it is written: what a sender says, and what the rules make of it."""

from __future__ import annotations

from datetime import date

from bench.vaccines import Vaccine
from msgspec import Struct
from msgspec.structs import replace


class Person(Struct, frozen=True, eq=False):
    """A patient: NHS number, GUID in GP systems, birth date, FHIR sex, the numbers of the practice and of the trust."""

    ordinal: int
    nhs_number: str
    guid: str
    born: date
    sex: str
    practice: int
    trust: int


class Record(Struct):
    """One version of one Immunization.

    `on` is the day in London. `code` says what became of the codes: own, elsewhere, declined, degraded, text, described
    (a description id), mangled, beside (a mangled code beside a sound one), contradicting. `when` is time, evening (the
    London day starts before the UTC day) or month. `giver` is who really gave a dose that looks like the practice's, ""
    where that is not known; `correctable` marks a record whose source may send it again. `claimant` is the practice to
    which the rules would pay it, "" for none; `shown` says that its indicator and month are known.
    """

    feed: int
    person: Person
    vaccine: Vaccine
    on: date
    guid: int
    system: str
    performer: str
    outcome: str
    claimant: str = ""
    shown: bool = True
    version: int = 1
    location: str = ""
    code: str = "own"
    when: str = "time"
    note: str = ""
    primary: bool = True
    status: str = "completed"
    lot: str = ""
    known: bool = True
    giver: str = ""
    correctable: bool = False
    late: bool = False

    @property
    def value(self) -> str:
        """The identifier's value: of a GP system the patient's GUID and the event's, else the event's alone."""
        if self.system.startswith("https://EMISWeb/"):
            return f"{self.person.guid}{self.guid:032X}"
        event = f"{self.guid:032x}"
        return f"{event[:8]}-{event[8:12]}-{event[12:16]}-{event[16:20]}-{event[20:]}"

    def corrected(self) -> Record:
        """The next version: who gave it if that is known by now, else another detail. It decides otherwise only where
        the dose was counted for the practice and somebody else gave it.
        """
        if not self.giver:
            return replace(self, version=self.version + 1, late=True, correctable=False)
        outcome = "excluded" if self.outcome in ("counted", "queried") else self.outcome
        return replace(
            self,
            version=self.version + 1,
            performer=self.giver,
            location="",
            outcome=outcome,
            late=True,
            correctable=False,
        )
