"""Taking back one row of the history: what it changed is put back, unless somebody has built on it since."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from programme.facts import Actor, Escalation
from programme.messages import UserError
from storage.actions import as_json, find_escalation
from storage.db import Tx
from storage.history import Row, record
from storage.schema import action, entry, escalation, mitigation, proposal

_YIELDING = ("quiet_until", "last_entry_on")  # each answer moves these on, and none stands in the way of another


def undo(tx: Tx, row: Row, actor: Actor, *, now: datetime, account: str = "") -> Escalation | None:
    """Take back one row's change; history keeps both. Returns the alarm it had raised, if any.

    UserError where somebody has changed the same facts since.
    """
    current = tx.conn.execute(
        sa.select(action).where(action.c.programme_id == tx.programme, action.c.ref == row.ref)
    ).one()
    if _is_changed_since(tx, row, current):
        raise UserError(f"{row.ref} has been changed by somebody since, so it stays: see history {row.ref}")
    before, after = row.facts["before"], row.facts["after"]
    kept = _YIELDING if _is_followed(tx, row, current) else ()
    values = {
        name: _typed(name, before[name])
        for name in after
        if name not in kept and as_json(getattr(current, name)) == after[name]
    }
    if values:
        tx.conn.execute(sa.update(action).where(action.c.id == current.id).values(**values))

    def change(table: sa.Table, column: str, value: object, **new: object) -> None:
        mine = sa.and_(table.c.action_id == current.id, table.c[column] == value)
        tx.conn.execute(sa.update(table).where(mine).values(**new))

    change(entry, "number", row.number, undone_at=now)
    if row.verb == "edit":
        change(entry, "number", row.facts["edits"], undone_at=None)
    change(mitigation, "number", row.number, undone_at=now)
    change(proposal, "number", row.number, state="undone")
    change(escalation, "number", row.number, state="undone")
    if row.facts["proposal"]:
        change(proposal, "number", row.facts["proposal"], state="open")
    if row.facts["alarm"]:
        change(escalation, "number", row.facts["alarm"], state="open")
    if row.verb == "rag":  # the reason it gave to an alarm that was raised without one
        explained = sa.and_(escalation.c.reason_at == row.at, escalation.c.state == "open")
        tx.conn.execute(
            sa.update(escalation).where(escalation.c.action_id == current.id, explained).values(reason_at=None)
        )
    if row.verb == "reopen":
        change(escalation, "state", "open", state="closed")
    if row.verb == "ack":
        change(escalation, "acknowledged_at", row.at, acknowledged_at=None, acknowledged_by="")
    if row.verb == "in_place":
        change(mitigation, "in_place_at", row.at, in_place_at=None)
    record(tx, "undo", actor=actor.key, now=now, ref=row.ref, facts={"undoes": row.number}, account=account)
    return find_escalation(tx, row.number)


def open_alarm(tx: Tx, number: int) -> None:
    """Let the alarm that this row of the history raised be open again, where it was closed."""
    closed = (escalation.c.programme_id == tx.programme, escalation.c.number == number, escalation.c.state == "closed")
    tx.conn.execute(sa.update(escalation).where(*closed).values(state="open"))


def _is_changed_since(tx: Tx, row: Row, current: Any) -> bool:
    """Whether what a row did has been built upon: the same facts, the proposal, the mitigation, the alarm it closed."""
    after = row.facts["after"]
    if any(as_json(getattr(current, name)) != value for name, value in after.items() if name not in _YIELDING):
        return True

    def exists(table: sa.Table, *which: sa.ColumnElement[bool]) -> bool:
        query = sa.select(table.c.id).where(table.c.action_id == current.id, *which).limit(1)
        return tx.conn.execute(query).first() is not None

    another = (proposal.c.number != row.number, proposal.c.state == "open")
    newer = (escalation.c.number != row.number, escalation.c.state == "open")
    return (
        exists(proposal, proposal.c.number == row.number, proposal.c.state != "open")
        or exists(escalation, escalation.c.number == row.number, escalation.c.state == "closed")
        or exists(mitigation, mitigation.c.number == row.number, mitigation.c.in_place_at.is_not(None))
        or (row.facts["proposal"] is not None and exists(proposal, *another))
        or (row.facts["alarm"] is not None and exists(escalation, *newer))
        or (row.verb == "reopen" and exists(escalation, escalation.c.number > row.number, escalation.c.state == "open"))
    )


def _is_followed(tx: Tx, row: Row, current: Any) -> bool:
    """Whether anything was said of the action after this row, and stands."""
    later = sa.and_(entry.c.action_id == current.id, entry.c.number > row.number, entry.c.undone_at.is_(None))
    return tx.conn.execute(sa.select(entry.c.id).where(later).limit(1)).first() is not None


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name.endswith("_on") or name == "quiet_until" else value
