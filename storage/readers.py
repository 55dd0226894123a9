"""Who reads a group's papers beside its chairs: its members, and the elected leads of what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from programme.facts import Group, Person, find_holding_group
from storage.db import Tx
from storage.people import Directory, list_leads
from storage.schema import focus_area


def add_readers(tx: Tx, groups: Sequence[Group], directory: Directory) -> list[Group]:
    """The groups with whoever holds a member's role, and with the elected leads of the priorities they hold any of."""
    found: dict[int, dict[int, Person]] = {group.id: {} for group in groups}
    for group in groups:
        for name in group.members:
            found[group.id] |= {one.id: one for one in directory.resolve(name).people}
    elected = [lead for lead in list_leads(tx, directory) if lead.role and lead.role.elected and lead.people]
    areas = sa.select(focus_area.c.ref, focus_area.c.priority_ref).where(focus_area.c.programme_id == tx.programme)
    for area, priority in tx.conn.execute(areas) if elected else ():
        holding = find_holding_group(area, priority, groups)
        for lead in elected:
            if holding is not None and lead.priority == priority:
                found[holding.id] |= {one.id: one for one in lead.people}
    return [replace(group, readers=tuple(found[group.id].values())) for group in groups]
