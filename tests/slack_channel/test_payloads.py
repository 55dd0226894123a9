"""Everything that any test made Slack receive, before judges that are not ours. Runs last: tests/conftest.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from bot.slack.blocks import render
from bot.slack.views import home_view, modal_view, told_view
from programme.messages import Button, Buttons, Facts, Field, Form, Heading, Message, Option, Text
from tests import slack_payloads
from tests.slack import FakeSlack
from tests.slack_judges import Payload, Refusals, count_by_kind, judge_by_rules, judge_by_sdk, judge_by_types

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("x"), "action_id": "a"} | more


def says(*blocks: Any) -> Payload:
    return "message", {"text": "x", "blocks": list(blocks)}


def asks(block_id: str = "b", **element: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "a"} | element
    return {"type": "input", "block_id": block_id, "label": plain("Why?"), "element": element}


def modal(*blocks: Json, **more: Any) -> Payload:
    return "view", {"type": "modal", "title": plain("x"), "submit": plain("Save"), "blocks": list(blocks)} | more


SECTION = {"type": "section", "text": plain("x")}
MESSAGE = Message(
    "P2.3c is due",
    (Heading("P2.3c"), Text("See https://a.org"), Facts((("Owner", "SENDPO"),)), Buttons((Button("Done", "done"),))),
)
FORM = Form(
    "Rate",
    "rag P2.3c",
    (
        Field("rating", "Rating", "choice", options=(Option("At risk", "at_risk"), Option("On track", "on_track"))),
        Field("why", "Why?", "text", required=False),
        Field("due", "New timescale", "date"),
    ),
    "Type: rag",
)
RIGHT: list[Payload] = [
    ("message", {"text": render(MESSAGE).text, "blocks": render(MESSAGE).blocks}),
    ("answer", {"text": "Recorded.", "response_type": "ephemeral"}),
    ("view", modal_view(FORM, "D1", "1.2")),
    ("view", told_view(Message("It is complete."))),
    ("view", home_view(MESSAGE)),
    ("submission", {"view": modal_view(FORM, "D1", ""), "answer": {}}),
    ("submission", {"view": modal(asks())[1], "answer": {"response_action": "errors", "errors": {"b": "Say why."}}}),
    ("submission", {"view": modal(asks())[1], "answer": {"response_action": "update", "view": modal(asks())[1]}}),
]

LENGTHS: list[Payload] = [
    says({"type": "section", "text": plain("x" * 3001)}),
    says({"type": "header", "text": plain("x" * 151)}),
    says({"type": "actions", "elements": [button(value="x" * 2001)]}),
    says({"type": "actions", "elements": [button(style="loud")]}),
    says({"type": "of_tomorrow"}),
    modal(SECTION, title=plain("x" * 25)),
    modal(SECTION, private_metadata="x" * 3001),
    modal(*[SECTION] * 101),
    ("view", {"type": "home", "blocks": [SECTION], "submit": plain("Save")}),
    (
        "submission",
        {"view": {}, "answer": {"response_action": "push", "view": modal(SECTION, close=plain("x" * 25))[1]}},
    ),
]
STRUCTURES: list[Payload] = [
    says({"type": "section", "text": {"type": "marked", "text": "x"}}),
    says({"type": "section", "text": "x"}),
    says({"type": "section", "txt": plain("x")}),
    says({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}),
    says({"type": "actions", "elements": [{"type": "plain_text", "text": "x"}]}),
    says({"type": "actions", "elements": [button(style="loud")]}),
    says({"type": "context", "elements": [button()]}),
    says({"type": "of_tomorrow"}),
    ("answer", {"text": "x", "response_type": "loud"}),
    ("view", {"type": "modal", "blocks": [SECTION]}),
    ("view", {"type": "home", "blocks": [SECTION], "submit": plain("Save")}),
    modal(asks() | {"label": {"type": "mrkdwn", "text": "x"}}),
    modal(asks(type="of_tomorrow")),
    modal(asks(max_length="5")),
    ("submission", {"view": {}, "answer": {"response_action": "close"}}),
    ("submission", {"view": {}, "answer": {"response_action": "errors", "errors": ["x"]}}),
]
MISSED: list[Payload] = [
    says(*[SECTION] * 51),
    says({"type": "section", "fields": [plain("x" * 2001)]}),
    says({"type": "actions", "elements": [button(), button()]}),
    says(SECTION | {"block_id": "b"}, SECTION | {"block_id": "b"}),
    ("view", {name: value for name, value in modal(asks())[1].items() if name != "submit"}),
    modal(asks(type="static_select", options=[{"text": plain("x")}])),
    says({"type": "section", "text": plain("")}),
    ("message", {"text": " ", "blocks": [SECTION]}),
    says({"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}),
]


@pytest.fixture(scope="module")
def payloads() -> list[Payload]:
    """What the run has collected, and a sample of each kind."""
    for kind, content in RIGHT:
        slack_payloads.collect(kind, content)
    return slack_payloads.collected()


def told(payloads: list[Payload], refusals: Refusals) -> list[str]:
    """The refusals, to be read; and they are counted in the last line of the run."""
    slack_payloads.judged = count_by_kind(payloads)
    slack_payloads.refused |= refusals.keys()
    return [f"{why}: {payloads[place]}" for place, why in refusals.items()]


def test_the_sdk_catches_wrong_samples() -> None:
    assert sorted(judge_by_sdk(LENGTHS)) == list(range(len(LENGTHS)))
    assert judge_by_sdk(RIGHT) == {}


def test_our_rules_catch_what_the_others_miss() -> None:
    assert sorted(judge_by_rules(MISSED)) == list(range(len(MISSED)))
    assert sorted(judge_by_rules(LENGTHS)) == list(range(len(LENGTHS)))
    assert judge_by_rules(RIGHT) == {}


@pytest.mark.node
def test_slacks_own_types_catch_wrong_samples(tmp_path: Path) -> None:
    refusals = judge_by_types([*RIGHT, *STRUCTURES], tmp_path)
    assert sorted(refusals) == list(range(len(RIGHT), len(RIGHT) + len(STRUCTURES)))


def test_the_sdk_refuses_nothing_that_slack_was_sent(payloads: list[Payload]) -> None:
    assert told(payloads, judge_by_sdk(payloads)) == []


def test_our_rules_refuse_nothing_that_slack_was_sent(payloads: list[Payload]) -> None:
    assert told(payloads, judge_by_rules(payloads)) == []


@pytest.mark.node
def test_slacks_own_types_refuse_nothing_that_slack_was_sent(payloads: list[Payload], tmp_path: Path) -> None:
    assert told(payloads, judge_by_types(payloads, tmp_path)) == []


def test_what_slack_was_sent_is_collected_once() -> None:
    words = [f"{kind} sent to be collected" for kind in ("post", "edit", "whisper", "answer", "home", "modal")]
    post, edit, whisper, answer, home, form = words
    with FakeSlack() as slack:
        web = WebClient(slack.token, base_url=slack.api_url)
        for _ in range(2):
            ts = web.chat_postMessage(channel="C1", text=post)["ts"]
            web.chat_update(channel="C1", ts=ts, text=edit)
            web.chat_postEphemeral(channel="C1", user="U1", text=whisper)
            httpx.post(slack.response_url(), json={"text": answer})
            web.views_publish(user_id="U1", view={"type": "home", "blocks": [{"type": "section", "text": plain(home)}]})
            web.views_open(trigger_id=slack.trigger(), view=modal(asks(initial_value=form))[1])
        slack.settle("U1", {"response_action": "errors", "errors": {"b": "collected from a form"}})
    found = [json.dumps(content) for kind, content in slack_payloads.collected() if kind != "submission"]
    assert [sum(one in payload for payload in found) for one in words] == [1] * len(words)
    assert "collected from a form" in str(slack_payloads.collected()[-1])
