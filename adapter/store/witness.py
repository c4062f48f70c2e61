"""Whether two processes read the same database, and both of them all of it."""

from __future__ import annotations

import sqlalchemy as sa

from adapter.store.arrival_tables import BATCH, DELIVERY, RECORD_VERSION
from adapter.store.database import Database
from adapter.store.histories import Cut


def witness(database: Database, cut: Cut) -> str:
    """What the last version before a cut came from: another database has another one, a copy that lags behind none."""
    query = sa.select(DELIVERY.c.sha256, RECORD_VERSION.c.sha256)
    query = query.select_from(RECORD_VERSION.join(BATCH).join(DELIVERY)).where(RECORD_VERSION.c.seq == cut.sequence)
    with database.read() as connection:
        reached = connection.execute(sa.select(sa.func.coalesce(sa.func.max(BATCH.c.number), 0))).scalar_one()
        found = connection.execute(query).first()
    if reached < cut.batch or (cut.sequence and found is None):
        return "behind"
    return "".join(part.hex() for part in found) if found else ""
