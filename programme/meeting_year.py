"""Which meetings of the year ahead a cadence makes, moves and drops, beside those that people have set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from programme.cadence import Slot
from programme.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Kept:
    """A meeting there is, of one group. `by_hand`: a person gave, moved, confirmed or cancelled it."""

    id: int
    starts_at: datetime
    slot: str
    by_hand: bool
    cancelled: bool
    wished_on: date | None


@dataclass(slots=True)
class Year:
    """What is to be done: meetings to make and when, those to put elsewhere, those that are a slot's from now on (id,
    name of the slot), and those to drop."""

    make: list[tuple[Slot, datetime]] = field(default_factory=list)
    shift: list[tuple[int, Slot, datetime]] = field(default_factory=list)
    adopt: list[tuple[int, str]] = field(default_factory=list)
    drop: list[int] = field(default_factory=list)


def fill_year(
    slots: Sequence[Slot], at: time, kept: Sequence[Kept], now: datetime, until: date, calendar: Calendar
) -> Year:
    """Fill each slot once. What a person has set stays as it is, cancelled ones too; a meeting that somebody gave for
    the half term is the slot's nearest to it. What is past is not touched, and nothing is made in the past."""
    year = Year()
    names = {slot.name for slot in slots}
    filled = {one.slot: one for one in kept if one.slot in names}
    given = [one for one in kept if one.by_hand and not one.cancelled and one.slot not in names]
    refused = {calendar.today(one.starts_at) for one in kept if one.cancelled and one.slot not in names}
    taken = {one.starts_at for one in kept if not one.cancelled}
    for slot in slots:
        starts_at, here = calendar.instant(slot.on, at), filled.get(slot.name)
        if here is not None:
            wished = slot.wished_on if slot.is_bent else None
            as_is = here.starts_at == starts_at and here.wished_on == wished
            if not here.by_hand and not as_is and min(here.starts_at, starts_at) > now:
                year.shift.append((here.id, slot, starts_at))
        elif own := _find_given(given, slot, calendar):
            given.remove(own)
            year.adopt.append((own.id, slot.name))
        elif starts_at > now and slot.on <= until and starts_at not in taken and slot.on not in refused:
            taken.add(starts_at)
            year.make.append((slot, starts_at))
    year.drop = [one.id for one in kept if not one.by_hand and one.starts_at > now and one.slot not in names]
    return year


def _find_given(given: Sequence[Kept], slot: Slot, calendar: Calendar) -> Kept | None:
    """The meeting nearest to a slot of those given for its half term, term or month."""
    days = {one.id: calendar.today(one.starts_at) for one in given}
    inside = [one for one in given if slot.begins_on <= days[one.id] <= slot.ends_on]
    return min(inside, key=lambda one: abs((days[one.id] - slot.wished_on).days), default=None)
