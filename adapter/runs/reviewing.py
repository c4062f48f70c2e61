"""A person's verdict on one decision, kept by claimant and record."""

from __future__ import annotations

from adapter.errors import UnknownName, UsageError
from adapter.reconcile.review import Review, Verdict
from adapter.runs.declaring import check_words
from adapter.store.store import Store


def review(store: Store, decision: str, verdict: Verdict, who: str, note: str) -> Review:
    """Keep a verdict of now on a decision, named by its id or a clear beginning of it.

    Raises UnknownName for what is no decision, UsageError where nobody claims the record, and where who or the note are
    missing or hold what looks like an NHS number.
    """
    check_words(who, note)
    found = store.runs.decisions_like(decision)
    if len(found) != 1:
        raise UnknownName("No decision has this id, or several begin so: `adapter decisions` lists them.")
    decided = found[0].decision
    if decided.practice is None:
        raise UsageError("No practice claims this record, so there is nothing to review.")
    record = decided.record
    key = (record.feed, record.system or "", record.value)
    return store.reviews.add(decided.practice, key, verdict, who.strip(), note.strip())
