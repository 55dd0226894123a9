"""What is said of a claim to a role: to the programme office, and to whoever made it."""

from __future__ import annotations

from collections.abc import Sequence

from programme.facts import Role
from programme.messages import Button, Buttons, Message, Text


def compose_claim(number: int, who: str, role: Role, holders: Sequence[str]) -> Message:
    """To the office: somebody says a role is theirs; `holders` have it now."""
    of = ", ".join(part for part in (role.title, role.organisation) if part)
    now = f"It is held by {', '.join(holders)}." if holders else "Nobody holds it now."
    text = f"{who} says they are {role.abbreviation}{f' ({of})' if of else ''}. {now}"
    hint = f"To answer, type approve {number}, or decline {number} and why. Approve only whom you know."
    buttons = (Button("Approve", f"approve {number}"), Button("Decline", f"decline {number}"))
    return Message(f"{text} {hint}", (Text(text), Buttons(buttons), Text(hint, quiet=True)))


def compose_answered(who: str, role: str, answer: str) -> Message:
    """What the office was asked, once one of them has answered: `approved` or `declined`."""
    text = f"{who} said they are {role}. {answer.capitalize()} by the programme office."
    return Message(text, (Text(text),))


def list_claim_buttons(number: int) -> list[Button]:
    """What answers a claim, where several stand together."""
    return [Button(f"Approve {number}", f"approve {number}"), Button(f"Decline {number}", f"decline {number}")]


def compose_answer(role: Role, *, approved: bool, why: str = "") -> Message:
    """To whoever made the claim: what the office answered."""
    if approved:
        text = f"The programme office has added you to {role.abbreviation}. You hear from me when something is due."
        return Message(text, (Text(text), Buttons((Button("My actions", "actions mine"), Button("Help", "help")))))
    reason = f": {why.rstrip('.')}" if why else ""
    text = f"The programme office says that {role.abbreviation} is not your role{reason}. Please speak to them."
    return Message(text, (Text(text),))
