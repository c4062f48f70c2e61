"""A practice's return as a PDF: the same parts and words as the page. The same return gives the same bytes.

The fonts are those that every reader of PDF has, so a letter that they lack shows as a box; the page shows it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import partial
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from adapter.achievement.practice_return import Group, PracticeReturn
from adapter.achievement.return_words import WORDS, left_out, questions, steps, title_of

_INK, _SOFT, _LINE = HexColor("#212b32"), HexColor("#425563"), HexColor("#aeb7bd")
_BLUE, _WARM, _AMBER, _GREEN = HexColor("#003087"), HexColor("#fff4d6"), HexColor("#7a4a00"), HexColor("#00572d")
_MARGIN = 15 * mm
_PADDING = 6
"""What the library leaves free inside the margins."""
_WIDTH = A4[0] - 2 * _MARGIN

_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9.5, leading=13, textColor=_INK, spaceAfter=4)
_OPENING = ParagraphStyle("opening", _TEXT, keepWithNext=1)
_STEP = ParagraphStyle("step", _TEXT, spaceAfter=3)
_TITLE = ParagraphStyle("title", _TEXT, fontName="Helvetica-Bold", fontSize=19, leading=23, textColor=_BLUE)
_LEAD = ParagraphStyle("lead", _TEXT, fontSize=11, leading=15, textColor=_SOFT, spaceAfter=8)
_PART = ParagraphStyle("part", _TITLE, fontSize=13, leading=17, spaceBefore=14, spaceAfter=4, keepWithNext=1)
_HEAD = ParagraphStyle("head", _TEXT, fontName="Helvetica-Bold", spaceBefore=8, spaceAfter=2, keepWithNext=1)
_DO = ParagraphStyle("do", _TEXT, leftIndent=6, spaceAfter=4, keepWithNext=1)
_CELL = ParagraphStyle("cell", _TEXT, fontSize=8.5, leading=11, spaceAfter=0)
_COLUMN = ParagraphStyle("column", _CELL, fontName="Helvetica-Bold")
_NUMBER = ParagraphStyle("number", _CELL, alignment=TA_RIGHT)
_COLUMN_NUMBER = ParagraphStyle("column of numbers", _COLUMN, alignment=TA_RIGHT)
_CODE = ParagraphStyle("code", _CELL, fontName="Courier", fontSize=6.8, leading=9, splitLongWords=1)
_FIGURE = ParagraphStyle("figure", _TEXT, fontName="Helvetica-Bold", fontSize=17, leading=20)
_SMALL = ParagraphStyle("small", _TEXT, fontSize=8, leading=10, textColor=_SOFT)


def pdf(one: PracticeReturn) -> bytes:
    """A4, with the practice, the run and the page at the foot of each page."""
    sheet = io.BytesIO()
    document = SimpleDocTemplate(
        sheet,
        pagesize=A4,
        leftMargin=_MARGIN - _PADDING,
        rightMargin=_MARGIN - _PADDING,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 4 * mm,
        title=f"{title_of(one)}, {one.months}",
        author="immunisation-cqrs-adapter",
        subject=f"Vaccinations counted by run {one.source.run}",
        lang="en-GB",
        invariant=1,
    )
    foot = partial(_foot, said=f"{title_of(one)} · {one.months} · run {one.source.run[:12]}")
    document.build(list(_parts(one)), onFirstPage=foot, onLaterPages=foot)
    return sheet.getvalue()


def _foot(canvas: Canvas, document: SimpleDocTemplate, said: str) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 7.5)
    canvas.setFillColor(_SOFT)
    canvas.drawString(_MARGIN, 10 * mm, said)
    canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"page {document.page}")
    canvas.restoreState()


def _parts(one: PracticeReturn) -> Iterator[Flowable]:
    yield _said(title_of(one), _TITLE)
    looking_back = f" from what was known at {one.source.as_of}" if one.source.as_of else ""
    yield _said(f"Vaccinations given {one.months}, as counted on {one.source.counted_on}{looking_back}.", _LEAD)
    yield _figures(one)
    yield Spacer(1, 8)
    yield _now(one)
    yield _said("1. What was counted", _PART)
    yield from _counts(one)
    yield _said("2. Vaccinations that we ask you about", _PART)
    if one.to_answer:
        yield _said(
            "Nobody can tell from these records that your practice gave the dose. They are not in the counts until "
            "they are cleared up.",
            _OPENING,
        )
    yield from _lists(one.to_answer)
    yield _said("3. Vaccinations to confirm", _PART)
    if one.to_confirm:
        yield _said("These are counted, but stand in counts that are held.", _OPENING)
    if one.confirmed:
        yield _said(f"Confirmed already: {one.confirmed}.", _OPENING)
    yield from _lists(one.to_confirm)
    yield _said("4. Vaccinations that are left out", _PART)
    if one.not_paid:
        yield _said(
            "These are not paid to your practice, each for the reason above its list. Most need nothing.", _OPENING
        )
    yield from _lists(one.not_paid)
    yield _said("5. How to answer", _PART)
    yield _said(WORDS.find)
    for answer, meaning in WORDS.answers:
        yield Paragraph(f"<b>{escape(answer)}</b> {escape(meaning)}", _DO)
    yield _said(WORDS.afterwards)
    yield from _sources(one)
    yield Spacer(1, 10)
    yield _said(WORDS.foot, _SMALL)


def _figures(one: PracticeReturn) -> Flowable:
    figures: list[tuple[str, int, Color]] = [
        ("Counted", one.counted, _BLUE),
        ("of these ready to be paid", one.counted - one.held, _GREEN),
        ("of these held back", one.held, _AMBER),
        ("Questions to you", questions(one), _AMBER),
        ("Left out", left_out(one), _BLUE),
    ]
    row = [[_said(name, _SMALL), _said(str(value), _FIGURE)] for name, value, _ in figures]
    edges = [("LINEBEFORE", (place, 0), (place, 0), 4, colour) for place, (_, _, colour) in enumerate(figures)]
    style = TableStyle([*edges, ("VALIGN", (0, 0), (-1, -1), "BOTTOM"), ("LEFTPADDING", (0, 0), (-1, -1), 8)])
    return LongTable([row], colWidths=[_WIDTH / len(figures)] * len(figures), style=style)


def _now(one: PracticeReturn) -> Flowable:
    todo = [_said(f"{place}. {step}", _STEP) for place, step in enumerate(steps(one), start=1)]
    inside = [_said("What to do now", _HEAD), *(todo or [_said("Nothing: no question is open, no count is held.")])]
    style = TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), _WARM),
            ("LINEBEFORE", (0, 0), (0, -1), 4, _AMBER),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ]
    )
    return LongTable([[inside]], colWidths=[_WIDTH], style=style)


def _counts(one: PracticeReturn) -> Iterator[Flowable]:
    if not one.lines:
        yield _said("Nothing was counted, left out or queried in these months.")
        return
    heads = ("Service", "Month", "Indicator", "Counted", "To check", "Left out", "State")
    rows = [
        (
            line.service,
            line.month,
            line.indicator,
            line.value,
            line.queried,
            line.excluded,
            ("held" if line.holds else "ready") + (", declared" if line.declared else ""),
        )
        for line in one.lines
    ]
    sums = (one.counted, sum(line.queried for line in one.lines), sum(line.excluded for line in one.lines))
    yield _table(heads, [*rows, ("All", "", "", *sums, "")], (30, 18, 18, 9, 9, 9, 13), numbers=(3, 4, 5))
    if one.held_lines:
        yield _said("Why counts are held", _HEAD)
        why = [
            (f"{line.service}, {line.month}", line.value, "\n".join(said for _, said in line.holds), line.count)
            for line in one.held_lines
        ]
        yield _table(
            ("Count of", "Counted", "Why, and what releases it", "Name of the count"), why, (22, 9, 45, 24), (1,), (3,)
        )


def _lists(groups: Sequence[Group]) -> Iterator[Flowable]:
    if not groups:
        yield _said("None.")
    for group in groups:
        heads = ("Given on", "Service", "Identifier of the record", "Came from", "Decision")
        rows = [(one.given, one.service, one.value, one.feed, one.decision) for one in group.entries]
        number = "1 vaccination" if len(rows) == 1 else f"{len(rows)} vaccinations"
        yield _said(f"{group.says} ({number})", _HEAD)
        yield Paragraph(f"<b>What to do:</b> {escape(group.do)}", _DO)
        yield _table(heads, rows, (62, 95, 156, 60, 138), codes=(2, 4))


def _sources(one: PracticeReturn) -> Iterator[Flowable]:
    source = one.source
    yield _said("6. Where these figures come from", _PART)
    yield _said(WORDS.source)
    rows = [
        ("Run", source.run),
        ("Digest of all that the run gave", source.output),
        ("Rules", source.rules),
        ("Directory of organisations", source.directory),
        ("Program", source.code),
        ("Signed checkpoint of the ledger", source.checkpoint or "none: no key signs here"),
    ]
    yield _table(("What", "Value"), rows, (28, 72), codes=(1,))
    if one.lines:
        yield Spacer(1, 6)
        roots = [(f"{line.indicator}, {line.month}", line.count, line.root) for line in one.lines]
        yield _table(("Count of", "Name of the count", "Root"), roots, (28, 28, 44), codes=(1, 2))


def _table(
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    shares: Sequence[int],
    numbers: Sequence[int] = (),
    codes: Sequence[int] = (),
) -> Flowable:
    """Columns take shares of the width; the head is repeated on each page."""
    top = [_said(head, _COLUMN_NUMBER if place in numbers else _COLUMN) for place, head in enumerate(heads)]
    styles = [_NUMBER if place in numbers else _CODE if place in codes else _CELL for place in range(len(heads))]
    body = [[_said(str(cell), style) for cell, style in zip(row, styles, strict=True)] for row in rows]
    lines = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 1, _INK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.5, _LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 5),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ]
    )
    widths = [_WIDTH * share / sum(shares) for share in shares]
    return LongTable([top, *body], colWidths=widths, repeatRows=1, style=lines)


def _said(text: str, style: ParagraphStyle = _TEXT) -> Paragraph:
    """Text as it is: nothing in it is read as markup."""
    return Paragraph("<br/>".join(escape(line) for line in text.split("\n")), style)
