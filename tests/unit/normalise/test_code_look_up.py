"""What a coding as sent means."""

from __future__ import annotations

from datetime import date

import pytest
from adapter.fhir.statement import Coding
from adapter.normalise.catalogue import Catalogue, catalogue_of
from adapter.normalise.code_entry import Kind, Meaning
from adapter.normalise.snomed import check_digit

SNOMED = "http://snomed.info/sct"
READ = "http://read.info/readv2"
CTV3 = "http://read.info/ctv3"
NULL = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"


def _with_check_digit(body: str) -> str:
    return body + check_digit(body)


def _kind(catalogue: Catalogue, system: str, code: str) -> str:
    return catalogue.look_up(Coding(system, code)).kind


def test_a_code_of_the_tables_is_sound_and_brings_its_row(catalogue: Catalogue) -> None:
    meaning = catalogue.look_up(Coding(SNOMED, "956951000000104"))
    assert meaning.kind == "sound"
    assert meaning.usable
    assert meaning.concept == "956951000000104"
    entry = meaning.entry
    assert entry is not None
    assert (entry.system, entry.role, entry.programmes, entry.pregnancy) == ("snomed", "given", {"pertussis"}, True)
    assert meaning.rows == (entry.ref,)
    row = next(row for row in catalogue.tables.rows("snomed.csv") if row["code"] == "956951000000104")
    assert entry.ref == row.ref


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("60728008", "unlisted"),
        ("956951000000105", "check-digit"),
        ("13246814444444", "check-digit"),
        ("571511000000000", "mangled"),
        ("632481000000000", "mangled"),
        ("9.56951E+14", "mangled"),
        ("9e14", "mangled"),
        ("snomed", "not-an-id"),
        ("", "not-an-id"),
        ("956951000000104 0", "not-an-id"),
        ("2622896019", "description"),
        (_with_check_digit("12303701"), "description"),
        (_with_check_digit("11668002"), "not-an-id"),
        ("196411000000103", "degraded"),
        ("NAVU", "null-flavour"),
        ("33879002", "sound"),
    ],
)
def test_the_kinds(catalogue: Catalogue, code: str, kind: str) -> None:
    assert _kind(catalogue, SNOMED, code) == kind


def test_a_long_core_id_is_mangled_without_a_row(catalogue: Catalogue) -> None:
    code = _with_check_digit("99999991000000")
    assert catalogue.look_up(Coding(SNOMED, code)) == Meaning("mangled")


@pytest.mark.parametrize(
    "system",
    [
        SNOMED,
        SNOMED + "/",
        "http: //snomed.info/sct",
        " http://snomed.info/sct  ",
        "HTTPS://SNOMED.info/sct",
        "http://snomed.info/sct/83821000000107/version/20240904",
        "https://dmd.nhs.uk",
        "http://dm+d.org",
        "urn:oid:2.16.840.1.113883.2.1.3.2.3.15",
    ],
)
def test_spellings_of_snomed(catalogue: Catalogue, system: str) -> None:
    assert _kind(catalogue, system, "38598009") == "sound"


@pytest.mark.parametrize(
    "system",
    [
        "http://snomed.info/test",
        "http://snomed.info/sctx",
        "https://fhir.hl7.org.uk/Id/egton-codes",
        "",
        "https://acme.lab",
    ],
)
def test_other_systems(catalogue: Catalogue, system: str) -> None:
    assert _kind(catalogue, system, "38598009") == "other-system"


@pytest.mark.parametrize(
    "system", [NULL, "http://hl7.org/fhir/v3/NullFlavor", "http://hl7.org/fhir/v3/NullFlavor ", ""]
)
def test_null_flavours(catalogue: Catalogue, system: str) -> None:
    assert _kind(catalogue, system, "UNK") == "null-flavour"


def test_read_codes_in_both_lengths(catalogue: Catalogue) -> None:
    short, long = (catalogue.look_up(Coding(READ, code)) for code in ("65M1.", "65M1.00"))
    assert short == long
    assert short.entry is not None
    assert (short.entry.system, short.entry.programmes, short.concept) == ("readv2", {"mmr"}, "65M1.")


