"""A load of any size: files of Immunizations by feed, the directory, two corrections, and what the counts must be.

    python -m bench.load --records 50000 --seed 7 FOLDER

    FOLDER/ods/*.csv            the directory
    FOLDER/base/FEED.ndjson     what each feed sends at first
    FOLDER/fault/FEED.ndjson    1 % corrected: all records of some women whose maternal dose another had given
    FOLDER/scattered/…          another 1 %: one record each of as many other patients
    FOLDER/load.json            sizes, feeds, and the truth after each of the three

The same size and seed give the same bytes. It streams: memory does not grow with the size. A patient has about twelve
records, because the 999 range holds 909,090 valid NHS numbers: 10 million records are the most.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import msgspec
from bench.england import England, Feed, england, write_directory
from bench.plan import people
from bench.record import Record
from bench.story import tell
from bench.teller import Sent, Teller
from bench.truth import Sum, Truth
from bench.wire import deletion, line
from msgspec import Struct

MOST = 10_000_000
CORRECTED = 0.01
PARTS = ("base", "fault", "scattered")
_FULL = 1 << 16


class Load(Struct, frozen=True):
    """What was made: `truths` after each of `PARTS`, `lines`, `bytes` and `touched` patients of each."""

    records: int
    seed: int
    patients: int
    practices: tuple[str, ...]
    feeds: tuple[Feed, ...]
    lines: dict[str, int]
    bytes: dict[str, int]
    touched: dict[str, int]
    truths: dict[str, Truth]

    @classmethod
    def of(cls, folder: Path) -> Load:
        return msgspec.json.decode((folder / "load.json").read_bytes(), type=cls)


def practices_of(records: int) -> int:
    """How many practices send so many records: 4 to 600, each with some ten thousand where there are many."""
    return max(4, min(600, records // 15_000))


class Files:
    """The files of the feeds, written a buffer at a time."""

    def __init__(self, folder: Path, feeds: tuple[Feed, ...]) -> None:
        self._folder, self._feeds = folder, feeds
        self._buffers: dict[tuple[str, int], bytearray] = {}
        self.lines = dict.fromkeys(PARTS, 0)
        self.bytes = dict.fromkeys(PARTS, 0)
        for part in PARTS:
            (folder / part).mkdir(parents=True)

    def write(self, part: str, feed: int, content: bytes) -> None:
        buffer = self._buffers.setdefault((part, feed), bytearray())
        buffer += content
        self.lines[part] += 1
        self.bytes[part] += len(content)
        if len(buffer) > _FULL:
            self._flush(part, feed)

    def close(self) -> None:
        for part, feed in sorted(self._buffers):
            self._flush(part, feed)

    def _flush(self, part: str, feed: int) -> None:
        buffer = self._buffers[part, feed]
        with (self._folder / part / f"{self._feeds[feed].name}.ndjson").open("ab") as file:
            file.write(buffer)
        buffer.clear()


class Correction:
    """Chooses, as the patients go by, whose records are sent again: a share of all, no patient in both corrections."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._owed = dict.fromkeys(PARTS[1:], 0.0)

    def chosen(self, records: dict[tuple[int, int], Record]) -> tuple[str, list[Record]]:
        """The correction and the records of this patient that it changes; none mostly."""
        for part in self._owed:
            self._owed[part] += self._share * len(records)
        open_ones = [record for record in records.values() if record.correctable]
        if len(open_ones) <= self._owed["fault"] and any(map(_of_the_fault, open_ones)):
            self._owed["fault"] -= len(open_ones)
            return "fault", open_ones
        if open_ones and self._owed["scattered"] >= 1:
            self._owed["scattered"] -= 1
            return "scattered", open_ones[-1:]
        return "", []


