"""What the demo's pages are drawn from, and the few things that can be done there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from programme.messages import Reply
from programme.rag import Look


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody one can be: `("SENDPO", "SEND Participation Officer", "Owners", 2, "17 actions")`.

    `group` is Owners, Chairs, Accountable leads or Programme office; the page keeps the order it is given.
    """

    key: str
    title: str
    group: str
    unread: int
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation: the bot's reply or, as a `str`, what the person said. `at` is local and aware."""

    id: int
    at: datetime
    mine: bool
    body: Reply | str


@dataclass(frozen=True, slots=True)
class BoardAction:
    """An action as the side panel shows it, in words ready to print."""

    ref: str
    text: str
    owners: str
    due: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The plan by rating, one column a look, in the order to show."""

    title: str
    columns: tuple[tuple[Look, tuple[BoardAction, ...]], ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A step the demo's clock can take: `("morning", "Next working morning")`."""

    key: str
    label: str


class Stage(Protocol):
    """The demo behind the pages. Every method may be called from several threads at once."""

    def personas(self) -> Sequence[Persona]:
        """Everybody one can be, those of a group together."""

    def find_persona(self, key: str) -> Persona | None: ...

    def lines(self, key: str) -> Sequence[Line]:
        """This persona's conversation, oldest first."""

    def say(self, key: str, text: str, fields: Mapping[str, str]) -> None:
        """Adds both what was said and the reply to `lines`; `fields` are a form's answers."""

    def now(self) -> datetime:
        """The demo's clock, local and aware."""

    def moves(self) -> Sequence[Move]: ...

    def move(self, key: str) -> str:
        """Moves the clock by one of `moves` and returns one sentence on what happened."""

    def board(self) -> Board: ...

    def start_over(self) -> None:
        """Back to the first morning, everything said forgotten."""

    def read_up_to(self, key: str) -> None:
        """Marks all of this persona's lines as read."""
