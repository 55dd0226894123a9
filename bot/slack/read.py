"""What Slack sends, read as what a person said: their words without mark-up, who they are, where they said it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from slack_bolt import BoltContext

from programme.messages import File, Request, Where

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


def readable_words(text: str) -> str:
    """A message's words as those read them who see them elsewhere: links with their names, nobody's ids."""
    text = re.sub(r"<(https?://[^|>]+)\|([^>]+)>", _as_seen, text)
    text = re.sub(r"<@\w+\|([^>]+)>", r"@\1", text)
    text = re.sub(r"<!(?:subteam\^\w+|date\^[^|>]*)\|@?([^>]+)>", r"\1", text)
    text = re.sub(r"<!(here|channel|everyone)(?:\|[^>]*)?>", r"@\1", text)
    return plain_words(re.sub(r"<[@!]\w[^>]*>", "@somebody", text)).strip()


def _as_seen(link: re.Match[str]) -> str:
    """`the printers (https://…)`; the address alone where that is its name."""
    address, name = link.groups()
    return address if name in address else f"{name} ({address})"


def read_command(body: Json) -> str:
    """A slash command with its words: `/rag P2.3c at-risk`; of `/ht-rag`, installed so beside a like one, `/rag`."""
    word = str(body["command"]).removeprefix("/").rpartition("-")[2]
    return f"/{word} {plain_words(body.get('text') or '')}".strip()


def is_said_by_a_person(event: Json) -> bool:
    """A message somebody wrote now: not a bot's (ours among them), nor the notice of an edit or a deletion."""
    return (
        bool(event.get("user"))
        and not event.get("bot_id")
        and event.get("subtype") in {None, "file_share", "thread_broadcast"}
    )


def find_edited(event: Json) -> Json | None:
    """The message as its author has put it anew, as an event of its own; None for any other change to one.

    Slack says `message_changed` of a link it has unfurled too: then the words are the same.
    """
    if event.get("subtype") != "message_changed":
        return None
    now, before = event.get("message") or {}, event.get("previous_message") or {}
    if not is_said_by_a_person(now) or now.get("text") == before.get("text"):
        return None
    return now | {"type": "message", "channel": event.get("channel"), "channel_type": event.get("channel_type")}


def event_request(
    body: Json,
    event: Json,
    context: BoltContext,
    *,
    conversation: str | None = None,
    thread: str = "",
    is_edit: bool = False,
    before: str = "",
) -> Request:
    """What somebody wrote, as a request; `conversation` where the reply is not for where it was written."""
    event_id = body.get("event_id")
    files = [one for one in event.get("files") or () if one.get("permalink")]
    return to_request(
        context,
        plain_words(_without_our_mention(body, event)).strip(),
        user=event["user"],
        home=read_home(body, context, event),
        conversation=conversation if conversation is not None else event.get("channel") or "",
        thread=thread,
        heard_thread=event.get("thread_ts") or "",
        seen_id=f"event:{event_id}" if event_id else None,
        said_id=event.get("ts") or "",
        is_edit=is_edit,
        before=before,
        files=tuple(File(str(one.get("title") or one.get("name") or "a file"), one["permalink"]) for one in files),
        name=str((event.get("user_profile") or {}).get("real_name") or ""),
    )


def _without_our_mention(body: Json, event: Json) -> str:
    text = event.get("text") or ""
    us = "|".join(re.escape(str(bot.get("user_id"))) for bot in body.get("authorizations") or ())
    if not us and event["type"] != "app_mention":
        return text
    return re.sub(rf"<@(?:{us or '[A-Z0-9]+'})(?:\|[^>]*)?>", " ", text, count=1)


def to_request(
    context: BoltContext,
    text: str,
    *,
    seen_id: str | None,
    user: str = "",
    home: str = "",
    conversation: str | None = None,
    thread: str = "",
    heard_thread: str = "",
    **more: Any,
) -> Request:
    """A request by whoever Slack says it is from, answered in the conversation it was made in, if not another.

    `home` is their workspace, where that may be another than the bot's.
    """
    team = read_team(context)
    heard_in = context.channel_id or ""
    answered_in = heard_in if conversation is None else conversation
    where = Where("slack", answered_in, thread, team)
    if heard_in != answered_in:
        where = replace(where, heard_in=heard_in, heard_thread=heard_thread)
    return Request(f"slack:{home or team}:{user or context.user_id}", _storable(text), where, seen_id=seen_id, **more)


def read_team(context: BoltContext) -> str:
    """The workspace a request came from, or the organisation of an app that has only that."""
    return context.team_id or context.enterprise_id or ""


def read_home(body: Json, context: BoltContext, said: Json) -> str:
    """The workspace of the person behind an event or an interaction, by what it says of them: the bot's own, or for
    somebody of another organisation, met in a shared channel, theirs (its id begins with E where Slack names only the
    organisation).

    Within the bot's own organisation people have one id, so that its other workspaces count as the bot's own.
    """
    team, organisation = read_team(context), context.enterprise_id
    home = str(said.get("user_team") or said.get("team") or said.get("team_id") or team)
    is_ours = home in (team, organisation) or bool(organisation and not body.get("is_ext_shared_channel"))
    return team if is_ours else home


def is_of_elsewhere(request: Request) -> bool:
    """Whether it is by somebody of another organisation, met in a shared channel."""
    return request.actor.split(":")[1] != request.where.workspace


def read_name(body: Json) -> str:
    """What Slack calls the person of a command or a tap."""
    user = body.get("user") or {}
    return str(body.get("user_name") or user.get("name") or user.get("username") or "")


def read_event_time(body: Json) -> datetime:
    """When Slack says that an event happened; long ago where it does not say."""
    return datetime.fromtimestamp(int(body.get("event_time") or 0), UTC)


def read_answers_id(view: Json, answers: Mapping[str, str]) -> str | None:
    """What the same answers of the same form share, however often they are sent."""
    if not view.get("id"):
        return None
    said = hashlib.sha256(json.dumps(answers, sort_keys=True).encode("utf-8", "replace")).hexdigest()
    return f"view:{view['id']}:{said[:32]}"


def permalink(body: Json, message: Json) -> str:
    """Where the message of a shortcut can be read again, as Slack's own links are made; "" where that is unknown.

    Built rather than asked for: Slack tells a bot the link only of what it may read itself.
    """
    domain, channel = (body.get("team") or {}).get("domain"), (body.get("channel") or {}).get("id")
    ts, thread = str(message.get("ts") or ""), str(message.get("thread_ts") or "")
    if not (domain and channel and ts):
        return ""
    host = "slack-gov.com" if "slack-gov.com" in str(body.get("response_url")) else "slack.com"
    link = f"https://{domain}.{host}/archives/{channel}/p{ts.replace('.', '')}"
    return f"{link}?thread_ts={thread}&cid={channel}" if thread and thread != ts else link


def _storable(text: str) -> str:
    """Without what JSON can carry and a database cannot: half a surrogate pair, a NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")
