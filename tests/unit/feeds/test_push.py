"""What a source system pushes: conditions, whole or nothing, and every body kept as it came."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from adapter.feeds import push as pushing
from adapter.feeds.body import Body, TooLarge
from adapter.feeds.push import Push, Pushed
from adapter.fhir.issue import Issue
from adapter.intake import lines, small
from adapter.intake.replay import replay
from adapter.store.store import Store

from sending import SYSTEM, bundle, by_identifier, encoded, immunization, known, shared_reader

FAULTY = immunization("bad", status=1)


def body(sent: Any) -> Body:
    content = sent if isinstance(sent, bytes) else encoded(sent)
    return Body(io.BytesIO(content), content.startswith(b"\x1f\x8b"), 1 << 20)


@pytest.fixture
def push(store: Store) -> Push:
    store.feeds.remember("trust")
    return Push(store, lambda _: shared_reader())


def asked(*entries: tuple[str, str, Any], type_: str = "transaction", **request: str) -> dict[str, Any]:
    """A Bundle of (method, url, resource)."""
    return {
        "resourceType": "Bundle",
        "type": type_,
        "entry": [
            {"request": {"method": method, "url": url} | request} | ({"resource": resource} if resource else {})
            for method, url, resource in entries
        ],
    }


def live(store: Store) -> list[str]:
    return [record.identifiers[0].value for record in known(store) if not record.withdrawn]


def kept(store: Store, pushed: Pushed) -> bytes:
    return b"".join(store.deliveries.bytes_as_they_came(pushed.delivery))


def test_a_create_then_the_same_then_another_version(store: Store, push: Push) -> None:
    first = push.create("trust", body(immunization("v1")))
    assert first.outcome.what == "created"
    again = push.create("trust", body(immunization("v1")))
    assert again.outcome.what == "known"
    other = push.create("trust", body(immunization("v1", lotNumber="X")))
    assert other.outcome.what == "updated"
    [a, b, c] = [one.outcome.resource for one in (first, again, other)]
    assert a
    assert b
    assert c
    assert (a.id, a.version, c.version) == (b.id, 1, 2)
    assert a.id == c.id
    assert kept(store, other) == encoded(immunization("v1", lotNumber="X"))


def test_if_none_exist(store: Store, push: Push) -> None:
    condition = f"identifier={SYSTEM}|v1"
    made = push.create("trust", body(immunization("v1")), condition)
    there = push.create("trust", body(immunization("v1", lotNumber="X")), condition)
    assert (made.outcome.what, there.outcome.what) == ("created", "exists")
    assert there.outcome.resource == made.outcome.resource
    assert kept(store, there) == encoded(immunization("v1", lotNumber="X"))
    push.create("trust", body(immunization("v2")))
    both = push.create("trust", body(immunization("v3")), f"Immunization?identifier={SYSTEM}|v1,{SYSTEM}|v2")
    assert both.outcome.what == "unmet"
    assert live(store) == ["v1", "v2"]
    push.delete_where("trust", condition)
    assert push.create("trust", body(immunization("v1", lotNumber="Y")), condition).outcome.what == "updated"


@pytest.mark.parametrize("condition", ["", "patient=9990000026", "identifier=", "identifier=a|b&date=2024"])
def test_other_conditions_are_refused(store: Store, push: Push, condition: str) -> None:
    pushed = push.create("trust", body(immunization("v1")), condition)
    assert pushed.outcome.what == "refused"
    assert known(store) == []
    assert "999000" not in repr(pushed)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[]",
        encoded(immunization()) + b"\n" + encoded(immunization("v2")),
        {"resourceType": "Patient"},
        bundle(immunization()),
        gzip.compress(encoded(immunization()), mtime=0)[:-4],
    ],
)
def test_what_is_no_single_immunization_is_kept_and_refused(store: Store, push: Push, sent: Any) -> None:
    content = sent if isinstance(sent, bytes) else encoded(sent)
    pushed = push.create("trust", body(sent))
    assert pushed.outcome.what == "refused"
    assert pushed.outcome.issues
    assert kept(store, pushed) == content
    assert known(store) == []
    assert replay(store)[0] == 0
    assert known(store) == []


def test_a_faulty_one_waits_in_quarantine(store: Store, push: Push) -> None:
    pushed = push.create("trust", body(FAULTY))
    assert pushed.outcome.what == "quarantined"
    assert [issue.expression for issue in pushed.outcome.issues] == ["Immunization.status"]
    assert len(store.quarantine.listed()) == 1


def test_updates_by_either_id(store: Store, push: Push) -> None:
    made = push.update("trust", "abc", body(immunization("v1", id="abc")))
    assert made.outcome.what == "created"
    assert made.outcome.resource
    second = push.update("trust", "abc", body(immunization("v1", id="abc", lotNumber="X")), 'W/"1"')
    own = made.outcome.resource.id
    third = push.update("trust", own, body(immunization("v1", id=own, lotNumber="Y")), 'W/"2"')
    assert [one.outcome.what for one in (second, third)] == ["updated"] * 2
    assert len(known(store)) == 1
    for old in ('W/"2"', '"9"', "nonsense", ""):
        late = push.update("trust", own, body(immunization("v1", id=own, lotNumber="Z")), old)
        assert late.outcome.what == "unmet"
    assert known(store)[0].statement.lot == "Y"


def test_an_update_of_another_record_is_refused(store: Store, push: Push) -> None:
    push.update("trust", "abc", body(immunization("v1", id="abc")))
    assert push.update("trust", "abc", body(immunization("v2", id="abc"))).outcome.issues == (pushing.OTHER_RECORD,)
    assert push.update("trust", "abc", body(immunization("v1", id="other"))).outcome.issues == (pushing.OTHER_ID,)
    assert push.update("trust", "abc", body(immunization("v1"))).outcome.issues == (pushing.OTHER_ID,)
    assert push.update("trust", "new", body(immunization("v9", id="new")), 'W/"1"').outcome.what == "unmet"
    assert live(store) == ["v1"]


def test_a_feed_cannot_touch_the_records_of_another(store: Store, push: Push) -> None:
    store.feeds.remember("other")
    made = push.create("trust", body(immunization("v1", id="abc"))).outcome.resource
    assert made
    assert store.resources.with_id("other", made.id) == []
    push.delete("other", made.id)
    push.delete("other", "abc")
    push.update("other", made.id, body(immunization("v1", id=made.id)))
    assert "v1" in live(store)
    assert [one.live for one in store.resources.with_id("trust", made.id)] == [True]


@pytest.mark.parametrize("value", ["v1", "a|b,c$d\\e f/ü", "9990000026"])
def test_deletes_by_our_id(store: Store, push: Push, value: str) -> None:
    made = push.create("trust", body(immunization(value, patient=2))).outcome.resource
    assert made
    assert push.delete("trust", made.id, 'W/"7"').outcome.what == "unmet"
    gone = push.delete("trust", made.id, 'W/"1"')
    assert gone.outcome.what == "deleted"
    assert live(store) == []
    assert b"9990000026" not in kept(store, gone)
    assert push.delete("trust", made.id).outcome.what == "known"


def test_deletes_by_the_id_of_the_source_and_before_the_record(store: Store, push: Push) -> None:
    assert push.delete("trust", "abc").outcome.what == "deleted"
    assert push.create("trust", body(immunization("v1", id="abc"))).outcome.what == "updated"
    assert push.delete("trust", "abc").outcome.what == "deleted"
    assert live(store) == []


def test_a_transaction_is_whole_or_nothing(store: Store, push: Push) -> None:
    push.create("trust", body(immunization("v0")))
    faulty = asked(
        ("POST", "Immunization", immunization("v1")),
        ("POST", "Immunization", FAULTY),
        ("DELETE", by_identifier("v0"), None),
    )
    pushed = push.bundle("trust", body(faulty))
    assert (pushed.outcome.what, pushed.taken, pushed.entries) == ("refused", 0, ())
    assert [issue.expression for issue in pushed.outcome.issues] == ["Bundle.entry[1].resource.status"]
    assert kept(store, pushed) == encoded(faulty)
    assert live(store) == ["v0"]
    assert replay(store) == (0, 1)
    assert live(store) == ["v0"]
    faulty["entry"].pop(1)
    taken = push.bundle("trust", body(faulty))
    assert [one.what for one in taken.entries] == ["created", "deleted"]
    assert live(store) == ["v1"]


def test_a_batch_is_taken_entry_by_entry(store: Store, push: Push) -> None:
    sent = asked(
        ("POST", "Immunization", immunization("v1")),
        ("POST", "Immunization", FAULTY),
        ("POST", "Patient", {"resourceType": "Patient", "id": "p"}),
        ("GET", "Immunization/1", None),
        ("PUT", "Immunization/x", immunization("v2", id="x")),
        ("PATCH", "Immunization/x", immunization("v2", id="x")),
        type_="batch",
    )
    pushed = push.bundle("trust", body(sent))
    assert [one.what for one in pushed.entries] == [
        "created",
        "quarantined",
        "beside",
        "refused",
        "created",
        "quarantined",
    ]
    assert pushed.entries[1].issues[0].expression == "Bundle.entry[1].resource.status"
    assert (pushed.taken, live(store)) == (2, ["v1", "v2"])


def test_conditions_within_a_bundle(store: Store, push: Push) -> None:
    push.create("trust", body(immunization("v1")))
    entries = ("POST", "Immunization", immunization("v1", lotNumber="X")), ("POST", "Immunization", immunization("v2"))
    for type_ in ("transaction", "batch"):
        sent = asked(*entries, type_=type_, ifNoneExist=f"identifier={SYSTEM}|v1")
        pushed = push.bundle("trust", body(sent))
        assert [one.what for one in pushed.entries] == ["exists", "exists"]
    assert live(store) == ["v1"]
    stale = asked(("PUT", "Immunization/x", immunization("v2", id="x")), ifMatch='W/"4"')
    assert push.bundle("trust", body(stale)).outcome.what == "refused"
    stale["type"] = "batch"
    assert [one.what for one in push.bundle("trust", body(stale)).entries] == ["unmet"]
    assert live(store) == ["v1"]


def test_a_delete_by_our_id_within_a_bundle_is_never_lost_in_silence(store: Store, push: Push) -> None:
    made = push.create("trust", body(immunization("v1"))).outcome.resource
    assert made
    pushed = push.bundle("trust", body(asked(("DELETE", f"Immunization/{made.id}", None))))
    assert pushed.outcome.what == "refused"
    assert "identifier=" in pushed.outcome.issues[0].text


@pytest.mark.parametrize("type_", ["collection", "history", "searchset", "message", "", "rubbish"])
def test_other_bundles_give_what_they_can(store: Store, push: Push, type_: str) -> None:
    pushed = push.bundle("trust", body(bundle(immunization("v1"), FAULTY, immunization("v2"), type_=type_)))
    assert (pushed.outcome.what, pushed.taken, pushed.entries) == ("quarantined", 2, ())
    assert [issue.expression for issue in pushed.outcome.issues] == ["Bundle.entry[1].resource.status"]
    assert live(store) == ["v1", "v2"]


def test_nested_bundles_are_named_from_the_root(push: Push) -> None:
    pushed = push.bundle("trust", body(bundle(bundle(immunization("v1"), FAULTY), type_="batch")))
    [issue] = pushed.entries[0].issues
    assert issue.expression == "Bundle.entry[0].resource.entry[1].resource.status"


def test_a_transaction_is_one_commit_however_long(store: Store, push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "PIECES", 2)
    monkeypatch.setattr(lines, "CHUNK", 100)

    def commits(type_: str) -> int:
        before = store.records.cut().batch
        sent = bundle(*(immunization(f"{type_}{n}") for n in range(5)), type_=type_)
        assert [each.what for each in push.bundle("trust", body(sent)).entries] == ["created"] * 5
        return store.records.cut().batch - before

    assert commits("transaction") == 1
    assert commits("batch") > 1


@pytest.mark.parametrize("sent", [b"", b"{", {"resourceType": "Patient"}, immunization(), b"[]", b'{"a":1}\n{"b":2}'])
def test_what_is_no_bundle_is_refused(store: Store, push: Push, sent: Any) -> None:
    pushed = push.bundle("trust", body(sent))
    assert pushed.outcome.what == "refused"
    assert all(isinstance(issue, Issue) for issue in pushed.outcome.issues)
    assert pushed.outcome.issues
    assert known(store) == []


def test_gzip_is_kept_as_it_came(store: Store, push: Push) -> None:
    wire = gzip.compress(encoded(immunization("v1")))
    pushed = push.create("trust", body(wire))
    assert pushed.outcome.what == "created"
    assert kept(store, pushed) == wire


def test_a_gzip_bomb_ends_early() -> None:
    with pytest.raises(TooLarge):
        Body(io.BytesIO(gzip.compress(b"\0" * (8 << 20))), True, 1 << 20)


def test_what_says_gzip_and_is_none(push: Push) -> None:
    sent = Body(io.BytesIO(json.dumps(immunization()).encode()), True, 1 << 20)
    assert push.create("trust", sent).outcome.what == "refused"
