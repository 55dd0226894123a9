"""What minutes say is recorded and told once, and who raised an alarm as chair has seen it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.minuting import list_minutes, say_line
from programme.facts import Actor
from storage.people import list_groups, read_directory
from tests.stories.council import buttons, history_length, open_council, told
from tests.story import Story

SLIPPING = "minutes P1.1c slipping to Feb-23, waiting for data\nP1.1a noted"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    council.mornings("2022-10-03")
    yield council.at("2022-10-04 11:00")
    council.close()


def line_of(story: Story, ref: str) -> str:
    """An action's line in the Board's digest."""
    found = [one for one in story.say("D", "digest The Board").split("\n") if one.startswith(f"- {ref} ")]
    assert len(found) == 1, found
    return found[0]


# Words


def test_words_that_rate_and_move_are_shown_once(story: Story) -> None:
    story.say("D", SLIPPING)
    assert "P1.1c: rate it 🟠 Vulnerable (now ⚪ Not yet rated) and propose Feb-23" in story.say("D", "minutes")
    story.say("D", "minutes confirm all")
    line = line_of(story, "P1.1c")
    assert line.lower().count("waiting for data") == 1
    assert "Feb-23 proposed in place of Dec-22." in line
    shown = story.say("D", "action P1.1c").partition("Expected evidence")[2]
    assert shown.count("waiting for data") == 1


def test_what_has_moved_since_the_pack_says_them_once(tmp_path: Path) -> None:
    story = open_council(tmp_path)
    story.mornings("2022-09-27")
    story.at("2022-09-29 11:00").say("D", SLIPPING)
    story.say("D", "minutes confirm all")
    note = next(one.text for one in story.mornings("2022-10-04") if "since the pack" in one.text and one.to == "D")
    moved = next(one for one in note.split("\n") if one.startswith("- P1.1c"))
    assert moved == "- P1.1c 🟠 Vulnerable: D: Feb-23 proposed, rated so: slipping to Feb-23, waiting for data"
    story.close()


@pytest.mark.parametrize("said", ["at risk: money found", "is at risk, money found", "at risk - money found"])
def test_a_minuted_rating_is_told_without_saying_it_twice(story: Story, said: str) -> None:
    story.say("D", f"minutes P1.1c {said}\nP1.1a noted")
    assert f"“{said}”" in story.say("D", "minutes")
    story.say("D", "minutes confirm all")
    assert "at risk: money found" not in story.say("B", "action P1.1c")
    assert "D: money found" in story.say("B", "action P1.1c")
    story.tick("2022-10-04 11:20")
    assert "Reason: money found" in told(story, "B")["B"][-1]


def test_what_goes_on_with_the_rating_is_kept_whole(story: Story) -> None:
    story.say("D", "minutes P1.1c at risk of not being ready\nP1.1a noted")
    story.say("D", "minutes confirm all")
    assert "D: at risk of not being ready" in story.say("B", "action P1.1c")


# An alarm that the chair raises


def test_who_raises_an_alarm_as_chair_is_not_asked_to_acknowledge_it(story: Story) -> None:
    said = story.say("D", SLIPPING) and story.say("D", "minutes confirm all")
    assert "There is nobody else to tell, as you chair the group that would hear of it." in said
    assert "no other chairs" not in said
    assert "I have seen P1.1c" not in buttons(story.ask("D", "home"))
    assert "not yet acknowledged" not in story.say("D", "digest The Board")
    assert "Vulnerable · Train the staff (B): raised by the chair of The Board. " in line_of(story, "P1.1c")
    assert "P1.1c" not in story.say("office", "weekly").partition("Alarms not acknowledged")[2]
    assert "by D on 4 October 2022; raised as the chair of The Board" in story.say("B", "action P1.1c")


def test_the_group_above_does_not_hear_that_it_was_not_acknowledged(story: Story) -> None:
    story.group("The Forum", chair="X")
    story.group("The Board", reports_to=["The Forum"])
    story.say("D", "rag P1.1c at-risk no trainer")
    story.say("A", "rag P1.1a at-risk no venue")
    heard = "\n".join(one.text for one in story.mornings("2022-10-14") if one.to == "X")
    assert "P1.1a was rated 🔴 At risk by A on 4 October 2022: no venue. The chair of The Board has not" in heard
    assert "P1.1c was rated 🔴 At risk by D" in "\n".join(told(story, "X")["X"])
    assert "P1.1c was rated 🔴 At risk by D on 4 October 2022" not in heard


def test_an_owners_alarm_still_waits_for_the_chair(story: Story) -> None:
    story.say("B", "rag P1.1c at-risk no trainer")
    story.at("2022-10-04 12:00")
    assert buttons(story.ask("D", "home"))["I have seen P1.1c"] == "ack P1.1c"
    assert "not yet acknowledged" in line_of(story, "P1.1c")


def test_what_the_office_raises_and_then_acknowledges_is_not_said_to_be_the_chairs(story: Story) -> None:
    story.say("office", "rag P1.1c at-risk no trainer")
    assert "not yet acknowledged" in line_of(story, "P1.1c")
    story.at("2022-10-04 12:00").say("office", "ack P1.1c")
    assert "acknowledged after 60 minutes." in line_of(story, "P1.1c")


def test_what_the_chair_raises_is_not_among_what_moved_twice(tmp_path: Path) -> None:
    story = open_council(tmp_path)
    story.mornings("2022-09-27")
    story.at("2022-09-29 11:00").say("D", "rag P1.1c at-risk no trainer")
    note = next(one.text for one in story.mornings("2022-10-04") if "since the pack" in one.text and one.to == "D")
    assert "- P1.1c 🔴 At risk: D: no trainer\n" in f"{note}\n"
    story.close()


def test_a_chairs_alarm_is_undone_and_an_owners_after_it_is_to_be_acknowledged(story: Story) -> None:
    story.say("D", "rag P1.1c at-risk no trainer")
    assert "Undone: the rating of P1.1c." in story.say("D", "undo")
    assert "Open alarm" not in story.say("B", "action P1.1c")
    story.say("B", "rag P1.1c at-risk no room")
    assert "not yet acknowledged" in line_of(story, "P1.1c")
    assert history_length(story) > 0


# What waits


def test_what_has_just_been_agreed_or_returned_is_not_said_to_wait(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("A", "slipping P1.1b May-23 the printer has closed")
    story.say("B", "slipping P1.1c Feb-23 the trainer is away")
    story.say("D", "minutes P1.1a completion agreed\nP1.1b agreed\nP1.1c returned: find another trainer")
    said = story.say("D", "minutes confirm all")
    assert "Agreed: P1.1a (complete)." in said
    assert "Agreed: P1.1b (May-23 in place of Mar-23)." in said
    assert "P1.1c goes back to B: find another trainer." in said
    assert "Waiting to be agreed" not in said


def test_one_count_of_what_is_to_be_confirmed(story: Story) -> None:
    story.say("D", "minutes Apologies: the head.\nP1.1c noted\nP9.9z is late")
    assert "Minutes: 2 to confirm, 1 kept aside" in story.say("D", "minutes")
    digest = story.say("D", "digest The Board")
    assert "2 lines of the minutes are still to be confirmed." in digest
    assert "Lines of the minutes to confirm (2)" in digest
    [line] = [one for one in story.say("office", "minutes").split("\n") if one.startswith("Minutes:")]
    assert line == "Minutes: 2 to confirm, 1 kept aside, as it names no action."


def test_a_line_that_is_left_is_named_by_its_action_and_its_meeting(story: Story) -> None:
    story.say("D", "minutes Apologies: the head.\nP1.1c noted\nP9.9z is late")
    with story.app.db.read() as tx:
        directory = read_directory(tx, story.today)
        groups = list_groups(tx, directory)
        left = [
            list_minutes(tx, actor, directory, groups)
            for actor in (Actor("D", "D", chairs=("The Board",)), Actor("A", "A"), Actor("o", "office", office=True))
        ]
    assert [[say_line(one) for one in lines if not one.aside] for lines in left] == [
        ["P1.1c, The Board, 4 October 2022", "P9.9z, The Board, 4 October 2022"],
        [],
        ["P1.1c, The Board, 4 October 2022", "P9.9z, The Board, 4 October 2022"],
    ]
