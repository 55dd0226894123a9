"""The ledger: one line a rung, planned, then carried by a message or silenced with its reason. `/why` prints it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from programme.facts import Rung, RungKind
from storage.columns import UtcDateTime, begins
from storage.db import PROGRAMME, Tx
from storage.schema import person as person_table
from storage.schema_out import IS_CHASED, ledger, outbox

State = Literal["planned", "sent", "silenced", "waiting", "failed"]
_WARNINGS: tuple[RungKind, ...] = ("timescale", "meeting")


@dataclass(frozen=True, slots=True)
class Line:
    """A rung and what became of it; `sent_at` where a message carried it, one of the kind `carried_by`."""

    id: int
    rung: Rung
    state: State
    reason: str
    outbox_id: int | None
    at: datetime
    sent_at: datetime | None = None
    carried_by: str = ""


# A row at a time SQLAlchemy takes as long as SQLite over it, so each of these takes many: the rungs as JSON.
_PLAN = {
    "sqlite": """
        INSERT INTO ledger
            (programme_id, state, reason, at, kind, subject, rung, person_id, falls_on, passed_for)
        SELECT :programme, :state, :reason, :at,
            json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
            json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]')
        FROM json_each(:rungs) WHERE true ON CONFLICT DO NOTHING""",
    "postgresql": """
        INSERT INTO ledger
            (programme_id, state, reason, at, kind, subject, rung, person_id, falls_on, passed_for)
        SELECT :programme, :state, :reason, :at,
            value ->> 0, value ->> 1, value ->> 2,
            CAST(value ->> 3 AS integer), CAST(value ->> 4 AS date), value ->> 5
        FROM json_array_elements(CAST(:rungs AS json)) ON CONFLICT DO NOTHING""",
}
_WRITE = {name: sa.text(words).bindparams(sa.bindparam("at", type_=UtcDateTime)) for name, words in _PLAN.items()}
_AT_ONCE = 5_000


def plan(tx: Tx, rungs: Iterable[Rung], now: datetime, *, state: State = "planned", reason: str = "") -> int:
    """Write down rungs that are not there yet; the same again changes nothing. Returns how many were new."""
    rows = [(one.kind, one.subject, one.rung, one.person, one.on.isoformat(), one.passed_for) for one in rungs]
    values = {"programme": tx.programme, "state": state, "reason": reason, "at": now}
    new = 0
    for start in range(0, len(rows), _AT_ONCE):
        some = json.dumps(rows[start : start + _AT_ONCE], ensure_ascii=False)
        new += tx.conn.execute(_WRITE[tx.conn.dialect.name], {**values, "rungs": some}).rowcount
    return new


_WRITTEN = sa.select(ledger.c.subject, ledger.c.rung, ledger.c.person_id, ledger.c.falls_on, ledger.c.state).where(
    ledger.c.programme_id == PROGRAMME,
    ledger.c.kind == sa.bindparam("kind"),
    ledger.c.subject.in_(sa.bindparam("subjects", expanding=True)),
)
_WRITTEN_SO = _WRITTEN.where(ledger.c.rung.in_(sa.bindparam("names", expanding=True)))
_FEW = 10  # names that an index is asked for, of each of many actions


def list_unwritten(tx: Tx, rungs: Sequence[Rung]) -> list[Rung]:
    """Those of these rungs that are not written down yet. A warning that was sent is not sent again because the days
    before it are counted otherwise by now, as where the programme has closed on one of them. A chase is always new: of
    one that is written no other is found (`list_chases_to_come`).
    """
    others: dict[RungKind, list[Rung]] = {}
    for rung in rungs:
        if rung.kind != "overdue":
            others.setdefault(rung.kind, []).append(rung)
    written: set[tuple[RungKind, str, str, int, date]] = set()
    said: set[tuple[RungKind, str, str, int]] = set()
    for kind, some in others.items():
        subjects, names = list({rung.subject: None for rung in some}), list({rung.rung: None for rung in some})
        query = _WRITTEN_SO if len(names) <= _FEW else _WRITTEN
        values = {"programme": tx.programme, "kind": kind, **({"names": names} if query is _WRITTEN_SO else {})}
        for start in range(0, len(subjects), 500):
            values["subjects"] = subjects[start : start + 500]
            for subject, name, person, on, state in tx.conn.execute(query, values):
                written.add((kind, subject, name, person, on))
                if state == "sent" and kind in _WARNINGS:
                    said.add((kind, subject, name, person))
    return [
        one
        for one in rungs
        if (one.kind, one.subject, one.rung, one.person, one.on) not in written
        and (one.kind, one.subject, one.rung, one.person) not in said
    ]


def list_known_keys(tx: Tx, keys: Sequence[str]) -> set[str]:
    """Those of these keys that are in the queue, or were; not those that were dropped with all that begin so, before
    they can have been said."""
    known: set[str] = set()
    unsaid = sa.and_(outbox.c.state == "dropped", sa.not_(outbox.c.doubtful))
    queued = sa.select(outbox.c.key, unsaid.label("unsaid")).where(outbox.c.programme_id == tx.programme)
    for start in range(0, len(keys), 500):
        for row in tx.conn.execute(queued.where(outbox.c.key.in_(keys[start : start + 500]))).all():
            others = queued.where(begins(tx.conn, outbox.c.key, f"{row.key}:")) if row.unsaid else None
            if others is None or not all(other.unsaid for other in tx.conn.execute(others)):
                known.add(row.key)
    return known


def list_first_planned(tx: Tx, until: date) -> dict[int, date]:
    """Person → the first day on which something planned for them falls, of what falls on or before a day."""
    query = (
        sa.select(ledger.c.falls_on, ledger.c.person_id, sa.func.min(ledger.c.id))
        .where(ledger.c.programme_id == tx.programme, ledger.c.state == "planned", ledger.c.falls_on <= until)
        .group_by(ledger.c.falls_on, ledger.c.person_id)  # in the order of the index: nothing is sorted
    )
    first: dict[int, tuple[date, int]] = {}
    for on, person, number in tx.conn.execute(query):
        day, lowest = first.get(person, (on, number))
        first[person] = min(day, on), min(lowest, number)
    return {person: day for person, (day, _number) in sorted(first.items(), key=lambda each: each[1])}


def list_planned(tx: Tx, until: date, person: int | None = None) -> list[Line]:
    """Lines still to be carried that fall on or before a day, oldest first."""
    query = _lines(tx).where(ledger.c.state == "planned", ledger.c.falls_on <= until)
    if person is not None:
        query = query.where(ledger.c.person_id == person)
    return [_line(row) for row in tx.conn.execute(query.order_by(ledger.c.falls_on, ledger.c.id))]


def list_carried(tx: Tx, ids: Iterable[int]) -> list[Line]:
    """These lines, in the order in which they were carried."""
    query = _LINES.where(ledger.c.id.in_(list(ids))).order_by(ledger.c.falls_on, ledger.c.id)
    return [_line(row) for row in tx.conn.execute(query)]


def list_of(tx: Tx, *subjects: str) -> list[Line]:
    """Every line about one action, or any of these subjects, oldest first."""
    query = _lines(tx).where(ledger.c.subject.in_(subjects)).order_by(ledger.c.falls_on, ledger.c.id)
    return [_line(row) for row in tx.conn.execute(query)]


# By their ids alone: with the programme, SQLite looks through all of its lines.
_LINES = sa.select(ledger, outbox.c.settled_at, outbox.c.kind.label("carried_by")).outerjoin(
    outbox, ledger.c.outbox_id == outbox.c.id
)
_SETTLE = (
    sa.update(ledger)
    .where(ledger.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(
        state=sa.bindparam("became"),
        reason=sa.bindparam("because"),
        at=sa.bindparam("now"),
        outbox_id=sa.func.coalesce(sa.bindparam("message", type_=sa.Integer), ledger.c.outbox_id),
    )
)


def settle(tx: Tx, ids: Iterable[int], state: State, reason: str, now: datetime, outbox_id: int | None = None) -> None:
    """What became of these lines."""
    if lines := list(ids):
        values = {"ids": lines, "became": state, "because": reason, "now": now, "message": outbox_id}
        tx.conn.execute(_SETTLE, values)


def silence(tx: Tx, person: int, reason: str, now: datetime) -> None:
    """Whatever is planned for a person is not said, for this reason."""
    theirs = (ledger.c.programme_id == tx.programme, ledger.c.person_id == person, ledger.c.state == "planned")
    tx.conn.execute(sa.update(ledger).where(*theirs).values(state="silenced", reason=reason, at=now))


def revive(tx: Tx, person: int, reason: str, now: datetime) -> None:
    """What was not said to a person for this reason is planned again; whether it is still worth saying is decided
    as ever, when it would be."""
    theirs = (ledger.c.programme_id == tx.programme, ledger.c.person_id == person, ledger.c.state == "silenced")
    tx.conn.execute(
        sa.update(ledger).where(*theirs, ledger.c.reason == reason).values(state="planned", reason="", at=now)
    )


@dataclass(frozen=True, slots=True)
class Last:
    """When somebody was last told of a subject with one kind of rung; `passed_for` as in the rung."""

    person: int
    subject: str
    passed_for: str
    at: datetime


def list_last(tx: Tx, kind: RungKind, *states: State) -> list[Last]:
    """The last line of this kind and these states for each person and subject."""
    others = [state for state in get_args(State) if state not in states]  # said so, SQLite goes by the kind
    query = (
        sa.select(ledger.c.person_id, ledger.c.subject, ledger.c.passed_for, sa.func.max(ledger.c.at))
        .where(ledger.c.programme_id == tx.programme, ledger.c.kind == kind, ledger.c.state.not_in(others))
        .group_by(ledger.c.person_id, ledger.c.subject, ledger.c.passed_for)
    )
    return [Last(*row) for row in tx.conn.execute(query)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rung, without the day on which it fell."""

    kind: RungKind
    subject: str
    rung: str
    person: int
    passed_for: str
    state: State
    at: datetime


