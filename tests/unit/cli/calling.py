"""What a test of the command says and hears."""

from __future__ import annotations

from collections.abc import Callable

Said = tuple[int, str, str]
"""Exit code, standard output, standard error."""
Adapter = Callable[..., Said]
