"""A body that is kept whole, but of which not everything is taken: because a request says so, or because it is refused.

What is passed over counts as context: its bytes are kept with the delivery, and nothing is read from them. A refusal
is a notice on the whole delivery and holds no resource, so that no later replay takes what its sender was told was
not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from adapter.fhir.document import Document, IsRecord
from adapter.fhir.issue import Issue
from adapter.fhir.piece import Piece
from adapter.intake.reading import Reader

PassesOver = Callable[[Piece], bool]


class Selection(Reader):
    """Reads as `reader` does, past some pieces, or refuses the whole with `refusal`."""

    def __init__(self, reader: Reader, passes_over: PassesOver, refusal: tuple[Issue, ...] = ()) -> None:
        super().__init__(reader.pseudonym, reader.is_record, reader.fast)
        self.stencils = None  # a text that is known would pass unasked
        self._passes_over, self._refusal, self._refused = passes_over, refusal, False

    @classmethod
    def without(cls, reader: Reader, entries: Collection[int]) -> Selection:
        """All but these entries of the outermost Bundle."""
        return cls(reader, lambda piece: entry_of(piece.pointer) in entries)

    @classmethod
    def nothing(cls, reader: Reader) -> Selection:
        """Keeps the bytes and takes nothing, whatever they hold."""
        return cls(reader, lambda _: True)

    @classmethod
    def refused(cls, reader: Reader, issues: tuple[Issue, ...]) -> Selection:
        """Keeps the bytes, and why nothing is taken of them."""
        return cls(reader, lambda _: True, issues)

    def document(self, content: bytes, base_pointer: str = "") -> Document:
        if not self._refusal:
            return _Part(content, self.is_record, base_pointer, self.fast, self._passes_over)
        told, self._refused = self._refused, True
        return _Refused(() if told else self._refusal)


class _Part(Document):
    def __init__(
        self, content: bytes, is_record: IsRecord, base_pointer: str, fast: bool, passes_over: PassesOver
    ) -> None:
        super().__init__(content, is_record, base_pointer, fast)
        self._passes_over = passes_over

    def __iter__(self) -> Iterator[Piece]:
        return (piece for piece in super().__iter__() if not self._passes_over(piece))


class _Refused(Document):
    def __init__(self, issues: tuple[Issue, ...]) -> None:
        super().__init__(b"", lambda _: False)
        self._issues = issues

    def __iter__(self) -> Iterator[Piece]:
        if self._issues:
            yield Piece("", 0, 0, issues=self._issues)


def entry_of(pointer: str) -> int | None:
    """The entry of the outermost Bundle that a pointer of a document leads into."""
    parts = pointer.split("/", 3)
    return int(parts[2]) if len(parts) > 2 and parts[1] == "entry" and parts[2].isdigit() else None
