"""The stand-in's conversations, messages and people: https://docs.slack.dev/reference/methods"""

from __future__ import annotations

import json
import time
from typing import Any

from tests.slack_rules import find_fault
from tests.slack_workspace import HISTORY_SCOPES, READ_SCOPES, Json, Posted, SlackError, Workspace


def conversations_open(slack: Workspace, fields: Json) -> Json:
    user = fields.get("users", "")
    if user == slack.bot_user:
        raise SlackError("cannot_dm_bot")
    if user not in slack.users:
        raise SlackError("user_not_found")
    if not slack.users[user]:
        raise SlackError("user_disabled")
    if user in slack.not_opened or slack.profiles.get(user, {}).get("is_stranger"):
        raise SlackError("user_not_visible")
    return {"channel": {"id": slack.direct.setdefault(user, f"D{user}")}}


def conversations_info(slack: Workspace, fields: Json) -> Json:
    channel = str(fields.get("channel", ""))
    if channel in slack.direct.values():
        slack.need(READ_SCOPES["D"])
        user = next(user for user, direct in slack.direct.items() if direct == channel)
        return {"channel": {"id": channel, "is_im": True, "user": user}}
    private = slack.is_private(channel)
    slack.need(READ_SCOPES["G" if private else "C"])
    is_member = slack.channels.get(channel)
    if is_member is None or (private and not is_member):
        raise SlackError("channel_not_found")
    return {
        "channel": {
            "id": channel,
            "name": slack.names.get(channel, channel.lower()),
            "is_channel": not private,
            "is_group": private,
            "is_im": False,
            "is_private": private,
            "is_member": is_member,
            "is_archived": channel in slack.archived,
            "context_team_id": slack.team,
        }
    }


def chat_post_message(slack: Workspace, fields: Json, one_a_second: bool = False) -> Json:
    channel, thread = open_channel(slack, fields), fields.get("thread_ts")
    _check(fields)
    _check_thread(slack, channel, thread)
    if one_a_second:
        if time.monotonic() < slack.next_post_at.get(channel, 0):
            raise SlackError("ratelimited")
        slack.next_post_at[channel] = time.monotonic() + 1
    content = _content(fields)
    post = Posted(channel, fields["text"], slack.next_ts(), content["blocks"], content["metadata"], thread)
    post.user = slack.bot_user
    slack.posts.append(post)
    return {"channel": channel, "ts": post.ts, "message": _shown(post, True)}


def chat_post_ephemeral(slack: Workspace, fields: Json) -> Json:
    channel, user, thread = open_channel(slack, fields), str(fields.get("user", "")), fields.get("thread_ts")
    is_stranger = slack.profiles.get(user, {}).get("is_stranger")
    if user not in slack.users or user not in slack.members.get(channel, slack.users) or is_stranger:
        raise SlackError("user_not_in_channel")
    _check(fields)
    _check_thread(slack, channel, thread)
    content = _content(fields)
    post = Posted(channel, fields["text"], slack.next_ts(), content["blocks"], None, thread, slack.bot_user)
    post.seen_by = user
    slack.ephemerals.append(post)
    return {"message_ts": post.ts}


def chat_update(slack: Workspace, fields: Json) -> Json:
    channel = str(fields.get("channel", ""))
    if not slack.channels.get(channel, channel in slack.direct.values()):
        raise SlackError("channel_not_found")
    if channel in slack.archived:
        raise SlackError("is_inactive")
    for post in slack.posts:
        if (post.channel, post.ts) == (channel, fields.get("ts")):
            if post.user != slack.bot_user:
                raise SlackError("cant_update_message")
            _check(fields)
            content = _content(fields)
            post.text, post.edits = fields["text"], post.edits + 1
            post.blocks = content["blocks"] if "blocks" in fields else post.blocks
            post.metadata = content["metadata"] if "metadata" in fields else post.metadata
            return {"channel": channel, "ts": post.ts, "text": post.text}
    raise SlackError("message_not_found")


def chat_get_permalink(slack: Workspace, fields: Json) -> Json:
    channel, ts = str(fields.get("channel", "")), str(fields.get("message_ts", ""))
    if not slack.channels.get(channel, channel in slack.direct.values()):
        raise SlackError("channel_not_found")
    for post in slack.posts:
        if (post.channel, post.ts) == (channel, ts):
            thread = f"?thread_ts={post.thread_ts}&cid={channel}" if post.thread_ts else ""
            return {"channel": channel, "permalink": permalink(slack, channel, ts) + thread}
    raise SlackError("message_not_found")


