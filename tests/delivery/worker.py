"""Plans and delivers at an instant in a process of its own, and kills itself at a named step."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

from bot.app import App, run_clock
from bot.settings import Settings
from jobs.plan_ahead import plan_ahead


def die_at(step: str, time: int) -> Callable[[str], None]:
    """Told each step; the `time`th time it is this one, the process is gone before the next line."""
    times = 0

    def reached(name: str) -> None:
        nonlocal times
        times += name == step
        if name == step and times == time:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def run(settings: Settings, now: datetime, step: str, time: int) -> None:
    """What such a process does: as `App.tick`, with a hand on the wire."""
    reached = die_at(step, time)
    app = App(settings, out=StringIO())
    with app.db.read() as tx:  # as App.plan does
        planned = plan_ahead(tx, now.astimezone(UTC), app.calendar, app.policy, list(app.senders))
    with app.db.write() as tx:
        if planned:
            planned.write(tx)
        reached("planned, not committed")
    reached("planned")
    app.deliver(run_clock(now), reached=reached)
