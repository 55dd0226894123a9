"""What is known to come of an action for as long as nothing about it changes, so that it need not be read every day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from programme.chases import Chase
from programme.facts import Rung
from programme.reminders import MeetingDates, list_meeting_rungs
from programme.school import Calendars

Meets = Mapping[int, MeetingDates | None]  # by group


@dataclass(frozen=True, slots=True)
class Chased:
    """Somebody's chase: the rung but for its day, and whose last chase it is counted from."""

    rung: Rung
    chase: Chase
    counted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who is asked of an action before meetings, once they have had it."""

    person: int
    passed_for: str
    started_on: date


@dataclass(slots=True)
class Ladder:
    """The rungs that fall on days known already, and whoever may be chased, each from when. Nothing of it falls due
    before `next_on`; on `read_on` the action has to be read again. `holding` is the group that holds it, 0 where there
    is none."""

    read_on: date = date.max
    next_on: date = date.max
    rungs: list[Rung] = field(default_factory=list)
    chased: list[tuple[Chased, date]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    holding: int = 0

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

    def keep(self, one: Chased, day: date) -> list[Rung]:
        """Somebody who may be chased from that day on, and not before."""
        self.chased.append((one, day))
        self.next_on = min(self.next_on, day)
        return []


def list_asked(ref: str, meeting: MeetingDates | None, one: Asked, calendars: Calendars) -> list[Rung]:
    """What somebody is asked of an open action for the meetings of the group that holds it."""
    rungs = list_meeting_rungs(ref, meeting, one.person, one.passed_for)
    if one.person in calendars.schools:
        rungs = [replace(rung, on=calendars.of(one.person).on_or_before(rung.on)) for rung in rungs]
    return [rung for rung in rungs if rung.on > one.started_on]


def ask_for_others(ladders: dict[str, Ladder], meets: Meets, before: Meets, calendars: Calendars) -> None:
    """Where the meetings of a group are others than before, the ladders of what it holds ask for those."""
    moved = {group for group in meets if meets[group] != before[group]}
    for ref, old in ladders.items() if moved else ():
        if old.holding in moved:
            ladder = ladders[ref] = replace(old, rungs=[rung for rung in old.rungs if rung.kind != "meeting"])
            for one in old.asked:
                ladder.take(list_asked(ref, meets[old.holding], one, calendars), date.min)
