"""The outbox: one row a message to be posted. Claimed by compare-and-swap on a lease, so a second process is safe.

due → claimed → sending → sent, or failed, or dropped (nothing left worth saying). `sending` is committed just before
the post with what it is about to say; what is still `sending` when its lease ends may have been posted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage.columns import begins
from storage.db import PROGRAMME, Tx
from storage.schema import outbox

LEASE = timedelta(minutes=5)
_LEASED = ("claimed", "sending")
_CLAIMING = 0x68616C66  # names PostgreSQL's advisory lock


@dataclass(frozen=True, slots=True)
class Row:
    """A claimed row, good for as long as its claimant's own token `lease` is on it and its state is this.

    `in_doubt`: it is `sending`, so it may have been posted. `doubtful`: it may have been posted an earlier time too,
    which the channel could not say.
    """

    id: int
    key: str
    kind: str
    address: str
    facts: dict[str, Any]
    due_at: datetime
    attempts: int
    lease: str
    in_doubt: bool
    doubtful: bool
    said: dict[str, Any] | None
    conversation: str


_SAY_ONCE = {
    name: insert(outbox).on_conflict_do_nothing().returning(outbox.c.id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


class Rest(NamedTuple):
    """What is left alone for a while: an address, or all that begin as it does where it ends in a colon; `kind` is
    the only kind of row meant, any where it is empty."""

    address: str
    kind: str = ""


class LeaseLost(Exception):
    """Another run holds the row now, or it has moved on; this claim of it is void."""


def say(
    tx: Tx, key: str, kind: str, address: str, *, due_at: datetime, facts: Mapping[str, Any], conversation: str = ""
) -> bool:
    """Queue a message once: False where its key is there already."""
    return _add(tx, key, kind, address, due_at, facts, conversation, None)


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


def claim(
    tx: Tx,
    now: datetime,
    *,
    lease: str,
    schemes: Sequence[str],
    due_by: datetime | None = None,
    kinds: Sequence[str] | None = None,
    one_at_a_time: Sequence[str] = (),
    resting: Iterable[Rest] = (),
) -> Row | None:
    """Take the row longest due, at `due_by` or else now, that a configured channel can send; None where there is none.

    Rows whose claimant is gone come last, so that one which ends the process each time cannot keep the others back.
    `kinds` limits what is taken; of the kinds `one_at_a_time` an address is sent one, and the next when it is settled;
    what is `resting` is left where it is.
    """
    if tx.conn.dialect.name == "postgresql":  # as SQLite's writers do, claims take turns: each sees the last one's
        tx.conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_CLAIMING, tx.programme)))
    by = due_by or now
    wanted = sa.select(outbox).where(outbox.c.programme_id == tx.programme, outbox.c.scheme.in_(schemes))
    wanted = wanted.where(*_not_resting(resting))
    if kinds is not None:
        wanted = wanted.where(outbox.c.kind.in_(kinds))
    if one_at_a_time:
        other = outbox.alias()
        under_way = sa.exists().where(
            other.c.programme_id == tx.programme,
            other.c.state.in_(_LEASED),
            other.c.lease_until >= now,
            other.c.address == outbox.c.address,
            other.c.kind == outbox.c.kind,
            other.c.id != outbox.c.id,
        )
        wanted = wanted.where(sa.or_(outbox.c.kind.not_in(one_at_a_time), sa.not_(under_way)))
    due = wanted.where(outbox.c.state == "due", outbox.c.due_at <= by).order_by(outbox.c.due_at, outbox.c.id)
    left = wanted.where(outbox.c.state.in_(_LEASED), outbox.c.lease_until < by).order_by(outbox.c.lease_until)
    row = tx.conn.execute(due.limit(1)).one_or_none() or tx.conn.execute(left.limit(1)).one_or_none()
    return _take(tx, row, lease, now + LEASE) if row is not None else None


def _not_resting(resting: Iterable[Rest]) -> Iterable[sa.ColumnElement[bool]]:
    alone: list[str] = []
    for address, kind in resting:
        if not address.endswith(":") and not kind:
            alone.append(address)
            continue
        at_rest = outbox.c.address == address
        if address.endswith(":"):
            at_rest = outbox.c.address.startswith(address, autoescape=True)
        yield sa.not_(sa.and_(at_rest, outbox.c.kind == kind) if kind else at_rest)
    if alone:
        yield outbox.c.address.not_in(alone)


def _take(tx: Tx, row: Any, lease: str, until: datetime) -> Row | None:
    """The swap: only if nobody else has taken it since it was read."""
    same_lease = outbox.c.lease.is_(None) if row.lease is None else outbox.c.lease == row.lease
    attempts = row.attempts + (1 if row.state == "claimed" else 0)  # its claimant ended while making it ready
    taken = tx.conn.execute(
        sa.update(outbox)
        .where(outbox.c.id == row.id, outbox.c.state == row.state, same_lease)
        .values(
            state="sending" if row.state == "sending" else "claimed",
            lease=lease,
            lease_until=until,
            attempts=attempts,
        )
    )
    if taken.rowcount != 1:
        return None
    same = ("id", "key", "kind", "address", "facts", "due_at", "doubtful", "said")
    known = {name: getattr(row, name) for name in same} | {"conversation": row.conversation or ""}
    return Row(**known, attempts=attempts, lease=lease, in_doubt=row.state == "sending")


def mark_sending(tx: Tx, row: Row, said: Mapping[str, Any], now: datetime, *, doubtful: bool = False) -> Row:
    """Commit to what is about to be said; the row as it is then. LeaseLost where the lease has ended.

    `doubtful`: it may have been said before, and the channel could not say.
    """
    attempts = row.attempts + (1 if row.in_doubt else 0)
    marked = replace(row, said=dict(said), attempts=attempts, in_doubt=True, doubtful=doubtful)
    values = {"said": marked.said, "attempts": attempts, "doubtful": doubtful, "lease_until": now + LEASE}
    _change(tx, row, outbox.c.lease_until >= now, state="sending", **values)
    return marked


def keep_in_doubt(tx: Tx, row: Row, now: datetime, *, until: datetime, reason: str, count: bool) -> None:
    """Still unknown whether it was posted: nobody takes it up before `until`, and then the channel is asked again."""
    attempts = row.attempts + (1 if count else 0)
    _change(tx, row, lease_until=until, attempts=attempts, trouble=reason)


def settle_sent(tx: Tx, row: Row, now: datetime, *, conversation: str, post: str, parts: int = 1) -> None:
    """It was posted there, in so many posts; `post` is the first one's id, empty for what is no message of its own."""
    said = (row.said or {}) | ({"parts": parts} if parts > 1 else {})
    put = {"conversation": conversation, "post": post or None, "said": said}
    _change(tx, row, state="sent", trouble="", settled_at=now, **put)


