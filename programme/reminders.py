"""When to say what to whom: the rungs of the three clocks, and the bundle that carries them (section 5, Reminders)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from textwrap import shorten
from typing import Literal

from programme.calendar import Calendar
from programme.facts import ANSWERS, Action, Group, Meeting, Person
from programme.messages import Block, Bullets, Button, Buttons, Heading, Message, Text
from programme.timescales import Timescale

VACANT = " + "  # between the roles of one action that nobody holds

Kind = Literal["starting", "timescale", "mitigation", "overdue", "lead", "meeting", "vulnerable", "not_mine", "office"]


@dataclass(frozen=True, slots=True)
class Policy:
    """The defaults of section 5, in working days unless said otherwise."""

    timescale: tuple[int, ...] = (20, 5)
    exact_timescale: tuple[int, ...] = (20, 10, 5, 1)
    overdue_every: int = 10
    lead_after: int = 10
    request: int = 10
    chase: int = 3
    answer_lasts: int = 10
    stale_after: int = 30
    bundles_a_week: int = 2
    alarm_delay: timedelta = timedelta(minutes=15)
    alarm_delay_unexplained: timedelta = timedelta(hours=2)


@dataclass(frozen=True, slots=True, order=True)
class Rung:
    """One line of the ledger: of this kind, about this subject (a ref), for this person, falling on this local date.

    `person` 0 stands for nobody; `passed_for` names the role with nobody in it for whom the office has it.
    """

    on: date
    kind: Kind
    subject: str
    rung: str
    person: int
    passed_for: str = ""


def list_timescale_rungs(due: Timescale, calendar: Calendar, policy: Policy) -> list[tuple[str, date]]:
    """(name, date) of each warning before a timescale and of the last working day on or before it, in order."""
    if due.due_on is None:
        return []
    last = calendar.on_or_before(due.due_on)
    before = policy.exact_timescale if due.exact else policy.timescale
    return [*((f"{n} before", calendar.add_working_days(last, -n)) for n in before), ("due", last)]


@dataclass(frozen=True, slots=True)
class MeetingDates:
    """The days of one meeting's loop: updates requested, chased, papers due, the meeting itself."""

    request: date
    chase: date
    papers: date
    day: date


def plan_meeting(meeting: Meeting, papers: int, calendar: Calendar, policy: Policy) -> MeetingDates:
    """Count back from the paper deadline, in working days."""
    day = calendar.today(meeting.starts_at)
    deadline = calendar.add_working_days(day, -papers)
    return MeetingDates(
        calendar.add_working_days(deadline, -policy.request),
        calendar.add_working_days(deadline, -policy.chase),
        deadline,
        day,
    )


def has_answered(action: Action, since: date) -> bool:
    """Whether one owner of *each* organisation among the owners has answered on or after that day."""
    return not waiting_for(action, since)


def waiting_for(action: Action, since: date) -> frozenset[str]:
    """The organisations among the owners that have not answered on or after that day."""
    answered = {said.body for said in action.said if said.kind in ANSWERS and said.on >= since}
    return frozenset() if "" in answered else action.bodies - answered


def quiet_after(action: Action, bodies: Iterable[str], today: date, calendar: Calendar, policy: Policy) -> date | None:
    """The last day an answer today keeps reminders away: ten working days, once each organisation has answered."""
    since = calendar.add_working_days(today, -policy.answer_lasts)
    if waiting_for(action, since) - set(bodies):
        return action.quiet_until
    until = calendar.add_working_days(today, policy.answer_lasts)
    return max(until, action.quiet_until) if action.quiet_until else until


def list_people(action: Action, office: Iterable[Person]) -> list[tuple[Person | None, str]]:
    """Everyone to remind of an action, each with the role that is passed on ("" where it is the holder's own).

    A role with nobody in it goes to every person of the office; with no office either, to None.
    """
    own = {person.id: person for owner in action.owners for person in owner.people}
    vacant = VACANT.join(owner.text for owner in action.owners if not owner.people)
    found: list[tuple[Person | None, str]] = [(person, "") for person in own.values()]
    if vacant:
        passed = [(person, vacant) for person in office if person.id not in own]
        found += passed or ([] if own else [(None, vacant)])
    return found


