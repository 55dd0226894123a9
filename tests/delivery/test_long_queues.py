"""A long queue goes in batches: several messages are leased at once and settled at once, each is marked on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from jobs.deliver import CannotAsk, Composed, Deliverer, Delivery, NotSent, Receipt, Tally
from programme.messages import Message
from storage import outbox
from storage.db import Tx
from storage.leases import LONG
from storage.schema_out import outbox as outbox_table
from tests.delivery.scene import MONDAY, Scene
from tests.story import london

NINE = london(MONDAY)
MANY = LONG + 100
SEVERAL = 8  # at most so many are posted and not settled yet


class KilledError(BaseException):
    """The process is gone before the next line."""


def kill_at(step: str, time: int) -> Callable[[str], None]:
    times = count(1)

    def reached(name: str) -> None:
        if name == step and next(times) == time:
            raise KilledError

    return reached


@dataclass
class Channel:
    """Takes what it is sent, and says of each whether it has it; `first` does something before each post."""

    first: Callable[[Delivery], None] = lambda delivery: None
    askable: bool = True
    taken: list[Delivery] = field(default_factory=list)

    def send(self, delivery: Delivery) -> Receipt:
        self.first(delivery)
        self.taken.append(delivery)
        return Receipt("D1", f"post {delivery.id}")

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        if not self.askable:
            raise CannotAsk
        return next((Receipt("D1", f"post {one.id}") for one in self.taken if one.id == delivery.id), None)

    @property
    def texts(self) -> list[str]:
        return [one.message.text for one in self.taken]


@dataclass
class Run:
    """One process's runs over the scene's queue. Its clock stands still until a test moves it."""

    scene: Scene
    channel: Channel
    now: datetime = NINE
    said: Callable[[outbox.Row], None] = lambda row: None

    def compose(self, tx: Tx, row: outbox.Row, now: datetime) -> Composed:
        self.said(row)
        return Composed(Message(row.key))

    def go(self, reached: Callable[[str], None] = lambda step: None) -> Tally:
        app = self.scene.app
        senders = {"slack": self.channel}
        return Deliverer(app.db, senders, self.compose, app.calendar, lambda: self.now, reached).run()


def say(tx: Tx, key: str, to: str = "slack:T1:U1", kind: str = "notice", seconds: int = 0) -> None:
    due = NINE - timedelta(hours=1) + timedelta(seconds=seconds)
    assert outbox.say(tx, key, kind, to, due_at=due, facts={})


def queue(scene: Scene, kind: str = "notice", many: int = MANY) -> list[str]:
    """So many messages to thirty people; their words, in the order in which they are due."""
    words = [f"say {number}" for number in range(many)]
    with scene.app.db.write() as tx:
        for number, key in enumerate(words):
            say(tx, key, f"slack:T1:U{number % 30}", kind, number)
    return words


def states(scene: Scene) -> dict[str, int]:
    with scene.app.db.read() as tx:
        return outbox.count_by_state(tx)


def in_hand(scene: Scene) -> dict[str, str]:
    return {row.key: row.state for row in scene.rows() if row.state in ("claimed", "sending")}


@pytest.mark.parametrize("kind", ["notice", "reply"])
def test_each_goes_once_in_its_order_and_is_known_by_its_post(either: Scene, kind: str) -> None:
    words, channel = queue(either, kind), Channel()
    assert Run(either, channel).go().sent == MANY
    assert channel.texts == words
    assert states(either) == {"sent": MANY}
    rows = either.rows()
    assert [(row.conversation, row.post) for row in rows] == [("D1", f"post 1-{row.id}") for row in rows]
    assert {(row.attempts, row.doubtful, row.lease_until, row.trouble) for row in rows} == {(0, False, None, "")}
    assert {(row.settled_at, tuple(row.said)) for row in rows} == {(NINE, ("refs", "lines", "at"))}
    assert Run(either, channel).go() == Tally()


@pytest.mark.parametrize("kind", ["notice", "reply"])
def test_each_is_marked_before_its_post_and_few_are_not_settled_yet(scene: Scene, kind: str) -> None:
    queue(scene, kind)
    leased: list[int] = []
    unsettled: list[int] = []

    def look(delivery: Delivery) -> None:
        states = in_hand(scene)
        assert states[delivery.message.text] == "sending"
        leased.append(len(states))
        unsettled.append(sum(state == "sending" for state in states.values()))

    Run(scene, Channel(look)).go()
    assert 1 < max(unsettled) <= SEVERAL
    assert 1 < max(leased) <= LONG


@pytest.mark.parametrize("step", ["claimed", "before the post", "after the post", "before settling", "settled"])
@pytest.mark.parametrize("time", [3, 110])
def test_killed_at_any_step_each_is_said_once(scene: Scene, step: str, time: int) -> None:
    words, channel = queue(scene), Channel()
    with pytest.raises(KilledError):
        Run(scene, channel).go(kill_at(step, time))
    left = in_hand(scene)
    assert len(left) < LONG

    Run(scene, channel).go()  # what the dead process had in hand is left alone, all else goes
    assert in_hand(scene) == left
    assert set(words) - set(channel.texts) <= set(left)

    Run(scene, channel, NINE + timedelta(minutes=6)).go()
    assert sorted(channel.texts) == sorted(words)
    assert states(scene) == {"sent": MANY}
    assert {row.doubtful for row in scene.rows()} == {False}


def test_killed_where_the_channel_cannot_be_asked_what_is_said_twice_is_told(scene: Scene) -> None:
    words, channel = queue(scene), Channel(askable=False)
    with pytest.raises(KilledError):
        Run(scene, channel).go(kill_at("after the post", 110))
    Run(scene, channel, NINE + timedelta(minutes=6)).go()
    assert set(channel.texts) == set(words)
    twice = {text for text in words if channel.texts.count(text) > 1}
    assert 0 < len(twice) <= SEVERAL
    assert {row.key for row in scene.rows() if row.doubtful} == twice


def test_a_message_that_ends_the_process_keeps_none_of_its_batch_back(scene: Scene) -> None:
    words, channel = queue(scene), Channel()

    def fall(row: outbox.Row) -> None:
        if row.key == "say 110":
            raise KilledError

    run = Run(scene, channel, said=fall)
    for _ in range(3):
        with pytest.raises(KilledError):
            run.go()
        run.now += timedelta(minutes=6)
    assert sorted(channel.texts) == sorted(word for word in words if word != "say 110")
    for _ in range(3):
        with pytest.raises(KilledError):
            run.go()
        run.now += timedelta(minutes=6)
    assert run.go().failed == 1


def test_an_answer_and_a_pause_wait_for_no_more_than_a_moments_messages(scene: Scene) -> None:
    queue(scene)

    def post(delivery: Delivery) -> None:
        run.now += timedelta(milliseconds=20)
        if delivery.message.text == "say 100":
            with scene.app.db.write() as tx:
                say(tx, "answer", kind="reply", seconds=MANY)
        if delivery.message.text == "answer":
            scene.pause(True)

    channel = Channel(post)
    run = Run(scene, channel)
    run.go()
    answered = channel.texts.index("answer")
    assert answered - channel.texts.index("say 100") <= 14  # a quarter of a second's
    assert channel.texts[answered:] == ["answer"]
    assert states(scene) == {"sent": len(channel.texts), "due": MANY + 1 - len(channel.texts)}


def test_where_posts_are_slow_one_message_is_leased_at_a_time(scene: Scene) -> None:
    queue(scene, many=LONG + 20)
    leased = []

    def post(delivery: Delivery) -> None:
        run.now += timedelta(milliseconds=300)
        leased.append(len(in_hand(scene)))

    run = Run(scene, Channel(post))
    run.go()
    assert set(leased) == {1}


def test_a_short_queue_is_leased_and_settled_a_message_at_a_time(scene: Scene) -> None:
    queue(scene, many=LONG - 1)
    seen = []
    Run(scene, Channel(lambda delivery: seen.append(in_hand(scene)))).go()
    assert [len(states) for states in seen] == [1] * (LONG - 1)


def test_what_must_rest_is_given_back_in_its_place(scene: Scene) -> None:
    queue(scene)

    def refuse(delivery: Delivery) -> None:
        if delivery.address in ("slack:T1:U7", "slack:T1:U8"):
            raise NotSent("too much", timedelta(minutes=1), "address", asked=False)

    channel = Channel(refuse)
    run = Run(scene, channel)
    before = {row.key: row.due_at for row in scene.rows()}
    tally = run.go()
    left = [row for row in scene.rows() if row.state == "due"]
    assert {row.address for row in left} == {"slack:T1:U7", "slack:T1:U8"}
    assert tally == Tally(sent=MANY - len(left), put_off=2)
    assert {(row.attempts, row.lease, row.lease_until) for row in left} == {(0, None, None)}
    assert {row.key: row.due_at for row in left} == {row.key: before[row.key] for row in left}


def test_of_what_goes_one_at_a_time_a_batch_holds_one_and_nothing_overtakes_it(scene: Scene) -> None:
    with scene.app.db.write() as tx:
        for number in range(MANY):
            say(tx, f"say {number}", f"slack:T1:U{number}", seconds=number)
        for number, (key, kind) in enumerate((("first", "bundle"), ("second", "bundle"), ("third", "notice"))):
            say(tx, key, "slack:T1:U1000", kind, 20 + number)
    channel = Channel()
    held = []

    def look(row: outbox.Row) -> None:
        if row.address == "slack:T1:U1000":
            held.append([one.state for one in scene.rows() if one.address == "slack:T1:U1000"])

    Run(scene, channel, said=look).go()
    assert [text for text in channel.texts if not text.startswith("say")] == ["first", "second", "third"]
    assert held == [["claimed", "due", "due"], ["sent", "claimed", "claimed"], ["sent", "sent", "claimed"]]


def test_what_another_run_has_taken_over_keeps_none_of_the_others_back(scene: Scene) -> None:
    words = queue(scene)
    taken = ""

    def take_over(delivery: Delivery) -> None:
        nonlocal taken
        unsettled = [key for key, state in in_hand(scene).items() if state == "sending"]
        if not taken and len(unsettled) > 3:
            taken = unsettled[1]
            with scene.app.db.write() as tx:
                tx.conn.execute(sa.update(outbox_table).where(outbox_table.c.key == taken).values(lease="another"))

    channel = Channel(take_over)
    assert Run(scene, channel).go().sent == MANY - 1
    assert channel.texts == words
    assert in_hand(scene) == {taken: "sending"}
