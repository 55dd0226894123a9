"""Two people who rate the same action within the hour: both stand in the history, the later wins, each is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council, told
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def test_the_later_wins_and_each_is_told(story: Story) -> None:
    story.at("2022-09-05 10:05").say("A", "rag P1.1b green")
    reply = story.at("2022-09-05 10:20").say("C", "rag P1.1b amber the wards are busy")
    assert "A rated it 🟢 On track at 10:05; yours stands now, and they hear of it." in reply
    assert story.say("A", "action P1.1b").startswith("P1.1b · 🟠 Vulnerable")
    history = story.say("A", "history P1.1b")
    assert "A (tester), rag: on track" in history
    assert "C (tester), rag: vulnerable: the wards are busy" in history
    story.tick("2022-09-06 09:00")
    assert "- C rated P1.1b 🟠 Vulnerable: the wards are busy." in told(story, "A")["A"][0]


def test_what_was_rated_longer_ago_is_just_what_it_was(story: Story) -> None:
    story.say("A", "rag P1.1b green")
    assert "yours stands" not in story.at("2022-09-05 11:01").say("C", "rag P1.1b amber the wards are busy")
    story.tick("2022-09-06 09:00")
    assert told(story, "A") == {}


def test_who_agrees_with_a_colleague_or_changes_their_own_is_told_nothing(story: Story) -> None:
    story.say("A", "rag P1.1b amber few nurses")
    assert "yours stands" not in story.say("C", "rag P1.1b amber")
    assert "yours stands" not in story.say("C", "rag P1.1b red none at all")
    assert "yours stands" not in story.say("A", "rag P1.1a green")
    assert "yours stands" not in story.say("A", "rag P1.1a amber no paper")


def test_one_that_was_taken_back_is_not_met(story: Story) -> None:
    story.say("A", "rag P1.1b green")
    story.say("A", "undo")
    assert "yours stands" not in story.say("C", "rag P1.1b amber the wards are busy")


def test_a_new_alarm_over_a_colleagues_rating_says_so_too(story: Story) -> None:
    story.say("C", "rag P1.1b amber few nurses")
    reply = story.at("2022-09-05 10:30").say("A", "rag P1.1b red no venue")
    assert "C rated it 🟠 Vulnerable at 10:00; yours stands now, and they hear of it." in reply
