"""Runs the command line as a person does, in a folder of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli import main

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "bot" / "sample" / "plan.txt"
MONDAY = "2022-09-05T08:55"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """What standard error holds, which is one plain sentence."""
        assert self.out == ""
        assert self.err.count("\n") == 1, self.err
        assert self.err.strip()[-1:].isalnum() or self.err.strip()[-1:] in ".?)", self.err
        return self.err.strip()


def halfterm(*words: str, now: str | None = MONDAY) -> Ran:
    """Run a command in this process, at an instant."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([*words, *(["--now", now] if now else [])])
        except SystemExit as end:
            code = int(end.code or 0)
    assert "Traceback" not in err.getvalue()
    return Ran(code, out.getvalue(), err.getvalue())


def well(*words: str, now: str | None = MONDAY) -> str:
    """Run a command that must succeed; what it prints."""
    ran = halfterm(*words, now=now)
    assert (ran.code, ran.err) == (0, ""), ran
    return ran.out.strip()


def start(*words: str, folder: Path, **environ: str) -> subprocess.Popen[str]:
    """Start a command as a process of its own, with nothing of ours in its environment."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return subprocess.Popen(
        [sys.executable, "-m", "bot.cli", *words],
        cwd=folder,
        env=clean | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*words: str, folder: Path, **environ: str) -> Ran:
    """Run a command as a process of its own, to its end."""
    process = start(*words, folder=folder, **environ)
    out, err = process.communicate(timeout=60)
    return Ran(process.returncode, out, err)
