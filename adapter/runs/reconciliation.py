"""One reconciliation run: everything known at a cut, decided under rules that are named by their digests.

A run is a function of its inputs. Its id is the hash of them: which record versions, which tables, which directory,
which code, which parameters. The same inputs give the same bytes out, on any machine and database.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import IO

import msgspec
from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.achievement.tally import Tally
from adapter.digest import canonical, digest
from adapter.errors import AdapterError
from adapter.reconcile.decide import decide
from adapter.reconcile.decision import Decision, decision_id
from adapter.reconcile.record import Record
from adapter.reconcile.review import Review
from adapter.runs.codeversion import code_version
from adapter.runs.ruleset import rules_in_force
from adapter.store.runs import Run
from adapter.store.store import Store

Report = Callable[[int], None]


class Parameters(Struct, frozen=True):
    """What a person asks of a run: the months to emit, `YYYY-MM`, both included; the moment to look back to; the URL
    of the GMS extension.
    """

    period_from: str
    period_to: str
    as_of: datetime | None = None
    gms_extension: str = ""


class Finished(Struct, frozen=True):
    """A run and what a person wants to know of it at once."""

    run: Run
    achievements: list[Achievement]
    organisations: int
    repeated: bool
    """The same inputs gave this run before: nothing was written."""


def reconcile(store: Store, parameters: Parameters, report: Report = lambda _: None) -> Finished:
    """Decide every record known at the cut, once each, and emit the counts of the months asked for.

    Raises AdapterError where records and decisions do not add up: then nothing is written.
    """
    started = datetime.now(UTC)
    reviews = store.reviews.listed(parameters.as_of)
    rules, role_digest = rules_in_force(store, parameters.gms_extension, reviews)
    cut = store.records.cut(parameters.as_of)
    tally, outcomes, inputs, outputs = Tally(), Counter[str](), hashlib.sha256(), hashlib.sha256()
    records = 0
    with tempfile.TemporaryFile() as spool:
        for patient in store.records.read(cut):
            for record in patient:
                inputs.update(_input(record))
            decisions = decide(patient, rules)
            _conserve(patient, decisions)
            records += len(patient)
            for decision in decisions:
                id_ = decision_id(decision)
                outputs.update(id_.encode())
                outcomes[decision.outcome.value] += 1
                tally.add(decision, id_)
                _put(spool, id_, decision)
            report(records)
        if sum(outcomes.values()) != records:
            raise AdapterError(f"{records} records gave {sum(outcomes.values())} decisions: nothing was written.")
        directory = digest([rules.directory.digest, role_digest])
        version = code_version()
        id_ = digest(
            ["run", inputs.hexdigest(), rules.catalogue.digest, directory, version, _asked(parameters), _said(reviews)]
        )
        achievements = tally.achievements(id_, parameters.period_from, parameters.period_to, rules.catalogue)
        outputs.update(canonical(achievements))
        latest = next(reversed(store.runs.listed()), None)
        if latest and latest.id == id_ and latest.output_digest == outputs.hexdigest():
            return Finished(latest, achievements, len(rules.directory), repeated=True)
        run = Run(
            id=id_,
            period_from=parameters.period_from,
            period_to=parameters.period_to,
            as_of=parameters.as_of,
            cut=cut.sequence,
            cut_digest=inputs.hexdigest(),
            ruleset_digest=rules.catalogue.digest,
            ruleset_files=dict(rules.catalogue.digests),
            directory_digest=directory,
            code_version=version,
            output_digest=outputs.hexdigest(),
            started=started,
            finished=datetime.now(UTC),
            outcomes=dict(sorted(outcomes.items())),
        )
        spool.seek(0)
        return Finished(store.runs.save(run, _spooled(spool), achievements), achievements, len(rules.directory), False)


def _input(record: Record) -> bytes:
    """What of a record decides: all but the number that the store gave it."""
    return hashlib.sha256(canonical(msgspec.structs.replace(record, sequence=0))).digest()


def _conserve(records: list[Record], decisions: list[Decision]) -> None:
    """Each record exactly one decision; the keys are compared, not only counted."""
    decided = Counter((one.record.feed, one.record.system or "", one.record.value) for one in decisions)
    if decided != Counter(record.key for record in records):
        raise AdapterError("A record came back undecided or decided twice: nothing was written; please report this.")


def _asked(parameters: Parameters) -> list[str]:
    """The parameters that decide. The moment looked back to does so through the records that it lets in."""
    return [parameters.period_from, parameters.period_to, parameters.gms_extension]


def _said(reviews: list[Review]) -> list[list[str]]:
    return sorted([one.practice, one.feed, one.system, one.value, one.verdict, one.who, one.when] for one in reviews)


def _put(spool: IO[bytes], id_: str, decision: Decision) -> None:
    body = msgspec.msgpack.encode((id_, decision))
    spool.write(len(body).to_bytes(4, "big") + body)


def _spooled(spool: IO[bytes]) -> Iterator[tuple[str, Decision]]:
    decoder = msgspec.msgpack.Decoder(tuple[str, Decision])
    while length := spool.read(4):
        yield decoder.decode(spool.read(int.from_bytes(length, "big")))
