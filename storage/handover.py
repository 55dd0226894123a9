"""Who had a role before, and what whoever has it now was asked: what a handover is gathered from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from programme.facts import Actor, Person, Role, Rung
from storage import ledger as lines
from storage.cover import holds_on
from storage.db import Tx
from storage.owned import list_owned_refs
from storage.people import Directory, list_persons
from storage.schema import action, entry, holder
from storage.schema_out import ledger

_NOON = 12
_ASKED = ("timescale", "overdue", "meeting", "mitigation")


def list_refs(tx: Tx, directory: Directory, role: Role, *, only_open: bool = False) -> list[str]:
    """The actions that a role owns."""
    return list_owned_refs(tx, directory, Actor("", "", (role.abbreviation,)), only_open=only_open)


def list_former(tx: Tx, role_id: int, person_id: int, day: date) -> list[tuple[Person, date]]:
    """Who held a role before that day and does not any more, and until when; the last first."""
    query = (
        sa.select(holder.c.person_id, holder.c.until_on)
        .where(holder.c.role_id == role_id, holder.c.person_id != person_id, holder.c.until_on <= day)
        .order_by(holder.c.until_on.desc(), holder.c.id.desc())
    )
    people = list_persons(tx)
    return [(people[row.person_id], row.until_on) for row in tx.conn.execute(query)]


def has_past(tx: Tx, directory: Directory, role_id: int, person_id: int, day: date) -> bool:
    """Whether there is something to hand over: somebody held it before them, or something was said of its actions."""
    if list_former(tx, role_id, person_id, day):
        return True
    refs = list_refs(tx, directory, directory.roles[role_id])
    said = sa.and_(entry.c.programme_id == tx.programme, entry.c.number.is_not(None), entry.c.undone_at.is_(None))
    query = sa.select(entry.c.id).join(action, entry.c.action_id == action.c.id).where(said, action.c.ref.in_(refs))
    return tx.conn.execute(query.limit(1)).first() is not None


def plan_handover(
    tx: Tx, directory: Directory, role_id: int, person_id: int, from_on: date | None, now: datetime, zone: ZoneInfo
) -> None:
    """Whoever is about to hold a role is handed it over with their next bundle: this morning, or the one after. Nothing
    for who holds it already, and for the first holder of a role of which nothing was ever said.

    To be called before they hold it.
    """
    local = now.astimezone(zone)
    today = local.date()
    if holds_on(tx, role_id, person_id, today, today + timedelta(days=1)):
        return
    is_to_come = from_on is not None and from_on > today
    if not is_to_come and not has_past(tx, directory, role_id, person_id, today):
        return
    morning = today if local.hour < _NOON else today + timedelta(days=1)
    on = from_on if is_to_come and from_on else morning
    lines.plan(tx, [Rung(on, "handover", f"role {role_id}", f"since {on.isoformat()}", person_id)], now)


def find_last_asked(tx: Tx, refs: Sequence[str]) -> dict[str, date]:
    """When each of these actions was last asked about."""
    query = (
        sa.select(ledger.c.subject, sa.func.max(ledger.c.at))
        .where(
            ledger.c.programme_id == tx.programme,
            ledger.c.subject.in_(refs),
            ledger.c.kind.in_(_ASKED),
            ledger.c.state == "sent",
            ledger.c.passed_for == "",
        )
        .group_by(ledger.c.subject)
    )
    return {subject: at.date() for subject, at in tx.conn.execute(query)}
