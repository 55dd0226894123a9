"""Which reports were handed in, and the periods that the plan's metrics are given for."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from programme.facts import Actor
from storage.db import Tx, insert
from storage.history import Row, record
from storage.schema import metric_point, report_done


def list_periods(tx: Tx) -> list[tuple[str, date]]:
    """The periods that metrics have columns for and the last day of each, the earliest first."""
    mine = sa.and_(metric_point.c.programme_id == tx.programme, metric_point.c.due_on.is_not(None))
    query = sa.select(metric_point.c.period, metric_point.c.due_on).where(mine).distinct()
    return [(period, on) for period, on in tx.conn.execute(query.order_by(metric_point.c.due_on))]


def record_reported(tx: Tx, name: str, due_on: date, actor: Actor, *, now: datetime, account: str) -> None:
    """A report was handed in."""
    number, _words = record(
        tx, "reported", actor=actor.key, account=account, now=now, facts={"name": name, "due_on": due_on.isoformat()}
    )
    insert(tx, report_done, name=name, due_on=due_on, number=number, at=now)


def take_back_reported(tx: Tx, row: Row, actor: Actor, *, now: datetime, account: str) -> None:
    """What that row of the history said was handed in is not."""
    mine = (report_done.c.programme_id == tx.programme, report_done.c.number == row.number)
    tx.conn.execute(sa.delete(report_done).where(*mine))
    record(tx, "undo", actor=actor.key, now=now, facts={"undoes": row.number}, account=account)


def list_reported(tx: Tx) -> set[tuple[str, date]]:
    """(name, due day) of every report that was handed in."""
    query = sa.select(report_done.c.name, report_done.c.due_on).where(report_done.c.programme_id == tx.programme)
    return {(name, on) for name, on in tx.conn.execute(query)}
