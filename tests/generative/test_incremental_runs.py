"""Deciding only what changed gives what deciding everything gives, to the byte, after any history of arrivals.

And the difference of two runs, read from what began and ended between them, is that of their full lists.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from adapter.achievement.emission import counts_json, decision_line
from adapter.organisations.parse import parse
from adapter.organisations.release import Release, encode
from adapter.provenance.difference import Effect, Wanted, count_changes
from adapter.provenance.effects import difference, explained
from adapter.reconcile.decision import Decision
from adapter.runs.reconciliation import Finished, Parameters, reconcile
from adapter.store.runs import Run
from adapter.store.store import Store, open_store
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sending import NHS_NUMBER, SYSTEM, database_settings, deletion, nhs_number, send

SNOMED = "http://snomed.info/sct"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
PROCEDURE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
MONTHS = Parameters("2024-08", "2024-12")
FEEDS = {"gp-d83013": "D83013", "gp-g81086": "G81086", "ravs": ""}
OTHER = "https://other.example/identifiers"

Step = tuple[str, str, Any]
"""`send` a resource into a feed, or `review` a record."""


@st.composite
def resources(draw: st.DrawFn) -> dict[str, Any]:
    values = draw(st.lists(st.sampled_from("abcde"), min_size=1, max_size=2, unique=True))
    patient = draw(st.sampled_from([1, 1, 2, 3, None]))
    resource: dict[str, Any] = {
        "resourceType": "Immunization",
        "meta": {"versionId": str(draw(st.integers(1, 4)))},
        "identifier": [{"system": SYSTEM, "value": value} for value in values],
        "status": draw(st.sampled_from(("completed", "completed", "completed", "entered-in-error"))),
        "extension": [
            {
                "url": PROCEDURE,
                "valueCodeableConcept": {
                    "coding": [{"system": SNOMED, "code": draw(st.sampled_from(("1303503001", "956951000000104")))}]
                },
            }
        ],
        "vaccineCode": {"text": "vaccine"},
        "patient": {"reference": "#p"},
        "occurrenceDateTime": draw(st.sampled_from(("2024-09-12", "2024-09-13", "2024-10-02"))),
        "primarySource": True,
        "lotNumber": draw(st.sampled_from(("AB12", "CD34"))),
    }
    if patient:
        identifier = {"system": NHS_NUMBER, "value": nhs_number(patient)}
        said = {"resourceType": "Patient", "id": "p", "identifier": [identifier], "birthDate": "1946-01-01"}
        resource["contained"] = [{**said, "gender": "female"}]
    performer = draw(st.sampled_from(("D83013", "G81086", "RVV", None)))
    if performer:
        resource["performer"] = [{"actor": {"type": "Organization", "identifier": {"system": ODS, "value": performer}}}]
    return resource


@st.composite
def steps(draw: st.DrawFn) -> Step:
    feed = draw(st.sampled_from(sorted(FEEDS)))
    match draw(st.sampled_from(["send"] * 6 + ["delete", "review"])):
        case "delete":
            value = draw(st.sampled_from("abcde"))
            return "send", feed, deletion(f"Immunization?identifier={SYSTEM}|{value}")
        case "review":
            verdict = draw(st.sampled_from(("given-by-practice", "given-elsewhere")))
            return "review", feed, (draw(st.sampled_from("abcde")), verdict)
    return "send", feed, draw(resources())


@contextmanager
def fresh(migrated: Path) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as name:
        shutil.copyfile(migrated, Path(name) / "adapter.sqlite3")
        made = database_settings(Path(name))
        with open_store(made.database_url, made) as store:
            begin(store)
            yield store


def begin(store: Store) -> None:
    def row(code: str, setting: str = "") -> str:
        cells = [""] * 27
        cells[0], cells[1], cells[10], cells[12], cells[25] = code, "INVENTED", "19740401", "A", setting
        return ",".join(cells)

    for feed, practice in FEEDS.items():
        store.feeds.remember(feed, practice or None)
    for name, rows in {"epraccur.csv": [row("D83013", "4"), row("G81086", "4")], "etr.csv": [row("RVV")]}.items():
        content = "\n".join(rows).encode()
        release = parse(content, name)
        assert isinstance(release, Release)
        store.ods_releases.add(content, release.kind, encode(release))


def take(store: Store, step: Step) -> None:
    what, feed, said = step
    if what == "send":
        send(store, said, feed)
        return
    value, verdict = said
    store.reviews.add(FEEDS[feed] or "D83013", (feed, SYSTEM, value), verdict, "A. Reviewer", "seen")


def output(store: Store, run: Run) -> tuple[str, list[str], str, str, dict[str, int]]:
    """Everything that a run says; a decision's `sequence` is where it was decided first and is not said."""
    lines = [decision_line(run.id, one.id, one.decision) for one in store.runs.decisions(run)]
    assert sum(run.outcomes.values()) == len(lines)
    return run.id, lines, counts_json(store.runs.achievements(run)), run.output_digest, run.outcomes


