"""All the scenarios, in the order of the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.kills import surroundings as around
from tests.kills.scenarios import (
    LETTERS,
    SMALL,
    WHOLE,
    Scenario,
    kill_again_and_again,
    kill_at,
    kill_at_random,
    kill_at_statement,
    kill_before_the_answer,
    list_steps,
    lose_answers,
)
from tests.kills.stage import MORNING, Cast
from tests.kills.worker import DELIVERING

CROWD = Cast(owners=100, answers=0, pack=False)
MANY = Cast(owners=12, answers=6)
QUEUE = Cast(owners=2, answers=240, pack=False)  # long enough to be leased in batches
OCTOBER = Cast(owners=3, answers=8, pack=False, timescale="Oct-22", hear=2, night="2022-10-29 23:50")
REMINDED = Cast(owners=3, answers=0, pack=False, timescale="Oct-22", hear=2)
MARCH = Cast(owners=3, answers=8, pack=False, timescale="3 April 2023", hear=2, night="2023-03-25 23:50")
STEPS_RESTORED = ("claimed", "before settling", "settled")
STATEMENTS = 170  # more than a run of the small cast gives to the database: the last are not killed
LOST = [("accept_and_drop", after, times) for after in (0, 2, 4) for times in (1, 8)] + [
    ("drop", after, times) for after in (0, 2, 4) for times in (1, 8)
]
HOUR, DAYS = timedelta(hours=1), timedelta(days=3)

STEPS = Scenario("killed at each named step", WHOLE, tuple(kill_at(*one) for one in list_steps()))
RANDOM = Scenario("killed at random instants", WHOLE, tuple(kill_at_random(seed) for seed in range(40)))
TWO = Scenario("two processes at once, one killed", MANY, tuple(around.run_together(2, n) for n in range(6)))
FOUR = Scenario("four processes at once, one killed", MANY, tuple(around.run_together(4, n) for n in range(6)))

SQLITE = (
    STEPS,
    Scenario(
        "killed at each statement given to the database",
        SMALL,
        tuple(kill_at_statement(number) for number in range(1, STATEMENTS)),
    ),
    Scenario(
        "killed, and whoever takes over too, four times on end",
        WHOLE,
        tuple(kill_again_and_again(seed) for seed in range(16)),
    ),
    Scenario(
        "killed when Slack has the post and has not answered",
        WHOLE,
        tuple(kill_before_the_answer(number) for number in range(1, 9)),
    ),
    RANDOM,
    Scenario(
        "240 messages due, killed at each named step",
        QUEUE,
        tuple(kill_at(step, time) for step in DELIVERING if step != "uploaded" for time in (7, 150)),
    ),
    Scenario(
        "240 messages due, killed at random instants", QUEUE, tuple(kill_at_random(n, within=5) for n in range(6))
    ),
    Scenario("`halfterm tick` killed at random instants", WHOLE, tuple(around.kill_command(n) for n in range(6))),
    Scenario("`halfterm serve` killed at a post", WHOLE, tuple(around.kill_server(n) for n in (1, 4, 8))),
    Scenario(
        "an edit of what stands there, killed at each named step",
        WHOLE,
        tuple(around.change(step, 1) for step in DELIVERING if step != "uploaded"),
    ),
    Scenario("answers lost, after the post or before", WHOLE, tuple(lose_answers(*one) for one in LOST)),
    Scenario(
        "answers lost where Slack may not be asked", WHOLE, tuple(lose_answers(*one, askable=False) for one in LOST)
    ),
    Scenario("connections refused", WHOLE, tuple(around.refuse_connections(runs) for runs in range(1, 7))),
    Scenario("Slack answers 500 now and then", WHOLE, tuple(around.answer_500(seed) for seed in range(10))),
    Scenario(
        "100 reminders, 100 refusals (429, Retry-After 30)", CROWD, (around.storm(100), around.storm(100, kills=True))
    ),
    Scenario("a proxy that never answers", LETTERS, (around.black_hole("request"), around.black_hole("answer"))),
    Scenario(
        "the database locked by another process",
        WHOLE,
        (*(around.lock_at(post) for post in range(0, 9, 2)), around.lock_at(2, busy_ms=15_000)),
    ),
    Scenario("the disk full, then not", WHOLE, tuple(around.fill_disk(size) for size in range(20, 900, 80))),
    TWO,
    FOUR,
    Scenario("the clock 1 hour on", WHOLE, tuple(around.jump(HOUR, MORNING, seed) for seed in range(5))),
    Scenario("the clock 1 hour back", WHOLE, tuple(around.jump(-HOUR, "2022-09-05 11:00", seed) for seed in range(5))),
    Scenario("the clock 3 days on", WHOLE, tuple(around.jump(DAYS, MORNING, seed) for seed in range(5))),
    Scenario(
        "the clock 3 days back",
        WHOLE,
        tuple(around.jump(-DAYS, f"2022-09-{day} 09:00", seed) for seed in range(4) for day in ("08", "12")),
    ),
    Scenario("the night of 30 October 2022", OCTOBER, tuple(around.change_clocks("2022-10-28", n) for n in range(2))),
    Scenario("the night of 26 March 2023", MARCH, tuple(around.change_clocks("2023-03-24", n) for n in range(2))),
    Scenario(
        "a backup put back after more was sent",
        WHOLE,
        tuple(around.restore(step, time) for step in ("claimed", "before settling", "settled") for time in (3, 8)),
    ),
    Scenario(
        "a backup made while a message was sent, put back",
        WHOLE,
        tuple(around.restore_while_sending(step, time) for step in DELIVERING[2:5] for time in (3, 8)),
    ),
    Scenario(
        "a backup put back after more was planned and sent",
        REMINDED,
        tuple(around.restore_planned_since("2022-10-28", at) for at in ("2022-10-31 10:00", "2022-11-01 12:00")),
    ),
    Scenario(
        "a backup put back where Slack may not be asked",
        WHOLE,
        tuple(around.restore(step, 4, askable=False) for step in STEPS_RESTORED),
    ),
)
POSTGRES = tuple(
    replace(one, name=f"PostgreSQL: {one.name}", plays=one.plays[::every])
    for one, every in ((STEPS, 3), (RANDOM, 4), (TWO, 1), (FOUR, 1))
)
