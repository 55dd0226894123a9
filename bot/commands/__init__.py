"""What people can type. Each command is a function whose docstring is its help; every channel submits the same ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from programme.calendar import Calendar
from programme.facts import Accountable, Actor, Group, Person
from programme.messages import Reply, Request
from programme.reminders import Policy
from storage.db import Tx
from storage.people import Directory


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, identified and dated: all that a command may look at. `words` is what follows the command's word."""

    tx: Tx
    now: datetime
    today: date
    actor: Actor
    words: str
    request: Request
    calendar: Calendar
    policy: Policy
    directory: Directory
    groups: tuple[Group, ...]
    leads: tuple[Accountable, ...]
    office: tuple[Person, ...]

    def field(self, name: str) -> str:
        """A form's answer, trimmed; "" where there is none."""
        return self.request.fields.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class Command:
    """`usage` is what to type; `summary` and `details` are the docstring's."""

    word: str
    usage: str
    run: Callable[[Ask], Reply]
    summary: str
    details: str
    shown: bool


COMMANDS: dict[str, Command] = {}


def command(usage: str, *, shown: bool = True) -> Callable[[Callable[[Ask], Reply]], Callable[[Ask], Reply]]:
    """Make a function the command of the first word of its usage. `shown=False` keeps it out of the help's list."""

    def add(run: Callable[[Ask], Reply]) -> Callable[[Ask], Reply]:
        text = inspect.getdoc(run)
        if not text:
            raise ValueError(f"the command {usage} has no docstring, which is its help")
        summary, _, details = text.partition("\n\n")
        word = usage.split()[0]
        COMMANDS[word] = Command(word, usage, run, " ".join(summary.split()), details, shown)
        return run

    return add
