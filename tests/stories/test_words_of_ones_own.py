"""What begins with no command: after a reference it is progress, in reply to a reminder it is about that action."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Message, Request, Where
from tests.stories.council import buttons, history_length, open_council
from tests.story import Sent, Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def reply_to(story: Story, sent: Sent, words: str) -> Message:
    """Answer in the thread of a message that was sent."""
    where = Where("console", "console", story.posts(sent.to)[-1])
    request = Request(f"console:{sent.to}", words, where, said_id=f"{sent.to} {words}")
    reply = story.app.door(lambda: story.now).answer(request)
    assert isinstance(reply, Message)
    return reply


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("the charter is at the printer", "progress"),
        ("vulnerable pupils were seen first", "progress"),
        ("red tape is holding us up", "progress"),
        ("done the first visit", "progress"),
        ("on track to publish in March", "progress"),
        ("return visits are planned", "progress"),
        ("action was taken", "progress"),
        ("at-risk pupils were seen first", "progress"),
        ("at risk the supplier has gone", "rag"),
        ("deferred until the printer is back", "rag"),
        ("“vulnerable”", "rag"),
        ("at risk", "rag"),
        ("at risk: no printer", "rag"),
        ("amber, no printer", "rag"),
        ("green because the printer is back", "rag"),
        ("on track - all 12 schools", "rag"),
        ("done", "done"),
        ("done.", "done"),
        ("blue", "done"),
        ("no change", "answer"),
        ("No change!", "answer"),
        ("not mine", "not mine"),
        ("slipping Dec-22 no printer", "slipping"),
        ("evidence https://example.org", "evidence"),
        ("progress it is printed", "progress"),
        ("snooze 3 October", "snooze"),
    ],
)
def test_words_after_a_reference_do_only_what_can_be_nothing_else(story: Story, words: str, kind: str) -> None:
    story.say("A", f"P1.1a {words}")
    assert f"A (tester), {kind}" in story.say("A", "history P1.1a").split("\n")[1]


def test_a_reply_to_a_reminder_of_one_action_is_about_it(story: Story) -> None:
    bundle = next(one for one in story.tick("2022-09-12 09:00") if one.to == "B")
    assert "Progress on P1.1c is noted" in reply_to(story, bundle, "half of them are trained").text
    assert "half of them are trained" in story.say("B", "action P1.1c")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("rag green", "P1.1c is now 🟢 On track"),
        ("no change", "Noted: no change on P1.1c"),
        ("done https://example.org", "P1.1c is done, awaiting agreement"),
        ("done", "P1.1c is done, awaiting agreement"),
        ("why", "Why, for P1.1c"),
    ],
)
def test_there_a_command_needs_no_reference(story: Story, words: str, said: str) -> None:
    bundle = next(one for one in story.tick("2022-09-12 09:00") if one.to == "B")
    assert reply_to(story, bundle, words).text.startswith(said)


@pytest.mark.parametrize(
    ("words", "kind"),
    [("done", "done"), ("no change", "answer"), ("it is all printed", "progress"), ("rag red no printer", "rag")],
)
def test_a_reply_to_a_reminder_of_several_is_asked_which(story: Story, words: str, kind: str) -> None:
    bundle = next(one for one in story.tick("2022-09-12 09:00") if one.to == "A")
    before = history_length(story)
    reply = reply_to(story, bundle, words)
    assert not reply.done
    assert set(buttons(reply)) == {"P1.1a", "P1.1b"}
    assert history_length(story) == before
    chosen = buttons(reply)["P1.1b"]
    story.say("A", chosen)
    assert f"A (tester), {kind}" in story.say("A", "history P1.1b").split("\n")[1]


def test_a_chair_acknowledges_in_the_notices_thread(story: Story) -> None:
    story.say("A", "rag P1.1a red no printer")
    notice = next(one for one in story.tick("2022-09-05 10:15") if one.to == "D")
    assert reply_to(story, notice, "ack").text == "The escalation of P1.1a is acknowledged, thank you."


def test_in_the_thread_of_nothing_of_ours_nothing_is_guessed(story: Story) -> None:
    where = Where("console", "console", "somebody else's")
    reply = story.app.door(lambda: story.now).answer(Request("console:A", "it is all printed", where))
    assert isinstance(reply, Message)
    assert reply.text.startswith("I did not understand that: begin with a reference")


def test_a_reply_in_a_thread_cannot_do_what_its_writer_may_not(story: Story) -> None:
    story.say("A", "rag P1.1a red no printer")
    notice = next(one for one in story.tick("2022-09-05 10:15") if one.to == "X")
    reply = reply_to(story, notice, "it will be fine")
    assert "P1.1a is not among your actions, so you cannot update it" in reply.text