def list_action_rungs(
    action: Action,
    person: int,
    passed_for: str,
    started_on: date | None,
    first_day: date,
    calendar: Calendar,
    policy: Policy,
) -> list[Rung]:
    """Every rung of an action's own clock for one person, in order.

    `started_on` is the day they had the action on a starting list, None if they have not; then all there is to say is
    the starting list, on `first_day`. Rungs on or before the starting list are never sent.
    """
    if action.state == "complete":
        return []
    if started_on is None:
        return [Rung(first_day, "starting", action.ref, "first", person, passed_for)]
    rungs = [
        Rung(on, "timescale", action.ref, f"{name} {action.timescale.text}", person, passed_for)
        for name, on in list_timescale_rungs(action.timescale, calendar, policy)
    ]
    if action.mitigation and action.mitigation.by_on and not action.mitigation.in_place_at:
        due = Timescale(action.mitigation.by_text, action.mitigation.by_on, True, "dated", None)
        rungs += [
            Rung(on, "mitigation", action.ref, name, person, passed_for)
            for name, on in list_timescale_rungs(due, calendar, policy)
        ]
    return sorted(rung for rung in rungs if rung.on > started_on)


def next_overdue_chase(due_on: date, last_chase: date | None, calendar: Calendar, policy: Policy) -> date:
    """The day of a person's next joint chase of overdue actions: the first working day after the timescale, or ten
    working days after they were last chased, whichever is later."""
    first = calendar.on_or_after(due_on + timedelta(days=1))
    if last_chase is None:
        return first
    return max(first, calendar.add_working_days(last_chase, policy.overdue_every))


def tell_lead_on(action: Action, owners_told_on: date, calendar: Calendar, policy: Policy) -> date | None:
    """The day an accountable lead hears that an action is overdue: ten working days after the timescale, and never
    before its owners have had it for ten."""
    if action.timescale.due_on is None:
        return None
    since = max(action.timescale.due_on, owners_told_on)
    return calendar.add_working_days(since, policy.lead_after)


def list_meeting_rungs(
    action: Action, group: Group, now: datetime, person: int, passed_for: str, calendar: Calendar, policy: Policy
) -> list[Rung]:
    """The request and the chase for the holding group's next meeting, for one person."""
    meeting = group.next_meeting(now)
    if meeting is None or not group.asks or action.state == "complete":
        return []
    dates = plan_meeting(meeting, group.papers, calendar, policy)
    return [
        Rung(on, "meeting", action.ref, f"{name} {dates.day.isoformat()}", person, passed_for)
        for name, on in (("request", dates.request), ("chase", dates.chase))
    ]


def find_silence(
    rung: Rung, action: Action | None, group: Group | None, now: datetime, calendar: Calendar, policy: Policy
) -> str | None:
    """Why this rung is not worth saying at this instant, in words for the ledger; None where it is.

    Decided from the facts of the moment of sending: an action finished this morning is not chased this afternoon.
    """
    today = calendar.today(now)
    if action is None:
        return "the plan no longer has this action"
    if action.state == "complete":
        return "it is complete"
    if rung.kind == "vulnerable":
        return None if action.escalation and action.escalation.state == "open" else "the alarm was withdrawn"
    if rung.kind == "not_mine":
        return None
    if action.proposal is not None:
        return "done, awaiting agreement" if action.proposal.kind == "closure" else "a new timescale awaits agreement"
    if rung.kind == "starting":
        return None
    if rung.kind == "timescale" and not rung.rung.endswith(f" {action.timescale.text}"):
        return "the timescale has moved"
    if rung.kind == "lead":
        return None if action.is_overdue(today) else "it is no longer overdue"
    if rung.kind == "overdue" and not action.is_overdue(today):
        return "it is no longer overdue"
    if rung.kind == "meeting":
        meeting = group.next_meeting(now) if group else None
        if meeting is None or group is None:
            return "there is no meeting to report to"
        dates = plan_meeting(meeting, group.papers, calendar, policy)
        if not rung.rung.endswith(dates.day.isoformat()):
            return "that meeting is past or moved"
        if has_answered(action, calendar.add_working_days(dates.request, -policy.answer_lasts)):
            return "it was answered for this meeting"
        return None
    if rung.kind == "mitigation" and (action.mitigation is None or action.mitigation.in_place_at):
        return "the mitigation is in place"
    if action.quiet_until and action.quiet_until >= today:
        return f"quiet until {action.quiet_until.day} {action.quiet_until:%B %Y}: it was answered or snoozed"
    return None