def make(folder: Path, records: int, seed: int = 7, *, evenly: bool = False) -> Load:
    """Write a load of at least `records` lines. Raises ValueError beyond 10 million.

    `evenly`: every fault is as frequent as a sound record, and 5 % of the records are corrected.
    """
    if records > MOST:
        raise ValueError(f"At most {MOST} records: the 999 range has no more NHS numbers.")
    said = england(practices_of(records))
    write_directory(folder / "ods", said)
    files, correction, teller = (
        Files(folder, said.feeds),
        Correction(5 * CORRECTED if evenly else CORRECTED),
        Teller(said),
    )
    base, changes = Sum(), {part: Sum() for part in PARTS[1:]}
    touched = dict.fromkeys(PARTS, 0)
    for person, doses, dice in people(said, seed):
        sent = [each for dose in doses for each in tell(teller, dose, person, dice, evenly=evenly)]
        for each in sent:
            _write(files, base, said, each)
        newest = newest_versions(sent)
        base.add(newest.values())
        part, old = correction.chosen(newest)
        touched["base"] += 1
        if old:
            touched[part] += 1
            new = [record.corrected() for record in old]
            changes[part].add(old, -1)
            changes[part].add(new)
            for record in new:
                _write(files, changes[part], said, Sent(record), part)
        if files.lines["base"] >= records:
            break
    else:
        raise ValueError(f"There are no more NHS numbers after {files.lines['base']} records.")
    files.close()
    return _finished(folder, said, files, seed, touched, base, changes)


def newest_versions(sent: list[Sent]) -> dict[tuple[int, int], Record]:
    """The records among what is sent, each as its newest version, by feed and event; none that is invalid."""
    newest: dict[tuple[int, int], Record] = {}
    for each in sent:
        if not each.invalid:
            key = (each.record.feed, each.record.guid)
            if key not in newest or newest[key].version <= each.record.version:
                newest[key] = each.record
    return newest


def _of_the_fault(record: Record) -> bool:
    """A maternal dose that somebody else is known, by now, to have given."""
    return bool(record.giver) and record.vaccine.programme in ("pertussis", "rsv-pregnant")


def _write(files: Files, into: Sum, said: England, sent: Sent, part: str = "base") -> None:
    record = sent.record
    into.figures["received"] += 1
    if sent.kind == "delete":
        into.figures["deletes"] += 1
        files.write(part, record.feed, deletion(record))
        return
    content = line(record, said.feeds[record.feed].stu3)
    if sent.invalid:
        into.figures["quarantined"] += 1
        content = spoilt(content, sent.invalid)
    else:
        into.figures["receipts" if sent.kind == "again" else "new"] += 1
    files.write(part, record.feed, content)


def spoilt(content: bytes, fault: str) -> bytes:
    """A line with one fault for which it cannot be taken."""
    if fault == "status":
        return content.replace(b'"status":"completed"', b'"status":"finished"')
    if fault == "calendar":
        return content.replace(b'"birthDate":"', b'"birthDate":"1990-02-31","deceased_":"', 1)
    if fault == "boolean":
        return content.replace(b'"primarySource":true', b'"primarySource":"yes"')
    if fault == "cut":
        return content[:700] + b"\n"
    return content.replace(b'"lotNumber"', b'"lotNumbr"')


def _finished(
    folder: Path, said: England, files: Files, seed: int, touched: dict[str, int], base: Sum, changes: dict[str, Sum]
) -> Load:
    truths, total = {"base": base.truth()}, base
    for part in PARTS[1:]:
        total = total.plus(changes[part])
        truths[part] = total.truth()
    made = Load(
        files.lines["base"],
        seed,
        touched["base"],
        said.practices,
        said.feeds,
        files.lines,
        files.bytes,
        touched,
        truths,
    )
    (folder / "load.json").write_bytes(msgspec.json.encode(made, order="deterministic"))
    return made


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--records", type=int, default=50_000)
    options.add_argument("--seed", type=int, default=7)
    asked = options.parse_args()
    start = time.perf_counter()
    made = make(asked.folder, asked.records, asked.seed)
    seconds = time.perf_counter() - start
    size = made.bytes["base"] / made.lines["base"]
    print(
        f"{made.records:,} records of {size:,.0f} bytes from {len(made.feeds)} feeds about {made.patients:,} patients, "
        f"made at {made.records / seconds:,.0f} a second"
    )


if __name__ == "__main__":
    main()
