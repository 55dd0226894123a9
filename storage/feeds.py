"""Links to people's calendars: signed with the programme's key, and ended by counting one on."""

from __future__ import annotations

import hashlib
import hmac
import re

import sqlalchemy as sa

from storage.db import Tx
from storage.schema import person

_TOKEN = re.compile(r"(\d{1,9})-([0-9a-f]{64})")


def make_token(tx: Tx, person_id: int) -> str:
    """What the link to somebody's calendar ends in, until it is ended."""
    return f"{person_id}-{_sign(tx, person_id, _count_ended(tx, person_id) or 0)}"


def find_reader(tx: Tx, token: str) -> str | None:
    """The address of the person whose calendar a link is to; None where it is nobody's, or not any more."""
    found = _TOKEN.fullmatch(token)
    number = int(found[1]) if found else 0
    ended = _count_ended(tx, number)
    is_theirs = hmac.compare_digest(_sign(tx, number, ended or 0), found[2] if found else "")
    if not is_theirs or ended is None:
        return None
    return tx.conn.execute(sa.select(person.c.address).where(*_theirs(tx, number))).scalar_one_or_none()


def end_link(tx: Tx, person_id: int) -> None:
    """Let the link to somebody's calendar be good no longer."""
    tx.conn.execute(sa.update(person).where(*_theirs(tx, person_id)).values(feed=person.c.feed + 1))


def _count_ended(tx: Tx, person_id: int) -> int | None:
    return tx.conn.execute(sa.select(person.c.feed).where(*_theirs(tx, person_id))).scalar_one_or_none()


def _theirs(tx: Tx, person_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (person.c.programme_id == tx.programme, person.c.id == person_id, person.c.closed_at.is_(None))


def _sign(tx: Tx, person_id: int, ended: int) -> str:
    """Of this purpose alone: nothing else that is signed with the key looks so."""
    said = f"calendar feed\0{tx.programme}\0{person_id}\0{ended}"
    return hmac.new(tx.key, said.encode(), hashlib.sha256).hexdigest()
