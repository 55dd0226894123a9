"""What a row of the outbox says at the moment it is sent: facts read, rules asked, words composed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from textwrap import shorten
from typing import Any

from documents.picture import draw_ratings
from jobs.closing import has_heard_closing, tell_closed, tell_of_plan
from jobs.deliver import Composed, Nothing
from jobs.files import draw_digest_files
from jobs.last_word import compose_last_word
from jobs.moved_meetings import find_asked
from jobs.newcomers import list_told_now
from jobs.papers import list_recipients
from jobs.planning import Teller
from jobs.school_days import wait_for_schools
from programme.calendar import Calendar
from programme.claims import compose_claim
from programme.cover import AWAY
from programme.digest import Digest, gather_digest, say_latest
from programme.digest_words import ASK_OFFICE, IN_THREAD, compose_digest_message
from programme.escalation import Told, compose_correction, compose_notice, list_leads_told
from programme.facts import (
    Accountable,
    Action,
    Escalation,
    Group,
    Meeting,
    Person,
    Rung,
    find_holding_group,
    find_strategic_group,
)
from programme.items import Item
from programme.message_json import message_from_dict
from programme.messages import Message, Picture
from programme.news import compose_news
from programme.permissions import may_read_digest
from programme.plan import Metric
from programme.policy import Policy
from programme.rag import LOOKS, Rag
from programme.reminders import (
    ASKED,
    asked_of,
    carry_until,
    compose_bundle,
    find_asking,
    find_silence,
    list_people,
    say_due,
)
from programme.school import Calendars
from storage import ledger, outbox
from storage.actions import find_escalation, find_said, list_actions
from storage.claims import find_claim
from storage.cover import find_absence, find_past_absence, leave_out_stand_ins
from storage.db import Tx
from storage.handover import list_refs
from storage.minutes import count_drafts
from storage.people import (
    Directory,
    find_actor,
    find_person,
    label_of,
    list_groups,
    list_leads,
    list_office,
    list_persons,
    read_directory,
)
from storage.plans import list_metrics
from storage.sending import find_bar

_GONE = "it is no longer theirs"
_LOOK_BACK = timedelta(days=14)  # longer than the week that bundles are counted in


@dataclass(frozen=True, slots=True)
class Facts:
    """What every rung of a bundle is decided from, read once."""

    tx: Tx
    now: datetime
    directory: Directory
    groups: list[Group]
    office: list[Person]
    leads: list[Accountable]
    calendar: Calendar
    policy: Policy
    schemes: Collection[str]  # the channels that can send

    def find_holding(self, action: Action | None) -> Group | None:
        return find_holding_group(action.focus_area, action.priority, self.groups) if action else None

    def find_next_meeting(self, action: Action | None) -> Meeting | None:
        holding = self.find_holding(action)
        return holding.next_meeting(self.now) if holding else None

    def list_near(self, action: Action) -> list[Group]:
        """The groups whose chairs hear of an alarm: the holding and the strategic one."""
        return [one for one in (self.find_holding(action), find_strategic_group(self.groups)) if one]


Also = Callable[["Composer", Tx, outbox.Row, datetime], Composed | Nothing]


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes every kind of row. One place, because each asks the same question: is it still worth saying?"""

    calendar: Calendar
    policy: Policy
    schemes: Collection[str]  # the channels that can send
    also: Mapping[str, Also] = field(default_factory=dict)  # kinds that are composed elsewhere, with this one's help
    tellers: Mapping[str, Teller] = field(default_factory=dict)  # kinds of rungs that are told elsewhere

    def __call__(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        kinds: dict[str, Callable[[Tx, outbox.Row, datetime], Composed | Nothing]] = {
            "bundle": self._bundle,
            "notice": self._notice,
            "correction": self._notice,
            "pack": self._pack,
            "since": self._pack,
            "reply": self._reply,
            "file": self._file,
            "claim": self._claim,
        }
        asks_others = row.kind == "ask"  # a question that cannot go there goes to somebody else
        if "redacted" not in row.facts and not asks_others and (bar := find_bar(tx, row.address)):
            return Nothing(bar)
        if also := self.also.get(row.kind):
            return also(self, tx, row, now)
        return kinds[row.kind](tx, row, now)

    def _bundle(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """The person's rungs that are due and still worth saying: one bundle a day, so many a week, whatever is due."""
        person = list_persons(tx).get(row.facts["person"])
        there = find_person(tx, row.address)
        if person is None or there is None or there.id != person.id:
            return Nothing("this person is no longer written to there")
        today = self.calendar.today(now)
        others = ledger.list_bundles(tx, now - _LOOK_BACK, person=person.id, but=row.id)
        sent = {self.calendar.today(at) for _, at in others}
        policy = self.policy.with_rhythm(person.rhythm)
        facts = self.read(tx, now)
        calendar = Calendars(self.calendar, facts.directory.roles, facts.directory.holders).of(person.id)
        if calendar is not self.calendar and not calendar.is_open(today):
            return Nothing("it is a school holiday: what is left waits for the next bundle")
        until = carry_until(today, sent, calendar, policy, daily=person.may_daily)
        if until is None or today in sent:
            return Nothing("another bundle has gone: what is left waits for the next")
        lines = ledger.list_planned(tx, until, person.id)
        actions = {
            one.ref: one
            for one in list_actions(tx, facts.directory, refs=sorted({line.rung.subject for line in lines}))
        }
        starting = any(line.rung.kind == "starting" for line in lines)
        metrics = list_metrics(tx) if starting else {}
        items: list[Item] = []
        carried: list[int] = []
        silenced: dict[int, str] = {}
        for line in lines:
            action = actions.get(line.rung.subject)
            silence = self.find_silence(facts, line.rung, action, person)
            if silence is None:
                items.append(self.make_item(facts, line.rung, action, metrics))
                carried.append(line.id)
            elif line.rung.on <= today:  # what only falls due later in the week is decided then
                silenced[line.id] = silence
        if not items:
            return Nothing("nothing in it was still worth saying", silenced)
        message = compose_bundle(items, today, self.calendar, self.policy)
        refs = {item.action.ref for item in items if item.action}
        handed = [int(item.rung.subject.split()[1]) for item in items if item.rung.kind == "handover"]
        follow = {"handovers": sorted(set(handed))} if handed else None
        for role_id in handed:  # so that words redacted are taken out of it too
            refs |= set(list_refs(tx, facts.directory, facts.directory.roles[role_id]))
        return Composed(message, tuple(sorted(refs)), tuple(carried), silenced, follow=follow)

    def read(self, tx: Tx, now: datetime) -> Facts:
        directory = read_directory(tx, self.calendar.today(now))
        return Facts(
            tx,
            now,
            directory,
            list_groups(tx, directory),
            list_office(tx),
            list_leads(tx, directory),
            self.calendar,
            self.policy,
            self.schemes,
        )

    def find_silence(self, facts: Facts, rung: Rung, action: Action | None, person: Person) -> str | None:
        """Why a rung is not said to this person now; None where it is."""
        if teller := self.tellers.get(rung.kind):
            return teller.find_silence(facts, rung, person)
        silence = find_silence(rung, action, facts.find_holding(action), facts.now, self.calendar, self.policy)
        if silence or action is None:
            return silence
        holding = facts.find_holding(action) if rung.kind == "meeting" else None
        moved = find_asking(rung, holding, facts.now, self.calendar) if holding else None
        if moved and moved.earlier:
            silence = find_asked(facts.tx, rung, moved, facts.now, self.calendar, self.policy)
            if silence:
                return silence
        hears: set[tuple[int, str]]
        if rung.kind in ("news", "not_mine"):
            said = find_said(facts.tx, _row_of(rung))
            if said is None:
                return "it was taken back"
            if said.kind == "rating" and said.value != action.rag:
                return "it was rated again since"
        if rung.kind == "not_mine":
            hears = {(one.id, "") for one in facts.office}
        elif rung.kind == "news":
            owners = [one for owner in action.owners for one in owner.people]
            chairs = [one for group in facts.list_near(action) for one in group.chairs]
            hears = {(one.id, "") for one in (*owners, *chairs, *facts.office)}
        elif rung.kind == "lead":
            told = list_leads_told(action, action.bodies, facts.leads, facts.office)
            hears = {(one.id, role) for one, role in told}
        elif rung.kind == "vulnerable":
            if has_heard_closing(facts.tx, rung):
                return "they heard of it as the alarm before it was closed"
            hears = {(one.id, "") for group in facts.list_near(action) for one in group.chairs}
            empty = [f"chair of {group.name}" for group in facts.list_near(action) if not group.chairs]
            hears |= {(one.id, role) for one in facts.office for role in empty}
        else:
            asked = list_people(asked_of(action, rung.kind), facts.office, self.schemes)
            hears = {(one.id, role) for one, role in asked if one}
        theirs = asked_of(action, rung.kind)
        if (person.id, rung.passed_for) not in hears:
            return AWAY if find_absence(facts.directory, person.id, theirs) else _GONE
        if rung.kind not in ASKED or not facts.directory.covers or action.waiting_for(rung.on):
            return None
        was_away = find_past_absence(facts.directory, person.id, theirs, rung.on)
        return "it was answered while they were away" if was_away else None

    def make_item(self, facts: Facts, rung: Rung, action: Action | None, metrics: Mapping[str, Metric]) -> Item:
        """What a bundle says of a rung."""
        if teller := self.tellers.get(rung.kind):
            return teller.make_item(facts, rung)
        meeting = facts.find_next_meeting(action)
        meets_on = self.calendar.today(meeting.starts_at) if meeting else None
        return Item(rung, action, self.say(facts, rung, action, metrics), meets_on, leads=facts.leads)

    def say(self, facts: Facts, rung: Rung, action: Action | None, metrics: Mapping[str, Metric]) -> str:
        """The sentence of a rung that is told rather than asked; the plan's indicator for a starting list."""
        if action is None:
            return ""
        if rung.kind == "starting":
            return say_latest(metrics.get(action.ref))
        due = say_due(action, self.calendar.today(facts.now), self.calendar)
        what = shorten(action.text, 90, placeholder="…").rstrip(".")
        if rung.kind == "lead":
            stop = "" if what.endswith("…") else "."
            state = f"is overdue, {due} ({action.owner_names})"
            if not any(owner.people for owner in action.owners):
                state = f"is overdue and nobody holds {action.owner_names}; it {due}"
            return f"{action.ref} {state}: {what}{stop} To see it: action {action.ref}"
        if rung.kind in ("news", "not_mine"):
            said = find_said(facts.tx, _row_of(rung))
            return (
                compose_news(action, said, label_of(facts.tx, said.by, self.calendar.today(facts.now))) if said else ""
            )
        why = action.reason_for(Rag.VULNERABLE).rstrip(".") or "no reason given yet"
        return f"{action.ref} was rated {LOOKS[Rag.VULNERABLE]} ({action.owner_names}): {why}. {what}, {due}"

    def _notice(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """An alarm if it still stands and they may still hear it; a correction to whoever had it."""
        return wait_for_schools(self.calendar, tx, row, now) or self.tell_alarm(tx, row.facts, now, row.kind)

    def tell_alarm(self, tx: Tx, told_of: Mapping[str, Any], now: datetime, kind: str) -> Composed | Nothing:
        """A row of that kind, made of these facts; an `edit` is of the notice, whatever has become of its alarm."""
        alarm = find_escalation(tx, told_of["number"])
        today = self.calendar.today(now)
        directory = read_directory(tx, today)
        found = list_actions(tx, directory, refs=[told_of["ref"]])
        if alarm is None or not found or "plan" in told_of:
            return tell_of_plan(told_of, found, alarm, self.calendar)
        action = found[0]
        raised_by = label_of(tx, alarm.by, today)
        if "row" in told_of:
            return tell_closed(tx, told_of, action, alarm, now, self.calendar)
        if kind == "correction":  # whoever had the notice, whatever they hold by now
            return Composed(compose_correction(action, alarm, raised_by), (action.ref,))
        if alarm.state != "open" and kind != "edit":
            return Nothing("the rating was changed or withdrawn before it left")
        everyone = self._told(tx, leave_out_stand_ins(action, directory, alarm.by), alarm, directory)
        told = next((each for each in everyone if each.person and each.person.id == told_of["person"]), None)
        if told is None:
            return Nothing("they no longer hold the role that would hear of it")
        vacant = [each.why for each in everyone if each.person is None] if told.person and told.person.office else []
        due = say_due(action, today, self.calendar)
        seen_by, rated_by = label_of(tx, alarm.acknowledged_by, today), label_of(tx, action.rag_by, today)
        message = compose_notice(action, alarm, raised_by, told, due, rated_by, vacant, seen_by)
        return Composed(message, (action.ref,))

    def _told(self, tx: Tx, action: Action, alarm: Escalation, directory: Directory) -> list[Told]:
        groups = list_groups(tx, directory)
        holding = find_holding_group(action.focus_area, action.priority, groups)
        return list_told_now(action, alarm, holding, groups, list_leads(tx, directory), list_office(tx))

    def _pack(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """The digest for a reader, or what has moved since, if the meeting is to come and they still are one."""
        today = self.calendar.today(now)
        directory = read_directory(tx, today)
        group = next((one for one in list_groups(tx, directory) if one.name == row.facts["group"]), None)
        meeting = next((one for one in group.meetings if one.id == row.facts["meeting"]), None) if group else None
        if group is None or meeting is None or meeting.starts_at < now:
            return Nothing("that meeting is past or was moved")
        office, reader = list_office(tx), row.facts["person"]
        if reader not in {one.id for one in list_recipients(group, office)}:
            return Nothing("they no longer chair this group")
        if row.kind == "since":
            return compose_last_word(tx, row, group, meeting, directory, now, self.calendar)
        digest = read_digest(tx, group, directory, now, self.calendar, self.policy)
        hint = IN_THREAD if row.address.startswith("slack:") else ASK_OFFICE
        decide = {one.id: one.address for one in (*group.chairs, *office)}
        own = decide.get(reader, "")
        message = compose_digest_message(digest, draw_digest(digest), hint, decides=reader in decide, reader=own)
        return Composed(message, follow={"group": group.name})

    def _file(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """A digest or what was handed over as files, for whoever may still read it."""
        if "handovers" in row.facts:
            return self.also["handover"](self, tx, row, now)
        today = self.calendar.today(now)
        directory = read_directory(tx, today)
        groups = list_groups(tx, directory)
        group = next((one for one in groups if one.name == row.facts["group"]), None)
        reader = find_actor(tx, row.address, today, directory, groups, list_leads(tx, directory))
        if group is None or reader is None or not may_read_digest(reader, group):
            return Nothing("they may not read this digest any more")
        digest = read_digest(tx, group, directory, now, self.calendar, self.policy)
        words = Message(f"The whole digest of {group.name} as a Word file, and its picture.")
        return Composed(words, draw=lambda: draw_digest_files(digest, draw_digest(digest)))

    def _claim(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """Somebody claims a role: asked of the office, until one of them has answered."""
        claim = find_claim(tx, row.facts["claim"])
        if claim is None or claim.state != "open":
            return Nothing("it has been answered")
        if row.facts["person"] not in {one.id for one in list_office(tx)}:
            return Nothing("they are no longer of the programme office")
        owner = read_directory(tx, self.calendar.today(now)).resolve(claim.role)
        if not owner.roles:
            return Nothing("the plan no longer has this role")
        if claim.address in {one.address for one in owner.people}:
            return Nothing("they hold it by now")
        holders = [one.label for one in owner.people]
        return Composed(compose_claim(claim.number, claim.who, owner.roles[0], holders))

    def _reply(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """An answer that could not ride in the response: its words were found when it was asked."""
        return Composed(message_from_dict(row.facts["message"]))


def _row_of(rung: Rung) -> int:
    """The row of the history that a rung tells of."""
    return int(rung.rung.removeprefix("row "))


def read_digest(
    tx: Tx, group: Group, directory: Directory, now: datetime, calendar: Calendar, policy: Policy
) -> Digest:
    """A group's digest at an instant, from the facts of that instant."""
    had_since = read_had_since(tx, calendar)
    groups = list_groups(tx, directory)
    actions = list_actions(tx, directory)
    digest = gather_digest(group, groups, actions, list_metrics(tx), had_since, now, calendar, policy)
    return replace(digest, to_confirm=count_drafts(tx, group.id))


def read_had_since(tx: Tx, calendar: Calendar) -> dict[str, date]:
    """Ref → the day one of its owners had it on a starting list."""
    days: dict[str, date] = {}
    for last in ledger.list_last(tx, "starting", "sent"):
        if not last.passed_for:
            on = calendar.today(last.at)
            days[last.subject] = min(on, days.get(last.subject, on))
    return days


def draw_digest(digest: Digest) -> Picture:
    """The counts of a digest as a picture with its words."""
    return draw_ratings([(count.look, count.now) for count in digest.counts], digest.group)
