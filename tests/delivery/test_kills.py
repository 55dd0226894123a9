"""A real process is killed at each step of planning and delivering; another one loses nothing and repeats nothing."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess

import pytest

from tests.delivery.scene import MONDAY, PEOPLE, Scene
from tests.kills import worker
from tests.kills.stage import PROCESSES
from tests.kills.worker import Orders
from tests.story import london

NINE = london(MONDAY)
LATER = "2022-09-05 09:06"  # more than five minutes


def start(scene: Scene, step: str, time: int = 2, at: datetime = NINE) -> ForkServerProcess:
    """A process that plans and delivers, and dies the `time`th time it reaches a step."""
    settings = replace(scene.app.settings, slack_bot_token=scene.slack.token, slack_api_url=scene.slack.api_url)
    process = PROCESSES.Process(target=worker.run, args=(settings, at, Orders(step=step, time=time)))
    process.start()
    return process


def kill_at(scene: Scene, step: str, time: int = 2, at: datetime = NINE) -> None:
    """Let such a process run until it is killed there."""
    assert_killed(start(scene, step, time, at))


def assert_killed(process: ForkServerProcess) -> None:
    process.join(timeout=60)
    assert process.exitcode == -signal.SIGKILL
    process.close()


def heard(scene: Scene) -> Sequence[int]:
    """How many messages each of the three people has had."""
    return [len(scene.posts_to(user)) for user in PEOPLE.values()]


def assert_all_settled_once(scene: Scene) -> None:
    assert heard(scene) == [1, 1, 1]
    assert len({post.id for post in scene.slack.posts}) == 3
    assert [(row.state, row.doubtful) for row in scene.rows()] == [("sent", False)] * 3
    assert [scene.ledger_of(ref) for ref in ("P1.1a", "P1.1b", "P1.2a")] == [[("sent", "sent")]] * 3
    posts = len(scene.slack.asked("chat.postMessage"))
    scene.tick("2022-09-05 09:30")
    assert len(scene.slack.asked("chat.postMessage")) == posts


@pytest.mark.parametrize("step", list(worker.PLANNING))
def test_killed_while_planning_everything_is_said_by_the_next_process_at_the_same_instant(
    scene: Scene, step: str
) -> None:
    kill_at(scene, step, time=1)
    assert heard(scene) == [0, 0, 0]
    scene.tick(MONDAY)
    assert_all_settled_once(scene)


@pytest.mark.parametrize(
    ("step", "at_its_death", "at_the_same_instant"),
    [
        ("claimed", [1, 0, 0], [1, 0, 1]),
        ("before the post", [1, 0, 0], [1, 0, 1]),
        ("after the post", [1, 1, 0], [1, 1, 1]),
        ("before settling", [1, 1, 0], [1, 1, 1]),
        ("settled", [1, 1, 0], [1, 1, 1]),
    ],
)
def test_killed_while_delivering_the_second_of_three_each_is_said_once(
    scene: Scene, step: str, at_its_death: list[int], at_the_same_instant: list[int]
) -> None:
    kill_at(scene, step)
    assert heard(scene) == at_its_death
    left = scene.row_to("U2")

    scene.tick(MONDAY)  # what the dead process had in hand is left alone, the rest goes
    assert heard(scene) == at_the_same_instant
    assert scene.row_to("U2") == left

    scene.tick(LATER)
    assert_all_settled_once(scene)
    assert len(scene.slack.asked("chat.postMessage")) == 3


def test_killed_after_slack_took_the_post_and_before_it_answered_nothing_is_said_twice(scene: Scene) -> None:
    scene.slack.fail("chat.postMessage", how="hang")
    process = start(scene, "never")
    assert scene.slack.accepted.acquire(timeout=60)
    process.kill()
    assert_killed(process)
    assert heard(scene) == [1, 0, 0]
    assert scene.row_to("U1").state == "sending"

    scene.tick(MONDAY)
    assert heard(scene) == [1, 1, 1]
    assert scene.row_to("U1").state == "sending"
    scene.tick(LATER)
    assert_all_settled_once(scene)


@pytest.mark.parametrize(("how", "at_its_death"), [("accept_and_drop", [1, 1, 1]), ("drop", [0, 1, 1])])
def test_killed_after_a_lost_answer_slack_is_asked_by_the_next_process(
    scene: Scene, how: str, at_its_death: list[int]
) -> None:
    scene.slack.fail("chat.postMessage", how=how)
    kill_at(scene, "settled", time=2)  # the lost one is not settled, so this is the third
    assert heard(scene) == at_its_death
    scene.tick(MONDAY)
    assert heard(scene) == at_its_death
    assert scene.slack.asked("conversations.history") == []
    scene.tick(LATER)
    assert len(scene.slack.asked("conversations.history")) == 1
    assert_all_settled_once(scene)


def test_killed_again_while_taking_over_each_is_still_said_once(scene: Scene) -> None:
    kill_at(scene, "before the post")
    kill_at(scene, "before settling", time=2, at=NINE + timedelta(minutes=6))  # the third, then the second again
    assert heard(scene) == [1, 1, 1]
    scene.tick("2022-09-05 09:12")
    assert_all_settled_once(scene)


def test_killed_after_a_post_that_cannot_be_asked_for_it_is_said_once_more_and_the_office_hears_of_it(
    scene: Scene,
) -> None:
    scene.slack.scopes.remove("im:history")
    kill_at(scene, "after the post")
    scene.tick(LATER)
    assert heard(scene) == [1, 2, 1]
    assert scene.row_to("U2").doubtful
    assert scene.ledger_of("P1.1b") == [("sent", "sent a second time, perhaps: no answer came the first time")]
    (bundle,) = scene.tick("2022-09-06 09:00")
    assert bundle.to == "office"
    assert "perhaps sent twice" in bundle.text
    assert heard(scene) == [1, 2, 1]
