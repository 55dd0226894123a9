"""A programme on Slack whose morning is known beforehand: who is to hear what, and the processes that are to say it."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bot import office
from bot.app import App
from bot.settings import Settings
from documents.read import read_plan
from programme.calendar import LONDON
from programme.message_json import message_to_dict
from programme.messages import Message, Request, Where
from storage import outbox
from storage.schema_out import outbox as table
from tests.delivery.postgres import Postgres, name_of
from tests.delivery.scene import WatchedSlack
from tests.kills import worker
from tests.kills.worker import Orders
from tests.story import london

MORNING = "2022-09-05 09:00"
OFFICE, CHAIR = "U900", "U800"
KEY = "a key for the kills"
SOON = timedelta(minutes=6)  # longer than a lease
_DEADLINE = 120  # real seconds for one process

PROCESSES = multiprocessing.get_context("forkserver")  # it has no threads and imports everything once
PROCESSES.set_forkserver_preload(["tests.kills.worker"])


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is to hear something on the first morning: `owners` of an action each, people who wait for `answers`, and the
    chair of a group whose `pack` is due, with its files.

    `timescale` is every action's, and in all owners `hear` of it so many times. The answers fall due that morning; or,
    with `night`, from that instant on, every forty minutes.
    """

    owners: int = 4
    answers: int = 2
    pack: bool = True
    timescale: str = "Mar-23"
    hear: int = 1
    night: str = ""

    def list_owners(self) -> list[tuple[str, str, str]]:
        """(role, Slack's id, ref) of each."""
        return [(f"R{n}", f"U{n}", f"P1.{n}a") for n in range(1, self.owners + 1)]

    def list_answered(self) -> list[tuple[str, str]]:
        """(Slack's id, the words) of each."""
        return [(f"U{1000 + n}", f"This is answer number {n}.") for n in range(1, self.answers + 1)]

    def list_users(self) -> list[str]:
        owners, answered = [user for _, user, _ in self.list_owners()], [user for user, _ in self.list_answered()]
        return [*owners, *answered, CHAIR, OFFICE]

    def write_plan(self) -> str:
        owners = self.list_owners()
        return "\n".join(
            [
                "Role\tAbbreviation\tOrganisation",
                *(f"Officer {role}\t{role}\tCouncil: {role}" for role, _, _ in owners),
                "Chair of the Forum\tCHAIR\tCouncil: Top",
                "",
                "<p><b>The Board:</b> Strategic accountability for the work.</p>\t"
                "<p><b>The Forum:</b> Voice of parents.</p>",
                "",
                "WSOA priority 1\t\tThe first priority.\t\t\t\t\tAccountable organisation leads\tCouncil: Director\t",
                "Ref\tFocus area\tActions\tOwner\tTimescale\tSuccess criteria\tProgress\tOutcome/impact\tEvidence\tRAG",
                *(
                    f"{ref[:-1]}\tWhat was found in {ref[:-1]}.\ta. Write charter {role}.\t{role}\t{self.timescale}\t"
                    "It is done.\t\tLife is better.\t1. A report.\t"
                    for role, _, ref in owners
                ),
                "",
            ]
        )


def set_up(app: App, cast: Cast) -> None:
    """The plan is in, everybody holds their role, the answers are queued; nothing is planned yet."""
    now = london("2022-09-05 08:00")
    today = app.calendar.today(now)
    office.import_plan(app.db, read_plan(cast.write_plan().encode(), "plan.txt", ()), "tester", now, dry_run=False)
    held = [(role, user) for role, user, _ in cast.list_owners()] + [("CHAIR", CHAIR)]
    with app.db.write() as tx:
        office.set_office(tx, f"slack:T1:{OFFICE}", name="the office", now=now, account="tester")
        for role, user in held:
            who = {"name": f"holder of {role}", "email": None, "since": None, "account": "tester"}
            office.set_holder(tx, role, f"slack:T1:{user}", today=today, now=now, **who)
        if cast.pack:
            meets = [london("2022-09-12 10:00")]
            group = {"today": today, "now": now, "calendar": app.calendar, "account": "tester"}
            office.set_group(tx, "The Forum", {"chair": "CHAIR"}, meets, **group)
        due = london(cast.night or MORNING).astimezone(UTC)
        for user, words in cast.list_answered():
            facts = {"message": message_to_dict(Message(words))}
            outbox.say(tx, f"answer {user}", "reply", f"slack:T1:{user}", due_at=due, facts=facts)
            due += timedelta(minutes=40 if cast.night else 0)


