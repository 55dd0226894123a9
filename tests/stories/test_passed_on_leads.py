"""What the office is asked to pass on to an accountable lead whom nobody holds names a cure that works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import PLAN
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = Story(tmp_path)
    yield found
    found.close()


def pass_on(story: Story, lead: str) -> list[str]:
    """The lines of what is to be passed on, on the day an overdue action is told to its lead."""
    story.load(PLAN.replace("Council: Director", lead))
    for role in ("A", "B", "C"):
        story.give(role)
    story.mornings("2022-09-21")
    text = story.to("office")[-1].text
    part = text[text.index("Please pass on.") :].splitlines()
    return part[1:]


def test_a_lead_that_the_plan_lists_no_role_for_is_said_to_be_any_role(story: Story) -> None:
    lines = pass_on(story, "NHS Trust: Chairs")
    line = next(one for one in lines if one.startswith("- accountable lead Chairs: 1 action (P1.2a)"))
    typed = re.search(r'halfterm (roles same "Chairs" ROLE)$', line)
    assert typed
    story.means("Chairs", "X")
    story.give("X")
    story.mornings("2022-09-23")
    assert "P1.2a is overdue" in story.to("X")[-1].text


def test_a_lead_that_is_a_role_is_given_to_somebody(story: Story) -> None:
    lines = pass_on(story, "NHS Trust: Director")
    assert "- accountable lead Director: 1 action (P1.2a)" in lines
    assert lines[0] == (
        "Nobody I can write to holds these. Please tell the lead of P1.2a that it is overdue; to see one, type: "
        "action P1.2a. To give one to somebody: halfterm people set ROLE ADDRESS"
    )
    story.give("Director", "Dee")
    story.mornings("2022-09-23")
    assert "P1.2a is overdue" in story.to("Dee")[-1].text
