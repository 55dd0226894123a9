"""When those who have a meeting's papers hear what has moved since: on its morning, or where there is none the working
day before."""

from __future__ import annotations

from datetime import datetime, timedelta

from programme.calendar import Calendar, say_date

_BEFORE_CLOSING = timedelta(hours=1)  # late in the day, so that little can move after it


def find_last_word_at(starts_at: datetime, calendar: Calendar) -> datetime:
    """As sending opens on the day of the meeting; an hour before it ends on the last working day before, where the
    meeting begins by then or on a closed day. Aware UTC."""
    day = calendar.today(starts_at)
    morning = calendar.instant(day, calendar.opens)
    if calendar.is_open(day) and morning < starts_at:
        return morning
    before = calendar.on_or_before(day - timedelta(days=1))
    return max(calendar.instant(before, calendar.closes) - _BEFORE_CLOSING, calendar.instant(before, calendar.opens))


def say_meeting_day(starts_at: datetime, now: datetime, calendar: Calendar) -> str:
    """`today`, `tomorrow`, `on Saturday 8 October 2022`."""
    day, today = calendar.today(starts_at), calendar.today(now)
    if day - today <= timedelta(days=1):
        return "tomorrow" if day > today else "today"
    return f"on {day:%A} {say_date(day)}"
