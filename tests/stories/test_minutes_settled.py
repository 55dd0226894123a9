"""Pasted minutes: what is confirmed is what was shown, and whose minutes they are is asked where it is unclear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import buttons, history_length, is_one_sentence, open_council
from tests.story import Story

MANY = "\n".join(f"P1.1{'abc'[n % 3]}: noted point {n}" for n in range(24))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    council.mornings("2022-10-03")
    yield council.at("2022-10-04 11:00")
    council.close()


def confirmed(story: Story) -> set[int]:
    """The points of the pasted minutes that were minuted."""
    said = "\n".join(story.say("office", f"history P1.1{letter}") for letter in "abc")
    return {n for n in range(24) if f"2022: noted point {n}\n" in f"{said}\n"}


def test_confirm_all_on_a_page_confirms_what_the_page_shows(story: Story) -> None:
    reply = story.ask("D", f"minutes {MANY}")
    said = story.ask("D", buttons(reply)["Confirm the 10 shown"])
    assert confirmed(story) == set(range(10))
    assert "Minutes: 14 to confirm (page 1 of 2)." in said.text
    second = story.ask("D", "minutes page 2")
    story.say("D", buttons(second)["Confirm the 4 shown"])
    assert confirmed(story) == {*range(10), *range(20, 24)}


def test_what_is_typed_after_a_page_confirms_what_the_page_shows(story: Story) -> None:
    story.say("D", f"minutes {MANY}")
    page = story.say("D", "minutes page 2")
    typed = page.rpartition("\n")[2].partition(" for the 10 here that are certain")[0].rpartition(", ")[2]
    assert "Minutes: 14 to confirm" in story.say("D", typed)
    assert confirmed(story) == set(range(10, 20))


def test_confirm_all_confirms_the_first_page_and_says_what_is_left(story: Story) -> None:
    story.say("D", f"minutes {MANY}")
    assert "Minutes: 14 to confirm (page 1 of 2)." in story.say("D", "minutes confirm all")
    assert confirmed(story) == set(range(10))
    story.say("D", "minutes confirm all")
    assert "Nothing of the minutes is left to confirm." in story.say("D", "minutes confirm all")
    assert confirmed(story) == set(range(24))


def test_where_nothing_shown_is_certain_the_next_page_is_named(story: Story) -> None:
    doubtful = "\n".join(f"P1.2a is done, see page {n}" for n in range(12))
    story.say("D", f"minutes {doubtful}\nP1.1c noted")
    refused = story.refused("D", "minutes confirm all")
    assert is_one_sentence(refused)
    assert "minutes page 2" in refused


def test_what_is_kept_aside_is_left_out_together_where_it_is_shown(story: Story) -> None:
    reply = story.ask("D", f"minutes {MANY[:180]}\nApologies: the head\nThe next meeting is in May")
    assert "Leave out what is kept aside" in buttons(reply)
    many = story.ask("D", f"minutes {MANY}")
    assert "Leave out what is kept aside" not in buttons(many)
    last = story.ask("D", "minutes page 4")
    assert "kept aside" not in story.say("D", buttons(last)["Leave out what is kept aside"]).partition("left out.")[2]


@pytest.mark.parametrize("typed", ["drop", "Drop", "drop P1.1a", "drop them"])
def test_minutes_drop_alone_asks_which_line_and_says_what_dropping_does(story: Story, typed: str) -> None:
    story.say("D", "minutes P1.1a noted\nP1.1b noted")
    before = history_length(story)
    refused = story.refused("D", f"minutes {typed}")
    assert is_one_sentence(refused)
    first = before - 1
    assert f"for example minutes drop {first}" in refused
    assert "it changes no action" in refused
    assert history_length(story) == before
    assert f"Line {first} is left out." in story.say("D", f"minutes drop {first}")


def test_minutes_confirm_and_back_alone_ask_which_line(story: Story) -> None:
    assert "type minutes to see" in story.refused("D", "minutes back")
    story.say("D", "minutes P1.1a noted")
    number = history_length(story)
    assert f"for example minutes confirm {number}" in story.refused("D", "minutes confirm")
    assert f"Line {number} is left out." in story.say("D", f"minutes drop {number}")
    assert f"for example minutes back {number}" in story.refused("D", "minutes back")


@pytest.mark.parametrize(
    "typed",
    [
        "The Bord\nP1.1a noted",
        "The Baord, 4 October 2022\nP1.1a noted",
        "of the Bord: P1.1a noted",
        "the bord P1.1a noted",
        "Bord",
        "The Bord",
    ],
)
def test_a_group_that_is_not_there_is_asked_about(story: Story, typed: str) -> None:
    before = history_length(story)
    reply = story.ask("D", f"minutes {typed}")
    assert not getattr(reply, "done", True)
    assert is_one_sentence(reply.text.partition("\n")[0])
    assert "There is no group called “" in reply.text
    assert history_length(story) == before
    again = story.ask("D", buttons(reply)["The Board"])
    assert "1 to confirm" in again.text if "P1.1a" in typed else "Minutes of The Board" in again.title  # type: ignore[union-attr]  # a form


@pytest.mark.parametrize("line", ["Apologies: the head", "The boarding school", "Present", "Noted P1.1b", "On track"])
def test_a_line_that_is_no_groups_name_is_a_line_of_the_minutes(story: Story, line: str) -> None:
    assert "these are the minutes of The Board" in story.say("D", f"minutes {line}\nP1.1a noted")
