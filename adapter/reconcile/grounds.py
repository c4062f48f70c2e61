"""What a decision rests on, said in plain sentences, each with the rows that say so. Never a name, never a person.

An auditor reads them in a trace; they are part of the decision, so that a changed ground is a changed decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from adapter.normalise.interpretation import Interpretation
from adapter.organisations.resolution import Resolution
from adapter.reconcile.decision import Ground
from adapter.reconcile.evidence import Gms, Party, copied_in
from adapter.reconcile.reading import Reading
from adapter.reconcile.rules import Rules
from adapter.reconcile.table import Verdict
from adapter.reconcile.vaccination import Claim

_SIDES = {
    Party.CLAIMANT: "is the claimant",
    Party.OTHER_PRACTICE: "is another GP practice",
    Party.OTHER_PROVIDER: "is another provider",
    Party.CARE_HOME: "is a care home",
    Party.SCHOOL: "is a school",
    Party.NOT_PROVIDER: "is no provider of vaccinations",
    Party.UNKNOWN: "is not known to the directory on that day",
    Party.AMBIGUOUS: "leads to more than one organisation",
}
_MARKS = {
    Gms.OWN: "marks the dose as this practice's own",
    Gms.OTHER: "marks the dose as not this practice's own",
    Gms.CONTRADICTORY: "carries two different marks: read as none",
}


_GMS = {mark: Ground("gms", f"The GMS attribute {says}.") for mark, says in _MARKS.items()}
_WITHDRAWN = Ground("status", "The newest word of the source withdraws the record.")
_NOT_GIVEN = Ground("status", "The record says that the vaccine was not given.")
_SECOND_HAND = Ground("primarySource", "The record calls itself second-hand.")
_REMEMBERED = 50_000


def grounds(claim: Claim, verdict: Verdict, rules: Rules) -> tuple[Ground, ...]:
    """Those of a claim, in the order in which the rules ask."""
    deciding = claim.deciding
    said = [_claimant(claim.claimant, deciding.record.feed.practice if deciding.from_gp else None)]
    if deciding.record.withdrawn:
        said.append(_WITHDRAWN)
    elif not deciding.given:
        said.append(_NOT_GIVEN)
    said.extend(own_grounds(deciding))
    said.append(_organisation("performer", deciding.performer, claim.performer))
    if claim.location is not Party.ABSENT:
        said.append(_organisation("location", deciding.location, claim.location))
    if claim.gms in _MARKS:
        said.append(_GMS[claim.gms])
    if deciding.record.statement.primary_source is False:
        said.append(_SECOND_HAND)
    if copied_in(deciding, rules):
        rows = [row for one in deciding.record.identifiers for row in rules.catalogue.born(one.system).rows]
        said.append(Ground("identifier", "It was born in a point-of-care system.", _rows(rows)))
    said.extend(_twins(claim))
    if claim.review:
        said.append(Ground("review", f"A person's verdict on {claim.review.when[:10]}: {claim.review.verdict}."))
    if verdict.indicator:
        said.append(_indicator(verdict.indicator.id, verdict.indicator.ref))
    return tuple(said)


def own_grounds(reading: Reading) -> tuple[Ground, ...]:
    """What a record's own codes say."""
    return _codes(reading.meaning)


@lru_cache(maxsize=_REMEMBERED)
def _codes(meaning: Interpretation) -> tuple[Ground, ...]:
    if meaning.problem:
        return (Ground("codes", meaning.problem.sentence, _rows(meaning.rows)),)
    names = ", ".join(sorted(meaning.programmes)) or "no programme that is counted"
    return (Ground("codes", f"The codes say {meaning.role} and name {names}.", _rows(meaning.rows)),)


@lru_cache(maxsize=_REMEMBERED)
def _claimant(claimant: str, feed_of: str | None) -> Ground:
    """`feed_of` is the practice of the GP feed that the record came by, None if it came by another feed."""
    why = "the performer resolves to it"
    if feed_of == claimant:
        why = "the record came by its GP feed"
    elif feed_of is not None:
        why = f"the record came by the GP feed of {feed_of}, of the same succession"
    return Ground("claimant", f"The claimant is {claimant}: {why}.")


@lru_cache(maxsize=_REMEMBERED)
def _indicator(id_: str, row: str) -> Ground:
    return Ground("indicator", f"Indicator {id_}.", row)


@lru_cache(maxsize=_REMEMBERED)
def _organisation(what: str, resolution: Resolution, party: Party) -> Ground:
    if party is Party.ABSENT:
        return Ground(what, f"No {what} is stated that could be read.")
    rolled = resolution.organisation
    upward = f", part of {rolled}," if rolled and rolled != resolution.code else ""
    if party is Party.UNKNOWN and not any(sign.isdigit() for sign in resolution.code):
        return Ground(what, f"The {what} as sent {_SIDES[party]}.")  # letters alone, in no directory: perhaps a name
    return Ground(
        what, f"The {what} {resolution.code or 'as sent'}{upward} {_SIDES[party]}.", "; ".join(resolution.path)
    )


def _twins(claim: Claim) -> list[Ground]:
    said = [
        Ground(
            "twin",
            f"The record of feed {twin.record.feed.name} names {twin.performer.code} as performer: not the claimant.",
            "; ".join(twin.performer.path),
        )
        for twin in claim.elsewhere
    ]
    said.extend(
        Ground(
            "twin",
            f"The record of feed {twin.record.feed.name} names {twin.performer.code} as performer: the claimant.",
            "; ".join(twin.performer.path),
        )
        for twin in claim.confirming
    )
    return said


def _rows(rows: Iterable[str]) -> str:
    return ", ".join(sorted(set(rows)))
