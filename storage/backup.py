"""Backups of an SQLite database: made while it is in use, and put back without saying anything twice (section 6)."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage import ledger as rungs
from storage.db import Database, DatabaseError, Tx, find_sqlite_file
from storage.history import Head, Verdict, get_head, record, verify
from storage.programme import find_setting
from storage.schema_out import ledger, outbox

_MADE_AT = "backup made at"
_SQLITE = b"SQLite format 3\0"
_NEW_IDS = 1_000_000  # far over what was sent between a backup and its return
_DOUBT = "it may have been sent before the backup was put back, and its channel cannot be asked"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a backup held. `asked`: messages that their channel will be asked for; `told`: those it cannot be, which
    stand on the office's list; `kept` is the file that the database until now was moved to."""

    made_at: datetime
    verdict: Verdict
    asked: int
    told: int
    kept: Path | None = None


def write_backup(db: Database, path: Path, now: datetime) -> Head:
    """Copy the database as of this moment to a file, whole or not at all. Returns the head of its history."""
    live = find_sqlite_file(db.url)
    if live is None:
        raise DatabaseError("halfterm backup copies an SQLite file: for PostgreSQL use pg_dump, and keep its output.")
    if path.exists() and (path.samefile(live) or not _is_sqlite(path)):
        raise DatabaseError(f"{path} is not an earlier backup, so it is not written over: choose another name.")
    copy = _temporary(path)
    try:
        with db.read() as tx, closing(sqlite3.connect(copy)) as target:
            head = get_head(tx)
            source: Any = tx.conn.connection.driver_connection
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
            target.execute("DELETE FROM setting WHERE programme_id = ? AND name = ?", (tx.programme, _MADE_AT))
            target.execute(
                "INSERT INTO setting (programme_id, name, value) VALUES (?, ?, ?)",
                (tx.programme, _MADE_AT, now.isoformat()),
            )
            target.commit()
        copy.replace(path)
    finally:
        copy.unlink(missing_ok=True)
    return head


def restore(
    url: str, key: bytes, path: Path, now: datetime, *, can_ask: Collection[str], dry_run: bool, with_faults: bool
) -> Restored:
    """Put a backup in the place of the database at `url`, which nothing may be using.

    `can_ask` are the channels that can say whether a message arrived. DatabaseError where the file is no backup, is
    from a newer version, or its history does not check out and `with_faults` is not set; then nothing has changed.
    """
    live = find_sqlite_file(url)
    if live is None:
        raise DatabaseError("halfterm restore puts back an SQLite file: for PostgreSQL use pg_restore.")
    if not _is_sqlite(path):
        raise DatabaseError(f"{path} is not a backup: give a file that halfterm backup wrote.")
    live.parent.mkdir(parents=True, exist_ok=True)
    copy = _temporary(live)
    try:
        shutil.copyfile(path, copy)
        found = _make_ready(copy, path, key, now, can_ask)
        if found.verdict.faults and not with_faults:
            raise DatabaseError(
                f"The history in {path} does not check out ({found.verdict.faults[0]}): put back the SECRET_KEY or "
                "the .key file it was written with, or add --with-faults to restore it as it is."
            )
        if dry_run:
            return found
        kept = None
        if live.exists():
            shutil.copymode(live, copy)
            kept = _set_aside(live)
        copy.replace(live)
    finally:
        for left in (copy, _beside(copy, "-wal"), _beside(copy, "-shm")):
            left.unlink(missing_ok=True)
    return Restored(found.made_at, found.verdict, found.asked, found.told, kept)


def _make_ready(copy: Path, path: Path, key: bytes, now: datetime, can_ask: Collection[str]) -> Restored:
    """Check the copy of a backup, bring its schema up to date, and mark what may have been said since."""
    if not _has_instant(copy):
        raise DatabaseError(f"{path} is not a backup: give a file that halfterm backup wrote.")
    db = Database(f"sqlite:///{copy}", key)
    try:
        db.upgrade()
        with db.write() as tx:
            made_at = datetime.fromisoformat(find_setting(tx, _MADE_AT) or "")
            verdict = verify(tx)
            asked, told = _doubt_what_was_due(tx, now, can_ask)
            facts = {"backup": made_at.isoformat(), "head": str(verdict.head), "asked": asked, "told": told}
            record(tx, "restore", actor="office", now=now, facts=facts)
            _leave_ids_behind(tx, now)
    finally:
        db.close()
    with closing(sqlite3.connect(copy)) as plain:
        plain.execute("PRAGMA journal_mode=DELETE")
    return Restored(made_at, verdict, asked, told)


