"""SNOMED CT snapshots: which codes are inactive, what took their place, which concept a description describes."""

from __future__ import annotations

import pytest
from adapter.fhir.statement import Coding
from adapter.normalise.catalogue import Catalogue, catalogue_under
from adapter.normalise.difference import difference
from adapter.normalise.proposal import Proposal
from adapter.normalise.rf2 import ASSOCIATION, CONCEPT, DESCRIPTION, Snapshot, read_snapshot
from adapter.normalise.rf2_proposal import propose_rf2, wanted
from adapter.normalise.table import Problem

SNOMED = "http://snomed.info/sct"
FLU, MATERNAL = "822851000000102", "956951000000104"
HEIR, SECOND_HEIR, THIRD_HEIR = "999000111000000102", "999000331000000108", "999000441000000105"
DESCRIBED, UNDESCRIBED = "999000221000000115", "754011000000118"
SAME_AS, REPLACED_BY, POSSIBLY = "900000000000527005", "900000000000526001", "900000000000523009"


def file(header: tuple[str, ...], *rows: tuple[str, ...]) -> list[bytes]:
    return [("\t".join(cells) + "\r\n").encode() for cells in (header, *rows)]


def concept(code: str, active: bool, time: str = "20240401") -> tuple[str, ...]:
    return (code, time, str(int(active)), "999000041000000102", "900000000000074008")


def association(code: str, target: str, kind: str = REPLACED_BY, active: bool = True) -> tuple[str, ...]:
    row = "5c6a3b2e-0000-4000-8000-000000000000"
    return (row, "20240401", str(int(active)), "999000041000000102", kind, code, target)


def description(id_: str, code: str, active: bool = True) -> tuple[str, ...]:
    head = (id_, "20240401", str(int(active)), "999000041000000102", code, "en")
    return (*head, "900000000000013009", 'a "term" with a quote', "900000000000448009")


def proposed(catalogue: Catalogue, *files: list[bytes]) -> Proposal:
    snapshot = read_snapshot(files, wanted(catalogue))
    assert isinstance(snapshot, Snapshot), snapshot
    return propose_rf2(snapshot, ["ab"], catalogue)


def under(catalogue: Catalogue, proposal: Proposal) -> Catalogue:
    made = catalogue_under(catalogue.tables, [proposal.overlay])
    assert isinstance(made, Catalogue), made
    return made


def changed(proposal: Proposal) -> dict[str, dict[str, str]]:
    return {change.code: change.cells for change in proposal.overlay.changes}


def test_an_inactive_concept_keeps_its_meaning(catalogue: Catalogue) -> None:
    made = under(catalogue, proposed(catalogue, file(CONCEPT, concept(MATERNAL, False))))
    entry = made.look_up(Coding(SNOMED, MATERNAL)).entry
    assert entry is not None
    assert (entry.status, entry.role, entry.programmes, entry.retired) == ("inactive", "given", {"pertussis"}, True)
    assert entry.source.endswith("; SNOMED CT RF2 snapshot 20240401")
    assert [one.effect for one in difference(catalogue, made)] == [""]


@pytest.mark.parametrize("kind", [SAME_AS, REPLACED_BY])
def test_its_one_successor_takes_the_meaning_over(catalogue: Catalogue, kind: str) -> None:
    files = (file(CONCEPT, concept(MATERNAL, False)), file(ASSOCIATION, association(MATERNAL, HEIR, kind)))
    made = under(catalogue, proposed(catalogue, *files))
    old, new = (made.look_up(Coding(SNOMED, code)).entry for code in (MATERNAL, HEIR))
    assert old is not None
    assert new is not None
    assert old.replaced_by == HEIR
    assert (new.role, new.programmes, new.pregnancy, new.status) == (old.role, old.programmes, old.pregnancy, "active")
    assert {one.code: one.effect for one in difference(catalogue, made)} == {MATERNAL: "", HEIR: "would become payable"}


def test_a_chain_of_successors_is_followed(catalogue: Catalogue) -> None:
    concepts = file(CONCEPT, concept(MATERNAL, False), concept(HEIR, False), concept(SECOND_HEIR, True))
    links = file(ASSOCIATION, association(MATERNAL, HEIR), association(HEIR, SECOND_HEIR, SAME_AS))
    made = under(catalogue, proposed(catalogue, concepts, links))
    middle, last = (made.look_up(Coding(SNOMED, code)).entry for code in (HEIR, SECOND_HEIR))
    assert middle is not None
    assert last is not None
    assert (middle.status, middle.replaced_by) == ("inactive", SECOND_HEIR)
    assert (last.status, last.programmes) == ("active", {"pertussis"})


def test_a_circle_of_successors_ends(catalogue: Catalogue) -> None:
    concepts = file(CONCEPT, *(concept(code, False) for code in (MATERNAL, HEIR, SECOND_HEIR)))
    links = file(ASSOCIATION, *map(association, (MATERNAL, HEIR, SECOND_HEIR), (HEIR, SECOND_HEIR, HEIR)))
    under(catalogue, proposed(catalogue, concepts, links))


