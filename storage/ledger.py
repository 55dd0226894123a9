"""The ledger: one line a rung, planned, then carried by a message or silenced with its reason. `/why` prints it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from programme.reminders import Kind, Rung
from storage.db import Tx
from storage.schema import ledger, outbox, programme

State = Literal["planned", "sent", "silenced", "waiting", "failed"]


@dataclass(frozen=True, slots=True)
class Line:
    """A rung and what became of it; `sent_at` where a message carried it."""

    id: int
    rung: Rung
    state: State
    reason: str
    outbox_id: int | None
    at: datetime
    sent_at: datetime | None = None


def plan(tx: Tx, rungs: Iterable[Rung], now: datetime, *, state: State = "planned", reason: str = "") -> int:
    """Write down rungs that are not there yet; the same again changes nothing. Returns how many were new."""
    rows = [
        {
            "programme_id": tx.programme,
            "kind": rung.kind,
            "subject": rung.subject,
            "rung": rung.rung,
            "person_id": rung.person,
            "falls_on": rung.on,
            "passed_for": rung.passed_for,
            "state": state,
            "reason": reason,
            "at": now,
        }
        for rung in rungs
    ]
    if not rows:
        return 0
    dialect = postgresql if tx.conn.dialect.name == "postgresql" else sqlite
    return max(tx.conn.execute(dialect.insert(ledger).on_conflict_do_nothing(), rows).rowcount, 0)


def list_planned(tx: Tx, until: date, person: int | None = None) -> list[Line]:
    """Lines waiting to be carried that fall on or before a day, oldest first."""
    query = _lines(tx).where(ledger.c.state == "planned", ledger.c.falls_on <= until)
    if person is not None:
        query = query.where(ledger.c.person_id == person)
    return [_line(row) for row in tx.conn.execute(query.order_by(ledger.c.falls_on, ledger.c.id))]


def list_of(tx: Tx, ref: str) -> list[Line]:
    """Every line about one action, oldest first."""
    query = _lines(tx).where(ledger.c.subject == ref).order_by(ledger.c.falls_on, ledger.c.id)
    return [_line(row) for row in tx.conn.execute(query)]


def list_by_ids(tx: Tx, ids: Sequence[int]) -> list[Line]:
    return [_line(row) for row in tx.conn.execute(_lines(tx).where(ledger.c.id.in_(ids)).order_by(ledger.c.id))]


def settle(tx: Tx, ids: Iterable[int], state: State, reason: str, now: datetime, outbox_id: int | None = None) -> None:
    """What became of these lines."""
    values: dict[str, Any] = {"state": state, "reason": reason, "at": now}
    if outbox_id is not None:
        values["outbox_id"] = outbox_id
    tx.conn.execute(
        sa.update(ledger).where(ledger.c.programme_id == tx.programme, ledger.c.id.in_(list(ids))).values(**values)
    )


def last_days(tx: Tx, kind: Kind) -> dict[tuple[int, str], date]:
    """(person, ref) → the latest local date on which a line of this kind was sent or is on its way."""
    query = (
        sa.select(ledger.c.person_id, ledger.c.subject, sa.func.max(ledger.c.falls_on))
        .where(ledger.c.programme_id == tx.programme, ledger.c.kind == kind, ledger.c.state == "sent")
        .group_by(ledger.c.person_id, ledger.c.subject)
    )
    return {(person, subject): day for person, subject, day in tx.conn.execute(query)}


def bundle_days(tx: Tx, since: date) -> dict[int, set[date]]:
    """The days on which each person has had a bundle, or has one that may have gone."""
    query = sa.select(outbox.c.facts).where(
        outbox.c.programme_id == tx.programme,
        outbox.c.kind == "bundle",
        outbox.c.state.in_(("sending", "sent")),
        outbox.c.key > f"bundle:{since.isoformat()}",
        outbox.c.key < "bundle:9",
    )
    days: dict[int, set[date]] = {}
    for (facts,) in tx.conn.execute(query):
        days.setdefault(facts["person"], set()).add(date.fromisoformat(facts["day"]))
    return days


def get_mark(tx: Tx) -> tuple[str, int]:
    """The day and revision last planned for, and the revision now."""
    row = tx.conn.execute(
        sa.select(programme.c.planned_mark, programme.c.revision).where(programme.c.id == tx.programme)
    ).one()
    return row.planned_mark, row.revision


def set_mark(tx: Tx, mark: str) -> None:
    tx.conn.execute(sa.update(programme).where(programme.c.id == tx.programme).values(planned_mark=mark))


def _lines(tx: Tx) -> sa.Select[Any]:
    return (
        sa.select(ledger, outbox.c.settled_at)
        .outerjoin(outbox, ledger.c.outbox_id == outbox.c.id)
        .where(ledger.c.programme_id == tx.programme)
    )


def _line(row: Any) -> Line:
    rung = Rung(row.falls_on, row.kind, row.subject, row.rung, row.person_id, row.passed_for)
    return Line(row.id, rung, row.state, row.reason, row.outbox_id, row.at, row.settled_at)
