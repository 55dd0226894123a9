"""Cover: somebody acts for a role's holder while they are away, and what that asks of the dates."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from programme.calendar import HalfTerm, say_date
from programme.facts import Person
from programme.messages import UserError
from programme.timescales import find_just_past, parse_timescale, refuse_just_past

AWAY = "they are away"  # why the ledger keeps back what is theirs, until they are back
LONGEST = timedelta(days=366)
_SOON = timedelta(days=300)  # further off than this, a date without a year was meant for one that is past
_ONLY_DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th)?", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}|['’/.-]\s?\d\d$")


@dataclass(frozen=True, slots=True)
class Cover:
    """Somebody acts for `away`, who holds a role, from a day until the day they are back.

    `by` is None where whoever was to do it has left since: then the programme office passes on what comes.
    """

    id: int
    role_id: int
    role: str
    away: Person
    by: Person | None
    from_on: date
    until_on: date

    def lasts_on(self, day: date) -> bool:
        return self.from_on <= day < self.until_on

    def meets(self, first: date, until: date) -> bool:
        """Whether they are away on one of the days from the first to the one before `until`."""
        return max(self.from_on, first) < min(self.until_on, until)

    @property
    def last_on(self) -> date:
        return self.until_on - timedelta(days=1)

    @property
    def dates(self) -> str:
        """`from 3 October 2022 to 14 October 2022`."""
        return f"from {say_date(self.from_on)} to {say_date(self.last_on)}"


def parse_absence(from_text: str, to_text: str, today: date, terms: Sequence[HalfTerm] = ()) -> tuple[date, date]:
    """First and last day of an absence, both included; it begins today where nothing is said of that.

    Days in UK order; without a year the next such is meant, or for the first day one just past. UserError where one
    cannot be read, or the last is past.
    """
    if _ONLY_DAY.fullmatch(from_text) and (month := to_text.partition(" ")[2]):
        from_text = f"{from_text} {month}"  # `3 to 14 October`
    last = _parse_day(to_text, today, terms)
    first = find_just_past(from_text, today) or _parse_day(from_text, today, terms) if from_text else today
    if first > last and _YEAR.search(from_text) and not find_just_past(to_text, first):
        last = _parse_day(to_text, first, terms)
    if first - today > _SOON and not _YEAR.search(from_text):
        raise UserError(f"“{from_text} to {to_text}” is past, or most of a year away: write the year too.", field="to")
    return first, last


def check_absence(first: date, last: date, today: date) -> None:
    """UserError where nobody can be away so."""
    if last < first:
        raise UserError(f"{say_date(last)} is before {say_date(first)}: say the first day, then the last.", field="to")
    if last < today:
        raise UserError(f"{say_date(last)} is past, so please say a last day that is still to come.", field="to")
    if last - first > LONGEST:
        raise UserError(
            "That is more than a year, so please ask the programme office to let somebody hold the role instead.",
            field="to",
        )


def put_in_place(
    covers: Sequence[Cover], holders: dict[int, list[Person]], held: Collection[tuple[int, int]], day: date
) -> tuple[tuple[Cover, ...], frozenset[tuple[int, int]]]:
    """Put who covers in the place of who is away among the holders that something reaches, by the role's id; `held` is
    each (role, person) of that day, reached or not. Returns the covers in force, and each (role, person) that acts for
    the role only so."""
    in_force, acting = [], set()
    for one in covers:
        if not one.lasts_on(day) or (one.role_id, one.away.id) not in held:
            continue
        people = holders.setdefault(one.role_id, [])
        in_force.append(one)
        people[:] = [holds for holds in people if holds.id != one.away.id]
        if one.by and all(holds.id != one.by.id for holds in people):
            people.append(one.by)
            acting.add((one.role_id, one.by.id))
    return tuple(in_force), frozenset(acting)


def find_clash(covers: Iterable[Cover], role_id: int, away: int, first: date, until: date) -> Cover | None:
    """The cover that there is already for that holder of that role on one of these days."""
    for one in covers:
        if (one.role_id, one.away.id) == (role_id, away) and one.meets(first, until):
            return one
    return None


def find_absence(covers: Iterable[Cover], person: int, first: date, until: date) -> Cover | None:
    """Where somebody is away themselves on one of these days."""
    return next((one for one in covers if one.away.id == person and one.meets(first, until)), None)


def list_to_end(covers: Sequence[Cover], today: date, first: date | None = None) -> list[Cover]:
    """Of covers that are not over, those that begin on that day; without one those in force, else the next."""
    if first is None:
        first = min((one.from_on for one in covers if one.from_on > today), default=None)
        return [one for one in covers if one.lasts_on(today)] or [one for one in covers if one.from_on == first]
    return [one for one in covers if one.from_on == first]


def parse_first(text: str, covers: Sequence[Cover], today: date, terms: Sequence[HalfTerm] = ()) -> date:
    """The first day of one of these covers as somebody types it; without a year the day on which one of them begins,
    past or to come. UserError where it cannot be read."""
    day = find_just_past(text, today) or _parse_day(text, today, terms)
    same = [one.from_on for one in covers if (one.from_on.month, one.from_on.day) == (day.month, day.day)]
    return same[0] if same and day not in same and not _YEAR.search(text) else day


def _parse_day(text: str, today: date, terms: Sequence[HalfTerm]) -> date:
    said = text.strip()
    if said.casefold() in ("today", "now"):
        return today
    if said.casefold() == "tomorrow":
        return today + timedelta(days=1)
    refuse_just_past(said, today, "to")
    found = parse_timescale(said, terms, today)
    if found.due_on is None or not found.exact:
        raise UserError(f"“{said[:40]}” is not a day I can read, so please write it like 3 October.", field="to")
    return found.due_on
