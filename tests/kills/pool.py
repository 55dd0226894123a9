"""Processes that hold trials, some at once: each on a stage of its own."""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp

from tests.delivery.postgres import Postgres
from tests.kills.judge import Counts
from tests.kills.programme import POSTGRES, SQLITE
from tests.kills.stage import Stage

AT_ONCE = 6

_stage: Stage | None = None  # of this process


def open_pool(folder: str, uri: str = "") -> ProcessPoolExecutor:
    """Databases are files in that folder, or of the PostgreSQL server there."""
    return ProcessPoolExecutor(AT_ONCE, get_context("spawn"), _open_stage, (folder, uri))


def _open_stage(folder: str, uri: str) -> None:
    global _stage
    logging.disable()
    _stage = Stage(Path(mkdtemp(dir=folder)), Postgres(uri) if uri else None)


def hold_one(name: str, number: int) -> Counts:
    """One trial of a scenario, in a process of the pool."""
    assert _stage
    scenario = next(one for one in (*SQLITE, *POSTGRES) if one.name == name)
    try:
        return scenario.hold(_stage.trial, scenario.plays[number])
    except AssertionError as fault:
        return Counts(trials=1, wrong=[f"trial {number + 1} could not be held: {fault}"])
