"""How often a group meets, as one says it: `every half term, week 4, Tuesday 10:00`; and the days that this means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, rrule, weekday

from programme.calendar import Calendar, HalfTerm
from programme.messages import UserError
from programme.refs import plain

Every = Literal["half term", "term", "month"]
LAST = -1

_EXAMPLE = "every half term, week 4, Tuesday 10:00"
_OF_MONTH = "every month, second Thursday 14:00"
_MOST_WEEKS: dict[Every, int] = {"half term": 9, "term": 18, "month": 4}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TIMES = {1: "every", 2: "twice a", 3: "three times a", 4: "four times a"}

_ORDINAL = rf"(?:the )?(?:{'|'.join(_ORDINALS)}|\d\d?(?:st|nd|rd|th)|last|final)"
_NUMBER = rf"(?:the )?(?:\d\d?|{'|'.join(_NUMBERS)}|last|final)"
_AND = r"(?: ?(?:,|&|\+|,? and)(?: (?:in )?(?:weeks? )?)?)"
_DAY = r"(?:(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?)"
_TIME = re.compile(
    r"(?:\bat )?\b(?:(\d{1,2})(?:[:.](\d\d))? ?([ap])\.?m\b\.?|(\d{1,2})[:.](\d\d)|(noon|midday))(?![\d:.]\d)"
)
_WEEKS_AFTER = re.compile(rf"\b(?:weeks?|wks?)\.? ({_NUMBER}(?:{_AND}{_NUMBER})*)\b(?: weeks?\b)?")
_WEEKS_BEFORE = re.compile(rf"\b({_ORDINAL}(?:{_AND}{_ORDINAL})*) (?:full |school )?(?:weeks?|wks?)\b")
_OF_WEEKDAY = re.compile(rf"\b({_ORDINAL}(?:{_AND}{_ORDINAL})*) (?={_DAY}\b)")
_WEEKDAY = re.compile(rf"\b{_DAY}\b")
_EVERY = re.compile(r"\b(?:(half[- ]?)?(term)(?:ly|s)?|(month)(?:ly|s)?)\b")
_OFTEN = re.compile(r"\b(once|twice|two times|three times|four times|[234]x|[234] times)\b")
_HOW_OFTEN = {"once": 1, "twice": 2, "two": 2, "three": 3, "four": 4}
_FILLER = frozenset(
    ("a", "an", "the", "of", "in", "on", "at", "and", "each", "every", "per", "meets", "meeting", "its")
)
_WORD = re.compile(r"[^\s,;:.]+")


@dataclass(frozen=True, slots=True)
class Cadence:
    """`weeks` are those of a half term or term, the first being the one it begins in; of a month, which of its days of
    that name. LAST is the last. `day` counts from Monday, 0."""

    every: Every
    weeks: tuple[int, ...]
    day: int
    at: time

    def __str__(self) -> str:
        """As it is shown and kept; read again it is the same."""
        often = f"{_TIMES[len(self.weeks)]} {self.every}"
        if self.every == "month":
            which = " and ".join("last" if n == LAST else _ORDINALS[n - 1] for n in self.weeks)
            return f"{often}, {which} {_WEEKDAYS[self.day]} {self.at:%H:%M}"
        numbers = ["last" if n == LAST else str(n) for n in self.weeks]
        which = f"week {numbers[0]}" if len(numbers) == 1 else f"weeks {', '.join(numbers[:-1])} and {numbers[-1]}"
        which = "last week" if self.weeks == (LAST,) else which
        return f"{often}, {which}, {_WEEKDAYS[self.day]} {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A meeting that a cadence asks for: of which half term, term or month (`Autumn 1 2022`, `Autumn 1 2022 (2)`), the
    day the rule names, the day it is held, and the first and last day it may be held on."""

    name: str
    wished_on: date
    on: date
    begins_on: date
    ends_on: date

    @property
    def is_bent(self) -> bool:
        """Whether the day that the rule names is closed or not there, so that another was taken."""
        return self.on != self.wished_on


