"""What a row of the outbox says at the moment it is sent: facts read, rules asked, words composed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from documents.picture import draw_ratings
from jobs.deliver import Composed, Nothing
from programme.calendar import Calendar
from programme.digest import Digest, compose_digest_message, compose_since, gather_digest
from programme.escalation import Told, compose_correction, compose_notice, list_told
from programme.facts import Action, Group, Person, covers, find_holding_group, find_strategic_group
from programme.message_json import message_from_dict
from programme.messages import Picture
from programme.rag import Rag
from programme.reminders import (
    Item,
    Policy,
    carry_until,
    compose_bundle,
    find_silence,
    list_people,
    plan_meeting,
    say_date,
    say_due,
)
from storage import ledger, outbox
from storage.actions import find_escalation, list_actions
from storage.db import Tx
from storage.people import (
    Directory,
    label_of,
    list_groups,
    list_leads,
    list_office,
    list_persons,
    read_directory,
)
from storage.plans import list_metrics


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes every kind of row. One place, because each asks the same question: is it still worth saying?"""

    calendar: Calendar
    policy: Policy

    def __call__(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        kinds: dict[str, Callable[[Tx, outbox.Row, datetime], Composed | Nothing]] = {
            "bundle": self._bundle,
            "notice": self._notice,
            "correction": self._notice,
            "pack": self._pack,
            "since": self._pack,
            "reply": self._reply,
        }
        return kinds[row.kind](tx, row, now)

    def _bundle(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """The person's rungs that are due and still worth saying; one bundle a day, two a week, whatever was queued."""
        person = list_persons(tx).get(row.facts["person"])
        if person is None or person.address != row.address:
            return Nothing("this person is no longer written to there")
        today = self.calendar.today(now)
        sent = ledger.bundle_days(tx, today - timedelta(days=14))
        before = sent.get(person.id, set()) - {date.fromisoformat(row.facts["day"])}
        until = carry_until(today, before, self.calendar, self.policy, daily=person.office)
        if until is None or today in before:
            return Nothing("another bundle has gone: what is left waits for the next")
        directory = read_directory(tx, today)
        groups = list_groups(tx, directory)
        office = list_office(tx)
        lines = ledger.list_planned(tx, until, person.id)
        refs = {line.rung.subject for line in lines}
        actions = {one.ref: one for one in list_actions(tx, directory, refs=sorted(refs))}
        carried: dict[tuple[str, str], ledger.Line] = {}
        silenced: dict[int, str] = {}
        for line in lines:
            action = actions.get(line.rung.subject)
            silence = self._find_silence(tx, line, action, groups, office, person, now)
            if silence:
                silenced[line.id] = silence
                continue
            if line.rung.kind in ("starting", "timescale", "mitigation", "overdue", "meeting"):
                key = (line.rung.subject, line.rung.passed_for)
            else:
                key = (line.rung.subject, f"{line.rung.kind} {line.rung.rung}")
            other = carried.get(key)
            if other is not None:
                silenced[other.id] = "said with a later reminder of the same action"
            carried[key] = line
        if not carried:
            return Nothing("nothing in it was still worth saying", silenced)
        items = [
            Item(
                line.rung, actions.get(line.rung.subject), self._words(tx, line, actions.get(line.rung.subject), today)
            )
            for line in carried.values()
        ]
        message = compose_bundle(items, today, self.calendar, self.policy)
        return Composed(
            message, tuple(sorted(refs & actions.keys())), tuple(line.id for line in carried.values()), silenced
        )

    def _find_silence(
        self,
        tx: Tx,
        line: ledger.Line,
        action: Action | None,
        groups: list[Group],
        office: list[Person],
        person: Person,
        now: datetime,
    ) -> str | None:
        if line.rung.kind == "office":
            return None if person.office else "no longer of the programme office"
        holding = find_holding_group(action.focus_area, action.priority, groups) if action else None
        silence = find_silence(line.rung, action, holding, now, self.calendar, self.policy)
        if silence or action is None:
            return silence
        if line.rung.kind in ("vulnerable", "lead", "not_mine"):
            return None
        if (person.id, line.rung.passed_for) not in {
            (one.id, role) for one, role in list_people(action, office) if one
        }:
            return "it is no longer theirs"
        return None

    def _words(self, tx: Tx, line: ledger.Line, action: Action | None, today: date) -> str:
        """The sentence of a rung that is told rather than asked."""
        rung = line.rung
        if rung.kind == "office":
            found = [each for each in outbox.list_lines(tx) if f"message {each.id}" == rung.subject]
            who = label_of(tx, found[0].address) if found else "somebody"
            why = {
                "unreachable": "waits: that channel is not set up here",
                "failed": f"could not be sent: {found[0].trouble if found else ''}",
                "doubtful": "was perhaps sent twice: no answer came the first time",
            }[rung.rung]
            return f"A message to {who} {why}. Please pass it on."
        if action is None:
            return ""
        due = say_due(action, today, self.calendar)
        if rung.kind == "lead":
            passed = f" (for {rung.passed_for}: please pass on)" if rung.passed_for else ""
            return f"{action.ref} is overdue: {due}. {action.text} Owners: {action.owner_names}.{passed}"
        if rung.kind == "not_mine":
            return f"{action.ref}: {rung.rung}. Its owners in the plan are {action.owner_names}."
        why = f" Reason: {action.reason}" if action.reason else " No reason given yet."
        return f"{action.ref} was rated {action.look} on {say_date(rung.on)}: {due}.{why}"

    def _notice(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """An alarm if it still stands and they may still hear it; a correction to whoever had it."""
        alarm = find_escalation(tx, row.facts["number"])
        today = self.calendar.today(now)
        directory = read_directory(tx, today)
        found = list_actions(tx, directory, refs=[row.facts["ref"]])
        if alarm is None or not found:
            return Nothing("there is nothing left to tell")
        action = found[0]
        told = self._told(tx, action, alarm.by, directory, row.facts["person"], alarm.kind)
        if told is None:
            return Nothing("they no longer hold the role that would hear of it")
        raised_by = label_of(tx, alarm.by)
        if row.kind == "correction":
            return Composed(compose_correction(action, alarm, raised_by), (action.ref,))
        if alarm.state != "open" or action.rag != alarm.kind:
            return Nothing("the rating was changed or withdrawn before it left")
        message = compose_notice(action, alarm, raised_by, told, say_due(action, today, self.calendar))
        return Composed(message, (action.ref,))

    def _told(
        self, tx: Tx, action: Action, raised_by: str, directory: Directory, person_id: int, kind: Rag
    ) -> Told | None:
        groups = list_groups(tx, directory)
        holding = find_holding_group(action.focus_area, action.priority, groups)
        near = {group.id: group for group in (holding, find_strategic_group(groups)) if group}
        told = list_told(
            action, action.bodies, kind, list(near.values()), list_leads(tx, directory), list_office(tx), raised_by
        )
        return next((each for each in told if each.person and each.person.id == person_id), None)

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
            dates = plan_meeting(meeting, group.papers, self.calendar, self.policy)
            pack_at = self.calendar.instant(dates.papers, self.calendar.opens)
            moved = [one for one in list_actions(tx, directory) if covers(group, one)]
            labels = {said.by: label_of(tx, said.by) for one in moved for said in one.said}
            return Composed(compose_since(group.name, moved, pack_at, dates.day, labels, self.calendar))
        digest = read_digest(tx, group, directory, now, self.calendar, self.policy)
        return Composed(compose_digest_message(digest, draw_digest(digest)))

    def _reply(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
        """An answer that could not ride in the response: its words were found when it was asked."""
        return Composed(message_from_dict(row.facts["message"]))


def read_digest(
    tx: Tx, group: Group, directory: Directory, now: datetime, calendar: Calendar, policy: Policy
) -> Digest:
    """A group's digest at an instant, from the facts of that instant."""
    had_since: dict[str, date] = {}
    for (_person, ref), on in ledger.last_days(tx, "starting").items():
        had_since[ref] = min(on, had_since.get(ref, on))
    groups = list_groups(tx, directory)
    actions = list_actions(tx, directory)
    return gather_digest(group, groups, actions, list_metrics(tx), had_since, now, calendar, policy)


def draw_digest(digest: Digest) -> Picture:
    """The counts of a digest as a picture with its words."""
    return draw_ratings([(count.look, count.now) for count in digest.counts], digest.group)
