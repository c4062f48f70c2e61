"""From the records of one patient to their decisions: read, link, claim, judge, once. The heart of the product.

Conservation: every record given comes back as exactly one decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from adapter.fhir.dates import london_date, months
from adapter.reasons import Outcome, Reason
from adapter.reconcile.course import Dose
from adapter.reconcile.decision import Decision, Ground, RecordRef
from adapter.reconcile.grounds import grounds, own_grounds
from adapter.reconcile.linking import link, vaccination_id
from adapter.reconcile.once import once
from adapter.reconcile.person import contraindications, person
from adapter.reconcile.programme import narrow
from adapter.reconcile.reading import Reading, read
from adapter.reconcile.record import Record
from adapter.reconcile.rules import Rules
from adapter.reconcile.supporting import supporting, supporting_dates
from adapter.reconcile.table import Verdict, dose, judge
from adapter.reconcile.vaccination import Claim, claims, earliest


class Settled(Struct, frozen=True):
    """What a record becomes, before it is written as a decision."""

    reading: Reading
    vaccination: str
    programmes: frozenset[str]
    verdict: Verdict
    supporting: tuple[Reason, ...] = ()
    grounds: tuple[Ground, ...] = ()


def decide(records: Sequence[Record], rules: Rules, history: int = 0) -> list[Decision]:
    """The decisions of one patient's records (or of one record without a patient), in the order of their keys.

    `history` is the code of what is decided together: only the decisions' ids show it.
    """
    readings = [read(record, rules) for record in records]
    nasal = contraindications(readings)
    groups = [(vaccination_id(group), group) for group in link(readings)]
    claimed = [claims(vaccination, group, nasal, rules) for vaccination, group in groups]
    doses = [
        given
        for (vaccination, group), own in zip(groups, claimed, strict=True)
        if (given := _given_dose(vaccination, group, own, nasal)) is not None
    ]
    judged = once([(claim, judge(claim, doses, rules)) for own in claimed for claim in own], rules)
    of_claim = {(claim.vaccination, claim.claimant): (claim, verdict) for claim, verdict in judged}
    settled = [
        _settle(reading, vaccination, group, nasal, of_claim.get((vaccination, reading.claimant)), rules)
        for vaccination, group in groups
        for reading in group
    ]
    settled.sort(key=lambda one: one.reading.key)
    return [_decision(one, rules, history) for one in settled]


def _given_dose(vaccination: str, group: Sequence[Reading], own: Sequence[Claim], nasal: Sequence[date]) -> Dose | None:
    """The dose that a vaccination adds to its patient's history, whoever gave it; None where nothing was given, all
    of it was withdrawn, or no record tells the day.
    """
    given = [reading for reading in group if reading.live and reading.given and reading.on]
    if not given:
        return None
    claim = next((claim for claim in own if claim.deciding in given), None)
    if claim:
        return dose(claim.deciding, claim.vaccination, claim.programmes)
    leading = min(given, key=earliest)
    return dose(leading, vaccination, _programmes(leading, group, nasal))


def _programmes(reading: Reading, group: Sequence[Reading], nasal: Sequence[date]) -> frozenset[str]:
    named = reading.meaning.programmes
    return narrow(named, person(reading, group, nasal)) if named else named


def _named_beside(claim: Claim, nasal: Sequence[date]) -> frozenset[str]:
    """What the live linked records name where the deciding one names nothing: shown, and never decided by."""
    if claim.deciding.meaning.named:
        return frozenset()
    named = [_programmes(one, claim.linked, nasal) for one in claim.linked if one.live and one.meaning.named]
    return frozenset.intersection(*named) if named else frozenset()


def _settle(
    reading: Reading,
    vaccination: str,
    group: Sequence[Reading],
    nasal: Sequence[date],
    judged: tuple[Claim, Verdict] | None,
    rules: Rules,
) -> Settled:
    if judged is None:
        programmes = _programmes(reading, group, nasal)
        leads = reading is min(group, key=earliest) and not any(other.claimant for other in group)
        verdict = Verdict(Outcome.OUT_OF_SCOPE, Reason.NO_CLAIMANT) if leads else Verdict(Outcome.MERGED, Reason.TWIN)
        return Settled(reading, vaccination, programmes, verdict, supporting_dates(reading), own_grounds(reading))
    claim, verdict = judged
    shown = claim.programmes or _named_beside(claim, nasal)
    if reading is claim.deciding:
        return Settled(reading, vaccination, shown, verdict, supporting(claim), grounds(claim, verdict, rules))
    merged = Verdict(Outcome.MERGED, Reason.TWIN, verdict.indicator)
    return Settled(reading, vaccination, shown, merged, supporting_dates(reading), own_grounds(reading))


def _decision(settled: Settled, rules: Rules, history: int) -> Decision:
    reading, record = settled.reading, settled.reading.record
    programme = rules.catalogue.one_public_key(settled.programmes)
    own = settled.verdict.indicator
    indicator = own.id if own else rules.catalogue.first_indicator(programme) if programme else None
    first = record.identifiers[0]
    return Decision(
        outcome=settled.verdict.outcome,
        reason=settled.verdict.reason,
        supporting=settled.supporting,
        practice=reading.claimant or None,
        programme=programme,
        indicator=indicator,
        period=months(record.statement.occurred)[0] or None,
        occurred=london_date(record.statement.occurred) or None,
        vaccination=settled.vaccination,
        record=RecordRef(
            feed=record.feed.name,
            system=first.system or None,
            value=first.value,
            version=record.version,
            sha256=record.sha256,
            pointer=record.pointer,
        ),
        grounds=settled.grounds,
        sequence=record.sequence,
        history=history,
    )