def same(one: Finished, store: Store, months: Parameters = MONTHS) -> None:
    """Deciding everything anew finds nothing to write."""
    again = reconcile(store, months, full=True)
    assert again.repeated
    assert again.run == one.run


def differences(store: Store, runs: Sequence[Run]) -> None:
    """Of the first and the last run, in both directions: by what began and ended, and by the full lists."""
    lists = {run.number: [one.decision for one in store.runs.decisions(run)] for run in runs}
    for first in runs[:: max(1, len(runs) - 1)]:
        for second in runs[:: max(1, len(runs) - 1)]:
            _, brute = explained(store, (first, second), (lists[first.number], lists[second.number]), Wanted())
            found = difference(store, first, second)
            assert [_plain(one.before, one.after, one.effects) for one in found.changes] == [
                _plain(one.before, one.after, one.effects) for one in brute
            ]
            assert {(one.before and one.before.record, one.after and one.after.record) for one in found.changes} == {
                (was and was.record, now and now.record)
                for was, now in by_hand(lists[first.number], lists[second.number])
            }
            counted = count_changes(*store.runs.differing_counts(first, second))
            assert counted == count_changes(store.runs.achievements(first), store.runs.achievements(second))


def by_hand(old: list[Decision], new: list[Decision]) -> list[tuple[Decision | None, Decision | None]]:
    """What one list says otherwise than the other: record by record, from the lists alone."""

    def said(one: Decision | None) -> object:
        return one and (one.outcome, one.reason, one.practice, one.programme, one.indicator, one.period)

    def by_record(decisions: list[Decision]) -> dict[object, Decision]:
        return {(one.record.feed, one.record.system, one.record.value): one for one in decisions}

    before, after = by_record(old), by_record(new)
    pairs = [(before.get(key), after.get(key)) for key in before.keys() | after.keys()]
    return [(was, now) for was, now in pairs if said(was) != said(now)]


def _plain(before: Decision | None, after: Decision | None, effects: Sequence[Effect]) -> tuple[object, ...]:
    told = [(one.causes, one.by, one.before and one.before.reason, one.after and one.after.reason) for one in effects]
    return before and before.record, before and before.reason, after and after.record, after and after.reason, told


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(history=st.lists(st.lists(steps(), max_size=5), min_size=1, max_size=4))
def test_what_changed_is_all_that_there_is_to_decide(migrated_file: Path, history: list[list[Step]]) -> None:
    with fresh(migrated_file) as store:
        runs: list[Run] = []
        for arrived in history:
            for step in arrived:
                take(store, step)
            finished = reconcile(store, MONTHS)
            if not finished.repeated:
                runs.append(finished.run)
            same(finished, store)
        last = output(store, finished.run)
        differences(store, runs)
    reviewed = any(what == "review" for arrived in history for what, _, _ in arrived)
    if not reviewed:  # a review is of a moment, and the moment part of what decides
        with fresh(migrated_file) as store:
            for arrived in history:
                for step in arrived:
                    take(store, step)
            assert output(store, reconcile(store, MONTHS).run) == last


def vaccination(value: str, *, version: int = 1, **changes: Any) -> dict[str, Any]:
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": NHS_NUMBER, "value": nhs_number(changes.pop("patient", 1))}],
        "birthDate": "1946-01-01",
        "gender": "female",
    }
    performer = {"type": "Organization", "identifier": {"system": ODS, "value": changes.pop("performer", "D83013")}}
    code = {"coding": [{"system": SNOMED, "code": "1303503001"}]}
    return {
        "resourceType": "Immunization",
        "meta": {"versionId": str(version)},
        "contained": [patient],
        "identifier": [{"system": SYSTEM, "value": value}],
        "status": "completed",
        "extension": [{"url": PROCEDURE, "valueCodeableConcept": code}],
        "vaccineCode": {"text": "vaccine"},
        "patient": {"reference": "#p"},
        "occurrenceDateTime": "2024-09-12",
        "primarySource": True,
        "performer": [{"actor": performer}],
        **changes,
    }