_OUTCOMES = sa.select(
    ledger.c.kind, ledger.c.subject, ledger.c.rung, ledger.c.person_id, ledger.c.passed_for, ledger.c.state, ledger.c.at
).where(
    ledger.c.programme_id == PROGRAMME,
    ledger.c.kind.in_(("starting", "lead", "vulnerable", "news")),
    ledger.c.subject.in_(sa.bindparam("subjects", expanding=True)),
)


def list_outcomes(tx: Tx, subjects: Sequence[str]) -> list[Outcome]:
    """What decides whether more is said of these actions: starting lists, and what is said once."""
    rows = tx.conn.execute(_OUTCOMES, {"programme": tx.programme, "subjects": list(subjects)})
    return [Outcome(*row) for row in rows]


_LAST_CHASE = sa.select(sa.func.max(ledger.c.at)).where(
    ledger.c.programme_id == PROGRAMME, ledger.c.person_id == person_table.c.id, IS_CHASED
)
_CHASED = sa.select(person_table.c.id, _LAST_CHASE.scalar_subquery()).where(person_table.c.programme_id == PROGRAMME)


def list_chased(tx: Tx) -> dict[int, datetime]:
    """Person → when they were last chased for what is overdue, or could not be."""
    rows = tx.conn.execute(_CHASED, {"programme": tx.programme})
    return {person_id: at for person_id, at in rows if at is not None}


