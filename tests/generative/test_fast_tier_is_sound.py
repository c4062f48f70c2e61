"""The fast tier never says yes to what the slow way refuses or repairs, and says it to nearly all that is good."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from adapter.fhir import fast_tier
from adapter.fhir.document import read_document
from adapter.fhir.model import Version
from adapter.fhir.piece import Piece
from adapter.fhir.validate import Validated, validate
from fhir_resources import PRIMITIVES, TYPES, Json, Maker
from hypothesis import given, settings
from hypothesis import strategies as st
from mutants import GONE, ODD, Mutation, every_element, every_odd_value, near

FIXTURES = Path(__file__).parents[2] / "fixtures" / "fhir"
VERSIONS: tuple[Version, ...] = ("R4", "STU3")
RARE = (
    "Age", "Attachment", "Count", "ContactDetail", "Contributor", "CodeableReference", "DataRequirement", "Distance",
    "Dosage", "Duration", "Expression", "Money", "ParameterDefinition", "Range", "Ratio", "RatioRange",
    "RelatedArtifact", "SampledData", "Signature", "Timing", "TriggerDefinition", "UsageContext", "base64Binary",
    "integer64", "oid", "time", "url", "uuid",
)  # fmt: skip
"""What the fast tier leaves to the slow way, wherever it stands or as the value of an extension."""
SEEDS = st.integers(0, 2**32)


def fixture_pieces() -> Iterator[Piece]:
    """Every record of the fixtures that can be parsed."""
    for path in sorted(FIXTURES.rglob("*.*json")):
        content = path.read_bytes()
        for document in content.splitlines() if path.suffix == ".ndjson" else [content]:
            pieces = read_document(document, lambda _: True)
            yield from (piece for piece in pieces if piece.action == "put" and piece.resource and not piece.issues)


def unsound(resource: Json, version: Version) -> str:
    """What the slow way makes of a resource to which the fast tier says yes, where that is not the resource itself."""
    slow = validate(resource, version, fast=False)
    if isinstance(slow, Validated) and repr(slow.resource) == repr(resource):
        return ""
    return f"{version} {resource!r} -> {slow!r}"


def judged(mutants: Iterable[Json], version: Version) -> Counter[str]:
    """How many mutants the fast tier took and how many it left. Fails at the first that it should have left."""
    counts = Counter[str]()
    for mutant in mutants:
        taken = fast_tier.allows(mutant, version)
        counts["taken" if taken else "left"] += 1
        assert not (taken and unsound(mutant, version)), unsound(mutant, version)
    return counts


def seeds(number: int, density: float) -> Iterator[tuple[Json, Version]]:
    for seed in range(number):
        for version in VERSIONS:
            yield Maker(seed, version, density).resource(TYPES[seed % len(TYPES)]), version


@given(SEEDS, st.sampled_from(TYPES), st.sampled_from(VERSIONS))
def test_what_is_made_along_the_models_is_valid(seed: int, type_: str, version: Version) -> None:
    resource = Maker(seed, version).resource(type_)
    assert not unsound(resource, version)


@given(SEEDS, st.sampled_from(TYPES), st.sampled_from(VERSIONS))
def test_what_is_not_rare_takes_the_fast_tier(seed: int, type_: str, version: Version) -> None:
    assert fast_tier.allows(Maker(seed, version, 0.3, RARE).resource(type_), version)


def test_good_records_take_the_fast_tier() -> None:
    good = [
        piece
        for piece in fixture_pieces()
        if isinstance(validate(piece.resource or {}, piece.fhir_version, fast=False), Validated)
    ]
    taken = [piece for piece in good if fast_tier.allows(piece.resource or {}, piece.fhir_version, piece.plain)]
    assert len(good) > 400
    assert len(taken) >= 0.99 * len(good)


def carrying(value: object, type_: str, version: Version) -> Json:
    """The smallest Immunization with a value of a primitive type, in an extension (only narratives hold xhtml)."""
    record = Maker(0, version, 0).resource("Immunization")
    if type_ == "xhtml":
        return {**record, "text": {"status": "generated", "div": value}}
    return {**record, "extension": [{"url": "http://x.example", f"value{type_[0].upper()}{type_[1:]}": value}]}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("type_", sorted(PRIMITIVES))
def test_no_odd_value_slips_through(type_: str, version: Version) -> None:
    judged((carrying(value, type_, version) for value in ODD if value is not GONE), version)
    nearly = [value for good in PRIMITIVES[type_] if isinstance(good, str) for value in near(good)]
    some = nearly if len(nearly) < 300 else random.Random(0).sample(nearly, 300)  # noqa: S311 - examples, no secrets
    judged((carrying(value, type_, version) for value in some), version)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("type_", ["Immunization", "Procedure", "Observation"])
def test_no_status_slips_through(type_: str, version: Version) -> None:
    record = Maker(0, version, 0).resource(type_)
    words = (
        "completed",
        "not-done",
        "final",
        "preparation",
        "suspended",
        "aborted",
        "on-hold",
        "stopped",
        "in-progress",
    )
    for contained in (False, True):
        mutants = ({**record, "status": value} for value in (*ODD, *words) if value is not GONE)
        judged(({**record, "contained": [each]} if contained else each for each in mutants), version)


@given(SEEDS, st.sampled_from(TYPES), st.sampled_from(VERSIONS))
@settings(max_examples=60)
def test_no_mutant_slips_through(seed: int, type_: str, version: Version) -> None:
    resource = Maker(seed, version, 0.1).resource(type_)
    mutation = Mutation(seed)
    judged((mutation.of(resource, version) for _ in range(30)), version)


@pytest.mark.parametrize("version", VERSIONS)
def test_no_mutant_of_a_fixture_slips_through(version: Version) -> None:
    mutation = Mutation(1)
    records = [piece.resource or {} for piece in fixture_pieces() if piece.fhir_version == version]
    counts = judged((mutation.of(record, version) for record in records for _ in range(4)), version)
    assert min(counts["taken"], counts["left"]) > 100, "mutants of one kind alone prove nothing"


def test_most_mutants_are_bad() -> None:
    """Else finding none that slips through would say little."""
    mutation = Mutation(2)
    mutants = [(mutation.of(resource, version), version) for resource, version in seeds(50, 0.1) for _ in range(4)]
    refused = [each for each in mutants if not isinstance(validate(*each, fast=False), Validated)]
    assert len(refused) > len(mutants) / 3


@pytest.mark.deep
@pytest.mark.parametrize("part", range(10))
def test_none_of_many_mutants_slips_through(part: int) -> None:
    """More than 20,000 a part: at random, odd values at all places, any element in all objects, one sign changed."""
    counts = Counter[str]()
    for seed in range(part * 10, part * 10 + 10):
        for version in VERSIONS:
            resource = Maker(seed, version, 0.12).resource(TYPES[seed % len(TYPES)])
            mutation = Mutation(seed)
            counts += judged((mutation.of(resource, version) for _ in range(550)), version)
            counts += judged(sampled(every_odd_value(resource), 250, seed), version)
            counts += judged(sampled(every_element(resource, version), 250, seed), version)
    for type_ in sorted(PRIMITIVES)[part::10]:
        texts = [value for good in PRIMITIVES[type_] if isinstance(good, str) for value in near(good[:40])]
        for version in VERSIONS:
            counts += judged((carrying(value, type_, version) for value in texts), version)
    for piece in islice(fixture_pieces(), part, None, 10):
        mutation = Mutation(part)
        record = piece.resource or {}
        counts += judged((mutation.of(record, piece.fhir_version) for _ in range(20)), piece.fhir_version)
    assert counts.total() >= 20_000
    assert min(counts.values()) > 2_000


def sampled(mutants: Iterator[Json], number: int, seed: int) -> list[Json]:
    found = list(mutants)
    return random.Random(seed).sample(found, min(number, len(found)))  # noqa: S311 - examples, no secrets
