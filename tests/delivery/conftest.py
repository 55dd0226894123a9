from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.postgres import Postgres, name_of, serve_postgres
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real server, whose databases are made by copying one with the plan in it and every role held."""
    with serve_postgres() as server:
        url = server.make()
        with WatchedSlack() as slack:
            story = Scene(Path(), slack=slack, url=url)
            set_up(story)
            story.close()
        server.template = name_of(url)
        yield server


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
