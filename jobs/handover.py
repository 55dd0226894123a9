"""A role handed over: what is said in the bundle of whoever newly has it, and the paper that follows."""

from __future__ import annotations

import re
from datetime import datetime

from documents.papers import write_paper
from jobs.compose import Composer, Facts
from jobs.deliver import Composed, Nothing
from jobs.planning import Teller
from jobs.sender import Attachment
from programme.calendar import Calendar, say_date
from programme.cover import AWAY, Cover
from programme.facts import Action, Actor, Group, Person, Rung, find_holding_group
from programme.handover import Handover, compose_handover, compose_handover_paper, find_asked
from programme.items import Item
from programme.messages import Button, Message
from programme.paper import Paper
from programme.permissions import may_agree
from programme.policy import Policy
from programme.reminders import plan_meeting
from storage import outbox
from storage.actions import list_actions
from storage.db import Tx
from storage.handover import find_last_asked, has_past, list_former, list_refs
from storage.people import Directory, find_person, label_of, list_groups, read_directory


def _role_id(rung: Rung) -> int:
    return int(rung.subject.removeprefix("role "))


def _find_cover(facts: Facts, rung: Rung) -> Cover | None:
    """The cover that a rung is about; None for a role that somebody holds."""
    why, _, number = rung.rung.partition(" ")
    if why == "since":
        return None
    return next((one for one in facts.directory.covers if one.id == int(number)), None)


def _find_silence(facts: Facts, rung: Rung, person: Person) -> str | None:
    role_id, today = _role_id(rung), facts.calendar.today(facts.now)
    if role_id not in facts.directory.roles:
        return "the plan no longer has this role"
    if not rung.rung.startswith("since "):
        cover = _find_cover(facts, rung)
        if cover is None or cover.by is None or cover.by.id != person.id or cover.until_on <= today:
            return "they do not cover it any more"
        if rung.rung.startswith("asked "):
            return "it has begun" if cover.from_on <= today else None
        if cover not in facts.directory.in_force:
            return "they do not cover it any more"
        return None if (role_id, person.id) in facts.directory.acting else "they hold it themselves"
    if all(one.id != person.id for one in facts.directory.holders.get(role_id, [])):
        away = (role_id, person.id) in {(one.role_id, one.away.id) for one in facts.directory.in_force}
        return AWAY if away else "it is no longer theirs"
    if not has_past(facts.tx, facts.directory, role_id, person.id, today):
        return "there is nothing to hand over: they are the first"
    return None


def _make_item(facts: Facts, rung: Rung) -> Item:
    role_id = _role_id(rung)
    role, cover = facts.directory.roles[role_id], _find_cover(facts, rung)
    name = role.abbreviation
    if cover and rung.rung.startswith("asked "):
        words = (
            f"{_say_person(facts, cover.away)} is away {cover.dates}, and you cover {name} then. "
            "What you need to know comes on the first morning."
        )
        return Item(
            rung,
            None,
            words,
            title=f"You will cover {name}",
            buttons=(Button("I cannot", f"cover end {name} from {say_date(cover.from_on)}"),),
        )
    handover = gather_handover(
        facts.tx, role_id, rung.person, facts.directory, facts.groups, facts.now, facts.calendar, facts.policy
    )
    if cover:
        who = _say_person(facts, cover.away)
        intro = (
            f"{who} is away, and you cover {name} to {say_date(cover.last_on)}. Its reminders come to you until then."
        )
    else:
        intro = f"{name} is yours now."
    words = compose_handover(handover, intro, facts.calendar)
    title = f"You cover {name}" if cover else f"Handover of {name}"
    return Item(rung, None, words, title=title, buttons=(Button("Show my actions", "actions mine"),))


def _say_person(facts: Facts, person: Person) -> str:
    return label_of(facts.tx, person.address, facts.calendar.today(facts.now))


def gather_handover(
    tx: Tx,
    role_id: int,
    person_id: int,
    directory: Directory,
    groups: list[Group],
    now: datetime,
    calendar: Calendar,
    policy: Policy,
) -> Handover:
    """A role as it is now, for somebody who has it (0: nobody of them)."""
    role, day = directory.roles[role_id], calendar.today(now)
    actions = list_actions(tx, directory, refs=list_refs(tx, directory, role))
    asked = find_last_asked(tx, [one.ref for one in actions])
    chairs = tuple(one.name for one in groups if one.chair and role in directory.resolve(one.chair).roles)
    holding = {one.name: one for action in actions if (one := _find_holding(action, groups))}
    holding |= {one.name: one for one in groups if one.name in chairs}
    chair = Actor("", "", (role.abbreviation,), chairs)
    waiting = [one for one in list_actions(tx, directory, only_open=True) if one.proposal] if chairs else []
    chaired = [one for one in waiting if may_agree(chair, one, groups)]
    meetings = []
    for group in holding.values():
        if meeting := group.next_meeting(now):
            dates = plan_meeting(meeting, group.papers, calendar, policy)
            meetings.append((group, dates.papers, dates.day))
    keys = {said.by for one in actions for said in one.said}
    keys |= {one.proposal.by for one in (*actions, *chaired) if one.proposal}
    former = list_former(tx, role_id, person_id, day)
    before = f"{label_of(tx, former[0][0].address, day)}, until {say_date(former[0][1])}" if former else ""
    return Handover(
        role,
        before,
        actions,
        chaired,
        frozenset(one.ref for one in actions if find_asked(one, asked.get(one.ref))),
        sorted(meetings, key=lambda each: each[2]),
        {key: label_of(tx, key, day) for key in keys},
        day,
    )


def compose_files(composer: Composer, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
    """What was handed over as Word files, for whoever may still read it."""
    day = composer.calendar.today(now)
    directory = read_directory(tx, day)
    person = find_person(tx, row.address)
    groups = list_groups(tx, directory)
    papers: list[Paper] = []
    for role_id in row.facts["handovers"]:
        role = directory.roles.get(role_id)
        if role and person and (person.office or role in directory.roles_of(person.id)):
            found = gather_handover(tx, role_id, person.id, directory, groups, now, composer.calendar, composer.policy)
            papers.append(compose_handover_paper(found, composer.calendar))
    if not papers:
        return Nothing("it is no longer theirs")
    words = Message(f"{' and '.join(one.title for one in papers)}, as a Word file.")
    return Composed(words, draw=lambda: tuple(map(_draw, papers)))


def _draw(paper: Paper) -> Attachment:
    name = "-".join([*re.findall("[a-z0-9]+", paper.title.lower())[:8], paper.as_at.isoformat()])
    return Attachment(f"{name}.docx", paper.title, "", write_paper(paper, "docx"))


def _find_holding(action: Action, groups: list[Group]) -> Group | None:
    return find_holding_group(action.focus_area, action.priority, groups)


HANDOVER = Teller(_find_silence, _make_item)
