"""Who is who on a day: holders with dates, what an owner's words mean, and who somebody says they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot import office
from programme.facts import Actor
from programme.messages import UserError
from storage import people
from tests.story import Story, tiny_plan

PLAN = tiny_plan(
    ("P1.1a", "Write it.", "A", "Dec-22"),
    ("P1.1b", "Send it.", "A and friends", "Dec-22"),
    ("P1.2a", "Read it.", "C", "Dec-22"),
)
ANN, BOB = "console:ann", "console:bob"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = Story(tmp_path)
    one.load(PLAN)
    yield one
    one.close()


def hold(story: Story, address: str, role: str = "A", since: str | None = None) -> None:
    with story.app.db.write() as tx:
        office.set_holder(
            tx,
            role,
            address,
            name=None,
            email=None,
            since=date.fromisoformat(since) if since else None,
            today=story.today,
            now=story.now,
            account="tester",
        )


def end(story: Story, address: str, on: str, role: str = "A") -> str:
    with story.app.db.write() as tx:
        return office.end_holder(
            tx, role, address, on=date.fromisoformat(on), today=story.today, now=story.now, account="tester"
        )


def holders(story: Story, day: str, owner: str = "A") -> list[str]:
    with story.app.db.read() as tx:
        directory = people.read_directory(tx, date.fromisoformat(day))
        return [one.address for one in directory.resolve(owner).people]


def find(story: Story, name: str) -> Actor | None:
    with story.app.db.read() as tx:
        directory = people.read_directory(tx, story.today)
        groups = people.list_groups(tx, directory)
        return people.find_actor(tx, name, story.today, directory, groups, people.list_leads(tx, directory))


def mean(story: Story, text: str, *roles: str) -> str:
    with story.app.db.write() as tx:
        return office.set_meaning(tx, text, roles, today=story.today, now=story.now, account="tester")


# Holders and their dates


def test_without_a_date_a_holder_always_has_held_the_role(story: Story) -> None:
    hold(story, ANN)
    assert holders(story, "1999-01-01") == holders(story, "2099-01-01") == [ANN]


def test_a_holder_holds_from_the_day_named(story: Story) -> None:
    hold(story, ANN, since="2022-10-03")
    assert (holders(story, "2022-10-02"), holders(story, "2022-10-03")) == ([], [ANN])


def test_a_holder_who_ends_on_a_day_does_not_hold_on_it(story: Story) -> None:
    hold(story, ANN)
    end(story, ANN, "2022-10-03")
    assert (holders(story, "2022-10-02"), holders(story, "2022-10-03")) == ([ANN], [])


def test_a_leaver_is_not_messaged_from_that_day(story: Story) -> None:
    hold(story, ANN)
    end(story, ANN, "2022-09-06")
    assert [sent.to for sent in story.tick("2022-09-05 09:00")] == ["ann", "office"]
    story.mornings("2022-12-31")
    assert {sent.at.date() for sent in story.to("ann")} == {date(2022, 9, 5)}


def test_several_people_hold_a_role_and_are_listed_in_the_order_they_came(story: Story) -> None:
    hold(story, BOB)
    hold(story, ANN, since="2022-09-01")
    assert holders(story, "2022-09-05") == [BOB, ANN]
    end(story, BOB, "2022-09-05")
    assert holders(story, "2022-09-05") == [ANN]


def test_a_role_may_be_handed_over_and_taken_back(story: Story) -> None:
    hold(story, ANN)
    end(story, ANN, "2022-10-01")
    hold(story, BOB, since="2022-10-01")
    end(story, BOB, "2022-11-01")
    hold(story, ANN, since="2022-11-01")
    found = [holders(story, f"2022-{month}-15") for month in ("09", "10", "11")]
    assert found == [[ANN], [BOB], [ANN]]


def test_the_same_holder_twice_is_one_person(story: Story) -> None:
    hold(story, ANN)
    hold(story, ANN, since="2022-09-01")
    assert holders(story, "2022-09-05") == [ANN]
    with story.app.db.read() as tx:
        assert len(people.list_holdings(tx)) == 1


def test_who_does_not_hold_a_role_cannot_end_it(story: Story) -> None:
    hold(story, ANN)
    with pytest.raises(UserError, match="console:bob does not hold A: see halfterm people list"):
        end(story, BOB, "2022-10-01")


def test_a_role_that_is_not_there_is_answered_with_the_nearest(story: Story) -> None:
    with pytest.raises(UserError, match=r"There is no role “Officer Q”\. Did you mean"):
        hold(story, ANN, role="Officer Q")


def test_a_persons_name_is_kept_when_another_role_is_given_without_one(story: Story) -> None:
    story.give("A", "Ann", address=ANN)
    hold(story, ANN, role="C")
    actor = find(story, ANN)
    assert actor is not None
    assert (actor.label, actor.roles) == ("Ann", ("A", "C"))


# Who somebody is


@pytest.mark.parametrize("name", ["A", "a", " a ", "Officer A", "officer a", "ANN", "ann", ANN, "Console:Ann"])
def test_a_person_is_found_by_role_title_name_or_address_in_any_case(story: Story, name: str) -> None:
    story.give("A", "Ann", address=ANN)
    actor = find(story, name)
    assert actor is not None
    assert (actor.key, actor.label) == (ANN, "Ann")


@pytest.mark.parametrize("name", ["Zoë Müller", "ZOË MÜLLER", "zoë  müller"])
def test_names_are_compared_in_every_alphabet(story: Story, name: str) -> None:
    story.give("A", "Zoë Müller", address=ANN)
    actor = find(story, name)
    assert actor is not None
    assert actor.key == ANN


@pytest.mark.parametrize("name", ["office", "Office", " OFFICE "])
def test_the_office_is_found_by_that_word(story: Story, name: str) -> None:
    assert find(story, name) == Actor("office", "the programme office", office=True)


@pytest.mark.parametrize("name", ["", " ", "nobody", "console:nobody", "slack:T1:U1", "%", "A;B"])
def test_whoever_is_not_known_is_nobody(story: Story, name: str) -> None:
    story.give("A", "Ann", address=ANN)
    assert find(story, name) is None


def test_a_role_that_nobody_holds_acts_as_itself(story: Story) -> None:
    actor = find(story, "c")
    assert actor is not None
    assert (actor.key, actor.label, actor.roles, actor.person) == ("role:C", "C", ("C",), None)


def test_a_name_that_two_people_share_is_neither_of_them(story: Story) -> None:
    story.give("A", "Ann", address=ANN)
    story.give("C", "Ann", address=BOB)
    assert find(story, "Ann") is None


def test_whoever_no_longer_holds_the_role_has_lost_what_went_with_it(story: Story) -> None:
    story.give("A", "Ann", address=ANN)
    end(story, ANN, "2022-09-05")
    actor = find(story, ANN)
    assert actor is not None
    assert actor.roles == ()
    story.refused(ANN, "progress P1.1a it is done")


# What an owner's words mean


def test_an_owner_string_the_table_lacks_is_vacant_until_it_is_explained(story: Story) -> None:
    hold(story, ANN)
    hold(story, BOB, role="C")
    assert holders(story, "2022-09-05", "A and friends") == []
    assert mean(story, "a AND  friends", "a", "Officer C") == "“a AND  friends” means A and C."
    assert holders(story, "2022-09-05", "A and friends") == [ANN, BOB]


def test_an_answer_takes_the_place_of_the_one_before_however_it_is_spelt(story: Story) -> None:
    hold(story, ANN)
    hold(story, BOB, role="C")
    mean(story, "A and friends", "A")
    mean(story, "a and  FRIENDS", "C")
    assert holders(story, "2022-09-05", "A and friends") == [BOB]


def test_nothing_means_a_role_that_is_not_there(story: Story) -> None:
    with pytest.raises(UserError, match="There is no role “Q"):
        mean(story, "A and friends", "Q")
    with pytest.raises(UserError, match="Say which owner string"):
        mean(story, "A and friends")


# Groups


def test_a_group_is_found_by_its_name_in_any_case_or_by_how_it_alone_begins(story: Story) -> None:
    story.group("The Other Board (TOB)")
    with story.app.db.read() as tx:
        directory = people.read_directory(tx, story.today)
        for name in ("the other board (tob)", "THE OTHER BOARD", "tob", "The Oth"):
            assert people.get_group(tx, name, directory).name == "The Other Board (TOB)"
        for name in ("", "  ", "The", "()", "Bored"):
            with pytest.raises(UserError, match="There is no group called"):
                people.get_group(tx, name, directory)


def test_the_whole_name_of_one_group_wins_over_a_part_of_another(story: Story) -> None:
    story.group("Forum")
    story.group("Forum (Young)")
    with story.app.db.read() as tx:
        assert people.get_group(tx, "forum", people.read_directory(tx, story.today)).name == "Forum"


def test_a_new_group_is_added_even_where_another_begins_with_its_name(story: Story) -> None:
    story.group("The")
    with story.app.db.read() as tx:
        groups = people.list_groups(tx, people.read_directory(tx, story.today))
    assert [group.name for group in groups] == ["The Board", "The Forum", "The"]


def test_one_group_is_strategic_at_a_time(story: Story) -> None:
    story.group("The Board", strategic=True)
    story.group("The Forum", strategic=True)
    with story.app.db.read() as tx:
        groups = people.list_groups(tx, people.read_directory(tx, story.today))
    assert [group.name for group in groups if group.strategic] == ["The Forum"]


def test_a_priority_is_held_by_one_group(story: Story) -> None:
    story.group("The Board", holds=["P1.1", "P1.2"])
    story.group("The Forum", holds=["p1.1"])
    with story.app.db.read() as tx:
        groups = people.list_groups(tx, people.read_directory(tx, story.today))
    assert [group.holds for group in groups] == [("P1.2",), ("P1.1",)]


def test_a_meeting_is_there_once_and_in_order(story: Story) -> None:
    story.group("The Board", "2022-11-22 10:00", "2022-10-04 10:00")
    story.group("The Board", "2022-10-04 10:00")
    with story.app.db.read() as tx:
        group = people.get_group(tx, "The Board", people.read_directory(tx, story.today))
    first, second = (meeting.starts_at for meeting in group.meetings)
    assert second - first == timedelta(days=49, hours=1)  # the clocks have gone back between
