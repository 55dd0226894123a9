"""Names with dates: a role or a group that is called otherwise now keeps whatever is its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from programme.calendar import say_date
from programme.facts import Role
from programme.messages import UserError
from programme.reporting import find_ring, say_ring
from storage.columns import metadata
from storage.db import Tx, insert
from storage.people import Directory, find_group, get_group, get_role, list_groups, name_key
from storage.schema import claim, cover, former_name, governance_group, holder, meeting, person, role, role_meaning
from storage.schema_out import listening, outbox

Kind = Literal["role", "group"]
_FLAGS = ("elected", "school", "reads_all", "young_people")
_FOR_GROUPS = ("pack", "since", "file")  # messages that name their group


@dataclass(frozen=True, slots=True)
class Former:
    """What something was called, and until when."""

    name: str
    now: str
    until_on: date

    @property
    def words(self) -> str:
        """`until 1 October 2022 SENDPO`."""
        return f"until {say_date(self.until_on)} {self.name}"


def list_former_names(tx: Tx, kind: Kind) -> list[Former]:
    """Every name that was another's before, the last first."""
    query = sa.select(former_name.c.name, former_name.c.now, former_name.c.until_on).where(
        former_name.c.programme_id == tx.programme, former_name.c.kind == kind
    )
    ordered = query.order_by(former_name.c.until_on.desc(), former_name.c.id.desc())
    return [Former(*row) for row in tx.conn.execute(ordered)]


def list_last_names(tx: Tx, kind: Kind) -> dict[str, Former]:
    """By its name now, what each was called last."""
    return {one.now: one for one in reversed(list_former_names(tx, kind))}


def list_renamed(tx: Tx) -> list[tuple[str, str]]:
    """(old name, name now) of everything that was renamed."""
    kinds: tuple[Kind, ...] = ("role", "group")
    return [(one.name, one.now) for kind in kinds for one in list_former_names(tx, kind)]


def name_with_former(names: Mapping[str, Former], name: str) -> str:
    """A name with the one before it, by the names of now: `DCS (until 1 October 2022 EDCS)`."""
    return f"{name} ({names[name].words})" if name in names else name


def find_name_now(tx: Tx, kind: Kind, name: str) -> str | None:
    """What that is called now which had this name; None where nothing had."""
    return next((one.now for one in list_former_names(tx, kind) if name_key(one.name) == name_key(name)), None)


def rename_role(tx: Tx, old: str, new: str, on: date, directory: Directory) -> tuple[str, str]:
    """A role is called otherwise from a day on: who holds it, covers it and what it chairs stay. Where both names are
    roles by now, as after an import, they become one. The names as stored; UserError where it cannot be."""
    new = " ".join(new.split())
    if not new:
        raise UserError("Say what it is called now: halfterm roles rename OLD NEW")
    there = directory.by_name.get(name_key(new), [])
    before = directory.by_name.get(name_key(old), [])
    if before and before == there and name_key(directory.roles[before[0]].abbreviation) == name_key(new):
        raise UserError(f"{directory.roles[before[0]].abbreviation} is what it is called already.")
    if not before and there:  # an import has put the one nobody held out of the plan
        return _keep_former(tx, "role", " ".join(old.split()), directory.roles[there[0]].abbreviation, on)
    role_id, was = get_role(old, directory)
    known = directory.roles[there[0]] if there and there[0] != role_id else None
    if known is None:
        tx.conn.execute(sa.update(role).where(role.c.id == role_id).values(abbreviation=new))
    else:
        _join_roles(tx, role_id, was, there[0], on)
    now = known.abbreviation if known else new
    for table, column in ((governance_group, "chair"), (claim, "role")):
        mine = (table.c.programme_id == tx.programme, table.c[column] == was.abbreviation)
        tx.conn.execute(sa.update(table).where(*mine).values({column: now}))
    for group in list_groups(tx, directory):
        if was.abbreviation in group.members:
            members = list(dict.fromkeys(now if one == was.abbreviation else one for one in group.members))
            tx.conn.execute(
                sa.update(governance_group).where(governance_group.c.id == group.id).values(members=members)
            )
    _move_meanings(tx, was.abbreviation, now)
    return _keep_former(tx, "role", was.abbreviation, now, on)