def parse_cadence(text: str) -> Cadence:
    """A cadence as people write it; UserError says in one sentence what to write instead."""
    said = " ".join(plain(text).lower().split()).strip(" .")
    at, said = _take_time(text, said)
    every, said = _take_every(text, said)
    often, said = _take(_OFTEN, said)
    weeks, said = _take_weeks(text, said, every)
    days = _WEEKDAY.findall(said)
    if len(days) != 1:
        raise _refuse(text, "says no day of the week" if not days else "names more than one day of the week")
    left = [word for word in _WORD.findall(_WEEKDAY.sub(" ", said)) if word not in _FILLER]
    if left:
        raise _refuse(text, f"is more than I can read (“{' '.join(left)[:40]}”)")
    day = next(n for n, name in enumerate(_WEEKDAYS) if name.lower().startswith(days[0]))
    if day >= 5:
        raise _refuse(text, "is at a weekend: give such dates one by one with --meets, or take a working day")
    counted = _HOW_OFTEN.get(often.split()[0], int(often[0]) if often[:1].isdigit() else 0) if often else len(weeks)
    if counted != len(weeks):
        raise _refuse(text, f"says {often} and names {_count(len(weeks), 'week')}")
    return Cadence(every, weeks, day, at)


def parse_clock(text: str) -> tuple[time | None, str]:
    """The time of day that words hold, and the words without it: `6 October 14:00`, `at 2pm`; None where none is."""
    found = _TIME.search(text.lower())
    at = _read_time(found) if found else None
    if found is None or at is None:
        return None, text
    return at, f"{text[: found.start()]} {text[found.end() :]}".strip()


def find_bad_clock(text: str) -> str:
    """What words give as a time of day that no clock shows: `25:00`; "" where there is none."""
    found = _TIME.search(text.lower())
    return found.group().removeprefix("at ") if found and _read_time(found) is None else ""


def list_slots(cadence: Cadence, first: date, until: date, calendar: Calendar) -> list[Slot]:
    """Every meeting of each half term, term or month with a day from `first` to `until`, in order.

    A day that is closed, or in a week that is not there, gives way to the nearest working day inside its half term that
    the cadence has not taken yet, the later of two as near. Where there is none, or no term dates, nothing is listed.
    """
    found: list[Slot] = []
    for period in _list_periods(cadence, first, until, calendar):
        taken: set[date] = set()
        for n, wished in enumerate(dict.fromkeys(period.wishes)):
            within = [span for span in period.spans if span[0] <= wished <= span[1]][:1] or period.spans
            on = _find_nearest(wished, within, calendar, taken)
            if on is not None:
                taken.add(on)
                name = f"{period.name} ({n + 1})" if n else period.name
                found.append(Slot(name, wished, on, period.begins_on, period.ends_on))
    return found


def find_period(cadence: str, half: HalfTerm, calendar: Calendar) -> tuple[date, date]:
    """The first and last day in which a group should meet once: of the half term, or of the whole term where its
    cadence (as kept) goes by terms."""
    halves = [half]
    if " term, " in cadence and " half term, " not in cadence:
        halves = [one for one in calendar.half_terms if _term_of(one) == _term_of(half)]
    return min(one.starts_on for one in halves), max(one.ends_on for one in halves)


def _refuse(text: str, why: str) -> UserError:
    example = _OF_MONTH if "month" in text.lower() else _EXAMPLE
    return UserError(f"“{text.strip()[:80]}” {why}. Write for example: {example}")


def _take(pattern: re.Pattern[str], said: str) -> tuple[str, str]:
    found = pattern.search(said)
    return (found[1], f"{said[: found.start()]} {said[found.end() :]}") if found else ("", said)


def _take_time(text: str, said: str) -> tuple[time, str]:
    found = _TIME.findall(said)
    if not found:
        raise _refuse(text, "says no time of day")
    at = _read_time(next(_TIME.finditer(said)))
    if len(found) > 1 or at is None:
        raise _refuse(text, "says more than one time" if len(found) > 1 else "says a time that no clock shows")
    return at, _TIME.sub(" ", said)


