"""What looks like a child's identifier is stopped with the reason, and its words are nowhere afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import File, Message, Request, Where
from tests.stories.council import history_length, is_one_sentence, open_council, stored_bytes
from tests.story import Story

SAID = [
    ("progress P1.1a pupil A123456789012 has moved", "a pupil number (UPN)", b"A123456789012"),
    ("rag P1.1a red NHS 943 476 5919 waits", "an NHS number", b"943 476 5919"),
    ("P1.1a EHCP no. 20934 is late", "the number of an EHC plan", b"20934"),
    ("done P1.1a Sam Smith, dob 03/05/2014", "a child's date of birth", b"03/05/2014"),
    ("Sam Smith born on 3 May 2014", "a child's date of birth", b"Sam Smith"),
]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def test_the_words_of_this_story_would_be_found_if_they_were_kept(story: Story) -> None:
    story.say("A", "progress P1.1a Sam Smithson is the printer")
    assert b"Sam Smithson" in stored_bytes(story.folder)


@pytest.mark.parametrize(("words", "what", "secret"), SAID)
def test_it_is_stopped_and_kept_nowhere(story: Story, words: str, what: str, secret: bytes) -> None:
    before = history_length(story)
    sentence = story.refused("A", words)
    assert sentence == (
        f"That looks like {what}, so it was not kept: please delete your message here too, "
        "and say it again without anything that points to a child."
    )
    assert is_one_sentence(sentence)
    assert history_length(story) == before
    story.close()
    assert secret not in stored_bytes(story.folder)


def test_a_forms_answers_are_looked_at_too(story: Story) -> None:
    reply = story.ask("A", "progress P1.1a", text="pupil A123456789012 has moved")
    assert "a pupil number (UPN)" in reply.text
    assert not getattr(reply, "done", False)
    story.close()
    assert b"A123456789012" not in stored_bytes(story.folder)


def test_a_message_that_is_answered_later_leaves_nothing_but_the_answer(story: Story) -> None:
    request = Request(
        "console:A", "P1.1a pupil A123456789012 has moved", Where("console", "D1", "t1"), seen_id="event:1"
    )
    story.app.door(lambda: story.now).note(request)
    assert "a pupil number (UPN)" in story.tick("2022-09-05 10:00")[0].text
    story.close()
    assert b"A123456789012" not in stored_bytes(story.folder)


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u200a", "\u202f", "\u3000", "\u2011", "\u200b"])
def test_a_form_and_a_files_name_are_read_as_plainly_as_what_is_typed(story: Story, space: str) -> None:
    number = f"943{space}476{space}5919"
    reply = story.ask("A", "progress P1.1a", text=f"NHS {number}")
    assert isinstance(reply, Message)
    assert (reply.done, reply.field) == (False, "text")
    assert "an NHS number" in story.refused("A", f"progress P1.1a NHS {number}")
    dropped = Request("console:A", "P1.1a", Where("console"), files=(File(f"letter {number}", "https://example.org"),))
    answer = story.app.door(lambda: story.now).answer(dropped)
    assert isinstance(answer, Message)
    assert "an NHS number" in answer.text


def test_hidden_characters_do_not_carry_it_past(story: Story) -> None:
    assert "a pupil number (UPN)" in story.refused("A", "progress P1.1a pupil A1234\u200b56789012 has moved")
    assert "an NHS number" in story.refused("A", "progress P1.1a NHS 943\u00a0476–5919")


def test_a_stranger_is_stopped_before_anything_else(story: Story) -> None:
    assert "a pupil number (UPN)" in story.refused("slack:T1:U9", "pupil A123456789012 has moved")


@pytest.mark.parametrize(
    "words",
    ["EHCP 2022 figures are out", "call 01226 773966", "https://example.org/d/9434765919", "3 May 2014 was the review"],
)
def test_what_is_no_childs_goes_through(story: Story, words: str) -> None:
    assert "noted" in story.say("A", f"progress P1.1a {words}")
