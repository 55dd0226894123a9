"""Plan ahead: write down every rung that falls due, and queue the bundles and papers that carry them. Idempotent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from jobs.planning import Planner, Scene
from programme.cadence import find_period
from programme.calendar import Calendar
from programme.cover import Cover
from programme.escalation import list_leads_told, list_told, list_told_rungs
from programme.facts import Accountable, Action, Group, Owner, Person, Rung, find_holding_group, find_strategic_group
from programme.hours import MORNING_ENDS, find_hour
from programme.passing import VACANT
from programme.policy import Policy
from programme.rag import Rag
from programme.reminders import (
    MeetingDates,
    asked_of,
    carry_until,
    find_chase_day,
    find_meeting_dates,
    list_action_rungs,
    list_meeting_rungs,
    list_mitigation_rungs,
    list_people,
    plan_meeting,
    tell_lead_on,
)
from programme.reports import is_near
from programme.school import Calendars
from storage import ledger, outbox, planned
from storage.actions import find_said, list_actions
from storage.cover import find_cover, revive_returned
from storage.db import Tx
from storage.people import Directory, list_groups, list_leads, list_office, list_persons, read_directory
from storage.programme import find_first_import
from storage.reported import list_periods

_NOBODY = "nobody holds it and there is no programme office: halfterm people office ADDRESS"
_OUT_OF_REACH = "their channel is not set up here: the programme office is asked to pass it on"
_LOOK_BACK = timedelta(days=14)  # longer than the week that bundles are counted in
_STEP = 100  # actions; between steps those who wait for an answer go first


@dataclass(frozen=True, slots=True)
class Planned:
    """What falls due as the programme stood when it was read, to be written down as far as it stands so still."""

    plan: _Plan
    seen: planned.Standing
    rungs: list[Rung]
    out_of_reach: list[Rung]
    nobody: list[Rung]
    persons: dict[int, Person]
    holders: list[Group]
    office: list[Person]

    def write(self, tx: Tx) -> int | None:
        """Write it down. Returns how many rungs were new.

        What is about actions that have changed is left out, and found anew by the next planning; None, and nothing
        written, where anything else has changed.
        """
        now = self.plan.now
        changed = planned.find_changed(tx, self.seen, planned.get_standing(tx, hold=True))
        if changed is None:
            return None
        for rungs in (self.rungs, self.out_of_reach, self.nobody):
            rungs[:] = [rung for rung in rungs if rung.subject not in changed]
        for key, kind, address, due_at, facts in self.plan.messages:
            if facts.get("ref") in changed or outbox.say(tx, key, kind, address, due_at=due_at, facts=facts):
                continue
            outbox.say_again(tx, key, address, due_at=due_at, facts=facts)
        schemes = self.plan.schemes
        for one in self.plan.list_rungs_for_office(tx, self.holders, self.office):  # of those messages too
            (self.rungs if self.persons[one.person].scheme in schemes else self.out_of_reach).append(one)
        new = ledger.plan(tx, self.rungs, now)
        new += ledger.plan(tx, self.out_of_reach, now, reason=_OUT_OF_REACH)
        new += ledger.plan(tx, self.nobody, now, state="waiting", reason=_NOBODY)
        if self.plan.directory.covers:
            revive_returned(tx, self.plan.directory, now)
        self.plan.queue_bundles(tx, self.persons)
        planned.set_mark(tx, _mark(self.plan.day, self.seen.revision, self.plan.schemes, self.plan.policy))
        return new


def plan_ahead(
    tx: Tx,
    now: datetime,
    calendar: Calendar,
    policy: Policy,
    schemes: Collection[str],
    planners: Sequence[Planner] = (),
    give_way: Callable[[], None] = lambda: None,
) -> Planned | None:
    """What falls due by the day whose sending hours come next; only read here, for in a large plan that takes a while.

    `schemes` are the channels that can send, `planners` plan what is not about one action; `give_way` is called again
    and again meanwhile, to let others go first. None where nothing has changed since that day was planned.
    """
    day = calendar.sending_day(now)
    seen = planned.get_standing(tx)
    if seen.mark == _mark(day, seen.revision, schemes, policy):
        return None
    directory = read_directory(tx, day)
    groups = list_groups(tx, directory)
    office = list_office(tx)
    leads = list_leads(tx, directory)
    plan = _Plan(tx, now, day, calendar, policy, schemes, directory)
    rungs: list[Rung] = []
    nobody: list[Rung] = []
    dates: dict[int, MeetingDates | None] = {}  # of the groups that hold an open action
    for action in _read_open(tx, directory, give_way):
        holding = find_holding_group(action.focus_area, action.priority, groups)
        if holding is not None and holding.id not in dates:
            dates[holding.id] = find_meeting_dates(holding, now, calendar, policy)
        meeting = dates[holding.id] if holding else None
        for person, passed_for in list_people(action.owners, office, schemes):
            found = plan.list_rungs(action, meeting, person.id if person else 0, passed_for)
            (rungs if person else nobody).extend(found)
        for person, passed_for in list_people(asked_of(action, "mitigation"), office, schemes):
            if person:
                own, cover = plan.calendars.of(person.id), plan.find_cover(person.id, asked_of(action, "mitigation"))
                found = list_mitigation_rungs(action, plan.until, person.id, passed_for, own, policy)
                rungs += [one for one in found if not cover or one.on >= cover.from_on]
        rungs += plan.list_rungs_for_leads(action, leads, office)
        rungs += plan.tell_of_alarm(action, holding, groups, leads, office)
        rungs += plan.list_news(action, holding)
    near = [(period, on) for period, on in list_periods(tx) if is_near(day, plan.until, on)]
    read = (directory, groups, office, leads, near, find_first_import(tx))
    scene = Scene(tx, now, day, plan.until, calendar, policy, schemes, *read)
    for planner in planners:
        if planner.wants(scene):
            found = planner.list_rungs(scene)
            rungs += [rung for rung in found if rung.person]
            nobody += [rung for rung in found if not rung.person]
    plan.queue_papers(groups, office)
    known = ledger.list_known_keys(tx, [message[0] for message in plan.messages])
    plan.messages = [message for message in plan.messages if message[0] not in known]
    persons = list_persons(tx)
    reached = {person.id for person in persons.values() if person.scheme in schemes}
    return Planned(
        plan,
        seen,
        ledger.list_unwritten(tx, [rung for rung in rungs if rung.person in reached]),
        ledger.list_unwritten(tx, [rung for rung in rungs if rung.person not in reached]),
        ledger.list_unwritten(tx, nobody),
        persons,
        [group for group in groups if group.id in dates],
        office,
    )


def _read_open(tx: Tx, directory: Directory, give_way: Callable[[], None]) -> Iterator[Action]:
    """The open actions, a few at a time."""
    refs = planned.list_open_refs(tx)
    for start in range(0, len(refs), _STEP):
        give_way()
        yield from list_actions(tx, directory, refs=refs[start : start + _STEP])


def _mark(day: date, revision: int, schemes: Collection[str], policy: Policy) -> str:
    rules = sha256(repr(policy).encode()).hexdigest()[:12]
    return f"{day.isoformat()} {revision} {','.join(sorted(schemes))} {rules}"


@dataclass
class _Plan:
    """One run's planning for one day: what is known already is read once."""

    tx: Tx
    now: datetime
    day: date
    calendar: Calendar
    policy: Policy
    schemes: Collection[str]
    directory: Directory

    def __post_init__(self) -> None:
        self.calendars = Calendars(self.calendar, self.directory.roles, self.directory.holders)
        monday = self.day + timedelta(days=7 - self.day.weekday())
        # A week's second bundle carries what falls due before the next can go.
        self.until = self.calendar.on_or_after(monday) - timedelta(days=1)
        self.known = {
            (line.rung.kind, line.rung.subject, line.rung.person, line.rung.passed_for)
            for line in ledger.list_open(self.tx, date.max)  # of later days too, where the clock was wrong
            if line.rung.kind in ("starting", "overdue")
        }
        self.messages: list[tuple[str, str, str, datetime, dict[str, Any]]] = []  # key, kind, address, due, facts
        self.told = ledger.list_said(self.tx, "lead")
        self.warned = ledger.list_said(self.tx, "vulnerable")
        self.heard = ledger.list_said(self.tx, "news")
        self.news: dict[str, dict[str, date]] = {}  # by action: what somebody is still to hear, and from when
        for line in ledger.list_planned(self.tx, self.until):
            if line.rung.kind == "news":
                self.news.setdefault(line.rung.subject, {})[line.rung.rung] = line.rung.on
        self.started: dict[tuple[int, str], list[tuple[set[str], date]]] = {}
        self.had: dict[str, date] = {}  # since when one of its owners has had an action
        self.own: dict[str, dict[int, date]] = {}  # by action: who has or had it themselves, and since when
        for last in ledger.list_last(self.tx, "starting", "sent"):
            on = self.calendar.today(last.at)
            roles = set(last.passed_for.split(VACANT))
            self.started.setdefault((last.person, last.subject), []).append((roles, on))
            if not last.passed_for:
                self.had[last.subject] = min(on, self.had.get(last.subject, on))
                self.own.setdefault(last.subject, {})[last.person] = on
        self.missed = {
            (last.person, last.subject, last.passed_for): self.calendar.today(last.at)
            for last in ledger.list_last(self.tx, "starting", "failed")
        }
        self.chased: dict[int, date] = {}
        for last in ledger.list_last(self.tx, "overdue", "sent", "failed"):
            on = self.calendar.today(last.at)
            self.chased[last.person] = max(on, self.chased.get(last.person, on))

    def list_rungs(self, action: Action, meeting: MeetingDates | None, person: int, passed_for: str) -> list[Rung]:
        """An action's timescale, its group's meeting and the joint chase of what is overdue, for one person."""
        roles = set(passed_for.split(VACANT))
        starts = self.started.get((person, action.ref), [])
        had = started = min((on for known, on in starts if roles <= known), default=None)
        chased = self.chased.get(person)
        if passed_for and started and self._left_since(action, started):
            started = None
        elif cover := self.find_cover(person, action.owners):
            own = self.own.get(action.ref, {})
            had = own.get(cover.away.id, own.get(person))  # from where whoever is away has come to; else anew
            started = max(had, cover.from_on - timedelta(days=1)) if had else None
            chased = max(filter(None, (chased, self.chased.get(cover.away.id))), default=None)
        if started is None or had is None:
            return self._start(action, person, passed_for)
        calendar, policy = self.calendars.of(person), self.policy
        rungs = list_action_rungs(action, person, passed_for, started, self.day, calendar, policy)
        asked = list_meeting_rungs(action, meeting, person, passed_for)
        if person in self.calendars.schools:
            asked = [replace(rung, on=calendar.on_or_before(rung.on)) for rung in asked]
        rungs += [rung for rung in asked if rung.on > started]
        if ("overdue", action.ref, person, passed_for) not in self.known:
            on = find_chase_day(action, had, chased, self.day, calendar, policy, person)
            if on is not None:
                name = f"overdue since {action.timescale.text}"
                rungs.append(Rung(on, "overdue", action.ref, name, person, passed_for))
        return [rung for rung in rungs if rung.on <= self.until]

    def find_cover(self, person: int, owners: Sequence[Owner]) -> Cover | None:
        return find_cover(self.directory, person, owners) if self.directory.in_force else None

    def _left_since(self, action: Action, on: date) -> bool:
        """Whether somebody had the action after that day who does not any more: what was theirs is passed on anew."""
        there = {person.id for owner in action.owners for person in owner.people}
        there |= {cover.away.id for cover in self.directory.in_force}
        return any(who not in there and since > on for who, since in self.own.get(action.ref, {}).items())

    def _start(self, action: Action, person: int, passed_for: str) -> list[Rung]:
        """The starting list, unless it is on its way, could not be delivered of late, or has nothing to ask."""
        missed = self.missed.get((person, action.ref, passed_for))
        again = self.calendar.add_working_days(missed, self.policy.overdue_every) if missed else self.day
        if (
            ("starting", action.ref, person, passed_for) in self.known
            or again > self.day
            or action.proposal is not None
        ):
            return []
        morning = self.calendar.local(self.now).time() < MORNING_ENDS or self.calendar.today(self.now) != self.day
        first = self.day if morning else self.calendar.add_working_days(self.day, 1)
        return list_action_rungs(action, person, passed_for, None, first, self.calendar, self.policy)

    def list_rungs_for_leads(self, action: Action, leads: list[Accountable], office: list[Person]) -> list[Rung]:
        """Overdue for ten working days, and known to its owners for ten: the accountable leads are told, once."""
        had = self.had.get(action.ref)
        on = tell_lead_on(action, had, self.calendar, self.policy) if had else None
        if on is None or on > self.day or action.proposal is not None or not action.is_overdue(self.day):
            return []
        name = f"overdue since {action.timescale.text}"
        return [
            Rung(self.day, "lead", action.ref, name, person.id, passed_for)
            for person, passed_for in list_leads_told(action, action.bodies, leads, office)
            if (person.id, action.ref, name) not in self.told
        ]

    def tell_of_alarm(
        self,
        action: Action,
        holding: Group | None,
        groups: Sequence[Group],
        leads: list[Accountable],
        office: list[Person],
    ) -> list[Rung]:
        """Whoever came to a role since an alarm was raised hears of it while it is open, as the others did."""
        alarm = action.escalation
        if alarm is None or alarm.state != "open":
            return []
        near = {group.id: group for group in (holding, find_strategic_group(groups)) if group}
        told = list_told(action, action.bodies, alarm.kind, list(near.values()), leads, office, alarm.by)
        if alarm.kind is Rag.VULNERABLE:
            on = max(self.calendar.add_working_days(self.calendar.today(alarm.at), 1), self.day)
            rungs = list_told_rungs(told, office, action.ref, alarm.number, on, alarm.by)
            return [rung for rung in rungs if (rung.person, rung.subject, rung.rung) not in self.warned]
        due = self.calendar.add_working_hours(alarm.at, self.policy.alarm_delay_unexplained)
        if alarm.reason_at:
            due = min(due, self.calendar.next_sending(alarm.reason_at + self.policy.alarm_delay))
        for person in (each.person for each in told if each.person):
            key = f"notice:{action.ref}:{alarm.number}:{person.id}"
            facts = {"number": alarm.number, "ref": action.ref, "person": person.id}
            self.messages.append((key, "notice", person.reached_at, max(due, self.now), facts))
        return []

    def list_news(self, action: Action, holding: Group | None) -> list[Rung]:
        """Whoever came to a role since hears the news that has not left yet, as the one before them would have."""
        rungs = []
        for row, on in self.news.get(action.ref, {}).items():
            said = find_said(self.tx, int(row.removeprefix("row ")))
            if said is None:
                continue
            people = [person for owner in action.owners for person in owner.people]
            alarm = action.escalation
            if said.kind == "rating" and any(person.address == said.by for person in people):
                people = []
            if said.kind == "rating" and alarm and alarm.state == "open" and said.value != alarm.kind:
                people += holding.chairs if holding else ()
            rungs += [
                Rung(on, "news", action.ref, row, person.id)
                for person in people
                if person.address != said.by and (person.id, action.ref, row) not in self.heard
            ]
        return rungs

    def list_rungs_for_office(self, tx: Tx, holders: Sequence[Group], office: list[Person]) -> list[Rung]:
        """What the office is told: messages given up, stuck or perhaps sent twice; a half term without a meeting."""
        said = ledger.list_said(tx, "office", but=("silenced", "failed"))  # what failed to reach them is told again
        by = max(self.calendar.instant(self.day, self.calendar.opens), self.now)
        troubles = ledger.list_troubles(tx, by, self.now - _LOOK_BACK, self.schemes)
        news = [(f"message {message}", wrong) for message, wrong in troubles]
        if half := self.calendar.half_term_of(self.day):
            for group in holders:
                days = {self.calendar.today(meeting.starts_at) for meeting in group.meetings}
                first, last = find_period(group.cadence, half, self.calendar)
                if group.asks and not any(first <= day <= last for day in days):
                    news.append((f"group {group.id}", half.name))
        return [
            Rung(self.day, "office", subject, name, person.id)
            for person in office
            for subject, name in news
            if (person.id, subject, name) not in said
        ]

    def queue_bundles(self, tx: Tx, persons: dict[int, Person]) -> None:
        """A bundle for everyone with a rung that is due, on the first day that may have one."""
        sent: dict[int, set[date]] = {}
        for person_id, at in ledger.list_bundles(tx, self.now - _LOOK_BACK):
            sent.setdefault(person_id, set()).add(self.calendar.today(at))
        queued: dict[int, date] = {}
        for row in outbox.list_lines(tx, kinds=["bundle"], states=["due", "claimed", "sending"]):
            queued.setdefault(row.facts["person"], self.calendar.today(row.due_at))
        for person_id, earliest in ledger.list_first_planned(tx, self.until).items():
            person = persons.get(person_id)
            if person is None:
                continue
            days = sent.get(person_id, set())
            policy = self.policy.with_rhythm(person.rhythm)
            calendar = self.calendars.of(person_id)
            first = calendar.on_or_after(max(self.day, earliest))
            day = next_bundle_day(first, days, calendar, policy, daily=person.may_daily)
            if person_id in queued and queued[person_id] <= day:
                continue
            due_at = self.calendar.instant(day, find_hour(person.hour, self.calendar, office=person.office))
            key, facts = f"bundle:{day.isoformat()}:{person_id}", {"person": person_id, "day": day.isoformat()}
            for each in (key, f"{key}:again"):  # where the day's first had nothing worth saying when it was to go
                if outbox.say(tx, each, "bundle", person.reached_at, due_at=due_at, facts=facts):
                    break

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
                    key, due = f"{kind}:{meeting.id}:{person.id}", self.calendar.instant(on, self.calendar.opens)
                    facts = {"meeting": meeting.id, "group": group.name, "person": person.id}
                    self.messages.append((key, kind, person.reached_at, due, facts))


def next_bundle_day(day: date, sent: Collection[date], calendar: Calendar, policy: Policy, *, daily: bool) -> date:
    """The first day from `day` on when this person may have a bundle: one a day, and as many a week as `policy` has."""
    while day in sent or carry_until(day, sent, calendar, policy, daily=daily) is None:
        day = calendar.add_working_days(day, 1)
    return day
