"""What a channel hears of: which ratings, of which actions, and in which words (section 5, Who may do what)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from programme.calendar import say_date
from programme.facts import Action, Group
from programme.messages import Button, Buttons, Message, Text
from programme.rag import COMPLETE, LOOKS, Look, Rag

MARKS = (*(rag.value for rag in Rag), "complete")  # every rating, and the state that is no rating


@dataclass(frozen=True, slots=True)
class Listening:
    """What the channel at `address` wants to hear: when an action comes to one of the `ratings` or leaves it.

    `areas` are refs of focus areas and priorities, and names of groups for what they hold; none stands for all.
    """

    address: str
    ratings: tuple[str, ...] = MARKS
    areas: tuple[str, ...] = ()
    with_reasons: bool = False

    def hears(self, action: Action, holding: Group | None, was: str, mark: str) -> bool:
        """Whether it is told that this action, held by that group, went from one mark to another."""
        near = {action.focus_area, action.priority, holding.name if holding else ""}
        return bool({was, mark} & set(self.ratings)) and (not self.areas or bool(near & set(self.areas)))


def find_group_listening(group: Group | None) -> Listening | None:
    """What the channel set for a group hears until it says otherwise: every rating of what the group holds."""
    return Listening(group.channel, areas=(group.name,)) if group and group.channel else None


def mark_of(state: object, rag: str | None) -> str:
    """A rating as it is kept: "" for none yet."""
    return "complete" if state == "complete" else str(rag or "")


def look_of(mark: str) -> Look:
    return COMPLETE if mark == "complete" else LOOKS[Rag(mark) if mark else None]


def say_listening(listening: Listening | None) -> str:
    """What a channel hears, in a sentence or two."""
    if listening is None or not listening.ratings:
        return "This channel hears nothing of ratings."
    every = set(MARKS) <= set(listening.ratings)
    looks = _either([str(look_of(mark)) for mark in listening.ratings])
    what = "of every change of a rating" if every else f"when an action becomes {looks}, or is so no longer"
    where = f", in {_either(list(listening.areas))}" if listening.areas else ""
    reasons = " The reasons stand with it." if listening.with_reasons else ""
    return f"This channel hears {what}{where}.{reasons}"


def compose_told(action: Action, was: str, *, with_reasons: bool) -> Message:
    """To a channel, the first time: ref and rating, the reason only where all who read there may read it."""
    text = f"{action.ref} is now {action.look} (was {look_of(was)}){_say_reason(action, with_reasons)}."
    return Message(text, (Text(text), _show(action)))


def compose_standing(action: Action, since: date | None, *, with_reasons: bool) -> Message:
    """What that message says once the rating has changed again."""
    text = f"{action.ref} is {action.look}{_say_since(since)}{_say_reason(action, with_reasons)}."
    return Message(text, (Text(text), _show(action)))


def compose_change(action: Action, was: str, since: date | None) -> Message:
    """The line in its thread; the reason stands in the message above, where it can be taken out again."""
    text = f"{action.look}{_say_since(since)} (was {look_of(was)})."
    return Message(text, (Text(text),))


def _show(action: Action) -> Buttons:
    return Buttons((Button(f"Show {action.ref}", f"action {action.ref}"),))


def _say_since(since: date | None) -> str:
    return f" since {say_date(since)}" if since else " again"


def _say_reason(action: Action, with_reasons: bool) -> str:
    reason = action.reason.rstrip(".") if with_reasons and action.state == "open" else ""
    return f": {reason}" if reason else ""


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
