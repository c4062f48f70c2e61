"""`adapter review`: a person's verdict on who gave a vaccination, or many of them from a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapter.cli import console, options
from adapter.errors import UsageError
from adapter.intake.review_list import read_reviews
from adapter.runs.reviewing import review as keep


class Verdict(StrEnum):
    """What a person found in the patient record."""

    GIVEN_BY_PRACTICE = "given-by-practice"
    GIVEN_ELSEWHERE = "given-elsewhere"


def register(app: typer.Typer) -> None:
    app.command()(review)


def review(
    decision: Annotated[
        str | None, typer.Argument(metavar="DECISION", help="A decision's id, or its beginning.")
    ] = None,
    verdict: Annotated[Verdict | None, typer.Option("--verdict", help="What the patient record says.")] = None,
    who: Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who looked.")] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What was seen; no patient data.")] = None,
    file: Annotated[
        Path | None, typer.Option("--from", metavar="CSV", help="Many of them: decision,verdict,by,note.")
    ] = None,
    db: options.Database = None,
) -> None:
    """Keep a person's verdict on who gave a vaccination. It is kept by claimant and record, holds from the next run on
    and outlives re-runs and new twins. In bulk, a CSV file names each decision, or feed,system,value,practice; one
    fault in it and none is kept.
    """
    if file is not None:
        if (decision, verdict, who, note) != (None, None, None, None):
            raise UsageError("Give one review by DECISION, --verdict, --by and --note, or many by --from.")
        _many(file, db)
        return
    if decision is None or verdict is None or who is None or note is None:
        raise UsageError("A review needs DECISION, --verdict, --by and --note; many come by --from CSV.")
    with options.stored(db) as store:
        kept = keep(store, decision, verdict.value, who, note)
    console.write(f"Kept. It holds for {kept.practice} from the next run on.\n")


def _many(file: Path, db: str | None) -> None:
    content = options.content(file)
    with options.stored(db) as store:
        reviews = read_reviews(content, store)
        if isinstance(reviews, tuple):
            console.faults(reviews, "No review is kept.")
        store.reviews.add_all(reviews)
    practices = len({one.practice for one in reviews})
    console.write(f"{len(reviews)} kept, for {practices} practices. They hold from the next run on.\n")
