"""Reminders before a timescale, the joint chase once it is past, and the one word to the accountable lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    yield told
    told.close()


def start(story: Story, *rows: tuple[str, str, str, str], roles: str = "A") -> None:
    """Import these actions and let the starting lists go on 5 September 2022."""
    story.load(tiny_plan(*rows))
    for role in roles:
        story.give(role)
    story.tick("2022-09-05 09:00")


def days(story: Story, name: str, *, having: str = "") -> list[str]:
    """The days after the first on which somebody had a message, as `10-31`."""
    return [f"{one.at:%m-%d}" for one in story.to(name)[1:] if having in one.text]


def test_a_month_is_reminded_twenty_and_five_working_days_before_and_on_its_last_working_day(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "Oct-22"))
    story.mornings("2022-10-31")
    assert days(story, "A") == ["10-03", "10-24", "10-31"]
    first, second, third = (one.text.splitlines()[1] for one in story.to("A")[1:])
    assert first == "- P1.1a · ⚪ Not yet rated · due 31 October 2022, in 20 working days"
    assert second == "- P1.1a · ⚪ Not yet rated · due 31 October 2022, in 5 working days"
    assert third == "- P1.1a · ⚪ Not yet rated · due 31 October 2022, today"


def test_a_day_is_also_reminded_ten_and_one_working_days_before(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "14 October 2022"))
    story.mornings("2022-10-14")
    assert days(story, "A") == ["09-15", "09-30", "10-07", "10-13", "10-14"]


@pytest.mark.parametrize(
    ("timescale", "falls", "reminded"),
    [
        pytest.param("Dec-22", "31 December 2022", "12-30", id="a Saturday"),
        pytest.param("26 December 2022", "26 December 2022", "12-23", id="a bank holiday"),
        pytest.param("19 September 2022", "19 September 2022", "09-16", id="the holiday for the Queen's funeral"),
    ],
)
def test_a_timescale_on_a_closed_day_is_last_reminded_on_the_working_day_before(
    story: Story, timescale: str, falls: str, reminded: str
) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", timescale))
    story.at(f"2022-{reminded} 08:00").tick(f"2022-{reminded} 09:00")
    assert days(story, "A") == [reminded]
    assert f"due {falls}" in story.to("A")[-1].text


def test_reminders_that_fell_before_the_starting_list_are_never_sent(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "12 September 2022"))
    story.mornings("2022-09-12")
    assert days(story, "A") == ["09-09", "09-12"]  # twenty, ten and five days before lie before the list


def test_all_that_is_overdue_comes_together_once_every_ten_working_days(story: Story) -> None:
    start(
        story,
        ("P1.1a", "Write the charter.", "A", "Jul-22"),
        ("P1.1b", "Run the survey.", "A", "Aug-22"),
        ("P1.1c", "Publish the map.", "A", "Jun-22"),
    )
    story.mornings("2022-10-31")
    assert days(story, "A") == ["09-20", "10-04", "10-18"]
    for one in story.to("A")[1:]:
        assert one.text.startswith("3 actions need a word from you.")
        assert one.text.index("P1.1c") < one.text.index("P1.1a") < one.text.index("P1.1b")  # longest overdue first


def test_an_action_that_becomes_overdue_between_chases_joins_the_next(story: Story) -> None:
    start(
        story,
        ("P1.1a", "Write the charter.", "A", "Jul-22"),
        ("P1.1b", "Run the survey.", "A", "21 September 2022"),
    )
    story.mornings("2022-10-04")
    assert days(story, "A", having="P1.1a") == ["09-20", "10-04"]
    assert days(story, "A", having="P1.1b · ⚪ Not yet rated · was due") == ["10-04"]


def test_the_first_chase_comes_the_working_day_after_the_timescale(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "Oct-22"))
    story.mornings("2022-11-30")
    assert days(story, "A")[3:] == ["11-01", "11-15", "11-29"]


def test_an_overdue_action_that_was_answered_once_is_chased_again_when_the_quiet_ends(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "Jul-22"))
    story.mornings("2022-09-20")
    story.at("2022-09-20 10:00").say("A", "nochange P1.1a")
    story.mornings("2022-11-01")
    assert days(story, "A") == ["09-20", "10-05", "10-19"]  # answered on 20 September: quiet to 4 October


def test_the_accountable_lead_hears_once_ten_working_days_after_the_timescale(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "Oct-22"), roles="AX")
    story.mornings("2022-12-16")
    assert [(f"{one.at:%m-%d}", one.text.splitlines()[0]) for one in story.to("X")] == [("11-14", "For you to know.")]
    assert (
        "P1.1a is overdue, was due 31 October 2022, 10 working days ago (A): Write the charter. To see it: action P1.1a"
        in story.to("X")[0].text
    )


def test_a_lead_is_not_told_of_what_was_done_in_time_to_be_agreed(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "Oct-22"), roles="AX")
    story.at("2022-11-10 10:00").say("A", "done P1.1a https://example.org/charter")
    story.mornings("2022-12-16")
    assert story.to("X") == []


def test_a_new_timescale_brings_its_own_reminders_and_none_that_fell_before_it_was_agreed(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "Oct-22"), roles="AD")
    story.group("The Board", chair="D", strategic=True)
    story.mornings("2022-10-25")
    story.at("2022-10-25 10:00").say("A", "slipping P1.1a Nov-22 the printer has closed")
    story.mornings("2022-11-09")
    story.at("2022-11-09 10:00").say("D", "agree P1.1a")
    story.mornings("2022-11-30")
    assert days(story, "A", having="31 October 2022") == ["10-03", "10-24"]
    assert days(story, "A", having="30 November 2022") == ["11-23", "11-30"]


def test_a_mitigation_is_reminded_to_whom_it_names_until_it_is_in_place(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "Mar-23"), roles="AC")
    story.at("2022-09-06 10:00").say("A", "rag P1.1a at-risk the printer has closed")
    story.say("A", "mitigation P1.1a use the library's printer; C; 7 October 2022")
    story.mornings("2022-10-07")
    assert [f"{one.at:%m-%d}" for one in story.to("C") if "Its mitigation is due" in one.text] == [
        "09-08",
        "09-23",
        "09-30",
        "10-06",
        "10-07",
    ]
    assert [one for one in story.to("A") if "mitigation is due" in one.text] == []
    story.mornings("2022-10-10")
    assert "Its mitigation is overdue by 1 working day: use the library's printer;" in story.to("C")[-1].text
    story.at("2022-10-10 10:00").say("A", "inplace P1.1a")
    before = len(story.to("C"))
    story.mornings("2022-11-11")
    assert len(story.to("C")) == before