def list_chases_to_come(tx: Tx, day: date) -> dict[tuple[str, int, str], bool]:
    """(action, person, passed for) of every chase that is not settled, of later days too, where the clock was wrong,
    and of every one of that day or later; and whether it may have been said, or not, by now: settled, or with a bundle
    that is under way."""
    bundles = sa.select(outbox.c.facts).where(
        outbox.c.programme_id == tx.programme,
        outbox.c.kind == "bundle",
        outbox.c.lease.is_not(None),
        outbox.c.settled_at.is_(None),
    )
    going = {facts["person"] for facts in tx.conn.execute(bundles).scalars()}  # first: it may be settled meanwhile
    found: dict[tuple[str, int, str], bool] = {}
    columns = (ledger.c.subject, ledger.c.person_id, ledger.c.passed_for)
    chases = sa.select(*columns).where(ledger.c.programme_id == tx.programme, ledger.c.kind == "overdue")
    for state in get_args(State):
        some = chases.where(ledger.c.state == state)
        is_open = state in ("planned", "waiting")
        for subject, person, passed_for in tx.conn.execute(some if is_open else some.where(ledger.c.falls_on >= day)):
            found.setdefault((subject, person, passed_for), person in going or not is_open)
    return found


def list_news(tx: Tx, until: date) -> list[tuple[str, str, date]]:
    """(action, rung, day) of all news that is to be said by that day."""
    others = [state for state in get_args(State) if state != "planned"]  # said so, SQLite goes by the kind
    query = sa.select(ledger.c.subject, ledger.c.rung, ledger.c.falls_on).where(
        ledger.c.programme_id == tx.programme,
        ledger.c.kind == "news",
        ledger.c.state.not_in(others),
        ledger.c.falls_on <= until,
    )
    return [(subject, rung, on) for subject, rung, on in tx.conn.execute(query)]


