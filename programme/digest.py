"""The digest a chair is handed: counts, then every action once, under the first thing that is to be said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from textwrap import shorten

from programme.calendar import Calendar, say_date
from programme.escalation import is_chairs_own, say_mitigation, say_span
from programme.facts import Action, Escalation, Group, Said, covers, find_holding_group
from programme.forecast import find_forecast
from programme.minutes import Decision, find_decision, say_decision
from programme.permissions import find_deciding_group, say_decider
from programme.plan import Metric
from programme.policy import Policy
from programme.rag import COMPLETE, LOOKS, Look, Rag
from programme.reminders import plan_meeting, say_due
from programme.timescales import parse_timescale
from programme.updates import lacks_evidence
from programme.written import find_written_on, has_written_since

_NOTED = {"overdue": "overdue by", **dict.fromkeys(("escalated", "rated", "deferred"), "mitigation written")}
_UNTIL_NEXT = timedelta(weeks=7)  # about a half term, where the meeting after is not known
_NO_UPDATE = "no update for this meeting"


@dataclass(frozen=True, slots=True)
class Line:
    """One action in a digest and what is to be said of it there."""

    action: Action
    note: str
    signs: tuple[str, ...]
    held: bool = True  # whether what is proposed is the group's to agree: it holds it, or is above one whose own it is
    decided: bool = False  # whether a meeting said something of it


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many actions show this look now, and how many more or fewer than at the last meeting (None: no meeting)."""

    look: Look
    now: int
    change: int | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a group is told. `day` is the meeting, or today where none is planned; every action is in one section."""

    group: str
    day: date
    has_meeting: bool
    since: date | None
    total: int
    counts: tuple[Count, ...]
    sections: tuple[Section, ...]
    metrics_due: tuple[str, ...]
    as_at: date
    to_confirm: int = 0  # lines of this group's minutes that nobody has confirmed yet


def list_signs(
    action: Action,
    day: date,
    last_meeting: datetime | None,
    had_since: date | None,
    calendar: Calendar,
    policy: Policy,
    today: date | None = None,
) -> tuple[str, ...]:
    """What the record shows, beside what was reported (section 5, Honest RAG).

    It is overdue on the `day`. `last_meeting` is when the holding group's began. `had_since` is the day the owners were
    given the action: staleness counts from the later of that and the last entry, to `today` where the day is still to
    come.
    """
    signs = []
    if action.is_overdue(day) and action.timescale.due_on:
        late = calendar.working_days_between(action.timescale.due_on, day)
        signs.append(_say_late(late))
    if action.moves:
        times = {1: "once", 2: "twice"}.get(len(action.moves), f"{len(action.moves)} times")
        signs.append(f"moved {times} {action.first_timescale.text}→{action.moves[-1]}")
    if action.state == "open":
        signs += _list_stale(action, today or day, last_meeting, had_since, calendar, policy)
        if action.mitigation and not action.mitigation.in_place_at:
            signs.append("mitigation written, not in place")
    closing = action.state == "complete" or (action.proposal is not None and action.proposal.kind == "closure")
    if lacks_evidence(action):
        signs.append("no evidence and no reason given")
    elif closing and not any(said.kind == "evidence" for said in action.said):
        signs.append("no evidence supplied")
    return tuple(signs)


def _say_late(days: int) -> str:
    return f"overdue by {days} working {'day' if days == 1 else 'days'}"


def _list_stale(
    action: Action, day: date, last_meeting: datetime | None, had_since: date | None, calendar: Calendar, policy: Policy
) -> list[str]:
    last = max((each for each in (find_written_on(action), had_since) if each), default=None)
    if last is None:
        return ["no written entry yet"]
    if last_meeting is not None and calendar.today(last_meeting) < day:
        had_later = had_since is not None and had_since >= calendar.today(last_meeting)
        fresh = had_later or has_written_since(action, last_meeting, calendar)
        return [] if fresh else ["no written entry since the last meeting"]
    quiet = calendar.working_days_between(last, day, school=True)
    return [f"no written entry for {quiet} working days"] if quiet > policy.stale_after else []


@dataclass(frozen=True, slots=True)
class _View:
    """What decides where an action stands in one digest: the day it is for, the meetings around it, and today."""

    day: date
    next_day: date
    since: date | None
    asked_from: date | None  # answers from this day on count for the meeting; None where nobody has been asked
    today: date
    calendar: Calendar
    metrics: Mapping[str, Metric]
    groups: Sequence[Group]


def gather_digest(
    group: Group,
    groups: Sequence[Group],
    actions: Sequence[Action],
    metrics: Mapping[str, Metric],
    had_since: Mapping[str, date],
    now: datetime,
    calendar: Calendar,
    policy: Policy,
) -> Digest:
    """Decide what a group's digest says at an instant, for its next meeting where one is planned."""
    meeting, last = group.next_meeting(now), group.last_meeting(now)
    today = calendar.today(now)
    day = calendar.today(meeting.starts_at) if meeting else today
    after = group.next_meeting(meeting.starts_at + timedelta(minutes=1)) if meeting else None
    dates = plan_meeting(meeting, group.papers, calendar, policy) if meeting and group.asks else None
    view = _View(
        day,
        calendar.today(after.starts_at) if after else day + _UNTIL_NEXT,
        calendar.today(last.starts_at) if last else None,
        calendar.add_working_days(dates.request, -policy.answer_lasts) if dates and dates.request <= today else None,
        today,
        calendar,
        metrics,
        groups,
    )
    shown, terms = [action for action in actions if covers(group, action)], calendar.half_terms
    titles = {
        "deferred": "Deferred",
        "escalated": "Escalated",
        "rated": "At risk or vulnerable",
        "overdue": "Overdue on the day of the meeting" if meeting else "Overdue",
        "due": "Due before the meeting after" if meeting else "Due in the next seven weeks",
        "moved": "Timescale moved",
        "agree": "To agree",
        "silent": "No update for this meeting",
        "partly": "Answered in part",
        "decided": "Decided at the last meeting" if last else "Minuted",
        "carried": "Carried from the last meeting",
        "others": "Others open",
        "complete": "Complete",
    }
    found: dict[str, list[Line]] = {place: [] for place in titles}
    for action in shown:
        holding = find_holding_group(action.focus_area, action.priority, groups)
        met = holding.last_meeting(now) if holding else None
        met_at = met.starts_at if met else None
        signs = list_signs(action, day, met_at, had_since.get(action.ref), calendar, policy, today)
        held_here = holding is not None and holding.id == group.id
        proposed = action.proposal is not None and bool(action.proposal.words)  # what it says is an update
        unheard = _say_unheard(action, view.asked_from) if held_here and not proposed else ""
        decision = find_decision(_with_own_minutes(action, group, groups, held=held_here), view.since, terms)
        place, note = _place(action, view, decision, unheard)
        decided = _list_decided(decision, view, note)
        signs = (*_without_repeats(signs, place, view), *decided)
        if unheard and place not in ("silent", "complete"):
            signs = (*signs, unheard)
        if policy.forecast and (forecast := find_forecast(action, today, calendar, policy)):
            signs = (*signs, str(forecast))
        decider = find_deciding_group(action, groups) if holding and holding.chairs and action.proposal else holding
        to_agree = decider is not None and decider.id == group.id
        if held_here and not to_agree:
            note += f" Nobody agrees their own, so it waits for {say_decider(decider)}."
        found[place].append(Line(action, note, signs, to_agree, bool(decided)))
    for lines in found.values():
        lines.sort(key=lambda line: line.action.timescale.due_on or date.max)
    sections = [Section(titles[place], tuple(lines)) for place, lines in found.items() if lines]
    return Digest(
        group.name,
        day,
        meeting is not None,
        view.since,
        len(shown),
        _count(shown, last.starts_at if last else None),
        tuple(sections),
        _metrics_due(metrics, {action.ref for action in shown if action.state == "open"}, day),
        today,
    )


