"""Issues as a FHIR OperationOutcome: one entry a fault, each with where it is and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from adapter.fhir.issue import Issue

Severity = Literal["fatal", "error", "warning", "information"]


def operation_outcome(issues: Iterable[Issue], severity: Severity = "error") -> dict[str, Any]:
    """An OperationOutcome of R4. FHIR wants at least one issue in it."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(each, severity) for each in issues]}


def informed(text: str) -> dict[str, Any]:
    """One that tells of no fault."""
    return operation_outcome([Issue("informational", "", text)], "information")


def _issue(issue: Issue, severity: Severity) -> dict[str, Any]:
    said: dict[str, Any] = {"severity": severity, "code": issue.code, "details": {"text": issue.text}}
    if issue.expression:
        said["expression"] = [issue.expression]
    return said
