"""`ask`: a chair, a lead or the office asks an action's owners something, the same working day, once a week."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.appointments import mark_closed
from tests.stories.council import buttons, open_council, told
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = open_council(tmp_path)
    yield found
    found.close()


def test_the_owners_have_the_question_the_same_working_day_outside_their_bundles(story: Story) -> None:
    reply = story.ask("D", "ask P1.1b is the survey out?")
    assert reply.text == ("A, C have your question about P1.1b now. Their answer comes with your next reminders.")
    story.tick("2022-09-05 10:01")
    assert set(told(story)) == {"A", "C"}
    (question,) = [one.message for one in story.to("A")[-1:]]
    assert question.text.startswith(
        "D asks about P1.1b: is the survey out?\nP1.1b · ⚪ Not yet rated · due 31 March 2023"
    )
    assert buttons(question)["On track"] == "rag P1.1b on-track"
    assert "sent 5 September 2022 10:01" in story.say("office", "why P1.1b")


def test_a_question_in_the_evening_waits_for_the_morning_and_goes_beside_the_bundle(story: Story) -> None:
    story.at("2022-09-09 18:00")
    assert "have your question about P1.1b on 12 September 2022 at 09:00" in story.say("X", "ask P1.1b how far are we?")
    assert story.tick("2022-09-09 18:01") == []
    first = [one.text.partition("\n")[0] for one in story.tick("2022-09-12 09:00") if one.to == "A"]
    assert "X asks about P1.1b: how far are we?" in first


def test_an_action_is_asked_about_once_a_week_whoever_asks(story: Story) -> None:
    story.say("D", "ask P1.1a how far are we?")
    assert story.refused("office", "ask P1.1a and now?") == (
        "D asked about P1.1a on 5 September 2022 and has the question with its owners; it can be asked about again "
        "from 12 September 2022."
    )
    story.at("2022-09-12 10:01")
    assert "A has your question" in story.say("office", "ask P1.1a and now?")


def test_whoever_asked_hears_the_answer_with_their_next_reminders(story: Story) -> None:
    story.say("X", "ask P1.1a how far are we?")
    story.tick("2022-09-05 10:01")
    story.at("2022-09-05 11:00").say("A", "progress P1.1a the draft is at the printer")
    story.at("2022-09-05 11:05").say("A", "progress P1.1a and the cover too")
    (heard,) = story.mornings("2022-09-06")
    assert heard.to == "X"
    assert "A answers your question about P1.1a (⚪ Not yet rated): the draft is at the printer." in heard.text
    assert "the cover too" not in heard.text


def test_a_question_that_is_taken_back_or_settled_before_it_leaves_is_not_asked(story: Story) -> None:
    story.at("2022-09-05 18:00").say("D", "ask P1.1a how far are we?")
    assert "Undone: your question about P1.1a." in story.say("D", "undo")
    assert story.tick("2022-09-06 09:00") == []
    assert "the question was taken back" in story.say("office", "why P1.1a")
    assert "A has your question" in story.say("D", "ask P1.1a how far are we?")


def test_where_nobody_holds_the_role_the_office_passes_the_question_on(story: Story) -> None:
    story.leave("B")
    assert story.say("D", "ask P1.1c who does this?").startswith(
        "Nobody holds B, so the programme office is asked now to pass your question on."
    )
    story.tick("2022-09-05 10:01")
    (question,) = [one for one in story.sent if "asks about P1.1c: who does this?" in one.text]
    assert question.to == "office"


@pytest.mark.parametrize("who", ["A", "B"])
def test_owners_and_strangers_are_told_who_may_ask(story: Story, who: str) -> None:
    refused = story.refused(who, "ask P1.1a how far are we?")
    assert "Only a chair" in refused or "not among your actions" in refused
    assert story.tick("2022-09-05 10:01") == []


def test_a_complete_action_is_not_asked_about(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("D", "agree P1.1a")
    assert story.refused("D", "ask P1.1a how far are we?").startswith("P1.1a is complete")


def test_an_answer_given_before_the_question_leaves_is_enough(story: Story) -> None:
    story.at("2022-09-06 17:30").say("D", "ask P1.1a is the draft out?")
    story.at("2022-09-06 17:40").say("A", "progress P1.1a the draft is out since Monday")
    story.tick("2022-09-07 09:00")
    assert not any("asks about" in text for text in told(story, "A").get("A", []))
    assert any("A answers your question about P1.1a" in text for text in told(story)["D"])
    assert "it was answered" in story.say("office", "why P1.1a")


def test_who_covers_from_the_morning_on_is_asked_in_place_of_who_is_away(story: Story) -> None:
    story.give("PM")
    story.say("A", "cover A by PM from 6 September to 7 October")
    story.at("2022-09-05 17:30").say("D", "ask P1.1b is the survey out?")
    story.tick("2022-09-06 09:00")
    story.tick("2022-09-06 09:01")
    story.tick("2022-09-06 09:02")
    asked = [one.to for one in story.sent if "D asks about P1.1b: is the survey out?" in one.text]
    assert sorted(asked) == ["C", "PM"]
    why = story.say("office", "why P1.1b")
    assert "it is no longer theirs" in why
    assert "waiting" not in why


def test_where_all_owners_close_their_accounts_overnight_the_office_is_asked(story: Story) -> None:
    story.at("2022-09-05 17:30").say("D", "ask P1.1b is the survey out?")
    with story.app.db.write() as tx:
        for who in ("A", "C"):
            assert mark_closed(tx, f"console:{who}", True, story.now)
    story.tick("2022-09-06 09:00")
    story.tick("2022-09-06 09:01")
    asked = [one.to for one in story.sent if "D asks about P1.1b: is the survey out?" in one.text]
    assert asked == ["office"]
    why = story.say("office", "why P1.1b")
    assert "a question, to A and C: not sent, their account is closed, so others are asked" in why
    assert "it goes in a message of its own" not in why


def test_who_holds_the_role_by_the_morning_is_asked_and_the_office_no_more(story: Story) -> None:
    story.leave("B")
    story.at("2022-09-05 17:30").say("D", "ask P1.1c who does this?")
    story.give("B", "B2")
    story.tick("2022-09-06 09:00")
    story.tick("2022-09-06 09:01")
    assert [one.to for one in story.sent if "asks about P1.1c: who does this?" in one.text] == ["B2"]


def test_who_asked_and_has_left_does_not_hear_the_answer(story: Story) -> None:
    story.at("2022-09-06 10:00").say("D", "ask P1.1a is the draft out?")
    story.tick()
    story.at("2022-09-08 10:00").leave("D")
    story.sent.clear()
    story.at("2022-09-20 10:00").say("A", "progress P1.1a the supplier makes trouble")
    story.mornings("2022-09-22")
    assert told(story, "D") == {}


def test_who_asked_as_chair_and_is_a_lead_by_now_still_hears(story: Story) -> None:
    story.at("2022-09-06 10:00").say("D", "ask P1.1a is the draft out?")
    story.tick()
    story.at("2022-09-08 10:00").leave("D")
    story.give("X", address="console:D")
    story.at("2022-09-20 10:00").say("A", "progress P1.1a the draft is out")
    story.mornings("2022-09-22")
    assert any("A answers your question about P1.1a" in text for text in told(story)["D"])