def doubt_planned(tx: Tx, due_by: datetime, now: datetime, can_ask: Collection[str]) -> tuple[int, int]:
    """The same of what has been planned anew as it was between the backup and `now`, and fell due by then."""
    return _doubt_what_was_due(tx, now, can_ask, due_by=due_by, states=("due",), but="office")


def _doubt_what_was_due(
    tx: Tx,
    now: datetime,
    can_ask: Collection[str],
    *,
    due_by: datetime | None = None,
    states: Collection[str] = ("due", "claimed", "sending"),
    but: str = "",
) -> tuple[int, int]:
    """Everything unsent and due by then may have been sent since the backup: to be asked for, or left to the office.

    Rungs of the kind `but` are still to be said, whatever became of the message.
    """
    query = sa.select(outbox).where(
        outbox.c.programme_id == tx.programme,
        outbox.c.settled_at.is_(None),
        outbox.c.state.in_(states),
        outbox.c.due_at <= (due_by or now),
    )
    asked = told = 0
    for row in tx.conn.execute(query).all():
        said = row.said or _carried(tx, row, but)
        values: dict[str, Any] = {"said": said}
        if row.scheme in can_ask:
            asked += 1
            # As if its lease had ended after the post: the channel is asked first, and one which cannot say is not
            # sent to again.
            values |= {"state": "sending", "lease": "restored", "lease_until": now - timedelta(seconds=1)}
            values["said"] = {**said, "not_again": _DOUBT}
        else:
            told += 1
            values |= {"state": "failed", "trouble": _DOUBT, "settled_at": now}
            rungs.settle(tx, said["lines"], "failed", _DOUBT, now, row.id)
        tx.conn.execute(sa.update(outbox).where(outbox.c.id == row.id).values(**values))
    return asked, told


def _carried(tx: Tx, row: Any, but: str) -> dict[str, Any]:
    """What a message that was never composed would have said: a bundle's person's lines up to its day."""
    if row.kind != "bundle":
        return {"refs": [], "lines": []}
    lines = tx.conn.execute(
        sa.select(ledger.c.id, ledger.c.subject).where(
            ledger.c.programme_id == tx.programme,
            ledger.c.person_id == row.facts["person"],
            ledger.c.state == "planned",
            ledger.c.kind != but,
            ledger.c.falls_on <= datetime.fromisoformat(row.facts["day"]).date(),
        )
    ).all()
    return {"refs": sorted({line.subject for line in lines}), "lines": [line.id for line in lines]}


def _leave_ids_behind(tx: Tx, now: datetime) -> None:
    """A message's id is what its channel is asked by: none given out since the backup may be given out again."""
    highest = tx.conn.execute(sa.select(sa.func.coalesce(sa.func.max(outbox.c.id), 0))).scalar_one()
    tx.conn.execute(
        sa.insert(outbox).values(
            id=highest + _NEW_IDS,
            programme_id=tx.programme,
            key=f"restore:{now.isoformat()}",
            kind="restore",
            address="",
            scheme="",
            facts={},
            due_at=now,
            state="dropped",
            trouble="a backup was put back: ids begin anew after this one",
            settled_at=now,
        )
    )


def _set_aside(live: Path) -> Path:
    """Move the database until now to a name of its own. DatabaseError where it is in use."""
    try:
        with closing(sqlite3.connect(live, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # refused while anyone else has it open
    except sqlite3.OperationalError:
        raise DatabaseError(f"{live} is in use: stop halfterm serve, then restore again.") from None
    except sqlite3.DatabaseError:
        pass  # it is broken, which may be why a backup is wanted
    number = 1
    while (kept := _beside(live, f".before-restore-{number}")).exists():
        number += 1
    shutil.copyfile(live, kept)
    for ending in ("-wal", "-shm"):  # left by a broken one; they must not be read into the backup
        if _beside(live, ending).exists():
            _beside(live, ending).replace(_beside(kept, ending))
    return kept


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _has_instant(copy: Path) -> bool:
    try:
        with closing(sqlite3.connect(copy)) as plain:
            found = plain.execute("SELECT value FROM setting WHERE name = ?", (_MADE_AT,)).fetchone()
            return found is not None and bool(plain.execute("SELECT version_num FROM alembic_version").fetchone())
    except sqlite3.DatabaseError:
        return False


def _temporary(path: Path) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    os.close(handle)
    return Path(name)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
