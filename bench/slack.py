"""Answering everything that Slack sends, beside a Bolt handler that does nothing, with small plans and large, alone and
many at once: a slash command, a tap, a reply in a reminder's thread, the Home that is opened. The largest plan answers
once more while planning runs beside.

Slack's side and ours share one process, so what a request costs at 20 or 50 at once is mostly waiting for its turn; the
empty handler waits for it too.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from httpx import ASGITransport, AsyncClient
from slack_bolt import Ack
from slack_bolt import App as Bolt
from starlette.applications import Starlette

from bench.beside import Body, measure_beside
from bench.figures import Figures, enlarge, hold_every_role, in_ms, read_plan
from bot import office
from bot.app import App
from bot.settings import Settings
from bot.slack.app import Around, slack_app
from bot.slack.around import join_around
from bot.slack.inbound import routes
from bot.slack.views import home_view
from bot.slack.windows import Windows
from bot.slack.workspaces import Gate, Workspaces
from jobs.deliver import Delivery, Receipt
from jobs.home import compose_home
from programme.listening import MARKS, Listening
from programme.plan import Plan
from storage import outbox
from storage.history import get_head
from storage.listening import set_listening
from storage.renewals import open_home

Json = dict[str, Any]

NOW = datetime(2022, 9, 5, 8, 30, tzinfo=UTC)  # half an hour after the first reminders may be sent
_SIZES = (54, 1_000, 50_000)
_AT_ONCE = (1, 20, 50)
_BESIDE = 20  # at once, while planning runs beside
_REQUESTS = {1: 100, 20: 200, 50: 250}
_SECRET = "a secret for the bench"
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


def bench_slack() -> Figures:
    figures: Figures = {}
    with ExitStack() as stack, asyncio.Runner() as loop:
        places = {size: stack.enter_context(_open(size)) for size in _SIZES}
        empty = _serve(_empty_app())
        for at_once in _AT_ONCE:
            print(f"  {at_once} at once ...", file=sys.stderr, flush=True)
            figures[f"{at_once}_at_once"] = _measure(places, empty, at_once, loop)
        most = places[_SIZES[-1]]
        figures[f"{_BESIDE}_at_once_and_{_SIZES[-1]}_actions_beside_planning"] = measure_beside(
            most.app,
            {way: bodies(most) for way, bodies in _WAYS.items()},
            lambda bodies: loop.run(_post(most.served, bodies, _BESIDE)),
            NOW,
        )
        figures["home_drawn"] = {f"{size}_actions": in_ms(_time_home(place)) for size, place in places.items()}
    figures["slowest_answer_ms"] = max(
        each["slowest_ms"]
        for by_way in figures.values()
        if isinstance(by_way, dict)
        for way in by_way.values()
        if isinstance(way, dict)
        for each in way.values()
        if isinstance(each, dict) and "slowest_ms" in each
    )
    figures["slowest_answer_limit_ms"] = 1_000
    figures["flat_limit"] = 2
    return figures


def _measure(
    places: dict[int, _Place], empty: Starlette, at_once: int, loop: asyncio.Runner
) -> dict[str, dict[str, object]]:
    """By way in: the answer's time over each plan, what of it is ours, and 50,000 actions over 54."""
    found: dict[str, dict[str, object]] = {}
    for way in _WAYS:
        works = {"empty": (empty, _WAYS[way](next(iter(places.values()))))}
        works |= {f"{size}_actions": (place.served, _WAYS[way](place)) for size, place in places.items()}
        times: dict[str, list[float]] = {name: [] for name in works}
        rounds, share = 5, _REQUESTS[at_once] // 5
        for turn in range(rounds + 1):  # the first warms up; in turns, so that a busy moment falls on all alike
            for name, (served, bodies) in works.items():
                taken = loop.run(_post(served, [next(bodies) for _ in range(share)], at_once))
                times[name] += taken if turn else []
        nothing = median(times["empty"])
        figures: dict[str, object] = {"empty": in_ms(times["empty"])}
        for name in list(works)[1:]:
            ours = in_ms(times[name])
            ours["over_empty_p50_ms"] = round(1000 * (median(times[name]) - nothing), 3)
            ours["over_empty_p99_ms"] = round(_p99(ours) - _p99(in_ms(times["empty"])), 3)
            ours["slowest_ms"] = round(1000 * max(times[name]), 1)
            figures[name] = ours
        first, last = (median(times[f"{size}_actions"]) for size in (_SIZES[0], _SIZES[-1]))
        figures["most_over_fewest_p50"] = round(last / first, 2)
        found[way] = figures
    return found


