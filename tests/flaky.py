"""Functions for the executors of a Spark under test: they fail as they are told, then do what the product does."""

from __future__ import annotations

import os
from pathlib import Path

from adapter.errors import AdapterError, StoreError
from adapter.intake.outpost import Dispatch, read_there
from adapter.runs.share import Share, Work, decide_part
from msgspec.structs import replace

TROUBLE = "TROUBLE"
"""The variable that names a folder: a file in it, named for what is to happen, makes it happen once and is gone."""
PATIENT = "999 000 0018 was vaccinated"


def decide_in_trouble(work: Work) -> Share:
    """What the product maps, but in trouble before it."""
    _trouble()
    return decide_part(work)


def read_in_trouble(dispatch: Dispatch) -> bytes:
    """The same of what it maps for ingest."""
    _trouble()
    return read_there(dispatch)


def _trouble() -> None:
    folder = Path(os.environ[TROUBLE])
    if _taken(folder / "killed"):
        os._exit(1)
    if _taken(folder / "failed"):
        raise ValueError(PATIENT)
    if _taken(folder / "cut off"):
        raise StoreError("The database does not answer.")


def import_path() -> str:
    """PYTHONPATH of executors that are to find this module."""
    return os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])


def double(number: int) -> int:
    return 2 * number


def always_wrong(number: int) -> int:
    if number == 3:
        raise ValueError(PATIENT)
    return number


def always_killed(number: int) -> int:
    if number == 3:
        os._exit(1)
    return number


def refused(number: int) -> int:
    """Counts its attempts in the folder."""
    (Path(os.environ[TROUBLE]) / f"attempt {os.urandom(4).hex()}").touch()
    raise AdapterError("The rules are gone.")


def always_cut_off(number: int) -> int:
    raise StoreError("The database does not answer.")


def environment(name: str) -> str:
    return os.environ.get(name, "")


def dies_after_the_fourth(dispatch: Dispatch) -> bytes:
    if dispatch.errand.chunk.first and dispatch.passage.start > 4 * 30_000:
        os._exit(1)
    return read_there(dispatch)


def sees_no_file(dispatch: Dispatch) -> bytes:
    """As where a folder is not mounted."""
    return read_there(replace(dispatch, passage=replace(dispatch.passage, path="/nowhere/at/all.ndjson")))


def sees_another_file(dispatch: Dispatch) -> bytes:
    """As where a folder of the same name holds another one."""
    return read_there(replace(dispatch, passage=replace(dispatch.passage, path=__file__)))


def _taken(file: Path) -> bool:
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True
