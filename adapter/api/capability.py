"""What the FHIR endpoint can do: a CapabilityStatement of R4."""

from __future__ import annotations

from typing import Any

import adapter

CHANGED = "2026-11-22"
"""The day on which what it says was last changed."""

_SECURITY = (
    "`Authorization: Bearer …` with a key that `adapter keys create` made, or a token of the authorization server that "
    "is configured. `feed:write:NAME` writes to one feed; `audit:read` reads, that feed alone if there is one. Every "
    "read is recorded."
)
_BUNDLES = (
    "POST a Bundle of any type. A transaction is taken whole or not at all, a batch entry by entry with an answer to "
    "each, any other (message, collection, history, document) entry by entry with one OperationOutcome. R4 and STU3 "
    "are told by content; fhirVersion in the media type must not contradict. Bodies and answers may be gzip. "
    "`Prefer: return=` minimal, representation or OperationOutcome."
)
_RECORDS = (
    "A record is known by its identifiers within its feed. The same bytes again are a receipt; a create of what is "
    "known becomes its next version. An update names a record by the id of this service or of its source, guarded by "
    "If-Match. What is read is what was sent, under the id and version of this service; If-None-Match saves the way. "
    "Deletes keep the versions. A search shows records as they were when it began, in order of arrival; GET, or POST "
    "to _search. Parameters other than these are refused."
)
_SEARCH = (
    ("identifier", "token", "`{system}|{value}`; also in If-None-Exist, and alone in deletes."),
    ("date", "date", "When it was given. Prefixes eq, ne, gt, lt, ge, le, sa, eb; a day is London's."),
    ("_id", "token", "The id of this service, or of the source where the key is of one feed."),
    (
        "_lastUpdated",
        "date",
        "When the version in force came. Prefixes eq, gt, lt, ge, le, sa, eb; one stretch of time.",
    ),
)


def capability_statement() -> dict[str, Any]:
    codes = ("read", "vread", "update", "delete", "create", "search-type")
    interactions = [{"code": code} for code in codes]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED,
        "publisher": "immunisation-cqrs-adapter",
        "kind": "instance",
        "software": {"name": "immunisation-cqrs-adapter", "version": adapter.__version__},
        "implementation": {
            "description": "Takes and gives back Immunizations, for the reconciliation of achievement counts."
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _BUNDLES,
                "security": {"cors": False, "description": _SECURITY},
                "resource": [
                    {
                        "type": "Immunization",
                        "documentation": _RECORDS,
                        "interaction": interactions,
                        "versioning": "versioned-update",
                        "readHistory": True,
                        "updateCreate": True,
                        "conditionalCreate": True,
                        "conditionalRead": "not-match",
                        "conditionalUpdate": False,
                        "conditionalDelete": "single",
                        "referencePolicy": ["literal", "local"],
                        "searchParam": [
                            {"name": name, "type": type_, "documentation": about} for name, type_, about in _SEARCH
                        ],
                    }
                ],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }
