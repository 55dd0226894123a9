"""Plan ahead: write down every rung that falls due, and queue the bundles and papers that carry them. Idempotent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from jobs.foresight import NO_FORESIGHT, Foresight, make_mark
from jobs.known import Known
from jobs.ladder import Asked, Chased, Ladder, ask_for_others, list_asked
from jobs.newcomers import list_news, list_notices, list_told_now, list_warnings
from jobs.papers import list_papers
from jobs.planning import Planner, Queued, Scene
from programme.cadence import find_period
from programme.calendar import Calendar
from programme.escalation import list_leads_told
from programme.facts import Accountable, Action, Group, Person, Rung, find_holding_group
from programme.hours import MORNING_ENDS, find_hour
from programme.policy import Policy
from programme.reminders import (
    MeetingDates,
    asked_of,
    find_meeting_dates,
    list_action_rungs,
    list_mitigation_rungs,
    list_people,
    make_chase,
    next_bundle_day,
    tell_lead_on,
)
from programme.reports import is_near
from programme.school import Calendars
from storage import ledger, outbox, planned
from storage.actions import list_actions
from storage.cover import find_cover, leave_out_stand_ins, revive_returned
from storage.db import Tx
from storage.people import Directory, list_groups, list_leads, list_office, list_persons, read_directory
from storage.programme import find_first_import
from storage.reported import list_periods

_NOBODY = "nobody holds it and there is no programme office: halfterm people office ADDRESS"
_OUT_OF_REACH = "their channel is not set up here: the programme office is asked to pass it on"
_LOOK_BACK = timedelta(days=14)  # longer than the week that bundles are counted in
_LOOK_AHEAD = timedelta(days=35)  # for the next of what comes again and again
_DAY = timedelta(days=1)
_ANEW = ("lead", "vulnerable", "news")  # kinds of rungs that fall on the day on which they are found
_STEP = 200  # actions; between steps those who wait for an answer go first


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
    foresight: Foresight  # to be remembered once it is written

    def write(self, tx: Tx) -> int | None:
        """Write it down. Returns how many rungs were new.

        What is about actions that have changed is left out, and found anew by the next planning; None, and nothing
        written, where anything else has changed.
        """
        now = self.plan.now
        standing = planned.get_standing(tx, hold=True)
        changed = planned.find_changed(tx, self.seen, standing)
        if changed is None or standing.mark != self.seen.mark:
            return None
        for rungs in (self.rungs, self.out_of_reach, self.nobody):
            rungs[:] = [rung for rung in rungs if rung.subject not in changed]
        for key, kind, address, due_at, facts in self.plan.messages:
            if facts.get("ref") in changed or outbox.say(tx, key, kind, address, due_at=due_at, facts=facts):
                continue
            outbox.say_again(tx, key, address, due_at=due_at, facts=facts)
        for one in self.plan.list_rungs_for_office(tx, self.holders):  # of those messages too
            (self.rungs if self.persons[one.person].scheme in self.plan.schemes else self.out_of_reach).append(one)
        new = ledger.plan(tx, self.rungs, now)
        new += ledger.plan(tx, self.out_of_reach, now, reason=_OUT_OF_REACH)
        new += ledger.plan(tx, self.nobody, now, state="waiting", reason=_NOBODY)
        if self.plan.directory.covers:
            revive_returned(tx, self.plan.directory, now)
        self.plan.queue_bundles(tx, self.persons)
        planned.set_mark(tx, make_mark(self.plan.day, self.seen.revision, self.plan.schemes, self.plan.policy))
        return new


def plan_ahead(
    tx: Tx,
    now: datetime,
    calendar: Calendar,
    policy: Policy,
    schemes: Collection[str],
    planners: Sequence[Planner] = (),
    give_way: Callable[[], None] = lambda: None,
    foresight: Foresight = NO_FORESIGHT,
) -> Planned | None:
    """What falls due by the day whose sending hours come next; only read here, for in a large plan that takes a while.

    `schemes` are the channels that can send, `planners` plan what is not about one action; `give_way` is called again
    and again meanwhile, to let others go first; `foresight` is of the last planning that was written. None where
    nothing has changed since that day was planned.
    """
    day = calendar.sending_day(now)
    seen = planned.get_standing(tx)
    if seen.mark == make_mark(day, seen.revision, schemes, policy):
        return None
    directory = read_directory(tx, day)
    groups = list_groups(tx, directory)
    office = list_office(tx)
    leads = list_leads(tx, directory)
    plan = _Plan(tx, now, day, calendar, policy, schemes, directory, groups, office, leads)
    without = [replace(group, meetings=()) for group in groups]
    basis = (directory, without, office, leads, calendar, policy, sorted(schemes))
    stirred = foresight.find_stirred(tx, basis, seen, now)
    held = set(foresight.meets)
    if stirred != set():
        places = planned.list_open_places(tx)
        held = {group.id for area, priority in places if (group := find_holding_group(area, priority, groups))}
    holders = [group for group in groups if group.id in held]
    meets = {group.id: find_meeting_dates(group, now, calendar, policy) for group in holders}
    if stirred is None or meets.keys() != foresight.meets.keys():
        refs, ladders = planned.list_open_refs(tx), {}
    else:
        stirred.update(plan.news)
        ladders = dict(foresight.ladders)
        for ref in stirred:
            ladders.pop(ref, None)
        refs = [*(ref for ref, ladder in ladders.items() if ladder.read_on <= plan.day), *sorted(stirred)]
        ask_for_others(ladders, meets, foresight.meets, plan.calendars)
        plan.climb(ladders)
    for action in _read(plan, refs, give_way):
        holding = find_holding_group(action.focus_area, action.priority, groups)
        ladders[action.ref] = plan.look_at(action, holding, meets[holding.id] if holding else None)
    near = [(period, on) for period, on in list_periods(tx) if is_near(day, plan.until, on)]
    facts = (directory, groups, office, leads, near, find_first_import(tx))
    scene = Scene(tx, now, day, plan.until, calendar, policy, schemes, *facts)
    for planner in planners:
        if planner.wants(scene):
            for rung in planner.list_rungs(scene):
                (plan.rungs if rung.person else plan.nobody).append(rung)
    for group in (one for one in groups if one.meetings):
        plan.messages += list_papers(group, office, now, day, calendar, policy)
    known = ledger.list_known_keys(tx, [message[0] for message in plan.messages])
    plan.messages = [message for message in plan.messages if message[0] not in known]
    persons = list_persons(tx)
    reached = {person.id for person in persons.values() if person.scheme in schemes}
    found = ledger.list_unwritten(tx, plan.rungs)
    for rung in {rung for rung in plan.rungs if rung.kind in _ANEW}.difference(found):  # it would be found tomorrow
        if rung.subject in ladders:
            ladders[rung.subject].read(day)
    return Planned(
        plan,
        seen,
        [rung for rung in found if rung.person in reached],
        [rung for rung in found if rung.person not in reached],
        ledger.list_unwritten(tx, plan.nobody),
        persons,
        holders,
        Foresight(basis, meets, seen, now, ladders),
    )


def _read(plan: _Plan, refs: Sequence[str], give_way: Callable[[], None]) -> Iterator[Action]:
    """These actions, a few at a time, each once the plan knows what was said of it."""
    for start in range(0, len(refs), _STEP):
        give_way()
        some = refs[start : start + _STEP]
        plan.learn(some)
        yield from (one for one in list_actions(plan.tx, plan.directory, refs=some) if one.state == "open")


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
    groups: Sequence[Group]
    office: Sequence[Person]
    leads: Sequence[Accountable]

    def __post_init__(self) -> None:
        self.calendars = Calendars(self.calendar, self.directory.roles, self.directory.holders)
        monday = self.day + timedelta(days=7 - self.day.weekday())
        # A week's second bundle carries what falls due before the next can go.
        self.until = self.calendar.on_or_after(monday) - timedelta(days=1)
        self.rungs: list[Rung] = []
        self.nobody: list[Rung] = []
        self.messages: list[Queued] = []
        self.again: dict[int, date] = {}  # by person: when they may be chased again at the earliest
        self.news: dict[str, dict[str, date]] = {}  # by action: what somebody is still to hear, and from when
        for ref, row, on in ledger.list_news(self.tx, self.until):
            self.news.setdefault(ref, {})[row] = on

    @cached_property
    def chased(self) -> dict[int, date]:
        return {person: self.calendar.today(at) for person, at in ledger.list_chased(self.tx).items()}

    @cached_property
    def to_come(self) -> dict[tuple[str, int, str], bool]:
        return ledger.list_chases_to_come(self.tx, self.day)

    def learn(self, refs: Sequence[str]) -> None:
        """What was said of these actions, in the place of what was known of others."""
        self.known = Known()
        for line in ledger.list_outcomes(self.tx, refs):
            self.known.add(line, self.calendar.today(line.at))

    def climb(self, ladders: dict[str, Ladder]) -> None:
        """What falls due of actions that need not be read; in the place of their ladders come what is left of them."""
        for ref, old in ladders.items():
            if old.next_on <= self.until and old.read_on > self.day:
                self.ladder = ladders[ref] = Ladder(old.read_on, holding=old.holding, asked=old.asked)
                self.rungs += self.ladder.take(old.rungs, self.until)
                for one, on in old.chased:
                    self.rungs += self.chase(one) if on <= self.until else self.ladder.keep(one, on)

    def look_at(self, action: Action, holding: Group | None, meeting: MeetingDates | None) -> Ladder:
        """What falls due of an action; its ladder holds what is known to come."""
        self.ladder = Ladder(holding=holding.id if holding else 0)
        if any(kind == "starting" and ref == action.ref for kind, ref, _person, _passed in self.known.coming):
            self.ladder.read(self.day)  # who has had it, and since when, is not known yet
        for person, passed_for in list_people(action.owners, self.office, self.schemes):
            found = self.list_rungs(action, meeting, person.id if person else 0, passed_for)
            (self.rungs if person else self.nobody).extend(found)
        for person, passed_for in list_people(asked_of(action, "mitigation"), self.office, self.schemes):
            if person and action.mitigation:
                self.rungs += self.list_mitigation(action, person.id, passed_for)
        self.rungs += self.list_rungs_for_leads(action)
        if (alarm := action.escalation) and alarm.state == "open":
            self.ladder.read(self.day)
            asked = leave_out_stand_ins(action, self.directory, alarm.by)
            told = list_told_now(asked, alarm, holding, self.groups, self.leads, self.office)
            self.rungs += self.keep_unsaid(list_warnings(alarm, told, self.office, self.day, self.calendar))
            self.messages += list_notices(alarm, told, self.now, self.calendar, self.policy)
        if news := self.news.get(action.ref):
            self.ladder.read(self.day)
            self.rungs += self.keep_unsaid(list_news(self.tx, action, news, holding))
        return self.ladder

    def keep_unsaid(self, rungs: Iterable[Rung]) -> list[Rung]:
        """Of what is said once, what is still to be said."""
        return [rung for rung in rungs if (rung.kind, rung.person, rung.subject, rung.rung) not in self.known.said]

    def list_rungs(self, action: Action, meeting: MeetingDates | None, person: int, passed_for: str) -> list[Rung]:
        """An action's timescale, its group's meeting and the joint chase of what is overdue, for one person."""
        had = started = self.known.find_start(person, action.ref, passed_for)
        counted: tuple[int, ...] = (person,)
        if passed_for and started and self._left_since(action, started):
            started = None
        elif cover := self.directory.in_force and find_cover(self.directory, person, action.owners):
            own = self.known.own.get(action.ref, {})
            had = own.get(cover.away.id, own.get(person))  # from where whoever is away has come to; else anew
            started = max(had, cover.from_on - _DAY) if had else None
            counted = (person, cover.away.id)
        if started is None or had is None:
            self.ladder.read(self.day)
            return self._start(action, person, passed_for)
        calendar, policy = self.calendars.of(person), self.policy
        rungs = list_action_rungs(action, person, passed_for, started, self.day, calendar, policy)
        asked = Asked(person, passed_for, started)
        self.ladder.asked.append(asked)
        due = self.ladder.take(rungs + list_asked(action.ref, meeting, asked, self.calendars), self.until)
        chase = make_chase(action, had, calendar, policy)
        if chase is None:
            return due
        name = f"overdue since {action.timescale.text}"
        one = Chased(Rung(self.day, "overdue", action.ref, name, person, passed_for), chase, counted)
        if not action.said:
            return due + self.chase(one)
        found, on = self.find_chase(one)
        self.ladder.read(on - timedelta(days=on.weekday()))  # an answer keeps a chase away for a while
        for rung in found:
            if action.has_answered(person, calendar.add_working_days(rung.on, -policy.answer_lasts)):
                self.ladder.read(self.day)
            else:
                due.append(rung)
        return due

    def chase(self, one: Chased) -> list[Rung]:
        found, on = self.find_chase(one)
        self.ladder.keep(one, on)
        return found

    def find_chase(self, one: Chased) -> tuple[list[Rung], date]:
        """Somebody's chase where it is due, and when the next may be."""
        rung, calendar = one.rung, self.calendars.of(one.rung.person)
        if (again := self.again.get(rung.person)) is None:
            again = self.again[rung.person] = calendar.add_working_days(self.day, self.policy.overdue_every)
        under_way = self.to_come.get((rung.subject, rung.person, rung.passed_for))  # read before who was chased last
        if under_way is not None:
            return [], self.day if under_way else again
        last = max((self.chased[each] for each in one.counted if each in self.chased), default=None)
        on = one.chase.find_day(last, self.day, calendar, self.policy)
        if on is None or on > self.until:
            return [], on or max(one.chase.ready_on, self.day)
        return [Rung(on, rung.kind, rung.subject, rung.rung, rung.person, rung.passed_for)], again

    def list_mitigation(self, action: Action, person: int, passed_for: str) -> list[Rung]:
        """An action's mitigation, for one person."""
        until, calendar = self.until + _LOOK_AHEAD, self.calendars.of(person)
        self.ladder.read(self.day + _LOOK_AHEAD)
        cover = find_cover(self.directory, person, asked_of(action, "mitigation"))
        rungs = list_mitigation_rungs(action, until, person, passed_for, calendar, self.policy)
        return self.ladder.take([rung for rung in rungs if not cover or rung.on >= cover.from_on], self.until)

    def _left_since(self, action: Action, on: date) -> bool:
        """Whether somebody had the action after that day who does not any more: what was theirs is passed on anew."""
        there = {person.id for owner in action.owners for person in owner.people}
        there |= {cover.away.id for cover in self.directory.in_force}
        return any(who not in there and since > on for who, since in self.known.own.get(action.ref, {}).items())

    def _start(self, action: Action, person: int, passed_for: str) -> list[Rung]:
        """The starting list, unless it is on its way, could not be delivered of late, or has nothing to ask."""
        missed = self.known.missed.get((person, action.ref, passed_for))
        again = self.calendar.add_working_days(missed, self.policy.overdue_every) if missed else self.day
        if (
            ("starting", action.ref, person, passed_for) in self.known.coming
            or again > self.day
            or action.proposal is not None
        ):
            return []
        morning = self.calendar.local(self.now).time() < MORNING_ENDS or self.calendar.today(self.now) != self.day
        first = self.day if morning else self.calendar.add_working_days(self.day, 1)
        return list_action_rungs(action, person, passed_for, None, first, self.calendar, self.policy)

    def list_rungs_for_leads(self, action: Action) -> list[Rung]:
        """Overdue for ten working days, and for ten on somebody's list: the accountable leads are told, once."""
        had = self.known.find_first(action.ref)
        on = tell_lead_on(action, had, self.calendar, self.policy) if had else None
        if on and on > self.day:
            self.ladder.read(on)
        if on is None or on > self.day or action.proposal is not None or not action.is_overdue(self.day):
            return []
        name = f"overdue since {action.timescale.text}"
        told = list_leads_told(action, action.bodies, self.leads, self.office)
        return self.keep_unsaid(
            Rung(self.day, "lead", action.ref, name, person.id, passed_for) for person, passed_for in told
        )

    def list_rungs_for_office(self, tx: Tx, holders: Sequence[Group]) -> list[Rung]:
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
            for person in self.office
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
