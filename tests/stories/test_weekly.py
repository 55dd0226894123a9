"""The programme office's weekly note: once a week, with its bundle, in a few lines, and the end of the history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import office
from bot.commands import COMMANDS
from jobs.deliver import Delivery, Receipt, Undeliverable
from programme.policy import Policy
from storage.history import Head, verify
from tests.stories.council import buttons, open_council
from tests.stories.on_slack import open_on_slack
from tests.story import Sent, Story, tiny_plan

TERMS = "Autumn 1 2022,2022-09-05,2022-10-21\nAutumn 2 2022,2022-10-31,2022-12-16\n"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = open_council(tmp_path)
    yield found
    found.close()


def list_notes(story: Story, until: str, to: str = "office") -> list[Sent]:
    """The notes that somebody had in the mornings until a day."""
    return [one for one in story.mornings(until) if one.to == to and "The week of" in one.text]


def ask_note(story: Story) -> str:
    return story.say("office", "weekly")


def test_it_goes_on_the_first_working_day_of_each_week_but_not_in_the_first_week_after_the_import(
    story: Story,
) -> None:
    notes = list_notes(story, "2022-10-07")
    assert [f"{one.at:%A %Y-%m-%d %H:%M}" for one in notes] == [
        "Tuesday 2022-09-20 09:00",  # the Monday was a bank holiday
        "Monday 2022-09-26 09:00",
        "Monday 2022-10-03 09:00",
    ]
    assert notes[0].text.startswith("The week of 19 September 2022.")
    assert buttons(notes[0].message) == {"Home": "home", "Overdue": "actions overdue"}


def test_a_monday_that_was_missed_is_made_up_for_once(story: Story) -> None:
    story.mornings("2022-09-23")
    story.at("2022-09-26 10:00")
    assert [f"{one.at:%m-%d}" for one in list_notes(story, "2022-09-30")] == ["09-27"]


def test_everybody_of_the_office_has_one_and_who_has_left_it_none(story: Story) -> None:
    story.office("console:second")
    story.mornings("2022-09-19")
    story.tick("2022-09-20 08:00")
    with story.app.db.write() as tx:
        office.end_office(tx, "console:second", now=story.now, account="tester")
    story.tick("2022-09-20 09:00")
    assert "The week of" in story.to("office")[-1].text
    assert not any("The week of" in one.text for one in story.to("second"))


def test_a_note_that_is_brought_up_to_date_keeps_the_end_of_the_history_that_it_gave(tmp_path: Path) -> None:
    with open_on_slack(tmp_path) as story:
        story.office("slack:T1:U4")
        story.mornings("2022-09-30")
        story.say("B", "slipping P1.1c Mar-23 no trainer")
        story.say("B", "notmine P1.1c")  # which the office hears in the same bundle
        story.tick("2022-10-03 09:00")
        note = next(post for post in story.posts_to("U4") if "The week of 3 October 2022" in post.text)
        before = re.findall(r"--head (\S+)", note.text)
        assert "P1.1c" in note.text
        assert "Waiting to be agreed" not in note.text
        for later, words in (("2022-10-03 09:30", "amber no trainer yet"), ("2022-10-14 11:00", "green found")):
            edits = note.edits
            story.at(later).say("B", f"rag P1.1c {words}")
            story.tick(f"{later[:13]}:50")
            assert note.edits > edits
            assert re.findall(r"--head (\S+)", note.text) == before
        assert "Waiting to be agreed for 10 working days or more: 1 (P1.1c, since 30 September 2022)" in note.text


def test_nobody_else_has_it(story: Story) -> None:
    story.mornings("2022-10-07")
    assert {one.to for one in story.sent if "The week of" in one.text} == {"office"}


def test_where_all_is_well_it_says_so_in_a_line_and_gives_the_end_of_the_history(story: Story) -> None:
    title, well, head, *hints = ask_note(story).split("\n")
    assert title == "For the programme office, as at 5 September 2022."
    assert well.startswith("- All well: ")
    assert hints == ["Home: home", "Overdue: actions overdue"]
    found = re.fullmatch(r"- Please keep this, the end of the history: halfterm audit verify --head (\d+):(\w+)", head)
    assert found
    story.say("A", "progress P1.1a it is printed")
    with story.app.db.read() as tx:
        assert verify(tx, Head(int(found[1]), found[2])).faults == ()
        assert verify(tx, Head(int(found[1]), "0" * 64)).faults != ()


def test_who_was_asked_and_has_not_answered_is_named_by_role(story: Story) -> None:
    story.give("A", "Somebody", address="console:A")
    story.mornings("2022-09-16")
    assert (
        "- People who were asked and have not answered: 3 (A: 2 actions, first asked 5 September 2022; "
        "C: 2 actions, first asked 5 September 2022; B: 1 action, first asked 5 September 2022)" in ask_note(story)
    )
    assert "Somebody" not in ask_note(story)
    story.say("B", "nochange P1.1c")
    assert "- People who were asked and have not answered: 2 (" in ask_note(story)


def test_a_role_with_nobody_in_it_is_told(story: Story) -> None:
    story.leave("B")
    assert "- Roles with nobody in them: 1 (B)" in ask_note(story)


def test_a_group_that_holds_actions_and_does_not_meet_this_half_term_is_told(story: Story) -> None:
    story.terms(TERMS)
    assert "without a meeting" not in ask_note(story)
    story.group("The Team", chair="B", holds=["P1.1"])
    assert "- Groups without a meeting in Autumn 1 2022: 1 (The Team)" in ask_note(story)
    story.group("The Team", "2022-10-20 10:00")
    assert "without a meeting" not in ask_note(story)


def test_an_alarm_that_nobody_has_acknowledged_is_told_until_somebody_has(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    assert "Alarms" not in ask_note(story)  # its notices have not left
    story.tick("2022-09-05 10:16")
    assert "- Alarms not acknowledged: 1 (P1.1a 🔴 At risk, The Board)" in ask_note(story)
    story.say("D", "ack P1.1a")
    assert "Alarms" not in ask_note(story)


def test_a_proposal_is_told_once_it_has_waited_for_ten_working_days(story: Story) -> None:
    story.say("C", "slipping P1.2a Dec-22 no paper")
    assert "Waiting to be agreed" not in story.at("2022-09-16 10:00").say("office", "weekly")
    story.at("2022-09-20 10:00")
    assert "- Waiting to be agreed for 10 working days or more: 1 (P1.2a, since 5 September 2022)" in ask_note(story)


class Failing(Story):
    """Nothing reaches C."""

    def send(self, delivery: Delivery) -> Receipt:
        if delivery.address == "console:C":
            raise Undeliverable("account_inactive")
        return super().send(delivery)


def test_a_message_that_could_not_be_delivered_is_told_for_a_week(tmp_path: Path) -> None:
    open_council(tmp_path).close()
    story = Failing(tmp_path).at("2022-09-05 10:00")
    story.mornings("2022-09-12")
    assert re.search(r"- Messages not delivered: 1 \(to C: .*\)", ask_note(story))
    story.say("office", "pause")
    assert "not delivered" not in story.at("2022-09-20 09:00").say("office", "weekly")
    story.close()


def test_of_many_only_the_first_few_are_named(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.load(tiny_plan(*((f"P1.1{letter}", "Write it.", "A", "soon") for letter in "abcdefg")))
    assert (
        "- Timescales that could not be read: 7 (P1.1a “soon”; P1.1b “soon”; P1.1c “soon”; P1.1d “soon”; and 3 more)"
        in ask_note(story)
    )
    story.close()


def test_only_the_office_may_ask_for_it(story: Story) -> None:
    assert story.refused("A", "weekly") == "The weekly note is the programme office's: for what is yours, type home"
    assert COMMANDS["weekly"].shown


def test_words_that_only_begin_so_are_no_command(story: Story) -> None:
    assert "For the programme office" not in story.say("office", "weekly visits have begun")


@pytest.mark.parametrize("on", [True, False])
def test_a_forecast_is_shown_where_the_programme_has_turned_it_on_and_nowhere_else(story: Story, on: bool) -> None:
    story.app.policy = replace(Policy(), forecast=on)
    story.at("2022-10-10 10:00")
    said = "no entry yet, 3 weeks left"
    assert (f"Forecast: {said}: likely to slip" in story.say("A", "action P1.1a")) == on
    assert (f"{said}: likely to slip" in story.say("D", "digest The Board")) == on
    assert (f"- Likely to slip: 1 (P1.1a: {said})" in ask_note(story)) == on
    assert "P1.1a is now 🟢 On track" in story.say("A", "rag P1.1a on-track")  # what is reported stands


def test_the_note_that_comes_by_itself_names_who_is_out_of_reach_as_the_one_asked_for_does(story: Story) -> None:
    story.give("B", address="mail:b@example.org")
    story.leave("B")
    notes = [one.text for one in story.mornings("2022-09-20") if one.to == "office" and "The week of" in one.text]
    assert notes
    assert "Roles held by somebody I cannot write to: 1 (B (mail:b@example.org))" in notes[-1]
    assert "Roles held by somebody I cannot write to: 1 (B (mail:b@example.org))" in story.say("office", "weekly")
