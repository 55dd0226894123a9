"""A forecast of one action, from what the record shows of it alone: whether it is likely to slip, and why.

It stands beside the reported rating and never in its place; it is about actions, never about people. Off unless the
programme turns it on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from programme.calendar import Calendar, say_date
from programme.facts import Action
from programme.policy import Policy
from programme.written import find_written_on

_FAR = 60  # working days: about a term
_SIGNS_NEAR, _SIGNS_FAR = 1, 2  # how many signs it takes before the first warning would come, and within a term
_TAPS = 2  # so many answers without a word are a sign
_FEW_DAYS = 10  # so many working days left are said in days, more in weeks
_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True, slots=True)
class Forecast:
    """Why an action is likely to slip: the signs of it, and how long there is left."""

    ref: str
    signs: tuple[str, ...]
    left: str

    def __str__(self) -> str:
        return f"{', '.join((*self.signs, self.left))}: likely to slip"


def find_forecast(action: Action, day: date, calendar: Calendar, policy: Policy) -> Forecast | None:
    """Whether an open action that is not due yet is likely to slip; None where it is not, or is waiting to be agreed.

    It is where it is due before its first warning would come (20 working days) and the record shows one sign of it, or
    within about a term (60) and it shows two.
    """
    due = action.timescale.due_on
    if action.state == "complete" or action.proposal is not None or due is None or due < day:
        return None
    left = calendar.working_days_between(day, due)
    signs = _list_signs(action, day, calendar, policy)
    near = left <= max(policy.timescale, default=0)
    if left > _FAR or len(signs) < (_SIGNS_NEAR if near else _SIGNS_FAR):
        return None
    return Forecast(action.ref, tuple(signs), _say_left(left, (due - day).days))


def _list_signs(action: Action, day: date, calendar: Calendar, policy: Policy) -> list[str]:
    signs = []
    last = find_written_on(action)
    if last is None:
        signs.append("no entry yet")
    elif calendar.working_days_between(last, day, school=True) > policy.stale_after:
        signs.append(f"no entry since {last:%B %Y}")
    if (taps := _count_taps(action, last)) >= _TAPS:
        signs.append(f"{_NUMBERS.get(taps, str(taps))} answers by a tap alone")
    if action.moves:
        moved = len(action.moves)
        signs.append(f"{_NUMBERS.get(moved, str(moved))} {'timescale' if moved == 1 else 'timescales'} moved")
        first = action.first_timescale.due_on
        if first is not None and first < day:
            signs.append(f"the first, {say_date(first)}, passed")
    alarm = action.escalation
    if alarm is not None and alarm.state == "open":
        if action.mitigation is None:
            signs.append("an alarm open and no mitigation written")
        elif action.mitigation.in_place_at is None:
            signs.append("an alarm open and its mitigation not in place")
    return signs


def _count_taps(action: Action, since: date | None) -> int:
    """How often it was answered after its last entry without a word."""
    taps = [said for said in action.said if said.kind in ("answer", "rating") and not said.words]
    return sum(since is None or said.on > since for said in taps)


def _say_left(working_days: int, days: int) -> str:
    if working_days <= _FEW_DAYS:
        return f"{working_days} working {'day' if working_days == 1 else 'days'} left"
    return f"{round(days / 7)} weeks left"
