"""Trying again: what stands in quarantine is read from the kept bytes by the present code.

A resource is read with all that stood beside it in its delivery. What can be taken now is stored under the delivery
that it came in; what cannot gets the reasons that it has now. Nothing in quarantine is ever deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from adapter.fhir.piece import Piece
from adapter.intake.arrival import Arrival, sheaf
from adapter.intake.envelope import LARGEST_DOCUMENT
from adapter.intake.filing import file
from adapter.intake.lines import chunks
from adapter.intake.parcel import read_line
from adapter.intake.reading import Reader, reader_for
from adapter.intake.surroundings import surroundings_of
from adapter.store.deliveries import OpenDelivery, Overtaken
from adapter.store.quarantine import Quarantined
from adapter.store.store import Store

Step = Callable[[int], None]


def replay(store: Store, id_: str | None = None, step: Step = lambda done: None) -> tuple[int, int]:
    """Read one again, or all that stand: how many were taken, and how many of them still stand. `step` is told how many
    were looked at. Raises UnknownName.
    """
    items = [store.quarantine.found(id_)] if id_ else store.quarantine.listed()
    reads = reader_for(store)
    taken = looked_at = 0
    standing = [item for item in items if item.open]
    ordered = sorted(standing, key=lambda item: (item.delivery_number, item.number))
    for number, group in groupby(ordered, key=lambda item: item.delivery_number):
        delivery = store.deliveries.reopened(number)
        for item, arrivals in _read_again(store, delivery, reads, list(group)):
            with store.database.alone(f"feed {delivery.feed}"):
                taken += _settle(store, delivery, item, arrivals)
            looked_at += 1
            step(looked_at)
    return taken, len(standing) - taken


def _settle(store: Store, delivery: OpenDelivery, item: Quarantined, arrivals: list[Arrival] | None) -> bool:
    """Take it where there is something to take. None means that it cannot be read again."""
    if arrivals is None or (arrivals and all(arrival.issues for arrival in arrivals)):
        issues = {issue for arrival in arrivals or () for issue in arrival.issues}
        store.quarantine.refused(item, sorted(issues) or item.issues)
        return False
    try:
        with store.deliveries.taking_out(delivery, item.number, len(arrivals)) as batch:
            file(batch, sheaf(arrivals, delivery.feed))
    except Overtaken:  # by another process that replays: it is taken, as was asked
        return True
    return True


def _read_again(
    store: Store, delivery: OpenDelivery, reads: Reader, items: list[Quarantined]
) -> Iterator[tuple[Quarantined, list[Arrival] | None]]:
    """Each item with what it holds now. A notice on a whole file, and what was never text, hold nothing to read."""
    readable = [item for item in items if item.length and item.stream == "content"]
    yield from ((item, None) for item in items if item not in readable)
    if not readable:
        return
    if delivery.format == "json":
        yield from _of_document(store, delivery, reads, readable)
    else:
        yield from _of_lines(store, delivery, reads, readable)


def _of_document(
    store: Store, delivery: OpenDelivery, reads: Reader, items: list[Quarantined]
) -> Iterator[tuple[Quarantined, list[Arrival] | None]]:
    if max(item.start + item.length for item in items) > LARGEST_DOCUMENT:
        yield from ((item, None) for item in items)
        return
    content = b"".join(store.deliveries.stream(delivery.number, "content"))
    document = list(reads.document(content))
    for item in items:
        yield item, [reads.arrival(content, piece) for piece in _within(document, item)]


def _of_lines(
    store: Store, delivery: OpenDelivery, reads: Reader, items: list[Quarantined]
) -> Iterator[tuple[Quarantined, list[Arrival] | None]]:
    def content() -> Iterator[bytes]:
        return store.deliveries.stream(delivery.number, "content")

    surroundings = surroundings_of(content)
    wanted: dict[int, list[Quarantined]] = {}
    for item in items:
        wanted.setdefault(int(item.pointer.split("/")[1]), []).append(item)
    for chunk in chunks(content()):
        if chunk.fragment:
            yield from ((item, None) for item in wanted.pop(chunk.first, ()))
            continue
        for number, at, line in chunk.lines() if wanted.keys() & range(chunk.first, chunk.after) else ():
            if number in wanted:
                arrivals, _ = read_line(reads, number, at, line, surroundings)
                for item in wanted.pop(number):
                    yield item, [arrival for arrival in arrivals if _is_within(item, arrival.place.start)]
        surroundings.forget()


def _within(pieces: Iterable[Piece], item: Quarantined) -> Iterator[Piece]:
    return (piece for piece in pieces if _is_within(item, piece.start))


def _is_within(item: Quarantined, start: int) -> bool:
    return item.start <= start < item.start + item.length
