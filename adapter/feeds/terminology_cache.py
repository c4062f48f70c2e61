"""The answers of a terminology server, kept in the database: asked once, and still there when the server is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from msgspec import Struct

from adapter.digest import canonical
from adapter.feeds.terminology import LookUp, TerminologyServer, Translation, Validation
from adapter.store.terminology_answers import TerminologyAnswers

Answer = TypeVar("Answer", LookUp, Validation, Translation)
FRESH = timedelta(days=30)
"""SNOMED CT UK comes out monthly."""


class Asked(Struct, frozen=True):
    """When an answer was given; `stale` where the server could not be asked again and an old one has to do."""

    when: datetime
    stale: bool = False


class CachedTerminology:
    """Asks the server only what is not known, or not known freshly. An answer that is unknown is not kept."""

    def __init__(
        self,
        server: TerminologyServer,
        answers: TerminologyAnswers,
        *,
        fresh: timedelta = FRESH,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server, self._answers, self._fresh, self._now = server, answers, fresh, now

    def look_up(self, system: str, code: str) -> tuple[LookUp, Asked]:
        return self._answered(LookUp, ["lookup", system, code], lambda: self._server.look_up(system, code))

    def validate(self, system: str, code: str, value_set: str = "") -> tuple[Validation, Asked]:
        question = ["validate-code", system, code, value_set]
        return self._answered(Validation, question, lambda: self._server.validate(system, code, value_set))

    def translate(self, system: str, code: str, *, concept_map: str) -> tuple[Translation, Asked]:
        question = ["translate", system, code, concept_map]
        ask = lambda: self._server.translate(system, code, concept_map=concept_map)  # noqa: E731 - as the others
        return self._answered(Translation, question, ask)

    def _answered(self, kind: type[Answer], question: list[str], ask: Callable[[], Answer]) -> tuple[Answer, Asked]:
        key = canonical(question).decode()
        kept = self._answers.latest(self._server.name, key)
        if kept is not None and self._now() - kept.asked < self._fresh:
            return msgspec.json.decode(kept.answer, type=kind), Asked(kept.asked)
        answer = ask()
        if answer.state != "unknown":
            self._answers.add(self._server.name, key, msgspec.json.encode(answer).decode())
            return answer, Asked(self._now())
        if kept is not None:
            return msgspec.json.decode(kept.answer, type=kind), Asked(kept.asked, stale=True)
        return answer, Asked(self._now())
