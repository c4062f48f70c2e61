"""`adapter ingest`: files and folders into a feed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from adapter.cli import console, options
from adapter.cli.options import Engine
from adapter.errors import UnreadablePath
from adapter.feeds.files import FoundFile, found_files, skipped_files, take_files
from adapter.fhir.issue import Issue
from adapter.intake.outpost import Outposts
from adapter.intake.reading import reader_for
from adapter.runs.spark import Spark
from adapter.store.delivery import Figures
from adapter.store.store import Store

SHOWN_REASONS = 12


class Kind(StrEnum):
    """What a feed is: a GP practice's own records, or a point-of-care system's."""

    GP = "gp"
    POC = "poc"


class TakenAll(Struct, frozen=True):
    """What became of several files together. `unreadable` are sentences, one for each file that could not be opened."""

    deliveries: int
    resumed: int
    figures: Figures
    reasons: tuple[tuple[Issue, int], ...]
    unreadable: tuple[str, ...]
    skipped: int

    def sentence(self) -> str:
        figures = self.figures
        said = (
            f"{self.deliveries} {'delivery' if self.deliveries == 1 else 'deliveries'}, {figures.received} resources: "
            f"{figures.new} new, {figures.deletes} deletes, {figures.receipts} known already, "
            f"{figures.quarantined} in quarantine"
        )
        if figures.context:
            said += f"; {figures.context} more stand beside them as context"
        return said + "."


def register(app: typer.Typer) -> None:
    app.command()(ingest)


def ingest(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders, or - for standard input.")],
    feed: Annotated[str, typer.Option("--feed", metavar="NAME", help="The source; made when first named.")],
    practice: Annotated[
        str | None, typer.Option("--practice", metavar="ODS", help="Makes it this practice's own GP feed.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="gp wants --practice; without one a feed is poc.")] = None,
    gms_markers: Annotated[
        bool,
        typer.Option("--gms-markers", help="The feed's system sends the GMS attribute, so that a gap means something."),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=1, metavar="N", help="Processes that read large files; as many as cores, if not."
        ),
    ] = None,
    engine: Annotated[
        Engine, typer.Option("--engine", help="Who reads large plain NDJSON; `spark` needs the extra of that name.")
    ] = Engine.LOCAL,
    spark_master: options.SparkMaster = None,
    db: options.Database = None,
) -> None:
    """Take FHIR resources, Bundles and NDJSON, plain or gzipped, into a feed. Every byte is kept as it came.

    What cannot be accepted goes to quarantine with every reason, and the rest is taken. The same bytes again are a
    receipt and change nothing; a delivery that was cut off goes on where it stopped. A feed remembers what it was
    declared to be: a later call that contradicts it is refused. The files of a folder are taken in the order of their
    paths; messages call them by their place in that order, since a name can hold patient data.

    With `--engine spark` the executors of a Spark read the large files, each its own byte ranges, so all of them must
    see the files under the same path as this machine: a shared file system. Whoever does not, or sees other bytes, is
    told of. What comes back is filed here, by one writer, with the same rows. gzip, standard input, files under 16 MiB,
    documents that are no NDJSON and NDJSON with other resources beside its records are read here, by `--workers`.
    """
    owner = options.ods_code(practice)
    with options.stored(db) as store:
        store.feeds.remember(feed, owner, kind.value if kind else None, gms_markers)
        with console.progress() as bar:
            task = bar.add_task("Taking", total=None)

            def told(file: FoundFile, done: int, total: int) -> None:
                bar.update(task, description=f"Taking {file.label}", completed=done, total=total)

            with _outposts(engine, spark_master, db) as outposts:
                taken = take_all(store, feed, paths, told, workers or os.cpu_count() or 1, outposts)
        show(taken)
    if taken.unreadable:
        raise UnreadablePath(" ".join(taken.unreadable[:3]) + (" …" if len(taken.unreadable) > 3 else ""))


def _outposts(engine: Engine, spark_master: str | None, db: str | None) -> AbstractContextManager[Spark | None]:
    return nullcontext() if engine is Engine.LOCAL else options.spark_for_ingest(spark_master, db)


def take_all(
    store: Store,
    feed: str,
    paths: Sequence[str | Path],
    told: Callable[[FoundFile, int, int], None] = lambda file, done, total: None,
    workers: int = 1,
    outposts: Outposts | None = None,
) -> TakenAll:
    """Take every file into a feed that is known, and add up what became of them. So many `workers` read large ones, or
    `outposts`.
    """
    files = found_files([str(path) for path in paths])
    if not files:
        raise UnreadablePath("There is no .json or .ndjson file (plain or .gz) in what was named: check the paths.")
    totals, reasons = Counter[str](), Counter[Issue]()
    unreadable = []
    deliveries = resumed = 0
    for _, outcome in take_files(store, feed, files, reader_for(store), told, workers, outposts):
        if isinstance(outcome, UnreadablePath):
            unreadable.append(str(outcome))
            continue
        deliveries += 1
        resumed += outcome.resumed
        totals.update({name: getattr(outcome.figures, name) for name in Figures.__struct_fields__})
        reasons.update(dict(outcome.reasons))
    figures = Figures(**{name: totals[name] for name in Figures.__struct_fields__})
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return TakenAll(
        deliveries, resumed, figures, tuple(ranked), tuple(unreadable), skipped_files(list(map(str, paths)))
    )


def show(taken: TakenAll) -> None:
    out = console.out()
    out.print(taken.sentence())
    if taken.resumed:
        out.print(f"{taken.resumed} had been cut off before and went on where they stopped.")
    if taken.skipped:
        out.print(
            f"{taken.skipped} files in the folders were left out: they are called neither .json nor .ndjson (plain or "
            ".gz). Name one itself to take it whatever it is called."
        )
    if taken.reasons:
        rows = [(count, issue.code, issue.expression, issue.text) for issue, count in taken.reasons[:SHOWN_REASONS]]
        columns = ("times", "code", "expression", "what is wrong, and what to do")
        out.print(console.table("In quarantine, because", columns, rows, right=("times",)))
        if len(taken.reasons) > SHOWN_REASONS:
            out.print(f"{len(taken.reasons) - SHOWN_REASONS} more reasons: `adapter quarantine list`.")
