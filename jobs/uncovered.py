"""What is said of a cover that the one who was to do it has ended: to whoever is to be away, or to the office."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from jobs.compose import Facts
from jobs.planning import Teller
from programme.calendar import say_date
from programme.cover import find_clash
from programme.facts import Person, Rung
from programme.items import Item
from storage.history import find_row
from storage.people import find_person, label_of


def _role_id(rung: Rung) -> int:
    return int(rung.subject.removeprefix("role "))


def _read(facts: Facts, rung: Rung) -> dict[str, Any]:
    """The cover that was ended, as the history has it; empty where it has not."""
    row = find_row(facts.tx, int(rung.rung.removeprefix("ended ")))
    return dict(row.facts) if row else {}


def _find_silence(facts: Facts, rung: Rung, person: Person) -> str | None:
    ended, role_id, today = _read(facts, rung), _role_id(rung), facts.calendar.today(facts.now)
    away = find_person(facts.tx, ended["away"]) if ended else None
    if away is None or role_id not in facts.directory.roles:
        return "the plan no longer has this role"
    first, until = max(date.fromisoformat(ended["from"]), today), date.fromisoformat(ended["until"])
    if until <= today:
        return "its days are past"
    if find_clash(facts.directory.covers, role_id, away.id, first, until):
        return "somebody else covers it by now"
    if person.id == away.id:
        holds = any(one.id == person.id for one in facts.directory.holders.get(role_id, []))
        return None if holds else "it is no longer theirs"
    return None if person.office else "no longer of the programme office"


def _make_item(facts: Facts, rung: Rung) -> Item:
    ended, role_id, today = _read(facts, rung), _role_id(rung), facts.calendar.today(facts.now)
    name = facts.directory.roles[role_id].abbreviation
    by, away = (label_of(facts.tx, ended[key], today) for key in ("by", "away"))
    first, last = date.fromisoformat(ended["from"]), date.fromisoformat(ended["until"]) - timedelta(days=1)
    who = find_person(facts.tx, ended["away"])
    theirs = who is not None and who.id == rung.person
    whose = "" if theirs else f" for {away}"
    days = f"from {say_date(first)} to {say_date(last)}"
    if first > today:
        words = f"{by} cannot cover {name}{whose} {days} after all."
    else:
        until = "" if theirs else f", who is away until {say_date(last)}"
        words = f"{by} cannot cover {name}{whose} any more{until}."
        days = f"until {say_date(last)}"
    several = len(facts.directory.holders.get(role_id, [])) > 1
    typed = f"cover {name}{whose if several else ''} by WHO {days}"
    return Item(rung, None, f"{words} To ask somebody else, type: {typed}", title=f"{name} is not covered")


UNCOVERED = Teller(_find_silence, _make_item)
