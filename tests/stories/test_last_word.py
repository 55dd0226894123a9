"""What has moved since the pack is heard before the meeting: on its morning, or late on the working day before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.load(tiny_plan(("P1.1a", "Write the charter.", "A", "Mar-23")))
    for role in ("A", "D"):
        told.give(role)
    yield told
    told.close()


def hear(story: Story, until: str) -> list[str]:
    """When the chair heard what has moved, and its title, with the jobs run at 09:00 and 16:00 of each day."""
    day = story.today
    while f"{day}" < until:
        day = day.fromordinal(day.toordinal() + 1)
        for hour in ("09:00", "16:00"):
            story.tick(f"{day} {hour}")
    notes = [one for one in story.to("D") if "what has moved since the pack" in one.text]
    return [f"{one.at:%m-%d %H:%M} {one.text.partition(':')[0]}" for one in notes]


@pytest.mark.parametrize(
    ("meets", "heard"),
    [
        ("2022-10-04 10:00", "10-04 09:00 The Board meets today"),
        ("2022-10-04 09:00", "10-03 16:00 The Board meets tomorrow"),
        ("2022-10-04 08:30", "10-03 16:00 The Board meets tomorrow"),
        ("2022-10-03 09:00", "09-30 16:00 The Board meets on Monday 3 October 2022"),
        ("2022-10-01 10:00", "09-30 16:00 The Board meets tomorrow"),
        ("2022-10-02 10:00", "09-30 16:00 The Board meets on Sunday 2 October 2022"),
    ],
)
def test_it_comes_at_the_last_sending_time_that_serves(story: Story, meets: str, heard: str) -> None:
    story.group("The Board", meets, chair="D", strategic=True)
    assert hear(story, "2022-10-05") == [heard]


def test_a_meeting_that_is_moved_to_a_saturday_keeps_it(story: Story) -> None:
    story.group("The Board", "2022-10-04 10:00", chair="D", strategic=True)
    story.mornings("2022-09-28")
    story.at("2022-09-28 10:00").say("D", "meetings move The Board 4 October to 8 October 2022 10:00")
    assert hear(story, "2022-10-10")[-1] == "10-07 16:00 The Board meets tomorrow"


def test_why_says_when(story: Story) -> None:
    story.group("The Board", "2022-10-04 09:00", chair="D", strategic=True)
    story.mornings("2022-09-28")
    assert "3 October 2022, what moved since the papers, for the meeting on 4 October 2022, to D." in (
        story.say("office", "why P1.1a")
    )


def test_papers_for_the_day_itself_come_before_a_meeting_at_opening(story: Story) -> None:
    story.group("The Board", "2022-10-04 09:00", chair="D", strategic=True, papers=0)
    hear(story, "2022-10-05")
    packs = [f"{one.at:%m-%d %H:%M}" for one in story.to("D") if "digest for the meeting on" in one.text]
    assert packs == ["10-03 16:00"]
