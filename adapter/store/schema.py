"""All the tables there are, whichever file they stand in. Every one is append-only: triggers refuse any change.

Numbers are given by the store under its write lock, from 1 and without gaps, so that both databases number the same
deliveries alike. Times are UTC with a zone.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from adapter.store import (  # noqa: F401 - they fill the metadata
    access_tables,
    arrival_tables,
    ledger_tables,
    pull_tables,
    rule_tables,
    run_tables,
    said_tables,
)

TABLES = tuple(sorted(SQLModel.metadata.tables))
