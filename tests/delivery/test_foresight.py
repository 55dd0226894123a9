"""What planning remembers spares it reading, and changes nothing: what is planned is what would be planned anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App
from jobs.sender import Ambiguous, Delivery, Receipt
from storage import ledger, planned
from storage.db import Database, DatabaseError, Tx
from storage.schema_out import ledger as lines
from storage.schema_out import outbox
from tests.delivery.scene import MONDAY, Scene
from tests.story import Story, tiny_plan
from tests.year.play import Year, play

LAST = date(2022, 10, 7)
Night = Callable[[Year], None]


def open_again(year: Year) -> App:
    return App(year.app.settings, senders={"console": year}, policy=year.app.policy)


def restart(year: Year) -> None:
    """The process ends; another one knows nothing of it."""
    year.app.close()
    year.app = open_again(year)


def stay(year: Year) -> None:
    """One process all the time."""


def take_turns() -> Night:
    """Two processes, each of which plans every other day, from what it remembers of the day before the last."""
    resting: list[App] = []

    def swap(year: Year) -> None:
        other = resting.pop() if resting else open_again(year)
        resting.append(year.app)
        year.app = other

    return swap


def read_all(app: App) -> list[tuple[Any, ...]]:
    """What was planned and queued and what became of it; not in which order, nor at which number it stands."""
    line = (lines.c[name] for name in ("kind", "subject", "rung", "person_id", "falls_on", "passed_for", "state"))
    with app.db.read() as tx:
        found = [tuple(row) for row in tx.conn.execute(sa.select(*line))]
        found += [tuple(row) for row in tx.conn.execute(sa.select(outbox.c.key, outbox.c.address, outbox.c.state))]
    return sorted(found, key=str)


def play_nights(folder: Path, night: Night) -> list[list[tuple[Any, ...]]]:
    """The first weeks, in which three in four answer; what there was after each day."""
    days: list[list[tuple[Any, ...]]] = []

    def at_night(year: Year) -> None:
        days.append(read_all(year.app))
        night(year)

    play(folder, seed=3, last=LAST, at_night=at_night)
    return days


def test_a_programme_is_planned_alike_by_who_remembers_and_by_who_does_not(tmp_path: Path) -> None:
    nights = {"stays": stay, "restarts": restart, "turns": take_turns()}
    found = {}
    for name, night in nights.items():
        (tmp_path / name).mkdir()
        found[name] = play_nights(tmp_path / name, night)
    assert len(found["stays"][-1]) > 200
    for other in ("restarts", "turns"):
        for ours, theirs in zip(found["stays"], found[other], strict=True):
            assert ours == theirs


# Only what may have something due is read


@contextmanager
def counted(app: App) -> Iterator[list[str]]:
    """The references of the actions that are read meanwhile."""
    refs: list[str] = []

    def note(_conn: Any, _cursor: Any, sql: str, values: Any, *_context: object) -> None:
        if sql.startswith("SELECT action.id") and "action.ref IN" in sql:
            refs.extend(value for value in values if isinstance(value, str) and value.startswith("P"))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield refs
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.fixture
def settled(tmp_path: Path) -> Iterator[Story]:
    """Everybody has had their starting list; today nothing falls due."""
    story = Story(tmp_path)
    story.load(
        tiny_plan(
            ("P1.1a", "Write the charter.", "A", "Dec-22"),
            ("P1.1b", "Run the survey.", "B", "Mar-23"),
            ("P1.2a", "Publish the map.", "C", "Jul-22"),
        )
    )
    for role in "ABC":
        story.give(role)
    story.tick(MONDAY)
    story.mornings("2022-09-09")
    yield story
    story.close()


def test_on_a_day_on_which_nothing_falls_due_no_action_is_read(settled: Story) -> None:
    with counted(settled.app) as read:
        settled.app.plan(settled.at("2022-09-12 09:00").now)
    assert read == []


def test_only_what_was_changed_is_read_again(settled: Story) -> None:
    settled.app.plan(settled.at("2022-09-12 09:00").now)
    settled.say("B", "progress P1.1b the survey is out")
    with counted(settled.app) as read:
        settled.app.plan(settled.at("2022-09-12 11:00").now)
    assert read == ["P1.1b"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda story: story.give("C", "somebody new"), id="a new holder"),
        pytest.param(lambda story: story.leave("C"), id="somebody leaves"),
        pytest.param(lambda story: story.group("The Board", "2022-10-20 10:00", chair="X"), id="a meeting"),
    ],
)
def test_where_anything_else_is_changed_all_are_read_again(settled: Story, change: Callable[[Story], None]) -> None:
    settled.app.plan(settled.at("2022-09-12 09:00").now)
    change(settled)
    with counted(settled.app) as read:
        settled.app.plan(settled.at("2022-09-13 09:00").now)
    assert {*read} == {"P1.1a", "P1.1b", "P1.2a"}


def test_where_the_clock_goes_back_all_are_read_again(settled: Story) -> None:
    settled.app.plan(settled.at("2022-09-13 09:00").now)
    with counted(settled.app) as read:
        settled.app.plan(settled.at("2022-09-12 09:00").now)
    assert {*read} == {"P1.1a", "P1.1b", "P1.2a"}


def test_cover_that_begins_by_the_calendar_is_seen_on_its_day(settled: Story) -> None:
    settled.say("C", "cover C by B from 14 September 2022 to 30 September 2022")
    settled.mornings("2022-09-13")
    with counted(settled.app) as read:
        settled.app.plan(settled.at("2022-09-14 09:00").now)
    assert "P1.2a" in read


# Nothing is forgotten


class Full(Database):
    """A database that can take nothing more: each write fails as it is committed."""

    is_full = True

    @contextmanager
    def write(self) -> Iterator[Tx]:
        with super().write() as tx:
            yield tx
            if self.is_full:
                raise DatabaseError("the disk is full")


def test_what_could_not_be_written_down_is_found_again(settled: Story) -> None:
    settled.mornings("2022-09-16")
    full = settled.app.db = Full(settled.app.settings.database_url, settled.app.settings.key())
    with pytest.raises(DatabaseError):
        settled.app.plan(settled.at("2022-09-20 09:00").now)
    full.is_full = False
    assert settled.app.plan(settled.at("2022-09-20 09:01").now) > 0
    assert [one for one in settled.tick() if one.to == "C" and "P1.2a" in one.text]


def test_a_chase_that_was_not_said_comes_again(settled: Story) -> None:
    settled.mornings("2022-09-16")
    settled.app.plan(settled.at("2022-09-20 09:00").now)
    with settled.app.db.write() as tx:
        (chase,) = [line for line in ledger.list_of(tx, "P1.2a") if line.rung.kind == "overdue"]
        ledger.settle(tx, [chase.id], "silenced", "for once", settled.now)
    settled.mornings("2022-09-21")
    assert [one for one in settled.sent if one.to == "C" and one.at == settled.now and "P1.2a" in one.text]


def test_of_another_history_nothing_is_remembered(scene: Scene) -> None:
    scene.at(MONDAY).say("slack:T1:U2", "progress P1.1b the survey is out")
    with scene.app.db.read() as tx:
        now = planned.get_standing(tx)
        assert planned.find_changed(tx, now, now) == set()
        assert planned.find_changed(tx, replace(now, mac="another"), now) is None
        assert planned.find_changed(tx, replace(now, rows=now.rows + 5, revision=now.revision + 5), now) is None


# What is under way while everything is read anew


class Doubted(Story):
    """A channel that takes a message without an answer, and can be asked whether it has arrived."""

    loses = False

    def send(self, delivery: Delivery) -> Receipt:
        receipt = super().send(delivery)
        if self.loses:
            raise Ambiguous("no answer")
        return receipt

    def find_sent(self, delivery: Delivery) -> Receipt:
        return Receipt("console", delivery.id)

    def tell(
        self, first: str, last: str, *, starts: str = "", loses: str = "", down: tuple[str, str] = ("", "")
    ) -> None:
        """Every morning; on one somebody's message gets no answer, and then the service is down for some days."""
        day = date.fromisoformat(first)
        while str(day) <= last:
            if not down[0] < str(day) < down[1]:
                if str(day) == down[1]:
                    self.app.close()
                    self.app = App(self.app.settings, senders={"console": self})
                if str(day) == starts:
                    self.at(f"{day} 08:00").give("A")
                self.loses = str(day) == loses
                self.tick(f"{day} 09:00")
            day = self.app.calendar.add_working_days(day, 1)


