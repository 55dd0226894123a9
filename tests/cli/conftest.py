from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.cli.run import SAMPLE, well


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in (field.upper() for field in Settings.__dataclass_fields__):
        monkeypatch.delenv(name, raising=False)
    assert "SLACK_BOT_TOKEN" not in os.environ
    return tmp_path


@pytest.fixture
def planned(folder: Path) -> Path:
    """The sample plan imported, somebody in the office and somebody with an action."""
    well("import", str(SAMPLE))
    well("people", "office", "console:office", "--name", "Olive")
    well("people", "set", "BIA", "console:bia", "--name", "Bea")
    return folder
