"""Actions that the plan no longer has or has completed, and the alarms that are open while it has them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from programme.facts import Action, Escalation
from programme.refs import bare_key, ref_key, split_refs
from storage.actions import build_actions, find_escalation
from storage.db import Tx
from storage.people import Directory
from storage.schema import action, escalation, history


def find_gone(tx: Tx, typed: str, directory: Directory) -> tuple[Action, datetime] | None:
    """The action whose reference words begin with and that the plan has no more, as it was, and when it went; None
    where there is none."""
    gone = sa.select(action).where(action.c.programme_id == tx.programme, action.c.gone_at.is_not(None))
    for ref, _rest in split_refs(typed):
        key, bare = ref_key(ref), bare_key(ref)
        rows = tx.conn.execute(gone.where(action.c.ref_key == key)).all()
        if not rows and key == bare:
            rows = tx.conn.execute(gone.where(action.c.bare_key == bare)).all()
        if len(rows) == 1:
            return build_actions(tx, rows, directory)[0], rows[0].gone_at
    return None


def list_open_alarms(tx: Tx) -> dict[str, Escalation]:
    """Ref → open alarm, of the actions that the plan has, in its order."""
    query = (
        sa.select(action.c.ref, escalation.c.number)
        .join(escalation, escalation.c.action_id == action.c.id)
        .where(escalation.c.programme_id == tx.programme, escalation.c.state == "open", action.c.gone_at.is_(None))
        .order_by(action.c.position)
    )
    rows = tx.conn.execute(query).all()
    return {row.ref: alarm for row in rows if (alarm := find_escalation(tx, row.number))}


def list_opened(tx: Tx) -> list[str]:
    """The open actions whose alarm a plan's file has closed at some time, in the plan's order."""
    mine = (history.c.programme_id == tx.programme, history.c.verb == "agree", history.c.actor == "")
    closed = action.c.ref.in_(sa.select(history.c.ref).where(*mine))
    here = (action.c.programme_id == tx.programme, action.c.gone_at.is_(None), action.c.state == "open")
    return list(tx.conn.execute(sa.select(action.c.ref).where(*here, closed).order_by(action.c.position)).scalars())


def put_back(tx: Tx, ref: str, state: str) -> None:
    """An action as it was before the file changed it, so that the change can be recorded."""
    mine = (action.c.programme_id == tx.programme, action.c.ref == ref, action.c.gone_at.is_(None))
    tx.conn.execute(sa.update(action).where(*mine).values(state=state))
