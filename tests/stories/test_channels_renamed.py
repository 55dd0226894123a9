"""A channel is known by its id: renamed in Slack it hears as before; archived, the office is told once what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.on_slack import OnSlack, open_on_slack

ARCHIVED = "that channel is archived: have it opened again, or set another"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[OnSlack]:
    with open_on_slack(tmp_path) as council:
        yield council


def office(story: OnSlack) -> str:
    return "\n".join(sent.text for sent in story.to("office"))


@pytest.mark.parametrize("channel", ["C1", "G1"], ids=["public", "private"])
def test_a_renamed_channel_hears_as_before(story: OnSlack, channel: str) -> None:
    story.said_in("D", "hear all", channel=channel)
    story.say("A", "rag P1.1a red the printer is broken")
    story.deliver("2022-09-05 10:15")
    told = len(story.to("office"))
    story.slack.rename(channel, "send-board-2023")
    assert story.said_in("D", "hear", channel=channel).text.startswith("This channel hears of every change of a rating")
    assert story.say("office", f"hear slack:T1:{channel}").startswith("This channel hears of every change of a rating")
    story.at("2022-09-06 10:00").say("A", "rag P1.1a green")
    story.say("A", "rag P1.1b amber")
    story.deliver("2022-09-06 10:15")
    first, line, other = story.channel(channel)
    assert first.text == "P1.1a is 🟢 On track since 6 September 2022."
    assert (line.text, line.thread_ts) == ("🟢 On track since 6 September 2022 (was 🔴 At risk).", first.ts)
    assert other.text == "P1.1b is now 🟠 Vulnerable (was ⚪ Not yet rated)."
    assert not any(channel in sent.text or "channel" in sent.text for sent in story.to("office")[told:])


@pytest.mark.parametrize("channel", ["C1", "G1"], ids=["public", "private"])
def test_of_an_archived_channel_the_office_is_told_once_what_to_do(story: OnSlack, channel: str) -> None:
    story.said_in("D", "hear all", channel=channel)
    story.slack.archived.add(channel)
    story.say("A", "rag P1.1a red the printer is broken")
    story.tick("2022-09-05 10:15")
    story.at("2022-09-06 10:00").say("A", "rag P1.1b amber")
    story.tick("2022-09-06 10:15")
    story.mornings("2022-09-30")
    assert story.channel(channel) == []
    line = f"A message to slack:T1:{channel} about P1.1a could not be sent: {ARCHIVED}. Please pass it on."
    assert office(story).count(ARCHIVED) == 1
    assert line in office(story)


def test_a_channel_that_is_open_again_hears_and_the_office_of_it_when_it_is_archived_again(story: OnSlack) -> None:
    story.said_in("D", "hear all")
    for day, rating, is_archived in (("05", "red", True), ("06", "green", False), ("07", "amber", True)):
        story.slack.archived = {"C1"} if is_archived else set()
        story.at(f"2022-09-{day} 10:00").say("A", f"rag P1.1a {rating} the printer")
        story.tick(f"2022-09-{day} 10:15")
    story.mornings("2022-09-16")
    assert [post.text for post in story.channel()] == ["P1.1a is now 🟢 On track (was 🔴 At risk)."]
    assert office(story).count(ARCHIVED) == 2
