"""What `why` looks up beside the ledger: messages about one action, who was chased last, figures that are missing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import sqlalchemy as sa

from storage import outbox
from storage.db import Tx
from storage.schema import action, entry, metric_point
from storage.schema_out import ledger

_ON_THEIR_WAY = ("due", "claimed", "sending")


def list_notices(tx: Tx, ref: str) -> list[outbox.Line]:
    """The notices of an action's alarms and their corrections, oldest first."""
    found = [line for kind in ("notice", "correction") for line in outbox.list_lines(tx, key_starts=f"{kind}:{ref}:")]
    return sorted(found, key=lambda line: (line.due_at, line.id))


def list_papers(tx: Tx, meetings: Collection[int]) -> list[outbox.Line]:
    """The digests for these meetings and what has moved since them, oldest first."""
    keys = [f"{kind}:{meeting}:" for meeting in meetings for kind in ("pack", "since")]
    found = [line for key in keys for line in outbox.list_lines(tx, key_starts=key)]
    return sorted(found, key=lambda line: (line.due_at, line.id))


def list_queued(tx: Tx, people: Collection[int]) -> dict[int, datetime]:
    """When the next bundle of each of these people goes, of those that are queued."""
    lines = outbox.list_lines(tx, kinds=["bundle"], states=_ON_THEIR_WAY) if people else []
    found: dict[int, datetime] = {}
    for line in lines:
        if line.facts["person"] in people:
            found.setdefault(line.facts["person"], line.due_at)
    return found


def find_last_chased(tx: Tx, people: Collection[int]) -> dict[int, datetime]:
    """When each of these people was last told, or was to be, of what is overdue, whatever it was."""
    query = (
        sa.select(ledger.c.person_id, sa.func.max(ledger.c.at).label("last"))
        .where(
            ledger.c.programme_id == tx.programme,
            ledger.c.kind == "overdue",
            ledger.c.state.in_(("sent", "failed")),
            ledger.c.person_id.in_(list(people)),
        )
        .group_by(ledger.c.person_id)
    )
    return {row.person_id: row.last for row in tx.conn.execute(query)}


def list_missing_periods(tx: Tx, ref: str) -> list[tuple[str, date]]:
    """The periods for which an action's metric has no figure, neither in the plan nor given since, and the last day of
    each, in order."""
    given = sa.exists().where(
        entry.c.action_id == action.c.id,
        entry.c.kind == "figure",
        entry.c.value == metric_point.c.period,
        entry.c.undone_at.is_(None),
        action.c.programme_id == tx.programme,
        action.c.ref == ref,
    )
    query = sa.select(metric_point.c.period, metric_point.c.due_on).where(
        metric_point.c.programme_id == tx.programme,
        metric_point.c.ref == ref,
        metric_point.c.text.is_(None),
        metric_point.c.due_on.is_not(None),
        ~given,
    )
    return [(period, on) for period, on in tx.conn.execute(query.order_by(metric_point.c.position))]


def list_periods_of(tx: Tx, ref: str) -> list[str]:
    """The periods that an action's metric has figures for, or is to have."""
    query = sa.select(metric_point.c.period).where(
        metric_point.c.programme_id == tx.programme, metric_point.c.ref == ref
    )
    return list(tx.conn.execute(query.order_by(metric_point.c.position)).scalars())
