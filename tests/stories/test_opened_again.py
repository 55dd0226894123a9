"""An action that was complete is opened again: its owners hear why, and are asked as if they had not answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council
from tests.story import Story

WHY = "the numbers were wrong"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """P1.1c, B's alone, was agreed as complete on Tuesday; it is 11:00."""
    council = open_council(tmp_path)
    council.at("2022-09-06 10:00").say("B", "done P1.1c https://example.org/numbers")
    council.at("2022-09-06 10:30").say("D", "agree P1.1c")
    council.at("2022-09-06 11:00")
    yield council
    council.close()


def test_its_owners_hear_the_next_morning_why(story: Story) -> None:
    answer = story.say("D", f"reopen P1.1c {WHY}")
    assert answer == f"P1.1c is open again: {WHY}. Its owners hear of it with their next reminders."
    heard = {one.to: one.text for one in story.tick("2022-09-07 09:00")}
    assert f"D has opened P1.1c again, which was complete: {WHY}." in heard["B"]
    assert "D has opened" not in "".join(text for to, text in heard.items() if to != "B")


def test_they_are_asked_for_the_meeting_though_they_had_answered_for_it(story: Story) -> None:
    story.say("D", f"reopen P1.1c {WHY}")
    story.mornings("2022-09-12")
    assert "Please say where it stands for the meeting on 4 October 2022" in story.to("B")[-1].text
    why = story.say("D", "why P1.1c")
    assert "it was answered for this meeting" not in why


def test_what_kept_it_quiet_does_not_any_more(story: Story) -> None:
    story.say("D", f"reopen P1.1c {WHY}")
    story.say("B", "nochange P1.1c")
    story.say("B", "done P1.1c https://example.org/better")
    story.at("2022-09-06 11:30").say("D", "agree P1.1c")
    story.at("2022-09-06 12:00").say("D", f"reopen P1.1c {WHY} still")
    assert "quiet until" not in story.say("B", "action P1.1c")
    story.mornings("2022-09-12")
    assert "P1.1c" in story.to("B")[-1].text


def test_taken_back_before_they_heard_they_hear_nothing(story: Story) -> None:
    story.say("D", f"reopen P1.1c {WHY}")
    story.say("D", "undo")
    assert "B" not in {one.to for one in story.tick("2022-09-07 09:00")}


def test_who_hears_that_the_alarm_stands_again_does_not_hear_it_twice(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    story.tick("2022-09-06 11:15")
    story.say("C", "done P1.1b https://example.org/survey")
    story.at("2022-09-06 11:30").say("D", "agree P1.1b")
    story.tick("2022-09-06 11:31")
    story.say("D", f"reopen P1.1b {WHY}")
    story.mornings("2022-09-08")
    said = [one for one in story.to("C") if f"opened P1.1b again: {WHY}" in one.text]
    news = [one for one in story.to("C") if "has opened P1.1b again, which was complete" in one.text]
    assert (len(said), len(news)) == (1, 0)
    assert any("has opened P1.1b again, which was complete" in one.text for one in story.to("A"))


def test_what_is_returned_is_asked_for_before_the_meeting_too(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.at("2022-09-06 11:10").say("D", "return P1.1a one page is missing")
    story.mornings("2022-09-12")
    asked = story.to("A")[-1].text
    assert "Please say where each stands for the meeting on 4 October 2022" in asked
    assert "- P1.1a" in asked
