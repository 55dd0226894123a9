"""A meeting that was moved asks nobody anew who was asked for it a little while ago."""

from __future__ import annotations

from datetime import datetime

from programme.calendar import Calendar, say_date
from programme.facts import Meeting, Rung
from programme.policy import Policy
from storage import ledger
from storage.db import Tx

_SAME = {"request": ("request", "chase"), "chase": ("chase",)}  # what a request or a chase would only say again


def find_asked(tx: Tx, rung: Rung, moved: Meeting, now: datetime, calendar: Calendar, policy: Policy) -> str | None:
    """Why a request or a chase for a moved meeting is not sent, in words for the ledger: the same person had it for one
    of its earlier days within as many working days as an answer lasts. None where it is sent."""
    since = calendar.add_working_days(calendar.today(now), -policy.answer_lasts)
    name = rung.rung.partition(" ")[0]
    said = {f"{each} {day.isoformat()}" for each in _SAME.get(name, ()) for day in moved.earlier} - {rung.rung}
    for line in ledger.list_of(tx, rung.subject):
        if line.rung.kind == "meeting" and line.rung.person == rung.person and line.rung.rung in said:
            on = calendar.today(line.sent_at) if line.state == "sent" and line.sent_at else None
            if on and on > since:
                return f"the meeting was moved, and they were asked for it on {say_date(on)}"
    return None
