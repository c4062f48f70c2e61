"""`adapter signals` as an interoperability team uses it: what is off, what to do, what is behind it."""

from __future__ import annotations

import json
import re

import pytest
from adapter.settings import Settings
from adapter.signals.week import name
from adapter.store.store import open_store
from calling import Adapter

from autumn_weeks import COPIED, FAULT, LAST, copied, fault, quiet

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the reading itself is tested on both
UNTIL = ("--until", name(LAST))


@pytest.fixture
def autumn(adapter: Adapter, settings: Settings) -> Adapter:
    with open_store(settings.database_url, settings) as store:
        quiet(store)
        fault(store)
    return adapter


def test_what_is_off_is_said_with_its_evidence_and_what_to_do(autumn: Adapter) -> None:
    code, out, _ = autumn("signals", *UNTIL)
    assert code == 0
    assert "twins-disagree" in out
    assert f"Off since {name(FAULT)}, to be seen from {name(FAULT + 1)}" in out
    assert f"{COPIED * 3} of 36 in the 4 weeks to {name(LAST)}" in out.replace("\n", " ")
    assert "Too young to be judged, with less than 12 weeks of records: trust" in out
    code, out, _ = autumn("signals", *UNTIL, "--format", "json")
    found = json.loads(out)
    assert (found["since"], found["until"], found["young"]) == ("2024-W31", name(LAST), ["trust"])
    [alarm] = [one for one in found["alarms"] if one["signal"] == "twins-disagree"]
    assert alarm["do"][-1].startswith(
        "If it is a fault, hold the counts: adapter incident open NAME --programme pertussis"
    )
    lines = autumn("signals", *UNTIL, "--format", "ndjson")[1].splitlines()
    assert [json.loads(line) for line in lines] == found["alarms"]
    assert autumn("signals", *UNTIL, "--practice", "H81998")[1].startswith("Nothing is off from 2024-W31")
    assert autumn("signals", *UNTIL, "--feed", "trust", "--format", "ndjson")[1] == ""

    assert alarm["do"][1].endswith(f"adapter signals --records {alarm['id']} --until {name(LAST)}")
    assert (alarm["past_first"], alarm["past_weeks"]) == ("2024-W15", 24)
    code, out, _ = autumn("signals", *UNTIL, "--records", alarm["id"], "--format", "ndjson")
    assert [json.loads(line)["value"] for line in out.splitlines()] == copied()
    code, out, _ = autumn("signals", *UNTIL, "--records", alarm["id"])
    command = re.search(r"adapter (incident open .*) --by", " ".join(out.split()))
    assert command
    days = command[1].split()
    assert (days[days.index("--from") + 1], days[days.index("--to") + 1]) == ("2024-09-30", "2024-10-17")
    assert autumn(*days[:2], "autumn", *days[3:], "--by", "A. Person", "--reason", "copies")[0] == 0

    weeks = [json.loads(line) for line in autumn("signals", *UNTIL, "--weekly", "--format", "ndjson")[1].splitlines()]
    assert [one["twins_disagree"] for one in weeks if one["feed"] == "mill"][-4:] == [0, COPIED, COPIED, COPIED]
    assert weeks == json.loads(autumn("signals", *UNTIL, "--weekly", "--format", "json")[1])


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (("--since", "September"), 2, "A week is written 2024-W36"),
        (("--until", "2024-W99"), 2, "A week is written 2024-W36"),
        (("--as-of", "yesterday"), 2, "A time is written as ISO 8601"),
        (("--feed", "nobody"), 1, "There is no such feed"),
        (("--records", "abc"), 1, "No alarm has this id"),
    ],
)
def test_what_cannot_be_meant_is_refused(adapter: Adapter, options: tuple[str, ...], status: int, says: str) -> None:
    code, out, error = adapter("signals", *options)
    assert (code, out) == (status, "")
    assert says in error
