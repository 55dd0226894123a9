"""What a digest says beside an action is so: whose word is missing, what was written, and which meeting decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.office import write_digest
from tests.stories.council import open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    council.mornings("2022-10-03")
    yield council.at("2022-10-04 11:00")
    council.close()


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Story]:
    """Before any meeting of the Board."""
    council = open_council(tmp_path)
    yield council
    council.close()


def line_of(story: Story, ref: str, group: str = "The Board") -> str:
    """An action's line in a digest."""
    found = [one for one in story.say("office", f"digest {group}").split("\n") if one.startswith(f"- {ref} ")]
    assert len(found) == 1, found
    return found[0]


# What was written since the last meeting


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("P1.1c", "rag P1.1c vulnerable the trainer is away"),
        ("P1.1c", "rag P1.1c on-track the trainer is back"),
        ("P1.1a", "done P1.1a https://example.org/charter"),
        ("P1.1a", "done P1.1a none, it was said on the telephone"),
        ("P1.1c", "slipping P1.1c Feb-23 the trainer is away"),
        ("P1.1c", "evidence P1.1c https://example.org/list"),
    ],
)
def test_words_given_with_an_answer_are_a_written_entry(story: Story, ref: str, words: str) -> None:
    who = "B" if ref == "P1.1c" else "A"
    story.at("2022-10-26 10:00").say(who, f"nochange {ref}")
    assert "no written entry since the last meeting" in story.say(who, f"action {ref}")
    story.say(who, words)
    assert "no written entry" not in story.say(who, f"action {ref}")
    assert "no written entry" not in line_of(story, ref)


def test_a_rating_without_a_word_is_no_written_entry(story: Story) -> None:
    story.at("2022-10-26 10:00").say("B", "rag P1.1c on-track")
    assert "no written entry since the last meeting" in story.say("B", "action P1.1c")


@pytest.mark.parametrize(("at", "times"), [("09:30", 1), ("10:30", 0)])
def test_since_the_last_meeting_is_since_it_began(tmp_path: Path, at: str, times: int) -> None:
    story = open_council(tmp_path)
    story.mornings("2022-10-03")
    story.at(f"2022-10-04 {at}").say("B", "progress P1.1c the room is booked")
    story.at("2022-10-05 10:00")
    assert story.say("B", "action P1.1c").count("no written entry since the last meeting") == times
    story.close()


# Whose word is missing


def test_where_one_organisation_has_answered_the_digest_says_which_is_still_to(story: Story) -> None:
    story.at("2022-11-09 10:00").say("A", "progress P1.1b the form is out")
    digest = story.say("D", "digest The Board")
    assert "Answered in part: 1." in digest
    line = line_of(story, "P1.1b")
    assert "no word from NHS Trust yet" in line
    assert "no update for this meeting" not in line
    story.say("A", "rag P1.1b vulnerable the printer has closed")
    assert "no word from NHS Trust yet" in line_of(story, "P1.1b")
    story.say("C", "progress P1.1b the clinics have it")
    assert "no word from" not in line_of(story, "P1.1b")


def test_where_nobody_has_answered_it_says_so(story: Story) -> None:
    story.at("2022-11-09 10:00")
    assert "P1.1b" in story.say("D", "digest The Board").partition("No update for this meeting:")[2]


def test_what_the_record_shows_is_punctuated_once(story: Story) -> None:
    story.say("D", "minute P1.1b by 14 October: A to bring the survey report.")
    story.at("2022-10-26 10:00").say("A", "rag P1.1b at-risk the printer has closed.")
    story.at("2022-11-09 10:00")
    line = line_of(story, "P1.1b")
    assert "decided at the last meeting: By 14 October" in line
    paper = write_digest(story.app, "The Board", "text", story.now).decode()
    for text in (line, paper):
        assert ".;" not in text
        assert ".]" not in text
        assert ".." not in text


# Which meeting decided


def test_what_is_minuted_before_any_meeting_was_decided_at_none(before: Story) -> None:
    before.say("D", "minute P1.1c agreed")
    before.say("D", "minute P1.2a thanks to the team")
    digest = before.say("D", "digest The Board")
    assert "ecided at the last meeting" not in digest
    assert "Decisions of the last meeting" not in digest
    assert "Minuted: 1." in digest
    assert "minuted: Thanks to the team. No answer yet" in line_of(before, "P1.2a")  # which is overdue
    assert "Minuted (2)" in digest
    before.at("2022-10-04 12:00").say("D", "minute P1.1c noted")
    assert "Decided at the last meeting: 1." in before.say("D", "digest The Board")


def test_another_groups_digest_carries_no_decision_of_a_meeting_it_did_not_hold(story: Story) -> None:
    story.say("D", "minute P1.1c by 14 October: B to bring the plan")
    story.say("A", "rag P1.1a at-risk no venue")
    story.say("D", "minute P1.1a the Board asks for a second venue")
    story.group("The Forum", "2022-11-10 10:00")
    story.group("Task Group", "2022-10-03 10:00", "2022-11-10 10:00", scope=["P1"])
    for group in ("The Forum", "Task Group"):
        digest = story.say("office", f"digest {group}")
        assert "decided" not in digest.lower()
        assert "second venue" not in digest
        assert "bring the plan" not in digest
    assert "decided at the last meeting: The Board asks for a second venue" in line_of(story, "P1.1a")


def test_decisions_that_are_printed_are_not_named_again(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no venue")
    story.say("D", "minute P1.1a the Board asks for a second venue")
    story.say("D", "minute P1.1c noted")
    assert "Also decided" not in story.say("D", "digest The Board")


def test_on_the_day_of_a_meeting_nobody_has_failed_to_write_since_it(story: Story) -> None:
    story.mornings("2022-10-04")
    during = story.at("2022-10-04 10:05").say("D", "digest The Board")
    assert "digest for the meeting on 29 November 2022" in during
    assert "no written entry since the last meeting" not in during
    story.mornings("2022-10-05")
    assert "no written entry since the last meeting" in story.at("2022-10-05 10:00").say("D", "digest The Board")
