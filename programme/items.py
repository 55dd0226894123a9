"""What a bundle is composed from: a rung, the action it is about, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from programme.facts import Accountable, Action, Rung
from programme.messages import Button
from programme.standing import Standing


@dataclass(frozen=True, slots=True)
class Item:
    """One rung that a bundle carries; `action` is None for something the office is told that is not about one.

    `words` is the whole sentence of what is told rather than asked, and the plan's indicator in a starting list;
    `meets_on` the next meeting of the group that holds the action; `standing` what became of it since this was said.
    What is not about one action may stand under a `title` of its own, with `buttons` to answer it. `leads` are those of
    the programme, for what is passed on to one.
    """

    rung: Rung
    action: Action | None
    words: str = ""
    meets_on: date | None = None
    standing: Standing | None = None
    title: str = ""
    buttons: tuple[Button, ...] = ()
    leads: Sequence[Accountable] = ()

    @property
    def is_settled(self) -> bool:
        return self.standing is not None and self.standing.is_settled
