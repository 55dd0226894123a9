"""A role whose holder cannot be written to from here is no empty one, and the office is told what would help."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council
from tests.story import Story, tiny_plan

HELD = "Roles held by somebody I cannot write to"
EMPTY = "Roles with nobody in them"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """A holds their role by e-mail, which nothing here can send; B's is empty, the Team is of no role in the plan."""
    found = Story(tmp_path)
    rows = [
        ("P1.1a", "One.", "A", "Oct-22"),
        ("P1.1b", "Two.", "B", "Oct-22"),
        ("P1.1c", "Three.", "The Team", "Oct-22"),
    ]
    found.load(tiny_plan(*rows))
    found.give("A", "Pat", address="mail:pat@example.org")
    found.give("C")
    yield found
    found.close()


def passed_on(story: Story) -> list[str]:
    text = next(one.text for one in reversed(story.to("office")) if "Please pass on." in one.text)
    return text[text.index("Please pass on.") :].split("\n")


def test_the_home_and_the_note_tell_them_apart_with_the_same_counts(story: Story) -> None:
    home, note = story.say("office", "home"), story.say("office", "weekly")
    assert f"{EMPTY}: 2.\n- B\n- The Team\n" in home
    assert f"{HELD}: 1.\n- A (mail:pat@example.org)\n" in home
    assert f"- {EMPTY}: 2 (B; The Team)" in note
    assert f"- {HELD}: 1 (A (mail:pat@example.org))" in note
    story.give("B", address="mail:bea@example.org")
    home, note = story.say("office", "home"), story.say("office", "weekly")
    assert f"{EMPTY}: 1." in home
    assert f"- {EMPTY}: 1 (" in note
    assert f"{HELD}: 2." in home
    assert f"- {HELD}: 2 (" in note


def test_a_role_with_somebody_within_reach_beside_is_neither(story: Story) -> None:
    story.give("A", "Another")
    assert HELD not in story.say("office", "home")
    assert HELD not in story.say("office", "weekly")


def test_of_a_role_that_somebody_holds_the_office_is_not_told_that_the_plan_lists_no_such_role(story: Story) -> None:
    story.give("The Team", "Tea", address="mail:tea@example.org")
    story.tick("2022-09-05 09:00")
    lines = passed_on(story)
    assert "- The Team: 1 action (P1.1c). Tea holds it, and nothing can be sent to mail:tea@example.org yet" in lines
    assert "- A: 1 action (P1.1a). Pat holds it, and nothing can be sent to mail:pat@example.org yet" in lines
    assert "- B: 1 action (P1.1b)" in lines
    assert "To give one to somebody: halfterm people set ROLE ADDRESS" in lines[1]


def test_what_is_passed_on_says_what_to_ask_and_where_to_see_it(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    assert (
        "Nobody I can write to holds these. Please ask of each whether it is done, still going, or not theirs; "
        "to see one, type: action P1.1a." in passed_on(story)[1]
    )


def test_for_a_meeting_it_says_which(tmp_path: Path) -> None:
    story = open_council(tmp_path)
    story.leave("B")
    story.mornings("2022-09-12")
    assert (
        "Please ask where each stands for the meeting on 4 October 2022; to see one, type: action"
        in passed_on(story)[1]
    )
    story.mornings("2022-12-16")
    assert "Please ask where each stands; to see one, type: action P1.1c." in passed_on(story)[1]
    story.close()


def test_the_offices_home_names_every_role_that_is_empty(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.load(tiny_plan(*((f"P1.1{letter}", "Do it.", f"Team {letter}", "Oct-22") for letter in "abcdefghij")))
    home = story.say("office", "home")
    assert f"{EMPTY}: 10.\n- {', '.join(f'Team {letter}' for letter in 'abcdefghij')}\n" in home
    assert "and 6 more" in story.say("office", "weekly")
    assert "Home: home" in story.say("office", "weekly")
    story.close()


def test_more_than_a_message_takes_are_counted(tmp_path: Path) -> None:
    story = Story(tmp_path)
    rows = [
        (f"P{1 + n // 100}.{1 + n // 10 % 10}{'abcdefghij'[n % 10]}", "Do it.", f"The team called {n}", "Oct-22")
        for n in range(200)
    ]
    story.load(tiny_plan(*rows))
    home = story.say("office", "home")
    (line,) = [each for each in home.split("\n") if each.startswith("- The team called 0, ")]
    more = next(each for each in home.split("\n") if each.startswith("- and ") and each.endswith(" more"))
    assert line.count(",") + 1 + int(more.split()[2]) == 200
    assert len(line) <= 1_600
    story.close()
