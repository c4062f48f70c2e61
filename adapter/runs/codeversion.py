"""Which code decided: the version, and a digest of the source of everything that decides."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import adapter

DECIDING = ("fhir", "normalise", "organisations", "reconcile", "achievement")


@cache
def code_version() -> str:
    """`0.1.0+` and 12 hex digits: the same source gives the same, whatever machine and folder it lies in."""
    root = Path(adapter.__file__).parent
    seen = hashlib.sha256()
    alone = [root / name for name in ("digest.py", "merkle.py", "reasons.py")]
    for path in sorted([*alone, *_deciding(root)], key=lambda one: one.as_posix()):
        seen.update(path.relative_to(root).as_posix().encode() + b"\0")
        seen.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"{adapter.__version__}+{seen.hexdigest()[:12]}"


def _deciding(root: Path) -> list[Path]:
    return [path for package in DECIDING for path in (root / package).rglob("*.py")]
