"""A difference of two runs as scripts read it: JSON, NDJSON, CSV. Sorted, and the same bytes for the same runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import msgspec

from adapter.achievement.estimate import Estimate, estimates
from adapter.normalise.catalogue import Catalogue
from adapter.provenance.difference import By, ByRecord, ByReview, Change, Effect
from adapter.provenance.effects import Difference
from adapter.reasons import Outcome
from adapter.reconcile.decision import Decision

COLUMNS = (
    "practice",
    "programme",
    "indicator",
    "period",
    "occurred",
    "vaccination",
    "feed",
    "system",
    "value",
    "outcome_before",
    "reason_before",
    "outcome_after",
    "reason_after",
    "counted",
    "cause",
    "because",
)
"""Of the CSV. `counted` is 1, 0 or -1: by how much the record itself moves the counts. Several causes and what brought
them about are joined by a vertical bar.
"""


def money(found: Difference, catalogue: Catalogue) -> list[Estimate]:
    """What the difference of the counts is worth, by practice and programme."""
    return estimates(
        ((one.practice, one.programme, one.period, one.after - one.before) for one in found.counts), catalogue
    )


def difference_json(found: Difference, catalogue: Catalogue) -> str:
    """One object."""
    return _json(_head(found) | {name: [*rows] for name, rows in _rows(found, catalogue).items()}) + "\n"


def difference_ndjson(found: Difference, catalogue: Catalogue) -> Iterator[str]:
    """A line for the runs, each count, each estimate, each record; `line` says which it is."""
    yield _json({"line": "runs"} | _head(found)) + "\n"
    for name, rows in _rows(found, catalogue).items():
        for row in rows:
            yield _json({"line": _LINES[name]} | row) + "\n"


def difference_csv(found: Difference) -> Iterator[str]:
    """A row for each record."""
    for row in (COLUMNS, *map(_cells, found.changes)):
        sheet = io.StringIO()
        csv.writer(sheet, lineterminator="\n").writerow(row)
        yield sheet.getvalue()


def said_by(one: By) -> str:
    """What brought a change about, in one line."""
    if isinstance(one, ByRecord):
        came = ", ".join(f"{each.kind} in delivery {each.delivery[:12]} at {each.pointer or '/'}" for each in one.came)
        return f"{one.feed} {one.system}|{one.value}" + (f" ({came})" if came else "")
    if isinstance(one, ByReview):
        of = f"{one.feed} {one.system}|{one.value}"
        return f"review {one.verdict} by {one.who} for {one.practice} on {one.when[:10]} of {of}"
    then, now = (", ".join(each) or "nothing" for each in (one.before, one.after))
    return then if then == now else f"{then} → {now}"


def said_of(effect: Effect) -> str:
    """An effect in one line: from what to what, and why."""
    because = "; ".join(map(said_by, effect.by))
    return " or ".join(effect.causes) + (f": {because}" if because else "")


def verdict(decision: Decision | None) -> str:
    return f"{decision.outcome.value}: {decision.reason.value}" if decision else "–"


_LINES = {"counts": "count", "money": "estimate", "records": "record"}


def _head(found: Difference) -> dict[str, Any]:
    return {"a": found.first.id, "b": found.second.id, "apart": found.apart}


def _rows(found: Difference, catalogue: Catalogue) -> dict[str, Iterator[dict[str, Any]]]:
    return {
        "counts": (msgspec.to_builtins(one) for one in found.counts),
        "money": (msgspec.to_builtins(one) for one in money(found, catalogue)),
        "records": map(_change, found.changes),
    }


def _change(change: Change) -> dict[str, Any]:
    one = change.shown
    return {
        "practice": one.practice,
        "programme": one.programme,
        "indicator": one.indicator,
        "period": one.period,
        "occurred": one.occurred,
        "vaccination": one.vaccination,
        "record": {"feed": one.record.feed, "system": one.record.system, "value": one.record.value},
        "before": _decided(change.before),
        "after": _decided(change.after),
        "counted": _counted(change),
        "causes": list(change.causes),
        "effects": [
            {
                "causes": list(effect.causes),
                "before": _decided(effect.before),
                "after": _decided(effect.after),
                "by": [_by(each) for each in effect.by],
            }
            for effect in change.effects
        ],
    }


def _by(one: By) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(one)
    for origin in said.get("came", ()):
        del origin["sequence"]
    return said


def _decided(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "outcome": decision.outcome.value,
        "reason": decision.reason.value,
        "version": decision.record.version,
        "sha256": decision.record.sha256,
    }


def _cells(change: Change) -> tuple[object, ...]:
    one, was, now = change.shown, change.before, change.after
    return (
        *(one.practice, one.programme, one.indicator, one.period, one.occurred, one.vaccination),
        *(one.record.feed, one.record.system, one.record.value),
        *((was.outcome.value, was.reason.value) if was else (None, None)),
        *((now.outcome.value, now.reason.value) if now else (None, None)),
        _counted(change),
        "|".join(change.causes),
        "|".join(map(said_of, change.effects)),
    )


def _counted(change: Change) -> int:
    return sum(sign for one, sign in ((change.before, -1), (change.after, 1)) if one and one.outcome is Outcome.COUNTED)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
