"""Claims and closed accounts as they are stored."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from programme.facts import Role
from programme.messages import UserError
from storage.appointments import mark_closed, set_person
from storage.claims import MOST, find_claim, list_open_claims, make_claim, settle_claim
from storage.db import Database
from storage.people import find_person, list_office
from tests.storage.conftest import NOW

ME = "slack:T1:U1"


def test_a_claim_is_kept_until_it_is_settled(db: Database) -> None:
    with db.write() as tx:
        made = make_claim(tx, ME, "Robin", Role("BIA"), NOW, "tester")
        assert made is not None
        assert list_open_claims(tx) == [made]
        settle_claim(tx, made, "declined", by="office", why="somebody else is", now=NOW, account="tester")
    with db.read() as tx:
        found = find_claim(tx, made.number)
        assert list_open_claims(tx) == []
        assert find_claim(tx, made.number + 1) is None
    assert found is not None
    assert (found.who, found.state, found.settled_by) == ("Robin (slack:T1:U1)", "declined", "office")


def test_the_same_claim_made_twice_at_once_is_one(db: Database) -> None:
    made = []

    def ask() -> None:
        with db.write() as tx:
            made.append(make_claim(tx, ME, "", Role("BIA"), NOW, "tester"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(one is not None for one in made) == 1
    with db.read() as tx:
        assert len(list_open_claims(tx)) == 1


def test_a_person_may_make_so_many_claims_and_more_when_a_week_has_gone(db: Database) -> None:
    with db.write() as tx:
        for number in range(MOST):
            one = make_claim(tx, ME, "", Role(f"R{number}"), NOW, "tester")
            assert one is not None
            settle_claim(tx, one, "declined", by="office", why="", now=NOW, account="tester")
        with pytest.raises(UserError, match="already"):
            make_claim(tx, ME, "", Role("BIA"), NOW + timedelta(days=6), "tester")
        assert make_claim(tx, "slack:T1:U2", "", Role("BIA"), NOW, "tester") is not None
        assert make_claim(tx, ME, "", Role("BIA"), NOW + timedelta(days=7), "tester") is not None


def test_whoever_has_closed_their_account_is_known_and_of_no_office(db: Database) -> None:
    with db.write() as tx:
        set_person(tx, ME, office=True)
        assert mark_closed(tx, ME, True, NOW)
        found = find_person(tx, ME)
        assert found is not None
        assert (found.closed, list_office(tx)) == (True, [])
        assert mark_closed(tx, ME, False, NOW)
        assert [one.address for one in list_office(tx)] == [ME]
