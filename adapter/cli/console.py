"""Where a command speaks: tables and words on stdout, progress on a terminal only, never on a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from adapter.errors import AdapterError
from adapter.normalise.table import Problem

_MOST_FAULTS = 100
OUTCOME_STYLES = {
    "counted": "green",
    "excluded": "red",
    "queried": "yellow",
    "merged": "dim",
    "out_of_scope": "dim",
    "ready": "green",
    "held": "yellow",
}


def out() -> Console:
    """Standard output. On a pipe it is as wide as it needs, so that nothing is cut."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else 160)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()) -> Table:
    """A table that fits a terminal; `right` names the columns of numbers. No cell is read as markup."""
    made = Table(title=title, title_justify="left", header_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(_cell(cell) for cell in row))
    return made


def _cell(cell: object) -> str:
    text = "" if cell is None else str(cell)
    style = OUTCOME_STYLES.get(text)
    return f"[{style}]{text}[/{style}]" if style else escape(text)


def write(text: str) -> None:
    """Text for scripts, byte for byte."""
    sys.stdout.write(text)


def faults(problems: Sequence[Problem], outcome: str) -> NoReturn:
    """What is wrong with a file, a line each, and the end of the command. `outcome` says what that means."""
    for problem in problems[:_MOST_FAULTS]:
        write(f"{problem}\n")
    listed = "listed above" if len(problems) <= _MOST_FAULTS else f"the first {_MOST_FAULTS} listed above"
    raise AdapterError(f"{len(problems)} faults, {listed}. {outcome}")


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar on a terminal's stderr; silence elsewhere."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        yield bar


@contextmanager
def working(what: str) -> Iterator[Callable[[int], None]]:
    """Tells on a terminal how many of something are done; silence elsewhere. The function takes the number so far."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(file=sys.stderr).status(f"{what}…") as status:
        yield lambda done: status.update(f"{what}: {done:,}") if done % 100 == 0 else None
