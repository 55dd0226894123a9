"""The programme office's weekly note: what was not delivered, who has not answered, what has nobody; in a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from programme.cadence import find_period
from programme.calendar import Calendar, HalfTerm, say_date
from programme.facts import Group, find_holding_group
from programme.home import Listed
from programme.messages import Block, Bullets, Button, Buttons, Heading, Message

FIRST_AFTER = 5  # working days after the first import, and more, for the first note
BUTTONS = (Button("Home", "home"), Button("Overdue", "actions overdue"))
_ALL_WELL = "All well: every message arrived, everybody has answered, and nothing lacks a person, a date or a meeting."


def find_week(day: date, imported_on: date, calendar: Calendar) -> date | None:
    """The Monday of the week whose note may be said on this day: its first working day has come, and was more than a
    week's working days after the first import. None where there is none yet."""
    monday = day - timedelta(days=day.weekday())
    first = calendar.on_or_after(monday)
    late_enough = calendar.working_days_between(imported_on, first) > FIRST_AFTER
    return monday if first <= day and late_enough else None


def list_without_meeting(
    areas: Sequence[tuple[str, str]], groups: Sequence[Group], half: HalfTerm, calendar: Calendar
) -> list[str]:
    """The names of the groups that hold one of these (focus area, priority), ask for updates, and do not meet in a half
    term, or in its term where they meet once in each."""
    names = []
    for group in (find_holding_group(area, priority, groups) for area, priority in areas):
        if group is not None and group.asks:
            first, last = find_period(group.cadence, half, calendar)
            if not any(first <= calendar.today(one.starts_at) <= last for one in group.meetings):
                names.append(group.name)
    return list(dict.fromkeys(names))


def say_note(listed: Sequence[Listed], head: str) -> list[str]:
    """A line for each list that has anything: how many there are and the first few; last the end of the history."""
    lines = [_say(one) for one in listed if one.total] or [_ALL_WELL]
    return [*lines, f"Please keep this, the end of the history: halfterm audit verify --head {head}"]


def compose_note(listed: Sequence[Listed], head: str, day: date) -> Message:
    """The note as a message of its own."""
    title = f"For the programme office, as at {say_date(day)}"
    lines = say_note(listed, head)
    blocks: tuple[Block, ...] = (Heading(title), Bullets(tuple(lines)), Buttons(BUTTONS))
    hints = [f"{button.label}: {button.command}" for button in BUTTONS]
    return Message("\n".join([f"{title}.", *(f"- {line}" for line in lines), *hints]), blocks)


def _say(one: Listed) -> str:
    rest = f"; and {one.more} more" if one.more > 0 else ""
    return f"{one.title}: {one.total} ({'; '.join(one.lines)}{rest})"
