"""Term dates as councils publish them in an iCalendar file (RFC 5545): half terms or terms, or the holidays between.

A strict reader of what that needs and no more (docs/decisions/0008): days and words of events. What repeats, or cannot
be read for certain, is refused; what is neither term nor holiday is left out and said so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from programme.calendar import LONDON, HalfTerm
from programme.messages import UserError

_MOST_EVENTS = 2_000
_FOLDED = re.compile(r"\r?\n[ \t]")
_NAMED = re.compile(r"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:\"[^\"]*\"|[^\";:,]*)(?:,(?:\"[^\"]*\"|[^\";:,]*))*)*):(.*)")
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_ESCAPED = re.compile(r"\\([\\;,nN])")
_SEASON = re.compile(r"\b(autumn|spring|summer)\b", re.IGNORECASE)
_HALF = re.compile(
    r"\b(?:term|half|part)\W*([12])\b|\b([12])(?:st|nd)?\W*half\b|\b(first|second)\W+half\b", re.IGNORECASE
)
_HALF_NUMBER = re.compile(r"\b(?:autumn|spring|summer)\W*([12])\b", re.IGNORECASE)
_TERM = re.compile(r"\bterm\b", re.IGNORECASE)
_HOLIDAY = re.compile(
    r"holiday|vacation|half[ -]?term(?!\s*[12])|christmas|easter|whitsun|summer break|closed to pupils", re.IGNORECASE
)
_OTHER = re.compile(
    r"\b(?:bank holiday|inset|training|open|starts?|begins?|ends?|return|last day|first day)\b", re.IGNORECASE
)
_LONG = timedelta(days=20)  # a half term is at least three weeks, a holiday inside a term is not
_TERM_LONG = timedelta(days=63)  # longer than any half term
_HOLIDAY_SHORT = timedelta(days=3)  # shorter ones are days off, not what divides two half terms
_MONTHS = {9: "Autumn 1", 8: "Autumn 1", 10: "Autumn 2", 11: "Autumn 2", 1: "Spring 1", 2: "Spring 2", 3: "Spring 2",
           4: "Summer 1", 5: "Summer 2", 6: "Summer 2"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """Half terms in date order, and the events that were neither terms nor holidays."""

    half_terms: tuple[HalfTerm, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Event:
    """An event from its first to its last day, both included."""

    summary: str
    first: date
    last: date

    @property
    def lasts(self) -> timedelta:
        return self.last - self.first + timedelta(days=1)


def is_icalendar(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].upper() == b"BEGIN:VCALENDAR"


def read_terms(data: bytes) -> Terms:
    """The half terms that a file of term dates says, or that lie between the holidays that it says.

    UserError where it cannot be read, an event of it repeats, or no half term comes out of it for certain.
    """
    events = list(_list_events(data))
    spans = [one for one in events if one.lasts >= _LONG and _is_term(one.summary)]
    breaks = [one for one in events if one not in spans and _divides(one)]
    halves = [half for one in spans for half in _split_term(one, breaks)] if spans else _list_between(breaks)
    found = sorted({half.name: half for half in halves}.values(), key=lambda half: half.starts_on)
    if len(found) < len(halves):
        twice = next(half.name for half in halves if halves.count(half) > 1 or half not in found)
        raise UserError(
            f"The file says {twice} twice: keep one, or give the dates as CSV (half_term,starts_on,ends_on)."
        )
    for one, two in pairwise(found):
        if two.starts_on <= one.ends_on:
            raise UserError(f"In the file {one.name} and {two.name} overlap: correct one of them.")
    if not found:
        raise UserError(
            "No half terms can be read from that file: it needs events such as “Autumn term 1”, or every holiday "
            "between two half terms; or give the dates as CSV (half_term,starts_on,ends_on)."
        )
    used = {*spans, *breaks}
    return Terms(tuple(found), tuple(dict.fromkeys(one.summary or "no title" for one in events if one not in used)))


def _is_term(summary: str) -> bool:
    return bool(_SEASON.search(summary)) and not _HOLIDAY.search(_HALF.sub(" ", summary))


def _divides(one: _Event) -> bool:
    """Whether it is a holiday between two half terms."""
    return one.lasts >= _HOLIDAY_SHORT and bool(_HOLIDAY.search(one.summary)) and not _OTHER.search(one.summary)


def _split_term(one: _Event, breaks: Sequence[_Event]) -> list[HalfTerm]:
    """A half term as it is called; a whole term, divided by the holiday inside it."""
    season = _SEASON.search(one.summary)
    assert season is not None  # noqa: S101 - asked by whoever calls
    name, year = season[1].title(), one.first.year
    number = _HALF.search(one.summary) or _HALF_NUMBER.search(one.summary)
    if number and one.lasts <= _TERM_LONG:
        half = next(group for group in number.groups() if group)
        half = {"first": "1", "second": "2"}.get(half.lower(), half)
        return [_make_half(f"{name} {half}", one.first, one.last)]
    inside = [gap for gap in breaks if one.first < gap.first and gap.last < one.last]
    if len(inside) != 1:
        raise UserError(
            f"“{one.summary}” in {year} does not say where its half term is: give the half terms, or the holiday in it."
        )
    first, second = (one.first, inside[0].first - timedelta(days=1)), (inside[0].last + timedelta(days=1), one.last)
    return [_make_half(f"{name} 1", *first), _make_half(f"{name} 2", *second)]


def _list_between(breaks: Sequence[_Event]) -> list[HalfTerm]:
    """The half terms between one holiday and the next, called by the month they begin in."""
    halves = []
    for one, two in pairwise(sorted(breaks, key=lambda gap: gap.first)):
        first, last = one.last + timedelta(days=1), two.first - timedelta(days=1)
        if last - first >= _LONG:
            begins = _on_weekday(first, 1)
            month = 1 if (begins.month, begins.day) >= (12, 28) else begins.month
            if month not in _MONTHS or last - first > 2 * _TERM_LONG:
                raise UserError(
                    f"Between “{one.summary}” and “{two.summary}” lies no half term that I know: is a holiday missing?"
                )
            halves.append(_make_half(_MONTHS[month], first, last))
    return halves


def _make_half(name: str, first: date, last: date) -> HalfTerm:
    """Without the weekends at its ends, in the one calendar year of its name."""
    begins, ends = _on_weekday(first, 1), _on_weekday(last, -1)
    if begins.year != ends.year or begins > ends:
        raise UserError(f"{name} from {begins} to {ends} does not lie in one calendar year: correct its dates.")
    return HalfTerm(f"{name} {begins.year}", begins, ends)


def _on_weekday(day: date, step: int) -> date:
    while day.weekday() >= 5:
        day += timedelta(days=step)
    return day


def _list_events(data: bytes) -> Iterator[_Event]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError("That file is not text in UTF-8: save it again with that encoding.") from None
    stack: list[str] = []
    fields: dict[str, tuple[str, str]] = {}
    count = 0
    for line in _FOLDED.sub("", text.strip()).splitlines():
        if not line.strip():
            continue
        found = _NAMED.fullmatch(line)
        if found is None:
            raise UserError(f"“{line[:40]}” is no line of an iCalendar file: export it again.")
        name, parameters, value = found[1].upper(), found[2].upper(), found[3]
        if name == "BEGIN":
            stack.append(value.strip().upper())
            fields = {} if stack[-1] == "VEVENT" else fields
        elif name == "END":
            if not stack or stack.pop() != value.strip().upper():
                raise UserError(
                    "That iCalendar file is broken (something in it ends that never began): export it again."
                )
            if value.strip().upper() == "VEVENT":
                count += 1
                if count > _MOST_EVENTS:
                    raise UserError(
                        f"That file has more than {_MOST_EVENTS} events: give one with the term dates alone."
                    )
                yield _read_event(fields)
        elif stack and stack[-1] == "VEVENT":
            fields.setdefault(name, (parameters, value))
    if stack:
        raise UserError("That iCalendar file is cut off before its end: export it again.")


def _read_event(fields: dict[str, tuple[str, str]]) -> _Event:
    summary = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], fields.get("SUMMARY", ("", ""))[1])
    summary = " ".join(summary.split())[:100]
    if "RRULE" in fields or "RDATE" in fields:
        raise UserError(f"“{summary}” repeats in that file, and term dates do not: give each of its dates.")
    if "DTSTART" not in fields:
        raise UserError(f"“{summary}” has no day in that file: export it again.")
    first, _ = _read_day(summary, *fields["DTSTART"])
    if "DTEND" not in fields:
        return _Event(summary, first, first + _read_duration(fields.get("DURATION", ("", ""))[1]))
    end, is_exclusive = _read_day(summary, *fields["DTEND"])
    last = end - timedelta(days=1) if is_exclusive and end > first else end
    if last < first:
        raise UserError(f"“{summary}” ends before it begins in that file: correct it.")
    return _Event(summary, first, last)


def _read_day(summary: str, parameters: str, value: str) -> tuple[date, bool]:
    """The day, in London's time, and whether it is the first one that an event which ends there has no part in."""
    found = _DAY.fullmatch(value.strip())
    try:
        if not found or ("VALUE=DATE" in parameters.split(";") and found[4]):
            raise ValueError
        day = date(int(found[1]), int(found[2]), int(found[3]))
        if not found[4]:
            return day, True
        at = datetime(day.year, day.month, day.day, int(found[4]), int(found[5]), int(found[6]), tzinfo=LONDON)
    except ValueError:
        raise UserError(f"“{summary}” has a day that cannot be read in that file: {value[:30]}") from None
    if found[7]:
        at = at.replace(tzinfo=UTC).astimezone(LONDON)
    return at.date(), (at.hour, at.minute, at.second) == (0, 0, 0)


def _read_duration(text: str) -> timedelta:
    """The days that a duration adds to the first one: `P5D`, `P1W`."""
    found = re.fullmatch(r"P(?:(\d{1,2})W|(\d{1,3})D)", text.strip().upper())
    return timedelta(days=int(found[1] or 0) * 7 + int(found[2] or 0) - 1) if found else timedelta()
