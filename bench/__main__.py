"""Runs the benches, or those named, and prints one JSON document. Progress goes to standard error."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys

from bench.answering import bench_rag
from bench.importing import bench_import
from bench.outbox import bench_outbox
from bench.slack import bench_slack
from bench.starting import bench_start
from bench.ticking import bench_tick
from bench.year import bench_year

BENCHES = {
    "import": bench_import,
    "outbox": bench_outbox,
    "rag": bench_rag,
    "slack": bench_slack,
    "start": bench_start,
    "tick": bench_tick,
    "year": bench_year,
}


def main() -> None:
    figures: dict[str, object] = {
        "machine": {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "cpus": os.cpu_count()}
    }
    for name in sys.argv[1:] or BENCHES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        figures[name] = BENCHES[name]()
    print(json.dumps(figures, indent=2))


main()