class Posted(NamedTuple):
    """A message of ours that stands in a channel: its row, the thread it is in, and in how many posts."""

    id: int
    thread: str
    parts: int


def find_posted(tx: Tx, conversation: str, post: str) -> Posted | None:
    """The message posted there; None where it is not ours, or forgotten."""
    row = tx.conn.execute(_at(tx, sa.select(outbox), conversation, post)).first()
    if row is None:
        return None
    said = row.said or {}
    return Posted(row.id, said.get("thread") or row.facts.get("thread", ""), said.get("parts", 1))


def note_parts(tx: Tx, number: int, parts: int) -> None:
    """A message stands in so many posts now."""
    mine = sa.and_(outbox.c.programme_id == tx.programme, outbox.c.id == number)
    said = tx.conn.execute(sa.select(outbox.c.said).where(mine)).scalar() or {}
    tx.conn.execute(sa.update(outbox).where(mine).values(said=said | {"parts": parts}))


def settle(tx: Tx, row: Row, now: datetime, state: Literal["failed", "dropped"], reason: str) -> None:
    """It will not be posted, and why."""
    _change(tx, row, state=state, trouble=reason, settled_at=now)


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
        outbox.c.scheme == scheme,
        outbox.c.conversation.startswith(starts, autoescape=True),
    )
    query = sa.select(outbox.c.address, outbox.c.conversation).where(outbox.c.id.in_(last.group_by(outbox.c.address)))
    return {row.address: row.conversation for row in tx.conn.execute(query)}


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


def _change(tx: Tx, row: Row, *more: sa.ColumnElement[bool], **values: Any) -> None:
    """Change a row only while this claimant's lease is on it and it is in the state the claimant knows."""
    state = "sending" if row.in_doubt else "claimed"
    mine = sa.and_(outbox.c.id == row.id, outbox.c.lease == row.lease, outbox.c.state == state, *more)
    if tx.conn.execute(sa.update(outbox).where(mine).values(**values)).rowcount != 1:
        raise LeaseLost(row.key)
