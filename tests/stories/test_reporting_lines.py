"""An alarm that its group's chair has not acknowledged is told once to the chair of the group above."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import naming
from programme.messages import UserError
from storage.people import list_groups, read_directory
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


@pytest.mark.parametrize(
    ("name", "above", "sentence"),
    [
        ("The Board", "the board", "The Board cannot report to itself"),
        ("The Board", "The Team", "The Board cannot report to The Team, which reports to The Board"),
        ("the board", "The Forum", "The Board cannot report to The Forum, which reports to The Board through The Team"),
    ],
)
def test_no_group_reports_to_itself_straight_or_in_a_ring(story: Story, name: str, above: str, sentence: str) -> None:
    story.group("The Forum", reports_to=["The Team"])
    with pytest.raises(UserError) as refused:
        story.group(name, reports_to=[above])
    assert refused.value.text == f"{sentence}: name another group, or --reports-to none."
    assert reporting(story) == {"The Team": ("The Board",), "The Forum": ("The Team",)}


def test_a_new_group_cannot_report_to_itself_either(story: Story) -> None:
    with pytest.raises(UserError, match="A Task Force cannot report to itself"):
        story.group("A Task Force", reports_to=["The Board", "a task force"])
    assert "A Task Force" not in reporting(story)


def test_the_line_can_be_turned_round_by_ending_it_first(story: Story) -> None:
    story.group("The Team", reports_to=["none"])
    story.group("The Board", reports_to=["The Team"])
    assert reporting(story) == {"The Board": ("The Team",)}


def test_groups_that_would_be_a_ring_once_they_are_one_stay_two(story: Story) -> None:
    story.group("The Forum", reports_to=["The Team"])
    with pytest.raises(UserError, match="The Board cannot report to The Team, which reports to The Board"):
        rename(story, "The Forum", "The Board")
    assert reporting(story) == {"The Team": ("The Board",), "The Forum": ("The Team",)}


def test_a_group_that_becomes_one_with_the_group_above_it_reports_to_itself_no_more(story: Story) -> None:
    story.group("The Forum", reports_to=["The Board"])
    rename(story, "The Forum", "The Board")
    assert reporting(story) == {"The Team": ("The Board",)}


def rename(story: Story, old: str, new: str) -> None:
    with story.app.db.write() as tx:
        naming.rename_group(tx, old, new, on=story.today, today=story.today, now=story.now, account="tester")


def reporting(story: Story) -> dict[str, tuple[str, ...]]:
    """Who reports to whom, of the groups that report to any."""
    with story.app.db.read() as tx:
        found = list_groups(tx, read_directory(tx, story.today))
    return {one.name: one.reports_to for one in found if one.reports_to}


def test_the_digest_says_how_long_it_took_to_acknowledge(story: Story) -> None:
    story.at("2022-09-07 10:00").say("B", "ack P1.1a")
    assert "P1.1a 🔴 At risk · Write the charter (A): acknowledged after 2 days." in story.say("B", "digest The Team")
