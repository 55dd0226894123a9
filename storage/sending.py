"""What every message goes through: may it be sent there, it is marked as being sent, and then as sent.

Of a long queue each does so, one by one. SQLAlchemy takes several times as long over a small statement as SQLite takes
to run it, so these are compiled once and then handed to the driver.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

from storage.addresses import IDS_AT, REACHED_AT
from storage.db import PROGRAMME, Tx
from storage.leases import LEASE, LeaseLost, Row
from storage.schema import person, workspace
from storage.schema_out import outbox


class _Prepared:
    """A statement whose parameters are all named in it, and that reads back nothing but numbers, flags and texts."""

    def __init__(self, statement: sa.ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}  # by the kind of database

    def run(self, conn: sa.Connection, values: Mapping[str, Any]) -> Any:
        """The driver's cursor: `rowcount`, `fetchall`."""
        compiled = self._compile(conn.dialect)
        if not compiled.in_order:
            return conn.exec_driver_sql(compiled.text, compiled.name(values))
        cursor: Any = conn.connection.cursor()
        return cursor.execute(compiled.text, compiled.list(values))

    def run_all(self, conn: sa.Connection, values: Sequence[Mapping[str, Any]]) -> int:
        """Once with each of these values; how many rows it was done to."""
        compiled = self._compile(conn.dialect)
        if not compiled.in_order:
            return conn.exec_driver_sql(compiled.text, [compiled.name(each) for each in values]).rowcount
        cursor: Any = conn.connection.cursor()
        return int(cursor.executemany(compiled.text, [compiled.list(each) for each in values]).rowcount)

    def _compile(self, dialect: sa.Dialect) -> _Compiled:
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _Compiled.of(self._statement, dialect)
        return self._compiled[dialect.name]


class _Compiled(NamedTuple):
    """The driver's text, whether it wants the parameters in order and not by name, the parameters with what makes the
    driver's values of ours, and the values that are always the same."""

    text: str
    in_order: bool
    parameters: Sequence[tuple[str, Callable[[Any], Any] | None]]
    fixed: Mapping[str, Any]

    @classmethod
    def of(cls, statement: sa.ClauseElement, dialect: sa.Dialect) -> _Compiled:
        compiled = cast(SQLCompiler, statement.compile(dialect=dialect))
        types = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        processors = {name: kind.bind_processor(dialect) for name, kind in types.items()}
        parameters = [(name, processors[name]) for name in compiled.positiontup or types]
        fixed = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
        return cls(compiled.string, compiled.positiontup is not None, parameters, fixed)

    def name(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters as the driver wants them, by name."""
        return dict(zip((name for name, _ in self.parameters), self.list(values), strict=True))

    def list(self, values: Mapping[str, Any]) -> Sequence[Any]:
        """The same, one after the other."""
        ours = {**self.fixed, **values}
        return [process(ours[name]) if process else ours[name] for name, process in self.parameters]


_MINE = sa.and_(outbox.c.id == sa.bindparam("row"), outbox.c.lease == sa.bindparam("token"))
_SAID = sa.bindparam("words", type_=outbox.c.said.type)
_MARK = _Prepared(
    sa.update(outbox)
    .where(_MINE, outbox.c.state == sa.bindparam("known"), outbox.c.lease_until >= sa.bindparam("now"))
    .values(
        state="sending",
        said=_SAID,
        attempts=sa.bindparam("tries"),
        doubtful=sa.bindparam("doubted"),
        lease_until=sa.bindparam("until"),
    )
)
_SENT = _Prepared(
    sa.update(outbox)
    .where(_MINE, outbox.c.state == sa.bindparam("known"))
    .values(
        state="sent",
        trouble="",
        settled_at=sa.bindparam("now"),
        conversation=sa.bindparam("there"),
        post=sa.bindparam("number"),
        said=_SAID,
        lease_until=None,
    )
)


_BARRED = _Prepared(
    sa.select(
        sa.exists().where(
            person.c.id.in_(IDS_AT),
            sa.bindparam("address") == REACHED_AT,
            person.c.closed_at.is_not(None),
        ),
        sa.exists().where(
            workspace.c.programme_id == PROGRAMME,
            workspace.c.channel == sa.bindparam("channel"),
            workspace.c.external_id == sa.bindparam("external_id"),
            workspace.c.left_at.is_not(None),
        ),
    )
)


# The same of what nothing more is to be said of than before.
_SENT_PLAIN = _Prepared(
    sa.update(outbox)
    .where(_MINE, outbox.c.state == "sending")
    .values(
        state="sent",
        trouble="",
        settled_at=sa.bindparam("now"),
        conversation=sa.bindparam("there"),
        post=sa.bindparam("number"),
        lease_until=None,
    )
)


def find_bar(tx: Tx, address: str) -> str:
    """Why nothing is sent to an address any more, in words for the ledger; "" where it is."""
    channel, _, rest = address.partition(":")
    team = rest.partition(":")[0] if channel == "slack" else ""
    values = {"programme": tx.programme, "address": address, "channel": channel, "external_id": team}
    ((closed, left),) = _BARRED.run(tx.conn, values).fetchall()  # to the end: a statement left open holds its snapshot
    if closed:
        return "their account is closed"
    return "that workspace has left the programme" if left else ""


def mark_sending(tx: Tx, row: Row, said: Mapping[str, Any], now: datetime, *, doubtful: bool = False) -> Row:
    """Commit to what is about to be said; the row as it is then. LeaseLost where the lease has ended.

    `doubtful`: it may have been said before, and the channel could not say.
    """
    attempts = row.attempts + (1 if row.in_doubt else 0)
    values = {"words": dict(said), "tries": attempts, "doubted": doubtful, "now": now, "until": now + LEASE}
    _run_mine(tx, _MARK, row, values)
    return replace(row, said=dict(said), attempts=attempts, in_doubt=True, doubtful=doubtful)


def settle_sent(tx: Tx, row: Row, now: datetime, *, conversation: str, post: str, parts: int = 1) -> None:
    """It was posted there, in so many posts; `post` is the first one's id, empty for what is no message of its own."""
    said = (row.said or {}) | ({"parts": parts} if parts > 1 else {})
    _run_mine(tx, _SENT, row, {"now": now, "there": conversation, "number": post or None, "words": said})


def settle_all(tx: Tx, sent: Sequence[tuple[Row, datetime, str, str]]) -> None:
    """They were posted, each at that instant, in that conversation, with that id; LeaseLost if any was not ours."""
    values = [
        {"row": row.id, "token": row.lease, "now": at, "there": conversation, "number": post or None}
        for row, at, conversation, post in sent
    ]
    if values and _SENT_PLAIN.run_all(tx.conn, values) != len(values):
        raise LeaseLost(sent[0][0].key)


def _run_mine(tx: Tx, update: _Prepared, row: Row, values: Mapping[str, Any]) -> None:
    mine = {"row": row.id, "token": row.lease, "known": "sending" if row.in_doubt else "claimed"}
    if update.run(tx.conn, {**mine, **values}).rowcount != 1:
        raise LeaseLost(row.key)
