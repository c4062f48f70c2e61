"""`adapter review`: a person's verdict on who gave a vaccination."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from adapter.cli import console, options
from adapter.errors import UnknownName, UsageError


class Verdict(StrEnum):
    """What a person found in the patient record."""

    GIVEN_BY_PRACTICE = "given-by-practice"
    GIVEN_ELSEWHERE = "given-elsewhere"


def register(app: typer.Typer) -> None:
    app.command()(review)


def review(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="A decision's id, or its beginning.")],
    verdict: Annotated[Verdict, typer.Option("--verdict", help="What the patient record says.")],
    who: Annotated[str, typer.Option("--by", metavar="WHO", help="Who looked.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What was seen; no patient data.")],
    db: options.Database = None,
) -> None:
    """Keep a person's verdict on who gave a vaccination. It is kept by claimant and record, holds from the next run on
    and outlives re-runs and new twins.
    """
    if not who.strip() or not note.strip():
        raise UsageError("A review says who looked (--by) and what was seen (--note).")
    with options.stored(db) as store:
        found = store.runs.decisions_like(decision)
        if len(found) != 1:
            raise UnknownName("No decision has this id, or several begin so: `adapter decisions` lists them.")
        decided = found[0].decision
        if decided.practice is None:
            raise UsageError("No practice claims this record, so there is nothing to review.")
        record = decided.record
        key = (record.feed, record.system or "", record.value)
        store.reviews.add(decided.practice, key, verdict.value, who.strip(), note.strip())
    console.write(f"Kept. It holds for {decided.practice} from the next run on.\n")
