"""Alembic's entry: it works on the connection, and inside the transaction, that `Database` hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import adapter.store.schema  # noqa: F401  (fills the metadata)

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
with context.begin_transaction():
    context.run_migrations()
