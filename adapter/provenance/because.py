"""Why a step from one list of decisions to the next changed a record's: the cause, and what brought it about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from adapter.normalise.catalogue import Catalogue
from adapter.provenance.difference import By, ByRecord, ByReview, ByRule, Cause, Effect, Key, reviewed
from adapter.provenance.inputs import Input, Inputs
from adapter.reasons import Reason
from adapter.reconcile.decision import Decision
from adapter.store.records import Arrivals
from adapter.store.store import Store

_ROW = re.compile(r"([a-z0-9_]+\.csv):([0-9]+)")
_ORGANISATIONS = frozenset({"performer", "location", "claimant", "twin"})
"""The grounds that rest on the directory."""
_RULES = {
    Input.TABLES: Cause.MAPPING,
    Input.DIRECTORY: Cause.DIRECTORY,
    Input.SETTING: Cause.SETTING,
    Input.CODE: Cause.CODE,
}

Decisions = Mapping[Key, Decision]


class Because:
    """What lies between two runs. `lists` are their decisions that differ."""

    def __init__(self, store: Store, first: Inputs, second: Inputs, lists: tuple[Decisions, Decisions]) -> None:
        self._store, self._first, self._second, self._lists = store, first, second, lists
        self._low, self._high = sorted((first.run.cut, second.run.cut))
        self._arrived: dict[int, Arrivals] = {}
        self._forward = first.run.cut <= second.run.cut

    def effects(
        self, step: tuple[Input, ...], was: Decisions, now: Decisions, keys: Sequence[Key]
    ) -> Iterator[tuple[Key, Effect]]:
        """What a step did to each of these records."""
        touched = _Touched(was, now) if Input.RECORDS in step else None
        if touched:
            self._fetch({one for key in keys for one in (key, *touched.beside(was.get(key), now.get(key)))})
        for key in keys:
            before, after = was.get(key), now.get(key)
            causes: list[Cause] = []
            by: list[By] = []
            if touched:
                cause, records = self._records(key, before, after, touched)
                causes.append(cause)
                by.extend(records)
            if Input.REVIEWS in step and (len(step) == 1 or self._said(before, after)):
                causes.append(Cause.REVIEW)
                by.extend(self._said(before, after))
            for each in step:
                if each in _RULES:
                    causes.append(_RULES[each])
                    by.append(self._rule(each, before, after))
            yield key, Effect(tuple(causes), before, after, tuple(by))

    def _records(
        self, key: Key, was: Decision | None, now: Decision | None, touched: _Touched
    ) -> tuple[Cause, list[ByRecord]]:
        own = self._came([key])
        if was is None:
            known = any(one.first <= self._low for one in self._arrivals(key))
            return (Cause.CORRECTED_VERSION if known and self._forward else Cause.NEW_RECORD), own
        if now is None:
            return (Cause.UNITED if self._forward else Cause.GONE), own
        if (was.reason is Reason.RETRACTED) != (now.reason is Reason.RETRACTED):
            return Cause.RETRACTION, own
        if was.record.sha256 != now.record.sha256 or was.record.version != now.record.version:
            return Cause.CORRECTED_VERSION, own
        if twins := touched.linked(was, now) - {key}:
            return Cause.TWIN, self._came(sorted(twins))
        if others := touched.of_patient(was, now) - {key}:
            return Cause.OTHER_DOSE, self._came(sorted(others))
        return self._silent(key, was, now)

    def _silent(self, key: Key, was: Decision, now: Decision) -> tuple[Cause, list[ByRecord]]:
        """What came of the patient's other records and is seen in no decision of theirs: one that is out of scope and
        was withdrawn, say.
        """
        sequences = {
            each for one in (was, now) if one.history >= 0 for each in self._store.records.of_patient(one.history)
        }
        found: dict[Key, ByRecord] = {}
        linked = False
        for sequence, arrived in sorted(self._store.records.arrivals(sequences, self._low, self._high).items()):
            if not arrived.versions:
                continue
            feed = arrived.versions[0].feed
            first = self._store.records.statement(sequence).identifiers[0]
            one = (feed, first.system, first.value)
            if one != key:
                found[one] = ByRecord(*one, arrived.versions)
                decided = self._store.runs.decision_of(*one)
                if decided and decided.decision.vaccination in (was.vaccination, now.vaccination):
                    linked = True
        return (Cause.TWIN if linked else Cause.OTHER_DOSE), [found[one] for one in sorted(found)]

    def _came(self, keys: Sequence[Key]) -> list[ByRecord]:
        found = []
        for key in keys:
            versions = {one.sequence: one for each in self._arrivals(key) for one in each.versions}
            found.append(ByRecord(*key, tuple(versions[sequence] for sequence in sorted(versions))))
        return found

    def _arrivals(self, key: Key) -> list[Arrivals]:
        return [self._arrived[each] for each in self._sequences(key)]

    def _sequences(self, key: Key) -> list[int]:
        return [one.sequence for each in self._lists if (one := each.get(key))]

    def _fetch(self, keys: Iterable[Key]) -> None:
        """What came of these records, asked for together."""
        wanted = {each for key in keys for each in self._sequences(key)} - self._arrived.keys()
        self._arrived |= self._store.records.arrivals(wanted, self._low, self._high)

    def _said(self, was: Decision | None, now: Decision | None) -> list[ByReview]:
        """The verdicts on records of the vaccination that only one of the runs knew; else those on the patient's."""
        decisions = [one for one in (was, now) if one]
        vaccinations, histories = {one.vaccination for one in decisions}, {one.history for one in decisions}
        own = [said for said, vaccination, _ in self._new_reviews if vaccination in vaccinations]
        return own or [said for said, _, history in self._new_reviews if history in histories]

    @cached_property
    def _new_reviews(self) -> list[tuple[ByReview, str, int]]:
        first, second = self._first.reviews, self._second.reviews
        found = []
        for one in [*(each for each in first if each not in second), *(each for each in second if each not in first)]:
            key = (one.feed, one.system, one.value)
            decided = next((each[key] for each in self._lists if key in each), None)
            if decided is None:
                last = self._store.runs.decision_of(*key)
                decided = last.decision if last else None
            if decided:
                found.append((reviewed(one), decided.vaccination, decided.history))
        return found

    def _rule(self, kind: Input, was: Decision | None, now: Decision | None) -> ByRule:
        first, second = self._first.run, self._second.run
        match kind:
            case Input.TABLES:
                rows = self._rows(was, self._second), self._rows(now, self._first)
                return ByRule(*rows) if any(rows) else ByRule(self._tables, self._tables)
            case Input.DIRECTORY:
                old, new = _entries(was), _entries(now)
                return ByRule(tuple(one for one in old if one not in new), tuple(one for one in new if one not in old))
            case Input.SETTING:
                return ByRule((first.gms_extension,), (second.gms_extension,))
        return ByRule((first.code_version,), (second.code_version,))

    @cached_property
    def _tables(self) -> tuple[str, ...]:
        """The tables, and the releases of official ones, that only one of the runs had so."""
        before, after = self._first.run.ruleset_files, self._second.run.ruleset_files
        return tuple(sorted({name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}))

    def _rows(self, decision: Decision | None, other: Inputs) -> tuple[str, ...]:
        """The rows that a decision rests on and that the other run did not have so. Where its tables are no longer
        kept, the rows of the tables that differ.
        """
        mine = self._first if other is self._second else self._second
        sources = [ground.source for ground in decision.grounds] if decision else []
        named = {(row[1], int(row[2])) for source in sources for row in _ROW.finditer(source)}
        if mine.catalogue is None or other.catalogue is None:
            return tuple(f"{file}:{number}" for file, number in sorted(named) if file in self._tables)
        return tuple(
            f"{file}:{number}"
            for file, number in sorted(named)
            if _cells(mine.catalogue, file, number) not in _all_cells(other.catalogue, file)
        )


