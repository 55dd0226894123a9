"""Whoever stands in for somebody who raised an alarm is not told of it as a co-owner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council
from tests.story import Sent, Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = open_council(tmp_path)
    one.give("PM")
    one.at("2022-09-08 10:00").say("A", "rag P1.1b at-risk no printer")
    one.tick("2022-09-08 10:15")
    yield one
    one.close()


def list_alarms(sent: list[Sent]) -> list[str]:
    return sorted(one.to for one in sent if "P1.1b was rated 🔴 At risk" in one.text)


@pytest.mark.parametrize("acknowledged", [False, True])
def test_a_cover_hears_nothing_of_what_whoever_is_away_raised(story: Story, acknowledged: bool) -> None:
    assert list_alarms(story.sent) == ["C", "D", "X", "office"]
    if acknowledged:
        story.say("D", "ack P1.1b")
    story.say("A", "cover A by PM from 12 September to 16 September")
    assert list_alarms(story.mornings("2022-09-16")) == []
    assert "to PM" not in "".join(line for line in story.say("office", "why P1.1b").splitlines() if "notice" in line)


def test_a_cover_of_somebody_else_who_owns_it_hears(story: Story) -> None:
    story.say("C", "cover C by PM from 12 September to 16 September")
    assert list_alarms(story.mornings("2022-09-16")) == ["PM"]


def test_a_cover_who_would_hear_for_another_reason_hears(story: Story) -> None:
    story.say("A", "cover A by PM from 12 September to 16 September")
    story.office("console:PM")
    assert list_alarms(story.mornings("2022-09-16")) == ["PM"]
