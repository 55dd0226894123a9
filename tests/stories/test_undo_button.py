"""The Undo under a reply stands for what that reply did, and for nothing that was done later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack_channel.stage import buttons_of, open_workplace
from tests.stories.council import buttons, is_one_sentence, open_council, told
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def test_a_later_change_is_not_undone_from_under_an_older_reply(story: Story) -> None:
    first = buttons(story.ask("A", "rag P1.1a on-track"))["Undo"]
    second = buttons(story.ask("A", "rag P1.1b at-risk no staff"))["Undo"]
    refusal = story.ask("A", first)
    assert refusal.text == (f"You have since rated P1.1b: undo takes back the last change first.\n- {second}")
    assert is_one_sentence(refusal.text)
    assert buttons(refusal) == {"Undo that on P1.1b": second}
    assert "🔴 At risk" in story.say("A", "action P1.1b")
    assert story.say("A", second).startswith("Undone: the rating of P1.1b.")
    assert story.say("A", first).startswith("Undone: the rating of P1.1a.")
    assert story.refused("A", first) == "That is undone already, so there is nothing to change."


def test_it_takes_back_all_that_its_reply_did_one_at_a_time(story: Story) -> None:
    tap = buttons(story.ask("A", "update P1.1a", rating="on_track", progress="It is printed."))["Undo"]
    assert story.say("A", tap).startswith("Undone: the progress entry on P1.1a.")
    assert story.say("A", tap).startswith("Undone: the rating of P1.1a.")
    assert "undone already" in story.refused("A", tap)


def test_it_is_nobody_elses_to_tap_and_lasts_a_day(story: Story) -> None:
    tap = buttons(story.ask("A", "rag P1.1b on-track"))["Undo"]
    assert story.refused("C", tap) == (
        "That is no change of yours that can be undone: to take back your last one, type undo."
    )
    story.at("2022-09-06 10:01")
    assert story.refused("A", tap) == "You have changed nothing in the last 24 hours that can be undone."


def test_undo_alone_takes_back_the_last_change_whatever_it_was(story: Story) -> None:
    story.say("A", "rag P1.1a on-track")
    story.say("A", "rag P1.1b at-risk no staff")
    assert story.say("A", "undo").startswith("Undone: the rating of P1.1b.")


def test_a_chair_sees_an_alarm_once_its_notices_have_left(story: Story) -> None:
    story.say("B", "rag P1.1c at-risk no trainer")
    assert "acknowledge" not in story.say("D", "home")
    story.tick("2022-09-05 10:15")
    assert "Escalations to acknowledge: 1.\n- P1.1c" in story.say("D", "home")


def test_a_chair_who_has_acknowledged_an_alarm_hears_that_it_was_withdrawn(story: Story) -> None:
    story.say("B", "rag P1.1c at-risk no trainer")
    story.say("D", "ack P1.1c")
    assert story.at("2022-09-05 10:10").say("B", "undo").endswith("Those who were told hear that it was withdrawn.")
    story.tick()
    assert set(told(story)) == {"D"}
    assert "withdr" in told(story)["D"][0]


def test_on_slack_an_older_message_undoes_nothing_of_a_later_one(tmp_path: Path) -> None:
    with open_workplace(tmp_path) as place:
        answer = place.slash("U1", "/rag", "P1.1a on-track")
        first = buttons_of(answer["blocks"])["Undo"]
        place.write("U1", "rag P1.1b at-risk no staff")
        (refusal,) = place.tap("U1", first)
        assert refusal.startswith("You have since rated P1.1b: undo takes back the last change first.")
        assert "🔴 At risk" in place.say("slack:T1:U1", "action P1.1b")
        (undone,) = place.tap("U1", "undo")
        assert undone.startswith("Undone: the rating of P1.1b.")
        assert place.tap("U1", first)[0].startswith("Undone: the rating of P1.1a.")
