"""Delivering within Slack's limits, in real time: how much of what they permit is used, and how often Slack refuses.

The real sender posts over HTTP to a stand-in that counts exactly: a second between two posts to a conversation, so many
posts in any minute to a workspace, 50 conversations opened in any minute. It refuses what is more with a 429.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

from bench.figures import NOW, Figures
from bot.app import App, run_clock
from bot.settings import Settings
from bot.slack.limits import POSTS_A_MINUTE, Limits
from bot.slack.sender import SlackSender
from programme.message_json import message_to_dict
from programme.messages import Message
from storage import outbox

_MINUTES, _PEOPLE = 2, 150
_SECONDS = 30  # of posts to one channel
_PATIENCE = 600.0  # longer than any of it takes


def bench_pace() -> Figures:
    """To people who were all written to before, and to one channel; more each time than the limits let through."""
    people = [f"slack:T1:U{number % _PEOPLE}" for number in range((_MINUTES + 1) * POSTS_A_MINUTE)]
    channel = ["slack:T1:C1"] * (_SECONDS + 10)
    with _prepare(people) as many, _prepare(channel) as one, ThreadPoolExecutor() as pool:  # mostly they wait
        done = [pool.submit(many.deliver), pool.submit(one.deliver)]
        for each in done:
            each.result()
        return {
            f"{POSTS_A_MINUTE}_a_minute_to_a_workspace": many.count(60 * _MINUTES, _MINUTES * POSTS_A_MINUTE),
            "one_a_second_to_a_channel": one.count(_SECONDS, _SECONDS),
            "target_share": 0.95,
        }


@dataclass
class _Place:
    """A bot, its queue and its Slack."""

    app: App
    slack: _Slack
    messages: int

    def deliver(self) -> None:
        self.app.deliver(run_clock(NOW), _PATIENCE)
        with self.app.db.read() as tx:
            assert outbox.count_by_state(tx) == {"sent": self.messages}

    def count(self, seconds: int, permitted: int) -> Figures:
        posted = sum(at < self.slack.posted[0] + seconds for at in self.slack.posted)
        return {
            "seconds": seconds,
            "permitted": permitted,
            "posted": posted,
            "share": round(posted / permitted, 3),
            "refused_with_429": self.slack.refused,
        }


@contextmanager
def _prepare(addresses: list[str]) -> Iterator[_Place]:
    known = {address: f"D{address.rpartition(':')[2]}" for address in addresses}
    with _stand_in() as slack, TemporaryDirectory() as folder:
        url = f"http://127.0.0.1:{slack.server_port}/api/"
        sender = SlackSender("xoxb-bench", url, limits=Limits(POSTS_A_MINUTE), known=lambda: known)
        app = App(Settings(database_url=f"sqlite:///{folder}/bench.db"), senders={"slack": sender})
        with app.db.write() as tx:
            for number, address in enumerate(addresses):
                said = {"message": message_to_dict(Message(f"Message {number}"))}
                due = NOW - timedelta(milliseconds=len(addresses) - number)
                outbox.say(tx, f"bench:{number}", "reply", address, due_at=due, facts=said)
        try:
            yield _Place(app, slack, len(addresses))
        finally:
            app.close()


class _Slack(ThreadingHTTPServer):
    """What it took and when, and how often it refused."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posted: list[float] = []
        self.refused = 0
        self._opened: deque[float] = deque()
        self._last: defaultdict[str, float] = defaultdict(lambda: -60.0)
        self._lock = threading.Lock()

    def do(self, method: str, fields: dict[str, str]) -> dict[str, Any] | None:
        """Its answer; None where it refuses."""
        with self._lock:
            now = monotonic()
            if method == "conversations.open":
                while self._opened and self._opened[0] <= now - 60:
                    self._opened.popleft()
                if len(self._opened) >= 50:
                    self.refused += 1
                    return None
                self._opened.append(now)
                return {"ok": True, "channel": {"id": f"D{fields['users']}"}}
            lately = len(self.posted) >= POSTS_A_MINUTE and self.posted[-POSTS_A_MINUTE] > now - 60
            if lately or self._last[fields["channel"]] > now - 1:
                self.refused += 1
                return None
            self._last[fields["channel"]] = now
            self.posted.append(now)
            return {"ok": True, "channel": fields["channel"], "ts": f"1662366000.{len(self.posted):06d}"}


class _Handler(BaseHTTPRequestHandler):
    server: _Slack

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        kind = self.headers.get("content-type", "")
        fields = json.loads(body) if "json" in kind else {name: one for name, (one, *_) in parse_qs(body).items()}
        answer = self.server.do(self.path.rpartition("/")[2], fields)
        said = json.dumps(answer or {"ok": False, "error": "ratelimited"}).encode()
        self.send_response(200 if answer else 429)
        if not answer:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing is told of each request."""


@contextmanager
def _stand_in() -> Iterator[_Slack]:
    with _Slack() as slack:
        thread = threading.Thread(target=slack.serve_forever, daemon=True)
        thread.start()
        try:
            yield slack
        finally:
            slack.shutdown()
            thread.join()
