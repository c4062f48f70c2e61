"""Are the source bytes what every row says of them? Each stream is opened once, and everything hashed on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest

from adapter.errors import StoreError
from adapter.intake.gunzip import Gunzip
from adapter.provenance.finding import Differs
from adapter.store.delivery import Stream
from adapter.store.ledger_evidence import Arrived, Part, evidence
from adapter.store.store import Store

Step = Callable[[int], None]


def check_sources(store: Store, last_batch: int | None = None, step: Step = lambda done: None) -> None:
    """All deliveries, or those that had begun by a batch. `step` is told how many are done. Raises Differs."""
    with evidence(store.database) as kept:
        arrived = list(kept.deliveries(last_batch))
    for number, delivery in enumerate(arrived, start=1):
        _Checking(store, delivery).all()
        step(number)


class _Checking:
    """One delivery."""

    def __init__(self, store: Store, delivery: Arrived) -> None:
        self._store, self._delivery = store, delivery

    def all(self) -> None:
        delivery, gzip = self._delivery, self._delivery.encoding == "gzip"
        content = self._stream("content")
        came = self._stream("wrapper") if gzip else content
        if not delivery.ended:
            return
        if came != (delivery.size, delivery.sha256):
            raise Differs("delivery", str(delivery.number), "the kept bytes are not the ones that came")
        if gzip and content != _measured(Gunzip().blocks(self._bytes("wrapper"))):
            raise Differs("delivery", str(delivery.number), "the kept text is not what the gzip file holds")

    def _stream(self, stream: Stream) -> tuple[int, bytes]:
        """Length and digest of a stream, of which every chunk and every part was found to be as the rows say."""
        with evidence(self._store.database) as kept:
            parts = _Parts(kept.parts(self._delivery.number, stream))
            rows = kept.chunks(self._delivery.number, stream)
            whole, end = hashlib.sha256(), 0
            for row, plain in zip_longest(rows, self._bytes(stream)):
                if row is None or plain is None or row.start != end:
                    name = row.key if row else f"of delivery {self._delivery.number}, {stream}"
                    raise Differs("payload", name, "a chunk does not begin where the one before it ended")
                _compare(row, hashlib.sha256(plain).digest(), len(plain))
                whole.update(plain)
                parts.pass_over(end, plain)
                end += len(plain)
            parts.end()
        return end, whole.digest()

    def _bytes(self, stream: Stream) -> Iterator[bytes]:
        try:
            yield from self._store.deliveries.stream(self._delivery.number, stream)
        except StoreError:
            name = f"of delivery {self._delivery.number}, {stream}"
            raise Differs("payload", name, "a chunk cannot be opened") from None


class _Parts:
    """The parts of a stream, hashed while its chunks go by; few are open at a time."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._coming = iter(parts)
        self._next = next(self._coming, None)
        self._open: list[tuple[Part, hashlib._Hash]] = []

    def pass_over(self, start: int, chunk: bytes) -> None:
        end = start + len(chunk)
        while self._next is not None and self._next.start < end:
            self._open.append((self._next, hashlib.sha256()))
            self._next = next(self._coming, None)
        still = []
        for part, digest in self._open:
            digest.update(chunk[max(0, part.start - start) : part.start + part.length - start])
            if part.start + part.length <= end:
                _compare(part, digest.digest(), part.length)
            else:
                still.append((part, digest))
        self._open = still

    def end(self) -> None:
        """Nothing may lie beyond the stream but what has no length."""
        while self._next is not None:
            self._open.append((self._next, hashlib.sha256()))
            self._next = next(self._coming, None)
        for part, digest in self._open:
            _compare(part, digest.digest(), 0)


def _compare(part: Part, digest: bytes, length: int) -> None:
    if part.length != length or part.sha256 != digest:
        raise Differs(part.table, part.key, "the kept bytes are not those of its digest")


def _measured(blocks: Iterable[bytes]) -> tuple[int, bytes]:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
    return size, digest.digest()
