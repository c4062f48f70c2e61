"""What a practice is told: nothing is lost, and nothing that a source sent is read as markup, in any of its forms."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from adapter.achievement import return_page
from adapter.achievement.achievement import Achievement
from adapter.achievement.practice_return import Fault, PracticeReturn, Source, day_words, month_words, practice_return
from adapter.achievement.return_print import pdf
from adapter.achievement.return_words import steps
from adapter.reasons import Outcome, Reason
from adapter.reconcile.decision import Decision, RecordRef

SOURCE = Source("11" * 32, "3 January 2025", "", "rules", "directory", "code", "output", "origin 7 root signature")
CELL = ("D83013", "pertussis", "PT001", "2024-09")
FAULT = {CELL: [Fault("trust-fault", "doses of a trust <filed> as own.")]}
SERVICES = {"pertussis": "Pertussis"}
EVIL = 'x"><script>alert(1)</script>&amp;\x1b[31m'


def count(value: int = 6, *holds: str, period: str = "2024-09") -> Achievement:
    state: Any = "held" if holds else "ready"
    return Achievement(
        *("run", f"count-{period}", "D83013", "Pertussis", "pertussis", "PT001", period, f"{period}-30"),
        *(value, state, holds, 1, 1, "root"),
    )


def decided(value: str, outcome: Outcome, reason: Reason, **more: Any) -> tuple[str, Decision]:
    said: dict[str, Any] = {
        "practice": "D83013",
        "programme": "pertussis",
        "indicator": "PT001",
        "period": "2024-09",
        "occurred": "2024-09-10",
    }
    ref = RecordRef("mill", "urn:system", value, 1, "ab", "#")
    return f"id-{value if value.isalnum() else 0}", Decision(
        outcome, reason, (), **(said | more), vaccination="v", record=ref
    )


def made(*decisions: tuple[str, Decision], holds: tuple[str, ...] = ("incident", "threshold")) -> PracticeReturn:
    return practice_return(
        "D83013", ("2024-09", "2024-10"), SOURCE, [count(6, *holds)], decisions, FAULT, set(), SERVICES
    )


COUNTED = decided("counted", Outcome.COUNTED, Reason.PERFORMER_IS_CLAIMANT)
REVIEWED = decided("reviewed", Outcome.COUNTED, Reason.REVIEWED_GIVEN)
QUERIED = decided("queried", Outcome.QUERIED, Reason.GMS_MISSING, occurred="2024-09-20")
UNDATED = decided("undated", Outcome.QUERIED, Reason.DATE_IMPRECISE, occurred=None, period=None, indicator=None)
EXCLUDED = decided("excluded", Outcome.EXCLUDED, Reason.TWIN_ELSEWHERE)
MERGED = decided("merged", Outcome.MERGED, Reason.TWIN)
ELSEWHEN = decided("elsewhen", Outcome.QUERIED, Reason.GMS_MISSING, period="2024-11", occurred="2024-11-02")
ANOTHERS = decided("another's", Outcome.QUERIED, Reason.GMS_MISSING, practice="H81998")
ALL = (COUNTED, REVIEWED, QUERIED, UNDATED, EXCLUDED, MERGED, ELSEWHEN, ANOTHERS)


def values(groups: Any) -> list[str]:
    return [one.value for group in groups for one in group.entries]


def test_each_record_stands_in_the_list_that_it_belongs_to() -> None:
    one = made(*ALL)
    assert values(one.to_answer) == ["undated", "queried"]
    assert values(one.to_confirm) == ["counted"]
    assert values(one.not_paid) == ["excluded"]
    assert one.confirmed == 1
    assert [one.counted, one.held, one.months] == [6, 6, "September 2024 to October 2024"]


def test_a_count_that_is_ready_wants_no_confirmation() -> None:
    one = made(COUNTED, holds=())
    assert (one.to_confirm, one.held, steps(one)) == ((), 0, [])
    assert "Nothing: no question is open" in return_page.text(one)


def test_a_list_goes_by_its_days_whatever_order_it_came_in() -> None:
    early = decided("zz", Outcome.QUERIED, Reason.GMS_MISSING, occurred="2024-09-02")
    assert values(made(QUERIED, early).to_answer) == values(made(early, QUERIED).to_answer) == ["zz", "queried"]


def test_what_holds_a_count_is_said_with_what_releases_it() -> None:
    [line] = made(*ALL).lines
    assert [name for name, _ in line.holds] == ["incident", "threshold"]
    assert "(trust-fault: doses of a trust <filed> as own)" in line.holds[0][1]
    assert "declare the count" in line.holds[1][1]
    assert len(steps(made(*ALL))) == 4


class Outline(HTMLParser):
    """The tags of a page, and the text of its cells."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    return found


def test_the_page_can_be_read_by_everybody() -> None:
    page = return_page.html(made(*ALL))
    found = outline(page)
    assert ("html", {"lang": "en-GB"}) in found.tags
    assert "<title>Vaccination return of practice D83013</title>" in page
    heads = [attributes for tag, attributes in found.tags if tag == "th"]
    assert heads
    assert all(one.get("scope") in {"col", "row"} for one in heads)
    assert sum(tag == "caption" for tag, _ in found.tags) == sum(tag == "table" for tag, _ in found.tags)
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(next_ <= one + 1 for one, next_ in itertools.pairwise(levels))
    assert "@media print" in page


def test_the_page_runs_nothing_and_fetches_nothing() -> None:
    hostile = decided(EVIL, Outcome.QUERIED, Reason.GMS_MISSING)
    page = return_page.html(made(hostile))
    found = outline(page)
    assert {tag for tag, _ in found.tags} & {"script", "img", "link", "iframe", "object"} == set()
    assert not [one for _, attributes in found.tags for one in attributes if one in ("src", "href") or one[:2] == "on"]
    assert "url(" not in page
    assert EVIL.replace("\x1b", "\N{REPLACEMENT CHARACTER}") in found.text


@pytest.mark.parametrize("form", [return_page.html, return_page.text])
def test_each_form_has_the_whole_of_it(form: Any) -> None:
    said = form(made(*ALL)).replace("&lt;", "<").replace("&gt;", ">")
    wanted = ["queried", "id-queried", "id-undated", "no full date", "id-counted", "id-excluded", "count-2024-09"]
    wanted += [
        Reason.GMS_MISSING.sentence,
        Reason.TWIN_ELSEWHERE.sentence,
        SOURCE.run,
        SOURCE.checkpoint,
        "20 Sep 2024",
    ]
    assert [one for one in wanted if one not in said] == []
    assert "id-merged" not in said
    assert "id-elsewhen" not in said


def test_text_goes_to_a_terminal_as_text() -> None:
    said = return_page.text(made(decided(EVIL, Outcome.QUERIED, Reason.GMS_MISSING)))
    assert "\x1b" not in said
    assert "<script>" in said


def test_the_same_return_is_the_same_bytes() -> None:
    first, second = made(*ALL), made(*reversed(ALL))
    assert first == second
    assert return_page.html(first) == return_page.html(second)
    assert pdf(first) == pdf(second)
    assert pdf(first) != pdf(made(QUERIED))


def test_print_takes_hostile_and_long_values_and_many_rows() -> None:
    many = [decided(f"{number:03}{'long' * 40}{EVIL}", Outcome.QUERIED, Reason.COPIED_IN) for number in range(150)]
    content = pdf(made(*many))
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") > 5
    assert b"/JavaScript" not in content
    assert b"(en-GB)" in content


def test_days_and_months_are_in_words() -> None:
    assert (day_words("2024-09-02"), month_words("2024-12")) == ("2 September 2024", "December 2024")
