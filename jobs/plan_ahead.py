"""Plan ahead: write down every rung that falls due, and queue the bundles and papers that carry them. Idempotent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from programme.calendar import Calendar
from programme.escalation import list_leads_told
from programme.facts import Accountable, Action, Group, Person, find_holding_group
from programme.reminders import (
    Policy,
    Rung,
    carry_until,
    list_action_rungs,
    list_meeting_rungs,
    list_people,
    next_overdue_chase,
    plan_meeting,
    tell_lead_on,
)
from storage import ledger, outbox
from storage.actions import list_actions
from storage.db import Tx
from storage.people import list_groups, list_leads, list_office, list_persons, read_directory

_AHEAD = timedelta(days=7)  # a week's second bundle carries what falls due before the next can go
_MORNING_ENDS = time(12)  # a starting list goes in the morning; later than that, the next one


def plan_ahead(tx: Tx, now: datetime, calendar: Calendar, policy: Policy, schemes: Collection[str]) -> int:
    """Plan for the day whose sending hours come next. Returns how many rungs were new.

    `schemes` are the channels that can send. Nothing is done where nothing has changed since that day was planned.
    """
    day = calendar.sending_day(now)
    mark, revision = ledger.get_mark(tx)
    if mark == _mark(day, revision, schemes):
        return 0
    directory = read_directory(tx, day)
    groups = list_groups(tx, directory)
    office = list_office(tx)
    persons = list_persons(tx)
    leads = list_leads(tx, directory)
    plan = _Plan(tx, now, day, calendar, policy)
    new = 0
    for action in list_actions(tx, directory, only_open=True):
        holding = find_holding_group(action.focus_area, action.priority, groups)
        for person, passed_for in list_people(action, office):
            new += plan.rungs_for(action, holding, person.id if person else 0, passed_for)
        new += plan.rungs_for_leads(action, leads, office)
    for person in office:
        new += plan.troubles_for(person, schemes)
    plan.queue_bundles(persons)
    plan.queue_papers(groups, office)
    ledger.set_mark(tx, _mark(day, revision, schemes))
    return new


def _mark(day: date, revision: int, schemes: Collection[str]) -> str:
    return f"{day.isoformat()} {revision} {','.join(sorted(schemes))}"


@dataclass
class _Plan:
    """One run's planning for one day: what is known already is read once."""

    tx: Tx
    now: datetime
    day: date
    calendar: Calendar
    policy: Policy

    def __post_init__(self) -> None:
        self.until = self.day + _AHEAD
        self.started = ledger.last_days(self.tx, "starting")
        self.waiting = ledger.list_planned(self.tx, self.until)
        self.known = {(line.rung.kind, line.rung.subject, line.rung.person) for line in self.waiting}
        self.told = set(ledger.last_days(self.tx, "lead"))
        self.chased: dict[int, date] = {}
        for days in (self.started, ledger.last_days(self.tx, "overdue")):
            for (person, _ref), on in days.items():
                self.chased[person] = max(on, self.chased.get(person, on))

    def rungs_for(self, action: Action, holding: Group | None, person: int, passed_for: str) -> int:
        """An action's own clock, its group's meeting and the joint chase of what is overdue, for one person."""
        started = self.started.get((person, action.ref))
        if started is None and ("starting", action.ref, person) in self.known:
            return 0
        morning = self.calendar.local(self.now).time() < _MORNING_ENDS or self.calendar.today(self.now) != self.day
        first = self.day if morning else self.calendar.add_working_days(self.day, 1)
        rungs = list_action_rungs(action, person, passed_for, started, first, self.calendar, self.policy)
        if started is not None:
            if holding is not None:
                meetings = list_meeting_rungs(action, holding, self.now, person, passed_for, self.calendar, self.policy)
                rungs += [rung for rung in meetings if rung.on > started]
            if action.is_overdue(self.day) and action.timescale.due_on:
                on = next_overdue_chase(action.timescale.due_on, self.chased.get(person), self.calendar, self.policy)
                if on <= self.day and ("overdue", action.ref, person) not in self.known:
                    rungs.append(Rung(on, "overdue", action.ref, f"overdue on {on.isoformat()}", person, passed_for))
        due = [rung for rung in rungs if rung.on <= self.until]
        if person == 0:
            reason = f"nobody holds {passed_for} and there is no programme office: halfterm people office ADDRESS"
            return ledger.plan(self.tx, due, self.now, state="waiting", reason=reason)
        return ledger.plan(self.tx, due, self.now)

    def rungs_for_leads(self, action: Action, leads: list[Accountable], office: list[Person]) -> int:
        """Overdue for ten working days, and known to its owners for ten: the accountable leads are told, once."""
        told = [on for (_person, ref), on in self.started.items() if ref == action.ref]
        on = tell_lead_on(action, min(told), self.calendar, self.policy) if told else None
        if on is None or on > self.day:
            return 0
        rungs = []
        for person, passed_for in list_leads_told(action, action.bodies, leads, office):
            if (person.id, action.ref) not in self.told and ("lead", action.ref, person.id) not in self.known:
                rungs.append(
                    Rung(on, "lead", action.ref, f"overdue since {action.timescale.text}", person.id, passed_for)
                )
        return ledger.plan(self.tx, rungs, self.now)

    def troubles_for(self, person: Person, schemes: Collection[str]) -> int:
        """What the office is told of the outbox: messages no channel can carry, given up, or perhaps sent twice."""
        rungs = []
        for line in outbox.list_lines(self.tx, since=self.now - timedelta(days=14)):
            scheme = line.address.partition(":")[0]
            if line.state == "due" and line.due_at <= self.now and scheme not in schemes:
                rungs.append(Rung(self.day, "office", f"message {line.id}", "unreachable", person.id))
            elif line.state == "failed":
                rungs.append(Rung(self.day, "office", f"message {line.id}", "failed", person.id))
            elif line.state == "sent" and line.doubtful:
                rungs.append(Rung(self.day, "office", f"message {line.id}", "doubtful", person.id))
        return ledger.plan(self.tx, [rung for rung in rungs if not self._said_before(rung)], self.now)

    def _said_before(self, rung: Rung) -> bool:
        return any(
            line.rung.rung == rung.rung and line.rung.person == rung.person
            for line in ledger.list_of(self.tx, rung.subject)
        )

    def queue_bundles(self, persons: dict[int, Person]) -> None:
        """A bundle for everyone with a rung that is due, on the first day that may have one."""
        sent = ledger.bundle_days(self.tx, self.day - timedelta(days=14))
        first: dict[int, date] = {}
        for line in ledger.list_planned(self.tx, self.until):
            first.setdefault(line.rung.person, line.rung.on)
        for person_id, earliest in first.items():
            person = persons.get(person_id)
            if person is None:
                continue
            days = sent.get(person_id, set())
            day = next_bundle_day(max(self.day, earliest), days, self.calendar, self.policy, daily=person.office)
            outbox.say(
                self.tx,
                f"bundle:{day.isoformat()}:{person_id}",
                "bundle",
                person.address,
                due_at=self.calendar.instant(day, self.calendar.opens),
                facts={"person": person_id, "day": day.isoformat()},
            )

    def queue_papers(self, groups: list[Group], office: list[Person]) -> None:
        """The pack to the chair on the paper deadline, and what has moved since on the morning of the meeting."""
        for group in groups:
            meeting = group.next_meeting(self.now)
            if meeting is None:
                continue
            dates = plan_meeting(meeting, group.papers, self.calendar, self.policy)
            for kind, on in (("pack", dates.papers), ("since", dates.day)):
                if on > self.day:
                    continue
                for person in group.chairs or office:
                    outbox.say(
                        self.tx,
                        f"{kind}:{meeting.id}:{person.id}",
                        kind,
                        person.address,
                        due_at=self.calendar.instant(on, self.calendar.opens),
                        facts={"meeting": meeting.id, "group": group.name, "person": person.id},
                    )


def next_bundle_day(day: date, sent: Collection[date], calendar: Calendar, policy: Policy, *, daily: bool) -> date:
    """The first day from `day` on when this person may have a bundle: one a day, two a week."""
    while day in sent or carry_until(day, sent, calendar, policy, daily=daily) is None:
        day = calendar.add_working_days(day, 1)
    return day
