"""What the records of a vaccination tell of the person, the deciding one first."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.fhir.statement import Coding, ContextCode
from adapter.reconcile.person import Person, Span, contraindications, person, span
from adapter.reconcile.reading import Reading, read
from two_practices import POC, RSV, SNOMED, record, rules

PREGNANT, CONTRAINDICATED, AT_RISK = "77386006", "1239871000000107", "XaYVx"
CTV3 = "http://read.info/ctv3"


def seen(value: str = "a", **more: Any) -> Reading:
    """A dose of a code that says nothing of pregnancy."""
    said: dict[str, Any] = {"code": RSV, "born": "", "sex": "", "occurred": "2024-11-12"}
    return read(record(POC if value != "a" else record().feed, value, **(said | more)), rules())


def of(own: Reading, *linked: Reading, patient: tuple[Reading, ...] = ()) -> Person:
    return person(own, [own, *linked], contraindications([own, *linked, *patient]))


def evidence(code: str, day: str, system: str = SNOMED) -> dict[str, Any]:
    return {"context": (ContextCode(system, code, day),)}


def test_nothing_is_known_of_a_person_of_whom_nothing_is_said() -> None:
    assert of(seen()) == Person(None, span("2024-11-12"), False, False, False, False)


@pytest.mark.parametrize(
    ("own", "linked", "born"),
    [
        ("1994-05-02", [], "1994-05-02"),
        ("1994", ["1994-05-02"], "1994"),
        ("", ["1994-05-02"], "1994-05-02"),
        ("soon", ["", "1994-05-02", "1994-05-02"], "1994-05-02"),
        ("", ["1994-05-02", "1994-05-03"], None),
        ("", ["1994-05-02", "1994"], None),
        ("", ["", ""], None),
    ],
)
def test_the_birth_date(own: str, linked: list[str], born: str | None) -> None:
    others = [seen(str(number), born=each) for number, each in enumerate(linked)]
    assert of(seen(born=own), *others).born == (span(born) if born else None)


def test_what_was_withdrawn_tells_nothing() -> None:
    told = {"born": "1994-05-02", "sex": "male", **evidence(PREGNANT, "2024-11-12")}
    assert of(seen(), seen("b", withdrawn=True, **told)) == of(seen())
    own = of(seen(withdrawn=True, **told))
    assert (own.born, own.male, own.pregnant) == (span("1994-05-02"), True, True)


@pytest.mark.parametrize(
    ("occurred", "on"),
    [
        ("2024-11-12", span("2024-11-12")),
        ("2024-10-09T23:30:00Z", span("2024-10-10")),
        ("2024-11", span("2024-11")),
        ("2024", span("2024")),
        ("", None),
    ],
)
def test_the_day_is_that_of_london(occurred: str, on: Span | None) -> None:
    assert of(seen(occurred=occurred)).on == on


@pytest.mark.parametrize(
    ("sexes", "male"),
    [
        (["male"], True),
        (["female"], False),
        (["", "male"], True),
        (["unknown", "male"], True),
        (["female", "male"], False),
        (["male", "female"], True),
        (["other", "male"], False),
    ],
)
def test_the_sex_that_is_known_first(sexes: list[str], male: bool) -> None:
    own, *others = (seen(value, sex=sex) for value, sex in zip("abc", sexes, strict=False))
    assert of(own, *others).male is male


@pytest.mark.parametrize(
    ("code", "system", "field", "days"),
    [
        (PREGNANT, SNOMED, "pregnant", {"2024-11-11": False, "2024-11-12": True, "2024-11-13": False}),
        (AT_RISK, CTV3, "at_risk", {"2024-11-11": True, "2024-11-12": True, "2024-11-13": False}),
        (
            CONTRAINDICATED,
            SNOMED,
            "nasal_contraindicated",
            {"2020-01-01": True, "2024-11-12": True, "2024-11-13": False},
        ),
        (PREGNANT, SNOMED, "at_risk", {"2024-11-12": False}),
        (AT_RISK, CTV3, "pregnant", {"2024-11-12": False}),
        (AT_RISK, CTV3, "nasal_contraindicated", {"2024-11-12": False}),
        (PREGNANT, CTV3, "pregnant", {"2024-11-12": False}),
        (PREGNANT, SNOMED, "pregnant", {"": False}),
        (AT_RISK, CTV3, "at_risk", {"": False}),
    ],
)
def test_evidence_has_its_days(code: str, system: str, field: str, days: dict[str, bool]) -> None:
    for day, holds in days.items():
        told = evidence(code, day, system)
        assert getattr(of(seen(**told)), field) is holds
        assert getattr(of(seen(), seen("b", **told)), field) is holds
        assert getattr(of(seen(), patient=(seen("b", **told),)), field) is False  # of another vaccination
        assert getattr(of(seen(occurred="2024-11", **told)), field) is False  # no day to compare it with


def test_a_code_for_pregnant_women_is_evidence() -> None:
    specific = "956951000000104"
    assert of(seen(code=specific)).pregnant
    assert of(seen(), seen("b", code=specific)).pregnant
    assert not of(seen(), patient=(seen("b", code=specific),)).pregnant


@pytest.mark.parametrize(
    ("more", "holds"),
    [
        ({}, True),
        ({"occurred": "2024-11-12"}, True),
        ({"occurred": "2024-11-13"}, False),
        ({"occurred": "2024-11"}, False),
        ({"withdrawn": True}, False),
        ({"code": PREGNANT}, False),
        ({"code": None, "vaccine": (Coding(SNOMED, CONTRAINDICATED),)}, False),
    ],
)
def test_a_record_of_its_own_may_tell_that_the_nasal_vaccine_is_contraindicated(
    more: dict[str, Any], holds: bool
) -> None:
    other = seen("b", **({"code": CONTRAINDICATED, "occurred": "2020-01-01"} | more))
    assert of(seen(), patient=(other,)).nasal_contraindicated is holds
    assert not of(seen(occurred="2024-11"), patient=(other,)).nasal_contraindicated
