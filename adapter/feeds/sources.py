"""Where a feed is pulled from, as one TOML file says it.

A fault is told by its key, never by its value: somebody may have put a secret there after all.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cronsim import CronSim, CronSimError
from msgspec import Struct

from adapter.digest import short_id
from adapter.errors import UnknownName, UnreadablePath, UsageError
from adapter.feeds.source_kinds import (
    ApiKey,
    ClientSecret,
    Export,
    Folder,
    Pullable,
    Pushed,
    Schedule,
    Search,
    SignedJwt,
    Source,
    Structured,
)
from adapter.settings import Settings


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    feeds: dict[str, Source] = {}


def fingerprint(source: Source) -> str:
    """Tells sources apart whose cursors must not be mixed: what is asked of which server, and not how."""
    match source:
        case Search():
            return short_id("source", "search", source.url.rstrip("/"), sorted(source.parameters))
        case Export():
            return short_id("source", "export", source.url.rstrip("/"), source.group, sorted(source.types))
        case Folder():
            return short_id("source", "folder", source.path)
        case Structured():
            return short_id("source", "structured", source.url.rstrip("/"), source.patients_file)
        case Pushed():
            return short_id("source", "pushed")


def sources_of(file: Path | None) -> dict[str, Source]:
    """Those that the file names, by feed; none without a file. Raises UnreadablePath, and UsageError by key."""
    if file is None:
        return {}
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadablePath("The file that ADAPTER_FEEDS_FILE names cannot be read: check its path.") from None
    return read_sources(text)


def source_of(sources: dict[str, Source], name: str) -> Pullable:
    """A source that can be pulled from. Raises UnknownName, and UsageError for one that cannot."""
    if name not in sources:
        raise UnknownName("There is no source of that name: `adapter feeds list` shows those that are configured.")
    source = sources[name]
    if isinstance(source, Pushed):
        raise UsageError("This feed is pushed to us, so there is nothing to pull: see `kind` in the feeds file.")
    return source


def read_sources(text: str) -> dict[str, Source]:
    """The text of the file. Raises UsageError, which names the key and never shows a value."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise UsageError(f"The feeds file is no TOML{f' (line {at[1]})' if at else ''}: mend it.") from None
    feeds = said.get("feeds", {})
    found: dict[str, Source] = {}
    for name, one in sorted(feeds.items()) if isinstance(feeds, dict) else ():
        found[name] = _read(name, one)
    settings = {name for key in Settings.__struct_fields__ for name in (key, f"{key}_file")}
    if set(said) - {"feeds"} - settings or not isinstance(feeds, dict):
        raise UsageError("The feeds file holds tables called [feeds.NAME], and settings: mend its other keys.")
    return found


def _read(name: str, said: Any) -> Source:
    key = f"feeds.{name}"
    try:
        source: Source = msgspec.convert(said, Source)
    except msgspec.ValidationError as error:
        raise UsageError(f"{_place(key, str(error))}.") from None
    if source.expected and (source.expected.last or "9999-12") < source.expected.first:
        raise UsageError(f"{key}.expected: last lies before first.")
    if isinstance(source, Pushed):
        return source
    if source.schedule:
        _times(f"{key}.schedule", source.schedule)
    if isinstance(source, Folder):
        return source
    secret = source.credentials is not None or isinstance(source, Structured)  # a question that names a patient
    _address(f"{key}.url", source.url, secret=secret)
    if source.since and datetime(source.since.year, source.since.month, source.since.day, tzinfo=UTC) > _now():
        raise UsageError(f"{key}.since: lies in the future.")
    if isinstance(source, Search):
        for each in source.parameters:
            if "=" not in each or each.startswith("_lastUpdated"):
                raise UsageError(f"{key}.parameters: each is name=value, and none is _lastUpdated.")
    if isinstance(source, Structured):
        _headers(f"{key}.headers", source.headers)
    if bool(source.tls.certificate_file) != bool(source.tls.key_file):
        raise UsageError(f"{key}.tls: certificate_file and key_file go together.")
    match source.credentials:
        case ApiKey(key_env=env, key_file=file):
            _one_of(f"{key}.credentials", "key", env, file)
        case ClientSecret(token_url=url, client_secret_env=env, client_secret_file=file):
            _address(f"{key}.credentials.token_url", url, secret=True)
            _one_of(f"{key}.credentials", "client_secret", env, file)
        case SignedJwt(token_url=url, key_env=env, key_file=file):
            _address(f"{key}.credentials.token_url", url, secret=True)
            _one_of(f"{key}.credentials", "key", env, file)
    return source


def _now() -> datetime:
    return datetime.now(UTC)


def _headers(key: str, headers: dict[str, str]) -> None:
    for name, value in headers.items():
        if not re.fullmatch("[A-Za-z0-9-]{1,60}", name) or not (value.isascii() and value.isprintable()):
            raise UsageError(f"{key}: each is a name and a line of ASCII.")
        if name.lower() in ("authorization", "cookie", "apikey", "x-api-key"):
            raise UsageError(f"{key}: secrets go into `credentials`.")


def _times(key: str, schedule: Schedule) -> None:
    if schedule.every is not None and schedule.cron:
        raise UsageError(f"{key}: every and cron exclude each other.")
    if schedule.cron:
        try:
            CronSim(schedule.cron, _now())
        except CronSimError:
            raise UsageError(f"{key}.cron: must be five fields of cron, such as `15 6-20 * * 1-5`.") from None


def _one_of(key: str, secret: str, env: str, file: str) -> None:
    if bool(env) == bool(file):
        raise UsageError(f"{key}: name the variable of the secret as {secret}_env, or its file as {secret}_file.")


def _address(key: str, text: str, *, secret: bool) -> None:
    try:
        parts = urlsplit(text)
        host = parts.hostname if re.fullmatch(r"https?://[!-~]+", text) else None
        sound = bool(host) and not parts.query and not parts.fragment and parts.username is None
    except ValueError:
        host, sound = None, False
    if not sound:
        raise UsageError(f"{key}: is no web address without a query: write https://….")
    if secret and parts.scheme != "https" and host not in ("127.0.0.1", "localhost", "::1"):
        raise UsageError(f"{key}: credentials and patients go over https only: write https://….")


def _place(key: str, error: str) -> str:
    """A message of the decoder without the value that it shows."""
    what, _, at = error.partition(" - at `")
    path = re.sub(r"^key in |^\$|\[\.\.\.\]|`$", "", at)
    known = re.fullmatch(r"Object (missing required|contains unknown) field `([^`]*)`", what)
    if known:
        verdict = "is missing" if known[1] == "missing required" else "is no key that is known here"
        return f"{key}{path}.{known[2]}: {verdict}"
    wanted = re.fullmatch(r"Expected (`[^`]*`(?: [<>=]+ [\d.]+)?)(?:, got .*)?", what)
    return f"{key}{path}: {f'must be {wanted[1]}' if wanted else 'is none of what it can be'}"
