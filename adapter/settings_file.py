"""The one file of settings, beside the environment: TOML, each key the name of a setting in lower case.

What the environment says goes before it. Feeds may stand in the same file, below [feeds.NAME].
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

from adapter.errors import UnreadablePath, UsageError

NAME = "ADAPTER_CONFIG"
_PREFIX = "ADAPTER_"
_FEEDS = "feeds"


def with_file(environ: Mapping[str, str], keys: Collection[str]) -> Mapping[str, str]:
    """The environment, and under it what the file says that `ADAPTER_CONFIG` names, as if it were environment. `keys`
    are the settings there are. Raises UnreadablePath, and UsageError by key: a value is never shown.
    """
    named = environ.get(NAME, "").strip()
    if not named:
        return environ
    said = _read(Path(named).expanduser())
    secrets = {f"{key}_file" for key in keys}
    found: dict[str, str] = {}
    for key, value in sorted(said.items()):
        if key == _FEEDS and isinstance(value, dict):
            found[f"{_PREFIX}FEEDS_FILE"] = named
        elif key not in keys and key not in secrets:
            raise UsageError(f"{NAME}: {key} is no setting: `docs/reference/settings.md` lists them.")
        else:
            found[_PREFIX + key.upper()] = _text(key, value)
    if _FEEDS in said and "feeds_file" in said:
        raise UsageError(f"{NAME}: it has feeds and names a feeds_file: keep one of them.")
    return _without_the_other_form(found, environ) | dict(environ)


def _read(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise UnreadablePath(f"The file that {NAME} names cannot be read: check its path.") from None
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise UsageError(f"The file that {NAME} names is no TOML{f' (line {at[1]})' if at else ''}: mend it.") from None


def _text(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str | int | float):
        return str(value)
    raise UsageError(f"{NAME}: {key} must be a text, a number, true or false.")


def _without_the_other_form(found: dict[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """Without a secret whose other form, itself or its file, the environment has."""
    kept = {}
    for name, text in found.items():
        other = name.removesuffix("_FILE") if name.endswith("_FILE") else f"{name}_FILE"
        if not environ.get(other, "").strip():
            kept[name] = text
    return kept
