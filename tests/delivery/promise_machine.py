"""The promises of delivery as a machine: people, processes and a channel do what they like, in any order, and after
each step every promise must still hold. The bot is the real one on a real database; the clock is an argument.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot import office
from bot.app import App, run_clock
from bot.settings import Settings
from jobs.deliver import Ambiguous, CannotAsk, Delivery, NotSent, Receipt
from jobs.rows import REPEATABLE, name_of
from programme.calendar import LONDON
from programme.message_json import message_to_dict
from programme.messages import Form, Message, Request, Where
from storage import outbox
from storage.schema_out import ledger as ledger_table
from storage.schema_out import outbox as table
from tests.story import Story, london, tiny_plan

OFFICE = "slack:T1:U9"
HOLDERS = {"A": "slack:T1:U1", "B": "slack:T1:U2", "C": "slack:T1:U3"}
REFS = {"P1.1a": "A", "P1.1b": "A", "P1.2a": "B", "P1.3a": "C"}
PLAN = tiny_plan(
    ("P1.1a", "Write the charter.", "A", "Sep-22"),
    ("P1.1b", "Run the survey.", "A", "Oct-22"),
    ("P1.2a", "Publish the map.", "B", "15 September 2022"),
    ("P1.3a", "Train the team.", "C", "Jul-22"),
)
SETTLED = ("sent", "failed", "dropped")
ANSWERED_FOR = 10  # working days
STEPS = ("claimed", "before the post", "after the post", "before settling", "settled")
FATES = st.lists(st.sampled_from(["taken", "lost after", "lost before", "refused"]), max_size=3)
WAITS = st.sampled_from(["at once", "a minute on", "a lease on", "the next morning", "the next evening"])


class PowerCut(BaseException):
    """The process is gone: nothing after this line is done."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message that the channel took."""

    id: str
    address: str
    message: Message
    at: datetime
    kind: str


class Channel:
    """A sender in this process. The next messages have these `fates`; `askable`: it can say whether one arrived."""

    def __init__(self, watch: Callable[[Delivery], str], clock: Callable[[], datetime]) -> None:
        self.taken: list[Said] = []
        self.fates: list[str] = []
        self.askable = True
        self._watch, self._clock = watch, clock

    def send(self, delivery: Delivery) -> Receipt:
        kind = self._watch(delivery)
        fate = self.fates.pop(0) if self.fates else "taken"
        if fate == "refused":
            raise NotSent("nobody answers")
        if fate != "lost before" and delivery.how == "post":
            self.taken.append(Said(delivery.id, delivery.address, delivery.message, self._clock(), kind))
        if fate != "taken":
            raise Ambiguous("no answer")
        return Receipt(delivery.address, delivery.post or f"{delivery.id} {len(self.taken)}")

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        if not self.askable:
            raise CannotAsk
        there = any(one.id == delivery.id for one in self.taken)
        return Receipt(delivery.address, f"{delivery.id} found") if there else None


