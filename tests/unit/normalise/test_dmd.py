"""The dm+d hierarchy: what is below a product that we know holds the same vaccine."""

from __future__ import annotations

import pytest
from adapter.fhir.statement import Coding
from adapter.normalise.catalogue import Catalogue, catalogue_under
from adapter.normalise.difference import difference
from adapter.normalise.dmd import Hierarchy, read_hierarchy
from adapter.normalise.dmd_proposal import propose_dmd
from adapter.normalise.proposal import Proposal
from adapter.normalise.table import Problem

SNOMED = "http://snomed.info/sct"
REVAXIS, REVAXIS_PACK, MATERNAL = "7374311000001101", "7374511000001107", "956951000000104"
PACK, BRAND, GENERIC, OTHER = "999000111000000102", "999000331000000108", "999000441000000105", "999000551000000107"
HEADER = "code,level,parent,term\n"


def proposed(catalogue: Catalogue, *contents: bytes) -> Proposal:
    hierarchy = read_hierarchy(contents)
    assert isinstance(hierarchy, Hierarchy), hierarchy
    return propose_dmd(hierarchy, catalogue)


def under(catalogue: Catalogue, proposal: Proposal) -> Catalogue:
    made = catalogue_under(catalogue.tables, [proposal.overlay])
    assert isinstance(made, Catalogue), made
    return made


def csv(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows) + "\n").encode()


def xml(kind: str, *products: dict[str, str]) -> bytes:
    inside = "".join(f"<{kind}>{''.join(f'<{n}>{t}</{n}>' for n, t in one.items())}</{kind}>" for one in products)
    return f'<?xml version="1.0" encoding="utf-8"?><ROOT><{kind}S>{inside}</{kind}S></ROOT>'.encode()


def test_a_pack_takes_the_programmes_of_its_product(catalogue: Catalogue) -> None:
    made = under(catalogue, proposed(catalogue, csv(f"{PACK},AMPP,{REVAXIS},ten of them")))
    entry = made.look_up(Coding(SNOMED, PACK)).entry
    assert entry is not None
    assert (entry.role, entry.programmes, entry.level, entry.term) == ("product", {"td-ipv"}, "AMPP", "ten of them")
    row = next(row for row in made.tables.rows("products.csv") if row["code"] == PACK)
    assert row["pack_of"] == REVAXIS
    assert [one.effect for one in difference(catalogue, made)] == ["would become payable"]


def test_the_way_up_may_lead_through_products_that_we_do_not_know(catalogue: Catalogue) -> None:
    made = under(catalogue, proposed(catalogue, csv(f"{PACK},AMPP,{BRAND},", f"{BRAND},AMP,{REVAXIS},")))
    assert {one.code for one in difference(catalogue, made)} == {PACK, BRAND}
    row = next(row for row in made.tables.rows("products.csv") if row["code"] == PACK)
    assert (row["programmes"], row["pack_of"]) == ("td-ipv", "")


def test_nothing_is_inferred_upwards(catalogue: Catalogue) -> None:
    proposal = proposed(catalogue, csv(f"{REVAXIS},AMP,{GENERIC},", f"{GENERIC},VMP,,", f"{OTHER},AMP,{GENERIC},"))
    assert {change.code for change in proposal.overlay.changes} == {REVAXIS}  # which is active in dm+d


def test_the_files_of_a_release_read_the_same(catalogue: Catalogue) -> None:
    packs = xml("AMPP", {"APPID": PACK, "NM": "ten", "VPPID": OTHER, "APID": REVAXIS})
    brands = xml("AMP", {"APID": REVAXIS, "VPID": GENERIC, "NM": "Revaxis", "DESC": "Revaxis (Sanofi)"})
    generics = xml("VMP", {"VPID": GENERIC, "NM": "generic", "INVALID": "1"})
    generic_packs = xml("VMPP", {"VPPID": OTHER, "NM": "pack", "VPID": GENERIC})
    found = read_hierarchy([packs, brands, generics, generic_packs])
    assert isinstance(found, Hierarchy)
    assert found.products[PACK].parents == (REVAXIS, OTHER)
    assert (found.products[REVAXIS].term, found.products[REVAXIS].level) == ("Revaxis (Sanofi)", "AMP")
    assert (found.products[GENERIC].invalid, found.products[GENERIC].parents) == (True, ())
    changes = propose_dmd(found, catalogue).overlay.changes
    assert [change.cells["pack_of"] for change in changes if change.code == PACK] == [REVAXIS]


def test_an_invalid_product_is_inactive(catalogue: Catalogue) -> None:
    sent = xml("AMPP", {"APPID": REVAXIS_PACK, "INVALID": "1", "NM": "n", "APID": REVAXIS})
    entry = under(catalogue, proposed(catalogue, sent)).look_up(Coding(SNOMED, REVAXIS_PACK)).entry
    assert entry is not None
    assert (entry.status, entry.programmes) == ("inactive", {"td-ipv"})


def test_our_own_rows_stand(catalogue: Catalogue) -> None:
    proposal = proposed(catalogue, csv(f"{REVAXIS_PACK},AMP,{REVAXIS},", f"{MATERNAL},AMP,{REVAXIS},"))
    assert proposal.overlay.changes == ()
    assert [remark.code for remark in proposal.remarks] == [REVAXIS_PACK, MATERNAL]


def test_a_circle_ends(catalogue: Catalogue) -> None:
    rows = (f"{PACK},AMPP,{BRAND},", f"{BRAND},AMP,{PACK},")
    assert proposed(catalogue, csv(*rows)).overlay.changes == ()


def test_the_same_release_again_changes_nothing(catalogue: Catalogue) -> None:
    sent = csv(f"{PACK},AMPP,{REVAXIS},", f"{REVAXIS},AMP,,")
    assert proposed(under(catalogue, proposed(catalogue, sent)), sent).overlay.changes == ()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (csv("123456789,AMP,,"), "check digit"),
        (csv(f"{PACK},AMP,7.37E+15,"), "No SNOMED id"),
        (csv(f"{PACK},VTM,,"), "Must be one of"),
        (csv(f",AMP,{REVAXIS},"), "Must not be empty"),
        (b"code,parent\n", "columns"),
        (csv(), "no product"),
        (b"<AMPS><AMP>", "broken"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><AMPS/>", "document type"),
        (xml("AMP", {"APID": "12"}), "No product id"),
        (xml("ROUTE", {"CD": "12"}), "no product"),
        (b"<?xml version='1.0' encoding='nonsense'?><AMPS/>", "broken"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(sent: bytes, says: str) -> None:
    found = read_hierarchy([csv(f"{OTHER},AMP,,"), sent])
    assert isinstance(found, tuple)
    assert says in found[0].text
    assert isinstance(found[0], Problem)
    assert found[0].file == "file 2"
