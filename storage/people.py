"""People, roles and groups: who holds what on a day, and what an owner's words mean."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from programme.cover import Cover
from programme.facts import Accountable, Actor, Group, Meeting, Owner, Person, Role
from programme.messages import UserError
from programme.refs import plain
from storage.addresses import AT_ADDRESS, PERSON, REACHED_AT
from storage.db import PROGRAMME, Tx
from storage.schema import (
    cover,
    former_name,
    governance_group,
    holder,
    lead,
    meeting,
    person,
    programme,
    role,
    role_meaning,
    workspace,
)

# Whoever has an address in a workspace that left the programme is not written to there.
_LEFT = sa.literal("slack:").concat(workspace.c.external_id).concat(":")
OUT = sa.exists().where(
    workspace.c.programme_id == PROGRAMME,
    workspace.c.channel == "slack",
    workspace.c.left_at.is_not(None),
    sa.func.substr(REACHED_AT, 1, sa.func.length(_LEFT)) == _LEFT,
)
# Columns in the order of the fields of a Role.
_ROLE = (
    role.c.abbreviation,
    role.c.title,
    role.c.organisation,
    role.c.source == "table",
    role.c.elected,
    role.c.school,
    role.c.reads_all,
    role.c.young_people,
)
_OF_LATE = timedelta(days=120)  # so long what was asked of a cover may come back
_DAY: sa.BindParameter[date] = sa.bindparam("day")
_ROLES = sa.select(role.c.id, *_ROLE).where(role.c.programme_id == PROGRAMME).order_by(role.c.position)
_MEANINGS = (
    sa.select(role_meaning.c.text, role_meaning.c.means)
    .where(role_meaning.c.programme_id == PROGRAMME)
    .order_by(role_meaning.c.id)
)
_HOLDERS = (
    sa.select(holder.c.role_id, *PERSON)
    .join(person, holder.c.person_id == person.c.id)
    .where(
        holder.c.programme_id == PROGRAMME,
        person.c.closed_at.is_(None),
        ~OUT,
        sa.or_(holder.c.from_on.is_(None), holder.c.from_on <= _DAY),
        sa.or_(holder.c.until_on.is_(None), holder.c.until_on > _DAY),
    )
    .order_by(holder.c.id)
)
_COVERS = (
    sa.select(cover.c.id, cover.c.role_id, cover.c.person_id, cover.c.by_id, cover.c.from_on, cover.c.until_on)
    .where(cover.c.programme_id == PROGRAMME, cover.c.until_on > sa.bindparam("since", type_=sa.Date))
    .order_by(cover.c.id)
)
_FORMER = sa.select(former_name.c.name, former_name.c.now).where(
    former_name.c.programme_id == PROGRAMME, former_name.c.kind == sa.bindparam("kind")
)
_PEOPLE_REVISION = sa.select(programme.c.people_revision).where(programme.c.id == PROGRAMME)
_PERSONS = sa.select(*PERSON).where(person.c.programme_id == PROGRAMME)
_OFFICE = _PERSONS.where(person.c.office, person.c.closed_at.is_(None), ~OUT).order_by(person.c.id)
_GROUP = ("id", "name", "purpose", "kinds", "strategic", "chair", "scope", "holds", "reports_to", "channel", "papers")
_GROUPS = (
    sa.select(*(governance_group.c[name] for name in (*_GROUP, "cadence", "members")))
    .where(governance_group.c.programme_id == PROGRAMME)
    .order_by(governance_group.c.position)
)
_MEETING = ("id", "group_id", "starts_at", "slot", "wished_on", "earlier")
_MEETINGS = (
    sa.select(
        *(meeting.c[name] for name in _MEETING),
        sa.func.coalesce(meeting.c.origin, meeting.c.id),
        meeting.c.sequence,
        meeting.c.changed_at,
    )
    .where(meeting.c.programme_id == PROGRAMME, meeting.c.state == "planned")
    .order_by(meeting.c.starts_at)
)
_LEADS = sa.select(lead).where(lead.c.programme_id == PROGRAMME).order_by(lead.c.position)


@functools.lru_cache(maxsize=4096)
def name_key(text: str) -> str:
    """What two spellings of a name share: case, spaces and double quotes left out."""
    return "".join(plain(text).casefold().replace('"', "").split())


@dataclass(frozen=True, slots=True)
class Directory:
    """Who is who on one day: roles by any of their names, meanings given by the office, holders.

    Whoever's account is closed or whose workspace has left holds nothing here: what is theirs is passed on like that of
    a role nobody holds. In the place of a holder who is away stands their cover, if they can be reached.

    `covers` are those of late and to come; `in_force` those of this day, `acting` the (role, person) that only they
    let act.
    """

    roles: dict[int, Role]
    by_name: dict[str, list[int]]
    meanings: dict[str, list[str]]
    holders: dict[int, list[Person]]
    covers: tuple[Cover, ...] = ()
    in_force: tuple[Cover, ...] = ()
    acting: frozenset[tuple[int, int]] = frozenset()

    def find_roles(self, text: str) -> list[tuple[int, Role]]:
        """The roles an owner's words mean: as the office answered, else the one of that abbreviation or title."""
        names = self.meanings.get(name_key(text), [text])
        return [(ids[0], self.roles[ids[0]]) for name in names if (ids := self.by_name.get(name_key(name)))]

    def resolve(self, text: str) -> Owner:
        """An owner string as roles and the people who hold them; without either it is vacant."""
        found = self.find_roles(text)
        people = {one.id: one for role_id, _ in found for one in self.holders.get(role_id, [])}
        return Owner(text, tuple(one for _, one in found), tuple(people.values()))

    def roles_of(self, person_id: int) -> list[Role]:
        """The roles they hold or act for; one that somebody covers for them is theirs too."""
        away = {one.role_id for one in self.in_force if one.away.id == person_id}
        return [
            self.roles[role_id]
            for role_id, people in self.holders.items()
            if role_id in away or any(one.id == person_id for one in people)
        ]

    def roles_covered(self, person_id: int) -> list[Role]:
        """The roles that are theirs only while somebody is away."""
        return [self.roles[role_id] for role_id, acts in sorted(self.acting) if acts == person_id]


