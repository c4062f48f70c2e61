"""What the FHIR endpoint can do: a CapabilityStatement of R4."""

from __future__ import annotations

from typing import Any

import adapter

CHANGED = "2026-11-22"
"""The day on which what it says was last changed."""

_SECURITY = (
    "A key as `Authorization: Bearer …`. It names the one feed that it writes to; `adapter keys create` makes it."
)
_BUNDLES = (
    "POST a Bundle of any type. A transaction (up to 500 records) is taken whole or not at all, a batch entry by entry "
    "with an answer to each, any other entry by entry with one OperationOutcome. R4 and STU3 are told by content."
)
_RECORDS = (
    "A record is known by its identifiers within its feed. The same bytes again are a receipt; a create of what is "
    "known becomes its next version. An update names a record by the id of this service or of its source. Nothing "
    "is read here."
)


def capability_statement() -> dict[str, Any]:
    interactions = [{"code": code} for code in ("create", "update", "delete")]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED,
        "publisher": "immunisation-cqrs-adapter",
        "kind": "instance",
        "software": {"name": "immunisation-cqrs-adapter", "version": adapter.__version__},
        "implementation": {"description": "Takes Immunizations for the reconciliation of achievement counts."},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
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
                        "readHistory": False,
                        "updateCreate": True,
                        "conditionalCreate": True,
                        "conditionalUpdate": False,
                        "conditionalDelete": "single",
                        "referencePolicy": ["literal", "local"],
                        "searchParam": [
                            {
                                "name": "identifier",
                                "type": "token",
                                "documentation": "In If-None-Exist and in deletes: `identifier={system}|{value}`.",
                            }
                        ],
                    }
                ],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }
