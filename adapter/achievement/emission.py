"""Counts and decisions as scripts read them: JSON arrays, NDJSON lines and CSV, always in one order."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

import msgspec

from adapter.achievement.achievement import Achievement
from adapter.reconcile.decision import Decision

COUNT_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Achievement))


def counts_json(achievements: Iterable[Achievement]) -> str:
    """One array, one count a line."""
    lines = [json.dumps(msgspec.to_builtins(one), ensure_ascii=False) for one in achievements]
    return "[" + ",\n ".join(lines) + "]\n"


def counts_csv(achievements: Iterable[Achievement]) -> str:
    """The columns of the JSON in the same order; several holds are joined by a vertical bar."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(COUNT_COLUMNS)
    for one in achievements:
        row = msgspec.to_builtins(one)
        writer.writerow("|".join(row[name]) if name == "holds" else row[name] for name in COUNT_COLUMNS)
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
