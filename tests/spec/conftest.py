from __future__ import annotations

from collections.abc import Callable

import pytest
from adapter.reconcile.decision import Decision
from adapter.reconcile.record import Record
from case import Doses


@pytest.fixture
def decided() -> Callable[..., list[Decision]]:
    """Decide records, conservation held, in any order."""

    def run(*records: Record) -> list[Decision]:
        return Doses("", records).decided()

    return run
