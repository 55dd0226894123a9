"""What a row of the outbox says of itself, as it was last committed: what it is for, what it carries, has said."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from jobs.sender import Composed, Delivery, Rests
from programme.messages import Message
from storage.outbox import Posted, Rest, Row

REPEATABLE = ("edit", "home")  # in doubt it is simply done again, and where it cannot be done nobody misses anything

_PLANNED = ("bundle", "pack", "since")


def name_of(row: Row | Posted) -> str:
    """What it is asked for by, within its programme: its number; or, of what is planned, its key, which it is given
    again when it is planned anew after a backup has been put back."""
    return row.key if row.kind in _PLANNED else str(row.id)


def scheme_of(row: Row) -> str:
    return row.address.partition(":")[0]


def may_repeat(row: Row) -> bool:
    """Whether saying it twice harms nobody."""
    return row.kind in REPEATABLE or "how" in (row.said or {})


def rest_of(row: Row, rests: Rests) -> Rest:
    """What must wait. An address is `scheme:id`, or `scheme:workspace:id` where the channel has workspaces."""
    if rests == "address":
        return Rest(row.address)
    scope = f"{scheme_of(row)}:" if rests == "channel" else row.address.rpartition(":")[0] + ":"
    return Rest(scope, row.kind if rests == "kind" else "")


def is_at_rest(row: Row, rest: Rest) -> bool:
    """Whether it is among what must wait."""
    there = row.address.startswith(rest.address) if rest.address.endswith(":") else row.address == rest.address
    return there and rest.kind in ("", row.kind)


def lines_of(row: Row) -> list[int]:
    """The ledger lines it carries."""
    return list((row.said or {}).get("lines", ()))


def is_plain(row: Row) -> bool:
    """Whether nothing follows from its having been sent."""
    return not row.doubtful and not any(name in (row.said or {}) for name in ("how", "follow")) and not lines_of(row)


def why_not_again(row: Row) -> str | None:
    """Why a channel that cannot be asked is not sent it once more: it has been, or a restored backup forbids it."""
    if row.doubtful:
        return "no answer came twice: it may have arrived"
    return (row.said or {}).get("not_again")


def why_never(row: Row, most: int) -> str | None:
    """Why it is not made ready again: its program ended each of so many times, or a restored backup forbids it."""
    if row.attempts > most:
        return f"it could not be sent in {row.attempts} tries: each time the program ended while making it ready"
    return row.facts.get("not_again")


def what_follows(said: Mapping[str, Any], post: str) -> dict[str, Any]:
    """The facts of the files that follow a message posted there. After a restored backup they may stand there too."""
    facts = {**said["follow"], "thread": said.get("thread") or post}
    return facts | ({"not_again": said["not_again"]} if "not_again" in said else {})


def said_at(row: Row) -> datetime | None:
    at = (row.said or {}).get("at")
    return datetime.fromisoformat(at) if at else None


def begin(row: Row, number: str) -> Delivery:
    """The message without its words, as it was last said if it was; `number` is our id of it."""
    said = row.said or {}
    thread = said.get("thread") or row.facts.get("thread", "")
    conversation, uploads = said.get("conversation") or row.conversation, tuple(said.get("uploads", ()))
    return Delivery(number, row.address, Message(""), conversation, thread, uploads=uploads)


def complete(delivery: Delivery, composed: Composed) -> Delivery:
    """The message with its words, and how they are to be said."""
    return replace(
        delivery,
        message=composed.message,
        conversation=composed.conversation or delivery.conversation,
        thread=composed.thread or delivery.thread,
        how=composed.how,
        post=composed.post,
        uploads=(),
    )


def say_what(delivery: Delivery, composed: Composed, now: datetime) -> dict[str, Any]:
    """What is committed before the post: enough to ask whether it arrived, and to understand a reply in its thread."""
    said = {
        "refs": list(composed.refs),
        "lines": list(composed.lines),
        "at": now.isoformat(),
        "how": composed.how if composed.how != "post" else "",
        "conversation": composed.conversation,
        "thread": delivery.thread,
        "uploads": delivery.uploads,
        "follow": composed.follow,
    }
    return {name: value for name, value in said.items() if value or name in ("refs", "lines")}


def log_trouble(log: logging.Logger, row: Row, error: Exception) -> None:
    """What and where, without the error's own words: they may quote what somebody said."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("message %s: %s at %s:%s", row.id, type(error).__name__, place.filename, place.lineno)
