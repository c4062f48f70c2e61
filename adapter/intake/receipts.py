"""When is what arrives known already? A receipt says "this again"; anything else is a new version.

Source: attribution.md "Linking" rule 1. Bytes equal to an earlier version of a live record are a receipt, of a
withdrawn record a re-creation; a delete of a live record always counts. Three cases that the rule leaves open:

* where the source's own order places the known bytes before the withdrawal, they re-create nothing, whenever they are
  sent again: a receipt;
* entered-in-error withdraws a record as a delete does, so it counts wherever it would withdraw a live one;
* the same bytes can come with more around them (a Bundle with the Patient in it, after a lone resource). Then they
  say more, and the new reading replaces the old one. With less around them they are a receipt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from adapter.fhir.statement import SourceOrder, Statement, Withdrawal
from adapter.reconcile.versions import Version, standing
from adapter.store.batch import Known

_ALWAYS_SAID = {"fhir", "resource", "status"}
_DEFAULTS = {
    field.name: msgspec.NODEFAULT if field.name in _ALWAYS_SAID else field.default
    for field in msgspec.structs.fields(Statement)
}
_NOT_SAID = {"evidence", "order", "patient", "patient_fault"}


class Receipt(Struct, frozen=True):
    """Known already, as version `sequence`."""

    sequence: int


class NewVersion(Struct, frozen=True):
    """To be kept. `replaces` is the poorer reading of the same bytes, if there is one."""

    replaces: int | None = None


def judge(
    said: Statement | Withdrawal,
    sha256: bytes,
    coming: Version,
    known: Sequence[Known],
    statements: Mapping[int, Statement],
) -> Receipt | NewVersion:
    """What `said` is to its record. `known` are the record's versions, `statements` what those with the same bytes
    said, `coming` is how it would be kept.
    """
    current = current_versions(known)
    same = [each for each in current if each.sha256 == sha256 and each.version.kind == coming.kind]
    if not same:
        return NewVersion()
    state = standing(each.version for each in current)
    withdrawn = state is None or state.withdrawn
    if isinstance(said, Withdrawal):
        return Receipt(same[-1].version.sequence) if withdrawn else NewVersion()
    same = [each for each in same if not _is_another(said.order, each.version.order)]
    if not same:
        return NewVersion()
    twin = same[-1].version
    if coming.entered_in_error != withdrawn:
        then = standing([*(each.version for each in current), coming])
        if then and then.withdrawn != withdrawn:
            return NewVersion()
    newest = state is not None and state.newest.sequence == twin.sequence
    if newest and says_more(said, statements[twin.sequence]):
        return NewVersion(replaces=twin.sequence)
    return Receipt(twin.sequence)


def current_versions(known: Sequence[Known]) -> list[Known]:
    """Without those that a richer reading of the same bytes has replaced."""
    replaced = {each.replaces for each in known}
    return [each for each in known if each.version.sequence not in replaced]


def says_more(new: Statement, old: Statement) -> bool:
    """Whether a reading of the same bytes knows something that the earlier one did not know, or says otherwise.

    Where it was found (`evidence`) says nothing. A field that is empty now, or holds a part of what it held, is poorer.
    """
    if _person(new) != _person(old) and (new.patient or (not old.patient and new.patient_fault != "absent")):
        return True
    if _orders_more(new.order, old.order):
        return True
    fields = (name for name in _DEFAULTS if name not in _NOT_SAID)
    return any(_is_more(getattr(new, name), getattr(old, name), _DEFAULTS[name]) for name in fields)


def _is_more(new: Any, old: Any, empty: Any) -> bool:
    if new in (old, empty) or not (new or isinstance(new, int)):
        return False
    if isinstance(new, tuple):
        return not set(new) < set(old)
    if isinstance(new, dict):
        return not new.items() < old.items()
    return True


def _person(statement: Statement) -> tuple[str, str | None]:
    return statement.patient, statement.patient_fault


def _orders_more(new: SourceOrder, old: SourceOrder) -> bool:
    return (old.version is None and new.version is not None) or (not old.updated and bool(new.updated))


def _is_another(new: SourceOrder, old: SourceOrder) -> bool:
    """The source itself says that it is another version, though its bytes are the same."""
    if None not in (new.version, old.version) and new.version != old.version:
        return True
    return bool(new.updated and old.updated) and new.updated != old.updated
