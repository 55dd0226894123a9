"""The words of somebody's home: their actions, the most urgent first; a chair's groups; what the office watches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from textwrap import shorten
from typing import TypeVar

from programme.calendar import Calendar, say_date
from programme.facts import Action, Group
from programme.messages import Block, Bullets, Button, Buttons, Heading, Message, Text
from programme.policy import Policy
from programme.rag import LOOKS, Rag
from programme.reminders import plan_meeting, say_due

T = TypeVar("T")

ON_A_PAGE, ON_A_SHARED_PAGE = 8, 5  # actions; the fewer where a chair's or the office's part stands below
EMPTY, HELD = "Roles with nobody in them", "Roles held by somebody I cannot write to"
_MOST_TOLD = 4
_WIDTH, _NARROW = 110, 70
_MOST_NAMED = 1_500  # characters of names in one line
_ANSWERS = (
    ("On track", "rag {} on-track"),
    ("No change", "nochange {}"),
    ("Slipping", "slipping {}"),
    ("Done", "done {}"),
    ("Update…", "update {}"),
)


class Urgency(IntEnum):
    """How an open action presses; the lowest number first."""

    OVERDUE = 0
    BEFORE_MEETING = 1
    SOON = 2
    ASKED = 3  # by a message that nobody of theirs has answered
    CALM = 4


@dataclass(frozen=True, slots=True)
class Mine:
    """An open action of somebody's, and whether a word from them is wanted now. `still_to`: their side has answered,
    and these organisations are still to. `disowned`: the last they said is that it is not theirs."""

    action: Action
    urgency: Urgency
    asked: bool
    meets_on: date | None
    still_to: frozenset[str] | None = None
    disowned: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """The first few of a list, a line each, and how many there are; `buttons` go below it. `named` is how many its
    lines name, where a line names several."""

    title: str
    lines: tuple[str, ...]
    total: int
    buttons: tuple[Button, ...] = ()
    named: int = 0

    @property
    def more(self) -> int:
        """How many its lines do not name."""
        return self.total - (self.named or len(self.lines))


@dataclass(frozen=True, slots=True)
class Home:
    """What a home shows. `mine` are the actions of this page, of `pages`; `total` and `asked` count all of theirs."""

    mine: tuple[Mine, ...]
    total: int
    asked: int
    page: int
    pages: int
    groups: tuple[str, ...] = ()
    chaired: tuple[Listed, ...] = ()
    digests: tuple[str, ...] = ()
    watched: tuple[Listed, ...] | None = None
    reads_all: bool = False


def say_meeting(group: Group, now_on: date, calendar: Calendar, policy: Policy) -> str:
    """The next meeting of a group from a day on, with the dates of its loop."""
    meeting = min(
        (one for one in group.meetings if calendar.today(one.starts_at) >= now_on),
        key=lambda one: one.starts_at,
        default=None,
    )
    if meeting is None:
        return f"{group.name} has no meeting planned."
    dates = plan_meeting(meeting, group.papers, calendar, policy)
    loop = f"updates asked for {say_date(dates.request)}, chased {say_date(dates.chase)}, " if group.asks else ""
    local = calendar.local(meeting.starts_at)
    return f"{group.name}: {local:%A} {say_date(dates.day)} at {local:%H:%M}; {loop}papers {say_date(dates.papers)}."


def compose_home_message(home: Home, day: date, calendar: Calendar) -> Message:
    """The home as a message whose text stands alone."""
    blocks: list[Block] = []
    lines: list[str] = []

    def say(*found: Block, text: Iterable[str]) -> None:
        blocks.extend(found)
        lines.extend(text)

    if home.total or not (home.groups or home.watched is not None):
        _say_mine(home, day, calendar, blocks, lines)
    if home.groups:
        say(
            Heading("Groups you chair"),
            Bullets(home.groups),
            Buttons(tuple(Button(f"Digest: {name}", f"digest {name}") for name in home.digests)),
            text=["Groups you chair.", *(f"- {each}" for each in home.groups), "To read a digest, type: digest GROUP"],
        )
    for each in home.chaired:
        _say_listed(each, blocks, lines)
    if home.watched is not None:
        say(Heading("For the programme office"), text=["For the programme office."])
        for each in home.watched:
            _say_listed(each, blocks, lines)
        if not home.watched:
            say(Text("Nothing is waiting for you."), text=["Nothing is waiting for you."])
    if home.reads_all and home.page == 1:
        words = "To look at everything, type: actions at risk, or actions overdue"
        buttons = Buttons((Button("At risk", "actions at risk"), Button("Overdue", "actions overdue")))
        say(buttons, text=[words])
    return Message("\n".join(lines), tuple(blocks))


def compose_strangers_home(office: Sequence[str]) -> Message:
    """For somebody who is not known: what to say, and who is asked."""
    who = f"the programme office ({', '.join(office[:3])})" if office else "the programme office"
    text = (
        "Hello. I do not know you yet, so please say which role is yours, for example: iam SENDPO. "
        f"Then {who} is asked to agree."
    )
    return Message(text, (Text(text),))


def _say_mine(home: Home, day: date, calendar: Calendar, blocks: list[Block], lines: list[str]) -> None:
    if not home.total:
        none = "None of the open actions is yours at the moment, so there is nothing for you to do."
        blocks.append(Text(none))
        lines.append(none)
        return
    title = f"Your actions: {home.total}"
    asked = (
        f"{home.asked} {'needs' if home.asked == 1 else 'need'} a word from you."
        if home.asked
        else "Nothing needs a word from you now, thank you."
    )
    page = f" Page {home.page} of {home.pages}." if home.pages > 1 else ""
    blocks += [Heading(title), Text(asked + page)]
    lines += [f"{title}. {asked}{page}"]
    calm: list[Mine] = []

    def flush() -> None:
        if calm:
            said = [_say_calm(one, day, calendar) for one in calm]
            taps = tuple(Button(f"Update {one.action.ref}"[:75], f"update {one.action.ref}") for one in calm)
            blocks.extend([Bullets(tuple(said)), Buttons(taps)])
            lines.extend(f"- {each}" for each in said)
            calm.clear()

    for one in home.mine:
        if not one.asked:
            calm.append(one)
            continue
        flush()
        ref, head, detail = one.action.ref, _say_head(one, day, calendar), _say_detail(one, day)
        taps = [Button(label, command.format(ref)) for label, command in _ANSWERS]
        if _is_mitigation_due(one.action, day):
            taps.insert(0, Button("It is in place", f"inplace {ref}"))
        blocks += [Text(f"{head}\n{detail}"), Buttons(tuple(taps))]
        lines += [f"- {head}", f"  {detail}"]
    flush()
    first = home.mine[0].action.ref if home.mine else "P2.3c"
    lines.append(f"To answer, type for example: rag {first} on-track, nochange {first}, or update {first}")
    turns = []
    if home.page > 1:
        turns.append(Button("Back", f"home {home.page - 1}"))
        lines.append(f"Back: home {home.page - 1}")
    if home.page < home.pages:
        turns.append(Button("Next", f"home {home.page + 1}"))
        lines.append(f"More: home {home.page + 1}")
    if turns:
        blocks.append(Buttons(tuple(turns)))


def _say_head(one: Mine, day: date, calendar: Calendar) -> str:
    return f"{one.action.ref} · {one.action.look} · {say_due(one.action, day, calendar)}"


def _say_detail(one: Mine, day: date) -> str:
    """What it is about, and what is wanted of it."""
    action = one.action
    text = shorten(action.text, _WIDTH, placeholder="…").rstrip(".")
    parts = [text if text.endswith("…") else f"{text}."]
    if one.urgency is Urgency.BEFORE_MEETING and one.meets_on:
        parts.append(f"Its group meets on {say_date(one.meets_on)}.")
    if action.rag is Rag.AT_RISK and action.mitigation is None:
        parts.append(f"Please say what is being done about it: mitigation {action.ref}")
    elif action.mitigation and _is_mitigation_due(action, day):
        what = shorten(action.mitigation.text, _NARROW, placeholder="…")
        parts.append(f"Its mitigation is due: {what} (once it is in place: inplace {action.ref})")
    elif one.disowned:
        parts.append("You said it is not yours: the programme office has that.")
    elif len(action.owners) > 1:
        parts.append(f"Shared by {action.owner_names}.")
    return " ".join(parts)


def _say_calm(one: Mine, day: date, calendar: Calendar) -> str:
    action = one.action
    parts = [_say_head(one, day, calendar), shorten(action.text, _NARROW, placeholder="…")]
    if action.proposal is not None:
        new = action.proposal.timescale.text if action.proposal.timescale else ""
        parts.append(f"{new} proposed, awaiting agreement" if new else "done, awaiting agreement")
    elif one.disowned:
        parts.append("not yours, you said: the programme office has it")
    elif action.quiet_until and action.quiet_until >= day:
        parts.append(f"answered, quiet until {say_date(action.quiet_until)}")
    elif one.still_to is not None:
        others = ", ".join(sorted(one.still_to))
        parts.append(f"answered; still to answer: {others}" if others else "answered")
    return " · ".join(parts)


def _is_mitigation_due(action: Action, day: date) -> bool:
    plan = action.mitigation
    return plan is not None and not plan.in_place_at and plan.by_on is not None and plan.by_on <= day


def _say_listed(listed: Listed, blocks: list[Block], lines: list[str]) -> None:
    items = (*listed.lines, *([f"and {listed.more:,} more"] if listed.more > 0 else []))
    head = f"{listed.title}: {listed.total:,}"
    blocks += [Text(head), Bullets(items)]
    if listed.buttons:
        blocks.append(Buttons(listed.buttons))
    lines += [f"{head}.", *(f"- {each}" for each in items)]
    if typed := {button.command.split()[0]: button.command for button in reversed(listed.buttons)}:
        lines.append(f"To do so, type: {', or '.join(reversed(typed.values()))}")


def first_few(lines: Sequence[T]) -> tuple[T, ...]:
    """As many of a list as the home shows."""
    return tuple(lines[:_MOST_TOLD])


def list_whole(title: str, names: Sequence[str]) -> Listed:
    """A list of names, whole: a few a line each, more of them in one line, as many as it takes."""
    if len(names) <= _MOST_TOLD:
        return Listed(title, tuple(names), len(names))
    shown = list(names)
    while len(", ".join(shown)) > _MOST_NAMED:
        shown.pop()
    return Listed(title, (", ".join(shown),), len(names), named=len(shown))


def say_alarm(action: Action, kind: Rag) -> str:
    """One line of an escalation that waits to be acknowledged."""
    why = shorten(action.reason_for(kind), _NARROW, placeholder="…").rstrip(".") or "no reason given yet"
    return f"{action.ref} · {LOOKS[kind]} ({action.owner_names}): {why}"
