"""The Primary Care Domain content: what membership of a cluster makes of a code, and what it never does."""

from __future__ import annotations

import pytest
from adapter.fhir.statement import Coding
from adapter.normalise.catalogue import Catalogue, catalogue_of, catalogue_under
from adapter.normalise.difference import difference
from adapter.normalise.overlay import RowChange
from adapter.normalise.proposal import Proposal
from adapter.normalise.reference_set import COLUMNS, Content, propose_reference_sets, read_reference_sets
from adapter.normalise.table import Problem

SNOMED = "http://snomed.info/sct"
HEADER = ",".join(COLUMNS)
DRUG, PREGNANT, STRANGER = "999000111000000102", "999000331000000108", "999000441000000105"
FLU, MATERNAL, PREGNANCY = "822851000000102", "956951000000104", "77386006"
SAYING = ["RSVADMIN_COD", "FLU_COD", "FLUVAX_COD", "PNEUVAC1_COD", "PCV_COD"]


def content(*rows: tuple[str, str], header: str = HEADER) -> bytes:
    lines = [
        f"{cluster},cluster of a test,{code},a term,^{number},A ruleset" for number, (cluster, code) in enumerate(rows)
    ]
    return "\n".join([header, *lines, ""]).encode()


def read(*rows: tuple[str, str]) -> Content:
    found = read_reference_sets([content(*rows)])
    assert isinstance(found, Content), found
    return found


def proposed(catalogue: Catalogue, *rows: tuple[str, str]) -> Proposal:
    return propose_reference_sets(read(*rows), catalogue)


def under(catalogue: Catalogue, proposal: Proposal) -> Catalogue:
    made = catalogue_under(catalogue.tables, [proposal.overlay])
    assert isinstance(made, Catalogue), made
    return made


@pytest.mark.parametrize("cluster", SAYING)
def test_a_cluster_of_vaccinations_proves_nothing(catalogue: Catalogue, cluster: str) -> None:
    proposal = proposed(catalogue, (cluster, STRANGER))
    assert proposal.overlay.changes == ()
    assert "1 of 1 codes" in proposal.remarks[0].text


def test_no_cluster_of_ours_says_that_a_vaccine_was_given(catalogue: Catalogue) -> None:
    roles = {row["cluster"]: row["role"] for row in catalogue.tables.rows("clusters.csv")}
    assert set(roles.values()) == {"none", "product", "pregnancy"}
    assert roles["FLU_COD"] == "none"


def test_a_drug_cluster_brings_products(catalogue: Catalogue) -> None:
    proposal = proposed(catalogue, ("FLUDRUG_COD", DRUG), ("LAIVRX_COD", DRUG))
    entry = under(catalogue, proposal).look_up(Coding(SNOMED, DRUG)).entry
    assert entry is not None
    assert (entry.role, entry.programmes, entry.form) == ("product", {"child-flu", "seasonal-flu"}, "nasal")
    assert entry.source.startswith("primary care reference set content ")
    assert entry.note == "clusters: FLUDRUG_COD, LAIVRX_COD"


def test_a_pregnancy_cluster_brings_evidence(catalogue: Catalogue) -> None:
    made = under(catalogue, proposed(catalogue, ("PREG_COD", PREGNANT), ("PREG_COD", PREGNANCY)))
    assert made.context_role(SNOMED, PREGNANT) == "pregnancy"
    assert [one.code for one in difference(catalogue, made)] == [PREGNANT]
    assert [one.effect for one in difference(catalogue, made)] == [""]


def test_a_cluster_that_no_table_names_gives_nothing(catalogue: Catalogue) -> None:
    proposal = proposed(catalogue, ("OTHER_COD", STRANGER), ("ELSE_COD", DRUG))
    assert proposal.overlay.changes == ()
    assert [remark.text for remark in proposal.remarks] == [
        "2 clusters have no row in clusters.csv and were passed over."
    ]


def test_our_own_row_stands_against_a_cluster(catalogue: Catalogue) -> None:
    proposal = proposed(catalogue, ("FLUDRUG_COD", MATERNAL), ("PREG_COD", FLU))
    assert proposal.overlay.changes == ()
    assert {remark.code for remark in proposal.remarks} == {MATERNAL, FLU}


