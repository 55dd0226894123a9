"""Cover, written and looked up: who acts for whom, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from programme.cover import AWAY, Cover, put_in_place
from programme.facts import Action, Owner, Role
from storage.db import PROGRAMME, Tx, insert
from storage.people import OUT, Directory, list_persons
from storage.schema import cover, holder, person
from storage.schema_out import ledger

_REACHED = sa.select(person.c.id).where(person.c.programme_id == PROGRAMME, person.c.closed_at.is_(None), ~OUT)


def stand_in(tx: Tx, directory: Directory, rows: Sequence[Any], day: date) -> Directory:
    """The directory with these covers, and on that day who covers in the place of who is away. Whom nothing reaches
    covers for nobody."""
    people = list_persons(tx)
    reached = set(tx.conn.execute(_REACHED, {"programme": tx.programme}).scalars())
    covers = [
        Cover(number, role_id, directory.roles[role_id].abbreviation, people[away], people.get(by), *dates)
        for number, role_id, away, by, *dates in rows
    ]
    known = [one if one.by is None or one.by.id in reached else replace(one, by=None) for one in covers]
    in_force, acting = put_in_place(known, directory.holders, _list_held(tx, day), day)
    return replace(directory, covers=tuple(known), in_force=in_force, acting=acting)


def add_cover(tx: Tx, role_id: int, away: int, by: int, first: date, until: date) -> int:
    """Let somebody act for a role's holder; its number."""
    return insert(tx, cover, role_id=role_id, person_id=away, by_id=by, from_on=first, until_on=until)


def end_cover(tx: Tx, one: Cover, on: date) -> None:
    """It ends on that day; one that was to begin later never was."""
    mine = cover.c.id == one.id
    if one.from_on > on:
        tx.conn.execute(sa.delete(cover).where(mine))
    else:
        tx.conn.execute(sa.update(cover).where(mine).values(until_on=on))


def leave_covers(tx: Tx, person_id: int, on: date) -> list[int]:
    """Somebody has left: from that day on nobody covers in their place for whom they did. The roles' ids."""
    theirs = (cover.c.programme_id == tx.programme, cover.c.by_id == person_id, cover.c.until_on > on)
    rows = tx.conn.execute(sa.select(cover).where(*theirs)).all()
    for row in rows:
        if row.from_on >= on:
            tx.conn.execute(sa.update(cover).where(cover.c.id == row.id).values(by_id=None))
            continue
        tx.conn.execute(sa.update(cover).where(cover.c.id == row.id).values(until_on=on))
        insert(tx, cover, role_id=row.role_id, person_id=row.person_id, by_id=None, from_on=on, until_on=row.until_on)
    return [row.role_id for row in rows]


def holds_on(tx: Tx, role_id: int, person_id: int, first: date, until: date) -> bool:
    """Whether somebody holds a role themselves on one of these days."""
    mine = (holder.c.role_id == role_id, holder.c.person_id == person_id, *_during(first, until))
    return tx.conn.execute(sa.select(holder.c.id).where(*mine).limit(1)).first() is not None


def leave_out_stand_ins(action: Action, directory: Directory, raised_by: str) -> Action:
    """The action without those among its owners who only stand in for whoever raised its alarm."""
    for one in directory.in_force:
        if one.by and one.away.address == raised_by and (one.role_id, one.by.id) in directory.acting:
            owners = [
                replace(owner, people=tuple(each for each in owner.people if each.id != one.by.id))
                if directory.roles[one.role_id] in owner.roles
                else owner
                for owner in action.owners
            ]
            action = replace(action, owners=tuple(owners))
    return action


def _list_held(tx: Tx, day: date) -> set[tuple[int, int]]:
    """Each (role, person) of a day, whether or not anything reaches them."""
    mine = (holder.c.programme_id == tx.programme, *_during(day, day + timedelta(days=1)))
    return {(row.role_id, row.person_id) for row in tx.conn.execute(sa.select(holder).where(*mine))}


def _during(first: date, until: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        sa.or_(holder.c.from_on.is_(None), holder.c.from_on < until),
        sa.or_(holder.c.until_on.is_(None), holder.c.until_on > first),
    )


def find_cover(directory: Directory, person_id: int, owners: Sequence[Owner]) -> Cover | None:
    """For whom a person is asked about an action with these owners; None where they are asked for themselves."""
    ids = _ids_of(directory, owners)
    for role_id in ids:
        holds = any(one.id == person_id for one in directory.holders.get(role_id, []))
        if holds and (role_id, person_id) not in directory.acting:
            return None
    covers = [one for one in directory.in_force if one.by and one.by.id == person_id]
    return next((one for one in covers if one.role_id in ids), None)


def find_absence(directory: Directory, person_id: int, owners: Sequence[Owner]) -> Cover | None:
    """The cover for which a holder among these owners is away on the directory's day."""
    return _find_among(directory.in_force, directory, person_id, owners)


def find_past_absence(directory: Directory, person_id: int, owners: Sequence[Owner], day: date) -> Cover | None:
    """The cover for which somebody was away on another day, had they held one of these owners' roles then."""
    return _find_among([one for one in directory.covers if one.lasts_on(day)], directory, person_id, owners)


def _find_among(covers: Sequence[Cover], directory: Directory, person_id: int, owners: Sequence[Owner]) -> Cover | None:
    theirs = [one for one in covers if one.away.id == person_id]
    ids = _ids_of(directory, owners) if theirs else set()
    return next((one for one in theirs if one.role_id in ids), None)


def list_roles_of(directory: Directory, person_id: int) -> list[tuple[int, Role]]:
    """The roles a person holds themselves on the directory's day, away or not."""
    away = {one.role_id for one in directory.in_force if one.away.id == person_id}
    return [
        (role_id, directory.roles[role_id])
        for role_id, people in directory.holders.items()
        if role_id in away
        or ((role_id, person_id) not in directory.acting and any(one.id == person_id for one in people))
    ]


def _ids_of(directory: Directory, owners: Sequence[Owner]) -> set[int]:
    return {role_id for owner in owners for role_id, _ in directory.find_roles(owner.text)}


def revive_returned(tx: Tx, directory: Directory, now: datetime) -> None:
    """What was kept back from people because they were away is theirs again, once they are back; whether it is still
    worth saying is decided as ever, when it would be."""
    away = {one.away.id for one in directory.in_force}
    kept = (ledger.c.programme_id == tx.programme, ledger.c.state == "silenced", ledger.c.reason == AWAY)
    tx.conn.execute(
        sa.update(ledger).where(*kept, ledger.c.person_id.not_in(away)).values(state="planned", reason="", at=now)
    )
