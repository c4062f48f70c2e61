"""Paths become streams; names are never told, and one that fails stops none of the others."""

from __future__ import annotations

import gzip
import io
import os
import threading
from pathlib import Path

import pytest
from adapter.errors import UnreadablePath
from adapter.feeds.files import STANDARD_INPUT, found_files, take_files
from adapter.intake.delivery import Taken
from adapter.intake.source import Source
from adapter.store.store import Store

from sending import encoded, immunization, ndjson, shared_reader

NAME = "patient 9990000026"


def test_folders_are_taken_whole_and_sorted(tmp_path: Path) -> None:
    names = [
        "b.json",
        "a.ndjson",
        "sub/c.json.gz",
        "sub/deep/d.NDJSON.GZ",
        "e.txt",
        ".hidden.json",
        ".git/f.json",
        "g.csv",
    ]
    for name in names:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"{}")
    found = found_files([str(tmp_path), str(tmp_path / "e.txt"), STANDARD_INPUT])
    taken = [os.path.relpath(each.path, tmp_path) if each.path != "-" else "-" for each in found]
    assert taken == ["a.ndjson", "b.json", "sub/c.json.gz", "sub/deep/d.NDJSON.GZ", "e.txt", "-"]
    assert [each.lines_by_name for each in found] == [True, False, False, True, False, False]
    assert [each.size for each in found] == [2, 2, 2, 2, 2, None]
    assert found[2].label == "file 3 of 6"


def test_what_cannot_be_opened_stops_nothing_and_names_nothing(store: Store, tmp_path: Path) -> None:
    store.feeds.remember("trust")
    good, other = tmp_path / f"{NAME}.json", tmp_path / "lines"
    good.write_bytes(encoded(immunization()))
    other.write_bytes(gzip.compress(ndjson(immunization("v2"), immunization("v3"))))
    missing = tmp_path / f"missing {NAME}.json"
    files = found_files([str(missing), str(good), str(tmp_path / "nowhere"), str(other)])
    outcomes = [outcome for _, outcome in take_files(store, "trust", files, shared_reader())]
    assert [type(each) for each in outcomes] == [UnreadablePath, Taken, UnreadablePath, Taken]
    assert str(outcomes[0]).startswith("The file 1 of 4 could not be taken (No such file or directory)")
    assert not any(NAME in str(each) for each in outcomes)
    assert [each.figures.new for each in outcomes if isinstance(each, Taken)] == [1, 2]
    assert NAME not in repr(store.deliveries.listed())


def test_a_pipe_is_read_once(store: Store, tmp_path: Path) -> None:
    store.feeds.remember("trust")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(ndjson(*(immunization(str(at)) for at in range(2_000))),))
    writer.start()
    [(_, taken)] = take_files(store, "trust", found_files([str(pipe)]), shared_reader())
    writer.join()
    assert isinstance(taken, Taken)
    assert taken.figures.new == 2_000


def test_a_file_that_changes_while_it_is_read(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "growing"
    file.write_bytes(b"one" * 1_000_000)
    with Source(file.open("rb")) as source:
        assert b"".join(source.blocks()) == b"one" * 1_000_000
        with file.open("ab") as more:
            more.write(b"more")
        assert b"".join(source.blocks()) == b"one" * 1_000_000  # as it was when it was first read
        file.write_bytes(b"two" * 1_000_000)
        with pytest.raises(UnreadablePath, match="changed"):
            list(source.blocks())
        file.write_bytes(b"one")
        with pytest.raises(UnreadablePath, match="changed"):
            list(source.blocks())


def test_a_disk_that_fails() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error", NAME)

    with Source(Failing(b"x")) as source, pytest.raises(UnreadablePath) as raised:
        list(source.blocks())
    assert NAME not in str(raised.value)
