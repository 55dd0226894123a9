"""Tidy: forget what nobody will ask about again. Runs on the clock, once an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.db import Tx
from storage.schema_out import ledger, outbox, seen, spoken

_SEEN_FOR = timedelta(days=2)  # Slack retries within the hour
_SETTLED_FOR = timedelta(days=30)
_ANSWERED_FOR = timedelta(days=400)  # so late a reply is still about what the message said, an edit about its own


def tidy(tx: Tx, now: datetime) -> int:
    """Drop ids of requests, dropped messages, answers and edits that are past use. Returns how many rows went."""
    old = sa.delete(seen).where(seen.c.programme_id == tx.programme, seen.c.at < now - _SEEN_FOR)
    carried = sa.select(ledger.c.outbox_id).where(ledger.c.outbox_id.is_not(None))
    done = sa.delete(outbox).where(
        outbox.c.programme_id == tx.programme,
        outbox.c.state.in_(("dropped", "sent")),  # so that an index serves
        sa.or_(outbox.c.state == "dropped", outbox.c.kind.in_(("reply", "edit", "home", "file"))),
        outbox.c.settled_at < now - _SETTLED_FOR,
        sa.or_(outbox.c.kind.not_in(("reply", "file")), outbox.c.settled_at < now - _ANSWERED_FOR),
        outbox.c.id.not_in(carried),
    )
    said = sa.delete(spoken).where(spoken.c.programme_id == tx.programme, spoken.c.at < now - _ANSWERED_FOR)
    return sum(int(tx.conn.execute(each).rowcount) for each in (old, done, said))
