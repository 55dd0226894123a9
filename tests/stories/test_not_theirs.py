"""What somebody says is not theirs stands on the office's pages until it is settled, and is no silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council
from tests.story import Story, tiny_plan

TITLE = "Said to be somebody else's"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def told(story: Story) -> str:
    """The office's line about an action of A in its note; on its home the same, a line each."""
    note, home = story.say("office", "weekly"), story.say("office", "home")
    (line,) = [one for one in note.split("\n") if TITLE in one] or [""]
    assert (TITLE in home) == bool(line)
    if line:
        inner = line.partition("(")[2].removesuffix(")")
        assert all(f"\n- {each}\n" in f"{home}\n" for each in inner.split("; ") if "more" not in each), home
    return line


def test_it_stands_on_the_offices_home_and_note_until_an_owner_answers(story: Story) -> None:
    assert told(story) == ""
    story.say("A", "notmine P1.1a ask the data team")
    assert told(story) == f"- {TITLE}: 1 (P1.1a · A, 5 September 2022: ask the data team)"
    story.mornings("2022-11-15")
    assert told(story) == f"- {TITLE}: 1 (P1.1a · A, 5 September 2022: ask the data team)"
    story.say("A", "nochange P1.1a")
    assert told(story) == ""


def test_of_what_was_said_twice_the_last_words_stand_there_once(story: Story) -> None:
    story.say("A", "notmine P1.1a ask the data team")
    story.at("2022-10-20 10:00").say("A", "notmine P1.1a it is B")
    assert told(story) == f"- {TITLE}: 1 (P1.1a · A, 20 October 2022: it is B)"


@pytest.mark.parametrize("who", ["A", "B", "C"])
def test_what_is_taken_back_is_not_told(story: Story, who: str) -> None:
    ref = {"A": "P1.1a", "B": "P1.1c", "C": "P1.1b"}[who]
    story.say(who, f"notmine {ref}")
    assert f"({ref} · {who}, 5 September 2022)" in told(story)
    story.say(who, "undo")
    assert told(story) == ""


def test_it_is_settled_once_the_role_is_somebody_elses(story: Story) -> None:
    story.say("A", "notmine P1.1a P1.1b")
    assert f"{TITLE}: 2 (" in told(story)
    story.leave("A")
    assert told(story) == ""


def test_it_is_settled_once_the_role_has_somebody_new_beside_who_said_so(story: Story) -> None:
    story.say("A", "notmine P1.1a")
    story.at("2022-09-06 10:00").give("A", "Another")
    assert told(story) == ""
    story.say("A", "notmine P1.1a still not")
    assert f"{TITLE}: 1 (P1.1a" in told(story)


def test_it_is_settled_once_somebody_elses_claim_to_the_role_is_approved(story: Story) -> None:
    story.say("A", "notmine P1.1a")
    story.at("2022-09-06 10:00").say("console:new", "iam A")
    assert f"{TITLE}: 1 (P1.1a" in told(story)
    story.say("console:office", "approve 1")
    assert told(story) == ""


def test_it_is_settled_once_the_plan_or_the_office_says_whose_it_is(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.load(tiny_plan(("P1.1a", "One.", "The Team", "Oct-22"), ("P1.1b", "Two.", "A", "Oct-22")))
    story.give("A")
    story.give("B")
    story.means("The Team", "A")
    story.say("A", "notmine P1.1a P1.1b")
    assert f"{TITLE}: 2 (" in told(story)
    story.means("The Team", "B")
    assert f"{TITLE}: 1 (P1.1b" in told(story)
    story.load(tiny_plan(("P1.1a", "One.", "The Team", "Oct-22"), ("P1.1b", "Two.", "B", "Oct-22")))
    assert told(story) == ""
    story.close()


def test_it_is_settled_once_it_is_done_or_proposed(story: Story) -> None:
    story.say("A", "notmine P1.1a")
    story.say("D", "done P1.1a https://example.org/charter")
    assert told(story) == ""
    story.say("office", "agree P1.1a")
    assert told(story) == ""


def test_what_another_organisation_answers_does_not_settle_it(story: Story) -> None:
    story.say("A", "notmine P1.1b")
    story.say("C", "progress P1.1b the survey is out")
    assert f"{TITLE}: 1 (P1.1b · A" in told(story)


def test_it_is_no_silence_even_once_it_is_asked_about_again(story: Story) -> None:
    story.say("B", "notmine P1.1c ask the data team")
    story.mornings("2022-09-30")
    assert any("P1.1c" in one.text for one in story.to("B") if one.at > story.at("2022-09-19 10:00").now)
    story.at("2022-09-30 10:00")
    for page in ("weekly", "home"):
        text = story.say("office", page)
        assert "A: 2 actions, first asked" in text
        assert "B: 1 action, first asked" not in text
    story.say("B", "nochange P1.1c")
    story.mornings("2022-12-09")
    assert "B: 1 action, first asked" in story.say("office", "weekly")


def test_the_persons_own_home_says_that_the_office_has_it(story: Story) -> None:
    story.say("B", "notmine P1.1c")
    home = story.say("B", "home")
    assert home.startswith("Your actions: 1. Nothing needs a word from you now, thank you.")
    assert "Train the staff. · not yours, you said: the programme office has it" in home
    assert "answered" not in home
    home = story.at("2022-12-20 10:00").say("B", "home")
    assert home.startswith("Your actions: 1. 1 needs a word from you.")
    assert "Train the staff. You said it is not yours: the programme office has that." in home


def test_of_many_the_first_few_are_named(story: Story) -> None:
    story.say("A", "notmine P1.1a P1.1b")
    story.say("B", "notmine P1.1c")
    story.say("C", "notmine P1.1b P1.2a")
    line = told(story)
    assert line.startswith(f"- {TITLE}: 5 (P1.1a · A, 5 September 2022; P1.1b · A, 5 September 2022; P1.1b · C,")
    assert line.endswith("; and 1 more)")
