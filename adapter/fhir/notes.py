"""What is left in the notes of a STU3 record: the GMS marker, and the facts that a record transfer wrote into text.

The rest of a note is free text about a person. Nothing but the few values below ever leaves this file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

_GMS = re.compile(r"(?<!\w)GMS ?: ?(GMS \(Another Practice\)|Not GMS|GMS)(?=$|[\s,;.\-\]])")
"""immunization-stu3.md section 4: matches every marker of the public test records, and nothing else in them."""

_KEYS = (
    "Origin|Parent Present|Primary Source|Location|Manufacturer|Batch Number|Batch|Expiration|Expiry Date|Site|"
    "Injection site|Route|Quantity|Reason not given|Reason|Vaccination Protocol(?: [0-9]{1,9})?|Sequence|Doses|"
    "Target Disease|Substance|End Date|Administered by organisation|GMS|Scheduled/Unscheduled"
)
_KEY = re.compile(rf"(?<![\w/])({_KEYS}) ?:", re.IGNORECASE)
_LONGEST_KEY = 32
"""`Vaccination Protocol 123456789 :`"""
_END = re.compile(r"[\],;]")
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")
_LOT_WORD = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Za-z][0-9A-Za-z./-]{0,19}")
_LOT_KEYS = ("batch", "batch number")


class Note(Struct, frozen=True):
    """What the notes say. `primary_source` is None and `dose` None where they do not say it, `lot` "" likewise."""

    gms: tuple[str, ...] = ()
    not_given: bool = False
    primary_source: bool | None = None
    lot: str = ""
    dose: int | None = None
    substance: bool = False
    """The vaccine was named in text (`Substance:`)."""


_SILENT = Note()


def read_notes(texts: list[str]) -> Note:
    """All notes of a record, in their order, joined and with white space folded.

    A record that was transferred twice carries the older note behind the newer one: of two values of one key the last
    is nearest to the source, since what stands before it was read from elements that a transfer had overwritten.
    """
    text = " ".join(" ".join(texts).split())
    if ":" not in text:
        return _SILENT  # every marker and every key ends in a colon
    said = _values(text)
    sources = [_truth(value) for key, value in said if key == "primary source"]
    lots = [lot for key, value in said if key in _LOT_KEYS and (lot := _lot(value))]
    return Note(
        gms=tuple(sorted(set(_GMS.findall(text)))),
        not_given=any(key == "reason not given" for key, _ in said),
        primary_source=next((truth for truth in reversed(sources) if truth is not None), None),
        lot=lots[-1] if lots else "",
        dose=_dose(said),
        substance=any(key == "substance" and value for key, value in said),
    )


def _values(text: str) -> list[tuple[str, str]]:
    """Keys, lower case, and their values: up to the next key."""
    matches = list(_keys(text))
    ends = [match.start() for match in matches[1:]] + [len(text)]
    return [(match[1].lower(), text[match.end() : end].strip()) for match, end in zip(matches, ends, strict=False)]


def _keys(text: str) -> Iterator[re.Match[str]]:
    """Each key stands right before a colon: only there is it looked for, since notes are long."""
    after = 0
    colon = text.find(":")
    while colon >= 0:
        match = _KEY.search(text, max(after, colon - _LONGEST_KEY), colon + 1)
        if match:
            yield match
        after = colon + 1
        colon = text.find(":", after)


def _truth(value: str) -> bool | None:
    word = re.match(r"(true|false)\b", value, re.IGNORECASE)
    return word[1].lower() == "true" if word else None


def _lot(value: str) -> str:
    """The lot at the start of a value that may run on into free text: a word that holds a digit, or two of them. In
    EMIS's brackets the lot ends where the bracket does.
    """
    words = _END.split(value)[0].split()
    bracketed = _LOT_WORD.fullmatch("".join(words[:2])) if len(words) <= 2 and "]" in value else None
    if bracketed:
        return bracketed[0].upper()
    if not words or not _LOT_WORD.fullmatch(words[0]):
        return ""
    whole = len(words) == 2 and bool(_LOT_WORD.fullmatch(words[1]))
    return ("".join(words) if whole else words[0]).upper()


def _dose(said: list[tuple[str, str]]) -> int | None:
    """`Vaccination Protocol 1: … Sequence: 2, Doses: 3`; protocols that disagree say nothing."""
    found: set[int] = set()
    in_protocol = False
    for key, value in said:
        if key.startswith("vaccination protocol"):
            in_protocol = True
        elif key == "sequence" and in_protocol:
            number = _NUMBER.match(value)
            if number:
                found.add(int(number[0]))
    return found.pop() if len(found) == 1 else None
