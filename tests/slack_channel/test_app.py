"""What people do in Slack, as the Requests it becomes; over the real routes, signed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx import ASGITransport, AsyncClient, Response
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import App
from starlette.applications import Starlette

from bot.slack.app import APOLOGY, slack_app
from bot.slack.inbound import routes
from bot.slack.read import plain_words
from programme.messages import Field, Form, Heading, Message, Reply, Request, Where
from tests.slack_rules import find_fault

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # from Slack's own example
NOW = datetime(2022, 9, 5, 9, 0, tzinfo=UTC)

Json = dict[str, Any]


class Desk:
    """Stands where `handle` will: keeps what was asked, and answers with `reply` what was not seen before."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.noted: list[Request] = []
        self.reply: Reply | Exception = Message("P2.3c is at risk.")

    def say(self, request: Request) -> Reply | None:
        again = request.seen_id is not None and request.seen_id in [seen.seen_id for seen in self.asked]
        self.asked.append(request)
        if isinstance(self.reply, Exception):
            raise self.reply
        return None if again else self.reply

    def note(self, request: Request) -> None:
        self.noted.append(request)
        if isinstance(self.reply, Exception):
            raise self.reply


class Slack:
    """Slack's side of `/slack/events`."""

    def __init__(self, app: App, secret: str = SECRET) -> None:
        self.served = Starlette(routes=routes(app, secret, lambda: NOW))

    def call(self, method: str, content: bytes = b"", headers: Mapping[str, str] | None = None) -> Response:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]

        async def call() -> Response:
            async with AsyncClient(transport=ASGITransport(self.served), base_url="http://us") as client:
                return await client.request(method, "/slack/events", content=content, headers=raw)

        return asyncio.run(call())

    def send(self, body: str | bytes, kind: str = "application/json", at: datetime = NOW, **headers: str) -> Response:
        raw = body.encode() if isinstance(body, str) else body
        timestamp = str(int(at.timestamp()))
        signature = hmac.new(SECRET.encode(), f"v0:{timestamp}:".encode() + raw, hashlib.sha256).hexdigest()
        signed = {"x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={signature}", "content-type": kind}
        return self.call("POST", raw, signed | headers)

    def form(self, **fields: str) -> Response:
        return self.send(urlencode(fields), "application/x-www-form-urlencoded")

    def command(self, command: str, text: str, **fields: str) -> Response:
        who = {"team_id": "T1", "user_id": "U1", "channel_id": "C1", "trigger_id": "13345.1"}
        return self.form(command=command, text=text, **who | fields)

    def event(self, event_id: str = "Ev1", **event: Any) -> Response:
        return self.send(json.dumps(event_callback(event_id, **event)))

    def tap(self, **body: Any) -> Response:
        return self.form(payload=json.dumps(block_actions(**body)))


def event_callback(event_id: str = "Ev1", **event: Any) -> Json:
    event = {"user": "U1", "ts": "1662366000.1", "team": "T1"} | event
    us = [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}]
    return {"type": "event_callback", "team_id": "T1", "event_id": event_id, "event": event, "authorizations": us}


def block_actions(**body: Any) -> Json:
    return {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1", "team_id": "T1"},
        "channel": {"id": "D1"},
        "trigger_id": "13345.2",
        "container": {"type": "message", "message_ts": "1662366000.1"},
        "message": {"ts": "1662366000.1"},
        "actions": [{"type": "button", "block_id": "b", "action_id": "say:0", "value": "rag P2.3c on-track"}],
    } | body


DIRECT = {"type": "message", "channel": "D1", "channel_type": "im", "text": "rag P2.3c at-risk"}
MENTION = {"type": "app_mention", "channel": "C1", "text": "<@UBOT> rag P2.3c at-risk"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def slack(desk: Desk) -> Slack:
    return Slack(slack_app(desk.say, desk.note))


def test_a_slash_command_is_answered_in_the_response(slack: Slack, desk: Desk) -> None:
    answer = slack.command("/rag", "P2.3c at-risk")
    assert desk.asked == [
        Request("slack:T1:U1", "/rag P2.3c at-risk", Where("slack", "C1", "", "T1"), seen_id="trigger:13345.1")
    ]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json;charset=utf-8")
    assert answer.json() == {
        "response_type": "ephemeral",
        "text": "P2.3c is at risk.",
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "P2.3c is at risk.", "emoji": False}}],
    }


