"""One session of measurements on one load: every contestant in turn, several times, in alternating order."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from bench import authority, duckdb_counts, limit
from bench.load import Load
from bench.memory import Watch
from bench.ours import DATABASE
from bench.plan import FIRST_MONTH, LAST_MONTH
from bench.server import Server
from bench.stored import Stored
from msgspec import Struct

DATABASES = ("sqlite", "postgresql")
PROCESSES = (1, 2)

Seconds = dict[str, float]


class Round(Struct, frozen=True):
    """One turn: seconds by what was measured, what was stored by database, peak memory of the process tree by step."""

    seconds: Seconds
    stored: dict[str, Stored]
    memory: dict[str, int]


class Session:
    """Measures one load. `folder` is for databases, thrown away after each measurement."""

    def __init__(self, load_folder: Path, server: Server, folder: Path, say: Callable[[str], None]) -> None:
        self.load = Load.of(load_folder)
        self.files = sorted((load_folder / "base").glob("*.ndjson"))
        self.sample: list[bytes] = []
        self.valid = 0
        self.naive: dict[str, int] = {}
        self._load_folder, self._server, self._folder, self._say = load_folder, server, folder, say
        self._databases = 0

    def round(self, number: int, contestants: tuple[str, ...]) -> Round:
        """Every contestant once: in this order in even rounds, the other way round in odd ones."""
        seconds: Seconds = {}
        stored: dict[str, Stored] = {}
        memory: dict[str, int] = {}
        for name in contestants if number % 2 == 0 else contestants[::-1]:
            self._say(f"round {number + 1}: {name}")
            if name == "limit":
                seconds |= {f"limit {count}": limit.seconds(self.files, count)[0] for count in PROCESSES}
            elif name == "authority":
                seconds |= self._authority()
            elif name == "duckdb":
                seconds["duckdb"] = self._duckdb()
            else:
                self._ours(name, seconds, stored, memory)
        return Round(seconds, stored, memory)

    def _authority(self) -> Seconds:
        self.sample = self.sample or authority.sample(self.files, self.load.lines["base"])
        scale = self.load.lines["base"] / len(self.sample)
        spent = {}
        for count in PROCESSES:
            seconds, self.valid = authority.seconds(self.sample, count)
            spent[f"authority {count}"] = seconds * scale
        return spent

    def _duckdb(self) -> float:
        spent, counts = duckdb_counts.counts(self._load_folder)
        self.naive = duckdb_counts.wrong(self.load.truths["base"].between(FIRST_MONTH, LAST_MONTH), counts)
        return spent

    def _ours(self, database: str, seconds: Seconds, stored: dict[str, Stored], memory: dict[str, int]) -> None:
        self._databases += 1
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            if database == "sqlite":
                told = self._told(f"sqlite:///{name}/{DATABASE}", Path(name))
            else:
                with self._server.database(f"bench_{self._databases}") as url:
                    told = self._told(url, Path(name))
        for step in told:
            if "stored" in step:
                stored[database] = msgspec.convert(step["stored"], Stored)
            else:
                seconds[f"{database} {step['step']}"] = step["seconds"]
                memory[f"{database} {step['step']}"] = step["memory"]

    def _told(self, url: str, data: Path) -> list[dict[str, Any]]:
        """The steps as the product's process tells them, each with the peak memory until then. Exits where it fails: a
        wrong count makes every figure worthless.
        """
        command = [sys.executable, "-m", "bench.ours", str(self._load_folder), url, str(data)]
        told = []
        root = Path(__file__).parents[1]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as child:
            watch = Watch(child.pid)
            try:
                for line in child.stdout or ():
                    told.append({**json.loads(line), "memory": watch.taken()})
            finally:
                watch.stop()
        if child.returncode:
            raise SystemExit(
                "The product failed on the load, or its counts are wrong: see above. Nothing was measured."
            )
        return told
