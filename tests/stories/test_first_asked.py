"""Since when somebody has not answered is the day they were first asked since they last did, however long ago."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.mark.parametrize("page", ["home", "weekly"])
def test_the_day_stays_the_same_as_the_silence_grows(story: Story, page: str) -> None:
    for until in ("2022-09-16", "2022-10-24", "2022-11-25"):
        story.mornings(until)
        assert "A: 2 actions, first asked 5 September 2022" in story.say("office", page), until
        assert "B: 1 action, first asked 5 September 2022" in story.say("office", page), until


@pytest.mark.parametrize("page", ["home", "weekly"])
def test_an_answer_begins_it_anew(story: Story, page: str) -> None:
    story.mornings("2022-09-16")
    story.say("B", "nochange P1.1c")
    assert "B: 1 action" not in story.say("office", page)
    sent = [one for one in story.mornings("2022-11-21") if one.to == "B" and "P1.1c" in one.text]
    first = sent[0].at
    assert f"B: 1 action, first asked {first.day} {first:%B %Y}" in story.say("office", page)
    story.say("B", "undo")
    story.say("B", "nochange P1.1c")
    assert "B: 1 action" not in story.say("office", page)


def test_people_and_actions_are_counted_by_their_names(story: Story) -> None:
    story.at("2022-09-08 10:00")
    assert "People who were asked and have not answered: 3.\n" in story.say("office", "home")
    assert "- People who were asked and have not answered: 3 (" in story.say("office", "weekly")