def test_several_successors_are_a_question(catalogue: Catalogue) -> None:
    links = file(ASSOCIATION, association(MATERNAL, HEIR), association(MATERNAL, SECOND_HEIR, SAME_AS))
    proposal = proposed(catalogue, file(CONCEPT, concept(MATERNAL, False)), links)
    assert changed(proposal).keys() == {MATERNAL}
    assert "replaced_by" not in changed(proposal)[MATERNAL]
    assert (MATERNAL, True) in [(one.code, "several" in one.text) for one in proposal.remarks]


def test_a_successor_of_codes_that_mean_different_things_takes_neither(catalogue: Catalogue) -> None:
    links = file(ASSOCIATION, association(MATERNAL, HEIR), association(FLU, HEIR))
    proposal = proposed(catalogue, file(CONCEPT, concept(MATERNAL, False), concept(FLU, False)), links)
    assert changed(proposal).keys() == {MATERNAL, FLU}
    assert not any("replaced_by" in cells for cells in changed(proposal).values())
    assert HEIR in [one.code for one in proposal.remarks]


def test_other_associations_and_inactive_ones_name_no_successor(catalogue: Catalogue) -> None:
    links = file(ASSOCIATION, association(MATERNAL, HEIR, POSSIBLY), association(MATERNAL, SECOND_HEIR, active=False))
    proposal = proposed(catalogue, file(CONCEPT, concept(MATERNAL, False)), links)
    assert changed(proposal).keys() == {MATERNAL}
    assert "replaced_by" not in changed(proposal)[MATERNAL]


def test_a_known_successor_that_says_something_else_is_told(catalogue: Catalogue) -> None:
    links = file(ASSOCIATION, association(MATERNAL, FLU))
    proposal = proposed(catalogue, file(CONCEPT, concept(MATERNAL, False), concept(FLU, True)), links)
    assert changed(proposal)[MATERNAL]["replaced_by"] == FLU
    assert (MATERNAL, True) in [(one.code, "something else" in one.text) for one in proposal.remarks]
    entry = under(catalogue, proposal).look_up(Coding(SNOMED, FLU)).entry
    assert entry is not None
    assert "pertussis" not in entry.programmes


def test_a_concept_in_the_snapshot_is_active_and_one_withdrawn_by_the_services_stays_so(catalogue: Catalogue) -> None:
    by_status = {
        entry[-1].status: entry[-1].code for entry in catalogue.book.entries.values() if entry[-1].file == "snomed.csv"
    }
    codes = [by_status["unknown"], by_status["retired"], by_status["inactive"], by_status["active"]]
    proposal = proposed(catalogue, file(CONCEPT, *(concept(code, True) for code in codes)))
    assert {code: cells["status"] for code, cells in changed(proposal).items()} == {
        codes[0]: "active",
        codes[2]: "active",
    }


def test_descriptions_lead_to_their_concepts(catalogue: Catalogue) -> None:
    rows = (description(DESCRIBED, MATERNAL, active=False), description("999000881000000115", HEIR))
    made = under(catalogue, proposed(catalogue, file(DESCRIPTION, *rows)))
    assert made.look_up(Coding(SNOMED, DESCRIBED)).concept == MATERNAL
    assert made.look_up(Coding(SNOMED, "999000881000000115")).kind == "description"  # of no code of ours


def test_a_description_whose_concept_was_not_public_gets_it(catalogue: Catalogue) -> None:
    before = catalogue.look_up(Coding(SNOMED, UNDESCRIBED)).entry
    known, stranger = "382551000000109", THIRD_HEIR
    proposal = proposed(catalogue, file(DESCRIPTION, description(UNDESCRIBED, known)))
    assert changed(proposal)[UNDESCRIBED]["concept"] == known
    assert under(catalogue, proposal).look_up(Coding(SNOMED, UNDESCRIBED)).concept == known
    told = proposed(catalogue, file(DESCRIPTION, description(UNDESCRIBED, stranger)))
    assert changed(told) == {}
    assert UNDESCRIBED in [one.code for one in told.remarks]
    assert under(catalogue, told).look_up(Coding(SNOMED, UNDESCRIBED)).entry == before


def test_the_same_snapshot_again_changes_nothing_in_any_order(catalogue: Catalogue) -> None:
    files = [
        file(CONCEPT, concept(MATERNAL, False), concept(HEIR, True), concept(FLU, True)),
        file(ASSOCIATION, association(MATERNAL, HEIR)),
        file(DESCRIPTION, description(DESCRIBED, HEIR)),
    ]
    proposal = proposed(catalogue, *files)
    assert proposal.overlay == proposed(catalogue, *reversed(files)).overlay
    made = under(catalogue, proposal)
    assert proposed(made, *files).overlay.changes == ()


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ([b"id,effectiveTime,active\n"], 1),
        ([], 1),
        (file(CONCEPT, concept(FLU, True), ("1", "2")), 3),
        (file(CONCEPT, (FLU, "20240401", "yes", "m", "d")), 2),
    ],
)
def test_a_file_of_another_kind_or_a_torn_one_is_refused(sent: list[bytes], line: int) -> None:
    found = read_snapshot([file(CONCEPT), sent], {FLU})
    assert isinstance(found, tuple)
    assert [(problem.file, problem.row) for problem in found] == [("file 2", line)]
    assert isinstance(found[0], Problem)
