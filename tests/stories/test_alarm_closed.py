"""An alarm that is closed: whoever had its notice hears of that too, once, outside their reminders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.history import list_rows
from tests.stories.council import open_council
from tests.story import Story

CLOSED = "The at-risk alarm of 5 September is closed."


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def sound(story: Story) -> None:
    """An alarm about P1.1b whose notices have left, to C, D, X and the office."""
    story.say("A", "rag P1.1b at-risk no venue")
    assert sorted(one.to for one in story.tick("2022-09-05 10:15")) == ["C", "D", "X", "office"]


def hear(story: Story, at: str) -> dict[str, str]:
    """Who is sent something at an instant, and what; each has one message."""
    sent = story.tick(at)
    assert len({one.to for one in sent}) == len(sent)
    return {one.to: one.text for one in sent}


def test_a_calmer_rating_is_told_to_whoever_had_the_notice_and_once(story: Story) -> None:
    sound(story)
    story.at("2022-09-05 10:25").say("A", "rag P1.1b green signed now")
    heard = hear(story, "2022-09-05 10:26")
    assert heard == dict.fromkeys(
        ("C", "D", "X", "office"), f"P1.1b is 🟢 On track again, says A: signed now. {CLOSED}"
    )
    assert hear(story, "2022-09-05 10:40") == {}


def test_vulnerable_instead_closes_it_too(story: Story) -> None:
    sound(story)
    story.at("2022-09-05 10:25").say("A", "rag P1.1b amber nearly signed")
    heard = hear(story, "2022-09-05 10:26")
    assert set(heard) == {"C", "D", "X", "office"}
    assert heard["X"] == f"P1.1b is 🟠 Vulnerable now, says A: nearly signed. {CLOSED}"


def test_a_rating_without_a_reason_is_told_without_one(story: Story) -> None:
    sound(story)
    story.at("2022-09-05 10:25").say("A", "rag P1.1b green")
    assert hear(story, "2022-09-05 10:26")["D"] == f"P1.1b is 🟢 On track again, says A. {CLOSED}"


def test_what_never_left_needs_no_correction(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    story.at("2022-09-05 10:10").say("A", "rag P1.1b green signed now")
    assert hear(story, "2022-09-05 10:15") == {}
    assert hear(story, "2022-09-05 12:30") == {}


def test_the_chair_who_agrees_that_it_is_over_does_not_hear_of_it(story: Story) -> None:
    sound(story)
    story.at("2022-09-05 10:25").say("C", "rag P1.1b green we found one")
    assert hear(story, "2022-09-05 10:26") == {}
    story.at("2022-09-05 10:30").say("D", "agree P1.1b")
    heard = hear(story, "2022-09-05 10:31")
    assert heard == dict.fromkeys(
        ("C", "X", "office"), f"P1.1b is 🟢 On track now, and D agrees that its alarm is over. {CLOSED}"
    )


def test_an_agreed_completion_closes_it_for_whoever_had_it(story: Story) -> None:
    sound(story)
    story.at("2022-09-05 10:25").say("A", "done P1.1b https://example.org/survey")
    story.at("2022-09-05 10:30").say("D", "agree P1.1b")
    heard = hear(story, "2022-09-05 10:31")
    assert heard == dict.fromkeys(("C", "X", "office"), f"P1.1b is complete, as D has agreed. {CLOSED}")


def test_opened_again_by_undo_and_closed_again_each_is_said_once(story: Story) -> None:
    sound(story)
    story.at("2022-09-05 10:25").say("A", "rag P1.1b green signed now")
    hear(story, "2022-09-05 10:26")
    story.at("2022-09-05 10:30").say("A", "undo")
    heard = hear(story, "2022-09-05 10:31")
    assert heard == dict.fromkeys(
        ("C", "D", "X", "office"),
        "P1.1b is 🔴 At risk again: A has taken back what closed its alarm of 5 September, which stands.",
    )
    story.at("2022-09-05 10:35").say("A", "rag P1.1b green it is signed after all")
    heard = hear(story, "2022-09-05 10:36")
    assert heard["X"] == f"P1.1b is 🟢 On track again, says A: it is signed after all. {CLOSED}"
    assert set(heard) == {"C", "D", "X", "office"}
    assert hear(story, "2022-09-05 10:50") == {}


def test_taken_back_before_it_left_nothing_is_said_of_it(story: Story) -> None:
    sound(story)
    story.at("2022-09-05 18:00").say("A", "rag P1.1b green signed now")
    story.at("2022-09-05 18:05").say("A", "undo")
    assert not any("P1.1b is" in text for text in hear(story, "2022-09-06 09:00").values())


def test_closed_in_the_evening_and_raised_anew_it_says_how_it_is_in_the_morning(story: Story) -> None:
    sound(story)
    story.at("2022-09-05 18:00").say("A", "rag P1.1b green signed now")
    story.at("2022-09-05 18:05").say("A", "rag P1.1b at-risk they have withdrawn")
    told = [one.text for one in story.tick("2022-09-06 09:00") if one.to == "X"]
    assert f"P1.1b was rated 🟢 On track by A: signed now. {CLOSED} It is 🔴 At risk now." in told


def test_words_that_were_redacted_meanwhile_are_not_said(story: Story) -> None:
    sound(story)
    story.at("2022-09-05 18:00").say("A", "rag P1.1b green signed by a child")
    with story.app.db.read() as tx:
        number = list_rows(tx, most=1)[0].number
    story.say("office", f"redact {number} it named somebody")
    told = [one.text for one in story.tick("2022-09-06 09:00")]
    assert any("P1.1b is 🟢 On track again, says A" in text for text in told)
    assert not any("by a child" in text for text in told)
