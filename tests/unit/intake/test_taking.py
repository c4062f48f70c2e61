"""Every shape in which a delivery can come, good and bad: nothing is lost, nothing stops the rest."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest
from adapter.fhir.statement import Identifier
from adapter.intake import lines, small
from adapter.store.store import Store

from sending import bundle, by_identifier, counted, deletion, encoded, immunization, known, ndjson, send, shared_reader

THREE = [immunization(f"v{number}", patient=number) for number in range(3)]
FAULTY = immunization("bad", status=1)
PRETTY = json.dumps(bundle(*THREE), indent=2).encode()


@pytest.fixture(params=["plain", "gzip"])
def wrapped(request: pytest.FixtureRequest) -> Callable[[bytes], bytes]:
    return gzip.compress if request.param == "gzip" else bytes


@pytest.mark.parametrize(
    ("content", "format_", "pointers"),
    [
        (encoded(THREE[0]), "json", [""]),
        (json.dumps(THREE[0], indent=1).encode(), "json", [""]),
        (b"\xef\xbb\xbf" + encoded(THREE[0]), "json", [""]),
        (b"\n \n" + encoded(THREE[0]) + b"\n\n", "json", [""]),
        (PRETTY, "json", [f"/entry/{each}/resource" for each in range(3)]),
        (encoded(bundle(*THREE)), "json", [f"/entry/{each}/resource" for each in range(3)]),
        (ndjson(*THREE), "ndjson", ["/0", "/1", "/2"]),
        (b"\xef\xbb\xbf" + ndjson(*THREE), "ndjson", ["/0", "/1", "/2"]),
        (b"\n" + ndjson(THREE[0]) + b"\r\n" + ndjson(THREE[1]).strip(), "ndjson", ["/1", "/3"]),
        (ndjson(THREE[0], bundle(*THREE[1:])), "ndjson", ["/0", "/1/entry/0/resource", "/1/entry/1/resource"]),
    ],
)
def test_format_and_pointers(
    store: Store, content: bytes, format_: str, pointers: list[str], wrapped: Callable[[bytes], bytes]
) -> None:
    taken = send(store, wrapped(content))
    assert (taken.format, counted(taken)) == (format_, (len(pointers), 0, 0, 0))
    records = known(store)
    assert sorted(record.pointer for record in records) == pointers
    for record in records:
        verbatim = store.records.bytes_of(record.sequence)
        assert verbatim in content
        assert json.loads(verbatim)["identifier"][0]["value"] == record.statement.identifiers[0].value


def test_one_bad_line_costs_itself(store: Store, wrapped: Callable[[bytes], bytes]) -> None:
    content = ndjson(THREE[0]) + b'{"resourceType": "Immuni\n' + ndjson(FAULTY, THREE[1]) + b"\xff\xfe\xfd\n[]\n7\n"
    taken = send(store, wrapped(content))
    assert counted(taken) == (2, 0, 0, 5)
    assert [item.pointer for item in store.quarantine.listed()] == ["/1", "/2", "/4", "/5", "/6"]
    assert store.quarantine.bytes_of(store.quarantine.listed()[1]) == encoded(FAULTY)


@pytest.mark.parametrize("named", [True, False])
def test_a_broken_first_line(store: Store, named: bool) -> None:
    taken = send(store, b'{"resourceType": "Immuniz\n' + ndjson(*THREE), lines_by_name=named)
    assert (taken.format, counted(taken)) == ("ndjson", (3, 0, 0, 1))


def test_a_document_under_a_name_for_lines(store: Store) -> None:
    assert counted(send(store, PRETTY, lines_by_name=True)) == (3, 0, 0, 0)


def test_a_document_is_one_wherever_its_lines_break(store: Store) -> None:
    before, after = b'{"resourceType": "Bundle", "type": "collection", "entry"\n: [{"resource":\n', b"\n}]}"
    taken = send(store, before + encoded(THREE[0]) + after)
    assert (taken.format, counted(taken)) == ("json", (1, 0, 0, 0))


def test_a_bundle_with_entries_a_line_is_a_document_though_one_is_broken(store: Store) -> None:
    entries = b",\n".join([encoded({"resource": THREE[0]}), b'{"resource": NaN}', encoded({"resource": THREE[1]})])
    content = b'{"resourceType": "Bundle", "type": "collection", "entry": [\n' + entries + b"\n]}"
    taken = send(store, content)
    assert (taken.format, counted(taken)) == ("json", (2, 0, 0, 1))


def test_a_broken_entry_costs_itself(store: Store) -> None:
    content = encoded(bundle(THREE[0], FAULTY, THREE[1])).replace(b'"status": 1', b'"status": 1, "status": 2')
    assert counted(send(store, content)) == (2, 0, 0, 1)
    [item] = store.quarantine.listed()
    assert item.pointer.startswith("/entry/1")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n\t\n",
        b"no JSON",
        b"{",
        b'"text"',
        b"[]",
        b"null",
        b"{}",
        b"\0" * 100,
        encoded(THREE[0]).decode().encode("utf-16"),
        encoded(THREE[0]).decode().encode("utf-16-be"),
        encoded(THREE[0]).decode().encode("utf-32"),
        b"[" * 5_000 + b"]" * 5_000,
        b"[" * 200_000,
        PRETTY[:-20],
        b"\xff\xfe",
        b"PK\x03\x04 a zip file\0\0\0",
        encoded({"resourceType": "Patient", "id": "1"}),
        gzip.compress(b"", mtime=0),
        gzip.compress(PRETTY, mtime=0)[:-30],
        gzip.compress(PRETTY, mtime=0)[:3],
        b"\x1f\x8b",
    ],
)
def test_what_cannot_be_read_is_quarantined_whole(store: Store, content: bytes) -> None:
    taken = send(store, content)
    assert counted(taken) == (0, 0, 0, 1)
    [item] = store.quarantine.listed()
    assert item.pointer == ""
    assert all(issue.text for issue in item.issues)
    assert known(store) == []


def test_utf16_says_what_to_send(store: Store) -> None:
    send(store, encoded(THREE[0]).decode().encode("utf-16"))
    assert "UTF-8" in store.quarantine.listed()[0].issues[0].text


def test_a_truncated_gzip_gives_its_lines(store: Store) -> None:
    many = [immunization(f"v{number}", patient=number) for number in range(400)]
    wire = gzip.compress(ndjson(*many))
    taken = send(store, wire[: len(wire) // 2])
    assert taken.figures.new > 50
    assert taken.figures.quarantined == 1
    assert any("gzip" in issue.text for issue in store.quarantine.listed()[0].issues)
    again = send(store, wire)
    assert again.figures.quarantined == 0
    assert (again.figures.receipts, len(known(store))) == (taken.figures.new, 400)


@pytest.mark.parametrize("tail", [b"rubbish", b"\0" * 512])
def test_something_after_the_gzip(store: Store, tail: bytes) -> None:
    taken = send(store, gzip.compress(ndjson(*THREE)) + tail)
    assert counted(taken) == (3, 0, 0, int(b"rubbish" in tail))
    again = send(store, gzip.compress(PRETTY) + tail)
    assert again.figures.new + again.figures.receipts == 3


def test_context_lines_in_any_order(store: Store) -> None:
    patient = {
        "resourceType": "Patient",
        "id": "a",
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"}],
        "birthDate": "1990-01-01",
    }
    record = immunization("v1", patient=None) | {"patient": {"reference": "Patient/a"}}
    first = send(store, ndjson(patient, record, immunization("v9", patient=3)), "one")
    second = send(store, ndjson(immunization("v9", patient=3), record, patient), "two")
    assert (first.figures.context, second.figures.context) == (1, 1)
    found = [each for each in known(store) if each.statement.identifiers[0].value == "v1"]
    assert [each.statement.born for each in found] == ["1990-01-01"] * 2
    assert len({each.statement.patient for each in found}) == 1
    assert found[0].statement.patient


def test_of_two_lines_of_one_name_the_same_is_taken_in_any_order(store: Store) -> None:
    lines = [
        {"resourceType": "Patient", "id": "a", "birthDate": "1990-01-01"},
        {"resourceType": "Patient", "id": "a", "birthDate": "1985-01-01"},
        immunization("v1", patient=None) | {"patient": {"reference": "Patient/a"}},
    ]
    send(store, ndjson(*lines), "one")
    send(store, ndjson(*reversed(lines)), "two")
    assert len({record.statement.born for record in known(store)}) == 1


def test_conditions_and_roles_are_found_from_the_other_side(store: Store) -> None:
    pregnant = {"coding": [{"system": "http://snomed.info/sct", "code": "77386006"}]}
    patient = {"reference": "Patient/a"}
    lines = [
        {"resourceType": "Condition", "id": "c", "subject": patient, "code": pregnant, "onsetDateTime": "2024-06-01"},
        immunization("v1", patient=None) | {"patient": patient},
        {"resourceType": "Patient", "id": "a", "birthDate": "1990-01-01"},
        {"resourceType": "Condition", "id": "d", "subject": {"reference": "Patient/b"}, "code": pregnant},
    ]
    send(store, ndjson(*lines))
    [record] = known(store)
    assert [each.code for each in record.statement.context] == ["77386006"]


def test_too_much_beside_the_records_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from adapter.intake import surroundings

    monkeypatch.setattr(surroundings, "LARGEST", 2_000)
    patients = [{"resourceType": "Patient", "id": f"p{at}", "birthDate": "1990-01-01"} for at in range(50)]
    place = {"resourceType": "Location", "id": "l"}
    taken = send(
        store, ndjson(immunization("v1", patient=None) | {"patient": {"reference": "Patient/p1"}}, *patients, place)
    )
    assert (counted(taken), taken.figures.context) == ((1, 0, 0, 1), 51)
    [item] = store.quarantine.listed()
    assert item.length == 0
    assert "references to Patient were not followed" in item.issues[0].text


def test_a_lone_patient_in_an_export_is_context(store: Store) -> None:
    patient = ndjson({"resourceType": "Patient", "id": "1"})
    taken = send(store, patient, lines_by_name=True)
    assert (counted(taken), taken.figures.context) == ((0, 0, 0, 0), 1)


def test_a_line_that_is_too_long(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CHUNK", 1_000)
    monkeypatch.setattr(lines, "LONGEST_LINE", 1 << 20)
    filler = encoded({"resourceType": "Immunization", "note": [{"text": "x" * (3 << 20)}]})
    taken = send(store, ndjson(THREE[0]) + filler + b"\n" + ndjson(THREE[1]))
    assert taken.figures.new == 2
    assert {item.pointer for item in store.quarantine.listed()} == {"/1"}
    assert sorted(record.pointer for record in known(store)) == ["/0", "/2"]


def test_large_documents_come_in_several_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "PIECES", 7)
    many = [immunization(f"v{number}", patient=number) for number in range(50)]
    taken = send(store, bundle(*many, FAULTY, {"resourceType": "Patient"}))
    assert (counted(taken), taken.figures.context) == ((50, 0, 0, 1), 1)
    assert counted(send(store, bundle(*many, FAULTY, {"resourceType": "Patient"}))) == (0, 0, 50, 1)


def test_no_patient_data_outside_the_payload(store: Store) -> None:
    send(store, ndjson(THREE[0], immunization("9990000026", patient=2), FAULTY, deletion(by_identifier("v0"))))
    for record in known(store):
        assert "999000" not in repr(record)
    for item in store.quarantine.listed():
        assert "999000" not in repr(item)
    assert any(each.identifiers[0].value.startswith("sha256:") for each in known(store))


def test_a_resource_that_we_stumble_over_stops_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from adapter.intake import reading

    validate = reading.validate

    def stumbling(resource: dict[str, object], *others: object) -> object:
        if "v1" in json.dumps(resource["identifier"]):
            raise KeyError("secret value")
        return validate(resource, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "validate", stumbling)
    monkeypatch.setattr(shared_reader(), "stencils", None)  # it may know these texts from other tests
    assert counted(send(store, ndjson(*THREE))) == (2, 0, 0, 1)
    [item] = store.quarantine.listed()
    assert item.issues[0].code == "exception"
    assert "secret" not in repr(item)


def test_identifiers_are_shown_sorted(store: Store) -> None:
    two = [{"system": "urn:b", "value": "2"}, {"system": "urn:a", "value": "9"}]
    send(store, immunization(identifier=two))
    assert known(store)[0].identifiers == (Identifier("urn:a", "9"), Identifier("urn:b", "2"))
