"""The database: opening it, its schema's version, and transactions. `db` owns transactions; `tx` is one, open."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Lock
from typing import Any, Literal

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

_BUSY_MS = 15_000
_GIVE_WAY_FOR = 0.05  # seconds
_WRITING = 0x68616C65  # names PostgreSQL's advisory lock
# A statement made where its module is loaded is compiled once; to make one anew takes longer than to run it. So what
# every request runs stands at the top of its module, with this in the place of the programme.
PROGRAMME: sa.BindParameter[int] = sa.bindparam("programme")


class DatabaseError(Exception):
    """The database cannot be used; the text says why and what to do, in one sentence."""


@dataclass(frozen=True, slots=True)
class Tx:
    """An open transaction on one programme. Functions that take it never commit. `key` signs the history."""

    conn: sa.Connection
    programme: int
    key: bytes

    def run(self, statement: sa.Executable, **values: Any) -> sa.CursorResult[*tuple[Any, ...]]:
        """Run a statement of `PROGRAMME`, with values for its other parameters."""
        return self.conn.execute(statement, {"programme": self.programme, **values})


def find_sqlite_file(url: str) -> Path | None:
    """The file of an SQLite address; None for a server, and for a database in memory."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        return None
    name = parsed.database
    return Path(name) if parsed.get_backend_name() == "sqlite" and name and name != ":memory:" else None


def insert(tx: Tx, table: sa.Table, **values: Any) -> int:
    """Insert one row of this programme and return its id."""
    return int(tx.conn.execute(_insert(table), {"programme_id": tx.programme, **values}).scalar_one())


@functools.cache
def _insert(table: sa.Table) -> sa.Executable:
    return sa.insert(table).returning(table.c.id)


class Database:
    """One database and the programme in it. Readers see one moment; writers take turns."""

    def __init__(self, url: str, key: bytes, programme: int = 1) -> None:
        self.url = url
        self.programme = programme
        self._key = key
        self._engine = _engine(url)
        # SQLite lets one writer in and has the others sleep and try again, some of them for seconds. So those of one
        # process wait here, where the next is let in as soon as the last has gone; and they share a connection, which
        # then knows what the last has written.
        self._turn = Lock() if self._engine.dialect.name == "sqlite" else nullcontext()
        self._shared: sa.Connection | None = None
        self._writing = 0
        self._written = Condition()

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that commits at the end of the block, or leaves nothing behind if it raises."""
        with self._counted(), self._turn, self._plainly(), self._connect_writer() as conn, conn.begin():
            _begin(conn, "IMMEDIATE")
            if conn.dialect.name == "postgresql":  # writers take turns there too: each decides from what the last wrote
                conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITING}, {self.programme})")
            yield Tx(conn, self.programme, self._key)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction for reading: one consistent moment, and no writer is kept waiting."""
        with self._plainly(), self._engine.connect() as conn:
            _begin(conn, "DEFERRED")
            yield Tx(conn, self.programme, self._key)

    def give_way(self, at_most: float = _GIVE_WAY_FOR) -> None:
        """Between the steps of a long read: let those of this process that write go first, for so many seconds."""
        with self._written:
            self._written.wait_for(lambda: not self._writing, at_most)

    @contextmanager
    def _connect_writer(self) -> Iterator[sa.Connection]:
        if self._engine.dialect.name != "sqlite":
            with self._engine.connect() as conn:
                yield conn
            return
        conn, self._shared = self._shared or self._engine.connect(), None
        try:
            yield conn
        except BaseException:
            conn.close()  # whatever is left of its transaction is rolled back
            raise
        self._shared = conn

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._written:
            self._writing += 1
        try:
            yield
        finally:
            with self._written:
                self._writing -= 1
                self._written.notify_all()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except (
            sa.exc.OperationalError,
            sqlite3.OperationalError,
        ) as error:  # locked, full, gone: nothing that the program has got wrong
            raise DatabaseError(_plain(error, self.url)) from error

    def close(self) -> None:
        with self._turn:
            if self._shared is not None:
                self._shared.close()
                self._shared = None
        self._engine.dispose()

    def upgrade(self) -> None:
        """Create the schema or bring it up to date. DatabaseError where the database is newer than this program."""
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        script = ScriptDirectory.from_config(config)
        head = script.get_current_head()
        try:
            with self._engine.connect() as conn:  # the usual case, in which nobody has to wait
                if MigrationContext.configure(conn).get_current_revision() == head:
                    return
            with self._engine.begin() as conn:
                _begin(conn, "IMMEDIATE")
                current = MigrationContext.configure(conn).get_current_revision()
                if current == head:
                    return
                known = {revision.revision for revision in script.walk_revisions()}
                if current is not None and current not in known:
                    raise DatabaseError(
                        f"This database was made by a newer version of halfterm (schema {current}, this one knows "
                        f"{head}): install that version, or restore a backup made with this one."
                    )
                config.attributes["connection"] = conn
                from alembic import command  # imported here: only a first start or an upgrade needs it

                command.upgrade(config, "head")
                conn.execute(
                    sa.text("INSERT INTO programme (id, name) SELECT 1, '' WHERE NOT EXISTS (SELECT 1 FROM programme)")
                )
        except (sa.exc.DatabaseError, sqlite3.DatabaseError, sa.exc.ArgumentError) as error:
            raise DatabaseError(_plain(error, self.url)) from error

    def schema_is_current(self) -> bool:
        """Whether every migration has been applied."""
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self._engine.connect() as conn:
            current = MigrationContext.configure(conn).get_current_revision()
        return current == ScriptDirectory.from_config(config).get_current_head()


def _plain(error: Exception, url: str) -> str:
    where = url.rsplit("@", 1)[-1]  # never the password
    cause = str(getattr(error, "orig", error)).splitlines()[0]
    if "locked" in cause:
        return f"The database {where} has been kept busy by another program for {_BUSY_MS // 1000} seconds: try again."
    return f"The database {where} cannot be used ({cause}): check DATABASE_URL and that the file or server is there."


def _engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        engine = sa.create_engine(
            parsed,
            connect_args={"timeout": _BUSY_MS / 1000, "check_same_thread": False} if is_sqlite else {},
            pool_pre_ping=not is_sqlite,
            hide_parameters=True,  # an error's text goes to logs, where nobody's words belong
        )
    except (sa.exc.ArgumentError, ModuleNotFoundError, ValueError) as error:
        raise DatabaseError(
            f"DATABASE_URL is not one this program can open ({type(error).__name__}): try sqlite:///halfterm.db."
        ) from error  # its text may hold the address, and that a password
    if is_sqlite:
        sa.event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # what was said is not forgotten in a power cut
        f"busy_timeout={_BUSY_MS}",
        "foreign_keys=ON",
        "secure_delete=ON",  # what was redacted is not left in the file's free pages
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(conn: sa.Connection, sqlite: Literal["IMMEDIATE", "DEFERRED"]) -> None:
    """Begin a transaction where the driver does not: an SQLite writer takes its turn at once, a reader needs none."""
    if conn.dialect.name == "sqlite":
        connection: Any = conn.connection.dbapi_connection  # SQLAlchemy takes longer over it than SQLite
        connection.execute(f"BEGIN {sqlite}")
