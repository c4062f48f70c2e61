"""Which code decided: the version, and a digest of the source of everything that decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import adapter

DECIDING = ("fhir", "normalise", "organisations", "reconcile", "achievement")
_ROOT = Path(adapter.__file__).parent


@cache
def code_version() -> str:
    """`0.1.0+` and 12 hex digits: the same source gives the same, whatever machine and folder it lies in."""
    alone = [_ROOT / name for name in ("digest.py", "merkle.py", "reasons.py")]
    return _version([*alone, *_deciding(_ROOT)])


@cache
def installed_version() -> str:
    """The same of all code: what must be alike on the machines that share in one piece of work."""
    return _version(_ROOT.rglob("*.py"))


def _version(files: Iterable[Path]) -> str:
    root, seen = _ROOT, hashlib.sha256()
    for path in sorted(files, key=lambda one: one.as_posix()):
        seen.update(path.relative_to(root).as_posix().encode() + b"\0")
        seen.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"{adapter.__version__}+{seen.hexdigest()[:12]}"


def _deciding(root: Path) -> list[Path]:
    return [path for package in DECIDING for path in (root / package).rglob("*.py")]
