"""Somebody's home, composed from the facts of the moment: what is theirs to do, what they chair, what they watch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from jobs.deciding import list_waiting
from jobs.disowned import gather_disowned
from jobs.minuting import list_minutes
from jobs.pausing import find_pause
from programme.calendar import Calendar, say_date
from programme.claims import list_claim_buttons
from programme.disowned import TITLE, has_disowned
from programme.facts import Actor, Group, find_holding_group, find_strategic_group
from programme.home import (
    EMPTY,
    HELD,
    ON_A_PAGE,
    ON_A_SHARED_PAGE,
    Home,
    Listed,
    Mine,
    compose_home_message,
    compose_strangers_home,
    first_few,
    list_whole,
    say_alarm,
    say_meeting,
)
from programme.messages import Button, Message
from programme.pausing import begin_with
from programme.policy import Policy
from programme.waiting import say_waiting
from storage.actions import list_actions
from storage.claims import list_open_claims
from storage.db import Tx
from storage.owned import Meets, Owned, count_owned, list_owned, list_said_of
from storage.people import Directory, find_actor, label_of, list_groups, list_leads, list_office, read_directory
from storage.watch import (
    list_alarms,
    list_said_twice,
    list_silent,
    list_unanswered,
    list_undelivered,
    list_unread_timescales,
    list_vacant,
)

_LOOK_BACK = timedelta(days=28)
_MOST_GROUPS = 6
_WAITS_AFTER = timedelta(hours=1)
_ASKED_WITHIN, _HAD_LONG_ENOUGH = 30, 3  # working days


def compose_home(
    tx: Tx,
    address: str,
    page: int,
    now: datetime,
    calendar: Calendar,
    policy: Policy,
    schemes: Collection[str] | None = None,
) -> Message:
    """The home of whoever has this address; for somebody who is not known, how to become so.

    `schemes` are the channels that can send; without them every holder of a role counts as within reach.
    """
    today = calendar.today(now)
    directory = read_directory(tx, today)
    groups = list_groups(tx, directory)
    actor = find_actor(tx, address, today, directory, groups, list_leads(tx, directory))
    if actor is None:
        return compose_strangers_home([one.label for one in list_office(tx) if one.name])
    return compose_home_of(tx, actor, directory, groups, page, now, calendar, policy, schemes)


def compose_home_of(
    tx: Tx,
    actor: Actor,
    directory: Directory,
    groups: Sequence[Group],
    page: int,
    now: datetime,
    calendar: Calendar,
    policy: Policy,
    schemes: Collection[str] | None = None,
) -> Message:
    """As `compose_home`, where it is known who is asking. A page that is not there is the last."""
    today = calendar.today(now)
    when = _find_when(tx, actor, directory, groups, now, calendar, policy)
    total, asked = count_owned(tx, directory, actor, *when)
    most = ON_A_SHARED_PAGE if actor.chairs or actor.office else ON_A_PAGE
    pages = max(1, -(-total // most))
    page = min(max(page, 1), pages)
    shown = list_owned(tx, directory, actor, *when, most=most, skip=(page - 1) * most)
    found = {one.ref: one for one in list_actions(tx, directory, refs=[one.ref for one in shown])}
    chaired = [group for group in groups if group.name in actor.chairs] if page == 1 else []
    told = compose_home_message(
        Home(
            mine=tuple(
                Mine(
                    found[one.ref],
                    one.urgency,
                    one.asked,
                    one.meets_on,
                    when[-1].get(one.ref),
                    has_disowned(found[one.ref], actor.key),
                )
                for one in shown
            ),
            total=total,
            asked=asked,
            page=page,
            pages=pages,
            groups=tuple(say_meeting(group, today, calendar, policy) for group in chaired[:_MOST_GROUPS]),
            digests=tuple(group.name for group in chaired[:_MOST_GROUPS]),
            chaired=tuple(_list_for_chair(tx, actor, directory, groups, now, today)) if page == 1 else (),
            watched=tuple(_list_for_office(tx, directory, now, calendar, policy, schemes))
            if actor.office and page == 1
            else None,
            reads_all=actor.reads_all or actor.office or bool(actor.chairs),
        ),
        today,
        calendar,
    )
    return begin_with(find_pause(tx, today, may_resume=actor.office), told)


def list_most_urgent(
    tx: Tx,
    actor: Actor,
    directory: Directory,
    groups: Sequence[Group],
    now: datetime,
    calendar: Calendar,
    policy: Policy,
    most: int,
) -> list[Owned]:
    """The actor's open actions, the most urgent first, at most so many."""
    when = _find_when(tx, actor, directory, groups, now, calendar, policy)
    return list_owned(tx, directory, actor, *when, most=most)


def _list_answered(
    tx: Tx, actor: Actor, directory: Directory, today: date, calendar: Calendar, policy: Policy
) -> dict[str, frozenset[str]]:
    """What the actor owns and their side has answered, so that a word is wanted of others alone, and of whom."""
    if actor.person is None:
        return {}
    since, person = calendar.add_working_days(today, -policy.answer_lasts), actor.person.id
    refs = list_said_of(tx, directory, actor, since, today)
    said = list_actions(tx, directory, refs=refs) if refs else []
    return {one.ref: one.waiting_for(since) for one in said if one.has_answered(person, since)}


