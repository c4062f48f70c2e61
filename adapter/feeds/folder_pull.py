"""A folder that files are dropped into: each is taken over once it stands still, and kept where it can be told apart.

A file that grows is left alone. One that is whole is renamed into a folder of ours, which either happens or does not,
so that nobody takes it twice and no sender writes to it any more; after it is taken it lies in `taken`, and in
`rejected` where nothing of it could be read. No name is ever told: it can hold patient data.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from adapter.errors import UnreadablePath
from adapter.feeds.door import Door
from adapter.feeds.files import found_files
from adapter.feeds.journey import Journey
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import Folder

TAKING, TAKEN, REJECTED = ".taking", "taken", "rejected"
_OURS = frozenset({TAKING, TAKEN, REJECTED})


class _Look(Struct, frozen=True):
    """What a file that is written to changes."""

    size: int
    changed: int
    number: int


class FolderPull:
    """One look into a folder. `pause` lets the time pass that a file has to stand still."""

    def __init__(self, source: Folder, door: Door, journey: Journey, pause: Callable[[float], None]) -> None:
        self._folder, self._settle = Path(source.path).expanduser(), source.settle
        self._door, self._journey, self._pause = door, journey, pause

    def run(self) -> str:
        """Take all that stands still. Answers what else to know; raises SourceFailed where the folder is not there, or
        files could not be taken.
        """
        try:
            for name in sorted(_OURS):
                (self._folder / name).mkdir(mode=0o700, exist_ok=True)
        except OSError:
            raise SourceFailed("is no folder that can be written to: check `path` and its permissions") from None
        moving = self._take_over()
        rejected = stuck = 0
        for file in self._below(self._folder / TAKING):  # also what an earlier pull was cut off with
            try:
                rejected += self._take(file)
            except (OSError, UnreadablePath):
                stuck += 1
        if stuck:
            raise SourceFailed(f"has {stuck} files that cannot be read or moved: check their permissions")
        self._journey.step("finished")
        notes = [f"{rejected} files could not be read at all: they lie in `{REJECTED}`."] if rejected else []
        notes += [f"{moving} files are still being written, or cannot be moved: left for the next time."]
        return " ".join(notes if moving else notes[:-1])

    def _take_over(self) -> int:
        """Renames what stands still. Answers how many were left."""
        before = {file: _look(file) for file in self._below(self._folder)}
        if not before:
            return 0
        self._pause(self._settle)
        left = 0
        for file, then in before.items():
            if then is None or _look(file) != then:
                left += 1
                continue
            try:
                os.rename(file, _free(self._folder / TAKING / file.name))
            except OSError:
                left += 1  # somebody else has it, or we may not
        return left

    def _take(self, file: Path) -> bool:
        """Whether it was rejected."""
        [found] = found_files([str(file)])
        taken = self._door.take_stream(found.open(), lines=found.lines_by_name)
        figures = taken.figures
        rejected = bool(figures.quarantined) and figures.quarantined == figures.received and not figures.context
        os.rename(file, _free(self._folder / (REJECTED if rejected else TAKEN) / file.name))
        return rejected

    def _below(self, folder: Path) -> list[Path]:
        """The files that ingesting the folder would take; ours are not among them but where we look for them."""
        if folder.name == TAKING:
            return sorted(file for file in folder.iterdir() if file.is_file())
        found = [Path(file.path) for file in found_files([str(folder)])]
        return [file for file in found if file.relative_to(folder).parts[0] not in _OURS and not file.is_symlink()]


def _look(file: Path) -> _Look | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return _Look(stat.st_size, stat.st_mtime_ns, stat.st_ino)


def _free(path: Path) -> Path:
    """The path, or one beside it that is not in use."""
    tried, ordinal = path, 1
    while tried.exists():
        ordinal += 1
        tried = path.with_name(f"{ordinal}-{path.name}")
    return tried
