import pytest
from adapter.fhir.notes import Note, read_notes


@pytest.mark.parametrize(
    ("texts", "markers"),
    [
        (["GMS : GMS"], ("GMS",)),
        (["GMS: GMS"], ("GMS",)),
        (["Pete, GMS : GMS - text"], ("GMS",)),
        (["GMS : GMS, Scheduled/Unscheduled : Scheduled"], ("GMS",)),
        (["GMS : Not\r\n    GMS"], ("Not GMS",)),
        (["GMS : Not", "GMS"], ("Not GMS",)),
        (["GMS : GMS (Another Practice)"], ("GMS (Another Practice)",)),
        (["[Batch Number: X1, GMS : GMS]"], ("GMS",)),
        (["GMS : GMS", "GMS : Not GMS"], ("GMS", "Not GMS")),
        (["GMS : GMS", "GMS : GMS"], ("GMS",)),
        (["NonGMS : GMS"], ()),
        (["GMS : GMSX"], ()),
        (["given under GMS"], ()),
        ([], ()),
    ],
)
def test_gms_markers(texts: list[str], markers: tuple[str, ...]) -> None:
    assert read_notes(texts).gms == markers


@pytest.mark.parametrize(
    ("texts", "note"),
    [
        (
            [
                "Primary Source: false Location: Village Hall Manufacturer: Acme Batch: ab12 Expiration: 2025-01-01 "
                "Site: Left arm Route: IM Quantity: 0.5 ml Reason: Due Vaccination Protocol 1: Course Sequence: 2, "
                "Doses: 3 Target Disease: Measles Substance: A vaccine GMS : GMS"
            ],
            Note(gms=("GMS",), primary_source=False, lot="AB12", dose=2, substance=True),
        ),
        (["[Manufacturer: Acme] [Batch Number: AB 12] [Expiry Date: 01-Jan-2025]"], Note(lot="AB12")),
        (["[Manufacturer: Acme] [Batch Number: A1 B12] [Expiry Date: 01-Jan-2025]"], Note(lot="A1B12")),
        (["Batch: AB12 felt faint afterwards, sat with a friend"], Note(lot="AB12")),
        (["Batch: unknown"], Note()),
        (["Batch: felt faint afterwards"], Note()),
        (["Reason not given: declined by parent"], Note(not_given=True)),
        (["reason   not\ngiven : declined"], Note(not_given=True)),
        (["Primary Source:", "true"], Note(primary_source=True)),
        (["Primary Source: maybe"], Note()),
        (["Primary Source: true End Date: 2020-01-01 Primary Source: false"], Note(primary_source=False)),
        (["Sequence: 2"], Note()),
        (["Vaccination Protocol 1: x Sequence: 2 Vaccination Protocol 2: y Sequence: 3"], Note()),
        (["Vaccination Protocol 1: x Sequence: 2 Vaccination Protocol 2: y Sequence: 2"], Note(dose=2)),
        (["the reason was given"], Note()),
    ],
)
def test_facts_that_a_transfer_left_in_the_note(texts: list[str], note: Note) -> None:
    assert read_notes(texts) == note
