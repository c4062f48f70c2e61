"""FHIR Immunizations in, CQRS-ready achievement counts out, every count traceable to its source bytes."""

__version__ = "0.1.0"