def read_directory(tx: Tx, day: date) -> Directory:
    """Everything needed to say who holds what on `day`, in a fixed number of reads."""
    roles: dict[int, Role] = {}
    by_name: dict[str, list[int]] = defaultdict(list)
    titles: dict[str, list[int]] = defaultdict(list)
    for role_id, *fields in tx.conn.execute(_ROLES, {"programme": tx.programme}):
        one = roles[role_id] = Role(*fields)
        by_name[name_key(one.abbreviation)].append(role_id)
        if one.title:
            titles[name_key(one.title)].append(role_id)
    for name, ids in titles.items():
        by_name.setdefault(name, ids)
    for former, now in tx.conn.execute(_FORMER, {"programme": tx.programme, "kind": "role"}):
        if name_key(now) in by_name:
            by_name.setdefault(name_key(former), by_name[name_key(now)])
    meanings: dict[str, list[str]] = defaultdict(list)
    for text, means in tx.conn.execute(_MEANINGS, {"programme": tx.programme}):
        meanings[name_key(text)].append(means)
    holders: dict[int, list[Person]] = defaultdict(list)
    for role_id, *fields in tx.conn.execute(_HOLDERS, {"programme": tx.programme, "day": day}):
        someone = Person(*fields)
        if someone not in holders[role_id]:
            holders[role_id].append(someone)
    rows = tx.conn.execute(_COVERS, {"programme": tx.programme, "since": day - _OF_LATE}).all()
    if not rows:
        return Directory(roles, by_name, meanings, holders)
    from storage.cover import stand_in  # only where somebody is away

    return stand_in(tx, Directory(roles, by_name, meanings, holders), rows, day)


def get_people_revision(tx: Tx) -> int:
    """A number that changes whenever people, roles, groups, meetings or leads do: what was read under it holds."""
    return int(tx.conn.execute(_PEOPLE_REVISION, {"programme": tx.programme}).scalar_one())


def list_office(tx: Tx) -> list[Person]:
    """The people of the programme office whom something can reach."""
    return [Person(*row) for row in tx.conn.execute(_OFFICE, {"programme": tx.programme})]


def find_person(tx: Tx, address: str) -> Person | None:
    """The person at that very address, be it their first or another of theirs."""
    row = tx.conn.execute(AT_ADDRESS, {"programme": tx.programme, "address": address}).one_or_none()
    return Person(*row) if row else None


def list_persons(tx: Tx) -> dict[int, Person]:
    people = [Person(*row) for row in tx.conn.execute(_PERSONS, {"programme": tx.programme})]
    return {one.id: one for one in people}


