"""When to say what to whom: the rungs of the three clocks, and the bundle that carries them (section 5, Reminders)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from textwrap import shorten

from programme.calendar import Calendar, say_date
from programme.chases import Chase
from programme.facts import Action, Group, Meeting, Owner, Person, Rung, RungKind
from programme.items import Item
from programme.messages import Block, Bullets, Button, Buttons, Heading, Message, Text
from programme.passing import VACANT, list_passed
from programme.policy import Policy
from programme.timescales import Timescale
from programme.wanted import say_count, say_how, say_need, say_owed, say_why
from programme.written import find_written_on

NO_MEETING, NOT_THEN = "there is no meeting to report to", "that meeting is past or moved"  # silences of requests


def list_timescale_rungs(due: Timescale, calendar: Calendar, policy: Policy) -> list[tuple[str, date]]:
    """(name, date) of each warning before a timescale and of the last working day on or before it, in order."""
    if due.due_on is None:
        return []
    last = calendar.on_or_before(due.due_on)
    before = policy.exact_timescale if due.exact else policy.timescale
    return [*((f"{n} before", calendar.add_working_days(last, -n)) for n in before), ("due", last)]


@dataclass(frozen=True, slots=True)
class Loop:
    """The days of one meeting's loop: updates requested, chased, papers due, the meeting itself."""

    request: date
    chase: date
    papers: date
    day: date


@dataclass(frozen=True, slots=True)
class MeetingDates:
    """The loops of a group's next meeting, and of those for which updates are requested before it is over."""

    loops: tuple[Loop, ...]


def plan_meeting(meeting: Meeting, papers: int | None, calendar: Calendar, policy: Policy) -> Loop:
    """Count back from the paper deadline, in working days."""
    day = calendar.today(meeting.starts_at)
    deadline = calendar.add_working_days(day, -(policy.papers if papers is None else papers))
    return Loop(
        calendar.add_working_days(deadline, -policy.request),
        calendar.add_working_days(deadline, -policy.chase),
        deadline,
        day,
    )


def find_meeting_dates(group: Group | None, now: datetime, calendar: Calendar, policy: Policy) -> MeetingDates | None:
    """The loops of a group's meetings; None where none is planned or the group asks nobody for anything."""
    ahead = list_within_reach(group, now, calendar, policy) if group and group.asks else []
    loops = tuple(plan_meeting(one, group.papers if group else None, calendar, policy) for one in ahead)
    return MeetingDates(loops) if loops else None


def list_within_reach(group: Group, now: datetime, calendar: Calendar, policy: Policy) -> list[Meeting]:
    """A group's next meeting and those for which updates are requested before it is over, in order."""
    ahead = sorted((one for one in group.meetings if one.starts_at >= now), key=lambda one: one.starts_at)
    loops = [plan_meeting(one, group.papers, calendar, policy) for one in ahead]
    return [one for one, loop in zip(ahead, loops, strict=True) if loop.request <= loops[0].day]


def find_asking(rung: Rung, group: Group, now: datetime, calendar: Calendar) -> Meeting | None:
    """The meeting to come that a request or a chase asks for; None where the group meets no more on that day."""
    there = (one for one in group.meetings if one.starts_at >= now)
    return next((one for one in there if rung.rung.endswith(calendar.today(one.starts_at).isoformat())), None)


def asked_of(action: Action, kind: RungKind) -> tuple[Owner, ...]:
    """Who is reminded with a rung of this kind: the role that a mitigation names, otherwise the owners."""
    who = action.mitigation.owner if kind == "mitigation" and action.mitigation else None
    return (who,) if who and who.roles else action.owners


def list_people(
    owners: Sequence[Owner], office: Iterable[Person], schemes: Collection[str]
) -> list[tuple[Person | None, str]]:
    """Everyone to remind, each with the role that is passed on ("" where it is the holder's own).

    A role that nobody holds whom a channel (`schemes`) can reach goes to every person of the office too; with no office
    either, to None. What is for a holder out of reach waits until their channel is set up.
    """
    own = {person.id: person for owner in owners for person in owner.people}
    reached = [owner for owner in owners if any(person.scheme in schemes for person in owner.people)]
    vacant = VACANT.join(owner.text for owner in owners if owner not in reached)
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
    """Every rung of an action's timescale for one person, in order.

    `started_on` is the day they had the action on a starting list, None if they have not; then all there is to say is
    the starting list, on `first_day`. Rungs on or before the starting list, or the day a new timescale was agreed, are
    never sent.
    """
    if action.state == "complete":
        return []
    if started_on is None:
        return [Rung(first_day, "starting", action.ref, "first", person, passed_for)]
    agreed = action.last_said("agree")
    since = max(started_on, agreed.on) if agreed else started_on
    if action.timescale.due_on is None or action.timescale.due_on < since:
        return []
    return [
        Rung(on, "timescale", action.ref, f"{name} {action.timescale.text}", person, passed_for)
        for name, on in list_timescale_rungs(action.timescale, calendar, policy)
        if on > since
    ]


