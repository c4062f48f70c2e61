"""The dm+d product hierarchy: from a pack or a brand up to the product that our tables know.

Reads the XML files of the NHS dm+d release (`f_vmp…`, `f_amp…`, `f_vmpp…`, `f_ampp…`), of which only the id, the
parent's id, the name and the mark of invalidity are read, and a CSV file with the columns `code,level,parent,term`.

    VMP                     VPID
    VMPP                    VPPID    of VMP by VPID
    AMP                     APID     of VMP by VPID
    AMPP                    APPID    of AMP by APID, of VMPP by VPPID
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, cast
from xml.parsers import expat

from msgspec import Struct

from adapter.normalise.code_checks import concept_fault
from adapter.normalise.official_file import place, printable, read_csv, sha256
from adapter.normalise.table import Problem

ProductLevel = Literal["VMP", "VMPP", "AMP", "AMPP", "TF"]
COLUMNS = ("code", "level", "parent", "term")
_ID: dict[str, str] = {"VMP": "VPID", "VMPP": "VPPID", "AMP": "APID", "AMPP": "APPID"}
_PARENTS: dict[str, tuple[str, ...]] = {"VMP": (), "VMPP": ("VPID",), "AMP": ("VPID",), "AMPP": ("APID", "VPPID")}
_LEVELS = ("VMP", "VMPP", "AMP", "AMPP", "TF")


class Product(Struct, frozen=True, order=True):
    """`parents` are the products that it is a pack, a brand or a kind of, the nearest first."""

    code: str
    level: ProductLevel
    parents: tuple[str, ...]
    term: str
    invalid: bool = False


class Hierarchy(Struct, frozen=True):
    """Every product of the files by code. `files` are their SHA-256."""

    files: tuple[str, ...]
    products: dict[str, Product]


def read_hierarchy(contents: Sequence[bytes]) -> Hierarchy | tuple[Problem, ...]:
    """All files together: one file of products leads to those of another."""
    products: list[Product] = []
    problems: list[Problem] = []
    for ordinal, content in enumerate(contents, start=1):
        text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
        found, faults = (_xml if text.startswith(b"<") else _csv)(content, place(ordinal))
        products += found
        problems += faults
        if not found and not faults:
            problems.append(Problem(place(ordinal), 0, "", "There is no product in it."))
    joined: dict[str, Product] = {}
    for product in products:
        other = joined.setdefault(product.code, product)
        if other.level != product.level:
            problems.append(Problem(place(1), 0, "", f"{product.code} is {other.level} and {product.level}."))
        parents = tuple(dict.fromkeys((*other.parents, *product.parents)))
        joined[product.code] = Product(
            product.code, other.level, parents, other.term or product.term, other.invalid or product.invalid
        )
    if problems:
        return tuple(sorted(set(problems)))
    return Hierarchy(tuple(sorted(map(sha256, contents))), dict(sorted(joined.items())))


def _csv(content: bytes, file: str) -> tuple[list[Product], list[Problem]]:
    lines = read_csv(content, file, COLUMNS)
    if isinstance(lines, Problem):
        return [], [lines]
    products, problems = [], []
    for line in lines:
        faults = [fault for column in ("code", "parent") if line[column] and (fault := line.concept_problem(column))]
        if not line["code"]:
            faults.append(line.problem("code", "Must not be empty."))
        if line["level"] not in _LEVELS:
            faults.append(line.problem("level", f"Must be one of {', '.join(_LEVELS)}."))
        problems += faults
        if not faults:
            parents = (line["parent"],) if line["parent"] else ()
            level = cast(ProductLevel, line["level"])
            products.append(Product(line["code"], level, parents, printable(line["term"])))
    return products, problems


class _DeclarationRefused(Exception):
    """The text declares a document type, without which no entity can be declared."""


def _xml(content: bytes, file: str) -> tuple[list[Product], list[Problem]]:
    reading = _Reading(file)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.StartDoctypeDeclHandler = _refuse
    reading.line = lambda: parser.CurrentLineNumber
    try:
        parser.Parse(content, True)
    except _DeclarationRefused:
        return [], [Problem(file, 0, "", "The XML declares a document type, which dm+d files never do.")]
    except (expat.ExpatError, LookupError, ValueError):
        return [], [Problem(file, parser.ErrorLineNumber, "", "The XML is broken: take the file as released.")]
    return reading.products, reading.problems


def _refuse(*_: object) -> None:
    raise _DeclarationRefused


class _Reading:
    """One product at a time: its leaf elements are its fields."""

    def __init__(self, file: str) -> None:
        self.products: list[Product] = []
        self.problems: list[Problem] = []
        self.line: Callable[[], int] = lambda: 0
        self._file = file
        self._fields: dict[str, str] | None = None
        self._text = ""

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name in _ID:
            self._fields = {}
        self._text = ""

    def text(self, text: str) -> None:
        self._text += text

    def end(self, name: str) -> None:
        if self._fields is None:
            return
        if name not in _ID:
            self._fields[name] = self._text.strip()
            return
        fields, self._fields = self._fields, None
        code = fields.get(_ID[name], "")
        if concept_fault(code):
            self.problems.append(
                Problem(self._file, self.line(), _ID[name], "No product id: take the file as released.")
            )
            return
        parents = tuple(fields[parent] for parent in _PARENTS[name] if fields.get(parent))
        term = printable(fields.get("DESC") or fields.get("NM", ""))
        self.products.append(Product(code, cast(ProductLevel, name), parents, term, fields.get("INVALID") == "1"))
