"""The rules in force in plain words, and which of them the programme has set for itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from programme.calendar import say_date
from programme.policy import Closure, Policy, Report

_MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in a sentence; `changed`: it is not halfterm's own, which is `default` then."""

    text: str
    changed: bool
    default: str = ""

    def __str__(self) -> str:
        return f"{self.text} (Set by this programme.)" if self.changed else self.text


def list_rules(policy: Policy) -> list[Rule]:
    """Every rule that a programme may set, in the order in which they matter to a reader."""
    found = []
    for say in _RULES:
        text, default = say(policy), say(Policy())
        found.append(Rule(text, text != default, default if text != default else ""))
    found += [Rule(f"Closed: {_say_closure(one)}.", True) for one in policy.closures[:_MOST_LISTED]]
    if len(policy.closures) > _MOST_LISTED:
        found.append(Rule(f"And {len(policy.closures) - _MOST_LISTED} more closures.", True))
    found += [Rule(_say_report(one), True) for one in policy.reports[:_MOST_LISTED]]
    if len(policy.reports) > _MOST_LISTED:
        found.append(Rule(f"And {len(policy.reports) - _MOST_LISTED} more reports.", True))
    return found


def _say_timescale(policy: Policy) -> str:
    last = "on the last working day on or before it"
    usual = f"{_say_days(policy.timescale)} before a timescale, and {last}" if policy.timescale else f"{last} only"
    exact = f"{_say_days(policy.exact_timescale)} before" if policy.exact_timescale else f"{last} only"
    same = policy.timescale == policy.exact_timescale
    return f"I remind {usual}." if same else f"I remind {usual}; of a timescale that is a day, {exact}."


def _say_overdue(policy: Policy) -> str:
    return (
        f"What is overdue I chase all together, every {_count(policy.overdue_every, 'working day')}; "
        f"the accountable lead hears of it once, after {_count(policy.lead_after, 'working day')}."
    )


def _say_meeting(policy: Policy) -> str:
    papers = _count(policy.papers, "working day") + " before a meeting" if policy.papers else "on the day of a meeting"
    chase = f"{policy.chase} before" if policy.chase else "on the day they are due"
    return (
        f"Papers are due {papers}, unless its group has a number of its own; I ask for updates "
        f"{_count(policy.request, 'working day')} before the papers, and chase once, {chase}."
    )


def _say_answer(policy: Policy) -> str:
    return (
        f"An answer keeps reminders of that action away for {_count(policy.answer_lasts, 'working day')}; by ask it is "
        f"asked about once in {_count(policy.ask_days, 'day')}."
    )


def _say_stale(policy: Policy) -> str:
    return f"On track without a written entry for {_count(policy.stale_after, 'working day')} is questioned."


def _say_bundles(policy: Policy) -> str:
    return f"Nobody gets more than one bundle of reminders a day and {policy.bundles_a_week} a week."


def _say_alarm(policy: Policy) -> str:
    soon, late = _say_time(policy.alarm_delay), _say_time(policy.alarm_delay_unexplained)
    when = f"{soon} after the reason is given" if policy.alarm_delay else "as soon as the reason is given"
    return (
        f"That an action is at risk is told {when}, or after {late} of working time without one; to the chair "
        f"of the group above too, where it is not acknowledged for {_count(policy.above_after, 'working day')}."
    )


def _say_hours(policy: Policy) -> str:
    return (
        f"I write between {policy.opens:%H:%M} and {policy.closes:%H:%M}, London time, and never at weekends or "
        "on bank holidays."
    )


def _say_forecast(policy: Policy) -> str:
    return "Forecasts are on." if policy.forecast else "Forecasts are off."


_RULES: tuple[Callable[[Policy], str], ...] = (
    _say_timescale,
    _say_overdue,
    _say_meeting,
    _say_answer,
    _say_stale,
    _say_bundles,
    _say_alarm,
    _say_hours,
    _say_forecast,
)


def _say_closure(closure: Closure) -> str:
    days = say_date(closure.first)
    return f"{closure.name}, {days}{f' to {say_date(closure.last)}' if closure.last > closure.first else ''}"


def _say_report(report: Report) -> str:
    after = f"{_count(report.days_after, 'working day')} after" if report.days_after else "at"
    due = f"{after} the end of every {report.every}" if report.every else _say_some(report.due_on)
    warn = f", asked for {_say_days(report.warn)} before" if report.warn else ""
    return f"Report: {report.name}, due {due}, from {report.owner or 'the programme office'}{warn}."


def _say_some(days: Sequence[date]) -> str:
    shown = [say_date(day) for day in days[:4]]
    return _join(shown) if len(days) <= 4 else f"{', '.join(shown)} and {len(days) - 4} more days"


def _say_days(numbers: Sequence[int]) -> str:
    """`20 and 5 working days`."""
    return f"{_join([str(number) for number in numbers])} working day{'' if list(numbers) == [1] else 's'}"


def _say_time(length: timedelta) -> str:
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    return " and ".join(
        _count(number, what)
        for number, what in ((hours, "hour"), (minutes, "minute"))
        if number or (what == "minute" and not hours)
    )


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _count(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"
