"""What the tables say beside codes: birthplaces, evidence, sub-contractors, holds, programmes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from adapter.fhir.statement import Coding
from adapter.normalise.catalogue import Catalogue, catalogue_of, load_catalogue
from adapter.normalise.identifier_system import Birth

SNOMED = "http://snomed.info/sct"


@pytest.mark.parametrize(
    ("system", "kind", "practice"),
    [
        ("https://EMISWeb/A82038", "gp", "A82038"),
        ("https://emisweb/a82038/", "gp", "A82038"),
        ("https://EMISWeb/A82038/records", "gp", "A82038"),
        ("https://EMISWeb/", "gp", ""),
        ("https://EMISWeb/not a code!", "gp", ""),
        ("https://EMISWebb/A82038", "unknown", ""),
        ("https://PSSAdaptor/B83002", "transferred", "B83002"),
        ("https://medicus.health", "gp", ""),
        ("https://medicus.health.example/x", "unknown", ""),
        ("YGM41", "gp", ""),
        ("https://www.ravs.england.nhs.uk/", "poc", ""),
        ("http://www.ravs.england.nhs.uk", "poc", ""),
        ("https://www.ravs.england.nhs.uk/A82038", "poc", ""),
        ("http://manage-vaccinations-in-schools.nhs.uk/vaccination_records", "poc", ""),
        ("http://manage-vaccinations-in-schools.nhs.uk/national-reporting/vaccination-records", "poc", ""),
        ("https://nivs.ardengemcsu.nhs.uk/FluSAIS", "poc", ""),
        ("https://supplierABC/identifiers/vacc", "other", ""),
        ("test_system", "other", ""),
        ("https://tools.ietf.org/html/rfc4122", "unknown", ""),
        ("https://never.seen/before", "unknown", ""),
        ("", "unknown", ""),
    ],
)
def test_where_a_record_was_born(catalogue: Catalogue, system: str, kind: str, practice: str) -> None:
    birth = catalogue.born(system)
    assert (birth.kind, birth.practice) == (kind, practice)
    assert catalogue.born(system) == birth


def test_a_birthplace_names_its_row(catalogue: Catalogue) -> None:
    row = next(row for row in catalogue.tables.rows("identifier_systems.csv") if row["born"] == "transferred")
    for _ in range(2):  # asked again, it answers the same
        assert catalogue.born("https://PSSAdaptor/B83002") == Birth("transferred", "B83002", (row.ref,))
    assert catalogue.born("https://never.seen/before") == Birth("unknown")


@pytest.mark.parametrize(
    ("system", "code", "role"),
    [
        (SNOMED, "77386006", "pregnancy"),
        ("http: //snomed.info/sct", "77386006", "pregnancy"),
        ("http://read.info/ctv3", "XaYVx", "at-risk"),
        ("http://read.info/ctv3", "XahoH00", "at-risk"),
        ("http://read.info/readv2", "XaYVx", None),
        (SNOMED, "1239871000000107", "contraindicated-nasal-flu"),
        (SNOMED, "956951000000104", None),
        (SNOMED, "60728008", None),
        (SNOMED, "", None),
        ("", "77386006", None),
    ],
)
def test_evidence_beside_a_vaccination(catalogue: Catalogue, system: str, code: str, role: str | None) -> None:
    assert catalogue.context_role(system, code) == role


@pytest.mark.parametrize(
    ("coding", "form"),
    [
        (Coding(SNOMED, "46713006"), "nasal"),
        (Coding("https://snomed.info/sct", "78421000"), "injected"),
        (Coding("http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "IM"), "injected"),
        (Coding("http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "PO"), None),
        (Coding(SNOMED, "77386006"), None),
    ],
)
def test_routes_tell_nasal_from_injected(catalogue: Catalogue, coding: Coding, form: str | None) -> None:
    assert catalogue.route_form(coding) == form


@pytest.mark.parametrize(
    ("practice", "codes", "programme", "on", "listed"),
    [
        ("D83013", {"FA123"}, "seasonal-flu", date(2024, 9, 1), True),
        ("D83013", {"FA999", "FA123"}, "seasonal-flu", date(2025, 3, 31), True),
        ("D83013", {"FA123"}, "seasonal-flu", date(2024, 8, 31), False),
        ("D83013", {"FA123"}, "seasonal-flu", date(2025, 4, 1), False),
        ("D83013", {"FA123"}, "child-flu", date(2024, 9, 1), False),
        ("G81086", {"FA123"}, "seasonal-flu", date(2024, 9, 1), False),
        ("D83013", set(), "seasonal-flu", date(2024, 9, 1), False),
        ("D83013", {"FA124"}, "four-in-one", date(1990, 1, 1), True),
        ("D83013", {"FA124"}, "six-in-one", date(2090, 1, 1), True),
    ],
)
def test_sub_contractors_are_listed_by_programme_and_date(
    mapping_files: dict[str, bytes], practice: str, codes: set[str], programme: str, on: date, listed: bool
) -> None:
    lines = (
        "D83013,FA123,seasonal-flu,contract,2024-09-01,2025-03-31,,\n"
        "D83013,FA123,seasonal-flu,contract,2026-09-01,2027-03-31,,\n"
        "D83013,FA124,six-in-one,contract,,,,\n"
    )
    files = {**mapping_files, "sub_contractors.csv": mapping_files["sub_contractors.csv"] + lines.encode()}
    catalogue = catalogue_of(files)
    assert isinstance(catalogue, Catalogue), catalogue
    assert catalogue.sub_contracted(practice, codes, programme, on) is listed


def test_disease_sets_match_exactly(catalogue: Catalogue) -> None:
    mmr = frozenset({"14189004", "36653000", "36989005"})
    assert catalogue.disease_set(mmr) == {"mmr"}
    assert catalogue.disease_set(mmr | {"38907003"}) == {"mmrv"}
    assert catalogue.disease_set(mmr - {"14189004"}) is None
    assert catalogue.disease_set(frozenset()) is None
    four = frozenset({"27836007", "397430003", "398102009", "76902006"})
    assert catalogue.disease_set(four) == {"pertussis", "four-in-one"}


def test_the_two_sets_that_are_our_reading(catalogue: Catalogue) -> None:
    tdap = frozenset({"27836007", "397430003", "76902006"})
    five = frozenset({"27836007", "397430003", "398102009", "709410003", "76902006"})
    assert catalogue.disease_set(tdap) == {"pertussis"}
    assert catalogue.disease_set(five) == {"six-in-one"}
    assert [found.vaccine_type for found in catalogue.disease_sets.values() if found.order_only] == ["5IN1"]
    assert catalogue.disease_sets[five].order_only
    assert catalogue.disease_sets[five].ref.startswith("target_diseases.csv:")
    assert len(catalogue.disease_sets) == 21


def test_every_public_programme_key(catalogue: Catalogue) -> None:
    assert list(dict.fromkeys(found.public for found in catalogue.programmes.values() if found.counted)) == [
        "pertussis",
        "rsv-pregnant",
        "rsv-older",
        "six-in-one",
        "child-flu",
        "seasonal-flu",
        "hepb-at-risk",
        "mmr",
        "menacwy",
        "menb",
        "pcv",
        "hib-menc",
        "pneumococcal",
        "rotavirus",
        "shingles",
        "hpv",
        "covid",
        "ld-health-check",
    ]
    assert [key for key, found in catalogue.programmes.items() if not found.counted] == ["hib", "bcg"]


@pytest.mark.parametrize(
    ("fine", "public"),
    [
        ("four-in-one", "six-in-one"),
        ("td-ipv", "six-in-one"),
        ("mmrv", "mmr"),
        ("hib", ""),
        ("bcg", ""),
        ("nothing", ""),
    ],
)
def test_the_finer_keys_show_as_their_service(catalogue: Catalogue, fine: str, public: str) -> None:
    assert catalogue.public_key(fine) == public


def test_pcv_and_hib_menc_are_one_service(catalogue: Catalogue) -> None:
    services = {catalogue.programmes[key].service for key in ("pcv", "hib-menc")}
    assert services == {"PCV Hib/Men C Vaccination Programme"}


def test_suppliers_are_never_providers(catalogue: Catalogue) -> None:
    assert {"X26", "YGA", "8J1100001", "W00", "X99999", "PERF", "DPSREDUCED"} <= catalogue.not_providers
    assert "D83013" not in catalogue.not_providers
    assert len(catalogue.not_providers) == 25


def test_holds_and_the_incident(catalogue: Catalogue) -> None:
    assert {hold.programme: hold.threshold for hold in catalogue.holds} == dict.fromkeys(
        ("hepb-at-risk", "hpv", "menacwy", "pertussis", "rsv-pregnant"), 5
    )
    assert [(cell.programme, cell.period, cell.state) for cell in catalogue.incidents] == [
        ("pertussis", "2024-09", "open"),
        ("pertussis", "2024-10", "open"),
        ("rsv-pregnant", "2024-09", "open"),
        ("rsv-pregnant", "2024-10", "open"),
        ("rsv-pregnant", "2024-11", "open"),
        ("rsv-pregnant", "2024-12", "open"),
    ]


def test_problems_come_instead_of_a_catalogue(tmp_path: Path, mapping_files: dict[str, bytes]) -> None:
    for name, content in mapping_files.items():
        (tmp_path / name).write_bytes(content)
    loaded = load_catalogue(tmp_path)
    assert isinstance(loaded, Catalogue)
    own = load_catalogue()
    assert isinstance(own, Catalogue)
    assert loaded.digest == own.digest
    (tmp_path / "fees.csv").unlink()
    problems = load_catalogue(tmp_path)
    assert not isinstance(problems, Catalogue)
    assert [str(problem) for problem in problems] == ["fees.csv: The file is missing."]


def test_fees_follow_one_another(catalogue: Catalogue) -> None:
    rows = [row for row in catalogue.tables.rows("fees.csv") if row["programme"] == "mmr"]
    assert [(row["pounds"], row["from"]) for row in rows] == [
        ("9.80", ""),
        ("10.06", "2018-04-01"),
        ("12.06", "2025-04-01"),
    ]


def test_a_folder_that_is_not_there_is_no_empty_rule_set(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_catalogue(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("fine", "public"),
    [
        (set(), None),
        ({"hpv"}, "hpv"),
        ({"four-in-one", "td-ipv"}, "six-in-one"),
        ({"hpv", "menb"}, None),
        ({"hib", "six-in-one"}, "six-in-one"),
        ({"hib"}, None),
        ({"nothing"}, None),
    ],
)
def test_the_public_key_that_fine_ones_have_in_common(
    mapping_files: dict[str, bytes], fine: set[str], public: str | None
) -> None:
    catalogue = catalogue_of(mapping_files)
    assert isinstance(catalogue, Catalogue)
    for _ in range(2):  # asked again, it answers the same
        assert catalogue.one_public_key(frozenset(fine)) == public


def test_the_rows_by_which_a_dose_can_count(mapping_files: dict[str, bytes]) -> None:
    catalogue = catalogue_of(mapping_files)
    assert isinstance(catalogue, Catalogue)
    for _ in range(2):
        found = catalogue.indicators_among(frozenset({"menb", "pertussis"}))
        assert [row.id for row in found] == ["PT001", "MENBI01", "MENBI03", "MENBI09"]  # MENBI10 is never assigned
        assert catalogue.indicators_among(frozenset({"bcg"})) == ()
    assert catalogue.digests == catalogue.tables.digests
