"""Autumn 2024 as one script: before, the alarm, the incident, the held counts, the practices' lists, the corrected
feed, the difference, the released counts. Each step runs the command that a person would type; each figure is held to
the truth that the invented records know, and to the other figures. It ends with 1 if one does not agree.

`make autumn-2024` runs it; `docs/explanation/autumn-2024-example.md` is what it prints, and a test holds that.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import shlex
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from examples import autumn_records as records
from examples.autumn_records import FEED, PERTUSSIS, PRACTICES, RSV, Dose
from examples.story import Cell, Disagreement, Story, agree, surroundings

AUTUMN = ("2024-09", "2024-12")
FEE = Decimal("10.06")
"""For a dose of either programme in autumn 2024 (`mappings/fees.csv`)."""
INCIDENTS = {
    "unit-pertussis-2024": (PERTUSSIS, "2024-09-01", "2024-10-31"),
    "unit-rsv-2024": (RSV, "2024-09-01", "2024-12-31"),
}
BY = ("--by", "regional team")


def tell(folder: Path, say: Callable[[str], None], doses: Sequence[Dose]) -> None:
    """The whole story. Raises Disagreement at the first figure that does not agree."""
    story = Story(folder, say)
    with surroundings(folder):
        _before(story, doses)
        wrong, claimed = _autumn(story, doses)
        _alarm(story, doses)
        _incident(story, doses, wrong)
        _lists(story, doses)
        right = _worked_off(story, doses)
        _difference(story, doses, wrong, right)
        _released(story, doses, claimed, right)
        _proved(story)


def _before(story: Story, doses: Sequence[Dose]) -> None:
    story.say("## 1. Before\n")
    story.say(
        "Four invented practices, and a trust's maternity unit that gives vaccines to their patients. Until August the "
        "unit's records and their copies in the practices' systems name the unit, and nobody is paid for them.\n"
    )
    early = [one for one in doses if one.month < AUTUMN[0]]
    files = list(records.directory(story.folder))
    story.adapter("ods", "load", *files, shown=shlex.join(["ods", "load", *(file.name for file in files)]))
    for practice in PRACTICES:
        own = [records.of_practice(one) for one in early if one.practice == practice]
        story.ingest(f"{practice}-until-august.ndjson", practice.lower(), own)
    story.ingest("unit-until-august.ndjson", FEED, [records.of_unit(one) for one in early if not one.own])
    run = story.run("SUMMER", "2024-04", "2024-08")
    counts = story.counts(run)
    agree("before, what is counted", _values(counts), _of(records.truth(early)))
    given = sum(not one.own for one in early)
    agree("before, what is left out", sum(one["excluded"] for one in counts.values()), given)
    story.say(
        f"\nCounted: **{sum(_values(counts).values())}** doses, all given by the practices. Left out: **{given}**, all "
        "given by the unit.\n"
    )


def _autumn(story: Story, doses: Sequence[Dose]) -> tuple[str, dict[Cell, int]]:
    story.say("## 2. Autumn\n")
    story.say(
        "In September the unit's system loses who gave a dose: its own records name the system's supplier, and the "
        "copies in the practices' systems name the practice. Pertussis is put right in November, RSV not before "
        "January. (The product's tables know of autumn 2024 and hold its months by themselves; the example closes that "
        "incident to show how the next one is found.)\n"
    )
    late = [one for one in doses if one.month >= AUTUMN[0]]
    for practice in PRACTICES:
        own = [records.of_practice(one) for one in late if one.practice == practice]
        story.ingest(f"{practice}-autumn.ndjson", practice.lower(), own)
    story.ingest("unit-autumn.ndjson", FEED, [records.of_unit(one) for one in late if _of_unit(one)])
    run = story.run("WRONG", *AUTUMN)
    story.adapter("incident", "close", "ravs-trusts-2024", *BY, "--note", "here nobody knows of it yet")
    counts, gave = story.counts(run), records.truth(late)
    copied = Counter((one.practice, one.programme, one.month) for one in late if one.faulty and not one.own)
    agree("in autumn, what is counted", _values(counts), _of(gave + copied))
    rows = [(*cell, gave[cell], copied[cell], one["value"], _state(one)) for cell, one in sorted(counts.items())]
    story.table(("practice", "programme", "month", "gave", "copies counted", "counted", "state"), rows)
    story.say(
        f"**{sum(copied.values())}** doses of the unit are counted as the practices' own: "
        f"{sum(gave.values())} + {sum(copied.values())} = **{sum(_values(counts).values())}**. Nothing in these "
        "records says otherwise. Counts of five and more wait for the practice's word; the others are claimed.\n"
    )
    story.adapter("publish", "--by", "regional team", "--note", "autumn")
    ready = {cell: one["value"] for cell, one in counts.items() if one["state"] == "ready"}
    claimed = _published(story, 2)
    agree("what is claimed is what is ready", claimed, ready)
    over = sum(claimed.values()) - sum(gave[cell] for cell in claimed)
    story.say(f"\nClaimed: **{sum(claimed.values())}** in {len(claimed)} counts, **{over}** too many.\n")
    return run, claimed


def _alarm(story: Story, doses: Sequence[Dose]) -> None:
    story.say("## 3. The alarm\n")
    quiet = json.loads(story.adapter("signals", "--since", "2024-W22", "--until", "2024-W35", "--format", "json"))
    agree("alarms before the fault", quiet["alarms"], [])
    told = json.loads(story.adapter("signals", "--since", "2024-W36", "--until", "2024-W40", "--format", "json"))
    alarms = told["alarms"]
    agree("the feeds of the alarms", {one["feed"] for one in alarms}, {FEED})
    first = min(one["raised"] for one in alarms)
    agree("the week of the first alarm", first, f"{min(one.day for one in doses if one.faulty):%G-W%V}")
    touched = {each["programme"] for one in alarms for each in one["programmes"]}
    agree("the programmes of the alarms", touched, {PERTUSSIS, RSV})
    rows = [(one["signal"], one["of"], one["feed"], one["scope"], one["since"], one["raised"]) for one in alarms]
    story.table(("signal", "of", "feed", "programmes", "since", "to be seen from"), rows)
    story.say(
        "A quiet spring and summer raise no alarm. Then the share of performers that are nobody's rises at the unit, "
        f"to be seen at the end of the first week of the fault, {first}; `--records` lists the records behind it. "
        "In the story nobody looks before January.\n"
    )


def _incident(story: Story, doses: Sequence[Dose], wrong: str) -> None:
    story.say("## 4. The incident, and the held counts\n")
    held: set[Cell] = set()
    for name, (programme, first, last) in INCIDENTS.items():
        said = story.adapter(
            *("incident", "open", name, "--programme", programme, "--from", first, "--to", last, "--feed", FEED),
            *(*BY, "--reason", "doses of the unit are filed as those of the practices"),
        )
        story.say(f"    {said.strip().partition(' `adapter')[0]}")
        counts = story.counts(wrong)
        now = {cell for cell, one in counts.items() if "incident" in one["holds"]}
        touched = {
            (one.practice, one.programme, one.month)
            for one in doses
            if _of_unit(one) and one.programme == programme and first[:7] <= one.month <= last[:7]
        }
        agree(f"what {name} holds", now - held, touched)
        agree(f"what {name} says that it holds", int(said.partition("is open. ")[2].split()[0]), len(touched))
        held = now
    values = {cell: one["value"] for cell, one in story.counts(wrong).items() if one["state"] == "held"}
    story.say(
        f"\nHeld from this moment: **{len(held)}** counts that a record of the unit had a part in, whatever their "
        f"value; with those above the threshold {len(values)} counts of {sum(values.values())} doses.\n"
    )


def _lists(story: Story, doses: Sequence[Dose]) -> None:
    story.say("## 5. The practices' lists\n")
    rows = []
    for practice in PRACTICES:
        found = [one for name in INCIDENTS for one in _listed(story, name, practice, quiet=practice != "D83013")]
        touched = [one for one in doses if one.practice == practice and one.faulty]
        agree(f"the list of {practice}", sorted(one["identifier"] for one in found), _identifiers(touched))
        rows.append((practice, len(found), sum(one["progress"] == "open" for one in found)))
    story.table(("practice", "records to check", "open"), rows)
    story.say(
        "A line names the record by its source's identifier, says why, and what to do. No person is named. "
        "For practice managers the same is a return in plain language:\n"
    )
    story.adapter(
        "return", "--format", "html", "--out", story.folder / "returns", shown="return --format html --out returns"
    )
    written = sorted(file.stem for file in (story.folder / "returns").iterdir())
    agree("the returns", written, sorted(PRACTICES))
    story.say("")


def _worked_off(story: Story, doses: Sequence[Dose]) -> str:
    story.say("## 6. The lists are worked off, the feed is corrected\n")
    work = _work(doses)
    story.say(
        f"Mill Surgery recodes {len(work['recode'])} of its copies as given elsewhere, Orchard Practice marks "
        f"{len(work['not GMS'])} *Not GMS*. Harbour Practice finds {len(work['review'])} doses that the trust will not "
        "send again, and says that the unit gave them. Abbey Surgery finds a dose that it gave itself and the unit "
        "typed in afterwards, and confirms it. Then the unit sends its records again, with their giver.\n"
    )
    story.ingest("D83013-recoded.ndjson", "d83013", [records.recoded(one) for one in work["recode"]])
    story.ingest("H81998-not-gms.ndjson", "h81998", [records.not_gms(one) for one in work["not GMS"]])
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(("feed", "system", "value", "practice", "verdict", "by", "note"))
    for one in [*work["review"], *work["confirm"]]:
        verdict = "given-by-practice" if one.own else "given-elsewhere"
        system = f"https://gp.example/{one.practice}"
        writer.writerow(
            (one.practice.lower(), system, one.identifier, one.practice, verdict, "practice manager", "record opened")
        )
    file = story.folder / "reviews.csv"
    file.write_text(sheet.getvalue(), encoding="utf-8")
    story.adapter("review", "--from", file, shown="review --from reviews.csv")
    again = [records.of_unit(one, corrected=True) for one in doses if one.faulty and one.sent_again]
    story.ingest("unit-corrected.ndjson", FEED, again)
    run = story.run("RIGHT", *AUTUMN)
    left = [one for name in INCIDENTS for one in _listed(story, name, None, quiet=True) if one["progress"] == "open"]
    agree("what is left to check", left, [])
    story.say(f"\n{len(again)} records come again. Left to check: **0**.\n")
    return run


def _difference(story: Story, doses: Sequence[Dose], wrong: str, right: str) -> None:
    story.say("## 7. The difference\n")
    told = json.loads(story.adapter("diff", wrong, right, "--format", "json", shown="diff WRONG RIGHT --format json"))
    before, after = story.decisions(wrong), story.decisions(right)
    agree("the records of both runs", before.keys(), after.keys())
    differ = {key for key, one in after.items() if _end(one) != _end(before[key])}
    shown = {(one["record"]["feed"], one["record"]["value"]) for one in told["records"]}
    agree("the records of the difference, by comparing all of them", shown, differ)
    moved: Counter[tuple[str, str, str, str]] = Counter()
    by_cell: Counter[Cell] = Counter()
    for one in told["records"]:
        by_cell[one["practice"], one["programme"], one["period"]] += one["counted"]
        was, now = one["before"]["outcome"], one["after"]["outcome"]
        moved[was, now, one["after"]["reason"], ", ".join(one["causes"])] += 1
    rows = [(*one, number) for one, number in sorted(moved.items())]
    story.table(("was", "is", "because", "cause", "records"), rows)
    work = _work(doses)
    fixed = {
        ("counted", "excluded", "coded-elsewhere", "corrected version"): len(work["recode"]),
        ("counted", "excluded", "non-gms", "corrected version"): len(work["not GMS"]),
        ("counted", "excluded", "reviewed-elsewhere", "review"): len(work["review"]),
        ("counted", "excluded", "twin-elsewhere", "twin arrived or changed"): len(work["correction"]),
    }
    agree("what moved, by cause", {one: moved[one] for one in fixed}, fixed)
    agree("what moved in all", -sum(by_cell.values()), sum(fixed.values()))
    old, new = story.counts(wrong), story.counts(right)
    changed = []
    for cell in sorted(old.keys() | new.keys()):
        first, second = old[cell]["value"], new[cell]["value"]
        agree(f"the difference of {cell}", first + by_cell[cell], second)
        agree(f"the vaccinations of {cell}", _all_of(old[cell]), _all_of(new[cell]))
        if first != second:
            changed.append((*cell, first, by_cell[cell], second))
    agree("the counts of the difference", len(told["counts"]), len(changed))
    story.table(("practice", "programme", "month", "before", "moved", "after"), changed)
    total = -sum(by_cell.values())
    worth = sum(Decimal(one["least"]) for one in told["money"])
    agree("what it is worth", worth, -total * FEE)
    story.say(
        f"Every count is what it was and what moved: {sum(_values(old).values())} − {total} = "
        f"**{sum(_values(new).values())}**. No vaccination came or went: counted, excluded and queried add up to the "
        f"same in each count. By the fee of the day it is worth {total} × £{FEE} = **£{-worth}** (an estimate).\n"
    )
    agree("after, what is counted", _values(new), _of(records.truth(one for one in doses if one.month >= AUTUMN[0])))


def _released(story: Story, doses: Sequence[Dose], claimed: Mapping[Cell, int], right: str) -> None:
    story.say("## 8. The released counts\n")
    high = {cell: one for cell, one in story.counts(right).items() if "threshold" in one["holds"]}
    for one in high.values():
        story.quietly("declare", one["count"], "--by", "practice manager", "--note", "each record opened")
    story.say(f"    $ adapter declare COUNT --by 'practice manager' --note 'each record opened'   # {len(high)} times")
    final = dict(claimed)
    for number, name in enumerate(INCIDENTS, start=3):
        story.adapter("incident", "close", name, *BY, "--note", "sent again, and every record looked at")
        final |= _published(story, number)
    story.adapter("publish", *BY, "--note", "autumn, after the incident")
    final |= _published(story, 5)
    counts = story.counts(right)
    agree("held in the end", [cell for cell, one in counts.items() if one["state"] != "ready"], [])
    agree("published in the end", final, {cell: one["value"] for cell, one in counts.items()})
    gave = records.truth(one for one in doses if one.month >= AUTUMN[0])
    agree("published and given", {cell: value for cell, value in final.items() if value}, _of(gave))
    rows = [
        (*cell, claimed.get(cell, "held"), final[cell], gave[cell])
        for cell in sorted(final)
        if claimed.get(cell) != final[cell]
    ]
    story.table(("practice", "programme", "month", "claimed in autumn", "published now", "gave"), rows)
    story.say(
        f"Published: **{sum(final.values())}** doses in {len(final)} counts, each what the practice gave; "
        "earlier publications are superseded, and stay as they were.\n"
    )


def _proved(story: Story) -> None:
    story.say("## 9. And all of it can be checked\n")
    story.adapter("checkpoint", "--out", story.folder / "checkpoint", shown="checkpoint --out checkpoint")
    story.adapter("verify", "--checkpoint", story.folder / "checkpoint", shown="verify --checkpoint checkpoint")
    story.say("\nEvery digest, from the bytes as they were sent up to the counts, is what it was.")


def _work(doses: Sequence[Dose]) -> dict[str, list[Dose]]:
    """Who puts which faulty record right, each once."""
    faulty = [one for one in doses if one.faulty]
    again = [one for one in faulty if one.sent_again and not one.own]
    done = {
        "recode": [one for one in again if one.practice == "D83013"][:2],
        "not GMS": [one for one in again if one.practice == "H81998"][:3],
        "review": [one for one in faulty if not one.sent_again],
        "confirm": [one for one in faulty if one.own],
    }
    by_hand = {one.number for some in done.values() for one in some}
    return done | {"correction": [one for one in again if one.number not in by_hand]}


def _listed(story: Story, incident: str, practice: str | None, *, quiet: bool) -> list[dict[str, str]]:
    words = ["incident", "show", incident, *(["--practice", practice] if practice else []), "--format", "csv"]
    return list(csv.DictReader(io.StringIO((story.quietly if quiet else story.adapter)(*words))))


def _published(story: Story, number: int) -> dict[Cell, int]:
    rows = csv.DictReader(io.StringIO(story.quietly("publish", "--show", str(number))))
    return {(row["practice"], row["programme"], row["period"]): int(row["value"]) for row in rows}


def _identifiers(doses: Sequence[Dose]) -> list[str]:
    return sorted(one.identifier for one in doses)


def _of_unit(one: Dose) -> bool:
    """Whether the unit's system has a record of it."""
    return not one.own or one.typed_in


