"""What people do in Slack, as the Requests it becomes; over the real routes, signed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx import ASGITransport, AsyncClient, Response
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import App
from starlette.applications import Starlette

from bot.handle import Door
from bot.slack.app import APOLOGY, Answer, Around, slack_app
from bot.slack.inbound import routes
from bot.slack.manifest import FILE_MESSAGE, UPDATE_ACTION
from bot.slack.read import plain_words, readable_words
from bot.slack.views import modal_view
from programme.messages import Field, File, Form, Heading, Message, Reply, Request, Where
from tests.slack_payloads import collect
from tests.slack_rules import find_fault

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # from Slack's own example
NOW = datetime(2022, 9, 5, 9, 0, tzinfo=UTC)

Json = dict[str, Any]


class Desk:
    """Stands where the door will: keeps what was asked, and answers with `reply` what was not seen before.

    `asked` are the requests whose answer rode in the response, `noted` the others; `opened` the modals shown, `homes`
    the Homes asked for, `heard` what Slack said of accounts and workspaces. `opens`: whether Slack shows modals.
    """

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.noted: list[Request] = []
        self.reply: Reply | Exception = Message("P2.3c is at risk.")
        self.opens = True
        self.opened: list[tuple[str, str, Json]] = []
        self.homes: list[tuple[str, int]] = []
        self.heard: list[tuple[object, ...]] = []

    def answer(self, request: Request, carries: Callable[[Reply], bool] = lambda reply: True, /) -> Reply | None:
        if isinstance(self.reply, Exception):
            self.noted.append(request)
            raise self.reply
        again = request.seen_id is not None and request.seen_id in [seen.seen_id for seen in self.asked]
        carried = carries(self.reply)
        (self.asked if carried else self.noted).append(request)
        return None if again or not carried else self.reply

    def tell(self, request: Request, reply: Reply) -> None:
        self.noted.append(request)

    def open(self, team: str, trigger: str, view: Json) -> bool:
        if self.opens:
            self.opened.append((team, trigger, view))
        return self.opens

    def app(self) -> App:
        return slack_app(
            self.answer,
            Around(
                self.tell,
                self.open,
                lambda team, view_id, view_hash, view: self.open(team, f"{view_id} {view_hash}", view),
                lambda address, page: self.homes.append((address, page)),
                lambda address, closed: self.heard.append((address, closed)),
                lambda team, at: self.heard.append((team, int(at.timestamp()))),
            ),
        )


def only(answer: Answer, door: Door) -> App:
    """The app of a door, with nothing around it: Slack shows no modals and no Homes."""

    def nothing(*_what: object) -> None:
        return None

    return slack_app(answer, Around(door.tell, lambda *_what: False, lambda *_what: False, nothing, nothing, nothing))


class Slack:
    """Slack's side of `/slack/events`."""

    def __init__(self, app: App, secret: str = SECRET) -> None:
        self.served = Starlette(routes=routes(app, secret, lambda: NOW))

    def call(self, method: str, content: bytes = b"", headers: Mapping[str, str] | None = None) -> Response:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]

        async def call() -> Response:
            async with AsyncClient(transport=ASGITransport(self.served), base_url="http://us") as client:
                return await client.request(method, "/slack/events", content=content, headers=raw)

        answer = asyncio.run(call())
        if "response_type" in answer.text:
            collect("answer", answer.json())
        return answer

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
    return Slack(desk.app())


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


FORM = Form("Rate P2.3c", "rag P2.3c", (Field("why", "Why"),), "Type: rag P2.3c …")


def test_a_form_is_opened_for_whoever_asked(slack: Slack, desk: Desk) -> None:
    desk.reply = FORM
    answer = slack.command("/halfterm", "rag")
    assert (answer.status_code, answer.text) == (200, "")
    assert desk.asked[0].text == "/halfterm rag"
    ((team, trigger, view),) = desk.opened
    assert (team, trigger, view["title"]["text"]) == ("T1", "13345.1", "Rate P2.3c")


def test_a_form_that_cannot_be_opened_is_answered_with_what_to_type(slack: Slack, desk: Desk) -> None:
    desk.reply, desk.opens = FORM, False
    assert slack.command("/rag", "P2.3c").json()["text"] == "Type: rag P2.3c …"
    slack.tap()
    assert [request.text for request in desk.noted] == ["rag P2.3c on-track"]


def test_a_command_installed_with_a_prefix_is_the_same_command(slack: Slack, desk: Desk) -> None:
    slack.command("/ht-rag", "P2.3c at-risk")
    assert desk.asked[0].text == "/rag P2.3c at-risk"


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
        Request(
            "slack:T1:U1",
            "rag P2.3c at-risk",
            Where("slack", "D1", "", "T1"),
            seen_id="event:Ev1",
            said_id="1662366000.1",
        )
    ]


def test_a_reply_to_a_reminder_keeps_its_thread(slack: Slack, desk: Desk) -> None:
    slack.event(**DIRECT | {"thread_ts": "1662300000.7"})
    assert desk.noted[0].where == Where("slack", "D1", "1662300000.7", "T1")


