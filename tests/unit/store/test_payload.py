"""Bytes are kept as they came: compressed, sealed where there is a key, bound to their place."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import sqlalchemy as sa
from adapter.errors import KeyFault, StoreError
from adapter.settings import Settings
from adapter.store.seal import Seal
from adapter.store.store import open_store
from msgspec.structs import replace

from sending import database_settings, encoded, immunization, known, ndjson, send

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


def test_round_trip_with_and_without_a_key() -> None:
    for key in (None, KEY):
        seal = Seal(key)
        for plain in (b"", b"x", b"text " * 100_000, random.Random(1).randbytes(10_000)):  # noqa: S311
            sealed = seal.close(plain, "place")
            assert Seal(key).open(sealed, "place", len(plain)) == plain
            assert (sealed.key_id == "") is (key is None)


def test_sealed_twice_is_not_the_same() -> None:
    assert Seal(KEY).close(b"text", "place") != Seal(KEY).close(b"text", "place")


def test_without_the_key_it_says_which_key() -> None:
    sealed = Seal(KEY).close(b"text", "place")
    for seal in (Seal(None), Seal(OTHER)):
        with pytest.raises(KeyFault, match=f"{sealed.key_id}.*ADAPTER_DATA_KEY"):
            seal.open(sealed, "place", 4)


def test_altered_or_moved_is_told() -> None:
    seal = Seal(KEY)
    sealed = seal.close(b"text" * 100, "here")
    with pytest.raises(StoreError):
        seal.open(sealed, "there", 400)
    for at in range(len(sealed.body)):
        body = bytearray(sealed.body)
        body[at] ^= 1
        with pytest.raises(StoreError):
            seal.open(replace(sealed, body=bytes(body)), "here", 400)


def test_plain_chunks_that_were_altered_are_told() -> None:
    sealed = Seal(None).close(b"text" * 100, "here")
    for length, body in ((400, sealed.body[:-1]), (400, b"rubbish"), (399, sealed.body)):
        with pytest.raises(StoreError):
            Seal(None).open(replace(sealed, body=body), "here", length)


def test_encrypted_deliveries(settings: Settings) -> None:
    content = ndjson(*(immunization(f"v{at}", patient=at) for at in range(2_400)))
    assert len(content) > 1 << 20
    with open_store(settings.database_url, replace(settings, data_key=KEY)) as store:
        send(store, content)
        with store.database.read() as connection:
            bodies = connection.execute(sa.text("SELECT body FROM payload")).scalars().all()
        assert len(bodies) > 1
        assert not any(b"Immunization" in bytes(body) for body in bodies)
        record = known(store)[700]
        assert encoded(immunization("v0", patient=0))[:20] == store.records.bytes_of(record.sequence)[:20]
    with open_store(settings.database_url, settings) as store, pytest.raises(KeyFault):
        store.records.bytes_of(record.sequence)


def test_every_resource_is_found_across_chunks(settings: Settings) -> None:
    with open_store(settings.database_url, settings) as store:
        resources = [immunization(f"v{at}", patient=at, note=[{"text": "n" * (at % 900)}]) for at in range(2_500)]
        send(
            store, {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
        )
        found = {store.records.bytes_of(record.sequence) for record in known(store)}
        assert found == {encoded(each) for each in resources}


def test_the_patient_key_is_made_once(tmp_path: Path) -> None:
    settings = replace(database_settings(tmp_path), patient_key=None)
    with open_store(settings.database_url, settings) as store:
        first = store.pseudonym.patient("9990000026")
    assert (tmp_path / "patient.key").stat().st_mode & 0o777 == 0o600
    with open_store(settings.database_url, settings) as store:
        assert store.pseudonym.patient("9990000026") == first
    assert sorted(file.name for file in tmp_path.iterdir() if "key" in file.name) == ["patient.key"]


def test_another_or_no_patient_key_is_refused(settings: Settings) -> None:
    with open_store(settings.database_url, settings):
        pass
    other = replace(settings, patient_key=OTHER)
    with pytest.raises(KeyFault, match="ADAPTER_PATIENT_KEY_FILE"), open_store(settings.database_url, other):
        pass
    none = replace(settings, patient_key=None)
    with pytest.raises(KeyFault, match="ADAPTER_PATIENT_KEY_FILE"), open_store(settings.database_url, none):
        pass
    assert not (settings.data_dir / "patient.key").exists()
