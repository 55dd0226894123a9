"""A mitigation has a person and a date; until that person says so, it is written and not in place."""

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
    council.say("A", "rag P1.1a at-risk no printer")
    yield council
    council.close()


def test_who_and_by_when_are_owed_and_what_was_said_is_saved(story: Story) -> None:
    reply = story.say("A", "mitigation P1.1a copy it by hand")
    assert reply == (
        "The mitigation for P1.1a is noted: copy it by hand. Please also say who does it and by when, for example: "
        "mitigation P1.1a copy it by hand; WHO; 3 October 2022"
    )
    assert "copy it by hand (written, not in place)" in story.say("A", "action P1.1a")


@pytest.mark.parametrize(("by", "why"), [("soon", "not a date I can read"), ("1 September 2022", "past")])
def test_a_date_that_is_none_or_past_is_asked_for_again(story: Story, by: str, why: str) -> None:
    reply = story.say("A", f"mitigation P1.1a copy it by hand; B; {by}")
    assert f"“{by}” is {why}. Please also say by when, for example: mitigation P1.1a copy it by hand; B; " in reply
    assert "copy it by hand; B (written, not in place)" in story.say("A", "action P1.1a")


def test_a_mitigation_may_itself_have_semicolons(story: Story) -> None:
    story.say("A", "mitigation P1.1a copy it; post it; B; 30 September 2022")
    assert "copy it; post it; B; by 30 September 2022" in story.say("A", "action P1.1a")


def test_a_role_nobody_holds_is_said_to_be_empty(story: Story) -> None:
    reply = story.say("A", "mitigation P1.1a copy it by hand; PM; 30 September 2022")
    assert "It is for PM (whom I cannot write to yet) by 30 September 2022." in reply


def test_the_person_named_is_reminded_and_says_that_it_is_in_place(story: Story) -> None:
    reply = story.say("A", "mitigation P1.1a copy it by hand; B; 30 September 2022")
    assert "It is for B by 30 September 2022. Once it is in place: inplace P1.1a" in reply
    story.mornings("2022-09-16")
    assert any(
        "Its mitigation is due in 10 working days: copy it by hand; B; by 30 September 2022." in text
        for text in told(story, "B")["B"]
    )
    assert story.say("B", "inplace P1.1a") == "The mitigation for P1.1a is in place, thank you."
    assert "copy it by hand; B; by 30 September 2022 (in place)" in story.say("A", "action P1.1a")
    count = len(told(story, "B")["B"])
    story.mornings("2022-10-14")
    assert not any("mitigation" in text for text in told(story, "B")["B"][count:])


def test_reports_say_written_not_in_place(story: Story) -> None:
    story.say("A", "mitigation P1.1a copy it by hand; B; 30 September 2022")
    assert "copy it by hand; B; by 30 September 2022 (written, not in place)" in story.say("D", "digest The Board")
    story.tick("2022-09-05 10:15")
    assert "(written, not in place)" in told(story)["D"][0]


def test_only_who_does_it_an_owner_the_chair_or_the_office_may_say_so(story: Story) -> None:
    story.say("A", "mitigation P1.1a copy it by hand; B; 30 September 2022")
    assert is_one_sentence(story.refused("C", "inplace P1.1a"))
    story.refused("B", "rag P1.1a green")


def test_in_place_is_undone_and_never_said_twice(story: Story) -> None:
    assert "No mitigation is written for P1.1a" in story.refused("A", "inplace P1.1a")
    story.say("A", "mitigation P1.1a copy it by hand; B; 30 September 2022")
    story.say("B", "inplace P1.1a")
    before = history_length(story)
    assert "is in place already" in story.refused("A", "inplace P1.1a")
    assert history_length(story) == before
    assert "has been changed by somebody since" in story.refused("A", "undo")
    story.say("B", "undo")
    assert "(written, not in place)" in story.say("A", "action P1.1a")


def test_the_form_does_what_is_typed(story: Story) -> None:
    form = story.ask("A", "mitigation P1.1a")
    assert isinstance(form, Form)
    assert [field.name for field in form.fields] == ["what", "who", "by"]
    reply = story.ask("A", form.command, what="copy it by hand", who="B", by="2022-09-30")
    assert "It is for B by 30 September 2022." in reply.text
    assert buttons(reply) == {"It is in place": "inplace P1.1a", "Undo": f"undo {history_length(story)}"}


def test_one_in_place_does_for_no_later_alarm(story: Story) -> None:
    story.say("A", "mitigation P1.1a copy it by hand; B; 30 September 2022")
    story.say("B", "inplace P1.1a")
    story.say("A", "rag P1.1a on-track")
    assert "mitigation P1.1a what; who; by when" in story.say("A", "rag P1.1a at-risk now no paper")
