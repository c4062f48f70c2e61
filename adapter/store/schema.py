"""All the tables there are, whichever file they stand in."""

from __future__ import annotations

from sqlmodel import SQLModel

import adapter.store.ledger_tables
import adapter.store.pull_tables
import adapter.store.said_tables
import adapter.store.tables  # noqa: F401 - they fill the metadata

TABLES = tuple(sorted(SQLModel.metadata.tables))