def test_a_form_is_answered_with_what_to_type(slack: Slack, desk: Desk) -> None:
    desk.reply = Form("Rate", "rag", (Field("why", "Why"),), "Type: rag P2.3c …")
    assert slack.command("/halfterm", "rag").json()["text"] == "Type: rag P2.3c …"
    assert desk.asked[0].text == "/halfterm rag"


def test_a_command_sent_again_is_not_answered_again(slack: Slack, desk: Desk) -> None:
    first, second = slack.command("/rag", "P2.3c at-risk"), slack.command("/rag", "P2.3c at-risk")
    assert first.json()["text"] == "P2.3c is at risk."
    assert (second.status_code, second.text) == (200, "")
    assert desk.asked[0].seen_id == desk.asked[1].seen_id == "trigger:13345.1"


def test_a_command_without_a_trigger_cannot_be_known_again(slack: Slack, desk: Desk) -> None:
    slack.command("/rag", "P2.3c", trigger_id="")
    assert desk.asked[0].seen_id is None


def test_five_thousand_characters_arrive_and_are_answered(slack: Slack, desk: Desk) -> None:
    desk.reply = Message("y" * 50_000)
    answer = slack.command("/progress", "P2.3c " + "é&<" * 1700)
    assert desk.asked[0].text == "/progress P2.3c " + "é&<" * 1700
    assert find_fault(answer.json()) is None


def test_an_answer_over_slacks_limits_is_cut_and_says_so(slack: Slack, desk: Desk) -> None:
    desk.reply = Message("all", tuple(Heading(f"h{n}") for n in range(80)))
    answer = slack.command("/list", "").json()
    assert find_fault(answer) is None
    assert "direct message" in answer["blocks"][-1]["elements"][0]["text"]


def test_a_command_may_speak_of_a_payload(slack: Slack, desk: Desk) -> None:
    slack.command("/progress", "P2.3c the payload=1 was agreed")
    assert desk.asked[0].text == "/progress P2.3c the payload=1 was agreed"


def test_a_command_that_breaks_is_answered_plainly_and_logged_without_its_words(
    slack: Slack, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.reply = ValueError("secret words")
    answer = slack.command("/progress", "P2.3c secret words")
    assert answer.json() == {"text": APOLOGY, "response_type": "ephemeral"}
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_a_direct_message_is_noted(slack: Slack, desk: Desk) -> None:
    answer = slack.event(**DIRECT)
    assert (answer.status_code, answer.text) == (200, "")
    assert desk.noted == [
        Request("slack:T1:U1", "rag P2.3c at-risk", Where("slack", "D1", "", "T1"), seen_id="event:Ev1")
    ]


def test_a_reply_to_a_reminder_keeps_its_thread(slack: Slack, desk: Desk) -> None:
    slack.event(**DIRECT | {"thread_ts": "1662300000.7"})
    assert desk.noted[0].where == Where("slack", "D1", "1662300000.7", "T1")


def test_a_mention_is_answered_in_direct_messages_and_not_read_as_a_word(slack: Slack, desk: Desk) -> None:
    slack.event(**MENTION)
    slack.event(**MENTION | {"text": "please <@UBOT> ask P2.3c <@U2>", "thread_ts": "1662300000.7"})
    assert [(request.text, request.where) for request in desk.noted] == [
        ("rag P2.3c at-risk", Where("slack", workspace="T1")),
        ("please   ask P2.3c <@U2>", Where("slack", workspace="T1")),
    ]


def test_a_mention_is_heard_once(slack: Slack, desk: Desk) -> None:
    slack.event("Ev1", **MENTION)
    slack.event("Ev2", **MENTION | {"type": "message", "channel_type": "channel"})
    assert [request.seen_id for request in desk.noted] == ["event:Ev1"]


@pytest.mark.parametrize(
    "change",
    [
        {"bot_id": "BBOT"},
        {"subtype": "bot_message"},
        {"subtype": "message_changed", "message": {"user": "U1", "text": "rag"}},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"user": None},
    ],
)
def test_what_no_person_says_now_is_not_heard(slack: Slack, desk: Desk, change: Json) -> None:
    assert slack.event(**DIRECT | change).status_code == 200
    assert slack.event(**MENTION | change).status_code == 200
    assert desk.noted == []


