"""Decisions added up: what makes a count, which month it belongs to, and that order plays no part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from adapter.achievement.achievement import Achievement
from adapter.achievement.tally import Amount, Tally, achievements, cell_of, end_of, root
from adapter.digest import merkle_root
from adapter.normalise.catalogue import Catalogue, catalogue_of, load_catalogue
from adapter.normalise.tables import mappings_folder, read_folder
from adapter.reasons import Outcome, Reason
from adapter.reconcile.decision import Decision, RecordRef


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    loaded = load_catalogue()
    assert isinstance(loaded, Catalogue)
    return loaded


def decision(outcome: Outcome, **more: Any) -> Decision:
    said: dict[str, Any] = {
        "outcome": outcome,
        "reason": Reason.TWIN,
        "supporting": (),
        "practice": "D83013",
        "programme": "hpv",
        "indicator": "HPV003",
        "period": "2025-01",
        "occurred": "2025-01-05",
        "vaccination": "v",
        "record": RecordRef("f", "s", "v", 1, "ab", "#"),
    }
    return Decision(**(said | more))


def ids(number: int) -> str:
    return f"{number:032x}"


def added(*decisions: Decision) -> Tally[tuple[str | None, ...]]:
    tally = Tally[tuple[str | None, ...]]()
    for number, one in enumerate(decisions):
        tally.add(where(one), one.outcome, bytes.fromhex(ids(number)))
    return tally


def where(one: Decision) -> tuple[str | None, ...]:
    return one.practice, one.programme, one.indicator, one.period


def counts(catalogue: Catalogue, *decisions: Decision) -> list[Achievement]:
    return list(achievements(added(*decisions).amounts(lambda parts: cell_of(*parts)), catalogue))


def test_a_count_says_this(catalogue: Catalogue) -> None:
    outcomes = [Outcome.COUNTED] * 3 + [Outcome.EXCLUDED] * 2 + [Outcome.QUERIED]
    [made] = counts(catalogue, *map(decision, outcomes))
    assert made == Achievement(
        run="",
        count="bb2e66fd3e5cc2981317bed587982a31",  # people have written it down: it never changes
        practice="D83013",
        service="HPV completing dose",
        programme="hpv",
        indicator="HPV003",
        period="2025-01",
        achievement_date="2025-01-31",
        value=3,
        state="ready",
        holds=(),
        excluded=2,
        queried=1,
        root=merkle_root([ids(number).encode() for number in range(6)]),
    )


@pytest.mark.parametrize("outcome", [Outcome.MERGED, Outcome.OUT_OF_SCOPE])
def test_what_nobody_is_asked_about_is_in_no_count(catalogue: Catalogue, outcome: Outcome) -> None:
    assert counts(catalogue, decision(outcome)) == []


@pytest.mark.parametrize("unknown", ["practice", "programme", "indicator", "period"])
def test_a_decision_that_leaves_something_open_is_in_no_count(catalogue: Catalogue, unknown: str) -> None:
    assert counts(catalogue, decision(Outcome.QUERIED, **{unknown: None})) == []


def test_counts_are_sorted(catalogue: Catalogue) -> None:
    cells = [
        {"practice": "D83013", "period": "2025-03"},
        {"practice": "D83013", "period": "2025-02"},
        {"practice": "A81001", "period": "2025-03"},
        {"practice": "A81001", "indicator": "HPV004", "period": "2025-02"},
        {"practice": "A81001", "programme": "menb", "indicator": "MENBI01", "period": "2025-03"},
    ]
    made = counts(catalogue, *(decision(Outcome.COUNTED, **one) for one in cells))
    assert [(one.practice, one.programme, one.indicator, one.period) for one in made] == [
        ("A81001", "hpv", "HPV003", "2025-03"),
        ("A81001", "hpv", "HPV004", "2025-02"),
        ("A81001", "menb", "MENBI01", "2025-03"),
        ("D83013", "hpv", "HPV003", "2025-02"),
        ("D83013", "hpv", "HPV003", "2025-03"),
    ]


def test_a_practice_that_had_nothing_counted_has_a_count_of_nothing(catalogue: Catalogue) -> None:
    [made] = counts(catalogue, decision(Outcome.QUERIED))
    assert (made.value, made.excluded, made.queried) == (0, 0, 1)


def test_every_indicator_of_a_service_is_held_with_the_service(catalogue: Catalogue) -> None:
    """Five in the service of one practice and month: neither reaches five alone, and both are held."""
    three = [decision(Outcome.COUNTED)] * 3
    two = [decision(Outcome.COUNTED, indicator="HPV004")] * 2
    another = [decision(Outcome.COUNTED, practice="A81001"), decision(Outcome.COUNTED, period="2025-02")]
    made = counts(catalogue, *three, *two, *another)
    assert [(one.practice, one.indicator, one.period, one.state, one.holds) for one in made] == [
        ("A81001", "HPV003", "2025-01", "ready", ()),
        ("D83013", "HPV003", "2025-01", "held", ("threshold",)),
        ("D83013", "HPV003", "2025-02", "ready", ()),
        ("D83013", "HPV004", "2025-01", "held", ("threshold",)),
    ]


def test_only_what_is_counted_reaches_a_threshold(catalogue: Catalogue) -> None:
    assert [one.state for one in counts(catalogue, *[decision(Outcome.QUERIED)] * 9)] == ["ready"]


def test_a_threshold_speaks_of_the_last_day_of_the_month() -> None:
    files = read_folder(mappings_folder())
    old, new = b"\nhpv,5,NHS England London,,", b"\nhpv,1,NHS England London,2025-01-31,"
    assert files["holds.csv"].count(old) == 1
    dated = catalogue_of({**files, "holds.csv": files["holds.csv"].replace(old, new)})
    assert isinstance(dated, Catalogue), dated
    made = counts(dated, decision(Outcome.COUNTED, period="2024-12"), decision(Outcome.COUNTED))
    assert [(one.period, one.holds) for one in made] == [("2024-12", ()), ("2025-01", ("threshold",))]


def test_a_month_under_an_open_incident_is_held(catalogue: Catalogue) -> None:
    autumn = {"programme": "pertussis", "indicator": "PT001"}
    made = counts(
        catalogue,
        decision(Outcome.COUNTED, period="2024-10", **autumn),
        decision(Outcome.COUNTED, period="2024-11", **autumn),
    )
    assert [(one.period, one.state, one.holds) for one in made] == [
        ("2024-10", "held", ("incident",)),
        ("2024-11", "ready", ()),
    ]


def test_a_count_has_an_id_of_all_that_it_says(catalogue: Catalogue) -> None:
    """It stands from a run until a run: what two runs say alike is one count."""
    one = decision(Outcome.COUNTED)
    cells = [{"practice": "A81001"}, {"programme": "menb"}, {"indicator": "HPV004"}, {"period": "2025-02"}]
    others = [decision(Outcome.COUNTED, **cell) for cell in cells]
    more = [[one, one], [decision(Outcome.EXCLUDED)], [decision(Outcome.QUERIED)], *([other] for other in others)]
    made = [counts(catalogue, *each)[0].count for each in ([one], *more)]
    assert len(set(made)) == len(made)
    assert made == [counts(catalogue, *each)[0].count for each in ([one], *more)]
    [other_root] = achievements(_one_leaf(one, 7), catalogue)
    assert other_root.count not in made


def _one_leaf(one: Decision, number: int) -> Iterator[Amount]:
    tally = Tally[tuple[str | None, ...]]()
    tally.add(where(one), one.outcome, bytes.fromhex(ids(number)))
    return tally.amounts(lambda parts: cell_of(*parts))


def test_decisions_come_in_any_order(catalogue: Catalogue) -> None:
    said = [(1, decision(Outcome.COUNTED)), (2, decision(Outcome.QUERIED)), (3, decision(Outcome.COUNTED))]
    made = []
    for order in permutations(said):
        tally = Tally[tuple[str | None, ...]]()
        for number, one in order:
            tally.add(where(one), one.outcome, bytes.fromhex(ids(number)))
        made.append(list(achievements(tally.amounts(lambda parts: cell_of(*parts)), catalogue)))
    assert all(one == made[0] for one in made)


def test_the_root_is_over_the_sorted_ids() -> None:
    assert root(["b", "a"]) == root(iter(["a", "b"])) == merkle_root([b"a", b"b"])
    assert root(["a"]) != root(["b"])


@pytest.mark.parametrize(
    ("period", "last"),
    [
        ("2024-01", date(2024, 1, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 28)),
        ("2100-02", date(2100, 2, 28)),
        ("2024-11", date(2024, 11, 30)),
        ("2024-12", date(2024, 12, 31)),
    ],
)
def test_the_last_day_of_a_month(period: str, last: date) -> None:
    assert end_of(period) == last
