"""`halfterm serve` as a process of its own: its pages, Slack by signed HTTP, its logs and its end."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.cli.run import run, start, well
from tests.slack import FakeSlack

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class Serving:
    """A running `halfterm serve` on a port of its own."""

    def __init__(self, folder: Path, *words: str, **environ: str) -> None:
        self.process = start("serve", "--port", "0", *words, folder=folder, **environ)
        self.log: list[str] = []
        self._port: int | None = None
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._listening.wait(30), self.log

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.rstrip())
            if found := re.search(r"is listening on \S+ port (\d+)", line):
                self._port = int(found[1])
                self._listening.set()
        self._listening.set()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self._port}{path}", timeout=10)

    def post(self, body: bytes, **headers: str) -> httpx.Response:
        return httpx.post(f"http://127.0.0.1:{self._port}/slack/events", content=body, headers=headers, timeout=10)

    def slack(self, body: str, kind: str, secret: str = SECRET) -> httpx.Response:
        """A request as Slack signs it, now."""
        at = str(int(time.time()))  # noqa: TID251 - Slack signs with the real time
        signed = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"x-slack-request-timestamp": at, "x-slack-signature": f"v0={signed}", "content-type": kind}
        return self.post(body.encode(), **headers)

    def command(self, command: str, text: str, trigger: str = "1.1") -> httpx.Response:
        who = {"team_id": "T1", "user_id": "U1", "channel_id": "C1", "trigger_id": trigger}
        body = urlencode({"command": command, "text": text} | who)
        return self.slack(body, "application/x-www-form-urlencoded")

    def direct(self, text: str, event_id: str = "Ev1", secret: str = SECRET) -> httpx.Response:
        event = {"type": "message", "channel_type": "im", "channel": "DU1", "user": "U1", "text": text, "ts": "1.1"}
        body = {"type": "event_callback", "team_id": "T1", "event_id": event_id, "event": event}
        return self.slack(json.dumps(body), "application/json", secret)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit code, which must come within five seconds."""
        self.process.send_signal(how)
        try:
            return self.process.wait(timeout=5)
        finally:
            self.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(timeout=5)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture
def serving(folder: Path) -> Iterator[Callable[..., Serving]]:
    """Starts `serve`; what is still running at the end of the test is ended."""
    begun: list[Serving] = []

    def begin(*words: str, **environ: str) -> Serving:
        begun.append(Serving(folder, *words, **environ))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


