"""A few people and actions to try the rules on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from programme.facts import Action, Actor, Escalation, Group, Owner, Person, Proposal, Role, Said
from programme.rag import Rag
from programme.timescales import Timescale, parse_timescale

TODAY = date(2022, 9, 5)
NOW = datetime(2022, 9, 5, 9, tzinfo=UTC)


def person(name: str) -> Person:
    return Person(ord(name[0]), f"console:{name}", name)


def owner(name: str, body: str = "Council") -> Owner:
    return Owner(name, (Role(name, f"Officer {name}", body),), (person(name),))


def actor(name: str, *, chairs: tuple[str, ...] = (), **facts: Any) -> Actor:
    return Actor(f"console:{name}", name, (name,), chairs, person=person(name), **facts)


OFFICE = Actor("office", "the programme office", office=True)


def action(*owners: str, **facts: Any) -> Action:
    """An open action `P1.1a` due at the end of October 2022, owned by these roles (`A` unless said otherwise)."""
    due = parse_timescale("Oct-22")
    one = Action(
        id=1,
        ref="P1.1a",
        focus_area="P1.1",
        priority="P1",
        text="Write the charter.",
        owners=tuple(owner(name) for name in owners or ("A",)),
        timescale=due,
        first_timescale=due,
        state="open",
        rag=None,
        rag_by="",
        rag_at=None,
        quiet_until=None,
        last_entry_on=None,
    )
    return replace(one, **facts)


def rated(by: str, rag: Rag, *, minutes: int = 0, words: str = "") -> Said:
    at = NOW + timedelta(minutes=minutes)
    return Said("rating", at, at.date(), f"console:{by}", "Council", rag, words)


def alarm(by: str, kind: Rag = Rag.AT_RISK, *, explained: bool = True, state: Any = "open") -> Escalation:
    return Escalation("P1.1a", kind, f"console:{by}", NOW, 7, NOW if explained else None, state)


def proposal(by: str, kind: Any = "closure", timescale: Timescale | None = None) -> Proposal:
    return Proposal(kind, timescale, "", f"console:{by}", NOW, 8)


def group(name: str, *chairs: str, **facts: Any) -> Group:
    return Group(ord(name[0]), name, chairs=tuple(person(each) for each in chairs), **facts)
