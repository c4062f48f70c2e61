"""Validation by `fhir.resources` alone: each line parsed with `orjson` and given to the model of its version.

It costs hundreds of microseconds a resource, so of a large load only every so-many-th line is validated, and the time
is scaled to all lines. Importing the models is not counted.
"""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import orjson
from bench.limit import lines_of

SAMPLE = 6_000
_CHUNK = 250


def sample(files: list[Path], lines: int, most: int = SAMPLE) -> list[bytes]:
    """Every so-many-th Immunization of the files, `most` at the utmost, evenly."""
    step = max(1, -(-lines // most))
    taken, number = [], 0
    for file in files:
        for line in lines_of(file, 0, file.stat().st_size):
            if number % step == 0 and line.startswith(b'{"resourceType":"Immunization"'):
                taken.append(line)
            number += 1
    return taken


def seconds(lines: list[bytes], processes: int) -> tuple[float, int]:
    """Wall time for these lines, and how many of them are valid."""
    chunks = [lines[start : start + _CHUNK] for start in range(0, len(lines), _CHUNK)]
    if processes == 1:
        _ready(lines)
        begun = time.perf_counter()
        valid = sum(map(_work, chunks))
        return time.perf_counter() - begun, valid
    _ready(lines)  # before the fork, so that every process has the models
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        pool.map(_work, [lines[:1]] * processes)
        begun = time.perf_counter()
        valid = sum(pool.imap_unordered(_work, chunks))
        return time.perf_counter() - begun, valid


def _ready(lines: list[bytes]) -> None:
    """The models are built when they are first used."""
    stu3 = next((line for line in lines if _is_stu3(line)), b"")
    r4 = next((line for line in lines if not _is_stu3(line)), b"")
    _work([line for line in (stu3, r4) if line])


def _is_stu3(line: bytes) -> bool:
    return b'"notGiven":' in line


def _work(lines: list[bytes]) -> int:
    from fhir.resources.R4B.immunization import Immunization as R4
    from fhir.resources.STU3.immunization import Immunization as Stu3
    from pydantic import ValidationError

    valid = 0
    for line in lines:
        try:
            (Stu3 if _is_stu3(line) else R4).model_validate(orjson.loads(line))
            valid += 1
        except (orjson.JSONDecodeError, ValidationError):
            continue
    return valid
