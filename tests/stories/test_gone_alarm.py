"""An import takes an action with an open alarm out of the plan: nobody is left believing that it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from documents.read import read_plan
from tests.stories.council import PLAN, history_length, is_one_sentence, open_council
from tests.story import Story

WITHOUT = "\n".join(line for line in PLAN.split("\n") if "b. Run the survey." not in line)
GONE = "The plan no longer has P1.1b, since 6 September 2022, so its at-risk alarm of 5 September is closed."
BACK = "The plan has P1.1b again, and it is 🔴 At risk: its at-risk alarm of 5 September stands."


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
    lines = story.load(WITHOUT)
    assert "  P1.1b is gone, and its open at risk alarm with it; whoever heard it is told." in lines
    assert hear(story, "2022-09-06 10:01") == dict.fromkeys(("C", "D", "X", "office"), GONE)
    assert hear(story, "2022-09-06 10:20") == {}
    assert not any("is gone" in line for line in story.load(WITHOUT))


def test_a_dry_run_says_so_too_and_tells_nobody(story: Story) -> None:
    plan = read_plan(WITHOUT.encode(), "plan.txt", story.app.calendar.half_terms)
    lines = office.import_plan(story.app.db, plan, "tester", story.now, dry_run=True)
    assert "  P1.1b is gone, and its open at risk alarm with it; whoever heard it is told." in lines
    assert hear(story, "2022-09-06 10:01") == {}


def test_brought_back_the_alarm_stands_again_for_whoever_was_told(story: Story) -> None:
    story.load(WITHOUT)
    hear(story, "2022-09-06 10:01")
    assert "  P1.1b is back, and its at risk alarm stands again." in story.load(PLAN)
    assert hear(story, "2022-09-06 10:10") == dict.fromkeys(("C", "D", "X", "office"), BACK)
    assert "Escalated: 1.\n- P1.1b" in story.say("D", "digest The Board")
    story.load(WITHOUT)
    assert hear(story, "2022-09-06 10:20") == dict.fromkeys(("C", "D", "X", "office"), GONE)


def test_brought_back_before_they_heard_they_hear_nothing(story: Story) -> None:
    story.load(WITHOUT)
    story.load(PLAN)
    assert hear(story, "2022-09-06 10:10") == {}


def test_who_had_not_heard_of_the_alarm_yet_hears_of_nothing(story: Story) -> None:
    story.say("C", "rag P1.2a at-risk no map maker")
    story.load("\n".join(line for line in PLAN.split("\n") if "a. Publish the map." not in line))
    assert hear(story, "2022-09-06 10:20") == {}


def test_why_and_history_still_answer_for_it(story: Story) -> None:
    story.load(WITHOUT)
    hear(story, "2022-09-06 10:01")
    for who in ("A", "D", "office"):
        history = story.say(who, "history P1.1b")
        assert "- The plan no longer has it, since 6 September 2022." in history
        assert "rag: at risk: no venue" in history
        why = story.say(who, "why 1.1b")
        assert "5 September 2022 10:15, notice to" in why
        assert "What comes next.\n- Nothing. The plan no longer has it, since 6 September 2022." in why
    history_length(story)


def test_everything_else_says_that_the_plan_has_it_no_more(story: Story) -> None:
    story.load(WITHOUT)
    for words in ("action P1.1b", "rag P1.1b green", "ack P1.1b", "progress P1.1b it is over"):
        refusal = story.refused("D", words)
        assert refusal.startswith(
            "The plan no longer has P1.1b, since 6 September 2022: to see what was said of it, type history P1.1b\n"
        )
        assert is_one_sentence(refusal)


def test_it_tells_a_stranger_nothing_of_what_was(story: Story) -> None:
    story.load(WITHOUT)
    assert "no longer" not in story.refused("B", "action P1.1b")
    assert "no venue" not in story.refused("B", "history P1.1b")
    assert "no venue" not in story.refused("B", "why P1.1b")


def test_the_file_named_again_counts_for_the_action_that_is_there(story: Story) -> None:
    story.load(WITHOUT)
    story.load(PLAN)
    assert story.say("A", "history P1.1b").startswith("History of P1.1b.\n- ")
    assert "no longer" not in story.say("A", "history P1.1b")
