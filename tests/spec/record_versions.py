"""Rule 1 of linking: which arrivals are versions of one record, which one is the newest, and whether it lives."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.fhir.statement import Identifier, SourceOrder, Statement, Withdrawal
from adapter.intake.receipts import NewVersion, judge
from adapter.reconcile.versions import Version, standing
from adapter.store.batch import Known
from adapter.store.naming import own_names, sought_names
from case import Rule
from msgspec import Struct
from small_england import EMIS, RAVS, statement

UNORDERED = SourceOrder()


class Arrival(Struct, frozen=True):
    """One resource or delete as it arrives. `content` stands for its bytes: the same letter, the same bytes."""

    content: str
    order: SourceOrder = UNORDERED
    kind: str = "statement"
    receipt: bool = False
    """Expected: known already."""
    in_error: bool = False

    def __str__(self) -> str:
        what = "a delete" if self.kind == "delete" else f"content *{self.content}*"
        facts = [what]
        if self.in_error:
            facts.append("status entered-in-error")
        if self.order.version is not None:
            facts.append(f"meta.versionId {self.order.version}")
        if self.order.updated:
            facts.append(f"meta.lastUpdated {self.order.updated[:10]}")
        if self.order.history is not None:
            facts.append(f"place {self.order.history + 1} of a history Bundle")
        return ", ".join(facts) + (" → **receipt**" if self.receipt else " → **new version**")


class History(Struct, frozen=True):
    """Arrivals of one record in their order, and how it stands afterwards."""

    says: str
    arrivals: tuple[Arrival, ...]
    newest: str
    withdrawn: bool = False

    def lines(self) -> list[str]:
        state = "withdrawn" if self.withdrawn else "live"
        return [*map(str, self.arrivals), f"→ **{state}**, newest *{self.newest}*"]

    def faults(self) -> list[str]:
        known: list[Known] = []
        said: dict[int, Statement] = {}
        content: dict[int, str] = {}
        found: list[str] = []
        for sequence, arrival in enumerate(self.arrivals, start=1):
            version = Version(sequence, arrival.kind, arrival.order, "a bundle", arrival.in_error)  # type: ignore[arg-type]
            what: Statement | Withdrawal = (
                Withdrawal(order=arrival.order)
                if arrival.kind == "delete"
                else statement(order=arrival.order, status="entered-in-error" if arrival.in_error else "completed")
            )
            digest = f"{arrival.kind} {arrival.content}".encode()
            new = isinstance(judge(what, digest, version, known, said), NewVersion)
            if new is arrival.receipt:
                answer = "a new version" if new else "a receipt"
                found.append(f"{self.says} Arrival {sequence} ({arrival}) is {answer}.")
            if new:
                known.append(Known(version, digest))
                content[sequence] = arrival.content
                if isinstance(what, Statement):
                    said[sequence] = what
        stands = standing(one.version for one in known)
        if stands is None or (content[stands.newest.sequence], stands.withdrawn) != (self.newest, self.withdrawn):
            found.append(f"{self.says} It stands as {stands}.")
        return found


class Sent(Struct, frozen=True):
    """A resource with its feed, identifiers and id."""

    feed: str
    identifiers: tuple[Identifier, ...]
    resource_id: str = ""

    def __str__(self) -> str:
        named = " and ".join(f"*{one.value}* of {one.system or 'no system'}" for one in self.identifiers)
        return f"feed {self.feed}: identifier {named}"


class Identity(Struct, frozen=True):
    """Two resources, and whether they are versions of one record."""

    says: str
    first: Sent
    second: Sent
    one: bool

    def lines(self) -> list[str]:
        return [str(self.first), str(self.second), "→ **one record**" if self.one else "→ **two records**"]

    def faults(self) -> list[str]:
        names = [
            named(each.feed, statement(identifiers=each.identifiers, resource_id=each.resource_id))
            for named, each in ((own_names, self.first), (sought_names, self.second))
        ]
        one = bool(set(names[0]) & set(names[1]))
        return [] if one is self.one else [f"{self.says} They are {'one record' if one else 'two records'}."]


def number(version: int) -> SourceOrder:
    return SourceOrder(version=version)


def updated(day: str) -> SourceOrder:
    return SourceOrder(updated=f"{day}T00:00:00.000000Z")


def place(position: int) -> SourceOrder:
    return SourceOrder(history=position)


def said(content: str, order: SourceOrder = UNORDERED, **more: bool) -> Arrival:
    return Arrival(content, order, **more)


def delete(order: SourceOrder = UNORDERED, **more: bool) -> Arrival:
    return Arrival("delete", order, "delete", **more)


def history(says: str, arrivals: Sequence[Arrival], newest: str, withdrawn: bool = False) -> History:
    return History(says, tuple(arrivals), newest, withdrawn)


NEWEST = Rule(
    "Rule 1",
    (
        "1",
        "same feed + identifier: versions of one record; the newest wins, a later retraction withdraws it, a later "
        "re-creation reinstates it. Newest is by the source's own order where it states one (meta.versionId as a "
        "number, then meta.lastUpdated, then the order of a history Bundle, newest first), else by arrival; a delete "
        "that carries no order acts on what had arrived before it. Bytes equal to an earlier version of a live "
        "record are a receipt; of a withdrawn record, a re-creation. A delete of a live record always counts",
    ),
    (
        history("The newest wins.", [said("a"), said("b")], "b"),
        history("Known bytes of a live record are a receipt.", [said("a"), said("b"), said("a", receipt=True)], "b"),
        history("A delete withdraws.", [said("a"), delete()], "a", withdrawn=True),
        history("So does entered-in-error.", [said("a"), said("b", in_error=True)], "b", withdrawn=True),
        history("The same bytes after a delete create it anew.", [said("a"), delete(), said("a")], "a"),
        history(
            "A second delete of a withdrawn record says nothing new.",
            [said("a"), delete(), delete(receipt=True)],
            "a",
            True,
        ),
        history(
            "A delete of a live record always counts.", [said("a"), delete(), said("a"), delete()], "a", withdrawn=True
        ),
        history(
            "By number: version 2 stands, though version 1 comes later.",
            [said("b", number(2)), said("a", number(1))],
            "b",
        ),
        history("As a number: 10 is after 9.", [said("b", number(10)), said("a", number(9))], "b"),
        history(
            "By time where there are no numbers.",
            [said("b", updated("2024-10-02")), said("a", updated("2024-10-01"))],
            "b",
        ),
        history(
            "Numbers before times.",
            [
                said("b", SourceOrder(version=2, updated="2024-10-01T00:00:00.000000Z")),
                said("a", SourceOrder(version=1, updated="2024-10-02T00:00:00.000000Z")),
            ],
            "b",
        ),
        history("By place in a history Bundle, newest first.", [said("b", place(0)), said("a", place(1))], "b"),
        history(
            "A delete without an order acts on what had arrived before it.",
            [said("a", number(1)), delete(), said("b", number(2))],
            "b",
        ),
        history(
            "An older version that arrives after the delete brings nothing back.",
            [said("b", number(2)), delete(), said("a", number(1))],
            "b",
            withdrawn=True,
        ),
    ),
)

ONE = Identifier(RAVS, "one")

IDENTITY = Rule(
    "Which versions are one record",
    (
        "",
        "a record is known by feed, identifier system and value. No identifier: no system, and the resource id as "
        "value. Several: sharing one makes it the same record, the smallest is shown",
    ),
    (
        Identity("The same identifier by the same feed.", Sent("ravs", (ONE,), "a"), Sent("ravs", (ONE,), "b"), True),
        Identity(
            "One shared identifier of several.",
            Sent("gp", (Identifier(EMIS, "x"), ONE)),
            Sent("gp", (Identifier(EMIS, "y"), ONE)),
            True,
        ),
        Identity(
            "Another feed: a record of its own, and perhaps the same dose.",
            Sent("gp", (ONE,)),
            Sent("ravs", (ONE,)),
            False,
        ),
        Identity(
            "The same value under another system.", Sent("gp", (ONE,)), Sent("gp", (Identifier(EMIS, "one"),)), False
        ),
        Identity(
            "The same resource id is not the same identifier.",
            Sent("gp", (ONE,), "5"),
            Sent("gp", (Identifier(RAVS, "two"),), "5"),
            False,
        ),
    ),
)
