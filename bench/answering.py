"""Answering `/rag`: from the signed request to the answer, its transaction safe on disk, and what of that is ours.

It takes turns with a Bolt handler that does nothing but `ack()`, behind the same route, signature check and thread
pool; the difference is what halfterm adds.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Iterator
from itertools import count
from statistics import median
from urllib.parse import urlencode

from httpx import ASGITransport, AsyncClient
from slack_bolt import Ack
from slack_bolt import App as Bolt
from slack_bolt.authorization import AuthorizeResult
from starlette.applications import Starlette

from bench.figures import NOW, Figures, in_ms, open_programme, time_in_turns
from bot.app import App
from bot.slack.app import slack_app
from bot.slack.around import join_around
from bot.slack.inbound import routes
from bot.slack.windows import Windows
from storage.actions import list_actions
from storage.history import get_head
from storage.people import read_directory
from storage.programme import set_setting

_ROUNDS, _WARM_UP = 500, 50
_SECRET = "a secret for the bench"
_RATINGS = ("at-risk the supplier has not signed", "on-track it has signed now", "vulnerable the pilot is late")

Command = dict[str, str]


def bench_rag() -> Figures:
    with open_programme() as app, asyncio.Runner() as loop:
        door = app.door(lambda: NOW)
        around = join_around(door, Windows("", "http://127.0.0.1:9/api/"), lambda team, at: None)
        ask_nobody, ask_us = _slack(_empty_handler(), loop), _slack(slack_app(door.answer, around), loop)
        unheard, heard = _commands(app), _commands(app)
        works = (lambda: ask_nobody(next(unheard))), (lambda: ask_us(next(heard))), (lambda: _commit(app))
        time_in_turns(_WARM_UP, *works)
        before = _count_history(app)
        nobody, us, commit = time_in_turns(_ROUNDS, *works)
        recorded = _count_history(app) - before
    return {
        "empty_handler": in_ms(nobody),
        "rag": in_ms(us),
        "over_empty_p50_ms": round(1000 * (median(us) - median(nobody)), 3),
        "over_empty_aim_ms": 2,
        "over_empty_target_ms": 5,
        "a_commit_of_one_row": in_ms(commit),
        "asked": _ROUNDS,
        "recorded": recorded,
    }


def _empty_handler() -> Bolt:
    """Bolt set up as ours is, with a listener that does nothing."""
    app = Bolt(
        process_before_response=True,
        authorize=lambda enterprise_id, team_id: AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id),
        token_verification_enabled=False,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,
        attaching_function_token_enabled=False,
    )

    @app.command("/rag")
    def rag(ack: Ack) -> None:
        ack()

    return app


def _slack(bolt: Bolt, loop: asyncio.Runner) -> Callable[[Command], None]:
    """Slack's side of `/slack/events`: signs a command, posts it and waits for the answer."""
    served = Starlette(routes=routes(bolt, _SECRET, lambda: NOW))
    client = AsyncClient(transport=ASGITransport(served), base_url="http://bench")
    at = str(int(NOW.timestamp()))

    def post(command: Command) -> None:
        body = urlencode(command)
        mac = hmac.new(_SECRET.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": at,
            "x-slack-signature": f"v0={mac}",
        }
        loop.run(client.post("/slack/events", content=body, headers=headers)).raise_for_status()

    return post


def _commands(app: App) -> Iterator[Command]:
    """Owners rate their actions, one after another, each time differently."""
    with app.db.read() as tx:
        actions = list_actions(tx, read_directory(tx, app.calendar.today(NOW)))
    owned = [(action.ref, owner.people[0]) for action in actions for owner in action.owners[:1] if owner.people]
    for number in count():
        ref, owner = owned[number % len(owned)]
        yield {
            "command": "/rag",
            "text": f"{ref} {_RATINGS[number // len(owned) % len(_RATINGS)]}",
            "team_id": "T1",
            "user_id": owner.address.rpartition(":")[2],
            "channel_id": "C1",
            "trigger_id": f"{number}.1",
        }


def _commit(app: App) -> None:
    with app.db.write() as tx:
        set_setting(tx, "bench", "a row")


def _count_history(app: App) -> int:
    with app.db.read() as tx:
        return get_head(tx).number
