"""What was missed while nothing ran is said once, in one bundle: never a burst, never silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.load(
        tiny_plan(
            ("P1.1a", "Write the charter.", "A", "14 October 2022"),
            ("P1.1b", "Run the survey.", "A", "Oct-22"),
            ("P1.1c", "Publish the map.", "A", "Aug-22"),
        )
    )
    told.give("A")
    told.give("X")
    told.tick("2022-09-05 09:00")
    yield told
    told.close()


def test_after_two_weeks_away_there_is_one_bundle_with_each_action_once(story: Story) -> None:
    story.mornings("2022-09-28")
    before = len(story.to("A"))
    sent = story.tick("2022-10-12 09:00")  # away since 28 September
    assert sorted(one.to for one in sent) == ["A", "office"]  # the office has its note of the week
    sent = [one for one in sent if one.to == "A"]
    assert sent[0].text.startswith("3 actions need a word from you.")
    assert [sent[0].text.count(f"- {ref}") for ref in ("P1.1a", "P1.1b", "P1.1c")] == [1, 1, 1]
    assert "P1.1a · ⚪ Not yet rated · due 14 October 2022, in 2 working days" in sent[0].text
    later = story.mornings("2022-10-14")
    assert [f"{one.at:%m-%d}" for one in later] == ["10-13"]
    assert len(story.to("A")) == before + 2


def test_every_reminder_that_was_missed_has_its_line_with_the_message_that_carried_it(story: Story) -> None:
    story.mornings("2022-09-28")
    story.tick("2022-10-12 09:00")
    why = story.say("A", "why P1.1a")
    assert (
        "- 30 September 2022, timescale, 10 before 14 October 2022, to you: sent 12 October 2022 09:00, in a bundle."
        in why
    )
    assert (
        "- 7 October 2022, timescale, 5 before 14 October 2022, to you: sent 12 October 2022 09:00, in a bundle." in why
    )
    assert "13 October 2022, timescale, 1 before 14 October 2022, to you" in why


def test_a_pause_is_followed_by_one_bundle_and_not_by_one_for_each_day_of_it(story: Story) -> None:
    story.at("2022-09-28 10:00").say("office", "pause")
    assert story.mornings("2022-10-11") == []
    story.at("2022-10-11 16:00").say("office", "resume")
    assert sorted(one.to for one in story.tick("2022-10-12 09:00")) == ["A", "X", "office"]
    assert story.tick("2022-10-12 09:30") == []


def test_a_pause_until_a_day_ends_by_itself(story: Story) -> None:
    story.at("2022-09-28 10:00").say("office", "pause until 12 October 2022")
    assert story.mornings("2022-10-11") == []
    assert sorted(one.to for one in story.tick("2022-10-12 09:00")) == ["A", "X", "office"]


def test_questions_are_answered_while_everything_else_is_paused(story: Story) -> None:
    story.at("2022-09-28 10:00").say("office", "pause")
    assert "P1.1a" in story.say("A", "actions mine")


def test_a_second_tick_at_the_same_instant_says_nothing_more(story: Story) -> None:
    assert sorted(one.to for one in story.tick("2022-10-07 09:00")) == ["A", "X", "office"]
    assert story.tick("2022-10-07 09:00") == []
