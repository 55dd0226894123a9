"""What a chair is handed: the digest by its sections, in a message that can be posted and in every kind of paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.office import write_digest
from bot.slack.blocks import MOST_BLOCKS, render_all
from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.load(
        tiny_plan(
            ("P1.1a", "Write the charter.", "A", "Oct-22"),
            ("P1.1b", "Run the survey.", "A", "Mar-23"),
            ("P1.2a", "Publish the map.", "C", "Sep-22"),
            ("P1.2b", "Open the page.", "C", "Mar-23"),
        )
    )
    for role in ("A", "C", "D"):
        told.give(role)
    told.group("The Board", "2022-10-04 10:00", "2022-11-15 10:00", chair="D", strategic=True)
    told.tick("2022-09-05 09:00")
    yield told
    told.close()


def test_the_digest_follows_an_action_from_alarm_to_acknowledgement(story: Story) -> None:
    story.at("2022-09-06 10:00").say("A", "rag P1.1b at-risk the printer has closed")
    assert "not yet acknowledged. The printer has closed. Mitigation: none written yet" in story.say(
        "D", "digest The Board"
    )
    story.say("A", "mitigation P1.1b use the library's printer; C; Oct-22")
    story.say("D", "ack P1.1b")
    text = story.say("D", "digest The Board")
    assert ": acknowledged after 0 minutes. The printer" in text
    assert "use the library's printer; C; by Oct-22 (written, not in place)" in text
    story.say("A", "inplace P1.1b")
    assert "use the library's printer; C; by Oct-22 (in place)" in story.say("D", "digest The Board")


def test_what_is_agreed_at_one_meeting_is_a_change_and_complete_at_the_next(story: Story) -> None:
    story.at("2022-09-30 10:00").say("C", "done P1.2a https://example.org/map")
    text = story.say("D", "digest The Board")
    assert "To agree: 1." in text
    assert "Done, awaiting agreement. https://example.org/map. Success criteria: It is done." in text
    story.at("2022-10-05 10:00").say("D", "agree P1.2a")
    assert "✅ Complete 1 (+1)" in story.say("D", "digest The Board")


def test_a_timescale_moved_twice_keeps_the_first_in_sight(story: Story) -> None:
    for day, to in (("2022-09-06", "Dec-22"), ("2022-09-07", "Mar-23")):
        story.at(f"{day} 10:00").say("A", f"slipping P1.1a {to} the printer has closed")
        story.say("D", "agree P1.1a")
    text = story.say("D", "digest The Board")
    assert "Timescale moved: 1." in text
    assert "moved twice Oct-22→Mar-23" in text


def test_what_waited_for_a_decision_at_one_meeting_is_carried_to_the_next(story: Story) -> None:
    story.at("2022-09-30 10:00").say("A", "slipping P1.1b Apr-23 the printer has closed")
    assert "To agree: 1." in story.say("D", "digest The Board")
    text = story.at("2022-10-05 10:00").say("D", "digest The Board")
    assert "Carried from the last meeting: 1." in text
    assert "To agree: 1." not in text


def test_no_written_entry_since_the_last_meeting_is_shown_although_a_tap_has_answered(story: Story) -> None:
    story.at("2022-10-26 10:00").say("A", "nochange P1.1b")
    story.say("C", "progress P1.2b the page is up")
    story.at("2022-11-08 08:00")
    assert "The record shows: no written entry since the last meeting" in story.say("A", "action P1.1b")
    assert "no written entry" not in story.say("C", "action P1.2b")


def test_the_digest_is_private_to_who_may_read_it(story: Story) -> None:
    assert "chair of The Board" in story.refused("C", "digest The Board")


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.load()
    told.give("EDCS")
    told.group("SEND Oversight Board", "2022-10-04 10:00", chair="EDCS", strategic=True)
    told.tick("2022-09-05 09:00")
    yield told
    told.close()


def test_the_pack_of_the_whole_programme_can_be_posted(sample: Story) -> None:
    sample.mornings("2022-09-27")
    pack = sample.to("EDCS")[-1].message
    assert pack.text.startswith("SEND Oversight Board: digest for the meeting on 4 October 2022.")
    posts = render_all(pack)
    assert len(posts) <= 2
    assert all(len(post.blocks) <= MOST_BLOCKS for post in posts)


@pytest.mark.parametrize("kind", ["text", "html", "docx", "pdf", "xlsx"])
def test_the_digest_can_be_had_in_every_kind_of_paper(sample: Story, kind: str) -> None:
    assert len(write_digest(sample.app, "SEND Oversight Board", kind, sample.now)) > 1_000  # type: ignore[arg-type]


def test_a_scope_narrows_a_groups_digest(sample: Story) -> None:
    sample.group("Local Offer Steering Group", scope=["P1.5"])
    text = sample.say("office", "digest Local Offer Steering Group")
    assert text.splitlines()[1].startswith("4 actions:")
    assert "P1.5a" in text
    assert "P2.1a" not in text
