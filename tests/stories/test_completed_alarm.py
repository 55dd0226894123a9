"""An import completes an action with an open alarm: nobody is left believing that it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from documents.read import read_plan
from storage.history import list_rows
from tests.stories.council import PLAN, open_council
from tests.story import Story

DONE = PLAN.replace("A/ C\tMar-23", "A/ C\tCompleted")
CLOSED = "P1.1b is ✅ Complete, as the plan has it now, so its at-risk alarm of 5 September is closed."
TOLD = ("C", "D", "X", "office")


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """P1.1b at risk on Monday, told to C, D, X and the office; it is Tuesday, 10:00."""
    council = open_council(tmp_path)
    council.say("A", "rag P1.1b at-risk no venue")
    council.tick("2022-09-05 10:15")
    council.tick("2022-09-06 09:00")
    council.at("2022-09-06 10:00")
    yield council
    council.close()


def hear(story: Story, at: str) -> dict[str, str]:
    return {one.to: one.text for one in story.tick(at)}


def test_the_import_says_so_and_whoever_heard_of_it_is_told_once(story: Story) -> None:
    assert DONE != PLAN
    assert "  P1.1b is complete, so its open at risk alarm is closed; whoever heard it is told." in story.load(DONE)
    assert hear(story, "2022-09-06 10:01") == dict.fromkeys(TOLD, CLOSED)
    assert hear(story, "2022-09-06 10:20") == {}
    assert not any("alarm" in line for line in story.load(DONE))
    assert "Open alarm" not in story.say("D", "action P1.1b")
    assert story.say("D", "ack P1.1b") == "P1.1b has no open escalation to acknowledge."


def test_open_again_in_the_plan_its_alarm_stands_again(story: Story) -> None:
    story.load(DONE)
    hear(story, "2022-09-06 10:01")
    assert "  P1.1b is open again, and its at risk alarm stands again." in story.load(PLAN)
    again = (
        "The plan has opened P1.1b again: it is not completed any more. "
        "It is 🔴 At risk, and its alarm of 5 September stands again."
    )
    assert hear(story, "2022-09-06 10:10") == dict.fromkeys(TOLD, again)
    assert "Escalated: 1.\n- P1.1b" in story.say("D", "digest The Board")
    assert not any("alarm" in line for line in story.load(PLAN))
    story.load(DONE)
    assert hear(story, "2022-09-06 10:20") == dict.fromkeys(TOLD, CLOSED)


def test_open_again_before_they_heard_they_hear_nothing(story: Story) -> None:
    story.load(DONE)
    story.load(PLAN)
    assert hear(story, "2022-09-06 10:10") == {}


def test_the_chair_opens_it_again_and_its_alarm_stands_again(story: Story) -> None:
    story.load(DONE)
    hear(story, "2022-09-06 10:01")
    answer = story.say("D", "reopen P1.1b the survey was of another year")
    assert answer.startswith("P1.1b is open again: the survey was of another year. The alarm about it stands again.")
    heard = hear(story, "2022-09-06 10:10")
    assert sorted(heard) == ["C", "X", "office"]
    assert set(heard.values()) == {
        "D has opened P1.1b again: the survey was of another year. "
        "It is 🔴 At risk, and its alarm of 5 September stands again."
    }


def test_a_notice_that_has_not_left_does_not(story: Story) -> None:
    story.say("C", "rag P1.2a at-risk no map maker")
    story.load(PLAN.replace("C\tAug-22", "C\tCompleted"))
    assert hear(story, "2022-09-06 10:20") == {}


def test_what_waited_for_the_chair_is_settled_and_the_alarm_can_stand_again(story: Story) -> None:
    story.say("A", "done P1.1b https://example.org/survey")
    story.load(DONE)
    hear(story, "2022-09-06 10:01")
    assert "awaiting agreement" not in story.say("D", "action P1.1b")
    assert "Nothing is waiting" in story.refused("D", "agree P1.1b")
    story.load(PLAN)
    assert "Open alarm" in story.say("D", "action P1.1b")


def test_a_rating_that_was_built_upon_is_not_undone(story: Story) -> None:
    story.load(DONE)
    hear(story, "2022-09-06 10:01")
    story.refused("A", "undo")
    assert "  P1.1b is open again, and its at risk alarm stands again." in story.load(PLAN)
    assert "Open alarm" in story.say("D", "action P1.1b")


def test_a_dry_run_says_what_the_import_says_and_stores_nothing(story: Story) -> None:
    plan = read_plan(DONE.encode(), "plan.txt", story.app.calendar.half_terms)
    dry = office.import_plan(story.app.db, plan, "tester", story.now, dry_run=True)
    assert "Open alarm" in story.say("D", "action P1.1b")
    assert hear(story, "2022-09-06 10:01") == {}
    assert [line for line in dry if "alarm" in line] == [line for line in story.load(DONE) if "alarm" in line] != []


def test_lost_and_then_completed_its_alarm_does_not_stand_in_between(story: Story) -> None:
    story.load("\n".join(line for line in PLAN.split("\n") if "Run the survey." not in line))
    hear(story, "2022-09-06 10:01")
    assert not any("stands again" in line for line in story.load(DONE))


def test_who_has_the_papers_hears_on_the_morning_of_the_meeting(story: Story) -> None:
    story.give("PM")
    story.group("The Board", members=["PM"])
    story.mornings("2022-09-28")
    assert "Escalated: 1.\n- P1.1b" in story.to("PM")[-1].text
    story.at("2022-09-28 10:00").load(DONE)
    story.mornings("2022-10-04")
    assert "P1.1b" in story.to("PM")[-1].text


def test_the_history_says_how_it_was_before(story: Story) -> None:
    story.load(DONE)
    story.load(PLAN)
    with story.app.db.read() as tx:
        rows = [row.facts for row in list_rows(tx, ref="P1.1b") if row.verb in ("agree", "reopen")]
    assert [(row["before"]["state"], row["after"]["state"]) for row in rows] == [
        ("complete", "open"),
        ("open", "complete"),
    ]


def test_a_file_that_completes_what_was_moved_here_leaves_it_open(story: Story) -> None:
    story.say("A", "slipping P1.1b Apr-23 no venue")
    story.say("D", "agree P1.1b")
    kept = "  P1.1b: the timescale agreed here, Apr-23, is kept, so it stays open; the file says Completed."
    assert kept in story.load(DONE)
    assert "Open alarm" in story.say("D", "action P1.1b")
