"""Whose an action is, found from the owner's side: by an index, however many actions there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from programme.facts import Actor
from programme.home import Urgency
from programme.rag import LOOKS, Look, Rag
from storage.db import PROGRAMME, Tx
from storage.people import Directory, name_key
from storage.schema import action, entry, owner, proposal

# Only the owners' columns name the programme: SQLite then begins with the few rows of these owners.
_THEIRS = sa.and_(
    action.c.id.in_(
        sa.select(owner.c.action_id).where(
            owner.c.programme_id == PROGRAMME, owner.c.text_key.in_(sa.bindparam("keys", expanding=True))
        )
    ),
    action.c.gone_at.is_(None),
)
_OPEN = sa.and_(_THEIRS, action.c.state == "open")
_REFS = sa.select(action.c.ref).where(_THEIRS).order_by(action.c.position)
_OPEN_REFS = sa.select(action.c.ref).where(_OPEN).order_by(action.c.position)
_TODAY: sa.BindParameter[date] = sa.bindparam("today")
_SOON: sa.BindParameter[date] = sa.bindparam("soon")
_SAID = sa.exists().where(
    entry.c.action_id == action.c.id, entry.c.on_date >= sa.bindparam("since"), entry.c.number.is_not(None)
)
_NOT_QUIET = sa.or_(action.c.quiet_until.is_(None), action.c.quiet_until < _TODAY)
_SAID_OF = _OPEN_REFS.where(_SAID, _NOT_QUIET)
_WAITS = sa.exists().where(proposal.c.action_id == action.c.id, proposal.c.state == "open")


@dataclass(frozen=True, slots=True)
class Meets:
    """When the group that holds an action meets next: by the ref of its focus area or priority, else `other`."""

    on: Mapping[str, date | None]
    other: date | None


@dataclass(frozen=True, slots=True)
class Owned:
    """An open action of somebody's and how it presses; `asked`: nobody has answered or asked for quiet."""

    ref: str
    rag: Rag | None
    timescale: str
    due_on: date | None
    meets_on: date | None
    urgency: Urgency
    asked: bool

    @property
    def look(self) -> Look:
        return LOOKS[self.rag]


def list_owned_refs(
    tx: Tx, directory: Directory, actor: Actor, *, only_open: bool = True, most: int | None = None
) -> list[str]:
    """The references of the actions that the actor owns, in the plan's order; the first `most` of them.

    As `programme.permissions.owns` says of each, case and spaces of an owner's name left out.
    """
    keys = _find_keys(directory, actor)
    query = _OPEN_REFS if only_open else _REFS
    return [row.ref for row in tx.run(query.limit(most) if most else query, keys=keys)] if keys else []


def list_said_of(tx: Tx, directory: Directory, actor: Actor, since: date, today: date) -> list[str]:
    """The references of the open actions that the actor owns, that nothing keeps quiet, and of which somebody has said
    anything on or after a day."""
    keys = _find_keys(directory, actor)
    return [row.ref for row in tx.run(_SAID_OF, keys=keys, since=since, today=today)] if keys else []


def count_owned(
    tx: Tx,
    directory: Directory,
    actor: Actor,
    meets: Meets,
    today: date,
    soon: date,
    unanswered: Collection[str] = (),
    answered: Collection[str] = (),
) -> tuple[int, int]:
    """How many open actions the actor owns, and about how many of them a word is wanted now. `unanswered` are those
    that they were asked about, `answered` those of which nothing is wanted of them though it is of others."""
    keys = _find_keys(directory, actor)
    if not keys:
        return 0, 0
    _urgency, _meets_on, asked = _rank(meets, unanswered, answered)
    query = sa.select(sa.func.count(), sa.func.sum(sa.case((asked, 1), else_=0))).where(_OPEN)
    total, wanted = tx.run(query, keys=keys, today=today, soon=soon).one()
    return total, wanted or 0


def list_owned(
    tx: Tx,
    directory: Directory,
    actor: Actor,
    meets: Meets,
    today: date,
    soon: date,
    unanswered: Collection[str] = (),
    answered: Collection[str] = (),
    *,
    most: int,
    skip: int = 0,
) -> list[Owned]:
    """The open actions that the actor owns, the most urgent first: overdue, due before the group that holds them
    meets next, due by `soon`, asked about and `unanswered`, and the others, those that wait to be agreed among them."""
    keys = _find_keys(directory, actor)
    if not keys:
        return []
    urgency, meets_on, asked = _rank(meets, unanswered, answered)
    query = (
        sa.select(
            action.c.ref,
            action.c.rag,
            action.c.timescale,
            action.c.due_on,
            meets_on.label("meets_on"),
            urgency.label("urgency"),
            asked.label("asked"),
        )
        .where(_OPEN)
        .order_by(sa.literal_column("urgency"), action.c.due_on.is_(None), action.c.due_on, action.c.position)
        .limit(most)
        .offset(skip)
    )
    return [
        Owned(
            row.ref,
            Rag(row.rag) if row.rag else None,
            row.timescale,
            row.due_on,
            row.meets_on,
            Urgency(row.urgency),
            bool(row.asked),
        )
        for row in tx.run(query, keys=keys, today=today, soon=soon)
    ]


def _rank(
    meets: Meets, unanswered: Collection[str], answered: Collection[str]
) -> tuple[sa.ColumnElement[int], sa.ColumnElement[Any], sa.ColumnElement[bool]]:
    """How an action presses, when its group meets next, and whether a word is wanted of it."""
    other = _as_date(meets.other)
    days: dict[date | None, list[str]] = {}
    for ref, on in meets.on.items():
        days.setdefault(on, []).append(ref)
    cases = [
        (column.in_(refs), _as_date(on))
        for column in (action.c.focus_area_ref, action.c.priority_ref)
        for on, refs in days.items()
    ]
    meets_on = sa.case(*cases, else_=other) if cases else other
    urgency = sa.case(
        (_WAITS, Urgency.CALM.value),
        (action.c.due_on < _TODAY, Urgency.OVERDUE.value),
        (action.c.due_on <= meets_on, Urgency.BEFORE_MEETING.value),
        (action.c.due_on <= _SOON, Urgency.SOON.value),
        (action.c.ref.in_(sorted(unanswered)), Urgency.ASKED.value),
        else_=Urgency.CALM.value,
    )
    asked = sa.and_(
        urgency != Urgency.CALM.value,
        _NOT_QUIET,
        action.c.ref.not_in(sorted(answered)),
    )
    return urgency, meets_on, asked


def _as_date(on: date | None) -> sa.ColumnElement[Any]:
    return sa.cast(sa.null(), sa.Date) if on is None else sa.literal(on, sa.Date)


def _find_keys(directory: Directory, actor: Actor) -> list[str]:
    """The keys of every owner's text that means one of the actor's roles."""
    if not actor.roles:
        return []
    held = {role.casefold() for role in actor.roles}
    keys = {name_key(role) for role in actor.roles}
    for key in (*directory.by_name, *directory.meanings):
        if any(role.abbreviation.casefold() in held for _, role in directory.find_roles(key)):
            keys.add(key)
    return sorted(keys)