def test_a_mention_is_answered_in_direct_messages_and_not_read_as_a_word(slack: Slack, desk: Desk) -> None:
    slack.event(**MENTION)
    slack.event(**MENTION | {"text": "please <@UBOT> ask P2.3c <@U2>", "thread_ts": "1662300000.7"})
    assert [(request.text, request.where) for request in desk.noted] == [
        ("rag P2.3c at-risk", Where("slack", workspace="T1", heard_in="C1")),
        ("please   ask P2.3c <@U2>", Where("slack", workspace="T1", heard_in="C1", heard_thread="1662300000.7")),
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
        {"subtype": "message_changed", "message": {"user": "U1", "bot_id": "BBOT", "text": "rag"}},
        {"subtype": "message_changed", "message": {"user": "U1", "text": "x"}, "previous_message": {"text": "x"}},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"user": None},
    ],
)
def test_what_no_person_says_now_is_not_heard(slack: Slack, desk: Desk, change: Json) -> None:
    assert slack.event(**DIRECT | change).status_code == 200
    assert slack.event(**MENTION | change).status_code == 200
    assert desk.noted == []


def test_an_edited_message_is_told_as_the_edit_of_what_it_said(slack: Slack, desk: Desk) -> None:
    edited = {"user": "U1", "ts": "1662366000.1", "thread_ts": "1662300000.7", "text": "R&amp;D are in"}
    change = {"subtype": "message_changed", "message": edited, "previous_message": {"text": "R&amp;D is in"}}
    slack.event(**DIRECT | change | {"user": None, "ts": "1662366001.1"})
    (request,) = desk.noted
    assert (request.text, request.is_edit, request.said_id) == ("R&D are in", True, "1662366000.1")
    assert (request.actor, request.where) == ("slack:T1:U1", Where("slack", "D1", "1662300000.7", "T1"))


def test_a_dropped_file_comes_with_its_link(slack: Slack, desk: Desk) -> None:
    files = [
        {"id": "F1", "title": "Minutes", "permalink": "https://x.slack.com/files/F1"},
        {"id": "F2", "mode": "hidden_by_limit"},
    ]
    slack.event(**DIRECT | {"subtype": "file_share", "text": "", "files": files})
    assert desk.noted[0].files == (File("Minutes", "https://x.slack.com/files/F1"),)


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
    assert desk.noted[0].where == Where("slack", "", "", "T1", "C1")


def test_a_tap_in_a_channel_is_answered_to_the_one_who_tapped(slack: Slack, desk: Desk) -> None:
    slack.tap(channel={"id": "C1"})
    assert desk.noted[0].where == Where("slack", "", "", "T1", "C1")


def test_a_tap_that_asks_for_a_form_opens_it(slack: Slack, desk: Desk) -> None:
    desk.reply = FORM
    slack.tap()
    ((_team, trigger, view),) = desk.opened
    assert trigger == "13345.2"
    assert json.loads(view["private_metadata"]) == {
        "say": "rag P2.3c",
        "conversation": "D1",
        "thread": "1662366000.1",
    }


def submission(desk: Desk, values: Json, form: Form = FORM) -> Json:
    """What Slack sends when that form's modal is submitted."""
    view = modal_view(form, "D1", "1662366000.1") | {"id": "V1", "hash": "1.a", "state": {"values": values}}
    who = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T1"}}
    return {"type": "view_submission", "trigger_id": "13345.3", "view": view} | who


def typed(name: str, value: str | None) -> Json:
    return {f"field:{name}": {f"field:{name}": {"type": "plain_text_input", "value": value}}}


def test_a_submitted_form_says_its_command_with_the_answers(slack: Slack, desk: Desk) -> None:
    answer = slack.form(payload=json.dumps(submission(desk, typed("why", "R&D <3"))))
    assert (answer.status_code, answer.text) == (200, "")
    assert desk.noted == [
        Request(
            "slack:T1:U1",
            "rag P2.3c",
            Where("slack", "D1", "1662366000.1", "T1"),
            {"why": "R&D <3"},
            seen_id="view:V1:" + hashlib.sha256(b'{"why": "R&D <3"}').hexdigest()[:32],
        )
    ]


def test_what_is_wrong_in_a_form_is_said_at_its_field_and_nothing_typed_is_lost(slack: Slack, desk: Desk) -> None:
    form = replace(FORM, fields=(Field("when", "When"), Field("why", "Why")))
    desk.reply = Message("That is past.", done=False, field="why")
    answer = slack.form(payload=json.dumps(submission(desk, typed("why", "x"), form)))
    assert answer.json() == {"response_action": "errors", "errors": {"field:why": "That is past."}}
    desk.reply = Message("P2.3c is complete.", done=False)
    again = submission(desk, typed("why", "y"), form)
    answer = slack.form(payload=json.dumps(again))
    assert answer.json()["errors"] == {"field:when": "P2.3c is complete."}


def test_a_form_may_lead_to_the_next_one(slack: Slack, desk: Desk) -> None:
    desk.reply = replace(FORM, title="Which date?")
    answer = slack.form(payload=json.dumps(submission(desk, {}))).json()
    assert (answer["response_action"], answer["view"]["title"]["text"]) == ("update", "Which date?")


