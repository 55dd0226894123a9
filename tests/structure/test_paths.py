"""The two paths that a reader follows most are short: at most six files of ours that call into another.

Run with -s to see them.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.console import ConsoleSender
from bot.slack.workspaces import Gate, Workspaces
from programme.rag import Rag
from storage import people
from storage.actions import list_actions
from tests.slack_channel.test_app import Slack, only
from tests.story import Story, london
from tests.structure.tracing import trace

MOST = 6


class Stage(Story):
    """The sample programme with somebody on Slack and somebody on the console."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.load()
        self.give("BIA", "Bea", address="slack:T1:U1")
        self.give("SENDPO", "Sam")
        self.out = io.StringIO()
        self.app.senders = {"console": ConsoleSender(self.out)}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Stage]:
    """A stage on which nothing has happened; whatever is imported on the way has been, for another one."""
    for name in ("rehearsal", "story"):
        (tmp_path / name).mkdir()
    rehearsal, one = Stage(tmp_path / "rehearsal"), Stage(tmp_path / "story")
    rate(rehearsal, "on-track")
    rehearsal.app.tick(london("2022-09-05 09:00"))
    yield one
    rehearsal.close()
    one.close()


def rate(story: Story, rating: str) -> str:
    """Rate an action by a slash command, signed; the answer."""
    door = story.app.door(lambda: story.now)
    gate = Gate(door, Workspaces(story.app.db, lambda: "T1"))
    slack = Slack(only(gate.answer, door))
    return str(slack.command("/rag", f"P2.3c {rating}").json()["text"])


def test_a_rating_from_the_channel_to_the_row_and_back(story: Stage) -> None:
    with trace() as found:
        answer = rate(story, "at-risk")
    sys.stdout.write(f"\n/rag P2.3c at-risk, from the channel to the row and back\n{found}\n")
    assert answer.startswith("P2.3c is now ")
    with story.app.db.read() as tx:
        (action,) = list_actions(tx, people.read_directory(tx, story.today), refs=["P2.3c"])
    assert action.rag is Rag.AT_RISK
    assert len(found.callers) <= MOST, f"\n{found}"


def test_a_reminder_from_the_tick_to_the_sent_message(story: Stage) -> None:
    with trace() as found:
        story.app.tick(london("2022-09-05 09:00"))
    sys.stdout.write(f"\nA reminder, from the tick to the sent message\n{found}\n")
    assert "--- to console:Sam" in story.out.getvalue()
    assert len(found.callers) <= MOST, f"\n{found}"
