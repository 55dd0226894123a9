"""The outbox: one row a message to be posted. Claimed by compare-and-swap on a lease, so a second process is safe.

due → claimed → sending → sent, or failed, or dropped (nothing left worth saying). `sending` is committed just before
the post with what it is about to say; what is still `sending` when its lease ends may have been posted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.columns import begins
from storage.db import PROGRAMME, Tx
from storage.leases import LEASE, LeaseLost, Rest, Row, claim, claim_some, release
from storage.schema_out import outbox
from storage.sending import mark_sending, settle_all, settle_sent

# Leases are in storage/leases.py, the steps of sending in storage/sending.py; both are had from here.
__all__ = [
    "LEASE",
    "LeaseLost",
    "Line",
    "Posted",
    "Rest",
    "Row",
    "claim",
    "claim_some",
    "count_by_state",
    "drop_due",
    "find_line",
    "find_posted",
    "find_said",
    "keep_in_doubt",
    "list_conversations",
    "list_lines",
    "mark_sending",
    "move",
    "note_parts",
    "oldest_due",
    "put_off",
    "release",
    "renew",
    "rest",
    "say",
    "say_again",
    "settle",
    "settle_all",
    "settle_sent",
]

_SAY_ONCE = {
    name: insert(outbox).on_conflict_do_nothing().returning(outbox.c.id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def say(
    tx: Tx, key: str, kind: str, address: str, *, due_at: datetime, facts: Mapping[str, Any], conversation: str = ""
) -> bool:
    """Queue a message once: False where its key is there already."""
    return _add(tx, key, kind, address, due_at, facts, conversation, None)


def say_again(tx: Tx, key: str, address: str, *, due_at: datetime, facts: Mapping[str, Any]) -> bool:
    """Queue a message that had nothing left to say and has now; False where it is not dropped, or may have been said
    before."""
    unsaid = (outbox.c.programme_id == tx.programme, outbox.c.key == key, outbox.c.state == "dropped")
    anew = {"state": "due", "attempts": 0, "trouble": "", "said": sa.null(), "settled_at": None, "lease": None}
    where = {"address": address, "scheme": address.partition(":")[0], "facts": dict(facts), "due_at": due_at}
    done = tx.conn.execute(sa.update(outbox).where(*unsaid, sa.not_(outbox.c.doubtful)).values(**anew, **where))
    return bool(done.rowcount)


def _add(
    tx: Tx,
    key: str,
    kind: str,
    address: str,
    due_at: datetime,
    facts: Mapping[str, Any],
    conversation: str,
    renews: str | None,
) -> bool:
    row = {
        "programme_id": tx.programme,
        "key": key,
        "kind": kind,
        "address": address,
        "scheme": address.partition(":")[0],
        "facts": dict(facts),
        "due_at": due_at,
        "conversation": conversation,
        "renews": renews,
    }
    return tx.conn.execute(_SAY_ONCE[tx.conn.dialect.name], row).one_or_none() is not None


_RENEWING = sa.and_(outbox.c.programme_id == PROGRAMME, outbox.c.renews == sa.bindparam("renews"))
# Held until this change is committed, so that it is not composed without it (SQLite's writers take turns anyway).
_WAITING = sa.select(outbox.c.id).where(_RENEWING, outbox.c.state == "due").limit(1).with_for_update()
_LATEST = sa.select(outbox.c.key).where(_RENEWING).order_by(outbox.c.id.desc()).limit(1)


def renew(
    tx: Tx,
    kind: str,
    address: str,
    subject: str,
    *,
    due_at: datetime,
    facts: Mapping[str, Any],
    conversation: str = "",
) -> bool:
    """Queue a message that says how things stand, unless one of this kind, address and subject is still due: that one
    will say it. Its words must be composed from the facts of its moment, for many changes become one message.

    False where nothing was added. Keys are `kind:address:subject:number`.
    """
    renews = f"{kind}:{address}:{subject}"
    while tx.run(_WAITING, renews=renews).one_or_none() is None:
        key = tx.run(_LATEST, renews=renews).scalar()
        number = int(key.rpartition(":")[2]) + 1 if key else 1
        if _add(tx, f"{renews}:{number}", kind, address, due_at, facts, conversation, renews):
            return True
    return False


def keep_in_doubt(tx: Tx, row: Row, now: datetime, *, until: datetime, reason: str, count: bool) -> None:
    """Still unknown whether it was posted: nobody takes it up before `until`, and then the channel is asked again."""
    attempts = row.attempts + (1 if count else 0)
    _change(tx, row, lease_until=until, attempts=attempts, trouble=reason)


class Posted(NamedTuple):
    """A message of ours that stands in a channel: its row, the thread it is in, and in how many posts."""

    id: int
    key: str
    kind: str
    thread: str
    parts: int


def find_posted(tx: Tx, conversation: str, post: str) -> Posted | None:
    """The message posted there; None where it is not ours, or forgotten."""
    row = tx.conn.execute(_at(tx, sa.select(outbox), conversation, post)).first()
    if row is None:
        return None
    said = row.said or {}
    return Posted(row.id, row.key, row.kind, said.get("thread") or row.facts.get("thread", ""), said.get("parts", 1))


def note_parts(tx: Tx, number: int, parts: int) -> None:
    """A message stands in so many posts now."""
    mine = sa.and_(outbox.c.programme_id == tx.programme, outbox.c.id == number)
    said = tx.conn.execute(sa.select(outbox.c.said).where(mine)).scalar() or {}
    tx.conn.execute(sa.update(outbox).where(mine).values(said=said | {"parts": parts}))


def settle(tx: Tx, row: Row, now: datetime, state: Literal["failed", "dropped"], reason: str) -> None:
    """It will not be posted, and why."""
    _change(tx, row, state=state, trouble=reason, settled_at=now, lease_until=None, doubtful=row.doubtful)


def put_off(tx: Tx, row: Row, now: datetime, *, until: datetime, reason: str, count: bool) -> None:
    """Later. `count` says whether this was an attempt; quiet hours and rate limits are not."""
    attempts = row.attempts + (1 if count else 0)
    _change(tx, row, state="due", due_at=until, attempts=attempts, trouble=reason, lease=None, lease_until=None)


def rest(tx: Tx, address: str, kind: str, until: datetime) -> None:
    """Nothing of this kind, or where it is empty nothing at all, goes to this address before then.

    What waits for it stays in its order.
    """
    tx.conn.execute(
        sa.update(outbox)
        .where(
            outbox.c.programme_id == tx.programme,
            outbox.c.settled_at.is_(None),
            outbox.c.state == "due",
            outbox.c.due_at < until,
            outbox.c.address == address,
            *([outbox.c.kind == kind] if kind else []),
        )
        .values(due_at=until)
    )


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


_OPEN = frozenset(("due", "claimed", "sending"))


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
        if _OPEN.issuperset(states):
            query = query.where(outbox.c.settled_at.is_(None))
    if key_starts:
        query = query.where(begins(tx.conn, outbox.c.key, key_starts))
    if since is not None:
        query = query.where(outbox.c.due_at >= since)
    return [_line(row) for row in tx.conn.execute(query.order_by(outbox.c.due_at, outbox.c.id))]


def find_line(tx: Tx, number: int) -> Line | None:
    row = tx.conn.execute(
        sa.select(outbox).where(outbox.c.programme_id == tx.programme, outbox.c.id == number)
    ).one_or_none()
    return _line(row) if row else None


def _line(row: Any) -> Line:
    return Line(**{column.name: getattr(row, column.name) for column in fields(Line)})


def find_said(tx: Tx, conversation: str, post: str) -> dict[str, Any] | None:
    """What the message posted there said: refs and ledger lines; None where it is not ours."""
    row = tx.conn.execute(_at(tx, sa.select(outbox.c.said), conversation, post)).first()
    return row.said if row else None


def _at(tx: Tx, query: sa.Select[Any], conversation: str, post: str) -> sa.Select[Any]:
    return query.where(
        outbox.c.programme_id == tx.programme, outbox.c.conversation == conversation, outbox.c.post == post
    )


def list_conversations(tx: Tx, scheme: str, starts: str) -> dict[str, str]:
    """Address → the last conversation that was posted in for it, of those whose id starts so."""
    last = sa.select(sa.func.max(outbox.c.id)).where(
        outbox.c.programme_id == tx.programme,
        outbox.c.state == "sent",
        outbox.c.settled_at.is_not(None),
        outbox.c.scheme == scheme,
        outbox.c.conversation.startswith(starts, autoescape=True),
    )
    query = sa.select(outbox.c.address, outbox.c.conversation).where(outbox.c.id.in_(last.group_by(outbox.c.address)))
    return {row.address: row.conversation for row in tx.conn.execute(query)}


def oldest_due(tx: Tx, now: datetime, schemes: Sequence[str]) -> datetime | None:
    """Since when the oldest message that could be sent has been due; None where nothing is."""
    query = sa.select(sa.func.min(outbox.c.due_at)).where(
        outbox.c.programme_id == tx.programme,
        outbox.c.settled_at.is_(None),
        outbox.c.state == "due",
        outbox.c.due_at <= now,
        outbox.c.scheme.in_(schemes),
    )
    return tx.conn.execute(query).scalar()


def count_by_state(tx: Tx) -> dict[str, int]:
    count = sa.select(outbox.c.state, sa.func.count().label("n")).where(outbox.c.programme_id == tx.programme)
    parts = (outbox.c.settled_at.is_(None), outbox.c.settled_at.is_not(None))  # each has an index of its own
    query = sa.union_all(*(count.where(part).group_by(outbox.c.state) for part in parts))
    return {row.state: row.n for row in tx.conn.execute(query)}


def _change(tx: Tx, row: Row, **values: Any) -> None:
    """Change a row only while this claimant's lease is on it and it is in the state the claimant knows."""
    state = "sending" if row.in_doubt else "claimed"
    mine = sa.and_(outbox.c.id == row.id, outbox.c.lease == row.lease, outbox.c.state == state)
    if tx.conn.execute(sa.update(outbox).where(mine).values(**values)).rowcount != 1:
        raise LeaseLost(row.key)
