"""The papers of a meeting to come: the pack to chair and members on the paper deadline, and what has moved since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from jobs.planning import Queued
from programme.calendar import Calendar
from programme.facts import Group, Person
from programme.last_word import find_last_word_at
from programme.policy import Policy
from programme.reminders import plan_meeting


def list_recipients(group: Group, office: Sequence[Person]) -> list[Person]:
    """Who has a group's papers, each once: its chairs, or the office where it has none, then its other readers."""
    return list({person.id: person for person in (*(group.chairs or office), *group.readers)}.values())


def list_papers(
    group: Group, office: Sequence[Person], now: datetime, day: date, calendar: Calendar, policy: Policy
) -> Iterator[Queued]:
    """Those of a group's next meeting that are due by a day; the second just before the meeting, as a rule on its
    morning, and the pack no later."""
    meeting = group.next_meeting(now)
    if meeting is None:
        return
    dates = plan_meeting(meeting, group.papers, calendar, policy)
    last_at = find_last_word_at(meeting.starts_at, calendar)
    for kind, due in (("pack", min(calendar.instant(dates.papers, calendar.opens), last_at)), ("since", last_at)):
        if calendar.today(due) > day:
            continue
        for person in list_recipients(group, office):
            key = f"{kind}:{meeting.id}:{person.id}"
            facts = {"meeting": meeting.id, "group": group.name, "person": person.id}
            yield key, kind, person.reached_at, due, facts
