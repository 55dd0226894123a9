"""What has moved since the pack of a meeting went, as it goes out."""

from __future__ import annotations

from datetime import datetime

from jobs.deliver import Composed, Nothing
from programme.calendar import Calendar
from programme.digest_words import compose_since
from programme.facts import Group, Meeting, covers
from programme.last_word import say_meeting_day
from storage import outbox
from storage.actions import list_actions
from storage.db import Tx
from storage.people import Directory, label_of


def compose_last_word(
    tx: Tx, row: outbox.Row, group: Group, meeting: Meeting, directory: Directory, now: datetime, calendar: Calendar
) -> Composed | Nothing:
    """The note to whoever had the pack on an earlier day."""
    today, key = calendar.today(now), row.key.replace("since:", "pack:", 1)
    packs = [line.settled_at for line in outbox.list_lines(tx, key_starts=key, states=["sent"]) if line.key == key]
    pack_at = packs[0] if packs else None
    if pack_at is None or calendar.today(pack_at) == today:
        return Nothing("the pack went today" if pack_at else "the pack has not gone")
    moved = [one for one in list_actions(tx, directory) if covers(group, one)]
    when = say_meeting_day(meeting.starts_at, now, calendar)
    return Composed(compose_since(group.name, moved, pack_at, lambda by: label_of(tx, by, today), calendar, when))
