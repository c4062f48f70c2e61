from __future__ import annotations

from datetime import date

import pytest
from adapter.achievement.holds import holds_of
from adapter.normalise.catalogue import Catalogue, load_catalogue
from adapter.normalise.hold import Hold, Incident

LAST = date(2024, 11, 30)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    loaded = load_catalogue()
    assert isinstance(loaded, Catalogue)
    return loaded


def held(catalogue: Catalogue, programme: str, period: str, **values: int) -> tuple[str, ...]:
    return holds_of(programme, period, LAST, values, catalogue.holds, catalogue.incidents)


@pytest.mark.parametrize("programme", ["hepb-at-risk", "hpv", "menacwy", "pertussis", "rsv-pregnant"])
def test_five_or_more_are_held_in_five_programmes(catalogue: Catalogue, programme: str) -> None:
    assert held(catalogue, programme, "2025-01", A=4) == ()
    assert held(catalogue, programme, "2025-01", A=5) == ("threshold",)


def test_the_sum_over_a_service_holds_as_well_as_one_indicator(catalogue: Catalogue) -> None:
    assert held(catalogue, "hpv", "2025-01", HPV003=2, HPV004=2) == ()
    assert held(catalogue, "hpv", "2025-01", HPV003=3, HPV004=2) == ("threshold",)


def test_other_programmes_have_no_threshold(catalogue: Catalogue) -> None:
    assert held(catalogue, "seasonal-flu", "2025-01", A=500) == ()


def test_autumn_2024_is_suspect(catalogue: Catalogue) -> None:
    suspect = {
        (programme, f"2024-{month:02}")
        for programme in ("pertussis", "rsv-pregnant", "rsv-older")
        for month in range(8, 13)
        if held(catalogue, programme, f"2024-{month:02}", A=0)
    }
    assert suspect == {
        ("pertussis", "2024-09"),
        ("pertussis", "2024-10"),
        ("rsv-pregnant", "2024-09"),
        ("rsv-pregnant", "2024-10"),
        ("rsv-pregnant", "2024-11"),
        ("rsv-pregnant", "2024-12"),
    }


def test_both_holds_show(catalogue: Catalogue) -> None:
    assert held(catalogue, "pertussis", "2024-09", PT001=7) == ("incident", "threshold")


def test_a_closed_incident_holds_nothing() -> None:
    incidents = [Incident("i", "hpv", "2025-01", state) for state in ("closed", "open")]
    assert holds_of("hpv", "2025-01", LAST, {"A": 1}, (), incidents[:1]) == ()
    assert holds_of("hpv", "2025-01", LAST, {"A": 1}, (), incidents) == ("incident",)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (None, None, ("threshold",)),
        (LAST, LAST, ("threshold",)),
        (date(2024, 12, 1), None, ()),
        (None, date(2024, 11, 29), ()),
    ],
)
def test_a_threshold_holds_on_its_days(first: date | None, last: date | None, found: tuple[str, ...]) -> None:
    hold = Hold("hpv", 1, valid_from=first, valid_to=last)
    assert holds_of("hpv", "2024-11", LAST, {"A": 1}, [hold], ()) == found


def test_nothing_given_reaches_no_threshold() -> None:
    assert holds_of("hpv", "2024-11", LAST, {}, [Hold("hpv", 1)], ()) == ()
