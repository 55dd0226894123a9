"""Cover arranged: said by whoever is away or by the programme office, in the chat or at the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from programme.calendar import LONDON, say_date
from programme.cover import Cover, check_absence, find_absence, find_clash
from programme.facts import Person, Role, Rung
from programme.messages import UserError
from storage import ledger
from storage.cover import add_cover, end_cover, holds_on
from storage.db import Tx
from storage.history import record
from storage.people import Directory, list_office
from storage.renewals import renew_homes

_NOON = 12
_SOON = timedelta(days=7)  # their next bundle may come too late to find somebody else


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it, when, and by which account."""

    by: str
    now: datetime
    today: date
    account: str = ""
    zone: ZoneInfo = LONDON


def arrange(
    tx: Tx, directory: Directory, roles: Sequence[tuple[int, Role]], away: Person, by: Person, first: date, last: date,
    said: Said,
) -> list[str]:  # fmt: skip
    """Let somebody act for these roles' holder from the first to the last day. Sentences to answer with.

    UserError where they cannot.
    """
    check_absence(first, last, said.today)
    until = last + timedelta(days=1)
    if by.id == away.id:
        raise UserError("Nobody covers for themselves, so please name somebody else.", field="by")
    if by.closed:
        raise UserError(f"The account of {by.label} is closed, so please name somebody else.", field="by")
    from_on = max(first, said.today)  # what held on days that are over stands in nobody's way
    if absent := find_absence(directory.covers, by.id, from_on, until):
        raise UserError(f"{by.label} is away {absent.dates}, so please name somebody else.", field="by")
    for role_id, role in roles:
        if not holds_on(tx, role_id, away.id, first, until):
            raise UserError(f"{away.label} does not hold {role.abbreviation} then: see halfterm people list")
        if clash := find_clash(directory.covers, role_id, away.id, from_on, until):
            who = clash.by.label if clash.by else "nobody"
            raise UserError(
                f"{role.abbreviation} is covered by {who} {clash.dates} already: to end that, type {say_end(clash)}"
            )
    begins = from_on
    if begins == said.today and said.now.astimezone(said.zone).hour >= _NOON:
        begins += timedelta(days=1)  # with the morning's reminders
    for role_id, role in roles:
        number = add_cover(tx, role_id, away.id, by.id, first, until)
        facts = {"cover": number, "role": role.abbreviation, "away": away.address, "by": by.address}
        facts |= {"from": str(first), "until": str(until)}
        record(tx, "cover", actor=said.by, account=said.account, now=said.now, facts=facts)
        rungs = [Rung(begins, "handover", f"role {role_id}", f"cover {number}", by.id)]
        if begins > said.today + timedelta(days=1):
            asked = said.today + timedelta(days=1)
            rungs.append(Rung(asked, "handover", f"role {role_id}", f"asked {number}", by.id))
        ledger.plan(tx, rungs, said.now)
    renew_homes(tx, said.now, [away.address, by.address])
    names = " and ".join(role.abbreviation for _, role in roles)
    lines = [f"{by.label} covers {names} from {say_date(first)} to {say_date(last)}, and is told."]
    if theirs := [one for one in directory.covers if one.by and one.by.id == away.id and one.meets(first, until)]:
        covered = " and ".join(dict.fromkeys(one.role for one in theirs))
        lines.append(f"{away.label} covers {covered} in that time, which needs somebody else.")
    return lines


def end(tx: Tx, directory: Directory, covers: Sequence[Cover], said: Said) -> list[str]:
    """End covers today. Sentences to answer with. Where the one who was to cover says it, who is away is told, or the
    programme office."""
    lines = []
    for one in covers:
        end_cover(tx, one, said.today)
        facts = {"cover": one.id, "role": one.role, "away": one.away.address, "by": one.by.address if one.by else ""}
        facts |= {"from": str(one.from_on), "until": str(one.until_on)}
        row, _ = record(tx, "cover_end", actor=said.by, account=said.account, now=said.now, facts=facts)
        if one.from_on <= said.today:
            lines.append(f"{one.role} is no longer covered, and {one.away.label} is reminded of it again.")
        else:
            lines.append(f"{one.role} is no longer covered {one.dates}, and {one.away.label} is reminded of it then.")
        if one.by and said.by == one.by.address:
            told = _list_told(tx, directory, one, said.today)
            rungs = [Rung(said.today, "uncovered", f"role {one.role_id}", f"ended {row}", each.id) for each in told]
            ledger.plan(tx, rungs, said.now)
            if told:
                lines.append(f"{one.away.label if one.away in told else 'The programme office'} is told.")
    renew_homes(tx, said.now, [person.address for one in covers for person in (one.away, one.by) if person])
    return lines


def _list_told(tx: Tx, directory: Directory, one: Cover, today: date) -> list[Person]:
    """Who hears that somebody does not cover after all: who is to be away; the programme office too where that is soon,
    and alone where they are away by now."""
    office = [each for each in list_office(tx) if one.by is None or each.id != one.by.id]
    if one.away.closed or find_absence(directory.covers, one.away.id, today, today + timedelta(days=1)):
        return office
    others = [each for each in office if each.id != one.away.id]
    return [one.away, *(others if one.from_on <= today + _SOON else [])]


def say_end(one: Cover) -> str:
    """What to type to end it: `cover end SENDPO from 3 October 2022`"""
    return f"cover end {one.role} from {say_date(one.from_on)}"


def say_cover(one: Cover) -> str:
    """`SENDPO: EDCS for Sam, from 3 October 2022 to 14 October 2022`."""
    return f"{one.role}: {one.by.label if one.by else 'nobody any more'} for {one.away.label}, {one.dates}"