def eventually(look: Callable[[], Any], seconds: float = 5) -> Any:
    """What `look` finds once it finds something."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, "it did not happen in time"
        threading.Event().wait(0.02)
    return found


def test_it_is_live_and_ready_and_shows_nothing_to_who_has_not_signed_in(serving: Callable[..., Serving]) -> None:
    one = serving()
    health = one.get("/healthz")
    assert (health.status_code, health.text) == (200, "ok\n")
    ready = one.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "database": "ok", "schema_current": True, "oldest_due_seconds": 0.0}
    for path in ("/", "/as/office", "/board", "/slack/events", "/docs", "/openapi.json", "/static/halfterm.css"):
        assert one.get(path).status_code == 404
    assert "halfterm" not in one.get("/").text.lower()
    assert "server" not in one.get("/").headers


def test_its_figures_are_for_this_machine_alone(serving: Callable[..., Serving], planned: Path) -> None:
    well("people", "set", "SENDPO", "slack:T1:U1")
    well("tick", now="2022-09-05T09:00")
    one = serving()
    found = one.get("/metrics")
    assert found.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'halfterm_outbox_rows{state="sent"} ' in found.text
    assert "halfterm_oldest_due_seconds 0.0" in found.text  # what waits for a channel that is not set up is not late
    forwarded = httpx.get(str(found.url), headers={"X-Forwarded-For": "203.0.113.9"})  # by a proxy of this machine
    assert forwarded.status_code == 404


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_a_good_end_within_five_seconds(
    serving: Callable[..., Serving], folder: Path, how: signal.Signals
) -> None:
    one = serving()
    with httpx.Client() as idle:  # a connection that is kept open holds nothing up
        idle.get(str(one.get("/healthz").url))
        assert one.stop(how) == 0
    assert not [line for line in one.log if "Traceback" in line or "Error" in line]
    assert not list(folder.glob("*.db-wal"))  # the database was closed properly


def test_a_port_that_is_taken_is_one_sentence(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = run("serve", "--port", str(port), folder=folder)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"Port {port} is taken: stop what uses it, or choose another with --port {port + 1}.\n"


def test_wrong_settings_are_all_listed_at_the_start(folder: Path) -> None:
    ran = run("serve", folder=folder, PORT="many", SLACK_BOT_TOKEN="hunter2", PUBLIC_URL="hunter2")
    assert (ran.code, ran.out) == (1, "")
    assert [line.split()[0] for line in ran.err.splitlines()] == ["PUBLIC_URL", "PORT", "SLACK_BOT_TOKEN", "Slack"]
    assert "hunter2" not in ran.err


def test_it_writes_as_at_the_instant_it_was_given(serving: Callable[..., Serving], planned: Path) -> None:
    one = serving("--now", "2022-09-05T09:00")
    assert one.process.stdout is not None
    eventually(lambda: any("--- to console:bia" in line for line in one.log), 15)
    assert one.stop() == 0
    assert "sent 5 September 2022 09:0" in well("say", "--as", "BIA", "why P2.3c")


# Slack, by signed HTTP


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def bot(serving: Callable[..., Serving], planned: Path, slack: FakeSlack) -> Serving:
    """Serving Slack; U1 is called Bea and has an action."""
    well("people", "set", "BIA", "slack:T1:U1", "--name", "Bea of Slack")
    return serving(SLACK_BOT_TOKEN=slack.token, SLACK_SIGNING_SECRET=SECRET, SLACK_API_URL=slack.api_url)


def test_a_token_that_slack_refuses_stops_it_with_one_sentence(planned: Path, slack: FakeSlack) -> None:
    wrong = {"SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.api_url}
    ran = run("serve", "--port", "0", folder=planned, **wrong)
    assert ran.code == 1
    assert ran.err.strip().splitlines()[-1] == (
        "Slack answered invalid_auth: copy SLACK_BOT_TOKEN again from Slack, OAuth & Permissions, and start again."
    )
    assert "xoxb-wrong" not in ran.out + ran.err


def test_a_slack_that_cannot_be_reached_does_not_stop_it(serving: Callable[..., Serving], planned: Path) -> None:
    away = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": "http://127.0.0.1:9/api/"}
    assert serving(**away).get("/healthz").status_code == 200


def test_a_slash_command_is_answered_in_the_response(bot: Serving) -> None:
    answer = bot.command("/rag", "P2.3c at-risk the supplier has not signed")
    assert answer.status_code == 200
    assert answer.json()["text"].startswith("P2.3c is now ")
    assert answer.json()["response_type"] == "ephemeral"
    again = bot.command("/rag", "P2.3c at-risk the supplier has not signed")
    assert (again.status_code, again.text) == (200, "")
    assert well("say", "--as", "office", "history P2.3c").count("the supplier has not signed") == 1


def test_a_direct_message_is_answered_within_a_second_or_two(bot: Serving, slack: FakeSlack) -> None:
    answer = bot.direct("progress P2.3c twelve schools have it")
    assert (answer.status_code, answer.text) == (200, "")
    posted = eventually(lambda: slack.posts, seconds=2)[0]
    assert posted.channel == "DU1"
    assert "Progress on P2.3c is noted" in posted.text
    assert posted.id


def test_slacks_retry_does_nothing_and_says_nothing_twice(bot: Serving, slack: FakeSlack) -> None:
    for _ in range(3):
        assert bot.direct("progress P2.3c twelve schools have it").status_code == 200
    assert bot.direct("progress P2.3c and a thirteenth", event_id="Ev2").status_code == 200
    eventually(lambda: len(slack.posts) >= 2)
    told = well("say", "--as", "office", "history P2.3c")
    assert (told.count("twelve schools have it"), told.count("and a thirteenth")) == (1, 1)
    bot.stop()
    assert len(slack.posts) == 2


@pytest.mark.parametrize("secret", ["", "another secret altogether"])
def test_what_slack_did_not_sign_is_refused(bot: Serving, slack: FakeSlack, secret: str) -> None:
    assert bot.direct("progress P2.3c never said", secret=secret).status_code == 401
    assert bot.post(b"{}").status_code == 401
    old = {"x-slack-request-timestamp": "1662368400", "x-slack-signature": "v0=" + "0" * 64}
    assert bot.post(b"{}", **old).status_code == 401
    assert bot.post(b"{}", **old | {"x-slack-request-timestamp": "soon"}).status_code == 401
    bot.stop()
    assert slack.posts == []
    assert "never said" not in well("say", "--as", "office", "history P2.3c")


def test_the_log_holds_nobodys_words_and_nobodys_name(bot: Serving, slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", how="500", times=2)
    bot.command("/progress", "P2.3c secret words one", trigger="1.2")
    bot.command("/nonsense", "secret words two", trigger="1.3")
    bot.direct("progress P2.3c secret words three", event_id="Ev3")
    bot.direct("secret words four", event_id="Ev4")
    bot.direct("secret words five", event_id="Ev5", secret="wrong")
    bot.slack('{"type": "event_callback", "event": "secret words six"}', "application/json")
    eventually(lambda: len(slack.asked("chat.postMessage")) >= 2)
    bot.stop()
    log = "\n".join(bot.log)
    assert log
    assert not re.search(r"secret|Bea|U1\b|xoxb|8f742231", log), log
    assert "Traceback" not in log


def test_it_answers_on_while_slack_cannot_be_reached(bot: Serving, slack: FakeSlack) -> None:
    slack.stop()
    bot.direct("progress P2.3c twelve schools have it")
    assert bot.command("/history", "P2.3c", trigger="1.4").json()["text"].count("twelve schools") == 1
    assert bot.get("/healthz").status_code == 200
    assert bot.stop() == 0


def state_of_reply(database: Path) -> str:
    """Where the only reply in the outbox of a running bot stands."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (state,) = connection.execute("SELECT state FROM outbox WHERE kind = 'reply'").fetchone()
    return str(state)


def test_what_was_left_unsaid_is_said_after_a_restart(
    serving: Callable[..., Serving], planned: Path, slack: FakeSlack
) -> None:
    well("people", "set", "BIA", "slack:T1:U1")
    settings = {"SLACK_BOT_TOKEN": slack.token, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.api_url}
    slack.fail("chat.postMessage", how="429", retry_after=3, times=100)
    first = serving(**settings)
    first.direct("progress P2.3c twelve schools have it")
    eventually(lambda: slack.asked("chat.postMessage") and state_of_reply(planned / "halfterm.db") == "due")
    first.process.kill()
    first.close()
    slack._failures.clear()
    second = serving(**settings)
    posted = eventually(lambda: slack.posts, seconds=20)
    assert "Progress on P2.3c is noted" in posted[0].text
    assert second.stop() == 0
    assert len(slack.posts) == 1


def test_stopping_does_not_wait_for_slacks_limits(bot: Serving, slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", how="429", retry_after=15, times=100)
    bot.direct("progress P2.3c twelve schools have it")
    eventually(lambda: slack.asked("chat.postMessage"))
    assert bot.stop() == 0
