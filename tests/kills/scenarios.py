"""Every way in which a morning is disturbed. A scenario is a list of trials; each is judged when it is over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from random import Random

from tests.kills.judge import Counts, judge
from tests.kills.stage import MORNING, SOON, Cast, Trial
from tests.kills.worker import DELIVERING, ENDING, PLANNING, Orders
from tests.story import london

NINE = london(MORNING)
WHOLE = Cast()
SMALL = Cast(owners=2, answers=1, pack=False)
LETTERS = Cast(owners=3, answers=0, pack=False)

Open = Callable[[Cast], AbstractContextManager[Trial]]
Play = Callable[[Trial], object]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`name` as the table has it; each of `plays` disturbs a trial of its own, with this `cast`."""

    name: str
    cast: Cast
    plays: tuple[Play, ...]

    def hold(self, opens: Open, play: Play) -> Counts:
        """One trial: disturbed, then left in peace for some days, then judged."""
        with opens(self.cast) as trial:
            play(trial)
            return judge(trial)


def list_steps() -> list[tuple[str, int]]:
    """Each named step, and each time it is reached on a whole morning."""
    once = [(step, 1) for step in (*PLANNING, *ENDING)]
    return once + [(step, time) for step in DELIVERING for time in ((1,) if step == "uploaded" else range(1, 9))]


def kill_at(step: str, time: int) -> Play:
    def play(trial: Trial) -> None:
        trial.kill_at(NINE, Orders(step=step, time=time))
        trial.tick(NINE)  # what the dead process had in hand is left alone
        trial.finish(NINE, days=1, brief=True)

    return play


def kill_at_statement(number: int) -> Play:
    def play(trial: Trial) -> None:
        trial.run(NINE, Orders(statement=number))
        trial.finish(NINE, days=1, brief=True)

    return play


def kill_again_and_again(seed: int) -> Play:
    """Whoever takes over is killed too, four times on end."""

    def play(trial: Trial) -> None:
        chance, at = Random(seed), NINE
        for _ in range(4):
            step, time = chance.choice([one for one in list_steps() if one[0] not in ENDING])
            trial.run(at, Orders(step=step, time=min(time, chance.randint(1, 8))))
            at += SOON
        trial.finish(at, days=1, brief=True)

    return play


def kill_at_random(seed: int, within: float = 1.2) -> Play:
    """At some instant of the first `within` real seconds; whoever takes over is killed likewise, until one is not."""

    def play(trial: Trial) -> None:
        chance, at = Random(seed), NINE
        for _ in range(4):
            if not trial.kill_after(at, chance.uniform(0.0, within)):
                break
            at += SOON
        trial.finish(at, days=1, brief=True)

    return play


def kill_before_the_answer(number: int) -> Play:
    """Slack has taken the so-manieth post, or the files, and the process is gone before it hears so."""

    def play(trial: Trial) -> None:
        trial.slack.fail("chat.postMessage", how="hang", after=number - 1)
        if number == 8:
            trial.slack.fail("files.completeUploadExternal", how="hang")
        process = trial.start(NINE)
        for _ in range(number):
            assert trial.slack.accepted.acquire(timeout=60)
        process.kill()
        trial.end(process)
        trial.finish(NINE, days=1, brief=True)

    return play


def lose_answers(how: str, after: int, times: int, *, askable: bool = True) -> Play:
    def play(trial: Trial) -> None:
        if not askable:
            trial.slack.scopes -= {"im:history", "files:read"}
        trial.slack.fail("chat.postMessage", how=how, after=after, times=times)
        trial.slack.fail("files.completeUploadExternal", how=how)
        trial.run(NINE)
        trial.finish(NINE)

    return play
