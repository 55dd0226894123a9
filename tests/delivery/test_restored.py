"""A backup that knows less than Slack does is put back: what stands there is not said again, the rest is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot import upkeep
from tests.kills import surroundings
from tests.kills.judge import Counts, judge
from tests.kills.programme import REMINDED, WHOLE
from tests.kills.scenarios import Play
from tests.kills.stage import Cast, Stage, Trial, open_stage
from tests.kills.worker import Orders
from tests.story import london


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as found:
        yield found


def hold(stage: Stage, cast: Cast, play: Play) -> Counts:
    with stage.trial(cast) as trial:
        play(trial)
        return judge(trial)


def put_back(trial: Trial, made_at: str, at: str) -> list[str]:
    """What `halfterm restore` says."""
    return upkeep.restore(trial.settings, trial.folder / made_at, london(at), dry_run=False, with_faults=False)


@pytest.mark.parametrize("step", ["before the post", "after the post"])
def test_files_of_a_digest_that_was_being_sent_when_the_backup_was_made_are_not_shared_again(
    stage: Stage, step: str
) -> None:
    with stage.trial(WHOLE) as trial:
        at = london("2022-09-05 09:00")
        trial.run(at, Orders(step=step, time=3))  # the pack: the answers went before it
        copy = trial.folder / "backup.db"
        trial.use(lambda app: upkeep.make_backup(app, copy, at + timedelta(minutes=1)))
        trial.tick(at + timedelta(minutes=6))
        upkeep.restore(trial.settings, copy, at + timedelta(minutes=10), dry_run=False, with_faults=False)
        trial.finish(at + timedelta(minutes=10))
        assert len([post for post in trial.slack.posts if post.files]) == 1
        assert judge(trial).wrong == []
        told = [post.text for post in trial.slack.posts if post.channel == "DU900"]
        assert any("files" in text and "could not be shared" in text for text in told)


@pytest.mark.parametrize("back_at", ["2022-10-31 10:00", "2022-11-01 12:00"])
def test_a_reminder_that_was_planned_and_said_since_the_backup_is_not_said_again(stage: Stage, back_at: str) -> None:
    counts = hold(stage, REMINDED, surroundings.restore_planned_since("2022-10-28", back_at))
    assert (counts.lost, counts.silent, counts.wrong) == (0, 0, [])
    assert counts.asked >= 3


def test_a_reminder_that_was_not_said_since_the_backup_is_said_when_slack_has_been_asked(stage: Stage) -> None:
    with stage.trial(REMINDED) as trial:
        trial.tick(london("2022-10-28 09:00"))
        trial.use(lambda app: upkeep.make_backup(app, trial.folder / "backup.db", london("2022-10-28 12:00")))
        said = put_back(trial, "backup.db", "2022-10-31 09:30")
        assert any("may have been sent since: their channel is asked before anything is said" in line for line in said)
        trial.finish(london("2022-10-31 09:30"))
        assert judge(trial).wrong == []


def test_what_cannot_be_asked_for_is_not_said_again_and_the_office_is_asked_to_pass_it_on(stage: Stage) -> None:
    with stage.trial(REMINDED) as trial:
        trial.tick(london("2022-10-28 09:00"))
        trial.use(lambda app: upkeep.make_backup(app, trial.folder / "backup.db", london("2022-10-28 12:00")))
        trial.slack.scopes -= {"im:history"}
        put_back(trial, "backup.db", "2022-10-31 09:30")
        trial.finish(london("2022-10-31 09:30"))
        counts = judge(trial)
        assert (counts.lost, counts.silent, counts.listed) == (0, 0, 3)
