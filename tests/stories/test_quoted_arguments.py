"""Quotes around what a command is told, as examples are copied with them: they are no part of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.quotes import unquote, unquote_each
from storage.naming import rename_group
from storage.people import read_directory
from tests.stories.council import open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("“Dec-22”", "slipping: Dec-22"),
        ('"Dec-22"', "slipping: Dec-22"),
        ("‘Dec-22’ no printer", "slipping: Dec-22: no printer"),
        ("“Dec-22”, waiting on the “blue” paper", 'slipping: Dec-22: waiting on the "blue" paper'),
        ("“Dec-22 waiting on the paper”", "slipping: Dec-22: waiting on the paper"),
        ("“to Dec-22”: no printer", "slipping: Dec-22: no printer"),
        ("Dec '22 no printer", "slipping: Dec '22: no printer"),
    ],
)
def test_a_timescale_is_kept_without_the_quotes_around_it(story: Story, typed: str, kept: str) -> None:
    story.say("A", f"slipping P1.1a {typed}")
    assert story.say("A", "history P1.1a").endswith(kept)


def test_a_timescale_in_the_form_is_kept_without_the_quotes_around_it(story: Story) -> None:
    story.say("A", "slipping P1.1a", timescale="“Dec-22”", reason="no printer")
    assert story.say("A", "history P1.1a").endswith("slipping: Dec-22: no printer")


def test_a_date_in_quotes_that_cannot_be_read_is_asked_for_as_without_them(story: Story) -> None:
    assert "“12/31/2022” is not a date I can read" in story.refused("A", "slipping P1.1a “12/31/2022” no printer")


def test_a_mitigation_is_kept_without_the_quotes_around_its_parts(story: Story) -> None:
    said = story.say("A", "mitigation P1.1a “a second printer”; “B”; “30 September 2022”")
    assert said.startswith("The mitigation for P1.1a is noted: a second printer. It is for B by 30 September 2022.")


def test_a_mitigation_in_the_form_is_of_whom_stands_in_the_quotes(story: Story) -> None:
    said = story.say("A", "mitigation P1.1a", what="a second printer", who="“B”", by="“30 September 2022”")
    assert "It is for B by 30 September 2022." in said


def test_progress_is_kept_with_its_quotes(story: Story) -> None:
    story.say("A", 'progress P1.1a "the charter" is what they call "it"')
    assert story.say("A", "history P1.1a").endswith('progress: "the charter" is what they call "it"')


@pytest.mark.parametrize(
    ("who", "bare", "quoted"),
    [
        ("D", "digest The Board", "digest “The Board”"),
        ("D", "meetings The Board", "meetings 'The Board'"),
        ("A", "actions overdue", 'actions "overdue"'),
        ("office", "actions The Board", "actions “The Board”"),
        ("office", "handover A", "handover “A”"),
        ("A", "help rag", "help “rag”"),
        ("A", "prefer hour 10", "prefer “hour 10”"),
        ("A", "prefer hour 10", "prefer hour “10”"),
        ("D", "meetings move The Board 4 October to 6 October 14:00",
         "meetings move “The Board” “4 October” to “6 October 14:00”"),
        ("D", "meetings add The Board 11 October 10:00", "meetings add “The Board” “11 October” “10:00”"),
        ("D", "meetings cancel The Board 4 October", "meetings cancel “The Board” “4 October”"),
        ("office", "cover A by B from 3 October to 14 October", "cover “A” by “B” from “3 October” to “14 October”"),
        ("A", "why P1.1a", "why “P1.1a”"),
        ("D", "minutes The Board", "minutes “The Board”"),
        ("D", "minutes The Board\nP1.1a noted", "minutes “The Board”\nP1.1a noted"),
    ],
)  # fmt: skip
def test_names_and_dates_are_read_without_the_quotes_around_them(
    tmp_path: Path, who: str, bare: str, quoted: str
) -> None:
    said = []
    for name, words in (("bare", bare), ("quoted", quoted)):
        (tmp_path / name).mkdir()
        story = open_council(tmp_path / name)
        said.append(story.say(who, words))
        story.close()
    assert said[1] == said[0]


def test_a_group_that_has_quotes_in_its_name_is_found_by_it(story: Story) -> None:
    with story.app.db.write() as tx:
        rename_group(tx, "The Forum", "The “Voice” Forum", story.today, read_directory(tx, story.today))
    for typed in ("The “Voice” Forum", 'The "Voice" Forum', "the voice forum"):
        assert story.say("office", f"meetings {typed}") == "The “Voice” Forum has no meeting planned."


@pytest.mark.parametrize(
    ("typed", "one", "each"),
    [
        ("“Dec-22”", "Dec-22", "Dec-22"),
        ("‘The Board’ '4 October'", "‘The Board’ '4 October'", "The Board 4 October"),
        ("the Parents' group and the Staffs' group", None, None),
        ("Sep '22 to Dec '22", None, None),
        ("O'Brien", None, None),
        ('5" and 6" screens', None, None),
        ("''", None, None),
        ("“", "“", '"'),
    ],
)
def test_only_quotes_around_a_whole_argument_are_taken_off(typed: str, one: str | None, each: str | None) -> None:
    assert unquote(typed) == (one or typed)
    assert unquote_each(typed) == (each or typed)
