"""Patients and the doses that they had: six kinds of people, each with the record that one has by spring 2025.

A dose is planned with the day and the place; whether it passes the rules of its payment count (its age, season, order)
is known here, because the days are chosen so. Days after the last one of the load are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from bench.england import England
from bench.record import Person
from bench.vaccines import VACCINES, Vaccine
from msgspec import Struct

FIRST_MONTH, LAST_MONTH = "2024-04", "2025-03"
"""The year that is run."""
_LAST_DAY = date(2025, 3, 27)
_SPREAD = 0x9E3779B97F4A7C15F39CC0605CEDC835
_PLACEHOLDERS = frozenset({"9999999999"})


class Dose(Struct, frozen=True):
    """A dose to be given: `fits` says that it passes every rule of its payment count, `place` is practice, hospital,
    school or pharmacy.
    """

    vaccine: Vaccine
    on: date
    place: str
    fits: bool = True


Planned = tuple[date, str, list[Dose]]
"""Birth date, sex, doses in any order."""


def nhs_numbers() -> Iterator[str]:
    """The valid numbers of the 999 test range, in order: 909,090 and no more."""
    base = sum(9 * (10 - place) for place in range(3))
    for number in range(1_000_000):
        digits = f"{number:06}"
        total = base + sum(int(digit) * (7 - place) for place, digit in enumerate(digits))
        check = 11 - total % 11
        if check != 10:
            said = f"999{digits}{check % 11}"
            if said not in _PLACEHOLDERS:
                yield said


def people(said: England, seed: int) -> Iterator[tuple[Person, list[Dose], Random]]:
    """Patients without end but that of the NHS numbers, each with doses by day and the dice of its own story."""
    for ordinal, number in enumerate(nhs_numbers()):
        dice = Random(seed * 1_000_003 + ordinal)
        kind = _kind(dice.random())
        practice = dice.randrange(len(said.practices))
        born, sex, doses = kind(dice)
        guid = f"{ordinal * _SPREAD % (1 << 128):032X}"
        person = Person(ordinal, number, guid, born, sex, practice, practice // 10 % len(said.trusts))
        yield person, sorted((dose for dose in doses if dose.on <= _LAST_DAY), key=_by_day), dice


def _kind(left: float) -> Callable[[Random], Planned]:
    for share, kind in _KINDS:
        left -= share
        if left < 0:
            return kind
    return _KINDS[-1][1]


def _by_day(dose: Dose) -> tuple[date, str]:
    return dose.on, dose.vaccine.name


def _day(dice: Random, first: date, days: int) -> date:
    return first + timedelta(days=dice.randrange(days))


def _at(dice: Random, *shares: tuple[str, float]) -> str:
    """A place by its share; the practice otherwise."""
    roll = dice.random()
    for place, share in shares:
        roll -= share
        if roll < 0:
            return place
    return "practice"


def _dose(dice: Random, name: str, on: date, *shares: tuple[str, float], fits: bool = True) -> Dose:
    return Dose(VACCINES[name], on, _at(dice, *shares), fits)


def _course_of_a_baby(dice: Random, born: date) -> list[Dose]:
    hospital = ("hospital", 0.03)

    def after(name: str, days: int) -> Dose:
        return _dose(dice, name, born + timedelta(days=days + dice.randrange(7)), hospital)

    return [
        after("six-1", 57),
        after("menb-1", 57),
        after("rota-1", 57),
        after("six-2", 88),
        after("rota-2", 88),
        after("pcv-1", 88),
        after("six-3", 119),
        after("menb-2", 119),
        after("hib-menc", 368),
        after("mmr-1", 368),
        after("pcv-2", 368),
        after("menb-booster", 368),
    ]


def _sex(dice: Random) -> str:
    return "female" if dice.random() < 0.5 else "male"


def _baby(dice: Random) -> Planned:
    born = _day(dice, date(2023, 3, 1), 700)
    doses = _course_of_a_baby(dice, born)
    if dice.random() < 0.03:
        doses += [
            Dose(VACCINES["hepb-birth"], born, "hospital"),
            Dose(VACCINES["hepb-4w"], born + timedelta(days=30 + dice.randrange(4)), "practice"),
            Dose(VACCINES["hepb-12m"], born + timedelta(days=376 + dice.randrange(10)), "practice"),
        ]
    return born, _sex(dice), doses


def _small_child(dice: Random) -> Planned:
    born = _day(dice, date(2020, 9, 5), 340)
    booster = born + timedelta(days=1_226 + dice.randrange(40))
    doses = [
        *_course_of_a_baby(dice, born),
        Dose(VACCINES["four-in-one"], booster, "practice"),
        Dose(VACCINES["mmr-2"], booster, "practice"),
        *(Dose(VACCINES["child-flu"], _day(dice, date(year, 9, 15), 70), "practice") for year in (2023, 2024)),
    ]
    return born, _sex(dice), doses


def _pupil(dice: Random) -> Planned:
    born = _day(dice, date(2009, 9, 5), 720)
    year_8 = date(born.year + (13 if born.month >= 9 else 12), 10, 1)
    doses = [
        _dose(dice, "school-flu", _day(dice, date(year, 9, 20), 70), ("school", 0.92)) for year in range(2021, 2025)
    ]
    menacwy = _day(dice, date(year_8.year + 1, 10, 1), 200)
    fits = menacwy >= date(born.year + 14, born.month, born.day)
    doses.append(_dose(dice, "menacwy", menacwy, ("school", 0.85), fits=fits))
    doses.append(_dose(dice, "td-ipv", menacwy, ("school", 0.85)))
    if dice.random() < 0.85:
        doses.append(Dose(VACCINES["hpv"], _day(dice, year_8, 200), "school", fits=False))
    else:
        doses.append(Dose(VACCINES["hpv"], date(born.year + 14, born.month, 1) + timedelta(days=40), "practice"))
    return born, _sex(dice), doses


def _pregnant(dice: Random) -> Planned:
    born = _day(dice, date(1985, 1, 1), 6_500)
    day = _day(dice, date(2024, 4, 3), 355)
    doses = [
        _dose(dice, "pertussis", day, ("hospital", 0.5)),
        *(
            _dose(dice, "flu", _day(dice, date(year, 9, 20), 80), ("hospital", 0.1), ("pharmacy", 0.2))
            for year in range(2020, 2025)
        ),
        *(
            _dose(dice, "covid-autumn", _day(dice, date(year, 10, 1), 60), ("pharmacy", 0.7), fits=False)
            for year in (2022, 2023, 2024)
        ),
    ]
    if day >= date(2024, 9, 1):
        rsv = min(day + timedelta(days=dice.randrange(40)), _LAST_DAY)
        doses.append(_dose(dice, "rsv-pregnant", rsv, ("hospital", 0.55)))
    return born, "female", doses


def _grown_up(dice: Random) -> Planned:
    born = _day(dice, date(1962, 1, 1), 7_000)
    doses = [_dose(dice, "flu", _day(dice, date(year, 9, 15), 90), ("pharmacy", 0.3)) for year in range(2018, 2025)]
    doses += [
        _dose(dice, "covid-autumn", _day(dice, date(year, 10, 1), 60), ("pharmacy", 0.8), fits=False)
        for year in (2021, 2022, 2023)
    ]
    if dice.random() < 0.3:
        doses.append(_dose(dice, "ppv", _day(dice, date(2022, 1, 10), 1_100), ("pharmacy", 0.05)))
    return born, _sex(dice), doses


def _old(dice: Random) -> Planned:
    born = _day(dice, date(1945, 6, 1), 1_550)
    shingles = _day(dice, date(2023, 9, 5), 400)
    doses = [
        *(_dose(dice, "flu", _day(dice, date(year, 9, 12), 90), ("pharmacy", 0.25)) for year in range(2018, 2025)),
        *(
            _dose(dice, name, _day(dice, date(year, month, 5), 70), ("pharmacy", 0.8), fits=False)
            for year in (2022, 2023, 2024)
            for name, month in (("covid-spring", 4), ("covid-autumn", 9))
        ),
        _dose(dice, "ppv", _day(dice, date(2020, 1, 10), 1_800)),
        _dose(dice, "shingles-1", shingles, ("pharmacy", 0.02)),
        _dose(dice, "shingles-2", shingles + timedelta(days=180 + dice.randrange(60)), ("pharmacy", 0.02)),
    ]
    if dice.random() < 0.7:
        doses.append(_dose(dice, "rsv-older", _day(dice, date(2024, 9, 2), 200), ("pharmacy", 0.1)))
    return born, _sex(dice), doses


_KINDS: tuple[tuple[float, Callable[[Random], Planned]], ...] = (
    (0.14, _baby),
    (0.10, _small_child),
    (0.16, _pupil),
    (0.14, _pregnant),
    (0.22, _grown_up),
    (1.00, _old),
)
