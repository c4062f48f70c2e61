"""Where chunks of a delivery are read on other machines: by executors that see the same files and hold the same keys.

A dispatch says which bytes of which file, and by what to read them; neither those bytes nor a key is in it. Keys are
found in the environment of whoever reads (`ADAPTER_PATIENT_KEY`, `ADAPTER_DATA_KEY`, or `…_FILE`) and are held to
those of this database. The database itself is not asked: an outpost only reads, so a second attempt does no harm.
"""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from adapter.errors import KeyFault, UnreadablePath
from adapter.fhir.document import IsRecord
from adapter.fhir.pseudonym import Pseudonym
from adapter.intake.parcel import Errand, Parcel, Step, parcel
from adapter.intake.reading import Reader
from adapter.intake.source import Passage, Source
from adapter.intake.surroundings import Surroundings
from adapter.settings import Settings
from adapter.store.seal import Seal

Task = TypeVar("Task")
Answer = TypeVar("Answer")

KEYS = ("ADAPTER_PATIENT_KEY", "ADAPTER_DATA_KEY")
"""What the environment of an outpost holds."""
_PROBE = "which key is it"
_NONE = Surroundings()
_PARCEL = msgspec.msgpack.Decoder(Parcel)
_ENCODER = msgspec.msgpack.Encoder()


class Outposts(Protocol):
    """Whoever maps a function over tasks that are made as they are asked for, and answers in their order."""

    def stream(self, function: Callable[[Task], Answer], tasks: Iterable[Task]) -> Iterator[Answer]: ...


class Outfit(Struct, frozen=True):
    """By what an outpost is to read. `patient_key` and `data_key` tell keys apart and give nothing of them away."""

    is_record: IsRecord
    fast: bool
    patient_key: str
    data_key: str


class Dispatch(Struct, frozen=True):
    """An errand whose chunk is empty, and where its bytes lie."""

    outfit: Outfit
    errand: Errand
    passage: Passage


def outfit_of(reader: Reader, seal: Seal) -> Outfit:
    """That of a reader and a seal of this process."""
    return Outfit(reader.is_record, reader.fast, reader.pseudonym.patient(_PROBE), seal.key_id)


def steps(outposts: Outposts, outfit: Outfit, errands: Iterable[Errand], source: Source) -> Iterator[Step]:
    """What comes of each errand, in their order. `source` is a file of its own with a name."""
    under_way: deque[tuple[int, int]] = deque()

    def dispatches() -> Iterator[Dispatch]:
        for errand in errands:
            chunk = errand.chunk
            passage = source.passage(chunk.start, chunk.end)
            if passage is None:
                raise UnreadablePath(_UNSEEN)
            under_way.append((chunk.end, chunk.after))
            yield Dispatch(outfit, replace(errand, chunk=replace(chunk, content=b"")), passage)

    for answer in outposts.stream(read_there, dispatches()):
        yield Step(*under_way.popleft(), _PARCEL.decode(answer))


def read_there(dispatch: Dispatch) -> bytes:
    """Run an errand in whatever process this is. Raises UnreadablePath where the file is not what it is for the one who
    sent us, KeyFault where the keys are not.
    """
    reader, seal = _equipped(dispatch.outfit)
    errand = dispatch.errand
    errand = replace(errand, chunk=replace(errand.chunk, content=_content(dispatch.passage)))
    return _ENCODER.encode(parcel(reader, seal, errand, _NONE))


def _content(passage: Passage) -> bytes:
    if not os.path.isfile(passage.path) or not os.access(passage.path, os.R_OK):
        raise UnreadablePath(_UNSEEN)
    try:
        return passage.read()
    except UnreadablePath:
        raise UnreadablePath(_OTHER_BYTES) from None


_EQUIPPED: dict[Outfit, tuple[Reader, Seal]] = {}
"""What this process reads with: one at most."""


def _equipped(outfit: Outfit) -> tuple[Reader, Seal]:
    found = _EQUIPPED.get(outfit)
    if found is None:
        _EQUIPPED.clear()
        found = _EQUIPPED[outfit] = _made(outfit, os.environ)
        gc.freeze()  # what is there by now stays: it need not be looked through again and again
    return found


def _made(outfit: Outfit, environ: Mapping[str, str]) -> tuple[Reader, Seal]:
    named = [name if environ.get(name, "").strip() else f"{name}_FILE" for name in KEYS]
    settings = Settings.from_environment({name: environ[name] for name in named if name in environ})
    if settings.patient_key is None:
        raise KeyFault("ADAPTER_PATIENT_KEY is not set on the executors: set it, or ADAPTER_PATIENT_KEY_FILE, there.")
    reader, seal = Reader(Pseudonym(settings.patient_key), outfit.is_record, outfit.fast), Seal(settings.data_key)
    if outfit_of(reader, seal) != outfit:
        raise KeyFault("The executors hold other keys than this: set ADAPTER_PATIENT_KEY and ADAPTER_DATA_KEY alike.")
    return reader, seal


_UNSEEN = (
    "An executor cannot open a file that is read here: put it on a file system that all of them see under the same "
    "path, readable for their user, or ingest without --engine spark."
)
_OTHER_BYTES = (
    "An executor sees other bytes under the path of a file than are read here: it is another copy, or changed while it "
    "was read. Ingest it again when it is complete and the same everywhere."
)
