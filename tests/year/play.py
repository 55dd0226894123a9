"""Plays the year: every day from the first of September's term to the last of July's, through `App.tick`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from jobs.deliver import Delivery, Receipt
from programme.calendar import parse_terms
from storage.people import list_groups, list_plan_roles, read_directory
from storage.schema_out import ledger, outbox
from tests.story import SAMPLE, Story, london
from tests.year.people import Answer, People

FIRST, LAST = date(2022, 9, 5), date(2023, 7, 21)
BOARD = "SEND Oversight Board"
CHAIR = "SD EES&P"
_ASKS = ("starting", "timescale", "overdue", "meeting", "mitigation")
# Who decides, what each holds, who chairs, and the weekday of its meeting in the fourth week of a half term.
_GROUPS = (
    (BOARD, (), CHAIR, 1, True),
    ("SEND Improvement Group", ("P1.1", "P1.2"), "HoS SEND", 2, False),
    ("SEND Sufficiency Group", ("P1.3",), "EDCS", 3, False),
    ("Local Area SEND Impact Group (LASIG)", ("P2.3", "P2.4"), "GLRP", 3, False),
    ("Local Offer Steering Group", ("P2.5",), "FIS", 0, False),
    ("Preparation for Adulthood Steering Group (PfA)", ("P2.6",), "SENDIO", 4, False),
)
_INFORMED = ("Cabinet", "CCG Governing Body", "Trust Executive Group", "Barnsley Schools Alliance Board")
_VOICE = ("SEND Youth Forum", "Parents/carer voice")
_MEANT = (
    ("FIS Manager", ("FIS",)),
    ("HoS SC", ("HoS CSC",)),
    ("Local Area Strategic Leaders", ("EDCS", "COO")),
    ("BMBC and the CCG", ("EDCS", "COO")),
    ("EWS", ("SM EWS",)),
    ("SM 0-19 PHS", ("SM 0-19",)),
)


@dataclass(frozen=True)
class Posted:
    """A message that somebody got: its kind, when, and how many rungs it carried."""

    who: str
    kind: str
    at: datetime
    rungs: int


@dataclass
class Year(Story):
    """A story that keeps what was sent with its kind."""

    posted: list[Posted] = field(default_factory=list)
    asked: list[tuple[str, str, str, datetime]] = field(default_factory=list)  # who, ref, kind of rung, when

    def send(self, delivery: Delivery) -> Receipt:
        who = delivery.address.removeprefix("console:")
        name = delivery.id.partition("-")[2]
        this = outbox.c.id == int(name) if name.isdigit() else outbox.c.key == name
        with self.app.db.read() as tx:
            row = tx.conn.execute(sa.select(outbox.c.kind, outbox.c.said).where(this)).one()
            lines = list(row.said["lines"])
            carried = tx.conn.execute(sa.select(ledger.c.kind, ledger.c.subject).where(ledger.c.id.in_(lines))).all()
        self.posted.append(Posted(who, row.kind, self.now, len(carried)))
        for kind, ref in carried:
            if kind in _ASKS:
                self.asked.append((who, ref, kind, self.now))
        return super().send(delivery)


@dataclass
class Played:
    """What came of a year."""

    posted: list[Posted]
    asked: list[tuple[str, str, str, datetime]]
    answered: dict[str, list[tuple[str, datetime]]]  # by ref, who answered and when
    refused: list[str]
    alarms: list[tuple[str, datetime, datetime]]  # ref, when its notices were due, when the first one came
    rungs: list[tuple[int, date]]  # person and day of every rung that was planned, silenced or not
    closed: list[Posted]  # what was sent on a closed day or outside the hours
    days: int


def open_year(folder: Path, *, first: date = FIRST) -> Year:
    """The stage on its first morning: every role held, owners' words explained, groups and meetings set."""
    year = Year(folder, now=london(f"{first} 08:00"))
    terms = SAMPLE.with_name("terms.csv").read_text(encoding="utf-8")
    year.terms(terms.partition("\n")[2])
    year.load()
    with year.app.db.read() as tx:
        roles = [one.abbreviation for one in list_plan_roles(read_directory(tx, year.today))]
    for role in roles:
        year.give(role)
    for text, means in _MEANT:
        year.means(text, *means)
    for name, holds, chair, weekday, strategic in _GROUPS:
        meets = []
        for half in parse_terms(terms):
            monday = half.starts_on - timedelta(days=half.starts_on.weekday()) + timedelta(weeks=3)
            on = year.app.calendar.on_or_after(monday + timedelta(days=weekday))
            meets.append(f"{on} 10:00")
        values: dict[str, object] = {"chair": chair, **({"holds": list(holds)} if holds else {})}
        year.group(name, *meets, **values, **({"strategic": True} if strategic else {}))
    for name in _INFORMED:
        year.group(name, kinds=["informed"])
    for name in _VOICE:
        year.group(name, kinds=["voice"])
    return year


def play(
    folder: Path,
    *,
    seed: int = 1,
    answers: float = 0.75,
    first: date = FIRST,
    last: date = LAST,
    say: Callable[[str], None] = lambda line: None,
    at_night: Callable[[Year], None] = lambda year: None,
) -> Played:
    """Play the days from `first` to `last`; `answers` is the share of what is asked that people answer at all.
    `at_night` is called after each day."""
    year = open_year(folder, first=first)
    player = _Player(year, People(seed, answers))
    day = first
    while day <= last:
        player.live(day)
        at_night(year)
        if day.day == 1:
            say(f"{day:%B %Y}: {len(year.posted)} messages so far")
        day += timedelta(days=1)
    played = player.finish((last - first).days + 1)
    year.close()
    return played


