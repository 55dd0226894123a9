"""Whether everything unprompted is paused, as a line to say first."""

from __future__ import annotations

from datetime import date

from programme.pausing import say_paused
from storage.db import Tx
from storage.programme import find_resuming, is_paused


def find_pause(tx: Tx, day: date, *, may_resume: bool = True) -> str:
    """The line to say first; "" where nothing is paused."""
    return say_paused(find_resuming(tx), may_resume=may_resume) if is_paused(tx, day) else ""