def carry_until(
    day: date, sent_on: Iterable[date], calendar: Calendar, policy: Policy, *, daily: bool = False
) -> date | None:
    """The last date whose rungs a bundle sent on `day` carries; None where no more may be sent in that week.

    One a day and two a week, Monday to Sunday: the second carries whatever falls due before the next can go.
    `sent_on` are the days of this person's bundles so far; `daily` lifts the weekly limit (the office).
    """
    monday = day - timedelta(days=day.weekday())
    in_week = {sent for sent in sent_on if monday <= sent < monday + timedelta(days=7) and sent != day}
    if daily:
        return day
    if len(in_week) >= policy.bundles_a_week:
        return None
    if len(in_week) == policy.bundles_a_week - 1:
        return calendar.on_or_after(monday + timedelta(days=7)) - timedelta(days=1)
    return day


# What a bundle says


@dataclass(frozen=True, slots=True)
class Item:
    """One rung that a bundle carries; `action` is None for something the office is told that is not about one."""

    rung: Rung
    action: Action | None
    words: str = ""


_URGENCY: dict[str, int] = {
    kind: n
    for n, kind in enumerate(
        ("vulnerable", "lead", "overdue", "timescale", "mitigation", "meeting", "starting", "not_mine", "office")
    )
}


def compose_bundle(items: Sequence[Item], day: date, calendar: Calendar, policy: Policy) -> Message:
    """One message for one person and day, most urgent first. Each action stands in it once."""
    own = [item for item in items if not item.rung.passed_for and item.rung.kind not in ("office", "not_mine")]
    own.sort(key=lambda item: (_URGENCY[item.rung.kind], _due(item), item.rung.subject))
    asked = [item for item in own if item.rung.kind not in ("vulnerable", "lead")]
    told = [item for item in own if item.rung.kind in ("vulnerable", "lead")]
    starting = [item for item in asked if item.rung.kind == "starting"]
    due = [item for item in asked if item.rung.kind != "starting"]
    since = calendar.add_working_days(day, -policy.answer_lasts)
    blocks: list[Block] = []
    lines: list[str] = []

    def part(title: str, intro: str) -> None:
        blocks.extend((Heading(title), *([Text(intro)] if intro else [])))
        lines.extend((title + ".", *([intro] if intro else [])))

    if told:
        part("For you to know", "")
        words = tuple(item.words for item in told)
        blocks.append(Bullets(words))
        lines += [f"- {each}" for each in words]
    if due:
        part(_count(len(due), "action needs", "actions need") + " a word from you", "")
        for item in due:
            _add(item, _ANSWERS, day, since, calendar, blocks, lines)
        if len(due) >= 4 and (rest := [item for item in due if item.rung.kind == "timescale"]):
            refs = " ".join(item.rung.subject for item in rest if item.action and not item.action.is_overdue(day))
            if refs:
                blocks.append(Buttons((Button("No change to the rest", f"nochange {refs}"),)))
    if starting:
        intro = (
            "These are yours in the plan. Please say of each: already done, still going, or not mine. "
            "After that I write only when something is due."
        )
        part(f"Your starting list: {_count(len(starting), 'action', 'actions')}", intro)
        for item in sorted(starting, key=lambda each: (_due(each), each.rung.subject)):
            _add(item, _STARTING_ANSWERS, day, since, calendar, blocks, lines)
    if asked:
        one = asked[0].rung.subject
        hint = (
            f"To answer in words, type for example: progress {one} and a sentence, or: slipping {one} Dec-22 and why."
        )
        blocks.append(Text(hint, quiet=True))
        lines.append(hint)
    passed = _list_passed(items)
    if passed:
        part("Please pass on", "These have no holder I can write to. halfterm people set ROLE ADDRESS gives one.")
        blocks.append(Bullets(passed))
        lines += [f"- {each}" for each in passed]
    office = tuple(item.words for item in items if item.rung.kind in ("office", "not_mine"))
    if office:
        part("For the programme office", "")
        blocks.append(Bullets(office))
        lines += [f"- {each}" for each in office]
    return Message("\n".join(lines), tuple(blocks))


