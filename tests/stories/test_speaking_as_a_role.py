"""What is said `--as ROLE` on the command line is said by whoever holds the role, also while somebody covers it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.appointments import mark_closed
from tests.story import Story, tiny_plan

PLAN = tiny_plan(("P1.1a", "Write the charter.", "A", "Oct-22"), ("P1.1b", "Run the survey.", "B", "Mar-23"))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """The roles are held by people who are not called after them."""
    one = Story(tmp_path)
    one.load(PLAN)
    for role, name in (("A", "The deputy"), ("B", "The analyst")):
        one.give(role, name)
    one.tick("2022-09-05 09:00")
    one.say("office", "cover A by B from 5 September to 14 October")
    yield one.at("2022-09-06 10:00")
    one.close()


def test_as_a_role_that_is_covered_its_holder_speaks_and_not_the_cover(story: Story) -> None:
    story.say("A", "progress P1.1a the charter is written")
    assert story.say("A", "history P1.1a").endswith("The deputy (tester), progress: the charter is written")
    assert "P1.1b" not in story.say("A", "actions mine")


def test_as_their_own_role_the_cover_speaks_for_both(story: Story) -> None:
    story.say("B", "progress P1.1a the charter is written")
    said = story.say("B", "history P1.1a")
    assert "The analyst (tester, covering A), progress: the charter is written" in said, said


def test_as_a_role_whose_cover_has_left_its_holder_speaks(story: Story) -> None:
    with story.app.db.write() as tx:
        mark_closed(tx, "console:The analyst", True, story.now)
    story.say("A", "progress P1.1a the charter is written")
    assert "The deputy (tester), progress" in story.say("A", "history P1.1a")


def test_as_a_role_that_two_hold_the_one_who_is_there_speaks(story: Story) -> None:
    story.give("A", "The other deputy")
    story.say("A", "progress P1.1a the charter is written")
    assert "The other deputy (tester), progress" in story.say("A", "history P1.1a")
