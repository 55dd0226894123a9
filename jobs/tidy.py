"""Tidy: forget what nobody will ask about again."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.db import Tx
from storage.programme import forget_before

_SEEN_FOR = timedelta(days=2)  # Slack retries within the hour
_SETTLED_FOR = timedelta(days=30)


def tidy(tx: Tx, now: datetime) -> int:
    """Drop request ids and settled answers that are past use. Returns how many rows went."""
    return forget_before(tx, now - _SEEN_FOR, now - _SETTLED_FOR)
