"""`adapter registrations load`: hashed as it is read, whole or not at all, and never a ground of a decision."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from adapter.fhir.pseudonym import Pseudonym
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.store.registrations import Registration
from adapter.store.store import Store
from calling import Adapter

from sending import PATIENT_KEY, immunization, nhs_number, send

HEADER = "nhs_number,practice,from,to"
WHO = Pseudonym(PATIENT_KEY).patient(nhs_number(1))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def write(file: Path, *rows: str, header: str = HEADER) -> Path:
    file.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return file


def spaced(number: str) -> str:
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def test_a_list_is_kept_without_its_numbers(adapter: Adapter, store: Store, file: Path) -> None:
    rows = (f"{spaced(nhs_number(1))},d83013,2020-01-01,2024-10-31", f"{nhs_number(1)},H81998,2024-11-01,")
    assert adapter("registrations", "load", write(file, *rows, rows[1])) == (0, "2 kept, 0 known already.\n", "")
    assert store.registrations.of(WHO) == (
        Registration(WHO, "D83013", "2020-01-01", "2024-10-31"),
        Registration(WHO, "H81998", "2024-11-01"),
    )
    with store.database.read() as connection:
        kept = repr(connection.execute(sa.text("SELECT * FROM registration")).all())
    assert nhs_number(1) not in kept
    assert store.registrations.of(Pseudonym(PATIENT_KEY).patient(nhs_number(2))) == ()


def test_a_newer_list_speaks_instead(adapter: Adapter, store: Store, file: Path) -> None:
    adapter("registrations", "load", write(file, f"{nhs_number(1)},D83013,2020-01-01,"))
    ended = write(file, f"{nhs_number(1)},D83013,2020-01-01,2024-10-31", f"{nhs_number(2)},D83013,2020-01-01,")
    assert adapter("registrations", "load", ended)[1] == "2 kept, 0 known already.\n"
    assert adapter("registrations", "load", ended)[1] == "0 kept, 2 known already.\n"
    assert store.registrations.of(WHO) == (Registration(WHO, "D83013", "2020-01-01", "2024-10-31"),)


def test_both_ends_are_inside() -> None:
    one = Registration(WHO, "D83013", "2024-01-02", "2024-01-04")
    assert [one.holds(f"2024-01-0{day}") for day in range(1, 6)] == [False, True, True, True, False]
    assert Registration(WHO, "D83013", "2024-01-02").holds("2999-01-01")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{wrong},D83013,2020-01-01,", "3 nhs_number: No valid NHS number"),
        ("9999999999,D83013,2020-01-01,", "3 nhs_number: No valid NHS number"),
        (",D83013,2020-01-01,", "3 nhs_number: No valid NHS number"),
        ("{right},D8 30,2020-01-01,", "3 practice: Must be an organisation code"),
        ("{right},{right}9,2020-01-01,", "3 practice: Must be an organisation code"),
        ("{right},D83013,,", "3 from: Must be a day"),
        ("{right},D83013,01/02/2020,", "3 from: Must be a day"),
        ("{right},D83013,20200102,", "3 from: Must be a day"),
        ("{right},D83013,2020-02-30,", "3 from: Must be a day"),
        ("{right},D83013,2020-01-02,then", "3 to: Must be a day"),
        ("{right},D83013,2020-01-02,2020-01-01", "3 to: Lies before"),
        ("{first},D83013,2020-01-01,2021-01-01", "3 to: Line 2 has another end"),
    ],
)
def test_one_fault_and_none_is_kept_nor_shown(adapter: Adapter, store: Store, file: Path, row: str, says: str) -> None:
    first, right = nhs_number(1), nhs_number(2)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    row = row.format(first=first, right=right, wrong=wrong)
    code, out, error = adapter("registrations", "load", write(file, f"{first},D83013,2020-01-01,", row))
    assert code == 1
    assert out.startswith(f"file 1:{says}"), out
    assert error.endswith("No registration is kept.\n")
    for number in (first, right, wrong, right[:6]):
        assert number not in out + error
    assert store.registrations.of(WHO) == ()


def test_a_file_of_something_else(adapter: Adapter, file: Path) -> None:
    assert adapter("registrations", "load", write(file, header="nhs,practice,from,to"))[0] == 1
    assert "no registration" in adapter("registrations", "load", write(file))[1]
    assert adapter("registrations", "load", file.with_name("nowhere"))[0] == 1


def test_a_trace_shows_it_and_no_decision_rests_on_it(adapter: Adapter, store: Store, file: Path) -> None:
    store.feeds.remember("gp", kind="gp", practice="D83013")
    send(store, immunization("v1", patient=1), "gp")
    before = reconcile(store, Parameters("2024-09", "2024-09"))
    decision = next(store.runs.decisions(before.run))
    assert "registered" not in adapter("trace", decision.id)[1]
    rows = (f"{nhs_number(1)},H81998,2020-01-01,", f"{nhs_number(1)},K83002,2024-09-13,")
    adapter("registrations", "load", write(file, *rows))
    out = adapter("trace", decision.id)[1]
    assert "No ground, but known: on the day the patient was registered at H81998." in out
    assert "K83002" not in out
    assert reconcile(store, Parameters("2024-09", "2024-09")).repeated
