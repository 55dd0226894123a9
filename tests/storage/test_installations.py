"""What is kept of installations and workspaces: locked, used once, leased, and known or not."""

from __future__ import annotations

import base64
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from programme.messages import UserError
from storage.appointments import set_person
from storage.db import Database
from storage.installations import (
    LEASE,
    STATE_LIVES,
    Installed,
    find_installation,
    find_standing,
    join_workspace,
    knows_workspace,
    lease_refresh,
    leave_workspace,
    list_installations,
    list_workspaces,
    record_installation,
    record_state,
    release_refresh,
    relock_tokens,
    remove_installation,
    settle_refresh,
    use_state,
)
from storage.people import get_people_revision
from storage.vault import UnknownKey, Vault
from tests.storage.conftest import KEY, NOW

ONE, TWO = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))
SOON = NOW + timedelta(hours=1)
T1 = Installed("T1", "Council", "", "A1", "", "UBOT", "U1", "chat:write", "locked", "locked too", SOON, NOW)


def keep(db: Database, installed: Installed = T1) -> None:
    with db.write() as tx:
        record_installation(tx, installed)


def found(db: Database, team: str = "T1") -> Installed | None:
    with db.read() as tx:
        return find_installation(tx, team)


# Locking


def test_what_is_locked_opens_with_the_same_keys_and_shows_nothing() -> None:
    locked = Vault([ONE], KEY).lock("xoxb-1", NOW)
    assert "xoxb" not in locked
    assert b"xoxb" not in base64.urlsafe_b64decode(locked)
    assert Vault([ONE], KEY).unlock(locked) == "xoxb-1"


def test_the_newest_key_locks_and_any_older_one_unlocks() -> None:
    locked = Vault([ONE], KEY).lock("xoxb-1", NOW)
    assert Vault([TWO, ONE], KEY).unlock(locked) == "xoxb-1"
    renewed = Vault([TWO, ONE], KEY).relock(locked)
    assert Vault([TWO], KEY).unlock(renewed) == "xoxb-1"


def test_without_a_key_of_its_own_it_locks_with_one_derived_from_the_signing_key() -> None:
    locked = Vault([], KEY).lock("xoxb-1", NOW)
    assert Vault([ONE], KEY).unlock(locked) == "xoxb-1"  # so a first key may be made later
    with pytest.raises(UnknownKey):
        Vault([ONE], b"another signing key").unlock(locked)
    assert KEY.decode() not in locked


@pytest.mark.parametrize("spoilt", ["", "plain text", "é"])
def test_what_was_never_locked_is_told_from_what_was(spoilt: str) -> None:
    for use in (Vault([ONE], KEY).unlock, Vault([ONE], KEY).relock):
        with pytest.raises(UnknownKey):
            use(spoilt)


def test_what_was_changed_since_does_not_open() -> None:
    locked = Vault([ONE], KEY).lock("xoxb-1", NOW)
    changed = locked[:40] + ("A" if locked[40] != "A" else "B") + locked[41:]
    with pytest.raises(UnknownKey):
        Vault([ONE], KEY).unlock(changed)


# Installations


def test_an_installation_takes_the_place_of_the_earlier_one_there(db: Database) -> None:
    keep(db)
    keep(db, replace(T1, team_id="T2"))
    keep(db, replace(T1, token="newer", trouble=""))
    with db.read() as tx:
        assert [(one.team_id, one.token) for one in list_installations(tx)] == [("T1", "newer"), ("T2", "locked")]
    assert found(db) == replace(T1, token="newer")


def test_an_installation_that_is_removed_is_gone_and_the_others_are_not(db: Database) -> None:
    keep(db)
    keep(db, replace(T1, team_id="T2"))
    with db.write() as tx:
        assert remove_installation(tx, "T1")
        assert not remove_installation(tx, "T1")
    assert found(db) is None
    assert found(db, "T2") is not None


def test_installing_and_removing_change_what_was_read_of_people(db: Database) -> None:
    def revision() -> int:
        with db.read() as tx:
            return get_people_revision(tx)

    seen = [revision()]
    keep(db)
    seen.append(revision())
    with db.write() as tx:
        remove_installation(tx, "T1")
    seen.append(revision())
    assert seen == sorted(set(seen))


