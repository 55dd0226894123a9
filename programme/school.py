"""Whose reminders keep to the school holidays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from programme.calendar import Calendar
from programme.facts import Person, Role


def list_school_people(roles: Mapping[int, Role], holders: Mapping[int, Sequence[Person]]) -> frozenset[int]:
    """The ids of those who hold roles of schools and no other."""
    found: set[int] = set()
    others: set[int] = set()
    for role_id, people in holders.items():
        (found if roles[role_id].school else others).update(person.id for person in people)
    return frozenset(found - others)


@dataclass(frozen=True)
class Calendars:
    """Everybody's calendar, and the schools' for those who hold roles of schools only."""

    everybodys: Calendar
    roles: Mapping[int, Role]
    holders: Mapping[int, Sequence[Person]]

    @cached_property
    def schools(self) -> frozenset[int]:
        """Who has the schools' calendar."""
        return list_school_people(self.roles, self.holders)

    @cached_property
    def of_schools(self) -> Calendar:
        return self.everybodys.for_schools()

    def of(self, person: int) -> Calendar:
        """The calendar of who is reminded."""
        return self.of_schools if person in self.schools else self.everybodys
