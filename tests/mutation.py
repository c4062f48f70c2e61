"""Mutation testing: does a test notice when a line of the rules says something else?

`make mutants` runs it, `python tests/mutation.py adapter/achievement` for one package. The mutants are those that
`mutmut` makes, and those of properties and of functions that remember, which it passes over. They are run here and not
by `mutmut run`, whose trampolines make reading the tables take five times as long: a mutant's byte code is put into the
function itself, in a fork of a process that has collected the tests already.

A mutant is *killed* by a test that fails. It has *timed out* where its tests did not end in four times their time and
five seconds: that is counted apart. Every other one has *survived*, also where no test calls its function. The tests of
a mutant are those that call its function, until one fails or `ENOUGH` seconds of tests have passed: first those that
killed others of the function, then the quickest; generated ones try `FEW` cases. So a survivor may yet be known to a
slow test, and a killed one is killed.

They come in a random order, though the same each time, so that a run that was stopped has seen a fair sample. What was
found is kept in `.mutants/`: a killed mutant is not run again while its function is the same, a survivor not
while all code and all tests are the same. So a run goes on where it was stopped; `--afresh` forgets what was kept.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import hypothesis
import pytest

from mutant import KEPT, ROOT, Mutant, mutants_of, mutate

ENOUGH = 2.0
FEW = 20
MEMORY = 4 << 30
PACKAGES = {
    "adapter/achievement": ("tests/unit/achievement",),
    "adapter/normalise": ("tests/unit/normalise", "tests/spec"),
    "adapter/reconcile": ("tests/unit/reconcile", "tests/spec", "tests/generative/test_laws.py"),
}
KILLED, SURVIVED, TIMEOUT, UNREACHED = "killed", "survived", "timeout", "unreached"
WITHOUT = ("no:cacheprovider", "no:xdist")
QUIET = ("-q", "-m", "not deep", "--tb=no", "--assert=plain", "--capture=no", *(f"-p{one}" for one in WITHOUT))


class Run:
    """A pytest plugin that takes the place of the run loop: once all tests as they are, then the mutants."""

    def __init__(self, package: str, afresh: bool, only: str) -> None:
        self._package = package
        self._only = only
        self._kept = kept_of(package)
        self._results: dict[str, dict[str, Any]] = {}
        if self._kept.exists() and not afresh:
            self._results = json.loads(self._kept.read_text(encoding="utf-8"))
        self._failed = ""
        self._tripwires: dict[FunctionType, CodeType] = {}
        self._called: set[FunctionType] = set()
        self._by_fixture: dict[object, set[FunctionType]] = {}
        self._cost: dict[object, float] = {}
        self._first_cost: dict[str, float] = {}
        self._killers: dict[FunctionType, Counter[str]] = defaultdict(Counter)
        self._in_child = False
        self._pipe = 0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Generated cases are few here and the same each time; the first that fails is enough."""
        unshrunk = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        for item in session.items:
            test: Any = getattr(item, "obj", None)
            if hasattr(test, "hypothesis"):
                own = getattr(test, "_hypothesis_internal_use_settings", None) or hypothesis.settings()
                fewer = hypothesis.settings(own, max_examples=FEW, phases=unshrunk, derandomize=True, database=None)
                test._hypothesis_internal_use_settings = fewer

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed = report.nodeid
            if self._in_child:
                os.write(self._pipe, report.nodeid.encode())
                os._exit(1)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[Any]:
        """What a fixture calls once, all who use it call."""
        if self._in_child:
            return (yield)
        before, begun = self._called, time.process_time()
        self._lay_tripwires()
        try:
            return (yield)
        finally:
            self._by_fixture[fixturedef] = self._called
            self._cost[fixturedef] = time.process_time() - begun
            self._called = before | self._called

    def _lay_tripwires(self) -> None:
        self._called = set()
        for function, tripwire in self._tripwires.items():
            function.__code__ = tripwire

    def _tripwire(self, function: FunctionType) -> CodeType:
        """What a function does once: note that it was called, and be itself again. Costs nothing afterwards."""
        own = function.__code__

        def noted(args: Any, keywords: Any) -> Any:
            self._called.add(function)
            function.__code__ = own
            return function(*args, **keywords)

        def tripwire(*args: Any, **keywords: Any) -> Any:
            stands_for_noted: Any = "noted"
            return stands_for_noted(args, keywords)

        code = tripwire.__code__
        return code.replace(co_consts=tuple(noted if one == "noted" else one for one in code.co_consts))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        mutants = [
            one
            for file in sorted((ROOT / self._package).glob("*.py"))
            if not self._only or self._only in str(file)
            for one in mutants_of(file)
        ]
        if not self._only:
            self._results = {one.key: self._results[one.key] for one in mutants if one.key in self._results}
            mutants.sort(key=lambda one: hashlib.sha256(one.key.encode()).digest())
        durations, callers = self._as_it_is(session, {one.replaced for one in mutants})
        state = _digest_of_everything()
        begun = time.monotonic()
        for number, mutant in enumerate(mutants, start=1):
            found = self._results.get(mutant.key)
            if not found or (found["status"] != KILLED and found["state"] != state) or self._only:
                found = self._verdict(mutant, durations, callers[mutant.replaced]) | {"state": state}
            found |= {"file": mutant.file, "line": mutant.line, "was": mutant.was, "becomes": mutant.becomes}
            self._results[mutant.key] = found
            self._killers[mutant.replaced][found["by"]] += found["status"] == KILLED
            if number % 50 == 0 or number == len(mutants):
                self._keep()
                seconds = round(time.monotonic() - begun)
                sys.stdout.write(f"\r{self._package}: {number} of {len(mutants)} mutants, {seconds} s  ")
                sys.stdout.flush()
        sys.stdout.write("\n")
        if self._only:
            for mutant in mutants:
                found = self._results[mutant.key]
                sys.stdout.write(
                    f"{found['status']} {found['by']} {mutant.file}:{mutant.line}\n- {mutant.was}\n+ {mutant.becomes}\n"
                )
        return True

    def _as_it_is(
        self, session: pytest.Session, functions: set[FunctionType]
    ) -> tuple[dict[str, float], dict[FunctionType, list[pytest.Item]]]:
        """Runs every test unmutated: how long each takes, and which call a function."""
        own = {function: function.__code__ for function in functions}
        self._tripwires = {function: self._tripwire(function) for function in functions}
        durations: dict[str, float] = {}
        callers: dict[FunctionType, list[pytest.Item]] = defaultdict(list)
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            self._lay_tripwires()
            begun = time.process_time()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            durations[item.nodeid] = time.process_time() - begun
            if self._failed:
                raise pytest.UsageError(f"{self._failed} fails without any mutant.")
            used = [definitions[-1] for definitions in item._fixtureinfo.name2fixturedefs.values()]
            self._called = self._called.union(*(self._by_fixture.get(fixture, set()) for fixture in used))
            self._first_cost[item.nodeid] = durations[item.nodeid] + sum(self._cost.get(one, 0.0) for one in used)
            for function in self._called:
                callers[function].append(item)
        for function, code in own.items():
            function.__code__ = code
        gc.freeze()
        if self._verdict(None, durations, session.items)["status"] != SURVIVED:
            raise pytest.UsageError("A test that passes fails in a fork: no verdict could be believed.")
        return durations, callers

    def _verdict(self, mutant: Mutant | None, durations: dict[str, float], items: list[pytest.Item]) -> dict[str, Any]:
        """Without a mutant all tests must pass, however long they take."""
        chosen, needed = [], 0.0
        killed = self._killers[mutant.replaced] if mutant else Counter()
        for item in sorted(items, key=lambda one: (-killed[one.nodeid], self._first_cost[one.nodeid], one.nodeid)):
            if needed + durations[item.nodeid] < ENOUGH or mutant is None:
                chosen.append(item)
                needed += durations[item.nodeid]
        if not chosen:
            return {"status": UNREACHED, "by": ""}
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            self._become(mutant, chosen, writing, 5 + round(4 * needed))
        os.close(writing)
        with open(reading, "rb") as told:
            by = told.read().decode()
        _, status = os.waitpid(child, 0)
        match os.waitstatus_to_exitcode(status):
            case 0:
                return {"status": SURVIVED, "by": f"{len(chosen)} of {len(items)} tests"}
            case code if code in (-signal.SIGXCPU, -signal.SIGKILL):
                return {"status": TIMEOUT, "by": ""}
            case 1 | 3:
                return {"status": KILLED, "by": by}
            case code:
                raise pytest.UsageError(f"The fork of {mutant and mutant.key} ended with {code}, and no test said why.")

    def _become(self, mutant: Mutant | None, items: list[pytest.Item], pipe: int, seconds: int) -> None:
        """In the child: never comes back. What ends pytest itself has noticed the mutant, too."""
        self._in_child, self._pipe = True, pipe
        code = 4
        try:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            gc.disable()
            if mutant is not None:
                mutate(mutant)
            code = 3
            for item, following in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            code = 0
        except BaseException as fault:  # noqa: BLE001 - nothing may come back from here
            os.write(pipe, type(fault).__name__.encode())
        os._exit(code)

    def _keep(self) -> None:
        KEPT.mkdir(exist_ok=True)
        part = self._kept.with_suffix(".part")
        part.write_text(json.dumps(self._results, indent=1, sort_keys=True), encoding="utf-8")
        part.replace(self._kept)


