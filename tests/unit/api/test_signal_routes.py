"""GET /signals and the records behind an alarm; what was found last is a gauge."""

from __future__ import annotations

import httpx
import pytest
from adapter.signals.week import name
from adapter.store.store import open_store

from autumn_weeks import COPIED, LAST, copied, fault, quiet
from serving import Client

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the reading itself is tested on both


@pytest.fixture
def autumn(service: Client) -> Client:
    with open_store(service.settings.database_url, service.settings) as store:
        quiet(store)
        fault(store)
    return service


def test_signals_and_the_records_behind_them(autumn: Client) -> None:
    until = f"until={name(LAST)}"
    found = autumn.ask("GET", f"/signals?{until}", "counts:read").json()
    assert found["records"] > 100
    [alarm] = [one for one in found["alarms"] if one["signal"] == "twins-disagree"]
    assert alarm["practice"] == "D83013"
    assert "says" in alarm
    behind = autumn.ask("GET", f"/signals/{alarm['id']}/records?{until}", "counts:read").json()
    assert [one["value"] for one in behind] == copied()
    assert autumn.ask("GET", f"/signals?{until}&practice=H81998", "counts:read").json()["alarms"] == []
    rows = autumn.ask("GET", f"/signals/weeks?{until}&feed=mill", "counts:read").json()
    assert [row["twins_disagree"] for row in rows][-4:] == [0, COPIED, COPIED, COPIED]
    assert autumn.ask("GET", f"/signals/ffff/records?{until}", "counts:read").status_code == 404


def test_what_was_found_last_is_a_gauge(autumn: Client) -> None:
    async def work(asking: httpx.AsyncClient) -> tuple[str, str]:
        headers = autumn.bearer("counts:read")
        before = (await asking.get("/metrics", headers=headers)).text
        await asking.get("/signals", headers=headers)
        return before, (await asking.get("/metrics", headers=headers)).text

    before, after = autumn.session(work)
    assert "adapter_signal_alarms{" not in before
    assert 'adapter_signal_alarms{feed="mill",signal="twins-disagree"} 1.0' in after


@pytest.mark.parametrize("question", ["since=soon", "until=2024-W60", "as_of=now", "practice=!!", "since=2024-13-01"])
def test_what_cannot_be_meant_is_refused(service: Client, question: str) -> None:
    answer = service.ask("GET", f"/signals?{question}", "counts:read")
    assert answer.status_code == 400
    assert question.partition("=")[2] not in answer.json().get("detail", "")
