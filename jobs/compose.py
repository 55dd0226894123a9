"""What a row of the outbox says at the moment it is sent: facts read, rules asked, words composed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from textwrap import shorten
from typing import Any

from documents.picture import draw_ratings
from jobs.deliver import Composed, Nothing
from jobs.files import draw_digest_files
from programme.calendar import Calendar
from programme.claims import compose_claim
from programme.digest import Digest, compose_digest_message, compose_since, gather_digest, say_latest
from programme.escalation import Told, compose_correction, compose_notice, list_leads_told, list_told
from programme.facts import (
    Accountable,
    Action,
    Group,
    Meeting,
    Person,
    Rung,
    covers,
    find_holding_group,
    find_strategic_group,
)
from programme.message_json import message_from_dict
from programme.messages import Message, Picture
from programme.news import compose_news
from programme.permissions import may_see_all
from programme.plan import Metric
from programme.rag import LOOKS, Rag
from programme.reminders import (
    Item,
    Policy,
    asked_of,
    carry_until,
    compose_bundle,
    find_silence,
    list_people,
    say_due,
)
from storage import ledger, outbox
from storage.actions import find_escalation, find_said, list_actions
from storage.appointments import list_roles_held
from storage.claims import find_claim
from storage.db import Tx
from storage.installations import has_left
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

    def find_holding(self, action: Action | None) -> Group | None:
        return find_holding_group(action.focus_area, action.priority, self.groups) if action else None

    def find_next_meeting(self, action: Action | None) -> Meeting | None:
        holding = self.find_holding(action)
        return holding.next_meeting(self.now) if holding else None

    def list_near(self, action: Action) -> list[Group]:
        """The groups whose chairs hear of an alarm: the holding and the strategic one."""
        return [one for one in (self.find_holding(action), find_strategic_group(self.groups)) if one]

    def find_group(self, subject: str) -> Group:
        """The group that a rung of the office is about; one without a name or meetings for any other subject."""
        return next((one for one in self.groups if subject == f"group {one.id}"), Group(0, ""))


Also = Callable[["Composer", Tx, outbox.Row, datetime], Composed | Nothing]


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes every kind of row. One place, because each asks the same question: is it still worth saying?"""

    calendar: Calendar
    policy: Policy
    schemes: Collection[str]  # the channels that can send
    also: Mapping[str, Also] = field(default_factory=dict)  # kinds that are composed elsewhere, with this one's help

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
            **{kind: partial(compose, self) for kind, compose in self.also.items()},
        }
        someone = find_person(tx, row.address)
        if someone and someone.closed and "redacted" not in row.facts:
            return Nothing("their account is closed")
        if has_left(tx, row.address) and "redacted" not in row.facts:
            return Nothing("that workspace has left the programme")
        return kinds[row.kind](tx, row, now)

    def _bundle(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """The person's rungs that are due and still worth saying; one bundle a day, two a week, whatever was queued."""
        person = list_persons(tx).get(row.facts["person"])
        if person is None or person.address != row.address:
            return Nothing("this person is no longer written to there")
        today = self.calendar.today(now)
        others = ledger.list_bundles(tx, now - _LOOK_BACK, but=row.id)
        sent = {self.calendar.today(at) for who, at in others if who == person.id}
        until = carry_until(today, sent, self.calendar, self.policy, daily=person.office)
        if until is None or today in sent:
            return Nothing("another bundle has gone: what is left waits for the next")
        facts = self.read(tx, now)
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
                meeting = facts.find_next_meeting(action)
                meets_on = self.calendar.today(meeting.starts_at) if meeting else None
                words = self.say(facts, line.rung, action, metrics)
                items.append(Item(line.rung, action, words, meets_on))
                carried.append(line.id)
            elif line.rung.on <= today:  # what only falls due later in the week is decided then
                silenced[line.id] = silence
        if not items:
            return Nothing("nothing in it was still worth saying", silenced)
        message = compose_bundle(items, today, self.calendar, self.policy)
        refs = {item.action.ref for item in items if item.action}
        return Composed(message, tuple(sorted(refs)), tuple(carried), silenced)

    def read(self, tx: Tx, now: datetime) -> Facts:
        directory = read_directory(tx, self.calendar.today(now))
        return Facts(tx, now, directory, list_groups(tx, directory), list_office(tx), list_leads(tx, directory))

    def find_silence(self, facts: Facts, rung: Rung, action: Action | None, person: Person) -> str | None:
        """Why a rung is not said to this person now; None where it is."""
        if rung.kind == "office":
            return self._find_office_silence(facts, rung, person)
        silence = find_silence(rung, action, facts.find_holding(action), facts.now, self.calendar, self.policy)
        if silence or action is None:
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
            hears = {(one.id, "") for group in facts.list_near(action) for one in group.chairs}
            empty = [f"chair of {group.name}" for group in facts.list_near(action) if not group.chairs]
            hears |= {(one.id, role) for one in facts.office for role in empty}
        else:
            asked = list_people(asked_of(action, rung.kind), facts.office, self.schemes)
            hears = {(one.id, role) for one, role in asked if one}
        return None if (person.id, rung.passed_for) in hears else "it is no longer theirs"

    def _find_office_silence(self, facts: Facts, rung: Rung, person: Person) -> str | None:
        if not person.office:
            return "no longer of the programme office"
        if rung.subject.startswith("person ") and not _find_closed(facts, rung)[1]:
            return "the account is open again, or holds nothing any more"
        days = (self.calendar.today(meeting.starts_at) for meeting in facts.find_group(rung.subject).meetings)
        half = self.calendar.half_term_of(rung.on)
        if half and any(half.starts_on <= day <= half.ends_on for day in days):
            return "a meeting has been set"
        return None

    def say(self, facts: Facts, rung: Rung, action: Action | None, metrics: Mapping[str, Metric]) -> str:
        """The sentence of a rung that is told rather than asked; the plan's indicator for a starting list."""
        if rung.kind == "office":
            return _say_trouble(facts, rung)
        if action is None:
            return ""
        if rung.kind == "starting":
            return say_latest(metrics.get(action.ref))
        due = say_due(action, self.calendar.today(facts.now), self.calendar)
        what = shorten(action.text, 90, placeholder="…").rstrip(".")
        if rung.kind == "lead":
            return f"{action.ref} is overdue, {due} ({action.owner_names}): {what}"
        if rung.kind in ("news", "not_mine"):
            said = find_said(facts.tx, _row_of(rung))
            return (
                compose_news(action, said, label_of(facts.tx, said.by, self.calendar.today(facts.now))) if said else ""
            )
        why = action.reason_for(Rag.VULNERABLE).rstrip(".") or "no reason given yet"
        return f"{action.ref} was rated {LOOKS[Rag.VULNERABLE]} ({action.owner_names}): {why}. {what}, {due}"

    def _notice(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """An alarm if it still stands and they may still hear it; a correction to whoever had it."""
        return self.tell_alarm(tx, row.facts, now, row.kind)

    def tell_alarm(self, tx: Tx, told_of: Mapping[str, Any], now: datetime, kind: str) -> Composed | Nothing:
        """A row of that kind, made of these facts; an `edit` is of the notice, whatever has become of its alarm."""
        alarm = find_escalation(tx, told_of["number"])
        today = self.calendar.today(now)
        directory = read_directory(tx, today)
        found = list_actions(tx, directory, refs=[told_of["ref"]])
        if alarm is None or not found:
            return Nothing("there is nothing left to tell")
        action = found[0]
        raised_by = label_of(tx, alarm.by, today)
        if kind == "correction":  # whoever had the notice, whatever they hold by now
            return Composed(compose_correction(action, alarm, raised_by), (action.ref,))
        if alarm.state != "open" and kind != "edit":
            return Nothing("the rating was changed or withdrawn before it left")
        everyone = self._told(tx, action, alarm.by, directory, alarm.kind)
        told = next((each for each in everyone if each.person and each.person.id == told_of["person"]), None)
        if told is None:
            return Nothing("they no longer hold the role that would hear of it")
        vacant = [each.why for each in everyone if each.person is None] if told.person and told.person.office else []
        due = say_due(action, today, self.calendar)
        seen_by, rated_by = label_of(tx, alarm.acknowledged_by, today), label_of(tx, action.rag_by, today)
        message = compose_notice(action, alarm, raised_by, told, due, rated_by, vacant, seen_by)
        return Composed(message, (action.ref,))

    def _told(self, tx: Tx, action: Action, raised_by: str, directory: Directory, kind: Rag) -> list[Told]:
        groups = list_groups(tx, directory)
        holding = find_holding_group(action.focus_area, action.priority, groups)
        near = {group.id: group for group in (holding, find_strategic_group(groups)) if group}
        return list_told(
            action, action.bodies, kind, list(near.values()), list_leads(tx, directory), list_office(tx), raised_by
        )

    def _pack(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """The digest for a chair, or what has moved since, if the meeting is still to come and they still chair it."""
        today = self.calendar.today(now)
        directory = read_directory(tx, today)
        group = next((one for one in list_groups(tx, directory) if one.name == row.facts["group"]), None)
        meeting = next((one for one in group.meetings if one.id == row.facts["meeting"]), None) if group else None
        if group is None or meeting is None or meeting.starts_at < now:
            return Nothing("that meeting is past or was moved")
        if row.facts["person"] not in {one.id for one in (group.chairs or tuple(list_office(tx)))}:
            return Nothing("they no longer chair this group")
        if row.kind == "since":
            key = row.key.replace("since:", "pack:", 1)
            packs = [
                line.settled_at for line in outbox.list_lines(tx, key_starts=key, states=["sent"]) if line.key == key
            ]
            pack_at = packs[0] if packs else None
            if pack_at is None or self.calendar.today(pack_at) == today:
                return Nothing("the pack went today" if pack_at else "the pack has not gone")
            moved = [one for one in list_actions(tx, directory) if covers(group, one)]
            labels = {said.by: label_of(tx, said.by, today) for one in moved for said in one.said}
            return Composed(compose_since(group.name, moved, pack_at, labels, self.calendar))
        digest = read_digest(tx, group, directory, now, self.calendar, self.policy)
        return Composed(compose_digest_message(digest, draw_digest(digest)), follow={"group": group.name})

    def _file(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """A digest as files, for whoever may still read it."""
        today = self.calendar.today(now)
        directory = read_directory(tx, today)
        groups = list_groups(tx, directory)
        group = next((one for one in groups if one.name == row.facts["group"]), None)
        reader = find_actor(tx, row.address, today, directory, groups, list_leads(tx, directory))
        if group is None or reader is None or not may_see_all(reader):
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


def _find_closed(facts: Facts, rung: Rung) -> tuple[Person, list[str]]:
    """Whose account the office is told is closed, and what they hold while it is."""
    someone = list_persons(facts.tx).get(int(rung.subject.removeprefix("person ")), Person(0, ""))
    held = list_roles_held(facts.tx, someone.id, rung.on) if someone.closed else []
    return someone, [*held, *(["office"] if someone.closed and someone.office else [])]


def _say_trouble(facts: Facts, rung: Rung) -> str:
    """What the office is told that is not about one action."""
    kind, _, number = rung.subject.partition(" ")
    if kind == "group":
        name = facts.find_group(rung.subject).name
        return (
            f"{name} holds actions and has no meeting in {rung.rung}. To set one: halfterm groups set NAME --meets DATE"
        )
    if kind == "person":
        someone, roles = _find_closed(facts, rung)
        ends = " and ".join(f"halfterm people end {role} {someone.address}" for role in roles)
        return (
            f"The {someone.scheme.title()} account of {someone.label} ({', '.join(roles)}) is closed, so nothing is "
            f"sent there. To end it: {ends}"
        )
    row = outbox.find_line(facts.tx, int(number))
    who = label_of(facts.tx, row.address) if row else "somebody"
    refs = ", ".join(ref for ref in ledger.list_subjects(facts.tx, int(number)) if " " not in ref)
    about = f" about {refs}" if refs else ""
    if rung.rung == "doubtful":
        return f"A message to {who}{about} was perhaps sent twice: no answer came the first time."
    if rung.rung == "failed" and row and row.kind == "file":
        return f"The digest's files for {who} could not be shared: {row.trouble}. The digest itself has gone."
    if rung.rung == "failed":
        return f"A message to {who}{about} could not be sent: {row.trouble if row else ''}. Please pass it on."
    return f"A message to {who}{about} waits, because that channel is not set up here. Please pass it on."


def read_digest(
    tx: Tx, group: Group, directory: Directory, now: datetime, calendar: Calendar, policy: Policy
) -> Digest:
    """A group's digest at an instant, from the facts of that instant."""
    had_since = read_had_since(tx, calendar)
    groups = list_groups(tx, directory)
    actions = list_actions(tx, directory)
    return gather_digest(group, groups, actions, list_metrics(tx), had_since, now, calendar, policy)


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
