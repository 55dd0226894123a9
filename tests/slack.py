"""A strict stand-in for Slack's Web API, over real HTTP on loopback: it refuses what Slack refuses.

with FakeSlack() as slack:
    SlackSender(slack.token, slack.api_url).send(delivery)
    assert slack.posts[0].text == "…"

Leaving it fails where something would have called everybody in a channel together. Payloads as Slack would send them
are in `tests.slack_payloads`.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

from tests import slack_auth, slack_files, slack_methods, slack_views
from tests.slack_http import handler_for
from tests.slack_payloads import collect
from tests.slack_rules import find_fault, find_mass_mention
from tests.slack_socket import SocketModeServer
from tests.slack_workspace import (
    RESPONSE_URL_LIVES,
    RESPONSE_URL_USES,
    SCOPES,
    Json,
    Posted,
    ResponseUrl,
    SlackError,
    Upload,
    Workspace,
)

__all__ = ["TIERS", "FakeSlack", "Json", "Posted", "Upload", "Workspace"]

How = Literal["429", "500", "accept_and_drop", "drop", "hang", "page"] | str
Answer = tuple[int, dict[str, str], Json | str]

# Calls a minute that Slack promises; `slack.tiers = TIERS` holds whoever calls to them.
TIERS = {
    "auth.test": 100,
    "chat.getPermalink": 100,
    "chat.postEphemeral": 100,
    "chat.update": 50,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.open": 50,
    "conversations.replies": 50,
    "files.completeUploadExternal": 100,
    "files.getUploadURLExternal": 100,
    "files.info": 100,
    "users.info": 100,
    "users.lookupByEmail": 50,
    "views.open": 100,
    "views.publish": 100,
    "views.push": 100,
    "views.update": 100,
}

METHODS: dict[str, Callable[[Workspace, Json], Json]] = {
    "auth.test": slack_auth.auth_test,
    "chat.getPermalink": slack_methods.chat_get_permalink,
    "chat.postEphemeral": slack_methods.chat_post_ephemeral,
    "chat.postMessage": slack_methods.chat_post_message,
    "chat.update": slack_methods.chat_update,
    "conversations.history": slack_methods.conversations_history,
    "conversations.info": slack_methods.conversations_info,
    "conversations.open": slack_methods.conversations_open,
    "conversations.replies": slack_methods.conversations_replies,
    "files.completeUploadExternal": slack_files.files_complete_upload_external,
    "files.getUploadURLExternal": slack_files.files_get_upload_url_external,
    "files.info": slack_files.files_info,
    "users.info": slack_methods.users_info,
    "users.lookupByEmail": slack_methods.users_lookup_by_email,
    "views.open": slack_views.views_open,
    "views.publish": slack_views.views_publish,
    "views.push": slack_views.views_push,
    "views.update": slack_views.views_update,
}


class FakeSlack(Workspace):
    """The workspace `T1`, and any others that `join`; each answers to its own token.

    `calls` holds every call to any of them, as (method, fields). `seconds` is Slack's clock, by which triggers,
    response addresses, codes and tiers run out: it stands still until a test moves it.
    """

    def __init__(self, token: str = "xoxb-1", app_token: str = "xapp-1", collects: bool = True) -> None:
        self.seconds = 0.0
        super().__init__("T1", token, "UBOT", lambda: self.seconds)
        self.app_token = app_token
        self.workspaces: dict[str, Workspace] = {"T1": self}
        self.client = slack_auth.Client()
        self.one_a_second = False
        self.tiers: dict[str, int] = {}  # a method to its calls a minute and workspace; see TIERS
        self.skew = timedelta()  # how far Slack's Date header is off
        self.faults: list[str] = []  # what would have called everybody together
        self.calls: list[tuple[str, Json]] = []
        self.socket = SocketModeServer()
        self._collects = collects
        self._called_at: dict[tuple[str, str], deque[float]] = {}
        self._failures: dict[str, deque[tuple[How, int]]] = {}
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(self))
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
        if error is None and self.faults:
            raise AssertionError(f"everybody would have been called: {self.faults}")

    def stop(self) -> None:
        """Refuse connections from now on; hanging calls end without an answer."""
        self.stopping.set()
        self.socket.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def join(self, team: str, token: str, bot_user: str = "UBOT2") -> Workspace:
        """Another workspace, with people and channels of its own."""
        workspace = Workspace(team, token, bot_user, lambda: self.seconds)
        self.workspaces[team] = workspace
        return workspace

    def fail(self, method: str, times: int = 1, how: How = "500", retry_after: int = 30, after: int = 0) -> None:
        """The next `times` calls of `method` go wrong, once `after` of them have gone well.

        `how`: `429` · `500` · `drop` (the connection closes, nothing is done) · `accept_and_drop` (done, then closed
        unsaid) · `hang` (done, never answered) · `page` (a proxy's page, nothing is done) · any other word is
        the error code answered. `method` may also be `upload` or `response_url`.
        """
        well: tuple[How, int] = ("", 0)
        self._failures.setdefault(method, deque()).extend([well] * after + [(how, retry_after)] * times)

    def asked(self, method: str) -> list[Json]:
        """The fields of each call of `method`."""
        return [fields for name, fields in self.calls if name == method]

    def response_url(self, channel: str = "C1", user: str = "U1", team: str = "T1") -> str:
        """Where a command or a tap made now may be answered: 5 times within 30 minutes."""
        workspace = self.workspaces[team]
        key = f"{team}/{next(workspace.numbers)}"
        workspace.response_urls[key] = ResponseUrl(channel, user, self.seconds)
        return f"{self.url}/response/{key}"

    def code(self, team: str = "T1", user: str = "U1", redirect_uri: str = "") -> str:
        """What Slack sends the browser back with when `user` has allowed the app in a workspace: good once."""
        code = f"code-{next(self.numbers)}"
        self.client.codes[code] = slack_auth.Code(self.workspaces[team], user, redirect_uri, self.seconds)
        return code

    def settle(self, user: str, answer: Any, team: str = "T1") -> None:
        """Do with the person's modal what the answer to its submission says. Raises ValueError if it is wrong."""
        view = self.workspaces[team].views[user]
        if self._collects:
            collect("submission", {"view": view, "answer": answer or {}})
        slack_views.settle_submission(self.workspaces[team], user, answer)

    # What follows runs in the server's threads.

    def answer(self, method: str, fields: Json, token: str) -> Answer | None:
        """HTTP status, headers and JSON; None where the connection closes without an answer."""
        return self._failing(method, fields, lambda: self._do(method, fields, token))

    def answer_upload(self, file_id: str, data: bytes) -> Answer | None:
        """The same for the bytes of a file."""

        def take() -> Answer:
            for workspace in self.workspaces.values():
                if file_id in workspace.files:
                    status, words = slack_files.take_upload(workspace, file_id, data)
                    return status, {}, words
            return 404, {}, "no such upload"

        return self._failing("upload", {"file": file_id, "length": len(data)}, take)

    def answer_response_url(self, key: str, fields: Json) -> Answer | None:
        """The same for an answer to a response address."""
        return self._failing("response_url", fields, lambda: self._respond(key, fields))

    def _failing(self, method: str, fields: Json, does: Callable[[], Answer]) -> Answer | None:
        with self._lock:
            self.calls.append((method, fields))
            self._look_over(method, fields)
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
                    answer = does()
                case code:
                    answer = 200, {}, {"ok": False, "error": code}
        if how == "hang":
            self.stopping.wait()
        return None if how in ("accept_and_drop", "hang") else answer

    def _look_over(self, method: str, fields: Json) -> None:
        """Keep what is to be judged by others, and what would call everybody together."""
        kind = "view" if method.startswith("views.") else "message"
        if kind == "message" and method not in _MESSAGES:
            return
        payload = {name: _as_json(value) for name, value in fields.items()}
        judged = payload.get("view") if kind == "view" else payload
        if not isinstance(judged, dict):
            return  # it is refused as it is
        if fault := find_mass_mention(judged):
            self.faults.append(fault)
        if self._collects and method != "files.completeUploadExternal":
            collect(kind, judged)

    def _do(self, method: str, fields: Json, token: str) -> Answer:
        try:
            if method == "oauth.v2.access":
                return 200, {}, {"ok": True} | slack_auth.oauth_v2_access(self, fields)
            workspace = self._workspace(method, token)
            headers = {"x-oauth-scopes": ",".join(sorted(workspace.scopes))}
            if method == "apps.connections.open":
                return 200, {}, {"ok": True, "url": f"ws://127.0.0.1:{self._server.server_port}/link?ticket=1"}
            self._keep_to_tier(workspace, method)
            workspace.need(SCOPES.get(method))
            if method == "auth.revoke":
                return 200, headers, {"ok": True} | slack_auth.auth_revoke(workspace, token, fields)
            if method == "chat.postMessage":
                told = slack_methods.chat_post_message(workspace, fields, self.one_a_second)
            else:
                told = METHODS[method](workspace, fields)
            if "upload_url" in told:
                told["upload_url"] = f"{self.url}/upload/{told['upload_url']}"
            return 200, headers, {"ok": True} | told
        except SlackError as refusal:
            limited = refusal.answer["error"] == "ratelimited"
            after = {"Retry-After": str(refusal.retry_after)}
            return (429, after, refusal.answer) if limited else (200, {}, refusal.answer)

    def _workspace(self, method: str, token: str) -> Workspace:
        """Whose token it is. Raises SlackError."""
        if method not in {*METHODS, "auth.revoke", "apps.connections.open"}:
            raise SlackError("unknown_method")
        if not token:
            raise SlackError("not_authed")
        if method == "apps.connections.open":
            if token != self.app_token:
                raise SlackError("invalid_auth")
            return self
        for workspace in self.workspaces.values():
            if token in workspace.tokens:
                workspace.check_token(token)
                return workspace
        raise SlackError("invalid_auth")

    def _keep_to_tier(self, workspace: Workspace, method: str) -> None:
        if method in self.tiers:
            lately = self._called_at.setdefault((workspace.team, method), deque())
            while lately and lately[0] <= self.seconds - 60:
                lately.popleft()
            if len(lately) >= self.tiers[method]:
                raise SlackError("ratelimited", retry_after=max(1, int(lately[0] + 60 - self.seconds)))
            lately.append(self.seconds)

    def _respond(self, key: str, fields: Json) -> Answer:
        workspace = self.workspaces.get(key.partition("/")[0])
        made = workspace.response_urls.get(key) if workspace else None
        if workspace is None or made is None:
            return 404, {}, "no_response_url"
        if made.uses >= RESPONSE_URL_USES:
            return 404, {}, "used_url"
        if self.seconds - made.made_at > RESPONSE_URL_LIVES:
            return 404, {}, "expired_url"
        if not fields.get("delete_original") and (fault := find_fault(fields)):
            return 400, {}, fault[0]
        if fields.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
            return 400, {}, "invalid_response_type"
        made.uses += 1
        workspace.responses.append(fields)
        return 200, {}, "ok"


_MESSAGES = {"chat.postMessage", "chat.postEphemeral", "chat.update", "response_url", "files.completeUploadExternal"}


def _as_json(value: Any) -> Any:
    """A form's field that holds JSON, read."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        with suppress(ValueError):
            return json.loads(value)
    return value
