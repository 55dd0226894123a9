"""What had nothing left to say when it was to leave is said after all, once it is worth saying again; never twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.deliver import Ambiguous, CannotAsk, Delivery, Receipt
from storage.appointments import mark_closed
from tests.stories.council import open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return open_council(tmp_path)


def had(story: Story, words: str, *names: str) -> list[tuple[str, str]]:
    """Who had a message with these words, and when, as `("D", "09-27")`; only these people where named."""
    return [(one.to, f"{one.at:%m-%d}") for one in story.sent if words in one.text and one.to in (names or one.to)]


def packs(story: Story) -> list[tuple[str, str]]:
    return had(story, "The Board: digest for the meeting on")


def mornings_after(story: Story) -> list[tuple[str, str]]:
    return had(story, "The Board meets today: what has moved since the pack")


def asked(story: Story) -> list[tuple[str, str]]:
    return had(story, "for the meeting on 4 October 2022.", "A", "B", "C")


# The digest for a chair


@pytest.mark.parametrize(
    ("away", "back"),
    [
        pytest.param("cancel The Board 4 October", "add The Board 4 October 10:00", id="cancelled and set again"),
        pytest.param("move The Board 4 October to 6 October", "move The Board 6 October to 4 October", id="moved"),
    ],
)
def test_the_chair_of_a_meeting_that_is_held_after_all_has_its_digest(story: Story, away: str, back: str) -> None:
    story.mornings("2022-09-26")
    story.tick("2022-09-26 18:00")
    story.at("2022-09-27 08:50").say("D", f"meetings {away}")
    story.tick("2022-09-27 09:00")
    story.at("2022-09-27 09:10").say("D", f"meetings {back}")
    story.tick()
    story.mornings("2022-10-04")
    assert (packs(story), mornings_after(story)) == ([("D", "09-27")], [("D", "10-04")])


def test_a_chair_who_was_away_on_the_day_it_left_has_the_digest_when_they_are_back(story: Story) -> None:
    story.give("PM")
    story.mornings("2022-09-26")
    story.tick("2022-09-26 18:00")
    story.at("2022-09-26 18:30").say("D", "cover D by PM from 27 September to 27 September")
    story.mornings("2022-10-04")
    assert packs(story) == [("PM", "09-27"), ("D", "09-28")]
    assert mornings_after(story) == [("D", "10-04")]


def test_a_digest_that_has_gone_does_not_go_again_with_a_meeting_that_was_set_again(story: Story) -> None:
    story.mornings("2022-09-27")
    story.at("2022-09-27 10:00").say("D", "meetings cancel The Board 4 October")
    story.mornings("2022-09-28")
    story.at("2022-09-28 10:00").say("D", "meetings add The Board 4 October 10:00")
    story.mornings("2022-10-04")
    assert packs(story) == [("D", "09-27")]


class Silent:
    """A channel that takes a message and never answers, nor can be asked."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send(self, delivery: Delivery) -> Receipt:
        self.taken.append(delivery.message.text)
        raise Ambiguous("no answer")

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        raise CannotAsk


def test_a_digest_that_may_have_arrived_does_not_go_again_with_a_meeting_that_was_set_again(story: Story) -> None:
    story.mornings("2022-09-26")
    channel = story.app.senders["console"] = Silent()
    story.tick("2022-09-27 09:00")
    assert any("The Board: digest" in text for text in channel.taken)
    story.app.senders["console"] = story
    story.at("2022-09-27 09:01").say("D", "meetings cancel The Board 4 October")
    story.tick("2022-09-27 09:10")
    story.at("2022-09-27 09:20").say("D", "meetings add The Board 4 October 10:00")
    story.tick("2022-09-27 09:30")
    story.mornings("2022-09-30")
    assert packs(story) == []


# The notice of an alarm


def test_a_chair_who_was_away_on_the_day_a_notice_left_has_it_when_they_are_back(story: Story) -> None:
    story.give("PM")
    story.at("2022-09-05 16:50").say("A", "rag P1.1a at-risk the supplier has not signed")
    story.at("2022-09-05 17:30").say("D", "cover D by PM from 6 September to 6 September")
    story.mornings("2022-09-12")
    assert had(story, "P1.1a was rated", "D", "PM") == [("PM", "09-06"), ("D", "09-07")]


def test_a_notice_that_left_when_its_alarm_stood_again_is_not_said_twice(story: Story) -> None:
    story.at("2022-09-05 16:50").say("A", "rag P1.1a at-risk the supplier has not signed")
    story.at("2022-09-05 16:52").say("A", "rag P1.1a on-track it was a mistake")
    story.tick("2022-09-06 09:00")
    story.at("2022-09-06 09:10").say("A", "undo")
    story.mornings("2022-09-12")
    assert had(story, "P1.1a was rated", "D") == [("D", "09-07")]


def test_a_closed_account_that_is_open_again_is_sent_the_notice_once(story: Story) -> None:
    with story.app.db.write() as tx:
        mark_closed(tx, "console:D", True, story.now)
    story.at("2022-09-05 16:50").say("A", "rag P1.1a at-risk the supplier has not signed")
    story.mornings("2022-09-07")
    assert had(story, "P1.1a was rated", "D") == []
    with story.app.db.write() as tx:
        mark_closed(tx, "console:D", False, story.now)
    story.mornings("2022-09-12")
    assert had(story, "P1.1a was rated", "D") == [("D", "09-08")]


# The request for a meeting


@pytest.mark.parametrize("hour", ["10:00", "14:00"])
def test_everybody_is_asked_for_a_meeting_that_was_cancelled_and_is_held_after_all(story: Story, hour: str) -> None:
    story.mornings("2022-09-11")
    story.at("2022-09-12 08:50").say("D", "meetings cancel The Board 4 October")
    story.tick("2022-09-12 09:00")
    assert asked(story) == []
    story.at("2022-09-12 09:10").say("D", f"meetings add The Board 4 October {hour}")
    story.tick()
    story.mornings("2022-09-21")
    assert sorted(asked(story)) == [("A", "09-12"), ("B", "09-12"), ("C", "09-12")]


def test_what_was_silent_for_another_reason_stays_so_when_a_meeting_is_set_again(story: Story) -> None:
    story.mornings("2022-09-11")
    story.at("2022-09-11 10:00").say("B", "done P1.1c it is all in place")
    story.mornings("2022-09-12")
    assert ("B", "09-12") not in asked(story)
    story.at("2022-09-13 10:00").say("D", "meetings cancel The Board 4 October")
    story.say("D", "return P1.1c the evidence is missing")
    story.tick()
    story.say("D", "meetings add The Board 4 October 10:00")
    story.mornings("2022-09-21")
    assert [when for who, when in asked(story) if who == "B"] == []


def test_an_extra_meeting_before_it_does_not_silence_the_request_for_the_next(story: Story) -> None:
    story.mornings("2022-09-11")
    story.tick("2022-09-11 18:00")
    story.at("2022-09-11 19:00").say("D", "meetings add The Board 13 September 10:00")
    story.mornings("2022-09-21")
    assert sorted(asked(story)) == [("A", "09-12"), ("B", "09-12"), ("C", "09-12")]