def _without_repeats(signs: Sequence[str], place: str, view: _View) -> tuple[str, ...]:
    """The signs that the note in this section has not said already; what is overdue is so on the day it is for."""
    ahead = " on the day" if view.day > view.today else ""
    shown = (f"{sign}{ahead}" if sign.startswith("overdue by") else sign for sign in signs)
    return tuple(sign for sign in shown if not (place in _NOTED and sign.startswith(_NOTED[place])))


def _say_unheard(action: Action, asked_from: date | None) -> str:
    """Whose word on an action is still to come of those who were asked; "" where nobody's is."""
    waiting = action.waiting_for(asked_from) if asked_from else frozenset()
    if waiting == action.bodies:
        return _NO_UPDATE if waiting else ""
    return f"no word from {' or '.join(sorted(waiting))} yet" if waiting else ""


def _with_own_minutes(action: Action, group: Group, groups: Sequence[Group], *, held: bool) -> Action:
    """The action without what other groups minuted of it. A minute of a name that no group has now is of the group that
    holds it."""

    def is_own(said: Said) -> bool:
        named = [one.name for one in groups if said.value == one.name or said.value.startswith(f"{one.name}, ")]
        return max(named, key=len) == group.name if named else held

    return replace(action, said=tuple(said for said in action.said if said.kind != "minute" or is_own(said)))


