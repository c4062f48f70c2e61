"""Which one of the programmes that the codes allow: by age, then by pregnancy.

Ages: child-flu at 2 and 3 years on 31 August, seasonal-flu at any other; RSV for older adults from 56 on;
four-in-one below 10 years; pcv below 2 years, pneumococcal from 2 years (inference). Then, between a pregnancy
programme and another, pregnancy evidence. A four-in-one dose given to a pregnant patient belongs to pertussis, whatever
its code names (cqrs: PT001), unless she is known to be below 10 years.
"""

from __future__ import annotations

from collections.abc import Callable

from adapter.normalise.indicator import AgePeriod
from adapter.reconcile.person import Person, at_least, last_31_august, within

_CHILDRENS = frozenset({"four-in-one"})
_PREGNANCY_PROGRAMMES = frozenset({"pertussis", "rsv-pregnant"})


def narrow(programmes: frozenset[str], person: Person) -> frozenset[str]:
    """The programmes that age and pregnancy leave: the same set where nothing tells."""
    if len(programmes) < 2 and programmes != _CHILDRENS:
        return programmes
    left = programmes
    for one, other, is_one in _BY_AGE:
        if one in left and other in left:
            answer = is_one(person)
            if answer is not None:
                left = left - {other if answer else one}
    pregnancy = left & _PREGNANCY_PROGRAMMES
    if pregnancy and left - pregnancy and person.pregnant:
        return pregnancy
    if left == _CHILDRENS and person.pregnant and not _below(AgePeriod(years=10))(person):
        return frozenset({"pertussis"})
    return left


def _child_flu(person: Person) -> bool | None:
    return within(person.born, last_31_august(person.on), AgePeriod(years=2), AgePeriod(years=4))


def _from(age: AgePeriod) -> Callable[[Person], bool | None]:
    return lambda person: at_least(person.born, person.on, age)


def _below(age: AgePeriod) -> Callable[[Person], bool | None]:
    return lambda person: within(person.born, person.on, None, age)


_BY_AGE: tuple[tuple[str, str, Callable[[Person], bool | None]], ...] = (
    ("child-flu", "seasonal-flu", _child_flu),
    ("rsv-older", "rsv-pregnant", _from(AgePeriod(years=56))),
    ("four-in-one", "pertussis", _below(AgePeriod(years=10))),
    ("pcv", "pneumococcal", _below(AgePeriod(years=2))),
)