class PromiseMachine(RuleBasedStateMachine):
    """Rules are what people, processes and time may do; invariants are the promises, each named in its own words."""

    prepared: Path  # a database with the plan in it and every role held

    def __init__(self) -> None:
        super().__init__()
        self.now = london("2022-09-05 09:00")
        self._folder = TemporaryDirectory()
        copy(self.prepared, Path(self._folder.name) / "story.db")
        self.holders = dict(HOLDERS)
        self.quiet: dict[str, datetime] = {}  # by ref: until when it was answered or snoozed
        self.finished: set[str] = set()
        self.answers: list[str] = []
        self.broken: list[str] = []  # what was seen while a message was being posted
        self.numbers = count(1)
        self.tidied: dict[str, Any] = {}  # every row that ever was, by its name, as it was seen last
        self.channel = Channel(self._watch, lambda: self.now)
        self._open()

    def _open(self) -> None:
        url = f"sqlite:///{Path(self._folder.name) / 'story.db'}"
        self.app = App(Settings(url, "a key for the story"), senders={"slack": self.channel})

    def _watch(self, delivery: Delivery) -> str:
        """As a message reaches the channel: whether it was committed, and may be said. Returns its kind."""
        going = [row for row in self._rows() if row.state == "sending" and row.address == delivery.address]
        if delivery.how == "post":
            kind = next((row.kind for row in going if self._id(row) == delivery.id), "")
        else:
            kind = next((row.kind for row in going if row.kind in REPEATABLE), "")
        if not kind:
            self.broken.append(f"{delivery.id} was posted before it was committed")
            return ""
        if kind != "bundle" or delivery.address == OFFICE:
            return kind
        if delivery.address not in self.holders.values():
            self.broken.append(f"{delivery.id} went to somebody who has left")
        for ref in self._refs(delivery.message):
            if ref in self.finished:
                self.broken.append(f"{ref} was chased, and it is done")
            starting = "starting list" in delivery.message.text
            if not starting and ref in self.quiet and self.now < self.quiet[ref]:
                self.broken.append(f"{ref} was chased, and it was answered")
        return kind

    @staticmethod
    def _refs(message: Message) -> set[str]:
        return set(re.findall(r"P1\.\d[a-z]", str(message)))

    # What people do.

    @rule(who=st.sampled_from(sorted(HOLDERS.values())))
    def say(self, who: str) -> None:
        """Somebody is owed an answer that is queued."""
        words = f"This is answer number {next(self.numbers)}."
        with self.app.db.write() as tx:
            facts = {"message": message_to_dict(Message(words))}
            outbox.say(tx, words, "reply", who, due_at=self.now, facts=facts)
        self.answers.append(words)

    @rule(ref=st.sampled_from(sorted(REFS)), words=st.sampled_from(["progress {} half of it", "rag {} on-track"]))
    def update(self, ref: str, words: str) -> None:
        if self._tell(ref, words.format(ref)):
            self._keep_quiet(ref, self.app.calendar.add_working_days(self._today(), ANSWERED_FOR))

    @rule(ref=st.sampled_from(sorted(REFS)), days=st.integers(1, 6))
    def snooze(self, ref: str, days: int) -> None:
        until = self._today() + timedelta(days=days)
        if self._tell(ref, f"snooze {ref} {until.day} {until:%B %Y}"):
            self._keep_quiet(ref, until)

    @rule(ref=st.sampled_from(sorted(REFS)))
    def finish(self, ref: str) -> None:
        if self._tell(ref, f"done {ref} https://example.org/it"):
            self.finished.add(ref)

    @rule(role=st.sampled_from(sorted(HOLDERS)))
    def leave(self, role: str) -> None:
        """Somebody holds their role no longer, from today on."""
        if address := self.holders.pop(role, None):
            with self.app.db.write() as tx:
                office.end_holder(
                    tx, role, address, on=self._today(), today=self._today(), now=self.now, account="tester"
                )

    def _tell(self, ref: str, words: str) -> bool:
        """Whether the owner's words were taken."""
        who = self.holders.get(REFS[ref])
        if who is None or ref in self.finished:
            return False
        request = Request(who, words, Where("console"), account="tester")
        reply = self.app.door(lambda: self.now).answer(request)
        return reply is not None and not isinstance(reply, Form) and reply.done

    def _keep_quiet(self, ref: str, until: Any) -> None:
        last = london(f"{until} 23:59")
        self.quiet[ref] = min(last, self.quiet.get(ref, last)) if ref in self.quiet else last

    def _today(self) -> Any:
        return self.app.calendar.today(self.now)

    # What processes, the channel and time do.

    @rule(wait=WAITS, fates=FATES)
    def claim_send_and_settle(self, wait: str, fates: list[str]) -> None:
        """A run that is left alone, whatever becomes of its messages."""
        self._wait(wait)
        self.channel.fates = list(fates)
        quiet = self.app.calendar.next_sending(self.now) > self.now
        before = self._attempts() if quiet else {}
        self.app.tick(self.now)
        after = self._attempts()
        self.broken += [
            f"{key}: an attempt in quiet hours" for key, tries in before.items() if after.get(key, tries) != tries
        ]

    @rule(wait=WAITS)
    def plan(self, wait: str) -> None:
        """What falls due is written down, and the process is kept from sending it for a while."""
        self._wait(wait)
        self.app.plan(self.now)

    @rule()
    def pass_a_fortnight(self) -> None:
        """Nothing is in the way for ten mornings, and nobody says anything."""
        self.channel.fates = []
        for _ in range(10):
            self.now = london(f"{self.app.calendar.add_working_days(self._today(), 1)} 09:00")
            self.app.tick(self.now)

    @rule(wait=WAITS, fates=FATES, step=st.sampled_from(STEPS), time=st.integers(1, 3))
    def crash(self, wait: str, fates: list[str], step: str, time: int) -> None:
        """A run whose process ends at a step; another one opens the database."""
        self._wait(wait)
        self.channel.fates = list(fates)
        times = count(1)

        def reached(name: str) -> None:
            if name == step and next(times) == time:
                raise PowerCut

        self.app.plan(self.now)
        try:
            self.app.deliver(run_clock(self.now), reached=reached)
        except PowerCut:
            self.app.close()
            self._open()

    @rule()
    def expire(self) -> None:
        """A lease lasts for five minutes."""
        self._wait("a lease on")
        self.app.tick(self.now)

    def _wait(self, until: str) -> None:
        if until.startswith("the next"):
            hour = 9 if until == "the next morning" else 18
            then = self.now.astimezone(LONDON).replace(hour=hour, minute=0)
            self.now = then if then > self.now else then + timedelta(days=1)
        else:
            self.now += timedelta(minutes={"at once": 0, "a minute on": 1, "a lease on": 6}[until])

    @rule()
    def change_permission(self) -> None:
        """The channel can be asked no longer whether a message arrived, or again."""
        self.channel.askable = not self.channel.askable

    def _attempts(self) -> dict[str, int]:
        """Of each unprompted message that waits."""
        return {row.key: row.attempts for row in self._rows() if row.kind == "bundle" and row.state == "due"}

    def _rows(self) -> list[Any]:
        with self.app.db.read() as tx:
            return list(tx.conn.execute(sa.select(table)).all())

    def _lines(self) -> list[Any]:
        with self.app.db.read() as tx:
            return list(tx.conn.execute(sa.select(ledger_table)).all())

    # The promises.

    @invariant()
    def nothing_is_lost(self) -> None:
        """What was to be said waits, is under way, stands in the channel, or was given up or dropped with a reason."""
        rows, there = self._rows(), Counter(one.id for one in self.channel.taken)
        known = {row.key for row in rows}
        assert set(self.answers) <= known
        for row in rows:
            if row.state == "sent" and "how" not in (row.said or {}):
                assert there[self._id(row)], f"{row.key} is not in the channel"
            if row.state in ("failed", "dropped"):
                assert row.trouble, f"{row.key} was given up without a reason"

    @invariant()
    def nothing_is_said_twice_in_silence(self) -> None:
        """What stands in the channel twice is marked so that the office is told, or was given up with that reason."""
        rows = self.tidied = self.tidied | {self._id(row): row for row in self._rows()}
        for message, times in Counter(one.id for one in self.channel.taken).items():
            row = rows[message]
            known = row.state == "sending" or row.doubtful or "may have" in (row.trouble or "")
            assert times == 1 or known, f"{row.key} stands there {times} times"
            assert times <= 2, f"{row.key} was said a third time"
        words = Counter((one.address, one.message.text) for one in self.channel.taken if one.kind == "reply")
        ids = Counter(
            (one.address, one.message.text) for one in {each.id: each for each in self.channel.taken}.values()
        )
        assert all(ids[one] == 1 for one in words)

    @invariant()
    def nothing_is_said_to_who_has_left_nor_chased_once_answered_and_sending_is_committed_first(self) -> None:
        """Seen as each message reached the channel: the row was committed as `sending` before the post, its reader
        holds a role still, and no action in it is done, answered or snoozed; and quiet hours took no attempt."""
        assert self.broken == []

    @invariant()
    def one_bundle_a_day_and_two_a_week_at_most(self) -> None:
        """Counted by what each owner was posted, by London's days and weeks."""
        bundles = {
            one.id: one for one in reversed(self.channel.taken) if one.kind == "bundle" and one.address != OFFICE
        }
        days = Counter((one.address, one.at.astimezone(LONDON).date()) for one in bundles.values())
        weeks = Counter((one.address, one.at.astimezone(LONDON).isocalendar()[:2]) for one in bundles.values())
        assert max(days.values(), default=0) <= 1
        assert max(weeks.values(), default=0) <= 2

    @invariant()
    def every_rung_has_a_line_with_a_state_and_a_reason(self) -> None:
        """A line is planned, or says why it was sent, silenced, waits or failed; a message carried a sent one."""
        rows = {row.id: row for row in self._rows()}
        for line in self._lines():
            assert line.state in ("planned", "sent", "silenced", "waiting", "failed")
            assert line.state == "planned" or line.reason
            assert line.state != "sent" or rows[line.outbox_id].state == "sent"

    def _id(self, row: Any) -> str:
        return f"1-{name_of(row)}"

    def teardown(self) -> None:
        """In the end, when nothing is in the way any more, all of it was said or stands on the office's list."""
        self.channel.fates, self.channel.askable = [], True
        for _ in range(7):
            self.now += timedelta(minutes=6)
            self.app.tick(self.now)
        for _ in range(8):
            day = self.app.calendar.add_working_days(self._today(), 1)
            self.now = london(f"{day} 09:00")
            self.app.tick(self.now)
            self.now += timedelta(hours=6)
            self.app.tick(self.now)
        said = {one.message.text for one in self.channel.taken}
        listed = {row.key for row in self._rows() if row.state == "failed"}
        assert set(self.answers) <= said | listed
        waiting = [row.key for row in self._rows() if row.state not in SETTLED and row.due_at < self.now]
        assert waiting == []
        self.app.close()
        self._folder.cleanup()


def run_machine(folder: Path, examples: int, steps: int) -> None:
    """Let it run so many times, each of at most so many steps. Raises where a promise is broken."""

    class Machine(PromiseMachine):
        prepared = prepare(folder)

    profile = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        print_blob=False,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Machine, settings=profile)


def prepare(folder: Path) -> Path:
    """The database that each machine begins with."""
    story = Story(folder)
    with story.app.db.write() as tx:
        office.end_office(tx, "console:office", now=story.now, account="tester")
    story.office(OFFICE)
    story.load(PLAN)
    for role, address in HOLDERS.items():
        story.give(role, address=address)
    story.close()
    return folder / "story.db"
