"""How far planning has come, and what has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.columns import UtcDateTime
from storage.db import PROGRAMME, Tx
from storage.schema import action, history, programme
from storage.schema_out import ledger

_OPEN = (action.c.programme_id == PROGRAMME, action.c.gone_at.is_(None), action.c.state == "open")
_OPEN_REFS = sa.select(action.c.ref).where(*_OPEN).order_by(action.c.position)
_OPEN_PLACES = sa.select(action.c.focus_area_ref, action.c.priority_ref).where(*_OPEN).distinct()
_UNSAID = sa.select(ledger.c.subject).where(
    ledger.c.programme_id == PROGRAMME,
    ledger.c.state.in_(("silenced", "failed")),
    ledger.c.at >= sa.bindparam("since", type_=UtcDateTime),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The day and revision last planned for; the revision now, how many changes there were that are not about one
    action, and how long the history is."""

    mark: str
    revision: int
    others: int
    rows: int
    mac: str


def get_standing(tx: Tx, *, hold: bool = False) -> Standing:
    """How it stands; `hold` keeps it so until this is committed."""
    columns = (
        programme.c.planned_mark,
        programme.c.revision,
        programme.c.people_revision,
        programme.c.chain_number,
        programme.c.chain_mac,
    )
    query = sa.select(*columns).where(programme.c.id == tx.programme)
    return Standing(*tx.conn.execute(query.with_for_update() if hold else query).one())


def find_changed(tx: Tx, before: Standing, now: Standing) -> set[str] | None:
    """The actions that have changed since it stood as before; None where anything else has, or it never stood so."""
    if now.others != before.others:
        return None
    if now.revision - before.revision != now.rows - before.rows:  # a change that the history does not tell
        return None
    query = sa.select(history.c.number, history.c.ref, history.c.mac).where(
        history.c.programme_id == tx.programme, history.c.number >= before.rows
    )
    rows = list(tx.conn.execute(query.order_by(history.c.number)))
    if before.rows and (not rows or rows[0].mac != before.mac):  # another history, as where a backup was put back
        return None
    return {row.ref for row in rows if row.number > before.rows}


def list_unsaid(tx: Tx, since: datetime) -> set[str]:
    """What something was to be said about since an instant and was not: silenced, or it could not be delivered."""
    return set(tx.conn.execute(_UNSAID, {"programme": tx.programme, "since": since}).scalars())


def set_mark(tx: Tx, mark: str) -> None:
    tx.conn.execute(sa.update(programme).where(programme.c.id == tx.programme).values(planned_mark=mark))


def list_open_refs(tx: Tx) -> list[str]:
    """The open actions in the plan's order."""
    return list(tx.conn.execute(_OPEN_REFS, {"programme": tx.programme}).scalars())


def list_open_places(tx: Tx) -> list[tuple[str, str]]:
    """The focus areas with open actions, each with its priority."""
    rows = tx.conn.execute(_OPEN_PLACES, {"programme": tx.programme})
    return [(row.focus_area_ref, row.priority_ref) for row in rows]
