"""Limits kept: what must wait is left alone in its order, and everything else goes at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.app import run_clock
from bot.slack.limits import Limits
from bot.slack.sender import SlackSender
from jobs.deliver import Tally
from programme.message_json import message_to_dict
from programme.messages import Message
from storage import outbox
from storage.outbox import Rest
from tests.delivery.scene import MONDAY, Scene
from tests.slack import TIERS
from tests.story import london

NINE = london(MONDAY)


def say(scene: Scene, key: str, to: str = "slack:T1:U1", kind: str = "reply", minutes: float = 0) -> None:
    facts = {"message": message_to_dict(Message(key))}
    with scene.app.db.write() as tx:
        assert outbox.say(tx, key, kind, to, due_at=NINE + timedelta(minutes=minutes), facts=facts)


def claim(scene: Scene, *resting: Rest) -> str | None:
    with scene.app.db.write() as tx:
        row = outbox.claim(tx, NINE, lease="a run", schemes=["slack", "console"], resting=resting)
        return row.key if row else None


@pytest.mark.parametrize(
    ("resting", "first"),
    [
        ([], "one"),
        ([Rest("slack:T1:U1")], "two"),
        ([Rest("slack:T1:U1"), Rest("slack:T1:U2")], "home of another workspace"),
        ([Rest("slack:T1:")], "home of another workspace"),
        ([Rest("slack:T1:"), Rest("slack:T2:", "home")], "on the console"),
        ([Rest("slack:")], "on the console"),
        ([Rest("slack:"), Rest("console:D", "home")], "on the console"),
        ([Rest("slack:"), Rest("console:D", "reply")], None),
        ([Rest("slack:T1:", "home"), Rest("slack:T1:U1", "home"), Rest("slack:T_:"), Rest("slack:T1:U")], "one"),
    ],
)
def test_what_rests_is_left_out(either: Scene, resting: list[Rest], first: str | None) -> None:
    say(either, "one", "slack:T1:U1", minutes=-4)
    say(either, "two", "slack:T1:U2", minutes=-3)
    say(either, "home of another workspace", "slack:T2:U1", kind="home", minutes=-2)
    say(either, "on the console", "console:D", minutes=-1)
    assert claim(either, *resting) == first


def test_what_rests_is_not_taken_over_either(either: Scene) -> None:
    say(either, "one", minutes=-10)
    with either.app.db.write() as tx:
        outbox.claim(tx, NINE - timedelta(minutes=9), lease="a dead run", schemes=["slack"])
    assert claim(either, Rest("slack:T1:U1")) is None
    assert claim(either) == "one"


def test_what_waits_for_an_address_at_rest_stays_in_its_order(either: Scene) -> None:
    for key in ("one", "two", "three"):
        say(either, key)
    say(either, "much later", minutes=60)
    say(either, "to another", "slack:T1:U2")
    until = NINE + timedelta(seconds=30)
    with either.app.db.write() as tx:
        outbox.rest(tx, "slack:T1:U1", "", until)
    due = {row.key: row.due_at for row in either.rows()}
    assert due == {
        "one": until,
        "two": until,
        "three": until,
        "much later": NINE + timedelta(hours=1),
        "to another": NINE,
    }


def test_a_hundred_messages_to_a_hundred_people_go_at_once(scene: Scene) -> None:
    """Though Slack lets no more than fifty conversations be opened a minute: the others were, another day."""
    scene.at(MONDAY)
    scene.slack.users |= {f"U{n}": True for n in range(100, 200)}
    scene.slack.one_a_second, scene.slack.tiers = True, TIERS
    first, second = range(100, 150), range(150, 200)
    for n in second:
        say(scene, f"earlier {n}", f"slack:T1:U{n}")
    assert deliver(scene).sent == 50
    for n in (*first, *second):
        say(scene, f"today {n}", f"slack:T1:U{n}", minutes=2)
    scene.now += timedelta(minutes=2)
    scene.slack.seconds += 120
    scene.slack.next_post_at.clear()  # it counts its seconds by the real clock
    assert deliver(scene).sent == 100
    assert len(scene.slack.asked("conversations.open")) == 100
    assert {post.text for post in scene.slack.posts} >= {f"today {n}" for n in (*first, *second)}


def test_people_whose_conversation_must_be_opened_first_wait_a_minute_where_there_are_too_many(scene: Scene) -> None:
    scene.at(MONDAY)
    scene.slack.users |= {f"U{n}": True for n in range(100, 160)}
    scene.slack.tiers = TIERS
    for n in range(100, 160):
        say(scene, f"to {n}", f"slack:T1:U{n}")
    pace = Pace()
    assert deliver(scene, pace).sent == 50
    assert {row.attempts for row in scene.rows() if row.state == "due"} == {0}
    pace.seconds += 60
    scene.slack.seconds += 60
    scene.now += timedelta(seconds=61)
    assert deliver(scene, pace).sent == 10


def test_a_remembered_conversation_that_is_another_by_now_is_opened_anew(scene: Scene) -> None:
    scene.at(MONDAY)
    say(scene, "earlier")
    deliver(scene)
    scene.slack.direct["U1"] = "DNEW"
    pace = Pace()
    limits = Limits(clock=pace)
    for _ in range(50):
        limits.take("conversations_open", "T1")
    say(scene, "today", minutes=2)
    scene.now += timedelta(minutes=2)
    assert deliver(scene, limits=limits).put_off == 1
    pace.seconds += 60
    scene.now += timedelta(minutes=2)
    assert deliver(scene, limits=limits).sent == 1
    assert scene.slack.posts[-1].channel == "DNEW"


def test_three_messages_to_one_person_are_spaced_a_second_apart_and_stay_in_order(scene: Scene) -> None:
    scene.slack.one_a_second = True  # it refuses what comes sooner
    scene.app.senders["slack"] = SlackSender(scene.slack.token, scene.slack.api_url)
    for n, key in enumerate(("one", "two", "three")):
        say(scene, key, minutes=-n / 60)  # the later ones due the earlier: what is due longest goes first
    say(scene, "to another", "slack:T1:U2")
    tally = scene.app.deliver(run_clock(NINE))
    assert tally.sent == 4
    assert [post.text for post in scene.posts_to("U1")] == ["three", "two", "one"]
    assert [post.text for post in scene.slack.posts][1] == "to another"
    assert {row.attempts for row in scene.rows()} == {0}
    assert len(scene.slack.asked("chat.postMessage")) == 4


def test_what_slack_refuses_as_too_soon_is_not_overtaken(scene: Scene) -> None:
    for key in ("one", "two", "three"):
        say(scene, key)
    scene.slack.fail("chat.postMessage", how="429", retry_after=1)
    scene.app.deliver(run_clock(NINE))
    assert [post.text for post in scene.posts_to("U1")] == ["one", "two", "three"]


def test_what_waits_for_a_limit_longer_than_a_run_does_stays_due(scene: Scene) -> None:
    scene.app.senders["slack"] = SlackSender(scene.slack.token, scene.slack.api_url, limits=Limits(2))
    for n in (1, 2, 3):
        say(scene, f"to {n}", f"slack:T1:U{n}")
    say(scene, "on the console", "console:D")
    assert scene.app.deliver(run_clock(NINE)).sent == 3
    (left,) = [row for row in scene.rows() if row.state == "due"]
    assert (left.due_at, left.attempts, left.address) == (NINE, 0, "slack:T1:U3")


def test_a_storm_of_refusals_is_waited_out_and_each_message_goes_once(scene: Scene) -> None:
    scene.at(MONDAY)
    scene.slack.users |= {f"U{n}": True for n in range(100, 140)}
    for n in range(100, 140):
        say(scene, f"to {n}", f"slack:T1:U{n}")
    scene.slack.fail("chat.postMessage", how="429", times=6, retry_after=30)
    pace = Pace()
    limits = Limits(clock=pace)
    for _ in range(10):
        deliver(scene, limits=limits)
        scene.now += timedelta(seconds=31)
        pace.seconds += 31
    assert sorted(post.text for post in scene.slack.posts) == sorted(f"to {n}" for n in range(100, 140))
    assert {(row.state, row.attempts) for row in scene.rows()} == {("sent", 0)}
    assert len(scene.slack.asked("chat.postMessage")) == 46


@dataclass
class Pace:
    """A monotonic clock that a test moves."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def deliver(scene: Scene, pace: Pace | None = None, limits: Limits | None = None) -> Tally:
    """One run of a new process that waits for nothing."""
    limits = limits or Limits(clock=pace or Pace())
    known = scene.app._read_direct
    scene.app.senders["slack"] = SlackSender(scene.slack.token, scene.slack.api_url, limits=limits, known=known)
    return scene.app.deliver(lambda: scene.now, patience=0)
