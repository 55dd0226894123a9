"""The working calendar: which days are open, when messages may be sent, and where the half terms lie.

Bank holidays come from `bank_holidays_england.csv`; its source is https://www.gov.uk/bank-holidays, England and Wales.
"""

from __future__ import annotations

import csv
import functools
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from programme.messages import UserError

LONDON = ZoneInfo("Europe/London")

_DAY = timedelta(days=1)
_SEARCHED = 366  # days looked at for an open one before the calendar itself is taken to be wrong
_LONGEST_HOLIDAY = timedelta(weeks=10)  # a longer gap between half terms is missing data, not a holiday
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_HALF_TERM = re.compile(r"(autumn|spring|summer)\s+([12])\s+(\d{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HalfTerm:
    """First to last school day, both included. `name` is season, 1 or 2, calendar year: `Autumn 1 2022`."""

    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """`half_terms` are in date order and apart; `opens` and `closes` are local times in `zone`. ValueError otherwise.

    Every method that looks for an open day raises ValueError where there is none within a year.
    """

    bank_holidays: frozenset[date]
    closures: frozenset[date] = frozenset()
    half_terms: tuple[HalfTerm, ...] = ()
    zone: ZoneInfo = LONDON
    opens: time = time(9)
    closes: time = time(17)

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"The day must open before it closes: {self.opens} to {self.closes}.")
        if clash := _find_overlap(self.half_terms):
            raise ValueError(f"Half terms overlap or are out of order: {clash[0].name} and {clash[1].name}.")

    # Instants and local time

    def local(self, now: datetime) -> datetime:
        """`now` on the clocks of `zone`; ValueError if it is naive."""
        if now.tzinfo is None:
            raise ValueError("An instant needs its time zone.")
        return now.astimezone(self.zone)

    def today(self, now: datetime) -> date:
        return self.local(now).date()

    def instant(self, day: date, at: time) -> datetime:
        """Aware UTC. A local time the clocks skip is an hour later; one they repeat is the first of the two."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    # Days

    def is_open(self, day: date, school: bool = False) -> bool:
        """Not a weekend, bank holiday or closure; for a school, not in its holidays either.

        A day before, after or in a hole of the known half terms is an ordinary one.
        """
        if day.weekday() >= 5 or day in self.bank_holidays or day in self.closures:
            return False
        return not (school and self._is_school_holiday(day))

    def on_or_before(self, day: date, school: bool = False) -> date:
        return self._find_open(day, -_DAY, school)

    def on_or_after(self, day: date, school: bool = False) -> date:
        return self._find_open(day, _DAY, school)

    def add_working_days(self, day: date, n: int, school: bool = False) -> date:
        """The nth open day after `day` (before it, where n is negative); `day` itself, open or not, for 0."""
        if school:
            return self._walk(day, n, school)
        return _add_working_days(self.bank_holidays, self.closures, day, n)

    def _walk(self, day: date, n: int, school: bool) -> date:
        step = _DAY if n > 0 else -_DAY
        for _ in range(abs(n)):
            day += step
            if not self.is_open(day, school):
                day = self._find_open(day, step, school)
        return day

    def working_days_between(self, start: date, end: date, school: bool = False) -> int:
        """How many open days d there are with start < d <= end."""
        if end <= start:
            return 0
        if school:
            return sum(self.is_open(start + n * _DAY, school) for n in range(1, (end - start).days + 1))
        weeks, odd_days = divmod((end - start).days, 7)
        weekdays = 5 * weeks + sum((end - n * _DAY).weekday() < 5 for n in range(odd_days))
        closed = sum(start < day <= end and day.weekday() < 5 for day in self.bank_holidays | self.closures)
        return weekdays - closed

    def for_schools(self) -> Calendar:
        """The same for somebody who works in a school: its holidays are closed days too."""
        holidays = set()
        for last, following in pairwise(self.half_terms):
            if following.starts_on - last.ends_on <= _LONGEST_HOLIDAY:
                days = (following.starts_on - last.ends_on).days
                holidays |= {last.ends_on + n * _DAY for n in range(1, days)}
        return replace(self, closures=self.closures | holidays)

    # Sending hours

    def next_sending(self, now: datetime) -> datetime:
        """The earliest instant, now or later, on an open day with opens <= local time < closes. Aware UTC."""
        local = self.local(now)
        day = local.date()
        if self.is_open(day) and local.time() < self.closes:
            return self.instant(day, self.opens) if local.time() < self.opens else now.astimezone(UTC)
        return self.instant(self.on_or_after(day + _DAY), self.opens)

    def sending_day(self, now: datetime) -> date:
        """The local date of `next_sending(now)`."""
        return self.today(self.next_sending(now))

    def add_working_hours(self, now: datetime, hours: timedelta) -> datetime:
        """The sending instant once that much sending time has passed; ValueError if `hours` is negative.

        What would end as the day closes ends as the next one opens. Aware UTC.
        """
        if hours < timedelta():
            raise ValueError("Working hours are counted forwards only.")
        at = self.next_sending(now)
        while (left_today := self.instant(self.today(at), self.closes) - at) <= hours:
            hours -= left_today
            at = self.next_sending(at + left_today)
        return at + hours

    # Half terms

    def half_term_of(self, day: date) -> HalfTerm | None:
        """The half term `day` stands in, weekends included; None in the holidays."""
        before = self._count_started(day)
        if before and day <= self.half_terms[before - 1].ends_on:
            return self.half_terms[before - 1]
        return None

    def _count_started(self, day: date) -> int:
        return bisect_right(self.half_terms, day, key=lambda half_term: half_term.starts_on)

    def _is_school_holiday(self, day: date) -> bool:
        before = self._count_started(day)
        if before in (0, len(self.half_terms)):
            return False
        last, following = self.half_terms[before - 1], self.half_terms[before]
        return last.ends_on < day and following.starts_on - last.ends_on <= _LONGEST_HOLIDAY

    def _find_open(self, day: date, step: timedelta, school: bool) -> date:
        for n in range(_SEARCHED):
            if self.is_open(day + n * step, school):
                return day + n * step
        raise ValueError(f"The calendar has no open day within {_SEARCHED} days of {day}.")


@functools.lru_cache(maxsize=1 << 14)
def _add_working_days(bank_holidays: frozenset[date], closures: frozenset[date], day: date, n: int) -> date:
    """A plan has many actions and few dates: planning asks the same of each again and again."""
    return Calendar(bank_holidays, closures)._walk(day, n, False)


def parse_terms(csv_text: str) -> tuple[HalfTerm, ...]:
    """Half terms in date order from `half_term,starts_on,ends_on` (`Autumn 1 2022,2022-09-05,21/10/2022`).

    UserError where a row cannot be read, a name is repeated or does not fit its dates, or two half terms overlap.
    """
    half_terms: dict[str, HalfTerm] = {}
    for line, (name, starts, ends) in _parse_rows(csv_text, ("half_term", "starts_on", "ends_on"), "term dates"):
        half_term = _parse_half_term(line, name, _parse_date(line, starts), _parse_date(line, ends))
        if half_term.name in half_terms:
            raise UserError(f"Line {line} of the term dates repeats {half_term.name}; keep one.")
        half_terms[half_term.name] = half_term
    in_order = tuple(sorted(half_terms.values(), key=lambda half_term: half_term.starts_on))
    if clash := _find_overlap(in_order):
        raise UserError(f"In the term dates {clash[0].name} and {clash[1].name} overlap; correct one of them.")
    return in_order


def parse_bank_holidays(csv_text: str) -> frozenset[date]:
    """The days of `date,name` rows; UserError where one cannot be read."""
    rows = _parse_rows(csv_text, ("date", "name"), "bank holidays")
    return frozenset(_parse_date(line, day) for line, (day, _name) in rows)


def _parse_half_term(line: int, name: str, starts_on: date, ends_on: date) -> HalfTerm:
    found = _HALF_TERM.fullmatch(name)
    if not found:
        raise UserError(f"Line {line}: “{name}” is not a half term. Write, for example, Autumn 1 2022.")
    season, half, year = found.groups()
    if starts_on > ends_on:
        raise UserError(f"Line {line}: {name} ends before it starts.")
    if not starts_on.year == ends_on.year == int(year):
        raise UserError(f"Line {line}: {name} must lie in {year}, the calendar year in its name.")
    return HalfTerm(f"{season.title()} {half} {year}", starts_on, ends_on)


def _parse_date(line: int, text: str) -> date:
    british = _DAY_FIRST.fullmatch(text)
    try:
        return date(int(british[3]), int(british[2]), int(british[1])) if british else date.fromisoformat(text)
    except ValueError:
        raise UserError(f"Line {line}: “{text}” is not a date. Write it as 05/09/2022 or 2022-09-05.") from None


def _parse_rows(csv_text: str, columns: tuple[str, ...], what: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and the cells of `columns`, trimmed; blank rows left out. `what` names the file in a UserError."""
    reader = csv.reader(csv_text.removeprefix("\ufeff").splitlines())
    try:
        heads = [head.strip().lower() for head in next(reader, [])]
        if missing := [column for column in columns if column not in heads]:
            raise UserError(f"The {what} lack the column {missing[0]}: the first line must be {','.join(columns)}.")
        places = [heads.index(column) for column in columns]
        for row in reader:
            cells = [cell.strip() for cell in row] + [""] * len(heads)
            if any(cells):
                yield reader.line_num, [cells[place] for place in places]
    except csv.Error:
        raise UserError(f"Line {reader.line_num} of the {what} is not CSV.") from None


def _find_overlap(half_terms: tuple[HalfTerm, ...]) -> tuple[HalfTerm, HalfTerm] | None:
    """The first two neighbours of which the second does not start after the first has ended."""
    return next((pair for pair in pairwise(half_terms) if pair[0].ends_on >= pair[1].starts_on), None)


def say_date(day: date) -> str:
    """`31 October 2022`."""
    return f"{day.day} {day:%B %Y}"
