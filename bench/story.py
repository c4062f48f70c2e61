"""What became of one dose on its way into the records: who wrote it down, what got lost or changed, and what the rules
make of each record that there is of it.

The answers come from the rules' text by construction. Nothing here asks the product.
"""

from __future__ import annotations

from random import Random

from bench.given_elsewhere import AUTUMN_2024, USUAL
from bench.given_here import GIVEN_HERE
from bench.plan import Dose
from bench.record import Person
from bench.teller import Sent, Story, Teller


def tell(teller: Teller, dose: Dose, person: Person, dice: Random, *, evenly: bool = False) -> list[Sent]:
    """What is sent of a dose, in the order of each feed. The newest version of each record bears its outcome.

    `evenly` makes every story as likely as every other, so that a small load holds all of them.
    """
    stories = _stories(dose)
    if evenly:
        return dice.choice(stories)[1](teller, dose, person, dice)
    left = dice.random()
    for share, story in stories:
        left -= share
        if left < 0:
            return story(teller, dose, person, dice)
    return stories[-1][1](teller, dose, person, dice)


def _stories(dose: Dose) -> tuple[tuple[float, Story], ...]:
    """Those of the fault for maternal doses in hospitals, September to December 2024."""
    if dose.place == "practice":
        return GIVEN_HERE
    faulty = dose.place == "hospital" and dose.vaccine.programme in ("pertussis", "rsv-pregnant")
    return AUTUMN_2024 if faulty and (2024, 9) <= (dose.on.year, dose.on.month) <= (2024, 12) else USUAL
