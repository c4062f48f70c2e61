from collections.abc import Callable
from typing import Any

import pytest
from adapter.fhir.context import Context, Place, Scope
from adapter.fhir.entry import Entry
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.reading import read
from adapter.fhir.statement import SourceOrder, Statement

Json = dict[str, Any]
PSEUDONYM = Pseudonym(b"a key for tests")


@pytest.fixture
def pseudonym() -> Pseudonym:
    return PSEUDONYM


@pytest.fixture
def beside() -> Callable[..., Context]:
    """A Context of these resources, as entries of one Bundle."""
    return _context


@pytest.fixture
def entry() -> Callable[..., Entry]:
    return lambda record, *others, **kind: Entry(record, _context(*others, **kind), PSEUDONYM)


@pytest.fixture
def r4() -> Callable[..., Statement]:
    """Reads an R4 Immunization (with a status, unless it has one) beside other resources."""
    return _reader("R4")


@pytest.fixture
def stu3() -> Callable[..., Statement]:
    return _reader("STU3")


def _reader(version: Any) -> Callable[..., Statement]:
    def reads(record: Json, *others: Json, **kind: Any) -> Statement:
        whole = {"resourceType": "Immunization", "id": "imm-1", "status": "completed"} | record
        return read(whole, version, _context(*others, **kind), SourceOrder(), "", PSEUDONYM, "0" * 64)

    return reads


def _context(*resources: Json, bundle: str = "collection") -> Context:
    def place(index: int, resource: Json) -> Place:
        pointer = f"bundle#/entry/{index}/resource"
        return Place(pointer, resource["resourceType"], resource.get("id", ""), lambda: resource)

    places = [place(index, resource) for index, resource in enumerate(resources)]
    return Context((Scope(places, bundle),)) if places else Context()
