"""Counts and decisions as scripts read them, and counts in CQRS's words: JSON arrays, NDJSON lines and CSV, always in
one order.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.reconcile.decision import Decision


class Line(Struct, frozen=True):
    """A count in CQRS's words; CQRS's own upload layout is not public. `financial_year` is of the achievement date,
    `service_provider` the practice's ODS code. `run`, `count` and `root` lead back to the records, `checkpoint` is the
    signed ledger that binds them. `publication` is None for what was not published. `supersedes` is the publication
    that gave the same count before, otherwise, with `superseded_value`.
    """

    financial_year: str
    quality_service: str
    service_provider: str
    achievement_date: str
    indicator: str
    value: int
    notes: str
    state: str
    run: str
    count: str
    root: str
    checkpoint: str
    publication: int | None = None
    supersedes: int | None = None
    superseded_value: int | None = None


LINE_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Line))
COUNT_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Achievement))


def counts_json(achievements: Iterable[Achievement]) -> str:
    """One array, one count a line."""
    return _array(json.dumps(msgspec.to_builtins(one), ensure_ascii=False) for one in achievements)


def counts_csv(achievements: Iterable[Achievement]) -> str:
    """The columns of the JSON in the same order; several holds are joined by a vertical bar."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(COUNT_COLUMNS)
    for one in achievements:
        row = msgspec.to_builtins(one)
        writer.writerow("|".join(row[name]) if name == "holds" else row[name] for name in COUNT_COLUMNS)
    return sheet.getvalue()


def line(count: Achievement, notes: str, checkpoint: str) -> Line:
    """Of a count that was not published."""
    held = f"held: {', '.join(count.holds)}" if count.state == "held" else ""
    beside = f"{count.excluded} excluded, {count.queried} queried" if count.excluded or count.queried else ""
    return Line(
        financial_year=financial_year(count.achievement_date),
        quality_service=count.service,
        service_provider=count.practice,
        achievement_date=count.achievement_date,
        indicator=count.indicator,
        value=count.value,
        notes="; ".join(each for each in (held, beside, notes) if each),
        state=count.state,
        run=count.run,
        count=count.count,
        root=count.root,
        checkpoint=checkpoint,
    )


def financial_year(day: str) -> str:
    """Of a day `YYYY-MM-DD`: from 1 April to 31 March, as `2024/25`."""
    year = int(day[:4]) - (day[5:7] < "04")
    return f"{year}/{(year + 1) % 100:02}"


def lines_json(lines: Iterable[Line]) -> str:
    """One array, one count a line."""
    return _array(json.dumps(msgspec.to_builtins(one), ensure_ascii=False) for one in lines)


def lines_csv(lines: Iterable[Line]) -> str:
    """The columns of the JSON in the same order."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(LINE_COLUMNS)
    writer.writerows(msgspec.structs.astuple(one) for one in lines)
    return sheet.getvalue()


def decision_line(run: str, id_: str, decision: Decision) -> str:
    """One decision as one line of NDJSON; `grounds` are for the trace and stay out."""
    record = decision.record
    return json.dumps(
        {
            "run": run,
            "decision": id_,
            "outcome": decision.outcome.value,
            "reason": decision.reason.value,
            "supporting": [reason.value for reason in decision.supporting],
            "practice": decision.practice,
            "programme": decision.programme,
            "indicator": decision.indicator,
            "period": decision.period,
            "occurred": decision.occurred,
            "vaccination": decision.vaccination,
            "record": {
                "feed": record.feed,
                "system": record.system,
                "value": record.value,
                "version": record.version,
                "sha256": record.sha256,
                "pointer": record.pointer,
            },
        },
        ensure_ascii=False,
    )


def _array(items: Iterable[str]) -> str:
    return "[" + ",\n ".join(items) + "]\n"
