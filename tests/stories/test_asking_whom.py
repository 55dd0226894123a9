"""`ask` where nobody holds the role, where it is one's own action, and where the question was forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Form
from tests.stories.council import buttons, history_length, open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = open_council(tmp_path)
    yield found
    found.close()


def test_the_offices_copy_says_first_whom_it_is_for_and_offers_no_answer_of_an_owners(story: Story) -> None:
    story.leave("B")
    story.say("D", "ask P1.1c who does this?")
    (question,) = [one for one in story.tick("2022-09-05 10:01") if "asks about" in one.text]
    assert question.to == "office"
    first, second, *_ = question.text.split("\n")
    assert first == "Please pass this on to B, whom I cannot write to."
    assert second == "D asks about P1.1c: who does this?"
    assert buttons(question.message) == {"Show P1.1c": "action P1.1c"}


def test_an_owners_copy_has_no_such_line(story: Story) -> None:
    story.say("D", "ask P1.1a is it printed?")
    (question,) = story.tick("2022-09-05 10:01")
    assert question.text.startswith("D asks about P1.1a: is it printed?")
    assert {"On track", "Not mine"} <= set(buttons(question.message))


def test_the_office_is_not_sent_its_own_question_but_told_whom_to_appoint(story: Story) -> None:
    story.leave("B")
    rows = history_length(story)
    assert story.refused("office", "ask P1.1c who does this?") == (
        "Nobody I can write to holds B, so there is nobody to ask about P1.1c; to give it to somebody: "
        'halfterm people set "B" ADDRESS'
    )
    assert history_length(story) == rows
    assert not any("asks about" in one.text for one in story.tick("2022-09-05 10:01"))


def test_a_colleague_in_the_office_is_not_sent_the_offices_question_either(story: Story) -> None:
    story.office("console:second")
    story.leave("B")
    assert story.refused("office", "ask P1.1c who does this?").startswith("Nobody I can write to holds B")
    assert not any("asks about" in one.text for one in story.tick("2022-09-05 10:01"))


def test_about_ones_own_action_there_is_nobody_to_ask(story: Story) -> None:
    story.give("A", "D")
    story.leave("A")
    rows = history_length(story)
    assert story.refused("D", "ask P1.1a is it printed?") == "P1.1a is yours alone, so there is nobody else to ask."
    assert history_length(story) == rows
    assert not any("asks about" in one.text for one in story.tick("2022-09-05 10:01"))


def test_of_an_action_that_is_partly_ones_own_the_others_are_asked(story: Story) -> None:
    story.give("A", "D")
    story.leave("A")
    assert story.say("D", "ask P1.1b is the survey out?").startswith("C has your question about P1.1b now.")


def test_of_an_action_shared_with_a_vacant_role_the_office_passes_it_on_to_that_one(story: Story) -> None:
    story.give("A", "D")
    story.leave("A")
    story.leave("C")
    assert story.say("D", "ask P1.1b is the survey out?").startswith("Nobody holds C, so the programme office is asked")
    (question,) = [one for one in story.tick("2022-09-05 10:01") if "asks about" in one.text]
    assert question.to == "office"
    assert question.text.startswith("Please pass this on to C, whom I cannot write to.")


@pytest.mark.parametrize("words", ["ask P1.1a", "ask P1.1a  "])
def test_a_forgotten_question_is_asked_for_and_does_not_spend_the_week(story: Story, words: str) -> None:
    rows = history_length(story)
    form = story.ask("D", words)
    assert isinstance(form, Form)
    assert [(one.name, one.label) for one in form.fields] == [("question", "What would you like to ask?")]
    assert form.text == "What would you like to ask? Type: ask P1.1a and your question."
    assert history_length(story) == rows
    assert "A has your question" in story.say("D", form.command, question="is it printed?")
    (question,) = story.tick("2022-09-05 10:01")
    assert question.text.startswith("D asks about P1.1a: is it printed?")


def test_what_may_not_be_asked_about_opens_no_form(story: Story) -> None:
    story.say("D", "ask P1.1a is it printed?")
    reply = story.ask("office", "ask P1.1a")
    assert not isinstance(reply, Form)
    assert reply.text.startswith("D asked about P1.1a on 5 September 2022")


def test_of_two_owners_of_whom_one_is_vacant_the_other_is_asked_and_that_is_said(story: Story) -> None:
    story.leave("C")
    said = story.say("D", "ask P1.1b is the survey out?")
    assert said == (
        "A has your question about P1.1b now. Nobody I can write to holds C, so it is not asked; the programme office "
        "can give it to somebody. Their answer comes with your next reminders."
    )
    again = story.at("2022-09-13 10:00").say("office", "ask P1.1b is the survey out?")
    assert 'to give it to somebody: halfterm people set "C" ADDRESS.' in again


def test_where_every_owner_is_there_nothing_is_said_of_vacant_ones(story: Story) -> None:
    assert "Nobody" not in story.say("D", "ask P1.1b is the survey out?")
