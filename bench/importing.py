"""Import: from a plan's file into a fresh database, within this process and as the command that somebody types."""

from __future__ import annotations

from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory

from bench.figures import NOW, Figures, find_plan, middle, read_plan, timed
from bench.starting import HALFTERM, plain_environment
from bot import office
from storage.db import Database

_ROUNDS = 7


def bench_import() -> Figures:
    return {
        "plan": find_plan().name,
        "actions": len(read_plan().actions),
        "read_s": middle([timed(read_plan) for _ in range(_ROUNDS)]),
        "read_and_store_s": middle([_read_and_store() for _ in range(_ROUNDS)]),
        "whole_command_s": middle([_whole_command() for _ in range(_ROUNDS)]),
        "target_s": 1,
    }


def _read_and_store() -> float:
    with TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/bench.db", b"a key for the bench")
        db.upgrade()
        try:
            return timed(lambda: office.import_plan(db, read_plan(), "bench", NOW, dry_run=False))
        finally:
            db.close()


def _whole_command() -> float:
    """`halfterm import FILE` in an empty folder: the interpreter's start, the schema and the plan."""
    with TemporaryDirectory() as folder:
        command = [str(HALFTERM), "import", str(find_plan())]
        environment = plain_environment(Path(folder))
        return timed(lambda: run(command, cwd=folder, env=environment, capture_output=True, check=True))
