"""The database: made and brought up to date by whoever comes first, and never spoiled by what it cannot open."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage.db import Database, DatabaseError, find_sqlite_file, insert
from storage.history import get_head, record
from storage.programme import is_paused, set_paused
from storage.schema import metadata
from storage.schema_out import outbox, seen
from tests.storage.conftest import KEY, NOW

HERE = Path(__file__).parents[2]


def refusal(do: Callable[[], object]) -> str:
    """The sentence that something is refused with."""
    with pytest.raises(DatabaseError) as refused:
        do()
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_the_migrations_make_the_very_schema_that_the_code_describes(db: Database) -> None:
    with db.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx.conn), metadata) == []
        described = sa.create_engine("sqlite://")
        metadata.create_all(described)
        ours, theirs = sa.inspect(tx.conn), sa.inspect(described)
        for table in metadata.tables:  # defaults and constraints too, which the comparison above leaves out
            assert shape(ours, table) == shape(theirs, table)
        described.dispose()


def shape(look: sa.Inspector, table: str) -> list[str]:
    looks = (look.get_columns, look.get_foreign_keys, look.get_unique_constraints, look.get_check_constraints)
    found = [repr(one) for each in looks for one in each(table)]
    for index in look.get_indexes(table):  # for which rows it is is an expression, and one is never equal to another
        options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
        found.append(repr({**index, "dialect_options": options}))
    return sorted(found)


def test_every_constraint_has_a_name(db: Database) -> None:
    with db.read() as tx:
        look = sa.inspect(tx.conn)
        for table in metadata.tables:
            found = [*look.get_foreign_keys(table), *look.get_unique_constraints(table)]
            found += look.get_check_constraints(table)
            assert all(one["name"] for one in found), table


def test_bringing_up_to_date_twice_changes_nothing(db: Database) -> None:
    with db.write() as tx:
        record(tx, "resume", actor="office", now=NOW)
    db.upgrade()
    with db.read() as tx:
        assert get_head(tx).number == 1
        assert tx.conn.execute(sa.text("SELECT count(*) FROM programme")).scalar_one() == 1
    assert db.schema_is_current()


def test_a_database_from_a_newer_version_is_refused_and_left_alone(db: Database) -> None:
    with db.write() as tx:
        tx.conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert "made by a newer version of halfterm (schema 9999" in refusal(db.upgrade)
    assert not db.schema_is_current()
    with db.read() as tx:
        assert tx.conn.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "minutes.db"
    path.write_text("These are the minutes of the last meeting, which went on for some time.\n" * 50)
    before = path.read_bytes()
    assert "file is not a database" in refusal(Database(f"sqlite:///{path}", KEY).upgrade)
    assert path.read_bytes() == before


def test_a_folder_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    assert "check DATABASE_URL" in refusal(Database(f"sqlite:///{tmp_path}", KEY).upgrade)
    assert "check DATABASE_URL" in refusal(Database(f"sqlite:///{tmp_path}/no/such.db", KEY).upgrade)


@pytest.mark.parametrize(
    "url", ["", "halfterm.db", "oracle9://u:hunter2@h/x", "postgresql://u:hunter2@h:port/x", "sqlite//x:hunter2"]
)
def test_an_address_that_cannot_be_read_is_refused_without_showing_it(url: str) -> None:
    sentence = refusal(lambda: Database(url, KEY))
    assert "DATABASE_URL" in sentence
    assert "hunter2" not in sentence


def test_a_database_in_use_for_too_long_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    first = Database(f"sqlite:///{path}", KEY)
    first.upgrade()
    second = Database(f"sqlite:///{path}?timeout=0.1", KEY)
    with first.write(), second.read() as reading:  # readers are never kept waiting
        assert not is_paused(reading, NOW.date())
        reading.conn.exec_driver_sql("ROLLBACK")
        reading.conn.exec_driver_sql("PRAGMA busy_timeout=50")
        with pytest.raises(sa.exc.OperationalError, match="locked"):
            reading.conn.exec_driver_sql("BEGIN IMMEDIATE")
        reading.conn.exec_driver_sql("BEGIN")
    first.close()
    second.close()


def test_processes_that_start_at_once_make_one_database(tmp_path: Path) -> None:
    program = (
        "import sys; from storage.db import Database; "
        "db = Database(sys.argv[1], b'key'); sys.stdin.readline(); db.upgrade(); print(db.schema_is_current())"
    )
    url = f"sqlite:///{tmp_path / 'test.db'}"
    command = [sys.executable, "-c", program, url]
    started = [
        subprocess.Popen(
            command, cwd=HERE, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(6)
    ]
    assert [one.communicate("go\n", timeout=60) for one in started] == [("True\n", "")] * 6
    db = Database(url, KEY)
    with db.read() as tx:
        assert tx.conn.execute(sa.text("SELECT count(*) FROM programme")).scalar_one() == 1
    db.close()


def test_writers_take_turns_and_none_loses_what_it_wrote(db: Database) -> None:
    def write() -> None:
        for _ in range(20):
            with db.write() as tx:
                record(tx, "resume", actor="office", now=NOW)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as tx:
        assert get_head(tx).number == 80


def test_a_reader_sees_one_moment(db: Database) -> None:
    with db.read() as reading:
        assert not is_paused(reading, NOW.date())
        with db.write() as tx:
            set_paused(tx, True)
        assert not is_paused(reading, NOW.date())
    with db.read() as tx:
        assert is_paused(tx, NOW.date())


def test_what_was_said_is_not_forgotten_in_a_power_cut(db: Database) -> None:
    with db.write() as tx:
        found = {
            name: tx.conn.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2022, 9, 5, 8, 0, tzinfo=UTC),
        datetime(2022, 9, 5, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1))),
        datetime(2022, 10, 30, 1, 30, tzinfo=timezone(timedelta(hours=-11, minutes=-30))),
    ],
)
def test_an_instant_comes_back_aware_and_the_same(db: Database, instant: datetime) -> None:
    with db.write() as tx:
        insert(tx, seen, channel="slack", workspace="T1", external_id="1", at=instant)
    with db.read() as tx:
        found = tx.conn.execute(sa.select(seen.c.at)).scalar_one()
    assert (found, found.tzinfo) == (instant, UTC)


def test_an_instant_without_a_zone_is_never_stored(db: Database) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(sa.exc.StatementError, match="naive"), db.write() as tx:
        insert(tx, seen, channel="slack", workspace="T1", external_id="1", at=naive)
    with pytest.raises(sa.exc.StatementError, match="naive"), db.write() as tx:
        record(tx, "resume", actor="office", now=naive)
    with pytest.raises(sa.exc.StatementError, match="naive"), db.read() as tx:
        tx.conn.execute(sa.select(seen.c.id).where(seen.c.at < naive))


def test_the_id_of_a_message_is_never_given_out_again(db: Database) -> None:
    def add(key: str) -> int:
        with db.write() as tx:
            values = {"kind": "reply", "address": "", "scheme": "", "facts": {}, "due_at": NOW}
            return insert(tx, outbox, key=key, **values)

    first = add("one")
    with db.write() as tx:
        tx.conn.execute(sa.delete(outbox))
    assert add("two") > first


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///halfterm.db", "halfterm.db"),
        ("sqlite:////var/lib/halfterm.db", "/var/lib/halfterm.db"),
        ("sqlite+pysqlite:///a.db?timeout=3", "a.db"),
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("postgresql://u:p@h/x", None),
        ("nonsense", None),
    ],
)
def test_only_an_sqlite_address_is_a_file(url: str, path: str | None) -> None:
    assert find_sqlite_file(url) == (Path(path) if path else None)


def test_after_a_commit_that_failed_the_next_writer_is_let_in(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'halfterm.db'}", b"key")
    db.upgrade()

    def fail() -> None:
        with db.write() as tx:
            tx.conn.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            tx.conn.exec_driver_sql("INSERT INTO setting (programme_id, name, value) VALUES (7, 'a', 'b')")

    with pytest.raises(sa.exc.IntegrityError):
        fail()
    with db.write() as tx:
        set_paused(tx, True)
    with db.read() as tx:
        assert is_paused(tx, NOW.date())
    db.close()
