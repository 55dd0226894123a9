"""Starting: from typing `halfterm serve` or `halfterm demo` to the first good answer, and the memory it takes."""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen, check_output
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from bench.figures import Figures, middle

HALFTERM = Path(sys.executable).with_name("halfterm")
_ROUNDS, _REQUESTS = 5, 200
_GIVE_UP = 30.0  # seconds


def bench_start() -> Figures:
    slack = {
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": "bench",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",  # nothing answers there
    }
    return {
        "serve": _start("serve", "/readyz", {}),
        "serve_with_slack": _start("serve", "/readyz", slack),
        "demo": _start("demo", "/", {}),
        "target_s": 2,
        "target_mb": 120,
    }


def _start(command: str, path: str, settings: Mapping[str, str]) -> Figures:
    """The first start makes the database; the others find it. `path` is then asked for again and again."""
    firsts, agains, fresh, used = [], [], [], []
    for _ in range(_ROUNDS):
        with TemporaryDirectory() as folder:
            with _running(command, Path(folder), settings) as (first, _pid, _port):
                firsts.append(first)
            with _running(command, Path(folder), settings) as (again, pid, port):
                agains.append(again)
                fresh.append(resident_mb(pid))
                for _ in range(_REQUESTS):
                    _get(port, path)
                used.append(resident_mb(pid))
    return {
        "first_start_s": middle(firsts),
        "start_s": middle(agains),
        "resident_mb": middle(fresh),
        f"resident_after_{_REQUESTS}_requests_mb": middle(used),
    }


@contextmanager
def _running(command: str, folder: Path, settings: Mapping[str, str]) -> Iterator[tuple[float, int, int]]:
    """The command in a process of its own: seconds until `/healthz` said 200, its process id and its port."""
    port = _free_port()
    environment = {**plain_environment(folder), **settings}
    start = perf_counter()
    with Popen(
        [HALFTERM, command, "--port", str(port)], cwd=folder, env=environment, stdout=DEVNULL, stderr=DEVNULL
    ) as process:
        try:
            while _get(port, "/healthz") != 200:
                if process.poll() is not None or perf_counter() - start > _GIVE_UP:
                    raise SystemExit(f"halfterm {command} did not start")
                sleep(0.005)
            yield perf_counter() - start, process.pid, port
        finally:
            process.terminate()


def _get(port: int, path: str) -> int | None:
    """The answer's status; None where nothing listens yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
    except OSError:
        return None
    finally:
        connection.close()
    return answer.status


def resident_mb(pid: int | None = None) -> float:
    """What a process, or this one, holds in memory."""
    pid = pid or os.getpid()
    status = Path(f"/proc/{pid}/status")  # Linux's own books; elsewhere `ps` knows
    if not status.exists():
        return int(check_output(["ps", "-o", "rss=", "-p", str(pid)])) / 1024
    (line,) = (one for one in status.read_text().splitlines() if one.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def plain_environment(folder: Path) -> dict[str, str]:
    """No settings of whoever runs the bench, and the database in a folder of its own."""
    kept = ("PATH", "HOME", "LANG", "PYTHONPATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "DATABASE_URL": f"sqlite:///{folder}/halfterm.db"
    }
