"""What the product says while tests run, searched for the patients that they use: log lines, errors, metrics, standard
error, and the answers of the service that tell of a fault. None of it may name one.

A test's patients are known by their NHS numbers, which `sending.nhs_number` gives, and by whatever else it says to
`patient`. What is heard is judged when the test ends; a finding fails it, and is not repeated.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from adapter.api.request_log import JsonLines
from adapter.errors import AdapterError

_TEN_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
_NUMBERS: set[str] = set()
_WORDS: set[str] = set()
_HEARD: list[tuple[str, str]] = []


def patient(text: str) -> str:
    """Something that tells who a patient is: an NHS number, or a name that stands nowhere else."""
    (_NUMBERS if text.isdigit() and len(text) == 10 else _WORDS).add(text)
    return text


def heard(where: str, text: str) -> None:
    """Something that the product said."""
    if text:
        _HEARD.append((where, text))


def named() -> list[str]:
    """Where a patient was named since this was last asked."""
    said = list(_HEARD)
    _HEARD.clear()
    return sorted({where for where, text in said if _names(text)})


def _names(text: str) -> bool:
    if any(re.sub(r"[ -]", "", found) in _NUMBERS for found in _TEN_DIGITS.findall(text)):
        return True
    return any(word in text for word in _WORDS)


class Ear(logging.Handler):
    """Hears each record as the service would write it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        heard(f"the log of {record.name}", self.format(record))


@contextmanager
def listening() -> Iterator[None]:
    """Hears logs and errors until the block ends."""
    ear, product = Ear(), logging.getLogger("adapter")
    level = product.level
    logging.getLogger().addHandler(ear)
    product.setLevel(logging.DEBUG)
    made = AdapterError.__init__

    def overheard(self: AdapterError, *said: Any) -> None:
        heard(f"an error, {type(self).__name__}", " ".join(map(str, said)))
        made(self, *said)

    AdapterError.__init__ = overheard  # type: ignore[method-assign]  # every error of ours is heard as it is made
    try:
        yield
    finally:
        AdapterError.__init__ = made  # type: ignore[method-assign]  # as it was
        logging.getLogger().removeHandler(ear)
        product.setLevel(level)


def judge() -> None:
    """Fails the test that ends if the product named a patient. Who it was is not said again."""
    where = named()
    if where:
        pytest.fail(f"a patient is named in {', '.join(where)}", pytrace=False)
