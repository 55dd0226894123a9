"""An alarm that its group's chair has not acknowledged is told once to the chair of the group above."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council
from tests.story import Sent, Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """The Team, chaired by B, holds P1.1 and reports to the Board, chaired by D; A rates P1.1a at risk."""
    found = open_council(tmp_path)
    found.group("The Team", "2022-10-20 10:00", chair="B", holds=["P1.1"], reports_to=["The Board"])
    found.say("A", "rag P1.1a at-risk the printer has closed")
    found.tick("2022-09-05 10:16")
    yield found
    found.close()


def list_told(story: Story, until: str) -> list[Sent]:
    return [one for one in story.mornings(until) if "Not acknowledged yet" in one.text]


def test_after_five_working_days_the_chair_above_hears_of_it_once(story: Story) -> None:
    assert list_told(story, "2022-09-09") == []
    (told,) = list_told(story, "2022-10-14")
    assert (told.to, f"{told.at:%Y-%m-%d}") == ("D", "2022-09-12")
    assert (
        "P1.1a was rated 🔴 At risk by A on 5 September 2022: the printer has closed. "
        "The chair of The Team has not acknowledged it yet." in told.text
    )
    assert "not acknowledged, to the chair above, to you: sent 12 September 2022 09:00" in story.say("D", "why P1.1a")


def test_what_was_acknowledged_in_time_goes_no_further(story: Story) -> None:
    story.at("2022-09-07 10:00").say("B", "ack P1.1a")
    assert list_told(story, "2022-10-14") == []


def test_what_is_acknowledged_on_the_morning_it_would_be_told_is_not(story: Story) -> None:
    story.mornings("2022-09-11")
    story.tick("2022-09-12 08:00")
    story.at("2022-09-12 08:30").say("B", "ack P1.1a")
    assert list_told(story, "2022-09-13") == []


def test_what_was_withdrawn_goes_no_further(story: Story) -> None:
    story.at("2022-09-05 11:00").say("A", "undo")
    assert list_told(story, "2022-10-14") == []


def test_a_group_that_reports_to_nobody_tells_nobody(story: Story) -> None:
    story.say("C", "rag P1.2a at-risk no map")
    assert [one.text.count("P1.2a") for one in list_told(story, "2022-10-14")] == [0]


def test_groups_that_report_to_one_another_end_somewhere(story: Story) -> None:
    story.leave("D")
    story.group("The Board", reports_to=["The Team"])
    assert list_told(story, "2022-10-14") == []


def test_the_digest_says_how_long_it_took_to_acknowledge(story: Story) -> None:
    story.at("2022-09-07 10:00").say("B", "ack P1.1a")
    assert "P1.1a 🔴 At risk · Write the charter (A): acknowledged after 2 days." in story.say("B", "digest The Team")
