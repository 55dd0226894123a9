"""An alarm that is open is said to be, whatever the rating is now, and only who may acknowledge it is asked to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council, told
from tests.story import Story

RATINGS = ["deferred until the hall is free", "on-track the school lends its hall", "vulnerable a hall may be lent"]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.mark.parametrize("rating", RATINGS)
def test_a_colleagues_rating_hides_no_alarm_from_the_digest(story: Story, rating: str) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    story.say("C", f"rag P1.1b {rating}")
    lines = story.say("D", "digest The Board").split("\n")
    assert lines[lines.index("Escalated: 1.") + 1].startswith("- P1.1b")
    assert "At risk, not yet acknowledged. No venue." in lines[lines.index("Escalated: 1.") + 1]
    assert not any(line.startswith("Deferred") for line in lines)


def test_what_is_deferred_over_an_alarm_keeps_its_first_timescale_in_sight(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    story.say("C", "rag P1.1b deferred until the hall is free")
    assert "No venue. First Mar-23. Mitigation: none written yet." in story.say("D", "digest The Board")


@pytest.mark.parametrize("rating", RATINGS)
def test_the_list_of_what_is_at_risk_has_it_too(story: Story, rating: str) -> None:
    assert story.say("D", "actions at risk") == "At risk: none."
    story.say("A", "rag P1.1b at-risk no venue")
    story.say("C", f"rag P1.1b {rating}")
    listed = story.say("D", "actions at risk")
    assert listed.startswith("At risk: 1.\n- P1.1b · ")
    assert ", alarm open (at risk) · due 31 March 2023" in listed


def test_an_action_says_who_is_to_acknowledge_its_alarm(story: Story) -> None:
    assert "Open alarm" not in story.say("A", "action P1.1b")
    story.say("A", "rag P1.1b at-risk no venue")
    assert (
        "Open alarm: 🔴 At risk, by A on 5 September 2022; it waits for the chair of The Board to acknowledge it: "
        "ack P1.1b\n" in story.say("A", "action P1.1b")
    )
    story.at("2022-09-05 10:35").say("D", "ack P1.1b")
    assert "Open alarm: 🔴 At risk, by A on 5 September 2022; acknowledged by D after 35 minutes\n" in story.say(
        "A", "action P1.1b"
    )
    story.say("C", "rag P1.1b deferred until the hall is free")
    assert (
        "acknowledged by D after 35 minutes; open until whoever raised it or the chair of The Board agrees: agree P1.1b"
        in story.say("A", "action P1.1b")
    )
    story.say("D", "agree P1.1b")
    assert "Open alarm" not in story.say("A", "action P1.1b")


def test_only_the_chair_of_the_group_that_holds_it_is_asked_to_acknowledge_it(story: Story) -> None:
    story.group("The Team", "2022-10-20 10:00", chair="B", holds=["P1.1"])
    story.say("A", "rag P1.1b at-risk no venue")
    story.tick("2022-09-05 10:15")
    (holding,), (strategic,) = told(story, "B")["B"], told(story, "D")["D"]
    assert holding.endswith("As chair, please acknowledge it: ack P1.1b")
    assert "You hear this as: chair of The Board" in strategic
    assert strategic.endswith("To see all of it: action P1.1b")
    assert "ack P1.1b" not in strategic
    assert "chair of The Team" in story.refused("D", "ack P1.1b")


def test_at_risk_then_vulnerable_is_told_once_to_each(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    story.tick("2022-09-05 10:15")
    story.at("2022-09-05 11:00").say("A", "rag P1.1b vulnerable nearly signed")
    story.tick("2022-09-05 11:01")
    assert "P1.1b is 🟠 Vulnerable now, says A: nearly signed." in told(story, "D")["D"][-1]
    story.mornings("2022-09-12")
    assert sum("nearly signed" in text for text in told(story, "D")["D"]) == 1
    assert "not sent, they heard of it as the alarm before it was closed" in story.say("D", "why P1.1b")


def test_who_had_no_notice_of_it_hears_that_it_is_vulnerable_with_their_reminders(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    reply = story.at("2022-09-05 10:05").say("A", "rag P1.1b vulnerable nearly signed")
    assert "With their next reminders, from 6 September 2022, I tell the chair of The Board." in reply
    story.mornings("2022-09-12")
    assert sum("nearly signed" in text for text in told(story, "D")["D"]) == 1


def test_the_reply_says_when_those_hear_who_had_the_notice(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    story.tick("2022-09-05 10:15")
    reply = story.at("2022-09-05 11:00").say("A", "rag P1.1b vulnerable nearly signed")
    assert "Whoever heard that it was at risk hears that it is vulnerable now." in reply
    assert "With their next reminders" not in reply