class _Player:
    def __init__(self, year: Year, people: People) -> None:
        self.year, self.people = year, people
        with year.app.db.read() as tx:
            self.roles = [one.abbreviation for one in list_plan_roles(read_directory(tx, year.today))]
        first = year.today
        last = max(LAST, first + timedelta(days=120))
        self.away = people.plan_away(self.roles, first, last) if last > first else []
        self.leaving = people.plan_leaving(self.roles, first, last)
        self.todo: dict[date, list[Answer]] = defaultdict(list)
        self.read = 0  # how much of what was asked people have looked at
        self.answered: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
        self.refused: list[str] = []
        self.alarms: dict[str, datetime] = {}
        self.sorry: list[str] = []
        self.told: list[tuple[str, datetime, datetime]] = []

    def live(self, day: date) -> None:
        """One day: the clock beats before, in and after sending hours; people answer in the morning and afternoon."""
        self._come_and_go(day)
        self._tick(day, "08:00")
        self._tick(day, "09:00")
        self._look(day)
        self._speak(day, "10:30")
        self._meet(day)
        for at in ("10:46", "11:00"):
            self._tick(day, at)
        self._regret(day, "11:05")
        for at in ("12:00", "13:30", "15:00", "16:45"):
            self._tick(day, at)
        self._tick(day, "18:30")

    def _tick(self, day: date, at: str) -> None:
        before = len(self.year.posted)
        self.year.tick(f"{day} {at}")
        for one in self.year.posted[before:]:
            if one.kind == "notice":
                self._hear(one)

    def _hear(self, one: Posted) -> None:
        text = self.year.to(one.who)[-1].text
        for ref, due in list(self.alarms.items()):
            if ref in text:
                self.told.append((ref, due, one.at))
                del self.alarms[ref]
                self._say(one.who, f"ack {ref}")

    def _look(self, day: date) -> None:
        """People read what came this morning and decide what they will say to it, and when."""
        new, self.read = self.year.asked[self.read :], len(self.year.asked)
        by_person: dict[str, dict[str, str]] = defaultdict(dict)
        for who, ref, kind, _at in new:
            by_person[who][ref] = kind
        for who, kinds in sorted(by_person.items()):
            starting = {ref for ref, kind in kinds.items() if kind == "starting"}
            for answer in self.people.answer(who, sorted(kinds), starting, day + timedelta(days=90)):
                on = self.year.app.calendar.add_working_days(day, answer.after)
                self.todo[on].append(answer)

    def _speak(self, day: date, at: str) -> None:
        self.year.at(f"{day} {at}")
        for one in self.todo.pop(day, []):
            if any(away.who == one.who and away.first <= day <= away.last for away in self.away):
                continue
            if self._say(one.who, one.text):
                self.answered[one.ref].append((one.who, self.year.now))
                if " at-risk " in one.text:
                    calendar, policy = self.year.app.calendar, self.year.app.policy
                    self.alarms[one.ref] = calendar.next_sending(self.year.now + policy.alarm_delay)
                    if self.people.regrets():
                        self.sorry.append(one.who)

    def _regret(self, day: date, at: str) -> None:
        """One alarm in four is taken back before noon, by when others have heard of it."""
        self.year.at(f"{day} {at}")
        for who in self.sorry:
            self._say(who, "undo")
        self.sorry.clear()

    def _say(self, who: str, text: str) -> bool:
        reply = self.year.ask(f"console:{who}" if ":" not in who else who, text)
        if getattr(reply, "done", False):
            return True
        self.refused.append(f"{text.split()[0]}: {reply.text}")
        return False

    def _meet(self, day: date) -> None:
        """A group that meets today agrees what is proposed."""
        with self.year.app.db.read() as tx:
            groups = list_groups(tx, read_directory(tx, day))
        for group in groups:
            if any(self.year.app.calendar.today(one.starts_at) == day for one in group.meetings) and group.chairs:
                self.year.at(f"{day} 10:45")
                self._say(group.chairs[0].address, "agree all")

    def _come_and_go(self, day: date) -> None:
        self.year.at(f"{day} 07:30")
        for one in self.away:
            if one.first == day and one.cover:
                self._say(one.who, f"cover {one.who} by {one.cover} from {_say(one.first)} to {_say(one.last)}")
        for one in self.leaving:
            if one.on == day:
                self.year.leave(one.role)
            if one.successor_on == day:
                self.year.give(one.role, f"{one.role} successor")

    def finish(self, days: int) -> Played:
        year = self.year
        closed = []
        for one in year.posted:
            local = year.app.calendar.local(one.at)
            if not year.app.calendar.is_open(local.date()) or not 9 <= local.hour < 17:
                closed.append(one)
        with year.app.db.read() as tx:
            rows = tx.conn.execute(
                sa.select(ledger.c.person_id, ledger.c.falls_on).where(ledger.c.kind.in_(_ASKS), ledger.c.person_id > 0)
            ).all()
        missed = [(ref, due, datetime.max.replace(tzinfo=due.tzinfo)) for ref, due in self.alarms.items()]
        return Played(
            year.posted,
            year.asked,
            dict(self.answered),
            self.refused,
            self.told + missed,
            [(person, on) for person, on in rows],
            closed,
            days,
        )


def _say(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