def test_read_codes_keep_their_case_and_their_system(catalogue: Catalogue) -> None:
    assert _kind(catalogue, READ, "65a0.") == "sound"
    assert _kind(catalogue, READ, "65A0.") == "unlisted"
    assert _kind(catalogue, CTV3, "XaZ0d") == "sound"
    assert _kind(catalogue, READ, "XaZ0d") == "unlisted"
    assert _kind(catalogue, READ, "65a0") == "not-an-id"


def test_a_description_id_becomes_its_concept(catalogue: Catalogue) -> None:
    meaning = catalogue.look_up(Coding(SNOMED, "405281000000118"))
    assert meaning.kind == "sound"
    assert meaning.concept == "247631000000101"
    assert meaning.entry == catalogue.look_up(Coding(SNOMED, "247631000000101")).entry
    assert [row.split(":")[0] for row in meaning.rows] == ["description_ids.csv", "snomed.csv"]


@pytest.mark.parametrize(
    ("code", "role", "programmes", "dose"),
    [
        ("754011000000118", "given-elsewhere", {"pcv", "pneumococcal"}, None),
        ("454175013", "given", {"pcv", "pneumococcal"}, None),
        ("404291000000115", "declined", {"mmr"}, None),
        ("265439011", "not-done", {"mmr"}, None),
        ("1986701000006115", "given-elsewhere", {"mmr"}, 1),
    ],
)
def test_a_description_id_without_a_public_concept_has_its_own_role(
    catalogue: Catalogue, code: str, role: str, programmes: set[str], dose: int | None
) -> None:
    meaning = catalogue.look_up(Coding(SNOMED, code))
    assert meaning.kind == "sound"
    assert meaning.concept == ""
    assert meaning.entry is not None
    assert (meaning.entry.role, meaning.entry.programmes, meaning.entry.dose) == (role, programmes, dose)


def test_a_description_of_a_concept_that_no_table_has(catalogue: Catalogue) -> None:
    meaning = catalogue.look_up(Coding(SNOMED, "507692010"))
    assert (meaning.kind, meaning.concept, meaning.entry) == ("unlisted", "368209003", None)


@pytest.mark.parametrize(
    "coding",
    [
        Coding(SNOMED, "196411000000103", description="65004017"),
        Coding(SNOMED, "956951000000105", description="65004017"),
        Coding(SNOMED, "571511000000000", description="65004017"),
        Coding(SNOMED, "2622896019", description="65004017"),
        Coding(SNOMED, "snomed", description="65004017"),
        Coding(SNOMED, "", description="65004017"),
        Coding("", "", description="65004017"),
    ],
)
def test_the_description_extension_speaks_where_the_code_does_not(catalogue: Catalogue, coding: Coding) -> None:
    meaning = catalogue.look_up(coding)
    assert (meaning.kind, meaning.concept) == ("sound", "38598009")
    assert meaning.rows[-2:] == catalogue.look_up(Coding(SNOMED, "65004017")).rows


@pytest.mark.parametrize(
    "coding",
    [
        Coding(SNOMED, "1303503001", description="65004017"),
        Coding(SNOMED, "60728008", description="65004017"),
        Coding(SNOMED, "956951000000105", description="507692010"),
        Coding(SNOMED, "956951000000105", description="2622896019"),
        Coding(SNOMED, "196411000000103", description="294691000000115"),
        Coding(SNOMED, "956951000000105", description="65004018"),
    ],
)
def test_the_description_extension_is_only_a_fallback(catalogue: Catalogue, coding: Coding) -> None:
    assert catalogue.look_up(coding) == catalogue.look_up(Coding(coding.system, coding.code))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("42605811000001109", "sound"),  # beyond 2**53, yet in a table
        ("253790221000087110", "mangled"),
        ("253790221000087106", "unlisted"),
        ("253790221000087104", "mangled"),
        ("60728008", "unlisted"),
        ("956951000000105", "check-digit"),
    ],
)
def test_numbers_are_believed_where_a_table_has_them_or_no_double_made_them(
    catalogue: Catalogue, code: str, kind: str
) -> None:
    assert catalogue.look_up(Coding(SNOMED, code, number=True)).kind == kind


