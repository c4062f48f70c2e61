"""What a tired editor does wrong in the mapping tables, found before it decides anything.

Every problem stops the tables from being used: a rule that is half right pays the wrong practice.
"""

from __future__ import annotations

from adapter.normalise.table import Problem
from adapter.normalise.tables import Tables


def check(tables: Tables) -> tuple[Problem, ...]:
    """Everything that is wrong, sorted by file and line; empty where the tables are sound."""
    return tables.problems
