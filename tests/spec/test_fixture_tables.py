"""The fixtures keep what they promise: test patients, every reason, and tables that agree with the files."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from pathlib import Path

import pytest
from adapter.reasons import SUPPORTING_ONLY, Outcome, Reason

FIXTURES = Path(__file__).parents[2] / "fixtures"
DELIBERATELY_INVALID = {"9999999999"}
STORY = "fhir/autumn_2024/"
NO_RECORD = {"fhir/containers/bundle_without_a_vaccination.json"}


def rows(table: str) -> list[dict[str, str]]:
    with (FIXTURES / table).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def files(folder: str) -> set[str]:
    return {path.relative_to(FIXTURES).as_posix() for path in (FIXTURES / folder).rglob("*") if path.is_file()}


def text(path: str) -> str:
    content = (FIXTURES / path).read_bytes()
    return (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode("utf-8")


def check_digit_holds(number: str) -> bool:
    remainder = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(number[:9])) % 11
    return int(number[9]) == (0 if remainder == 11 else remainder)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in SUPPORTING_ONLY])
def test_a_case_is_decided_by_every_reason(reason: Reason) -> None:
    assert any(row["reason"] == reason for row in rows("cases.csv"))


@pytest.mark.parametrize("reason", sorted(SUPPORTING_ONLY | {Reason.CODE_INVALID}))
def test_a_case_is_supported_by_every_supporting_reason(reason: Reason) -> None:
    assert any(reason in row["supporting"].split("|") for row in rows("cases.csv"))


def test_outcomes_reasons_and_feeds_are_sound() -> None:
    feeds: dict[str, tuple[str, str, str]] = {}
    for row in rows("cases.csv"):
        assert row["outcome"] in set(Outcome)
        assert row["reason"] in set(Reason)
        assert set(filter(None, row["supporting"].split("|"))) <= set(Reason)
        definition = (row["kind"], row["feed_practice"], row["gms_markers"])
        assert feeds.setdefault(row["feed"], definition) == definition
        assert (row["kind"] == "gp") == bool(row["feed_practice"])
        assert row["why"]


def test_a_record_is_decided_once() -> None:
    keys = Counter((row["feed"], row["system"], row["value"]) for row in rows("cases.csv"))
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_file_is_a_case() -> None:
    named = {path for row in rows("cases.csv") for path in row["path"].split("|")}
    assert {path for path in files("fhir") if not path.startswith(STORY)} == named | NO_RECORD


def test_every_review_is_of_a_case() -> None:
    cases = {(row["scenario"], row["feed"], row["system"], row["value"]) for row in rows("cases.csv")}
    reviewed = {(row["scenario"], row["feed"], row["system"], row["value"]) for row in rows("reviews.csv")}
    assert reviewed <= cases


def test_a_patient_belongs_to_one_scenario() -> None:
    scenarios: dict[str, set[str]] = {}
    for row in rows("cases.csv"):
        for path in row["path"].split("|"):
            for number in re.findall(r'"(999\d{7})"', text(path)):
                scenarios.setdefault(number, set()).add(row["scenario"])
    assert {number: names for number, names in scenarios.items() if len(names) > 1 and number != "9999999999"} == {}


@pytest.mark.parametrize("folder", ["fhir", "fhir/autumn_2024"])
def test_nhs_numbers_come_from_the_test_range(folder: str) -> None:
    numbers = {
        number.replace(" ", "")
        for path in sorted(files(folder))
        if path.endswith((".json", ".ndjson", ".gz"))
        for number in re.findall(r'/nhs-number",\s*"value": "([^"]*)"', text(path))
    }
    assert numbers
    assert {number for number in numbers if not re.fullmatch(r"999\d{7}", number)} == set()
    assert sum(not check_digit_holds(number) for number in numbers - DELIBERATELY_INVALID) == (folder == "fhir")


def test_every_unreadable_input_is_described() -> None:
    described = [row["path"] for row in rows("quarantine.csv")]
    assert len(described) == len(set(described))
    assert files("quarantine") == set(described)


def test_the_demo_tables_agree() -> None:
    counted: dict[str, Counter[tuple[str, ...]]] = {
        "naive": Counter(),
        "truth": Counter(),
        "before": Counter(),
        "after": Counter(),
    }
    for row in rows(f"{STORY}truth.csv"):
        count = (row["practice"], row["programme"], row["indicator"], row["period"])
        counted["naive"][count] += int(row["naive"])
        counted["truth"][count] += row["gave"] == "practice"
        for run in ("before", "after"):
            counted[run][*count, row[run].split()[0]] += 1
    for row in rows(f"{STORY}expected.csv"):
        count = (row["practice"], row["programme"], row["indicator"], row["period"])
        assert int(row["naive"]) == counted["naive"][count]
        assert int(row["truth"]) == counted["truth"][count] == int(row["after_counted"])
        for run in ("before", "after"):
            for outcome in ("counted", "excluded", "queried"):
                assert int(row[f"{run}_{outcome}"]) == counted[run][*count, outcome]


def test_the_demo_story_names_its_files() -> None:
    assert files(STORY) >= {f"{STORY}{row['file']}" for row in rows(f"{STORY}truth.csv")}
    assert all((FIXTURES / row["path"]).exists() for row in rows(f"{STORY}story.csv") if row["path"])
