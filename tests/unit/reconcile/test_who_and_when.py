"""What speaks for or against a practice: marks, births, successions, reviews, and claims beside one another."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.fhir.statement import Identifier
from adapter.normalise.catalogue import Catalogue, catalogue_of
from adapter.normalise.tables import mappings_folder, read_folder
from adapter.reconcile.decide import decide
from adapter.reconcile.evidence import Gms, gms, review
from adapter.reconcile.reading import Reading, read
from adapter.reconcile.record import Feed, Record
from adapter.reconcile.review import Review
from adapter.reconcile.rules import Rules
from two_practices import (
    EMIS,
    GMS_EXTENSION,
    GP,
    MATERNAL,
    NEW_GP,
    OLD_GP,
    OTHER_GP,
    POC,
    RAVS,
    SECOND_POC,
    directory,
    record,
    rules,
    verdict,
)


def seen(feed: Feed = GP, **more: Any) -> Reading:
    return read(record(feed, **more), rules())


@pytest.mark.parametrize(
    ("notes", "flag", "found"),
    [
        ((), None, Gms.ABSENT),
        (("GMS",), None, Gms.OWN),
        ((), True, Gms.OWN),
        (("GMS",), True, Gms.OWN),
        (("Not GMS",), None, Gms.OTHER),
        ((), False, Gms.OTHER),
        (("Not GMS",), False, Gms.OTHER),
        (("GMS (Another Practice)",), None, Gms.OTHER),
        (("GMS",), False, Gms.CONTRADICTORY),
        (("Not GMS",), True, Gms.CONTRADICTORY),
        (("GMS", "Not GMS"), None, Gms.CONTRADICTORY),
    ],
)
def test_the_gms_attribute(notes: tuple[str, ...], flag: bool | None, found: Gms) -> None:
    flags = {} if flag is None else {GMS_EXTENSION: flag}
    assert gms(seen(gms_notes=notes, flags=flags), "D83013", rules()) is found
    assert gms(seen(gms_notes=notes, flags={"https://another.example": True}), "D83013", rules()) is gms(
        seen(gms_notes=notes), "D83013", rules()
    )


@pytest.mark.parametrize(
    ("feed", "system", "claimant", "found"),
    [
        (GP, EMIS, "D83013", Gms.OWN),
        (GP, "https://EMISWeb/", "D83013", Gms.OWN),
        (GP, "https://EMISWeb/G81086", "D83013", Gms.ABSENT),
        (GP, "https://PSSAdaptor/D83013", "D83013", Gms.ABSENT),
        (GP, RAVS, "D83013", Gms.ABSENT),
        (POC, EMIS, "D83013", Gms.ABSENT),
        (NEW_GP, "https://EMISWeb/H81001", "H81002", Gms.OWN),
        (OLD_GP, "https://EMISWeb/H81002", "H81001", Gms.OWN),
        (NEW_GP, EMIS, "H81002", Gms.ABSENT),
    ],
)
def test_gms_speaks_for_the_practice_of_birth(feed: Feed, system: str, claimant: str, found: Gms) -> None:
    assert gms(seen(feed, system=system, gms_notes=("GMS",)), claimant, rules()) is found


def test_gms_needs_every_identifier_to_be_of_the_practice() -> None:
    born = (Identifier(EMIS, "one"), Identifier(RAVS, "two"))
    assert gms(seen(identifiers=born, gms_notes=("GMS",)), "D83013", rules()) is Gms.ABSENT


@pytest.mark.parametrize(
    ("day", "outcomes"),
    [("2024-09-13", {"H81001": "counted"}), ("2024-09-14", {"H81002": "counted"})],
)
def test_a_claim_belongs_to_the_practice_that_stood(day: str, outcomes: dict[str, str]) -> None:
    for feed in (OLD_GP, NEW_GP):
        [one] = decide([record(feed, system="https://EMISWeb/", performer="H81001", occurred=day)], rules())
        assert {one.practice: one.outcome.value} == outcomes
        assert one.reason == "performer-is-claimant"


def test_a_feed_of_a_practice_that_was_taken_over_is_explained() -> None:
    [one] = decide([record(OLD_GP, system="https://EMISWeb/", performer=None, occurred="2024-09-20")], rules())
    assert one.grounds[0].says == (
        "The claimant is H81002: the record came by the GP feed of H81001, of the same succession."
    )


def reviewed(practice: str, which: Any = "given-by-practice", when: str = "2025-01-01", who: str = "w") -> Review:
    return Review(practice, "gp", EMIS, "one", which, who, when, "looked")


def test_the_latest_review_of_the_practice_or_its_line_speaks() -> None:
    own = seen()
    early, late = reviewed("D83013"), reviewed("D83013", "given-elsewhere", "2025-02-01")
    assert review([own], "D83013", rules()) is None
    assert review([own], "D83013", rules(early)) == early
    assert review([own], "D83013", rules(early, late)) == late
    assert review([own], "D83013", rules(late, early)) == late
    assert review([own], "G81086", rules(early)) is None
    assert review([seen(value="another")], "D83013", rules(early)) is None
    assert review([seen(value="another"), own], "D83013", rules(early)) == early
    for claimant, practice in (("H81001", "H81002"), ("H81002", "H81001")):
        assert review([own], claimant, rules(reviewed(practice))) == reviewed(practice)


def test_of_two_reviews_at_one_moment_the_names_decide() -> None:
    by_a, by_b = reviewed("D83013", who="a"), reviewed("D83013", "given-elsewhere", who="b")
    assert review([seen()], "D83013", rules(by_a, by_b)) == by_b
    assert review([seen()], "D83013", rules(by_b, by_a)) == by_b


def outcomes(records: list[Record], *reviews: Review) -> dict[str, tuple[str, str]]:
    return {
        f"{one.practice} {one.record.value}": (one.outcome.value, one.reason.value)
        for one in decide(records, rules(*reviews))
    }


OTHER_EMIS = "https://EMISWeb/G81086"
TWICE = [record(), record(OTHER_GP, "two", system=OTHER_EMIS, performer="G81086")]


def of_other(which: Any) -> Review:
    return Review("G81086", "other-gp", OTHER_EMIS, "two", which, "a reviewer", "2025-01-01", "looked")


@pytest.mark.parametrize(
    ("reviews", "own", "other"),
    [
        ([], ("queried", "claimed-twice"), ("queried", "claimed-twice")),
        ([verdict("given-by-practice")], ("counted", "reviewed-given"), ("excluded", "reviewed-elsewhere")),
        ([of_other("given-by-practice")], ("excluded", "reviewed-elsewhere"), ("counted", "reviewed-given")),
        (
            [verdict("given-by-practice"), of_other("given-by-practice")],
            ("queried", "claimed-twice"),
            ("queried", "claimed-twice"),
        ),
        ([verdict("given-elsewhere")], ("excluded", "reviewed-elsewhere"), ("counted", "performer-is-claimant")),
    ],
)
def test_one_dose_is_counted_for_one_practice(
    reviews: list[Review], own: tuple[str, str], other: tuple[str, str]
) -> None:
    assert outcomes(TWICE, *reviews) == {"D83013 one": own, "G81086 two": other}
    assert [one.indicator for one in decide(TWICE, rules(*reviews))] == ["PT001", "PT001"]


def test_one_woman_is_counted_once_in_a_month() -> None:
    again = [
        record(value="first", occurred="2024-11-02"),
        record(value="second", occurred="2024-11-25"),
        record(value="third", occurred="2024-12-20"),
    ]
    for order in (again, again[::-1]):
        assert outcomes(order) == {
            "D83013 first": ("counted", "performer-is-claimant"),
            "D83013 second": ("merged", "patient-already-counted"),
            "D83013 third": ("counted", "performer-is-claimant"),
        }
    assert [one.indicator for one in decide(again, rules())] == ["PT001"] * 3
    elsewhere = record(OTHER_GP, "second", system=OTHER_EMIS, performer="G81086", occurred="2024-11-25")
    assert outcomes([again[0], elsewhere])["G81086 second"] == ("counted", "performer-is-claimant")


def test_a_practice_and_its_successor_count_a_woman_once_in_their_month() -> None:
    records = [
        record(OLD_GP, "old", system="https://EMISWeb/H81001", performer="H81001", occurred="2024-09-02"),
        record(NEW_GP, "new", system="https://EMISWeb/H81002", performer="H81002", occurred="2024-09-25"),
    ]
    assert outcomes(records) == {
        "H81001 old": ("counted", "performer-is-claimant"),
        "H81002 new": ("merged", "patient-already-counted"),
    }


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ({}, []),
        ({"recorded": "2024-12-13"}, []),
        ({"recorded": "2024-12-14"}, ["recorded-late"]),
        ({"recorded": ""}, []),
        ({"recorded": "2024-12-14", "occurred": "2024-11"}, []),
        ({"occurred": "2024-10-31T23:30:00-01:00", "recorded": "2024-11-01"}, ["month-boundary"]),
        ({"code": "956971000000108"}, ["performer-contradicts", "primary-source-contradicts"]),
        ({"code": "956971000000108", "performer": "RVV"}, ["primary-source-contradicts"]),
        ({"code": "956971000000108", "primary_source": False}, ["performer-contradicts"]),
        ({"code": "956971000000108", "primary_source": None}, ["performer-contradicts"]),
    ],
)
def test_what_a_reader_should_know_beside(more: dict[str, Any], reasons: list[str]) -> None:
    [one] = decide([record(**more)], rules())
    assert [reason.value for reason in one.supporting] == reasons


@pytest.mark.parametrize("spare", [POC, SECOND_POC])
def test_a_second_entry_of_the_same_feed_confirms_nothing(spare: Feed) -> None:
    twin = record(spare, "two", recorded="2024-11-13")
    own = record(POC, "one", performer="D83013", code=MATERNAL)
    found = decide([own, twin], rules())
    assert [one.outcome.value for one in found if one.record.value == "one"] == ["counted"]
    says = [ground.says for one in found for ground in one.grounds if ground.what == "twin"]
    assert bool(says) is (spare is SECOND_POC)


def listed(programme: str) -> Rules:
    """With the trust listed to give one programme for the practice."""
    files = read_folder(mappings_folder())
    files["sub_contractors.csv"] += f"D83013,RVV,{programme},contract,2024-01-01,2025-12-31,,\n".encode()
    made = catalogue_of(files)
    assert isinstance(made, Catalogue), made
    return Rules(made, directory(), GMS_EXTENSION)


@pytest.mark.parametrize(
    ("programme", "confirms", "elsewhere", "conflict"),
    [
        ("pertussis", "twin-confirms", "performer-is-claimant", "performer-is-claimant"),
        ("hpv", "twin-elsewhere", "performer-elsewhere", "location-conflict"),
    ],
)
def test_who_is_listed_for_the_programme_gives_in_the_practices_name(
    programme: str, confirms: str, elsewhere: str, conflict: str
) -> None:
    rules_then = listed(programme)
    twin = [record(performer=None), record(POC, "two", performer="RVVKC")]
    asked = [twin, [record(performer="RVVKC")], [record(location="RVVKC")]]
    assert [decide(each, rules_then)[0].reason.value for each in asked] == [confirms, elsewhere, conflict]


def test_a_place_is_what_it_was_on_the_day() -> None:
    then, now = (seen(location="H81002", performer="H81002", occurred=day) for day in ("2024-01-01", "2024-11-12"))
    assert (now.location.kind, now.performer.kind) == ("practice", "practice")
    assert then.location == then.performer != now.location