def test_slacks_own_retry_is_known_by_its_event(slack: Slack, desk: Desk) -> None:
    body = json.dumps(event_callback(**DIRECT))
    slack.send(body)
    slack.send(
        body, at=NOW - timedelta(minutes=4), **{"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"}
    )
    assert [request.seen_id for request in desk.noted] == ["event:Ev1", "event:Ev1"]


def test_an_event_that_broke_is_sent_again_by_slack(slack: Slack, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk.reply = ValueError("secret words")
    assert slack.event(**DIRECT).status_code == 500
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_a_tap_says_its_command_in_the_messages_thread(slack: Slack, desk: Desk) -> None:
    answer = slack.tap()
    assert (answer.status_code, answer.text) == (200, "")
    slack.tap(message={"ts": "1662366000.9", "thread_ts": "1662300000.7"})
    where = Where("slack", "D1", "1662366000.1", "T1")
    assert desk.noted[0] == Request("slack:T1:U1", "rag P2.3c on-track", where, seen_id="action:13345.2")
    assert desk.noted[1].where.thread == "1662300000.7"


def test_a_tap_on_what_one_person_was_shown_is_answered_to_them_alone(slack: Slack, desk: Desk) -> None:
    slack.tap(channel={"id": "C1"}, container={"type": "message", "is_ephemeral": True}, message=None)
    assert desk.noted[0].where == Where("slack", "", "", "T1")


@pytest.mark.parametrize(
    "body",
    [
        block_actions(actions=[{"type": "button", "block_id": "b", "action_id": "other", "value": "x"}]),
        {
            "type": "view_submission",
            "team": {"id": "T1"},
            "user": {"id": "U1"},
            "view": {"type": "modal", "callback_id": "v"},
        },
        {"type": "shortcut", "team": {"id": "T1"}, "user": {"id": "U1"}, "callback_id": "s"},
        event_callback(type="reaction_added", reaction="eyes"),
        event_callback(type="tokens_revoked", tokens={"bot": ["UBOT"]}),
        {"type": "of tomorrow"},
        {},
    ],
)
def test_what_is_none_of_our_business_is_taken_in_silence(
    slack: Slack, desk: Desk, caplog: pytest.LogCaptureFixture, body: Json
) -> None:
    answer = slack.send(json.dumps(body))
    assert (answer.status_code, answer.text) == (200, "")
    assert (desk.asked, desk.noted, caplog.text) == ([], [], "")


def test_slack_may_check_that_we_are_here(slack: Slack) -> None:
    answer = slack.send(json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"}))
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1aB"})


@pytest.mark.parametrize(
    "headers",
    [
        {"x-slack-signature": ""},
        {"x-slack-signature": "v0=" + "0" * 64},
        {"x-slack-signature": "v0=é"},
        {"x-slack-request-timestamp": ""},
        {"x-slack-request-timestamp": "soon"},
        {"x-slack-request-timestamp": "1662368400.5"},
        {"x-slack-request-timestamp": "²"},
        {"x-slack-request-timestamp": "9" * 4000},
    ],
)
def test_what_slack_did_not_sign_is_refused_and_not_logged(
    slack: Slack, desk: Desk, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    caplog.set_level(logging.DEBUG, "halfterm")
    assert slack.send('{"secret": 1}', "application/json", NOW, **headers).status_code == 401
    assert (desk.noted, caplog.messages) == ([], [])


def test_a_request_without_any_signature_is_refused(slack: Slack) -> None:
    assert slack.call("POST", b"{}").status_code == 401


@pytest.mark.parametrize(("minutes", "status"), [(-5.1, 401), (-4.9, 200), (4.9, 200), (5.1, 401)])
def test_a_signature_is_good_for_five_minutes_either_way(slack: Slack, minutes: float, status: int) -> None:
    assert slack.send(json.dumps(event_callback(**DIRECT)), at=NOW + timedelta(minutes=minutes)).status_code == status


def test_without_a_secret_nothing_is_signed(desk: Desk) -> None:
    signature = hmac.new(b"", f"v0:{int(NOW.timestamp())}:{{}}".encode(), hashlib.sha256).hexdigest()
    headers = {"x-slack-request-timestamp": str(int(NOW.timestamp())), "x-slack-signature": f"v0={signature}"}
    assert Slack(slack_app(desk.say, desk.note), secret="").call("POST", b"{}", headers).status_code == 401


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b'"x"', b"\xff\xfe", b"payload={", b"payload=[]", b"{" * 100_000, b'{"a":' * 50_000]
)
def test_a_body_that_cannot_be_read_changes_nothing_in_silence(
    slack: Slack, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    kind = "application/x-www-form-urlencoded" if body.startswith(b"payload") else "application/json"
    assert slack.send(body, kind).status_code == 200
    assert caplog.text == ""


@pytest.mark.parametrize("body", [{"event": "x"}, {"type": "event_callback", "event": 5}, {"authorizations": [1]}])
def test_a_body_of_a_wrong_shape_changes_nothing_and_its_words_are_not_logged(
    slack: Slack, caplog: pytest.LogCaptureFixture, body: Json
) -> None:
    assert slack.send(json.dumps(body | {"words": "secret"})).status_code == 200
    assert "secret" not in caplog.text
    assert "Traceback" not in caplog.text


def test_a_body_over_a_megabyte_is_refused(slack: Slack) -> None:
    assert slack.send(b" " * 1_000_001).status_code == 413


def test_only_posts_are_taken(slack: Slack) -> None:
    assert slack.call("GET").status_code == 405


def test_a_lone_surrogate_and_a_nul_do_not_come_in(slack: Slack, desk: Desk) -> None:
    slack.event(**DIRECT | {"text": "note \ud800\0!"})
    assert desk.noted[0].text == "note ?!"


def test_tokens_in_the_environment_change_nothing(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    for name in ("BOT_TOKEN", "CLIENT_ID", "CLIENT_SECRET", "SIGNING_SECRET"):
        monkeypatch.setenv(f"SLACK_{name}", "from-the-environment")
    assert Slack(slack_app(desk.say, desk.note)).command("/rag", "P2.3c").json()["text"] == "P2.3c is at risk."


@pytest.mark.parametrize(
    ("marked", "typed"),
    [
        ("see <https://x.org/a?b=1&amp;c=2|click> now", "see https://x.org/a?b=1&c=2 now"),
        ("<http://example.org|example.org>", "example.org"),
        ("<https://x.org>", "https://x.org"),
        ("<https://x.org/a.pdf|a.pdf>", "https://x.org/a.pdf"),
        ("<mailto:a@b.org|a@b.org>", "a@b.org"),
        ("in <#C1|general>, ask <@U1>", "in #general, ask <@U1>"),
        ("R&amp;D &lt; 5 &gt; 4 &amp;lt;", "R&D < 5 > 4 &lt;"),
    ],
)
def test_what_was_typed_is_read_back_from_slacks_markup(marked: str, typed: str) -> None:
    assert plain_words(marked) == typed


@given(st.text())
def test_plain_words_survive_slacks_escaping(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain_words(escaped) == text