def _join_roles(tx: Tx, kept: int, was: Role, taken: int, on: date) -> None:
    """The role of the first id takes the name and the place in the plan of the second, which is gone."""
    values = tx.conn.execute(
        sa.select(
            role.c.abbreviation, role.c.title, role.c.organisation, role.c.source, role.c.position,
            *(role.c[name] for name in _FLAGS),
        ).where(role.c.id == taken)
    ).one()._asdict()  # fmt: skip
    flags: dict[str, Any] = {name: values[name] or getattr(was, name) for name in _FLAGS}
    for each, name in ((kept, was.abbreviation), (taken, values["abbreviation"])) if flags["young_people"] else ():
        _refuse_holders(tx, each, name, on)
    held = sa.select(holder.c.person_id).where(holder.c.role_id == kept, holder.c.until_on.is_(None))
    twice = (holder.c.role_id == taken, holder.c.person_id.in_(held), holder.c.until_on.is_(None))
    tx.conn.execute(sa.delete(holder).where(*twice))
    for table in (holder, cover):
        tx.conn.execute(sa.update(table).where(table.c.role_id == taken).values(role_id=kept))
    tx.conn.execute(sa.delete(role).where(role.c.id == taken))
    tx.conn.execute(sa.update(role).where(role.c.id == kept).values(**(values | flags)))


def _move_meanings(tx: Tx, old: str, new: str) -> None:
    """What meant the one means the other, once; the new name itself needs no explaining any more."""
    stored = sa.select(role_meaning).where(role_meaning.c.programme_id == tx.programme)
    rows = tx.conn.execute(stored).all()
    known = {(row.text, row.means) for row in rows}
    for row in rows:
        mine = role_meaning.c.id == row.id
        if name_key(row.text) == name_key(new):
            tx.conn.execute(sa.delete(role_meaning).where(mine))
        elif row.means == old:
            doubled = (row.text, new) in known
            change = sa.delete(role_meaning) if doubled else sa.update(role_meaning).values(means=new)
            tx.conn.execute(change.where(mine))


def rename_group(tx: Tx, old: str, new: str, on: date, directory: Directory) -> tuple[str, str]:
    """A group is called otherwise from a day on: its chair, meetings, what it holds and who reports to it stay. Where
    both names are groups by now, they become one. The names as stored; UserError where it cannot be."""
    new = " ".join(new.split())
    if not new:
        raise UserError("Say what it is called now: halfterm groups rename OLD NEW")
    groups = list_groups(tx, directory)
    was, there = get_group(tx, old, directory), find_group(groups, new)
    if there is not None and there.id == was.id and there.name == new:
        raise UserError(f"{was.name} is what it is called already.")
    if there is not None and there.id != was.id:
        _join_groups(tx, was.id, there.id)
        new = there.name
    tx.conn.execute(sa.update(governance_group).where(governance_group.c.id == was.id).values(name=new))
    for group in groups:
        if was.name in group.reports_to:
            above = list(dict.fromkeys(new if one == was.name else one for one in group.reports_to))
            kept = [one for one in above if not (group.id == was.id and one == new)]
            tx.conn.execute(
                sa.update(governance_group).where(governance_group.c.id == group.id).values(reports_to=kept)
            )
    if there is not None and there.id != was.id:
        _straighten(tx, new, directory)
    for row in tx.conn.execute(sa.select(listening).where(listening.c.programme_id == tx.programme)).all():
        if was.name in row.areas:
            areas = [new if one == was.name else one for one in row.areas]
            tx.conn.execute(sa.update(listening).where(listening.c.id == row.id).values(areas=areas))
    mine = (outbox.c.programme_id == tx.programme, outbox.c.kind.in_(_FOR_GROUPS))
    for row in tx.conn.execute(sa.select(outbox.c.id, outbox.c.facts).where(*mine)).all():
        if row.facts.get("group") == was.name:
            facts = row.facts | {"group": new}
            tx.conn.execute(sa.update(outbox).where(outbox.c.id == row.id).values(facts=facts))
    return _keep_former(tx, "group", was.name, new, on)


