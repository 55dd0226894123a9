"""A programme's own rules, read from the text of its `halfterm.toml`: every mistake is told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from difflib import get_close_matches
from typing import Any

from programme.calendar import say_date
from programme.messages import UserError
from programme.policy import Closure, Policy, Report
from programme.policy_keys import CLOSED, KEYS, REPORT, TABLES, Read, Wrong, shorten, show

_LONGEST_CLOSURE = 62  # days
_LONGEST_REST = 120  # days in a row without an open one
_LEAST_OPEN = timedelta(hours=1)
_WARN = Report("").warn


_LISTS = {"closed": tuple(CLOSED), "reports": tuple(REPORT)}


def policy_to_dict(policy: Policy) -> dict[str, Any]:
    """The rules as they stand in a settings file, dates and times as text."""
    found: dict[str, Any] = {}
    for key in KEYS:
        value = getattr(policy, key.field)
        if isinstance(value, timedelta):
            value = value // timedelta(minutes=1)
        found.setdefault(key.table, {})[key.name] = f"{value:%H:%M}" if isinstance(value, time) else value
    found["closed"] = [
        {"name": one.name, "from": one.first.isoformat(), "until": one.last.isoformat()} for one in policy.closures
    ]
    found["reports"] = [_report_to_dict(one) for one in policy.reports]
    return found


def _report_to_dict(report: Report) -> dict[str, Any]:
    when = (
        {"every": report.every, "days_after": report.days_after}
        if report.every
        else {"dates": [day.isoformat() for day in report.due_on]}
    )
    return {"name": report.name, **when, "owner": report.owner or "office", "warn": report.warn}


def parse_policy(text: str) -> Policy:
    """The rules as a programme's settings file has them. UserError has a line for every mistake in it."""
    try:
        found = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise UserError(_say_unreadable(str(error))) from None
    except RecursionError:
        raise UserError("It cannot be read: a setting is a name, = and a value, such as overdue_every = 10.") from None
    wrong: list[str] = []
    values: dict[str, Any] = {}
    for table, content in found.items():
        if table in _LISTS:
            continue
        if table not in TABLES:
            wrong.append(_say_unknown_table(table, content))
        elif not isinstance(content, dict):
            wrong.append(f"{table} is {show(content)}: write [{table}] on a line of its own and its settings below.")
        else:
            known = {key.name: key for key in KEYS if key.table == table}
            read = _read_table(table, content, {name: key.read for name, key in known.items()}, wrong)
            values |= {known[name].field: value for name, value in read.items()}
    values["closures"] = tuple(_read_closures(found.get("closed", []), wrong))
    values["reports"] = tuple(_read_reports(found.get("reports", []), wrong))
    policy = Policy(**values)
    wrong += [line for table, line in _list_contradictions(policy) if not _is_wrong(table, wrong)]
    if wrong:
        raise UserError("\n".join(wrong))
    return policy


def _say_unreadable(error: str) -> str:
    """What tomllib says, as where to look and what a line looks like."""
    place = re.search(r"at line (\d+)", error)
    where = f"Line {place[1]}" if place else "The end of it"
    twice = re.search(r"overwrite a value|twice|Cannot (?:declare|redefine)|Cannot mutate|inline table", error)
    how = (
        "sets again what is set already: keep one"
        if twice
        else 'cannot be read: a setting is a name, = and a value, such as timescale = [20, 5] or opens = "09:00"'
    )
    return f"{where} {how}."


def _say_unknown_table(name: str, content: Any) -> str:
    heads = {**{table: f"[{table}]" for table in TABLES}, **{table: f"[[{table}]]" for table in _LISTS}}
    if isinstance(content, dict | list) and (near := get_close_matches(name.casefold(), list(heads), 1)):
        return f"[{shorten(name)}] is not a part of these settings: did you mean {heads[near[0]]}?"
    names = get_close_matches(name.casefold(), [key.name for key in KEYS], 1, cutoff=0.7)
    for key in KEYS:
        if key.name == name:
            return f"{name} stands under no heading: write it below [{key.table}]."
        if key.name in names:
            return f"{shorten(name)} is not a setting: did you mean {key.name}, below [{key.table}]?"
    return f"{shorten(name)} is not a part of these settings: write one of {', '.join(heads.values())}."


def _read_table(where: str, content: Mapping[str, Any], known: Mapping[str, Read], wrong: list[str]) -> dict[str, Any]:
    """What can be read of a table; a line in `wrong` for what cannot."""
    values: dict[str, Any] = {}
    for name, value in content.items():
        if name not in known:
            wrong.append(_say_unknown_key(where, name, known))
            continue
        try:
            values[name] = known[name](value)
        except Wrong as instead:
            wrong.append(f"{where}.{name} is {show(value)}: {instead}.")
    return values


