"""What chairs and the programme office keep an eye on: the first few of each, and how many there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from programme.facts import ANSWERS
from programme.rag import Rag
from storage.db import PROGRAMME, Tx
from storage.people import Directory, name_key
from storage.schema import action, cover, entry, escalation, holder, owner, person, proposal, role
from storage.schema_out import ledger, outbox

_MOST = 4
_MOST_READ = 200  # proposals and alarms that are looked at for one home
_ASKING = ("starting", "timescale", "overdue", "meeting", "mitigation")
_FIRST: sa.BindParameter[date] = sa.bindparam("first")
_LAST: sa.BindParameter[date] = sa.bindparam("last")
_DAY: sa.BindParameter[date] = sa.bindparam("day")
_SINCE: sa.BindParameter[datetime] = sa.bindparam("since")
_BY: sa.BindParameter[datetime] = sa.bindparam("by")
_SCHEMES: sa.BindParameter[str] = sa.bindparam("schemes", expanding=True)

_BODY = sa.case((role.c.organisation == "", role.c.abbreviation), else_=role.c.organisation)
_THEIRS = sa.and_(  # whether an answer was given for an organisation of the person who was asked
    holder.c.person_id == ledger.c.person_id,
    sa.or_(
        entry.c.organisation == _BODY,
        sa.func.substr(_BODY, 1, sa.func.length(entry.c.organisation) + 1) == entry.c.organisation + ":",
    ),
)
_ANSWERED = sa.exists().where(
    entry.c.action_id == action.c.id,
    entry.c.at >= ledger.c.at,
    entry.c.undone_at.is_(None),
    entry.c.kind.in_(ANSWERS),
    sa.or_(
        entry.c.by == person.c.address,
        entry.c.organisation == "",
        sa.exists().where(holder.c.role_id == role.c.id, _THEIRS).correlate(ledger, entry),
    ),
)
_LATER = entry.alias("later")
_DISOWNED = sa.exists().where(  # they said that it is not theirs, and have not answered for it since
    entry.c.action_id == action.c.id,
    entry.c.kind == "not_mine",
    entry.c.by == person.c.address,
    entry.c.undone_at.is_(None),
    ~sa.exists()
    .where(
        _LATER.c.action_id == entry.c.action_id,
        _LATER.c.at > entry.c.at,
        _LATER.c.by == entry.c.by,
        _LATER.c.undone_at.is_(None),
        _LATER.c.kind.in_(ANSWERS),
    )
    .correlate(entry),
)
_HOLDS = sa.exists().where(
    holder.c.person_id == person.c.id, sa.or_(holder.c.until_on.is_(None), holder.c.until_on > _DAY)
)
_NOT_ANSWERED = (
    ledger.c.programme_id == PROGRAMME,
    ledger.c.state == "sent",
    ledger.c.kind.in_(_ASKING),
    ledger.c.passed_for == "",
    action.c.gone_at.is_(None),
    action.c.state == "open",
    ~_ANSWERED,
    ~_DISOWNED,
    ~sa.exists().where(proposal.c.action_id == action.c.id, proposal.c.state == "open"),
)
_SILENT = (
    sa.select(
        person.c.id,
        person.c.address,
        person.c.name,
        sa.func.count(sa.distinct(ledger.c.subject)).label("actions"),
        sa.func.count().over().label("people"),
    )
    .join(person, ledger.c.person_id == person.c.id)
    .join(action, sa.and_(action.c.programme_id == ledger.c.programme_id, action.c.ref == ledger.c.subject))
    .where(*_NOT_ANSWERED, ledger.c.falls_on.between(_FIRST, _LAST), _HOLDS)
    .group_by(person.c.id, person.c.address, person.c.name)
    .order_by(sa.desc("actions"), person.c.id)
    .limit(_MOST)
)
_OF_LATE = ledger.alias("of_late")
_FIRST_ASKED = (  # however long ago, about what they were asked of late
    sa.select(ledger.c.person_id, sa.func.min(ledger.c.falls_on).label("since"))
    .join(
        _OF_LATE,
        sa.and_(
            _OF_LATE.c.programme_id == ledger.c.programme_id,
            _OF_LATE.c.subject == ledger.c.subject,
            _OF_LATE.c.person_id == ledger.c.person_id,
        ),
    )
    .join(person, ledger.c.person_id == person.c.id)
    .join(action, sa.and_(action.c.programme_id == ledger.c.programme_id, action.c.ref == ledger.c.subject))
    .where(
        *_NOT_ANSWERED,
        _OF_LATE.c.person_id.in_(sa.bindparam("people", expanding=True)),
        _OF_LATE.c.state == "sent",
        _OF_LATE.c.kind.in_(_ASKING),
        _OF_LATE.c.passed_for == "",
        _OF_LATE.c.falls_on.between(_FIRST, _LAST),
    )
    .group_by(ledger.c.person_id)
)
_UNANSWERED = (
    sa.select(ledger.c.subject)
    .distinct()
    .join(person, ledger.c.person_id == person.c.id)
    .join(action, sa.and_(action.c.programme_id == ledger.c.programme_id, action.c.ref == ledger.c.subject))
    .where(
        ledger.c.programme_id == PROGRAMME,
        ledger.c.state == "sent",
        ledger.c.falls_on.between(_FIRST, _LAST),
        ledger.c.person_id == sa.bindparam("person"),
        ledger.c.kind.in_(_ASKING),
        ledger.c.passed_for == "",
        ~_ANSWERED,
    )
)
_OUT = sa.select(outbox.c.id, outbox.c.address, outbox.c.trouble, sa.func.count().over().label("all")).where(
    outbox.c.programme_id == PROGRAMME
)
_FAILED = _OUT.where(outbox.c.state == "failed", outbox.c.settled_at >= _SINCE)
_DUE = sa.and_(outbox.c.state == "due", outbox.c.settled_at.is_(None))
_LATE = _OUT.where(_DUE, outbox.c.due_at <= _BY)
_WAITING = _LATE.where(outbox.c.attempts > 0)
_HAS_LEFT = sa.exists().where(
    person.c.programme_id == PROGRAMME,
    sa.or_(person.c.address == outbox.c.address, person.c.write_to == outbox.c.address),
    ~person.c.office,
    ~_HOLDS.correlate(person),
    ~sa.exists().where(cover.c.by_id == person.c.id, cover.c.until_on > _DAY).correlate(person),
)
_OUT_OF_REACH = _LATE.where(
    sa.or_(outbox.c.attempts > 0, sa.and_(outbox.c.scheme.not_in(_SCHEMES), ~_HAS_LEFT.correlate(outbox)))
)
_TWICE = _OUT.where(outbox.c.state == "sent", outbox.c.settled_at >= _SINCE, outbox.c.doubtful)
_UNREAD = (
    sa.select(action.c.ref, action.c.timescale, sa.func.count().over().label("all"))
    .where(
        action.c.programme_id == PROGRAMME,
        action.c.state == "open",
        action.c.due_on.is_(None),
        action.c.due_state == "unread",
        action.c.gone_at.is_(None),
    )
    .order_by(action.c.position)
    .limit(_MOST)
)
_OWNS_ANY = (
    sa.select(owner.c.id)
    .join(action, owner.c.action_id == action.c.id)
    .where(
        owner.c.programme_id == PROGRAMME,
        owner.c.text_key.in_(sa.bindparam("keys", expanding=True)),
        action.c.state == "open",
        action.c.gone_at.is_(None),
    )
    .limit(1)
)
_PROPOSED = (
    sa.select(action.c.ref)
    .join(proposal, proposal.c.action_id == action.c.id)
    .where(proposal.c.programme_id == PROGRAMME, proposal.c.state == "open", action.c.gone_at.is_(None))
    .order_by(proposal.c.id)
    .limit(_MOST_READ)
)
_WAITS = sa.union(
    sa.select(proposal.c.action_id).where(proposal.c.programme_id == PROGRAMME, proposal.c.state == "open"),
    sa.select(escalation.c.action_id).where(escalation.c.programme_id == PROGRAMME, escalation.c.state == "open"),
)
_WAITING_REFS = sa.select(action.c.ref).where(
    action.c.id.in_(_WAITS), action.c.state == "open", action.c.gone_at.is_(None)
)
_OPEN_AREAS = (
    sa.select(action.c.focus_area_ref, action.c.priority_ref)
    .where(action.c.programme_id == PROGRAMME, action.c.state == "open", action.c.gone_at.is_(None))
    .distinct()
)
_ALARMS = (
    sa.select(action.c.ref, action.c.focus_area_ref, action.c.priority_ref, escalation.c.kind, escalation.c.number)
    .join(escalation, escalation.c.action_id == action.c.id)
    .where(
        escalation.c.programme_id == PROGRAMME,
        escalation.c.state == "open",
        escalation.c.acknowledged_at.is_(None),
        action.c.gone_at.is_(None),
    )
    .order_by(escalation.c.id)
    .limit(_MOST_READ)
)
_UNACKNOWLEDGED = (
    sa.select(action.c.ref)
    .join(escalation, escalation.c.action_id == action.c.id)
    .where(
        escalation.c.programme_id == PROGRAMME,
        escalation.c.state == "open",
        escalation.c.kind == Rag.AT_RISK.value,
        escalation.c.acknowledged_at.is_(None),
        action.c.gone_at.is_(None),
    )
    .order_by(action.c.position)
)
_ON_THEIR_WAY = sa.select(outbox.c.facts).where(
    outbox.c.programme_id == PROGRAMME, _DUE, outbox.c.due_at > _BY, outbox.c.kind == "notice"
)


@dataclass(frozen=True, slots=True)
class Silent:
    """Somebody who was asked about so many actions, first on that day since they last answered for them."""

    address: str
    name: str
    actions: int
    since: date


@dataclass(frozen=True, slots=True)
class Alarm:
    """An open escalation that nobody has acknowledged."""

    ref: str
    focus_area: str
    priority: str
    kind: Rag


def list_silent(tx: Tx, first: date, last: date, day: date) -> tuple[list[Silent], int]:
    """Who was asked between two days and has not answered since, nor anybody of their organisation, of those who hold
    a role on `day`; and how many they are."""
    rows = tx.run(_SILENT, first=first, last=last, day=day).all()
    people = [row.id for row in rows]
    asked = tx.run(_FIRST_ASKED, first=first, last=last, people=people).all() if people else []
    since = {row.person_id: row.since for row in asked}
    return [Silent(row.address, row.name, row.actions, since[row.id]) for row in rows], _total(rows, "people")


def list_unanswered(tx: Tx, person_id: int, first: date, last: date) -> list[str]:
    """What somebody was asked about between two days and has not answered since, nor anybody of their organisation."""
    return [row.subject for row in tx.run(_UNANSWERED, first=first, last=last, person=person_id)]


def list_undelivered(
    tx: Tx, since: datetime, by: datetime, schemes: Collection[str] | None
) -> tuple[list[tuple[int, str, str]], int]:
    """(message, address, what is wrong) of what was given up since an instant, or was due by another and still waits
    after a failure or for a channel that is not among these, to somebody who holds anything yet; and how many they
    are."""
    failed = tx.run(_FAILED.order_by(outbox.c.id).limit(_MOST), since=since).all()
    stuck = _WAITING if schemes is None else _OUT_OF_REACH
    named = {} if schemes is None else {"schemes": list(schemes), "day": by.date()}
    waiting = tx.run(stuck.order_by(outbox.c.id).limit(_MOST), by=by, **named).all()
    found = [(row.id, row.address, row.trouble or "it waits") for row in (*failed, *waiting)]
    return found[:_MOST], _total(failed, "all") + _total(waiting, "all")


def list_said_twice(tx: Tx, since: datetime) -> tuple[list[str], int]:
    """To whose addresses a message was perhaps sent twice since an instant, and how many messages."""
    rows = tx.run(_TWICE.order_by(outbox.c.id).limit(_MOST), since=since).all()
    return [row.address for row in rows], _total(rows, "all")


def list_unread_timescales(tx: Tx) -> tuple[list[tuple[str, str]], int]:
    """(ref, timescale as written) of open actions whose timescale could not be read, and how many they are."""
    rows = tx.run(_UNREAD).all()
    return [(row.ref, row.timescale) for row in rows], _total(rows, "all")


def list_vacant(tx: Tx, directory: Directory, schemes: Collection[str] | None) -> tuple[list[str], list[str]]:
    """The roles that own an open action and that nobody holds; and those that somebody holds, with their addresses,
    but nobody who can be reached by these channels."""
    keys: dict[int, set[str]] = {}
    for key in (*directory.by_name, *directory.meanings):
        for role_id, one in directory.find_roles(key):
            if not one.young_people:  # whom nobody can be given
                keys.setdefault(role_id, set()).add(name_key(key))
    vacant, held = [], []
    for role_id, found in keys.items():
        people = directory.holders.get(role_id, [])
        if (
            not any(schemes is None or one.scheme in schemes for one in people)
            and tx.run(_OWNS_ANY, keys=sorted(found)).first()
        ):
            name, where = directory.roles[role_id].abbreviation, ", ".join(one.reached_at for one in people)
            if people:
                held.append(f"{name} ({where})")
            else:
                vacant.append(name)
    return vacant, held


def list_proposed_refs(tx: Tx) -> list[str]:
    """The actions for which something waits to be agreed, the longest first; the first 200."""
    return [row.ref for row in tx.run(_PROPOSED)]


def list_waiting_refs(tx: Tx) -> list[str]:
    """Every open action for which something may wait to be agreed: a proposal, or that an alarm is over."""
    return [row.ref for row in tx.run(_WAITING_REFS)]


def list_open_areas(tx: Tx) -> list[tuple[str, str]]:
    """(focus area, priority) of the open actions, each once."""
    return [(row.focus_area_ref, row.priority_ref) for row in tx.run(_OPEN_AREAS)]


def list_alarms(tx: Tx, now: datetime) -> list[Alarm]:
    """The open escalations that nobody has acknowledged, the oldest first; of the first 200 those whose notices do not
    still wait to leave."""
    waiting = {row.facts["number"] for row in tx.run(_ON_THEIR_WAY, by=now)}
    return [
        Alarm(row.ref, row.focus_area_ref, row.priority_ref, Rag(row.kind))
        for row in tx.run(_ALARMS)
        if row.number not in waiting
    ]


def list_unacknowledged(tx: Tx) -> list[str]:
    """The actions at risk whose alarm is open and that nobody has acknowledged."""
    return [row.ref for row in tx.run(_UNACKNOWLEDGED)]


def _total(rows: Collection[sa.Row[tuple[object, ...]]], column: str) -> int:
    return next((int(getattr(row, column)) for row in rows), 0)
