"""What somebody said is not theirs, until it is settled whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten

from programme.calendar import Calendar, say_date
from programme.facts import ANSWERS, Action, Owner, Said

TITLE = "Said to be somebody else's"
_WIDTH = 60


@dataclass(frozen=True, slots=True)
class Given:
    """A role that the office gave to this address, or an owner of the plan whose meaning it gave: then ""."""

    name: str
    address: str
    at: datetime


def list_disowned(action: Action, given: Iterable[Given]) -> list[tuple[Said, tuple[Owner, ...]]]:
    """The last that each of its owners said of an action not being theirs, and what they own it as; not where they or
    somebody of theirs answered since, or the office gave what they own it as to somebody else."""
    if action.state == "complete" or action.proposal is not None:
        return []
    last = {said.by: said for said in action.said if said.kind == "not_mine"}
    found = [(said, tuple(owner for owner in action.owners if _is_of(owner, said.by))) for said in last.values()]
    given = list(given)
    return [(said, own) for said, own in found if own and not _is_settled(action, said, own, given)]


def has_disowned(action: Action, key: str) -> bool:
    """Whether the last thing that somebody said of an action is that it is not theirs."""
    last = next((said for said in reversed(action.said) if said.by == key), None)
    return last is not None and last.kind == "not_mine"


def say_disowned(action: Action, said: Said, own: Iterable[Owner], calendar: Calendar) -> str:
    """One line: which, who says so, since when, and what they said of it."""
    words = shorten(said.words, _WIDTH, placeholder="…").rstrip(".")
    who = f"{', '.join(owner.text for owner in own)}, {say_date(calendar.today(said.at))}"
    return f"{action.ref} · {who}{f': {words}' if words else ''}"


def _is_of(owner: Owner, key: str) -> bool:
    """Whether somebody owns it so today; nobody holds a role that speaks for itself."""
    return any(one.address == key for one in owner.people) or any(
        key == f"role:{role.abbreviation}" for role in owner.roles
    )


def _is_settled(action: Action, said: Said, own: Iterable[Owner], given: Iterable[Given]) -> bool:
    bodies = set(said.body.split("\n")) - {""}
    answers = [later for later in action.said if later.kind in ANSWERS and later.at > said.at]
    if any(later.by == said.by or bodies & set(later.body.split("\n")) for later in answers):
        return True
    names = {name.casefold() for owner in own for name in (owner.text, *(role.abbreviation for role in owner.roles))}
    return any(one.name.casefold() in names and one.at > said.at and one.address != said.by for one in given)
