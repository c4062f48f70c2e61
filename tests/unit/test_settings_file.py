"""One file of settings: each setting can stand in it, the environment goes before it, and no value is shown."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from adapter.errors import AdapterError, UnreadablePath, UsageError
from adapter.feeds.sources import sources_of
from adapter.settings import Settings

KEY = bytes(range(32))
VALUES = {"fast_validation": "off", "data_dir": "/srv/adapter"}
"""Of settings that cannot be any text; what is a key or an address is told by its name."""


def value_of(name: str) -> str:
    if name.endswith("_key"):
        return KEY.hex()
    return VALUES.get(name, f"https://{name.replace('_', '-')}.example" if name.endswith("_url") else "7")


def written(folder: Path, text: str) -> dict[str, str]:
    file = folder / "adapter.toml"
    file.write_text(text, "utf-8")
    return {"ADAPTER_CONFIG": str(file)}


@pytest.mark.parametrize("name", Settings.__struct_fields__)
def test_each_setting_can_stand_in_the_file_and_the_environment_goes_before(tmp_path: Path, name: str) -> None:
    text = value_of(name)
    environ = {f"ADAPTER_{name.upper()}": text}
    by_file = written(tmp_path, f'{name} = "{text}"\n')
    found = getattr(Settings.from_environment(by_file), name)
    assert found == getattr(Settings.from_environment(environ), name)
    assert found != getattr(Settings.from_environment({}), name)
    (tmp_path / "adapter.toml").write_text(f'{name} = "no such thing"\n')
    assert getattr(Settings.from_environment(by_file | environ), name) == found


def test_truth_numbers_and_secrets_by_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY.hex())
    environ = written(tmp_path, f'fast_validation = false\ndata_key_file = "{tmp_path / "key"}"\n')
    settings = Settings.from_environment(environ)
    assert (settings.fast_validation, settings.data_key) == (False, KEY)
    other = base64.b64encode(bytes(32)).decode()
    assert Settings.from_environment(environ | {"ADAPTER_DATA_KEY": other}).data_key == bytes(32)


def test_feeds_can_stand_in_it(tmp_path: Path) -> None:
    environ = written(tmp_path, 'data_dir = "/srv"\n[feeds.drop]\nkind = "folder"\npath = "/drop"\n')
    assert list(sources_of(Settings.from_environment(environ).feeds_file)) == ["drop"]
    alone = tmp_path / "feeds.toml"
    alone.write_text("")
    named = environ | {"ADAPTER_FEEDS_FILE": str(alone)}
    assert sources_of(Settings.from_environment(named).feeds_file) == {}


@pytest.mark.parametrize(
    ("text", "says", "kind"),
    [
        ("data_dir = \nx = 1", "no TOML (line 1)", UsageError),
        ('data_dri = "hush"', "data_dri is no setting", UsageError),
        ('data_dir = ["hush"]', "data_dir must be", UsageError),
        ("feeds = 3", "feeds is no setting", UsageError),
        ('feeds_file = "hush"\n[feeds.a]\nkind = "pushed"', "keep one", UsageError),
        ('fast_validation = "hush"', "ADAPTER_FAST_VALIDATION", UsageError),
    ],
)
def test_faults_are_told_by_key(tmp_path: Path, text: str, says: str, kind: type[AdapterError]) -> None:
    with pytest.raises(kind) as raised:
        Settings.from_environment(written(tmp_path, text))
    assert says in str(raised.value)
    assert "hush" not in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePath, match="ADAPTER_CONFIG"):
        Settings.from_environment({"ADAPTER_CONFIG": str(tmp_path / "hush")})
