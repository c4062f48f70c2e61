"""Releases of official tables over our own: what lies over what, and that the digest names every one."""

from __future__ import annotations

from adapter.fhir.statement import Coding
from adapter.normalise.catalogue import Catalogue, catalogue_under
from adapter.normalise.difference import RowDifference, difference
from adapter.normalise.overlay import Overlay, RowChange, overlaid
from adapter.normalise.table import Problem

SNOMED = "http://snomed.info/sct"
NEW, FLU, MATERNAL = "999000111000000102", "822851000000102", "956951000000104"
CELLS = {
    "role": "given",
    "programmes": "menb",
    "pregnancy": "no",
    "order_only": "no",
    "status": "active",
    "source": "s",
}


def release(*changes: RowChange, label: str = "a release") -> Overlay:
    return Overlay("rf2", label, ("ab",), changes)


def under(catalogue: Catalogue, *overlays: Overlay) -> Catalogue:
    made = catalogue_under(catalogue.tables, overlays)
    assert isinstance(made, Catalogue), made
    return made


def faults(catalogue: Catalogue, *overlays: Overlay) -> tuple[Problem, ...]:
    made = catalogue_under(catalogue.tables, overlays)
    assert not isinstance(made, Catalogue)
    return made


def test_an_added_row_speaks_and_is_numbered_behind_the_last(catalogue: Catalogue) -> None:
    made = under(catalogue, release(RowChange("snomed.csv", NEW, "add", CELLS)))
    entry = made.look_up(Coding(SNOMED, NEW)).entry
    assert entry is not None
    assert (entry.role, entry.programmes) == ("given", {"menb"})
    assert entry.row > max(row.number for row in catalogue.tables.rows("snomed.csv"))
    assert catalogue.look_up(Coding(SNOMED, NEW)).entry is None


def test_a_changed_row_keeps_its_line_and_its_other_cells(catalogue: Catalogue) -> None:
    before = catalogue.look_up(Coding(SNOMED, FLU)).entry
    made = under(catalogue, release(RowChange("snomed.csv", FLU, "change", {"status": "inactive"})))
    after = made.look_up(Coding(SNOMED, FLU)).entry
    assert before is not None
    assert after is not None
    assert (after.status, after.row, after.term, after.source) == ("inactive", before.row, before.term, before.source)


def test_a_later_release_lies_over_an_earlier_one(catalogue: Catalogue) -> None:
    first = release(RowChange("snomed.csv", NEW, "add", CELLS))
    second = release(RowChange("snomed.csv", NEW, "change", {"role": "declined"}))
    entry = under(catalogue, first, second).look_up(Coding(SNOMED, NEW)).entry
    assert entry is not None
    assert entry.role == "declined"
    third = release(RowChange("snomed.csv", NEW, "remove"))
    assert under(catalogue, first, second, third).look_up(Coding(SNOMED, NEW)).entry is None


def test_what_our_tables_caught_up_with_is_left_alone(catalogue: Catalogue) -> None:
    known = release(RowChange("snomed.csv", FLU, "add", CELLS), RowChange("snomed.csv", NEW, "change", CELLS))
    assert difference(catalogue, under(catalogue, known)) == ()


def test_the_digest_of_the_rules_names_the_release(catalogue: Catalogue) -> None:
    first = release(RowChange("snomed.csv", NEW, "add", CELLS))
    made = under(catalogue, first)
    assert made.digests == {**catalogue.digests, "release 0001 rf2": first.digest}
    assert made.digest != catalogue.digest
    assert under(catalogue, first).digest == made.digest
    other = release(RowChange("snomed.csv", NEW, "add", {**CELLS, "programmes": "mmr"}))
    assert under(catalogue, other).digest != made.digest
    assert under(catalogue).digest == catalogue.digest


def test_the_digest_knows_the_files_and_the_label() -> None:
    changes = (RowChange("snomed.csv", NEW, "add", CELLS),)
    made = [Overlay("rf2", "a", (file,), changes) for file in "12"] + [Overlay("rf2", "b", ("1",), changes)]
    assert len({one.digest for one in made}) == len(made)


def test_an_overlay_is_held_to_the_rules_of_an_editor(catalogue: Catalogue) -> None:
    wrong = {**CELLS, "programmes": "no-such", "status": "perhaps", "source": ""}
    found = faults(catalogue, release(RowChange("snomed.csv", NEW, "add", wrong)))
    assert {problem.column for problem in found} >= {"programmes", "status", "source"}
    mistyped = faults(catalogue, release(RowChange("snomed.csv", NEW[:-1] + "3", "add", CELLS)))
    assert "check digit" in mistyped[0].text
    twice = faults(catalogue, release(RowChange("products.csv", FLU, "add", {"term": "t", "status": "active"} | CELLS)))
    assert [problem for problem in twice if "role" in problem.text or problem.column == "role"]


def test_only_code_tables_may_be_changed(catalogue: Catalogue) -> None:
    found = overlaid(catalogue.tables, [release(RowChange("holds.csv", "pertussis", "change", {"threshold": "9"}))])
    assert [problem.file for problem in found.problems] == ["holds.csv"]
    assert found.rows("holds.csv") == catalogue.tables.rows("holds.csv")


def test_a_difference_says_what_would_begin_and_cease_to_pay(catalogue: Catalogue) -> None:
    made = under(
        catalogue,
        release(
            RowChange("snomed.csv", MATERNAL, "change", {"role": "given-elsewhere"}),
            RowChange("snomed.csv", NEW, "add", CELLS),
            RowChange("snomed.csv", FLU, "change", {"note": "seen"}),
        ),
    )
    found = {one.code: one for one in difference(catalogue, made)}
    assert {code: one.effect for code, one in found.items()} == {
        FLU: "",
        NEW: "would become payable",
        MATERNAL: "would stop being payable",
    }
    assert found[MATERNAL].cells == (("role", "given", "given-elsewhere"),)
    assert (found[NEW].what, found[NEW].role) == ("added", "given")
    back = {one.code: one for one in difference(made, catalogue)}
    assert back[NEW] == RowDifference(
        "snomed.csv", NEW, "removed", "given", back[NEW].cells, "would stop being payable"
    )


def test_a_vaccine_that_no_programme_counts_is_not_payable(catalogue: Catalogue) -> None:
    uncounted = release(RowChange("snomed.csv", NEW, "add", {**CELLS, "programmes": "bcg"}))
    assert [one.effect for one in difference(catalogue, under(catalogue, uncounted))] == [""]


def test_a_description_pays_as_its_concept_does(catalogue: Catalogue) -> None:
    row = RowChange("description_ids.csv", "999000221000000115", "add", {"concept": MATERNAL, "source": "s"})
    found = difference(catalogue, under(catalogue, release(row)))
    assert [one.effect for one in found] == ["would become payable"]
