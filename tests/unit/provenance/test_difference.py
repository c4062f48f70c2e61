"""What differs between two runs, which input did what, by which record or row, and what it is worth."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from adapter.achievement.estimate import estimates, fees_of, total
from adapter.normalise.overlay import Overlay, RowChange
from adapter.organisations.parse import parse
from adapter.organisations.release import Release, encode
from adapter.provenance.difference import ByRecord, ByReview, ByRule, Cause, Change, Wanted
from adapter.provenance.difference_text import difference_csv, difference_json, difference_ndjson
from adapter.provenance.effects import Difference, difference
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.runs.ruleset import catalogue_in_force
from adapter.store.runs import Run
from adapter.store.store import Store

from filled import dose
from sending import SYSTEM, by_identifier, deletion, ndjson, send

MONTHS = Parameters("2024-08", "2024-12")
PERTUSSIS = "956951000000104"
ELSEWHERE = Overlay(
    "rf2", "a snapshot", ("1",), (RowChange("snomed.csv", PERTUSSIS, "change", {"role": "given-elsewhere"}),)
)


def organisation(store: Store, name: str, code: str, setting: str = "") -> None:
    cells = [""] * 27
    cells[0], cells[1], cells[10], cells[12], cells[25] = code, "INVENTED", "19740401", "A", setting
    content = ",".join(cells).encode()
    release = parse(content, name)
    assert isinstance(release, Release)
    store.ods_releases.add(content, release.kind, encode(release))


def begin(store: Store, *doses: dict[str, Any]) -> Run:
    organisation(store, "epraccur.csv", "D83013", "4")
    store.feeds.remember("gp", "D83013")
    send(store, ndjson(*doses), "gp")
    return again(store)


def again(store: Store) -> Run:
    return reconcile(store, MONTHS).run


def sent(store: Store, content: dict[str, Any], feed: str = "gp") -> str:
    return send(store, content, feed).delivery


def only(found: Difference) -> Change:
    [change] = found.changes
    return change


def delivery_of(store: Store, by: ByRecord) -> list[tuple[str, str]]:
    return [(one.kind, one.delivery) for one in by.came]


def test_a_twin_that_arrived_is_named_with_its_delivery(store: Store) -> None:
    organisation(store, "etr.csv", "RVV")
    first = begin(store, dose("v1", 1), dose("v2", 2))
    sent(store, dose("t1", 1, "RVV"), "trust")
    found = difference(store, first, again(store))
    changes = {one.shown.record.value: one for one in found.changes}
    [effect] = changes["v1"].effects
    assert effect.causes == (Cause.TWIN,)
    [by] = effect.by
    assert isinstance(by, ByRecord)
    assert (by.feed, by.system, by.value) == ("trust", SYSTEM, "t1")
    [came] = by.came
    assert (came.kind, came.delivery) == ("statement", store.deliveries.found(came.delivery).id)
    assert came.feed == store.deliveries.found(came.delivery).feed == "trust"
    assert [each.causes for each in changes["t1"].effects] == [(Cause.NEW_RECORD,)]
    assert [(one.before, one.after) for one in found.counts] == [(2, 1)]


def test_a_corrected_version_and_a_retraction_name_what_came(store: Store) -> None:
    first = begin(store, dose("v1", 1), dose("v2", 2))
    send(store, dose("v1", 1, "RVV"), "gp")
    send(store, deletion(by_identifier("v2")), "gp")
    found = difference(store, first, again(store))
    told = {one.shown.record.value: one.effects[0] for one in found.changes}
    assert {value: one.causes for value, one in told.items()} == {
        "v1": (Cause.CORRECTED_VERSION,),
        "v2": (Cause.RETRACTION,),
    }
    kinds = {}
    for value, one in told.items():
        [by] = one.by
        assert isinstance(by, ByRecord)
        assert by.value == value
        kinds[value] = [came.kind for came in by.came]
    assert kinds == {"v1": ["statement"], "v2": ["delete"]}


def test_two_records_that_become_one(store: Store) -> None:
    first = begin(store, dose("a", 1), dose("b", 1))
    names = [{"system": SYSTEM, "value": value} for value in "ab"]
    sent(store, dose("a", 1) | {"identifier": names})
    found = difference(store, first, again(store))
    assert Cause.UNITED in {cause for one in found.changes for cause in one.causes}


def test_changed_tables_name_the_row(store: Store) -> None:
    first = begin(store, dose("v1", 1))
    store.mapping_releases.add(ELSEWHERE)
    [effect] = only(difference(store, first, again(store))).effects
    assert effect.causes == (Cause.MAPPING,)
    [by] = effect.by
    assert isinstance(by, ByRule)
    number = next(row.number for row in catalogue_in_force().tables.rows("snomed.csv") if row["code"] == PERTUSSIS)
    assert (by.before, by.after) == ((f"snomed.csv:{number}",),) * 2


def test_a_changed_directory_names_the_entry(store: Store) -> None:
    first = begin(store, dose("v1", 1, "RVV"))
    organisation(store, "etr.csv", "RVV")
    [effect] = only(difference(store, first, again(store))).effects
    assert effect.causes == (Cause.DIRECTORY,)
    [by] = effect.by
    assert isinstance(by, ByRule)
    assert by.before == ("The performer as sent is not known to the directory on that day.",)
    assert by.after
    assert all(entry.startswith("RVV ") for entry in by.after)


def test_a_review_is_named_by_who_and_when(store: Store) -> None:
    first = begin(store, dose("v1", 1), dose("v2", 2))
    store.reviews.add("D83013", ("gp", SYSTEM, "v1"), "given-elsewhere", "A. Manager", "seen in the letter")
    found = difference(store, first, again(store))
    [effect] = only(found).effects
    assert effect.causes == (Cause.REVIEW,)
    [by] = effect.by
    assert isinstance(by, ByReview)
    assert (by.value, by.verdict, by.who) == ("v1", "given-elsewhere", "A. Manager")
    assert "seen in the letter" not in difference_json(found, catalogue_in_force())


def test_data_and_rules_that_changed_together_are_told_apart(store: Store) -> None:
    """v1 is changed by its correction alone, v2 by the tables alone, v3 by both, each in its turn."""
    organisation(store, "etr.csv", "RVV")
    other = "39343008"
    first = begin(store, dose("v1", 1, code=other), dose("v2", 2), dose("v3", 3, "X99999"))
    send(store, ndjson(dose("v1", 1, "RVV", other), dose("v3", 3)), "gp")
    between = {one.decision.record.value: one.decision for one in store.runs.decisions(again(store))}
    store.mapping_releases.add(ELSEWHERE)
    found = difference(store, first, again(store))
    assert found.apart
    told = {one.shown.record.value: [each.causes for each in one.effects] for one in found.changes}
    assert told["v2"] == [(Cause.MAPPING,)]
    assert told["v3"] == [(Cause.CORRECTED_VERSION,), (Cause.MAPPING,)]
    assert told["v1"] == [(Cause.CORRECTED_VERSION,)]
    [by_data, by_rules] = next(one for one in found.changes if one.shown.record.value == "v3").effects
    assert by_data.after == by_rules.before
    assert by_data.after is not None
    assert (by_data.after.outcome, by_data.after.reason) == (between["v3"].outcome, between["v3"].reason)


def test_tables_and_directory_that_changed_together_are_told_apart(store: Store) -> None:
    first = begin(store, dose("v1", 1), dose("v2", 2, "RVV", "39343008"))
    store.mapping_releases.add(ELSEWHERE)
    organisation(store, "etr.csv", "RVV")
    found = difference(store, first, again(store))
    told = {one.shown.record.value: [each.causes for each in one.effects] for one in found.changes}
    assert told == {"v1": [(Cause.MAPPING,)], "v2": [(Cause.DIRECTORY,)]}


def test_a_release_that_was_withdrawn_is_still_known(store: Store) -> None:
    number = store.mapping_releases.add(ELSEWHERE)
    first = begin(store, dose("v1", 1), dose("v2", 2, code="39343008"))
    store.mapping_releases.withdraw(number)
    sent(store, deletion(by_identifier("v2")))
    found = difference(store, first, again(store))
    assert found.apart
    assert {one.shown.record.value: one.causes for one in found.changes} == {
        "v1": (Cause.MAPPING,),
        "v2": (Cause.RETRACTION,),
    }


def test_where_the_rules_of_then_are_gone_nothing_is_pretended(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of another version of the code than this, on both sides, cannot be decided again."""
    first = begin(store, dose("v1", 1))
    store.mapping_releases.add(ELSEWHERE)
    sent(store, dose("v1", 1, "RVV"))
    second = again(store)
    monkeypatch.setattr("adapter.provenance.inputs.code_version", lambda: "another")
    found = difference(store, first, second)
    assert not found.apart
    [effect] = only(found).effects
    assert set(effect.causes) == {Cause.CORRECTED_VERSION, Cause.MAPPING}
    assert json.loads(difference_json(found, catalogue_in_force()))["apart"] is False