class _Touched:
    """The records of a step that are new, gone, of another version, otherwise linked, or newly withdrawn."""

    def __init__(self, old: Decisions, new: Decisions) -> None:
        self._linked: dict[str, set[Key]] = defaultdict(set)
        self._patients: dict[int, set[Key]] = defaultdict(set)
        for key in old.keys() | new.keys():
            was, now = old.get(key), new.get(key)
            if was and now and not _moved(was, now):
                continue
            for one in (was, now):
                if one:
                    self._linked[one.vaccination].add(key)
                    self._patients[one.history].add(key)

    def beside(self, was: Decision | None, now: Decision | None) -> set[Key]:
        """Those that may be why a record is decided otherwise."""
        return self.linked(was, now) | self.of_patient(was, now) if was and now else set()

    def linked(self, was: Decision, now: Decision) -> set[Key]:
        return self._linked.get(was.vaccination, set()) | self._linked.get(now.vaccination, set())

    def of_patient(self, was: Decision, now: Decision) -> set[Key]:
        return self._patients.get(was.history, set()) | self._patients.get(now.history, set())


def _cells(catalogue: Catalogue, file: str, number: int) -> dict[str, str]:
    return next((row.cells for row in catalogue.tables.rows(file) if row.number == number), {})


def _all_cells(catalogue: Catalogue, file: str) -> list[dict[str, str]]:
    return [row.cells for row in catalogue.tables.rows(file)]


def _moved(was: Decision, now: Decision) -> bool:
    if was.record != now.record or was.vaccination != now.vaccination or was.history != now.history:
        return True
    return (was.reason is Reason.RETRACTED) != (now.reason is Reason.RETRACTED)


def _entries(decision: Decision | None) -> tuple[str, ...]:
    """The entries of the directory that a decision rests on, or what it says of an organisation without one."""
    if decision is None:
        return ()
    found: dict[str, None] = {}
    for ground in decision.grounds:
        if ground.what in _ORGANISATIONS:
            found |= dict.fromkeys(ground.source.split("; ") if ground.source else [ground.says])
    return tuple(found)
