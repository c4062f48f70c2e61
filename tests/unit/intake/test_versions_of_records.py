"""What several deliveries make of one record, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.store.store import Store

from sending import SYSTEM, bundle, by_identifier, counted, deletion, encoded, immunization, known, ndjson, send

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"}],
    "birthDate": "1990-01-01",
}


def one(store: Store) -> Any:
    [record] = known(store)
    return record


def test_twice_is_one_record_and_receipts(store: Store) -> None:
    assert counted(send(store, immunization())) == (1, 0, 0, 0)
    assert counted(send(store, immunization())) == (0, 0, 1, 0)
    assert counted(send(store, ndjson(immunization(), immunization()))) == (0, 0, 2, 0)
    assert one(store).version == 1
    assert len({delivery.id for delivery in store.deliveries.listed()}) == 3


def test_twice_in_one_delivery(store: Store) -> None:
    assert counted(send(store, bundle(immunization(), immunization()))) == (1, 0, 1, 0)


def test_another_feed_is_another_record(store: Store) -> None:
    send(store, immunization(), "one")
    assert counted(send(store, immunization(), "two")) == (1, 0, 0, 0)
    assert len(known(store)) == 2


def test_the_newest_wins_by_arrival(store: Store) -> None:
    send(store, immunization())
    send(store, immunization(lotNumber="B"))
    record = one(store)
    assert (record.statement.lot, record.version, record.withdrawn) == ("B", 2, False)


def test_the_newest_wins_by_its_own_order(store: Store) -> None:
    send(store, immunization(lotNumber="B", meta={"versionId": "2"}))
    send(store, immunization(lotNumber="A", meta={"versionId": "1"}))
    record = one(store)
    assert (record.statement.lot, record.version) == ("B", 2)


def test_delete_re_create_delete(store: Store) -> None:
    gone = deletion(by_identifier("v1"))
    send(store, immunization())
    assert counted(send(store, gone)) == (0, 1, 0, 0)
    assert one(store).withdrawn
    assert counted(send(store, gone)) == (0, 0, 1, 0)
    assert counted(send(store, immunization())) == (1, 0, 0, 0)
    assert not one(store).withdrawn
    assert counted(send(store, gone)) == (0, 1, 0, 0)
    assert one(store).withdrawn


def test_delete_by_resource_id_before_and_after(store: Store) -> None:
    send(store, immunization(id="abc"))
    send(store, deletion("Immunization/abc"))
    assert one(store).withdrawn
    send(store, deletion("Immunization/later"))
    assert len(known(store)) == 1  # nothing was said of the other one yet
    send(store, immunization("v2", id="later"))
    states = {record.statement.resource_id: record.withdrawn for record in known(store)}
    assert states == {"abc": True, "later": False}  # without an order it acts on what had arrived


def test_a_delete_of_a_record_never_heard_of_is_kept_and_counted_apart(store: Store) -> None:
    assert counted(send(store, deletion("Immunization/nobody"))) == (0, 1, 0, 0)
    unspoken: list[int] = []
    assert list(store.records.read(store.records.cut(), unspoken.append)) == []
    assert unspoken == [1]


def test_entered_in_error_and_back(store: Store) -> None:
    wrong = immunization(status="entered-in-error")
    send(store, immunization())
    send(store, wrong)
    assert one(store).withdrawn
    assert counted(send(store, wrong)) == (0, 0, 1, 0)
    send(store, immunization())
    assert not one(store).withdrawn
    send(store, wrong)
    assert one(store).withdrawn


def test_history_is_newest_first(store: Store) -> None:
    history = bundle(immunization(lotNumber="NEW"), immunization(lotNumber="OLD"), type_="history")
    send(store, history)
    assert (one(store).statement.lot, one(store).version) == ("NEW", 2)


def test_a_shared_identifier_joins_records(store: Store) -> None:
    ids = [{"system": SYSTEM, "value": value} for value in ("b", "c", "a")]
    send(store, immunization(identifier=[ids[0]]))
    send(store, immunization(identifier=[ids[1]], lotNumber="X"))
    assert len(known(store)) == 2
    send(store, immunization(identifier=[ids[0], ids[1], ids[2]], lotNumber="Y"))
    record = one(store)
    assert [each.value for each in record.identifiers] == ["a", "b", "c"]
    assert (record.statement.lot, record.version) == ("Y", 3)
    send(store, immunization(identifier=[ids[1]], lotNumber="Z"))
    assert (one(store).statement.lot, one(store).version) == ("Z", 4)
    assert len(store.records.versions(one(store).sequence)) == 4


def test_unions_chain(store: Store) -> None:
    ids = [{"system": SYSTEM, "value": str(value)} for value in range(6)]
    for each in ids:
        send(store, immunization(identifier=[each]))
    for pair in ([4, 5], [2, 3], [3, 4], [0, 1], [1, 5]):
        send(store, immunization(identifier=[ids[at] for at in pair]))
    assert [each.value for each in one(store).identifiers] == [str(value) for value in range(6)]
    assert one(store).version == 11


@pytest.mark.parametrize("richer_first", [True, False])
def test_the_same_bytes_with_more_around_them(store: Store, richer_first: bool) -> None:
    record = immunization(patient=None) | {"patient": {"reference": "Patient/p1"}}
    alone, beside = encoded(record), encoded({"resourceType": "Bundle", "type": "collection", "entry": "@"})
    entries = b'[{"resource": ' + encoded(record) + b'}, {"resource": ' + encoded(PATIENT) + b"}]"
    beside = beside.replace(b'"@"', entries)
    first, second = (beside, alone) if richer_first else (alone, beside)
    send(store, first)
    taken = send(store, second)
    assert counted(taken) == ((0, 0, 1, 0) if richer_first else (1, 0, 0, 0))
    found = one(store)
    assert (found.statement.born, found.version) == ("1990-01-01", 1)
    assert counted(send(store, alone)) == (0, 0, 1, 0)
    assert counted(send(store, beside)) == (0, 0, 1, 0)


def test_as_of_gives_what_was_known(store: Store) -> None:
    send(store, immunization())
    then = store.database.clock()
    send(store, immunization(lotNumber="B"))
    send(store, deletion(by_identifier("v1")))
    [[record]] = store.records.read(store.records.cut(then))
    assert (record.statement.lot, record.withdrawn, record.version) == ("", False, 1)
    assert one(store).withdrawn
    assert list(store.records.read(store.records.cut(then.replace(year=2000)))) == []


def test_unions_are_not_known_before_their_time(store: Store) -> None:
    ids = [{"system": SYSTEM, "value": value} for value in ("a", "b")]
    for each in ids:
        send(store, immunization(identifier=[each]))
    then = store.database.clock()
    send(store, immunization(identifier=ids))
    assert len(next(store.records.read(store.records.cut(then)))) == 2
    assert one(store)


def test_patients_come_together_and_the_unknown_alone(store: Store) -> None:
    send(store, bundle(*(immunization(f"v{at}", patient=at % 3) for at in reversed(range(9)))))
    send(store, bundle(*(immunization(f"u{at}", patient=None) for at in range(4))))
    lists = list(store.records.read(store.records.cut()))
    assert sorted(map(len, lists)) == [1, 1, 1, 1, 3, 3, 3]
    for records in lists:
        assert len({record.statement.patient for record in records}) == 1
        assert records == sorted(records, key=lambda record: record.key)
