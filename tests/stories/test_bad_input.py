"""Whatever is typed, the answer is plain: one sentence and what to type instead; nothing is half done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Form
from tests.stories.council import buttons, history_length, is_one_sentence, open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.mark.parametrize("words", ["", " ", "\n\t ", "\u200b", "/halfterm", "halfterm ", "help /", "HELP"])
def test_nothing_at_all_is_answered_with_what_can_be_typed(story: Story, words: str) -> None:
    assert story.say("A", words).startswith("You can simply reply to my messages in your own words.")


NOT_UNDERSTOOD = "I did not understand that: begin with a reference or with a word such as progress, rag or actions."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("/", NOT_UNDERSTOOD),
        ("🎉🎉", NOT_UNDERSTOOD),
        ("The survey is out at last", "Is that progress on one of these?"),
        ("تم النشر", "Is that progress on one of these?"),
        ("help nonsense", "“nonsense” is no word I know: type help to see them all."),
        (
            "slipping P1.1a 12/31/2022",
            "“12/31/2022” is not a date I can read, so please type for example: slipping P1.1a Dec-22 and why.",
        ),
        (
            "slipping P1.1a 2023-02-30 late",
            "“2023-02-30” is not a date I can read, so please type for example: slipping P1.1a Dec-22 and why.",
        ),
        (
            "slipping P1.1a next week the printers",
            "“next week” is not a date I can read, so please type for example: slipping P1.1a Dec-22 and why.",
        ),
        (
            "slipping P1.1a 31 March 2O23 late",
            "“31 March 2O23” is not a date I can read, so please type for example: slipping P1.1a Dec-22 and why.",
        ),
        ("done P1.1a and P1.1b", "That names P1.1a and P1.1b: please say it of one action at a time."),
        ("rag P1 red", "P1 is a priority: say which of its focus areas you mean."),
        ("rag P1.1z red", "There is no action P1.1z: did you mean P1.1a or P1.1b?"),
        ("?!…", NOT_UNDERSTOOD),
        ("ragg P1.1a red", "I do not know “ragg”: did you mean “rag”?"),
        ("/prgress P1.1a it is printed", "I do not know “prgress”: did you mean “progress”?"),
        ("rag", "Say which action you mean, for example: rag P1.1a"),
        ("/done", "Say which action you mean, for example: done P1.1a"),
        ("progress it is printed", "Say which action you mean, for example: progress P1.1a"),
        ("nochange", "Say which action you mean, for example: nochange P1.1a"),
        ("rag P1.1a P1.1b red", "That names P1.1a and P1.1b: please say it of one action at a time."),
        ("progress P1.1a, P1.1b it is printed", "That names P1.1a and P1.1b: please say it of one action at a time."),
        ("rag P1.1a 🟥", "“🟥” is not a rating: use at-risk, vulnerable, on-track or deferred."),
        (
            "snooze P1.1a whenever",
            "“whenever” does not begin with a date I can read: type for example snooze P1.1a 3 October",
        ),
        (
            "snooze P1.1a 1 September 2022",
            "That day is not after today, so please give a later one: snooze P1.1a 3 October",
        ),
        (
            "snooze P1.1a 4 October 2022",
            "Its group meets on 4 October 2022, so please give a day before that: snooze P1.1a 3 October",
        ),
        ("inplace P1.1a", "No mitigation is written for P1.1a: type mitigation P1.1a what; who; by when"),
        ("undo", "You have changed nothing in the last 24 hours that can be undone."),
        (
            "actions nonsense",
            "“nonsense” is no list I know: try mine, overdue, at risk, due, all, a group's name, or P2.3.",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(story: Story, words: str, sentence: str) -> None:
    before = history_length(story)
    reply = story.ask("A", words)
    assert not isinstance(reply, Form)
    assert not reply.done
    assert reply.text.split("\n")[0] == sentence
    assert is_one_sentence(reply.text)
    assert history_length(story) == before
    for label, command in buttons(reply).items():
        assert f"- {command}" in reply.text, label


def test_a_near_miss_offers_the_whole_command_again(story: Story) -> None:
    assert buttons(story.ask("A", "ragg P1.1a red no printer")) == {
        "rag P1.1a red no printer": "rag P1.1a red no printer"
    }


def test_a_command_without_a_reference_offers_ones_own_actions(story: Story) -> None:
    offered = buttons(story.ask("A", "progress it is printed"))
    assert offered == {"P1.1a": "progress P1.1a it is printed", "P1.1b": "progress P1.1b it is printed"}


def test_five_thousand_characters_are_too_many(story: Story) -> None:
    before = history_length(story)
    sentence = story.refused("A", "progress P1.1a " + "x" * 5_000)
    assert sentence == (
        "That is 5,015 characters and the most is 4,000: say it shorter, "
        "or put it in a document and send its link with evidence REF LINK."
    )
    assert is_one_sentence(sentence)
    assert "characters and the most is" in story.refused("A", "x" * 5_000)
    reply = story.ask("A", "progress P1.1a", text="x" * 5_000)
    assert not getattr(reply, "done", False)
    assert history_length(story) == before
    assert "noted" in story.say("A", "progress P1.1a " + "x" * 3_900)


@pytest.mark.parametrize(
    "words",
    [
        "it is printed 🎉👩‍👩‍👧",
        "تم نشر القالب في ١٢ مدرسة",
        "<!channel> & <@U1> *bold* `code`",
        "first line\nsecond line",
        "100% of “schools” – all 12 – have it; see https://example.org/a?b=c&d=e#f",
        "'; DROP TABLE action; --",
        "{ref} %s {0} \\u0041",
        "naïve café ﬁne ＡＢＣ",
    ],
)
def test_what_people_write_is_kept_as_they_wrote_it(story: Story, words: str) -> None:
    assert "noted" in story.say("A", f"progress P1.1a {words}")
    kept = words.replace("“", '"').replace("”", '"').replace("–", "-")
    assert kept in story.say("A", "history P1.1a")


def test_what_a_database_cannot_hold_is_left_out(story: Story) -> None:
    assert "noted" in story.say("A", "progress P1.1a it\0 is \ud83c printed")
    assert "it is ? printed" in story.say("A", "history P1.1a")


@pytest.mark.parametrize(
    "words", ["RAG P1.1A ON TRACK", "/Rag p1.1a On Track", "rAg: p1.1A; oN-tRaCk!", "rag\nP1.1a\ngreen"]
)
def test_case_and_punctuation_do_not_matter(story: Story, words: str) -> None:
    assert story.say("A", words).startswith("P1.1a is now 🟢 On track")


@pytest.mark.parametrize("words", ["nochange P1.1a P1.1b", "nochange P1.1a, P1.1b", "NoChange p1.1a and p1.1b"])
def test_a_tap_may_name_several(story: Story, words: str) -> None:
    assert story.say("A", words).startswith("Noted: no change on P1.1a")


def test_of_several_all_or_none_are_noted(story: Story) -> None:
    before = history_length(story)
    story.refused("A", "nochange P1.1a P1.1c")
    story.refused("A", "nochange P1.1a P9.9z")
    assert history_length(story) == before


def test_a_tap_with_words_is_progress_too(story: Story) -> None:
    reply = story.say("A", "nochange P1.1a P1.1b still waiting for the printer")
    assert reply == "Noted: no change on P1.1a and P1.1b, and your words as progress. Thank you."
    assert "A: still waiting for the printer" in story.say("A", "action P1.1b")


def test_redact_and_pause_say_what_is_wrong(story: Story) -> None:
    for words in (
        "redact",
        "redact x y",
        "redact 3",
        "redact 99999 it named a child",
        "pause until whenever",
        "pause until May-22",
    ):
        assert is_one_sentence(story.refused("office", words)), words
    assert story.say("office", "pause until 3 January 2023") == (
        "Paused until 3 January 2023. Questions are still answered."
    )
    assert story.say("office", "resume").startswith("Resumed.")