def test_filters(store: Store) -> None:
    first = begin(store, dose("v1", 1), dose("v2", 2))
    send(store, ndjson(dose("v1", 1, "X99999"), dose("v2", 2, "X99999")), "gp")
    second = again(store)
    assert len(difference(store, first, second, Wanted("D83013", "pertussis", "2024-09")).changes) == 2
    for wanted in (Wanted(practice="G81086"), Wanted(programme="mmr"), Wanted(period="2024-10")):
        found = difference(store, first, second, wanted)
        assert (found.changes, found.counts) == ([], [])


def test_formats_say_the_same(store: Store) -> None:
    first = begin(store, dose("v1", 1), dose("v2", 2))
    send(store, deletion(by_identifier("v1")), "gp")
    found = difference(store, first, again(store))
    catalogue = catalogue_in_force()
    whole = json.loads(difference_json(found, catalogue))
    lines = [json.loads(line) for line in difference_ndjson(found, catalogue)]
    assert [one.pop("line") for one in lines] == ["runs", "count", "estimate", "record"]
    assert lines == [
        {name: whole[name] for name in ("a", "b", "apart")},
        *whole["counts"],
        *whole["money"],
        *whole["records"],
    ]
    [row] = csv.DictReader(io.StringIO("".join(difference_csv(found))))
    assert (row["value"], row["outcome_before"], row["outcome_after"], row["counted"]) == (
        "v1",
        "counted",
        "excluded",
        "-1",
    )
    assert row["cause"] == "retraction"
    assert row["because"].startswith("retraction: gp ")
    [money] = whole["money"]
    assert (money["kind"], money["doses"], money["least"], money["most"]) == ("estimate", -1, "-10.06", "-10.06")


