"""Everything that the surroundings decide, read once at the edge and handed on as a value."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct
from platformdirs import user_data_path

from adapter.errors import KeyFault, UsageError
from adapter.settings_file import with_file

KEY_BYTES = 32
_URL = re.compile(r"https?://[!-~]+")
_HEX = re.compile(r"[0-9a-fA-F]+")


class Settings(Struct, frozen=True):
    """The settings, each an environment variable of the same name with `ADAPTER_` before it, or a key of one file."""

    database_url: str
    """ADAPTER_DATABASE_URL, or ADAPTER_DATABASE_URL_FILE: `sqlite:///FILE` or `postgresql://…`. Default:
    `adapter.sqlite3` in the data folder."""

    data_dir: Path
    """ADAPTER_DATA_DIR: the folder of the embedded database and of the patient key. Default: the user's data folder."""

    gms_extension: str = ""
    """ADAPTER_GMS_EXTENSION: URL of the extension that carries the GMS attribute (`valueBoolean`). Default: none."""

    data_key: bytes | None = None
    """ADAPTER_DATA_KEY, or ADAPTER_DATA_KEY_FILE: 32 bytes in hex or base64. With it, payloads are encrypted."""

    patient_key: bytes | None = None
    """ADAPTER_PATIENT_KEY, or ADAPTER_PATIENT_KEY_FILE: at least 32 bytes in hex or base64, under which patients are
    hashed. Default: `patient.key` in the data folder, made with the first database."""

    signing_key: bytes | None = None
    """ADAPTER_SIGNING_KEY, or ADAPTER_SIGNING_KEY_FILE: 32 bytes in hex or base64, the Ed25519 key that signs
    checkpoints. Default: `signing.key` in the data folder, made with the first checkpoint."""

    terminology_url: str = ""
    """ADAPTER_TERMINOLOGY_URL: base URL of a FHIR R4 terminology server, asked by `adapter mappings look-up` alone.
    Default: none."""

    terminology_token_url: str = ""
    """ADAPTER_TERMINOLOGY_TOKEN_URL: where that server's tokens are given (OAuth2 client credentials). Default: none,
    and the server is asked without a token."""

    terminology_client_id: str = ""
    """ADAPTER_TERMINOLOGY_CLIENT_ID: the client that asks for a token."""

    terminology_client_secret: str = ""
    """ADAPTER_TERMINOLOGY_CLIENT_SECRET, or ADAPTER_TERMINOLOGY_CLIENT_SECRET_FILE: its secret."""

    feeds_file: Path | None = None
    """ADAPTER_FEEDS_FILE: a TOML file that says where feeds are pulled from. Default: none, and nothing is pulled."""

    telemetry_url: str = ""
    """ADAPTER_TELEMETRY_URL: base URL of an OpenTelemetry collector (OTLP over HTTP), to which `adapter serve` sends
    traces; needs the extra `telemetry`. Default: none."""

    fast_validation: bool = True
    """ADAPTER_FAST_VALIDATION: `on` or `off`. Off, each record is parsed and validated the slow way, by
    `fhir.resources`; what is stored is the same. Default: on."""

    spark_master: str = ""
    """ADAPTER_SPARK_MASTER: where Spark runs, such as `local[2]`, `spark://…`, `yarn` or `k8s://…`. Default:
    `local[*]`, every core of this machine."""

    token_issuer: str = ""
    """ADAPTER_TOKEN_ISSUER: the authorization server whose bearer tokens are let in, as its `iss` says. Default: none,
    and keys alone are."""

    token_audience: str = ""
    """ADAPTER_TOKEN_AUDIENCE: what a token's `aud` must hold: this service's name there."""

    token_jwks: str = ""
    """ADAPTER_TOKEN_JWKS: where the server's public keys are: an https URL, or a file."""

    token_scopes: str = ""
    """ADAPTER_TOKEN_SCOPES: what the server calls our scopes, `theirs=ours` parted by commas, such as
    `trust.write=feed:write:trust`. Default: none; a scope by our own name always holds."""

    rate_limit: str = "12000/minute"
    """ADAPTER_RATE_LIMIT: requests that one key or token may make in a time, or `off`. Default: `12000/minute`."""

    requests_at_once: int = 64
    """ADAPTER_REQUESTS_AT_ONCE: requests under way at one time, 0 for any number. Default: 64."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Settings as `environ` has them, and under it the file that it names. Raises UsageError, KeyFault or
        UnreadablePath for one that cannot be meant.
        """
        environ = with_file(environ, cls.__struct_fields__)
        sent = environ.get("ADAPTER_DATA_DIR", "").strip()
        data_dir = Path(sent).expanduser() if sent else user_data_path("immunisation-cqrs-adapter", appauthor=False)
        return cls(
            database_url=_secret(environ, "ADAPTER_DATABASE_URL") or embedded_database(data_dir),
            data_dir=data_dir,
            gms_extension=environ.get("ADAPTER_GMS_EXTENSION", "").strip(),
            data_key=_exact_key(environ, "ADAPTER_DATA_KEY", "AES-256"),
            patient_key=_key(environ, "ADAPTER_PATIENT_KEY"),
            signing_key=_exact_key(environ, "ADAPTER_SIGNING_KEY", "Ed25519"),
            terminology_url=_web_address(environ, "ADAPTER_TERMINOLOGY_URL"),
            terminology_token_url=_web_address(environ, "ADAPTER_TERMINOLOGY_TOKEN_URL"),
            terminology_client_id=environ.get("ADAPTER_TERMINOLOGY_CLIENT_ID", "").strip(),
            terminology_client_secret=_secret(environ, "ADAPTER_TERMINOLOGY_CLIENT_SECRET") or "",
            feeds_file=_path(environ, "ADAPTER_FEEDS_FILE"),
            telemetry_url=_web_address(environ, "ADAPTER_TELEMETRY_URL"),
            fast_validation=_is_on(environ, "ADAPTER_FAST_VALIDATION"),
            spark_master=environ.get("ADAPTER_SPARK_MASTER", "").strip(),
            token_issuer=environ.get("ADAPTER_TOKEN_ISSUER", "").strip(),
            token_audience=environ.get("ADAPTER_TOKEN_AUDIENCE", "").strip(),
            token_jwks=environ.get("ADAPTER_TOKEN_JWKS", "").strip(),
            token_scopes=environ.get("ADAPTER_TOKEN_SCOPES", "").strip(),
            rate_limit=_rate(environ, "ADAPTER_RATE_LIMIT"),
            requests_at_once=_whole_number(environ, "ADAPTER_REQUESTS_AT_ONCE", 64),
        )

    def __repr__(self) -> str:
        """Neither keys nor the database's password."""
        return f"Settings(data_dir={self.data_dir!r}, gms_extension={self.gms_extension!r}, …)"


