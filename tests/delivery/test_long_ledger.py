"""A programme of many years: what each change and each bundle asks of the tables, an index finds; nothing reads all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from programme.facts import Rung
from storage import ledger, outbox
from storage.db import Tx
from storage.schema_out import outbox as messages
from tests.delivery.scene import Scene

DAY = date(2022, 9, 6)


@contextmanager
def watched(tx: Tx) -> Iterator[list[str]]:
    """How SQLite goes about every query asked meanwhile: a step of its plan each."""
    steps: list[str] = []
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, sql: str, values: Any, *_context: object) -> None:
        asked.append((sql, values))

    sa.event.listen(tx.conn, "before_cursor_execute", note)
    try:
        yield steps
    finally:
        sa.event.remove(tx.conn, "before_cursor_execute", note)
    for sql, values in asked:
        steps += [row[3] for row in tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()]


def rung(subject: str, *, kind: Any = "timescale", name: str = "due Mar-23", person: int = 2, on: date = DAY) -> Rung:
    return Rung(on, kind, subject, name, person)


# The ledger's lines


def test_only_what_is_not_written_yet_is_found(either: Scene) -> None:
    written = [
        rung("P1.1a"),
        rung("P1.1a", on=DAY + timedelta(days=3)),
        rung("P1.1b", kind="meeting", name="request 2022-10-04"),
        *(rung(f"P9.{number}") for number in range(1200)),
    ]
    new = [
        rung("P1.1b"),
        rung("P1.1a", person=3),
        rung("P1.1a", name="20 before Mar-23"),
        rung("P1.1a", kind="meeting"),
        rung("P1.1a", on=DAY + timedelta(days=4)),
    ]
    with either.app.db.write() as tx:
        ledger.plan(tx, written, either.now)
        assert ledger.list_unwritten(tx, [*new[:2], *written, *new[2:]]) == new
        assert ledger.list_unwritten(tx, written) == []
        assert ledger.list_unwritten(tx, []) == []


def test_a_warning_that_was_sent_is_found_however_far_its_day_has_moved(either: Scene) -> None:
    moved = rung("P1.1a", name="request 2022-11-08", kind="meeting", on=DAY + timedelta(days=40))
    with either.app.db.write() as tx:
        ledger.plan(tx, [replace(moved, on=DAY)], either.now, state="sent")
        assert ledger.list_unwritten(tx, [moved]) == []


def test_what_is_not_written_yet_is_looked_up_by_what_it_is_about(scene: Scene) -> None:
    with scene.app.db.write() as tx:
        ledger.plan(tx, [rung("P1.1a")], scene.now)
        with watched(tx) as steps:
            ledger.list_unwritten(tx, [rung("P1.1a"), rung("P1.1b", kind="meeting")])
            ledger.list_unwritten(tx, [rung("P1.1a", name=f"due on the {day}th") for day in range(11)])
    assert ["kind=? AND subject=? AND rung=?" in step for step in steps] == [True, True, False]
    assert "kind=? AND subject=?" in steps[2]  # of many names, all that are written of it


def test_what_was_said_last_is_looked_up_by_its_kind(scene: Scene) -> None:
    with scene.app.db.write() as tx, watched(tx) as steps:
        assert ledger.list_last(tx, "starting", "sent") == []
        assert ledger.list_last(tx, "overdue", "sent", "failed") == []
    searches = [step for step in steps if "ledger" in step]
    assert len(searches) == 2
    assert all("programme_id=? AND kind=?" in step for step in searches), searches


@pytest.mark.parametrize(
    ("states", "found"),
    [(("sent",), ["sent"]), (("failed",), ["failed"]), (("sent", "failed"), ["failed", "sent"])],
)
def test_what_was_said_last_is_of_the_states_that_are_asked_for(
    either: Scene, states: tuple[ledger.State, ...], found: list[str]
) -> None:
    every: list[ledger.State] = ["planned", "sent", "silenced", "waiting", "failed"]
    with either.app.db.write() as tx:
        for state in every:
            ledger.plan(tx, [rung(state, kind="overdue")], either.now, state=state)
            ledger.plan(tx, [rung(f"starting {state}", kind="starting")], either.now, state=state)
        assert sorted(last.subject for last in ledger.list_last(tx, "overdue", *states)) == found


def test_the_last_chase_of_each_is_found_by_an_index(scene: Scene) -> None:
    with scene.app.db.write() as tx:
        states: list[ledger.State] = ["sent", "failed", "sent", "planned", "silenced"]
        for number, state in enumerate(states):
            at = scene.now + timedelta(hours=number)
            ledger.plan(tx, [rung(f"P9.{number}", kind="overdue")], at, state=state)
        ledger.plan(tx, [rung("P9.9")], scene.now + timedelta(days=1), state="sent")
        with watched(tx) as steps:
            assert ledger.list_chased(tx) == {2: scene.now + timedelta(hours=2)}
    assert [step for step in steps if "ledger" in step] == [
        "SEARCH ledger USING INDEX ix_ledger_chased (programme_id=? AND person_id=?)"
    ]


def test_what_is_known_of_some_actions_is_looked_up_by_what_it_is_about(scene: Scene) -> None:
    with scene.app.db.write() as tx, watched(tx) as steps:
        assert ledger.list_outcomes(tx, ["P1.1a", "P1.1b"]) == []
    (search,) = [step for step in steps if "ledger" in step]
    assert "kind=? AND subject=?" in search


# The bundles that have gone


def send(tx: Tx, key: str, person: int, *, state: str, **when: Any) -> int:
    assert outbox.say(tx, key, "bundle", f"console:{person}", due_at=when["due_at"], facts={"person": person})
    mine = messages.c.key == key
    tx.conn.execute(sa.update(messages).where(mine).values(state=state, **when))
    return int(tx.conn.execute(sa.select(messages.c.id).where(mine)).scalar_one())


def test_bundles_that_went_of_late_or_may_have_gone_are_counted(either: Scene) -> None:
    now, hour = either.now, timedelta(hours=1)
    old, since = now - timedelta(days=15), now - timedelta(days=14)
    with either.app.db.write() as tx:
        send(tx, "old", 1, state="sent", due_at=old, settled_at=old)
        send(tx, "late", 1, state="sent", due_at=old, settled_at=now - hour)
        going = send(tx, "going", 2, state="sending", due_at=now - 2 * hour, lease="a run")
        send(tx, "dropped", 3, state="dropped", due_at=now, settled_at=now)
        send(tx, "waiting", 3, state="due", due_at=now)
        assert sorted(ledger.list_bundles(tx, since)) == [(1, now - hour), (2, now - 2 * hour)]
        assert ledger.list_bundles(tx, since, but=going) == [(1, now - hour)]
        assert ledger.list_bundles(tx, since, person=2) == [(2, now - 2 * hour)]
        assert ledger.list_bundles(tx, since, person=2, but=going) == []


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda tx, since: ledger.list_bundles(tx, since), id="of everybody"),
        pytest.param(lambda tx, since: ledger.list_bundles(tx, since, person=2), id="of one"),
    ],
)
def test_an_index_finds_the_bundles_of_late(scene: Scene, ask: Callable[[Tx, Any], object]) -> None:
    with scene.app.db.read() as tx, watched(tx) as steps:
        ask(tx, scene.now)
    searches = [step for step in steps if "outbox" in step]
    assert any("state=? AND settled_at>?" in step for step in searches), steps
    assert len(searches) == 2
    assert any("USING INDEX ix_outbox_leased" in step for step in searches), steps