def lease(db: Database, name: str, after: timedelta = timedelta(), due_by: timedelta = timedelta(hours=2)) -> bool:
    with db.write() as tx:
        return lease_refresh(tx, "T1", name, NOW + after, due_by=NOW + due_by) is not None


def test_one_at_a_time_renews_a_token_that_ends_soon(db: Database) -> None:
    keep(db)
    assert not lease(db, "early", due_by=timedelta(minutes=59))
    assert lease(db, "a")
    assert not lease(db, "b")
    assert not lease(db, "b", after=LEASE - timedelta(seconds=1))
    assert lease(db, "b", after=LEASE)  # whoever had it is gone
    with db.write() as tx:
        assert not settle_refresh(tx, "T1", "a", token="a's", refresh_token="x", expires_at=NOW)
        assert settle_refresh(tx, "T1", "b", token="b's", refresh_token="y", expires_at=NOW + timedelta(hours=12))
    assert found(db) == replace(T1, token="b's", refresh_token="y", expires_at=NOW + timedelta(hours=12))
    assert not lease(db, "c")  # it ends late enough now


def test_of_many_that_come_at_once_one_gets_the_turn(db: Database) -> None:
    keep(db)
    start, won = threading.Barrier(5), []

    def run(name: str) -> None:
        start.wait()
        if lease(db, name):
            won.append(name)

    threads = [threading.Thread(target=run, args=(str(number),)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_token_that_never_ends_or_is_past_renewing_is_left_alone(db: Database) -> None:
    for one in (replace(T1, expires_at=None), replace(T1, refresh_token=None), replace(T1, trouble="lost")):
        keep(db, one)
        assert not lease(db, "a")


def test_a_turn_given_back_may_be_taken_again_unless_there_is_trouble(db: Database) -> None:
    keep(db)
    assert lease(db, "a")
    with db.write() as tx:
        assert release_refresh(tx, "T1", "a")
    assert lease(db, "b")
    with db.write() as tx:
        assert not release_refresh(tx, "T1", "a", trouble="lost")
        assert release_refresh(tx, "T1", "b", trouble="lost")
    assert found(db) == replace(T1, trouble="lost")
    assert not lease(db, "c")


def test_installing_again_takes_the_turn_from_whoever_renews(db: Database) -> None:
    keep(db)
    assert lease(db, "a")
    keep(db, replace(T1, token="fresh"))
    with db.write() as tx:
        assert not settle_refresh(tx, "T1", "a", token="stale", refresh_token=None, expires_at=None)
    assert found(db) == replace(T1, token="fresh")


def test_every_token_is_locked_anew_and_one_that_cannot_be_is_named_and_left(db: Database) -> None:
    keep(db)
    keep(db, replace(T1, team_id="T2", refresh_token=None))
    keep(db, replace(T1, team_id="T3", refresh_token="odd"))
    with db.write() as tx:
        assert relock_tokens(tx, lambda locked: None if locked == "odd" else f"{locked} anew") == (2, ["T3"])
    assert found(db) == replace(T1, token="locked anew", refresh_token="locked too anew")
    assert found(db, "T2") == replace(T1, team_id="T2", token="locked anew", refresh_token=None)
    assert found(db, "T3") == replace(T1, team_id="T3", refresh_token="odd")


# States


def use(db: Database, state: str, after: timedelta = timedelta()) -> bool:
    with db.write() as tx:
        return use_state(tx, state, NOW + after)


def issue(db: Database, state: str, after: timedelta = timedelta()) -> None:
    with db.write() as tx:
        record_state(tx, state, NOW + after)


def test_a_state_is_good_once_and_for_ten_minutes(db: Database) -> None:
    for state in ("a", "b", "c"):
        issue(db, state)
    assert use(db, "a")
    assert not use(db, "a")
    assert use(db, "b", after=STATE_LIVES - timedelta(seconds=1))
    assert not use(db, "c", after=STATE_LIVES)
    assert not use(db, "foreign")


def test_of_too_many_states_the_oldest_are_forgotten(db: Database) -> None:
    with db.write() as tx:
        for number in range(1_002):
            record_state(tx, f"state {number}", NOW)
    with db.read() as tx:
        assert tx.conn.exec_driver_sql("SELECT count(*) FROM oauth_state").scalar() == 1_000
    assert [use(db, f"state {number}") for number in (0, 1, 2, 1_001)] == [False, False, True, True]


def test_of_two_who_come_with_one_state_at_once_one_gets_in(db: Database) -> None:
    issue(db, "a")
    start, got = threading.Barrier(4), []

    def run() -> None:
        start.wait()
        got.append(use(db, "a"))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, False, False, True]


def test_only_the_hash_of_a_state_is_kept_and_that_not_for_long(db: Database, tmp_path: Path) -> None:
    issue(db, "a-state-of-many-letters")
    issue(db, "another", after=STATE_LIVES)
    with db.read() as tx:
        rows = tx.conn.exec_driver_sql("SELECT hash FROM oauth_state").all()
    assert len(rows) == 1
    assert all(b"a-state-of-many-letters" not in file.read_bytes() for file in tmp_path.iterdir())


# Workspaces


def test_a_workspace_is_known_by_joining_or_by_somebodys_address(db: Database) -> None:
    def known(*teams: str) -> list[bool]:
        with db.read() as tx:
            return [knows_workspace(tx, "slack", team) for team in teams]

    assert known("T1", "T2", "T12") == [False, False, False]
    with db.write() as tx:
        set_person(tx, "slack:T12:U1")
        set_person(tx, "mail:slack:T2:@example.org")
        join_workspace(tx, "slack", "T2", name="The forum", now=NOW, account="tester")
    assert known("T1", "T2", "T12", "", "T%", "T_2") == [False, True, True, False, False, False]
    with db.read() as tx:
        assert not knows_workspace(tx, "teams", "T12")


def test_a_workspace_that_left_is_not_known_whoever_has_an_address_there(db: Database) -> None:
    with db.write() as tx:
        set_person(tx, "slack:T1:U1")
        set_person(tx, "slack:T1:U2")
        assert leave_workspace(tx, "slack", "T1", now=NOW, account="tester") == 2
        assert find_standing(tx, "slack", "T1") is False
        assert find_standing(tx, "slack", "T2") is None
        join_workspace(tx, "slack", "T1", name=None, now=NOW, account="tester")
        assert knows_workspace(tx, "slack", "T1")


def test_who_never_joined_cannot_leave(db: Database) -> None:
    with (
        pytest.raises(UserError, match="T9 is not part of the programme: see halfterm workspaces list"),
        db.write() as tx,
    ):
        leave_workspace(tx, "slack", "T9", now=NOW, account="tester")


def test_the_list_has_everything_that_is_said_of_a_workspace(db: Database) -> None:
    keep(db, replace(T1, trouble="lost"))
    keep(db, replace(T1, team_id="T9", team_name="Elsewhere"))
    with db.write() as tx:
        set_person(tx, "slack:T1:U1")
        set_person(tx, "slack:T3:U1")
        set_person(tx, "console:office")
        join_workspace(tx, "slack", "T2", name="The forum", now=NOW, account="tester")
        leave_workspace(tx, "slack", "T3", now=NOW, account="tester")
        listed = [
            (one.external_id, one.name, one.people, one.joined, one.left_at, one.installed, one.trouble)
            for one in list_workspaces(tx)
        ]
    assert listed == [
        ("T1", "Council", 1, False, None, True, "lost"),
        ("T2", "The forum", 0, True, None, False, ""),
        ("T3", "", 1, False, NOW, False, ""),
        ("T9", "Elsewhere", 0, False, None, True, ""),
    ]


def test_two_programmes_of_one_database_know_workspaces_of_their_own(db: Database) -> None:
    with db.write() as tx:
        tx.conn.exec_driver_sql("INSERT INTO programme (id, name) VALUES (2, 'other')")
        join_workspace(tx, "slack", "T1", name=None, now=NOW, account="tester")
    other = Database(db.url, KEY, programme=2)
    with other.write() as tx:
        assert not knows_workspace(tx, "slack", "T1")
        join_workspace(tx, "slack", "T1", name=None, now=NOW, account="tester")
        leave_workspace(tx, "slack", "T1", now=NOW, account="tester")
    other.close()
    with db.read() as tx:
        assert knows_workspace(tx, "slack", "T1")
