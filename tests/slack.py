"""A strict stand-in for Slack's Web API, over real HTTP on loopback: it refuses what Slack refuses.

with FakeSlack() as slack:
    SlackSender(slack.token, slack.api_url).send(delivery)
    assert slack.posts[0].text == "…"
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qsl

from tests.slack_rules import find_fault
from tests.slack_socket import SocketModeServer

Json = dict[str, Any]
How = Literal["429", "500", "accept_and_drop", "drop", "hang", "page"] | str

SCOPES = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.open": "im:write",
    "users.info": "users:read",
}
HISTORY_SCOPES = {"D": "im:history", "C": "channels:history", "G": "groups:history"}


class SlackError(Exception):
    """An answer that is not `ok`: Slack's error code, and whatever goes with it."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.answer: Json = {"ok": False, "error": code} | details


@dataclass
class Posted:
    """A message that Slack took."""

    channel: str
    text: str
    ts: str
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None

    @property
    def id(self) -> str | None:
        """Our own id, from the metadata."""
        return self.metadata["event_payload"].get("id") if self.metadata else None


class FakeSlack:
    """One workspace, `T1`, with its people, its channels and a bot that is in them. All state may be changed.

    `posts` holds what was accepted and not dropped unsaid, in order; `calls` every call, as (method, fields).
    """

    def __init__(self, token: str = "xoxb-1", app_token: str = "xapp-1") -> None:
        self.token, self.app_token = token, app_token
        self.bot_user = "UBOT"
        self.users = {"U1": True, "U2": True, "U3": True}  # id to whether the account is open
        self.channels = {"C1": True, "C2": False, "G1": True}  # id to whether the bot is in it
        self.archived: set[str] = set()
        self.scopes = {*SCOPES.values(), *HISTORY_SCOPES.values()}
        self.direct: dict[str, str] = {}  # a person's id to the conversation opened with them
        self.one_a_second = False
        self.posts: list[Posted] = []
        self.calls: list[tuple[str, Json]] = []
        self.socket = SocketModeServer()
        self._failures: dict[str, deque[tuple[How, int]]] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._next_post_at: dict[str, float] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.block_on_close = False  # a call that hangs is let go, not waited for
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> FakeSlack:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse connections from now on; hanging calls end without an answer."""
        self._stopping.set()
        self.socket.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/"

    def fail(self, method: str, times: int = 1, how: How = "500", retry_after: int = 30, after: int = 0) -> None:
        """The next `times` calls of `method` go wrong, once `after` of them have gone well.

        `how`: `429` · `500` · `drop` (the connection closes, nothing is done) · `accept_and_drop` (done, then closed
        unsaid) · `hang` (done, never answered) · `page` (a proxy's page, nothing is done) · any other word is
        the error code answered.
        """
        well: tuple[How, int] = ("", 0)
        self._failures.setdefault(method, deque()).extend([well] * after + [(how, retry_after)] * times)

    def asked(self, method: str) -> list[Json]:
        """The fields of each call of `method`."""
        return [fields for name, fields in self.calls if name == method]

    # What follows runs in the server's threads.

    def answer(self, method: str, fields: Json, token: str) -> tuple[int, dict[str, str], Json | str] | None:
        """HTTP status, headers and JSON; None where the connection closes without an answer."""
        with self._lock:
            self.calls.append((method, fields))
            failures = self._failures.get(method)
            how, retry_after = failures.popleft() if failures else ("", 0)
            match how:
                case "429":
                    return 429, {"Retry-After": str(retry_after)}, {"ok": False, "error": "ratelimited"}
                case "500":
                    return 500, {}, {}
                case "page":
                    return 200, {}, "<html>Please sign in to the network</html>"
                case "drop":
                    return None
                case "" | "accept_and_drop" | "hang":
                    answer = self._do(method, fields, token)
                case code:
                    answer = 200, {}, {"ok": False, "error": code}
        if how == "hang":
            self._stopping.wait()
        return None if how in ("accept_and_drop", "hang") else answer

    def _do(self, method: str, fields: Json, token: str) -> tuple[int, dict[str, str], Json | str]:
        does = METHODS.get(method)
        try:
            if does is None:
                raise SlackError("unknown_method")
            self._check_token(method, token)
            return 200, {}, {"ok": True} | does(self, fields)
        except SlackError as refusal:
            limited = refusal.answer["error"] == "ratelimited"
            return (429, {"Retry-After": "1"}, refusal.answer) if limited else (200, {}, refusal.answer)

    def _check_token(self, method: str, token: str) -> None:
        if not token:
            raise SlackError("not_authed")
        if token != (self.app_token if method == "apps.connections.open" else self.token):
            raise SlackError("invalid_auth")
        self._need(SCOPES.get(method))

    def _need(self, scope: str | None) -> None:
        if scope and scope not in self.scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    def _auth_test(self, fields: Json) -> Json:
        return {"url": self.api_url, "team_id": "T1", "user_id": self.bot_user, "bot_id": "BBOT"}

    def _conversations_open(self, fields: Json) -> Json:
        user = fields.get("users", "")
        if user == self.bot_user:
            raise SlackError("cannot_dm_bot")
        if user not in self.users:
            raise SlackError("user_not_found")
        if not self.users[user]:
            raise SlackError("user_disabled")
        return {"channel": {"id": self.direct.setdefault(user, f"D{user}")}}

    def _chat_post_message(self, fields: Json) -> Json:
        channel, thread = self._open_channel(fields), fields.get("thread_ts")
        if fault := find_fault(fields):
            raise SlackError(fault[0], errors=[fault[1]])
        if thread and not any(post.ts == thread and post.channel == channel for post in self.posts):
            raise SlackError("thread_not_found")
        if self.one_a_second:
            if time.monotonic() < self._next_post_at.get(channel, 0):
                raise SlackError("ratelimited")
            self._next_post_at[channel] = time.monotonic() + 1
        ts = f"{1_600_000_000 + len(self.posts)}.{len(self.posts):06d}"  # Slack's own clock, far from any test's
        blocks, metadata = fields.get("blocks") or [], fields.get("metadata")
        self.posts.append(Posted(channel, fields["text"], ts, blocks, metadata, thread))
        return {"channel": channel, "ts": ts}

    def _chat_update(self, fields: Json) -> Json:
        channel = self._open_channel(fields)
        for post in self.posts:
            if (post.channel, post.ts) == (channel, fields.get("ts")):
                if fault := find_fault(fields):
                    raise SlackError(fault[0], errors=[fault[1]])
                post.text, post.blocks = fields["text"], fields.get("blocks") or []
                post.metadata = fields.get("metadata", post.metadata)
                return {"channel": channel, "ts": post.ts, "text": post.text}
        raise SlackError("message_not_found")

    def _open_channel(self, fields: Json) -> str:
        channel = str(fields.get("channel", ""))
        if channel not in self.channels and channel not in self.direct.values():
            raise SlackError("channel_not_found")
        if not self.channels.get(channel, True):
            raise SlackError("not_in_channel")
        if channel in self.archived:
            raise SlackError("is_archived")
        return channel

    def _conversations_history(self, fields: Json) -> Json:
        channel = self._readable(fields)
        found = [post for post in self.posts if post.channel == channel and not post.thread_ts]
        return _page(found[::-1], fields)

    def _conversations_replies(self, fields: Json) -> Json:
        channel, ts = self._readable(fields), fields.get("ts")
        found = [post for post in self.posts if post.channel == channel and ts in (post.ts, post.thread_ts)]
        if not found:
            raise SlackError("thread_not_found")
        return _page(found, fields)

    def _readable(self, fields: Json) -> str:
        channel = self._open_channel(fields)
        self._need(HISTORY_SCOPES[channel[0]])
        return channel

    def _users_info(self, fields: Json) -> Json:
        user = fields.get("user", "")
        if user not in self.users:
            raise SlackError("user_not_found")
        return {"user": {"id": user, "team_id": "T1", "deleted": not self.users[user], "is_bot": False}}

    def _apps_connections_open(self, fields: Json) -> Json:
        return {"url": f"ws://127.0.0.1:{self._server.server_port}/link?ticket=1"}


METHODS: dict[str, Callable[[FakeSlack, Json], Json]] = {
    "auth.test": FakeSlack._auth_test,
    "conversations.open": FakeSlack._conversations_open,
    "conversations.history": FakeSlack._conversations_history,
    "conversations.replies": FakeSlack._conversations_replies,
    "chat.postMessage": FakeSlack._chat_post_message,
    "chat.update": FakeSlack._chat_update,
    "users.info": FakeSlack._users_info,
    "apps.connections.open": FakeSlack._apps_connections_open,
}


def _page(posts: list[Posted], fields: Json) -> Json:
    """As Slack lists them, a page at a time: the metadata only for who asks for it."""
    asked = str(fields.get("include_all_metadata", "")).lower() in ("true", "1")
    start, limit = int(fields.get("cursor") or 0), int(fields.get("limit", 100))
    shown = [
        {"type": "message", "text": post.text, "ts": post.ts, "blocks": post.blocks}
        | ({"thread_ts": post.thread_ts} if post.thread_ts else {})
        | ({"metadata": post.metadata} if asked and post.metadata else {})
        for post in posts[start : start + limit]
    ]
    if start + limit >= len(posts):
        return {"messages": shown, "has_more": False}
    return {"messages": shown, "has_more": True, "response_metadata": {"next_cursor": str(start + limit)}}


def _handler_for(slack: FakeSlack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            kind = self.headers.get("Content-Type", "")
            fields = json.loads(body or "{}") if kind.startswith("application/json") else dict(parse_qsl(body))
            token = self.headers.get("Authorization", "").removeprefix("Bearer ") or fields.get("token", "")
            answer = slack.answer(self.path.removeprefix("/api/"), fields, token)
            if answer is not None:
                status, headers, told = answer
                content = (told if isinstance(told, str) else json.dumps(told)).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

        def do_GET(self) -> None:
            if self.path.startswith("/link"):
                slack.socket.serve(self.connection, self.headers["Sec-WebSocket-Key"], self.rfile)
            else:
                self.send_error(404)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            pass  # quiet

    return Handler
