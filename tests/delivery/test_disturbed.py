"""A trial of each scenario of `make kills`: a morning is disturbed, nothing is lost and nothing silently repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kills import programme, surroundings
from tests.kills.judge import judge, list_wanted
from tests.kills.scenarios import LETTERS, NINE, SMALL, Scenario
from tests.kills.stage import Stage, open_stage
from tests.kills.worker import DELIVERING, Orders

ROOT = Path(__file__).parents[2]
HURRIED = {  # what takes its time there, made short
    "a proxy that never answers": surroundings.black_hole("answer", timeout=0.5),
    "the database locked by another process": surroundings.lock_at(2),
    "100 reminders, 100 refusals (429, Retry-After 30)": surroundings.storm(6, kills=True),
}
LEFT_OUT = "`halfterm serve` killed at a post"  # it beats every five seconds
SAMPLED = [one for one in programme.SQLITE if one.name != LEFT_OUT]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as found:
        yield found


@pytest.mark.parametrize("scenario", SAMPLED, ids=lambda scenario: scenario.name)
def test_whatever_happens_nothing_is_lost_and_nothing_said_twice_in_silence(stage: Stage, scenario: Scenario) -> None:
    play = HURRIED.get(scenario.name, scenario.plays[len(scenario.plays) // 2])
    counts = scenario.hold(stage.trial, play)
    assert (counts.lost, counts.silent, counts.wrong) == (0, 0, [])
    assert counts.sent


def test_every_step_that_a_delivery_tells_of_is_one_where_it_is_killed() -> None:
    told = [
        step
        for path in sorted((ROOT / "jobs").glob("*.py"))
        for step in re.findall(r"reached\(\"([^\"]+)\"\)", path.read_text(encoding="utf-8"))
    ]
    assert set(told) == set(DELIVERING)


def test_a_whole_run_reaches_every_step_it_can_be_killed_at(stage: Stage) -> None:
    with stage.trial(programme.WHOLE) as trial:
        path = trial.folder / "told"
        trial.run(NINE, Orders(told=str(path)))
        told = path.read_text(encoding="utf-8").splitlines()
    reached = [(step, told[: number + 1].count(step)) for number, step in enumerate(told)]
    assert [one for one in programme.list_steps() if one not in reached] == []


def test_more_statements_are_tried_than_a_whole_run_gives_to_the_database(stage: Stage) -> None:
    with stage.trial(SMALL) as trial:
        path = trial.folder / "told"
        trial.run(NINE, Orders(told=str(path)))
        given = path.read_text(encoding="utf-8").splitlines().count("a statement")
    assert 50 < given < programme.STATEMENTS


def test_the_judge_sees_what_was_lost(stage: Stage) -> None:
    with stage.trial(LETTERS) as trial:
        trial.finish(NINE)
        assert judge(trial).lost == 0
        gone = next(post for post in trial.slack.posts if post.channel == "DU2")
        trial.slack.posts.remove(gone)
        assert judge(trial).wrong == ["lost: P1.2a to U2"]


def test_the_judge_sees_what_was_said_twice_and_whether_anybody_was_told(stage: Stage) -> None:
    with stage.trial(LETTERS) as trial:
        trial.slack.scopes -= {"im:history"}
        trial.slack.fail("chat.postMessage", how="accept_and_drop")
        trial.finish(NINE)
        counts = judge(trial)
        assert (counts.told, counts.silent) == (1, 0)
        again = next(post for post in trial.slack.posts if post.channel == "DU2")
        trial.slack.posts.append(again)
        counts = judge(trial)
        assert (counts.told, counts.silent, len(counts.wrong)) == (1, 1, 1)
        assert len(list_wanted(trial)) == 3
