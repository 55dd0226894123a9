"""Slack's way in: one set of Bolt listeners turns commands, messages, mentions and taps into Requests.

`routes` serves them over signed HTTP and `connect` over Socket Mode; the listeners never call Slack.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt import Ack, App, BoltContext, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from bot.slack.blocks import form_as_message, render
from programme.messages import Form, Reply, Request, Where

MOST_BODY = 1_000_000  # bytes
WINDOW = 300  # seconds a signature is good for, either way
APOLOGY = (
    "Something went wrong on our side; nothing was changed. Try again; if it happens twice tell the programme office."
)

Json = dict[str, Any]

log = logging.getLogger("halfterm.slack")
# Bolt and slack_sdk log whole payloads, people's words included: of Bolt nothing is wanted, of the socket its state.
_silent = logging.getLogger("halfterm.slack.bolt")
_silent.setLevel(logging.CRITICAL)
_socket_log = logging.getLogger("halfterm.slack.socket")
_socket_log.setLevel(logging.WARNING)


def slack_app(say: Callable[[Request], Reply | None], note: Callable[[Request], None]) -> App:
    """The Bolt app. `say` does what is asked and returns what rides in the answer (None: seen before, say nothing);
    `note` does it where the answer can carry nothing, and puts its reply in the outbox.

    Whatever `say` raises becomes an apology, logged by type; whatever `note` raises a 500, so that Slack sends again.
    """
    app = App(
        name=_silent.name,  # Bolt takes the logger of its name for its own
        logger=_silent,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        authorize=_authorise,
        token_verification_enabled=False,
        request_verification_enabled=False,  # `routes` does it, with our clock and nothing logged
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,  # it would need our own ids from Slack; `_is_said_by_a_person` does
        attaching_function_token_enabled=False,
    )

    @app.command(re.compile(""))
    def slash_command(body: Json, context: BoltContext, ack: Ack) -> None:
        trigger = body.get("trigger_id")
        request = _request(
            context,
            f"{body['command']} {plain_words(body.get('text', ''))}".strip(),
            seen_id=f"trigger:{trigger}" if trigger else None,
        )
        try:
            reply = say(request)
        except Exception as error:  # the last wall: the person is told, and nothing of what they wrote is logged
            log.error("a slash command failed: %s", type(error).__name__)
            ack(text=APOLOGY, response_type="ephemeral")
            return
        if reply is None:
            ack()
            return
        post = render(form_as_message(reply) if isinstance(reply, Form) else reply)
        ack(text=post.text, blocks=post.blocks, response_type="ephemeral")

    @app.event("message")
    def direct_message(body: Json, event: Json, context: BoltContext) -> None:
        if event.get("channel_type") == "im" and _is_said_by_a_person(event):  # elsewhere, `mention` hears it
            note(_event_request(body, event, context, thread=event.get("thread_ts", "")))

    @app.event("app_mention")
    def mention(body: Json, event: Json, context: BoltContext) -> None:
        # Said in a channel, answered in the person's direct messages: not all who read there may read the answer.
        if _is_said_by_a_person(event):
            note(_event_request(body, event, context, conversation=""))

    @app.action(re.compile(r"^say:"))
    def tap(body: Json, action: Json, context: BoltContext, ack: Ack) -> None:
        message, trigger = body.get("message") or {}, body.get("trigger_id")
        # What one person alone was shown is answered to them alone, in their direct messages.
        private = bool((body.get("container") or {}).get("is_ephemeral"))
        note(
            _request(
                context,
                plain_words(action.get("value", "")),
                conversation="" if private else None,
                thread="" if private else message.get("thread_ts") or message.get("ts", ""),
                seen_id=f"action:{trigger}" if trigger else None,
            )
        )
        ack()

    @app.error
    def settle(error: Exception) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            return BoltResponse(status=200, body="")  # something Slack told us that is none of our business
        log.error("a request from Slack failed: %s", type(error).__name__)
        return BoltResponse(status=500, body="")

    return app


def routes(app: App, signing_secret: str, clock: Callable[[], datetime]) -> list[Route]:
    """`POST /slack/events`: commands, events and interactivity, each signed by Slack within 5 minutes of `clock`.

    Answers 401 to a bad signature, 413 to a body over 1 MB, and 200 to what is signed and cannot be read: Slack would
    only send it again.
    """

    async def events(request: HttpRequest) -> Response:
        body = await _read(request)
        if body is None:
            return Response(status_code=413)
        timestamp, signature = (request.headers.get(f"x-slack-{h}", "") for h in ("request-timestamp", "signature"))
        if not _is_signed(body, timestamp, signature, signing_secret, clock()):
            return Response(status_code=401)
        payload = _find_payload(body, request.headers.get("content-type", ""))
        if payload is None:
            return Response(status_code=200)
        answer = await run_in_threadpool(_dispatch, app, payload)
        return Response(answer.body, answer.status, media_type=answer.first_headers().get("content-type"))

    return [Route("/slack/events", events, methods=["POST"])]


def connect(app: App, app_token: str, api_url: str) -> SocketMode:
    """Socket Mode for `app`, not yet started."""
    return SocketMode(app, app_token, api_url)


class SocketMode:
    """A connection that Slack sends everything over, kept up by slack_sdk's own threads once it first succeeds."""

    def __init__(self, app: App, app_token: str, api_url: str) -> None:
        self._app = app
        self._app_token = app_token
        self._web = WebClient(base_url=api_url, timeout=20, logger=_silent)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slack-socket", daemon=True)

    def start(self) -> None:
        """Connect in a thread of its own, trying again for as long as Slack cannot be reached."""
        self._thread.start()

    def close(self) -> None:
        """Disconnect; returns when the threads have ended."""
        self._closing.set()
        if self._thread.ident:
            self._thread.join()

    def _run(self) -> None:
        handler = SocketModeHandler(self._app, self._app_token, web_client=self._web, logger=_socket_log)
        pause = 0.25  # seconds
        try:
            while not self._closing.is_set():
                try:
                    handler.connect()  # type: ignore[no-untyped-call]  # slack_bolt left it so
                    break
                except Exception as error:  # refused, unreachable, a wrong token: all can be mended while we wait
                    log.warning("Slack cannot be reached by Socket Mode yet: %s", type(error).__name__)
                    self._closing.wait(pause)
                    pause = min(2 * pause, 60)
            self._closing.wait()
        finally:
            handler.close()  # type: ignore[no-untyped-call]  # slack_bolt left it so


