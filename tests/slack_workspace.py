"""What the stand-in for Slack remembers of one workspace: its people, its channels, and what the bot did there."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SCOPES = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "conversations.open": "im:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.info": "files:read",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
}
HISTORY_SCOPES = {"D": "im:history", "C": "channels:history", "G": "groups:history"}
READ_SCOPES = {"D": "im:read", "C": "channels:read", "G": "groups:read"}

TRIGGER_LIVES = 3  # seconds
RESPONSE_URL_LIVES = 30 * 60
RESPONSE_URL_USES = 5
TOKEN_LIVES = 12 * 60 * 60  # where tokens rotate


class SlackError(Exception):
    """An answer that is not `ok`: Slack's error code, and whatever goes with it."""

    def __init__(self, code: str, retry_after: int = 1, **details: Any) -> None:
        super().__init__(code)
        self.retry_after = retry_after
        self.answer: Json = {"ok": False, "error": code} | details


def invalid_arguments(fault: str) -> SlackError:
    """As Slack says what is wrong with a view or an argument."""
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {fault}"]})


@dataclass
class Posted:
    """A message that Slack took."""

    channel: str
    text: str
    ts: str
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    user: str = "UBOT"  # who wrote it
    files: list[str] = field(default_factory=list)
    edits: int = 0
    seen_by: str | None = None  # the only person who sees it, where it is ephemeral

    @property
    def id(self) -> str | None:
        """Our own id, from the metadata."""
        return self.metadata["event_payload"].get("id") if self.metadata else None


@dataclass
class Upload:
    """A file: `reserved` until its bytes came, `uploaded` until it is completed, then `complete`."""

    id: str
    name: str
    length: int
    alt_txt: str = ""
    state: str = "reserved"
    data: bytes = b""
    title: str = ""
    channels: list[str] = field(default_factory=list)
    thread_ts: str | None = None
    comment: str = ""


@dataclass
class ResponseUrl:
    """Where a command or a tap may be answered later."""

    channel: str
    user: str
    made_at: float
    uses: int = 0


@dataclass
class Trigger:
    """One chance to open a view for somebody."""

    user: str
    made_at: float
    used: bool = False


class Workspace:
    """One workspace, with its people, its channels and a bot that is in them. All state may be changed.

    `posts` holds what was accepted, in order; `views` each person's modal on top, `under` those it was pushed over.
    """

    def __init__(self, team: str, token: str, bot_user: str, clock: Callable[[], float]) -> None:
        self.team, self.bot_user = team, bot_user
        self.clock = clock
        self.users = {"U1": True, "U2": True, "U3": True}  # id to whether the account is open
        self.profiles: dict[str, Json] = {}  # id to what else is known: email, name, is_restricted, is_stranger …
        self.channels = {"C1": True, "C2": False, "G1": True}  # id to whether the bot is in it
        self.private = {"G1"}
        self.names: dict[str, str] = {}  # a channel's id to its name, where it is not the id in small letters
        self.members: dict[str, set[str]] = {}  # a channel's id to who is in it, where that is not everybody
        self.archived: set[str] = set()
        self.organisation = ""  # the Enterprise organisation it belongs to
        self.not_opened: set[str] = set()  # people of elsewhere whose organisation lets the app open no conversation
        self.scopes = {*SCOPES.values(), *HISTORY_SCOPES.values(), *READ_SCOPES.values(), "commands"}
        self.direct: dict[str, str] = {}  # a person's id to the conversation opened with them
        self.home_enabled = True
        self.posts: list[Posted] = []
        self.ephemerals: list[Posted] = []  # by chat.postEphemeral
        self.responses: list[Json] = []  # by a response_url, as they came
        self.views: dict[str, Json] = {}
        self.under: dict[str, list[Json]] = {}
        self.homes: dict[str, Json] = {}
        self.files: dict[str, Upload] = {}
        self.numbers = itertools.count(1)
        self.post_numbers = itertools.count()
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.next_post_at: dict[str, float] = {}
        self.tokens: dict[str, float | None] = {}  # each that is good, and when it ends
        self.revoked: set[str] = set()
        self.refresh_tokens: set[str] = set()
        self.token = token

    @property
    def token(self) -> str:
        """The newest bot token."""
        return self._token

    @token.setter
    def token(self, token: str) -> None:
        """It takes the place of every other."""
        self._token = token
        self.tokens = {token: None}

    def trigger(self, user: str = "U1", age: float = 0) -> str:
        """A trigger_id as an interaction of `user` carries it, `age` seconds old."""
        trigger_id = f"{next(self.numbers)}.{self.team.removeprefix('T') or 0}.{'0123456789abcdef'}"
        self.triggers[trigger_id] = Trigger(user, self.clock() - age)
        return trigger_id

    def next_ts(self) -> str:
        """The id of a new message: Slack's own clock, far from any test's."""
        number = next(self.post_numbers)
        return f"{1_600_000_000 + number}.{number:06d}"

    def says(
        self, user: str, text: str, channel: str = "C1", thread_ts: str | None = None, files: list[str] | None = None
    ) -> Posted:
        """A person's own message."""
        post = Posted(channel, text, self.next_ts(), thread_ts=thread_ts, user=user, files=files or [])
        self.posts.append(post)
        return post

    def meet(self, user: str, team: str, **known: Any) -> None:
        """Somebody of another organisation is met in a channel that is shared with it."""
        self.users[user] = True
        self.profiles[user] = {"team_id": team, "is_stranger": False} | known

    def rename(self, channel: str, name: str) -> None:
        """Its id stays; the app hears of it only where it is subscribed to `channel_rename`, and ours is not."""
        self.names[channel] = name

    def need(self, scope: str | None) -> None:
        if scope and scope not in self.scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    def check_token(self, token: str) -> None:
        """Raises SlackError where `token` is not, or no more, a good one of this workspace."""
        if token in self.revoked:
            raise SlackError("token_revoked")
        ends = self.tokens[token]
        if ends is not None and self.clock() >= ends:
            raise SlackError("token_expired")

    def is_private(self, channel: str) -> bool:
        return channel in self.private or channel.startswith("G")