_ANSWERS = (
    ("On track", "rag {} on-track"),
    ("No change", "nochange {}"),
    ("Slipping", "slipping {}"),
    ("Done", "done {}"),
    ("Not mine", "notmine {}"),
)
_STARTING_ANSWERS = (("Already done", "done {}"), ("Still going", "going {}"), ("Not mine", "notmine {}"))


def _add(
    item: Item,
    answers: Sequence[tuple[str, str]],
    day: date,
    since: date,
    calendar: Calendar,
    blocks: list[Block],
    lines: list[str],
) -> None:
    action = item.action
    if action is None:
        return
    words = f"{action.ref} · {action.look} · {say_due(action, day, calendar)}"
    why = say_why(item.rung)
    detail = shorten(action.text, 140, placeholder="…") + (f" — {why}" if why else "")
    others = action.bodies - waiting_for(action, since)
    if others and len(action.bodies) > 1:
        detail += f" — answered by {', '.join(sorted(others))}"
    elif len(action.owners) > 1:
        detail += f" — shared by {action.owner_names}"
    if item.rung.kind == "starting":
        last = max((entry.on for entry in action.plan_progress if entry.on), default=None)
        detail += f" — last entry {say_date(last)}" if last else " — no entry yet"
    blocks.append(Text(f"{words}\n{detail}"))
    blocks.append(Buttons(tuple(Button(label, command.format(action.ref)) for label, command in answers)))
    lines += [f"- {words}", f"  {detail}"]


def say_date(day: date) -> str:
    """`31 October 2022`."""
    return f"{day.day} {day:%B %Y}"


def say_due(action: Action, day: date, calendar: Calendar) -> str:
    """When an action is due as seen on a day: `due 31 October 2022, in 5 working days`."""
    due = action.timescale.due_on
    if due is None:
        return (
            f"timescale “{action.timescale.text}”: {action.timescale.reading}"
            if action.timescale.text
            else "no timescale"
        )
    if due < day:
        late = calendar.working_days_between(due, day)
        return f"was due {say_date(due)}, {_count(late, 'working day', 'working days')} ago"
    left = calendar.working_days_between(day, due)
    when = "today" if due == day else f"in {_count(left, 'working day', 'working days')}" if left <= 30 else ""
    return f"due {say_date(due)}" + (f", {when}" if when else "")


def say_why(rung: Rung) -> str:
    """Why a reminder comes now, in a few words; "" where the due date says it all."""
    if rung.kind == "meeting":
        return f"for the meeting on {say_date(date.fromisoformat(rung.rung.split()[-1]))}"
    return "its mitigation is due" if rung.kind == "mitigation" else ""


def _list_passed(items: Sequence[Item]) -> tuple[str, ...]:
    """`SM EHC: 2 actions (P1.3b, P2.2d)`, a line for each role that nobody holds."""
    by_role: dict[str, list[str]] = {}
    for item in items:
        if item.rung.passed_for:
            for role in item.rung.passed_for.split(VACANT):
                refs = by_role.setdefault(role, [])
                if item.rung.subject not in refs:
                    refs.append(item.rung.subject)
    return tuple(
        f"{role}: {_count(len(refs), 'action', 'actions')} ({', '.join(refs)})" for role, refs in by_role.items()
    )


def _due(item: Item) -> date:
    due = item.action.timescale.due_on if item.action else None
    return due or date.max


def _count(n: int, one: str, more: str) -> str:
    return f"{n} {one if n == 1 else more}"
