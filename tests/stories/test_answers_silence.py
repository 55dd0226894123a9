"""An answer silences its action for ten working days or until the date it names; what is proposed, altogether."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from programme.facts import Action
from storage.actions import list_actions
from storage.people import read_directory
from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.load(
        tiny_plan(
            ("P1.1a", "Write the charter.", "A", "Oct-22"),
            ("P1.1b", "Run the survey.", "A/ C", "Oct-22"),
        )
    )
    for role in ("A", "C", "D"):
        told.give(role)
    told.group("The Board", "2022-12-06 10:00", chair="D", strategic=True)
    told.tick("2022-09-05 09:00")
    yield told
    told.close()


def read_action(story: Story, ref: str) -> Action:
    with story.app.db.read() as tx:
        return list_actions(tx, read_directory(tx, story.today), refs=[ref])[0]


def days(story: Story, name: str, ref: str) -> list[str]:
    return [f"{one.at:%m-%d}" for one in story.to(name)[1:] if f"- {ref} ·" in one.text]


@pytest.mark.parametrize(
    "answer",
    ["nochange P1.1a", "rag P1.1a on-track", "progress P1.1a a draft is out", "evidence P1.1a https://example.org/a"],
)
def test_an_answer_silences_an_action_for_ten_working_days(story: Story, answer: str) -> None:
    story.at("2022-10-21 10:00").say("A", answer)  # before the reminders of 24 and 31 October
    story.mornings("2022-11-04")
    assert days(story, "A", "P1.1a") == []
    assert days(story, "A", "P1.1b") == ["10-24", "10-31", "11-01"]
    story.mornings("2022-11-15")
    assert days(story, "A", "P1.1a") == ["11-15"]  # with the next joint chase


def test_an_answer_is_for_its_own_action_and_no_other(story: Story) -> None:
    story.at("2022-10-24 08:00").tick("2022-10-24 09:00")
    story.at("2022-10-24 10:00").say("A", "nochange P1.1a")
    story.mornings("2022-10-31")
    assert days(story, "A", "P1.1a") == ["10-24"]
    assert days(story, "A", "P1.1b") == ["10-24", "10-31"]


def test_an_answer_given_after_the_bundle_was_planned_still_keeps_its_action_out(story: Story) -> None:
    story.tick("2022-10-24 08:30")  # planned for nine
    story.at("2022-10-24 08:45").say("A", "nochange P1.1a")
    sent = [one for one in story.tick("2022-10-24 09:00") if one.to == "A"]
    assert "- P1.1a" not in sent[0].text
    assert "- P1.1b" in sent[0].text


def test_a_tap_is_an_answer_and_no_progress(story: Story) -> None:
    before = read_action(story, "P1.1a").last_entry_on
    story.at("2022-10-21 10:00").say("A", "nochange P1.1a")
    action = read_action(story, "P1.1a")
    assert (action.last_entry_on, action.quiet_until) == (before, date(2022, 11, 4))
    story.say("A", "progress P1.1a a draft is out")
    assert read_action(story, "P1.1a").last_entry_on == date(2022, 10, 21)


def test_a_snooze_is_quiet_until_its_date_and_no_longer(story: Story) -> None:
    story.at("2022-10-10 10:00").say("A", "snooze P1.1a 25 October 2022")
    story.mornings("2022-11-01")
    assert days(story, "A", "P1.1a") == ["10-31", "11-01"]


def test_a_snooze_does_not_reach_the_next_meeting(story: Story) -> None:
    assert "6 December 2022" in story.at("2022-10-10 10:00").refused("A", "snooze P1.1a 6 December 2022")


def test_a_snooze_keeps_the_meetings_request_away_until_its_date(story: Story) -> None:
    story.at("2022-11-10 10:00").say("A", "snooze P1.1a 23 November 2022")
    story.mornings("2022-11-24")
    asked = [one for one in story.to("A") if "for the meeting on 6 December 2022" in one.text and "- P1.1a" in one.text]
    assert [f"{one.at:%m-%d}" for one in asked] == ["11-24"]  # requested on 15 November: only the chase is left


@pytest.mark.parametrize("said", ["done P1.1a https://example.org/charter", "slipping P1.1a Mar-23 the printer closed"])
def test_what_is_proposed_stops_every_reminder_until_it_is_decided(story: Story, said: str) -> None:
    story.at("2022-09-30 10:00").say("A", said)
    story.mornings("2022-11-25")
    assert days(story, "A", "P1.1a") == []


def test_what_is_returned_is_reminded_again(story: Story) -> None:
    story.at("2022-10-21 10:00").say("A", "done P1.1a https://example.org/charter")
    story.mornings("2022-11-02")
    assert days(story, "A", "P1.1a") == []
    story.at("2022-11-02 10:00").say("D", "return P1.1a please add the minutes")
    story.mornings("2022-11-15")
    assert days(story, "A", "P1.1a") == ["11-15"]


def test_what_was_agreed_as_complete_is_never_asked_again(story: Story) -> None:
    story.at("2022-09-06 10:00").say("A", "done P1.1a https://example.org/charter")
    story.say("D", "agree P1.1a")
    story.mornings("2022-12-06")
    assert days(story, "A", "P1.1a") == []


def test_a_shared_action_is_silenced_only_when_each_organisation_has_answered(story: Story) -> None:
    story.at("2022-10-21 10:00").say("A", "nochange P1.1b")
    sent = {one.to: one.text for one in story.tick("2022-10-24 09:00")}
    assert "- P1.1b" in sent["C"]
    assert "Answered by Council." in sent["C"]
    story.at("2022-10-24 10:00").say("C", "nochange P1.1b")
    story.mornings("2022-11-07")
    assert days(story, "C", "P1.1b") == ["10-24"]


def test_not_mine_reaches_the_office_with_its_next_bundle_and_stops_the_chase(story: Story) -> None:
    story.at("2022-10-21 10:00").say("A", "notmine P1.1a")
    story.mornings("2022-11-04")
    office = [one for one in story.to("office") if "P1.1a" in one.text]
    assert [f"{one.at:%m-%d}" for one in office] == ["10-24", "10-31"]
    assert "For the programme office." in office[0].text
    assert ["A says P1.1a is not theirs" in one.text for one in office] == [True, False]
    assert "Said to be somebody else's: 1 (P1.1a" in office[1].text  # the week's note, until it is settled
    assert days(story, "A", "P1.1a") == []


def test_nothing_is_written_where_all_that_was_due_has_been_answered(story: Story) -> None:
    story.tick("2022-10-24 08:30")
    story.at("2022-10-24 08:45").say("A", "nochange P1.1a P1.1b")
    story.say("C", "nochange P1.1b")
    (note,) = story.tick("2022-10-24 09:00")
    assert (note.to, note.text.partition("\n")[0]) == ("office", "The week of 24 October 2022.")


def test_who_has_answered_a_shared_action_is_left_alone_while_the_other_organisation_is_still_asked(
    story: Story,
) -> None:
    story.at("2022-10-21 10:00").say("A", "nochange P1.1b")
    story.mornings("2022-11-04")
    assert days(story, "A", "P1.1b") == []
    assert days(story, "C", "P1.1b") == ["10-24", "10-31", "11-01"]
    story.mornings("2022-11-15")
    assert days(story, "A", "P1.1b") == ["11-15"]


def test_a_lead_waits_for_an_action_in_one_line_of_the_ledger_and_not_in_one_a_day(story: Story) -> None:
    story.give("X")
    story.at("2022-11-10 10:00").say("A", "slipping P1.1a Dec-22 the printer broke")
    story.mornings("2022-12-02")
    assert story.say("office", "why P1.1a").count("accountable lead") <= 1
    story.at("2022-12-02 12:00").say("D", "return P1.1a no more time")
    assert story.tick("2022-12-05 09:00")
    assert any("P1.1a is overdue" in one.text for one in story.to("X"))


def test_who_has_answered_before_the_request_for_a_meeting_is_not_chased_for_it_either(story: Story) -> None:
    story.at("2022-11-04 10:00").say("A", "nochange P1.1b")  # within ten working days of the request of 14 November
    story.at("2022-11-04 10:00").say("A", "rag P1.1a on-track")
    story.mornings("2022-11-24")  # the chase is on the 24th
    assert "11-24" not in days(story, "A", "P1.1b")
    assert "11-24" in days(story, "C", "P1.1b")


def test_what_one_of_a_job_share_has_answered_is_not_asked_of_the_other(story: Story) -> None:
    story.give("A", "A2")
    story.mornings("2022-09-06")
    story.at("2022-10-21 10:00").say("A", "nochange P1.1b")
    story.mornings("2022-11-04")
    assert days(story, "A2", "P1.1b") == []
    assert "10-24" in days(story, "C", "P1.1b")


def test_what_the_cover_has_answered_is_not_asked_of_whoever_comes_back(story: Story) -> None:
    story.at("2022-10-20 10:00").say("A", "cover A by D from 20 October to 23 October")
    story.at("2022-10-21 10:00").say("D", "nochange P1.1b")
    story.mornings("2022-11-02")
    assert days(story, "A", "P1.1b") == []


def test_where_one_owner_string_means_two_organisations_each_is_asked_until_it_answers(story: Story) -> None:
    story.load(tiny_plan(("P1.1c", "Lead it.", "Leaders", "Oct-22")))
    story.means("Leaders", "A", "C")
    story.mornings("2022-09-06")
    story.at("2022-10-21 10:00").say("A", "nochange P1.1c")
    story.mornings("2022-10-24")
    starting = ["09-06"]
    assert (days(story, "A", "P1.1c"), days(story, "C", "P1.1c")) == (starting, [*starting, "10-24"])
