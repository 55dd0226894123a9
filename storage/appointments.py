"""What the office sets: who holds a role, what an owner's words mean, groups and their meetings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from programme.calendar import LONDON
from programme.facts import Group, Role, Rung
from programme.messages import UserError
from programme.permissions import refuse_young_people
from storage import ledger
from storage.db import Tx, insert
from storage.history import record
from storage.people import (
    Directory,
    find_group,
    find_person,
    get_group,
    get_role,
    list_groups,
    list_holdings,
    list_office,
    name_key,
)
from storage.renewals import renew_homes
from storage.schema import action, governance_group, holder, lead, owner, person, role_meaning


def set_person(
    tx: Tx, address: str, *, name: str | None = None, email: str | None = None, office: bool | None = None
) -> int:
    """Add or change the person at an address; what is None stays as it is. Returns their id."""
    values: dict[str, Any] = {
        key: value for key, value in (("name", name), ("email", email), ("office", office)) if value is not None
    }
    known = find_person(tx, address)
    if known is None:
        return insert(tx, person, address=address, **values)
    if values:
        tx.conn.execute(sa.update(person).where(person.c.id == known.id).values(**values))
    return known.id


_CLOSED = "their account is closed"


def mark_closed(tx: Tx, address: str, closed: bool, now: datetime) -> bool:
    """Whether the account of the person at an address is closed; False where that is nobody, or known already, or they
    are written to at another one.

    Nothing is sent to who has closed it: what was planned for them is silenced, their roles count as held by nobody,
    and the programme office is told once. An account that is opened again has all that back.
    """
    someone = find_person(tx, address)
    if someone is None or someone.closed == closed or someone.reached_at != address:
        return False
    tx.conn.execute(sa.update(person).where(person.c.id == someone.id).values(closed_at=now if closed else None))
    verb, scheme = "account_closed" if closed else "account_open", someone.scheme
    record(tx, verb, actor=someone.address, account=scheme, now=now, facts={"address": address})
    renew_homes(tx, now, [someone.address])
    if not closed:
        ledger.revive(tx, someone.id, _CLOSED, now)
        return True
    ledger.silence(tx, someone.id, _CLOSED, now)
    today = now.astimezone(LONDON).date()
    if someone.office or list_roles_held(tx, someone.id, today):
        news = [Rung(today, "office", f"person {someone.id}", f"closed {today}", one.id) for one in list_office(tx)]
        ledger.plan(tx, news, now)
    return True


def list_roles_held(tx: Tx, person_id: int, day: date) -> list[str]:
    """The roles a person holds on a day or is to hold, whether or not their account is open."""
    held = [role for role, one, _, until in list_holdings(tx) if one.id == person_id and (until is None or until > day)]
    return list(dict.fromkeys(held))


def set_holder(tx: Tx, role_name: str, person_id: int, directory: Directory, *, from_on: date | None) -> Role:
    """Let a person hold a role from a day on (None: always have). UserError where there is no such role, or it is young
    people's."""
    role_id, found = get_role(role_name, directory)
    refuse_young_people(found)
    tx.conn.execute(
        sa.delete(holder).where(
            holder.c.role_id == role_id, holder.c.person_id == person_id, holder.c.until_on.is_(None)
        )
    )
    insert(tx, holder, role_id=role_id, person_id=person_id, from_on=from_on)
    return found


def end_holder(tx: Tx, role_name: str, address: str, directory: Directory, *, on: date) -> Role:
    """Let a person hold a role no longer from a day on. UserError where they do not hold it."""
    role_id, found = get_role(role_name, directory)
    known = find_person(tx, address)
    done = tx.conn.execute(
        sa.update(holder)
        .where(
            holder.c.role_id == role_id,
            holder.c.person_id == (known.id if known else 0),
            sa.or_(holder.c.until_on.is_(None), holder.c.until_on > on),
        )
        .values(until_on=on)
    )
    if done.rowcount == 0:
        raise UserError(f"{address} does not hold {found.abbreviation}: see halfterm people list.")
    return found


def end_office(tx: Tx, address: str) -> None:
    """Take a person out of the programme office. UserError where they are not of it."""
    known = find_person(tx, address)
    theirs = (person.c.programme_id == tx.programme, person.c.id == (known.id if known else 0), person.c.office)
    if tx.conn.execute(sa.update(person).where(*theirs).values(office=False)).rowcount == 0:
        raise UserError(f"{address} is not of the programme office: see halfterm people list.")


def set_meaning(tx: Tx, text: str, means: Iterable[str], directory: Directory) -> list[Role]:
    """Say once and for all which roles an owner's words mean; survives every later import."""
    roles = [get_role(name, directory)[1] for name in means]
    if not roles or not text.strip():
        raise UserError("Say which owner string means which role: halfterm roles same OWNER ROLE")
    stored = sa.select(role_meaning).where(role_meaning.c.programme_id == tx.programme)
    same = [row.id for row in tx.conn.execute(stored) if name_key(row.text) == name_key(text)]
    tx.conn.execute(sa.delete(role_meaning).where(role_meaning.c.id.in_(same)))
    for one in roles:
        insert(tx, role_meaning, text=text, means=one.abbreviation)
    return roles


def set_group(tx: Tx, name: str, directory: Directory, **values: Any) -> str:
    """Add or change a governance group; returns its name as stored. Only one group is strategic at a time."""
    if not name.strip():
        raise UserError("A group needs a name: halfterm groups set NAME")
    stored = find_group(list_groups(tx, directory), name)
    if stored is None:
        last = tx.conn.execute(
            sa.select(sa.func.max(governance_group.c.position)).where(governance_group.c.programme_id == tx.programme)
        ).scalar()
        insert(
            tx,
            governance_group,
            name=name.strip(),
            kinds=["decides"],
            holds=[],
            reports_to=[],
            members=[],
            position=0 if last is None else last + 1,
        )
        stored = get_group(tx, name, directory)
    if values.get("strategic"):
        tx.conn.execute(
            sa.update(governance_group).where(governance_group.c.programme_id == tx.programme).values(strategic=False)
        )
    if values:
        tx.conn.execute(sa.update(governance_group).where(governance_group.c.id == stored.id).values(**values))
    return stored.name


def take_holdings(tx: Tx, holding: Group) -> list[tuple[str, list[str]]]:
    """Each priority and focus area is held by one group: take from the others what this one holds now.

    Returns what was taken, by group.
    """
    taken = []
    query = sa.select(governance_group).where(
        governance_group.c.programme_id == tx.programme, governance_group.c.id != holding.id
    )
    for row in tx.conn.execute(query).all():
        both = [ref for ref in row.holds if ref in holding.holds]
        if both:
            rest = [ref for ref in row.holds if ref not in both]
            tx.conn.execute(sa.update(governance_group).where(governance_group.c.id == row.id).values(holds=rest))
            taken.append((row.name, both))
    return taken


def is_owner(tx: Tx, text: str) -> bool:
    """Whether the plan names somebody so: as an action's owner or as a priority's lead."""
    named = sa.union(
        sa.select(owner.c.text)
        .join(action, owner.c.action_id == action.c.id)
        .where(owner.c.programme_id == tx.programme, action.c.gone_at.is_(None)),
        sa.select(lead.c.role).where(lead.c.programme_id == tx.programme),
    )
    return name_key(text) in {name_key(row[0]) for row in tx.conn.execute(named)}
