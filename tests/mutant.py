"""One small change to one function of the product: as `mutmut` makes it, put into the function itself.

Everybody who holds the function then runs the mutant, whatever they call it and however they came by it.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

import libcst
from mutmut.mutation.file_mutation import create_mutations, deep_replace

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".mutants"
_DECORATOR = r"^( *)@(?=(property|cached_property|cache|lru_cache\(.*\))$)"
"""`mutmut` passes decorated functions over; what these make of a function can be taken off again."""


class Mutant(NamedTuple):
    """`owner` is the class of its function, "" where it has none; `source` the function as mutated; `was` and `becomes`
    the lines that differ, the first of them at `line`.
    """

    file: str
    owner: str
    name: str
    line: int
    was: str
    becomes: str
    source: str

    @property
    def key(self) -> str:
        return f"{self.file} {self.owner}.{self.name} {hashlib.sha256(self.source.encode()).hexdigest()[:16]}"

    @property
    def replaced(self) -> FunctionType:
        module = importlib.import_module(self.file.removesuffix(".py").replace("/", "."))
        return _function(vars(vars(module)[self.owner] if self.owner else module)[self.name])


def mutants_of(file: Path) -> list[Mutant]:
    """Of every function and method of the file; what a module says outside functions stays. Kept by
    what the file holds, for they take longer to make than to run."""
    content = file.read_bytes()
    kept = KEPT / "made" / f"{file.stem}-{hashlib.sha256(content).hexdigest()[:16]}.json"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(list(_made(str(file.relative_to(ROOT)), content.decode()))), encoding="utf-8")
    return [Mutant(*one) for one in json.loads(kept.read_text(encoding="utf-8"))]


def _made(file: str, text: str) -> Iterator[Mutant]:
    bare = re.sub(_DECORATOR, r"\1#", text, flags=re.MULTILINE)
    tree, mutations, *_ = create_mutations(file, bare)
    owners = {
        function: owner
        for owner in tree.body
        if isinstance(owner, libcst.ClassDef)
        for function in owner.body.body
        if isinstance(function, libcst.FunctionDef)
    }
    lines = text.splitlines()
    seen = set()
    for mutation in mutations:
        function = mutation.contained_by_top_level_function
        if not isinstance(function, libcst.FunctionDef):
            continue
        owner = owners.get(function)
        before = _alone(function, owner)
        after = _alone(deep_replace(function, mutation.original_node, mutation.mutated_node), owner)
        if _without_casts(after) == _without_casts(before) or after in seen:
            continue
        seen.add(after)
        first, was, becomes = _differing(before.splitlines(), after.splitlines())
        defined = next(place for place, line in enumerate(before.splitlines()) if line.lstrip().startswith("def "))
        start = lines.index(before.splitlines()[defined], _start(lines, owner)) + 1
        name = owner.name.value if owner else ""
        yield Mutant(file, name, function.name.value, start + first - defined, was, becomes, after)


def _start(lines: list[str], owner: libcst.ClassDef | None) -> int:
    """Where to look for a function: two classes may have methods of one name."""
    return next(at for at, line in enumerate(lines) if re.match(rf"class {owner.name.value}\b", line)) if owner else 0


def _differing(before: list[str], after: list[str]) -> tuple[int, str, str]:
    """Where the two begin to differ, and the lines that do."""
    pairs = enumerate(zip(before, after, strict=False))
    first = next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
    tail = 0
    while tail < min(len(before), len(after)) - first - 1 and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    was, becomes = (lines[first : len(lines) - tail] for lines in (before, after))
    return first, "\n".join(line.strip() for line in was), "\n".join(line.strip() for line in becomes)


@functools.lru_cache(maxsize=8)
def _alone(function: Any, owner: libcst.ClassDef | None) -> str:
    """The source of one function, in its class where it has one, that can be run in the module's names."""
    bare = function.with_changes(decorators=[], leading_lines=[])
    body = bare if owner is None else libcst.ClassDef(owner.name, libcst.IndentedBlock([bare]))
    return "from __future__ import annotations\n" + libcst.Module([body]).code


def _without_casts(source: str) -> str:
    """The type in a `cast` is for the type checker and nothing at run time: no test can tell."""
    return re.sub(r"\bcast\((?:[^,()\[\]]|\[[^\]]*\])*,", "cast(", source)


def _function(found: Any) -> FunctionType:
    found = next((own for name in ("fget", "func", "__func__") if (own := getattr(found, name, None))), found)
    found = getattr(found, "__wrapped__", found)
    assert isinstance(found, FunctionType), found
    return found


def mutate(mutant: Mutant) -> None:
    """From here on the function is the mutant for all who hold it, and what the product remembers is forgotten."""
    names: dict[str, Any] = dict(mutant.replaced.__globals__)
    exec(compile(mutant.source, mutant.file, "exec", dont_inherit=True), names)  # noqa: S102
    made = _function(vars(names[mutant.owner])[mutant.name] if mutant.owner else names[mutant.name])
    mutant.replaced.__code__ = made.__code__
    mutant.replaced.__defaults__ = made.__defaults__
    mutant.replaced.__kwdefaults__ = made.__kwdefaults__
    for name, module in tuple(sys.modules.items()):
        if name.startswith("adapter."):
            for remembering in vars(module).values():
                if isinstance(remembering, functools._lru_cache_wrapper):
                    remembering.cache_clear()
