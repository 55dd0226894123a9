"""What the office is told once of a meeting whose cadence names a day that is closed or not there: on which day it is
instead, with what to tap. Nothing waits for the answer."""

from __future__ import annotations

from jobs.compose import Facts
from jobs.planning import Planner, Scene, Teller
from programme.calendar import Calendar, say_date
from programme.facts import Group, Meeting, Person, Rung
from programme.items import Item
from programme.messages import Button
from storage import ledger

_TITLE = "Meetings to confirm"


def _wants(scene: Scene) -> bool:
    return any(one.wished_on for group in scene.groups for one in group.meetings) and bool(scene.office)


def _list_rungs(scene: Scene) -> list[Rung]:
    said = ledger.list_said(scene.tx, "confirm")
    bent = [
        (f"meeting {one.id}", f"for {one.wished_on}")
        for group in scene.groups
        for one in group.meetings
        if one.wished_on and one.starts_at > scene.now
    ]
    return [
        Rung(scene.day, "confirm", subject, name, person.id)
        for person in scene.office
        for subject, name in bent
        if (person.id, subject, name) not in said
    ]


def _find(facts: Facts, rung: Rung) -> tuple[Group, Meeting] | None:
    for group in facts.groups:
        for one in group.meetings:
            if rung.subject == f"meeting {one.id}" and one.to_confirm and one.starts_at > facts.now:
                return group, one
    return None


def _find_silence(facts: Facts, rung: Rung, person: Person) -> str | None:
    if not person.office:
        return "no longer of the programme office"
    return None if _find(facts, rung) else "there is nothing left to confirm"


def _make_item(facts: Facts, rung: Rung) -> Item:
    found = _find(facts, rung)
    if found is None:
        return Item(rung, None, title=_TITLE)
    group, meeting = found
    local = facts.calendar.local(meeting.starts_at)
    named = f"{group.name} {say_date(local.date())} {local:%H:%M}"
    when = f"{local:%A} {say_date(local.date())} at {local:%H:%M}"
    return Item(
        rung,
        None,
        f"{group.name} meets on {when}: {_say_why(meeting, facts.calendar)}",
        title=_TITLE,
        buttons=(
            Button("Confirm", f"meetings confirm {named}"),
            Button("Move", f"meetings move {named}"),
            Button("Cancel", f"meetings cancel {named}"),
        ),
    )


def _say_why(meeting: Meeting, calendar: Calendar) -> str:
    wished = meeting.wished_on
    if wished is None:
        return "nothing keeps it from its day."
    named = f"{wished:%A} {say_date(wished)}, the day its cadence names,"
    return f"{named} is {'not in that term' if calendar.is_open(wished) else 'a closed day'}."


BENT = Planner(_wants, _list_rungs)
BENT_TOLD = Teller(_find_silence, _make_item)
