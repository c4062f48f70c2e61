"""Several queries read side by side on one connection, each in pages, and closed even where nobody read to the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

_PAGE = 1_000


class Streams:
    """The open queries of one connection. PostgreSQL keeps a cursor for each, which has to be closed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open: list[sa.CursorResult[Any]] = []

    def rows(self, query: sa.Select[Any], page: int = _PAGE) -> Iterator[Any]:
        """`page` is how many are in memory at once."""
        result = self._connection.execute(query, execution_options={"stream_results": True, "yield_per": page})
        self._open.append(result)
        yield from result
        result.close()
        self._open.remove(result)

    def close(self) -> None:
        """End those that were not read to their ends."""
        for result in self._open:
            result.close()
