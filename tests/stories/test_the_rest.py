"""What people type below a reminder for several actions at once, or for the one it asked about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import PLAN, buttons, history_length, is_one_sentence, open_council
from tests.stories.test_thread_replies import Thread
from tests.story import Story, tiny_plan

_ROLES = PLAN[: PLAN.index("\n\n")]
_MANY = tiny_plan(
    ("P1.1a", "Write the charter.", "A", "Mar-23"),
    ("P1.1b", "Run the survey.", "A/ C", "Mar-23"),
    ("P1.1c", "Train the staff.", "B", "Dec-22"),
    ("P1.2a", "Publish the map.", "A", "Aug-22"),
    ("P1.2b", "Print the form.", "A", "Sep-22"),
    ("P1.2c", "Join the lists.", "A", "Mar-23"),
)
_MANY = _ROLES + _MANY[_MANY.index("\n\n") :]
_LEFT = "P1.2a and P1.2b still need a word of their own."


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """A has five actions, of which P1.2a is overdue and P1.2b due before the meeting; B has one."""
    council = open_council(tmp_path, plan=_MANY)
    yield council
    council.close()


def last_bundle(story: Story, who: str = "A") -> Thread:
    return Thread(story, next(one for one in story.tick("2022-09-12 09:00") if one.to == who))


@pytest.mark.parametrize("words", ["No change to the rest", "no change to the rest, thanks", "The rest: no change"])
def test_the_buttons_label_typed_does_what_the_button_does(story: Story, words: str) -> None:
    sent = next(one for one in story.tick("2022-09-12 09:00") if one.to == "A")
    assert "No change to the rest: nochange P1.1a P1.1b P1.2c" in sent.text
    assert story.say("A", words) == f"Noted: no change on P1.1a, P1.1b and P1.2c. Thank you. {_LEFT}"
    assert "no change" not in story.say("A", "action P1.2a")


@pytest.mark.parametrize(
    "words",
    ["going all", "all still going", "everything is still going", "all of them are still going", "going the rest"],
)
def test_all_still_going_answers_the_starting_list_but_for_what_presses(story: Story, words: str) -> None:
    assert story.say("A", words) == f"Noted: still going on P1.1a, P1.1b and P1.2c. Thank you. {_LEFT}"


def test_a_thread_and_a_direct_message_understand_the_rest_alike(story: Story) -> None:
    thread = last_bundle(story)
    assert thread.say("No change to the rest").text.startswith("Noted: no change on P1.1a, P1.1b and P1.2c.")
    story.say("A", "undo")
    story.say("A", "undo")
    story.say("A", "undo")
    assert thread.say("nochange all").text.startswith("Noted: no change on P1.1a, P1.1b and P1.2c.")


@pytest.mark.parametrize(
    "words",
    [
        "nochange P1.1a, P1.2a and the rest",
        "no change to P1.1a, P1.2a and the rest",
        "nochange P1.1a P1.2a and all the others, thanks",
    ],
)
def test_and_the_rest_adds_the_others_and_is_never_kept_as_words(story: Story, words: str) -> None:
    story.tick("2022-09-12 09:00")
    reply = story.say("A", words)
    assert reply.startswith("Noted: no change on P1.1a, P1.2a, P1.1b and P1.2c. Thank you. P1.2b still needs a word")
    assert "rest" not in story.say("A", "history P1.1a")
    assert "progress" not in story.say("A", "history P1.1a")


@pytest.mark.parametrize(
    "words", ["no change except P1.1b", "nochange all except P1.1b", "nochange except P1.1b", "all no change bar P1.1b"]
)
def test_except_leaves_out_what_it_names(story: Story, words: str) -> None:
    story.tick("2022-09-12 09:00")
    reply = story.say("A", words)
    assert reply == (
        "Noted: no change on P1.1a and P1.2c. Thank you. P1.1b, P1.2a and P1.2b still need a word of their own."
    )
    assert history_length(story)


@pytest.mark.parametrize("words", ["nochange all except the survey", "nochange all except P1.1a for the printer"])
def test_except_what_is_not_clear_is_asked_back(story: Story, words: str) -> None:
    before = history_length(story)
    assert is_one_sentence(story.refused("A", words))
    assert history_length(story) == before


@pytest.mark.parametrize("words", ["P1.2a and the rest: no change", "P1.2a no change and the rest"])
def test_a_reference_first_and_the_rest_is_understood(story: Story, words: str) -> None:
    story.tick("2022-09-12 09:00")
    assert story.say("A", words).startswith("Noted: no change on P1.2a, P1.1a, P1.1b and P1.2c.")


def test_a_reference_and_words_of_the_rest_are_asked_back(story: Story) -> None:
    before = history_length(story)
    reply = story.ask("A", "P1.2a no change to the rest")
    assert buttons(reply) == {"P1.2a and the rest": "nochange P1.2a and the rest"}
    assert history_length(story) == before


def test_one_thing_of_an_action_and_another_of_the_rest_are_two_buttons(story: Story) -> None:
    story.tick("2022-09-12 09:00")
    before = history_length(story)
    reply = story.ask("A", "P1.2a at risk no printer, no change to the rest")
    assert buttons(reply) == {
        "P1.2a at risk no printer": "P1.2a at risk no printer",
        "nochange the rest": "nochange the rest",
    }
    assert history_length(story) == before
    assert story.say("A", "P1.2a at risk no printer").startswith("P1.2a is now")
    assert story.say("A", "nochange the rest").startswith("Noted: no change on P1.1a, P1.1b and P1.2c.")


@pytest.mark.parametrize(
    ("words", "command"), [("none of these are mine", "notmine"), ("nothing has changed", "nochange")]
)
def test_nothing_and_none_are_no_slip_of_the_hand(story: Story, words: str, command: str) -> None:
    assert buttons(story.ask("A", words))["P1.2a"] == f"{command} P1.2a"
    assert "did you mean" not in story.refused("A", "nothing new to report here")


def test_what_is_answered_is_not_of_the_rest(story: Story) -> None:
    story.tick("2022-09-12 09:00")
    story.say("A", "progress P1.1a half of it is written")
    assert story.say("A", "no change to the rest").startswith("Noted: no change on P1.1b and P1.2c.")
    reply = story.ask("A", "no change to the rest")
    assert reply.text.startswith("Nothing is noted yet, as each of the 2 is overdue or due before the meeting")
    assert is_one_sentence(reply.text)
    assert buttons(reply) == {"P1.2a": "nochange P1.2a", "P1.2b": "nochange P1.2b"}
    story.say("A", "nochange P1.2a P1.2b")
    assert story.refused("A", "no change to the rest").startswith("You have answered all that I asked you about last")


def test_the_button_for_the_rest_names_what_it_leaves(story: Story) -> None:
    story.tick("2022-09-12 09:00")
    assert story.say("A", "nochange P1.1a P1.1b P1.2c").endswith(_LEFT)


def test_without_a_reminder_the_rest_is_asked_back(story: Story) -> None:
    before = history_length(story)
    reply = story.ask("office", "nochange P1.1a and the rest")
    assert reply.text.startswith("I cannot tell which the others are, so please name each")
    assert buttons(reply) == {"P1.1a": "nochange P1.1a"}
    assert history_length(story) == before


@pytest.mark.parametrize(("words", "command"), [("no change", "nochange"), ("not mine", "notmine")])
def test_bare_words_after_a_reminder_of_several_are_asked_back(story: Story, words: str, command: str) -> None:
    story.tick("2022-09-12 09:00")
    before = history_length(story)
    reply = story.ask("A", words)
    assert reply.text.startswith(f"Say which action you mean, for example: {command} P1.1a")
    assert is_one_sentence(reply.text)
    refs = ("P1.1a", "P1.1b", "P1.2a", "P1.2b", "P1.2c")
    offered = buttons(reply)
    together = offered.pop("All 3 that are not due before the meeting", None)
    assert together == ("nochange P1.1a P1.1b P1.2c" if command == "nochange" else None)
    assert offered == {ref: f"{command} {ref}" for ref in refs}
    assert history_length(story) == before
    assert story.say("A", offered["P1.2a"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("no change", "Noted: no change on P1.1c. Thank you."),
        ("nochange", "Noted: no change on P1.1c. Thank you."),
        ("Still going, thanks", "Noted: still going on P1.1c. Thank you."),
        ("not mine, ask C", "The programme office hears that P1.1c is not yours."),
        ("all still going", "Noted: still going on P1.1c. Thank you."),
    ],
)
def test_bare_words_after_a_reminder_of_one_are_said_of_it(story: Story, words: str, said: str) -> None:
    story.tick("2022-09-12 09:00")
    assert story.say("B", words).startswith(said)


def test_a_question_about_the_same_action_since_changes_nothing(story: Story) -> None:
    story.tick("2022-09-12 09:00")
    story.say("office", "ask P1.1c how many are trained?")
    story.tick("2022-09-12 09:30")
    assert story.say("B", "no change").startswith("Noted: no change on P1.1c.")


def test_bare_words_are_asked_back_once_something_else_was_told(story: Story) -> None:
    story.tick("2022-09-12 09:00")
    story.give("A", "B")
    story.say("office", "ask P1.1a is it written?")
    story.tick("2022-09-12 09:30")
    reply = story.ask("B", "no change")
    assert not getattr(reply, "done", True)
    assert "nochange P1.1c" in buttons(reply).values()


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("everything on track", "rag {} on-track"),
        ("all on track", "rag {} on-track"),
        ("on track", "rag {} on-track"),
        ("all done", "done {}"),
    ],
)
def test_a_rating_of_everything_is_offered_for_each(story: Story, words: str, command: str) -> None:
    before = history_length(story)
    reply = story.ask("A", words)
    assert is_one_sentence(reply.text)
    assert set(buttons(reply).values()) == {
        command.format(ref) for ref in ("P1.1a", "P1.1b", "P1.2a", "P1.2b", "P1.2c")
    }
    assert history_length(story) == before


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (
            "nochange P1.1b until friday",
            {"No change": "nochange P1.1b", "Quiet about P1.1b": "snooze P1.1b 9 September 2022"},
        ),
        ("going P1.1b until 1 March", {"Still going": "going P1.1b", "Quiet about P1.1b": "snooze P1.1b"}),
        ("nochange P1.1b waiting", {"No change": "nochange P1.1b", "Progress on P1.1b": "progress P1.1b waiting"}),
        ("nochange P1.1b and the rest are fine", {"P1.1b and the rest": "nochange P1.1b and the rest"}),
        ("slipping P1.1b soon", {"New timescale": "slipping P1.1b"}),
        ("done P1.1b and the rest", {"P1.1b": "done P1.1b"}),
        ("evidence P1.1b all", {"P1.1b": "evidence P1.1b"}),
        (
            "slipping P1.1b Christmas",
            {
                "Dec-22": "slipping P1.1b Dec-22",
                "Jan-23": "slipping P1.1b Jan-23",
                "New timescale": "slipping P1.1b",
            },
        ),
    ],
)
def test_the_rest_of_a_command_is_never_kept_as_somebodys_words(
    story: Story, words: str, offered: dict[str, str]
) -> None:
    before = history_length(story)
    reply = story.ask("A", words)
    assert reply.text.startswith("Nothing is noted yet")
    assert is_one_sentence(reply.text)
    assert buttons(reply) == offered
    assert history_length(story) == before
    for command in offered.values():
        assert getattr(story.ask("A", command), "done", True)


def test_slipping_to_a_season_is_kept_and_its_months_are_offered(story: Story) -> None:
    reply = story.ask("A", "slipping P1.1a to Christmas")
    assert reply.text.startswith("Your words are kept as progress on P1.1a. Which new timescale does it need?")
    assert buttons(reply)["Jan-23"] == "slipping P1.1a Jan-23"
    assert "progress: slipping to Christmas" in story.say("A", "history P1.1a")


def test_words_after_no_change_are_still_progress(story: Story) -> None:
    reply = story.say("A", "nochange P1.1a waiting for the printer")
    assert reply == "Noted: no change on P1.1a, and your words as progress. Thank you."
    assert story.say("A", "nochange P1.1a, thanks all") == "Noted: no change on P1.1a. Thank you."
    assert story.say("A", "nochange P1.1a for now, thanks") == "Noted: no change on P1.1a. Thank you."


@pytest.mark.parametrize(("words", "command"), [("done all", "done P1.2a"), ("going great", "going P1.2a")])
def test_what_is_offered_for_each_has_none_of_the_words_that_are_not_kept(
    story: Story, words: str, command: str
) -> None:
    assert buttons(story.ask("A", words))["P1.2a"] == command
    assert getattr(story.ask("A", command), "done", True)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("P1.1a is not mine, ask C", "ask C"),
        ("P1.1a is not mine ask C", "ask C"),
        ("P1.1a isn't mine, it is C's", "it is C's"),
        ("P1.1a not mine it belongs to C", "it belongs to C"),
        ("P1.1a is not mine", ""),
    ],
)
def test_a_sentence_that_says_not_mine_goes_to_the_office(story: Story, words: str, kept: str) -> None:
    assert story.say("A", words).startswith("The programme office hears that P1.1a is not yours.")
    assert kept in story.say("A", "history P1.1a")


def test_mine_with_a_condition_is_no_not_mine(story: Story) -> None:
    assert story.say("A", "P1.1a is not mine alone to finish").startswith("Progress on P1.1a is noted")
    assert story.say("A", "P1.1a is mine, but it waits for C").startswith("Progress on P1.1a is noted")


def test_where_only_some_are_offered_the_question_says_so(tmp_path: Path) -> None:
    rows = [(f"P1.{area}{letter}", "Do it.", "A", "Mar-23") for area in "12" for letter in "abcdef"]
    plan = tiny_plan(*rows)
    story = open_council(tmp_path, plan=_ROLES + plan[plan.index("\n\n") :])
    assert "one of these (the last 5 of your 12)?" in story.refused("A", "the survey is out at last")
    reply = story.ask("A", "not mine")
    assert "(the first 10 of 12 are below)" in reply.text
    assert len(buttons(reply)) == 10
    story.close()


def test_a_rating_is_given_to_one_action_at_a_time(story: Story) -> None:
    assert "is given to one action at a time" in story.refused("A", "rag P1.1a green and the rest")
    assert story.say("A", "rag P1.1a green and the rest is promised").startswith("P1.1a is now")
