"""A digest that stands in a channel, as it is true now: brought up to date until its meeting, or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from jobs.compose import Composer
from jobs.deliver import Nothing
from programme.calendar import Calendar, say_date
from programme.facts import Action, Group, covers
from programme.messages import Message, Text
from storage import outbox
from storage.actions import list_actions
from storage.db import Tx
from storage.people import list_groups, read_directory
from storage.renewals import Sent, has_been_withdrawn, list_changed

DIGESTS = ("pack", "since")
_MARGIN = timedelta(minutes=1)  # two who write at once: the one who began first may be recorded last


def renew_digest(composer: Composer, tx: Tx, row: outbox.Row, sent: Sent, now: datetime) -> Message | Nothing:
    """The digest, or what has moved since, as it is now; after the meeting it stays what the meeting saw.

    Where the meeting was taken away it says so. One of which something was redacted is withdrawn, and then not composed
    again.
    """
    directory = read_directory(tx, composer.calendar.today(now))
    name = sent.facts["group"]
    group = next((one for one in list_groups(tx, directory) if one.name == name), None)
    if "redacted" in row.facts:
        return _withdraw(name, group, list_actions(tx, directory, refs=[row.facts["redacted"]]))
    if has_been_withdrawn(tx, sent.address, row.facts["row"]):
        return Nothing("it was withdrawn, as something in it was redacted")
    if "cancelled" in row.facts:
        return _say_cancelled(name, group, datetime.fromisoformat(row.facts["cancelled"]), now, composer.calendar)
    changed = list_changed(tx, datetime.fromisoformat(row.facts["since"]) - _MARGIN)
    if group and not any(covers(group, one) for one in list_actions(tx, directory, refs=changed)):
        return Nothing("no action of that digest has changed")
    composed = composer(tx, replace(row, key=sent.key, kind=sent.kind, facts=sent.facts), now)
    if isinstance(composed, Nothing):
        return composed
    meeting = group.next_meeting(now) if group else None
    if meeting is None or meeting.id != sent.facts["meeting"]:
        return Nothing("another meeting of that group comes first")
    words = f"Brought up to date at {_say_when(now, composer.calendar)}."
    if shared_at := _find_shared(tx, row.facts["row"]):
        of = _say_when(shared_at, composer.calendar)
        words += f" The Word file in the thread is as of {of}: for a new one, type: digest {name}"
    return _say_at_its_head(composed.message, words)


def _withdraw(name: str, group: Group | None, redacted: Sequence[Action]) -> Message | Nothing:
    """A digest is not touched where it cannot have had the action."""
    if group and redacted and not covers(group, redacted[0]):
        return Nothing("the action is none of that digest")
    text = f"This digest was withdrawn, as something in it was redacted. To have it as it is now, type: digest {name}"
    return Message(text, (Text(text),))


def _say_cancelled(
    name: str, group: Group | None, was_at: datetime, now: datetime, calendar: Calendar
) -> Message | Nothing:
    """Instead of a digest for a meeting that is not held: when the next one is."""
    if group and was_at in [one.starts_at for one in group.meetings]:
        return Nothing("the meeting was set again")
    meeting = group.next_meeting(now) if group else None
    sentences = [
        f"The meeting of {name} on {say_date(calendar.today(was_at))} was taken away, and this digest with it.",
        *([f"The next is at {_say_when(meeting.starts_at, calendar)} and has a digest of its own."] if meeting else []),
        f"To have one now, type: digest {name}",
    ]
    text = " ".join(sentences)
    return Message(text, (Text(text),))


def _find_shared(tx: Tx, number: int) -> datetime | None:
    """When the files of the message of that row were shared; None where they were not."""
    key = f"file:{number}"
    shared = outbox.list_lines(tx, kinds=["file"], states=["sent"], key_starts=key)
    return next((one.settled_at for one in shared if one.key == key), None)


def _say_when(at: datetime, calendar: Calendar) -> str:
    return f"{calendar.local(at):%H:%M} on {say_date(calendar.today(at))}"


def _say_at_its_head(message: Message, words: str) -> Message:
    """The words under its title."""
    title, *lines = message.text.split("\n")
    return replace(
        message,
        text="\n".join([title, words, *lines]),
        blocks=(*message.blocks[:1], Text(words, quiet=True), *message.blocks[1:]),
    )
