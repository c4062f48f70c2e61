"""A story told by real commands: where it runs them, what it shows of them, and how its figures are held together."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from adapter.cli.application import call
from examples import autumn_records as records
from examples.autumn_records import PRACTICES

Cell = tuple[str, str, str]
"""Practice, programme, month."""


class Disagreement(Exception):
    """A figure that is not what another one says."""


class Story:
    """The script's place: its folder, its database, and where it speaks."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder, self.say = folder, say

    def adapter(self, *arguments: object, shown: str = "", code: int = 0) -> str:
        """Run a command; what it writes. `shown` is how the command is told, else as it is."""
        words = [str(one) for one in arguments]
        self.say(f"    $ adapter {shown or shlex.join(words)}")
        return self.quietly(*words, code=code)

    def quietly(self, *words: str, code: int = 0) -> str:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            ended = call(words)
        if ended != code:
            raise Disagreement(f"`adapter {words[0]}` ended with {ended}: {err.getvalue().strip()}")
        return out.getvalue()

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        self.say("\n| " + " | ".join(columns) + " |")
        self.say("|" + "---|" * len(columns))
        for row in rows:
            self.say("| " + " | ".join(str(cell) for cell in row) + " |")
        self.say("")

    def ingest(self, name: str, feed: str, resources: Sequence[dict[str, Any]]) -> None:
        """One delivery of a source."""
        file = records.write(self.folder / name, resources)
        own = ("--practice", feed.upper()) if feed.upper() in PRACTICES else ()
        self.adapter("ingest", "--feed", feed, *own, file, shown=shlex.join(["ingest", "--feed", feed, *own, name]))

    def run(self, name: str, first: str, last: str) -> str:
        """A reconciliation; its id."""
        said = self.adapter("run", "--from", first, "--to", last, shown=f"run --from {first} --to {last}   # {name}")
        return next(word for word in said.replace(".", " ").split() if len(word) == 64)

    def counts(self, run: str) -> dict[Cell, dict[str, Any]]:
        found = json.loads(self.quietly("counts", "--run", run, "--format", "json"))
        return {(one["practice"], one["programme"], one["period"]): one for one in found}

    def decisions(self, run: str) -> dict[tuple[str, str], dict[str, Any]]:
        lines = self.quietly("decisions", "--run", run, "--format", "ndjson").splitlines()
        read = [json.loads(line) for line in lines]
        return {(one["record"]["feed"], one["record"]["value"]): one for one in read}


def agree(what: str, found: object, expected: object) -> None:
    """One figure, or all of a table, is what another says."""
    if found != expected:
        raise Disagreement(f"{what}: {found} is not {expected}")


@contextlib.contextmanager
def surroundings(folder: Path) -> Iterator[None]:
    """A database and keys of its own, and what the sources call the GMS mark."""
    own = {
        "ADAPTER_DATA_DIR": str(folder / "data"),
        "ADAPTER_DATABASE_URL": f"sqlite:///{folder / 'data' / 'adapter.sqlite3'}",
        "ADAPTER_GMS_EXTENSION": records.GMS_EXTENSION,
        "COLUMNS": "160",
    }
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("ADAPTER_")]:
        del os.environ[name]
    os.environ.update(own)
    (folder / "data").mkdir(mode=0o700)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
