"""From a code of the directory to the organisation that answers for it on a day: site to operator, closed to successor.

Steps 2 to 4 of the domain's "Resolving a code". Where the directory allows two answers the answer is `ambiguous`,
where it allows none it is `unknown`: both end in a question to a person, never in a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from adapter.organisations.as_at import RoleReading, is_open, is_operator, lifetime, operators_on
from adapter.organisations.organisation import Organisation, Relationship, Role
from adapter.organisations.period import Period
from adapter.organisations.resolution import Resolution
from adapter.organisations.succession import Lines

_DAY = timedelta(days=1)
_SOME_DAY = date(2000, 1, 1)
"""Stands for every day where nothing in a record is dated."""


class RollingUp:
    """The rules over one directory; holds no state of its own."""

    def __init__(self, organisations: Mapping[str, Organisation], lines: Lines, reading: RoleReading) -> None:
        self._organisations = organisations
        self._lines = lines
        self._reading = reading

    def knows(self, code: str) -> bool:
        """Whether the code has a record, or a recorded successor."""
        return code in self._organisations or bool(self._lines.successors(code))

    def is_open(self, code: str, on: date) -> bool:
        """Whether the record was in being on the day."""
        organisation = self._organisations.get(code)
        return organisation is not None and is_open(organisation, on)

    def on(self, code: str, on: date) -> Resolution:
        """The answer for a day."""
        return self._follow(code, on)

    def whenever(self, code: str) -> Resolution:
        """The answer that holds on every day on which the record was in being and not yet succeeded: the latest one
        if all agree in kind and, for practices, in line; otherwise ambiguous. Days on which nothing can be told
        count as disagreement.
        """
        answers = [self._follow(code, day) for day in self._turns(code)]
        if not answers:
            return Resolution("unknown", code, path=(f"{code} has no dates of its own",))
        last = answers[-1]
        agreed = all(answer.kind == last.kind for answer in answers)
        if agreed and last.kind == "practice":
            agreed = {answer.practice for answer in answers} <= self._lines.line(last.practice)
        if agreed:
            return last
        return Resolution("ambiguous", code, code, path=(f"{code} differs over time, and the day is not known",))

    def boundaries(self, code: str) -> tuple[date, ...]:
        """The days on which the answer for a code may become another one; between two of them it stays as it is. They
        are those of the record, of its operators, and of all that came after these.
        """
        days: set[date] = set()
        seen: set[str] = set()
        ahead = {code}
        while ahead:
            seen |= ahead
            known = [self._organisations[name] for name in ahead if name in self._organisations]
            operators = {row.target for organisation in known for row in organisation.relationships if is_operator(row)}
            after = {later for name in ahead for later in self._lines.successors(name)}
            days.update(day for organisation in known for day in _changes(organisation))
            days.update(start for name in ahead for start in self._lines.successors(name).values() if start)
            ahead = (operators | after) - seen
        return tuple(sorted(days))

    def _follow(self, code: str, on: date, seen: frozenset[str] = frozenset(), as_operator: bool = False) -> Resolution:
        """Itself while it is in being, its successor from the day of a recorded succession on. `as_operator` asks
        for who operates somebody else's site: such a one is never asked for an operator of its own.
        """
        organisation = self._organisations.get(code)
        period = lifetime(organisation) if organisation else Period()
        if period is None:
            return Resolution("unknown", code, path=(f"{code} has no dates and no roles",))
        if period.before(on):
            return Resolution("unknown", code, path=(f"{code} {period} not yet open",))
        came_after = [
            (successor, start)
            for successor, start in sorted(self._lines.successors(code).items())
            if successor not in seen and (on >= start if start else period.after(on))
        ]
        if came_after:
            answer = self._succeeded(code, came_after, on, seen | {code}, as_operator)
            if answer.kind != "unknown" or period.after(on):
                return answer
        if organisation is None:
            return Resolution("unknown", code, path=(f"{code} is not in the directory",))
        if period.after(on):
            return Resolution("unknown", code, path=(f"{code} {period} closed, no successor",))
        return self._itself(organisation, on, as_operator)

    def _succeeded(
        self, code: str, came_after: list[tuple[str, date | None]], on: date, seen: frozenset[str], as_operator: bool
    ) -> Resolution:
        """One successor answers for the code; several do where they all give one answer, or are all no practice."""
        answers = [self._follow(successor, on, seen, as_operator) for successor, _ in came_after]
        steps = tuple(f"{code} succeeded by {successor} {start or ''}".rstrip() for successor, start in came_after)
        first = answers[0]
        if all((answer.kind, answer.organisation) == (first.kind, first.organisation) for answer in answers):
            return Resolution(first.kind, code, first.organisation, first.practice, steps + first.path)
        if all(answer.kind == "other-provider" for answer in answers):
            return Resolution("other-provider", code, code, path=steps)
        return Resolution("ambiguous", code, code, path=steps)

    def _itself(self, organisation: Organisation, on: date, as_operator: bool) -> Resolution:
        code = organisation.code
        being, role = self._reading.being(organisation, on)
        path = (_row(code, role),) if role else (f"{code} no role in force",)
        match being:
            case "practice":
                mark = self._reading.practice_role(organisation, on)
                marked = (_row(code, mark),) if mark else ()
                return Resolution("practice", code, code, code, path + marked)
            case "branch" | "site" if as_operator:
                return Resolution("other-provider", code, code, path=path)
            case "branch" | "site":
                return self._operated(organisation, on, path)
            case "commissioner":
                return Resolution("not-provider", code, code, path=path)
            case "unknown":
                return Resolution("unknown", code, path=path)
            case _:
                return Resolution(being, code, code, path=path)

    def _operated(self, site: Organisation, on: date, path: tuple[str, ...]) -> Resolution:
        """The practice or trust that operates the site. None in force, or one that is neither: the site itself,
        some other provider. Several: ambiguous (both are inferences of the domain's source).
        """
        operators = operators_on(site, on)
        path += tuple(
            f"{site.code} {operator.code} {operator.target} {operator.validity.deciding}" for operator in operators
        )
        alone = Resolution("other-provider", site.code, site.code, path=path)
        if len(operators) != 1:
            return Resolution("ambiguous", site.code, site.code, path=path) if operators else alone
        target = operators[0].target
        answer = self._follow(target, on, as_operator=True)
        path += answer.path
        operator = self._organisations.get(answer.organisation or target)
        if answer.kind == "unknown" and self._trust_at_any_rate(site, operators[0], on):
            return Resolution("other-provider", site.code, target, path=path)
        if answer.kind == "practice" and not self._reading.plainly_a_site(site, on):
            return Resolution("ambiguous", site.code, site.code, path=(*path, f"{site.code} has a further role"))
        if answer.kind in ("practice", "ambiguous", "unknown"):
            return Resolution(answer.kind, site.code, answer.organisation, answer.practice, path)
        if answer.kind == "other-provider" and operator is not None and self._reading.ever_trust(operator):
            return Resolution("other-provider", site.code, operator.code, path=path)
        return Resolution("other-provider", site.code, site.code, path=path)

    def _trust_at_any_rate(self, site: Organisation, operated: Relationship, on: date) -> bool:
        """Whether an operator of which nothing can be told on the day is no practice all the same: it is named as a
        trust, is known as one, or operates a trust's site and is not in the directory.
        """
        operator = self._organisations.get(operated.target)
        if operator is not None:
            return self._reading.ever_trust(operator)
        return self._reading.stated_trust(operated.target_role) or self._reading.is_trust_site(site, on)

    def _turns(self, code: str) -> list[date]:
        """One day out of every stretch of the record's life in which nothing changes about it, its operators and
        what came after those, oldest first; up to the day of its own succession.
        """
        days: set[date] = set()
        seen: set[str] = set()
        ahead = {code}
        while ahead:
            seen |= ahead
            known = [self._organisations[name] for name in ahead if name in self._organisations]
            for organisation in known:
                days.update(_changes(organisation))
            starts = [start for name in ahead for start in self._lines.successors(name).values() if start]
            days.update(starts)
            operators = {row.target for organisation in known for row in organisation.relationships if is_operator(row)}
            ahead = (operators | {after for name in ahead - {code} for after in self._lines.successors(name)}) - seen
        days.add(min(days) - _DAY if days else _SOME_DAY)
        own = lifetime(self._organisations[code]) if code in self._organisations else None
        succeeded = [start for start in self._lines.successors(code).values() if start]
        return [
            day
            for day in sorted(days)
            if own is not None and own.holds(day) and not any(day >= start for start in succeeded)
        ]


def _changes(organisation: Organisation) -> list[date]:
    validities = [
        *([organisation.validity] if organisation.validity else []),
        *(role.validity for role in organisation.roles),
        *(row.validity for row in organisation.relationships if is_operator(row)),
    ]
    return [
        day
        for period in (validity.deciding for validity in validities)
        for day in (period.start, period.end + _DAY if period.end and period.end < date.max else None)
        if day
    ]


def _row(code: str, role: Role) -> str:
    return f"{code} {role.code} {role.validity.deciding}"
