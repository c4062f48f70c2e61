"""The one door: bytes in; evidence, statements and quarantine kept; what became of it out."""