def embedded_database(data_dir: Path) -> str:
    """The URL of the SQLite file that is used where no database is named."""
    return f"sqlite:///{data_dir / 'adapter.sqlite3'}"


def read_key(text: str, name: str) -> bytes:
    """A key of at least 32 bytes from hex or base64. `name` says in the error where it came from."""
    compact = "".join(text.split())
    decode = bytes.fromhex if _HEX.fullmatch(compact) else _base64
    try:
        key = decode(compact)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) >= KEY_BYTES:
        return key
    raise KeyFault(f"{name} must hold at least 32 bytes in hex or base64: `openssl rand -hex 32` makes one.")


def _base64(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)


def _key(environ: Mapping[str, str], name: str) -> bytes | None:
    content = _secret(environ, name)
    if content is None:
        return None
    return read_key(content, name if environ.get(name, "").strip() else f"{name}_FILE")


def _exact_key(environ: Mapping[str, str], name: str, kind: str) -> bytes | None:
    key = _key(environ, name)
    if key is not None and len(key) != KEY_BYTES:
        raise KeyFault(f"{name} must be exactly 32 bytes ({kind}): `openssl rand -hex 32` makes one.")
    return key


def _secret(environ: Mapping[str, str], name: str) -> str | None:
    """What the variable holds, or the file that another one names; None where neither is set."""
    text, file = environ.get(name, "").strip(), environ.get(f"{name}_FILE", "").strip()
    if text and file:
        raise UsageError(f"{name} and {name}_FILE are both set: keep one of them.")
    if text or not file:
        return text or None
    try:
        return Path(file).expanduser().read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise KeyFault(f"The file that {name}_FILE names cannot be read: check the path and its permissions.") from None


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    text = environ.get(name, "").strip()
    return Path(text).expanduser() if text else None


def _rate(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "").strip().lower()
    return "" if text == "off" else text or "12000/minute"


def _whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"{name} is no whole number: write digits alone.")
    return int(text) if text else default


def _is_on(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").strip().lower()
    if text not in ("", "on", "off"):
        raise UsageError(f"{name} is neither on nor off: set it to one of them, or not at all.")
    return text != "off"


def _web_address(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "").strip()
    try:
        host = urlsplit(text).hostname if _URL.fullmatch(text) else None
    except ValueError:
        host = None
    if text and not host:
        raise UsageError(f"{name} is no web address: write https://…")
    return text
