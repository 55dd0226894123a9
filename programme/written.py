"""What somebody has written of an action: an entry, evidence, or words given with a rating or a new timescale."""

from __future__ import annotations

from datetime import date, datetime

from programme.calendar import Calendar
from programme.facts import ANSWERS, Action, Said

_KINDS = ANSWERS | {"reason"}


def find_written_on(action: Action) -> date | None:
    """The day of the newest words; None where nobody has written any."""
    days = [said.on for said in action.said if _is_written(said)]
    return max((*days, *([action.last_entry_on] if action.last_entry_on else [])), default=None)


def has_written_since(action: Action, start: datetime, calendar: Calendar) -> bool:
    """Whether anybody has written of it at or after an instant; an entry of the plan, which has a day alone, on that
    day or after it."""
    written = [said for said in action.said if _is_written(said)]
    if any(said.at >= start for said in written):
        return True
    day, last = calendar.today(start), action.last_entry_on
    return last is not None and last >= day and all(said.on != last for said in written)


def _is_written(said: Said) -> bool:
    return said.kind in _KINDS and bool(said.words)
