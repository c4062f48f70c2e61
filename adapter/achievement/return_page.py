"""A practice's return as a page (HTML) or as text. Every value is escaped by the template; no script, nothing from
elsewhere: the page is whole as a file.
"""

from __future__ import annotations

import textwrap
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from adapter.achievement.practice_return import PracticeReturn
from adapter.achievement.return_words import WORDS, left_out, questions, steps, title_of

_WIDTH = 100


def html(one: PracticeReturn) -> str:
    return _written(one, "practice_return.html")


def text(one: PracticeReturn) -> str:
    return _written(one, "practice_return.txt")


def _written(one: PracticeReturn, name: str) -> str:
    said = {"title": title_of(one), "steps": steps(one), "questions": questions(one), "left_out": left_out(one)}
    return _templates().get_template(name).render(one=one, words=WORDS, **said)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("adapter.achievement"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    made.filters["fold"] = _fold
    return made


def _fold(said: str, indent: str = "") -> str:
    return textwrap.fill(said, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
