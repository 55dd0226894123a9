"""What falls due is found while nobody is kept waiting, and written down only if it still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date
from typing import ClassVar

from bot.app import App
from jobs.plan_ahead import Planned, plan_ahead
from programme.calendar import Calendar
from storage import ledger
from storage.programme import touch
from tests.delivery.scene import MONDAY, Scene
from tests.story import london

NINE = london(MONDAY).astimezone(UTC)


@contextmanager
def found_by(app: App) -> Iterator[Planned]:
    """What falls due, found in a transaction that can only be one for reading while the test writes in another."""
    with app.db.read() as tx:
        planned = plan_ahead(tx, NINE, app.calendar, app.policy, ["slack", "console"])
        assert planned is not None
        yield planned


def test_an_answer_is_written_while_it_is_found_and_it_is_then_found_anew(either: Scene) -> None:
    with found_by(either.app) as planned:
        with either.app.db.write() as tx:
            touch(tx)  # as every answer does
        with either.app.db.write() as tx:
            assert planned.write(tx) is None
    assert either.rows() == []
    either.app.plan(NINE)
    assert len(either.rows("bundle")) == 3


def test_what_two_have_found_is_written_once(either: Scene) -> None:
    with found_by(either.app) as first, found_by(either.app) as second:
        pass
    with either.app.db.write() as tx:
        assert first.write(tx) is not None
    rows = len(either.rows())
    assert rows == 3
    with either.app.db.write() as tx:
        assert second.write(tx) is None
    assert len(either.rows()) == rows


def test_what_is_written_already_is_not_found_again(scene: Scene) -> None:
    scene.app.plan(NINE)
    with scene.app.db.write() as tx:
        touch(tx)
    with found_by(scene.app) as planned:
        assert (planned.rungs, planned.out_of_reach, planned.nobody) == ([], [], [])
    with scene.app.db.write() as tx:
        before = ledger.list_first_planned(tx, planned.plan.until)
        assert planned.write(tx) == 0
        assert ledger.list_first_planned(tx, planned.plan.until) == before


class Busy(Calendar):
    """A calendar that lets a change come in while it is asked."""

    comes: ClassVar[list[Callable[[], None]]] = []

    def on_or_after(self, day: date) -> date:
        if self.comes:
            self.comes.pop()()
        return super().on_or_after(day)


def test_however_busy_it_is_it_is_written_in_the_end(scene: Scene) -> None:
    def change() -> None:
        with scene.app.db.write() as tx:
            touch(tx)

    scene.app.calendar = Busy(scene.app.calendar.bank_holidays)
    for _ in range(5):
        Busy.comes.append(change)
        assert scene.app.plan(NINE) == 0
        assert scene.rows() == []
    assert scene.app.plan(NINE) > 0  # it holds changes back this time
    assert len(scene.rows("bundle")) == 3
    assert scene.app.plan(NINE) == 0
