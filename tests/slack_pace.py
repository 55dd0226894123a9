"""A clock for the limits that a test does not ask about."""

from __future__ import annotations

from itertools import count

from bot.slack.limits import Limits


def unhurried() -> Limits:
    """Limits that are never reached: minutes pass between any two calls."""
    return Limits(clock=count(step=100.0).__next__, wait=lambda seconds: None)
