"""What comes next of an action on every clock and for whom, found with what planning finds it with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from jobs.compose import Facts
from jobs.papers import list_recipients
from programme.coming import Coming, Reminded, choose_next, list_mitigation, list_own, say_silence
from programme.cover import AWAY
from programme.escalation import find_unanswered_alarm, list_chairs_above, list_leads_told, tell_above_on
from programme.facts import Action, Group, Owner, Person, Rung
from programme.hours import MORNING_ENDS
from programme.last_word import find_last_word_at
from programme.passing import VACANT
from programme.reminders import (
    asked_of,
    find_meeting_dates,
    list_people,
    list_within_reach,
    plan_meeting,
    tell_lead_on,
)
from programme.reports import Due, list_due, list_owed, list_warnings
from programme.school import Calendars
from storage.actions import find_said, list_actions
from storage.cover import find_absence, find_cover
from storage.ledger import Line
from storage.people import list_groups, list_leads, read_directory
from storage.reported import list_reported
from storage.told import find_last_chased, list_missing_periods

_AHEAD = timedelta(days=366)
_ASKED = ("starting", "timescale", "mitigation", "overdue", "meeting")


def is_to_come(line: Line) -> bool:
    """Whether it is still to be said, by a bundle or, for a question, by a message of its own."""
    return line.state == "planned" or (line.state == "waiting" and line.rung.kind == "ask")


def list_coming(
    facts: Facts,
    action: Action,
    lines: Sequence[Line],
    papers: Collection[tuple[str, int]],
    schemes: Collection[str],
    asker: Person | None,
) -> list[Coming]:
    """What is planned about an action and what comes next on each of its clocks. `lines` are all of its ledger,
    `papers` those of meetings that are queued or gone, and for whom; report dates are those that `asker` is reminded
    of."""
    known = {(line.rung.kind, line.rung.rung, line.rung.person, line.rung.on) for line in lines}
    planned = [line for line in lines if is_to_come(line) and not _was_taken_back(facts, line.rung)]
    day = facts.calendar.sending_day(facts.now)
    found: list[Coming] = []
    for first, until, then, there in _list_stretches(facts, action):
        next_ones = _Next(then, there, lines, schemes, max(day, facts.calendar.on_or_after(first)))
        found += [next_ones.look_at(each.rung, each) for each in planned if first <= max(each.rung.on, day) < until]
        if action.state == "open":
            rungs = next_ones.list_rungs()
            rungs += next_ones.list_reports(asker) if asker else []
            theirs = [rung for rung in rungs if (rung.rung, rung.person) not in papers]
            found += [next_ones.look_at(rung) for rung in theirs if first <= max(rung.on, day) < until]
    return choose_next(found, known)


def _list_stretches(facts: Facts, action: Action) -> Iterator[tuple[date, date, Facts, Action]]:
    """The days to come, from the first to the one before the last, by who is asked on them: as covers begin and end."""
    today, turns = facts.calendar.today(facts.now), set[date]()
    if facts.directory.covers:
        holding = facts.find_holding(action)
        asked = [*action.owners, *asked_of(action, "mitigation")]
        names = [*(one.text for one in asked), *(one.text for one in facts.leads), holding.chair if holding else ""]
        ids = {role_id for name in names for role_id, _ in facts.directory.find_roles(name)}
        theirs = [one for one in facts.directory.covers if one.role_id in ids]
        turns = {on for one in theirs for on in (one.from_on, one.until_on) if on > today}
    yield today, min(turns, default=date.max), facts, action
    for first, until in pairwise([*sorted(turns), date.max]):
        directory = read_directory(facts.tx, first)
        groups, leads = list_groups(facts.tx, directory), list_leads(facts.tx, directory)
        for there in list_actions(facts.tx, directory, refs=[action.ref]):
            yield first, until, replace(facts, directory=directory, groups=groups, leads=leads), there


def _was_taken_back(facts: Facts, rung: Rung) -> bool:
    """Whether what somebody was to hear of is undone."""
    kind, _, number = rung.rung.partition(" ")
    return kind == "row" and find_said(facts.tx, int(number)) is None


class _Next:
    """What is known of one action and of those whom its rungs reach, to find the next of them."""

    def __init__(
        self, facts: Facts, action: Action, lines: Sequence[Line], schemes: Collection[str], day: date
    ) -> None:
        self.facts, self.action, self.lines, self.schemes = facts, action, lines, schemes
        self.calendar, self.policy = facts.calendar, facts.policy
        self.day = day  # the first on which something may be sent to those who are asked
        self.now_on = self.calendar.sending_day(facts.now)
        self.holding = facts.find_holding(action)
        self.calendars = Calendars(self.calendar, facts.directory.roles, facts.directory.holders)
        self.own: dict[int, date] = {}  # who has or had it themselves, and since when
        self.starts: dict[int, list[tuple[set[str], date]]] = {}
        for line in lines:
            if line.rung.kind == "starting" and line.state == "sent":
                on = self.calendar.today(line.at)
                self.starts.setdefault(line.rung.person, []).append((set(line.rung.passed_for.split(VACANT)), on))
                if not line.rung.passed_for:
                    self.own[line.rung.person] = max(on, self.own.get(line.rung.person, on))

    def look_at(self, rung: Rung, line: Line | None = None) -> Coming:
        """A rung with what keeps it quiet."""
        silence = say_silence(rung, self.action, self.holding, self.facts.now, self.calendar, self.policy)
        if rung.kind in _ASKED and not silence and rung.person and " " not in rung.subject:
            theirs = asked_of(self.action, rung.kind)
            asked = {(one.id, role) for one, role in self._list_people(theirs) if one}
            if (rung.person, rung.passed_for) not in asked:
                away = find_absence(self.facts.directory, rung.person, theirs)
                silence = AWAY if away else "it is no longer theirs"
        return Coming(rung, silence, line is not None, line.reason if line else "")

    def list_rungs(self) -> list[Rung]:
        people = self._list_people(self.action.owners)
        chased = find_last_chased(self.facts.tx, self._ids(people))
        meeting = find_meeting_dates(self.holding, self.facts.now, self.calendar, self.policy)
        rungs: list[Rung] = []
        for person, passed_for in people:
            one = self._find_reminded(person, passed_for, {key: self.calendar.today(at) for key, at in chased.items()})
            if one.started_on is None:
                rungs += self._list_starting(one)
                continue
            rungs += list_own(self.action, one, meeting, self.day, self.policy)
            rungs += self._list_figures(one)
        for person, passed_for in self._list_people(asked_of(self.action, "mitigation")):
            if person:
                one = Reminded(person.id, passed_for, self.calendars.of(person.id))
                rungs += list_mitigation(self.action, one, self.day, self.policy)
        return [*rungs, *self._list_for_leads(), *self._list_for_chairs()]

    def list_reports(self, asker: Person) -> Iterator[Rung]:
        """The next warning of each report that somebody is asked for."""
        done = list_reported(self.facts.tx)
        for due in list_due(self.policy.reports, self.calendar, self.now_on, self.now_on + _AHEAD):
            people = self.facts.directory.resolve(due.owner).people if due.owner else self.facts.office
            if asker in people and (due.name, due.on) not in done:
                for name, on in list_owed(list_warnings(due, self.calendar), self.now_on, date.max, self.now_on):
                    yield Rung(on, "report", f"report {due.name}", name, asker.id)

    def _list_people(self, owners: Sequence[Owner]) -> list[tuple[Person | None, str]]:
        return list_people(owners, self.facts.office, self.schemes)

    def _ids(self, people: Sequence[tuple[Person | None, str]]) -> list[int]:
        covers = self.facts.directory.in_force
        return [*(one.id for one, _ in people if one), *(cover.away.id for cover in covers)]

    def _find_reminded(self, person: Person | None, passed_for: str, chased: dict[int, date]) -> Reminded:
        key = person.id if person else 0
        roles = set(passed_for.split(VACANT))
        had = started = min((on for known, on in self.starts.get(key, []) if roles <= known), default=None)
        last = chased.get(key)
        if passed_for and started and self._left_since(started):
            started = None
        elif self.facts.directory.in_force and (cover := find_cover(self.facts.directory, key, self.action.owners)):
            had = self.own.get(cover.away.id, self.own.get(key))
            started = max(had, cover.from_on - timedelta(days=1)) if had else None
            last = max(filter(None, (last, chased.get(cover.away.id))), default=None)
        return Reminded(key, passed_for, self.calendars.of(key), started, had, last)

    def _left_since(self, on: date) -> bool:
        there = {person.id for owner in self.action.owners for person in owner.people}
        there |= {cover.away.id for cover in self.facts.directory.in_force}
        return any(who not in there and since > on for who, since in self.own.items())

    def _list_starting(self, one: Reminded) -> list[Rung]:
        """The starting list, which comes before everything else."""
        theirs = [
            line
            for line in self.lines
            if line.rung.kind == "starting" and (line.rung.person, line.rung.passed_for) == (one.person, one.passed_for)
        ]
        if any(line.state in ("planned", "waiting") for line in theirs):
            return []
        missed = [self.calendar.today(line.at) for line in theirs if line.state == "failed"]
        morning = self.calendar.local(self.facts.now).time() < MORNING_ENDS
        on = self.day
        if missed:
            on = max(on, self.calendar.add_working_days(max(missed), self.policy.overdue_every))
        elif not morning and on == self.calendar.today(self.facts.now):
            on = self.calendar.add_working_days(on, 1)
        return [Rung(on, "starting", self.action.ref, "first", one.person, one.passed_for)]

    def _list_figures(self, one: Reminded) -> Iterator[Rung]:
        for period, on in list_missing_periods(self.facts.tx, self.action.ref) if one.person else ():
            if on >= self.day and one.started_on:
                for name, day in list_owed(
                    list_warnings(Due(period, on), self.calendar), one.started_on, date.max, self.day
                ):
                    yield Rung(day, "report", f"figures {period}", name, one.person, one.passed_for)

    def _list_told(self, kind: str) -> set[tuple[int, str]]:
        """Who was told once, or is to be, and of what."""
        return {(line.rung.person, line.rung.rung) for line in self.lines if line.rung.kind == kind}

    def _list_for_leads(self) -> list[Rung]:
        passed = (on for starts in self.starts.values() for _roles, on in starts)
        had = min(self.own.values(), default=None) or min(passed, default=None)
        on = tell_lead_on(self.action, had, self.calendar, self.policy) if had else None
        name = f"overdue since {self.action.timescale.text}"
        told = self._list_told("lead")
        return [
            Rung(max(on, self.now_on), "lead", self.action.ref, name, person.id, passed_for)
            for person, passed_for in list_leads_told(
                self.action, self.action.bodies, self.facts.leads, self.facts.office
            )
            if on and (person.id, name) not in told
        ]

    def _list_for_chairs(self) -> list[Rung]:
        """An alarm that nobody has acknowledged, for the chair above; the papers of the next meeting."""
        rungs = []
        alarm = find_unanswered_alarm(self.action)
        if alarm is not None:
            on = max(tell_above_on(alarm, self.calendar, self.policy), self.now_on)
            name = f"alarm {alarm.number}"
            rungs += [
                Rung(on, "above", self.action.ref, name, one.id)
                for one in list_chairs_above(self.holding, self.facts.groups)
                if (one.id, name) not in self._list_told("above")
            ]
        return [*rungs, *(self._list_papers(self.holding) if self.holding else ())]

    def _list_papers(self, holding: Group) -> Iterator[Rung]:
        """Those of the meetings to come that are reported to, each once the one before it is over."""
        over, subject = date.min, f"group {holding.name}"
        for meeting in list_within_reach(holding, self.facts.now, self.calendar, self.policy):
            dates = plan_meeting(meeting, holding.papers, self.calendar, self.policy)
            last_on = self.calendar.today(find_last_word_at(meeting.starts_at, self.calendar))
            for name, on in (("pack", max(min(dates.papers, last_on), over)), ("since", last_on)):
                for one in list_recipients(holding, self.facts.office):
                    if on >= self.now_on:
                        yield Rung(on, "meeting", subject, f"{name} {dates.day.isoformat()}", one.id)
            over = self.calendar.add_working_days(dates.day, 1)
