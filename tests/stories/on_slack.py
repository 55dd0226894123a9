"""The council's stage with its owners and its chair on Slack: the real sender, over HTTP, to the strict stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from programme.messages import Message, Request, Where
from tests.delivery.scene import Scene
from tests.slack import Posted
from tests.stories.council import PLAN
from tests.story import Story

USERS = {"A": "U1", "B": "U2", "C": "U3", "D": "U4", "X": "U5"}
_ready: list[bytes] = []


@dataclass
class OnSlack(Scene):
    """Owners A and B (Council) and C (NHS), D chairing the Board, lead X; the office is on the console.

    Everybody has had their starting list; it is 10:00 on Monday 5 September 2022.
    """

    def message(self, who: str, of: int = -1) -> Posted:
        """A message in somebody's direct messages, as it stands there now; the newest by default."""
        return self.posts_to(USERS[who])[of]

    def channel(self, name: str = "C1") -> list[Posted]:
        """All that stands in a channel, threads included."""
        return [post for post in self.slack.posts if post.channel == name]

    def said_in(self, who: str, text: str, channel: str = "C1") -> Message:
        """Type a command in a channel."""
        request = Request(f"slack:T1:{USERS[who]}", text, Where("slack", channel, workspace="T1"))
        reply = self.app.door(lambda: self.now).answer(request)
        assert isinstance(reply, Message)
        return reply

    def request(self, who: str, text: str, post: Posted) -> Request:
        """Words typed in the thread of a message in somebody's direct messages."""
        return Request(f"slack:T1:{USERS[who]}", text, Where("slack", post.channel, post.ts, "T1"))

    def deliver(self, at: str | None = None) -> None:
        """One run of the jobs; none of it may be put off or fail."""
        self.tick(at or f"{self.now:%Y-%m-%d %H:%M}")
        assert [row.trouble for row in self.rows() if row.state == "failed"] == []


@contextmanager
def open_on_slack(folder: Path) -> Iterator[OnSlack]:
    """The stage, and its Slack."""
    if not _ready:  # set once, then copied: most of a story's time would go into this
        making = folder / "making"
        making.mkdir()
        story = Story(making)
        story.load(PLAN)
        for role, user in USERS.items():
            story.give(role, address=f"slack:T1:{user}")
        story.group("The Board", "2022-10-04 10:00", "2022-11-29 10:00", chair="D", strategic=True)
        story.close()
        _ready.append((making / "story.db").read_bytes())
    (folder / "story.db").write_bytes(_ready[0])
    one = OnSlack(folder)
    one.slack.users |= dict.fromkeys(USERS.values(), True)
    with one.slack:
        one.deliver("2022-09-05 09:00")
        yield one.at("2022-09-05 10:00")
        one.close()
