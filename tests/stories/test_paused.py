"""While everything unprompted is paused, whoever looks is told so first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.home import compose_home
from tests.stories.council import open_council
from tests.story import Story

UNTIL = "Everything unprompted is paused until 3 January 2023; to start it again: resume"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = open_council(tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("asked", ["home", "weekly", "policy"])
def test_the_office_is_told_first_until_it_is_resumed(story: Story, asked: str) -> None:
    before = story.ask("office", asked)
    story.say("office", "pause until 3 January 2023")
    reply = story.ask("office", asked)
    assert reply.text.partition("\n")[0] == UNTIL
    assert getattr(reply.blocks[0], "text", "") == UNTIL
    story.say("office", "resume")
    again = story.ask("office", asked)
    assert "paused" not in before.text + again.text


def test_without_a_day_none_is_said(story: Story) -> None:
    story.say("office", "pause")
    first = story.say("office", "home").partition("\n")[0]
    assert first == "Everything unprompted is paused; to start it again: resume"


def test_it_is_over_on_its_day(story: Story) -> None:
    story.say("office", "pause until 3 January 2023")
    story.at("2023-01-02 10:00")
    assert story.say("office", "home").startswith(UNTIL)
    story.at("2023-01-03 10:00")
    assert "paused" not in story.say("office", "home")


def test_whoever_cannot_resume_is_not_told_to(story: Story) -> None:
    story.say("office", "pause until 3 January 2023")
    line = "Everything unprompted is paused until 3 January 2023 by the programme office."
    assert story.say("A", "home").partition("\n")[0] == line
    assert story.say("D", "policy").partition("\n")[0] == line


def test_a_home_that_is_shown_says_it_too(story: Story) -> None:
    story.say("office", "pause until 3 January 2023")
    with story.app.db.read() as tx:
        shown = compose_home(tx, "console:office", 1, story.now, story.app.calendar, story.app.policy)
    assert shown.text.startswith(UNTIL)
