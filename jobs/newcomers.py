"""Whoever came to a role since hears of an open alarm, and of news that has not left yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from jobs.closing import list_told_reopened
from jobs.planning import Queued
from programme.calendar import Calendar
from programme.escalation import Told, list_told, list_told_rungs
from programme.facts import Accountable, Action, Escalation, Group, Person, Rung, find_strategic_group
from programme.policy import Policy
from programme.rag import Rag
from storage.actions import find_said
from storage.db import Tx


def list_told_now(
    action: Action,
    alarm: Escalation,
    holding: Group | None,
    groups: Sequence[Group],
    leads: Sequence[Accountable],
    office: Sequence[Person],
) -> list[Told]:
    """Who would hear of an alarm if it were raised now."""
    bodies = {group.id: group for group in (holding, find_strategic_group(groups)) if group}
    return list_told(action, action.bodies, alarm.kind, [*bodies.values()], leads, office, alarm.by)


def list_warnings(
    alarm: Escalation, told: Sequence[Told], office: Sequence[Person], day: date, calendar: Calendar
) -> list[Rung]:
    """What a bundle tells of an open alarm: that an action is vulnerable, from the working day after it was said."""
    if alarm.kind is not Rag.VULNERABLE:
        return []
    on = max(calendar.add_working_days(calendar.today(alarm.at), 1), day)
    return list_told_rungs(told, office, alarm.ref, alarm.number, on, alarm.by)


def list_notices(
    alarm: Escalation, told: Sequence[Told], now: datetime, calendar: Calendar, policy: Policy
) -> Iterator[Queued]:
    """The notices of an open alarm that has messages of its own, each due when it first was."""
    if alarm.kind is Rag.VULNERABLE:
        return
    due = calendar.add_working_hours(alarm.at, policy.alarm_delay_unexplained)
    if alarm.reason_at:
        due = min(due, calendar.next_sending(alarm.reason_at + policy.alarm_delay))
    for person in (each.person for each in told if each.person):
        facts = {"number": alarm.number, "ref": alarm.ref, "person": person.id}
        yield f"notice:{alarm.ref}:{alarm.number}:{person.id}", "notice", person.reached_at, max(due, now), facts


def list_news(tx: Tx, action: Action, news: Mapping[str, date], holding: Group | None) -> list[Rung]:
    """The news of an action that is still to be said, by its rung's name and from when, for everyone it is for now."""
    rungs = []
    for row, on in news.items():
        said = find_said(tx, int(row.removeprefix("row ")))
        if said is None:
            continue
        people = [person for owner in action.owners for person in owner.people]
        alarm = action.escalation
        if said.kind == "rating" and any(person.address == said.by for person in people):
            people = []
        if said.kind == "reopen":
            told = list_told_reopened(tx, action.ref, int(row.removeprefix("row ")))
            people = [person for person in people if person.id not in told]
        if said.kind == "rating" and alarm and alarm.state == "open" and said.value != alarm.kind:
            people += holding.chairs if holding else ()
        rungs += [Rung(on, "news", action.ref, row, person.id) for person in people if person.address != said.by]
    return rungs
