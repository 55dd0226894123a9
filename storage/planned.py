"""How far planning has come, and what has changed since."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from storage.db import Tx
from storage.schema import action, history, programme


@dataclass(frozen=True, slots=True)
class Standing:
    """The day and revision last planned for; the revision now, how many changes there were that are not about one
    action, and how long the history is."""

    mark: str
    revision: int
    others: int
    rows: int


def get_standing(tx: Tx, *, hold: bool = False) -> Standing:
    """How it stands; `hold` keeps it so until this is committed."""
    columns = (programme.c.planned_mark, programme.c.revision, programme.c.people_revision, programme.c.chain_number)
    query = sa.select(*columns).where(programme.c.id == tx.programme)
    return Standing(*tx.conn.execute(query.with_for_update() if hold else query).one())


def find_changed(tx: Tx, before: Standing, now: Standing) -> set[str] | None:
    """The actions that have changed since it stood as before; None where anything else has."""
    if (now.mark, now.others) != (before.mark, before.others):
        return None
    if now.revision - before.revision != now.rows - before.rows:  # a change that the history does not tell
        return None
    query = sa.select(history.c.ref).where(history.c.programme_id == tx.programme, history.c.number > before.rows)
    return set(tx.conn.execute(query).scalars())


def set_mark(tx: Tx, mark: str) -> None:
    tx.conn.execute(sa.update(programme).where(programme.c.id == tx.programme).values(planned_mark=mark))


def list_open_refs(tx: Tx) -> list[str]:
    """The open actions in the plan's order."""
    here = (action.c.programme_id == tx.programme, action.c.gone_at.is_(None), action.c.state == "open")
    return list(tx.conn.execute(sa.select(action.c.ref).where(*here).order_by(action.c.position)).scalars())
