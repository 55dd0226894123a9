"""What is wanted of an action that a bundle asks about: why it comes now, what is still owed, and what to type."""

from __future__ import annotations

from datetime import date
from textwrap import shorten

from programme.calendar import Calendar, say_date
from programme.facts import Action, Rung
from programme.rag import Rag

_WIDTH = 100  # characters of what is done about a risk
_EXPLAINED = (Rag.AT_RISK, Rag.VULNERABLE, Rag.DEFERRED)


def say_why(rung: Rung, action: Action, day: date, calendar: Calendar) -> str:
    """Why a reminder comes now, in a sentence; "" where the due date says it all."""
    if rung.kind == "meeting":
        return f"Please say where it stands for the meeting on {say_date(date.fromisoformat(rung.rung.split()[-1]))}."
    return _say_mitigation(action, day, calendar) if rung.kind == "mitigation" else ""


def _say_mitigation(action: Action, day: date, calendar: Calendar) -> str:
    """What is to be in place, who does it and by when, and whether that is soon, now or past."""
    plan = action.mitigation
    if plan is None or plan.by_on is None:
        return ""
    what = shorten(plan.text, _WIDTH, placeholder="…").rstrip(".")
    parts = [what, *([plan.who] if plan.who else []), f"by {say_date(plan.by_on)}"]
    how = f"{'; '.join(parts)}. Once it is in place: inplace {action.ref}."
    days = calendar.working_days_between(min(day, plan.by_on), max(day, plan.by_on))
    count = say_count(days, "working day", "working days")
    if plan.by_on < day:
        when = f"is overdue by {count}" if days else "is overdue"
    elif plan.by_on == day:
        when = "is due today"
    else:
        when = f"is due in {count}" if days else "is due, and today is the last working day before it"
    return f"Its mitigation {when}: {how}"


def say_owed(action: Action) -> str:
    """What of its rating was not said yet, and what to type for it; "" where nothing is owed."""
    if action.rag not in _EXPLAINED or action.state == "complete":
        return ""
    owed = []
    if not action.reason:
        owed.append(f"why it is {action.look.word.lower()} (rag {action.ref} {action.rag.typed} and the reason)")
    if what := _find_owed_of_mitigation(action):
        owed.append(f"{what} (mitigation {action.ref} what; who; by when)")
    if action.rag is Rag.DEFERRED and not action.moves and action.proposal is None:
        owed.append(f"a new timescale (slipping {action.ref} a month and why)")
    return f"Still owed: {' and '.join(owed)}." if owed else ""


def _find_owed_of_mitigation(action: Action) -> str:
    plan, alarm = action.mitigation, action.escalation
    if action.rag is Rag.VULNERABLE:
        return ""
    if plan is None:
        return "what is being done about it"
    if plan.in_place_at:  # one that was in place before does for no later alarm
        later = alarm is not None and alarm.kind is Rag.AT_RISK and alarm.at > plan.in_place_at
        return "what is being done about it" if later and action.rag is Rag.AT_RISK else ""
    lacks = [*([] if plan.who else ["who does it"]), *([] if plan.by_on else ["by when"])]
    return f"{' and '.join(lacks)}, of its mitigation" if lacks else ""


def say_how(ref: str, *, starting: bool, mitigation: bool) -> str:
    """What may be typed of the first action in a bundle; of a `mitigation` alone perhaps by who does not own it."""
    if mitigation:
        return f"To answer, type for example: inplace {ref} once it is, or action {ref} to see all of it."
    first = f"done {ref}, going {ref}, notmine {ref}" if starting else f"rag {ref} on-track, nochange {ref}"
    return f"To answer, type for example: {first}, progress {ref} and a sentence, or slipping {ref} Dec-22 and why."


def say_need(left: int, of: int) -> str:
    """How many of the actions in a bundle are not answered yet."""
    if left == of:
        return say_count(of, "action needs", "actions need") + " a word from you"
    needs = "needs" if left == 1 else "need"
    return f"{left} of {of} actions still {needs} a word from you" if left else "All answered, thank you"


def say_count(n: int, one: str, more: str) -> str:
    return f"{n} {one if n == 1 else more}"