def _straighten(tx: Tx, name: str, directory: Directory) -> None:
    """Two groups that have become one do not report to one another any more; UserError where they are still a ring."""
    groups = {group.name: group for group in list_groups(tx, directory)}
    above = [one for one in groups[name].reports_to if one != name]
    if ring := find_ring(name, {one.name: one.reports_to for one in groups.values()} | {name: above}):
        raise UserError(say_ring(ring))
    mine = governance_group.c.id == groups[name].id
    tx.conn.execute(sa.update(governance_group).where(mine).values(reports_to=above))


def _join_groups(tx: Tx, kept: int, taken: int) -> None:
    """The group of the first id takes the place in the plan of the second, which is gone, and what it lacks from it."""
    columns = governance_group.c
    both = sa.select(governance_group).where(columns.id.in_((kept, taken)))
    rows = {row["id"]: row for row in tx.conn.execute(both).mappings()}
    mine, other = rows[kept], rows[taken]
    own = {name: mine[name] or other[name] for name in ("chair", "channel", "scope", "strategic", "papers", "cadence")}
    plan = {"purpose": other["purpose"] or mine["purpose"], "position": other["position"]}
    lists = {name: list(dict.fromkeys((*mine[name], *other[name]))) for name in ("holds", "members")}
    known = set(tx.conn.execute(sa.select(meeting.c.starts_at).where(meeting.c.group_id == kept)).scalars())
    tx.conn.execute(sa.delete(meeting).where(meeting.c.group_id == taken, meeting.c.starts_at.in_(known)))
    for table in metadata.tables.values():
        if any(key.column is columns.id for key in table.foreign_keys):
            tx.conn.execute(sa.update(table).where(table.c.group_id == taken).values(group_id=kept))
    tx.conn.execute(sa.delete(governance_group).where(columns.id == taken))
    tx.conn.execute(sa.update(governance_group).where(columns.id == kept).values(**own, **plan, **lists))


def set_role(tx: Tx, name: str, directory: Directory, today: date, **flags: bool) -> Role:
    """Say whether a role is of a school, elected, reads everything, or is young people's. UserError where there is no
    such role, or young people's is held."""
    role_id, found = get_role(name, directory)
    if flags.get("young_people"):
        _refuse_holders(tx, role_id, found.abbreviation, today)
    tx.conn.execute(sa.update(role).where(role.c.id == role_id).values(**flags))
    return found


def _refuse_holders(tx: Tx, role_id: int, name: str, day: date) -> None:
    """Nobody holds a role of young people's: whoever does, on that day or later, is taken off it first."""
    held = sa.select(person.c.address).join(holder, holder.c.person_id == person.c.id)
    ends = sa.or_(holder.c.until_on.is_(None), holder.c.until_on > day)
    rows = tx.conn.execute(held.where(holder.c.role_id == role_id, ends)).scalars()
    if address := next(iter(rows.all()), None):
        raise UserError(
            f'Young people are never written to, and {address} holds {name}: first type halfterm people end "{name}" '
            f"{address}"
        )


def _keep_former(tx: Tx, kind: Kind, old: str, new: str, on: date) -> tuple[str, str]:
    mine = (former_name.c.programme_id == tx.programme, former_name.c.kind == kind)
    for one in list_former_names(tx, kind):
        if name_key(one.name) in (name_key(old), name_key(new)):
            tx.conn.execute(sa.delete(former_name).where(*mine, former_name.c.name == one.name))
    tx.conn.execute(sa.update(former_name).where(*mine, former_name.c.now == old).values(now=new))
    insert(tx, former_name, kind=kind, name=old, now=new, until_on=on)
    return old, new
