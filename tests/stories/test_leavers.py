"""Leavers and vacancies: a reminder reaches a living person, or is on the office's list the same morning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from storage import ledger
from tests.stories.council import open_council, told
from tests.story import Story, london


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = open_council(tmp_path)
    one.sent.clear()
    yield one
    one.close()


def end(story: Story, role: str, on: str) -> None:
    """Let who is called after a role hold it to a day that is still to come."""
    with story.app.db.write() as tx:
        office.end_holder(
            tx, role, f"console:{role}", on=london(f"{on} 00:00").date(), today=story.today, now=story.now,
            account="tester",
        )  # fmt: skip


def passed_on(story: Story) -> str:
    return "\n".join(told(story).get("office", []))


def test_a_role_that_falls_vacant_at_eight_is_on_the_list_at_nine(story: Story) -> None:
    story.tick("2022-09-12 08:00")  # the morning's messages are planned and queued, for A too
    story.leave("A")
    sent = story.tick("2022-09-12 09:00")
    assert "A" not in {one.to for one in sent}
    (bundle,) = [one.text for one in sent if one.to == "office"]
    assert "A: 2 actions (P1.1a, P1.1b)" in bundle


def test_a_role_that_falls_vacant_at_ten_is_on_the_list_the_same_morning(story: Story) -> None:
    assert "A" in {one.to for one in story.tick("2022-09-12 09:00")}
    story.at("2022-09-12 10:00")
    story.leave("A")
    sent = story.tick()
    assert [one.to for one in sent] == ["office"]
    assert "A: 2 actions (P1.1a, P1.1b)" in sent[0].text


def test_it_is_so_where_the_offices_bundle_of_that_day_had_nothing_to_say(story: Story) -> None:
    story.at("2022-09-09 10:00")
    story.say("B", "notmine P1.1c it moved")  # the office is to hear of it on Monday
    story.app.plan(story.now.replace(hour=18))
    story.at("2022-09-10 10:00")
    story.say("B", "undo")
    assert "office" not in {one.to for one in story.tick("2022-09-12 09:00")}
    story.at("2022-09-12 10:00")
    story.leave("A")
    assert "A: 2 actions (P1.1a, P1.1b)" in "".join(one.text for one in story.tick() if one.to == "office")


def test_a_role_that_falls_vacant_after_the_offices_bundle_is_on_the_next_mornings(story: Story) -> None:
    story.leave("B")
    story.tick("2022-09-12 09:00")
    assert "B: 1 action (P1.1c)" in passed_on(story)
    story.at("2022-09-12 10:00")
    story.leave("A")
    assert story.tick() == []
    (sent,) = [one for one in story.tick("2022-09-13 09:00") if one.to == "office"]
    assert "A: 2 actions (P1.1a, P1.1b)" in sent.text


def test_a_leave_date_that_comes_is_seen_on_its_day_though_nothing_was_touched(story: Story) -> None:
    end(story, "A", "2022-09-12")
    assert "office" not in {one.to for one in story.mornings("2022-09-11")}
    sent = story.tick("2022-09-12 09:00")
    assert "A" not in {one.to for one in sent}
    (bundle,) = [one.text for one in sent if one.to == "office"]
    assert "A: 2 actions (P1.1a, P1.1b)" in bundle
    story.mornings("2022-10-31")
    assert "A" not in told(story)


def test_a_second_leaver_of_a_role_is_on_the_list_as_the_first_was(story: Story) -> None:
    story.leave("A")
    story.tick()
    assert "A: 2 actions" in passed_on(story)
    story.at("2022-09-06 10:00")
    story.give("A", "A two")
    story.mornings("2022-09-07")
    story.sent.clear()
    story.at("2022-09-08 08:00")
    story.leave("A", "A two")
    (sent,) = [one for one in story.tick("2022-09-08 09:00") if one.to == "office"]
    assert "A: 2 actions (P1.1a, P1.1b)" in sent.text
    story.sent.clear()
    story.mornings("2022-09-09")
    assert passed_on(story) == ""  # and once


def test_what_is_passed_on_is_never_counted_as_reminded(story: Story) -> None:
    story.leave("A")
    story.mornings("2022-09-12")
    with story.app.db.read() as tx:
        lines = [line for line in ledger.list_of(tx, "P1.1a") if line.state == "sent" and not line.rung.passed_for]
    assert {line.rung.kind for line in lines} == {"starting"}  # what A had before


def test_a_leaver_has_none_of_what_was_queued(story: Story) -> None:
    story.say("C", "rag P1.1b at-risk no staff")
    story.say("C", "mitigation P1.1b an agency; A; 30 September 2022")
    story.tick("2022-09-05 10:10")  # the notice to A waits for its quarter of an hour
    story.leave("A")
    story.mornings("2022-10-05")
    assert "A" not in told(story)


def test_a_leaver_who_heard_of_an_alarm_hears_only_that_it_was_taken_back(story: Story) -> None:
    story.say("C", "rag P1.1b at-risk no staff")
    story.tick("2022-09-05 10:30")
    story.leave("A")
    story.at("2022-09-05 11:00")
    story.say("C", "undo")
    story.sent.clear()
    story.tick("2022-09-05 11:10")
    story.mornings("2022-10-31")
    (sent,) = told(story, "A")["A"]
    assert sent.startswith("Correction")


def test_a_chair_who_leaves_has_no_pack_and_the_office_has_it(story: Story) -> None:
    story.tick("2022-09-27 08:00")
    story.leave("D")
    sent = story.tick("2022-09-27 09:00")
    assert "D" not in {one.to for one in sent}
    assert any("digest for the meeting on 4 October 2022" in one.text for one in sent if one.to == "office")


def test_a_holder_to_come_is_written_to_from_their_day_on(story: Story) -> None:
    story.leave("A")
    with story.app.db.write() as tx:
        office.set_holder(
            tx, "A", "console:A two", name="A two", email=None, since=london("2022-09-14 00:00").date(),
            today=story.today, now=story.now, account="tester",
        )  # fmt: skip
    assert "A two" not in {one.to for one in story.mornings("2022-09-13")}
    (first,) = [one for one in story.tick("2022-09-14 09:00") if one.to == "A two"]
    assert "Your starting list: 2 actions" in first.text


def test_a_holder_of_a_channel_that_is_not_set_up_is_passed_on_the_same_morning(story: Story) -> None:
    story.leave("A")
    story.give("A", "A two", address="slack:T1:U9")
    (sent,) = [one for one in story.tick() if one.to == "office"]
    assert "A: 2 actions (P1.1a, P1.1b)" in sent.text