def test_an_estimate_rests_on_stated_fees_alone() -> None:
    catalogue = catalogue_in_force()
    found = estimates(
        [
            ("A", "pertussis", "2024-09", 2),
            ("A", "pertussis", "2018-09", -1),
            ("A", "covid", "2026-02", 3),
            ("A", "mmr", "2025-09", 0),
            ("B", "six-in-one", "2025-04", 2),
            ("B", "six-in-one", "2021-03", 0),
            ("C", "six-in-one", "2025-04", -2),
            ("C", "hpv", "2026-04", 1),
        ],
        catalogue,
    )
    told = {(one.practice, one.programme): (one.doses, one.least, one.most, one.unpriced) for one in found}
    assert told == {
        ("A", "pertussis"): (1, "10.32", "10.32", 0),
        ("A", "covid"): (3, None, None, 3),
        ("B", "six-in-one"): (2, "20.12", "24.12", 0),
        ("C", "six-in-one"): (-2, "-24.12", "-20.12", 0),
        ("C", "hpv"): (1, None, None, 1),
    }
    assert all(one.open for one in found if one.programme == "six-in-one")
    assert total(found) is None
    assert total([one for one in found if one.least]) == ("6.32", "14.32")
    assert fees_of(catalogue, "six-in-one", "2021-03") == []
