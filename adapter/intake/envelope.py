"""What a delivery is, told by its content: encoding, format, digest. Its name only breaks a tie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from adapter.fhir import bundle, json_text
from adapter.fhir.issue import Issue
from adapter.fhir.spans import Span
from adapter.intake.gunzip import MAGIC, Gunzip
from adapter.intake.source import Source
from adapter.store.delivery import Encoding, Format

LARGEST_DOCUMENT = 1 << 30
EMPTY = Issue("structure", "", "The file holds no JSON: send a FHIR resource, a Bundle, or NDJSON.")
NOT_UTF8 = Issue("structure", "", "The text is UTF-16 or UTF-32, or no text at all: send it encoded as UTF-8.")
TOO_LARGE = Issue(
    "too-long", "", "A single document of more than 1 GiB cannot be read: send it in parts, or as NDJSON."
)

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_LONGEST_FIRST_LINE = 64 << 20
_SAMPLED = 20
_RECORDS = (b'\n{"resourceType":"Immunization"', b'\n{"resourceType": "Immunization"')
"""How a line that is a record begins, as a rule."""


class Envelope(Struct, frozen=True):
    """`sha256` and `size` are of what came, `content_size` of the text in it. `refusal` is why the whole of it cannot
    be read; `fault` what is wrong with its gzip. `records_only`: every line that holds something begins like a record,
    so that there is nothing beside the records.
    """

    encoding: Encoding
    format: Format
    sha256: bytes
    size: int
    content_size: int
    refusal: Issue | None = None
    fault: Issue | None = None
    records_only: bool = False


def content_blocks(source: Source, encoding: Encoding, gunzip: Gunzip) -> Iterator[bytes]:
    """The text of a delivery. After it, `gunzip.fault` tells what was wrong with the gzip."""
    return gunzip.blocks(source.blocks()) if encoding == "gzip" else source.blocks()


def examine(source: Source, lines_by_name: bool = False) -> Envelope:
    """Reads the source once or twice. `lines_by_name` says that its name ends like that of NDJSON."""
    digest, start, size = hashlib.sha256(), b"", 0
    gunzip, glance = Gunzip(), _Glance()
    wire = source.blocks()
    first = next(wire, b"")
    encoding: Encoding = "gzip" if first.startswith(MAGIC) else "identity"

    def hashed() -> Iterator[bytes]:
        nonlocal size
        for block in _chained(first, wire):
            digest.update(block)
            size += len(block)
            yield block

    arriving = hashed()
    for text in gunzip.blocks(arriving) if encoding == "gzip" else arriving:
        start = start or text[:4]
        glance.at(text)
    for _ in arriving:  # what follows damage was not asked for, and is part of what came all the same
        pass
    glance.end()
    refusal = None
    if start.startswith(_WIDE) or b"\0" in start:
        refusal = NOT_UTF8
    elif not glance.texts:
        refusal = EMPTY
    format_: Format = "json"
    if refusal is None:
        format_, refusal = _format(glance, lines_by_name, source, encoding)
    only = glance.records_only
    return Envelope(encoding, format_, digest.digest(), size, glance.size, refusal, gunzip.fault, only)


def _format(glance: _Glance, lines_by_name: bool, source: Source, encoding: Encoding) -> tuple[Format, Issue | None]:
    if glance.texts == 1:
        # a lone line is a document, but in an export of many files it may be all there is of its type
        lone = lines_by_name and glance.first is not None and _is_beside_records(glance.first)
        return ("ndjson" if lone else "json"), None
    if glance.first is not None and json_text.is_json(glance.first):
        return "ndjson", None
    if glance.size > LARGEST_DOCUMENT:
        lines = lines_by_name or any(map(_is_resource, glance.sample))
        return ("ndjson", None) if lines else ("json", TOO_LARGE)
    whole = b"".join(content_blocks(source, encoding, Gunzip()))
    if _is_one_json(whole):
        return "json", None
    texts = [line for line in whole.split(b"\n") if line.strip()]
    found = sum(map(_is_resource, texts))
    opens = glance.first is not None and glance.first.rstrip()[-1:] in (b"{", b"[", b",")
    if found and (not opens or 2 * found >= len(texts)):
        return "ndjson", None
    return ("ndjson" if lines_by_name and not opens else "json"), None


class _Glance:
    """What a reading of all the text tells without parsing it: its size, how many lines hold something (as far as it
    matters), the first of them and some others.
    """

    def __init__(self) -> None:
        self.first: bytes | None = None
        self.sample: list[bytes] = []
        self.size = self.texts = 0
        self._open = bytearray()
        self._usual, self._carried = b"", b"\n"
        self._lines = self._records = 0

    @property
    def records_only(self) -> bool:
        """Whether each line begins as the first one does, and that as a record."""
        return bool(self._usual) and self._records == self._lines + (not self._carried.endswith(b"\n"))

    def at(self, text: bytes) -> None:
        self.size += len(text)
        self._count(text)
        start = 0
        while start < len(text) and self.texts <= _SAMPLED:
            end = text.find(b"\n", start) + 1
            if len(self._open) <= _LONGEST_FIRST_LINE:
                self._open += text[start : end or len(text)]
            if not end:
                return
            start = end
            self.end()

    def _count(self, text: bytes) -> None:
        """Counting is far quicker than looking at each line. What lies across two blocks is counted with the second."""
        if not self._lines and not self._records:
            self._usual = next((each for each in _RECORDS if text.startswith(each[1:])), b"")
        if self._usual:
            across = len(self._usual) - 1
            self._records += text.count(self._usual) + (self._carried + text[:across]).count(self._usual)
            self._lines += text.count(b"\n")
            self._carried = (self._carried + text)[-across:] if len(text) < across else text[-across:]

    def end(self) -> None:
        """A line has ended, or the text."""
        line = bytes(self._open).strip(b"\n")
        self._open.clear()
        if not self.texts:
            line = line.removeprefix(_BOM)
        if not line.strip():
            return
        self.texts += 1
        if len(line) <= _LONGEST_FIRST_LINE:
            if self.texts == 1:
                self.first = line
            else:
                self.sample.append(line)


def _chained(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _is_one_json(content: bytes) -> bool:
    """Whether the syntax of the whole is that of one JSON text. Quick, and lenient with what is in it."""
    try:
        msgspec.json.decode(content.removeprefix(_BOM), type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _is_resource(line: bytes) -> bool:
    if line.lstrip()[:1] != b"{" or line.rstrip()[-1:] != b"}":
        return False
    found = bundle.header(line, Span(0, len(line)))
    return found is not None and bool(found.resourceType)


def _is_beside_records(line: bytes) -> bool:
    found = bundle.header(line, Span(0, len(line)))
    return found is not None and found.resourceType not in ("", "Bundle", "Immunization")
