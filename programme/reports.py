"""The third clock: the programme's report dates and the periods of its metrics (section 5, Three clocks).

Each is asked for twenty and five working days before it is due, of whoever owns it: a report's owner, by default the
programme office; a metric's figures, the owners of its action.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from programme.calendar import Calendar, HalfTerm, say_date
from programme.facts import Action
from programme.plan import Metric
from programme.policy import Report

WARN = Report("").warn
# Calendar days before a due date in which such a warning can fall, bank holidays at Christmas and Easter included.
_NEAR = ((0, 16), (26, 40))


@dataclass(frozen=True, slots=True)
class Due:
    """A report or a period of figures, and the day it is due."""

    name: str
    on: date
    owner: str = ""
    warn: tuple[int, ...] = WARN


def is_near(day: date, until: date, due_on: date) -> bool:
    """Whether a warning of what is due on that day may fall between two days: a look at the dates alone."""
    return any((due_on - until).days <= most and (due_on - day).days >= least for least, most in _NEAR)


def list_due(reports: Iterable[Report], calendar: Calendar, first: date, last: date) -> list[Due]:
    """Every report that is due between two days, in the order of the settings."""
    found = []
    for report in reports:
        days = report.due_on if report.due_on else _list_days(report, calendar, first, last)
        found += [Due(report.name, on, report.owner, report.warn) for on in sorted(days) if first <= on <= last]
    return found


def list_warnings(due: Due, calendar: Calendar) -> list[tuple[str, date]]:
    """(name, day) of each warning, in order: `20 before 31 October 2022`."""
    last = calendar.on_or_before(due.on)
    days = sorted(((n, calendar.add_working_days(last, -n)) for n in due.warn), key=lambda one: one[1])
    return [(f"{n} before {due.on.isoformat()}", on) for n, on in days]


def list_owed(warnings: Sequence[tuple[str, date]], since: date, until: date, day: date) -> list[tuple[str, date]]:
    """The warnings still to be said by `until` of those that fall after `since`: of the ones before `day`, which were
    missed, the latest alone."""
    open_to = [one for one in warnings if since < one[1] <= until]
    missed = [one for one in open_to if one[1] < day]
    return [*missed[-1:], *(one for one in open_to if one[1] >= day)]


def list_missing(metrics: Mapping[str, Metric], period: str, actions: Collection[Action]) -> list[str]:
    """The references of these open actions whose metric has no figure for a period yet."""
    return [
        action.ref
        for action in actions
        if action.state == "open"
        and action.ref in metrics
        and any(point.period == period and point.text is None for point in metrics[action.ref].points)
    ]


def say_report(name: str, on: date, day: date, calendar: Calendar) -> str:
    """`Quarterly report to Cabinet is due on 31 October 2022, in 5 working days.`"""
    return f"{name} is due on {say_date(on)}, {_say_left(on, day, calendar)}."


def say_figures(period: str, on: date, refs: Sequence[str], day: date, calendar: Calendar) -> str:
    """What the owner of these actions is asked for."""
    what = "The figure" if len(refs) == 1 else "The figures"
    be = "is" if len(refs) == 1 else "are"
    return (
        f"{what} of {', '.join(refs)} for {period} {be} due on {say_date(on)}, {_say_left(on, day, calendar)}. "
        f"To give one, type for example: figure {refs[0]} {period}: 65 of 91 schools"
    )


def _say_left(on: date, day: date, calendar: Calendar) -> str:
    left = calendar.working_days_between(day, on)
    return "today" if left <= 0 else f"in {left} working {'day' if left == 1 else 'days'}"


def _list_days(report: Report, calendar: Calendar, first: date, last: date) -> list[date]:
    """The days a report is due that comes so many working days after each quarter, term or half term."""
    if report.every == "quarter":
        ends, month = [], date(first.year - 1, 1, 1)
        while month <= last:
            month += relativedelta(months=3)
            ends.append(month - timedelta(days=1))
    elif report.every == "half term":
        ends = [half.ends_on for half in calendar.half_terms]
    else:
        ends = _list_term_ends(calendar.half_terms)
    return [calendar.add_working_days(end, report.days_after) if report.days_after else end for end in ends]


def _list_term_ends(half_terms: Iterable[HalfTerm]) -> list[date]:
    terms: dict[tuple[str, str], date] = {}
    for half in half_terms:
        season, _, year = half.name.split()
        terms[season, year] = max(half.ends_on, terms.get((season, year), half.ends_on))
    return list(terms.values())
