"""What a run is known by: the hash of all that went into it."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.digest import digest
from adapter.reconcile.review import Review
from adapter.store.runs import Run


def run_id(run: Run, reviews: Sequence[Review]) -> str:
    """From the digests and the parameters that stand in the run, and the reviews that it knew. The moment looked back
    to decides through the records that it lets in.
    """
    asked = [run.period_from, run.period_to, run.gms_extension]
    said = sorted([one.practice, one.feed, one.system, one.value, one.verdict, one.who, one.when] for one in reviews)
    return digest(["run", run.cut_digest, run.ruleset_digest, run.directory_digest, run.code_version, asked, said])
