"""`adapter trace`: from a count or a decision down to the verbatim source bytes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from adapter.cli import console, options
from adapter.errors import UnknownName
from adapter.provenance.trace import Step, Trace, steps
from adapter.provenance.trace import trace as traced
from adapter.store.quarantine import Quarantined
from adapter.store.store import Store


def register(app: typer.Typer) -> None:
    app.command()(trace)


def trace(
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="An id of a count, a decision or in quarantine, or its beginning.")
    ],
    with_bytes: Annotated[
        bool, typer.Option("--bytes/--no-bytes", help="Show the verbatim resources: they hold patients' records.")
    ] = True,
    db: options.Database = None,
) -> None:
    """Take a count apart: its decisions with their reasons, the rows of tables and directory that decided, the record
    versions, the delivery, and the resource exactly as it came, with the places that decided marked.
    """
    with options.stored(db) as store:
        try:
            found = traced(store, id_)
        except UnknownName:
            quarantined = store.quarantine.known(id_)
            if quarantined is None:
                raise
            _quarantined(store, quarantined, with_bytes)
            return
        show(store, found, with_bytes)


def _quarantined(store: Store, one: Quarantined, with_bytes: bool) -> None:
    """What was never taken: where it came from, why it stands, and its bytes as they came."""
    out = console.out()
    out.print(f"In quarantine: {one.id} · feed {one.feed} · delivery {one.delivery} · at {one.pointer or '(whole)'}")
    out.print(f"{one.length} bytes · sha256 {one.sha256}")
    for issue in one.issues:
        out.print(f"  {issue.code} at {issue.expression or '(the whole)'}: {issue.text}", markup=False)
    if with_bytes:
        content = store.quarantine.bytes_of(one)
        if hasattr(sys.stdout, "buffer"):
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
        else:
            sys.stdout.write(content.decode("utf-8", "replace"))


def show(store: Store, found: Trace, with_bytes: bool = True) -> None:
    out = console.out()
    count = found.achievement
    if count:
        out.print(
            f"[bold]Count {count.count}[/bold]\n"
            f"{count.practice} · {count.service} · {count.indicator} · {count.period}: "
            f"[bold]{count.value}[/bold] counted, {count.excluded} excluded, {count.queried} queried; {count.state}"
            + (f" ({', '.join(count.holds)})" if count.holds else "")
        )
        out.print(f"root {count.root}")
    run = found.run
    out.print(f"run {run.id}")
    out.print(f"rules {run.ruleset_digest} · directory {run.directory_digest} · code {run.code_version}")
    for number, step in enumerate(steps(store, found), start=1):
        _step(out, number, len(found.decided), step, with_bytes)


def _step(out: Console, number: int, of: int, step: Step, with_bytes: bool) -> None:
    decision = step.decision
    out.print()
    out.rule(f"Decision {number} of {of} · {step.id}", align="left")
    style = console.OUTCOME_STYLES.get(decision.outcome.value, "")
    out.print(Text.assemble((decision.outcome.value, f"bold {style}"), f" · {decision.reason.value}"))
    out.print(f"  {decision.reason.sentence}")
    for reason in decision.supporting:
        out.print(f"  also {reason.value}: {reason.sentence}")
    if decision.grounds:
        out.print("\nIt rests on:")
        for ground in decision.grounds:
            out.print(f"  {ground.what}: {ground.says}", markup=False)
            if ground.source:
                out.print(f"      {ground.source}", style="dim", markup=False)
    for one in step.registrations:
        out.print(f"\nNo ground, but known: on the day the patient was registered at {one.practice}.", markup=False)
    out.print("\nThe record:")
    record = decision.record
    out.print(f"  feed {record.feed} · identifier {record.system or '(none)'} | {record.value}", markup=False)
    for version in step.versions:
        here = "  ← this one decided" if version.sequence == step.origin.sequence else ""
        out.print(
            f"  {version.kind} received {version.received:%Y-%m-%d %H:%M:%S} UTC in delivery {version.delivery}{here}",
            markup=False,
        )
    out.print("\nThe delivery:")
    delivery = step.delivery
    out.print(
        f"  {delivery.id} · feed {delivery.feed} · {delivery.size} bytes {delivery.encoding} · sha256 {delivery.sha256}"
    )
    where = step.origin.pointer or "(the whole document)"
    out.print(f"  the resource is at {where}, bytes {step.origin.start} to {step.origin.start + step.origin.length}")
    out.print(f"  its sha256 is {step.origin.sha256}")
    if with_bytes:
        _bytes(out, step)


def _bytes(out: Console, step: Step) -> None:
    """The places first, by pointer; then the bytes, nothing added: a terminal shows the places in colour."""
    out.print("\nThe places in it that were read:")
    for place in step.places:
        fragment = " ".join(step.verbatim[place.start : place.end].decode("utf-8", "replace").split())
        shown = fragment if len(fragment) <= 100 else fragment[:99] + "…"
        out.print(f"  {', '.join(place.fields)} at {place.pointer or '/'}: ", end="", markup=False)
        out.print(shown, style="reverse" if out.is_terminal else None, markup=False, soft_wrap=True)
    out.print("\nThe resource as it came:")
    text = Text()
    at = 0
    for place in step.places:
        if place.start < at:
            continue
        text.append(step.verbatim[at : place.start].decode("utf-8", "replace"))
        text.append(step.verbatim[place.start : place.end].decode("utf-8", "replace"), style="reverse")
        at = place.end
    text.append(step.verbatim[at:].decode("utf-8", "replace"))
    out.print(text, soft_wrap=True)
