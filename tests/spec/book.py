"""The rule book: the cases as pages for people. `make spec` prints it; `make docs` writes it.

What is printed has been held to the code first: a case that the code decides otherwise is named, and nothing else
is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from case import Case, Chapter, Rule, named
from claimants import CLAIMANTS
from decision_table import ROWS
from evidence import EVIDENCE
from held_counts import HOLDS
from indicators import by_name_only, conditions, definitions, evidence_codes, fees, services
from linking_rules import LINKING
from order_of_questions import QUESTIONS, SUPPORTING
from wording import ORDINARY_IN_WORDS

HOW_TO_READ = (
    "Each table has the rules in the order in which they are asked, and below it the cases that show each of them. "
    + ORDINARY_IN_WORDS
    + " An arrow leads from what is given to what the code makes of it; before this page is written, every case is "
    "decided by the code, and a difference stops it."
)

DECISION = (CLAIMANTS, EVIDENCE, ROWS, QUESTIONS, SUPPORTING)
LINKS = (LINKING,)
INDICATORS = (services(), definitions(), by_name_only(), evidence_codes(), HOLDS, fees())
CHAPTERS = (*LINKS, *DECISION, *INDICATORS)


def pages() -> dict[str, str]:
    """File name → text, in the order in which a book would have them."""
    return {
        "linking.md": _page("Linking records into vaccinations", HOW_TO_READ, LINKS),
        "decision-table.md": _page(
            "The decision table",
            "For one vaccination seen from one claimant: who claims it, what is evidence, and which row decides. Each "
            "reason has its sentence in [reasons](reasons.md); where the rules leave room, the reading is in "
            "[ADR 0005](../adr/0005-readings-of-the-rules.md). " + HOW_TO_READ,
            DECISION,
        ),
        "indicators.md": _page(
            "The indicators",
            "What counts for which payment count, made from the rows of `mappings/`. " + HOW_TO_READ,
            INDICATORS,
        ),
    }


def faults() -> list[str]:
    """Where the code decides otherwise than the book says, each with the rule and the case."""
    return [
        f"{rule.heading}: {fault}"
        for chapter in CHAPTERS
        for rule in chapter.rules
        for case in rule.cases
        for fault in case.faults()
    ]


def _page(title: str, text: str, chapters: tuple[Chapter, ...]) -> str:
    lines = [f"# {title}", "", text, ""]
    for chapter in chapters:
        if chapter.title != title:
            lines += [f"## {chapter.title}", ""]
        lines += [chapter.text, "", *_table(chapter), ""]
        for rule in chapter.rules:
            if rule.cases:
                lines += _section(rule)
    return "\n".join(lines).rstrip() + "\n"


def _table(chapter: Chapter) -> Iterator[str]:
    yield _row(chapter.columns)
    yield _row(("---",) * len(chapter.columns)).replace(" ", "")
    for rule in chapter.rules:
        yield _row(rule.cells)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _section(rule: Rule) -> Iterator[str]:
    yield f"### {rule.heading}"
    yield ""
    indicator = rule.cells[0]
    if rule.heading.startswith(f"{indicator}: "):
        yield from _conditions(indicator)
    elif len(rule.cells) == 4 and rule.cells[1]:
        yield f"*{rule.cells[1]}* → {rule.cells[2]}, {rule.cells[3]}"
        yield ""
    for case in rule.cases:
        yield from _case(case)
    yield ""


def _conditions(indicator: str) -> Iterator[str]:
    found = conditions(indicator)
    several = len(found[0][1])
    yield _row(
        ("condition", *(f"row {number}" for number in range(1, several + 1))) if several > 1 else ("condition", "")
    )
    yield _row(("---",) * (several + 1)).replace(" ", "")
    for name, texts in found:
        yield _row((name, *texts))
    yield ""


def _case(case: Case) -> Iterator[str]:
    lines = case.lines()
    yield f"* **{case.says}**" + (f" {lines[0]}" if len(lines) == 1 else "")
    if len(lines) > 1:
        yield from (f"  * {line}" for line in lines)


def cases() -> list[tuple[str, Case]]:
    """Every case of the book, by its name."""
    return named(CHAPTERS)


def main() -> int:
    """Prints the book, or what is wrong with it."""
    found = faults()
    if found:
        sys.stderr.write("\n".join([*found, f"{len(found)} of {len(cases())} cases differ from the code.\n"]))
        return 1
    text = "\n".join(pages().values())
    sys.stdout.write(f"{text}\n{len(cases())} cases, each decided by the code as it says here.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
