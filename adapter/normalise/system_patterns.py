"""Finding the row that speaks of a system URL, however it was spelled.

Transfers damage URLs: blanks creep in, the case changes, http becomes https, a slash is lost. None of that makes
another system, so all of it is folded away before comparing.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapter.normalise.table import Row


def fold(system: str) -> str:
    """One spelling of a system: no blanks, lower case, https, no slash at the end."""
    folded = "".join(system.split()).casefold().rstrip("/")
    return "https://" + folded.removeprefix("http://") if folded.startswith("http://") else folded


class SystemPatterns:
    """Rows with the columns `system` and `match`. An exact row wins over a prefix, a longer prefix over a shorter.
    A prefix ends at a path segment: `https://a.uk/b` is no prefix of `https://a.uk/bc`.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        ordered = tuple(rows)
        self._exact = {fold(row["system"]): row for row in ordered if row["match"] == "exact"}
        prefixes = [(fold(row["system"]), row) for row in ordered if row["match"] == "prefix"]
        self._prefixes = tuple(sorted(prefixes, key=lambda pair: (-len(pair[0]), pair[0])))

    def find(self, system: str) -> tuple[Row, str] | None:
        """The row and what follows a prefix up to the next slash, in capitals; None where no row speaks of it."""
        folded = fold(system)
        exact = self._exact.get(folded)
        if exact is not None:
            return exact, ""
        for prefix, row in self._prefixes:
            if folded == prefix:
                return row, ""
            if folded.startswith(prefix + "/"):
                return row, folded[len(prefix) + 1 :].partition("/")[0].upper()
        return None
