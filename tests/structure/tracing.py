"""What a reader must open: which of our files call into which, seen over one real call."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[2]
ROOMS = ("programme", "documents", "storage", "jobs", "bot")


@dataclass
class Trace:
    """Calls from one file of ours straight into another, each once, in the order they first happened."""

    calls: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def callers(self) -> list[str]:
        """The files that call into another; leaves do not count."""
        return list(dict.fromkeys(caller for caller, _called in self.calls))

    def __str__(self) -> str:
        lines = [f"{len(self.callers)} files call into another of ours:"]
        for caller in self.callers:
            lines.append(f"  {caller}")
            lines += [f"    → {to} ({name})" for (start, to), name in self.calls.items() if start == caller]
        return "\n".join(lines)

    def watch(self, frame: FrameType, event: str, _argument: object) -> None:
        if event != "call" or frame.f_back is None:
            return
        called, caller = _ours(frame), _ours(frame.f_back)
        if called and caller and called != caller:
            self.calls.setdefault((caller, called), frame.f_code.co_qualname)


@contextmanager
def trace() -> Iterator[Trace]:
    """Watch every call in this thread and in those that begin meanwhile."""
    found = Trace()
    threading.setprofile(found.watch)
    sys.setprofile(found.watch)
    try:
        yield found
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]  # None is how it is taken off again


def _ours(frame: FrameType) -> str | None:
    """The frame's file, from the repository's folder, if it is one of ours and not just being imported."""
    if frame.f_code.co_name == "<module>":
        return None
    path = Path(frame.f_code.co_filename)
    if not path.is_relative_to(ROOT):
        return None
    inside = path.relative_to(ROOT)
    return str(inside) if inside.parts[0] in ROOMS else None