def _list_decided(decision: Decision | None, view: _View, note: str) -> tuple[str, ...]:
    """What the last meeting said of an action that stands in the digest for another cause."""
    if decision is None or (said := say_decision(decision)) == note:
        return ()
    how = "carried" if not decision.last else "decided at the last meeting" if view.since else "minuted"
    return (f"{how}: {shorten(said, 160, placeholder='…').rstrip('.')}",)


def _place(action: Action, view: _View, decision: Decision | None, unheard: str) -> tuple[str, str]:
    """The one section an action stands in and what is said of it there: the first that asks something of the chair."""
    due = action.timescale.due_on
    when = say_due(action, view.today, view.calendar)
    proposed = _say_proposal(action, view)
    if action.state == "complete":
        return "complete", "complete"
    alarm = action.escalation if action.escalation and action.escalation.state == "open" else None
    mitigation, first = f"Mitigation: {say_mitigation(action)}.", ""
    if action.rag is Rag.DEFERRED:
        new = f", now {action.timescale.text}" if action.timescale.text != action.first_timescale.text else ""
        first = f"First {action.first_timescale.text}{new}."
    if first and alarm is None:
        return "deferred", " ".join(filter(None, (first, proposed, mitigation)))
    if alarm or action.rag in (Rag.AT_RISK, Rag.VULNERABLE):
        kind = alarm.kind if alarm else action.rag
        seen = f", {_say_seen(action, alarm, view)}" if alarm else ""
        given = action.reason_for(kind)
        reason = say_sentence(given or "no reason given")
        proposed = _say_proposal(action, view, given)
        stands = f"{seen.removeprefix(', ')}." if seen else ""
        if action.rag is not kind:  # what stands beside the reference is another rating
            stands = f"{LOOKS[kind].word}{seen}."
        is_over = action.escalation is not None and action.escalation.state == "closed"
        parts = (stands, reason, first, mitigation, proposed)
        return "rated" if is_over else "escalated", " ".join(filter(None, parts))
    if action.proposal is not None:
        carried = view.since is not None and view.calendar.today(action.proposal.at) < view.since
        return "carried" if carried else "agree", proposed
    if due is not None and action.is_overdue(view.day):
        late = _say_late(view.calendar.working_days_between(due, view.day))
        was, ahead = "was due" if due < view.today else "due", " on the day" if view.day > view.today else ""
        return "overdue", f"{was} {say_date(due)}, {late}{ahead}"
    if decision:
        return "decided" if decision.last else "carried", say_decision(decision)
    if due is not None and due <= view.next_day:
        return "due", when
    if action.moves:
        return "moved", when
    return ("others" if not unheard else "silent" if unheard == _NO_UPDATE else "partly"), when


