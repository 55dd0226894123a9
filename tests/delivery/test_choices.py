"""What somebody has chosen holds for what is queued, on each database, at each of their addresses."""

from __future__ import annotations

from bot.roll import Holding, load_roll
from storage.appointments import mark_closed
from storage.choices import add_address, choose_address, choose_hour, choose_rhythm, remove_address
from storage.installations import knows_workspace, leave_workspace, list_workspaces
from storage.people import find_person, label_of, read_directory
from storage.renewals import open_home
from tests.delivery.scene import Scene

OTHER = "slack:T2:U9"
CONSOLE = "console:a"


def also(scene: Scene, address: str) -> int:
    """Let an address be another one of A's; whose it is."""
    with scene.app.db.write() as tx:
        one = find_person(tx, "slack:T1:U1")
        assert one is not None
        add_address(tx, one, address, scene.now, account="tester")
        return one.id


def choose(scene: Scene, address: str) -> None:
    with scene.app.db.write() as tx:
        one = find_person(tx, "slack:T1:U1")
        assert one is not None
        choose_address(tx, one, address, scene.now, account="tester")


def test_what_waits_follows_the_choice(either: Scene) -> None:
    also(either, CONSOLE)
    either.app.plan(either.now)
    (row,) = [row for row in either.rows("bundle") if row.address == "slack:T1:U1"]
    choose(either, CONSOLE)
    (moved,) = [one for one in either.rows("bundle") if one.id == row.id]
    assert (moved.address, moved.scheme, moved.key) == (CONSOLE, "console", row.key)
    assert [one.to for one in either.tick("2022-09-05 09:00")] == ["a"]
    assert either.posts_to("U1") == []
    assert either.posts_to("U2") != []


def test_what_is_said_of_somebody_has_their_name_at_each_address(either: Scene) -> None:
    also(either, CONSOLE)
    with either.app.db.read() as tx:
        assert label_of(tx, CONSOLE, either.today) == label_of(tx, "slack:T1:U1", either.today) == "A"
        assert label_of(tx, "console:nobody", either.today) == "console:nobody"


def test_the_hour_moves_a_bundle_that_waits_and_none_that_was_put_off(either: Scene) -> None:
    either.app.plan(either.now)
    with either.app.db.write() as tx:
        for address in ("slack:T1:U1", "slack:T1:U2"):
            one = find_person(tx, address)
            assert one is not None
            choose_hour(tx, one, 14, either.app.calendar, either.now, account="tester")
            choose_rhythm(tx, one, "weekly", either.now, account="tester")
    assert either.tick("2022-09-05 13:59") == []
    assert (either.posts_to("U1"), either.posts_to("U2")) == ([], [])
    either.tick("2022-09-05 14:00")
    assert len(either.posts_to("U1")) == len(either.posts_to("U2")) == 1
    with either.app.db.read() as tx:
        (held,) = read_directory(tx, either.today).resolve("A").people
    assert (held.hour, held.rhythm, held.reached_at) == (14, "weekly", "slack:T1:U1")


def test_a_workspace_is_known_by_any_address_and_leaves_with_those_who_are_written_to_there(either: Scene) -> None:
    also(either, OTHER)
    with either.app.db.read() as tx:
        assert knows_workspace(tx, "slack", "T2")
        assert {one.external_id: one.people for one in list_workspaces(tx)} == {"T1": 3, "T2": 1}
    with either.app.db.write() as tx:
        assert leave_workspace(tx, "slack", "T2", now=either.now, account="tester") == 0
        assert read_directory(tx, either.today).resolve("A").people != ()
    choose(either, OTHER)
    with either.app.db.read() as tx:
        assert read_directory(tx, either.today).resolve("A").people == ()
    choose(either, "slack:T1:U1")
    with either.app.db.read() as tx:
        assert read_directory(tx, either.today).resolve("A").people != ()


def test_a_home_opened_at_another_address_is_kept_true(either: Scene) -> None:
    also(either, OTHER)
    with either.app.db.write() as tx:
        open_home(tx, OTHER, 1, either.now)
    either.tick("2022-09-05 09:00")
    before = len(either.rows("home"))
    either.say(OTHER, "progress P1.1a it is at the printer")
    assert [row.address for row in either.rows("home")][before:] == [OTHER]


def test_an_account_is_closed_and_open_where_its_person_is_written_to(either: Scene) -> None:
    also(either, CONSOLE)
    with either.app.db.write() as tx:
        assert not mark_closed(tx, CONSOLE, True, either.now)
        assert mark_closed(tx, "slack:T1:U1", True, either.now)
    choose(either, CONSOLE)
    with either.app.db.read() as tx:
        one = find_person(tx, "slack:T1:U1")
        assert one is not None
        assert (one.closed, one.scheme) == (False, "console")
    with either.app.db.write() as tx:
        remove_address(tx, one, CONSOLE, either.now, account="tester")
        assert find_person(tx, CONSOLE) is None
        left = find_person(tx, "slack:T1:U1")
        assert left is not None
        assert left.reached_at == "slack:T1:U1"


def test_a_list_of_holders_knows_somebody_by_each_of_their_addresses(either: Scene) -> None:
    either.give("D", address="mail:d@example.org")
    with either.app.db.write() as tx:
        one = find_person(tx, "mail:d@example.org")
        assert one is not None
        add_address(tx, one, OTHER, either.now, account="tester")
    lines = [Holding(2, "D", "d@example.org", "", since, OTHER, True) for since in (None, either.today)]
    for line, (held, done) in zip(lines, ((1, 0), (0, 1)), strict=True):
        found = load_roll(
            either.app.db, [line], [], today=either.today, now=either.now, account="tester", dry_run=False
        )
        assert (len(found.held), len(found.set)) == (held, done)
        with either.app.db.read() as tx:
            held_by = read_directory(tx, either.today).resolve("D").people
        assert [person.address for person in held_by] == ["mail:d@example.org"]
