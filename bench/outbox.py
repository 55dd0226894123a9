"""The outbox: a long queue delivered beside APScheduler running as many empty jobs, on files set up alike.

The messages are replies, real rows that are cheap to compose: the person and their workspace are looked up, the words
are read from the row. Each is claimed, composed, marked `sending` in a commit of its own, handed to a sender that takes
it at once, and settled. Beside that, how fast real bundles go, and how much of Slack's limits is used.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import NOW, Figures, enlarge, hold_every_role, read_plan, timed
from bench.pace import bench_pace
from bench.peer import open_peer
from bot import office
from bot.app import App, run_clock
from bot.settings import Settings
from jobs.deliver import Delivery, Receipt, Sender
from programme.message_json import message_to_dict
from programme.messages import Message
from storage import outbox

_MESSAGES, _TURNS, _JOBS_A_TURN = 100_000, 10, 1_000
_COMMITS = 300
_ACTIONS = (54, 1_000)


def bench_outbox() -> Figures:
    return {
        "queue": _time_queue(_MESSAGES),
        "bundles": {f"over_{actions}_actions": _time_bundles(actions) for actions in _ACTIONS},
        "within_slacks_limits": bench_pace(),
    }


class Taker:
    """Takes whatever is sent, at once. After every `each` messages it does something else, which is not counted."""

    def __init__(self, each: int = 0, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.taken = 0
        self.elsewhere = 0.0  # seconds
        self._each = each
        self._meanwhile = meanwhile

    def send(self, delivery: Delivery) -> Receipt:
        self.taken += 1
        if self._each and self.taken % self._each == 0:
            self.elsewhere += timed(self._meanwhile)
        return Receipt(f"D{delivery.address.rpartition(':')[2]}", f"1662366000.{self.taken:06d}")

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        return None


def _time_queue(messages: int) -> Figures:
    """One run over the whole queue, and the peer in turns with it, so that a busy moment falls on both alike."""
    with open_peer() as peer, TemporaryDirectory() as folder:
        theirs: list[float] = []
        bare: list[float] = []

        def meanwhile() -> None:
            tell(f"{sender.taken} of {messages} messages")
            peer.add(_JOBS_A_TURN)
            theirs.append(peer.run(_JOBS_A_TURN))
            bare.append(_commit(Path(folder)))

        sender = Taker(messages // _TURNS, meanwhile)
        with open_place(sender) as (app, people):
            queue_replies(app, people, messages)
            took = timed(lambda: app.deliver(run_clock(NOW))) - sender.elsewhere
            with app.db.read() as tx:
                assert outbox.count_by_state(tx) == {"sent": messages}
    ours_a_second, theirs_a_second = messages / took, _TURNS * _JOBS_A_TURN / sum(theirs)
    return {
        "messages": messages,
        "messages_a_second": round(ours_a_second),
        "apscheduler_jobs": _TURNS * _JOBS_A_TURN,
        "apscheduler_jobs_a_second": round(theirs_a_second),
        "ratio": round(ours_a_second / theirs_a_second, 2),
        "target_ratio": 1,
        "empty_commits_a_second": round(_TURNS * _COMMITS / sum(bare)),
    }


def _time_bundles(actions: int) -> Figures:
    """The first morning's bundles, everybody's starting list: composed from everything that the plan knows."""
    sender, now = Taker(), NOW + timedelta(minutes=10)
    with open_place(sender, actions) as (app, _people):
        app.plan(now)
        took = timed(lambda: app.deliver(run_clock(now)))
    return {"bundles": sender.taken, "a_second": round(sender.taken / took, 1)}


@contextmanager
def open_place(sender: Sender, actions: int = 54) -> Iterator[tuple[App, list[str]]]:
    """A plan in a fresh database with every role held on Slack, and the addresses of those who hold them."""
    with TemporaryDirectory() as folder:
        app = App(Settings(database_url=f"sqlite:///{folder}/bench.db"), senders={"slack": sender})
        try:
            plan = enlarge(read_plan(), actions)
            office.import_plan(app.db, plan, "bench", NOW, dry_run=False)
            yield app, [f"slack:T1:{user}" for user in hold_every_role(app, plan)]
        finally:
            app.close()


def queue_replies(app: App, people: Sequence[str], count: int) -> None:
    """Answers that could not ride in a response, a millisecond apart, to one person after the other."""
    answer = {"message": message_to_dict(Message("P2.3c is now at risk. The chair and the lead hear of it at once."))}
    tell(f"queueing {count} messages")
    with app.db.write() as tx:
        for number in range(count):
            due = NOW - timedelta(milliseconds=count - number)
            address = people[number % len(people)]
            outbox.say(tx, f"bench:{number}", "reply", address, due_at=due, facts=answer)


def _commit(folder: Path) -> float:
    """How long so many commits of one small row take here, one by one and with nothing else to do."""
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER)")
        return timed(lambda: [connection.execute("INSERT INTO t VALUES (1)") for _ in range(_COMMITS)])


def tell(what: str) -> None:
    """Progress, for whoever waits."""
    print(f"  {what} ...", file=sys.stderr, flush=True)
