"""An action opened again: the alarm that its agreement closed stands again, for whoever heard that it was closed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import history_length, open_council
from tests.story import Story

AGAIN = (
    "D has opened P1.1b again: the survey is last year's. It is 🔴 At risk, and its alarm of 5 September stands again."
)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """P1.1b at risk since 10:00 and told to C, D, X and the office; done, and agreed at 10:30."""
    council = open_council(tmp_path)
    council.say("A", "rag P1.1b at-risk no venue")
    council.tick("2022-09-05 10:15")
    council.at("2022-09-05 10:25").say("A", "done P1.1b https://example.org/survey")
    council.at("2022-09-05 10:30").say("D", "agree P1.1b")
    yield council
    council.close()


def hear(story: Story, at: str) -> dict[str, str]:
    sent = story.tick(at)
    assert len({one.to for one in sent}) == len(sent)
    return {one.to: one.text for one in sent}


def reopen(story: Story) -> str:
    return story.at("2022-09-05 11:00").say("D", "reopen P1.1b the survey is last year's")


def test_the_alarm_stands_again_in_the_digest_and_can_be_acknowledged(story: Story) -> None:
    said = "P1.1b is open again: the survey is last year's. The alarm about it stands again."
    assert reopen(story) == f"{said} Its owners hear of it with their next reminders."
    assert "Escalated: 1.\n- P1.1b" in story.say("D", "digest The Board")
    assert "is acknowledged, thank you" in story.say("D", "ack P1.1b")


def test_whoever_heard_that_it_was_closed_hears_that_it_stands_again(story: Story) -> None:
    assert set(hear(story, "2022-09-05 10:31")) == {"C", "X", "office"}
    reopen(story)
    assert hear(story, "2022-09-05 11:01") == dict.fromkeys(("C", "X", "office"), AGAIN)
    assert hear(story, "2022-09-05 11:20") == {}


def test_before_they_heard_of_it_they_hear_nothing_of_either(story: Story) -> None:
    reopen(story)
    assert hear(story, "2022-09-05 11:01") == {}


def test_undone_it_is_closed_and_they_hear_that_too(story: Story) -> None:
    hear(story, "2022-09-05 10:31")
    reopen(story)
    hear(story, "2022-09-05 11:01")
    reply = story.at("2022-09-05 11:05").say("D", "undo")
    assert reply == "Undone: that P1.1b is open again. The alarm about it is closed again."
    assert hear(story, "2022-09-05 11:06") == dict.fromkeys(
        ("C", "X", "office"), "P1.1b is complete, as D has agreed. The at-risk alarm of 5 September is closed."
    )
    assert "no open escalation" in story.refused("D", "ack P1.1b")
    story.at("2022-09-05 11:10").say("D", "reopen P1.1b the survey is last year's")
    assert hear(story, "2022-09-05 11:11") == dict.fromkeys(("C", "X", "office"), AGAIN)
    history_length(story)


def test_undone_before_it_left_nobody_hears_of_it_and_a_second_time_they_do(story: Story) -> None:
    hear(story, "2022-09-05 10:31")
    reopen(story)
    story.at("2022-09-05 11:01").say("D", "undo")
    assert hear(story, "2022-09-05 11:02") == {}
    story.at("2022-09-05 11:10").say("D", "reopen P1.1b the survey is last year's")
    assert set(hear(story, "2022-09-05 11:11")) == {"C", "X", "office"}


def test_agreed_once_more_and_opened_once_more_each_is_told(story: Story) -> None:
    hear(story, "2022-09-05 10:31")
    reopen(story)
    hear(story, "2022-09-05 11:01")
    story.at("2022-09-05 11:30").say("A", "done P1.1b https://example.org/this-year")
    story.say("D", "agree P1.1b")
    assert set(hear(story, "2022-09-05 11:31")) == {"C", "X", "office"}
    story.at("2022-09-05 11:40").say("D", "reopen P1.1b the survey is last year's")
    assert hear(story, "2022-09-05 11:41") == dict.fromkeys(("C", "X", "office"), AGAIN)


def test_notices_that_were_dropped_while_it_was_complete_leave_after_all(tmp_path: Path) -> None:
    story = open_council(tmp_path)
    story.say("A", "rag P1.1b at-risk no venue")
    story.at("2022-09-05 10:05").say("A", "done P1.1b https://example.org/survey")
    story.say("D", "agree P1.1b")
    assert hear(story, "2022-09-05 10:20") == {}
    reopen(story)
    assert set(hear(story, "2022-09-05 11:15")) == {"C", "D", "X", "office"}
    story.close()


def test_an_action_without_an_alarm_is_just_opened_again(story: Story) -> None:
    story.say("B", "done P1.1c https://example.org/staff")
    story.say("D", "agree P1.1c")
    assert story.say("D", "reopen P1.1c one is missing") == (
        "P1.1c is open again: one is missing. Its owners hear of it with their next reminders."
    )
    assert story.say("D", "undo") == "Undone: that P1.1c is open again."


def test_an_alarm_raised_since_keeps_it_open(story: Story) -> None:
    reopen(story)
    story.say("A", "rag P1.1b green we found a hall")
    story.say("D", "agree P1.1b")
    story.say("C", "rag P1.1b at-risk it is flooded")
    assert "has been changed by somebody since" in story.refused("D", f"undo {_find_reopening(story)}")


def _find_reopening(story: Story) -> int:
    lines = story.say("D", "history P1.1b").split("\n")
    return next(int(line.removeprefix("- ").partition(".")[0]) for line in lines if ", reopen" in line)


def test_opened_by_the_office_it_is_told_to_the_chair_who_agreed_it_and_not_to_the_office(story: Story) -> None:
    hear(story, "2022-09-05 10:31")
    story.at("2022-09-05 11:00").say("console:office", "reopen P1.1b the survey is last year's")
    heard = hear(story, "2022-09-05 11:01")
    assert set(heard) == {"C", "D", "X"}
    assert "has opened P1.1b again: the survey is last year's. It is 🔴 At risk" in heard["D"]