def test_another_programme_in_a_silent_cluster_is_told(catalogue: Catalogue) -> None:
    proposal = proposed(catalogue, ("FLU_COD", MATERNAL), ("FLU_COD", FLU))
    assert [remark.code for remark in proposal.remarks] == [MATERNAL]


def test_clusters_that_contradict_one_another_bring_nothing(catalogue: Catalogue) -> None:
    proposal = proposed(catalogue, ("FLUDRUG_COD", DRUG), ("PREG_COD", DRUG))
    assert proposal.overlay.changes == ()
    assert [remark.code for remark in proposal.remarks] == [DRUG]


def test_a_role_comes_from_the_table_of_clusters_alone(mapping_files: dict[str, bytes]) -> None:
    row = "RSVADMIN_COD,given,rsv-pregnant|rsv-older,,the business rules as licensed,,,,\n"
    old = next(line for line in mapping_files["clusters.csv"].decode().splitlines(True) if line.startswith("RSVADMIN"))
    edited = mapping_files["clusters.csv"].decode().replace(old, row).encode()
    made = catalogue_of({**mapping_files, "clusters.csv": edited})
    assert isinstance(made, Catalogue), made
    after = under(made, proposed(made, ("RSVADMIN_COD", STRANGER)))
    assert [(one.role, one.effect) for one in difference(made, after)] == [("given", "would become payable")]


def test_a_code_that_leaves_its_clusters_becomes_inactive_and_may_come_back(catalogue: Catalogue) -> None:
    first = under(catalogue, proposed(catalogue, ("PREG_COD", PREGNANT), ("FLUDRUG_COD", DRUG)))
    proposal = propose_reference_sets(read(("PREG_COD", PREGNANCY)), first)
    assert [(change.code, change.what, change.cells["status"]) for change in proposal.overlay.changes] == [
        (PREGNANT, "change", "inactive")  # the drug's cluster is not in this file
    ]
    second = catalogue_under(first.tables, [proposal.overlay])
    assert isinstance(second, Catalogue)
    assert second.context_role(SNOMED, PREGNANT) == "pregnancy"  # records go on carrying it
    back = propose_reference_sets(read(("PREG_COD", PREGNANT)), second)
    assert [change.cells["status"] for change in back.overlay.changes] == ["active"]


def test_the_same_content_again_changes_nothing(catalogue: Catalogue) -> None:
    rows = (("PREG_COD", PREGNANT), ("FLUDRUG_COD", DRUG))
    made = under(catalogue, proposed(catalogue, *rows))
    assert propose_reference_sets(read(*reversed(rows)), made).overlay.changes == ()


def test_the_form_by_output_reads_the_same(catalogue: Catalogue) -> None:
    by_output = ("Output_ID," + HEADER + "\n" + "FLU001,FLUDRUG_COD,d," + DRUG + ",a term,^1,A ruleset\n").encode(
        "utf-8-sig"
    )
    found = read_reference_sets([by_output])
    assert isinstance(found, Content)
    same = propose_reference_sets(found, catalogue).overlay.changes[0]
    other = proposed(catalogue, ("FLUDRUG_COD", DRUG)).overlay.changes[0]
    assert {**same.cells, "source": ""} == {**other.cells, "source": ""}
    assert isinstance(same, RowChange)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (content(("PREG_COD", "999000331000000100")), "check digit"),
        (content(("PREG_COD", "9.99000E+17")), "No SNOMED id"),
        (content(("", DRUG)), "Must not be empty"),
        (content(), "no row"),
        (b"", "columns"),
        (b"Cluster_ID,SNOMED_code\nA,1\n", "columns"),
    ],
)
def test_a_file_that_a_spreadsheet_had_is_refused_whole(sent: bytes, says: str) -> None:
    found = read_reference_sets([content(("PREG_COD", PREGNANT)), sent])
    assert isinstance(found, tuple)
    assert all(isinstance(problem, Problem) for problem in found)
    assert says in found[0].text
    assert found[0].file == "file 2"


def test_another_encoding_and_quotes_do_not_matter() -> None:
    line = f'PREG_COD,"Ménière, a cluster",{PREGNANT},"a “term”, quoted",^1,"A, ruleset"\r\n'
    found = read_reference_sets([(HEADER + "\r\n" + line).encode("cp1252")])
    assert isinstance(found, Content)
    assert found.clusters == {"PREG_COD": {PREGNANT}}
    assert found.terms == {PREGNANT: "a “term”, quoted"}
