"""What a rule of the book is made of: a sentence, what is given, and what the rules must make of it.

The cases are the one source: pytest holds the code to them, and the pages of docs/reference are written from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec
from adapter.reconcile.decide import decide
from adapter.reconcile.decision import Decision
from adapter.reconcile.record import Record
from adapter.reconcile.review import Review
from adapter.reconcile.rules import Rules
from msgspec import Struct
from small_england import catalogue, england
from wording import record_in_words, review_in_words


class Case(Protocol):
    """Anything that a rule can be shown by."""

    @property
    def says(self) -> str:
        """One sentence for a person who knows the field and no code."""

    def lines(self) -> list[str]:
        """What is given, and what is expected of it, in words."""

    def faults(self) -> list[str]:
        """Where the code answers otherwise; empty where it agrees."""


class Rule(Struct, frozen=True):
    """One row of a table of the book. `cells` are the row, `heading` the section that its cases stand in."""

    heading: str
    cells: tuple[str, ...]
    cases: tuple[Case, ...]


class Chapter(Struct, frozen=True):
    """A table of rules in the order in which they are asked, and the cases of each."""

    title: str
    text: str
    columns: tuple[str, ...]
    rules: tuple[Rule, ...]
    after: str = ""


class Expected(Struct, frozen=True):
    """What a record becomes. What is None is not part of the case."""

    outcome: str
    reason: str
    indicator: str | None = None
    practice: str | None = None
    supporting: tuple[str, ...] | None = None
    programme: str | None = None

    def __str__(self) -> str:
        told = f"**{self.outcome}**, `{self.reason}`"
        if self.indicator:
            told += f", {self.indicator}"
        if self.programme:
            told += f", programme {self.programme}"
        if self.practice:
            told += f", for {self.practice}"
        if self.supporting is not None:
            told += f", supported by {' and '.join(f'`{one}`' for one in self.supporting) or 'nothing else'}"
        return told

    def agrees(self, decision: Decision) -> bool:
        return (
            (self.outcome, self.reason) == (decision.outcome.value, decision.reason.value)
            and self.indicator in (None, decision.indicator)
            and self.practice in (None, decision.practice)
            and self.programme in (None, decision.programme)
            and self.supporting in (None, tuple(one.value for one in decision.supporting))
        )


class Doses(Struct, frozen=True):
    """Records of one patient, and what becomes of them: `expected` of the first, the second, ...; of what comes after
    the last of them the case says nothing. `vaccinations` is the number of real doses that they are.
    """

    says: str
    given: tuple[Record, ...]
    expected: tuple[Expected, ...] = ()
    vaccinations: int | None = None
    reviews: tuple[Review, ...] = ()
    sub_contractor: str = ""
    """A row of `sub_contractors.csv`."""

    def rules(self) -> Rules:
        given = england()
        if self.reviews:
            by_key: dict[tuple[str, str, str, str], tuple[Review, ...]] = {}
            for one in self.reviews:
                key = (one.practice, one.feed, one.system, one.value)
                by_key[key] = (*by_key.get(key, ()), one)
            given = msgspec.structs.replace(given, reviews=by_key)
        if self.sub_contractor:
            given = msgspec.structs.replace(given, catalogue=catalogue(self.sub_contractor))
        return given

    def decided(self) -> list[Decision]:
        """In the order of `given`. Raises AssertionError where records are lost, or their order matters."""
        rules = self.rules()
        decisions = decide(self.given, rules)
        assert len(decisions) == len(self.given), "not every record has one decision"
        assert decisions == decide(tuple(reversed(self.given)), rules), "the order of the records matters"
        by_key = {(one.record.feed, one.record.system or "", one.record.value): one for one in decisions}
        return [by_key[record.key] for record in self.given]

    def lines(self) -> list[str]:
        several = len(self.given) > 1
        told = [record_in_words(record, several) for record in self.given]
        for place, expected in enumerate(self.expected):
            told[place] += f" → {expected}"
        if self.sub_contractor:
            practice, provider, programme, _, first, last, *_ = self.sub_contractor.split(",")
            until = f" until {last}" if last else " on"
            told.append(f"{provider} is listed to give {programme} for {practice} from {first}{until}")
        told += map(review_in_words, self.reviews)
        if self.vaccinations is not None:
            told.append(f"→ **{self.vaccinations} vaccination{'s' if self.vaccinations > 1 else ''}**")
        return told

    def faults(self) -> list[str]:
        assert self.expected or self.vaccinations, "a case expects something"
        try:
            decisions = self.decided()
        except AssertionError as fault:
            return [f"{self.says} {fault}"]
        found = [
            f"{self.says} Expected of record {number}: {expected}. Decided: {_shown(decision)}."
            for number, (expected, decision) in enumerate(zip(self.expected, decisions, strict=False), start=1)
            if not expected.agrees(decision)
        ]
        doses = len({decision.vaccination for decision in decisions})
        if self.vaccinations not in (None, doses):
            found.append(f"{self.says} Expected {self.vaccinations} vaccinations, linked into {doses}.")
        return found


def _shown(decision: Decision) -> str:
    seen = Expected(
        decision.outcome.value,
        decision.reason.value,
        decision.indicator,
        decision.practice,
        tuple(one.value for one in decision.supporting),
        decision.programme,
    )
    return str(seen)


def doses(says: str, given: Record | Sequence[Record], *expected: Expected, **more: object) -> Doses:
    """A case in one line."""
    records = (given,) if isinstance(given, Record) else tuple(given)
    return Doses(says, records, expected, **more)  # type: ignore[arg-type]


def counted(indicator: str | None = None, reason: str = "performer-is-claimant", **more: object) -> Expected:
    return Expected("counted", reason, indicator, **more)  # type: ignore[arg-type]


def excluded(reason: str, indicator: str | None = None, **more: object) -> Expected:
    return Expected("excluded", reason, indicator, **more)  # type: ignore[arg-type]


def queried(reason: str, indicator: str | None = None, **more: object) -> Expected:
    return Expected("queried", reason, indicator, **more)  # type: ignore[arg-type]


def merged(reason: str = "twin", **more: object) -> Expected:
    return Expected("merged", reason, **more)  # type: ignore[arg-type]


def out_of_scope(reason: str, **more: object) -> Expected:
    return Expected("out_of_scope", reason, **more)  # type: ignore[arg-type]


def named(chapters: Sequence[Chapter]) -> list[tuple[str, Case]]:
    """Every case with a name to call it by: its rule's heading and its sentence."""
    return [
        (f"{rule.heading.rstrip('.')}: {case.says}", case)
        for chapter in chapters
        for rule in chapter.rules
        for case in rule.cases
    ]
