"""While everything is paused an answer promises nothing sooner, and `why` says so once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council
from tests.story import Story

UNTIL = "Everything unprompted is paused until 3 January 2023; after that"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = open_council(tmp_path)
    found.say("office", "pause until 3 January 2023")
    yield found
    found.close()


def test_an_alarm_is_told_after_the_pause(story: Story) -> None:
    reply = story.say("A", "rag P1.1a at-risk no printer")
    assert f"{UNTIL} I tell the chair of The Board, the programme office and the accountable lead (Director), " in reply
    assert "10:15" not in reply
    story.mornings("2022-09-09")
    assert story.sent == []
    assert any("P1.1a was rated" in one.text for one in story.tick("2023-01-03 09:00"))


def test_a_warning_is_told_after_the_pause(story: Story) -> None:
    reply = story.say("A", "rag P1.1a vulnerable few readers")
    assert f"{UNTIL} I tell the chair of The Board with their next reminders." in reply
    assert "6 September" not in reply


def test_a_reason_that_comes_later_hastens_nothing_yet(story: Story) -> None:
    assert f"{UNTIL} I tell " in story.say("A", "rag P1.1a at-risk")
    assert f"Thank you. {UNTIL} the others hear of it." in story.say("A", "rag P1.1a at-risk no printer")


def test_what_is_due_after_the_pause_is_told_as_ever(story: Story) -> None:
    story.at("2023-01-02 10:00")
    assert "At 09:00 on Tuesday 3 January 2023 I tell " in story.say("A", "rag P1.1a at-risk no printer")


def test_a_question_goes_out_after_the_pause(story: Story) -> None:
    reply = story.say("D", "ask P1.1a how far are we?")
    assert f"{UNTIL} A has your question about P1.1a." in reply
    assert "now" not in reply
    story.leave("C")
    reply = story.say("D", "ask P1.2a how far are we?")
    assert f"{UNTIL} the programme office is asked to pass your question on, as nobody holds C." in reply


def test_without_a_day_it_is_said_to_wait_until_it_is_resumed(story: Story) -> None:
    story.say("office", "pause")
    reply = story.say("A", "rag P1.1a at-risk no printer")
    assert "Everything unprompted is paused; once it is resumed I tell the chair of The Board" in reply


def test_why_says_the_same_once(story: Story) -> None:
    story.say("D", "ask P1.1a how far are we?")
    story.say("A", "rag P1.1a at-risk no printer")
    said = story.say("office", "why P1.1a")
    first = (
        "Everything is paused by the programme office until 3 January 2023; what falls due meanwhile is said once, "
        "after it."
    )
    assert said.count("paused") == 1
    assert f"- {first}" in said
    assert "notice to D, the programme office and X: waits for the end of the pause." in said


def test_why_says_of_a_question_in_a_pause_that_it_waits(story: Story) -> None:
    story.say("D", "ask P1.1a how far are we?")
    said = story.say("office", "why P1.1a")
    assert "5 September 2022, a question, to A: waits for the end of the pause." in said
    assert "planned" not in said
