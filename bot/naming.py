"""Roles and groups as the programme office names and marks them."""

from __future__ import annotations

from datetime import date, datetime

from programme.calendar import say_date
from programme.messages import UserError
from storage import naming
from storage.db import Tx
from storage.history import record
from storage.people import read_directory
from storage.renewals import renew_homes

_OFFICE = "office"
MARKS = {
    "school": "of a school",
    "elected": "elected",
    "reads_all": "one that reads everything",
    "young_people": "young people's",
}


def rename_role(tx: Tx, old: str, new: str, *, on: date, today: date, now: datetime, account: str) -> str:
    """A role is called otherwise: whoever holds it goes on holding it."""
    was, called = naming.rename_role(tx, old, new, on, read_directory(tx, today))
    facts = {"old": was, "new": called, "on": on}
    record(tx, "roles_rename", actor=_OFFICE, account=account, now=now, facts=facts)
    renew_homes(tx, now)
    return f"{called} is the role's name now, {was} until {say_date(on)}; who held it holds it still."


def rename_group(tx: Tx, old: str, new: str, *, on: date, today: date, now: datetime, account: str) -> str:
    """A group is called otherwise: its chair, its meetings and what it holds stay."""
    was, called = naming.rename_group(tx, old, new, on, read_directory(tx, today))
    facts = {"old": was, "new": called, "on": on}
    record(tx, "groups_rename", actor=_OFFICE, account=account, now=now, facts=facts)
    renew_homes(tx, now)
    return f"{called} is the group's name now, {was} until {say_date(on)}; its chair and its meetings stay."


def set_role(tx: Tx, name: str, marks: dict[str, bool], *, today: date, now: datetime, account: str) -> str:
    """Mark a role as of a school, elected, reading everything, or young people's; or not so."""
    if not marks:
        raise UserError(
            "Say what the role is: --school, --elected, --reads-all or --young-people, or --not-school and so on."
        )
    found = naming.set_role(tx, name, read_directory(tx, today), today, **marks)
    record(tx, "roles_set", actor=_OFFICE, account=account, now=now, facts={"role": found.abbreviation, **marks})
    renew_homes(tx, now)
    said = [f"{'' if marked else 'not '}{MARKS[name]}" for name, marked in marks.items()]
    return f"{found.abbreviation} is {' and '.join(said)}."
