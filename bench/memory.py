"""How much memory a process and all below it take, watched from outside.

What is counted is the proportional set size: a page that several processes share counts once in all. It is read from
/proc every fifth of a second, so this needs Linux; elsewhere nothing is measured.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from pathlib import Path

_EVERY = 0.2


class Watch:
    """Watches the tree below a process until it is stopped; `peak` is in bytes and can be taken and set back."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak = pid, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def taken(self) -> int:
        """The peak since it was last taken."""
        peak, self._peak = max(self._peak, tree_bytes(self._pid)), 0
        return peak

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            self._peak = max(self._peak, tree_bytes(self._pid))


def tree_bytes(pid: int) -> int:
    """The proportional set size of a process and all its descendants; of those that are gone by now, none."""
    below: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
        except (OSError, UnicodeDecodeError):
            continue
        below[int(fields[1])].append(int(folder.name))
    ahead, total = [pid], 0
    while ahead:
        one = ahead.pop()
        ahead += below[one]
        total += _own(one)
    return total


def _own(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:")), 0)