def list_groups(tx: Tx, directory: Directory) -> list[Group]:
    """Every governance group with its chairs and readers today and its meetings, in the plan's order."""
    meetings: dict[int, list[Meeting]] = defaultdict(list)
    rows = tx.conn.execute(_GROUPS, {"programme": tx.programme}).all()
    names = {row.id: row.name for row in rows}
    for number, group_id, starts_at, slot, wished_on, earlier, *more in tx.conn.execute(
        _MEETINGS, {"programme": tx.programme}
    ):
        days = tuple(date.fromisoformat(day) for day in earlier)
        meetings[group_id].append(Meeting(number, names[group_id], starts_at, slot, wished_on, days, *more))
    groups = [
        Group(
            row.id, row.name, row.purpose, tuple(row.kinds), row.strategic, row.chair,
            directory.resolve(row.chair).people if row.chair else (),
            tuple(part.strip() for part in row.scope.split(",") if part.strip()), tuple(row.holds),
            tuple(row.reports_to), row.channel, row.papers, tuple(meetings[row.id]), row.cadence, tuple(row.members),
        )
        for row in rows
    ]  # fmt: skip
    elected = any(directory.roles[role_id].elected for role_id, people in directory.holders.items() if people)
    if not elected and not any(group.members for group in groups):
        return groups
    from storage.readers import add_readers  # only where somebody reads beside the chairs

    return add_readers(tx, groups, directory)


def list_leads(tx: Tx, directory: Directory) -> list[Accountable]:
    """The accountable leads of every priority, as the plan names them and as they resolve to roles and people."""
    found = []
    for row in tx.conn.execute(_LEADS, {"programme": tx.programme}):
        owner = directory.resolve(row.role)
        found.append(
            Accountable(
                row.priority_ref, row.organisation, row.role, owner.roles[0] if owner.roles else None, owner.people
            )
        )
    return found


def get_group(tx: Tx, name: str, directory: Directory) -> Group:
    """The group of that name, or the only one that begins so or has that in it, in any case; UserError lists them
    all."""
    groups = list_groups(tx, directory)
    former = {name_key(old): now for old, now in tx.conn.execute(_FORMER, {"programme": tx.programme, "kind": "group"})}
    group = find_group(groups, name) or find_group(groups, former.get(name_key(name), ""))
    if group is not None:
        return group
    wanted = name_key(name)
    within = [group for group in groups if wanted and wanted in name_key(group.name)]
    for near in ([group for group in within if name_key(group.name).startswith(wanted)], within):
        if len(near) == 1:
            return near[0]
    known = ", ".join(group.name for group in groups) or "none yet: import a plan first"
    raise UserError(f"There is no group called “{name.strip()}”. The groups are: {known}.")


def find_group(groups: Sequence[Group], name: str) -> Group | None:
    """The group of that name in any case, with or without its abbreviation in brackets, or called by that alone."""
    wanted = name_key(name)
    names: dict[str, Group] = {}
    for group in groups:
        whole, _, short = group.name.partition("(")
        for key in (name_key(whole), name_key(short.rstrip(") "))):
            names.setdefault(key, group)
    names |= {name_key(group.name): group for group in groups}
    return names.get(wanted) if wanted else None


def find_actor(
    tx: Tx, name: str, day: date, directory: Directory, groups: Sequence[Group], leads: Sequence[Accountable]
) -> Actor | None:
    """Who somebody is: by address, by a person's name, by a role's abbreviation or title, or `office`.

    A role that people hold is the first of them, even while they are away; one that nobody holds still acts, as itself.
    """
    wanted = name.strip()
    if name_key(wanted) == "office":
        return Actor("office", "the programme office", office=True)
    one = _find_person(tx, wanted)
    if one is not None:
        return _as_actor(one, directory, groups, leads)
    if ":" in wanted:
        return None
    owner = directory.resolve(wanted)
    roles = {role_id for role_id, _ in directory.find_roles(wanted)}
    acting = {person_id for role_id, person_id in directory.acting if role_id in roles}
    away = [one.away for one in directory.in_force if one.role_id in roles]
    if people := [one for one in owner.people if one.id not in acting] or away:
        return _as_actor(people[0], directory, groups, leads)
    if not owner.roles:
        return None
    names = tuple(one.abbreviation for one in owner.roles)
    return Actor(
        f"role:{names[0]}",
        names[0],
        names,
        tuple(group.name for group in groups if group.chair and name_key(group.chair) in {name_key(n) for n in names}),
        reads_all=any(one.reads_all for one in owner.roles)
        or any(one.role in owner.roles for one in leads if one.role),
        bodies=tuple(owner.bodies),
    )


