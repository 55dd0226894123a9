"""A command's docstring is its help; an undocumented one fails here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from tests.stories.council import open_council
from tests.story import Story

WORDS = sorted(COMMANDS)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.mark.parametrize("word", WORDS)
def test_every_command_says_what_it_does_and_gives_an_example(word: str) -> None:
    one = COMMANDS[word]
    assert one.usage.split()[0] == word
    assert one.summary[0].isupper()
    assert one.summary.endswith(".")
    assert len(one.summary) <= 160
    example = one.details.rpartition("Example: ")[2]
    assert example.split()[0] == word
    assert "\n" not in example


@pytest.mark.parametrize("word", WORDS)
def test_every_example_is_understood(story: Story, word: str) -> None:
    example = COMMANDS[word].details.rpartition("Example: ")[2].replace("P2.3c", "P1.1a").replace("P2.1d", "P1.1b")
    reply = story.ask("office", example.replace("SEND Oversight Board", "The Board")).text
    for misunderstood in (
        "I do not know",
        "did not understand",
        "Say which action",
        "There is no action",
        "is no list",
    ):
        assert misunderstood not in reply


def test_help_lists_every_command_that_is_shown_once(story: Story) -> None:
    lines = [line.removeprefix("- ") for line in story.say("D", "help").split("\n")[1:]]
    assert sorted(line.split(":")[0] for line in lines) == sorted(one.usage for one in COMMANDS.values() if one.shown)
    assert lines[0].startswith("rag REF RATING")


def test_an_owners_help_leaves_out_what_chairs_and_the_office_decide(story: Story) -> None:
    shown = story.say("A", "help")
    assert "REF is an action's reference, such as P2.3c." in shown
    assert "- going REF" in shown
    for word in ("agree", "return", "reopen", "ack", "redact", "pause", "resume"):
        assert f"\n- {word}" not in shown


@pytest.mark.parametrize(
    "words",
    ["help rag", "/help rag", "halfterm help rag", "/halfterm help rag", "help /rag", "HELP RAG", "help halfterm rag"],
)
def test_help_of_a_command_is_its_docstring(story: Story, words: str) -> None:
    assert story.say("A", words) == (
        "rag REF RATING [why]. Rate an action: at-risk, vulnerable, on-track or deferred, and say why.\n"
        "Red, amber and green work too; for blue, say done. At risk and vulnerable are escalated a little later, "
        "so that you can undo.\n"
        "Example: rag P2.3c at-risk the supplier has not signed"
    )


@pytest.mark.parametrize(
    "words", ["rag P1.1a green", "/rag P1.1a green", "halfterm rag P1.1a green", "/halfterm rag P1.1a green"]
)
def test_every_command_works_with_a_slash_without_and_after_halfterm(story: Story, words: str) -> None:
    assert story.say("A", words) == "P1.1a is now 🟢 On track (was ⚪ Not yet rated)."
