"""The programme itself: its name, whether it is paused, requests seen before, and small settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.db import Tx
from storage.schema import programme, setting
from storage.schema_out import seen, web_line


def touch(tx: Tx) -> None:
    """Something that planning depends on has changed."""
    tx.conn.execute(
        sa.update(programme).where(programme.c.id == tx.programme).values(revision=programme.c.revision + 1)
    )


def is_paused(tx: Tx, day: date) -> bool:
    row = tx.conn.execute(
        sa.select(programme.c.paused, programme.c.paused_until).where(programme.c.id == tx.programme)
    ).one()
    return bool(row.paused) and (row.paused_until is None or row.paused_until > day)


def find_resuming(tx: Tx) -> date | None:
    """The day on which what is paused starts again by itself; None where it waits to be resumed."""
    query = sa.select(programme.c.paused_until).where(programme.c.id == tx.programme)
    return tx.conn.execute(query).scalar()


def set_paused(tx: Tx, paused: bool, until: date | None = None) -> None:
    """Stop everything unprompted, until a day (exclusive) or until resumed; or start it again."""
    tx.conn.execute(
        sa.update(programme).where(programme.c.id == tx.programme).values(paused=paused, paused_until=until)
    )


def find_first_import(tx: Tx) -> datetime | None:
    """When a plan was imported for the first time; None before."""
    return tx.conn.execute(sa.select(programme.c.imported_at).where(programme.c.id == tx.programme)).scalar()


_SEE_ONCE = {
    name: insert(seen).on_conflict_do_nothing().returning(seen.c.id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def mark_seen(tx: Tx, channel: str, workspace: str, external_id: str, now: datetime) -> bool:
    """Remember a request's id in the transaction that acts on it; False where it has been seen before."""
    row = {
        "programme_id": tx.programme,
        "channel": channel,
        "workspace": workspace,
        "external_id": external_id,
        "at": now,
    }
    return tx.conn.execute(_SEE_ONCE[tx.conn.dialect.name], row).one_or_none() is not None


def find_setting(tx: Tx, name: str) -> str | None:
    row = tx.conn.execute(
        sa.select(setting.c.value).where(setting.c.programme_id == tx.programme, setting.c.name == name)
    ).one_or_none()
    return row.value if row else None


def set_setting(tx: Tx, name: str, value: str) -> None:
    tx.conn.execute(sa.delete(setting).where(setting.c.programme_id == tx.programme, setting.c.name == name))
    tx.conn.execute(sa.insert(setting).values(programme_id=tx.programme, name=name, value=value))


@dataclass(frozen=True, slots=True)
class WebLine:
    """A line of somebody's conversation on the demo's page; `mine`: they said it."""

    id: int
    at: datetime
    mine: bool
    body: dict[str, object]


def add_web_line(
    tx: Tx, address: str, body: dict[str, object], now: datetime, *, mine: bool, delivery: str | None = None
) -> bool:
    """Add a line; the same delivery again is not added. Returns whether it was new."""
    if delivery is not None and find_web_line(tx, delivery):
        return False
    tx.conn.execute(
        sa.insert(web_line).values(
            programme_id=tx.programme, address=address, at=now, mine=mine, body=body, delivery=delivery
        )
    )
    return True


def find_web_line(tx: Tx, delivery: str) -> bool:
    query = sa.select(web_line.c.id).where(web_line.c.delivery == delivery)
    return tx.conn.execute(query).one_or_none() is not None


def list_web_lines(tx: Tx, address: str, most: int = 200) -> list[WebLine]:
    """The newest lines of a conversation, oldest first."""
    query = (
        sa.select(web_line)
        .where(web_line.c.programme_id == tx.programme, web_line.c.address == address)
        .order_by(web_line.c.id.desc())
        .limit(most)
    )
    rows = tx.conn.execute(query).all()
    return [WebLine(row.id, row.at, row.mine, row.body) for row in reversed(rows)]


def count_web_lines(tx: Tx) -> dict[str, int]:
    """How many lines the bot has written to each address."""
    query = (
        sa.select(web_line.c.address, sa.func.count().label("n"))
        .where(web_line.c.programme_id == tx.programme, sa.not_(web_line.c.mine))
        .group_by(web_line.c.address)
    )
    return {row.address: row.n for row in tx.conn.execute(query)}
