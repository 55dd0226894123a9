"""The outbox: one row a message to be posted. Claimed by compare-and-swap on a lease, so a second process is safe.

due → claimed → sending → sent, or failed, or dropped (nothing left worth saying). `sending` is committed just before
the post with what it is about to say; what is still `sending` when its lease ends may have been posted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from storage.db import Tx
from storage.schema import outbox

LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Row:
    """A claimed row. `lease` is the claimant's own token; `in_doubt`: it was being sent when its lease ended."""

    id: int
    key: str
    kind: str
    address: str
    facts: dict[str, Any]
    due_at: datetime
    attempts: int
    lease: str
    in_doubt: bool
    said: dict[str, Any] | None
    conversation: str


class LeaseLost(Exception):
    """Another run holds the row now; this one must leave it alone."""


def say(
    tx: Tx, key: str, kind: str, address: str, *, due_at: datetime, facts: Mapping[str, Any], conversation: str = ""
) -> bool:
    """Queue a message once: False where its key is there already."""
    known = sa.select(outbox.c.id).where(outbox.c.programme_id == tx.programme, outbox.c.key == key)
    if tx.conn.execute(known).one_or_none() is not None:
        return False
    tx.conn.execute(
        sa.insert(outbox).values(
            programme_id=tx.programme,
            key=key,
            kind=kind,
            address=address,
            scheme=address.partition(":")[0],
            facts=dict(facts),
            due_at=due_at,
            conversation=conversation,
        )
    )
    return True


def claim(
    tx: Tx,
    now: datetime,
    *,
    lease: str,
    schemes: Sequence[str],
    only: Sequence[str] | None = None,
    skip: Sequence[int] = (),
) -> Row | None:
    """Take the longest-due row that a configured channel can send; None where nothing is due.

    `only` limits the kinds (while everything unprompted is paused); `skip` are rows this run has had its turn with.
    """
    ready = sa.or_(
        sa.and_(outbox.c.state == "due", outbox.c.due_at <= now),
        sa.and_(outbox.c.state.in_(("claimed", "sending")), outbox.c.lease_until < now),
    )
    query = sa.select(outbox).where(outbox.c.programme_id == tx.programme, outbox.c.scheme.in_(schemes), ready)
    if only is not None:
        query = query.where(outbox.c.kind.in_(only))
    if skip:
        query = query.where(outbox.c.id.not_in(skip))
    row = tx.conn.execute(query.order_by(outbox.c.due_at, outbox.c.id).limit(1)).one_or_none()
    if row is None:
        return None
    # The swap: only if nobody else has taken it since it was read.
    same_lease = outbox.c.lease.is_(None) if row.lease is None else outbox.c.lease == row.lease
    taken = tx.conn.execute(
        sa.update(outbox)
        .where(outbox.c.id == row.id, outbox.c.state == row.state, same_lease)
        .values(
            state="sending" if row.state == "sending" else "claimed",
            lease=lease,
            lease_until=now + LEASE,
        )
    )
    if taken.rowcount != 1:
        return None
    return Row(
        row.id,
        row.key,
        row.kind,
        row.address,
        row.facts,
        row.due_at,
        row.attempts,
        lease,
        row.state == "sending",
        row.said,
        row.conversation or "",
    )


def mark_sending(tx: Tx, row: Row, said: Mapping[str, Any], now: datetime, *, again: bool = False) -> None:
    """Commit to what is about to be said, `again` if it may have been before. LeaseLost where the lease has ended."""
    attempts = row.attempts + (1 if again else 0)
    _change(tx, row, now, still=True, state="sending", said=dict(said), attempts=attempts, lease_until=now + LEASE)


def keep_in_doubt(tx: Tx, row: Row, now: datetime, until: datetime) -> None:
    """Still unknown whether it was posted: nobody takes it up before `until`, and then the channel is asked again."""
    _change(tx, row, now, lease_until=until)


def settle_sent(tx: Tx, row: Row, now: datetime, *, conversation: str, post: str, doubtful: bool = False) -> None:
    """It was posted there. `doubtful`: it may have been posted before as well."""
    _change(
        tx, row, now, state="sent", conversation=conversation, post=post, doubtful=doubtful, trouble="", settled_at=now
    )


