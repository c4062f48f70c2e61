"""Pulling from a watched folder: what stands still is taken over and kept, what grows is left alone."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NoReturn

import pytest
from adapter.feeds import pull as pulling
from adapter.feeds.door import Door, Pulled
from adapter.feeds.pull import pull
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import Folder
from adapter.feeds.sources import fingerprint
from adapter.store.store import Store

from sending import encoded, immunization, known, ndjson, nhs_number


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def pulled(store: Store, drop: Path, pause: Callable[[float], None] = lambda seconds: None) -> Pulled:
    return pull(store, "trust", Folder(path=str(drop), settle=7), {}, pause=pause)


def names(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_files_are_taken_over_and_kept(store: Store, drop: Path) -> None:
    (drop / "below").mkdir()
    (drop / "a.json").write_bytes(encoded(immunization("v1")))
    (drop / "below" / "a.json").write_bytes(encoded(immunization("v2")))
    (drop / "c.ndjson.gz").write_bytes(gzip.compress(ndjson(immunization("v3"), immunization("bad", status=1))))
    (drop / "other.txt").write_text("no business of ours")
    waited: list[float] = []
    done = pulled(store, drop, waited.append)
    assert (done.deliveries, done.figures.new, done.figures.quarantined, done.note) == (3, 3, 1, "")
    assert waited == [7]
    assert names(drop) == ["other.txt", "taken/2-a.json", "taken/a.json", "taken/c.ndjson.gz"]
    assert pulled(store, drop).deliveries == 0
    step = store.pulls.latest("trust", fingerprint(Folder(path=str(drop))))
    assert step
    assert step.what == "finished"


def test_a_file_that_grows_is_left_for_the_next_time(store: Store, drop: Path) -> None:
    whole = encoded(immunization("v1"))
    (drop / "a.json").write_bytes(whole[:50])

    def grow(_: float) -> None:
        with (drop / "a.json").open("ab") as file:
            file.write(whole[50:])

    done = pulled(store, drop, grow)
    assert (done.deliveries, names(drop)) == (0, ["a.json"])
    assert "1 files are still being written" in done.note
    assert pulled(store, drop).figures.new == 1


def test_what_cannot_be_read_at_all_is_rejected_and_kept(store: Store, drop: Path) -> None:
    name = f"{nhs_number(1)}.json"
    (drop / name).write_bytes(b"this is no JSON")
    (drop / "b.json").write_bytes(encoded(immunization("v1")))
    done = pulled(store, drop)
    assert (done.figures.new, done.figures.quarantined) == (1, 1)
    assert names(drop) == [f"rejected/{name}", "taken/b.json"]
    assert (drop / "rejected" / name).read_bytes() == b"this is no JSON"
    assert nhs_number(1) not in done.note


def test_what_was_taken_over_before_a_crash_is_taken_by_the_next_pull(
    store: Store, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (drop / "a.json").write_bytes(encoded(immunization("v1")))

    class Crashing(Door):
        def take_stream(self, stream: BinaryIO, *, lines: bool = False) -> NoReturn:
            stream.close()
            raise KeyboardInterrupt

    monkeypatch.setattr(pulling, "Door", Crashing)
    with pytest.raises(KeyboardInterrupt):
        pulled(store, drop)
    assert names(drop) == [".taking/a.json"]
    monkeypatch.setattr(pulling, "Door", Door)
    assert pulled(store, drop).figures.new == 1
    assert names(drop) == ["taken/a.json"]
    assert len(known(store)) == 1


def test_the_same_file_again_is_a_receipt(store: Store, drop: Path) -> None:
    for _ in range(2):
        (drop / "a.json").write_bytes(encoded(immunization("v1")))
        done = pulled(store, drop)
    assert (done.figures.new, done.figures.receipts) == (0, 1)
    assert names(drop) == ["taken/2-a.json", "taken/a.json"]


def test_a_folder_that_is_not_there_is_told_without_its_name(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="no folder") as raised:
        pulled(store, tmp_path / "hush")
    assert "hush" not in str(raised.value)
    step = store.pulls.latest("trust", fingerprint(Folder(path=str(tmp_path / "hush"))), "failed")
    assert step


def test_a_link_is_not_followed(store: Store, drop: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_bytes(encoded(immunization("v1")))
    (drop / "a.json").symlink_to(tmp_path / "outside.json")
    assert pulled(store, drop).deliveries == 0
