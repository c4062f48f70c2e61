"""The arrows of imports, and what the pure packages must not touch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import adapter
import pytest

ROOT = Path(adapter.__file__).parent
PURE = {"fhir", "normalise", "organisations", "reconcile", "achievement", "signals", "digest", "merkle", "reasons"}
ROWS = [
    PURE,
    PURE | {"store", "intake", "settings", "errors"},
    PURE | {"store", "intake", "settings", "errors", "feeds", "runs", "provenance"},
]
IMPURE_MODULES = {"time", "logging", "os", "socket", "sqlalchemy", "sqlmodel", "httpx", "random", "uuid", "secrets"}
FORBIDDEN_NAMES = ("utils", "helpers", "helper", "common", "manager", "misc", "constants")


def modules(package: str) -> list[Path]:
    folder = ROOT / package
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{package}.py"]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imported(path) if name.startswith("adapter.")}


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        *((name, ROWS[0]) for name in sorted(PURE)),
        *((name, ROWS[1]) for name in ("store", "intake")),
        *((name, ROWS[2]) for name in ("feeds", "runs", "provenance")),
    ],
)
def test_imports_run_one_way(package: str, allowed: set[str]) -> None:
    strays = {
        str(path.relative_to(ROOT)): sorted(packages(path) - allowed)
        for path in modules(package)
        if packages(path) - allowed
    }
    assert strays == {}


@pytest.mark.parametrize("package", sorted(PURE))
def test_pure_packages_have_no_clock_no_network_no_database(package: str) -> None:
    strays = {
        str(path.relative_to(ROOT)): sorted({name.split(".")[0] for name in imported(path)} & IMPURE_MODULES)
        for path in modules(package)
        if {name.split(".")[0] for name in imported(path)} & IMPURE_MODULES
    }
    assert strays == {}
    for path in modules(package):
        text = path.read_text(encoding="utf-8")
        assert "datetime.now" not in text, path
        assert "date.today" not in text, path


def test_a_file_is_named_for_its_noun() -> None:
    assert [path for path in ROOT.rglob("*.py") if any(word in path.stem.split("_") for word in FORBIDDEN_NAMES)] == []
