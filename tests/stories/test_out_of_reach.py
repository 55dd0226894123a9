"""What cannot be sent because a channel is not set up: the office hears what it was about, and nothing of who left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from tests.stories.council import open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    council.give("PM", "Jo", address="slack:T1:U1")
    council.group("The Team", "2022-10-20 10:00", chair="PM", holds=["P1.1"])
    yield council
    council.close()


def list_told(story: Story) -> list[str]:
    lines = "\n".join(one.text for one in story.to("office")).splitlines()
    return [line for line in lines if "that channel is not set up here" in line]


def test_a_notice_that_waits_names_its_action(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.mornings("2022-09-07")
    assert list_told(story) == [
        "- A message to Jo about P1.1a waits, because that channel is not set up here. Please pass it on."
    ]


def test_papers_that_wait_name_their_group(story: Story) -> None:
    story.mornings("2022-10-14")
    assert list_told(story) == [
        "- A message to Jo with the papers of The Team waits, because that channel is not set up here. "
        "Please pass it on."
    ]


def test_whoever_has_left_waits_for_nothing_any_more(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.mornings("2022-09-12")
    assert "Messages not delivered: 1 (to Jo: it waits)" in story.say("office", "weekly")
    with story.app.db.write() as tx:
        office.end_holder(tx, "PM", "slack:T1:U1", on=story.today, today=story.today, now=story.now, account="tester")
    story.mornings("2022-09-20")
    assert "not delivered" not in story.say("office", "weekly")
    assert "it waits" not in story.say("office", "home")


def test_somebody_of_the_office_is_waited_for_whatever_they_hold(story: Story) -> None:
    story.office("slack:T1:U7")
    story.say("A", "rag P1.1a at-risk no printer")
    story.mornings("2022-09-12")
    assert "to the programme office: it waits" in story.say("console:office", "weekly")
