"""The command as a user types it, on either database."""

from __future__ import annotations

import pytest
from adapter.cli.application import call
from adapter.settings import Settings
from calling import Adapter, Said


@pytest.fixture
def adapter(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Adapter:
    """Exit code, standard output and standard error of a command."""
    monkeypatch.setenv("ADAPTER_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("ADAPTER_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ADAPTER_PATIENT_KEY", (settings.patient_key or b"").hex())
    monkeypatch.setenv("COLUMNS", "250")

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        code = call([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