def _values(counts: Mapping[Cell, dict[str, Any]]) -> dict[Cell, int]:
    return {cell: one["value"] for cell, one in counts.items() if one["value"]}


def _of(counter: Counter[Cell]) -> dict[Cell, int]:
    return {cell: number for cell, number in counter.items() if number}


def _all_of(one: dict[str, Any]) -> int:
    return int(one["value"] + one["excluded"] + one["queried"])


def _end(one: dict[str, Any]) -> tuple[object, ...]:
    return tuple(one[name] for name in ("outcome", "reason", "practice", "programme", "indicator", "period"))


def _state(one: dict[str, Any]) -> str:
    return str(one["state"]) + (f" ({', '.join(one['holds'])})" if one["holds"] else "")


HEAD = """# Autumn 2024 as a worked example

<!-- Printed by examples/autumn_2024.py: change the script, run `make autumn-2024`, and keep what it prints here. -->

`make autumn-2024` tells this story with the real commands on invented records, and holds every figure to the truth
that the records know and to the other figures; it ends with 1 where one does not agree. What happened in truth is
[told here](autumn-2024.md).
"""


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--keep", metavar="FOLDER", type=Path, help="Keep the database and the files there.")
    keep = reader.parse_args().keep
    with contextlib.ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        print(HEAD)
        try:
            tell(folder, print, records.doses())
        except Disagreement as error:
            print(f"The figures do not agree. {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
