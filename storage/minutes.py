"""Pasted minutes on their way: each line a draft until somebody confirms it or leaves it out.

The words of a draft are those of its row in the history, by whose number it is called: so they can be redacted there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.db import Tx, insert
from storage.history import record
from storage.schema import action, draft, governance_group, history, words

ASIDE = "kept aside"  # what a line is said to be that names no action


@dataclass(frozen=True, slots=True)
class Draft:
    """A line of minutes. `ref` is "" where it names no action known, and `typed` then what it seems to name; `sure`:
    nothing else could be meant; `redacted`: its words are gone."""

    number: int
    group: str
    meeting_on: date | None
    by: str
    at: datetime
    ref: str
    typed: str
    words: str
    sure: bool
    state: str
    redacted: bool

    @property
    def aside(self) -> bool:
        """Whether it names no action, so that it is kept and not to be confirmed."""
        return not (self.ref or self.typed)


def add_draft(
    tx: Tx,
    text: str,
    *,
    ref: str,
    typed: str,
    sure: bool,
    group: tuple[int, str],
    meeting_on: date | None,
    by: str,
    now: datetime,
    account: str,
) -> int:
    """Keep a line of minutes of a group (its id and name); the number it is called by."""
    about = {"group": group[1], "meeting": meeting_on, "about": ref or typed or ASIDE}
    number, _ = record(tx, "minutes", actor=by, now=now, facts=about, text=text, account=account)
    insert(
        tx, draft, number=number, group_id=group[0], meeting_on=meeting_on, by=by, at=now, ref=ref, sure=sure
    )  # fmt: skip
    return number


def list_drafts(tx: Tx, state: str = "open") -> list[Draft]:
    """All that is still to be confirmed, in the order it was pasted, or all that is confirmed or left out."""
    query = _drafts(tx).where(draft.c.state == state).order_by(draft.c.number)
    return [_as_draft(row) for row in tx.conn.execute(query).all()]


def count_drafts(tx: Tx, group: int) -> int:
    """How many lines of the minutes of the group of that id are still to be confirmed, without what is kept aside."""
    query = _drafts(tx).where(draft.c.state == "open", draft.c.group_id == group)
    return sum(not _as_draft(row).aside for row in tx.conn.execute(query).all())


def find_draft(tx: Tx, number: int) -> Draft | None:
    row = tx.conn.execute(_drafts(tx).where(draft.c.number == number)).one_or_none()
    return _as_draft(row) if row else None


def settle_draft(tx: Tx, number: int, state: str, rows: tuple[int, int] | None = None) -> None:
    """It was confirmed, by these rows of the history (first and last), or is left out, or stands open again."""
    first, last = rows or (None, None)
    _change(tx, draft.c.number == number, state=state, first=first, last=last)


def name_draft(tx: Tx, number: int, ref: str) -> None:
    """It is about this action, as somebody says who read it."""
    _change(tx, draft.c.number == number, ref=ref, sure=True)


def list_confirming(tx: Tx, last: int) -> list[int]:
    """The rows of the history that confirming one line wrote, the last first, where `last` was the last of them; else
    that one alone."""
    query = sa.select(draft.c.first).where(
        draft.c.programme_id == tx.programme, draft.c.last == last, draft.c.state == "confirmed"
    )
    first = tx.conn.execute(query).scalar()
    return list(range(last, (first or last) - 1, -1))


def reopen_draft(tx: Tx, last: int) -> bool:
    """What confirming a draft did last is undone: it is to be confirmed again. Whether there was one."""
    mine = sa.and_(draft.c.last == last, draft.c.state == "confirmed")
    return _change(tx, mine, state="open", first=None, last=None)


def list_twins(tx: Tx, number: int) -> list[int]:
    """The other rows of the history that have these words, because one was confirmed from another."""
    in_it = sa.or_(draft.c.number == number, sa.and_(draft.c.first <= number, draft.c.last >= number))
    found = tx.conn.execute(
        sa.select(draft.c.number, draft.c.first, draft.c.last).where(draft.c.programme_id == tx.programme, in_it)
    ).one_or_none()
    if found is None:
        return []
    rows = range(found.first, found.last + 1) if found.first and found.last else ()
    return [each for each in (found.number, *rows) if each != number]


def list_refs(tx: Tx) -> list[str]:
    """The reference of every action of the plan."""
    query = sa.select(action.c.ref).where(action.c.programme_id == tx.programme, action.c.gone_at.is_(None))
    return list(tx.conn.execute(query.order_by(action.c.position)).scalars())


def _change(tx: Tx, which: sa.ColumnElement[bool], **values: Any) -> bool:
    changed = tx.conn.execute(sa.update(draft).where(draft.c.programme_id == tx.programme, which).values(**values))
    return bool(changed.rowcount)


def _drafts(tx: Tx) -> sa.Select[Any]:
    on_row = sa.and_(history.c.programme_id == draft.c.programme_id, history.c.number == draft.c.number)
    return (
        sa.select(draft, governance_group.c.name.label("group"), history.c.facts, words.c.text)
        .join(governance_group, draft.c.group_id == governance_group.c.id)
        .join(history, on_row)
        .outerjoin(words, history.c.words_id == words.c.id)
        .where(draft.c.programme_id == tx.programme)
    )


def _as_draft(row: Any) -> Draft:
    about = str(json.loads(row.facts)["about"])
    typed = "" if row.ref or about == ASIDE else about
    return Draft(
        row.number,
        row.group,
        row.meeting_on,
        row.by,
        row.at,
        row.ref,
        typed,
        row.text or "",
        row.sure,
        row.state,
        row.text is None,
    )
