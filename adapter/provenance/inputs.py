"""What two runs were made from, and in which steps the one becomes the other: one kind of input after the other.

Between two steps lie runs that nobody made: the old rules on the new records, say. They can be decided where the tables
and the directory of then are still kept, and by the code that is here: what another version of it would have said
cannot be known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from functools import cached_property

from adapter.digest import digest
from adapter.normalise.catalogue import Catalogue
from adapter.organisations.directory import Directory
from adapter.reconcile.review import Review
from adapter.reconcile.rules import Rules
from adapter.runs.codeversion import code_version
from adapter.runs.ruleset import catalogue_in_force, directory_known, rules_of
from adapter.store.histories import Cut
from adapter.store.runs import Run
from adapter.store.store import Store


class Input(Enum):
    """The kinds of input that a run has."""

    RECORDS = "records"
    REVIEWS = "reviews"
    TABLES = "tables"
    DIRECTORY = "directory"
    SETTING = "setting"
    CODE = "code"


DATA = (Input.RECORDS, Input.REVIEWS)
RULES = (Input.TABLES, Input.DIRECTORY, Input.SETTING)
Steps = list[tuple[Input, ...]]
"""Each step changes these inputs; several at once, where they cannot be told apart."""


class Inputs:
    """Of one run."""

    def __init__(self, store: Store, run: Run) -> None:
        self.run, self._store = run, store
        self.cut = Cut(run.cut, run.cut_batch)

    @cached_property
    def reviews(self) -> list[Review]:
        """Those that it knew."""
        return self._store.reviews.listed(self.run.as_of)[: self.run.reviews]

    @cached_property
    def catalogue(self) -> Catalogue | None:
        """The tables by which it decided; None where they are not kept any more."""
        releases = self._store.mapping_releases
        for at in (None, self.run.started):
            found = catalogue_in_force(releases.in_force(at))
            if found.digest == self.run.ruleset_digest:
                return found
        return None

    def directory(self, catalogue: Catalogue) -> Directory | None:
        """The directory that it knew; None where the files of then do not give it any more."""
        for at in (None, self.run.started):
            found, roles = directory_known(self._store, catalogue, at)
            if digest([found.digest, roles]) == self.run.directory_digest:
                return found
        return None


class Between:
    """A run that nobody made: each kind of input from the first run, or those of `taken` from the second."""

    def __init__(self, first: Inputs, second: Inputs, taken: Sequence[Input]) -> None:
        self._of = {one: second if one in taken else first for one in Input}

    @property
    def cut(self) -> Cut:
        return self._of[Input.RECORDS].cut

    @cached_property
    def rules(self) -> Rules | None:
        """None where they are not to be had."""
        of = self._of
        catalogue = of[Input.TABLES].catalogue
        if of[Input.CODE].run.code_version != code_version() or catalogue is None:
            return None
        directory = of[Input.DIRECTORY].directory(catalogue)
        if directory is None:
            return None
        return rules_of(catalogue, directory, of[Input.SETTING].run.gms_extension, of[Input.REVIEWS].reviews)


def differing(first: Inputs, second: Inputs) -> frozenset[Input]:
    """The kinds of input that two runs do not share."""
    one, other = first.run, second.run
    differ = {
        Input.RECORDS: one.cut_digest != other.cut_digest,
        Input.REVIEWS: first.reviews != second.reviews,
        Input.TABLES: one.ruleset_digest != other.ruleset_digest,
        Input.DIRECTORY: one.directory_digest != other.directory_digest,
        Input.SETTING: one.gms_extension != other.gms_extension,
        Input.CODE: one.code_version != other.code_version,
    }
    return frozenset(each for each, differs in differ.items() if differs)


def steps_between(first: Inputs, second: Inputs) -> tuple[Steps, list[Between]]:
    """The finest steps that can be taken, and the runs between them: one fewer than steps."""
    wanted = differing(first, second)
    for path in _paths(first, second):
        steps = [step for each in path if (step := tuple(one for one in each if one in wanted))]
        between = [
            Between(first, second, [one for step in steps[:number] for one in step]) for number in range(1, len(steps))
        ]
        if all(one.rules is not None for one in between):
            return steps, between
    return [tuple(each for each in Input if each in wanted)], []


def _paths(first: Inputs, second: Inputs) -> Iterator[Steps]:
    """The old rules on the new records first, then the new rules; else the other way round, with all rules at once."""
    data: Steps = [(one,) for one in DATA]
    rules: Steps = [(one,) for one in RULES]
    if second.run.code_version == code_version():
        yield [(Input.CODE,), *data, *rules]
        yield [(*RULES, Input.CODE), *data]
    if first.run.code_version == code_version():
        yield [*data, *rules, (Input.CODE,)]
        yield [*data, (*RULES, Input.CODE)]
