"""Settings are read once, and a wrong one says what to do without showing it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from adapter.errors import (
    AdapterError,
    KeyFault,
    StoreBusy,
    StoreError,
    UnknownName,
    UnreadablePath,
    UsageError,
    exit_code,
)
from adapter.settings import Settings
from msgspec.structs import fields

KEY = bytes(range(32))


def test_defaults() -> None:
    settings = Settings.from_environment({})
    assert settings.database_url == f"sqlite:///{settings.data_dir / 'adapter.sqlite3'}"
    assert (settings.gms_extension, settings.data_key, settings.patient_key) == ("", None, None)


def test_each_setting(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY.hex() + "\n")
    settings = Settings.from_environment(
        {
            "ADAPTER_DATABASE_URL": " postgresql://host/name ",
            "ADAPTER_DATA_DIR": str(tmp_path),
            "ADAPTER_GMS_EXTENSION": "https://example.org/gms",
            "ADAPTER_DATA_KEY": base64.urlsafe_b64encode(KEY).decode().rstrip("="),
            "ADAPTER_PATIENT_KEY_FILE": str(tmp_path / "key"),
        }
    )
    assert settings == Settings("postgresql://host/name", tmp_path, "https://example.org/gms", KEY, KEY)


def test_the_data_folder_holds_the_database(tmp_path: Path) -> None:
    found = Settings.from_environment({"ADAPTER_DATA_DIR": str(tmp_path)})
    assert found.database_url == f"sqlite:///{tmp_path / 'adapter.sqlite3'}"


@pytest.mark.parametrize(
    ("environ", "error"),
    [
        ({"ADAPTER_DATA_KEY": "short"}, KeyFault),
        ({"ADAPTER_DATA_KEY": KEY.hex() + "00"}, KeyFault),
        ({"ADAPTER_PATIENT_KEY": KEY.hex()[:-2]}, KeyFault),
        ({"ADAPTER_PATIENT_KEY": "ß" * 64}, KeyFault),
        ({"ADAPTER_PATIENT_KEY_FILE": "/nowhere/secret-name"}, KeyFault),
        ({"ADAPTER_DATA_KEY": KEY.hex(), "ADAPTER_DATA_KEY_FILE": "x"}, UsageError),
        ({"ADAPTER_FAST_VALIDATION": "no thanks"}, UsageError),
        ({"ADAPTER_REQUESTS_AT_ONCE": "some"}, UsageError),
    ],
)
def test_wrong_ones(environ: dict[str, str], error: type[AdapterError]) -> None:
    with pytest.raises(error) as raised:
        Settings.from_environment(environ)
    assert not any(value in str(raised.value) for value in environ.values() if len(value) > 1)


def test_who_is_let_in_and_how_often() -> None:
    found = Settings.from_environment({})
    assert (found.token_issuer, found.rate_limit, found.requests_at_once) == ("", "12000/minute", 64)
    named = {"ISSUER": "https://login.example", "AUDIENCE": "us", "JWKS": "/etc/jwks.json", "SCOPES": "a=admin"}
    environ = {f"ADAPTER_TOKEN_{name}": f" {text} " for name, text in named.items()}
    found = Settings.from_environment(environ | {"ADAPTER_RATE_LIMIT": "OFF", "ADAPTER_REQUESTS_AT_ONCE": "0"})
    assert [found.token_issuer, found.token_audience, found.token_jwks, found.token_scopes] == list(named.values())
    assert (found.rate_limit, found.requests_at_once) == ("", 0)


@pytest.mark.parametrize(("word", "fast"), [("", True), ("on", True), (" Off ", False)])
def test_fast_validation(word: str, fast: bool) -> None:
    assert Settings.from_environment({"ADAPTER_FAST_VALIDATION": word}).fast_validation is fast


def test_no_secret_is_shown() -> None:
    settings = Settings("postgresql://me:secret@host/name", Path("folder"), "", KEY, KEY)
    assert "secret" not in repr(settings)
    assert repr(KEY)[2:10] not in repr(settings)


def test_every_setting_is_documented() -> None:
    source = Path(__import__("adapter.settings", fromlist=["x"]).__file__).read_text()
    for field in fields(Settings):
        assert f'    """ADAPTER_{field.name.upper()}' in source


def test_exit_codes() -> None:
    codes = {
        UsageError: 2,
        UnknownName: 1,
        UnreadablePath: 1,
        KeyFault: 1,
        StoreError: 1,
        StoreBusy: 1,
        AdapterError: 1,
    }
    assert {kind: exit_code(kind("x")) for kind in codes} == codes


def test_the_terminology_server(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    environment = {
        "ADAPTER_TERMINOLOGY_URL": " https://terminology.example/fhir ",
        "ADAPTER_TERMINOLOGY_TOKEN_URL": "https://login.example/token",
        "ADAPTER_TERMINOLOGY_CLIENT_ID": "client",
        "ADAPTER_TERMINOLOGY_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
    }
    settings = Settings.from_environment(environment)
    assert settings.terminology_url == "https://terminology.example/fhir"
    assert settings.terminology_token_url == "https://login.example/token"  # noqa: S105
    assert (settings.terminology_client_id, settings.terminology_client_secret) == ("client", "hush")
    assert "hush" not in repr(settings)
    with pytest.raises(UsageError):
        Settings.from_environment({**environment, "ADAPTER_TERMINOLOGY_CLIENT_SECRET": "other"})
    with pytest.raises(UsageError):
        Settings.from_environment({"ADAPTER_TERMINOLOGY_URL": "ftp://terminology.example"})