def _list_unanswered(tx: Tx, actor: Actor, today: date, calendar: Calendar) -> list[str]:
    """What the actor was asked about in the last weeks and nobody of theirs has answered."""
    if actor.person is None:
        return []
    return list_unanswered(tx, actor.person.id, calendar.add_working_days(today, -_ASKED_WITHIN), today)


def _find_when(
    tx: Tx,
    actor: Actor,
    directory: Directory,
    groups: Sequence[Group],
    now: datetime,
    calendar: Calendar,
    policy: Policy,
) -> tuple[Meets, date, date, list[str], dict[str, frozenset[str]]]:
    """When the groups meet next, today, the day up to which an action is due soon, and what the actor was asked about
    and what their side has answered."""

    def meets(group: Group | None) -> date | None:
        meeting = group.next_meeting(now) if group and group.asks else None
        return calendar.today(meeting.starts_at) if meeting else None

    held: dict[str, date | None] = {}
    for group in groups:
        for ref in group.holds:
            held.setdefault(ref, meets(group))
    today = calendar.today(now)
    soon = calendar.add_working_days(today, max(policy.timescale))
    unanswered = _list_unanswered(tx, actor, today, calendar)
    answered = _list_answered(tx, actor, directory, today, calendar, policy)
    return Meets(held, meets(find_strategic_group(groups))), today, soon, unanswered, answered


def _list_for_chair(
    tx: Tx, actor: Actor, directory: Directory, groups: Sequence[Group], now: datetime, day: date
) -> list[Listed]:
    """What waits for somebody's agreement, and alarms that they have heard of and not acknowledged."""
    if not (actor.chairs or actor.office):
        return []
    listed = []
    waiting, _others = list_waiting(tx, actor, directory, groups)
    if waiting:
        lines = [
            say_waiting(one, label_of(tx, one.proposal.by if one.proposal else one.rag_by, day), briefly=True)
            for one in first_few(waiting)
        ]
        buttons = (Button("See what waits", "agree"),)
        listed.append(Listed("Waiting for you to agree", tuple(lines), len(waiting), buttons))
    drafts = [one for one in list_minutes(tx, actor, directory, groups) if not one.aside]
    if drafts:
        of = Counter(one.group + (f", {say_date(one.meeting_on)}" if one.meeting_on else "") for one in drafts)
        lines = [f"{meeting}: {_count(number, 'line')}" for meeting, number in of.items()]
        button = Button("See what is left", "minutes")
        named = sum(first_few(list(of.values())))
        listed.append(Listed("Minutes to confirm", first_few(lines), len(drafts), (button,), named))
    alarms = [
        one
        for one in list_alarms(tx, now)
        if (group := find_holding_group(one.focus_area, one.priority, groups)) and group.name in actor.chairs
    ]
    if alarms:
        kinds = {one.ref: one.kind for one in alarms}
        shown = list_actions(tx, directory, refs=first_few([one.ref for one in alarms]))
        listed.append(
            Listed(
                "Escalations to acknowledge",
                tuple(say_alarm(one, kinds[one.ref]) for one in shown),
                len(alarms),
                tuple(Button(f"I have seen {one.ref}"[:75], f"ack {one.ref}") for one in shown),
            )
        )
    return listed


def _list_for_office(
    tx: Tx, directory: Directory, now: datetime, calendar: Calendar, policy: Policy, schemes: Collection[str] | None
) -> list[Listed]:
    """What the programme office looks after, each only where there is any."""
    today = calendar.today(now)
    listed = []

    def add(title: str, lines: Sequence[str], total: int, *buttons: Button) -> None:
        if total:
            listed.append(Listed(title, first_few(lines), total, buttons))

    def name(address: str) -> str:
        return label_of(tx, address, today)

    claims = list_open_claims(tx)
    taps = [tap for one in first_few(claims) for tap in list_claim_buttons(one.number)]
    lines = [f"{one.number}: {one.who} says they are {one.role}" for one in claims]
    add("Waiting to be let into a role", lines, len(claims), *taps, Button("See them all", "claims"))
    first, last = (calendar.add_working_days(today, -days) for days in (_ASKED_WITHIN, _HAD_LONG_ENOUGH))
    silent, people = list_silent(tx, first, last, today)
    add(
        "People who were asked and have not answered",
        [
            f"{one.name or name(one.address)}: {_count(one.actions, 'action')}, first asked {say_date(one.since)}"
            for one in silent
        ],
        people,
    )
    disowned = gather_disowned(tx, directory, calendar)
    add(TITLE, disowned, len(disowned))
    undelivered, total = list_undelivered(tx, now - _LOOK_BACK, now - _WAITS_AFTER, schemes)
    add("Messages not delivered", [f"to {name(address)}: {why}" for _, address, why in undelivered], total)
    for title, roles in zip((EMPTY, HELD), list_vacant(tx, directory, schemes), strict=True):
        listed += [list_whole(title, roles)] if roles else []
    twice, total = list_said_twice(tx, now - _LOOK_BACK)
    add("Messages perhaps sent twice", [f"to {name(address)}" for address in twice], total)
    unread, total = list_unread_timescales(tx)
    add("Timescales that could not be read", [f"{ref}: “{text[:40]}”" for ref, text in unread], total)
    return listed


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
