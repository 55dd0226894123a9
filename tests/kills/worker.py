"""The bot in a process of its own: one run at an instant, which is killed, hindered or left alone as it is told."""

from __future__ import annotations

import logging
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from bot.app import App, run_clock
from bot.settings import Settings
from bot.slack.sender import SlackSender
from storage.db import DatabaseError
from tests.slack_pace import unhurried

STATEMENT = "a statement"
GAVE_UP = 3  # its exit code where it could not use the database

# The steps of a run. Those of a delivery are told by jobs/deliver.py, the others by what the database is asked to do.
PLANNING = ("found", "planned, not committed", "planned")
DELIVERING = ("claimed", "uploaded", "before the post", "after the post", "before settling", "settled")
ENDING = ("delivered", "tidied")


@dataclass(frozen=True, slots=True)
class Orders:
    """How a run is to go wrong. By default it does not.

    Killed the `time`th time it reaches `step`, or when it hands the database its `statement`th statement (a commit
    counts as one). No file of its may grow beyond `file_limit` bytes; it waits `busy_ms` for a locked database.
    `timeout` cuts a post off. `paced` keeps Slack's limits, which otherwise are never reached. Steps are written to the
    file `told`, a line each. A `paced` run cuts a post off after 20 seconds, whatever `timeout` says.
    """

    step: str = ""
    time: int = 1
    statement: int = 0
    file_limit: int = 0
    busy_ms: int = 0
    timeout: float = 20
    paced: bool = False
    told: str = ""


def die() -> None:
    """The process is gone before the next line."""
    os.kill(os.getpid(), signal.SIGKILL)


def open_app(settings: Settings, timeout: float = 20, *, paced: bool = False) -> App:
    """The bot as `halfterm tick` opens it, except that Slack's limits are kept only where it is `paced`."""
    app = App(settings, out=StringIO())
    if not paced:
        token, url = settings.slack_bot_token, settings.slack_api_url
        app.senders["slack"] = SlackSender(token, url, timeout=timeout, limits=unhurried())
    return app


def run(settings: Settings, now: datetime, orders: Orders) -> None:
    """What such a process does: `App.tick`, with a hand on the wire."""
    logging.disable()
    if orders.file_limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (orders.file_limit, resource.RLIM_INFINITY))
    try:
        app = open_app(settings, orders.timeout, paced=orders.paced)
        _obey(app, orders)
        tick(app, now, _watch(orders))
    except DatabaseError:
        sys.exit(GAVE_UP)


def tick(app: App, now: datetime, reached: Callable[[str], None]) -> None:
    """As `App.tick`, and `reached` is told every step of it."""
    engine = app.db._engine
    told = {"rollback": _once(reached, "found"), "commit": _once(reached, "planned, not committed")}
    for event, listener in told.items():  # what falls due is read in one transaction and written in the next
        sa.event.listen(engine, event, listener)
    app.plan(now)
    for event, listener in told.items():
        sa.event.remove(engine, event, listener)
    reached("planned")
    app.deliver(run_clock(now), reached=reached)
    reached("delivered")
    app.tidy(now)
    reached("tidied")


def _once(reached: Callable[[str], None], step: str) -> Callable[[sa.Connection], None]:
    waiting = [step]

    def tell(_conn: sa.Connection) -> None:
        if waiting:
            reached(waiting.pop())

    return tell


def _watch(orders: Orders) -> Callable[[str], None]:
    """Told each step; the `time`th time it is the one that is ordered, this process is gone."""
    times = count(1)

    def reached(name: str) -> None:
        _note(orders, name)
        if name == orders.step and next(times) == orders.time:
            die()

    return reached


def _note(orders: Orders, name: str) -> None:
    if orders.told:
        with Path(orders.told).open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")


def _obey(app: App, orders: Orders) -> None:
    """What is ordered of the database."""
    engine, statements = app.db._engine, count(1)
    engine.dispose()  # so that what follows holds for every connection

    def ask(*_: object) -> None:
        _note(orders, STATEMENT)
        if next(statements) == orders.statement:
            die()

    def be_impatient(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA busy_timeout={orders.busy_ms}")

    if orders.busy_ms:
        sa.event.listen(engine, "connect", be_impatient)
    if orders.statement or orders.told:
        sa.event.listen(engine, "before_cursor_execute", ask)
        sa.event.listen(engine, "commit", ask)