def settle(tx: Tx, row: Row, now: datetime, state: Literal["failed", "dropped"], reason: str) -> None:
    """It will not be posted, and why."""
    _change(tx, row, now, state=state, trouble=reason, settled_at=now)


def put_off(tx: Tx, row: Row, now: datetime, *, until: datetime, reason: str, count: bool) -> None:
    """Later. `count` says whether this was an attempt; quiet hours and rate limits are not."""
    attempts = row.attempts + (1 if count else 0)
    _change(tx, row, now, state="due", due_at=until, attempts=attempts, trouble=reason, lease=None, lease_until=None)


def move(tx: Tx, key: str, due_at: datetime) -> bool:
    """Give a message that is still due another time; False where it is gone or being sent."""
    done = tx.conn.execute(
        sa.update(outbox)
        .where(outbox.c.programme_id == tx.programme, outbox.c.key == key, outbox.c.state == "due")
        .values(due_at=due_at)
    )
    return bool(done.rowcount)


def drop_due(tx: Tx, keys: Sequence[str], reason: str, now: datetime) -> None:
    """Nothing left to say: these rows, where they are still due."""
    tx.conn.execute(
        sa.update(outbox)
        .where(outbox.c.programme_id == tx.programme, outbox.c.key.in_(keys), outbox.c.state == "due")
        .values(state="dropped", trouble=reason, settled_at=now)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """What the ledger and the office are shown of one row, whatever its state."""

    id: int
    key: str
    kind: str
    address: str
    state: str
    due_at: datetime
    facts: dict[str, Any]
    trouble: str
    doubtful: bool
    settled_at: datetime | None


def list_lines(
    tx: Tx,
    *,
    kinds: Sequence[str] = (),
    states: Sequence[str] = (),
    key_starts: str = "",
    since: datetime | None = None,
) -> list[Line]:
    """Rows of these kinds and states, oldest first."""
    query = sa.select(outbox).where(outbox.c.programme_id == tx.programme)
    if kinds:
        query = query.where(outbox.c.kind.in_(kinds))
    if states:
        query = query.where(outbox.c.state.in_(states))
    if key_starts:
        query = query.where(outbox.c.key.startswith(key_starts, autoescape=True))
    if since is not None:
        query = query.where(outbox.c.due_at >= since)
    return [
        Line(
            row.id,
            row.key,
            row.kind,
            row.address,
            row.state,
            row.due_at,
            row.facts,
            row.trouble,
            row.doubtful,
            row.settled_at,
        )
        for row in tx.conn.execute(query.order_by(outbox.c.due_at, outbox.c.id))
    ]


def find_said(tx: Tx, conversation: str, post: str) -> dict[str, Any] | None:
    """What the message posted there said: refs and ledger lines; None where it is not ours."""
    row = tx.conn.execute(
        sa.select(outbox.c.said).where(
            outbox.c.programme_id == tx.programme, outbox.c.conversation == conversation, outbox.c.post == post
        )
    ).one_or_none()
    return row.said if row else None


def oldest_due(tx: Tx, now: datetime, schemes: Sequence[str]) -> datetime | None:
    """Since when the oldest message that could be sent has been due; None where nothing is."""
    query = sa.select(sa.func.min(outbox.c.due_at)).where(
        outbox.c.programme_id == tx.programme,
        outbox.c.state == "due",
        outbox.c.due_at <= now,
        outbox.c.scheme.in_(schemes),
    )
    return tx.conn.execute(query).scalar()


def count_by_state(tx: Tx) -> dict[str, int]:
    query = (
        sa.select(outbox.c.state, sa.func.count().label("n"))
        .where(outbox.c.programme_id == tx.programme)
        .group_by(outbox.c.state)
    )
    return {row.state: row.n for row in tx.conn.execute(query)}


def _change(tx: Tx, row: Row, now: datetime, *, still: bool = False, **values: Any) -> None:
    """Change a row only while this claimant's lease is on it."""
    mine = sa.and_(outbox.c.id == row.id, outbox.c.lease == row.lease, outbox.c.state.in_(("claimed", "sending")))
    if still:
        mine = sa.and_(mine, outbox.c.lease_until >= now)
    if tx.conn.execute(sa.update(outbox).where(mine).values(**values)).rowcount != 1:
        raise LeaseLost(row.key)
