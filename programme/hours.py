"""At what time of a day somebody's bundle goes."""

from __future__ import annotations

from datetime import time

from programme.calendar import Calendar

MORNING_ENDS = time(12)  # a starting list goes in the morning; later than that, the next one
OFFICE_BY = 11  # what the office is to pass on is with them the same morning


def find_hour(hour: int | None, calendar: Calendar, *, office: bool) -> time:
    """The local time of the bundles of somebody who has chosen an hour, or none: in sending hours, and for the
    programme office in the morning."""
    if hour is None:
        return calendar.opens
    at = time(min(hour, OFFICE_BY) if office else hour)
    return at if calendar.opens <= at < calendar.closes else calendar.opens


def list_hours(calendar: Calendar, *, office: bool) -> range:
    """The hours that somebody may choose; none where the programme sends only within one."""
    first = calendar.opens.hour + (1 if calendar.opens > time(calendar.opens.hour) else 0)
    last = calendar.closes.hour - (0 if calendar.closes > time(calendar.closes.hour) else 1)
    return range(first, min(last, OFFICE_BY if office else last) + 1)
