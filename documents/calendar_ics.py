"""Meetings and days as an iCalendar file (RFC 5545, with RFC 7986's refresh interval), to be subscribed to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

_MOST_OCTETS = 75  # of a line, without its end
_REFRESH = "PT6H"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]


@dataclass(frozen=True, slots=True)
class Event:
    """`at` is a day, or an aware instant of which the end is not known. `uid` stays the same when it moves."""

    uid: str
    at: date | datetime
    summary: str
    description: str = ""
    status: Status = "CONFIRMED"
    sequence: int = 0
    changed_at: datetime | None = None


def write_calendar(name: str, events: Iterable[Event], now: datetime) -> bytes:
    """The whole file, its events as given; `now` is when it was made."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//halfterm//calendar//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_escape(name)}",
        f"X-WR-CALNAME:{_escape(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{_REFRESH}",
        f"X-PUBLISHED-TTL:{_REFRESH}",
        *(line for event in events for line in _list_lines(event, now)),
        "END:VCALENDAR",
    ]
    return b"".join(_fold(line) for line in lines)


def _list_lines(event: Event, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escape(event.uid)}"
    yield f"DTSTAMP:{_instant(now)}"
    if isinstance(event.at, datetime):
        yield f"DTSTART:{_instant(event.at)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.at:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.at + timedelta(days=1):%Y%m%d}"  # the day after, which is not part of it
        yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{_escape(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{_escape(event.description)}"
    yield f"STATUS:{event.status}"
    yield f"SEQUENCE:{event.sequence}"
    if event.changed_at:
        yield f"LAST-MODIFIED:{_instant(event.changed_at)}"
    yield "END:VEVENT"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escape(text: str) -> str:
    return "".join(each for each in text.translate(_ESCAPES) if each >= " ")


def _fold(line: str) -> bytes:
    """A line and its end; what is longer goes on in lines that begin with a space, no character being torn."""
    parts: list[bytes] = []
    part = b""
    for each in line:
        data = each.encode()
        if len(part) + len(data) > _MOST_OCTETS:
            parts.append(part)
            part = b" "
        part += data
    return b"\r\n".join([*parts, part]) + b"\r\n"
