"""Declarations, incidents and publications, as a person works a fault off on the autumn of 2024 in small."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from adapter.cli.demo import fixtures_folder
from calling import Adapter

from sending import nhs_number

STORY = fixtures_folder() / "fhir" / "autumn_2024"
RUN = ("run", "--from", "2024-09", "--to", "2024-12")
SAID = ("--by", "practice manager", "--note", "each record checked")


@pytest.fixture
def autumn(adapter: Adapter) -> Adapter:
    """The story up to the first run."""
    feeds = {"gp_D83013": ("mill", "D83013"), "gp_H81998": ("orchard", "H81998"), "poc_trust": ("maternity", "")}
    said = [adapter("ods", "load", fixtures_folder() / "ods")]
    for folder, (feed, practice) in feeds.items():
        own = ("--practice", practice) if practice else ()
        said.append(adapter("ingest", "--feed", feed, *own, STORY / folder))
    said.append(adapter(*RUN))
    assert [one[0] for one in said] == [0] * len(said), said
    return adapter


def counts(adapter: Adapter) -> dict[tuple[str, str, str], dict[str, Any]]:
    code, out, _ = adapter("counts", "--format", "json")
    assert code == 0
    return {(one["practice"], one["indicator"], one["period"]): one for one in json.loads(out)}


def holds(adapter: Adapter) -> dict[tuple[str, str, str], list[str]]:
    return {cell: one["holds"] for cell, one in counts(adapter).items()}


def some_count(adapter: Adapter, *wanted: str) -> dict[str, Any]:
    """A count with exactly these holds."""
    found = [one for one in counts(adapter).values() if one["holds"] == list(wanted)]
    assert found, f"the story has no count held by {wanted}"
    return found[0]


def to_check(adapter: Adapter, name: str) -> list[dict[str, str]]:
    code, out, _ = adapter("incident", "show", name, "--format", "csv")
    assert code == 0
    return list(csv.DictReader(io.StringIO(out)))


def open_flu(adapter: Adapter, *more: str) -> tuple[int, str, str]:
    days = ("--from", "2024-09-01", "--to", "2024-12-31")
    said = ("--by", "commissioner", "--reason", "trust doses filed as the practice's")
    return adapter("incident", "open", "trust-fault", "--programme", "rsv-older", *days, *said, *more)


def test_an_incident_of_the_tables_holds_until_it_is_closed(autumn: Adapter) -> None:
    held = {cell for cell, found in holds(autumn).items() if "incident" in found}
    assert held
    assert "ravs-trusts-2024" in autumn("incident", "list")[1]
    code, out, _ = autumn("incident", "close", "ravs-trusts-2024", *SAID)
    assert code == 0
    assert "Publication 1" in out
    assert not {cell for cell, found in holds(autumn).items() if "incident" in found}
    assert autumn("incident", "close", "ravs-trusts-2024", *SAID)[0] == 2


def test_a_declaration_releases_a_threshold_and_not_an_incident(autumn: Adapter) -> None:
    autumn("incident", "close", "ravs-trusts-2024", *SAID)
    high = some_count(autumn, "threshold")
    code, out, _ = autumn("declare", high["count"][:16], *SAID)
    assert code == 0
    assert "It is ready" in out
    cell = (high["practice"], high["indicator"], high["period"])
    assert counts(autumn)[cell] == high | {"state": "ready", "holds": []}
    assert "declared" in autumn("declarations")[1]
    assert "; ready\n" in autumn("trace", high["count"])[1]


def test_a_declared_count_that_is_under_an_incident_stays_held(autumn: Adapter) -> None:
    both = some_count(autumn, "incident", "threshold")
    code, out, _ = autumn("declare", both["count"], *SAID)
    assert code == 0
    assert "held still: incident" in out
    assert holds(autumn)[both["practice"], both["indicator"], both["period"]] == ["incident"]


def test_a_declared_count_that_changes_goes_back_to_undeclared(autumn: Adapter) -> None:
    autumn("incident", "close", "ravs-trusts-2024", *SAID)
    high = some_count(autumn, "threshold")
    cell = (high["practice"], high["indicator"], high["period"])
    assert autumn("declare", high["count"], *SAID)[0] == 0
    counted = next(
        one
        for line in autumn("decisions", "--practice", high["practice"], "--format", "ndjson")[1].splitlines()
        if (one := json.loads(line))["outcome"] == "counted"
        if (one["indicator"], one["period"]) == (high["indicator"], high["period"])
    )
    assert autumn("review", counted["decision"], "--verdict", "given-elsewhere", *SAID)[0] == 0
    assert autumn(*RUN)[0] == 0
    now = counts(autumn)[cell]
    assert now["value"] == high["value"] - 1
    assert "awaiting provider approval" in autumn("declarations")[1]
    assert now["holds"] == (["threshold"] if now["value"] >= 5 else [])
    code, _, said = autumn("declare", high["count"], *SAID)
    assert code == 2
    assert "changed since" in said


def test_an_incident_without_feeds_holds_every_count_of_its_programmes_and_months(autumn: Adapter) -> None:
    before = holds(autumn)
    assert open_flu(autumn)[0] == 0
    after = holds(autumn)
    programmes = {cell: one["programme"] for cell, one in counts(autumn).items()}
    for cell, found in after.items():
        expected = {*before[cell], *(["incident"] if programmes[cell] == "rsv-older" else [])}
        assert set(found) == expected
    assert open_flu(autumn)[0] == 2


def filled_in(adapter: Adapter, folder: Path, items: list[dict[str, str]], verdict: str) -> Path:
    """The practices' list with a verdict on some of its records, as a practice hands it back."""
    rows = list(csv.reader(io.StringIO(adapter("incident", "show", "maternity", "--format", "csv")[1])))
    decision, first = rows[0].index("decision"), rows[0].index("verdict")
    known = {one["decision"] for one in items}
    for row in rows[1:]:
        if row[decision] in known:
            row[first:] = [verdict, "practice manager", "each record checked"]
    file = folder / "filled in.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return file


