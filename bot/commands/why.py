"""Why a reminder came or did not: what became of each rung of every clock of an action, and what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from bot.commands import Ask, command
from jobs.coming import is_to_come, list_coming
from programme.asking import find_asked
from programme.calendar import Calendar, say_date
from programme.coming import Coming
from programme.facts import Action, Person, Rung
from programme.messages import Bullets, Heading, Message, Reply, Text
from programme.reminders import list_within_reach
from programme.school import Calendars
from storage import ledger, outbox
from storage.cover import find_absence
from storage.people import label_of, list_persons
from storage.programme import find_resuming, is_paused
from storage.told import list_notices, list_papers, list_periods_of, list_queued

_MOST_TOLD, _MOST_COMING = 15, 8
_MOST_MEETINGS = 3  # of those that were: whose papers are told
_STATES = {"silenced": "not sent", "waiting": "waiting", "failed": "failed", "dropped": "not sent"}
_PAUSED = "waits for the end of the pause"
_OWN = "in a message of its own"


@command("why REF")
def why(ask: Ask) -> Reply:
    """Why you were reminded of an action or not: every reminder, what became of it, and what comes next.

    Example: why P2.3c
    """
    one, gone = ask.find_even_gone("why")
    told = _Told(ask, one)
    been, coming = told.list_been(), [f"Nothing. {gone}"] if gone else told.list_next()
    been = _cut(been, _MOST_TOLD, "the older", newest=True) or ["Nothing has been planned or sent about it yet."]
    coming = _cut(coming, _MOST_COMING, "the later", newest=False)
    title = f"Why, for {one.ref}"
    lines = [f"{title}.", "What has been.", *(f"- {each}" for each in been)]
    lines += ["What comes next.", *(f"- {each}" for each in coming)]
    parts = (Heading(title), Text("What has been"), Bullets(tuple(been)))
    return Message("\n".join(lines), (*parts, Text("What comes next"), Bullets(tuple(coming))))


def _cut(lines: Sequence[str], most: int, rest: str, *, newest: bool) -> list[str]:
    """As many lines as may be told, and how many more there are."""
    if len(lines) <= most:
        return list(lines)
    more = f"and {len(lines) - most} more, {rest}"
    return [more, *lines[-most:]] if newest else [*lines[:most], more]


@dataclass
class _Told:
    """One action's reminders, as they are told to whoever asks."""

    ask: Ask
    action: Action
    persons: dict[int, Person] = field(init=False)
    lines: list[ledger.Line] = field(init=False)
    messages: list[outbox.Line] = field(init=False)

    def __post_init__(self) -> None:
        ask, one = self.ask, self.action
        self.calendar: Calendar = ask.calendar
        self.paused = is_paused(ask.tx, ask.today)
        self.paused_until = find_resuming(ask.tx) if self.paused else None
        self.persons = list_persons(ask.tx)
        self.names: dict[int, str] = {}
        found = [each for owner in one.owners for each in ask.directory.find_roles(owner.text)]
        self.roles = {f"role {number}": role.abbreviation for number, role in found}
        figures = [f"figures {period}" for period in list_periods_of(ask.tx, one.ref)]
        theirs = {person.id for owner in one.owners for person in owner.people}
        self.lines = [
            line
            for line in ledger.list_of(ask.tx, one.ref, *self.roles, *figures)
            if not line.rung.subject.startswith("figures ") or line.rung.person in theirs
        ]
        holding = ask.holding(one)
        meetings = sorted(holding.meetings, key=lambda each: each.starts_at) if holding else []
        past = [each for each in meetings if each.starts_at < ask.now][-_MOST_MEETINGS:]
        ahead = list_within_reach(holding, ask.now, ask.calendar, ask.policy) if holding else []
        self.days = {each.id: ask.calendar.today(each.starts_at) for each in (*past, *ahead)}
        self.messages = [*list_notices(ask.tx, one.ref), *list_papers(ask.tx, list(self.days))]

    def list_been(self) -> list[str]:
        """What became of each rung and message, a line each day, oldest first; one line for all whom it reached."""
        found: dict[tuple[date, time, str, str], list[int]] = {}
        for line in self.lines:
            if not is_to_come(line):
                passed = f" for {line.rung.passed_for}" if line.rung.passed_for else ""
                head = f"{say_date(line.rung.on)}, {self._say_rung(line.rung)}, to "
                key = (line.rung.on, time.min, head, f"{passed}: {self._say_state(line)}.")
                found.setdefault(key, []).append(line.rung.person)
        for row in self.messages:
            if row.state != "due":
                local = self.calendar.local(row.settled_at or row.due_at)
                trouble = f", {row.trouble}" if row.trouble else ""
                twice = ", perhaps twice" if row.doubtful else ""
                state = _STATES.get(row.state, row.state)
                key = (
                    local.date(),
                    local.time().replace(second=0, microsecond=0),
                    self._say_message(row, local),
                    f": {state}{twice}{trouble}.",
                )
                found.setdefault(key, []).append(row.facts["person"])
        told = sorted(found.items(), key=lambda each: each[0][:2])
        return [f"{head}{self._say_people(people)}{tail}" for (_on, _at, head, tail), people in told]

    def list_next(self) -> list[str]:
        """What keeps it quiet, and what comes next on each clock."""
        ask, one = self.ask, self.action
        if one.state == "complete":
            return ["Nothing: it is complete."]
        schemes = ask.schemes or {each.scheme for each in self.persons.values()}
        papers = {
            (f"{row.kind} {self.days[row.facts['meeting']].isoformat()}", row.facts["person"])
            for row in self.messages
            if "meeting" in row.facts
        }
        coming = list_coming(ask.gather_facts(), one, self.lines, papers, schemes, ask.actor.person)
        quiet = self._list_quiet()
        if quiet:  # what they say already
            coming = [each for each in coming if each.planned or not _is_said(each.silence)]
        found: dict[tuple[date, time, str, str], list[int]] = {}
        queued = list_queued(ask.tx, {each.rung.person for each in coming if each.planned})
        for each in coming:
            rung = each.rung
            passed = f" for {rung.passed_for}" if rung.passed_for else ""
            tail = f"{passed}{self._say_prospect(each, queued.get(rung.person))}."
            found.setdefault((rung.on, time.min, f"{say_date(rung.on)}, {self._say_rung(rung)}, to ", tail), []).append(
                rung.person
            )
        for row in self.messages:
            if row.state == "due":
                local = self.calendar.local(row.due_at)
                until = f": waits until then{self._say_holidays(row, local.date())}."
                key = (local.date(), local.time(), self._say_message(row, local), until)
                if self._is_paused_on(local.date()):
                    key = (*key[:3], f": {_PAUSED}.")
                found.setdefault(key, []).append(row.facts["person"])
        told = sorted(found.items(), key=lambda each: each[0][:2])
        lines = [f"{head}{self._say_people(people)}{tail}" for (_on, _at, head, tail), people in told]
        if not lines and not quiet:
            return ["Nothing, until its group has a meeting or its timescale a date."]
        return [*quiet, *lines]

    def _list_quiet(self) -> list[str]:
        """What keeps reminders of it away, a sentence each."""
        ask, one = self.ask, self.action
        found = []
        if self.paused:
            until = f" until {say_date(self.paused_until)}" if self.paused_until else ""
            found.append(
                f"Everything is paused by the programme office{until}; what falls due meanwhile is said once, after it."
            )
        if one.proposal is not None:
            found.append("Nothing until the chair has agreed or returned what is proposed.")
        elif one.quiet_until and one.quiet_until >= ask.today:
            found.append(f"Quiet until {say_date(one.quiet_until)}, because it was answered or snoozed.")
        for cover in ask.directory.in_force:
            if find_absence(ask.directory, cover.away.id, one.owners) == cover:
                who = self._say_people([cover.by.id]) if cover.by else "the programme office"
                away = self._say_people([cover.away.id])
                found.append(f"In place of {away}, away until {say_date(cover.last_on)}: {who}.")
        if asked := find_asked(one):
            by = label_of(ask.tx, asked.by, ask.today)
            found.append(f"The question of {by} on {say_date(asked.on)} is not answered yet.")
        return found

    def _say_holidays(self, row: outbox.Line, day: date) -> str:
        """That a message waits for the schools to open, for who holds roles of schools only; "" where it does not."""
        directory = self.ask.directory
        theirs = Calendars(self.calendar, directory.roles, directory.holders).of(row.facts["person"])
        closed = not theirs.is_open(self.calendar.add_working_days(day, -1)) and "meeting" not in row.facts
        return ", when the schools are open again" if closed else ""

    def _is_paused_on(self, day: date) -> bool:
        """Whether what falls due on a day waits for the end of a pause."""
        return self.paused and (self.paused_until is None or day < self.paused_until)

    def _say_people(self, people: Sequence[int]) -> str:
        """Who they are, whoever asks first; those who are called by one role, together."""
        me = self.ask.actor.person.id if self.ask.actor.person else -1
        called = Counter(self._say_person(each) for each in dict.fromkeys(people) if each != me)
        names = [name if count == 1 else f"{name} ({count} people)" for name, count in called.items()]
        every = [*(["you"] if me in people else []), *names]
        return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"

    def _say_person(self, key: int) -> str:
        if key not in self.names:
            someone = self.persons.get(key)
            self.names[key] = label_of(self.ask.tx, someone.address, self.ask.today) if someone else "nobody"
        return self.names[key]

    def _say_state(self, line: ledger.Line) -> str:
        if line.state == "sent":
            at = f" {self._say_instant(line.sent_at)}" if line.sent_at else ""
            how = "in a bundle" if line.carried_by == "bundle" else _OWN
            return f"sent{at}" + (f", {how}" if line.carried_by else "")
        return f"{_STATES[line.state]}, {line.reason}" if line.reason else _STATES[line.state]

    def _say_prospect(self, one: Coming, queued: datetime | None) -> str:
        """What is to become of it."""
        silence = f"as things stand it is not said: {one.silence}" if one.silence else ""
        if one.planned and not silence and self._is_paused_on(one.rung.on):
            return f": {_PAUSED}"
        if one.planned:
            bundle = f"in the bundle of {self._say_instant(queued)}" if queued else ""
            return f": planned, {silence or one.note or bundle}".rstrip(", ")
        if silence:
            return f", but {silence}"
        if one.rung.kind in ("overdue", "lead"):
            return ", if it is open then"
        return ", if nobody has acknowledged the alarm" if one.rung.kind == "above" else ""

    def _say_instant(self, at: datetime) -> str:
        local = self.calendar.local(at)
        return f"{say_date(local.date())} {local:%H:%M}"

    def _say_message(self, row: outbox.Line, local: datetime) -> str:
        when = f"{say_date(local.date())} {local:%H:%M}"
        if "meeting" in row.facts:
            day = self.days[row.facts["meeting"]]
            return f"{when}, {_say_meeting(row.kind, day)}, to "
        return f"{when}, {row.kind} to "

    def _say_rung(self, rung: Rung) -> str:
        if rung.kind == "meeting":
            name, _, day = rung.rung.partition(" ")
            return _say_meeting(name, date.fromisoformat(day))
        if rung.kind == "report":
            what, _, name = rung.subject.partition(" ")
            before, _, day = rung.rung.rpartition(" ")
            return f"{'figure for ' if what == 'figures' else ''}{name}, {before} {say_date(date.fromisoformat(day))}"
        words = {
            "starting": "starting list",
            "timescale": f"timescale, {rung.rung}",
            "mitigation": f"mitigation, {rung.rung}",
            "overdue": "overdue",
            "lead": "overdue, to the accountable lead",
            "vulnerable": "vulnerable, to the chair",
            "not_mine": "not mine, to the office",
            "news": "what another did",
            "above": "not acknowledged, to the chair above",
            "ask": "a question",
            "answered": "the answer to a question",
            "handover": f"handover of {self.roles.get(rung.subject, 'the role')}",
            "uncovered": f"{self.roles.get(rung.subject, 'the role')} is not covered",
        }
        return words.get(rung.kind, rung.kind)


def _say_meeting(name: str, day: date) -> str:
    said = {"pack": "papers", "since": "what moved since the papers,"}.get(name, name)
    return f"{said} for the meeting on {say_date(day)}"


def _is_said(silence: str) -> bool:
    return silence.startswith(("quiet until", "done, awaiting", "a new timescale awaits"))
