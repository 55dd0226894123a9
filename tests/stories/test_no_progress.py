"""In a thread not everything is progress: a chair's thanks, a question, a single word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import buttons, history_length, is_one_sentence, open_council
from tests.stories.test_thread_replies import Thread, last_rows
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.fixture
def thread(story: Story) -> Thread:
    """The owner's, of a reminder of P1.1c alone."""
    return Thread(story, next(one for one in story.tick("2022-09-12 09:00") if one.to == "B"))


@pytest.fixture
def notice(story: Story) -> Thread:
    """The chair's, of the notice that P1.1a is at risk."""
    story.say("A", "rag P1.1a red no printer")
    return Thread(story, next(one for one in story.tick("2022-09-05 10:15") if one.to == "D"))


@pytest.mark.parametrize(
    "words",
    [
        "seen",
        "Seen.",
        "acknowledged, thanks",
        "ack, thank you",
        "noted",
        "Noted with thanks",
        "thank you for telling me",
    ],
)
def test_a_chair_who_has_seen_an_alarm_acknowledges_it(story: Story, notice: Thread, words: str) -> None:
    assert notice.say(words).text == "The escalation of P1.1a is acknowledged, thank you."
    assert "D, ack" in story.say("office", "history P1.1a").split("\n")[1]


@pytest.mark.parametrize("words", ["thanks, what are you doing about it?", "it will be fine", "noted, but who pays?"])
def test_what_a_chair_says_in_a_thread_is_not_the_owners_progress(story: Story, notice: Thread, words: str) -> None:
    before = history_length(story)
    reply = notice.say(words)
    assert reply.text.startswith("Nothing is changed, as only what the owners of P1.1a say is progress")
    assert is_one_sentence(reply.text)
    assert not reply.done
    assert buttons(reply) == {"Acknowledge P1.1a": "ack P1.1a", "Keep it as progress": f"progress P1.1a {words}"}
    assert history_length(story) == before
    assert notice.tap(reply, "Keep it as progress").startswith("Progress on P1.1a is noted")


def test_a_rating_that_a_chair_names_in_a_thread_is_offered_and_not_kept(story: Story, notice: Thread) -> None:
    before = history_length(story)
    reply = notice.say("on track, I have spoken to them")
    assert history_length(story) == before
    assert notice.tap(reply, "On track").startswith("P1.1a is now 🟢 On track")


def test_after_a_reference_a_chairs_words_are_not_progress_either(story: Story) -> None:
    before = history_length(story)
    reply = story.ask("D", "P1.1a please hurry with it")
    assert buttons(reply) == {"Keep it as progress": "progress P1.1a please hurry with it"}
    assert history_length(story) == before


@pytest.mark.parametrize("words", ["seen", "acknowledged", "Thanks!"])
def test_thanks_from_who_may_not_acknowledge_change_nothing(story: Story, words: str) -> None:
    story.say("A", "rag P1.1a red no printer")
    lead = Thread(story, next(one for one in story.tick("2022-09-05 10:15") if one.to == "X"))
    before = history_length(story)
    reply = lead.say(words)
    assert reply.text in ("Thank you.", "You're welcome.")
    assert history_length(story) == before


def test_an_owner_who_says_seen_acknowledges_nothing(story: Story, thread: Thread) -> None:
    story.say("B", "rag P1.1c red no trainer")
    before = history_length(story)
    assert thread.say("seen, thanks").text == "Thank you."
    assert history_length(story) == before


@pytest.mark.parametrize("words", ["is it due soon?", "half of them are trained. Is that enough?", "what is the date?"])
def test_a_question_is_not_kept_unless_one_says_so(story: Story, thread: Thread, words: str) -> None:
    before = history_length(story)
    reply = thread.say(words)
    assert reply.text.startswith("I keep notes and cannot answer that")
    assert buttons(reply) == {"Show P1.1c": "action P1.1c", "Keep it as progress": f"progress P1.1c {words}"}
    assert history_length(story) == before
    thread.tap(reply, "Keep it as progress")
    assert last_rows(story, "P1.1c", 1) == [f"progress: {words}"]


def test_a_question_about_several_actions_is_answered_with_each(story: Story) -> None:
    several = Thread(story, next(one for one in story.tick("2022-09-12 09:00") if one.to == "A"))
    reply = several.say("are they due soon?")
    assert buttons(reply) == {"Show P1.1a": "action P1.1a", "Show P1.1b": "action P1.1b"}


@pytest.mark.parametrize("words", ["stop", "printed", "Sorted."])
def test_a_single_word_is_not_kept_unless_one_says_so(story: Story, thread: Thread, words: str) -> None:
    before = history_length(story)
    reply = thread.say(words)
    assert reply.text.startswith("Say in a sentence how it is going, for example: progress P1.1c")
    assert buttons(reply) == {"Keep it as progress": f"progress P1.1c {words}"}
    assert history_length(story) == before


@pytest.mark.parametrize("words", ["yes", "Yes please!", "yep"])
def test_a_yes_is_told_to_tap(story: Story, thread: Thread, words: str) -> None:
    thread.say("all done, the minutes say so")
    before = history_length(story)
    assert thread.say(words).text == (
        "I cannot tell what that is a yes to: tap the button above, or type for example progress P1.1c the form is "
        "printed"
    )
    assert history_length(story) == before


def test_what_is_no_longer_on_track_may_be_rated(thread: Thread) -> None:
    reply = thread.say("no longer on track I fear")
    assert reply.text == "Progress on P1.1c is noted, thank you. To rate it as well: rag P1.1c"
    assert buttons(reply)["Rate it"] == "rag P1.1c"
    assert "Rate it" not in buttons(thread.say("half of them are trained"))


def test_a_day_that_is_the_timescale_already_is_not_offered(thread: Thread) -> None:
    assert set(buttons(thread.say("will be done by 31 December 2022"))) == {"Undo"}


def test_lines_about_several_actions_are_not_kept_as_progress_on_the_one_in_the_thread(
    story: Story, thread: Thread
) -> None:
    before = history_length(story)
    reply = thread.say("P1.1c: on track\nP1.1a: slipping to June")
    assert buttons(reply) == {"P1.1c": "P1.1c on track", "P1.1a": "P1.1a slipping to June"}
    assert history_length(story) == before
