"""Who came after whom: the recorded successions of the whole directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from adapter.organisations.organisation import Organisation

Steps = dict[str, dict[str, date | None]]


class Lines:
    """Both sides of a succession may record it, each with one step and one legal start date; where they differ the
    earlier date is taken. A practice merger is often not recorded at all, and is then not inferred.
    """

    def __init__(self, organisations: Mapping[str, Organisation]) -> None:
        self._after: Steps = {}
        self._before: Steps = {}
        for organisation in organisations.values():
            for succession in organisation.successions:
                if succession.kind == "successor":
                    self._step(organisation.code, succession.target, succession.start)
                else:
                    self._step(succession.target, organisation.code, succession.start)

    def successors(self, code: str) -> Mapping[str, date | None]:
        """The next step: successor → legal start, None where the start is not recorded."""
        return self._after.get(code, {})

    def predecessors(self, code: str) -> Mapping[str, date | None]:
        """The step before: predecessor → legal start of this one's succession."""
        return self._before.get(code, {})

    def line(self, code: str) -> frozenset[str]:
        """The code with all that came before it and all that came after it. Not a sibling: two practices that were
        merged into one remain two practices for the days before.
        """
        return frozenset({code}) | _reach(code, self._after) | _reach(code, self._before)

    def _step(self, earlier: str, later: str, start: date | None) -> None:
        if earlier == later:
            return
        for steps, source, target in ((self._after, earlier, later), (self._before, later, earlier)):
            known = steps.setdefault(source, {})
            starts = [day for day in (start, known.get(target)) if day is not None]
            known[target] = min(starts, default=None)


def _reach(code: str, steps: Steps) -> frozenset[str]:
    found: set[str] = set()
    ahead: Iterable[str] = [code]
    while ahead := {target for source in ahead for target in steps.get(source, {})} - found:
        found |= ahead
    return frozenset(found) - {code}
