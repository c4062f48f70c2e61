"""Stories of doses that a hospital, a pharmacy or a school gave, and of what the patient's practice holds of them.

Each is made so that one row of the decision table is the first to match; it stands beside the story.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from bench.plan import Dose
from bench.record import Person, Record
from bench.teller import MAVIS, NOT_GMS, RAVS, Sent, Story, Teller, all_sent, asked


def _twin(teller: Teller, dose: Dose, person: Person, dice: Random) -> tuple[Record, Record]:
    """Both records: the giver's, and what the practice holds. Row 6 decides the practice's, whatever it says."""
    copy = teller.copy(dose, person, dice, "excluded")
    return teller.poc(dose, person, dice, "merged"), copy


def _fault(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Autumn 2024: the copy is made to look like the practice's own dose. Row 6."""
    given, copy = _twin(teller, dose, person, dice)
    copy.performer = copy.claimant
    return all_sent(given, copy)


def _fault_next_day(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """The same, written down a day late: the lot joins them. Row 6, in the month that the practice wrote."""
    given, copy = _twin(teller, dose, person, dice)
    copy.performer, copy.lot, given.on = copy.claimant, given.lot, dose.on - timedelta(days=1)
    return all_sent(given, copy) if dose.fits and dose.vaccine.alone else _fault(teller, dose, person, dice)


def _named(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    given, copy = _twin(teller, dose, person, dice)
    copy.performer = given.performer
    return all_sent(given, copy)


def _untold(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    return all_sent(*_twin(teller, dose, person, dice))


def _coded(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 4: a given-elsewhere code, withdrawn since; with nobody's own record."""
    if not dose.vaccine.elsewhere:
        return _named(teller, dose, person, dice)
    copy = teller.copy(dose, person, dice, "excluded")
    copy.code, copy.performer = "elsewhere", copy.claimant
    return all_sent(copy)


def _marked(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 5 where the system marks; else the performer says it, row 7."""
    copy = teller.copy(dose, person, dice, "excluded")
    if teller.stu3(copy.feed):
        copy.note, copy.performer = NOT_GMS, copy.claimant
    else:
        copy.performer = copy.giver
    return all_sent(copy)


def _alone(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """No practice has heard of it."""
    return all_sent(teller.poc(dose, person, dice, "out_of_scope"))


def _foreign_identifier(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 9: no twin, but the identifier is a point-of-care system's."""
    copy = teller.copy(dose, person, dice, asked(dose))
    copy.performer, copy.system = copy.claimant, RAVS if dose.place != "school" else MAVIS
    return all_sent(copy)


def _nothing_known(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 15."""
    return all_sent(teller.copy(dose, person, dice, asked(dose)))


def _undetectable(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Looks like the practice's own, nothing speaks against it until it is corrected: row 12, or row 11 where a mark
    is missing.
    """
    copy = teller.copy(dose, person, dice, "")
    copy.performer = copy.claimant
    copy.outcome = asked(dose, "queried" if teller.stu3(copy.feed) else "counted")
    return all_sent(copy)


USUAL: tuple[tuple[float, Story], ...] = (
    (0.03, _fault),
    (0.42, _named),
    (0.10, _untold),
    (0.06, _coded),
    (0.05, _marked),
    (0.02, _foreign_identifier),
    (0.04, _nothing_known),
    (1.00, _alone),
)
AUTUMN_2024: tuple[tuple[float, Story], ...] = (
    (0.42, _fault),
    (0.06, _fault_next_day),
    (0.10, _named),
    (0.06, _untold),
    (0.03, _coded),
    (0.03, _marked),
    (0.05, _foreign_identifier),
    (0.05, _nothing_known),
    (0.10, _undetectable),
    (1.00, _alone),
)
