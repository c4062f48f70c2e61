"""The decision table, row by row: every row matches where it should and gives way to the rows above it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from adapter.fhir.statement import Identifier, OrganisationRef
from adapter.reconcile.review import Review
from england import (
    EMIS,
    GIVEN_ELSEWHERE,
    GMS_EXTENSION,
    GP,
    MARKED,
    ODS,
    OTHER_GP,
    POC,
    RAVS,
    URN,
    poc,
    record,
    statement,
)

Outcome = Callable[..., tuple[str, str]]


def verdict(which: str, practice: str = "D83013", value: str = "one", when: str = "2025-01-01") -> Review:
    return Review(practice, "gp-d83013", EMIS, value, which, "a reviewer", when, "looked")  # type: ignore[arg-type]


def test_row_1_a_withdrawn_record_is_retracted(outcome: Outcome) -> None:
    assert outcome(record(GP, statement(), withdrawn=True)) == ("excluded", "retracted")


def test_row_1_comes_before_row_2(outcome: Outcome) -> None:
    assert outcome(record(GP, statement(not_given=True), withdrawn=True)) == ("excluded", "retracted")


def test_row_1_a_withdrawn_record_beside_a_live_one_is_merged_and_no_evidence(decided: Callable[..., list]) -> None:
    withdrawn = record(GP, statement(GIVEN_ELSEWHERE, identifiers=(Identifier(EMIS, "old"),)), withdrawn=True)
    first, second = decided(record(GP, statement()), withdrawn)
    assert (first.outcome, first.reason) == ("counted", "performer-is-claimant")
    assert (second.outcome, second.reason) == ("merged", "twin")


def test_row_2_status_flag_or_code_say_not_given(outcome: Outcome) -> None:
    for said in (
        statement(status="not-done"),
        statement(not_given=True),
        statement("866641000000105"),
        statement("957291000000102"),
        statement("1730561000000103"),
    ):
        assert outcome(record(GP, said)) == ("excluded", "not-given"), said.procedure


def test_row_3_a_review_says_elsewhere(outcome: Outcome) -> None:
    assert outcome(record(GP, statement()), reviews=[verdict("given-elsewhere")]) == (
        "excluded",
        "reviewed-elsewhere",
    )


def test_row_3_the_latest_review_holds(outcome: Outcome) -> None:
    reviews = [verdict("given-elsewhere", when="2025-01-01"), verdict("given-by-practice", when="2025-02-01")]
    assert outcome(record(GP, statement(performer="RVV")), reviews=reviews) == ("counted", "reviewed-given")


def test_row_4_own_code_says_elsewhere(outcome: Outcome) -> None:
    assert outcome(record(GP, statement(GIVEN_ELSEWHERE))) == ("excluded", "coded-elsewhere")


def test_row_4_supporting_reasons(decided: Callable[..., list]) -> None:
    (one,) = decided(record(GP, statement(GIVEN_ELSEWHERE)))
    assert one.supporting == ("performer-contradicts", "primary-source-contradicts")


def test_row_4_another_claimants_copy_does_not_speak(decided: Callable[..., list]) -> None:
    other = record(OTHER_GP, statement(GIVEN_ELSEWHERE, identifiers=(Identifier("https://EMISWeb/G81086", "x"),)))
    own, copy = decided(record(GP, statement()), other)
    assert own.outcome == "counted"
    assert (copy.outcome, copy.reason) == ("excluded", "coded-elsewhere")


def test_row_4_a_point_of_care_twins_code_speaks(outcome: Outcome) -> None:
    assert outcome(record(GP, statement()), poc(code=GIVEN_ELSEWHERE)) == ("excluded", "coded-elsewhere")


def test_row_5_gms_other(outcome: Outcome) -> None:
    assert outcome(record(GP, statement(gms_notes=("Not GMS",)))) == ("excluded", "non-gms")
    assert outcome(record(GP, statement(gms_notes=("GMS (Another Practice)",)))) == ("excluded", "non-gms")
    assert outcome(record(GP, statement(flags={GMS_EXTENSION: False}))) == ("excluded", "non-gms")


def test_row_6_a_point_of_care_twin_names_another_giver(outcome: Outcome) -> None:
    assert outcome(record(GP, statement()), poc(performer="RVVKC")) == ("excluded", "twin-elsewhere")
    assert outcome(record(GP, statement()), poc(performer="G81086")) == ("excluded", "twin-elsewhere")


def test_row_6_another_gp_feed_is_no_witness(outcome: Outcome) -> None:
    copy = record(OTHER_GP, statement(performer="RVV", identifiers=(Identifier("https://EMISWeb/G81086", "x"),)))
    assert outcome(record(GP, statement()), copy) == ("counted", "performer-is-claimant")


def test_row_7_the_performer_is_somebody_else(outcome: Outcome) -> None:
    for code in ("RVV", "RVVKC", "FA123", "G81086"):
        assert outcome(record(GP, statement(performer=code))) == ("excluded", "performer-elsewhere"), code


def test_row_7_a_review_given_by_practice_answers_rows_3_to_15(outcome: Outcome) -> None:
    given = [verdict("given-by-practice")]
    for said in (statement(GIVEN_ELSEWHERE), statement(performer="RVV"), statement(gms_notes=("Not GMS",))):
        assert outcome(record(GP, said), reviews=given) == ("counted", "reviewed-given")
    assert outcome(record(GP, statement(performer=None)), reviews=given) == ("counted", "reviewed-given")
    assert outcome(record(GP, statement(sex="male")), reviews=given) == ("excluded", "not-in-pregnancy")
    assert outcome(record(GP, statement(), withdrawn=True), reviews=given) == ("excluded", "retracted")


def test_row_8_the_place_is_somebody_elses(outcome: Outcome) -> None:
    for code in ("RVV", "RVVKC", "G81086", "100001"):
        assert outcome(record(GP, statement(location=code))) == ("queried", "location-conflict"), code
    school = statement(location=OrganisationRef(URN, "100001"))
    assert outcome(record(GP, school)) == ("queried", "location-conflict")


def test_row_8_no_conflict(outcome: Outcome) -> None:
    for code in ("D83013", "D83013001", "X99999", "ZZZ99"):
        assert outcome(record(GP, statement(location=code))) == ("counted", "performer-is-claimant"), code


def test_row_9_born_in_a_point_of_care_system(outcome: Outcome) -> None:
    copied = record(GP, statement(identifiers=(Identifier(RAVS, "one"),)))
    assert outcome(copied) == ("queried", "copied-in")
    assert outcome(copied, poc(performer="D83013")) == ("counted", "performer-is-claimant")
    assert outcome(copied, poc(performer="RVV")) == ("excluded", "twin-elsewhere")


def test_row_10_second_hand(outcome: Outcome) -> None:
    assert outcome(record(GP, statement(primary_source=False))) == ("queried", "secondary-source")
    own = statement(primary_source=False, gms_notes=("GMS",))
    assert outcome(record(GP, own)) == ("counted", "performer-is-claimant")


def test_row_11_a_marking_feed_without_a_mark(outcome: Outcome) -> None:
    assert outcome(record(MARKED, statement())) == ("queried", "gms-missing")
    assert outcome(record(MARKED, statement(gms_notes=("GMS",)))) == ("counted", "performer-is-claimant")
    assert outcome(record(MARKED, statement()), poc(performer="D83013")) == ("counted", "performer-is-claimant")


def test_row_11_two_different_marks_are_none_and_ask(outcome: Outcome) -> None:
    assert outcome(record(GP, statement(gms_notes=("GMS", "Not GMS")))) == ("queried", "gms-missing")


def test_row_12_the_practice_or_its_branch(outcome: Outcome) -> None:
    assert outcome(record(GP, statement())) == ("counted", "performer-is-claimant")
    assert outcome(record(GP, statement(performer="D83013001"))) == ("counted", "performer-is-claimant")


def test_row_12_a_listed_sub_contractor_for_its_programme_and_dates(outcome: Outcome) -> None:
    listed = "D83013,FA123,pertussis,contract,2024-09-01,2024-09-30,,"
    assert outcome(record(GP, statement(performer="FA123")), sub_contractors=listed) == (
        "counted",
        "performer-is-claimant",
    )
    late = statement(performer="FA123", occurred="2024-10-01", recorded="2024-10-01")
    assert outcome(record(GP, late), sub_contractors=listed) == ("excluded", "performer-elsewhere")
    other = "D83013,FA123,seasonal-flu,contract,2024-09-01,,,"
    assert outcome(record(GP, statement(performer="FA123")), sub_contractors=other) == (
        "excluded",
        "performer-elsewhere",
    )


def test_row_13_gms_speaks_where_the_performer_does_not(outcome: Outcome) -> None:
    for code in (None, "", "X99999", "ZZZ99"):
        assert outcome(record(GP, statement(performer=code, gms_notes=("GMS",)))) == ("counted", "gms"), code
    assert outcome(record(GP, statement(performer=None, flags={GMS_EXTENSION: True}))) == ("counted", "gms")


def test_row_13_gms_of_a_transferred_record_speaks_for_an_earlier_practice(outcome: Outcome) -> None:
    for system in ("https://PSSAdaptor/D83013", "https://EMISWeb/G81086", RAVS):
        said = statement(performer=None, gms_notes=("GMS",), identifiers=(Identifier(system, "one"),))
        assert outcome(record(GP, said)) == ("queried", "performer-unresolved"), system


def test_row_14_a_twin_confirms(outcome: Outcome) -> None:
    assert outcome(record(GP, statement(performer=None)), poc(performer="D83013")) == ("counted", "twin-confirms")


def test_row_15_nobody_can_tell(outcome: Outcome) -> None:
    for code in (None, "", "X99999", "YGA", "ZZZ99", "97R"):
        assert outcome(record(GP, statement(performer=code))) == ("queried", "performer-unresolved"), code


def test_several_performers_are_none(outcome: Outcome) -> None:
    several = (OrganisationRef(ODS, "D83013"), OrganisationRef(ODS, "RVV"))
    said = msgspec.structs.replace(statement(), performer=several)
    assert outcome(record(GP, said)) == ("queried", "performer-unresolved")


def test_a_point_of_care_record_claims_for_the_practice_that_performed_it(decided: Callable[..., list]) -> None:
    (one,) = decided(poc(performer="D83013001"))
    assert (one.outcome, one.reason, one.practice) == ("counted", "performer-is-claimant", "D83013")


def test_a_point_of_care_record_that_nobody_claims(decided: Callable[..., list]) -> None:
    late, early = (
        record(POC, statement(performer="RVV", identifiers=(Identifier(RAVS, "a"),), recorded="2024-09-13")),
        record(POC, statement(performer="RVV", identifiers=(Identifier(RAVS, "b"),), recorded="2024-09-12")),
    )
    first, second = decided(late, early)
    assert (first.outcome, first.reason) == ("merged", "twin")
    assert (second.outcome, second.reason) == ("out_of_scope", "no-claimant")


def test_two_claimants_that_would_both_be_counted_are_queried(decided: Callable[..., list]) -> None:
    other = record(OTHER_GP, statement(performer="G81086", identifiers=(Identifier("https://EMISWeb/G81086", "x"),)))
    mine = record(GP, statement())
    assert {(one.outcome, one.reason) for one in decided(mine, other)} == {("queried", "claimed-twice")}
    first, second = decided(mine, other, reviews=[verdict("given-by-practice")])
    assert (first.outcome, first.reason) == ("counted", "reviewed-given")
    assert (second.outcome, second.reason) == ("excluded", "reviewed-elsewhere")


def test_a_patient_counts_once_a_month(decided: Callable[..., list]) -> None:
    later = record(
        GP, statement(identifiers=(Identifier(EMIS, "later"),), occurred="2024-09-30", recorded="2024-09-30")
    )
    first, second = decided(record(GP, statement()), later)
    assert first.outcome == "counted"
    assert (second.outcome, second.reason) == ("merged", "patient-already-counted")
