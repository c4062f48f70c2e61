"""Stories of doses that the practice gave itself, and of what gets lost or changed on the way into its record.

Each is made so that one row of the decision table is the first to match; it stands beside the story.
"""

from __future__ import annotations

from random import Random

from bench.plan import Dose
from bench.record import Person
from bench.teller import NOT_GMS, RAVS, Sent, Story, Teller, all_sent, asked


def _own(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    made = teller.own(dose, person, dice)
    if dice.random() < 0.3:  # known only later: somebody else gave it
        made.giver = f"{teller.england.trusts[person.trust]}01"
    return all_sent(made)


def _branch(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Its branch is the practice itself: row 12."""
    made = teller.own(dose, person, dice)
    made.performer = teller.england.branch(person.practice) or made.performer
    return all_sent(made)


def _in_the_evening(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Just after midnight in London and the day before in UTC: the London month counts."""
    made = teller.own(dose, person, dice)
    made.when = "evening"
    return all_sent(made)


def _performer_lost(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 13 where the GMS mark says own, else row 15."""
    made = teller.own(dose, person, dice)
    made.performer = ""
    made.outcome = asked(dose, "counted" if made.note else "queried")
    return all_sent(made)


def _secondary(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 10."""
    made = teller.own(dose, person, dice)
    made.primary, made.note, made.outcome = False, "", asked(dose)
    return all_sent(made)


def _place_conflicts(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 8: at a trust's site, by the practice. STU3 sends no location here, and is row 5 instead."""
    made = teller.own(dose, person, dice)
    if teller.stu3(made.feed):
        made.note, made.outcome = NOT_GMS, "excluded"
    else:
        made.location, made.outcome = f"{teller.england.trusts[person.trust]}01", asked(dose)
    return all_sent(made)


def _mark_missing(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 11 in a feed that marks; where nothing is marked nothing is missing."""
    made = teller.own(dose, person, dice)
    if made.note:
        made.note, made.outcome = "", asked(dose)
    return all_sent(made)


def _copied_in(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 9: born in a point-of-care system, in a practice's feed, and nobody confirms. A GMS mark there is none."""
    made = teller.own(dose, person, dice)
    made.system, made.note, made.outcome = RAVS, "", asked(dose)
    return all_sent(made)


def _degraded(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Only text or a degraded code: queried, for no programme."""
    if not dose.vaccine.alone:
        return _own(teller, dose, person, dice)
    made = teller.own(dose, person, dice)
    made.code = "text" if made.guid & 1 else "degraded"
    made.outcome, made.shown, made.correctable = "queried", False, False
    return all_sent(made)


def _mangled(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """No usable code: a check digit that fails, a description id in no table."""
    if not dose.vaccine.alone:
        return _own(teller, dose, person, dice)
    made = teller.own(dose, person, dice)
    made.code = "unmapped" if made.guid & 1 else "mangled"
    made.outcome, made.shown, made.correctable = "queried", False, False
    return all_sent(made)


def _mangled_beside(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """The product still says what it was, but never that it was in pregnancy."""
    made = teller.own(dose, person, dice)
    if dose.vaccine.alone and dose.vaccine.programme not in ("pertussis", "six-in-one", "covid"):
        made.code = "beside"
    return all_sent(made)


def _described(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """A description id that the table maps is as good as its concept."""
    made = teller.own(dose, person, dice)
    if dose.vaccine.name == "mmr-1":
        made.code = "described"
    return all_sent(made)


def _contradicting(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Disease, procedure and product do not overlap. STU3 diseases are never read."""
    made = teller.own(dose, person, dice)
    if dose.vaccine.alone and not teller.stu3(made.feed):
        made.code, made.outcome, made.shown, made.correctable = "contradicting", "queried", False, False
    return all_sent(made)


def _in_error(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 1, by a later version."""
    if not dose.vaccine.alone:
        return _own(teller, dose, person, dice)
    made = teller.own(dose, person, dice)
    made.correctable = False
    withdrawn = made.corrected()
    withdrawn.status, withdrawn.outcome = "entered-in-error", "excluded"
    return all_sent(made, withdrawn)


def _deleted(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 1, by a delete."""
    if not dose.vaccine.alone:
        return _own(teller, dose, person, dice)
    made = teller.own(dose, person, dice)
    made.outcome, made.correctable = "excluded", False
    return [Sent(made), Sent(made, "delete")]


def _not_given(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Row 2."""
    if not dose.vaccine.alone:
        return _own(teller, dose, person, dice)
    made = teller.own(dose, person, dice)
    made.code, made.outcome, made.correctable = "declined", "excluded", False
    made.status = "completed" if teller.stu3(made.feed) else "not-done"
    return all_sent(made)


def _two_versions(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """First without its performer; the newest version wins."""
    first = teller.own(dose, person, dice)
    second = first.corrected()
    second.correctable = True
    first.performer = ""
    return all_sent(first, second)


def _older_later(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """The older version arrives last, and changes nothing."""
    first, second = (each.record for each in _two_versions(teller, dose, person, dice))
    return all_sent(second, first)


def _typed_twice(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Two records of one day: one vaccination, decided on the smaller identifier (recorded the same day)."""
    one, two = teller.own(dose, person, dice), teller.own(dose, person, dice)
    one.correctable = two.correctable = False
    max(one, two, key=lambda record: record.value).outcome = "merged"
    return all_sent(one, two)


def _sent_twice(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    made = teller.own(dose, person, dice)
    return [Sent(made), Sent(made, "again")]


def _moved(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """The patient moved: the new practice holds a copy whose performer is gone (row 15), whatever its old mark says."""
    made = teller.own(dose, person, dice)
    copy = teller.own(dose, person, dice, (made.feed + 1) % len(teller.england.practices))
    copy.guid, copy.system = made.guid, f"https://PSSAdaptor/{made.claimant}"
    copy.performer, copy.outcome = "", asked(dose)
    made.correctable = copy.correctable = False
    return all_sent(made, copy) if copy.feed != made.feed else all_sent(made)


def _moved_with_performer(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """The copy names the practice that gave it: row 7 for the new one."""
    sent = _moved(teller, dose, person, dice)
    for each in sent[1:]:
        each.record.performer, each.record.outcome = sent[0].record.performer, "excluded"
    return sent


def _claimed_twice(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """The copy looks like the new practice's own: queried for both. In a feed that marks, the mark of a record born
    elsewhere is none: row 11 for the new practice, and the old one's stands.
    """
    sent = _moved(teller, dose, person, dice)
    for each in sent[1:]:
        copy = each.record
        copy.performer = copy.claimant
        if not teller.stu3(copy.feed):
            sent[0].record.outcome = asked(dose)
    return sent


def _through_a_poc_system(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """The practice typed it into a point-of-care system: it claims by its performer, row 12."""
    made = teller.own(dose, person, dice)
    made.feed, made.system, made.note = teller.england.feed_of_trust(person.trust), RAVS, ""
    made.correctable = False
    return all_sent(made)


def _twin_confirms(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Its own feed lost the performer, the point-of-care record names it: row 14."""
    twin = _through_a_poc_system(teller, dose, person, dice)[0].record
    made = teller.own(dose, person, dice)
    made.performer, made.note, made.correctable = "", "", False
    twin.outcome = "merged"
    return all_sent(twin, made)


def _unknown_patient(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """No valid NHS number: queried, before the rules of the payment count are asked."""
    if not dose.vaccine.alone:
        return _own(teller, dose, person, dice)
    made = teller.own(dose, person, dice)
    made.known, made.outcome, made.correctable = False, "queried", False
    return all_sent(made)


def _imprecise(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """A month is no day, and belongs to no count."""
    if not dose.vaccine.alone:
        return _own(teller, dose, person, dice)
    made = teller.own(dose, person, dice)
    made.when, made.outcome, made.shown, made.correctable = "month", "queried", False, False
    return all_sent(made)


def _invalid(teller: Teller, dose: Dose, person: Person, dice: Random) -> list[Sent]:
    """Beside the sound record one that cannot be taken."""
    made = teller.own(dose, person, dice)
    faulty = teller.own(dose, person, dice)
    return [Sent(made), Sent(faulty, invalid=FAULTS[faulty.guid % len(FAULTS)])]


FAULTS = ("status", "calendar", "boolean", "cut", "misspelt")


GIVEN_HERE: tuple[tuple[float, Story], ...] = (
    (0.875, _own),
    (0.015, _branch),
    (0.012, _in_the_evening),
    (0.010, _performer_lost),
    (0.004, _secondary),
    (0.003, _place_conflicts),
    (0.006, _mark_missing),
    (0.002, _copied_in),
    (0.003, _degraded),
    (0.002, _mangled),
    (0.002, _mangled_beside),
    (0.004, _described),
    (0.001, _contradicting),
    (0.004, _in_error),
    (0.003, _deleted),
    (0.006, _not_given),
    (0.014, _two_versions),
    (0.002, _older_later),
    (0.004, _typed_twice),
    (0.004, _sent_twice),
    (0.008, _moved),
    (0.003, _moved_with_performer),
    (0.001, _claimed_twice),
    (0.004, _through_a_poc_system),
    (0.002, _twin_confirms),
    (0.002, _unknown_patient),
    (0.002, _imprecise),
    (1.000, _invalid),
)
"""Each story with its share; the last takes what is left."""
