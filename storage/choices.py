"""What somebody chooses for themselves: when their bundles come, how often, and at which of their addresses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from programme.calendar import LONDON, Calendar
from programme.facts import Person
from programme.hours import find_hour
from programme.messages import UserError
from programme.policy import Rhythm
from storage import ledger
from storage.addresses import list_addresses
from storage.appointments import list_roles_held, mark_closed
from storage.db import Tx, insert
from storage.history import record
from storage.people import find_person
from storage.schema import person, person_address
from storage.schema_out import outbox
from storage.sending import find_bar

# What is said where it was asked or stands already, not wherever a person is written to.
_STAYS = ("reply", "file", "edit", "home", "channel")
_LEFT = "their workspace has left the programme"
_MOST = 5  # addresses of one person


def choose_hour(tx: Tx, one: Person, hour: int | None, calendar: Calendar, now: datetime, *, account: str) -> None:
    """Let somebody's bundles come at an hour, or when the programme's do. One that waits for its day goes along."""
    _set(tx, one, "hour", hour, now, account)
    before, after = find_hour(one.hour, calendar, office=one.office), find_hour(hour, calendar, office=one.office)
    for row in _list_due(tx, one.id):
        day = row.facts.get("day")
        if row.kind == "bundle" and day and row.due_at == calendar.instant(date.fromisoformat(day), before):
            due_at = calendar.instant(date.fromisoformat(day), after)
            tx.conn.execute(sa.update(outbox).where(outbox.c.id == row.id).values(due_at=due_at))


def choose_rhythm(tx: Tx, one: Person, rhythm: Rhythm, now: datetime, *, account: str) -> None:
    """Let somebody have one bundle a day at most, or one a week, or as many as the programme's rules say."""
    _set(tx, one, "rhythm", rhythm, now, account)


def choose_address(tx: Tx, one: Person, address: str, now: datetime, *, account: str) -> None:
    """Write to somebody at another address of theirs from now on; what waits for them goes there too."""
    _write_to(tx, one, address, now)
    _record(tx, one, {"write_to": "" if address == one.address else address}, now, account)


def _write_to(tx: Tx, one: Person, address: str, now: datetime) -> None:
    write_to = "" if address == one.address else address
    tx.conn.execute(sa.update(person).where(person.c.id == one.id).values(write_to=write_to))
    for row in _list_due(tx, one.id):
        if row.address == one.reached_at and row.kind not in _STAYS:
            there = {"address": address, "scheme": address.partition(":")[0]}
            tx.conn.execute(sa.update(outbox).where(outbox.c.id == row.id).values(**there))
    mark_closed(tx, address, False, now)
    if not find_bar(tx, address):
        ledger.revive(tx, one.id, _LEFT, now)


def add_address(tx: Tx, one: Person, address: str, now: datetime, *, account: str) -> None:
    """The office lets an address be another one of somebody's: what comes from it is theirs. UserError where it is
    another's."""
    known = find_person(tx, address)
    if known is not None and known.id == one.id:
        raise UserError(f"{address} is {one.label}'s already: see halfterm people list.")
    if known is not None and known.address != address:
        raise UserError(
            f"{address} is {known.label}'s: take it from them first, with halfterm people also {known.address} "
            f"{address} --remove"
        )
    if known is not None:
        held = [*list_roles_held(tx, known.id, now.astimezone(LONDON).date()), *(["office"] if known.office else [])]
        if held:
            ends = " and ".join(f"halfterm people end “{role}” {address}" for role in held)
            raise UserError(f"{address} holds {', '.join(held)} as a person of its own: end that first, with {ends}")
    if len(list_addresses(tx, one.id)) >= _MOST:
        raise UserError(f"{one.label} has {_MOST} addresses, which is the most: take one away first, with --remove.")
    insert(tx, person_address, person_id=one.id, address=address)
    facts = {"address": one.address, "also": address}
    record(tx, "people_also", actor="office", now=now, facts=facts, account=account)


def remove_address(tx: Tx, one: Person, address: str, now: datetime, *, account: str) -> None:
    """Let an address be somebody's no longer; if they were written to there, they are at their first again."""
    if address == one.address or address not in list_addresses(tx, one.id):
        raise UserError(f"{address} is no other address of {one.label}: see halfterm people list.")
    if one.write_to == address:
        _write_to(tx, one, one.address, now)
    theirs = (person_address.c.programme_id == tx.programme, person_address.c.address == address)
    tx.conn.execute(sa.delete(person_address).where(*theirs))
    facts = {"address": one.address, "no_longer": address}
    record(tx, "people_also", actor="office", now=now, facts=facts, account=account)


def _set(tx: Tx, one: Person, what: str, value: Any, now: datetime, account: str) -> None:
    tx.conn.execute(sa.update(person).where(person.c.id == one.id).values({what: value}))
    _record(tx, one, {what: value}, now, account)


def _record(tx: Tx, one: Person, facts: dict[str, Any], now: datetime, account: str) -> None:
    record(tx, "prefer", actor=one.address, now=now, facts=facts, account=account)


def _list_due(tx: Tx, person_id: int) -> list[Any]:
    """The messages to a person that have not been taken up."""
    theirs = outbox.c.facts["person"].as_integer() == person_id
    due = (outbox.c.settled_at.is_(None), outbox.c.state == "due")
    query = sa.select(outbox).where(outbox.c.programme_id == tx.programme, *due, theirs)
    return list(tx.conn.execute(query).all())
