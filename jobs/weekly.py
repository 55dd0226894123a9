"""The programme office's weekly note, gathered: with the office's bundle on the first working day of a week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from jobs.compose import Facts
from jobs.disowned import gather_disowned
from jobs.planning import Planner, Scene, Teller
from programme.calendar import say_date
from programme.disowned import TITLE
from programme.facts import Person, Rung, find_holding_group
from programme.forecast import find_forecast
from programme.home import EMPTY, HELD, Listed, first_few
from programme.items import Item
from programme.rag import LOOKS
from programme.weekly import BUTTONS, find_week, list_without_meeting, say_note
from storage import ledger
from storage.actions import list_actions
from storage.history import get_head_at
from storage.minutes import list_drafts
from storage.people import find_person, label_of
from storage.watch import (
    list_alarms,
    list_open_areas,
    list_proposed_refs,
    list_said_twice,
    list_silent,
    list_undelivered,
    list_unread_timescales,
    list_vacant,
)

_WEEK = timedelta(days=7)
_WAITS_AFTER = timedelta(hours=1)
_ASKED_WITHIN, _HAD_LONG_ENOUGH = 30, 3  # working days, as on the office's Home
_LONG = 10  # working days that a proposal or a line of minutes may wait


def gather_note(facts: Facts) -> list[Listed]:
    """What the note tells, each list only where there is any. Where no channel is known that can send, every holder of
    a role counts as within reach."""
    tx, today, schemes = facts.tx, facts.calendar.today(facts.now), facts.schemes or None
    listed = []

    def add(title: str, lines: Sequence[str], total: int) -> None:
        if total:
            listed.append(Listed(title, first_few(list(lines)), total))

    undelivered, total = list_undelivered(tx, facts.now - _WEEK, facts.now - _WAITS_AFTER, schemes)
    add("Messages not delivered", [f"to {_say(facts, address)}: {why}" for _, address, why in undelivered], total)
    twice, total = list_said_twice(tx, facts.now - _WEEK)
    add("Messages perhaps sent twice", [f"to {_say(facts, address)}" for address in twice], total)
    first, last = (facts.calendar.add_working_days(today, -days) for days in (_ASKED_WITHIN, _HAD_LONG_ENOUGH))
    silent, people = list_silent(tx, first, last, today)
    add(
        "People who were asked and have not answered",
        [
            f"{_say_roles(facts, one.address)}: {one.actions} {'action' if one.actions == 1 else 'actions'}, "
            f"first asked {say_date(one.since)}"
            for one in silent
        ],
        people,
    )
    disowned = gather_disowned(tx, facts.directory, facts.calendar)
    add(TITLE, disowned, len(disowned))
    for title, roles in zip((EMPTY, HELD), list_vacant(tx, facts.directory, schemes), strict=True):
        add(title, roles, len(roles))
    unread, total = list_unread_timescales(tx)
    add("Timescales that could not be read", [f"{ref} “{text[:40]}”" for ref, text in unread], total)
    if half := facts.calendar.half_term_of(today):
        lacking = list_without_meeting(list_open_areas(tx), facts.groups, half, facts.calendar)
        add(f"Groups without a meeting in {half.name}", lacking, len(lacking))
    alarms = list_alarms(tx, facts.now)
    held = [(one, find_holding_group(one.focus_area, one.priority, facts.groups)) for one in alarms]
    lines = [f"{one.ref} {LOOKS[one.kind]}, {group.name if group else 'no group'}" for one, group in held]
    add("Alarms not acknowledged", lines, len(lines))
    _add_waiting(facts, today, listed)
    if facts.policy.forecast:
        found = [
            forecast
            for one in list_actions(tx, facts.directory, only_open=True)
            if (forecast := find_forecast(one, today, facts.calendar, facts.policy))
        ]
        add("Likely to slip", [f"{one.ref}: {', '.join((*one.signs, one.left))}" for one in found], len(found))
    return listed


def _add_waiting(facts: Facts, today: date, listed: list[Listed]) -> None:
    """What has waited long for somebody to agree or confirm it."""
    since = facts.calendar.add_working_days(today, -_LONG)
    proposed = [
        (one.ref, facts.calendar.today(one.proposal.at))
        for one in list_actions(facts.tx, facts.directory, refs=list_proposed_refs(facts.tx))
        if one.proposal
    ]
    late = [f"{ref}, since {say_date(on)}" for ref, on in proposed if on <= since]
    if late:
        listed.append(Listed(f"Waiting to be agreed for {_LONG} working days or more", first_few(late), len(late)))
    drafts = [one for one in list_drafts(facts.tx) if facts.calendar.today(one.at) < today and not one.aside]
    of = Counter(one.group for one in drafts)
    if drafts:
        lines, named = [f"{group}: {number}" for group, number in of.items()], sum(first_few(list(of.values())))
        listed.append(Listed("Lines of minutes to confirm", first_few(lines), len(drafts), named=named))


def _say(facts: Facts, address: str) -> str:
    return label_of(facts.tx, address, facts.calendar.today(facts.now))


def _say_roles(facts: Facts, address: str) -> str:
    """The roles of somebody who has not answered, rather than their name."""
    person = find_person(facts.tx, address)
    roles = facts.directory.roles_of(person.id) if person else []
    return ", ".join(role.abbreviation for role in roles) or _say(facts, address)


def _wants(scene: Scene) -> bool:
    return bool(scene.office) and scene.imported_at is not None and scene.imported_at < scene.now - _WEEK


def _list_rungs(scene: Scene) -> list[Rung]:
    imported_on = scene.calendar.today(scene.imported_at or scene.now)
    week = find_week(scene.day, imported_on, scene.calendar)
    name = f"from {week}"
    if week is None or any(rung == name for _person, _subject, rung in ledger.list_said(scene.tx, "weekly")):
        return []
    return [Rung(scene.day, "weekly", "the week", name, person.id) for person in scene.office]


def _find_silence(facts: Facts, rung: Rung, person: Person) -> str | None:
    if not person.office:
        return "no longer of the programme office"
    week = date.fromisoformat(rung.rung.removeprefix("from "))
    is_past = week + _WEEK <= facts.calendar.today(facts.now)
    return "that week is past" if is_past and not _has_gone(facts, rung) else None


def _has_gone(facts: Facts, rung: Rung) -> bool:
    """Whether it is only brought up to date."""
    return any(line.rung == rung and line.state == "sent" for line in ledger.list_of(facts.tx, rung.subject))


def _make_item(facts: Facts, rung: Rung) -> Item:
    """The note as things stand; the end of the history stays that of the morning, which may have been kept by now."""
    week = date.fromisoformat(rung.rung.removeprefix("from "))
    head = get_head_at(facts.tx, facts.calendar.instant(rung.on, facts.calendar.opens))
    words = "\n".join(say_note(gather_note(facts), str(head)))
    return Item(rung, None, words, title=f"The week of {say_date(week)}", buttons=BUTTONS)


WEEKLY = Planner(_wants, _list_rungs)
TOLD_WEEKLY = Teller(_find_silence, _make_item)
