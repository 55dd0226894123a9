from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.db import Database

NOW = datetime(2022, 9, 5, 8, 0, tzinfo=UTC)
KEY = b"a key that signs the history"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty programme on a database of its own."""
    database = Database(f"sqlite:///{tmp_path / 'test.db'}", KEY)
    database.upgrade()
    yield database
    database.close()
