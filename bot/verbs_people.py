"""What the commands about people, roles and names of the command line do. Returns the exit code."""

from __future__ import annotations

from argparse import Namespace

from bot import absence, naming, verbs
from bot.app import account
from bot.office import check_address
from programme.calendar import say_date
from programme.cover import list_to_end
from programme.messages import UserError
from storage import appointments
from storage.people import find_person, get_role, read_directory


def cover(options: Namespace) -> int:
    """Let somebody act for who holds a role while they are away."""
    with verbs.open_for(options) as app, app.db.write() as tx:
        today = app.calendar.today(options.now)
        directory = read_directory(tx, today)
        found = get_role(options.role, directory)
        away = find_person(tx, check_address(options.address))
        if away is None:
            raise UserError(f"{options.address} holds no role here: see halfterm people list")
        appointments.set_person(tx, by := check_address(options.by))
        person = find_person(tx, by)
        if person is None:
            raise UserError(f"There is nobody at {options.by}: see halfterm people list")
        first = options.since or today
        said = absence.Said("office", options.now, today, account())
        lines = absence.arrange(tx, directory, [found], away, person, first, options.to, said)
    print(" ".join(lines))
    return 0


def end_cover(options: Namespace) -> int:
    with verbs.open_for(options) as app, app.db.write() as tx:
        today = app.calendar.today(options.now)
        directory = read_directory(tx, today)
        role_id, role = get_role(options.role, directory)
        covers = [one for one in directory.covers if one.role_id == role_id and one.until_on > today]
        if not covers:
            raise UserError(f"Nobody covers {role.abbreviation}: see halfterm people list")
        meant = list_to_end(covers, today, options.since)
        if not meant:
            day = say_date(options.since)
            raise UserError(f"No cover of {role.abbreviation} begins on {day}: see halfterm people list")
        lines = absence.end(tx, directory, meant, absence.Said("office", options.now, today, account()))
    print(" ".join(lines))
    return 0


def set_role(options: Namespace) -> int:
    asked = {name: getattr(options, name) for name in naming.MARKS}
    marks = {name: marked for name, marked in asked.items() if marked is not None}
    with verbs.open_for(options) as app, app.db.write() as tx:
        today = app.calendar.today(options.now)
        line = naming.set_role(tx, options.role, marks, today=today, now=options.now, account=account())
    print(line)
    return 0


def rename_role(options: Namespace) -> int:
    with verbs.open_for(options) as app, app.db.write() as tx:
        today = app.calendar.today(options.now)
        line = naming.rename_role(
            tx, options.old, options.new, on=options.since or today, today=today, now=options.now, account=account()
        )
    print(line)
    return 0


def rename_group(options: Namespace) -> int:
    with verbs.open_for(options) as app, app.db.write() as tx:
        today = app.calendar.today(options.now)
        line = naming.rename_group(
            tx, options.old, options.new, on=options.since or today, today=today, now=options.now, account=account()
        )
    print(line)
    return 0
