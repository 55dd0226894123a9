"""What a message said here has done, so that an edit of the message changes that and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from programme.messages import Request
from programme.refs import plain
from storage.db import Tx, insert
from storage.history import Row, find_row, record
from storage.schema import entry, history, words
from storage.schema_out import outbox, spoken


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry that a message made and that stands: `number` is its row in the history."""

    number: int
    ref: str
    kind: str
    text: str


def keep_spoken(tx: Tx, request: Request, actor: str, after: int, now: datetime) -> None:
    """Remember which rows of the history, after that one, this message has written."""
    mine = sa.select(history.c.number).where(
        history.c.programme_id == tx.programme, history.c.number > after, history.c.actor == actor, history.c.at == now
    )
    for number in tx.conn.execute(mine).scalars().all():
        insert(
            tx,
            spoken,
            channel=request.where.channel,
            workspace=request.where.workspace,
            conversation=request.where.conversation,
            said_id=request.said_id,
            number=number,
            at=now,
            edited=request.is_edit,
        )


def _by(tx: Tx, request: Request) -> sa.ColumnElement[bool]:
    """What this message did."""
    return sa.and_(
        spoken.c.programme_id == tx.programme,
        spoken.c.channel == request.where.channel,
        spoken.c.workspace == request.where.workspace,
        spoken.c.conversation == request.where.conversation,
        spoken.c.said_id == request.said_id,
    )


def was_edited(tx: Tx, request: Request) -> bool:
    """Whether an edit of this message has done something already."""
    return (
        tx.conn.execute(sa.select(spoken.c.id).where(_by(tx, request), spoken.c.edited).limit(1)).scalar() is not None
    )


def list_spoken(tx: Tx, request: Request) -> list[Row]:
    """The rows of the history that a message wrote and that stand, oldest first."""
    query = sa.select(spoken.c.number).where(_by(tx, request))
    numbers = sorted(tx.conn.execute(query).scalars())
    if not numbers and request.before:  # it was said of one of several actions by a tap, in the very words
        by_words = sa.select(history.c.number).join(words, history.c.words_id == words.c.id)
        theirs = sa.and_(history.c.programme_id == tx.programme, history.c.actor == request.actor)
        numbers = list(
            tx.conn.execute(
                by_words.where(theirs, words.c.text == plain(request.before).strip())
                .order_by(history.c.number.desc())
                .limit(1)
            ).scalars()
        )
    rows = [find_row(tx, number) for number in numbers]
    found = [row for row in rows if row is not None]
    refs = {row.ref for row in found if row.ref}
    since = found[0].number if found else 0
    later = sa.select(history.c.number).where(
        history.c.programme_id == tx.programme,
        history.c.ref.in_(refs),
        history.c.number > since,
        history.c.verb.in_(("undo", "edit")),
    )
    gone: set[int] = set()
    for number in sorted(tx.conn.execute(later).scalars(), reverse=True):
        row = find_row(tx, number)
        if row is not None and number not in gone:
            gone.add(row.facts["undoes"] if row.verb == "undo" else row.facts["edits"])
    return [row for row in found if row.number not in gone]


def find_kept(tx: Tx, number: int) -> Kept | None:
    """The entry of a row of the history, where it stands and has words."""
    query = (
        sa.select(entry.c.kind, words.c.text, history.c.ref)
        .join(words, entry.c.words_id == words.c.id)
        .join(history, sa.and_(history.c.programme_id == entry.c.programme_id, history.c.number == entry.c.number))
        .where(entry.c.programme_id == tx.programme, entry.c.number == number, entry.c.undone_at.is_(None))
    )
    row = tx.conn.execute(query).one_or_none()
    return Kept(number, row.ref, row.kind, row.text or "") if row else None


def record_edit(tx: Tx, kept: Kept, text: str, *, actor: str, now: datetime, account: str = "") -> int:
    """Put other words in the place of an entry's, which keeps its day; the number of the row that says so."""
    facts: dict[str, Any] = {"value": "", "before": {}, "after": {}, "alarm": None, "proposal": None}
    facts["edits"] = kept.number
    number, words_id = record(tx, "edit", actor=actor, now=now, ref=kept.ref, facts=facts, text=text, account=account)
    old = sa.and_(entry.c.programme_id == tx.programme, entry.c.number == kept.number)
    row = tx.conn.execute(sa.select(entry).where(old)).one()
    insert(
        tx,
        entry,
        action_id=row.action_id,
        kind=row.kind,
        on_date=row.on_date,
        at=row.at,
        by=row.by,
        organisation=row.organisation,
        value=row.value,
        words_id=words_id,
        number=number,
    )
    tx.conn.execute(sa.update(entry).where(old).values(undone_at=now))
    return number


def list_refs_told(tx: Tx, address: str, since: datetime, most: int = 50) -> list[str]:
    """What somebody was told of since an instant, the latest first: the actions in their last `most` messages."""
    query = (
        sa.select(outbox.c.said)
        .where(
            outbox.c.programme_id == tx.programme,
            outbox.c.state == "sent",
            outbox.c.settled_at >= since,
            outbox.c.address == address,
            outbox.c.kind.not_in(("reply", "edit", "home")),
        )
        .order_by(outbox.c.settled_at.desc())
        .limit(most)
    )
    told = [(said or {}).get("refs", ()) for said in tx.conn.execute(query).scalars()]
    return list(dict.fromkeys(ref for refs in told for ref in refs))
