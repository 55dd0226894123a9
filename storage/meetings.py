"""The groups' meetings: given, moved, cancelled and confirmed by people, and made a year ahead by their cadences."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from programme.cadence import list_slots, parse_cadence
from programme.calendar import Calendar
from programme.facts import Group, Meeting
from programme.meeting_year import Kept, Year, fill_year
from programme.messages import UserError
from programme.reminders import NO_MEETING, NOT_THEN
from storage import outbox
from storage.db import PROGRAMME, Tx, insert
from storage.history import record
from storage.renewals import renew_cancelled, renew_homes
from storage.schema import governance_group, meeting
from storage.schema_out import ledger

_AHEAD = timedelta(days=366)
_EVER = datetime(2000, 1, 1, tzinfo=UTC).isoformat()
_WITH_CADENCE = (
    sa.select(governance_group.c.id)
    .where(governance_group.c.programme_id == PROGRAMME, governance_group.c.cadence != "")
    .limit(1)
)


def add_meeting(tx: Tx, group_id: int, starts_at: datetime, now: datetime, calendar: Calendar) -> bool:
    """Add a meeting, or set one again that had been cancelled; False where there is that one already."""
    there = tx.conn.execute(
        sa.select(meeting)
        .where(meeting.c.group_id == group_id, meeting.c.starts_at == starts_at)
        .order_by(meeting.c.state.desc(), meeting.c.id)
    ).all()
    if any(row.state == "planned" for row in there):
        return False
    _plan_again(tx, [calendar.today(starts_at)], now)
    if not there:
        _insert(tx, group_id, starts_at, now, by_hand=True)
        return True
    _change(tx, there[-1].id, now, state="planned")
    _show_again(tx, there[-1].id, now)
    return True


def cancel_meeting(tx: Tx, group: Group, starts_at: datetime, now: datetime) -> None:
    """Say that a meeting is not held; its group's cadence makes no other in its place. UserError where there is none
    then."""
    theirs = (meeting.c.group_id == group.id, meeting.c.starts_at == starts_at, meeting.c.state == "planned")
    row = tx.conn.execute(sa.select(meeting.c.id).where(*theirs)).one_or_none()
    if row is None:
        raise UserError(f"{group.name} has no meeting at that instant: see halfterm groups list --json.")
    _change(tx, row.id, now, state="cancelled", wished_on=None)
    if starts_at > now:
        renew_cancelled(tx, row.id, starts_at, now)


def move_meeting(tx: Tx, group: Group, moved: Meeting, starts_at: datetime, now: datetime, calendar: Calendar) -> None:
    """Hold a meeting at another time. On another day its loop begins anew: its digest too is one of its own."""
    was, on = calendar.today(moved.starts_at), calendar.today(starts_at)
    if was == on:
        _change(tx, moved.id, now, starts_at=starts_at, wished_on=None)
        return
    row = _get(tx, moved.id)
    _delete(tx, [row.id])
    _put_anew(tx, row, starts_at, was, on, now, by_hand=True)


def confirm_meeting(tx: Tx, confirmed: Meeting, now: datetime) -> None:
    """Keep the day that was taken for the one that the cadence names."""
    _change(tx, confirmed.id, now, wished_on=None)


def list_cancelled(tx: Tx) -> list[Meeting]:
    """The meetings that are not held, by time."""
    query = (
        sa.select(meeting, governance_group.c.name)
        .join(governance_group, meeting.c.group_id == governance_group.c.id)
        .where(meeting.c.programme_id == tx.programme, meeting.c.state == "cancelled")
        .order_by(meeting.c.starts_at, meeting.c.id)
    )
    return [
        Meeting(
            row.id,
            row.name,
            row.starts_at,
            row.slot,
            origin=row.origin or row.id,
            sequence=row.sequence,
            changed_at=row.changed_at,
        )
        for row in tx.conn.execute(query)
    ]


def has_cadences(tx: Tx) -> bool:
    """Whether any group has a cadence."""
    return tx.conn.execute(_WITH_CADENCE, {"programme": tx.programme}).first() is not None


def fill_ahead(tx: Tx, now: datetime, calendar: Calendar) -> bool:
    """Make, move and drop what the groups' cadences ask for in the year ahead; the same again changes nothing.

    What a person gave, moved, confirmed or cancelled stays so. Returns whether anything was changed.
    """
    groups = tx.conn.execute(sa.select(governance_group).where(governance_group.c.programme_id == tx.programme)).all()
    kept: dict[int, list[Any]] = {}
    for row in tx.conn.execute(sa.select(meeting).where(meeting.c.programme_id == tx.programme)):
        kept.setdefault(row.group_id, []).append(row)
    changed = False
    for group in groups:
        rows = kept.get(group.id, [])
        if group.cadence or not all(row.by_hand for row in rows):
            changed = _fill(tx, group, rows, now, calendar) or changed
    if changed:
        renew_homes(tx, now)
    return changed


def _fill(tx: Tx, group: Any, rows: Collection[Any], now: datetime, calendar: Calendar) -> bool:
    today = calendar.today(now)
    until = today + _AHEAD
    cadence = parse_cadence(group.cadence) if group.cadence else None
    slots = list_slots(cadence, today, until, calendar) if cadence else []
    known = [
        Kept(row.id, row.starts_at, row.slot, row.by_hand, row.state == "cancelled", row.wished_on) for row in rows
    ]
    year = fill_year(slots, cadence.at, known, now, until, calendar) if cadence else Year(drop=_list_made(known, now))
    by_id = {row.id: row for row in rows}
    going = {number for number, *_where in year.shift} | set(year.drop)
    taken = {row.starts_at for row in rows if row.state == "planned" and row.id not in going}
    shift = [each for each in year.shift if each[2] not in taken]
    if not (shift or year.make or year.adopt or year.drop):
        return False
    _delete(tx, [*year.drop, *(number for number, *_where in shift)])
    for number in year.drop:
        renew_cancelled(tx, number, by_id[number].starts_at, now)
    for number, slot, starts_at in shift:
        wished, was = slot.wished_on if slot.is_bent else None, calendar.today(by_id[number].starts_at)
        _put_anew(tx, by_id[number], starts_at, was, slot.on, now, by_hand=False, wished_on=wished)
    for number, name in year.adopt:
        tx.conn.execute(sa.update(meeting).where(meeting.c.id == number).values(slot=name))
    for slot, starts_at in year.make:
        wished = slot.wished_on if slot.is_bent else None
        _insert(tx, group.id, starts_at, now, by_hand=False, slot=slot.name, wished_on=wished)
    _plan_again(tx, [slot.on for slot, _ in year.make], now)
    facts = {
        "group": group.name,
        "made": [at.isoformat() for _, at in year.make],
        "moved": [[by_id[number].starts_at.isoformat(), at.isoformat()] for number, _, at in shift],
        "dropped": [by_id[number].starts_at.isoformat() for number in year.drop],
    }
    record(tx, "meetings_made", actor="cadence", now=now, facts=facts)
    return True


def _list_made(kept: Collection[Kept], now: datetime) -> list[int]:
    """Those to come that only a cadence made."""
    return [one.id for one in kept if not one.by_hand and one.starts_at > now]


def _put_anew(
    tx: Tx,
    row: Any,
    starts_at: datetime,
    was: date,
    on: date,
    now: datetime,
    *,
    by_hand: bool,
    wished_on: date | None = None,
) -> None:
    """The same meeting on another day, its old row being gone. Back on a day it had, it is the row it was then, and
    what was said for it is not said again."""
    earlier = {**row.earlier, was.isoformat(): row.id}
    number = earlier.pop(on.isoformat(), None)
    _insert(
        tx,
        row.group_id,
        starts_at,
        now,
        by_hand=by_hand,
        slot=row.slot,
        wished_on=wished_on,
        earlier=earlier,
        origin=row.origin or row.id,
        sequence=row.sequence + 1,
        **({"id": number} if number else {}),
    )
    if row.starts_at > now:
        renew_cancelled(tx, row.id, row.starts_at, now)
    if number:
        _plan_again(tx, [on], now)
        _show_again(tx, number, now)


def _insert(
    tx: Tx, group_id: int, starts_at: datetime, now: datetime, *, by_hand: bool, earlier: Any = None, **values: Any
) -> None:
    facts = {"by_hand": by_hand, "earlier": earlier or {}, "changed_at": now, **values}
    insert(tx, meeting, group_id=group_id, starts_at=starts_at, **facts)


def _get(tx: Tx, number: int) -> Any:
    return tx.conn.execute(sa.select(meeting).where(meeting.c.id == number)).one()


def _change(tx: Tx, number: int, now: datetime, **values: Any) -> None:
    """Of a meeting that stays on its day, by a person."""
    facts = {"by_hand": True, "sequence": meeting.c.sequence + 1, "changed_at": now, **values}
    tx.conn.execute(sa.update(meeting).where(meeting.c.id == number).values(**facts))


def _delete(tx: Tx, numbers: Collection[int]) -> None:
    if numbers:
        tx.conn.execute(sa.delete(meeting).where(meeting.c.id.in_(list(numbers))))


def _plan_again(tx: Tx, days: Collection[date], now: datetime) -> None:
    """A meeting is held on these days after all: what was not said because there was none may be said. Whether it is
    still worth saying is decided as ever."""
    names = [f"{name} {day.isoformat()}" for day in days for name in ("request", "chase")]
    silenced = (ledger.c.kind == "meeting", ledger.c.state == "silenced", ledger.c.rung.in_(names))
    for_want_of_it = ledger.c.reason.in_((NO_MEETING, NOT_THEN))
    tx.conn.execute(
        sa.update(ledger)
        .where(ledger.c.programme_id == tx.programme, *silenced, for_want_of_it)
        .values(state="planned", reason="", at=now)
    )


def _show_again(tx: Tx, number: int, now: datetime) -> None:
    """A meeting is held after all: queue an edit of the digests for it that have gone."""
    for line in outbox.list_lines(tx, key_starts=f"pack:{number}:", states=["sent"]):
        if line.address.startswith("slack:"):  # the channel whose messages can be changed
            facts = {"row": line.id, "since": _EVER}
            outbox.renew(tx, "edit", line.address, str(line.id), due_at=now, facts=facts)
