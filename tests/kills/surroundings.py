"""What goes wrong around the bot: Slack, the database, the disk, the clock, other processes, a backup put back."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, timedelta
from pathlib import Path
from random import Random

from bot import upkeep
from programme.calendar import LONDON
from tests.kills.hindrances import BlackHole, find_closed_port, open_holder
from tests.kills.scenarios import NINE, Play
from tests.kills.stage import KEY, SOON, Trial
from tests.kills.worker import DELIVERING, PLANNING, Orders
from tests.story import london

ROOT = Path(__file__).parents[2]
HALFTERM = Path(sys.executable).with_name("halfterm")
_WAIT = 60  # real seconds


# Slack


def refuse_connections(runs: int) -> Play:
    """Nobody listens where Slack should be, for so many runs; then it is back."""

    def play(trial: Trial) -> None:
        nowhere = f"http://127.0.0.1:{find_closed_port()}/api/"
        at = NINE
        for minutes in (0, 1, 5, 15, 60, 240)[:runs]:
            at += timedelta(minutes=minutes, seconds=10)
            trial.run(at, api_url=nowhere)
        trial.finish(at)

    return play


def answer_500(seed: int) -> Play:
    """Each method answers HTTP 500 now and then."""

    def play(trial: Trial) -> None:
        chance = Random(seed)
        for method in (
            "chat.postMessage",
            "conversations.open",
            "conversations.history",
            "files.getUploadURLExternal",
            "upload",
            "files.completeUploadExternal",
            "files.info",
        ):
            for _ in range(chance.randint(0, 3)):
                trial.slack.fail(method, how="500", after=chance.randint(0, 3))
        trial.run(NINE)
        trial.finish(NINE)

    return play


def storm(times: int, *, kills: bool = False) -> Play:
    """So many posts on end are refused as too many, to be tried after 30 seconds; a run every 31 seconds, no faster."""

    def play(trial: Trial) -> None:
        trial.slack.fail("chat.postMessage", how="429", retry_after=30, times=times)
        at, longest = NINE, 0.0
        for number in range(times):
            orders = Orders(step="claimed", time=1 + number % 3, paced=True) if kills and number % 4 == 1 else Orders()
            began = time.monotonic()
            trial.run(at, orders if kills else Orders(paced=True))
            longest = max(longest, time.monotonic() - began)
            at += timedelta(seconds=31)
            if len({post.channel for post in trial.slack.posts}) >= trial.cast.owners:
                break
        assert longest < 30, f"a run waited for {longest:.0f} seconds"
        trial.finish(at)

    return play


def black_hole(swallows: str, timeout: float = 20) -> Play:
    """For a whole run no post is answered: each is cut off, by default after the 20 seconds that it has."""

    def play(trial: Trial) -> None:
        with closing(BlackHole(trial.slack.api_url, swallows)) as hole:
            trial.run(NINE, Orders(timeout=timeout), api_url=hole.api_url)
        trial.finish(NINE)

    return play


# The database and its disk


def lock_at(post: int, busy_ms: int = 300) -> Play:
    """Another process has the database when Slack takes the so-manieth post (0: from the start), for longer than the
    bot waits for it."""

    def play(trial: Trial) -> None:
        with open_holder(str(trial.folder / "halfterm.db")) as holder:
            if post:
                trial.slack.on_accepted = lambda number: holder.hold() if number == post else None
            else:
                holder.hold()
            trial.run(NINE, Orders(busy_ms=busy_ms))
            trial.slack.on_accepted = lambda number: None
            holder.let_go()
        assert trial.gave_up == 1
        trial.tick(NINE)
        trial.finish(NINE)

    return play


def fill_disk(kilobytes: int) -> Play:
    """No file may grow beyond so many kilobytes: the kernel refuses the write (RLIMIT_FSIZE). Then there is room."""

    def play(trial: Trial) -> None:
        trial.run(NINE, Orders(file_limit=kilobytes * 1024))
        trial.run(NINE + SOON, Orders(file_limit=(kilobytes + 40) * 1024))
        trial.tick(NINE + SOON)
        trial.finish(NINE + SOON)

    return play


# Other processes, another clock


def run_together(processes: int, seed: int) -> Play:
    """So many at the same instant, one of them killed at random; then as many again."""

    def play(trial: Trial) -> None:
        chance, at = Random(seed), NINE
        for _ in range(2):
            started = [trial.start(at) for _ in range(processes)]
            started[0].join(timeout=chance.uniform(0.1, 1.2))
            started[0].kill()
            for process in started:
                trial.end(process)
            at += SOON
        trial.finish(at)

    return play


def jump(by: timedelta, start: str, seed: int) -> Play:
    """Killed at a named step, and the clock is another for the next two runs; then it is put right."""

    def play(trial: Trial) -> None:
        chance, at = Random(seed), london(start)
        steps = [*PLANNING, *(one for one in DELIVERING if one != "uploaded")]
        trial.run(at, Orders(step=chance.choice(steps), time=chance.randint(1, 4)))
        trial.run(at + by, Orders(step=chance.choice(steps), time=chance.randint(1, 4)))
        trial.tick(at + by + SOON)
        trial.tick(at + SOON)
        trial.finish(max(at, at + by), days=4)

    return play


def change_clocks(friday: str, seed: int) -> Play:
    """Through a night in which the clocks change: a run every twenty minutes, each killed at some step, while answers
    fall due by the hour; by Monday evening everything is said, and nothing unprompted was said at night."""

    def play(trial: Trial) -> None:
        chance = Random(seed)
        trial.tick(london(f"{friday} 09:00"))
        at = london(trial.cast.night).astimezone(UTC)
        monday = london(f"{friday} 09:00") + timedelta(days=3)
        before = _count_reminders(trial)
        while at.astimezone(LONDON).date() < monday.date():
            step = chance.choice(("planned", *(one for one in DELIVERING if one != "uploaded")))
            trial.run(at, Orders(step=step))
            at += timedelta(minutes=20 if at.astimezone(LONDON).hour < 4 else 180)
        assert _count_reminders(trial) == before, "a reminder went at night or on a Sunday"
        trial.tick(monday - timedelta(seconds=1))
        assert _count_reminders(trial) == before, "a reminder went before nine"
        trial.run(monday, Orders(step=chance.choice(DELIVERING), time=2))
        trial.finish(monday, days=1)

    return play


def _count_reminders(trial: Trial) -> int:
    return sum("P1." in post.text for post in trial.slack.posts)


# A backup put back


def restore(step: str, time: int, *, askable: bool = True) -> Play:
    """A backup is made once the morning is planned; a run is killed, another ends; the backup is put back."""

    def play(trial: Trial) -> None:
        trial.tick(london("2022-09-05 08:10"))
        copy = trial.folder / "backup.db"
        trial.use(lambda app: upkeep.make_backup(app, copy, london("2022-09-05 08:30")))
        trial.run(NINE, Orders(step=step, time=time))
        trial.tick(NINE + SOON)
        if not askable:
            trial.slack.scopes -= {"im:history", "files:read"}
        at = NINE + timedelta(minutes=10)
        upkeep.restore(trial.settings, copy, at, dry_run=False, with_faults=False)
        trial.finish(at)

    return play


def restore_while_sending(step: str, time: int) -> Play:
    """The backup is made when a run has just been killed, with a message in its hands; another run sends the rest."""

    def play(trial: Trial) -> None:
        trial.run(NINE, Orders(step=step, time=time))
        copy = trial.folder / "backup.db"
        trial.use(lambda app: upkeep.make_backup(app, copy, NINE + timedelta(minutes=1)))
        trial.tick(NINE + SOON)
        at = NINE + timedelta(minutes=10)
        upkeep.restore(trial.settings, copy, at, dry_run=False, with_faults=False)
        trial.finish(at)

    return play


def restore_planned_since(friday: str, back_at: str) -> Play:
    """A backup of Friday noon, put back when what it never knew of was planned and said."""

    def play(trial: Trial) -> None:
        trial.tick(london(f"{friday} 09:00"))
        copy = trial.folder / "backup.db"
        trial.use(lambda app: upkeep.make_backup(app, copy, london(f"{friday} 12:00")))
        monday = london(f"{friday} 09:00") + timedelta(days=3)
        trial.tick(monday)
        at = london(back_at)
        upkeep.restore(trial.settings, copy, at, dry_run=False, with_faults=False)
        trial.finish(at)

    return play


# The real commands


def kill_command(seed: int) -> Play:
    """`halfterm tick`, killed at random instants; then it is run once more."""

    def play(trial: Trial) -> None:
        chance, at = Random(seed), NINE
        for _ in range(3):
            process = _start(trial, "tick", "--now", at.isoformat())
            try:
                process.wait(timeout=chance.uniform(0.5, 2.5))
            except subprocess.TimeoutExpired:
                process.kill()
            trial.killed += process.wait(_WAIT) != 0
            at += SOON
        trial.finish(at)

    return play


def kill_server(posts: int) -> Play:
    """`halfterm serve`, killed at its so-manieth post; another one takes over."""

    def play(trial: Trial) -> None:
        at = NINE
        for wanted in (posts, 0):
            process = _start(trial, "serve", "--port", "0", "--now", at.isoformat())
            if wanted:
                for _ in range(wanted):
                    assert trial.slack.accepted.acquire(timeout=_WAIT)
            else:
                until = time.monotonic() + _WAIT
                while time.monotonic() < until and _is_something_due(trial):
                    trial.slack.accepted.acquire(timeout=0.2)
            process.kill()
            process.wait(_WAIT)
            trial.killed += 1
            at += SOON
        trial.finish(at)

    return play


def _is_something_due(trial: Trial) -> bool:
    return any(state in ("due", "claimed", "sending") for _, state, _ in trial.list_rows())


def _start(trial: Trial, *words: str) -> subprocess.Popen[bytes]:
    trial.runs += 1
    environment: Mapping[str, str] = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": trial.url,
        "SECRET_KEY": KEY,
        "SLACK_BOT_TOKEN": trial.slack.token,
        "SLACK_API_URL": trial.slack.api_url,
        "SLACK_SIGNING_SECRET": "a secret of the stand-in",
    }
    return subprocess.Popen(
        [HALFTERM, *words],
        cwd=trial.folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def change(step: str, time: int) -> Play:
    """After the morning an owner says how it goes, and the run that changes what stands there is killed."""

    def play(trial: Trial) -> None:
        trial.tick(NINE)
        said = trial.ask(NINE + timedelta(minutes=10), "R1", "rag P1.1a vulnerable the printer is late")
        assert "P1.1a is now" in said
        at = NINE + timedelta(minutes=11)
        trial.run(at, Orders(step=step, time=time))
        trial.finish(at)
        assert any(post.edits for post in trial.slack.posts if post.channel == "DU1"), "what stands there is stale"

    return play
