"""The governance groups as the programme office is shown them: what they hold, who chairs them, when they meet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from programme.calendar import Calendar, say_date
from programme.facts import Group, Meeting, find_strategic_group
from programme.messages import UserError
from programme.reporting import find_ring, say_ring
from storage import people
from storage.db import Tx
from storage.meetings import list_cancelled
from storage.naming import list_last_names, name_with_former


def list_groups(tx: Tx, today: date, now: datetime, calendar: Calendar, *, as_json: bool) -> str:
    """The groups, what they hold, who chairs them, who their members are and when they meet next."""
    directory = people.read_directory(tx, today)
    groups = people.list_groups(tx, directory)
    strategic = find_strategic_group(groups)
    cancelled = list_cancelled(tx)
    if as_json:
        shown = [_to_json(group, group is strategic, cancelled) for group in groups]
        return json.dumps({"groups": shown}, ensure_ascii=False, indent=2)
    called = list_last_names(tx, "group")
    lines: list[str] = []
    for group in groups:
        meeting = group.next_meeting(now)
        parts = [name_with_former(called, group.name) + (" (strategic)" if group is strategic else "")]
        parts.append(f"chair {group.chair}" if group.chair else "no chair")
        if group.members:
            parts.append(f"members {', '.join(group.members)}")
        if group.holds:
            parts.append(f"holds {', '.join(group.holds)}")
        if group.cadence:
            parts.append(f"cadence {group.cadence}")
        parts.append(f"meets {calendar.local(meeting.starts_at):%d %B %Y %H:%M}" if meeting else "no meeting planned")
        lines.append("; ".join(parts))
    return "\n".join(lines) or "No groups yet. Import a plan: halfterm import FILE"


def check_members(names: Sequence[str], directory: people.Directory) -> list[str]:
    """The roles that are a group's members from now on, as stored; `none` alone is nobody. UserError names one that
    is no role."""
    if [name.strip().lower() for name in names] in ([], ["none"]):
        return []
    return list(dict.fromkeys(people.get_role(name, directory)[1].abbreviation for name in names))


def check_reports_to(tx: Tx, name: str, above: Sequence[str], directory: people.Directory) -> list[str]:
    """The groups that one of that name reports to from now on, as stored; `none` alone is no group. UserError where
    one of them is not known, or the line upwards would come back to it."""
    if [one.strip().lower() for one in above] in ([], ["none"]):
        return []
    groups = people.list_groups(tx, directory)
    there = people.find_group(groups, name)
    mine = there.name if there else name.strip()
    called = [
        mine if people.name_key(one) == people.name_key(mine) else people.get_group(tx, one, directory).name
        for one in above
    ]
    if ring := find_ring(mine, {one.name: one.reports_to for one in groups} | {mine: called}):
        raise UserError(say_ring(ring))
    return list(dict.fromkeys(called))


def say_members(group: Group, directory: people.Directory) -> str:
    """Who a group's members are, and what to mind where it is the voice of young people."""
    held = [(name, [one.label for one in directory.resolve(name).people]) for name in group.members]
    said = "; ".join(f"{name} ({', '.join(labels) or 'nobody yet'})" for name, labels in held)
    young = " Young people are never written to: for them name the role that coordinates them."
    return f"Its members are {said}.{young if 'voice' in group.kinds else ''}"


def say_cadence(group: Group, now: datetime, calendar: Calendar) -> str:
    """A group's cadence, how many meetings it has to come, and which are to be confirmed."""
    ahead = [one for one in group.meetings if one.starts_at > now]
    if not ahead and not calendar.half_terms:
        return f"Its cadence is {group.cadence}; for its meetings set the term dates first: halfterm terms FILE"
    said = f"Its cadence is {group.cadence}: {len(ahead)} {'meeting' if len(ahead) == 1 else 'meetings'} to come."
    bent = [say_date(calendar.today(one.starts_at)) for one in ahead if one.to_confirm]
    return f"{said} To be confirmed: {', '.join(bent)}." if bent else said


def _to_json(group: Group, strategic: bool, cancelled: Sequence[Meeting]) -> dict[str, Any]:
    states = [(one, "to be confirmed" if one.to_confirm else "planned") for one in group.meetings]
    states += [(one, "cancelled") for one in cancelled if one.group == group.name]
    return {
        "name": group.name,
        "purpose": group.purpose or None,
        "kinds": list(group.kinds),
        "strategic": strategic,
        "chair": group.chair or None,
        "members": list(group.members),
        "holds": list(group.holds),
        "scope": list(group.scope),
        "reports_to": list(group.reports_to),
        "channel": group.channel or None,
        "papers": group.papers,
        "meets": [meeting.starts_at.isoformat() for meeting in group.meetings],
        "cadence": group.cadence or None,
        "meetings": [
            {"at": one.starts_at.isoformat(), "slot": one.slot or None, "state": state}
            for one, state in sorted(states, key=lambda each: each[0].starts_at)
        ],
    }
