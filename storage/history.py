"""The append-only history: recorded, signed in a chain, verified and redacted (section 5, History).

Each row's MAC covers the row before it, its facts and a keyed hash of its words. The words stand in a table of their
own, so that they may be redacted while the row, its hash and who did it remain.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from storage.db import PROGRAMME, Tx
from storage.schema import history, mitigation, programme, words
from storage.schema_out import web_line
from storage.withdrawn import withdraw, without

_HEAD = sa.select(programme.c.chain_number, programme.c.chain_mac).where(programme.c.id == PROGRAMME)
_HEAD_TO_GROW = _HEAD.with_for_update()  # PostgreSQL's writers take turns here; SQLite's already do
_GROW = (
    sa.update(programme)
    .where(programme.c.id == PROGRAMME)
    .values(
        chain_number=sa.bindparam("number"),
        chain_mac=sa.bindparam("mac"),
        revision=programme.c.revision + 1,
        people_revision=programme.c.people_revision + sa.bindparam("others"),
    )
)


_KEEP = sa.insert(words).returning(words.c.id)
_APPEND = sa.insert(history)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the history; `words` is None where there were none, `redacted` where they have been taken out."""

    number: int
    at: datetime
    actor: str
    account: str
    verb: str
    ref: str | None
    facts: dict[str, Any]
    words: str | None
    redacted: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many rows, and the last MAC ("" for an empty history)."""

    number: int
    mac: str

    def __str__(self) -> str:
        return f"{self.number}:{self.mac}"


@dataclass(frozen=True, slots=True)
class Verdict:
    head: Head
    redacted: tuple[int, ...]
    faults: tuple[str, ...]


def keep_words(tx: Tx, text: str) -> int | None:
    """Store words apart from the facts; None for none."""
    if not text:
        return None
    return int(tx.conn.execute(_KEEP, {"programme_id": tx.programme, "text": text}).scalar_one())


def record(
    tx: Tx,
    verb: str,
    *,
    actor: str,
    now: datetime,
    ref: str | None = None,
    facts: Mapping[str, Any] | None = None,
    text: str = "",
    account: str = "",
) -> tuple[int, int | None]:
    """Append a row; returns its number and the id of its words. Also marks the programme as changed."""
    head = Head(*tx.conn.execute(_HEAD_TO_GROW, {"programme": tx.programme}).one())
    words_id = keep_words(tx, text)
    number = head.number + 1
    body = json.dumps(dict(facts or {}), sort_keys=True, default=str, ensure_ascii=False)
    row = {
        "number": number,
        "at": now,
        "actor": actor,
        "account": account,
        "verb": verb,
        "ref": ref,
        "facts": body,
        "words_id": words_id,
        "words_mac": _mac(tx.key, "words", str(tx.programme), str(number), text) if text else "",
    }
    mac = _row_mac(tx, head.mac, row)
    tx.conn.execute(_APPEND, {"programme_id": tx.programme, "mac": mac, **row})
    others = 0 if ref else 1  # a row about no action may be about people, roles or groups
    tx.conn.execute(_GROW, {"programme": tx.programme, "number": number, "mac": mac, "others": others})
    return number, words_id


def get_head(tx: Tx) -> Head:
    number, mac = tx.conn.execute(_HEAD, {"programme": tx.programme}).one()
    return Head(number, mac)


def get_head_at(tx: Tx, instant: datetime) -> Head:
    """The end of the chain as it was at an instant."""
    query = sa.select(history.c.number, history.c.mac).where(
        history.c.programme_id == tx.programme, history.c.at <= instant
    )
    row = tx.conn.execute(query.order_by(history.c.number.desc()).limit(1)).one_or_none()
    return Head(row.number, row.mac) if row else Head(0, "")


def list_rows(tx: Tx, *, ref: str | None = None, actor: str | None = None, most: int = 50) -> list[Row]:
    """The newest rows first, of one action or one actor where asked."""
    query = _rows(tx).order_by(history.c.number.desc()).limit(most)
    if ref is not None:
        query = query.where(history.c.ref == ref)
    if actor is not None:
        query = query.where(history.c.actor == actor)
    return [_as_row(row) for row in tx.conn.execute(query)]


def find_row(tx: Tx, number: int) -> Row | None:
    row = tx.conn.execute(_rows(tx).where(history.c.number == number)).one_or_none()
    return _as_row(row) if row else None


def redact(tx: Tx, number: int, reason: str, *, actor: str, now: datetime, account: str = "") -> bool:
    """Take the words out of a row, for good; the row, its hash and who did it remain. False where it has none left.

    Entries, proposals and mitigations share the row's words; messages that show them are rid of them too. What the
    plan's own file says is not ours to redact: that is corrected in the file, which is imported again.
    """
    row = find_row(tx, number)
    if row is None or row.words is None:
        return False
    about = row.ref or row.facts.get("about") or None  # a line of minutes is about an action and is not its own
    withdraw(tx, row.words, ref=about, by=row.actor, since=row.at, now=now)
    for each in tx.conn.execute(
        sa.select(web_line.c.id, web_line.c.body).where(web_line.c.programme_id == tx.programme)
    ).all():
        cleaned = without(row.words, each.body)
        if cleaned != each.body:
            tx.conn.execute(sa.update(web_line).where(web_line.c.id == each.id).values(body=cleaned))
    words_id = (
        sa.select(history.c.words_id)
        .where(history.c.programme_id == tx.programme, history.c.number == number)
        .scalar_subquery()
    )
    tx.conn.execute(sa.update(words).where(words.c.id == words_id).values(text=None, redacted_at=now))
    mine = (mitigation.c.programme_id == tx.programme, mitigation.c.words_id == words_id)
    tx.conn.execute(sa.update(mitigation).where(*mine).values(who=""))  # a name that somebody typed
    facts = {"redacts": number}
    record(tx, "redact", actor=actor, now=now, ref=row.ref, facts=facts, text=reason, account=account)
    return True


def verify(tx: Tx, head: Head | None = None) -> Verdict:
    """Check every row. Finds a changed or missing row or words, and, against a `head` kept elsewhere, a cut-off end."""
    faults: list[str] = []
    redactions: set[int] = set()
    without_words: list[int] = []
    before, expected = "", 1
    query = (
        sa.select(history, words.c.text)
        .select_from(history.outerjoin(words, history.c.words_id == words.c.id))
        .where(history.c.programme_id == tx.programme)
        .order_by(history.c.number)
    )
    for row in _readable(tx, query, faults):
        if row.number != expected:
            faults.append(
                f"row {expected} is missing"
                if row.number == expected + 1
                else f"rows {expected} to {row.number - 1} are missing"
            )
        facts = {name: getattr(row, name) for name in _SIGNED}
        is_next = row.number == expected  # after a gap there is nothing to check a row against
        if is_next and not _same(row.mac, _row_mac(tx, before, facts)):
            faults.append(f"row {row.number} has been changed")
        elif is_next and row.verb == "redact":
            redactions.add(json.loads(row.facts)["redacts"])
        if row.words_mac and row.text is None:
            without_words.append(row.number)
        elif row.words_mac and not _same(
            row.words_mac, _mac(tx.key, "words", str(tx.programme), str(row.number), row.text)
        ):
            faults.append(f"the words of row {row.number} have been changed")
        if head and row.number == head.number and not _same(row.mac, head.mac):
            faults.append(f"row {row.number} is not the one that was signed then")
        before = row.mac
        expected = row.number + 1
    faults += [
        f"the words of row {n} are missing and no redaction says so" for n in without_words if n not in redactions
    ]
    stored = get_head(tx)
    if (stored.number, stored.mac) != (expected - 1, before):
        faults.append(f"the history ends at row {expected - 1}, but {stored.number} were recorded")
    if head and expected - 1 < head.number:
        faults.append(f"the history ends at row {expected - 1}, but had {head.number} rows before")
    return Verdict(Head(expected - 1, before), tuple(n for n in without_words if n in redactions), tuple(faults))


def _readable(tx: Tx, query: sa.Select[Any], faults: list[str]) -> Iterator[Any]:
    """The rows, as far as they can be read: somebody may have put into one what is no instant."""
    try:
        yield from tx.conn.execute(query)
    except ValueError:
        faults.append("the history cannot be read to its end: an instant in it has been changed")


def _same(mac: str, ours: str) -> bool:
    return hmac.compare_digest(mac.encode(), ours.encode())  # bytes, as a changed one need not be ASCII


_SIGNED = ("number", "at", "actor", "account", "verb", "ref", "facts", "words_mac")


def _row_mac(tx: Tx, before: str, row: Mapping[str, Any]) -> str:
    parts = [row[name].astimezone(UTC).isoformat() if name == "at" else str(row[name]) for name in _SIGNED]
    return _mac(tx.key, "row", str(tx.programme), before, *parts)


def _mac(key: bytes, *parts: str) -> str:
    """A keyed hash over parts, each with its length, so that no two lists of parts look the same."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _rows(tx: Tx) -> sa.Select[Any]:
    return (
        sa.select(history, words.c.text)
        .select_from(history.outerjoin(words, history.c.words_id == words.c.id))
        .where(history.c.programme_id == tx.programme)
    )


def _as_row(row: Any) -> Row:
    return Row(
        row.number,
        row.at,
        row.actor,
        row.account,
        row.verb,
        row.ref,
        json.loads(row.facts),
        row.text,
        bool(row.words_mac) and row.text is None,
    )
