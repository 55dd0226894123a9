"""What is told to others is so, and leaves out nothing that is known."""

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


def test_a_starting_list_knows_what_a_colleague_wrote(story: Story) -> None:
    story.say("C", "progress P1.1b half of the answers are in")
    story.say("C", "rag P1.2a vulnerable no printer")
    story.give("A", "A2")
    story.give("C", "C2")
    story.tick("2022-09-06 09:00")
    lists = {one.to: one.text for one in story.sent if "starting list" in one.text}
    about = lists["A2"][lists["A2"].index("P1.1b") :]
    assert "Last entry 5 September 2022." in about
    assert "No entry yet." in lists["A2"][: lists["A2"].index("P1.1b")]
    assert "No entry yet." not in lists["C2"]


def test_an_answer_to_a_question_has_the_reason_that_came_after_the_rating(story: Story) -> None:
    story.say("D", "ask P1.1a any news?")
    story.say("A", "rag P1.1a red")
    story.say("A", "rag P1.1a red two schools refuse")
    story.mornings("2022-09-07")
    heard = [text for text in told(story)["D"] if "answers your question" in text]
    assert heard
    assert "A answers your question about P1.1a (🔴 At risk): two schools refuse." in heard[0]


@pytest.mark.parametrize("me", ["me", "Me", "myself"])
def test_me_in_a_mitigation_is_the_role_of_whoever_says_it(story: Story, me: str) -> None:
    story.say("A", "rag P1.1a red no printer")
    reply = story.say("A", f"mitigation P1.1a copy it by hand; {me}; 30 September 2022")
    assert "It is for A by 30 September 2022." in reply
    assert "copy it by hand; A; by 30 September 2022" in story.say("C", "action P1.1b") + story.say("A", "action P1.1a")


def test_me_of_a_chair_is_their_own_role_or_name(story: Story) -> None:
    story.say("A", "rag P1.1a red no printer")
    assert "It is for D by 30 September 2022." in story.say("D", "mitigation P1.1a ask them; me; 30 September 2022")


def test_an_ended_link_is_not_said_to_have_been_there(story: Story) -> None:
    assert story.say("office", "calendar end A") == (
        "Any link to the calendar of A that was given out is good no longer. The calendar feed is off here."
    )
