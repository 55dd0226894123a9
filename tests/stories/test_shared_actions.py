"""A shared action counts as answered when one owner of each organisation has answered; everybody sees who has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import PLAN, open_council, told
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path, plan=PLAN.replace("Run the survey.\tA/ C\t", "Run the survey.\tA/ B/ C\t"))
    yield council
    council.close()


def about(story: Story, name: str) -> str:
    """All that one person was reminded of the survey by."""
    return "\n".join(text for text in told(story, name).get(name, []) if "P1.1b" in text)


def test_one_organisations_answer_leaves_the_other_alone_to_be_asked(story: Story) -> None:
    story.at("2022-09-08 10:00").say("A", "rag P1.1b on-track")
    story.tick("2022-09-12 09:00")
    assert "Answered by Council." in about(story, "C")
    assert about(story, "B") == ""  # of the organisation that has answered


def test_once_each_has_answered_nobody_is_asked(story: Story) -> None:
    story.at("2022-09-08 10:00").say("B", "rag P1.1b on-track")
    story.say("C", "nochange P1.1b")
    story.mornings("2022-09-23")
    assert [about(story, name) for name in ("A", "B", "C")] == ["", "", ""]
    assert "it was answered for this meeting" in story.say("A", "why P1.1b")


def test_a_colleague_of_the_same_organisation_need_not_answer_again(story: Story) -> None:
    story.at("2022-09-08 10:00").say("C", "progress P1.1b the wards have it")
    story.say("A", "nochange P1.1b")
    story.mornings("2022-09-23")
    assert about(story, "B") == ""


def test_a_co_owner_who_rates_it_the_same_has_answered_too(story: Story) -> None:
    story.at("2022-09-08 10:00").say("A", "rag P1.1b at-risk no venue")
    assert story.say("C", "rag P1.1b at-risk").startswith("P1.1b is still 🔴 At risk.")
    story.mornings("2022-09-23")
    assert "a word from you" not in about(story, "B")


@pytest.mark.parametrize("who", ["D", "office"])
def test_the_chair_and_the_office_answer_for_all(story: Story, who: str) -> None:
    story.at("2022-09-08 10:00").say(who, "progress P1.1b seen at the meeting")
    story.mornings("2022-09-23")
    assert [about(story, name) for name in ("A", "B", "C")] == ["", "", ""]


def test_an_answer_taken_back_is_none(story: Story) -> None:
    story.at("2022-09-08 10:00").say("A", "nochange P1.1b")
    story.say("A", "undo")
    story.say("C", "nochange P1.1b")
    story.tick("2022-09-12 09:00")
    assert "Answered by NHS Trust." in about(story, "A")


def test_who_holds_the_roles_of_several_organisations_answers_for_all_of_them(story: Story) -> None:
    story.leave("C")
    story.give("C", "A", address="console:A")
    story.at("2022-09-08 10:00").say("A", "rag P1.1b on-track")
    story.tick("2022-09-12 09:00")
    assert "- P1.1b ·" not in about(story, "A")
