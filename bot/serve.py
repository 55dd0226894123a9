"""`halfterm serve`: every configured channel, the web pages and the clock, in one process."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot import http
from bot.app import App, real_now
from bot.settings import Settings, read_settings
from jobs.clock import Metronome

log = logging.getLogger("halfterm")


class Served:
    """The parts of a running bot: an ASGI app, and what must be started and stopped beside it."""

    def __init__(self, settings: Settings) -> None:
        self.app = App(settings, out=sys.stderr, wake=lambda: self.clock.wake())
        self.clock = Metronome(
            plan=_guarded("plan", lambda: self.app.plan(real_now())),
            deliver=_guarded("deliver", lambda: self.app.deliver(real_now)),
            tidy=_guarded("tidy", lambda: self.app.tidy(real_now())),
        )
        routes: list[BaseRoute] = [*http.health_routes(self.app, real_now)]
        self._socket_mode: list[tuple[Callable[[], None], Callable[[], None]]] = []
        if settings.has_slack:
            from bot.slack.app import connect, slack_app  # only where Slack is configured
            from bot.slack.app import routes as slack_routes

            door = self.app.door(real_now)
            bolt = slack_app(door.answer, door.note)
            if settings.slack_app_token:
                mode = connect(bolt, settings.slack_app_token, settings.slack_api_url)
                self._socket_mode.append((mode.start, mode.close))
            else:
                routes += slack_routes(bolt, settings.slack_signing_secret, real_now)
        self.asgi = Starlette(routes=routes)

    def start(self) -> None:
        self.clock.start()
        for start, _close in self._socket_mode:
            start()

    def stop(self) -> None:
        for _start, close in self._socket_mode:
            close()
        self.clock.stop()
        self.app.close()


def serve(*, host: str | None, port: int | None) -> int:
    """Run until a signal; returns the exit code."""
    settings = read_settings(os.environ, Path(".env"))
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("apscheduler", "slack_bolt", "slack_sdk", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    bound = http.bind(settings.host, settings.port)
    served = Served(settings)
    served.start()
    channels = ", ".join(sorted(served.app.senders))
    log.info("halfterm is listening on %s port %s; channels: %s", settings.host, bound.getsockname()[1], channels)
    try:
        http.run(served.asgi, bound)
    finally:
        served.stop()
    return 0


def _guarded(name: str, job: Callable[[], object]) -> Callable[[], None]:
    """A job of the clock: whatever goes wrong in one beat, the next one comes."""

    def beat() -> None:
        try:
            job()
        except Exception as error:
            log.error("%s failed: %s", name, type(error).__name__)

    return beat
