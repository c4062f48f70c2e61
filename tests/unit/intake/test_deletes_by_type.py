"""A delete names a resource type: what was an Observation does not take an Immunization of the same id away."""

from __future__ import annotations

from adapter.store.store import Store

from sending import deletion, immunization, known, send


def test_a_delete_of_another_type_leaves_the_record(store: Store) -> None:
    send(store, immunization(id="5"))
    send(store, deletion("Observation/5"))
    (record,) = known(store)
    assert not record.withdrawn
    send(store, deletion("Immunization/5"))
    (record,) = known(store)
    assert record.withdrawn


def test_an_absolute_url_names_the_type_too(store: Store) -> None:
    send(store, immunization(id="5"))
    send(store, deletion("https://source.example/fhir/Immunization/5"))
    (record,) = known(store)
    assert record.withdrawn
