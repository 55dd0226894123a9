"""What a rung of a kind of its own needs: who plans it, and what is said of it when its bundle goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from programme.calendar import Calendar
from programme.facts import Accountable, Group, Person, Rung
from programme.policy import Policy
from storage.db import Tx
from storage.people import Directory

if TYPE_CHECKING:
    from jobs.compose import Facts
    from programme.items import Item


Queued = tuple[str, str, str, datetime, dict[str, Any]]  # a message: its key, kind, address, when it is due, its facts


@dataclass(frozen=True, slots=True)
class Scene:
    """What planning for one day has read already. What falls on or before `until` may be carried by a bundle of that
    week; `schemes` are the channels that can send."""

    tx: Tx
    now: datetime
    day: date
    until: date
    calendar: Calendar
    policy: Policy
    schemes: Collection[str]
    directory: Directory
    groups: Sequence[Group]
    office: Sequence[Person]
    leads: Sequence[Accountable]
    periods: Sequence[tuple[str, date]] = ()  # those of metrics of which a warning may fall now, and when they are due
    imported_at: datetime | None = None  # the first time


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans rungs beside those of actions. `wants` looks only at the scene; `list_rungs` may read."""

    wants: Callable[[Scene], bool]
    list_rungs: Callable[[Scene], list[Rung]]


@dataclass(frozen=True, slots=True)
class Teller:
    """Says rungs of one kind: why one is not said to a person now (None where it is), and what it says in a bundle."""

    find_silence: Callable[[Facts, Rung, Person], str | None]
    make_item: Callable[[Facts, Rung], Item]
