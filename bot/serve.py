"""`halfterm serve`: every configured channel, the web pages and the clock, in one process."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot import http
from bot.app import App, real_now
from bot.feed import feed_routes
from bot.settings import Settings, read_settings
from jobs.clock import Metronome
from jobs.deliver import Ambiguous, NotSent, Undeliverable
from programme.messages import UserError

log = logging.getLogger("halfterm")

_PATIENCE = 1.0  # real seconds; what a channel's limit holds back for longer goes with a later beat
_ASK_SLACK_FOR = 3  # seconds, before start-up goes on without an answer
_ANSWER_WITHIN = 2  # seconds, where somebody waits who is to be answered in three


class Served:
    """The parts of a running bot: an ASGI app, and what must be started and stopped beside it.

    `clock` dates everything that is done and written. Only signatures are held against the real time, as they are made.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = real_now) -> None:
        self.app = App(settings, out=sys.stderr, wake=lambda: self.clock.wake())
        self.clock = Metronome(
            plan=_guarded("plan", lambda: self.app.plan(clock())),
            deliver=_guarded("deliver", lambda: self.app.deliver(clock, patience=_PATIENCE)),
            tidy=_guarded("tidy", lambda: self.app.tidy(clock())),
        )
        routes: list[BaseRoute] = [*http.health_routes(self.app, clock), *feed_routes(self.app, clock)]
        self._socket_mode: list[tuple[Callable[[], None], Callable[[], None]]] = []
        if settings.has_slack:
            from bot.slack import inbound  # only where Slack is configured
            from bot.slack.app import slack_app
            from bot.slack.around import join_around
            from bot.slack.windows import Windows
            from bot.slack.workspaces import Gate, Workspaces

            many = settings.has_many_workspaces
            door = self.app.door(clock)
            windows = Windows(self.app.slack_token, settings.slack_api_url)
            workspaces = Workspaces(self.app.db, None if many else lambda: _find_team(settings))
            uninstall = self.app.installs.uninstall if many else lambda team, at: None
            gate = Gate(door, workspaces)
            bolt = slack_app(gate.answer, gate.guard(join_around(door, windows, uninstall)))
            if many:
                from bot.slack.install_pages import install_routes  # only where Slack workspaces install the bot

                routes += install_routes(self.app.installs, settings.public_url, workspaces.may_speak)
            if settings.slack_app_token and not many:  # of many workspaces, Slack tells by HTTP
                mode = inbound.connect(bolt, settings.slack_app_token, settings.slack_api_url)
                self._socket_mode.append((mode.start, mode.close))
            else:
                routes += inbound.routes(bolt, settings.slack_signing_secret, real_now)
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


def serve(*, host: str | None, port: int | None, clock: Callable[[], datetime]) -> int:
    """Run until a signal; returns the exit code."""
    settings = read_settings(os.environ, Path(".env"), listens=True)
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("apscheduler", "slack_bolt", "slack_sdk", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    with closing(http.bind(settings.host, settings.port)) as bound:
        served = Served(settings, clock)
        _check_token(settings)
        channels, port = ", ".join(sorted(served.app.senders)), bound.getsockname()[1]
        try:
            served.start()
            log.info("halfterm is listening on %s port %s; channels: %s", settings.host, port, channels)
            http.run(served.asgi, bound)
        finally:
            served.stop()
    return 0


def _check_token(settings: Settings) -> None:
    """UserError where Slack refuses the bot's only token; if Slack cannot be asked now, start-up goes on."""
    if not settings.has_slack or settings.has_many_workspaces:
        return
    from bot.slack.sender import SlackSender, TokenRefused  # only where Slack is configured

    try:
        SlackSender(settings.slack_bot_token, settings.slack_api_url, timeout=_ASK_SLACK_FOR).find_team()
    except TokenRefused as refusal:
        raise UserError(
            f"{refusal.reason}: copy SLACK_BOT_TOKEN again from Slack, OAuth & Permissions, and start again."
        ) from None
    except (NotSent, Undeliverable, Ambiguous) as trouble:
        log.warning("Slack could not be asked (%s): it is tried again with the first message", type(trouble).__name__)


def _find_team(settings: Settings) -> str:
    """The workspace that the bot's only token is for; "" where Slack does not say so now."""
    from bot.slack.sender import SlackSender  # only where Slack is configured

    try:
        return SlackSender(settings.slack_bot_token, settings.slack_api_url, timeout=_ANSWER_WITHIN).find_team()
    except (NotSent, Undeliverable, Ambiguous):
        return ""


def _guarded(name: str, job: Callable[[], object]) -> Callable[[], None]:
    """A job of the clock: whatever goes wrong in one beat, the next one comes."""

    def beat() -> None:
        try:
            job()
        except Exception as error:
            log.error("%s failed: %s", name, type(error).__name__)

    return beat