def _find_person(tx: Tx, wanted: str) -> Person | None:
    """The one person of that address or name; as written first, then in any case. None for nobody or several."""
    if (there := find_person(tx, wanted)) is not None:
        return there
    key = name_key(wanted)  # compared here: a database lowers only the letters it knows
    named = [one.address for one in list_persons(tx).values() if key in (name_key(one.address), name_key(one.name))]
    found = {one.id: one for address in named if (one := find_person(tx, address))}  # who has two addresses, once
    return next(iter(found.values())) if key and len(found) == 1 else None


def _as_actor(one: Person, directory: Directory, groups: Sequence[Group], leads: Sequence[Accountable]) -> Actor:
    roles, covered = directory.roles_of(one.id), directory.roles_covered(one.id)
    away = {each.role_id for each in directory.in_force if each.away.id == one.id}
    return Actor(
        one.address,
        one.name or ", ".join(held.abbreviation for held in roles if held not in covered) or one.address,
        tuple(held.abbreviation for held in roles),
        tuple(
            group.name
            for group in groups
            if any(chair.id == one.id for chair in group.chairs)
            or (away and any(role_id in away for role_id, _ in directory.find_roles(group.chair)))
        ),
        office=one.office,
        reads_all=any(held.reads_all for held in roles)
        or any(any(person.id == one.id for person in lead.people) for lead in leads)
        or (bool(away) and any(lead.role in roles for lead in leads)),
        person=one,
        bodies=tuple({held.organisation.partition(":")[0].strip() or held.abbreviation for held in roles}),
        covers=tuple(held.abbreviation for held in covered),
    )


def label_of(tx: Tx, key: str, day: date | None = None) -> str:
    """How history's actor key is shown: a person's name where there is one, else the roles they hold or that
    they are the programme office, else the address; by any address of theirs.

    The roles are those of `day`; without one, those whose holding has no end."""
    if not key:
        return "the plan"
    if key == "office":
        return "the programme office"
    if key.startswith("role:"):
        return key.removeprefix("role:")
    row = find_person(tx, key)
    if row is None:
        return key
    held = sa.select(role.c.abbreviation).join(holder, holder.c.role_id == role.c.id).order_by(role.c.position)
    until = sa.or_(holder.c.until_on.is_(None), holder.c.until_on > day) if day else holder.c.until_on.is_(None)
    begun = sa.or_(holder.c.from_on.is_(None), holder.c.from_on <= day) if day else sa.true()
    roles = [] if row.name else tx.conn.execute(held.where(holder.c.person_id == row.id, until, begun)).scalars().all()
    return row.name or ", ".join(dict.fromkeys(roles)) or ("the programme office" if row.office else row.address)


def get_role(name: str, directory: Directory) -> tuple[int, Role]:
    """A role by abbreviation or title in any case; UserError names the nearest."""
    ids = directory.by_name.get(name_key(name))
    if ids:
        return ids[0], directory.roles[ids[0]]
    near = ", ".join(nearest_roles(name, directory))
    raise UserError(f"There is no role “{name}”." + (f" Did you mean {near}?" if near else " Import a plan first."))


def nearest_roles(name: str, directory: Directory) -> list[str]:
    """The abbreviations of up to three roles of the plan most like a name: to be offered, never applied."""
    from programme.roles import suggest_roles  # a message for a mistake only

    names = [one.abbreviation for one in suggest_roles(name, list_plan_roles(directory), 6)]
    return list(dict.fromkeys(names))[:3]


def list_plan_roles(directory: Directory) -> list[Any]:
    from programme.plan import PlanRole

    return [PlanRole(one.abbreviation, one.title, one.organisation) for one in directory.roles.values() if one.listed]


def list_holdings(tx: Tx) -> list[tuple[str, Person, date | None, date | None]]:
    """Every holding, past and present: role, person, from, until."""
    query = (
        sa.select(role.c.abbreviation, holder.c.from_on, holder.c.until_on, *PERSON)
        .join(holder, holder.c.role_id == role.c.id)
        .join(person, holder.c.person_id == person.c.id)
        .where(holder.c.programme_id == tx.programme)
        .order_by(role.c.position, holder.c.id)
    )
    return [(name, Person(*fields), since, until) for name, since, until, *fields in tx.conn.execute(query)]
