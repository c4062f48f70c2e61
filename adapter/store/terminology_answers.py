"""What a terminology server answered, by its address and the question."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct

from adapter.store.database import Database, next_number
from adapter.store.rule_tables import TERMINOLOGY_ANSWER


class KeptAnswer(Struct, frozen=True):
    """`answer` is JSON, as it was given."""

    asked: datetime
    answer: str


class TerminologyAnswers:
    """The answers of one database. A newer one speaks instead of an older one, which stays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, server: str, question: str) -> KeptAnswer | None:
        table = TERMINOLOGY_ANSWER
        query = sa.select(table.c.asked, table.c.answer).where(table.c.server == server, table.c.question == question)
        with self._database.read() as connection:
            row = connection.execute(query.order_by(table.c.number.desc()).limit(1)).first()
        return KeptAnswer(row.asked, row.answer) if row else None

    def add(self, server: str, question: str, answer: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                sa.insert(TERMINOLOGY_ANSWER).values(
                    number=next_number(connection, TERMINOLOGY_ANSWER.c.number),
                    asked=self._database.clock(),
                    server=server,
                    question=question,
                    answer=answer,
                )
            )
