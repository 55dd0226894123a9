"""People, roles and groups: who holds what on a day, and what an owner's words mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from programme.facts import Accountable, Actor, Group, Meeting, Owner, Person, Role
from programme.messages import UserError
from storage.db import Tx, insert
from storage.schema import governance_group, holder, lead, meeting, person, role, role_meaning


def _key(text: str) -> str:
    return "".join(text.casefold().split())


@dataclass(frozen=True, slots=True)
class Directory:
    """Who is who on one day: roles by any of their names, meanings given by the office, holders."""

    roles: dict[int, Role]
    by_name: dict[str, list[int]]
    meanings: dict[str, list[str]]
    holders: dict[int, list[Person]]

    def find_roles(self, text: str) -> list[tuple[int, Role]]:
        """The roles an owner's words mean: as the office answered, else the one of that abbreviation or title."""
        names = self.meanings.get(_key(text), [text])
        return [(ids[0], self.roles[ids[0]]) for name in names if (ids := self.by_name.get(_key(name)))]

    def resolve(self, text: str) -> Owner:
        """An owner string as roles and the people who hold them; without either it is vacant."""
        found = self.find_roles(text)
        people = {one.id: one for role_id, _ in found for one in self.holders.get(role_id, [])}
        return Owner(text, tuple(one for _, one in found), tuple(people.values()))

    def roles_of(self, person_id: int) -> list[Role]:
        return [
            self.roles[role_id]
            for role_id, people in self.holders.items()
            if any(one.id == person_id for one in people)
        ]


def read_directory(tx: Tx, day: date) -> Directory:
    """Everything needed to say who holds what on `day`, in three reads."""
    roles: dict[int, Role] = {}
    by_name: dict[str, list[int]] = defaultdict(list)
    titles: dict[str, list[int]] = defaultdict(list)
    for row in tx.conn.execute(sa.select(role).where(role.c.programme_id == tx.programme).order_by(role.c.position)):
        roles[row.id] = Role(
            row.abbreviation, row.title, row.organisation, row.source == "table", row.elected, row.school, row.reads_all
        )
        by_name[_key(row.abbreviation)].append(row.id)
        if row.title:
            titles[_key(row.title)].append(row.id)
    for name, ids in titles.items():
        by_name.setdefault(name, ids)
    meanings: dict[str, list[str]] = defaultdict(list)
    for row in tx.conn.execute(
        sa.select(role_meaning).where(role_meaning.c.programme_id == tx.programme).order_by(role_meaning.c.id)
    ):
        meanings[_key(row.text)].append(row.means)
    holders: dict[int, list[Person]] = defaultdict(list)
    query = (
        sa.select(holder.c.role_id, person)
        .join(person, holder.c.person_id == person.c.id)
        .where(holder.c.programme_id == tx.programme, _current(day))
        .order_by(holder.c.id)
    )
    for row in tx.conn.execute(query):
        if all(one.id != row.id for one in holders[row.role_id]):
            holders[row.role_id].append(_as_person(row))
    return Directory(roles, by_name, meanings, holders)


def list_office(tx: Tx) -> list[Person]:
    """The people of the programme office."""
    query = sa.select(person).where(person.c.programme_id == tx.programme, person.c.office).order_by(person.c.id)
    return [_as_person(row) for row in tx.conn.execute(query)]


def list_persons(tx: Tx) -> dict[int, Person]:
    query = sa.select(person).where(person.c.programme_id == tx.programme)
    return {row.id: _as_person(row) for row in tx.conn.execute(query)}


def list_groups(tx: Tx, directory: Directory) -> list[Group]:
    """Every governance group with its chairs today and its meetings, in the plan's order."""
    meetings: dict[int, list[Meeting]] = defaultdict(list)
    names: dict[int, str] = {}
    rows = tx.conn.execute(
        sa.select(governance_group)
        .where(governance_group.c.programme_id == tx.programme)
        .order_by(governance_group.c.position)
    ).all()
    for row in rows:
        names[row.id] = row.name
    for row in tx.conn.execute(
        sa.select(meeting).where(meeting.c.programme_id == tx.programme).order_by(meeting.c.starts_at)
    ):
        meetings[row.group_id].append(Meeting(row.id, names[row.group_id], row.starts_at))
    return [
        Group(
            row.id,
            row.name,
            row.purpose,
            tuple(row.kinds),
            row.strategic,
            row.chair,
            directory.resolve(row.chair).people if row.chair else (),
            tuple(part.strip() for part in row.scope.split(",") if part.strip()),
            tuple(row.holds),
            tuple(row.reports_to),
            row.channel,
            row.papers,
            tuple(meetings[row.id]),
        )
        for row in rows
    ]