def test_the_list_is_worked_off_by_reviews_and_closing_wants_it_done(autumn: Adapter, tmp_path: Path) -> None:
    scope = ("--programme", "rsv-pregnant", "--programme", "pertussis", "--from", "2024-09-01", "--to", "2024-12-31")
    said = ("--by", "commissioner", "--reason", "doses of the maternity unit look like the practice's")
    assert autumn("incident", "open", "maternity", *scope, *said, "--feed", "maternity")[0] == 0
    items = to_check(autumn, "maternity")
    assert items
    assert {one["progress"] for one in items} == {"open"}
    assert all(one["do"] for one in items)
    code, _, refusal = autumn("incident", "close", "maternity", *SAID)
    assert code == 2
    assert f"{len(items)} records are still to be checked" in refusal
    assert autumn("review", "--from", filled_in(autumn, tmp_path, items[1:], "given-by-practice"))[0] == 0
    assert autumn("review", items[0]["decision"], "--verdict", "given-elsewhere", *SAID)[0] == 0
    code, _, refusal = autumn("incident", "close", "maternity", *SAID)
    assert (code, "adapter run" in refusal) == (2, True)
    assert autumn("run", "--from", "2024-10", "--to", "2024-12")[0] == 0
    code, _, refusal = autumn("incident", "close", "maternity", *SAID)
    assert (code, "reaches from 2024-09 to 2024-1" in refusal) == (2, True)
    assert autumn(*RUN)[0] == 0
    assert [one["progress"] for one in to_check(autumn, "maternity")] == [
        "no claim any more",
        *["reviewed"] * (len(items) - 1),
    ]
    code, out, _ = autumn("incident", "close", "maternity", *SAID)
    assert code == 0
    assert "Counts that changed since it was opened" in out
    assert "Vaccination by vaccination: adapter diff " in out
    assert "held still, for another reason" in out
    assert items[0]["practice"] in out


def test_a_corrected_delivery_works_the_list_off(autumn: Adapter) -> None:
    scope = ("--programme", "rsv-pregnant", "--programme", "pertussis", "--from", "2024-09-01", "--to", "2024-12-31")
    said = ("--by", "commissioner", "--reason", "doses of the maternity unit look like the practice's")
    assert autumn("incident", "open", "maternity", *scope, *said)[0] == 0
    before = {(one["practice"], one["identifier"]): one["progress"] for one in to_check(autumn, "maternity")}
    assert autumn("ingest", "--feed", "maternity", STORY / "poc_trust_corrected")[0] == 0
    assert autumn(*RUN)[0] == 0
    after = {(one["practice"], one["identifier"]): one["progress"] for one in to_check(autumn, "maternity")}
    done = {key for key, progress in after.items() if progress != before[key]}
    assert done
    assert {after[key] for key in done} == {"no claim any more"}


def test_published_counts_are_frozen_and_superseded(autumn: Adapter) -> None:
    autumn("incident", "close", "ravs-trusts-2024", *SAID)
    assert autumn("publish")[0] == 2
    code, out, _ = autumn("publish", "--by", "commissioner")
    assert code == 0
    assert "Publication 2" in out
    first = autumn("publish", "--show", "2")[1]
    ready = [one for one in counts(autumn).values() if one["state"] == "ready"]
    assert len(first.splitlines()) == 1 + len(ready)
    assert {line.split(",")[9] for line in first.splitlines()[1:]} == {"ready"}
    autumn("ingest", "--feed", "maternity", STORY / "poc_trust_corrected")
    autumn(*RUN)
    autumn("publish", "--by", "commissioner", "--note", "corrected")
    assert autumn("publish", "--show", "2")[1] == first
    listed = autumn("publish", "--list")[1]
    assert "corrected" in listed
    assert autumn("publish", "--show", "9")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("declare", "0000", *SAID),
        ("incident", "show", "nothing"),
        ("incident", "close", "nothing", *SAID),
    ],
    ids=["declare", "show", "close"],
)
def test_what_is_unknown_is_said_in_one_line(autumn: Adapter, arguments: tuple[str, ...]) -> None:
    code, _, said = autumn(*arguments)
    assert code == 1
    assert len(said.splitlines()) == 1


def test_nobody_writes_a_number_into_a_note(autumn: Adapter, tmp_path: Path) -> None:
    count = next(iter(counts(autumn).values()))["count"]
    note = f"patient {nhs_number(5)}"
    for arguments in (
        ("declare", count, "--by", "manager", "--note", note),
        ("incident", "close", "ravs-trusts-2024", "--by", "manager", "--note", note),
        ("publish", "--by", "manager", "--note", note),
    ):
        code, _, said = autumn(*arguments)
        assert code == 2
        assert nhs_number(5) not in said