def _p99(figures: Figures) -> float:
    found = figures["p99_ms"]
    return found if isinstance(found, float) else 0.0


class _Sent:
    """Takes whatever is sent, at once."""

    def send(self, delivery: Delivery) -> Receipt:
        return Receipt(delivery.conversation or delivery.address, delivery.id)

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        return None


class _Place:
    """A programme of so many actions, served as `serve` does, behind the gate.

    Everybody has had their starting list, which an update changes in place, and a reminder of one action; everybody has
    their Home open, and a channel hears of every rating.
    """

    def __init__(self, app: App, plan: Plan, people: list[str]) -> None:
        self.app = app
        self.numbers = count()
        door = app.door(lambda: NOW)
        gate = Gate(door, Workspaces(app.db, lambda: "T1"))
        around = join_around(door, Windows("", "http://127.0.0.1:9/api/"), lambda team, at: None)
        self.served = _serve(slack_app(gate.answer, gate.guard(around)))
        app.tick(NOW)
        with app.db.write() as tx:
            set_listening(tx, Listening("slack:T1:C1", MARKS))
            for user in people:
                open_home(tx, f"slack:T1:{user}", 1, NOW)
        holders = dict(zip(dict.fromkeys(role.abbreviation for role in plan.roles), people, strict=True))
        owned = [(one.ref, holders[one.owners[0]]) for one in plan.actions if one.owners[0] in holders]
        step = max(len(owned) // 50, 1)
        self.owned = owned[::step][:50]  # from all over the plan
        with app.db.write() as tx:
            for number, (ref, user) in enumerate(self.owned):
                address, due = f"slack:T1:{user}", NOW - timedelta(hours=1)
                outbox.say(tx, f"bench:{number}", "bundle", address, due_at=due, facts={"person": 0})
                row = outbox.claim(tx, NOW, lease="bench", schemes=["slack"])
                assert row is not None
                row = outbox.mark_sending(tx, row, {"refs": [ref], "lines": []}, NOW)
                outbox.settle_sent(tx, row, NOW, conversation=f"D{user}", post=f"1662366000.{number:06d}")

    def pick(self) -> tuple[int, str, str, str]:
        """A number never given before, an action, its owner, and the reminder they had of it."""
        number = next(self.numbers)
        turn = number % len(self.owned)
        ref, user = self.owned[turn]
        return number, ref, user, f"1662366000.{turn:06d}"


def _slash(place: _Place) -> Iterator[Body]:
    while True:
        number, ref, user, _post_id = place.pick()
        rating = ("on-track it has signed", "vulnerable the pilot is late")[number % 2]
        fields = {"command": "/rag", "text": f"{ref} {rating}", "team_id": "T1", "user_id": user, "channel_id": "C1"}
        yield _FORM, urlencode(fields | {"trigger_id": f"{number}.1"})


def _tap(place: _Place) -> Iterator[Body]:
    while True:
        number, ref, user, post = place.pick()
        body = {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": user, "team_id": "T1"},
            "channel": {"id": f"D{user}"},
            "trigger_id": f"{number}.2",
            "container": {"type": "message", "message_ts": post},
            "message": {"ts": post},
            "actions": [{"type": "button", "block_id": "b", "action_id": "say:0", "value": f"nochange {ref}"}],
        }
        yield _FORM, urlencode({"payload": json.dumps(body)})


def _reply(place: _Place) -> Iterator[Body]:
    while True:
        number, _ref, user, post = place.pick()
        event = {"type": "message", "channel": f"D{user}", "channel_type": "im", "user": user, "thread_ts": post}
        said = {"text": f"slipping to Dec, waiting on agreement {number}", "ts": f"1662367000.{number:06d}"}
        yield _JSON, _event(number, event | said)


def _home(place: _Place) -> Iterator[Body]:
    while True:
        number, _ref, user, _post_id = place.pick()
        yield _JSON, _event(number, {"type": "app_home_opened", "tab": "home", "channel": f"D{user}", "user": user})


_WAYS: dict[str, Callable[[_Place], Iterator[Body]]] = {
    "slash_command": _slash,
    "button": _tap,
    "thread_reply": _reply,
    "home_opened": _home,
}


def _event(number: int, event: Json) -> str:
    return json.dumps({"type": "event_callback", "team_id": "T1", "event_id": f"Ev{number}", "event": event})


def _empty_app() -> Bolt:
    """Bolt set up as ours is, with listeners that do nothing."""
    app = slack_app(lambda request, carries=lambda reply: True: None, _NOTHING_AROUND)
    app._listeners = []

    def nothing(ack: Ack) -> None:
        ack()

    app.command("/rag")(nothing)
    app.action("say:0")(nothing)
    app.event("message")(nothing)
    app.event("app_home_opened")(nothing)
    return app


_NOTHING_AROUND = Around(
    lambda request, reply: None,
    lambda team, trigger, view: False,
    lambda team, view_id, view_hash, view: False,
    lambda address, page: None,
    lambda address, closed: None,
    lambda team, at: None,
)


def _serve(bolt: Bolt) -> Starlette:
    return Starlette(routes=routes(bolt, _SECRET, lambda: NOW))


async def _post(served: Starlette, bodies: list[Body], at_once: int) -> list[float]:
    """Slack's side of `/slack/events`: signs each body, posts so many at once; the seconds until each answer."""
    at, turns, taken = str(int(NOW.timestamp())), asyncio.Semaphore(at_once), []
    async with AsyncClient(transport=ASGITransport(served), base_url="http://bench") as client:

        async def post(kind: str, body: str) -> None:
            mac = hmac.new(_SECRET.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
            headers = {"content-type": kind, "x-slack-request-timestamp": at, "x-slack-signature": f"v0={mac}"}
            async with turns:
                start = perf_counter()
                answer = await client.post("/slack/events", content=body, headers=headers)
                taken.append(perf_counter() - start)
            answer.raise_for_status()

        await asyncio.gather(*(post(*body) for body in bodies))
    return taken


def _time_home(place: _Place) -> list[float]:
    """Composing a person's Home and drawing it, as the sender does after it was opened."""
    app, times = place.app, []
    for _ in range(60):
        _number, _ref, user, _post_id = place.pick()
        start = perf_counter()
        with app.db.read() as tx:
            schemes = list(app.senders)
            home = compose_home(tx, f"slack:T1:{user}", 1, NOW, app.calendar, app.policy, schemes)
        home_view(home)
        times.append(perf_counter() - start)
    return times


@contextmanager
def _open(size: int) -> Iterator[_Place]:
    print(f"  a programme of {size} actions ...", file=sys.stderr, flush=True)
    with TemporaryDirectory() as folder:
        app = App(Settings(database_url=f"sqlite:///{folder}/bench.db"), senders={"slack": _Sent()})
        try:
            plan = enlarge(read_plan(), size)
            office.import_plan(app.db, plan, "bench", NOW, dry_run=False)
            place = _Place(app, plan, hold_every_role(app, plan))
            yield place
            with app.db.read() as tx:
                assert get_head(tx).number > sum(_REQUESTS.values())  # what was asked for was done
        finally:
            app.close()
