"""A decision with everything in it: every field, and every sentence that it rests on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from adapter.fhir.statement import Coding, Identifier
from adapter.reasons import Outcome, Reason
from adapter.reconcile.decide import decide
from adapter.reconcile.decision import Decision, Ground, RecordRef, decision_id, ground_id, place_of
from adapter.reconcile.linking import vaccination_of
from adapter.reconcile.record import Record
from adapter.reconcile.review import Review
from two_practices import (
    EMIS,
    GMS_EXTENSION,
    GP,
    MATERNAL,
    OTHER_GP,
    POC,
    RAVS,
    RSV,
    SECOND_POC,
    SNOMED,
    catalogue,
    record,
    rules,
    verdict,
)


def decided(*records: Record, reviews: tuple[Review, ...] = ()) -> list[Decision]:
    return decide(records, rules(*reviews), 5)


def row(code: str) -> str:
    return ", ".join(catalogue().look_up(Coding(SNOMED, code)).rows)


def said(records: list[Record], *reviews: Review) -> list[tuple[str, str]]:
    """The sentences of the first decision, by what they speak of."""
    return [(ground.what, ground.says) for ground in decided(*records, reviews=reviews)[0].grounds]


PRACTICE = ("D83013 RO177 1974-04-01..", "D83013 RO76 1974-04-01..")
TRUST = ("RVVKC RO198 1974-04-01..", "RVVKC RE6 RVV 1974-04-01..", "RVV RO197 1974-04-01..")
PT001 = Ground("indicator", "Indicator PT001.", next(one.ref for one in catalogue().indicators if one.id == "PT001"))
CODES = Ground("codes", "The codes say given and name pertussis.", row(MATERNAL))
BY_FEED = Ground("claimant", "The claimant is D83013: the record came by its GP feed.")
BY_PERFORMER = Ground("performer", "The performer D83013 is the claimant.", "; ".join(PRACTICE))


def test_a_counted_dose() -> None:
    assert decided(record()) == [
        Decision(
            outcome=Outcome.COUNTED,
            reason=Reason.PERFORMER_IS_CLAIMANT,
            supporting=(),
            practice="D83013",
            programme="pertussis",
            indicator="PT001",
            period="2024-11",
            occurred="2024-11-12",
            vaccination=vaccination_of(("gp", EMIS, "one")),
            record=RecordRef("gp", EMIS, "one", 3, "sha-one", "#/one"),
            grounds=(BY_FEED, CODES, BY_PERFORMER, PT001),
            sequence=7,
            history=5,
        )
    ]


def test_a_history_has_no_code_unless_it_is_given() -> None:
    [one] = decide([record()], rules())
    assert one.history == 0


def test_a_twin_from_elsewhere_and_what_it_becomes_itself() -> None:
    own, twin = decided(record(), record(POC, "two", performer="RVVKC", recorded="2025-01-20"))
    names = "The record of feed ravs names RVVKC as performer: not the claimant."
    assert (own.outcome, own.reason) == (Outcome.EXCLUDED, Reason.TWIN_ELSEWHERE)
    assert own.grounds == (BY_FEED, CODES, BY_PERFORMER, Ground("twin", names, "; ".join(TRUST)), PT001)
    assert twin == Decision(
        outcome=Outcome.MERGED,
        reason=Reason.TWIN,
        supporting=(Reason.RECORDED_LATE,),
        practice=None,
        programme="pertussis",
        indicator="PT001",
        period="2024-11",
        occurred="2024-11-12",
        vaccination=own.vaccination,
        record=RecordRef("ravs", RAVS, "two", 3, "sha-two", "#/two"),
        grounds=(CODES,),
        sequence=7,
        history=5,
    )


def test_a_twin_that_confirms() -> None:
    own, twin = decided(record(performer=None), record(POC, "two"))
    assert (own.outcome, own.reason) == (Outcome.COUNTED, Reason.TWIN_CONFIRMS)
    assert own.grounds == (
        BY_FEED,
        CODES,
        Ground("performer", "No performer is stated that could be read."),
        Ground("twin", "The record of feed ravs names D83013 as performer: the claimant.", "; ".join(PRACTICE)),
        PT001,
    )
    assert (twin.outcome, twin.reason, twin.practice) == (Outcome.MERGED, Reason.TWIN, "D83013")
    assert (twin.indicator, twin.grounds) == ("PT001", (CODES,))


def test_a_dose_that_nobody_claims_leads_its_twins() -> None:
    first, second = decided(
        record(POC, "one", performer="RVV", recorded="2024-11-13"),
        record(SECOND_POC, "two", performer="RVV", recorded="2024-11-12"),
    )
    assert {one.record.feed: (one.outcome, one.reason) for one in (first, second)} == {
        "mavis": (Outcome.OUT_OF_SCOPE, Reason.NO_CLAIMANT),
        "ravs": (Outcome.MERGED, Reason.TWIN),
    }
    assert first.grounds == second.grounds == (CODES,)
    assert first.practice is second.practice is None
    assert (first.programme, first.indicator) == ("pertussis", "PT001")


@pytest.mark.parametrize(
    ("more", "sentences"),
    [
        (
            {"performer": "RVVKC", "location": "D83013001", "gms_notes": ("GMS",)},
            [
                ("performer", "The performer RVVKC, part of RVV, is another provider."),
                ("location", "The location D83013001, part of D83013, is the claimant."),
                ("gms", "The GMS attribute marks the dose as this practice's own."),
            ],
        ),
        (
            {"performer": "SMITH", "gms_notes": ("GMS", "Not GMS"), "primary_source": False},
            [
                ("performer", "The performer as sent is not known to the directory on that day."),
                ("gms", "The GMS attribute carries two different marks: read as none."),
                ("primarySource", "The record calls itself second-hand."),
            ],
        ),
        (
            {"performer": "ZZZ99", "flags": {GMS_EXTENSION: False}, "location": "G81086"},
            [
                ("performer", "The performer ZZZ99 is not known to the directory on that day."),
                ("location", "The location G81086 is another GP practice."),
                ("gms", "The GMS attribute marks the dose as not this practice's own."),
            ],
        ),
        (
            {"performer": "X26"},
            [("performer", "The performer X26 is no provider of vaccinations.")],
        ),
    ],
)
def test_who_gave_it_is_said_in_sentences(more: dict[str, Any], sentences: list[tuple[str, str]]) -> None:
    assert said([record(**more)]) == [
        (BY_FEED.what, BY_FEED.says),
        (CODES.what, CODES.says),
        *sentences,
        (PT001.what, PT001.says),
    ]


def test_a_record_that_was_withdrawn_or_says_not_given() -> None:
    withdrawn = said([record(withdrawn=True, status="not-done")])
    assert withdrawn[1] == ("status", "The newest word of the source withdraws the record.")
    assert [what for what, _ in withdrawn].count("status") == 1
    assert said([record(status="not-done")])[1] == ("status", "The record says that the vaccine was not given.")


def test_a_record_that_was_born_elsewhere_names_the_row() -> None:
    born = [Identifier(EMIS, "one"), Identifier(RAVS, "two"), Identifier(RAVS, "three")]
    [one] = decided(record(identifiers=tuple(sorted(born))))
    [ground] = [each for each in one.grounds if each.what == "identifier"]
    rows = {row for each in (EMIS, RAVS) for row in catalogue().born(each).rows}
    assert ground == Ground("identifier", "It was born in a point-of-care system.", ", ".join(sorted(rows)))
    assert len(rows) == 2


def test_a_review_is_named_by_its_day_and_the_latest_speaks() -> None:
    reviews = verdict("given-elsewhere"), verdict("given-by-practice", when="2025-02-03T09:00:00Z")
    assert ("review", "A person's verdict on 2025-02-03: given-by-practice.") in said([record()], *reviews)
    [one] = decided(record(performer="RVV"), reviews=reviews)
    assert (one.outcome, one.reason) == (Outcome.COUNTED, Reason.REVIEWED_GIVEN)


def test_a_claimant_by_its_performer() -> None:
    [one] = decided(record(POC))
    assert one.grounds[0] == Ground("claimant", "The claimant is D83013: the performer resolves to it.")


@pytest.mark.parametrize(
    ("more", "sentence", "source"),
    [
        ({"code": RSV, "born": ""}, "The codes say given and name rsv-older, rsv-pregnant.", row(RSV)),
        ({"code": "956951000000105"}, Reason.CODE_INVALID.sentence, row("956951000000105")),
        ({"code": "60728008"}, "The codes say unknown and name no programme that is counted.", ""),
    ],
)
def test_what_the_codes_say(more: dict[str, Any], sentence: str, source: str) -> None:
    [one] = decided(record(**more))
    [ground] = [each for each in one.grounds if each.what == "codes"]
    assert ground == Ground("codes", sentence, source)


def test_what_a_linked_record_names_is_shown_and_never_decided_by() -> None:
    key = ("A" * 32,)
    broken = record(code="956951000000105", event_keys=key)
    named = record(POC, "two", event_keys=key, performer=None)
    own = next(one for one in decided(broken, named) if one.record.feed == "gp")
    assert (own.outcome, own.reason, own.programme, own.indicator) == (
        Outcome.QUERIED,
        Reason.CODE_INVALID,
        "pertussis",
        "PT001",
    )
    withdrawn = record(POC, "two", event_keys=key, performer=None, withdrawn=True)
    own = next(one for one in decided(broken, withdrawn) if one.record.feed == "gp")
    assert (own.programme, own.indicator) == (None, None)


def test_linked_records_that_name_different_programmes_show_none() -> None:
    key = ("A" * 32,)
    broken = record(code="956951000000105", event_keys=key)
    twins = [record(POC, "two", event_keys=key), record(SECOND_POC, "three", code=RSV, event_keys=key)]
    own = next(one for one in decided(broken, *twins) if one.record.feed == "gp")
    assert own.programme is None


def test_where_the_programme_is_open_so_is_the_indicator() -> None:
    [one] = decided(record(code=RSV, born="", sex=""))
    assert (one.reason, one.programme, one.indicator) == (Reason.PROGRAMME_AMBIGUOUS, None, None)


@pytest.mark.parametrize(
    ("occurred", "period", "day"),
    [
        ("2024-09-30T23:30:00Z", "2024-10", "2024-10-01"),
        ("2024-09-30", "2024-09", "2024-09-30"),
        ("2024-09", None, None),
        ("", None, None),
    ],
)
def test_the_month_is_that_of_london(occurred: str, period: str | None, day: str | None) -> None:
    [one] = decided(record(occurred=occurred))
    assert (one.period, one.occurred) == (period, day)


def test_a_record_without_a_system_has_none() -> None:
    [one] = decided(record(identifiers=(Identifier("", "one"),)))
    assert one.record.system is None


def test_decisions_come_in_the_order_of_their_records() -> None:
    records = [record(GP, "b"), record(OTHER_GP, "a", performer="G81086"), record(GP, "a", occurred="2024-01-01")]
    keys = [(one.record.feed, one.record.value) for one in decided(*records)]
    assert keys == [("gp", "a"), ("gp", "b"), ("other-gp", "a")]
    assert decided(*records[::-1]) == decided(*records)


# Ids


def one_decision(**more: Any) -> Decision:
    [one] = decided(record())
    return msgspec.structs.replace(one, **more)


OTHERWISE: list[dict[str, Any]] = [
    {"outcome": Outcome.QUERIED},
    {"reason": Reason.GMS},
    {"supporting": (Reason.RECORDED_LATE,)},
    {"practice": None},
    {"programme": None},
    {"indicator": None},
    {"period": None},
    {"occurred": None},
    {"vaccination": "v"},
    {"record": RecordRef("x", EMIS, "one", 3, "sha-one", "#/one")},
    {"record": RecordRef("gp", None, "one", 3, "sha-one", "#/one")},
    {"record": RecordRef("gp", EMIS, "x", 3, "sha-one", "#/one")},
    {"record": RecordRef("gp", EMIS, "one", 4, "sha-one", "#/one")},
    {"record": RecordRef("gp", EMIS, "one", 3, "x", "#/one")},
    {"record": RecordRef("gp", EMIS, "one", 3, "sha-one", "x")},
    {"grounds": ()},
    {"grounds": (Ground("what", "says", "source"),)},
    {"grounds": (Ground("x", "says", "source"),)},
    {"grounds": (Ground("what", "x", "source"),)},
    {"grounds": (Ground("what", "says", "x"),)},
]


def test_another_decision_has_another_id() -> None:
    ids = [decision_id(one_decision(**more)) for more in ({}, *OTHERWISE)]
    assert len(set(ids)) == len(ids)
    assert all(len(id_) == 32 for id_ in ids)


def test_where_the_record_lies_in_the_store_is_no_part_of_it() -> None:
    assert decision_id(one_decision(sequence=99)) == decision_id(one_decision())


def test_an_id_never_changes() -> None:
    plain = Decision(
        *(Outcome.COUNTED, Reason.GMS, (), "D83013", "hpv", "HPV003", "2024-09", "2024-09-01", "v"),
        RecordRef("f", "s", "v", 1, "ab", "#"),
        (Ground("what", "says", "source"),),
    )
    assert ground_id(plain.grounds[0]) == "1e10c1721756ddc993933a7a0a48f651"
    assert decision_id(plain) == "00004035c4d6520ed49933f3325173d5"


@pytest.mark.parametrize(
    ("history", "place"),
    [(0, 0), (-1, 0), (1, 0), (2**47 - 1, 0), (2**47, 1), (-(2**47) - 1, 1), (-(2**47), 0), (2**63 - 1, 2**16 - 1)],
)
def test_an_id_begins_with_the_place_of_its_history(history: int, place: int) -> None:
    assert place_of(history) == place
    assert decision_id(one_decision(history=history))[:4] == f"{place:04x}"
    assert decision_id(one_decision(history=history))[4:] == decision_id(one_decision())[4:]
