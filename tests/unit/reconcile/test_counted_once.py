"""The last questions, on verdicts as they stand: a dose once, a patient once, and the indicator is kept."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from adapter.normalise.indicator import Indicator
from adapter.reasons import Outcome, Reason
from adapter.reconcile.once import once
from adapter.reconcile.reading import read
from adapter.reconcile.record import Feed
from adapter.reconcile.review import Review
from adapter.reconcile.table import Verdict
from adapter.reconcile.vaccination import Claim, claims
from two_practices import GP, NEW_GP, OLD_GP, OTHER_GP, record, rules

DOSES = Indicator("D1", frozenset({"pertussis"}), "t")
PATIENTS = msgspec.structs.replace(DOSES, id="P1", counts="patients")
ANOTHER = msgspec.structs.replace(PATIENTS, id="P2")


def claim(value: str, feed: Feed = GP, vaccination: str = "v", verdict: Any = None, **more: Any) -> Claim:
    reading = read(record(feed, value, performer=feed.practice, **more), rules())
    [made] = claims(vaccination, [reading], (), rules())
    said = Review("p", "f", "s", "v", verdict, "w", "2025", "n") if verdict else None
    return msgspec.structs.replace(made, review=said)


def counted(indicator: Indicator | None = DOSES) -> Verdict:
    return Verdict(Outcome.COUNTED, Reason.GMS, indicator)


TWICE = Verdict(Outcome.QUERIED, Reason.CLAIMED_TWICE, DOSES)
ELSEWHERE = Verdict(Outcome.EXCLUDED, Reason.REVIEWED_ELSEWHERE, DOSES)
QUERIED = Verdict(Outcome.QUERIED, Reason.GMS_MISSING, DOSES)


@pytest.mark.parametrize(
    ("reviews", "verdicts", "settled"),
    [
        ((None, None), (counted(), counted()), (TWICE, TWICE)),
        ((None, None), (counted(), QUERIED), (counted(), QUERIED)),
        (("given-by-practice", None), (counted(), counted()), (counted(), ELSEWHERE)),
        ((None, "given-by-practice"), (counted(), counted()), (ELSEWHERE, counted())),
        (("given-by-practice", "given-by-practice"), (counted(), counted()), (TWICE, TWICE)),
        (("given-elsewhere", None), (counted(), counted()), (TWICE, TWICE)),
        (("given-by-practice", None), (QUERIED, counted()), (QUERIED, counted())),
    ],
)
def test_a_dose_is_counted_for_one_claimant(
    reviews: tuple[Any, Any], verdicts: tuple[Verdict, Verdict], settled: tuple[Verdict, Verdict]
) -> None:
    own, other = claim("a", GP, verdict=reviews[0]), claim("b", OTHER_GP, verdict=reviews[1])
    judged = [(own, verdicts[0]), (other, verdicts[1])]
    assert once(judged, rules()) == [(own, settled[0]), (other, settled[1])]
    third = claim("c", OLD_GP, vaccination="another", occurred="2024-01-01")
    assert dict(zip("abc", [each for _, each in once([*judged, (third, counted())], rules())], strict=True)) == {
        "a": counted(),
        "b": settled[0],
        "c": settled[1],
    }


MERGED = Verdict(Outcome.MERGED, Reason.PATIENT_ALREADY_COUNTED, PATIENTS)


@pytest.mark.parametrize(
    ("first", "second", "settled"),
    [
        ({}, {}, MERGED),
        ({"day": "2024-11-01"}, {"day": "2024-11-30"}, MERGED),
        ({"day": "2024-11-30"}, {"day": "2024-12-01"}, counted(PATIENTS)),
        ({"day": "2023-11-30"}, {"day": "2024-11-30"}, counted(PATIENTS)),
        ({"verdict": QUERIED}, {}, counted(PATIENTS)),
        ({"verdict": counted(ANOTHER)}, {}, counted(PATIENTS)),
        ({"verdict": counted(DOSES)}, {}, counted(PATIENTS)),
        ({}, {"verdict": QUERIED}, QUERIED),
        ({}, {"verdict": counted(DOSES)}, counted(DOSES)),
        ({}, {"verdict": counted(None)}, counted(None)),
        ({"feed": OTHER_GP}, {}, counted(PATIENTS)),
        ({"feed": OLD_GP, "day": "2024-09-10"}, {"feed": NEW_GP, "day": "2024-09-20"}, MERGED),
        ({"feed": OLD_GP, "day": "2024-09-10"}, {"feed": GP, "day": "2024-09-20"}, counted(PATIENTS)),
    ],
)
def test_a_patient_is_counted_once_in_a_month(first: dict[str, Any], second: dict[str, Any], settled: Verdict) -> None:
    judged = [
        (
            claim(value, said.get("feed", GP), value, occurred=said.get("day", "2024-11-10")),
            said.get("verdict", counted(PATIENTS)),
        )
        for value, said in (("a", first), ("b", second))
    ]
    expected = [judged[0], (judged[1][0], settled)]
    assert once(judged, rules()) == expected
    assert once(judged[::-1], rules()) == expected


def test_of_one_day_the_vaccination_decides_which_is_first() -> None:
    late, early = (claim(value, vaccination=value) for value in ("b", "a"))
    assert once([(late, counted(PATIENTS)), (early, counted(PATIENTS))], rules()) == [
        (early, counted(PATIENTS)),
        (late, MERGED),
    ]


def test_a_third_dose_of_a_month_is_no_new_patient() -> None:
    three = [claim(value, vaccination=value) for value in "abc"]
    found = once([(each, counted(PATIENTS)) for each in three], rules())
    assert [verdict for _, verdict in found] == [counted(PATIENTS), MERGED, MERGED]
