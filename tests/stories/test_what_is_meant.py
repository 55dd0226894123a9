"""What people say without the words of a command is understood or offered, and never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Message, Request, Where
from tests.stories.council import buttons, history_length, open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("at-risk P1.1a no printer", "P1.1a is now 🔴 At risk"),
        ("deferred p1.1A", "P1.1a is now 🟣 Deferred"),
        ("rag P1.1a “at risk” it’s late", "P1.1a is now 🔴 At risk"),
        ('rag P1.1a "vulnerable"', "P1.1a is now 🟠 Vulnerable"),
        ("no change P1.1a", "Noted: no change on P1.1a"),
        ("Not mine: p1.1a", "The programme office hears that P1.1a is not yours"),
        ("still going P1.1a, thanks", "Noted: still going on P1.1a"),
        ("mine", "Your actions: 2"),
        ("Thanks!", "You're welcome."),
        ("ok", "You're welcome."),
        ("hello", "Hello. Type help to see what I can do"),
    ],
)
def test_what_people_say_is_understood(story: Story, words: str, said: str) -> None:
    reply = story.ask("A", words)
    assert isinstance(reply, Message)
    assert reply.text.startswith(said)
    assert reply.done


def test_several_actions_with_and_between_them_all_count(story: Story) -> None:
    assert story.say("A", "nochange P1.1a and P1.1b") == "Noted: no change on P1.1a and P1.1b. Thank you."
    assert buttons(story.ask("A", "done P1.1a and P1.1b https://example.org")) == {
        "P1.1a": "done P1.1a https://example.org",
        "P1.1b": "done P1.1b https://example.org",
    }


def test_after_a_rating_that_owes_its_reason_a_sentence_is_offered_as_that(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk")
    before = history_length(story)
    reply = story.ask("A", "the supplier has not signed")
    assert reply.text.startswith("Is that why P1.1a is at risk, or progress on it?")
    assert buttons(reply) == {
        "Reason for P1.1a": "rag P1.1a at-risk the supplier has not signed",
        "Progress on P1.1a": "progress P1.1a the supplier has not signed",
    }
    assert history_length(story) == before
    story.at("2022-09-05 11:30")
    assert "Is that progress on one of these?" in story.refused("A", "the supplier has not signed")


def test_after_a_reminder_a_sentence_is_offered_as_progress(story: Story) -> None:
    before = history_length(story)
    assert set(buttons(story.ask("A", "the survey is out at last"))) == {"P1.1a", "P1.1b"}
    assert history_length(story) == before
    assert story.refused("X", "the survey is out at last").startswith("I did not understand that")


def test_a_refused_request_seen_before_is_not_answered_again(story: Story) -> None:
    request = Request("console:A", "rag P9.9z red", Where("console"), seen_id="one")
    door = story.app.door(lambda: story.now)
    reply = door.answer(request)
    assert isinstance(reply, Message)
    assert not reply.done
    assert door.answer(request) is None


def test_a_rating_while_a_closure_waits_says_so(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org")
    assert "still waits for the chair of The Board to agree that or return it." in story.say("A", "rag P1.1a red x")


def test_an_undo_says_in_the_history_which_row(story: Story) -> None:
    story.say("A", "rag P1.1a green")
    row = story.say("A", "history P1.1a").split("\n")[1].split(".")[0].removeprefix("- ")
    story.say("A", "undo")
    assert f"undo: row {row}" in story.say("A", "history P1.1a")


def test_resume_of_what_runs_says_so(story: Story) -> None:
    assert story.refused("office", "resume") == "Nothing is paused, so there is nothing to resume."


def test_examples_are_of_days_to_come(story: Story) -> None:
    story.at("2023-05-02 10:00")
    assert "slipping P1.1a Aug-23" in story.say("A", "slipping P1.1a")
    assert "snooze P1.1a 30 May" in story.say("A", "snooze P1.1a")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("P1.1a done, P1.1b on track", {"P1.1a": "P1.1a done", "P1.1b": "P1.1b on track"}),
        ("P1.1a done P1.1b on track", {"P1.1a": "P1.1a done", "P1.1b": "P1.1b on track"}),
        ("P1.1a done and P1.1b is on track", {"P1.1a": "P1.1a done", "P1.1b": "P1.1b is on track"}),
        ("rag P1.1a done, P1.1b on track", {"P1.1a": "rag P1.1a done", "P1.1b": "P1.1b on track"}),
        ("rag P1.1a red no one, P1.1b green", {"P1.1a": "rag P1.1a red no one", "P1.1b": "P1.1b green"}),
        ("done P1.1a, P1.1b on track", {"P1.1a": "done P1.1a", "P1.1b": "P1.1b on track"}),
        ("P1.1a and P1.1b done", {"P1.1a": "P1.1a done", "P1.1b": "P1.1b done"}),
        ("P1.1a: on track\nP1.1b: slipping to June", {"P1.1a": "P1.1a on track", "P1.1b": "P1.1b slipping to June"}),
        (
            "- P1.1a: half of it is printed\n- P1.1b: at risk no staff\n- P1.1c done",
            {"P1.1a": "P1.1a half of it is printed", "P1.1b": "P1.1b at risk no staff", "P1.1c": "P1.1c done"},
        ),
        (
            "Hello all\n\nP1.1a: on track\nP1.1b: it is printed",
            {"P1.1a": "P1.1a on track", "P1.1b": "P1.1b it is printed"},
        ),
        (
            "P1.1a met the team, P1.1b was discussed",
            {
                "P1.1a": "P1.1a met the team",
                "P1.1b": "P1.1b was discussed",
                "All of it on P1.1a": "progress P1.1a met the team, P1.1b was discussed",
            },
        ),
    ],
)
def test_of_several_actions_each_has_a_button_with_its_own_words(
    story: Story, words: str, offered: dict[str, str]
) -> None:
    before = history_length(story)
    reply = story.ask("A", words)
    assert buttons(reply) == offered
    assert not getattr(reply, "done", True)
    assert history_length(story) == before


@pytest.mark.parametrize("words", ["P1.1a waits for P1.1b", "P1.1a met those of P1.1b, no change there"])
def test_an_action_that_is_only_mentioned_is_part_of_the_words(story: Story, words: str) -> None:
    assert story.say("A", words).startswith("Progress on P1.1a is noted")


def test_the_second_button_does_what_was_said_of_the_second(story: Story) -> None:
    offered = buttons(story.ask("A", "P1.1a done, P1.1b on track"))
    assert story.say("A", offered["P1.1b"]).startswith("P1.1b is now 🟢 On track")
    assert story.say("A", offered["P1.1a"]).startswith("P1.1a is done, awaiting agreement")


@pytest.mark.parametrize(
    ("words", "label", "command"),
    [
        ("P1.1a is at risk because no printer", "At risk", "confirm P1.1a at-risk: no printer"),
        ("P1.1a its done", "Done", "confirm P1.1a done"),
        (
            "P1.1a we are slipping to Dec",
            "Vulnerable, new timescale Dec-22",
            "confirm P1.1a vulnerable by Dec-22",
        ),
    ],
)
def test_after_a_reference_free_words_are_kept_and_what_they_suggest_is_offered(
    story: Story, words: str, label: str, command: str
) -> None:
    reply = story.ask("A", words)
    assert reply.text.startswith("Progress on P1.1a is noted, thank you. ")
    assert buttons(reply)[label] == command
    assert "⚪ Not yet rated" in story.say("A", "action P1.1a")


@pytest.mark.parametrize(
    ("words", "said", "offered"),
    [
        ("/halfterm nonsense", "I do not know “nonsense”: type help", {"Help": "help"}),
        ("/halfterm halp", "I do not know “halp”: did you mean “help”?", {"help": "help"}),
        ("/halfterm the survey is out at last", "I do not know “the survey is out at last”", {"Help": "help"}),
        ("what is due next week", "I did not understand that", {"Help": "help", "My actions": "actions mine"}),
        ("who owns the survey?", "I did not understand that", {"Help": "help", "My actions": "actions mine"}),
        ("can you remind me tomorrow", "I did not understand that", {"Help": "help", "My actions": "actions mine"}),
        ("the survey is out, is that ok?", "I did not understand that", {"Help": "help", "My actions": "actions mine"}),
        ("yes", "I cannot tell what that is a yes to: tap the button above", {}),
    ],
)
def test_what_asks_or_came_with_a_slash_is_never_offered_to_be_kept(
    story: Story, words: str, said: str, offered: dict[str, str]
) -> None:
    story.say("A", "rag P1.1a at-risk")
    before = history_length(story)
    reply = story.ask("A", words)
    assert reply.text.startswith(said)
    assert buttons(reply) == offered
    assert history_length(story) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("show me my actions", "Your actions: 2"),
        ("show my actions", "Your actions: 2"),
        ("what do I need to do?", "Your actions: 2"),
        ("/halfterm show my actions", "Your actions: 2"),
        ("/halfterm P1.1a on track", "P1.1a is now 🟢 On track"),
        ("help me", "You can simply reply to my messages in your own words."),
        ("please help", "You can simply reply to my messages in your own words."),
        ("help me please!", "You can simply reply to my messages in your own words."),
        ("no thanks", "All right, nothing is changed."),
    ],
)
def test_a_wish_in_a_sentence_is_understood(story: Story, words: str, said: str) -> None:
    assert story.say("A", words).startswith(said)


@pytest.mark.parametrize("words", ["I am the B", "I'm B", "I’m B.", "Hi, I am B", "iam B"])
def test_who_is_unknown_may_say_their_role_in_a_sentence(story: Story, words: str) -> None:
    assert "has been asked whether you are B" in story.say("console:new", words)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("pauze", "pause"),
        ("resum", "resume"),
        ("redct 3 why", "redact"),
        ("agre all", "agree"),
        ("aprove 3", "approve"),
    ],
)
def test_a_slip_of_the_hand_is_never_one_tap_from_what_does_much(story: Story, words: str, meant: str) -> None:
    reply = story.ask("office", words)
    assert reply.text == f"I do not know “{words.split()[0]}”: did you mean “{meant}”?"
    assert buttons(reply) == {}