def list_leads(tx: Tx, directory: Directory) -> list[Accountable]:
    """The accountable leads of every priority, as the plan names them and as they resolve to roles and people."""
    query = sa.select(lead).where(lead.c.programme_id == tx.programme).order_by(lead.c.position)
    found = []
    for row in tx.conn.execute(query):
        owner = directory.resolve(row.role)
        found.append(
            Accountable(
                row.priority_ref, row.organisation, row.role, owner.roles[0] if owner.roles else None, owner.people
            )
        )
    return found


def get_group(tx: Tx, name: str, directory: Directory) -> Group:
    """The group of that name in any case, with or without its abbreviation in brackets; UserError lists the nearest."""
    groups = list_groups(tx, directory)
    wanted = _key(name)
    for group in groups:
        whole, _, short = group.name.partition("(")
        if wanted in (_key(group.name), _key(whole), _key(short.rstrip(") "))):
            return group
    starts = [group for group in groups if wanted and _key(group.name).startswith(wanted)]
    if len(starts) == 1:
        return starts[0]
    known = ", ".join(group.name for group in groups) or "none yet: import a plan first"
    raise UserError(f"There is no group called “{name.strip()}”. The groups are: {known}.")


def find_actor(
    tx: Tx, name: str, day: date, directory: Directory, groups: Sequence[Group], leads: Sequence[Accountable]
) -> Actor | None:
    """Who somebody is: by address, by a person's name, by a role's abbreviation or title, or `office`.

    A role that people hold is the first of them; one that nobody holds still acts, as the role itself.
    """
    wanted = name.strip()
    if _key(wanted) == "office":
        return Actor("office", "the programme office", office=True)
    rows = tx.conn.execute(
        sa.select(person).where(
            person.c.programme_id == tx.programme,
            sa.or_(person.c.address == wanted, sa.func.lower(person.c.name) == wanted.lower()),
        )
    ).all()
    if len(rows) == 1:
        return _as_actor(_as_person(rows[0]), directory, groups, leads)
    if ":" in wanted:
        return None
    owner = directory.resolve(wanted)
    if owner.people:
        return _as_actor(owner.people[0], directory, groups, leads)
    if not owner.roles:
        return None
    names = tuple(one.abbreviation for one in owner.roles)
    return Actor(
        f"role:{names[0]}",
        names[0],
        names,
        tuple(group.name for group in groups if group.chair and _key(group.chair) in {_key(n) for n in names}),
        reads_all=any(one.reads_all for one in owner.roles)
        or any(one.role in owner.roles for one in leads if one.role),
        bodies=tuple(owner.bodies),
    )


def _as_actor(one: Person, directory: Directory, groups: Sequence[Group], leads: Sequence[Accountable]) -> Actor:
    roles = directory.roles_of(one.id)
    return Actor(
        one.address,
        one.label,
        tuple(held.abbreviation for held in roles),
        tuple(group.name for group in groups if any(chair.id == one.id for chair in group.chairs)),
        office=one.office,
        reads_all=any(held.reads_all for held in roles)
        or any(any(person.id == one.id for person in lead.people) for lead in leads),
        person=one,
        bodies=tuple({held.body or held.abbreviation for held in roles}),
    )


def label_of(tx: Tx, key: str) -> str:
    """How history's actor key is shown: a person's name where there is one, else their role or address."""
    if not key:
        return "the plan"
    if key == "office":
        return "the programme office"
    if key.startswith("role:"):
        return key.removeprefix("role:")
    row = tx.conn.execute(
        sa.select(person).where(person.c.programme_id == tx.programme, person.c.address == key)
    ).one_or_none()
    return (row.name or row.address) if row else key


def set_person(
    tx: Tx, address: str, *, name: str | None = None, email: str | None = None, office: bool | None = None
) -> int:
    """Add or change a person; what is None stays as it is. Returns their id."""
    values: dict[str, Any] = {
        key: value for key, value in (("name", name), ("email", email), ("office", office)) if value is not None
    }
    row = tx.conn.execute(
        sa.select(person.c.id).where(person.c.programme_id == tx.programme, person.c.address == address)
    ).one_or_none()
    if row is None:
        return insert(tx, person, address=address, **values)
    if values:
        tx.conn.execute(sa.update(person).where(person.c.id == row.id).values(**values))
    return int(row.id)


