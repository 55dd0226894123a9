"""Slack workspaces that install the bot: one halfterm for all of them, a browser, and Slack's signed requests."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from bot import office
from bot.serve import Served
from bot.settings import Settings
from documents.read import read_plan
from tests.slack import FakeSlack
from tests.story import SAMPLE, london

PUBLIC = "https://halfterm.example.org"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
MONDAY = london("2022-09-05 09:00")


class Halfterm:
    """One halfterm with a programme of its own, for as many workspaces as install it."""

    def __init__(self, folder: Path, slack: FakeSlack, **settings: Any) -> None:
        many: dict[str, Any] = {"slack_client_id": "1.2", "slack_client_secret": "client-secret"}
        self.settings = Settings(
            database_url=f"sqlite:///{folder / 'halfterm.db'}",
            secret_key="a key for this council",
            public_url=PUBLIC,
            slack_signing_secret=SECRET,
            slack_api_url=slack.api_url,
            **(settings or many),
        )
        self.slack = slack
        self.served = Served(self.settings, lambda: MONDAY)
        self.app = self.served.app

    def close(self) -> None:
        self.app.close()

    def load(self, role: str, address: str) -> None:
        """Import the sample plan, and let somebody hold a role of it."""
        found = read_plan(SAMPLE.read_bytes(), "plan.txt", self.app.calendar.half_terms)
        office.import_plan(self.app.db, found, "tester", MONDAY, dry_run=False)
        self.give(role, address)

    def give(self, role: str, address: str) -> None:
        with self.app.db.write() as tx:
            office.set_holder(
                tx, role, address, name=None, email=None, since=None, today=MONDAY.date(), now=MONDAY, account="tester"
            )

    def install(self, team: str, query: str = "") -> httpx.Response:
        """The whole way, in a browser of its own; the page at its end."""
        browser = Browser(self)
        asked = browser.set_out(query)
        return browser.come_back(code=self.slack.code(team, redirect_uri=asked["redirect_uri"]), state=asked["state"])

    def deliver(self) -> None:
        """Send what may go at once."""
        self.app.deliver(lambda: MONDAY, patience=0)

    def command(self, team: str, text: str, user: str = "U1", trigger: str = "1.1") -> str:
        """What somebody's slash command is answered with at once."""
        word, _, words = text.partition(" ")
        who = {"team_id": team, "user_id": user, "channel_id": "D1", "trigger_id": trigger}
        answer = self.post(urlencode({"command": f"/{word}", "text": words} | who), "application/x-www-form-urlencoded")
        return str(answer.json()["text"]) if answer.content else ""

    def event(self, body: dict[str, Any]) -> None:
        self.post(json.dumps(body), "application/json")

    def post(self, body: str, kind: str) -> httpx.Response:
        """A request as Slack signs it, now. It is always answered with 200."""
        at = str(int(time.time()))  # noqa: TID251 - Slack signs with the real time
        signed = hmac.new(SECRET.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"x-slack-request-timestamp": at, "x-slack-signature": f"v0={signed}", "content-type": kind}
        answer = Browser(self).call("POST", "/slack/events", content=body.encode(), headers=headers)
        assert answer.status_code == 200
        return answer


class Browser:
    """Somebody's browser, which keeps cookies."""

    def __init__(self, halfterm: Halfterm) -> None:
        self._asgi = halfterm.served.asgi
        self.cookies = httpx.Cookies()

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self._asgi)
            async with httpx.AsyncClient(transport=transport, base_url=PUBLIC, cookies=self.cookies) as client:
                answer = await client.request(method, path, **options)
                self.cookies = client.cookies
                return answer

        return asyncio.run(call())

    def set_out(self, query: str = "") -> dict[str, str]:
        """Begin an installation; what Slack's page is asked."""
        answer = self.call("GET", f"/slack/install{query}")
        assert answer.status_code == 302
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def come_back(self, **query: str) -> httpx.Response:
        return self.call("GET", "/slack/oauth_redirect", params=query)