def list_mitigation_rungs(
    action: Action, until: date, person: int, passed_for: str, calendar: Calendar, policy: Policy
) -> list[Rung]:
    """The rungs of a mitigation that is not in place yet: as a timescale's, then every ten working days."""
    plan = action.mitigation
    if plan is None or plan.by_on is None or plan.in_place_at or action.state == "complete":
        return []
    due = Timescale(plan.by_text, plan.by_on, plan.by_exact, "dated", None)
    rungs = list_timescale_rungs(due, calendar, policy)
    late = calendar.on_or_after(plan.by_on + timedelta(days=1))
    while late <= until:
        rungs.append(("overdue", late))
        late = calendar.add_working_days(late, policy.overdue_every)
    return [
        Rung(on, "mitigation", action.ref, f"{name} {plan.by_text}", person, passed_for)
        for name, on in rungs
        if plan.written_on < on <= until
    ]


def find_chase_day(
    action: Action,
    started_on: date,
    chased_on: date | None,
    day: date,
    calendar: Calendar,
    policy: Policy,
    person: int = 0,
) -> date | None:
    """The day, from `day` on, of a person's next joint chase of what is overdue, None where this action waits: it is
    not overdue yet, is quiet on that day, was on a starting list since, or has been answered by the `person`."""
    chase = make_chase(action, started_on, calendar, policy)
    on = chase.find_day(chased_on, day, calendar, policy) if chase else None
    answered = on is not None and action.has_answered(person, calendar.add_working_days(on, -policy.answer_lasts))
    return None if answered else on


def make_chase(action: Action, started_on: date, calendar: Calendar, policy: Policy) -> Chase | None:
    """The chase of somebody who has had an action since a day; None where there can be none."""
    due_on = action.timescale.due_on
    if due_on is None or action.state == "complete" or action.proposal is not None:
        return None
    return Chase(due_on, calendar.add_working_days(started_on, policy.overdue_every), action.quiet_until)


def tell_lead_on(action: Action, owners_told_on: date, calendar: Calendar, policy: Policy) -> date | None:
    """The day an accountable lead hears that an action is overdue: ten working days after the timescale, and never
    before its owners have had it for ten."""
    if action.timescale.due_on is None:
        return None
    since = max(action.timescale.due_on, owners_told_on)
    return calendar.add_working_days(since, policy.lead_after)


