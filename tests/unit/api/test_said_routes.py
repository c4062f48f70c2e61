"""Reviews, declarations and incidents over HTTP say what the command line says."""

from __future__ import annotations

from typing import Any

import httpx

from sending import nhs_number
from serving import Client

SAID = {"by": "practice manager", "note": "each record checked"}
INCIDENT = {"incident": "fault", "programmes": ["rsv-older"], "from": "2024-09-01", "to": "2024-12-31"}


def of(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def some(filled: Client, outcome: str) -> dict[str, Any]:
    found = of(filled.ask("GET", "/decisions?format=json", "counts:read"))
    return next(one for one in found if one["outcome"] == outcome and one["practice"])


def test_a_review_holds_from_the_next_run_on(filled: Client) -> None:
    counted = some(filled, "counted")
    body = SAID | {"decision": counted["decision"][:16], "verdict": "given-elsewhere"}
    made = of(filled.ask("POST", "/reviews", "review:write", json=body), 201)
    assert (made["practice"], made["value"]) == (counted["practice"], counted["record"]["value"])
    assert of(filled.ask("GET", "/reviews", "counts:read")) == [made]
    of(filled.ask("POST", "/runs", "admin", json={"from": "2024-09", "to": "2024-12"}), 201)
    after = of(filled.ask("GET", "/decisions?format=json", "counts:read"))
    assert [one["reason"] for one in after if one["record"] == counted["record"]] == ["reviewed-elsewhere"]


def test_a_declaration_is_shown_with_its_state(filled: Client) -> None:
    [count, *_] = [one for one in of(filled.ask("GET", "/counts", "counts:read")) if one["value"]]
    made = of(filled.ask("POST", "/declarations", "review:write", json=SAID | {"count": count["count"]}), 201)
    assert made["value"] == count["value"]
    assert made["count"]["holds"] == [hold for hold in count["holds"] if hold != "threshold"]
    [shown] = of(filled.ask("GET", "/declarations", "counts:read"))
    assert shown["state"] == "declared"
    assert of(filled.ask("GET", "/declarations?practice=H81998", "counts:read")) == []


def test_an_incident_holds_is_worked_off_and_closed(filled: Client) -> None:
    body = INCIDENT | {"by": "region", "reason": "wrong performer"}
    made = of(filled.ask("POST", "/incidents", "admin", json=body), 201)
    counts = of(filled.ask("GET", "/counts", "counts:read"))
    held = [one for one in counts if one["programme"] == "rsv-older"]
    assert len(held) == made["held"] > 0
    assert all("incident" in one["holds"] for one in held)
    listed = of(filled.ask("GET", "/incidents", "counts:read"))
    assert [one["held"] for one in listed if one["id"] == "fault"] == [made["held"]]
    items = of(filled.ask("GET", "/incidents/fault?practice=d83013", "counts:read"))
    assert {one["progress"] for one in items} == {"open"}
    decisions = {one["decision"]: one for one in of(filled.ask("GET", "/decisions?format=json", "counts:read"))}
    assert all(decisions[one["decision"]]["record"]["value"] == one["record"]["value"] for one in items)
    assert of(filled.ask("POST", "/incidents/fault/close", "admin", json=SAID), 400)["detail"].startswith(
        str(len(items))
    )
    closed = of(filled.ask("POST", "/incidents/fault/close", "admin", json=SAID | {"leave_open": True}))
    assert closed["ending"]["id"] == "fault"
    assert closed["runs"] == [counts[0]["run"]] * 2
    assert (closed["held"], len(closed["superseded"])) == (0, len(held))
    after = of(filled.ask("GET", "/counts", "counts:read"))
    assert not [one for one in after if one["programme"] == "rsv-older" and "incident" in one["holds"]]


def test_what_cannot_be_read_is_named_and_not_shown(filled: Client) -> None:
    number = nhs_number(3)
    for path, body in (
        ("/reviews", {"decision": "0", "verdict": number, "by": "x", "note": "y"}),
        ("/declarations", {"count": "0" * 65, "by": "x", "note": number}),
    ):
        told = of(filled.ask("POST", path, "review:write", json=body), 400)["detail"]
        assert number not in told
        assert "`verdict`" in told or "`count`" in told
    assert of(filled.ask("POST", "/incidents", "admin", content=b"{"), 400)["detail"].startswith("The body")
    refused = of(filled.ask("POST", "/incidents", "admin", json=INCIDENT | {"by": "x", "reason": number}), 400)
    assert number not in refused["detail"]
    of(filled.ask("GET", "/incidents/nothing", "counts:read"), 404)
    of(
        filled.ask("POST", "/reviews", "review:write", json=SAID | {"decision": "0000", "verdict": "given-elsewhere"}),
        404,
    )
