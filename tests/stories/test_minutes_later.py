"""Minutes that are confirmed long after they were pasted, taken back whole, or left by a chair who has gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council, told
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    council.mornings("2022-10-03")
    yield council.at("2022-10-04 11:00")
    council.close()


def offered(story: Story, text: str, who: str = "D") -> str:
    """The number of the line whose words hold this."""
    found = [line for line in story.say(who, "minutes").split("\n") if line.startswith("- ") and text in line]
    assert len(found) == 1, found
    return found[0].removeprefix("- ").split(" ")[0]


# A day they name that is past when they are confirmed


def test_a_day_that_is_past_when_its_line_is_confirmed_is_that_of_the_minutes(story: Story) -> None:
    story.say("D", "minutes P1.1a by 14 October: A to bring the report\nP1.1b noted")
    assert "asked for by 14 October 2022" in story.say("D", "minutes")
    story.at("2022-10-17 11:00")
    said = story.say("D", f"minutes confirm {offered(story, 'P1.1a')}")
    assert "It asks for something by 14 October 2022 and is carried until P1.1a is answered." in said
    assert "Asked for by 14 October 2022, no answer yet]" in story.say("D", "digest The Board")
    assert "4 October 2022, D in the minutes of The Board, 4 October 2022" in story.say("A", "action P1.1a")
    story.mornings("2022-10-21")
    assert "Please answer by 14 October 2022: progress P1.1a" in told(story, "A")["A"][-1]


def test_what_it_asks_for_is_still_carried_to_the_meeting_after_the_next(story: Story) -> None:
    story.say("D", "minutes P1.1b by 14 October: A to bring the report")
    story.at("2022-10-17 11:00")
    story.say("D", f"minutes confirm {offered(story, 'P1.1b')}")
    story.at("2022-11-30 10:00")
    story.group("The Board", "2023-01-24 10:00")
    carried = story.say("D", "digest The Board").partition("Carried from the last meeting: 1.")[2]
    assert "Asked for by 14 October 2022, no answer yet." in carried


# A rating and a new timescale in one line


def test_a_line_that_rates_and_moves_as_was_proposed_already_does_both(story: Story) -> None:
    story.say("B", "slipping P1.1c Feb-23 the trainer is away")
    story.say("D", "minutes P1.1c at risk, moved to Feb-23\nP1.1b noted")
    line = next(one for one in story.say("D", "minutes").split("\n") if "P1.1c" in one)
    assert "rate it 🔴 At risk (now ⚪ Not yet rated) and agree what is proposed: Feb-23" in line
    said = story.say("D", f"minutes confirm {offered(story, 'P1.1c')}")
    assert "Agreed: P1.1c (Feb-23" in said
    assert "P1.1c is now 🔴 At risk" in said
    shown = story.say("B", "action P1.1c")
    assert "At risk" in shown
    assert "28 February 2023" in shown


def test_a_line_that_rated_and_agreed_is_undone_whole(story: Story) -> None:
    story.say("B", "slipping P1.1c Feb-23 the trainer is away")
    before = story.say("B", "action P1.1c")
    story.say("D", "minutes P1.1c at risk, moved to Feb-23\nP1.1b noted")
    number = offered(story, "P1.1c")
    story.say("D", f"minutes confirm {number}")
    assert "Undone: the agreement on P1.1c." in story.say("D", "undo")
    assert story.say("B", "action P1.1c") == before
    assert offered(story, "P1.1c") == number


def test_what_the_chair_proposed_themselves_waits_while_the_line_is_rated(story: Story) -> None:
    story.say("D", "slipping P1.1c Feb-23 the trainer is away")
    story.say("D", "minutes P1.1c at risk, moved to Feb-23\nP1.1b noted")
    assert "rate it 🔴 At risk (now ⚪ Not yet rated), if that is what it means." in story.say("D", "minutes")
    assert "P1.1c is now 🔴 At risk" in story.say("D", f"minutes confirm {offered(story, 'P1.1c')}")
    assert "Agreed: P1.1c (Feb-23 in place of Dec-22)." in story.say("office", "agree P1.1c")


def test_a_confirmed_line_that_rates_and_moves_is_undone_whole_and_confirmed_again(story: Story) -> None:
    before = story.say("B", "action P1.1c")
    story.say("D", "minutes P1.1c at risk, moved to Feb-23, the trainer is away\nP1.1b noted")
    number = offered(story, "P1.1c")
    story.say("D", f"minutes confirm {number}")
    undone = story.say("D", "undo")
    assert undone.startswith("Undone: the rating of P1.1c. It is ⚪ Not yet rated again.")
    assert "Undone: the new timescale proposed for P1.1c." in undone
    assert undone.count("Its line of the minutes is to be confirmed again: type minutes.") == 1
    assert story.say("B", "action P1.1c") == before
    again = story.say("D", f"minutes confirm {number}")
    assert "Feb-23 (by 28 February 2023) is proposed for P1.1c in place of Dec-22." in again
    assert "P1.1c is now 🔴 At risk" in again


def test_what_is_undone_before_the_line_is_not_undone_with_it(story: Story) -> None:
    story.say("D", "progress P1.1c the room is booked")
    story.say("D", "minutes P1.1c at risk, moved to Feb-23, the trainer is away\nP1.1b noted")
    story.say("D", f"minutes confirm {offered(story, 'P1.1c')}")
    assert "progress" not in story.say("D", "undo")
    assert "Undone: the progress entry on P1.1c." in story.say("D", "undo")


def test_what_somebody_has_built_on_stays_and_is_said(story: Story) -> None:
    story.say("D", "minutes P1.1c at risk, moved to Feb-23, the trainer is away\nP1.1b noted")
    number = offered(story, "P1.1c")
    story.say("D", f"minutes confirm {number}")
    story.say("office", "agree P1.1c")
    undone = story.say("D", "undo")
    assert undone.startswith("Undone: the rating of P1.1c.")
    assert "the new timescale proposed for P1.1c stays, as somebody has changed that since" in undone
    assert "P1.1c is now 🔴 At risk" in story.say("D", f"minutes confirm {number}")


# A chair who has gone


def test_who_chairs_no_longer_neither_reads_nor_settles_the_minutes_they_gave(story: Story) -> None:
    story.say("D", "minutes The Board\nApologies: the head.\nP1.1a: at risk, the supplier has not signed\nP1.1c noted")
    number, other = offered(story, "P1.1a"), offered(story, "P1.1c")
    story.say("D", f"minutes drop {other}")
    story.at("2022-10-05 11:00").leave("D")
    assert "supplier" not in story.ask("console:D", "minutes").text
    for words in (f"minutes drop {number}", f"minutes confirm {number}", f"minutes {number} P1.1b"):
        assert "There is no line" in story.refused("console:D", words)
    assert "There is no line" in story.refused("console:D", f"minutes back {other}")
    assert "left to leave out" in story.refused("console:D", "minutes drop aside")
    shown = story.say("office", "minutes")
    assert "supplier" in shown
    assert "Apologies" in shown
