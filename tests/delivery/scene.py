"""A story whose people are on Slack: the real sender, over HTTP, to the strict stand-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from threading import Semaphore
from typing import Any

import sqlalchemy as sa

from bot import office
from bot.app import App
from bot.settings import Settings
from bot.slack.sender import SlackSender
from storage import ledger
from storage.schema_out import outbox
from tests.slack import FakeSlack, Json, Posted
from tests.slack_pace import unhurried
from tests.story import Story, tiny_plan

MONDAY = "2022-09-05 09:00"
PEOPLE = {"A": "U1", "B": "U2", "C": "U3"}  # role to Slack's id; each owns one action
PLAN = tiny_plan(
    ("P1.1a", "Write the charter.", "A", "Oct-22"),
    ("P1.1b", "Run the survey.", "B", "Mar-23"),
    ("P1.2a", "Publish the map.", "C", "Mar-23"),
)


class WatchedSlack(FakeSlack):
    """Lets a test wait for the moment a post is accepted, whether or not it is answered, and do something then."""

    def __init__(self, collects: bool = True) -> None:
        super().__init__(collects=collects)
        self.accepted = Semaphore(0)
        self.on_accepted: Callable[[int], None] = lambda number: None
        self._taken = count(1)

    def _do(self, method: str, fields: Json, token: str) -> tuple[int, dict[str, str], Json | str]:
        done = super()._do(method, fields, token)
        if method in ("chat.postMessage", "files.completeUploadExternal"):
            self.on_accepted(next(self._taken))
            self.accepted.release()
        return done


def set_up(story: Story) -> None:
    """The plan is in and everybody holds their role; nothing is planned yet."""
    story.load(PLAN)
    for role, user in PEOPLE.items():
        story.give(role, address=f"slack:T1:{user}")


@dataclass
class Scene(Story):
    """Owners on Slack, the office on the console. `tick` returns what the console was sent; `slack.posts` is Slack.

    The database is the story's SQLite file, or the one at `url`.
    """

    slack: WatchedSlack = field(default_factory=WatchedSlack)
    url: str = ""

    def __post_init__(self) -> None:
        if self.url:
            self.app = App(Settings(self.url, "a key for the story"), senders={"console": self})
            self.office("console:office")
        else:
            super().__post_init__()
        self.connect_slack()

    def connect_slack(self) -> None:
        self.app.senders["slack"] = SlackSender(self.slack.token, self.slack.api_url, limits=unhurried())

    def restart(self) -> None:
        """The process is gone and another opens the same file."""
        self.app.close()
        self.__post_init__()

    def posts_to(self, user: str) -> list[Posted]:
        return [post for post in self.slack.posts if post.channel == f"D{user}"]

    def rows(self, *kinds: str) -> list[Any]:
        """The outbox as it stands, all columns, in the order it was written."""
        with self.app.db.read() as tx:
            rows = tx.conn.execute(sa.select(outbox).order_by(outbox.c.id)).all()
        return [row for row in rows if not kinds or row.kind in kinds]

    def row_to(self, user: str) -> Any:
        """The one row for this person."""
        (row,) = [row for row in self.rows() if row.address == f"slack:T1:{user}"]
        return row

    def ledger_of(self, ref: str) -> list[tuple[str, str]]:
        """(state, reason) of each line about an action."""
        with self.app.db.read() as tx:
            return [(line.state, line.reason) for line in ledger.list_of(tx, ref)]

    def minutes_after(self, start: datetime, at: datetime) -> int:
        """Whole minutes between two instants: a run's time is its instant and the moments it really took."""
        return int((at - start).total_seconds() // 60)

    def pause(self, paused: bool) -> None:
        with self.app.db.write() as tx:
            office.set_paused(tx, paused, None, now=self.now, account="tester")

    def take(self, role: str, address: str) -> None:
        """Somebody holds a role no longer, from today."""
        with self.app.db.write() as tx:
            office.end_holder(tx, role, address, on=self.today, today=self.today, now=self.now, account="tester")