def list_meeting_rungs(ref: str, dates: MeetingDates | None, person: int, passed_for: str) -> list[Rung]:
    """The requests and the chases of an open action for its holding group's meetings, for one person."""
    return [
        Rung(on, "meeting", ref, f"{name} {loop.day.isoformat()}", person, passed_for)
        for loop in (dates.loops if dates else ())
        for name, on in (("request", loop.request), ("chase", loop.chase))
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
        alarm = action.escalation
        stands = alarm is not None and alarm.state == "open" and rung.rung == f"alarm {alarm.number}"
        return None if stands else "the alarm was withdrawn"
    if rung.kind in ("news", "not_mine"):
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
    since = calendar.add_working_days(today, -policy.answer_lasts)
    if rung.kind == "meeting":
        if group is None or find_meeting_dates(group, now, calendar, policy) is None:
            return NO_MEETING
        asking = find_asking(rung, group, now, calendar)
        if asking is None:
            return NOT_THEN
        since = plan_meeting(asking, group.papers, calendar, policy).request
        since = calendar.add_working_days(since, -policy.answer_lasts)
        if not action.waiting_for(since):
            return "it was answered for this meeting"
    if rung.kind != "mitigation" and action.quiet_until and action.quiet_until >= today:  # that one is another's
        return f"quiet until {action.quiet_until.day} {action.quiet_until:%B %Y}: it was answered or snoozed"
    answered = rung.kind in ("timescale", "overdue", "meeting") and not rung.passed_for
    if answered and action.has_answered(rung.person, since):
        others = "; another organisation is still to" if action.waiting_for(since) else ""
        return f"they have answered{others}"
    if rung.kind == "mitigation" and (action.mitigation is None or action.mitigation.in_place_at):
        return "the mitigation is in place"
    if rung.kind == "mitigation" and action.mitigation and not rung.rung.endswith(f" {action.mitigation.by_text}"):
        return "there is another mitigation now"
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


def next_bundle_day(day: date, sent: Collection[date], calendar: Calendar, policy: Policy, *, daily: bool) -> date:
    """The first day from `day` on when this person may have a bundle: one a day, and as many a week as `policy` has."""
    while day in sent or carry_until(day, sent, calendar, policy, daily=daily) is None:
        day = calendar.add_working_days(day, 1)
    return day


# What a bundle says


ASKED = ("overdue", "timescale", "mitigation", "meeting", "starting")  # kinds, the most urgent first
_TOLD = ("vulnerable", "lead", "news")
_MOST_IN_FULL = 20  # actions in one message; the others by reference alone
_MOST_AT_LENGTH, _WIDTH, _NARROW = 8, 140, 80  # above so many actions, fewer characters of each text
_ANSWERS = (
    ("On track", "rag {} on-track"),
    ("No change", "nochange {}"),
    ("Slipping", "slipping {}"),
    ("Done", "done {}"),
    ("Not mine", "notmine {}"),
)
_STARTING_ANSWERS = (("Already done", "done {}"), ("Still going", "going {}"), ("Not mine", "notmine {}"))
_MITIGATION_ANSWERS = (("It is in place", "inplace {}"), ("Show it", "action {}"))
_STARTING_INTRO = (
    "These are yours in the plan. Please say of each: already done, still going, or not mine. "
    "After that I write only when something is due."
)


def compose_bundle(items: Sequence[Item], day: date, calendar: Calendar, policy: Policy) -> Message:
    """One message for one person and day, most urgent first. Each action they are asked about stands in it once."""
    own = [item for item in items if not item.rung.passed_for]
    told = [item for item in own if item.rung.kind in _TOLD]
    office = [item.words for item in own if item.rung.kind in ("office", "not_mine")]
    asked: dict[str, list[Item]] = {}  # by action: every rung of it that has come, one line between them
    for item in sorted((each for each in own if each.rung.kind in ASKED), key=_urgency):
        asked.setdefault(item.rung.subject, []).append(item)
    starting = [rungs for rungs in asked.values() if rungs[0].rung.kind == "starting"]
    due = [rungs for rungs in asked.values() if rungs[0].rung.kind != "starting"]
    meets = _find_meeting(due)
    width = _WIDTH if len(asked) <= _MOST_AT_LENGTH else _NARROW
    blocks: list[Block] = []
    lines: list[str] = []

    def part(title: str, *bullets: str, intro: str = "") -> None:
        blocks.extend([Heading(title), *([Text(intro)] if intro else []), *([Bullets(bullets)] if bullets else [])])
        lines.extend([f"{title}.", *([intro] if intro else []), *(f"- {each}" for each in bullets)])

    def each(group: Sequence[Sequence[Item]], answers: Sequence[tuple[str, str]], rest: str, others: str) -> None:
        for rungs in group[:_MOST_IN_FULL]:
            ref, head, detail = rungs[0].rung.subject, *_say_action(rungs, width, day, calendar, policy, meets)
            blocks.append(Text(f"{head}\n{detail}"))
            if not rungs[0].is_settled:
                offered = _MITIGATION_ANSWERS if _is_mitigation(rungs) else answers
                blocks.append(Buttons(tuple(Button(label, command.format(ref)) for label, command in offered)))
            lines.extend((f"- {head}", f"  {detail}"))
        if more := ", ".join(rungs[0].rung.subject for rungs in group[_MOST_IN_FULL:]):
            blocks.append(Text(f"And {more}. To see them all: actions mine"))
            lines.append(f"And {more}. To see them all: actions mine")
        left = [one for one in group[:_MOST_IN_FULL] if not one[0].is_settled]
        shown = [one for one in left if not presses(one[0].action, one[0].meets_on, day) and not _is_mitigation(one)]
        calm = " ".join(one[0].rung.subject for one in shown)
        if len(group) >= 4 and calm:
            before = "before the meeting" if any(one[0].meets_on for one in group) else "yet"
            label = rest.format(len(shown), before)
            blocks.append(Buttons((Button(label, f"{others} {calm}"),)))
            lines.append(f"{label}: {others} {calm}")

    if told:
        more = ", ".join(item.rung.subject for item in told[_MOST_IN_FULL:])
        part("For you to know", *(item.words for item in told[:_MOST_IN_FULL]), *([f"And {more}."] if more else []))
    if due:
        left = sum(not rungs[0].is_settled for rungs in due)
        intro = f"Please say where each stands for the meeting on {say_date(meets)}." if meets and left else ""
        part(say_need(left, len(due)), intro=intro)
        each(due, _ANSWERS, "No change to the rest", "nochange")
    if starting:
        part(f"Your starting list: {say_count(len(starting), 'action', 'actions')}", intro=_STARTING_INTRO)
        each(starting, _STARTING_ANSWERS, "Still going: the {} not due {}", "going")
    if unsaid := sorted((one for one in asked.values() if not one[0].is_settled), key=_is_mitigation):
        hint = say_how(unsaid[0][0].rung.subject, starting=bool(starting), mitigation=_is_mitigation(unsaid[0]))
        blocks.append(Text(hint, quiet=True))
        lines.append(hint)
    for title in dict.fromkeys(item.title for item in own if item.title):
        part(title)
        for item in (each for each in own if each.title == title):
            blocks.extend([Text(item.words), *([Buttons(item.buttons)] if item.buttons else [])])
            lines.extend([f"- {item.words}", *(f"  {one.label}: {one.command}" for one in item.buttons)])
    intro, passed = list_passed(items)
    if passed:
        part("Please pass on", *passed, intro=intro)
    if office:
        part("For the programme office", *office)
    return Message("\n".join(lines), tuple(blocks))


def _urgency(item: Item) -> tuple[int, date, str]:
    due = item.action.timescale.due_on if item.action else None
    return ASKED.index(item.rung.kind), due or date.max, item.rung.subject


def _is_mitigation(rungs: Sequence[Item]) -> bool:
    """Whether all there is to say of an action is that its mitigation falls due, perhaps to who does not own it."""
    return all(item.rung.kind == "mitigation" for item in rungs)


def presses(action: Action | None, meets_on: date | None, day: date) -> bool:
    """Whether an action is overdue, or due before its group meets: then it needs an answer of its own."""
    due = action.timescale.due_on if action else None
    return due is not None and due <= max(day, meets_on or day)


def _find_meeting(due: Sequence[Sequence[Item]]) -> date | None:
    """The one meeting that several actions, all of them, are asked about: it is said once for all."""
    days = [{item.rung.rung.split()[-1] for item in rungs if item.rung.kind == "meeting"} for rungs in due]
    once = len(due) > 1 and len(days[0]) == 1 and days.count(days[0]) == len(days)
    return date.fromisoformat(min(days[0])) if once else None


def _say_action(
    rungs: Sequence[Item], width: int, day: date, calendar: Calendar, policy: Policy, meets: date | None
) -> tuple[str, str]:
    """The line of an action in a bundle and the smaller one below it."""
    action = rungs[0].action
    if action is None:
        return rungs[0].rung.subject, rungs[0].standing.words if rungs[0].standing else ""
    parts = [shorten(action.text, width, placeholder="…").rstrip(".")]
    parts[0] += "" if parts[0].endswith("…") else "."
    parts += dict.fromkeys(
        why
        for item in rungs
        if (why := say_why(item.rung, action, day, calendar)) and not (meets and item.rung.kind == "meeting")
    )
    if not _is_mitigation(rungs) and (owed := say_owed(action)):
        parts.append(owed)
    answered = action.bodies - action.waiting_for(calendar.add_working_days(day, -policy.answer_lasts))
    if standing := rungs[0].standing:
        parts = [*parts[: 1 if standing.is_settled else None], standing.words]
    elif answered and len(action.bodies) > 1:
        parts.append(f"Answered by {', '.join(sorted(answered))}.")
    elif len(action.owners) > 1:
        parts.append(f"Shared by {action.owner_names}.")
    if rungs[0].rung.kind == "starting" and not rungs[0].is_settled:
        last = find_written_on(action)
        if last or not action.plan_progress:
            parts.append(f"Last entry {say_date(last)}." if last else "No entry yet.")
        words = rungs[0].words if len(rungs[0].words) <= width else rungs[0].words.rpartition(" (")[0]
        parts += [f"Indicator: {shorten(words, width, placeholder='…')}"] if words else []
    return f"{action.ref} · {action.look} · {say_due(action, day, calendar)}", " ".join(parts)


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
        return f"was due {say_date(due)}, {say_count(late, 'working day', 'working days')} ago"
    left = calendar.working_days_between(day, due)
    if left > 30:
        return f"due {say_date(due)}"
    when = f"in {say_count(left, 'working day', 'working days')}" if left else "today is the last working day before it"
    return f"due {say_date(due)}, {'today' if due == day else when}"
