"""What comes next of an action on each of its clocks for somebody, found by the rules that plan it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from programme.calendar import Calendar
from programme.facts import Action, Group, Rung, RungKind
from programme.policy import Policy
from programme.reminders import (
    MeetingDates,
    find_chase_day,
    find_silence,
    list_action_rungs,
    list_meeting_rungs,
    list_mitigation_rungs,
)

_A_YEAR = timedelta(days=366)
_LOOKED_AT = 60  # days after the first on which an overdue action may be chased again
_DECIDED_HERE = ("starting", "timescale", "mitigation", "overdue", "lead", "meeting", "vulnerable")


@dataclass(frozen=True, slots=True)
class Reminded:
    """Somebody who is reminded of an action, by their calendar. `started_on`: from when its rungs are theirs;
    `had_on`: when they, or for whom they act, had it on a starting list; `chased_on`: when they were chased last."""

    person: int
    passed_for: str
    calendar: Calendar
    started_on: date | None = None
    had_on: date | None = None
    chased_on: date | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """A rung that is still to come, and why it will not be said as things stand ("" where it will). `planned`: it is
    in the ledger already, with this `note`."""

    rung: Rung
    silence: str = ""
    planned: bool = False
    note: str = ""


def list_own(action: Action, one: Reminded, meeting: MeetingDates | None, day: date, policy: Policy) -> list[Rung]:
    """What comes from `day` on, the next sending day, on an action's own clocks for one of those who own it."""
    if one.started_on is None or one.had_on is None:
        return []
    calendar = one.calendar
    rungs = list_action_rungs(action, one.person, one.passed_for, one.started_on, day, calendar, policy)
    asked = list_meeting_rungs(action.ref, meeting, one.person, one.passed_for) if action.state == "open" else []
    open_to = [replace(rung, on=calendar.on_or_before(rung.on)) for rung in asked]
    rungs += [rung for rung in open_to if rung.on > one.started_on]
    if on := _find_chase(action, one, one.had_on, day, policy):
        name = f"overdue since {action.timescale.text}"
        rungs.append(Rung(on, "overdue", action.ref, name, one.person, one.passed_for))
    return [rung for rung in rungs if rung.on >= day]


def list_mitigation(action: Action, one: Reminded, day: date, policy: Policy) -> list[Rung]:
    """What comes of a mitigation that is not in place, for one of those who are reminded of it."""
    rungs = list_mitigation_rungs(action, day + _A_YEAR, one.person, one.passed_for, one.calendar, policy)
    return [rung for rung in rungs if rung.on >= day]


def say_silence(
    rung: Rung, action: Action, holding: Group | None, now: datetime, calendar: Calendar, policy: Policy
) -> str:
    """Why a rung will not be said on its day if nothing changes until then; "" where it will."""
    if rung.kind not in _DECIDED_HERE or rung.subject != action.ref:
        return ""
    at = max(calendar.instant(rung.on, calendar.opens), now)
    return find_silence(rung, action, holding, at, calendar, policy) or ""


def choose_next(found: Iterable[Coming], known: Collection[tuple[RungKind, str, int, date]]) -> list[Coming]:
    """Of each person and clock what is planned already and the next that will be said, the earliest first; where
    nothing will, the first that will not. Of what is in the ledger (`known`) nothing is said again."""
    clocks: dict[tuple[str, str, int, str], list[Coming]] = {}
    for one in sorted(found, key=lambda each: (each.rung.on, not each.planned)):
        rung = one.rung
        if not one.planned and (rung.kind, rung.rung, rung.person, rung.on) in known:
            continue
        about = rung.subject if " " in rung.subject else ""
        about += rung.rung.split()[-1] if rung.kind == "meeting" else ""  # each meeting is a clock of its own
        clocks.setdefault((rung.kind, about, rung.person, rung.passed_for), []).append(one)
    chosen: list[Coming] = []
    for comings in clocks.values():
        said = [one for one in comings if not one.silence]
        planned = [one for one in comings if one.planned]
        chosen += planned or said[:1] or comings[:1]
    return sorted(chosen, key=lambda one: one.rung)


def _find_chase(action: Action, one: Reminded, had_on: date, day: date, policy: Policy) -> date | None:
    """The first day on which an action that is still open then is chased as overdue."""
    due = action.timescale.due_on
    if due is None or action.state == "complete":
        return None
    first = max(day, due + timedelta(days=1), one.calendar.add_working_days(had_on, policy.overdue_every))
    if action.quiet_until:
        first = max(first, action.quiet_until + timedelta(days=1))
    tried = (first + timedelta(days=n) for n in range(_LOOKED_AT))
    found = (find_chase_day(action, had_on, one.chased_on, each, one.calendar, policy, one.person) for each in tried)
    return next((on for on in found if on), None)
