"""Whoever's account in the chat is closed is never written to; what was theirs is passed on, and the office hears."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from jobs.sender import AccountClosed, CannotAsk, Delivery, Receipt
from programme.messages import Request, Where
from storage.appointments import mark_closed
from storage.ledger import list_of
from storage.people import find_person
from tests.stories.council import open_council
from tests.story import Story

TOLD = "The Console account of A (A) is closed, so nothing is sent there. To end it: halfterm people end A console:A"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def close(story: Story, name: str, closed: bool = True) -> bool:
    with story.app.db.write() as tx:
        return mark_closed(tx, f"console:{name}", closed, story.now)


def people(story: Story) -> str:
    with story.app.db.read() as tx:
        return office.list_people(tx, story.today, as_json=False)


def test_what_is_due_of_a_closed_account_is_on_the_offices_list(story: Story) -> None:
    close(story, "A")
    sent = story.mornings("2022-10-31")
    assert [one for one in sent if one.to == "A"] == []
    passed = [one.text for one in sent if one.to == "office" and "Please pass on." in one.text]
    assert any("- A: " in text and "P1.1a" in text for text in passed)
    assert any("P1.1b" in one.text for one in sent if one.to == "C"), "who shares it is asked as before"


def test_the_office_is_told_once_what_to_type(story: Story) -> None:
    close(story, "A")
    story.mornings("2022-10-31")
    told = [one.text for one in story.to("office") if "account of A" in one.text]
    assert len(told) == 1
    assert TOLD in told[0]


def test_what_was_on_its_way_is_dropped(story: Story) -> None:
    story.say("B", "rag P1.1c at-risk no trainer")
    close(story, "D")
    sent = story.mornings("2022-10-05")
    assert [one for one in sent if one.to == "D"] == []
    assert any("P1.1c" in one.text for one in sent if one.to == "office")


def test_the_pack_of_a_chair_whose_account_is_closed_goes_to_the_office(story: Story) -> None:
    story.mornings("2022-09-26")
    close(story, "D")
    sent = story.tick("2022-09-27 09:00")
    assert [one.to for one in sent if one.text.startswith("The Board")] == ["office"]


def test_the_ledger_says_why_nothing_was_sent(story: Story) -> None:
    story.mornings("2022-09-11")
    story.tick("2022-09-12 08:30")  # what is asked for the meeting is planned, and leaves at nine
    with story.app.db.read() as tx:
        person = find_person(tx, "console:A")
        assert person is not None
        planned = [one.id for one in list_of(tx, "P1.1a") if one.state == "planned" and one.rung.person == person.id]
    close(story, "A")
    with story.app.db.read() as tx:
        reasons = [one.reason for one in list_of(tx, "P1.1a") if one.id in planned]
    assert reasons == ["their account is closed"]


def test_an_account_that_is_opened_again_has_everything_back(story: Story) -> None:
    close(story, "A")
    assert "A: A (console:A), account closed" in people(story)
    story.mornings("2022-09-09")
    assert close(story, "A", False)
    assert "account closed" not in people(story)
    sent = story.mornings("2022-10-31")
    assert any("P1.1a" in one.text for one in sent if one.to == "A")


def test_opened_again_before_the_office_heard_of_it_nothing_is_said(story: Story) -> None:
    close(story, "A")
    close(story, "A", False)
    assert [one for one in story.mornings("2022-09-30") if "account of A" in one.text] == []


def test_a_holding_that_was_ended_meanwhile_is_not_spoken_of(story: Story) -> None:
    close(story, "A")
    story.leave("A")
    assert [one for one in story.mornings("2022-09-30") if "account of A" in one.text] == []


def test_the_same_news_twice_changes_nothing(story: Story) -> None:
    assert close(story, "A")
    assert not close(story, "A")
    assert close(story, "A", False)
    assert not close(story, "A", False)
    assert not close(story, "nobody here")


def test_who_speaks_has_an_open_account_whatever_was_heard(story: Story) -> None:
    close(story, "A")
    request = Request("console:A", "progress P1.1a the printer has it", Where("console"))
    reply = story.app.door(lambda: story.now).answer(request)
    assert reply is not None
    assert reply.text.startswith("Progress on P1.1a is noted")
    assert "account closed" not in people(story)


def test_a_closed_account_of_the_office_itself_is_told_to_the_others(story: Story) -> None:
    story.office("console:second")
    close(story, "second")
    sent = story.mornings("2022-09-30")
    assert [one for one in sent if one.to == "second"] == []
    assert any("halfterm people end office console:second" in one.text for one in sent if one.to == "office")
    assert "programme office: console:second, account closed" in people(story)


def test_a_claim_is_not_asked_of_a_closed_account(story: Story) -> None:
    story.office("console:second")
    story.at("2022-09-05 20:00").say("console:new", "iam B")
    close(story, "second")
    assert [one.to for one in story.tick("2022-09-06 09:00") if "says they are B" in one.text] == ["office"]


def test_giving_a_role_to_a_closed_account_says_that_it_is_closed(story: Story) -> None:
    close(story, "A")
    with story.app.db.write() as tx:
        line = office.set_holder(
            tx,
            "B",
            "console:A",
            name=None,
            email=None,
            since=None,
            today=story.today,
            now=story.now,
            account="tester",
        )
    assert line == "console:A holds B. Their account there is closed, so nothing reaches them."


class Closing:
    """A channel where nobody's account is open."""

    def __init__(self) -> None:
        self.tried: list[str] = []

    def send(self, delivery: Delivery) -> Receipt:
        self.tried.append(delivery.address)
        raise AccountClosed("their account is closed")

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        raise CannotAsk


def test_a_message_that_finds_the_account_closed_is_the_last_one(story: Story) -> None:
    channel = Closing()
    story.app.senders["slack"] = channel
    story.give("N", "Nell", address="slack:T1:U7")
    story.means("C", "N")
    sent = story.mornings("2022-10-31")
    assert channel.tried == ["slack:T1:U7"]
    told = [one.text for one in sent if one.to == "office" and "account of Nell" in one.text]
    assert len(told) == 1
    assert "The Slack account of Nell (N) is closed" in told[0]
