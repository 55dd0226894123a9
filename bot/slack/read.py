"""What Slack sends, read as what a person said: their words without mark-up, who they are, where they said it."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import BoltContext

from programme.messages import Request, Where

Json = dict[str, Any]


def plain_words(text: str) -> str:
    """What the person typed, from Slack's mark-up: links and entities turned back, mentions left as `<@U1>`."""
    text = re.sub(r"<(https?://|mailto:|tel:)([^|>]*)(?:\|([^>]*))?>", _as_typed, text)
    text = re.sub(r"<#\w+\|([^>]+)>", r"#\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _as_typed(link: re.Match[str]) -> str:
    """The label where Slack only made a link of what was typed (`example.org`, `a@b.org`), else the address."""
    scheme, rest, label = link.groups()
    return label if label == rest else scheme + rest


def is_said_by_a_person(event: Json) -> bool:
    """A message somebody wrote now: not a bot's (ours among them), nor the notice of an edit or a deletion."""
    return (
        bool(event.get("user"))
        and not event.get("bot_id")
        and event.get("subtype") in {None, "file_share", "thread_broadcast"}
    )


def event_request(
    body: Json, event: Json, context: BoltContext, *, conversation: str | None = None, thread: str = ""
) -> Request:
    event_id = body.get("event_id")
    text = plain_words(_without_our_mention(body, event)).strip()
    seen_id = f"event:{event_id}" if event_id else None
    return to_request(context, text, conversation=conversation, thread=thread, seen_id=seen_id)


def _without_our_mention(body: Json, event: Json) -> str:
    text = event.get("text") or ""
    us = "|".join(re.escape(str(bot.get("user_id"))) for bot in body.get("authorizations") or ())
    if not us and event["type"] != "app_mention":
        return text
    return re.sub(rf"<@(?:{us or '[A-Z0-9]+'})(?:\|[^>]*)?>", " ", text, count=1)


def to_request(
    context: BoltContext, text: str, *, seen_id: str | None, conversation: str | None = None, thread: str = ""
) -> Request:
    team = context.team_id or context.enterprise_id or ""
    where = Where("slack", (context.channel_id or "") if conversation is None else conversation, thread, team)
    return Request(f"slack:{team}:{context.user_id}", _storable(text), where, seen_id=seen_id)


def _storable(text: str) -> str:
    """Without what JSON can carry and a database cannot: half a surrogate pair, a NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")
