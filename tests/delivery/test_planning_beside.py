"""Planning beside those who answer: what they change is found anew, all else is written; and they go first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from functools import partial
from threading import Thread

from jobs.plan_ahead import plan_ahead
from tests.delivery.scene import MONDAY, Scene
from tests.story import london

NINE = london(MONDAY).astimezone(UTC)
ALL = ["P1.1a", "P1.1b", "P1.2a"]


def write_after(scene: Scene, change: Callable[[], object]) -> int | None:
    """Write down what was found just before a change; what the writing says of it."""
    with scene.app.db.read() as tx:
        found = plan_ahead(tx, NINE, scene.app.calendar, scene.app.policy, ["slack", "console"], give_way=change)
    assert found is not None
    with scene.app.db.write() as tx:
        return found.write(tx)


def planned(scene: Scene) -> list[str]:
    return [ref for ref in ALL if scene.ledger_of(ref)]


def test_what_is_about_an_action_that_was_answered_meanwhile_is_left_for_the_next_time(either: Scene) -> None:
    either.at(MONDAY)
    assert write_after(either, lambda: either.ask("slack:T1:U2", "P1.1b on-track the survey is out")) is not None
    assert planned(either) == ["P1.1a", "P1.2a"]
    assert sorted(row.address for row in either.rows("bundle")) == ["slack:T1:U1", "slack:T1:U3"]
    either.app.plan(NINE)
    assert planned(either) == ALL
    assert len(either.rows("bundle")) == 3
    rows = len(either.rows())
    assert (either.app.plan(NINE), len(either.rows())) == (0, rows)


def test_nobody_is_reminded_of_what_was_done_while_it_was_found(either: Scene) -> None:
    either.at(MONDAY)
    write_after(either, lambda: either.ask("slack:T1:U2", "done P1.1b https://example.org/survey"))
    either.app.plan(NINE)
    either.app.plan(NINE)
    assert planned(either) == ["P1.1a", "P1.2a"]


def test_where_somebody_left_a_role_meanwhile_nothing_is_written_and_all_is_found_anew(either: Scene) -> None:
    either.at(MONDAY)
    assert write_after(either, lambda: either.take("B", "slack:T1:U2")) is None
    assert either.rows() == []
    either.app.plan(NINE)
    assert sorted(row.address for row in either.rows("bundle")) == ["console:office", "slack:T1:U1", "slack:T1:U3"]


def test_however_often_one_action_is_answered_all_others_are_planned_at_once(scene: Scene) -> None:
    scene.at(MONDAY)
    for answer in ("P1.1b on-track", "P1.1b at-risk the printer is late", "P1.1b it has come"):
        assert write_after(scene, partial(scene.ask, "slack:T1:U2", answer)) is not None
    assert planned(scene) == ["P1.1a", "P1.2a"]


def test_a_long_read_lets_whoever_writes_finish(scene: Scene) -> None:
    order: list[str] = []

    def read() -> None:
        scene.app.db.give_way(at_most=60)
        order.append("read")

    reader = Thread(target=read)
    with scene.app.db.write():
        reader.start()
        reader.join(timeout=0.2)
        order.append("written")
    reader.join(timeout=60)
    assert order == ["written", "read"]


def test_a_long_read_goes_on_beside_one_that_writes_for_long(scene: Scene) -> None:
    with scene.app.db.write():
        scene.app.db.give_way(at_most=0.01)
    scene.app.db.give_way(at_most=60)  # nobody writes: it does not wait


def test_a_write_that_failed_keeps_no_read_waiting(scene: Scene) -> None:
    try:
        with scene.app.db.write():
            raise LookupError
    except LookupError:
        pass
    reader = Thread(target=scene.app.db.give_way, args=(60,), daemon=True)
    reader.start()
    reader.join(timeout=10)
    assert not reader.is_alive()