def permalink(slack: Workspace, channel: str, ts: str) -> str:
    return f"https://{slack.team.lower()}.slack.com/archives/{channel}/p{ts.replace('.', '')}"


def conversations_history(slack: Workspace, fields: Json) -> Json:
    channel = _readable(slack, fields)
    found = [post for post in slack.posts if post.channel == channel and not post.thread_ts]
    return _page(found[::-1], fields)


def conversations_replies(slack: Workspace, fields: Json) -> Json:
    channel, ts = _readable(slack, fields), fields.get("ts")
    found = [post for post in slack.posts if post.channel == channel and ts in (post.ts, post.thread_ts)]
    if not found:
        raise SlackError("thread_not_found")
    return _page(found, fields)


def users_info(slack: Workspace, fields: Json) -> Json:
    user = fields.get("user", "")
    if user not in slack.users:
        raise SlackError("user_not_found")
    return {"user": person(slack, user)}


def users_lookup_by_email(slack: Workspace, fields: Json) -> Json:
    email = str(fields.get("email", "")).lower()
    for user, is_open in slack.users.items():
        if is_open and email and slack.profiles.get(user, {}).get("email", "").lower() == email:
            return {"user": person(slack, user)}
    raise SlackError("users_not_found")


def person(slack: Workspace, user: str) -> Json:
    """Somebody as users.info shows them: the e-mail address only with the permission to see it."""
    known = {"is_bot": False, "is_restricted": False, "is_ultra_restricted": False} | slack.profiles.get(user, {})
    name, email = known.pop("name", user.lower()), known.pop("email", None)
    profile = {"real_name": name, "display_name": name}
    if email and "users:read.email" in slack.scopes:
        profile["email"] = email
    shown = {"id": user, "team_id": slack.team, "deleted": not slack.users[user], "name": name, "real_name": name}
    return shown | {"profile": profile} | known


def open_channel(slack: Workspace, fields: Json, key: str = "channel") -> str:
    """The conversation named in `fields`, where the bot may speak. Raises SlackError."""
    channel = str(fields.get(key, ""))
    is_member = slack.channels.get(channel, True if channel in slack.direct.values() else None)
    if is_member is None or (not is_member and slack.is_private(channel)):
        raise SlackError("channel_not_found")
    if not is_member:
        raise SlackError("not_in_channel")
    if channel in slack.archived:
        raise SlackError("is_archived")
    return channel


def _readable(slack: Workspace, fields: Json) -> str:
    channel = open_channel(slack, fields)
    slack.need(HISTORY_SCOPES["G" if slack.is_private(channel) else channel[0]])
    return channel


def _check(fields: Json) -> None:
    if fault := find_fault(fields):
        raise SlackError(fault[0], errors=[fault[1]])


def _check_thread(slack: Workspace, channel: str, thread: str | None) -> None:
    if thread and not any(post.ts == thread and post.channel == channel for post in slack.posts):
        raise SlackError("thread_not_found")


def _content(fields: Json) -> Json:
    """Blocks and metadata, whether they came as JSON or as a form's JSON in words."""
    found: Json = {}
    for name, empty in (("blocks", []), ("metadata", None)):
        value: Any = fields.get(name)
        found[name] = (json.loads(value) if isinstance(value, str) and value else value) or empty
    return found


def _shown(post: Posted, with_metadata: bool) -> Json:
    return (
        {"type": "message", "text": post.text, "ts": post.ts, "user": post.user, "blocks": post.blocks}
        | ({"thread_ts": post.thread_ts} if post.thread_ts else {})
        | ({"files": [{"id": one} for one in post.files]} if post.files else {})
        | ({"metadata": post.metadata} if with_metadata and post.metadata else {})
    )


def _page(posts: list[Posted], fields: Json) -> Json:
    """As Slack lists them, a page at a time: the metadata only for who asks for it."""
    asked = str(fields.get("include_all_metadata", "")).lower() in ("true", "1")
    start, limit = int(fields.get("cursor") or 0), int(fields.get("limit", 100))
    shown = [_shown(post, asked) for post in posts[start : start + limit]]
    if start + limit >= len(posts):
        return {"messages": shown, "has_more": False}
    return {"messages": shown, "has_more": True, "response_metadata": {"next_cursor": str(start + limit)}}
