"""The settings of a programme's own rules: where each stands, which rule it sets, and what may be written there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from programme.policy import Every

_MOST_DAYS = 250  # working days: a year
_MOST_PAPERS = 60
_MOST_WARNED = 30  # before a report: it is not looked for earlier
_LONGEST_NAME = 80
_YEARS = range(2000, 2100)
_EVERY: tuple[Every, ...] = ("quarter", "term", "half term")


class Wrong(Exception):
    """What is to be written instead."""


Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: where it stands in the file, the rule it sets, and how its value is read (or Wrong)."""

    table: str
    name: str
    field: str
    read: Read

    @property
    def path(self) -> str:
        return f"{self.table}.{self.name}"


def _number(least: int, most: int, example: int, what: str = "working days") -> Read:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise Wrong(f"write a number of {what} from {least} to {most}, such as {example}")
        return value

    return read


def _minutes(most: int, example: int) -> Read:
    number = _number(0, most, example, "minutes")
    return lambda value: timedelta(minutes=number(value))


def _days_before(example: str, most: int = _MOST_DAYS) -> Read:
    """Different numbers of working days, the largest first."""

    def read(value: Any) -> tuple[int, ...]:
        if not isinstance(value, list) or any(type(one) is not int or not 1 <= one <= most for one in value):
            instead = f"write a list of numbers of working days from 1 to {most}, such as {example}"
            raise Wrong(f"{instead}{_say_which(value, lambda one: type(one) is int and 1 <= one <= most)}")
        if len(set(value)) < len(value):
            raise Wrong(f"write each number once, such as {example}")
        return tuple(sorted(value, reverse=True))

    return read


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("write true or false")
    return value


def _time(example: str) -> Read:
    def read(value: Any) -> time:
        found = value if isinstance(value, time) else None
        if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value):
            try:
                found = time.fromisoformat(value)
            except ValueError:
                found = None
        if found is None or found.second or found.microsecond or found.tzinfo:
            raise Wrong(f'write a time in hours and minutes, such as "{example}"')
        return found

    return read


def _date(value: Any) -> date:
    found: Any = value
    if isinstance(value, str):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
    if not isinstance(found, date) or isinstance(found, datetime) or found.year not in _YEARS:
        raise Wrong("write a date such as 2022-12-24")
    return found


def _dates(value: Any) -> tuple[date, ...]:
    if not isinstance(value, list) or not value:
        raise Wrong("write a list of dates, such as [2022-10-14, 2023-01-20]")
    instead = "write a list of dates, such as [2022-10-14, 2023-01-20]"
    try:
        found = [_date(one) for one in value]
    except Wrong:
        raise Wrong(f"{instead}{_say_which(value, _is_date)}") from None
    if len(set(found)) < len(found):
        raise Wrong("write each date once")
    return tuple(sorted(found))


def _is_date(value: Any) -> bool:
    try:
        return bool(_date(value))
    except Wrong:
        return False


def _say_which(value: Any, is_right: Callable[[Any], bool]) -> str:
    """What of a list is wrong, where it is not all of it."""
    wrong = next((one for one in value if not is_right(one)), None) if isinstance(value, list) else None
    if wrong is None or len(value) < 2:
        return ""
    is_quoted = isinstance(wrong, str) and wrong.isdecimal() and len(wrong) < 9 and is_right(int(wrong))
    return f" ({show(wrong)} is wrong{f': write {wrong} without quotation marks' if is_quoted else ''})"


def show(value: Any) -> str:
    """A value much as it was written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str):
        return f"“{shorten(value)}”"
    if isinstance(value, dict):
        return "a heading with settings below it"
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return "a list of headings"
    return shorten("[" + ", ".join(map(show, value)) + "]" if isinstance(value, list) else str(value))


def shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"


def _name(value: Any) -> str:
    found = " ".join(value.split()) if isinstance(value, str) else ""
    if not found or len(found) > _LONGEST_NAME:
        raise Wrong(f'write a name of at most {_LONGEST_NAME} characters in quotation marks, such as "Christmas"')
    return found


def _owner(value: Any) -> str:
    """A role's name; "" for the programme office."""
    found = " ".join(value.split()) if isinstance(value, str) else None
    if found is None or len(found) > _LONGEST_NAME:
        raise Wrong('write a role of the plan, such as "SENDPO", or "office"')
    return "" if found.casefold() in ("", "office") else found


def _every(value: Any) -> str:
    found = " ".join(value.split()).casefold().replace("-", " ") if isinstance(value, str) else ""
    if found not in _EVERY:
        raise Wrong('write "quarter", "term" or "half term"')
    return found


KEYS = (
    Key("reminders", "timescale", "timescale", _days_before("[20, 5]")),
    Key("reminders", "exact_timescale", "exact_timescale", _days_before("[20, 10, 5, 1]")),
    Key("reminders", "ask_days", "ask_days", _number(1, 365, 7, "days")),
    Key("reminders", "overdue_every", "overdue_every", _number(1, _MOST_DAYS, 10)),
    Key("reminders", "lead_after", "lead_after", _number(1, _MOST_DAYS, 10)),
    Key("reminders", "answer_lasts", "answer_lasts", _number(1, _MOST_DAYS, 10)),
    Key("reminders", "stale_after", "stale_after", _number(1, _MOST_DAYS, 30)),
    Key("reminders", "bundles_a_week", "bundles_a_week", _number(1, 5, 2, "bundles")),
    Key("meetings", "papers", "papers", _number(0, _MOST_PAPERS, 5)),
    Key("meetings", "request", "request", _number(1, _MOST_DAYS, 10)),
    Key("meetings", "chase", "chase", _number(0, _MOST_DAYS, 3)),
    Key("alarms", "delay_minutes", "alarm_delay", _minutes(240, 15)),
    Key("alarms", "above_after", "above_after", _number(1, _MOST_DAYS, 5)),
    Key("alarms", "delay_unexplained_minutes", "alarm_delay_unexplained", _minutes(960, 120)),
    Key("hours", "opens", "opens", _time("09:00")),
    Key("hours", "closes", "closes", _time("17:00")),
    Key("forecast", "on", "forecast", _yes_or_no),
)
TABLES = tuple(dict.fromkeys(key.table for key in KEYS))
CLOSED: dict[str, Read] = {"name": _name, "on": _date, "from": _date, "until": _date}
REPORT: dict[str, Read] = {
    "name": _name,
    "dates": _dates,
    "every": _every,
    "days_after": _number(0, _MOST_DAYS, 10),
    "owner": _owner,
    "warn": _days_before("[20, 5]", _MOST_WARNED),
}