def _read_time(found: re.Match[str]) -> time | None:
    if found[6]:
        return time(12)
    hour, minute = int(found[1] or found[4]), int(found[2] or found[5] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _take_every(text: str, said: str) -> tuple[Every, str]:
    found = list(_EVERY.finditer(said))
    names: set[Every] = {"month" if one[3] else "half term" if one[1] else "term" for one in found}
    if len(names) != 1 or len(found) > 1:
        raise _refuse(text, "does not say whether it goes by half term, term or month")
    before = said[: found[0].start()].split()
    if before and before[-1].strip(",") in {*_ORDINALS[1:], *_NUMBERS, "other", "alternate", "2nd", "3rd"}:
        raise _refuse(text, "leaves some out, which I cannot follow")
    return names.pop(), _EVERY.sub(" ", said)


def _take_weeks(text: str, said: str, every: Every) -> tuple[tuple[int, ...], str]:
    which, rest = _take(_WEEKS_AFTER, said)
    if not which:
        which, rest = _take(_WEEKS_BEFORE, said)
    if every == "month":
        if which:
            raise _refuse(text, "names a week: of a month say which of its days it is")
        which, rest = _take(_OF_WEEKDAY, said)
    if not which:
        raise _refuse(text, "does not say which of its days" if every == "month" else "does not say in which week")
    weeks = tuple(_read_number(word) for word in re.findall(r"[a-z]+|\d+", _tidy_list(which)))
    most = _MOST_WEEKS[every]
    if not all(n == LAST or 1 <= n <= most for n in weeks):
        raise _refuse(text, f"is of a {every}, in which I count to {most}: say last for what comes after")
    if len(set(weeks)) < len(weeks) or len(weeks) > max(_TIMES):
        raise _refuse(text, "names a week twice" if len(set(weeks)) < len(weeks) else "is more than four times")
    return tuple(sorted(weeks, key=lambda n: (n == LAST, n))), rest


def _tidy_list(which: str) -> str:
    return re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\b(?:the|and|in|weeks?)\b", " ", which)


def _read_number(word: str) -> int:
    if word in ("last", "final"):
        return LAST
    for names in (_ORDINALS, _NUMBERS):
        if word in names:
            return names.index(word) + 1
    return int(word)


_Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class _Period:
    """A half term, term or month: where in it meetings may be held, and the days that the rule names."""

    name: str
    begins_on: date
    ends_on: date
    spans: list[_Span]
    wishes: list[date]


def _list_periods(cadence: Cadence, first: date, until: date, calendar: Calendar) -> Iterator[_Period]:
    if cadence.every == "month":
        yield from _list_months(cadence, first, until, calendar)
        return
    for name, halves in _list_terms(cadence.every, calendar.half_terms):
        begins, ends = halves[0].starts_on, halves[-1].ends_on
        if first <= ends and begins <= until:
            mondays = [monday for half in halves for monday in _list_mondays(half)]
            spans = [(half.starts_on, half.ends_on) for half in halves]
            yield _Period(name, begins, ends, spans, [_find_wish(mondays, week, cadence.day) for week in cadence.weeks])


def _list_months(cadence: Cadence, first: date, until: date, calendar: Calendar) -> Iterator[_Period]:
    days = [weekday(cadence.day)(week) for week in cadence.weeks]
    start, end = (datetime.combine(day, time()) for day in (first.replace(day=1), until + relativedelta(day=31)))
    named: dict[date, list[date]] = {}
    for found in rrule(MONTHLY, dtstart=start, until=end, byweekday=days):
        named.setdefault(found.date().replace(day=1), []).append(found.date())
    for begins, wishes in named.items():
        ends = begins + relativedelta(day=31)
        halves = [half for wish in wishes if (half := calendar.half_term_of(wish))]
        spans = [*((half.starts_on, half.ends_on) for half in halves), (begins, ends)]
        yield _Period(f"{begins:%B %Y}", begins, ends, spans, wishes)


def _list_terms(every: Every, half_terms: Iterable[HalfTerm]) -> Iterator[tuple[str, list[HalfTerm]]]:
    """Half terms, or terms of which both halves are known."""
    terms: dict[str, list[HalfTerm]] = {}
    for half in half_terms:
        terms.setdefault(half.name if every == "half term" else _term_of(half), []).append(half)
    for name, halves in terms.items():
        if every == "half term" or len(halves) == 2:
            yield name, halves


def _term_of(half: HalfTerm) -> str:
    season, _, year = half.name.split()
    return f"{season} term {year}"


def _list_mondays(half: HalfTerm) -> list[date]:
    monday = half.starts_on - timedelta(days=half.starts_on.weekday())
    weeks = (half.ends_on - monday).days // 7 + 1
    return [monday + timedelta(weeks=n) for n in range(weeks)]


def _find_wish(mondays: Sequence[date], week: int, day: int) -> date:
    """That day of that week; of one that is not there, where it would be."""
    over = max(week - len(mondays), 0)
    monday = mondays[-1] if week == LAST or over else mondays[week - 1]
    return monday + timedelta(weeks=over, days=day)


def _find_nearest(wished: date, spans: Sequence[_Span], calendar: Calendar, taken: set[date]) -> date | None:
    furthest = max(max(abs((edge - wished).days) for edge in span) for span in spans)
    for n in range(furthest + 1):
        for day in (wished + timedelta(days=n), wished - timedelta(days=n)):
            if day not in taken and calendar.is_open(day) and any(span[0] <= day <= span[1] for span in spans):
                return day
    return None


def _count(n: int, one: str) -> str:
    return f"{n} {one}" if n == 1 else f"{n} {one}s"
