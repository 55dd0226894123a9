"""The Slack app's manifest: its commands, shortcuts, events and scopes, as Slack makes an app from it.

https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from bot.commands import Command
from programme.messages import UserError

Json = dict[str, Any]
Choice = Literal["by-email", "channels", "files"]

EVENTS_PATH = "/slack/events"
OAUTH_PATH = "/slack/oauth_redirect"
MOST_COMMANDS, LONGEST_COMMAND = 50, 32
FILE_MESSAGE, UPDATE_ACTION = "file_message", "update_action"  # the shortcuts' callback ids

# https://slack.com/help/articles/201259356-Use-built-in-slash-commands, as listed there over the years: an app may not
# take these names, and a manifest with one of them is refused as a whole.
_BUILT_IN = (
    "active apps archive away call canvas collapse contract dm dnd expand feed feedback giphy help huddle invite "
    "invite_people join keys kick leave list me msg mute open part people prefs pro remind remove rename search "
    "section shortcuts shrug star starred status todo topic trigger unarchive who workflow"
)
BUILT_IN = frozenset(_BUILT_IN.split())
# What is typed seldom, or answers a message that has buttons: `/halfterm pause` does it.
_BY_HALFTERM = frozenset(
    {"redact", "pause", "resume", "claims", "approve", "decline", "going", "handover", "notmine", "reopen", "weekly"}
)
_PREFIX = re.compile(r"[a-z][a-z0-9]{0,11}")


@dataclass(frozen=True, slots=True)
class Scope:
    """Why the app asks for a scope; `only` where the manifest has it for who chooses that."""

    why: str
    only: Choice | None = None


SCOPES: dict[str, Scope] = {
    "commands": Scope("slash commands and shortcuts"),
    "chat:write": Scope("to write reminders and answers, and to bring them up to date"),
    "im:write": Scope("to open the conversation with a person"),
    "im:history": Scope("to read what is written to the bot, and to see whether a message arrived"),
    "app_mentions:read": Scope("to hear its name in a channel it is in"),
    "users:read": Scope("to learn that an account was closed, and what the office is to call somebody"),
    "files:write": Scope("to attach a digest as a file, and its picture"),
    "users:read.email": Scope("to find role holders by their e-mail: halfterm people load", "by-email"),
    "channels:read": Scope("to see whether the bot is in a public channel that it is to write to", "channels"),
    "groups:read": Scope("to see whether the bot is in a private channel that it is to write to", "channels"),
    "channels:history": Scope("to see whether a message to a public channel arrived", "channels"),
    "groups:history": Scope("to see whether a message to a private channel arrived", "channels"),
    "files:read": Scope("to see whether a file arrived, and to take a file that somebody drops", "files"),
}
EVENTS = {
    "message.im": "what people write to the bot, replies in a reminder's thread among it",
    "app_mention": "the bot's name in a channel",
    "app_home_opened": "to draw somebody's Home when they open it",
    "user_change": "an account closed or opened again",
    "tokens_revoked": "the app taken out, or its token",
    "app_uninstalled": "the app taken out of a workspace",
}
_LONG = (
    "halfterm keeps an improvement programme's actions on track. It reminds owners before timescales and before "
    "half-termly meetings, takes updates by a tap or a reply, escalates by the programme's own rules, and hands chairs "
    "a digest. It writes only to people and channels that the programme office has set, in working hours."
)


def list_scopes(chosen: Collection[Choice]) -> list[str]:
    """The scopes an app needs for what was chosen, and no more."""
    return [name for name, scope in SCOPES.items() if scope.only is None or scope.only in chosen]


def list_slash_commands(commands: Iterable[Command], prefix: str, url: str) -> list[Json]:
    """`/halfterm`, and each command that has a slash of its own. `url` is where Slack sends them, "" in Socket Mode."""
    address = {"url": url} if url else {}
    every = "Everything that halfterm can do: type a command's word after it, or help."
    made: list[Json] = [
        {"command": "/halfterm", "description": every, "usage_hint": "help | actions mine | iam ROLE", **address}
    ]
    for one in commands:
        if one.shown and one.word not in _BY_HALFTERM and (prefix or one.word not in BUILT_IN):
            hint = one.usage.removeprefix(one.word).strip()
            named = {"command": f"/{prefix}-{one.word}" if prefix else f"/{one.word}", "description": one.summary}
            made.append(named | ({"usage_hint": hint} if hint else {}) | address)
    return [one | {"should_escape": False} for one in made]


def build_manifest(
    commands: Iterable[Command],
    *,
    prefix: str = "",
    public_url: str = "",
    many: bool = False,
    chosen: Collection[Choice] = (),
) -> Json:
    """The manifest for Socket Mode, or for signed HTTP where `public_url` is given.

    `many`: it is installed in many workspaces by OAuth at `public_url`. UserError where a value is not one Slack takes.
    """
    if prefix and not _PREFIX.fullmatch(prefix):
        raise UserError(f"“{prefix}” is no prefix: use up to 12 small letters and digits, such as ht.")
    if public_url and not re.fullmatch(r"https://[^\s/]+(/\S*)?", public_url):
        raise UserError(
            f"“{public_url}” is not an address Slack calls: give one such as https://halfterm.example.gov.uk"
        )
    base = public_url.rstrip("/")
    url = base + EVENTS_PATH if base else ""
    called = {"request_url": url} if url else {}
    oauth: Json = {"scopes": {"bot": list_scopes(chosen)}}
    if many:
        oauth["redirect_urls"] = [base + OAUTH_PATH]
    return {
        "display_information": {
            "name": "halfterm",
            "description": "Keeps an improvement programme's actions on track.",
            "long_description": _LONG,
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "halfterm", "always_online": True},
            "shortcuts": [
                {
                    "name": "File as progress",
                    "type": "message",
                    "callback_id": FILE_MESSAGE,
                    "description": "File this message as progress or evidence of an action",
                },
                {
                    "name": "Update an action",
                    "type": "global",
                    "callback_id": UPDATE_ACTION,
                    "description": "Say where one of your actions stands",
                },
            ],
            "slash_commands": list_slash_commands(commands, prefix, url),
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)} | called,
            "interactivity": {"is_enabled": True} | called,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": many,
        },
    }