def test_only_touched_patients_are_decided_again(store: Store) -> None:
    begin(store)
    for number in range(1, 9):
        send(store, vaccination(f"v{number}", patient=number), "gp-d83013")
    first = reconcile(store, MONTHS)
    assert (first.decided, first.run.outcomes) == (8, {"counted": 8})
    send(store, vaccination("v3", patient=3, version=2, performer="RVV"), "gp-d83013")
    second = reconcile(store, MONTHS)
    assert (second.decided, second.run.outcomes) == (1, {"counted": 7, "excluded": 1})
    same(second, store)
    [count] = second.achievements
    assert (count.value, count.excluded) == (7, 1)
    assert reconcile(store, MONTHS).repeated


def test_a_record_that_changes_its_patient_leaves_the_one_and_joins_the_other(store: Store) -> None:
    begin(store)
    send(store, vaccination("a", patient=1), "gp-d83013")
    send(store, vaccination("b", patient=2), "ravs")
    reconcile(store, MONTHS)
    send(store, vaccination("a", patient=2, version=2), "gp-d83013")
    moved = reconcile(store, MONTHS)
    assert (moved.decided, moved.run.outcomes) == (2, {"counted": 1, "merged": 1})
    same(moved, store)
    send(store, vaccination("a", patient=3, version=3) | {"contained": []}, "gp-d83013")
    lost = reconcile(store, MONTHS)
    same(lost, store)
    send(store, vaccination("a", patient=1, version=4), "gp-d83013")
    found = reconcile(store, MONTHS)
    same(found, store)
    assert sum(found.run.outcomes.values()) == 2


def test_other_months_need_no_new_decision(store: Store) -> None:
    begin(store)
    send(store, vaccination("a"), "gp-d83013")
    send(store, vaccination("b", patient=2, occurrenceDateTime="2024-11-12"), "gp-d83013")
    first = reconcile(store, Parameters("2024-09", "2024-10"))
    later = Parameters("2024-11", "2024-12")
    second = reconcile(store, later)
    assert second.decided == 0
    assert [one.period for one in first.achievements] == ["2024-09"]
    assert [one.period for one in second.achievements] == ["2024-11"]
    same(second, store, later)
    send(store, vaccination("c", patient=3, occurrenceDateTime="2024-11-12"), "gp-d83013")
    third = reconcile(store, later)
    assert [(one.period, one.value) for one in third.achievements] == [("2024-11", 2)]
    same(third, store, later)


def test_looking_back_decides_only_what_came_since(store: Store) -> None:
    begin(store)
    for number in range(1, 5):
        send(store, vaccination(f"v{number}", patient=number), "gp-d83013")
    first = reconcile(store, MONTHS)
    then = store.database.clock()
    send(store, vaccination("v1", version=2, performer="RVV"), "gp-d83013")
    store.reviews.add("D83013", ("gp-d83013", SYSTEM, "v2"), "given-elsewhere", "A. Reviewer", "seen")
    now = reconcile(store, MONTHS)
    assert now.decided == 2
    back = Parameters(MONTHS.period_from, MONTHS.period_to, as_of=then)
    looked = reconcile(store, back)
    assert (looked.decided, looked.run.id, looked.run.output_digest) == (2, first.run.id, first.run.output_digest)
    same(looked, store, back)
    again = reconcile(store, MONTHS)
    assert output(store, again.run) == output(store, now.run)


def test_other_rules_decide_everything_anew(store: Store) -> None:
    begin(store)
    for number in range(1, 4):
        send(store, vaccination(f"v{number}", patient=number), "gp-d83013")
    reconcile(store, MONTHS)
    marked = Parameters(MONTHS.period_from, MONTHS.period_to, gms_extension="https://gms.example/mark")
    assert reconcile(store, marked).decided == 3


def test_standing_decisions_that_are_not_the_last_runs_are_not_built_upon(store: Store) -> None:
    """A decision too few, as after a fault of the disk: said in a sentence, and nothing is written."""
    from adapter.errors import AdapterError

    begin(store)
    for number in range(1, 4):
        send(store, vaccination(f"v{number}"), "gp-d83013")
    before = reconcile(store, MONTHS)
    with store.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO decision_end (decision, until_run) VALUES (1, 1)")
    send(store, vaccination("v3", version=2, performer="RVV"), "gp-d83013")
    with pytest.raises(AdapterError, match="--full"):
        reconcile(store, MONTHS)
    assert store.runs.latest() == before.run
    assert sum(reconcile(store, MONTHS, full=True).run.outcomes.values()) == 3
