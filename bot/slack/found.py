"""Asking Slack which posts of ours are there, by the id in their metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from slack_sdk.web import SlackResponse

from bot.slack.calls import EVENT_TYPE, Line
from jobs.deliver import CannotAsk, Undeliverable

PAGE, PAGES = 200, 10  # messages looked through for ours: so many at a time, so many times


class Found(NamedTuple):
    """A post of ours: Slack's `ts`, and how many parts the message has."""

    ts: str
    of: int


def find_arrived(line: Line, conversation: str, thread: str, message_id: str) -> dict[str, Found]:
    """Which posts of ours are where the message with this id would be.

    Raises CannotAsk where too much has been said since to look through, else as `Line.ask`.
    """
    web = line.web
    if thread:
        return find_in_thread(line, conversation, thread)
    found = _look(line, web.conversations_history, until=message_id, channel=conversation)
    first = found.get(message_id)
    if first is not None and first.of > 1:
        found |= find_in_thread(line, conversation, first.ts)
    return found


def find_in_thread(line: Line, conversation: str, thread: str) -> dict[str, Found]:
    """Which posts of ours are in that thread, its first message among them. Raises as `find_arrived`."""
    return _look(line, line.web.conversations_replies, channel=conversation, ts=thread)


def if_known(found: Callable[[], dict[str, Found]]) -> tuple[dict[str, Found], bool]:
    """What was found, and whether Slack could say; where it could not, nothing is taken to be there."""
    try:
        return found(), True
    except (Undeliverable, CannotAsk):
        return {}, False


def _look(line: Line, method: Callable[..., SlackResponse], until: str | None = None, **where: str) -> dict[str, Found]:
    """Our posts, page after page, to the end or to the one with the id `until`."""
    found: dict[str, Found] = {}
    cursor = None
    for _ in range(PAGES):
        answer = line.ask(method, **where, include_all_metadata=True, limit=PAGE, cursor=cursor)
        found |= _ours(answer)
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor or until in found:
            return found
    raise CannotAsk("too much has been said there since to look through")


def _ours(answer: SlackResponse) -> dict[str, Found]:
    """The messages in the answer that are ours, by the id in their metadata."""
    found = {}
    for message in answer.get("messages") or ():
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == EVENT_TYPE:
            payload = metadata.get("event_payload") or {}
            found[str(payload.get("id"))] = Found(str(message["ts"]), int(payload.get("of", 1)))
    return found
