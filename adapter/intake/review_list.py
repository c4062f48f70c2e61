"""People's verdicts in bulk: a CSV file, taken as a whole or not at all.

A row names a decision by its id, or a record by feed, system, value and the practice that claims it. Whatever else
the file has is read over, and so is a row without verdict, who and note: a list of decisions can be filled in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast, get_args

from adapter.fhir import nhs_number
from adapter.normalise.official_file import Line, place, read_csv
from adapter.normalise.table import Problem
from adapter.reconcile.review import Review, Verdict
from adapter.store.runs import Decided
from adapter.store.store import Store

NEEDED = ("verdict", "by", "note")
RECORD = ("feed", "system", "value", "practice")
_VERDICTS: tuple[str, ...] = get_args(Verdict)


def read_reviews(content: bytes, store: Store) -> list[Review] | tuple[Problem, ...]:
    """The reviews of a file, not kept yet, or everything that is wrong with it by line. No problem shows a value."""
    lines = read_csv(content, place(1), NEEDED, ("decision", *RECORD))
    if isinstance(lines, Problem):
        return (lines,)
    lines = [line for line in lines if any(line[column] for column in NEEDED)]
    if not lines:
        return (Problem(place(1), 0, "", "There is no review in it."),)
    reviews: list[Review] = []
    problems: list[Problem] = []
    first: dict[tuple[str, str, str, str], int] = {}
    for line in lines:
        faults = [*_said(line)]
        decided = _decided(line, store)
        if isinstance(decided, Problem):
            problems += [*faults, decided]
            continue
        record, practice = decided.decision.record, decided.decision.practice or ""
        key = (practice, record.feed, record.system or "", record.value)
        earlier = first.setdefault(key, line.number)
        if earlier != line.number:
            faults.append(line.problem("", f"Line {earlier} has a verdict on this record: keep one of them."))
        problems += faults
        if not faults:
            reviews.append(Review(*key, cast(Verdict, line["verdict"]), line["by"], "", line["note"]))
    return tuple(sorted(problems)) if problems else reviews


def _said(line: Line) -> Iterator[Problem]:
    if line["verdict"] not in _VERDICTS:
        yield line.problem("verdict", f"Must be one of {', '.join(_VERDICTS)}.")
    for column in ("by", "note"):
        if not line[column]:
            yield line.problem(column, "Must not be empty: say who looked and what was seen.")
        elif nhs_number.occurs_in(line[column]):
            yield line.problem(column, "Holds what looks like an NHS number: leave it out.")


def _decided(line: Line, store: Store) -> Decided | Problem:
    """The decision that the line speaks of; it is claimed by a practice."""
    if line["decision"]:
        found = store.runs.decisions_like(line["decision"])
        if len(found) != 1:
            return line.problem("decision", "No decision has this id, or several begin so.")
        if found[0].decision.practice is None:
            return line.problem("decision", "No practice claims this record, so there is nothing to review.")
        return found[0]
    missing = [column for column in RECORD if not line[column] and column != "system"]
    if missing:
        return line.problem(missing[0], "Name a decision, or feed, system, value and practice of a record.")
    one = store.runs.decision_of(line["feed"], line["system"], store.pseudonym.mask(line["value"]))
    if one is None:
        return line.problem("value", "No record with this feed, system and value was decided.")
    if one.decision.practice != line["practice"].upper():
        return line.problem("practice", "This practice does not claim the record.")
    return one
