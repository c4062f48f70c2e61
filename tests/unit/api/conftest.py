"""A service on each kind of database."""

from __future__ import annotations

import pytest
from adapter.settings import Settings

from serving import Client, fill, served


@pytest.fixture
def service(settings: Settings) -> Client:
    return served(settings)


@pytest.fixture
def filled(settings: Settings) -> Client:
    """With a run over a practice's records."""
    client = served(settings)
    fill(settings)
    assert client.ask("POST", "/runs", "admin", json={"from": "2024-09", "to": "2024-12"}).status_code == 201
    return client
