"""A new timescale is proposed; the first is never overwritten, and how often it moved stays in sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Form
from tests.stories.council import buttons, history_length, is_one_sentence, open_council, told
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def test_it_is_proposed_with_how_it_was_read(story: Story) -> None:
    reply = story.ask("A", "slipping P1.1a Dec-22 waiting on the data agreement")
    assert reply.text == (
        "Dec-22 (by 31 December 2022) is proposed for P1.1a in place of Oct-22. It counts once the chair of The Board "
        "agrees; nobody is reminded of it until then."
    )
    shown = story.say("A", "action P1.1a")
    assert "Timescale: Oct-22: by 31 October 2022" in shown
    assert "Proposed: Dec-22 proposed, awaiting agreement" in shown


def test_a_reason_is_owed(story: Story) -> None:
    reply = story.ask("A", "slipping P1.1a Dec-22")
    assert "Why is it slipping? Type: progress P1.1a and the reason." in reply.text
    assert buttons(reply)["Say why"] == "progress P1.1a"


def test_a_reason_without_a_date_is_kept_and_the_date_asked_for(story: Story) -> None:
    reply = story.say("A", "slipping P1.1a waiting on the data agreement")
    assert reply == (
        "Your words are kept as progress on P1.1a. Which new timescale does it need? "
        "Type for example: slipping P1.1a Dec-22"
    )
    assert "A: waiting on the data agreement" in story.say("A", "action P1.1a")


def test_the_first_timescale_is_never_overwritten(story: Story) -> None:
    for new in ("Dec-22", "Mar-23"):
        story.say("A", f"slipping P1.1a {new} waiting on the data agreement")
        story.say("D", "agree P1.1a")
    shown = story.say("A", "action P1.1a")
    assert "Timescale: Mar-23: by 31 March 2023" in shown
    assert "First timescale: Oct-22" in shown
    assert "moved twice Oct-22→Mar-23" in shown


def test_moved_twice_stands_in_the_digest(story: Story) -> None:
    for new in ("Dec-22", "Mar-23"):
        story.say("A", f"slipping P1.1a {new} waiting on the data agreement")
        story.say("D", "agree P1.1a")
    assert "moved twice Oct-22→Mar-23" in story.say("D", "digest The Board")


def test_it_is_reminded_of_by_its_new_timescale_once_agreed(story: Story) -> None:
    story.say("A", "slipping P1.1a Dec-22 waiting on the data agreement")
    story.mornings("2022-10-10")
    assert not any("P1.1a" in text for text in told(story).get("A", []))
    story.say("D", "agree P1.1a")
    story.mornings("2022-12-02")
    assert any("due 31 December 2022" in text for text in told(story)["A"])


def test_a_returned_timescale_leaves_the_old_one_and_says_why(story: Story) -> None:
    story.say("A", "slipping P1.1a Dec-22 waiting on the data agreement")
    story.say("D", "return P1.1a the agreement was signed in July")
    story.tick("2022-09-06 09:00")
    assert (
        "- P1.1a came back from D, who does not agree the new timescale yet: the agreement was signed in July."
        in told(story)["A"][0]
    )
    shown = story.say("A", "action P1.1a")
    assert "Timescale: Oct-22" in shown
    assert "moved" not in shown


def test_another_proposal_replaces_the_one_before(story: Story) -> None:
    story.say("A", "slipping P1.1a Dec-22 waiting on the data agreement")
    story.say("A", "slipping P1.1a Jan-23 it will take longer")
    assert story.say("D", "agree P1.1a") == "Agreed: P1.1a (Jan-23 in place of Oct-22)."
    assert "moved once Oct-22→Jan-23" in story.say("A", "action P1.1a")


@pytest.mark.parametrize(
    ("timescale", "sentence"),
    [
        ("Jul-22", "Jul-22 is past, so please give a timescale from today on: slipping P1.1a Dec-22"),
        ("Oct-22", "Oct-22 is already the timescale of P1.1a: give another one, or rate it with rag P1.1a."),
        ("Ongoing", "“Ongoing” could not be read as a date: type for example slipping P1.1a Dec-22 and why."),
    ],
)
def test_what_is_no_new_timescale_is_refused_in_a_sentence(story: Story, timescale: str, sentence: str) -> None:
    before = history_length(story)
    assert story.refused("A", f"slipping P1.1a {timescale}") == sentence
    assert is_one_sentence(sentence)
    assert history_length(story) == before


def test_the_form_does_what_is_typed(story: Story) -> None:
    form = story.ask("A", "slipping P1.1a")
    assert isinstance(form, Form)
    reply = story.say("A", form.command, timescale="16 December 2022", reason="waiting on the data agreement")
    assert reply.startswith("16 December 2022 (by 16 December 2022) is proposed for P1.1a")
    assert story.refused("A", form.command) == form.text
    assert "could not be read as a date" in story.say("A", form.command, timescale="sometime", reason="")
