"""What waits for one to agree it and what waits for others are told apart: on every page, and by `agree all`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import PLAN, buttons, open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """P1.1c is of D, who chairs the Board: what is proposed for it waits for the office, what A proposes for D."""
    council = open_council(tmp_path, plan=PLAN.replace("Train the staff.\tB\t", "Train the staff.\tD\t"))
    council.say("A", "done P1.1a https://example.org/charter")
    council.say("D", "slipping P1.1c Jan-23 waiting for the trainer")
    yield council
    council.close()


def test_agree_all_of_the_office_takes_what_its_home_says_waits_for_it_and_names_who_has_the_rest(
    story: Story,
) -> None:
    assert "Waiting for you to agree: 1.\n- P1.1c: Jan-23" in story.say("office", "home")
    said = story.say("office", "agree all")
    assert said.startswith("Agreed: P1.1c (Jan-23 in place of Dec-22).\nWaiting for others to agree: 1.")
    assert "- P1.1a: complete, proposed by A: https://example.org/charter" in said
    assert "waits for the chair of The Board" in said
    assert "Waiting for you to agree" not in story.say("office", "home")
    assert "Waiting for you to agree: 1.\n- P1.1a: complete" in story.say("D", "home")
    assert story.say("D", "agree all") == "Agreed: P1.1a (complete)."


def test_the_offices_list_counts_its_own_alone_and_marks_the_others(story: Story) -> None:
    listed = story.ask("office", "agree")
    own, others = listed.text.split("Waiting for others")
    assert own.startswith("Waiting for you to agree: 1.\n- P1.1c: Jan-23 in place of Dec-22, proposed by D")
    assert "P1.1a" not in own
    assert others.startswith(" to agree: 1. You may agree these too, one at a time.\n- P1.1a: complete, proposed by A")
    assert others.split("\n")[1].endswith("· waits for the chair of The Board")
    taps = buttons(listed)
    assert (taps["Agree P1.1c"], taps["Agree P1.1a"]) == ("agree P1.1c", "agree P1.1a")
    assert taps["Agree all"] == "agree all"


def test_where_nothing_waits_for_the_office_agree_all_agrees_nothing(story: Story) -> None:
    assert story.say("office", "agree P1.1c").startswith("Agreed: P1.1c")
    said = story.ask("office", "agree all")
    assert said.text.startswith("Nothing is waiting for you to agree.\nWaiting for others to agree: 1.")
    assert "Agree all" not in buttons(said)
    assert "- P1.1a: complete" in story.say("D", "agree")


def test_the_office_may_still_agree_for_a_chair_by_the_reference(story: Story) -> None:
    assert story.say("office", "agree P1.1a").startswith("Agreed: P1.1a (complete).\nWaiting to be agreed:\n- P1.1c")
    assert story.say("D", "agree") == "Nothing is waiting for you to agree."


def test_an_alarm_that_is_over_waits_for_the_chair_and_stands_on_their_home(story: Story) -> None:
    story.say("D", "agree all")
    story.say("office", "agree all")
    story.say("A", "rag P1.1b at-risk no venue")
    story.tick("2022-09-05 10:20")
    story.say("C", "rag P1.1b on-track a venue was found")
    assert "Waiting for you to agree: 1.\n- P1.1b: on track again, says C" in story.say("D", "home")
    assert "Waiting for you to agree" not in story.say("office", "home")
    assert story.say("office", "agree all").startswith("Nothing is waiting for you to agree.\nWaiting for others")
    assert "Agreed: P1.1b (on track again)" in story.say("D", "agree all")
    assert "Waiting for you to agree" not in story.say("D", "home")


def test_where_nobody_chairs_the_group_everything_waits_for_the_office(story: Story) -> None:
    story.leave("D")
    assert "Waiting for you to agree: 2." in story.say("office", "home")
    said = story.say("office", "agree all")
    assert said.startswith("Agreed: P1.1a (complete), P1.1c (Jan-23 in place of Dec-22).")


def test_somebody_of_the_office_who_chairs_the_group_agrees_what_is_theirs_as_its_chair(story: Story) -> None:
    story.office("console:D")
    assert "Waiting for you to agree: 1.\n- P1.1a" in story.say("D", "home")
    assert story.say("D", "agree all") == "Agreed: P1.1a (complete)."


def test_what_the_office_sees_in_pages_is_its_own_first(tmp_path: Path) -> None:
    rows = "".join(
        f"\t\t{letter}. Write it.\tA\tMar-23\tDone.\t\tBetter.\t1. A report.\t\n" for letter in "bcdefghijkl"
    )
    plan = PLAN.replace("Train the staff.\tB\t", "Train the staff.\tD\t") + rows
    story = open_council(tmp_path, plan=plan)
    for letter in "bcdefghijkl":
        story.say("A", f"done P1.2{letter} https://example.org/{letter}")
    story.say("D", "slipping P1.1c Jan-23 waiting for the trainer")
    first, second = story.ask("office", "agree"), story.ask("office", "agree page 2")
    assert first.text.startswith("Waiting for you to agree: 1 (page 1 of 2).\n- P1.1c")
    assert "Waiting for others to agree: 11." in first.text
    assert buttons(first)["Show page 2"] == "agree page 2"
    assert second.text.startswith("Waiting for others to agree: 11 (page 2 of 2).")
    shown = [line for one in (first, second) for line in one.text.split("\n") if line.startswith("- ")]
    assert len(shown) == 12
    story.close()