def set_holder(tx: Tx, role_name: str, person_id: int, directory: Directory, *, from_on: date | None) -> Role:
    """Let a person hold a role from a day on (None: always have). UserError where there is no such role."""
    role_id, found = get_role(role_name, directory)
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
    ids = sa.select(person.c.id).where(person.c.programme_id == tx.programme, person.c.address == address)
    done = tx.conn.execute(
        sa.update(holder)
        .where(
            holder.c.role_id == role_id,
            holder.c.person_id.in_(ids),
            sa.or_(holder.c.until_on.is_(None), holder.c.until_on > on),
        )
        .values(until_on=on)
    )
    if done.rowcount == 0:
        raise UserError(f"{address} does not hold {found.abbreviation}: see halfterm people list.")
    return found


def get_role(name: str, directory: Directory) -> tuple[int, Role]:
    """A role by abbreviation or title in any case; UserError names the nearest."""
    ids = directory.by_name.get(_key(name))
    if ids:
        return ids[0], directory.roles[ids[0]]
    from programme.roles import suggest_roles  # a message for a mistake only

    near = ", ".join(one.abbreviation for one in suggest_roles(name, list_plan_roles(directory)))
    raise UserError(f"There is no role “{name}”." + (f" Did you mean {near}?" if near else " Import a plan first."))


def list_plan_roles(directory: Directory) -> list[Any]:
    from programme.plan import PlanRole

    return [PlanRole(one.abbreviation, one.title, one.organisation) for one in directory.roles.values() if one.listed]


def set_meaning(tx: Tx, text: str, means: Iterable[str], directory: Directory) -> list[Role]:
    """Say once and for all which roles an owner's words mean; survives every later import."""
    roles = [get_role(name, directory)[1] for name in means]
    tx.conn.execute(
        sa.delete(role_meaning).where(
            role_meaning.c.programme_id == tx.programme, sa.func.lower(role_meaning.c.text) == text.lower()
        )
    )
    for one in roles:
        insert(tx, role_meaning, text=text, means=one.abbreviation)
    return roles


def set_group(tx: Tx, name: str, directory: Directory, **values: Any) -> str:
    """Add or change a governance group; returns its name as stored. Only one group is strategic at a time."""
    try:
        stored = get_group(tx, name, directory)
    except UserError:
        last = tx.conn.execute(sa.select(sa.func.max(governance_group.c.position))).scalar() or 0
        insert(tx, governance_group, name=name.strip(), kinds=["decides"], holds=[], reports_to=[], position=last + 1)
        stored = get_group(tx, name, directory)
    if values.get("strategic"):
        tx.conn.execute(
            sa.update(governance_group).where(governance_group.c.programme_id == tx.programme).values(strategic=False)
        )
    if values:
        tx.conn.execute(sa.update(governance_group).where(governance_group.c.id == stored.id).values(**values))
    return stored.name


def add_meeting(tx: Tx, group_id: int, starts_at: datetime) -> None:
    """Add a meeting; the same one again changes nothing."""
    known = sa.select(meeting.c.id).where(meeting.c.group_id == group_id, meeting.c.starts_at == starts_at)
    if tx.conn.execute(known).one_or_none() is None:
        insert(tx, meeting, group_id=group_id, starts_at=starts_at)


def list_holdings(tx: Tx) -> list[tuple[str, Person, date | None, date | None]]:
    """Every holding, past and present: role, person, from, until."""
    query = (
        sa.select(role.c.abbreviation, holder.c.from_on, holder.c.until_on, person)
        .join(holder, holder.c.role_id == role.c.id)
        .join(person, holder.c.person_id == person.c.id)
        .where(holder.c.programme_id == tx.programme)
        .order_by(role.c.position, holder.c.id)
    )
    return [(row.abbreviation, _as_person(row), row.from_on, row.until_on) for row in tx.conn.execute(query)]


def _current(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        sa.or_(holder.c.from_on.is_(None), holder.c.from_on <= day),
        sa.or_(holder.c.until_on.is_(None), holder.c.until_on > day),
    )


def _as_person(row: Any) -> Person:
    return Person(row.id, row.address, row.name, row.office)