def test_a_rounded_look_alike_that_passes_every_digit_rule(catalogue: Catalogue) -> None:
    bodies = (f"{number}00010" for number in range(39_999_990_000, 40_000_000_000))
    code = next(code for code in map(_with_check_digit, bodies) if float(code) == int(code))
    assert catalogue.look_up(Coding(SNOMED, code)).kind == "unlisted"
    assert catalogue.look_up(Coding(SNOMED, code, number=True)).kind == "mangled"


def test_retired_codes_keep_their_meaning(catalogue: Catalogue) -> None:
    for on in (None, date(2014, 1, 1), date(2026, 1, 1)):
        entry = catalogue.look_up(Coding(SNOMED, "849211000000109"), on).entry
        assert entry is not None
        assert entry.retired
        assert (entry.role, entry.replaced_by, entry.valid_to) == (
            "given-elsewhere",
            "955691000000108",
            date(2015, 3, 31),
        )


def test_a_code_whose_row_changed_means_what_it_meant_on_the_day(mapping_files: dict[str, bytes]) -> None:
    text = mapping_files["read_v2.csv"].decode()
    old = next(line for line in text.splitlines() if line.startswith("657E."))
    cells = "657E.,,given,{},1,no,,no,unknown,,test,{},{},,\n"
    rows = cells.format("menacwy", "", "2020-12-31") + cells.format("menb", "2021-01-01", "")
    changed = catalogue_of({**mapping_files, "read_v2.csv": text.replace(old + "\n", rows).encode()})
    assert isinstance(changed, Catalogue), changed
    coding = Coding(READ, "657E.00")
    expected = {None: "menb", date(2020, 12, 31): "menacwy", date(2021, 1, 1): "menb", date(1990, 1, 1): "menacwy"}
    for on, programme in expected.items():
        meaning = changed.look_up(coding, on)
        assert meaning.entry is not None
        assert meaning.entry.programmes == {programme}
        assert meaning.rows == (meaning.entry.ref,)


def test_concept_is_for_snomed_alone(catalogue: Catalogue) -> None:
    assert catalogue.concept(Coding(SNOMED, "27836007")) == "27836007"
    assert catalogue.concept(Coding(SNOMED, "65004017")) == "38598009"
    assert catalogue.concept(Coding(SNOMED, "60728008")) == "60728008"
    assert catalogue.concept(Coding(SNOMED, "956951000000105")) is None
    assert catalogue.concept(Coding(READ, "65M1.")) is None
    assert catalogue.concept(Coding(NULL, "UNK")) is None


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("884861000000100", "nasal"),
        ("985151000000100", "injected"),
        ("822851000000102", None),
        ("43208811000001106", "nasal"),
        ("45175511000001104", "injected"),
        ("46233009", None),
    ],
)
def test_procedures_and_products_tell_how_influenza_vaccine_was_given(
    catalogue: Catalogue, code: str, form: str | None
) -> None:
    entry = catalogue.look_up(Coding(SNOMED, code)).entry
    assert entry is not None
    assert entry.form == form


def test_products_carry_their_level(catalogue: Catalogue) -> None:
    levels = {"42605811000001109": "AMP", "7374511000001107": "AMPP", "9326801000001107": "TF", "46233009": ""}
    for code, level in levels.items():
        entry = catalogue.look_up(Coding(SNOMED, code)).entry
        assert entry is not None
        assert (entry.role, entry.level) == ("product", level)


@pytest.mark.parametrize(
    ("kind", "usable"),
    [
        ("sound", True),
        ("unlisted", True),
        ("check-digit", False),
        ("mangled", False),
        ("not-an-id", False),
        ("description", False),
        ("degraded", False),
        ("null-flavour", False),
        ("other-system", False),
    ],
)
def test_what_can_be_believed(kind: Kind, usable: bool) -> None:
    assert Meaning(kind).usable is usable
