"""The linking rules and the versions of a record: every case of the book."""

from __future__ import annotations

import pytest
from adapter.reconcile.linking import filler
from book import LINKS
from case import Case, named

CASES = named(LINKS)


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_the_code_links_as_the_book_says(case: Case) -> None:
    assert case.faults() == []


@pytest.mark.parametrize("lot", ["", "0", "A", "000", "NA", "UNKNOWN"])
def test_a_filler_is_no_lot(lot: str) -> None:
    assert filler(lot)


@pytest.mark.parametrize("lot", ["AB12", "NA1", "10"])
def test_a_lot_is_no_filler(lot: str) -> None:
    assert not filler(lot)


def test_every_rule_has_a_case() -> None:
    assert [rule.heading for chapter in LINKS for rule in chapter.rules if not rule.cases] == []
