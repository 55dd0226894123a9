"""Every reminder leaves a line: `/why` says what was sent, what was not and for what reason, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.load(tiny_plan(("P1.1a", "Write the charter.", "A", "Oct-22"), ("P1.2a", "Publish the map.", "C", "TBC")))
    for role in ("A", "D", "X"):
        told.give(role)
    told.group("The Board", "2022-10-04 10:00", chair="D", strategic=True)
    yield told
    told.close()


def why(story: Story, ref: str = "P1.1a") -> list[str]:
    return [line.removeprefix("- ") for line in story.say("office", f"why {ref}").splitlines()[1:]]


def test_before_the_first_morning_the_starting_list_comes_next(story: Story) -> None:
    assert why(story) == [
        "Nothing has been planned or sent about it yet.",
        "Next: the starting list, on the next working morning.",
    ]


def test_what_was_sent_is_printed_with_its_time(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    assert why(story) == [
        "5 September 2022, starting list, to A: sent 5 September 2022 09:00.",
        "Next: 12 September 2022, request for the meeting on 4 October 2022.",
    ]


def test_what_was_answered_is_printed_with_why_it_was_not_sent_and_until_when_it_is_quiet(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-12")
    story.at("2022-09-13 10:00").say("A", "progress P1.1a a draft is out")
    story.mornings("2022-09-22")
    lines = why(story)
    assert "12 September 2022, request for the meeting on 4 October 2022, to A: sent 12 September 2022 09:00." in lines
    assert (
        "22 September 2022, chase for the meeting on 4 October 2022, to A: not sent, it was answered for this meeting."
        in lines
    )
    assert lines[-1] == (
        "Next: 3 October 2022, timescale, 20 before Oct-22. "
        "Quiet until 28 September 2022, because it was answered or snoozed."
    )


def test_what_waits_for_its_morning_is_printed_as_planned(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.tick("2022-09-12 08:00")
    assert "12 September 2022, request for the meeting on 4 October 2022, to A: planned." in why(story)


def test_what_is_passed_on_is_printed_with_the_role_it_is_for(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    assert "5 September 2022, starting list, to the programme office for C: sent 5 September 2022 09:00." in why(
        story, "P1.2a"
    )


def test_an_overdue_action_says_when_it_is_chased_next_and_that_the_lead_was_told(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.mornings("2022-11-14")
    lines = why(story)
    assert "14 November 2022, overdue, to the accountable lead, to X: sent 14 November 2022 09:00." in lines
    assert lines[-1] == "Next: 15 November 2022, overdue."


def test_a_proposal_says_that_nothing_comes_until_it_is_decided(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.at("2022-09-06 10:00").say("A", "done P1.1a https://example.org/charter")
    assert why(story)[-1] == "Next: nothing until the chair has agreed or returned what is proposed."


def test_an_action_without_a_date_or_a_meeting_to_come_says_so(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.at("2022-10-05 09:00")
    assert why(story, "P1.2a")[-1] == "Next: nothing, until its group has a meeting or its timescale a date."


def test_why_may_be_asked_by_whoever_may_read_the_action_and_nobody_else(story: Story) -> None:
    assert "starting list" in story.say("A", "why P1.1a")
    story.give("B")
    assert "P1.1a" in story.refused("B", "why P1.1a")