def _say_seen(action: Action, alarm: Escalation, view: _View) -> str:
    """`acknowledged after 2 days`, counted from when the alarm was raised."""
    if alarm.acknowledged_at is None:
        return "not yet acknowledged"
    if is_chairs_own(alarm):
        holding = find_holding_group(action.focus_area, action.priority, view.groups)
        return f"raised by the chair of {holding.name}" if holding else "raised by the chair"
    return f"acknowledged after {say_span(alarm.acknowledged_at - alarm.at)}"


def _say_proposal(action: Action, view: _View, said: str = "") -> str:
    """What the chair is asked to agree; "" where nothing is. `said` are words that stand there already."""
    if action.proposal is None:
        return ""
    given = action.proposal.words
    words = f" {say_sentence(given)}" if given and given != said else ""
    if action.proposal.kind == "timescale":
        new = action.proposal.timescale.text if action.proposal.timescale else ""
        return f"{new} proposed in place of {action.timescale.text or 'none'}.{words}"
    criteria = (action.success_criteria or "none written").rstrip(".")
    latest = say_latest(view.metrics.get(action.ref))
    return f"Done, awaiting agreement.{words} Success criteria: {criteria}." + (
        f" Latest metric: {latest}." if latest else ""
    )


def say_sentence(words: str) -> str:
    first = words[:1] if words.startswith("http") else words[:1].upper()
    return f"{first}{words[1:].rstrip('.')}."


def say_latest(metric: Metric | None) -> str:
    """`12 schools (May 2022)`: the newest figure of a metric; "" where there is none."""
    points = [point for point in metric.points if point.text] if metric else []
    text = " ".join((points[-1].text or "").split()) if points else ""
    period = points[-1].period.replace(" (", ", ").replace(")", "") if points else ""
    return f"{text.rstrip('.')} ({period})" if points else ""


def _metrics_due(metrics: Mapping[str, Metric], refs: set[str], day: date) -> tuple[str, ...]:
    """Periods that have come and have no figure yet: `May 2022: 54 figures`."""
    missing: dict[str, int] = {}
    for metric in metrics.values():
        for point in metric.points:
            due = parse_timescale(point.period.partition("(")[0]).due_on
            if metric.ref in refs and point.text is None and due is not None and due <= day:
                missing[point.period] = missing.get(point.period, 0) + 1
    return tuple(f"{period}: {n} {'figure' if n == 1 else 'figures'} missing" for period, n in missing.items())


def _count(actions: Sequence[Action], last_meeting: datetime | None) -> tuple[Count, ...]:
    """Every look with its count, worst first; `not yet rated` is a count of its own, never taken for on track."""
    now: dict[Look, int] = dict.fromkeys((*LOOKS.values(), COMPLETE), 0)
    then = dict(now)
    for action in actions:
        now[action.look] += 1
        if last_meeting is not None:
            then[_look_at(action, last_meeting)] += 1
    return tuple(Count(look, n, n - then[look] if last_meeting is not None else None) for look, n in now.items())


def _look_at(action: Action, instant: datetime) -> Look:
    """How the action stood at an instant, from what was said of it; what was agreed since was not complete then."""
    agreed = action.last_said("agree")
    if action.state == "complete" and not (agreed and agreed.at > instant):
        return COMPLETE
    ratings = [said for said in action.said if said.kind == "rating"]
    before = [said for said in ratings if said.at <= instant]
    if before:
        return LOOKS[Rag(before[-1].value)]
    return LOOKS[None if ratings else action.rag]
