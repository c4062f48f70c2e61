"""`adapter review`: one verdict, or a file of them that is taken whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.store.runs import Decided
from adapter.store.store import Store
from calling import Adapter

from sending import SYSTEM, immunization, nhs_number, send

MATERNAL = {"coding": [{"system": "http://snomed.info/sct", "code": "956951000000104"}]}


@pytest.fixture
def decided(store: Store) -> dict[str, Decided]:
    """Three decisions: two that D83013 claims, one of a system that nobody's code is known to."""
    store.feeds.remember("gp", kind="gp", practice="D83013")
    send(store, immunization("v1", patient=1, vaccineCode=MATERNAL), "gp")
    send(store, immunization(nhs_number(7), patient=2, vaccineCode=MATERNAL), "gp")
    send(store, immunization("v3", patient=3), "trust")
    run = reconcile(store, Parameters("2024-09", "2024-09")).run
    found = {one.decision.record.feed + one.decision.record.value[:3]: one for one in store.runs.decisions(run)}
    assert found["gpv1"].decision.practice == "D83013"
    assert found["trustv3"].decision.practice is None
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reviews.csv"


def write(file: Path, header: str, *rows: str) -> Path:
    file.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return file


def test_reviews_by_decision_and_by_record(
    adapter: Adapter, store: Store, decided: dict[str, Decided], file: Path
) -> None:
    """The columns come in any order, and a number in an identifier finds the record that hides it."""
    header = "note,Practice,feed,system,value,decision,verdict,by,also"
    rows = (
        f"letter seen,,,,,{decided['gpv1'].id[:12]},given-elsewhere,practice manager,x",
        f'"given here, by the nurse",D83013,gp,{SYSTEM},{nhs_number(7)},,given-by-practice,a nurse,y',
    )
    assert adapter("review", "--from", write(file, header, *rows))[:2] == (
        0,
        "2 kept, for 1 practices. They hold from the next run on.\n",
    )
    kept = store.reviews.listed()
    assert [(one.practice, one.verdict, one.who, one.note) for one in kept] == [
        ("D83013", "given-elsewhere", "practice manager", "letter seen"),
        ("D83013", "given-by-practice", "a nurse", "given here, by the nurse"),
    ]
    assert {(one.feed, one.system, one.value) for one in kept} == {
        (one.decision.record.feed, one.decision.record.system, one.decision.record.value)
        for one in decided.values()
        if one.decision.record.feed == "gp"
    }
    after = reconcile(store, Parameters("2024-09", "2024-09")).run
    reasons = {one.decision.reason.value for one in store.runs.decisions(after, "D83013")}
    assert reasons == {"reviewed-elsewhere", "reviewed-given"}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{v1},maybe,me,note,,,,", "3 verdict: Must be one of"),
        ("{v1},given-elsewhere,,note,,,,", "3 by: Must not be empty"),
        ("{v1},given-elsewhere,me, ,,,,", "3 note: Must not be empty"),
        ("{v1},given-elsewhere,me,saw {nhs},,,,", "3 note: Holds what looks like an NHS number"),
        ("{v1},given-elsewhere,{nhs},note,,,,", "3 by: Holds what looks like an NHS number"),
        ("0000ffff,given-elsewhere,me,note,,,,", "3 decision: No decision has this id"),
        ("nonsense,given-elsewhere,me,note,,,,", "3 decision: No decision has this id"),
        ("{v3},given-elsewhere,me,note,,,,", "3 decision: No practice claims"),
        (",given-elsewhere,me,note,,,,", "3 feed: Name a decision, or feed"),
        (",given-elsewhere,me,note,gp,,v9,D83013", "3 value: No record"),
        (",given-elsewhere,me,note,gp,{system},v1,H81998", "3 practice: This practice does not claim"),
        (",given-elsewhere,me,note,gp,{system},v1,", "3 practice: Name a decision, or feed"),
        ("{second},given-by-practice,me,note,,,,", "3: Line 2 has a verdict on this record"),
        ('{v1},given-elsewhere,me,"note,,,,', "3: The line cannot be read"),
    ],
)
def test_one_fault_and_none_is_kept(
    adapter: Adapter, store: Store, decided: dict[str, Decided], file: Path, row: str, says: str
) -> None:
    ids = {"v1": decided["gpv1"].id, "v3": decided["trustv3"].id, "nhs": nhs_number(9), "system": SYSTEM}
    second = next(one.id for key, one in decided.items() if key.startswith("gpsha"))
    good = f"{second},given-elsewhere,me,note,,,,"
    written = write(file, "decision,verdict,by,note,feed,system,value,practice", good, row.format(second=second, **ids))
    code, out, error = adapter("review", "--from", written)
    assert code == 1
    assert out.startswith(f"file 1:{says}"), out
    assert nhs_number(9) not in out + error
    assert error.endswith("listed above. No review is kept.\n")
    assert store.reviews.listed() == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"decision,verdict\n", "header must have"),
        (b"", "header must have"),
        (b"by,note,verdict\n", "no review"),
        (b"by,note,verdict,x\n,,,1\n", "no review"),
    ],
)
def test_a_file_of_something_else(adapter: Adapter, file: Path, content: bytes, says: str) -> None:
    file.write_bytes(content)
    code, out, _ = adapter("review", "--from", file)
    assert code == 1
    assert says in out


def test_one_by_hand_is_as_it_was(adapter: Adapter, store: Store, decided: dict[str, Decided], file: Path) -> None:
    id_ = decided["gpv1"].id
    said = ("--verdict", "given-elsewhere", "--by", "me", "--note", "seen")
    assert adapter("review", id_, *said)[:2] == (0, "Kept. It holds for D83013 from the next run on.\n")
    assert len(store.reviews.listed()) == 1
    for wrong in (
        ("review",),
        ("review", id_),
        ("review", id_, *said[:4]),
        ("review", id_, "--verdict", "x", *said[2:]),
        ("review", id_, *said, "--from", file),
    ):
        assert adapter(*wrong)[0] == 2, wrong
    assert adapter("review", "ffffffff", *said)[0] == 1
    assert adapter("review", "--from", file)[::2] == (1, "adapter: File 1 cannot be read: No such file or directory.\n")
