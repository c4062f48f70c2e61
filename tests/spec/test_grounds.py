"""What a decision rests on is said in sentences; nothing in them can be a person's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from small_england import GP, poc, record, statement


def grounds(decision: Any) -> str:
    return " ".join(f"{one.what}: {one.says} [{one.source}]" for one in decision.grounds)


def test_the_twin_and_the_rows_that_decided_are_named(decided: Callable[..., list[Any]]) -> None:
    said = grounds(decided(record(GP, statement()), poc(performer="RVVKC"))[0])
    assert "The claimant is D83013: the record came by its GP feed." in said
    assert "The record of feed ravs names RVVKC as performer: not the claimant." in said
    assert "RVVKC RE6 RVV" in said
    assert "snomed.csv:" in said
    assert "indicators.csv:" in said


def test_letters_that_are_in_no_directory_are_not_repeated(decided: Callable[..., list[Any]]) -> None:
    (one,) = decided(record(GP, statement(performer="SMITH")))
    assert one.reason == "performer-unresolved"
    assert "SMITH" not in grounds(one)
    assert "ZZZ99" in grounds(decided(record(GP, statement(performer="ZZZ99")))[0])
