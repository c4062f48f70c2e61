from __future__ import annotations

from pathlib import Path

import pytest
from adapter.fhir.issue import Issue
from adapter.organisations.role_table import RoleMeaning, open_roles, read_roles

HEADER = "role,kind,primary,source,open,note\n"
TABLE = Path(__file__).parents[3] / "mappings" / "organisation_roles.csv"


def test_our_own_table_is_sound() -> None:
    table = read_roles(TABLE.read_bytes())
    assert RoleMeaning("RO177", "cost-centre", True) in table
    assert RoleMeaning("RO76", "gp-practice", False) in table
    assert not any(isinstance(row, Issue) for row in table)


def test_an_open_question_is_left_out() -> None:
    assert read_roles(f"{HEADER},care-home,,s,not public,n\n".encode()) == ()


def test_what_is_open_is_listed_by_its_line() -> None:
    content = (
        f"{HEADER}RO96,branch,yes,s,,n\n,care-home,,s,not public,n\nRO272,other-provider,,s,unconfirmed,n\n".encode()
    )
    assert open_roles(content) == ((3, "care-home", "not public"), (4, "RO272", "unconfirmed"))


@pytest.mark.parametrize(
    "row",
    ["R177,branch,yes,s,,n", "RO1,nonsense,yes,s,,n", "RO1,branch,perhaps,s,,n", "RO1,branch", "RO96,branch,,s,,n"],
)
def test_a_fault_names_its_row(row: str) -> None:
    issues = read_roles(f"{HEADER}RO96,branch,yes,s,,n\n{row}\n".encode())
    assert [issue.expression for issue in issues if isinstance(issue, Issue)] == ["row 3"]


@pytest.mark.parametrize("content", [b"", b"role,kind\n", b"\xff\xfe", b'"open\n'])
def test_another_kind_of_file_is_refused_whole(content: bytes) -> None:
    (issue,) = read_roles(content)
    assert isinstance(issue, Issue)
