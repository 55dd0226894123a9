"""What people say without the words of a command is understood or offered, and never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Message, Request, Where
from tests.stories.council import buttons, history_length, open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("at-risk P1.1a no printer", "P1.1a is now 🔴 At risk"),
        ("deferred p1.1A", "P1.1a is now 🟣 Deferred"),
        ("rag P1.1a “at risk” it’s late", "P1.1a is now 🔴 At risk"),
        ('rag P1.1a "vulnerable"', "P1.1a is now 🟠 Vulnerable"),
        ("mine", "Your actions: 2"),
        ("Thanks!", "You're welcome."),
        ("ok", "You're welcome."),
        ("hello", "Hello. Type help to see what I can do"),
    ],
)
def test_what_people_say_is_understood(story: Story, words: str, said: str) -> None:
    reply = story.ask("A", words)
    assert isinstance(reply, Message)
    assert reply.text.startswith(said)
    assert reply.done


def test_several_actions_with_and_between_them_all_count(story: Story) -> None:
    assert story.say("A", "nochange P1.1a and P1.1b") == "Noted: no change on P1.1a and P1.1b. Thank you."
    assert buttons(story.ask("A", "done P1.1a and P1.1b https://example.org")) == {
        "P1.1a": "done P1.1a https://example.org",
        "P1.1b": "done P1.1b https://example.org",
    }


def test_after_a_rating_that_owes_its_reason_a_sentence_is_offered_as_that(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk")
    before = history_length(story)
    reply = story.ask("A", "the supplier has not signed")
    assert reply.text.startswith("Is that why P1.1a is at risk, or progress on it?")
    assert buttons(reply) == {
        "Reason for P1.1a": "rag P1.1a at-risk the supplier has not signed",
        "Progress on P1.1a": "progress P1.1a the supplier has not signed",
    }
    assert history_length(story) == before
    story.at("2022-09-05 11:30")
    assert "Is that progress on one of these?" in story.refused("A", "the supplier has not signed")


def test_after_a_reminder_a_sentence_is_offered_as_progress(story: Story) -> None:
    before = history_length(story)
    assert set(buttons(story.ask("A", "the survey is out at last"))) == {"P1.1a", "P1.1b"}
    assert history_length(story) == before
    assert story.refused("X", "the survey is out at last").startswith("I did not understand that")


def test_a_refused_request_seen_before_is_not_answered_again(story: Story) -> None:
    request = Request("console:A", "rag P9.9z red", Where("console"), seen_id="one")
    door = story.app.door(lambda: story.now)
    reply = door.answer(request)
    assert isinstance(reply, Message)
    assert not reply.done
    assert door.answer(request) is None


def test_a_rating_while_a_closure_waits_says_so(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org")
    assert "still waits for the chair of The Board to agree that or return it." in story.say("A", "rag P1.1a red x")


def test_an_undo_says_in_the_history_which_row(story: Story) -> None:
    story.say("A", "rag P1.1a green")
    row = story.say("A", "history P1.1a").split("\n")[1].split(".")[0].removeprefix("- ")
    story.say("A", "undo")
    assert f"undo: row {row}" in story.say("A", "history P1.1a")


def test_resume_of_what_runs_says_so(story: Story) -> None:
    assert story.refused("office", "resume") == "Nothing is paused, so there is nothing to resume."


def test_examples_are_of_days_to_come(story: Story) -> None:
    story.at("2023-05-02 10:00")
    assert "slipping P1.1a Aug-23" in story.say("A", "slipping P1.1a")
    assert "snooze P1.1a 30 May" in story.say("A", "snooze P1.1a")
