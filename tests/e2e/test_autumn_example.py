"""The worked example of autumn 2024: its page is what it prints, and it ends with 1 where a figure does not agree."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from examples import autumn_2024, autumn_records

pytestmark = pytest.mark.slow
Capture = pytest.CaptureFixture[str]
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "autumn-2024-example.md"


def test_the_page_is_what_the_script_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["autumn_2024"])
    assert autumn_2024.main() == 0
    assert capsys.readouterr().out == PAGE.read_text(encoding="utf-8"), "python -m examples.autumn_2024 > this page"


def test_a_figure_that_does_not_agree_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = autumn_records.truth

    def one_more(doses: list[autumn_records.Dose]) -> Counter[tuple[str, str, str]]:
        return known(doses) + Counter([("D83013", "pertussis", "2024-06")])

    monkeypatch.setattr(sys, "argv", ["autumn_2024"])
    monkeypatch.setattr(autumn_records, "truth", one_more)
    assert autumn_2024.main() == 1
    assert "The figures do not agree. before, what is counted" in capsys.readouterr().err
