"""What is for somebody who holds roles of schools only waits for a day on which the schools are open."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from jobs.deliver import Nothing
from programme.calendar import Calendar
from programme.school import Calendars
from storage import outbox
from storage.db import Tx
from storage.people import read_directory


def wait_for_schools(calendar: Calendar, tx: Tx, row: outbox.Row, now: datetime) -> Nothing | None:
    """None where a message to this person may go now; else it is due anew when the schools open."""
    directory = read_directory(tx, calendar.today(now))
    theirs = Calendars(calendar, directory.roles, directory.holders).of(row.facts["person"])
    due_at = theirs.next_sending(now)
    if due_at <= now:
        return None
    later = partial(outbox.say_again, key=row.key, address=row.address, due_at=due_at, facts=row.facts)
    return Nothing("the schools are closed: it goes when they open", instead=later)
