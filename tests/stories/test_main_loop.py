"""The main loop, end to end: import, starting list, an answer, an alarm, the notice, the digest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from programme.messages import Request, Where
from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.load(
        tiny_plan(
            ("P1.1a", "Write the charter.", "A", "Oct-22"),
            ("P1.1b", "Run the survey.", "A/ C", "Mar-23"),
            ("P1.2a", "Publish the map.", "C", "Aug-22"),
        )
    )
    for role in ("A", "C", "X", "D"):
        told.give(role)
    told.group("The Board", "2022-10-04 10:00", chair="D", strategic=True)
    yield told
    told.close()


def test_the_loop_from_import_to_digest(story: Story) -> None:
    first = story.tick("2022-09-05 09:00")
    assert {one.to for one in first} == {"A", "C"}
    lists = {one.to: one.text for one in first}
    assert "Your starting list: 2 actions" in lists["A"]
    assert "P1.1a" in lists["A"]
    assert "P1.2a" not in lists["A"]

    story.at("2022-09-05 10:00")
    reply = story.say("A", "/rag P1.1a at-risk the printer has closed")
    assert "🔴 At risk" in reply
    assert "At 10:15 I tell" in reply
    assert "chair of The Board" in reply
    assert "mitigation P1.1a" in reply
    assert story.tick("2022-09-05 10:14") == []
    assert {one.to for one in story.tick("2022-09-05 10:15")} == {"D", "office", "X"}
    notice = story.to("D")[-1].text
    assert "the printer has closed" in notice
    assert "ack P1.1a" in notice

    digest = story.say("D", "digest The Board")
    assert "Escalated: 1." in digest
    assert "P1.1a 🔴 At risk" in digest


def test_a_door_that_stays_open_sees_who_came_and_who_left(story: Story) -> None:
    door = story.app.door(lambda: story.now)

    def says(who: str) -> str:
        reply = door.answer(Request(who, "progress P1.1a the first draft is written", Where("console")))
        assert reply is not None
        return reply.text

    assert "I do not know you yet" in says("console:new")
    story.give("A", address="console:new")
    assert "Progress on P1.1a is noted" in says("console:new")
    with story.app.db.write() as tx:
        office.end_holder(tx, "A", "console:new", on=story.today, today=story.today, now=story.now, account="tester")
    assert "P1.1a is not among your actions" in says("console:new")
