"""Two runs at once on one database: nobody is written to twice, and the slower one keeps its hands off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier

import pytest

from bot.app import App, run_clock
from jobs.deliver import Tally
from programme.message_json import message_to_dict
from programme.messages import Message
from storage import outbox
from tests.delivery.scene import MONDAY, Scene
from tests.story import london

NINE = london(MONDAY)


def say(app: App, key: str, to: str = "slack:T1:U1") -> bool:
    facts = {"message": message_to_dict(Message(key))}
    with app.db.write() as tx:
        return outbox.say(tx, key, "reply", to, due_at=NINE, facts=facts)


@contextmanager
def another(either: Scene) -> Iterator[App]:
    """A second process's app: its own connections, its own leases."""
    app = App(either.app.settings, senders=either.app.senders)
    try:
        yield app
    finally:
        app.close()


def both(first: Callable[[], Tally], second: Callable[[], Tally]) -> list[Tally]:
    with ThreadPoolExecutor(2) as pool:
        return [run.result(timeout=60) for run in (pool.submit(first), pool.submit(second))]


def once(then: Callable[[], object], step: str) -> Callable[[str], None]:
    """Do something the first time this step is reached."""
    waiting = [then]

    def reached(name: str) -> None:
        if name == step and waiting:
            waiting.pop()()

    return reached


def test_two_runs_share_the_queue_and_send_each_message_once(either: Scene) -> None:
    for n in range(24):
        say(either.app, f"answer {n}", f"slack:T1:U{n % 3 + 1}")
    meet = Barrier(2)
    with another(either) as app:
        tallies = both(
            lambda: either.app.deliver(lambda: NINE, reached=once(lambda: meet.wait(30), "claimed")),
            lambda: app.deliver(lambda: NINE, reached=once(lambda: meet.wait(30), "claimed")),
        )
    assert sorted(post.text for post in either.slack.posts) == sorted(f"answer {n}" for n in range(24))
    assert sum(tally.sent for tally in tallies) == 24
    assert all(tally.sent for tally in tallies)


def test_two_ticks_at_the_same_instant_plan_and_send_once(either: Scene) -> None:
    meet = Barrier(2)
    with another(either) as app:

        def tick(one: App) -> Tally:
            meet.wait(30)
            return one.tick(NINE)[1]

        both(lambda: tick(either.app), lambda: tick(app))
    assert sorted(post.channel for post in either.slack.posts) == ["DU1", "DU2", "DU3"]


def test_a_person_with_two_bundles_due_is_sent_one_by_two_runs(either: Scene) -> None:
    either.tick("2022-09-05 08:00")
    with either.app.db.write() as tx:
        line = next(one for one in outbox.list_lines(tx) if one.address == "slack:T1:U1")
        outbox.say(tx, "another morning's", "bundle", line.address, due_at=NINE, facts=line.facts)
    with another(either) as app:

        def run_beside() -> None:
            app.deliver(run_clock(NINE))
            assert [len(either.posts_to(user)) for user in ("U1", "U2", "U3")] == [0, 1, 1]

        either.app.deliver(run_clock(NINE), reached=once(run_beside, "claimed"))
    assert len(either.posts_to("U1")) == 1
    assert sorted(row.state for row in either.rows() if row.address == "slack:T1:U1") == ["dropped", "sent"]


@pytest.mark.parametrize("step", ["claimed", "after the post", "before settling"])
def test_a_run_that_lost_its_lease_leaves_the_row_to_the_other(either: Scene, step: str) -> None:
    say(either.app, "the answer")
    later = NINE + timedelta(minutes=6)
    instants = [NINE]  # the slow run's clock: it stands, and then six minutes are gone

    with another(either) as app:

        def be_slow() -> None:
            assert app.deliver(lambda: later).sent == 1
            instants.append(later + timedelta(minutes=1))

        tally = either.app.deliver(lambda: instants[-1], reached=once(be_slow, step))
    assert tally == Tally()
    assert [post.text for post in either.slack.posts] == ["the answer"]
    (row,) = either.rows()
    assert row.state == "sent"
    assert row.settled_at == (later if step == "claimed" else NINE)


def test_a_run_whose_lease_ended_takes_the_row_anew_before_it_posts(
    either: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    say(either.app, "the answer")
    instants = [NINE]
    late = NINE + timedelta(minutes=6)
    either.app.deliver(lambda: instants[-1], reached=once(lambda: instants.append(late), "claimed"))
    assert "its lease was lost" in caplog.text
    assert [post.text for post in either.slack.posts] == ["the answer"]
    (row,) = either.rows()
    assert (row.state, row.attempts) == ("sent", 1)


def test_the_same_key_said_twice_is_one_row(either: Scene) -> None:
    assert [say(either.app, "once"), say(either.app, "once")] == [True, False]
    assert len(either.rows()) == 1


def test_the_same_key_said_by_two_at_once_is_one_row(either: Scene) -> None:
    meet = Barrier(2)

    def at_once(app: App) -> list[bool]:
        meet.wait(30)
        return [say(app, f"key {n}") for n in range(10)]

    with another(either) as app, ThreadPoolExecutor(2) as pool:
        first, second = (run.result(60) for run in (pool.submit(at_once, either.app), pool.submit(at_once, app)))
    assert [one + two for one, two in zip(first, second, strict=True)] == [1] * 10
    assert len(either.rows()) == 10
