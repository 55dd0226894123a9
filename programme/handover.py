"""A handover: what whoever newly has a role is told of it, as a message and as a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import shorten

from programme.calendar import Calendar, say_date
from programme.facts import ANSWERS, Action, Group, Role
from programme.messages import Bullets, Facts, Heading, Text
from programme.paper import Paper, PaperBlock
from programme.rag import Rag
from programme.reminders import say_due
from programme.waiting import say_waiting

_MOST = 12  # actions in a message; the paper has them all
_MOST_WAITING = 5
_LAST = 3  # entries of an action in a message's paper
_WIDTH = 90
_EXPLAINED = (Rag.AT_RISK, Rag.VULNERABLE, Rag.DEFERRED)


@dataclass(frozen=True, slots=True)
class Handover:
    """A role as it is handed over. `before` says who had it, `labels` whom an entry is of; `asked` are the actions
    about which its holder was asked and has not answered; `chaired` what waits for it as a chair."""

    role: Role
    before: str
    actions: Sequence[Action]
    chaired: Sequence[Action]
    asked: frozenset[str]
    meetings: Sequence[tuple[Group, date, date]]  # a group, when its papers are due, when it meets
    labels: Mapping[str, str]
    day: date

    @property
    def open(self) -> list[Action]:
        return [one for one in self.actions if one.state == "open"]


def list_owed(one: Action, asked: bool, day: date) -> list[str]:
    """What somebody still owes an action: `a reason`, `the mitigation in place`."""
    owed = []
    if one.rag in _EXPLAINED and not one.reason:
        owed.append(f"a reason for {one.look!s}")
    if one.rag is Rag.AT_RISK and one.mitigation is None:
        owed.append("a mitigation")
    if one.mitigation and not one.mitigation.in_place_at:
        by = f" by {one.mitigation.by_text}" if one.mitigation.by_text else ""
        owed.append(f"the mitigation in place{by}")
    if one.proposal and one.proposal.kind == "closure" and one.last_said("evidence", "reason") is None:
        owed.append("evidence")
    if one.is_overdue(day) and one.proposal is None:
        owed.append("a new timescale, or that it is done")
    if asked and one.proposal is None:
        owed.append("the answer to the last reminder")
    return owed


def find_asked(one: Action, last_on: date | None) -> bool:
    """Whether nobody has answered since an action was last asked about."""
    return last_on is not None and not any(said.kind in ANSWERS and said.on >= last_on for said in one.said)


def compose_handover(handover: Handover, intro: str, calendar: Calendar) -> str:
    """The short form, for a message: a paragraph a subject."""
    lines = [intro, *([f"Before: {handover.before}."] if handover.before else [])]
    shown = handover.open[:_MOST]
    count = len(handover.open)
    lines += [f"{count} open {'action' if count == 1 else 'actions'}:"] if shown else []
    lines += [
        f"{one.ref} · {one.look} · {say_due(one, handover.day, calendar)}{_say_shared(one, handover)}" for one in shown
    ]
    if more := ", ".join(one.ref for one in handover.open[_MOST:]):
        lines.append(f"And {more}.")
    owed = [(one.ref, list_owed(one, one.ref in handover.asked, handover.day)) for one in handover.open]
    if said := "; ".join(f"{ref} {' and '.join(each)}" for ref, each in owed if each):
        lines.append(f"Owed: {said}.")
    if waits := [one for one in handover.open if one.proposal]:
        lines.append(f"Waiting to be agreed: {', '.join(one.ref for one in waits)}.")
    if handover.chaired:
        some = "; ".join(_say_waiting(one, handover) for one in handover.chaired[:_MOST_WAITING])
        lines.append(f"For you to agree or return: {some}.")
    lines += [_say_meeting(*each) for each in handover.meetings]
    lines.append(f"To see all of it: handover {handover.role.abbreviation}")
    return "\n".join(lines)


def compose_handover_paper(handover: Handover, calendar: Calendar) -> Paper:
    """The whole of it: every action with what was said of it."""
    pairs = [("Organisation", handover.role.organisation)] if handover.role.organisation else []
    pairs += [("Before", handover.before)] if handover.before else []
    pairs.append(("Open actions", str(len(handover.open))))
    pairs += [("Next meeting", _say_meeting(*each)) for each in handover.meetings]
    blocks: list[PaperBlock] = [Facts(tuple(pairs))]
    if handover.chaired:
        waiting = tuple(_say_waiting(one, handover) for one in handover.chaired)
        blocks += [Heading("To agree or return"), Bullets(waiting)]
    for one in handover.actions:
        blocks += [
            Heading(f"{one.ref} · {one.look}"),
            Text(one.text),
            Facts(tuple(_list_facts(one, handover, calendar))),
        ]
        planned = [
            f"{say_date(each.on) if each.on else 'undated'}, the plan: {each.text}" for each in one.plan_progress
        ]
        said = [
            f"{say_date(each.on)}, {handover.labels.get(each.by, each.by)}: {each.words}"
            for each in one.said
            if each.words
        ]
        if entries := [*planned, *said]:
            blocks.append(Bullets(tuple(entries)))
    return Paper(f"Handover: {handover.role.abbreviation}", handover.role.title, handover.day, tuple(blocks))


def _list_facts(one: Action, handover: Handover, calendar: Calendar) -> list[tuple[str, str]]:
    when = say_due(one, handover.day, calendar) if one.state == "open" else "complete"
    pairs = [("Timescale", f"{one.timescale.text or 'none'}, {when}")]
    if one.moves:
        pairs.append(("First timescale", one.first_timescale.text))
        pairs.append(("Moved to", ", ".join(one.moves)))
    if len(one.owners) > 1:
        pairs.append(("Shared by", one.owner_names))
    if owed := list_owed(one, one.ref in handover.asked, handover.day):
        pairs.append(("Owed", "; ".join(owed)))
    if one.proposal:
        pairs.append(("Proposed", _say_waiting(one, handover)))
    if one.mitigation:
        pairs.append(("Mitigation", one.mitigation.text))
    return pairs


def _say_shared(one: Action, handover: Handover) -> str:
    last = one.last_said("progress", "minute", "rating")
    parts = [f"first {one.first_timescale.text}, moved to {', '.join(one.moves)}"] if one.moves else []
    parts += [f"shared by {one.owner_names}"] if len(one.owners) > 1 else []
    if last and last.words:
        parts.append(f"last, {say_date(last.on)}: {shorten(last.words, _WIDTH, placeholder='…').rstrip('.')}")
    elif planned := [each for each in one.plan_progress if each.on]:
        latest = max(planned, key=lambda each: each.on or date.min)
        parts.append(f"last, {say_date(latest.on or handover.day)}: {shorten(latest.text, _WIDTH, placeholder='…')}")
    return f" · {' · '.join(parts)}" if parts else ""


def _say_waiting(one: Action, handover: Handover) -> str:
    by = handover.labels.get(one.proposal.by, one.proposal.by) if one.proposal else ""
    return say_waiting(one, by, briefly=True).rstrip(".")


def _say_meeting(group: Group, papers: date, day: date) -> str:
    return f"{group.name} meets on {say_date(day)}, papers {say_date(papers)}."
