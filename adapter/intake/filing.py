"""Arrivals into a batch: which record each belongs to, and whether it is new, a receipt, or for quarantine."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.fhir.statement import Statement, Withdrawal
from adapter.intake.arrival import Arrival
from adapter.intake.receipts import NewVersion, Receipt, judge
from adapter.reconcile.versions import Version
from adapter.store.batch import Batch, Known, Place
from adapter.store.naming import own_names, sought_names


def file(batch: Batch, feed: str, arrivals: Sequence[Arrival]) -> None:
    """Everything that arrived goes into the batch, in its order, each once."""
    cabinet = _Cabinet(batch, feed, arrivals)
    for arrival in arrivals:
        if arrival.said is None:
            batch.quarantine(arrival.place, arrival.issues)
        else:
            cabinet.put(arrival.place, arrival.said, arrival.bundle)


class _Cabinet:
    """The records that a batch touches: those stored before, fetched at once, and those that it makes."""

    def __init__(self, batch: Batch, feed: str, arrivals: Sequence[Arrival]) -> None:
        self._batch, self._feed = batch, feed
        said = [arrival.said for arrival in arrivals if arrival.said is not None]
        names = {name for each in said for name in (*sought_names(feed, each), *own_names(feed, each))}
        self._named = batch.records_named(names)
        self._known = batch.versions_of({record for records in self._named.values() for record in records})
        digests = {arrival.place.sha256 for arrival in arrivals if isinstance(arrival.said, Statement)}
        same = [
            each.version.sequence
            for versions in self._known.values()
            for each in versions
            if each.sha256 in digests and each.version.kind == "statement"
        ]
        self._statements = batch.statements(same)
        self._united: dict[int, int] = {}

    def put(self, place: Place, said: Statement | Withdrawal, bundle: str) -> None:
        record = self._record(said)
        known = self._known.setdefault(record, [])
        coming = self._batch.coming(said, bundle)
        match judge(said, place.sha256, coming, known, self._statements):
            case Receipt(sequence):
                self._batch.add_receipt(place, sequence)
            case NewVersion(replaces):
                self._keep(record, place, said, coming, bundle, replaces)

    def _keep(
        self,
        record: int,
        place: Place,
        said: Statement | Withdrawal,
        coming: Version,
        bundle: str,
        replaces: int | None,
    ) -> None:
        self._batch.add_version(record, place, said, bundle, replaces)
        self._known[record].append(Known(coming, place.sha256, replaces))
        if isinstance(said, Statement):
            self._statements[coming.sequence] = said
        for name in own_names(self._feed, said):
            if record not in self._records(name):
                self._batch.add_name(name, record)
                self._named.setdefault(name, []).append(record)

    def _record(self, said: Statement | Withdrawal) -> int:
        """The record that a version belongs to. One that names several makes them one; one that names none is new."""
        found = sorted({record for name in sought_names(self._feed, said) for record in self._records(name)})
        if not found:
            return self._batch.next_seq
        first, *others = found
        for other in others:
            self._batch.unite(other, first)
            self._united[other] = first
            self._known[first] += self._known.pop(other)
        return first

    def _records(self, name: bytes) -> set[int]:
        return {self._end(record) for record in self._named.get(name, ())}

    def _end(self, record: int) -> int:
        while record in self._united:
            record = self._united[record]
        return record
