"""Of which actions somebody said that they are not theirs, and what the office has given to people since."""

from __future__ import annotations

import json

import sqlalchemy as sa

from programme.disowned import Given
from storage.db import PROGRAMME, Tx
from storage.schema import action, claim, entry, history

_MOST = 200  # actions that are looked at for one home
_DISOWNED = (
    sa.select(action.c.ref, sa.func.min(entry.c.number).label("number"))
    .join(entry, entry.c.action_id == action.c.id)
    .where(
        action.c.programme_id == PROGRAMME,
        action.c.state == "open",
        action.c.gone_at.is_(None),
        entry.c.kind == "not_mine",
        entry.c.undone_at.is_(None),
    )
    .group_by(action.c.ref)
    .limit(_MOST)
)
_GIVEN = sa.select(history.c.verb, history.c.facts, history.c.at).where(
    history.c.programme_id == PROGRAMME,
    history.c.actor == "office",
    history.c.number > sa.bindparam("number"),
    history.c.verb.in_(("people_set", "roles")),
)
_APPROVED = sa.select(claim.c.role, claim.c.address, claim.c.settled_at).where(
    claim.c.programme_id == PROGRAMME, claim.c.state == "approved"
)


def list_disowned_refs(tx: Tx) -> tuple[list[str], list[Given]]:
    """The open actions of which somebody ever said that they are not theirs, and what the office gave to people since
    the first of these was said."""
    rows = tx.run(_DISOWNED).all()
    if not rows:
        return [], []
    given = [Given(*row) for row in tx.run(_APPROVED)]
    for row in tx.run(_GIVEN, number=min(one.number for one in rows)):
        facts = json.loads(row.facts)
        given.append(Given(facts.get("role") or facts.get("text", ""), facts.get("address", ""), row.at))
    return [row.ref for row in rows], given