def _say_unknown_key(where: str, name: str, known: Mapping[str, Read]) -> str:
    near = get_close_matches(name.casefold(), list(known), 1)
    if near:
        return f"{where}.{shorten(name)} is not a setting: did you mean {near[0]}?"
    homes = [key.table for key in KEYS if key.name == name]
    if homes:
        return f"{where}.{name} is not a setting: {name} belongs below [{homes[0]}]."
    return f"{where}.{shorten(name)} is not a setting: write one of {', '.join(known)}."


def _list_entries(what: str, content: Any, known: Mapping[str, Read], wrong: list[str]) -> Iterator[tuple[str, Any]]:
    """(where it stands, what could be read of it) of every entry of a list of tables without a mistake."""
    if not isinstance(content, list) or not all(isinstance(one, dict) for one in content):
        wrong.append(
            f"{what} is {show(content)}: write [[{what}]] on a line of its own before each, with two brackets."
        )
        return
    for number, entry in enumerate(content, 1):
        where, before = f"{what} {number}", len(wrong)
        values = _read_table(where, entry, known, wrong)
        if len(wrong) > before:
            continue
        if "name" not in values:
            wrong.append(f'{where} has no name: write name = "…".')
        else:
            yield where, values


def _read_closures(content: Any, wrong: list[str]) -> Iterator[Closure]:
    for where, values in _list_entries("closed", content, CLOSED, wrong):
        on, first, last = values.get("on"), values.get("from"), values.get("until")
        if (on is None) == (first is None) or (first is None) != (last is None):
            wrong.append(f"{where} ({values['name']}): write on = DATE for a day, or from = DATE and until = DATE.")
            continue
        closure = Closure(values["name"], on or first, on or last)
        if closure.last < closure.first:
            wrong.append(f"{where} ({closure.name}) ends before it begins: write the later date as until.")
        elif (closure.last - closure.first).days >= _LONGEST_CLOSURE:
            wrong.append(f"{where} ({closure.name}) is longer than {_LONGEST_CLOSURE} days: check its dates.")
        else:
            yield closure


def _read_reports(content: Any, wrong: list[str]) -> Iterator[Report]:
    seen: set[str] = set()
    for where, values in _list_entries("reports", content, REPORT, wrong):
        name = values["name"]
        if name.casefold() in seen:
            wrong.append(f"{where} ({name}) is there already: write another name, or put its dates together.")
        seen.add(name.casefold())
        if ("dates" in values) == ("every" in values):
            wrong.append(
                f'{where} ({name}): write either dates = [DATE, …], or every = "quarter", "term" or "half term".'
            )
        elif "dates" in values and "days_after" in values:
            wrong.append(f"{where} ({name}): days_after goes with every; leave it out beside dates.")
        else:
            yield Report(
                name,
                values.get("dates", ()),
                values.get("every", ""),
                values.get("owner", ""),
                values.get("warn", _WARN),
                values.get("days_after", 0),
            )


def _is_wrong(table: str, wrong: Sequence[str]) -> bool:
    """Whether something of that part could not be read: what does not fit together there is only known then."""
    return any(line.startswith((f"{table}.", f"{table} ")) for line in wrong)


def _list_contradictions(policy: Policy) -> Iterator[tuple[str, str]]:
    """What cannot hold together, in a sentence, and of which part it is."""
    if policy.chase >= policy.request:
        yield (
            "meetings",
            f"meetings.chase ({policy.chase}) must be fewer working days before the papers than meetings.request "
            f"({policy.request}): updates are asked for first and chased later.",
        )
    if policy.alarm_delay_unexplained < policy.alarm_delay:
        yield (
            "alarms",
            "alarms.delay_unexplained_minutes must not be shorter than alarms.delay_minutes: who gives a reason is not "
            "told of later than who gives none.",
        )
    opens, closes = (timedelta(hours=at.hour, minutes=at.minute) for at in (policy.opens, policy.closes))
    if closes - opens < _LEAST_OPEN:
        yield (
            "hours",
            f"hours.closes ({policy.closes:%H:%M}) must be an hour or more after hours.opens ({policy.opens:%H:%M}): "
            "messages go between the two.",
        )
    if rest := _find_rest(policy.closed_days):
        yield (
            "closed",
            f"closed leaves no working day from {say_date(rest[0])} to {say_date(rest[1])}: check the dates, as "
            "nothing could be sent in all that time.",
        )


def _find_rest(closed: frozenset[date]) -> tuple[date, date] | None:
    """A time with no open day that is too long to be meant."""
    runs: list[tuple[date, date]] = []  # weekends between closed days are closed too
    for day in sorted(closed):
        joins = runs and all(
            (runs[-1][1] + timedelta(days=n)).weekday() >= 5 for n in range(1, (day - runs[-1][1]).days)
        )
        if joins:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return next((run for run in runs if (run[1] - run[0]).days > _LONGEST_REST), None)
