"""Redaction where words were said: what is due is rid of them, and what stands in a channel is changed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage import outbox as messages
from storage.db import Tx
from storage.renewals import SHOWN_FOR
from storage.schema_out import outbox

SPENT = {"text": "(redacted)", "done": True, "blocks": []}
_CHANGEABLE = "slack"  # the channel whose messages can be changed
# From the facts; all but the last two can be so again.
_COMPOSED = ("bundle", "notice", "correction", "channel", "pack", "since")
_UNDER_WAY = ("claimed", "sending")
_SOON = timedelta(minutes=6)  # longer than a lease: by then what is being sent has gone, or never will
_ENOUGH = 20  # so many characters of the words are taken for them, as answers repeat a part


def withdraw(tx: Tx, words: str, *, ref: str | None, by: str, since: datetime, now: datetime) -> None:
    """These words, said by somebody at `since`, are gone: take them out of every answer that repeats them, and queue an
    edit of every message that may show them, however old it is."""
    mine = sa.select(outbox).where(outbox.c.programme_id == tx.programme)
    answers = mine.where(outbox.c.kind == "reply", _open_or_settled(since))
    for row in tx.conn.execute(answers).all():
        told = json.dumps(row.facts.get("message"), ensure_ascii=False)
        about = ref is not None and ref in told
        repeats = without(words, row.facts) != row.facts or (about and _repeats(words, told))
        if not repeats and row.address != by:
            continue
        if repeats or about or row.state in ("sent", "dropped", "failed"):  # what is past is not needed any more
            spent = {"message": SPENT} if "message" in row.facts else {}
            values = {"facts": {**without(words, row.facts), **spent}}
            tx.conn.execute(sa.update(outbox).where(outbox.c.id == row.id).values(**values))
        if repeats or about:
            _edit(tx, row, ref, now)
    shown = mine.where(outbox.c.kind.in_(_COMPOSED), _open_or_settled(since - SHOWN_FOR))  # or edited since
    for row in tx.conn.execute(shown).all() if ref else ():
        if row.state in _UNDER_WAY or row.kind in ("pack", "since") or ref in (row.said or {}).get("refs", ()):
            _edit(tx, row, ref, now)


def has_shared(tx: Tx, since: datetime) -> bool:
    """Whether a digest has been shared as a file since an instant: nothing can be taken out of that."""
    shared = sa.and_(outbox.c.kind == "file", outbox.c.state == "sent", outbox.c.settled_at >= since)
    query = sa.select(outbox.c.id).where(outbox.c.programme_id == tx.programme, shared)
    return tx.conn.execute(query.limit(1)).one_or_none() is not None


def without(words: str, stored: Any) -> Any:
    """A JSON value with the words taken out of every string in it."""
    if isinstance(stored, str):
        return stored.replace(words, "(redacted)")
    if isinstance(stored, list):
        return [without(words, one) for one in stored]
    if isinstance(stored, dict):
        return {name: without(words, one) for name, one in stored.items()}
    return stored


def _open_or_settled(since: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(outbox.c.settled_at.is_(None), outbox.c.settled_at >= since)


def _repeats(words: str, told: str) -> bool:
    """Whether an answer begins the words, perhaps cut short."""
    head = json.dumps(" ".join(words.split())[:_ENOUGH].rstrip(" ."), ensure_ascii=False)[1:-1]
    return head.casefold() in told.casefold()


def _edit(tx: Tx, row: Any, ref: str | None, now: datetime) -> None:
    """Queue an edit of what stands there, or will. A line in a thread never has anybody's words."""
    if row.scheme != _CHANGEABLE or row.state not in (*_UNDER_WAY, "sent") or "first" in row.facts:
        return
    due_at = now + _SOON if row.state in _UNDER_WAY else now
    facts = {"row": row.id, "redacted": ref or ""}
    messages.renew(tx, "edit", row.address, f"{row.id} redacted", due_at=due_at, facts=facts)
