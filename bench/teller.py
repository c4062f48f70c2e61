"""Who writes records of a dose, and how: the practice's own record, the giver's, and the practice's copy of that."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.england import England
from bench.plan import Dose
from bench.record import Person, Record
from msgspec import Struct

RAVS = "https://www.ravs.england.nhs.uk/"
MAVIS = "http://manage-vaccinations-in-schools.nhs.uk/vaccination_records"
PHARMACY_SYSTEM = "https://pharmacy.example/vaccinations"
GMS, NOT_GMS = "GMS : GMS", "GMS : Not GMS"


class Sent(Struct, frozen=True):
    """One thing that arrives: a `record`'s version, its deletion, or the same bytes again. `invalid` names a fault for
    which it must be quarantined.
    """

    record: Record
    kind: str = "version"
    invalid: str = ""


class Teller:
    """Writes the records of one England."""

    def __init__(self, said: England) -> None:
        self.england = said

    def stu3(self, feed: int) -> bool:
        return self.england.feeds[feed].stu3

    def own(self, dose: Dose, person: Person, dice: Random, practice: int | None = None) -> Record:
        """The practice's own record of a dose that it gave: row 12, counted."""
        number = person.practice if practice is None else practice
        code = self.england.practices[number]
        return Record(
            number,
            person,
            dose.vaccine,
            dose.on,
            dice.getrandbits(128),
            f"https://EMISWeb/{code}",
            code,
            "counted" if dose.fits else "excluded",
            code,
            note=GMS if self.stu3(number) else "",
            lot=f"{dose.vaccine.name[:2].upper()}{dice.randrange(100_000):05}",
            correctable=True,
        )

    def giver(self, dose: Dose, person: Person) -> tuple[int, str, str, str]:
        """Who gave a dose elsewhere: feed, code, location, identifier system."""
        if dose.place == "hospital":
            code = self.england.trusts[person.trust]
            site = f"{code}01"
            return self.england.feed_of_trust(person.trust), site if person.ordinal % 3 else code, "", RAVS
        if dose.place == "school":
            code = self.england.schools[person.practice % len(self.england.schools)]
            return self.england.school_feed, code, str(100_001 + person.ordinal % 300), MAVIS
        code = self.england.pharmacies[person.ordinal % len(self.england.pharmacies)]
        return self.england.pharmacy_feed, code, "", PHARMACY_SYSTEM

    def poc(self, dose: Dose, person: Person, dice: Random, outcome: str) -> Record:
        """The giver's own record. Nobody is paid for it: a twin, or out of scope."""
        feed, code, location, system = self.giver(dose, person)
        return Record(
            feed,
            person,
            dose.vaccine,
            dose.on,
            dice.getrandbits(128),
            system,
            code,
            outcome,
            lot=f"{dose.vaccine.name[:2].upper()}{dice.randrange(100_000):05}",
            location=location,
        )

    def copy(self, dose: Dose, person: Person, dice: Random, outcome: str) -> Record:
        """What a practice holds of a dose given elsewhere: with nothing that says who gave it."""
        made = self.own(dose, person, dice)
        made.performer, made.note, made.outcome = "", "", outcome
        made.giver = self.giver(dose, person)[1]
        return made


Story = Callable[[Teller, Dose, Person, Random], list[Sent]]
"""Teller, the dose, the patient, dice → what is sent."""


def all_sent(*records: Record) -> list[Sent]:
    return [Sent(record) for record in records]


def asked(dose: Dose, outcome: str = "queried") -> str:
    """The outcome of rows 8 to 15, which are asked after the payment count's own rules."""
    return outcome if dose.fits else "excluded"
