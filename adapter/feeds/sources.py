"""Where a feed is pulled from, as one TOML file says it. Secrets are not in it: it names where each one lies.

A fault is told by its key, never by its value: somebody may have put a secret there after all.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from adapter.digest import short_id
from adapter.errors import UnknownName, UnreadablePath, UsageError

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Algorithm = Literal["RS512", "RS384", "ES384"]


class ApiKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="api-key"):
    """A key in a header of every request."""

    header: Annotated[str, Meta(pattern="^[A-Za-z0-9-]{1,60}$")] = "apikey"
    key_env: str = ""
    key_file: str = ""


class ClientSecret(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="client-credentials"
):
    """OAuth2 client credentials (RFC 6749 section 4.4)."""

    token_url: str
    client_id: str
    scope: str = ""
    client_secret_env: str = ""
    client_secret_file: str = ""


class SignedJwt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="signed-jwt"):
    """A client that signs its request for a token: SMART Backend Services, NHS application-restricted. `key_*` is the
    private key in PEM; `audience` is the token URL where it is not said; `expiry` is in seconds.
    """

    token_url: str
    client_id: str
    kid: Annotated[str, Meta(min_length=1)]
    algorithm: Algorithm = "RS512"
    scope: str = ""
    audience: str = ""
    expiry: Annotated[int, Meta(ge=10, le=300)] = 240
    key_env: str = ""
    key_file: str = ""


Credentials = ApiKey | ClientSecret | SignedJwt


class Tls(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mutual TLS: PEM files. `ca_file` holds the authorities to trust instead of the usual ones."""

    certificate_file: str = ""
    key_file: str = ""
    ca_file: str = ""


class Waiting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`connect`, `read`: seconds until a silent server is given up; `attempts` for one answer; `budget`: seconds of
    waiting between them.
    """

    connect: Seconds = 10
    read: Seconds = 60
    attempts: Annotated[int, Meta(ge=1, le=100)] = 6
    budget: Seconds = 600


class _Feed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    practice: str = ""
    gms_markers: bool = False


class _Web(_Feed, frozen=True, kw_only=True):
    """`since` is where the first pull begins; `hosts` are other servers of the source that may have its credentials."""

    url: str
    since: date | None = None
    hosts: tuple[str, ...] = ()
    credentials: Credentials | None = None
    tls: Tls = Tls()
    waiting: Waiting = Waiting()


class Search(_Web, frozen=True, kw_only=True, tag_field="kind", tag="search"):
    """FHIR search by `_lastUpdated`. `overlap` is how many seconds before the last cursor the next window begins;
    `window_days` cuts a long time into windows; `parameters` are added as `name=value`; `check_total` false passes
    over a `total` that is only estimated.
    """

    overlap: Annotated[float, Meta(ge=0, le=31 * 86_400)] = 300
    window_days: Annotated[int, Meta(ge=1, le=3_660)] | None = None
    parameters: tuple[str, ...] = ("_include=Immunization:patient",)
    check_total: bool = True


class Export(_Web, frozen=True, kw_only=True, tag_field="kind", tag="export"):
    """Bulk Data `$export` of the whole system, or of a `group`. `longest` is how many seconds one may take."""

    group: str = ""
    types: tuple[str, ...] = (
        "Immunization",
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "Location",
    )
    longest: Annotated[float, Meta(gt=0)] = 6 * 3_600


class Folder(_Feed, frozen=True, kw_only=True, tag_field="kind", tag="folder"):
    """A folder that files are dropped into. `settle` is how many seconds one must have stood still to be taken."""

    path: str
    settle: Annotated[float, Meta(ge=0, le=86_400)] = 10


Source = Search | Export | Folder


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


def sources_of(file: Path | None) -> dict[str, Source]:
    """Those that the file names, by feed; none without a file. Raises UnreadablePath, and UsageError by key."""
    if file is None:
        return {}
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadablePath("The file that ADAPTER_FEEDS_FILE names cannot be read: check its path.") from None
    return read_sources(text)


def source_of(sources: dict[str, Source], name: str) -> Source:
    """Raises UnknownName."""
    if name not in sources:
        raise UnknownName("There is no source of that name: `adapter feeds list` shows those that are configured.")
    return sources[name]


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
    if set(said) - {"feeds"} or not isinstance(feeds, dict):
        raise UsageError("The feeds file holds tables called [feeds.NAME] and nothing else: mend its other keys.")
    return found


def _read(name: str, said: Any) -> Source:
    key = f"feeds.{name}"
    try:
        source: Source = msgspec.convert(said, Source)
    except msgspec.ValidationError as error:
        raise UsageError(f"{_place(key, str(error))}.") from None
    if isinstance(source, Folder):
        return source
    _address(f"{key}.url", source.url, secret=source.credentials is not None)
    if source.since and datetime(source.since.year, source.since.month, source.since.day, tzinfo=UTC) > _now():
        raise UsageError(f"{key}.since: lies in the future.")
    if isinstance(source, Search):
        for each in source.parameters:
            if "=" not in each or each.startswith("_lastUpdated"):
                raise UsageError(f"{key}.parameters: each is name=value, and none is _lastUpdated.")
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
        raise UsageError(f"{key}: credentials go over https only: write https://….")


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
