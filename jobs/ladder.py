"""What is known to come of an action for as long as nothing about it changes, so that it need not be read every day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from programme.chases import Chase
from programme.facts import Rung


@dataclass(slots=True)
class Chased:
    """Somebody's chase: the rung but for its day, and whose last chase it is counted from."""

    rung: Rung
    chase: Chase
    counted: tuple[int, ...]


@dataclass(slots=True)
class Ladder:
    """The rungs that fall on days known already, and whoever may be chased. Nothing of it falls due before `next_on`;
    on `read_on` the action has to be read again."""

    read_on: date = date.max
    next_on: date = date.max
    rungs: list[Rung] = field(default_factory=list)
    chased: list[Chased] = field(default_factory=list)

    def read(self, day: date) -> None:
        """What may fall due on that day is not known before."""
        self.read_on = min(self.read_on, day)

    def take(self, rungs: list[Rung], until: date) -> list[Rung]:
        """Those of these rungs that fall on or before a day; the others are kept."""
        due: list[Rung] = []
        for rung in rungs:
            if rung.on <= until:
                due.append(rung)
            else:
                self.rungs.append(rung)
                self.next_on = min(self.next_on, rung.on)
        return due

    def keep(self, one: Chased, day: date) -> None:
        """Somebody who may be chased from that day on."""
        self.chased.append(one)
        self.next_on = min(self.next_on, day)
