"""The digest a chair is handed: counts, then every action once, under the first thing that is to be said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from textwrap import shorten

from programme.calendar import Calendar
from programme.escalation import say_mitigation
from programme.facts import Action, Group, covers, find_holding_group
from programme.messages import Block, Bullets, Button, Buttons, Facts, Heading, Message, Picture, Table, Text
from programme.paper import Paper, PaperBlock
from programme.plan import Metric
from programme.rag import COMPLETE, LOOKS, Look, Rag
from programme.reminders import Policy, has_answered, plan_meeting, say_date, say_due

_MOST_IN_MESSAGE = 5
_UNTIL_NEXT = timedelta(weeks=7)  # about a half term, where the meeting after is not known


@dataclass(frozen=True, slots=True)
class Line:
    """One action in a digest and what is to be said of it there."""

    action: Action
    note: str
    signs: tuple[str, ...]


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


def list_signs(
    action: Action, day: date, last_meeting: date | None, had_since: date | None, calendar: Calendar, policy: Policy
) -> tuple[str, ...]:
    """What the record shows, beside what was reported (section 5, Honest RAG).

    `had_since` is the day its owners were given it: staleness counts from the later of that and the last entry.
    """
    signs = []
    if action.is_overdue(day) and action.timescale.due_on:
        late = calendar.working_days_between(action.timescale.due_on, day)
        signs.append(f"overdue by {late} working {'day' if late == 1 else 'days'}")
    if action.moves:
        times = {1: "once", 2: "twice"}.get(len(action.moves), f"{len(action.moves)} times")
        signs.append(f"moved {times} {action.first_timescale.text}→{action.moves[-1]}")
    if action.state == "open":
        last = max((each for each in (action.last_entry_on, had_since) if each), default=None)
        if last_meeting is not None:
            if action.last_entry_on is None or action.last_entry_on < last_meeting:
                signs.append("no written entry since the last meeting")
        elif last is None:
            signs.append("no written entry yet")
        elif calendar.working_days_between(last, day) > policy.stale_after:
            signs.append(f"no written entry for {calendar.working_days_between(last, day)} working days")
    closing = action.state == "complete" or (action.proposal is not None and action.proposal.kind == "closure")
    if closing and not any(said.kind == "evidence" for said in action.said):
        signs.append("no evidence supplied")
    return tuple(signs)


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
    since = calendar.today(last.starts_at) if last else None
    after = group.next_meeting(meeting.starts_at + timedelta(minutes=1)) if meeting else None
    next_day = calendar.today(after.starts_at) if after else day + _UNTIL_NEXT
    shown = [action for action in actions if covers(group, action)]
    asked_from = None
    if meeting:
        dates = plan_meeting(meeting, group.papers, calendar, policy)
        asked_from = calendar.add_working_days(dates.request, -policy.answer_lasts)
    titles = (
        "Deferred",
        "Escalated",
        "To agree",
        "Overdue" + (" on the day of the meeting" if meeting else ""),
        "Timescale moved",
        "Due before the meeting after" if meeting else "Due in the next seven weeks",
        "No update for this meeting",
        "Others open",
        "Complete",
    )
    found: dict[str, list[Line]] = {title: [] for title in titles}
    for action in shown:
        holding = find_holding_group(action.focus_area, action.priority, groups)
        signs = list_signs(action, day, since, had_since.get(action.ref), calendar, policy)
        held_here = holding is not None and holding.id == group.id
        unanswered = asked_from is not None and held_here and group.asks and not has_answered(action, asked_from)
        which, note = _place(action, day, next_day, today, calendar, metrics, unanswered=unanswered, since=since)
        found[titles[which]].append(Line(action, note, signs))
    for lines in found.values():
        lines.sort(key=lambda line: line.action.timescale.due_on or date.max)
    return Digest(
        group.name,
        day,
        meeting is not None,
        since,
        len(shown),
        _count(shown, last.starts_at if last else None),
        tuple(Section(title, tuple(lines)) for title, lines in found.items() if lines),
        _metrics_due(metrics, {action.ref for action in shown}, day),
        today,
    )


def _place(
    action: Action,
    day: date,
    next_day: date,
    today: date,
    calendar: Calendar,
    metrics: Mapping[str, Metric],
    *,
    unanswered: bool,
    since: date | None,
) -> tuple[int, str]:
    """The one section an action stands in (by index) and what is said of it there."""
    due = action.timescale.due_on
    when = say_due(action, today, calendar)
    if action.state == "complete":
        return 8, "complete"
    if action.rag is Rag.DEFERRED:
        new = action.proposal.timescale.text if action.proposal and action.proposal.timescale else action.timescale.text
        return 0, f"first {action.first_timescale.text}, now {new}. Mitigation: {say_mitigation(action)}"
    if action.escalation and action.escalation.state == "open":
        seen = "acknowledged" if action.escalation.acknowledged_at else "not yet acknowledged"
        why = f"{action.reason.rstrip('.')}. " if action.reason else "No reason given. "
        word = LOOKS[action.escalation.kind].word
        return 1, f"{word}, {seen}. {why}Mitigation: {say_mitigation(action)}"
    if action.proposal is not None:
        carried = ", carried" if since and calendar.today(action.proposal.at) < since else ""
        if action.proposal.kind == "closure":
            latest = _latest(metrics.get(action.ref))
            criteria = action.success_criteria or "no success criteria"
            return 2, f"done, awaiting agreement{carried}. Success: {criteria}" + (
                f" Latest metric: {latest}" if latest else ""
            )
        new = action.proposal.timescale.text if action.proposal.timescale else ""
        return 2, f"{new} proposed in place of {action.timescale.text}{carried}. {action.proposal.words}".rstrip()
    if due is not None and action.is_overdue(day):
        return 3, f"was due {say_date(due)}"
    if action.moves:
        return 4, f"{action.first_timescale.text}→{action.moves[-1]}: {when}"
    if due is not None and due <= next_day:
        return 5, when
    return (6 if unanswered else 7), when


def _latest(metric: Metric | None) -> str:
    points = [point for point in metric.points if point.text] if metric else []
    return f"{points[-1].text} ({points[-1].period})" if points else ""


def _metrics_due(metrics: Mapping[str, Metric], refs: set[str], day: date) -> tuple[str, ...]:
    """Periods that have come and have no figure yet: `May 2022: 54 figures`."""
    from programme.timescales import parse_timescale

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
    """How the action stood at an instant, from what was said of it."""
    if action.state == "complete" and not any(said.at > instant for said in action.said):
        return COMPLETE
    before = [said for said in action.said if said.kind == "rating" and said.at <= instant]
    if before:
        return LOOKS[Rag(max(before, key=lambda said: said.at).value)]
    rated_since = any(said.kind == "rating" for said in action.said)
    return LOOKS[None if rated_since else action.rag]


def say_counts(digest: Digest) -> str:
    """`54 actions: 🔴 At risk 1 (+1), ⚪ Not yet rated 52 (−1), ✅ Complete 1`."""
    parts = []
    for count in digest.counts:
        if count.now or count.change:
            change = f" ({count.change:+d})".replace("-", "−") if count.change else ""
            parts.append(f"{count.look} {count.now}{change}")
    return f"{digest.total} {'action' if digest.total == 1 else 'actions'}: {', '.join(parts)}"


def compose_digest_message(digest: Digest, picture: Picture | None = None) -> Message:
    """The short form, for a chat: counts, then the first few of each section; the whole is the paper."""
    title = _title(digest)
    counts = say_counts(digest)
    blocks: list[Block] = [Heading(title), *([picture] if picture else []), Text(counts)]
    lines = [f"{title}.", counts]
    for section in digest.sections:
        if section.title in ("Others open", "Complete"):
            continue
        head = f"{section.title}: {len(section.lines)}"
        first = section.lines[:_MOST_IN_MESSAGE]
        bullets = [_say(line) for line in first]
        if len(section.lines) > len(first):
            rest = ", ".join(line.action.ref for line in section.lines[len(first) :])
            bullets.append(f"and {len(section.lines) - len(first)} more: {rest}")
        blocks += [Heading(head), Bullets(tuple(bullets))]
        lines += [f"{head}.", *(f"- {each}" for each in bullets)]
        if section.title == "To agree":
            refs = [line.action.ref for line in first]
            pairs = [
                (Button(f"Agree {ref}", f"agree {ref}", "primary"), Button(f"Return {ref}", f"return {ref}"))
                for ref in refs
            ]
            blocks.append(Buttons(tuple(button for pair in pairs for button in pair)))
    if digest.metrics_due:
        head = "Figures due: " + "; ".join(digest.metrics_due)
        blocks.append(Text(head))
        lines.append(head)
    hint = "The programme office has the whole of it as Word and PDF."
    return Message("\n".join([*lines, hint]), (*blocks, Text(hint, quiet=True)))


def compose_since(
    group: str, actions: Sequence[Action], pack_at: datetime, day: date, labels: Mapping[str, str], calendar: Calendar
) -> Message:
    """On the morning of the meeting: what was said, and what fell due, since the pack went at `pack_at`."""
    pack_on = calendar.today(pack_at)
    title = f"{group} meets today: what has moved since the pack of {say_date(pack_on)}"
    lines = []
    for action in actions:
        said = [each for each in action.said if each.at > pack_at]
        if said:
            words = "; ".join(f"{labels[each.by]}: {each.words or each.value.replace('_', ' ')}" for each in said)
            lines.append(f"{action.ref} {action.look}: {words}")
        elif action.is_overdue(day) and not action.is_overdue(pack_on):
            lines.append(f"{action.ref} {action.look}: now overdue, {say_due(action, day, calendar)}")
    if not lines:
        text = f"{title}: nothing."
        return Message(text, (Text(text),))
    return Message("\n".join([f"{title}.", *(f"- {line}" for line in lines)]), (Heading(title), Bullets(tuple(lines))))


def _say(line: Line) -> str:
    action = line.action
    signs = f" [{'; '.join(line.signs)}]" if line.signs else ""
    what = shorten(action.text, 80, placeholder="…")
    return f"{action.ref} {action.look} · {what} ({action.owner_names}): {line.note}{signs}"


def _title(digest: Digest) -> str:
    return f"{digest.group}: digest for {'the meeting on ' if digest.has_meeting else ''}{say_date(digest.day)}"


def compose_digest_paper(digest: Digest, picture: Picture | None = None) -> Paper:
    """The whole digest, every action once."""
    facts: list[tuple[str, str]] = [
        (
            str(count.look),
            f"{count.now}"
            + (f" ({count.change:+d} since {say_date(digest.since)})" if digest.since and count.change else ""),
        )
        for count in digest.counts
    ]
    blocks: list[PaperBlock] = [*([picture] if picture else []), Facts(tuple(facts))]
    for section in digest.sections:
        blocks.append(Heading(f"{section.title} ({len(section.lines)})"))
        rows = tuple(
            (
                line.action.ref,
                line.action.text,
                line.action.owner_names,
                line.action.timescale.text,
                str(line.action.look),
                line.note + (f" The record shows: {'; '.join(line.signs)}." if line.signs else ""),
            )
            for line in section.lines
        )
        blocks.append(Table(("Ref", "Action", "Owners", "Timescale", "Reported", "What is to be said"), rows))
    if digest.metrics_due:
        blocks += [Heading("Figures due"), Bullets(digest.metrics_due)]
    subtitle = f"Changes since {say_date(digest.since)}" if digest.since else f"{digest.total} actions"
    return Paper(_title(digest), subtitle, digest.as_at, tuple(blocks))
