"""A notice of an alarm says what has become of it: acknowledged, mitigation in place, closed, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack import Posted
from tests.stories.on_slack import OnSlack, open_on_slack


@pytest.fixture
def story(tmp_path: Path) -> Iterator[OnSlack]:
    """A has rated P1.1a at risk at 10:00, with a reason; the chair and the lead had their notice at 10:15."""
    with open_on_slack(tmp_path) as council:
        council.say("A", "rag P1.1a red the printer is broken")
        council.deliver("2022-09-05 10:15")
        yield council


def acknowledges(post: Posted) -> bool:
    return any(
        each["value"] == "ack P1.1a" for block in post.blocks for each in block.get("elements", ()) if "value" in each
    )


def test_acknowledged_says_by_whom_and_how_soon(story: OnSlack) -> None:
    chair, lead = story.message("D"), story.message("X")
    assert acknowledges(chair)
    before = len(story.slack.posts)
    story.at("2022-09-05 10:35").say("D", "ack P1.1a")
    story.deliver()
    assert "Acknowledged: by D after 35 minutes" in chair.text
    assert "Acknowledged: by D after 35 minutes" in lead.text
    assert not acknowledges(chair)
    assert len(story.slack.posts) == before
    story.say("D", "undo")
    story.deliver()
    assert "Acknowledged" not in lead.text
    assert acknowledges(chair)


def test_the_mitigation_stands_in_it_once_written_and_once_in_place(story: OnSlack) -> None:
    lead = story.message("X")
    assert "Mitigation: none written yet" in lead.text
    story.say("A", "mitigation P1.1a print it next door; A; 30 September 2022")
    story.deliver()
    assert "Mitigation: print it next door; A; by 30 September 2022 (written, not in place)" in lead.text
    story.say("A", "inplace P1.1a")
    story.deliver()
    assert "(in place)" in lead.text


def test_a_reason_that_is_given_late_is_added(story: OnSlack) -> None:
    story.say("C", "rag P1.2a red")
    story.deliver("2022-09-05 12:30")
    lead = story.message("X")
    assert "Reason: not given yet" in lead.text
    story.say("C", "rag P1.2a red no map maker")
    story.deliver()
    assert "Reason: no map maker" in lead.text


def test_closed_says_how_it_stands_now(story: OnSlack) -> None:
    notice, to_chair = story.message("X"), story.message("D")
    story.at("2022-09-06 10:00").say("A", "rag P1.1a green")
    story.deliver()
    assert "Since then: it is 🟢 On track, and this alarm is closed" in notice.text
    assert not acknowledges(to_chair)
    assert story.message("X").text.startswith("P1.1a is 🟢 On track again, says A.")


def test_withdrawn_is_said_in_it_and_the_correction_goes_as_well(story: OnSlack) -> None:
    notice = story.message("X")
    story.at("2022-09-05 11:00").say("A", "undo")
    story.deliver()
    assert "Since then: withdrawn by A; it is ⚪ Not yet rated" in notice.text
    assert story.message("X").text.startswith("Correction: A has withdrawn the at risk rating of P1.1a.")


def test_a_calmer_rating_by_a_colleague_shows_while_the_alarm_is_open(story: OnSlack) -> None:
    story.at("2022-09-05 11:00").say("C", "rag P1.1b red no nurses")
    story.deliver("2022-09-05 11:15")
    notice = story.message("X")
    story.say("A", "rag P1.1b green we have found some")
    story.deliver()
    assert "Since then: 🟢 On track, says A: we have found some; not agreed by C or the chair" in notice.text


def test_whoever_would_not_hear_of_it_any_more_reads_nothing_new(story: OnSlack) -> None:
    notice = story.message("X")
    story.take("X", "slack:T1:U5")
    story.say("A", "mitigation P1.1a print it next door; A; 30 September 2022")
    story.deliver()
    assert notice.edits == 0
