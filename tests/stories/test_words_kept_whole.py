"""A sentence is kept as it was typed: words that are commands elsewhere are not cut from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


SENTENCES = [
    "going great",
    "going to plan, to Christmas",
    "to Christmas",
    "by the book",
    "slipping to Christmas",
    "progress is good",
    "evidence was sent to the trust",
    "mitigation is in hand",
    "history is taught in all schools",
    "figures to come",
    "figure is 12 of 30",
    "confirm the date with the trust, please",
    "done the first visit",
    "no change to the plan so far",
    "and all the rest",
    "-5% on last year",
    ".5 of a post is filled",
    '"going great" is what they say',
]


@pytest.mark.parametrize("words", SENTENCES)
def test_what_follows_progress_and_a_reference_is_kept_exactly(story: Story, words: str) -> None:
    story.say("A", f"progress P1.1a {words}")
    assert story.say("A", "history P1.1a").endswith(f"progress: {words}")


@pytest.mark.parametrize("words", SENTENCES)
def test_a_sentence_after_a_reference_alone_is_kept_exactly(story: Story, words: str) -> None:
    story.say("A", f"P1.1a {words}")
    assert story.say("A", "history P1.1a").endswith(f"progress: {words}")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("P1.1a going", "answer: still going"),
        ("P1.1a still going", "answer: still going"),
        ("P1.1a: progress: it is printed", "progress: it is printed"),
        ("P1.1a evidence https://example.org/a", "evidence: https://example.org/a"),
        ("P1.1a evidence in the shared folder", "evidence: in the shared folder"),
        ("P1.1a slipping to Dec-22: no printer", "slipping: Dec-22: no printer"),
        ("P1.1a - it is printed", "progress: it is printed"),
        ("slipping P1.1a to Christmas", "progress: slipping to Christmas"),
        ("slipping P1.1a waiting on the printer", "progress: waiting on the printer"),
    ],
)
def test_a_command_after_a_reference_is_still_one(story: Story, typed: str, kept: str) -> None:
    story.say("A", typed)
    assert story.say("A", "history P1.1a").endswith(kept)
