"""APScheduler with its SQLAlchemyJobStore: what the outbox is measured beside, on a file set up as ours is."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import sqlalchemy as sa
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_REMOVED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from bench.figures import timed

_LONG_PAST = datetime(2022, 9, 5, 8, tzinfo=UTC)


def nothing(number: int) -> None:
    """An empty job."""


class Peer:
    """A scheduler that is started and paused, with jobs added one by one, as its users add them."""

    def __init__(self, engine: sa.Engine) -> None:
        self._store = SQLAlchemyJobStore(engine=engine)
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            jobstores={"default": self._store},
            executors={"default": ThreadPoolExecutor(10)},  # its own default
            job_defaults={"misfire_grace_time": None},
        )
        self._scheduler.start(paused=True)

    def add(self, count: int, at: datetime = _LONG_PAST) -> float:
        """How many seconds so many new jobs took to be stored."""

        def add_all() -> None:
            for number in range(count):
                self._scheduler.add_job(nothing, "date", run_date=at, args=(number,))

        return timed(add_all)

    def run(self, count: int) -> float:
        """How many seconds until all of them, long due, had been run and taken off the store."""
        left = {EVENT_JOB_EXECUTED: count, EVENT_JOB_REMOVED: count}
        done = Event()

        def note(event: JobEvent) -> None:
            assert event.code != EVENT_JOB_ERROR
            left[event.code] -= 1
            if not any(left.values()):
                done.set()

        self._scheduler.add_listener(note, EVENT_JOB_EXECUTED | EVENT_JOB_REMOVED | EVENT_JOB_ERROR)

        def run_all() -> None:
            self._scheduler.resume()
            done.wait()

        took = timed(run_all)
        assert not self._store.get_all_jobs()
        self._scheduler.remove_listener(note)
        self._scheduler.pause()
        return took

    def close(self) -> None:
        self._scheduler.shutdown()


@contextmanager
def open_peer() -> Iterator[Peer]:
    """On a fresh file, with write-ahead logging and every commit on the disk before it returns."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it tells of every job that runs late
    with TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/peer.db", connect_args={"timeout": 15.0})
        sa.event.listen(engine, "connect", _set_up)
        peer = Peer(engine)
        try:
            yield peer
        finally:
            peer.close()
            engine.dispose()


@contextmanager
def open_peer_elsewhere() -> Iterator[Callable[[int, datetime], float]]:
    """Its `add`, in a process of its own: neither holds memory for the other, or looks through what the other holds."""
    spawned = get_context("spawn")
    ours, theirs = spawned.Pipe()
    process = spawned.Process(target=_serve, args=(theirs,))
    process.start()
    theirs.close()

    def add(count: int, at: datetime) -> float:
        ours.send((count, at))
        return float(ours.recv())

    with closing(ours):
        try:
            yield add
        finally:
            ours.send(None)
            process.join()


def _serve(asked: Connection) -> None:
    with open_peer() as peer:
        for count, at in iter(asked.recv, None):
            asked.send(peer.add(count, at))


def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
