"""The papers of a meeting to come: the pack to chair and members on the paper deadline, and what has moved since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from jobs.planning import Queued
from programme.calendar import Calendar
from programme.facts import Group, Person
from programme.policy import Policy
from programme.reminders import plan_meeting


def list_recipients(group: Group, office: Sequence[Person]) -> list[Person]:
    """Who has a group's papers, each once: its chairs, or the office where it has none, then its other readers."""
    return list({person.id: person for person in (*(group.chairs or office), *group.readers)}.values())


def list_papers(
    group: Group, office: Sequence[Person], now: datetime, day: date, calendar: Calendar, policy: Policy
) -> Iterator[Queued]:
    """Those of a group's next meeting that are due by a day; the second on the morning of the meeting."""
    meeting = group.next_meeting(now)
    if meeting is None:
        return
    dates = plan_meeting(meeting, group.papers, calendar, policy)
    for kind, on in (("pack", dates.papers), ("since", dates.day)):
        if on > day:
            continue
        for person in list_recipients(group, office):
            key, due = f"{kind}:{meeting.id}:{person.id}", calendar.instant(on, calendar.opens)
            facts = {"meeting": meeting.id, "group": group.name, "person": person.id}
            yield key, kind, person.reached_at, due, facts
