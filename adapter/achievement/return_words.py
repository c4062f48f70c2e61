"""What every practice's return says in the same words, on the page, as text and in print."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from adapter.achievement.practice_return import PracticeReturn, number_of


class Words(Struct, frozen=True):
    """Sentences; `answers` are a word and what it means."""

    find: str
    answers: tuple[tuple[str, str], ...]
    afterwards: str
    source: str
    foot: str


WORDS: Final = Words(
    find=(
        "A record is found in your system by its date, its service and its identifier; this return names no patient. "
        "Look into each patient's record: a search by codes finds the same wrong records again."
    ),
    answers=(
        ("Somebody else gave it:", "mark the vaccination Not GMS (non-GMS), or recode it as given elsewhere."),
        ("The record is wrong:", "correct it in your system; the next delivery brings the correction."),
        (
            "You gave it, and the record is right:",
            "confirm it. Say the decision's name, who looked and what was seen to whoever sent you this return; they "
            "keep it with: adapter review DECISION --verdict given-by-practice --by WHO --note TEXT. "
            "Many go in one file: adapter review --from CSV.",
        ),
        (
            "A held count is right:",
            "declare it, when its vaccinations are checked: adapter declare COUNT --by WHO --note TEXT.",
        ),
    ),
    afterwards="What you answer shows in the return after the next run.",
    source=(
        "Anybody can have these figures checked: each count is bound by its root to the decisions below it, and these "
        "to the records as they were sent. “adapter trace” takes a count or a decision apart, “adapter verify” "
        "computes everything anew, “adapter proof” proves a count to others."
    ),
    foot=(
        "A count says what the records bear out; it is no payment decision. "
        "“Ready” means that nothing holds the count back."
    ),
)


def title_of(one: PracticeReturn) -> str:
    return f"Vaccination return of practice {one.practice}"


def questions(one: PracticeReturn) -> int:
    return number_of(one.to_answer)


def left_out(one: PracticeReturn) -> int:
    return number_of(one.not_paid)


def steps(one: PracticeReturn) -> list[str]:
    """What the practice has to do, in order; nothing where all is clear."""
    asked, confirm, declare = questions(one), number_of(one.to_confirm), len(one.to_declare)
    faults = sum(any(name == "incident" for name, _ in line.holds) for line in one.lines)
    found = []
    if asked:
        found.append(
            f"Clear up {_many(asked, 'vaccination')} of part 2. What is not cleared up is not paid; "
            "each list says what to do."
        )
    if confirm:
        found.append(f"Look into the record of {_many(confirm, 'vaccination')} of part 3, and confirm or correct each.")
    if declare:
        found.append(f"Then declare {_many(declare, 'count')} that is unusually high (part 1), with a note.")
    if faults:
        found.append(
            f"For {_many(faults, 'count')} under a fault of a source, nothing more: those who declared the fault "
            "release them when every practice has looked."
        )
    return found


def _many(number: int, noun: str) -> str:
    return f"the 1 {noun}" if number == 1 else f"the {number} {noun}s"
