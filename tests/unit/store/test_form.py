"""A statement taken apart and put together again is the same statement."""

from __future__ import annotations

from adapter.fhir.statement import (
    Coding,
    ContextCode,
    Identifier,
    OrganisationRef,
    SourceOrder,
    Statement,
)
from adapter.store.form import MOST_VALUES, form_of, joined, parted
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

TEXTS = st.sampled_from(
    [
        "",
        "a",
        "A",
        "2024-09-12T08:00",
        "a-b",
        "AB",
        "b",
        "\x1f0",
        "\x1f",
        'quo"te',
        "ä\\",
        "2024-09-12",
        "bundle#/entry/3",
        "bundle#",
    ]
)
STATEMENTS = st.builds(
    Statement,
    identifiers=st.lists(st.builds(Identifier, TEXTS, TEXTS), min_size=1, max_size=3).map(tuple),
    resource_id=TEXTS,
    order=st.builds(SourceOrder, st.none() | st.integers(0, 9), TEXTS, st.none() | st.integers(0, 9)),
    event_keys=st.lists(TEXTS.filter(bool), max_size=2).map(tuple),
    patient=st.sampled_from(["", "ab" * 32]),
    born=TEXTS,
    sex=TEXTS,
    occurred=TEXTS,
    recorded=TEXTS,
    vaccine=st.lists(st.builds(Coding, TEXTS, TEXTS), max_size=2).map(tuple),
    performer=st.lists(st.builds(OrganisationRef, TEXTS, TEXTS), max_size=2).map(tuple),
    location=st.none() | st.builds(OrganisationRef, TEXTS, TEXTS),
    flags=st.dictionaries(TEXTS, st.booleans(), max_size=2),
    lot=TEXTS,
    context=st.lists(st.builds(ContextCode, TEXTS, TEXTS, TEXTS), max_size=3).map(tuple),
    evidence=st.dictionaries(st.sampled_from(["born", "lot"]), TEXTS.filter(bool), max_size=2),
)


@given(STATEMENTS)
def test_it_comes_back(said: Statement) -> None:
    parts = parted(said)
    assert parts
    assert joined(form_of(parts.form), parts.values, said.patient, said.order) == said


def test_records_of_a_kind_share_a_form() -> None:
    said = Statement(
        identifiers=(Identifier("s", "1"),), occurred="2024-09-12", recorded="2024-09-12", patient="ab" * 32
    )
    other = replace(
        said, identifiers=(Identifier("s", "2"),), occurred="2024-09-13", recorded="2024-09-13", patient="cd" * 32
    )
    one, two = parted(said), parted(other)
    assert one is not None
    assert two is not None
    assert (one.form == two.form, one.values == two.values) == (True, False)
    assert "2024" not in one.form
    assert "ab" * 32 not in one.form + one.values
    assert parted(replace(other, recorded="2024-09-14")).form != one.form  # type: ignore[union-attr]


def test_one_with_very_many_values_is_kept_whole() -> None:
    many = tuple(Identifier("s", f"{at}") for at in range(MOST_VALUES + 1))
    assert parted(Statement(identifiers=many)) is None
    assert parted(Statement(identifiers=many[1:])) is not None


@given(st.lists(STATEMENTS, min_size=1, max_size=4), STATEMENTS)
def test_forms_that_were_written_before_change_nothing(own: list[Statement], like: Statement) -> None:
    """Statements that differ from one in their own values alone, as many identifiers and keys as they like."""
    written: dict[tuple[str, ...], str] = {}
    for each in own:
        said = replace(
            like,
            identifiers=tuple(Identifier("", one.value) for one in each.identifiers),
            resource_id=each.resource_id,
            event_keys=each.event_keys,
            patient=each.patient,
            born=each.born,
            occurred=each.occurred,
            recorded=each.recorded,
            lot=each.lot,
        )
        assert parted(said, written) == parted(said)


def test_a_key_less_and_an_identifier_more_is_another_form() -> None:
    two = Statement((Identifier("", "a"), Identifier("", "b")), resource_id="c")
    one = Statement((Identifier("", "a"),), resource_id="b", event_keys=("c",))
    written: dict[tuple[str, ...], str] = {}
    assert [parted(each, written) for each in (two, one)] == [parted(each) for each in (two, one)]