class Stage:
    """Where trials are held: each has a database of its own, made by copying one that was set up for its cast.

    They are SQLite files in `folder`, or databases of a PostgreSQL server.
    """

    def __init__(self, folder: Path, server: Postgres | None = None) -> None:
        self._folder = folder
        self._server = server
        self._ready: dict[Cast, str] = {}
        self._numbers = count(1)

    @contextmanager
    def trial(self, cast: Cast) -> Iterator[Trial]:
        with TemporaryDirectory(dir=self._folder) as folder:
            url = self._copy(cast, Path(folder))
            with open_trial(cast, url, Path(folder)) as trial:
                yield trial
            if self._server:
                self._server.drop(url)

    def _copy(self, cast: Cast, folder: Path) -> str:
        if cast not in self._ready:
            path = self._folder / f"ready-{next(self._numbers)}.db"
            self._ready[cast] = self._server.make("template1") if self._server else f"sqlite:///{path}"
            app = App(Settings(self._ready[cast], KEY), senders={})
            set_up(app, cast)
            app.close()
        ready = self._ready[cast]
        if self._server:
            return self._server.make(name_of(ready))
        shutil.copy(ready.removeprefix("sqlite:///"), folder / "halfterm.db")
        return f"sqlite:///{folder / 'halfterm.db'}"


@contextmanager
def open_stage() -> Iterator[Stage]:
    with TemporaryDirectory(prefix="kills-") as folder:
        yield Stage(Path(folder))


@contextmanager
def open_trial(cast: Cast, url: str, folder: Path) -> Iterator[Trial]:
    with WatchedSlack(collects=False) as slack:
        slack._server.handle_error = _overhear
        slack.users = dict.fromkeys(cast.list_users(), True)
        yield Trial(cast, url, folder, slack)


def _overhear(_request: object, _address: object) -> None:
    """A process that was killed does not hear its answer: that is no error of the stand-in's."""
    if not isinstance(error := sys.exception(), BrokenPipeError | ConnectionResetError):
        traceback.print_exception(error)


@dataclass
class Trial:
    """One database, one strict Slack, and processes that come and go. `runs` counts those; `killed` those that died."""

    cast: Cast
    url: str
    folder: Path
    slack: WatchedSlack
    runs: int = 0
    killed: int = 0
    gave_up: int = 0

    @property
    def settings(self) -> Settings:
        return Settings(self.url, KEY, slack_bot_token=self.slack.token, slack_api_url=self.slack.api_url)

    def start(self, at: datetime, orders: Orders | None = None, api_url: str = "") -> ForkServerProcess:
        """A process that runs once at an instant."""
        settings = replace(self.settings, slack_api_url=api_url) if api_url else self.settings
        process = PROCESSES.Process(target=worker.run, args=(settings, at, orders or Orders()))
        process.start()
        self.runs += 1
        return process

    def end(self, process: ForkServerProcess, within: float = _DEADLINE) -> int:
        """Wait for its end: 0, or worker.GAVE_UP, or minus the signal that killed it."""
        process.join(timeout=within)
        code = process.exitcode
        if code is None:
            process.kill()
            process.join()
            raise AssertionError(f"the process had not ended after {within} seconds")
        process.close()
        if code not in (0, worker.GAVE_UP, -signal.SIGKILL):
            raise AssertionError(f"the process ended with {code}")
        self.killed += code == -signal.SIGKILL
        self.gave_up += code == worker.GAVE_UP
        return code

    def run(self, at: datetime, orders: Orders | None = None, api_url: str = "") -> int:
        return self.end(self.start(at, orders, api_url))

    def kill_at(self, at: datetime, orders: Orders) -> None:
        assert self.run(at, orders) == -signal.SIGKILL, f"it was never killed at {orders}"

    def kill_after(self, at: datetime, seconds: float) -> bool:
        """Kill a run so many seconds after its process began; False where it had ended by then."""
        process = self.start(at)
        process.join(timeout=seconds)
        process.kill()
        return self.end(process) != 0

    def tick(self, at: datetime) -> None:
        """An undisturbed run at an instant, with connections of its own."""
        self.use(lambda app: app.tick(at))
        self.runs += 1

    def use(self, does: Callable[[App], object]) -> None:
        """What somebody does with the bot meanwhile."""
        app = worker.open_app(self.settings)
        try:
            does(app)
        finally:
            app.close()

    def ask(self, at: datetime, who: str, text: str) -> str:
        """Somebody types something on the console; the answer."""
        told: list[str] = []

        def say(app: App) -> None:
            reply = app.door(lambda: at).answer(Request(who, text, Where("console"), account="tester"))
            told.append(reply.text if reply else "")

        self.use(say)
        return told[0]

    def finish(self, at: datetime, days: int = 2, *, brief: bool = False) -> None:
        """Undisturbed runs from an instant on: through every retry of that day, or where it is `brief` until every
        lease has ended; then `days` mornings, on which the office is told what went wrong."""
        for minutes in (6, 12) if brief else (6, 12, 30, 95, 340):
            self.tick(at + timedelta(minutes=minutes))
        day = at.astimezone(LONDON).date()
        while days:
            day += timedelta(days=1)
            if day.weekday() < 5:
                days -= 1
                for minute in ("09:00", "09:06"):
                    self.tick(london(f"{day} {minute}"))

    def list_rows(self) -> list[tuple[str, str, str]]:
        """(kind, state, address) of every message in the outbox."""
        app = App(self.settings, senders={})
        with app.db.read() as tx:
            rows = tx.conn.execute(sa.select(table.c.kind, table.c.state, table.c.address)).all()
        app.close()
        return [(row.kind, row.state, row.address) for row in rows if row.kind != "restore"]
