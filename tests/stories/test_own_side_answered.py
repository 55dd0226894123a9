"""Of a shared action nobody is asked whose own organisation has answered, neither by a message nor on their home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Buttons, Message
from tests.stories.council import PLAN, open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """P1.2a, overdue, is of A and B of the council and of C of the health service."""
    council = open_council(tmp_path, plan=PLAN.replace("Publish the map.\tC\t", "Publish the map.\tA/ B/ C\t"))
    yield council
    council.close()


def asks(story: Story, who: str, ref: str = "P1.2a") -> bool:
    """Whether somebody's home offers the answers of an action."""
    reply = story.ask(who, "home")
    assert isinstance(reply, Message)
    rows = [block.buttons for block in reply.blocks if isinstance(block, Buttons)]
    return any(button.command == f"nochange {ref}" for row in rows for button in row)


def count_asked(story: Story, who: str) -> str:
    return story.say(who, "home").partition("\n")[0]


@pytest.mark.parametrize("words", ["progress P1.2a half is drawn", "nochange P1.2a", "rag P1.2a amber no printer"])
def test_a_home_does_not_ask_who_has_answered_while_another_organisation_is_still_to(story: Story, words: str) -> None:
    assert count_asked(story, "A") == "Your actions: 3. 3 need a word from you."
    story.say("A", words)
    assert count_asked(story, "A") == "Your actions: 3. 2 need a word from you."
    assert not asks(story, "A")
    assert "Publish the map. · answered; still to answer: NHS Trust" in story.say("A", "home")
    assert asks(story, "C")


def test_a_home_does_not_ask_a_colleague_whose_organisation_has_answered(story: Story) -> None:
    assert asks(story, "B")
    story.say("A", "progress P1.2a half is drawn")
    assert not asks(story, "B")
    assert asks(story, "C")
    story.say("C", "nochange P1.2a")
    assert not asks(story, "C")
    assert "Publish the map. · answered, quiet until" in story.say("A", "home")


def test_an_answer_that_is_taken_back_or_old_is_none_on_the_home_either(story: Story) -> None:
    story.say("A", "nochange P1.2a")
    story.say("A", "undo")
    assert asks(story, "A")
    assert asks(story, "B")
    story.say("A", "nochange P1.2a")
    assert not asks(story, "A")
    story.at("2022-09-21 10:00")
    assert asks(story, "A")


def test_what_came_back_after_an_answer_is_asked_again_on_the_home(story: Story) -> None:
    story.say("A", "done P1.2a https://example.org/map")
    story.say("D", "return P1.2a the schools are missing")
    assert asks(story, "A")


def test_no_message_asks_a_colleague_whose_organisation_has_answered(story: Story) -> None:
    story.say("A", "progress P1.2a half is drawn")
    story.say("A", "nochange P1.1b")
    story.mornings("2022-09-16")
    asked = {one.to for one in story.sent if "- P1.2a ·" in one.text}
    assert asked == {"C"}
    assert "they have answered; another organisation is still to" in story.say("office", "why P1.2a")


def test_who_is_still_to_answer_is_asked_although_a_colleague_of_theirs_said_that_it_is_not_theirs(
    story: Story,
) -> None:
    story.say("C", "notmine P1.2a")
    story.at("2022-09-21 10:00")
    assert asks(story, "A")
    assert asks(story, "C")
