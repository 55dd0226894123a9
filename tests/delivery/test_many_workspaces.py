"""Installations and the turn to renew a token, on SQLite and on PostgreSQL, with many at it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from storage.appointments import set_person
from storage.db import Tx
from storage.installations import (
    Installed,
    find_installation,
    join_workspace,
    knows_workspace,
    lease_refresh,
    leave_workspace,
    list_workspaces,
    record_installation,
    record_state,
    relock_tokens,
    remove_installation,
    settle_refresh,
    use_state,
)
from tests.delivery.scene import Scene

AT_ONCE = 6


def at_once(scene: Scene, do: Callable[[Tx, str], bool]) -> int:
    """How many of so many, each in a transaction of its own at the same time, succeed."""
    start, done = threading.Barrier(AT_ONCE), list[bool]()

    def run(name: str) -> None:
        start.wait()
        with scene.app.db.write() as tx:
            done.append(do(tx, name))

    threads = [threading.Thread(target=run, args=(str(number),)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == AT_ONCE
    return sum(done)


def test_one_gets_the_turn_and_one_uses_the_state(either: Scene) -> None:
    now = either.now
    soon = now + timedelta(hours=1)
    one = Installed("T1", "Council", "", "A1", "", "UBOT", "U1", "chat:write", "locked", "locked too", soon, now)
    with either.app.db.write() as tx:
        record_installation(tx, replace(one, token="older"))
        record_installation(tx, one)
        record_state(tx, "a", now)
    assert at_once(either, lambda tx, name: use_state(tx, "a", now)) == 1
    assert at_once(either, lambda tx, name: lease_refresh(tx, "T1", name, now, due_by=soon) is not None) == 1
    later = now + timedelta(hours=12)

    def keep(tx: Tx, name: str) -> bool:
        return settle_refresh(tx, "T1", name, token="new", refresh_token="new too", expires_at=later)

    assert at_once(either, keep) == 1
    with either.app.db.write() as tx:
        renewed = replace(one, token="new", refresh_token="new too", expires_at=later)
        assert find_installation(tx, "T1") == renewed
        assert relock_tokens(tx, str.upper) == (1, [])
    assert at_once(either, lambda tx, name: remove_installation(tx, "T1")) == 1


def test_who_is_part_is_told_the_same_way(either: Scene) -> None:
    with either.app.db.write() as tx:
        set_person(tx, "slack:T12:U1")
        join_workspace(tx, "slack", "T2", name=None, now=either.now, account="tester")
        known = [knows_workspace(tx, "slack", team) for team in ("T12", "T2", "T9", "T_2", "")]
        assert known == [True, True, False, False, False]
        leave_workspace(tx, "slack", "T12", now=either.now, account="tester")
        assert not knows_workspace(tx, "slack", "T12")
        assert {one.external_id: one.left_at for one in list_workspaces(tx)}["T2"] is None
