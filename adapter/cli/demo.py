"""`adapter demo`: autumn 2024 in small, told step by step on a database of its own."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import msgspec
import typer
from rich.console import Console
from rich.panel import Panel

from adapter.cli import console, diff, ods, options, trace
from adapter.cli.ingest import take_all
from adapter.errors import AdapterError, UsageError
from adapter.provenance.trace import trace as traced
from adapter.reasons import Outcome, Reason
from adapter.runs.reconciliation import Finished, Parameters, reconcile
from adapter.settings import Settings, embedded_database
from adapter.store.runs import Decided
from adapter.store.store import Store, open_store

FROM, TO = "2024-09", "2024-12"
_NOT_EVEN_NAIVELY = frozenset({Reason.NOT_GIVEN, Reason.CODED_ELSEWHERE, Reason.RETRACTED})


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(db: options.Database = None) -> None:
    """Tell autumn 2024 in small: two practices, a trust whose doses are copied into their records, the counts that a
    naive reader would have paid, the counts that we give, why, one trace, one fault and its difference.

    It works on a database of its own in the data folder, made anew each time; `--db` names an empty one instead.
    """
    found = options.settings(db)
    if db is None:
        folder = found.data_dir / "demo"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        found = msgspec.structs.replace(found, data_dir=folder, database_url=embedded_database(folder))
    with open_store(found.database_url, found) as store:
        if store.feeds.listed():
            raise UsageError("The demo needs an empty database: leave out --db, or name a new one.")
        _tell(store, found)


def fixtures_folder() -> Path:
    """Where the fixtures lie: inside an installed package, else beside it in the repository."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_data" / "fixtures"
    folder = installed if installed.is_dir() else package.parent / "fixtures"
    if not folder.is_dir():
        raise AdapterError("The fixtures are not part of this installation: run the demo from the repository.")
    return folder


def _tell(store: Store, settings: Settings) -> None:
    out = console.out()
    out.print(Panel(_OPENING, title="Autumn 2024 in small", width=100))
    runs: list[Finished] = []
    with (fixtures_folder() / "fhir" / "autumn_2024" / "story.csv").open(encoding="utf-8", newline="") as file:
        for step in csv.DictReader(file):
            out.print(f"\n[bold]Step {step['step']}.[/bold] {step['says']}")
            if step["act"] == "ods":
                loaded = ods.load_all(store, [fixtures_folder() / step["path"]])
                out.print(f"{len(loaded)} files, {sum(one.said for one in loaded)} entries.")
            elif step["act"] == "ingest":
                _ingest(store, step, out)
            else:
                runs.append(reconcile(store, Parameters(FROM, TO, None, settings.gms_extension)))
                out.print(f"Run {runs[-1].run.id[:12]} decided {sum(runs[-1].run.outcomes.values())} records.")
                if len(runs) == 1:
                    _first(store, runs[0], out)
    out.print(
        "\nThe trust's corrected records make the difference, and nothing else does. This is what a team sees "
        "after a fault: which counts change, which vaccinations, and why.\n"
    )
    diff.show(store, runs[0].run, runs[-1].run)
    out.rule("What next", align="left")
    out.print(_closing(settings), soft_wrap=True, markup=False)


def _ingest(store: Store, step: dict[str, str], out: Console) -> None:
    practice = step["practice"] or None
    store.feeds.remember(step["feed"], practice, "gp" if practice else "poc", step["gms_markers"] == "true")
    out.print(take_all(store, step["feed"], [fixtures_folder() / step["path"]]).sentence())


def _first(store: Store, finished: Finished, out: Console) -> None:
    decided = list(store.runs.decisions(finished.run))
    achievements = store.runs.achievements(finished.run)
    out.print(
        "\nA naive reader counts every GP record whose code says given. We ask who gave it. [bold]naive[/bold] is what "
        "would have been paid; [bold]ours[/bold] is what the practices earned, as far as the records can tell.\n"
    )
    naive = Counter(_cell(one) for one in decided if _naively_paid(one))
    columns = ("practice", "programme", "month", "naive", "ours", "excluded", "queried", "state")
    rows = [
        (
            one.practice,
            one.programme,
            one.period,
            naive[one.practice, one.programme, one.period],
            one.value,
            one.excluded,
            one.queried,
            one.state + (f" ({', '.join(one.holds)})" if one.holds else ""),
        )
        for one in achievements
    ]
    out.print(console.table("The counts", columns, rows, right=("naive", "ours", "excluded", "queried")))
    paid, ours = sum(naive.values()), sum(one.value for one in achievements)
    out.print(
        f"Naively {paid} doses would have been paid; {ours} are counted. [bold]held[/bold]: not to be paid before "
        "somebody has looked (incident: the month is suspect by itself; threshold: 5 or more).\n"
    )
    _why(decided, out)
    elsewhere = next(one for one in decided if one.decision.reason is Reason.TWIN_ELSEWHERE)
    out.print(
        "\n[bold]One of them, taken apart.[/bold] The practice's record names the practice itself. "
        f"This is what `adapter trace {elsewhere.id[:12]}` shows:\n"
    )
    trace.show(store, traced(store, elsewhere.id))


def _why(decided: list[Decided], out: Console) -> None:
    reasons = Counter(
        (one.decision.outcome, one.decision.reason)
        for one in decided
        if one.decision.practice and one.decision.outcome in (Outcome.COUNTED, Outcome.EXCLUDED, Outcome.QUERIED)
    )
    rows = [
        (outcome.value, reason.value, count, reason.sentence) for (outcome, reason), count in sorted(reasons.items())
    ]
    out.print(console.table("Why", ("outcome", "reason", "records", "which means"), rows, right=("records",)))


def _naively_paid(one: Decided) -> bool:
    decision = one.decision
    return bool(
        decision.practice
        and decision.indicator
        and decision.period
        and decision.record.feed in _GP_FEEDS
        and decision.outcome is not Outcome.MERGED
        and decision.reason not in _NOT_EVEN_NAIVELY
    )


_GP_FEEDS = frozenset({"mill-surgery", "orchard-practice"})


def _cell(one: Decided) -> tuple[str | None, str | None, str | None]:
    return (one.decision.practice, one.decision.programme, one.decision.period)


_OPENING = (
    "GP practices are paid for each vaccination that they give. In autumn 2024 a fault in a point-of-care system made "
    "doses given in hospital maternity units look as if practices had given them.\n\n"
    "Here are two invented practices, Example Mill Surgery (D83013) and Example Orchard Practice (H81998), and "
    "Example University Hospitals NHS Trust (RZZ), whose maternity unit's doses are copied into the practices' records "
    "with plain codes and the practice's own name."
)


def _closing(settings: Settings) -> str:
    return (
        "The demo's database is kept until the next demo. To look around in it:\n\n"
        f"  export ADAPTER_DATABASE_URL={settings.database_url}\n"
        f"  export ADAPTER_DATA_DIR={settings.data_dir}\n"
        "  adapter counts\n"
        "  adapter decisions --practice H81998\n\n"
        "With your own records: adapter ods load, adapter ingest, adapter run, adapter counts. Each has --help; "
        "docs/tutorial.md goes through them."
    )
