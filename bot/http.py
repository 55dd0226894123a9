"""Serving HTTP: one ASGI app on one socket, and the pages that say whether the bot is well."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.app import App
from programme.messages import UserError
from storage.outbox import count_by_state, oldest_due

_LAST_ANSWERS = 2  # seconds that requests under way are given when the bot is stopped
_STALE_AFTER = 15 * 60  # seconds; a due row older than this means that nothing is being delivered


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; UserError where the port is taken or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(128)
    except OSError as error:
        found.close()
        if error.errno == errno.EADDRINUSE:
            raise UserError(
                f"Port {port} is taken: stop what uses it, or choose another with --port {port + 1}."
            ) from None
        raise UserError(f"Cannot listen on {host} port {port} ({error.strerror}): check HOST and PORT.") from None
    return found


def run(app: Starlette, bound: socket.socket) -> None:
    """Serve until stopped by a signal, which is a good end: what follows this call is still done."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        lifespan="off",
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    # uvicorn raises the signal once more when it has shut down, for whoever handled it before: here, nobody dies of it.
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with suppress(_Left):
            uvicorn.Server(config).run(sockets=[bound])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Left(BaseException):
    """A signal came; not an Exception, so that nothing on the way takes it for a fault."""


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise _Left


def health_routes(app: App, clock: Callable[[], datetime]) -> list[Route]:
    """`/healthz` (live), `/readyz` (database, migrations, age of the oldest due row), `/metrics` (loopback only)."""

    def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    def facts() -> tuple[bool, float, dict[str, int]]:
        with app.db.read() as tx:
            due = oldest_due(tx, clock(), list(app.senders))
            counts = count_by_state(tx)
        age = max((clock() - due).total_seconds(), 0.0) if due else 0.0
        return app.db.schema_is_current(), age, counts

    def readyz(_request: Request) -> Response:
        try:
            current, age, _counts = facts()
        except Exception as error:
            return JSONResponse({"ready": False, "database": type(error).__name__}, status_code=503)
        ready = current and age < _STALE_AFTER
        body = {"ready": ready, "database": "ok", "schema_current": current, "oldest_due_seconds": round(age, 1)}
        return JSONResponse(body, status_code=200 if ready else 503)

    def metrics(request: Request) -> Response:
        if request.client is None or request.client.host not in ("127.0.0.1", "::1"):
            return PlainTextResponse("Not found\n", status_code=404)
        _current, age, counts = facts()
        lines = ["# TYPE halfterm_outbox_rows gauge"]
        lines += [f'halfterm_outbox_rows{{state="{state}"}} {count}' for state, count in sorted(counts.items())]
        lines += ["# TYPE halfterm_oldest_due_seconds gauge", f"halfterm_oldest_due_seconds {age:.1f}"]
        return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
