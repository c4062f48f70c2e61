"""Files, folders and standard input as streams. Their names can hold NHS numbers: nobody hears them from here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from adapter.errors import UnreadablePath, UsageError
from adapter.intake.crew import Crew
from adapter.intake.delivery import Taken, take
from adapter.intake.outpost import Outposts
from adapter.intake.reading import Reader
from adapter.intake.source import Source
from adapter.store.store import Store

STANDARD_INPUT = "-"
_ENDINGS = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
_LINES = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")


class FoundFile(Struct, frozen=True):
    """One file to take: the `ordinal`th of `total`, as messages call it. `size` is None where it is not known."""

    path: str
    ordinal: int
    total: int
    size: int | None

    @property
    def label(self) -> str:
        """`file 3 of 12`."""
        return f"file {self.ordinal} of {self.total}"

    @property
    def lines_by_name(self) -> bool:
        """Whether its name says NDJSON."""
        return self.path.lower().endswith(_LINES)

    def open(self) -> BinaryIO:
        """Its bytes. Raises UnreadablePath, which tells the place in the call and not the name."""
        if self.path == STANDARD_INPUT:
            return sys.stdin.buffer
        try:
            return open(self.path, "rb")
        except OSError as error:
            why = error.strerror or "it cannot be opened"
            raise UnreadablePath(f"The {self.label} could not be taken ({why}): check the path.") from None


def found_files(paths: Sequence[str]) -> list[FoundFile]:
    """Every file that these paths name, in their order; folders with all that is below them, sorted.

    In a folder only `.json` and `.ndjson`, plain or with `.gz`, are taken; a file that is named itself is taken
    whatever it is called. A path that leads nowhere is listed too: opening it says so, after the others were taken.
    """
    if sum(path == STANDARD_INPUT for path in paths) > 1:
        raise UsageError("Standard input can be named once: leave out one -.")
    found = [file for path in paths for file in (_below(path) if _is_folder(path) else [path])]
    return [FoundFile(path, ordinal, len(found), _size(path)) for ordinal, path in enumerate(found, 1)]


def skipped_files(paths: Sequence[str]) -> int:
    """How many files lie in the folders named that are not taken, because of what they are called."""
    return sum(
        len(files) - sum(name.lower().endswith(_ENDINGS) and not name.startswith(".") for name in files)
        for path in paths
        if _is_folder(path)
        for _, _, files in os.walk(path)
    )


def take_files(
    store: Store,
    feed: str,
    files: Sequence[FoundFile],
    reader: Reader,
    progress: Callable[[FoundFile, int, int], None] = lambda file, done, total: None,
    workers: int = 1,
    outposts: Outposts | None = None,
) -> Iterator[tuple[FoundFile, Taken | UnreadablePath]]:
    """Take one file after the other into a feed that is known. One that cannot be opened or read stops none of the
    others. `progress` is told the file and how many of its bytes are done. So many `workers` read a large one,
    or `outposts`.
    """
    with Crew(reader, store.seal, workers, outposts) as crew:
        for file in files:
            told, by_name = partial(progress, file), file.lines_by_name
            try:
                with Source(file.open()) as source:
                    taken = take(store, feed, source, reader, lines_by_name=by_name, progress=told, crew=crew)
                    yield file, taken
            except UnreadablePath as error:
                yield file, error


def _is_folder(path: str) -> bool:
    return path != STANDARD_INPUT and Path(path).is_dir()


def _below(folder: str) -> Iterator[str]:
    """A folder that cannot be listed is given back itself, so that opening it fails."""
    refused: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (
            os.path.join(parent, name)
            for name in sorted(files)
            if name.lower().endswith(_ENDINGS) and not name.startswith(".")
        )
    yield from (str(error.filename or folder) for error in refused)


def _size(path: str) -> int | None:
    try:
        return None if path == STANDARD_INPUT else Path(path).stat().st_size
    except OSError:
        return None
