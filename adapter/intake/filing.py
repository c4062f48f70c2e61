"""Dockets into a batch: which record each belongs to, and whether it is new, a receipt, or for quarantine."""

from __future__ import annotations

from typing import cast

from adapter.fhir.statement import Statement
from adapter.intake.receipts import NewVersion, Receipt, judge
from adapter.store.batch import Batch, Known
from adapter.store.docket import Docket, Sheaf


def file(batch: Batch, sheaf: Sheaf) -> None:
    """Everything that arrived goes into the batch, in its order, each once."""
    batch.use_forms(sheaf.forms)
    cabinet = _Cabinet(batch, sheaf)
    for docket in sheaf.dockets:
        if docket.kind == "fault":
            batch.quarantine(docket)
        else:
            cabinet.put(docket)


class _Cabinet:
    """The records that a batch touches: those stored before, fetched at once, and those that it makes."""

    def __init__(self, batch: Batch, sheaf: Sheaf) -> None:
        self._batch, self._sheaf = batch, sheaf
        dockets = sheaf.dockets
        self._named = batch.records_named({name for each in dockets for name in (*each.sought, *each.own)})
        self._known = batch.versions_of({record for records in self._named.values() for record in records})
        digests = {each.sha256 for each in dockets if each.kind == "statement"} if self._known else set()
        self._statements = batch.statements(
            [
                each.version.sequence
                for versions in self._known.values()
                for each in versions
                if each.sha256 in digests and each.version.kind == "statement"
            ]
        )
        self._mine: dict[int, Docket] = {}
        """What this batch has kept, by number."""
        self._united: dict[int, int] = {}

    def put(self, docket: Docket) -> None:
        named = self._named
        found = {record for name in docket.sought if name in named for record in named[name]}
        if not found:
            self._keep(self._batch.next_seq, docket, None)
            return
        record = self._one(found)
        known = self._all(record)
        coming = docket.version(self._batch.next_seq, self._batch.delivery)
        twins = [each.version for each in known if each.sha256 == docket.sha256 and docket.kind == "statement"]
        statements = {each.sequence: self._statement(each.sequence) for each in twins if each.kind == "statement"}
        match judge(self._sheaf.said(docket), docket.sha256, coming, known, statements):
            case Receipt(sequence):
                self._batch.add_receipt(docket, sequence)
            case NewVersion(replaces):
                self._keep(record, docket, replaces)
                known.append(Known(coming, docket.sha256, replaces))

    def _keep(self, record: int, docket: Docket, replaces: int | None) -> None:
        new = []
        for name in docket.own:
            records = self._named.setdefault(name, [])
            if not records or record not in {self._end(each) for each in records}:
                records.append(record)
                new.append(name)
        self._mine[self._batch.add_version(record, docket, new, replaces)] = docket

    def _made(self, record: int) -> Known:
        docket = self._mine[record]
        return Known(docket.version(record, self._batch.delivery), docket.sha256)

    def _statement(self, sequence: int) -> Statement:
        mine = self._mine.get(sequence)
        if mine is None:
            return self._statements[sequence]
        return cast(Statement, self._sheaf.said(mine))

    def _one(self, found: set[int]) -> int:
        """The record that a version belongs to: one that names several makes them one."""
        first, *others = sorted({self._end(record) for record in found})
        for other in others:
            self._batch.unite(other, first)
            self._united[other] = first
            self._all(first).extend(self._all(other))
            del self._known[other]
        return first

    def _all(self, record: int) -> list[Known]:
        if record not in self._known:  # only this batch has kept anything of it, and that once
            self._known[record] = [self._made(record)]
        return self._known[record]

    def _end(self, record: int) -> int:
        while record in self._united:
            record = self._united[record]
        return record
