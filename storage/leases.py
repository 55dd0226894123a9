"""Leases: who has a message of the outbox in hand, and until when. Taken by compare-and-swap, so that a second process
is safe. A long queue is leased in batches; a short one a message at a time, so that whoever takes over from a process
that is gone finds all the others free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.db import Tx
from storage.schema_out import outbox

LEASE = timedelta(minutes=5)
LONG = 100  # messages due: as many as a batch may have
_LEASED = ("claimed", "sending")
_CLAIMING = 0x68616C66  # names PostgreSQL's advisory lock


_KEPT = ("id", "key", "kind", "address", "facts", "due_at", "doubtful", "said")
_DUE = sa.literal("due", literal_execute=True)  # as a kind below: SQLite sees then that an index holds what is wanted
_READ = [outbox.c[name] for name in (*_KEPT, "conversation", "state", "lease", "attempts")]


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


class Rest(NamedTuple):
    """What is left alone for a while: an address, or all that begin as it does where it ends in a colon; `kind` is
    the only kind of row meant, any where it is empty."""

    address: str
    kind: str = ""


class LeaseLost(Exception):
    """Another run holds the row now, or it has moved on; this claim of it is void."""


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
    taken = claim_some(
        tx,
        now,
        1,
        lease=lease,
        schemes=schemes,
        due_by=due_by,
        kinds=kinds,
        one_at_a_time=one_at_a_time,
        resting=resting,
    )
    return taken[0] if taken else None


def claim_some(
    tx: Tx,
    now: datetime,
    most: int,
    *,
    lease: str,
    schemes: Sequence[str],
    due_by: datetime | None = None,
    kinds: Sequence[str] | None = None,
    one_at_a_time: Sequence[str] = (),
    resting: Iterable[Rest] = (),
) -> list[Row]:
    """As `claim`, up to `most` of a long queue at once, in the order in which they are to be sent.

    What an address is to be sent stays in its order: from the first that must wait for another on, its rows are left.
    """
    if tx.conn.dialect.name == "postgresql":  # as SQLite's writers do, claims take turns: each sees the last one's
        tx.conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_CLAIMING, tx.programme)))
    by = due_by or now
    wanted = sa.select(*_READ).where(outbox.c.programme_id == tx.programme, outbox.c.settled_at.is_(None))
    wanted = wanted.where(outbox.c.scheme.in_(schemes), *_not_resting(resting))
    if kinds is not None:
        wanted = wanted.where(sa.or_(*(outbox.c.kind == sa.literal(kind, literal_execute=True) for kind in kinds)))
    if one_at_a_time:
        other = outbox.alias()
        under_way = sa.exists().where(
            other.c.programme_id == tx.programme,
            other.c.lease.is_not(None),
            other.c.settled_at.is_(None),
            other.c.state.in_(_LEASED),
            other.c.lease_until >= now,
            other.c.address == outbox.c.address,
            other.c.kind == outbox.c.kind,
            other.c.id != outbox.c.id,
        )
        wanted = wanted.where(sa.or_(outbox.c.kind.not_in(one_at_a_time), sa.not_(under_way)))
    due = wanted.where(outbox.c.state == _DUE, outbox.c.due_at <= by).order_by(outbox.c.due_at, outbox.c.id)
    rows = tx.conn.execute(due.limit(LONG if most > 1 else 1)).all()
    if rows:
        some = _in_turn(rows, one_at_a_time)[:most] if len(rows) == LONG else rows[:1]
        return _take(tx, some, lease, now + LEASE)
    gone = (outbox.c.lease.is_not(None), outbox.c.state.in_(_LEASED), outbox.c.lease_until < by)
    left = wanted.where(*gone).order_by(outbox.c.lease_until)
    return _take_over(tx, tx.conn.execute(left.limit(1)).one_or_none(), lease, now + LEASE)


def release(tx: Tx, rows: Sequence[Row]) -> None:
    """Give back rows that were claimed and not begun: they are due as before, and it was no attempt."""
    if not rows:
        return
    tx.conn.execute(
        sa.update(outbox)
        .where(outbox.c.id.in_([row.id for row in rows]), outbox.c.state == "claimed")
        .where(outbox.c.lease == rows[0].lease)
        .values(state="due", lease=None, lease_until=None)
    )


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


def _in_turn(rows: Sequence[Any], one_at_a_time: Sequence[str]) -> list[Any]:
    """Those that need not wait for another of them."""
    found: list[Any] = []
    begun: set[tuple[str, str]] = set()
    waiting: set[str] = set()
    for row in rows:
        if row.kind in one_at_a_time and (row.address, row.kind) in begun:
            waiting.add(row.address)
        if row.address not in waiting:
            begun.add((row.address, row.kind))
            found.append(row)
    return found


_TAKE = (  # without the programme: with it, SQLite looks through all of that
    sa.update(outbox)
    .where(outbox.c.id.in_(sa.bindparam("ids", expanding=True)), outbox.c.state == "due")
    .values(state="claimed", lease=sa.bindparam("token"), lease_until=sa.bindparam("until"))
    .returning(outbox.c.id)
)


def _take(tx: Tx, rows: Sequence[Any], lease: str, until: datetime) -> list[Row]:
    """The swap: only those that nobody else has taken since they were read."""
    ids = [row.id for row in rows]
    values = {"ids": ids, "token": lease, "until": until}
    taken = set(tx.conn.execute(_TAKE, values).scalars())
    return [_row(row, lease, row.attempts) for row in rows if row.id in taken]


def _take_over(tx: Tx, row: Any, lease: str, until: datetime) -> list[Row]:
    """The same with one whose claimant is gone."""
    if row is None:
        return []
    attempts = row.attempts + (1 if row.state == "claimed" else 0)  # its claimant ended while making it ready
    taken = tx.conn.execute(
        sa.update(outbox)
        .where(outbox.c.id == row.id, outbox.c.state == row.state, outbox.c.lease == row.lease)
        .values(lease=lease, lease_until=until, attempts=attempts)
    )
    return [_row(row, lease, attempts)] if taken.rowcount == 1 else []


def _row(row: Any, lease: str, attempts: int) -> Row:
    known = {name: getattr(row, name) for name in _KEPT} | {"conversation": row.conversation or ""}
    return Row(**known, attempts=attempts, lease=lease, in_doubt=row.state == "sending")