_SILENCED: tuple[State, ...] = ("silenced",)


def list_said(tx: Tx, kind: RungKind, but: Collection[State] = _SILENCED) -> set[tuple[int, str, str]]:
    """(person, subject, rung) of every line of this kind, `but` those of these states."""
    query = sa.select(ledger.c.person_id, ledger.c.subject, ledger.c.rung).where(
        ledger.c.programme_id == tx.programme, ledger.c.kind == kind, ledger.c.state.not_in(but)
    )
    return {(person, subject, rung) for person, subject, rung in tx.conn.execute(query)}


def list_subjects(tx: Tx, outbox_id: int) -> list[str]:
    """What a message was about."""
    query = sa.select(ledger.c.subject).where(ledger.c.programme_id == tx.programme, ledger.c.outbox_id == outbox_id)
    return sorted(set(tx.conn.execute(query).scalars()))


def list_bundles(tx: Tx, since: datetime, *, person: int = 0, but: int = 0) -> list[tuple[int, datetime]]:
    """(person, when) of every bundle that went since an instant, or may have gone; only those for `person` where one is
    named, and not the row `but`."""
    sent = (outbox.c.state == "sent", outbox.c.settled_at >= since)
    sending = (outbox.c.state == "sending", outbox.c.lease.is_not(None), outbox.c.settled_at.is_(None))
    wanted = [outbox.c.programme_id == tx.programme, outbox.c.kind == "bundle", outbox.c.id != but]
    if person:
        wanted.append(outbox.c.facts["person"].as_integer() == person)
    query = sa.union_all(  # each has an index of its own
        sa.select(outbox.c.facts, outbox.c.settled_at).where(*wanted, *sent),
        sa.select(outbox.c.facts, outbox.c.due_at).where(*wanted, *sending),
    )
    return [(facts["person"], at) for facts, at in tx.conn.execute(query) if at >= since]


def list_troubles(tx: Tx, by: datetime, since: datetime, schemes: Collection[str]) -> list[tuple[int, str]]:
    """(message, what is wrong) that the office should hear of: given up or perhaps sent twice since an instant, or due
    by `by` on a channel that is not set up. Of bundles that only wait the office passes on what is in them instead, and
    nobody misses an edit; what keeps a channel from hearing of ratings is said of the first that it misses."""
    stuck = sa.and_(
        outbox.c.settled_at.is_(None),
        outbox.c.state == "due",
        outbox.c.due_at <= by,
        outbox.c.kind.not_in(("bundle", "edit", "home")),
        outbox.c.scheme.not_in(list(schemes)),
    )
    before = outbox.alias()
    last = sa.select(sa.case((before.c.state == "failed", before.c.trouble), else_="")).where(
        before.c.programme_id == tx.programme,
        before.c.address == outbox.c.address,
        before.c.kind == "channel",
        before.c.settled_at.is_not(None),
        before.c.state.in_(("failed", "sent")),
        before.c.id < outbox.c.id,
    )
    same = sa.func.coalesce(last.order_by(before.c.id.desc()).limit(1).scalar_subquery(), "") == outbox.c.trouble
    failed = sa.and_(outbox.c.state == "failed", sa.not_(sa.and_(outbox.c.kind == "channel", same)))
    doubtful = sa.and_(outbox.c.state == "sent", outbox.c.doubtful)
    found = sa.select(outbox.c.id, outbox.c.state).where(outbox.c.programme_id == tx.programme)
    query = sa.union_all(  # each has an index of its own
        found.where(stuck), *(found.where(wrong, outbox.c.settled_at >= since) for wrong in (failed, doubtful))
    )
    words = {"due": "unreachable", "failed": "failed", "sent": "doubtful"}
    return sorted((message, words[state]) for message, state in tx.conn.execute(query))


def _lines(tx: Tx) -> sa.Select[Any]:
    return _LINES.where(ledger.c.programme_id == tx.programme)


def _line(row: Any) -> Line:
    rung = Rung(row.falls_on, row.kind, row.subject, row.rung, row.person_id, row.passed_for)
    return Line(row.id, rung, row.state, row.reason, row.outbox_id, row.at, row.settled_at, row.carried_by or "")
