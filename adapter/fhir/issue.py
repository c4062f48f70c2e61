"""One fault of one resource, as a value."""

from __future__ import annotations

from msgspec import Struct


class Issue(Struct, frozen=True, order=True):
    """`code` is from FHIR's IssueType list (`structure`, `required`, `value`, `invariant`, `not-supported`, ...);
    `expression` is a FHIRPath such as `Immunization.performer[1].actor`, "" for a whole file; `text` is a sentence
    that says what is wrong and what to do. None of them ever holds a value that was sent.
    """

    code: str
    expression: str
    text: str
