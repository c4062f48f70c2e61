"""What every worker of a crew needs, made as this is imported: once, by the server that they are copies of."""

from __future__ import annotations

from adapter.fhir import fast_tier

fast_tier.prepare()
