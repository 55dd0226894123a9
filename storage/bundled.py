"""What a bundle that was sent asked its reader about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.db import Tx
from storage.schema_out import ledger, outbox


@dataclass(frozen=True, slots=True)
class Bundled:
    """The actions by reference, each with the kinds of its rungs there, and when the bundle went."""

    sent_at: datetime
    kinds: Mapping[str, Collection[str]]


def find_bundled(
    tx: Tx, person: int, kinds: Collection[str], since: datetime, *, conversation: str = "", post: str = ""
) -> Bundled | None:
    """The bundle posted there, or without a post the last that went since an instant, of those that asked this person
    something of these kinds; None where there is none."""
    joined = sa.and_(ledger.c.outbox_id == outbox.c.id, ledger.c.programme_id == outbox.c.programme_id)
    where = [outbox.c.programme_id == tx.programme, outbox.c.state == "sent", outbox.c.kind == "bundle"]
    where += [ledger.c.person_id == person, ledger.c.passed_for == "", ledger.c.kind.in_(kinds)]
    if post:
        where += [outbox.c.conversation == conversation, outbox.c.post == post]
    else:
        where += [outbox.c.settled_at.is_not(None), outbox.c.settled_at >= since]
    query = sa.select(outbox.c.id, outbox.c.settled_at).join(ledger, joined).where(*where)
    last = tx.conn.execute(query.order_by(outbox.c.settled_at.desc(), outbox.c.id.desc()).limit(1)).first()
    if last is None:
        return None
    lines = sa.select(ledger.c.subject, ledger.c.kind).where(
        ledger.c.programme_id == tx.programme,
        ledger.c.outbox_id == last.id,
        ledger.c.person_id == person,
        ledger.c.passed_for == "",
        ledger.c.kind.in_(kinds),
    )
    found: dict[str, set[str]] = defaultdict(set)
    for row in tx.conn.execute(lines):
        found[row.subject].add(row.kind)
    return Bundled(last.settled_at, dict(found))