def _digest_of_everything() -> str:
    found = hashlib.sha256()
    for folder in ("adapter", "tests", "mappings"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".py", ".csv"):
                found.update(file.read_bytes())
    return found.hexdigest()[:16]


def kept_of(package: str) -> Path:
    return KEPT / f"{package.replace('/', '.')}.json"


def report(package: str, survivors: bool) -> None:
    results = json.loads(kept_of(package).read_text(encoding="utf-8")).values()
    for one in sorted(results, key=lambda one: (one["file"], one["line"], one["becomes"])) if survivors else ():
        if one["status"] != KILLED:
            said = "\n".join(
                f"  {sign} {line}"
                for sign, lines in (("-", "was"), ("+", "becomes"))
                for line in one[lines].splitlines()
            )
            sys.stdout.write(f"{one['file']}:{one['line']} {one['status']} {one['by']}\n{said}\n")
    count = Counter(one["status"] for one in results)
    share = 100 * count[KILLED] / max(len(results), 1)
    made = sum(len(mutants_of(file)) for file in sorted((ROOT / package).glob("*.py")))
    sys.stdout.write(
        f"{package}: {len(results)} of {made} mutants run, {count[KILLED]} killed ({share:.1f} %), "
        f"{count[SURVIVED] + count[UNREACHED]} survived ({count[UNREACHED]} of them reached by no test), "
        f"{count[TIMEOUT]} timed out\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Which mutants of the rules do the tests notice?")
    parser.add_argument("packages", nargs="*", metavar="package", help=f"of {', '.join(PACKAGES)}; else all")
    parser.add_argument("--afresh", action="store_true", help="forget what was found before")
    parser.add_argument("--only", default="", help="only files with this in their path, and show each mutant")
    parser.add_argument("--survivors", action="store_true", help="run nothing, list what survived")
    asked = parser.parse_args()
    os.chdir(ROOT)
    packages = asked.packages or list(PACKAGES)
    if len(packages) > 1 and not asked.survivors:  # a process for each: one finds nothing that another has left
        more = ["--afresh"] * asked.afresh + ["--only", asked.only] * bool(asked.only)
        return max(subprocess.run([sys.executable, __file__, one, *more]).returncode for one in packages)
    for package in packages:
        if not asked.survivors:
            code = pytest.main([*QUIET, *PACKAGES[package]], plugins=[Run(package, asked.afresh, asked.only)])
            if code:
                return int(code)
        report(package, asked.survivors)
    return 0


if __name__ == "__main__":
    sys.exit(main())
