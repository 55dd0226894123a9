"""`why` gives the true reason: quiet where it is quiet, another organisation only where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from tests.stories.council import open_council
from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def list_lines(story: Story, ref: str, words: str) -> list[str]:
    return [line.removeprefix("- ") for line in story.say("office", f"why {ref}").splitlines() if words in line]


def test_what_its_only_owner_answered_is_quiet_and_waits_for_nobody_else(story: Story) -> None:
    story.mornings("2022-09-30")
    story.at("2022-09-30 10:00").say("A", "nochange P1.1a")
    story.mornings("2022-10-05")
    assert list_lines(story, "P1.1a", "20 before Oct-22") == [
        "3 October 2022, timescale, 20 before Oct-22, to A: not sent, quiet until 14 October 2022: "
        "it was answered or snoozed."
    ]
    assert "another organisation" not in story.say("office", "why P1.1a")


def test_another_organisation_is_named_where_one_is_still_to_answer(story: Story) -> None:
    story.mornings("2023-03-01")
    story.at("2023-03-01 10:00").say("A", "nochange P1.1b")
    story.mornings("2023-03-06")
    assert list_lines(story, "P1.1b", "20 before Mar-23")[-1].endswith("to C: sent 3 March 2023 09:00, in a bundle.")
    reason = "to A: not sent, they have answered; another organisation is still to."
    assert any(line.endswith(reason) for line in list_lines(story, "P1.1b", "20 before Mar-23"))


def test_two_holders_of_a_role_who_have_no_names_are_counted_and_not_said_twice(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    story = Story(tmp_path / "shared")
    story.load(tiny_plan(("P1.1a", "Write the charter.", "A", "Oct-22")))
    with story.app.db.write() as tx:
        for address in ("console:one", "console:two"):
            when = {"since": None, "today": story.today, "now": story.now}
            office.set_holder(tx, "A", address, name=None, email=None, account="tester", **when)
    story.tick("2022-09-05 09:00")
    assert "starting list, to A (2 people): sent" in story.say("office", "why P1.1a")
    assert "starting list, to you and A: sent" in story.say("console:one", "why P1.1a")
    story.close()
