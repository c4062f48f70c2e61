"""`adapter decisions`: every record's outcome and reasons."""

from __future__ import annotations

from typing import Annotated

import typer

from adapter.achievement.emission import decision_line
from adapter.cli import console, options


def register(app: typer.Typer) -> None:
    app.command()(decisions)


def decisions(
    run: options.RunId = None,
    practice: options.Practice = None,
    programme: options.Programme = None,
    format_: Annotated[options.Table, typer.Option("--format", help="A table, or one JSON object a line.")] = (
        options.Table.TABLE
    ),
    db: options.Database = None,
) -> None:
    """Show every record's outcome and why. A record is decided once: counted, excluded, queried, merged with
    its twin, or out of scope. `adapter trace DECISION` shows what the decision rests on.
    """
    options.programme(programme)
    with options.stored(db) as store:
        found = store.runs.found(run)
        decided = store.runs.decisions(found, options.ods_code(practice), programme)
        if format_ is options.Table.NDJSON:
            for one in decided:
                console.write(decision_line(found.id, one.id, one.decision) + "\n")
            return
        columns = ("outcome", "reason", "practice", "programme", "indicator", "date", "feed", "identifier", "decision")
        rows = [
            (
                one.decision.outcome.value,
                ", ".join([one.decision.reason.value, *(f"({each.value})" for each in one.decision.supporting)]),
                one.decision.practice,
                one.decision.programme,
                one.decision.indicator,
                one.decision.occurred or one.decision.period,
                one.decision.record.feed,
                one.decision.record.value,
                one.id[:12],
            )
            for one in decided
        ]
    console.out().print(console.table(f"Decisions of run {found.id[:12]}", columns, rows))
