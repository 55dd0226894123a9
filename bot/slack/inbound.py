"""Slack's two roads in: signed HTTP (`routes`) and Socket Mode (`connect`). Both hand payloads to the Bolt app."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

MOST_BODY = 1_000_000  # bytes
WINDOW = 300  # seconds a signature is good for, either way

Json = dict[str, Any]

log = logging.getLogger("halfterm.slack")
# slack_sdk logs whole payloads, people's words included: of the web client nothing is wanted, of the socket its state.
_silent = logging.getLogger("halfterm.slack.web")
_silent.setLevel(logging.CRITICAL)
_socket_log = logging.getLogger("halfterm.slack.socket")
_socket_log.setLevel(logging.WARNING)


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