def lines_of(story: Story, ref: str) -> list[tuple[str, str, str]]:
    with story.app.db.read() as tx:
        found = ledger.list_of(tx, ref)
    return [(line.rung.kind, line.rung.passed_for, f"{line.rung.on}") for line in found if line.state == "sent"]


def test_a_chase_that_was_said_but_not_settled_does_not_put_off_the_next(tmp_path: Path) -> None:
    story = Doubted(tmp_path)
    story.load(tiny_plan(("P1.1a", "Write the charter.", "A", "Sep-22")))
    story.give("A")
    story.tell("2022-09-05", "2022-11-01", loses="2022-10-17", down=("2022-10-17", "2022-10-25"))
    assert [on for kind, _, on in lines_of(story, "P1.1a") if kind == "overdue"][-2:] == ["2022-10-17", "2022-10-31"]
    story.close()


def test_what_somebody_had_who_left_before_that_was_known_is_passed_on_anew(tmp_path: Path) -> None:
    story = Doubted(tmp_path)
    story.load(tiny_plan(("P1.1a", "Write the charter.", "A", "Mar-23")))
    story.tell("2022-09-05", "2022-09-16", starts="2022-09-16", loses="2022-09-16")
    story.at("2022-09-20 12:00").leave("A")
    story.tell("2022-09-21", "2022-09-30", down=("", "2022-09-21"))
    assert lines_of(story, "P1.1a") == [
        ("starting", "A", "2022-09-05"),
        ("starting", "", "2022-09-16"),
        ("starting", "A", "2022-09-22"),
    ]
    story.close()