def plain_words(text: str) -> str:
    """What the person typed, from Slack's mark-up: links and entities turned back, mentions left as `<@U1>`."""
    text = re.sub(r"<(https?://|mailto:|tel:)([^|>]*)(?:\|([^>]*))?>", _as_typed, text)
    text = re.sub(r"<#\w+\|([^>]+)>", r"#\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _as_typed(link: re.Match[str]) -> str:
    """The label where Slack only made a link of what was typed (`example.org`, `a@b.org`), else the address."""
    scheme, rest, label = link.groups()
    return label if label == rest else scheme + rest


def _authorise(context: BoltContext) -> AuthorizeResult:
    """Bolt wants one; who may do what is decided by `say`, and no listener calls Slack."""
    return AuthorizeResult(enterprise_id=context.enterprise_id, team_id=context.team_id)


def _is_said_by_a_person(event: Json) -> bool:
    """A message somebody wrote now: not a bot's (ours among them), nor the notice of an edit or a deletion."""
    return (
        bool(event.get("user"))
        and not event.get("bot_id")
        and event.get("subtype") in {None, "file_share", "thread_broadcast"}
    )


def _event_request(
    body: Json, event: Json, context: BoltContext, *, conversation: str | None = None, thread: str = ""
) -> Request:
    event_id = body.get("event_id")
    text = plain_words(_without_our_mention(body, event)).strip()
    seen_id = f"event:{event_id}" if event_id else None
    return _request(context, text, conversation=conversation, thread=thread, seen_id=seen_id)


def _without_our_mention(body: Json, event: Json) -> str:
    text = event.get("text") or ""
    us = "|".join(re.escape(str(bot.get("user_id"))) for bot in body.get("authorizations") or ())
    if not us and event["type"] != "app_mention":
        return text
    return re.sub(rf"<@(?:{us or '[A-Z0-9]+'})(?:\|[^>]*)?>", " ", text, count=1)


def _request(
    context: BoltContext, text: str, *, seen_id: str | None, conversation: str | None = None, thread: str = ""
) -> Request:
    team = context.team_id or context.enterprise_id or ""
    where = Where("slack", (context.channel_id or "") if conversation is None else conversation, thread, team)
    return Request(f"slack:{team}:{context.user_id}", _storable(text), where, seen_id=seen_id)


def _storable(text: str) -> str:
    """Without what JSON can carry and a database cannot: half a surrogate pair, a NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


async def _read(request: HttpRequest) -> bytes | None:
    """The body, or None if it is over 1 MB."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BODY:
                return None
    except ClientDisconnect:
        return b""  # nobody is left to answer, and nothing is signed for it
    return bytes(body)


def _is_signed(body: bytes, timestamp: str, signature: str, secret: str, now: datetime) -> bool:
    """Whether Slack signed it within the window: https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        return False
    if not secret or abs(now.timestamp() - int(timestamp)) > WINDOW:
        return False
    ours = "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(ours.encode(), signature.encode())


def _find_payload(body: bytes, content_type: str) -> Json | None:
    """Slack's JSON, its form, or the JSON in its form's `payload`; None if it is none of these."""
    try:
        words = body.decode()
        if content_type.startswith("application/json") or words.startswith("{"):
            payload = json.loads(words)
        else:
            payload = dict(parse_qsl(words, keep_blank_values=True))
            if "payload" in payload and "command" not in payload:
                payload = json.loads(payload["payload"])
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _dispatch(app: App, payload: Json) -> BoltResponse:
    try:
        # As Socket Mode does: from a raw form Bolt loses every command whose words include "payload".
        return app.dispatch(BoltRequest(body=payload, mode="socket_mode"))
    except Exception as error:  # Bolt could not even look at it
        log.error("a request from Slack could not be read: %s", type(error).__name__)
        return BoltResponse(status=200, body="")
