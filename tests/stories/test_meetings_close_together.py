"""A group that meets twice within its loop: what the second meeting asks for is told and sent on its own days."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """Meetings on Saturday 24 September and Thursday 6 October: the second asks on 14 and 26 September."""
    told = Story(tmp_path)
    told.load(tiny_plan(("P1.1a", "Write the charter.", "A", "Mar-23"), ("P1.2a", "Publish the map.", "B", "TBC")))
    for role in ("A", "B", "D"):
        told.give(role)
    told.group("The Board", "2022-09-24 10:00", "2022-10-06 10:00", chair="D", strategic=True)
    yield told
    told.close()


def list_next(story: Story) -> list[str]:
    lines = story.say("office", "why P1.1a").partition("What comes next.\n")[2].splitlines()
    return [line.removeprefix("- ").removesuffix(".") for line in lines if "meeting on" in line]


def test_why_lists_what_the_second_meeting_asks_for_before_the_first_is_over(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    assert list_next(story) == [
        "13 September 2022, chase for the meeting on 24 September 2022, to A",
        "14 September 2022, request for the meeting on 6 October 2022, to A",
        "16 September 2022, papers for the meeting on 24 September 2022, to D",
        "29 September 2022, papers for the meeting on 6 October 2022, to D",
    ]


def test_the_request_and_the_chase_of_the_second_go_on_their_days(story: Story) -> None:
    for day in ("05", "06", "07", "08", "09", "12", "13", "14", "15", "16", "20", "21", "22", "23"):
        story.tick(f"2022-09-{day} 09:00")
        story.tick(f"2022-09-{day} 18:00")
    story.tick("2022-09-24 09:00")
    story.tick("2022-09-26 09:00")
    asked = [f"{one.at:%m-%d}" for one in story.to("A") if "for the meeting on 6 October 2022" in one.text]
    assert asked == ["09-14", "09-26"]


def test_an_answer_after_the_first_request_does_for_the_second_meeting_too(story: Story) -> None:
    story.mornings("2022-09-12")
    story.at("2022-09-12 10:00").say("A", "progress P1.1a half of it is written")
    before = len(story.to("A"))
    story.mornings("2022-09-26")
    assert story.to("A")[before:] == []


def test_a_meeting_further_off_is_not_looked_at_yet(story: Story) -> None:
    story.group("The Board", "2022-11-29 10:00", chair="D", strategic=True)
    story.tick("2022-09-05 09:00")
    assert not any("29 November" in line for line in list_next(story))
