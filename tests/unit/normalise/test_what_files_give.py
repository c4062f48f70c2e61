"""Files of official tables as they are read: every value whole, and every sentence about a file that is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import pytest
from adapter.normalise.dmd import Hierarchy, Product, read_hierarchy
from adapter.normalise.official_file import Line, place, printable, read_csv
from adapter.normalise.reference_set import COLUMNS as SET_COLUMNS
from adapter.normalise.reference_set import Content, read_reference_sets
from adapter.normalise.rf2 import ASSOCIATION, CONCEPT, DESCRIPTION, Concept, Snapshot, read_snapshot
from adapter.normalise.snomed import check_digit
from adapter.normalise.table import Problem

WRONG_DIGIT = "The check digit is wrong: a digit is mistyped, or a spreadsheet has rounded the id."
NO_ID = "No SNOMED id: 6 to 18 digits without a leading zero."


def code(number: int, partition: str = "10") -> str:
    body = f"99900{number:03}1000{partition}"
    return body + check_digit(body)


ONE, TWO, THREE, FOUR, FIVE = map(code, range(1, 6))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# Any CSV file


def test_lines_are_found_by_their_columns_in_any_order_and_case() -> None:
    text = ' b ,EXTRA,A,more\r\n2 , x, 1,\r\n\r\n,,,\r\n"4\n5",,3,m\r\n'
    assert read_csv(text.encode("utf-8-sig"), "f", ("A", "b"), ("More", "none")) == [
        Line("f", 2, {"b": "2", "": "x", "A": "1", "More": ""}),
        Line("f", 5, {"b": "4\n5", "": "", "A": "3", "More": "m"}),
    ]


def test_a_column_that_the_file_has_not_is_empty() -> None:
    [line] = read_csv(b"A\n1\n", "f", ("A",), ("B",)) or []
    assert isinstance(line, Line)
    assert (line["A"], line["B"]) == ("1", "")
    assert line.problem("A", "text") == Problem("f", 2, "A", "text")
    assert line.concept_problem("A") == Problem("f", 2, "A", NO_ID)
    assert Line("f", 2, {"A": ONE}).concept_problem("A") is None


def test_a_short_line_has_empty_cells_and_a_long_one_more_than_is_read() -> None:
    assert read_csv(b"A,B\n1\n1,2,3\n", "f", ("A", "B")) == [
        Line("f", 2, {"A": "1"}),
        Line("f", 3, {"A": "1", "B": "2"}),
    ]


def test_what_windows_writes_is_read() -> None:
    assert read_csv("A\n“Ménière”\n".encode("cp1252"), "f", ("A",)) == [Line("f", 2, {"A": "“Ménière”"})]
    assert read_csv(b"A\n\x81x\n", "f", ("A",)) == [Line("f", 2, {"A": "\ufffdx"})]


@pytest.mark.parametrize("content", [b"", b"A\n1\n", b"A,C\n1,2\n"])
def test_a_header_without_the_columns(content: bytes) -> None:
    assert read_csv(content, "f", ("A", "B")) == Problem("f", 1, "", "The header must have the columns A, B.")


def test_a_line_that_is_no_csv() -> None:
    assert read_csv(b'A\n1\n"2"x\n', "f", ("A",)) == Problem("f", 3, "", "The line cannot be read as CSV.")


def test_a_term_is_one_line() -> None:
    assert printable(" a\tb\r\n c\u200bd  ") == "a b c d"
    assert printable("Ménière “x”") == "Ménière “x”"


def test_a_file_is_spoken_of_by_its_place() -> None:
    assert place(3) == "file 3"


# The reference sets


def sets(*rows: tuple[str, str, str]) -> bytes:
    lines = [",".join(SET_COLUMNS), *(f"{cluster},d,{member},{term},^1,r" for cluster, member, term in rows)]
    return ("\n".join(lines) + "\n").encode()


def test_clusters_of_several_files() -> None:
    first = sets(("b_cod", ONE, "one"), ("A_COD", TWO, ""))
    second = sets(("B_COD", THREE, " three\tof them "), ("A_COD", TWO, "two"), ("A_COD", ONE, "again"))
    found = read_reference_sets([first, second])
    assert found == Content(
        files=tuple(sorted(map(sha256, (first, second)))),
        clusters={"A_COD": frozenset({ONE, TWO}), "B_COD": frozenset({ONE, THREE})},
        terms={ONE: "one", TWO: "", THREE: "three of them"},
    )
    assert isinstance(found, Content)
    assert list(found.clusters) == ["A_COD", "B_COD"]


def test_reference_sets_that_are_refused() -> None:
    bad = sets(("", ONE, "t"), ("A_COD", ONE, "t"), ("A_COD", "12", "t"))
    assert read_reference_sets([bad, b"x\n", sets()]) == (
        Problem("file 1", 2, "Cluster_ID", "Must not be empty."),
        Problem("file 1", 4, "SNOMED_code", NO_ID),
        Problem("file 2", 1, "", f"The header must have the columns {', '.join(SET_COLUMNS)}."),
        Problem("file 3", 0, "", "There is no row in it."),
    )


# dm+d


def products(*rows: str) -> bytes:
    return "\n".join(["code,level,parent,term", *rows, ""]).encode()


def xml(kind: str, *fields: str) -> bytes:
    inside = "".join(f"<{kind}>\n{one}</{kind}>" for one in fields)
    return f"<ROOT>{inside}</ROOT>".encode()


def test_products_of_several_files_are_joined() -> None:
    files = [
        b"\xef\xbb\xbf \n"
        + xml("AMPP", f"<APPID>{ONE}</APPID><APID>{TWO}</APID><VPPID>{FOUR}</VPPID><NM>n &amp; m</NM>"),
        xml("AMP", f"<APID> {TWO} </APID><VPID>{THREE}</VPID><NM>name</NM><DESC>said\n so</DESC><INVALID>1</INVALID>"),
        xml("VMP", f"<VPID>{THREE}</VPID><INVALID>0</INVALID>"),
        xml("VMPP", f"<VPPID>{FOUR}</VPPID><VPID>{THREE}</VPID><NM>pack</NM>", f"<VPPID>{FIVE}</VPPID>"),
        products(f"{FIVE},VMPP,{THREE},five", f"{ONE},AMPP,{FIVE},not this", f"{code(9)},TF,,"),
    ]
    found = read_hierarchy(files)
    assert isinstance(found, Hierarchy), found
    assert found.files == tuple(sorted(map(sha256, files)))
    assert list(found.products) == sorted(found.products)
    assert found.products == {
        ONE: Product(ONE, "AMPP", (TWO, FOUR, FIVE), "n & m"),
        TWO: Product(TWO, "AMP", (THREE,), "said so", True),
        THREE: Product(THREE, "VMP", (), ""),
        FOUR: Product(FOUR, "VMPP", (THREE,), "pack"),
        FIVE: Product(FIVE, "VMPP", (THREE,), "five"),
        code(9): Product(code(9), "TF", (), ""),
    }


def test_a_product_that_one_file_calls_invalid_is() -> None:
    files = [xml("VMP", f"<VPID>{ONE}</VPID>"), xml("VMP", f"<VPID>{ONE}</VPID><INVALID>1</INVALID>")]
    for sent in (files, files[::-1]):
        found = read_hierarchy(sent)
        assert isinstance(found, Hierarchy)
        assert found.products[ONE].invalid


def test_a_text_may_come_in_pieces() -> None:
    long = "word " * 20_000
    found = read_hierarchy([xml("VMP", f"<VPID>{ONE}</VPID><NM>{long}&lt;{long}</NM>")])
    assert isinstance(found, Hierarchy)
    assert found.products[ONE].term == " ".join(f"{long}<{long}".split())


def test_products_that_are_refused() -> None:
    assert read_hierarchy(
        [
            products("12,AMP,13,", f",XX,{ONE},", f"{ONE},AMP,956951000000105,", f"{TWO},AMP,,"),
            xml("AMP", f"<APID>{TWO}</APID>", "<APID>12</APID>", "<NM>none</NM>"),
            xml("VTM", "<VTMID>1</VTMID>"),
            b"<AMP>\n<APID>",
            b"<?xml version='1.0' encoding='nonsense'?><AMP/>",
            b"<!DOCTYPE a><AMP/>",
            products(),
            b"code\n",
        ]
    ) == (
        Problem("file 1", 2, "code", NO_ID),
        Problem("file 1", 2, "parent", NO_ID),
        Problem("file 1", 3, "code", "Must not be empty."),
        Problem("file 1", 3, "level", "Must be one of VMP, VMPP, AMP, AMPP, TF."),
        Problem("file 1", 4, "parent", WRONG_DIGIT),
        Problem("file 2", 3, "APID", "No product id: take the file as released."),
        Problem("file 2", 4, "APID", "No product id: take the file as released."),
        Problem("file 3", 0, "", "There is no product in it."),
        Problem("file 4", 2, "", "The XML is broken: take the file as released."),
        Problem("file 5", 1, "", "The XML is broken: take the file as released."),
        Problem("file 6", 0, "", "The XML declares a document type, which dm+d files never do."),
        Problem("file 7", 0, "", "There is no product in it."),
        Problem("file 8", 1, "", "The header must have the columns code, level, parent, term."),
    )


def test_a_product_has_one_level() -> None:
    found = read_hierarchy([products(f"{ONE},AMP,,"), products(f"{ONE},VMP,,")])
    assert found == (Problem("file 1", 0, "", f"{ONE} is AMP and VMP."),)


# SNOMED CT snapshots

SAME_AS, REPLACED_BY, WAS_A = "900000000000527005", "900000000000526001", "900000000000528000"


def tabbed(header: Sequence[str], *rows: Sequence[str]) -> list[bytes]:
    return [("\t".join(cells) + "\r\n").encode() for cells in (header, *rows)]


def concepts(*rows: tuple[str, str, str]) -> list[bytes]:
    return tabbed(CONCEPT, *((id_, time, active, "m", "d") for id_, time, active in rows))


def links(*rows: tuple[str, str, str, str]) -> list[bytes]:
    """Source, target, reference set, active."""
    return tabbed(ASSOCIATION, *(("u", "20240401", active, "m", kind, *ends) for *ends, kind, active in rows))


def texts(*rows: tuple[str, str, str]) -> list[bytes]:
    """Description, concept, active."""
    return tabbed(DESCRIPTION, *((id_, "20240402", on, "m", of, "en", "k", 'a "term"', "c") for id_, of, on in rows))


def test_a_snapshot_keeps_what_concerns_the_codes_asked_for() -> None:
    files = [
        texts(
            ("d1", ONE, "1"),
            ("d2", THREE, "0"),
            ("d3", FIVE, "1"),
            ("asked", FIVE, "1"),
        ),
        concepts((ONE, "20240301", "0"), (TWO, "20240501", "1"), (FIVE, "20240601", "1"), (THREE, "20230101", "0")),
        links(
            (ONE, THREE, SAME_AS, "1"),
            (ONE, TWO, REPLACED_BY, "1"),
            (TWO, FOUR, SAME_AS, "1"),
            (TWO, FIVE, SAME_AS, "0"),
            (TWO, FIVE, WAS_A, "1"),
            (TWO, code(8, "11"), SAME_AS, "1"),
            (TWO, "no id", SAME_AS, "1"),
            (FIVE, code(7), SAME_AS, "1"),
        ),
    ]
    expected = Snapshot(
        edition="20240601",
        concepts={ONE: Concept(False, "20240301"), TWO: Concept(True, "20240501"), THREE: Concept(False, "20230101")},
        successors={ONE: (TWO, THREE), TWO: (FOUR,), THREE: (), FOUR: (), "asked": ()},
        described={"d1": ONE, "d2": THREE, "asked": FIVE},
    )
    for sent in (files, files[::-1]):
        found = read_snapshot(sent, {ONE, "asked"})
        assert found == expected
        assert isinstance(found, Snapshot)
        for ordered in (found.concepts, found.successors, found.described):
            assert list(ordered) == sorted(ordered)


def test_empty_lines_and_other_bytes_are_read_over() -> None:
    sent = [b"\xef\xbb\xbf" + concepts()[0], b"\r\n", b" \t\n", *concepts((ONE, "20240301", "1"))[1:]]
    assert read_snapshot([sent], {ONE}) == Snapshot("20240301", {ONE: Concept(True, "20240301")}, {ONE: ()}, {})
    odd = texts((ONE, ONE, "1"))
    assert read_snapshot([[odd[0], odd[1].replace(b"term", b"\xff")]], {ONE}) == Snapshot(
        "20240402", {}, {ONE: ()}, {ONE: ONE}
    )


def test_a_snapshot_of_nothing() -> None:
    assert read_snapshot([], {ONE}) == Snapshot("", {}, {ONE: ()}, {})


@pytest.mark.parametrize(("length", "reached"), [(9, True), (10, True), (11, False)])
def test_a_chain_of_successors_is_not_endless(length: int, reached: bool) -> None:
    chain = [code(number) for number in range(100, 101 + length)]
    found = read_snapshot([links(*((one, after, SAME_AS, "1") for one, after in pairwise(chain)))], {chain[0]})
    assert isinstance(found, Snapshot)
    assert (chain[-1] in found.successors) is reached


NO_FILE = "No RF2 file of concepts, descriptions or associations."
TORN = "The line is not as the header says: take the file as released."


@pytest.mark.parametrize(
    ("files", "problems"),
    [
        (
            [[b"\xff\tactive\r\n"], concepts(), []],
            [Problem("file 1", 1, "", NO_FILE), Problem("file 3", 1, "", NO_FILE)],
        ),
        (
            [concepts((ONE, "20240301", "1"), (ONE, "20240301", "2")), texts(), [*texts(), b"x\ty\r\n", b"z\r\n"]],
            [Problem("file 1", 3, "", TORN), Problem("file 3", 2, "", TORN)],
        ),
    ],
)
def test_snapshots_that_are_refused(files: list[list[bytes]], problems: list[Problem]) -> None:
    assert read_snapshot(files, {ONE}) == tuple(problems)


def test_files_are_read_once() -> None:
    """A release has millions of lines: they come from a file that is open, and cannot come twice."""
    found = read_snapshot([iter(concepts((ONE, "20240301", "1")))], {ONE})
    assert isinstance(found, Snapshot)
    assert found.concepts == {ONE: Concept(True, "20240301")}
