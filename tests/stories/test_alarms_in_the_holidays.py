"""An alarm in the school holidays waits for the schools to open, for who holds roles of schools only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import naming
from tests.stories.council import open_council
from tests.story import Sent, Story

TERMS = "Autumn 1 2022,2022-09-05,2022-10-21\nAutumn 2 2022,2022-10-31,2022-12-16"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """C, who shares P1.1b with A, is of a school; it is half term."""
    one = open_council(tmp_path)
    one.terms(TERMS)
    mark(one, "C")
    one.at("2022-10-24 10:00")
    one.sent.clear()
    yield one
    one.close()


def mark(story: Story, role: str) -> None:
    with story.app.db.write() as tx:
        naming.set_role(tx, role, {"school": True}, today=story.today, now=story.now, account="tester")


def list_alarms(sent: list[Sent]) -> list[str]:
    return sorted(one.to for one in sent if "P1.1b was rated 🔴 At risk" in one.text)


def test_only_who_is_of_a_school_hears_after_the_holidays(story: Story) -> None:
    reply = story.say("A", "rag P1.1b at-risk no printer")
    assert "At 10:15 I tell the chair of The Board, the programme office and " in reply
    assert "; at 09:00 on Monday 31 October 2022 I tell the co-owner (C), unless you undo it first." in reply
    assert list_alarms(story.tick("2022-10-24 10:15")) == ["D", "X", "office"]
    assert list_alarms(story.mornings("2022-10-30")) == []
    assert list_alarms(story.tick("2022-10-31 09:00")) == ["C"]


def test_why_says_when_and_that_the_schools_open_then(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no printer")
    said = story.say("office", "why P1.1b")
    assert "31 October 2022 09:00, notice to C: waits until then, when the schools are open again." in said
    assert "notice to D, the programme office and X: waits until then." in said
    assert "pass" not in said


def test_a_reason_that_comes_later_hastens_nothing_for_a_school(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk")
    assert "At 10:15 the others hear of it." in story.say("A", "rag P1.1b at-risk no printer")
    assert list_alarms(story.tick("2022-10-24 10:15")) == ["D", "X", "office"]
    assert list_alarms(story.mornings("2022-10-31")) == ["C"]


def test_whoever_came_to_a_role_of_a_school_hears_after_the_holidays_too(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no printer")
    story.tick("2022-10-24 10:15")
    story.give("C", "Cy")
    assert list_alarms(story.mornings("2022-10-30")) == []
    assert list_alarms(story.tick("2022-10-31 09:00")) == ["C", "Cy"]


def test_a_correction_keeps_to_the_holidays(story: Story) -> None:
    story.at("2022-10-21 16:00").say("A", "rag P1.1b at-risk no printer")
    assert list_alarms(story.tick("2022-10-21 16:15")) == ["C", "D", "X", "office"]
    story.at("2022-10-24 10:00").say("A", "rag P1.1b on-track")
    assert "C" not in {one.to for one in story.tick("2022-10-24 10:01")}
    assert "C" not in {one.to for one in story.mornings("2022-10-30")}
    heard = [one.text for one in story.tick("2022-10-31 09:00") if one.to == "C"]
    assert any("The at-risk alarm of 21 October is closed." in text for text in heard)


def test_whoever_holds_another_role_too_hears_at_once(story: Story) -> None:
    story.give("B", "C")
    story.say("A", "rag P1.1b at-risk no printer")
    assert "C" in list_alarms(story.tick("2022-10-24 10:15"))