def test_the_global_shortcut_opens_the_form_to_update_an_action(slack: Slack, desk: Desk) -> None:
    desk.reply = FORM
    who = {"team": {"id": "T1", "domain": "council"}, "user": {"id": "U1", "name": "sendpo"}, "trigger_id": "13345.5"}
    answer = slack.form(payload=json.dumps({"type": "shortcut", "callback_id": UPDATE_ACTION} | who))
    assert (answer.status_code, answer.text, len(desk.opened)) == (200, "", 1)
    assert (desk.asked[0].text, desk.asked[0].where) == ("update", Where("slack", "", "", "T1"))


def test_the_message_shortcut_files_a_message_with_its_link(slack: Slack, desk: Desk) -> None:
    body = {
        "type": "message_action",
        "callback_id": FILE_MESSAGE,
        "team": {"id": "T1", "domain": "council"},
        "user": {"id": "U1"},
        "channel": {"id": "C7"},
        "message": {"ts": "1662366000.000100", "thread_ts": "1662300000.000700", "text": "all &amp; signed"},
        "trigger_id": "13345.6",
    }
    slack.form(payload=json.dumps(body))
    (request,) = desk.noted
    assert (request.text, request.where) == ("file", Where("slack", "", "", "T1", "C7"))
    assert request.fields == {
        "text": "all & signed",
        "link": "https://council.slack.com/archives/C7/p1662366000000100?thread_ts=1662300000.000700&cid=C7",
    }


def test_the_home_is_shown_when_it_is_opened_and_pages_in_place(slack: Slack, desk: Desk) -> None:
    slack.event(type="app_home_opened", tab="home", channel="D1")
    slack.event(type="app_home_opened", tab="messages", channel="D1")
    home = {"channel": None, "message": None, "container": {"type": "view"}, "view": {"id": "V9", "type": "home"}}
    button = {"type": "button", "block_id": "b", "action_id": "say:3"}
    slack.tap(**home, actions=[button | {"value": "home 2"}])
    slack.tap(**home, actions=[button | {"value": "nochange P2.3c"}], trigger_id="13345.7")
    assert desk.homes == [("slack:T1:U1", 1), ("slack:T1:U1", 2)]
    assert [(request.text, request.where.conversation) for request in desk.noted] == [("nochange P2.3c", "")]


def test_a_closed_account_and_a_removed_app_are_heard_of(slack: Slack, desk: Desk) -> None:
    slack.event(type="user_change", user={"id": "U2", "deleted": True})
    slack.event(type="tokens_revoked", tokens={"oauth": ["U1"]})
    assert desk.heard == [("slack:T1:U2", True)]
    for event in ({"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}}, {"type": "app_uninstalled"}):
        slack.send(json.dumps(event_callback(**event) | {"event_time": 1662366000}))
    assert desk.heard[1:] == [("T1", 1662366000), ("T1", 1662366000)]


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
        event_callback(type="tokens_revoked", tokens={"oauth": ["U1"]}),
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
    assert Slack(desk.app(), secret="").call("POST", b"{}", headers).status_code == 401


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


@pytest.mark.parametrize(
    "body",
    [
        block_actions(actions="x"),
        block_actions(actions=[5]),
        block_actions(team="T1", user="U1", trigger_id=5, actions=[{}]),
        {"type": "message_action", "callback_id": FILE_MESSAGE, "message": "x", "channel": None, "team": {"id": "T1"}},
        event_callback(**DIRECT | {"text": 5}),
        event_callback(**DIRECT | {"subtype": "file_share", "files": "x"}),
        event_callback(**DIRECT | {"subtype": "message_changed", "message": "x"}),
        event_callback(type="user_change", user="x"),
        event_callback(type="tokens_revoked", tokens="x"),
        event_callback(**DIRECT) | {"event": "x"},
        {
            "type": "view_submission",
            "team": {"id": "T1"},
            "user": {"id": "U1"},
            "view": {"callback_id": "form", "state": 5},
        },
    ],
)
def test_a_request_of_a_wrong_shape_is_not_asked_for_again(
    slack: Slack, desk: Desk, caplog: pytest.LogCaptureFixture, body: Json
) -> None:
    answer = slack.send(json.dumps(body | {"words": "secret"}))
    assert answer.status_code == 200
    assert desk.asked == []
    assert "secret" not in caplog.text


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
    assert Slack(desk.app()).command("/rag", "P2.3c").json()["text"] == "P2.3c is at risk."


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


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("good news <@U2>, at <https://x.org|the printers>", "good news @somebody, at the printers (https://x.org)"),
        ("ask <@U2|sam>, see <https://x.org/a.pdf|a.pdf>", "ask @sam, see https://x.org/a.pdf"),
        ("<!channel> and <!subteam^S1|@health>, R&amp;D", "@channel and health, R&D"),
        (" <https://x.org> ", "https://x.org"),
    ],
)
def test_a_message_is_filed_as_it_was_read(marked: str, read: str) -> None:
    assert readable_words(marked) == read


@given(st.text())
def test_plain_words_survive_slacks_escaping(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain_words(escaped) == text
