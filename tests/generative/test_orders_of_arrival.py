"""Where the source states its own order, any order of arrival and any repetition give the same records."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapter.store.store import Store, open_store
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sending import SYSTEM, database_settings, immunization, known, send

START = datetime(2024, 9, 1, tzinfo=UTC)
POOL = ["a", "b", "c", "d"]


def version(at: int, values: list[str], gone: bool, resource_id: str) -> dict[str, Any]:
    """A version with a time of its own: an Immunization, or the delete of one by identifier."""
    time = (START + timedelta(hours=at)).isoformat().replace("+00:00", "Z")
    if gone:
        url = f"Immunization?identifier={SYSTEM}|{values[0]}"
        entry = {"request": {"method": "DELETE", "url": url}, "response": {"status": "204", "lastModified": time}}
        return {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
    identifiers = [{"system": SYSTEM, "value": value} for value in values]
    meta = {"lastUpdated": time}
    return immunization(identifier=identifiers, id=resource_id, meta=meta, lotNumber=f"L{at}", patient=at % 2)


DRAWN = st.tuples(
    st.lists(st.sampled_from(POOL), min_size=1, max_size=2, unique=True),
    st.booleans(),
    st.sampled_from(["x", "y", "z"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DRAWN, min_size=1, max_size=7), st.data())
def test_any_order(migrated_file: Path, drawn: list[tuple[list[str], bool, str]], data: st.DataObject) -> None:
    versions = [version(at, *each) for at, each in enumerate(drawn)]
    shuffled = data.draw(st.permutations([*versions, *versions[: data.draw(st.integers(0, 2))]]))
    assert records(migrated_file, versions) == records(migrated_file, shuffled)


def records(migrated: Path, versions: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(migrated, Path(folder) / "adapter.sqlite3")
        chosen = database_settings(Path(folder))
        with open_store(chosen.database_url, chosen) as store:
            for each in versions:
                send(store, each)
            return seen(store)


def seen(store: Store) -> list[tuple[object, ...]]:
    return [
        (each.key, each.identifiers, each.statement, each.withdrawn, each.version, each.sha256) for each in known(store)
    ]
