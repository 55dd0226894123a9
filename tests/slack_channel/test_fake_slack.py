"""The stand-in is as strict as Slack: a message it takes, Slack would take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack import FakeSlack
from tests.slack_rules import find_fault

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": plain(text)} | more


def button(label: str = "x", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": "a", "value": "v"} | more


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


SELECT = {"type": "static_select", "action_id": "s", "placeholder": plain("x")}


@pytest.mark.parametrize(
    "blocks",
    [
        [section()] * 51,
        [section("x" * 3001)],
        [section("")],
        [{"type": "section"}],
        [{"type": "section", "fields": [plain("x")] * 11}],
        [{"type": "section", "fields": [plain("x" * 2001)]}],
        [{"type": "header", "text": plain("x" * 151)}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [actions(button("x" * 76))],
        [actions(button(value="x" * 2001))],
        [actions(button(style="loud"))],
        [actions(*(button(action_id=f"a{n}") for n in range(26)))],
        [actions(button()), actions(button())],
        [section(block_id="b"), section(block_id="b")],
        [actions(SELECT | {"options": [{"text": plain("x")}]})],
        [{"type": "context", "elements": []}],
        [{"type": "of_tomorrow"}],
        ["x"],
    ],
)
def test_wrong_blocks_are_refused(blocks: list[Any]) -> None:
    fault = find_fault({"text": "x", "blocks": blocks})
    assert fault is not None
    assert fault[0] == "invalid_blocks"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"blocks": [section()]}, "no_text"),
        ({"text": " "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [section("x" * 3000)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "metadata": {"event_type": "halfterm"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "half term", "event_payload": {}}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "a", "event_payload": {"a": {}}}}, "invalid_metadata_format"),
    ],
)
def test_a_wrong_message_is_refused(message: Json, code: str) -> None:
    fault = find_fault(message)
    assert fault is not None
    assert fault[0] == code


def test_a_right_message_is_taken() -> None:
    select = SELECT | {"options": [{"text": plain("x"), "value": "v"}]}
    blocks = [{"type": "header", "text": plain("x" * 150)}, section("x" * 3000), actions(button(), select)]
    metadata = {"event_type": "halfterm", "event_payload": {"id": "ob-1"}}
    assert find_fault({"text": "x", "blocks": blocks, "metadata": metadata}) is None


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


def test_only_conversations_that_were_opened_exist(slack: FakeSlack) -> None:
    web = WebClient(slack.token, base_url=slack.api_url)
    with pytest.raises(SlackApiError, match="channel_not_found"):
        web.chat_postMessage(channel="DU1", text="x")
    assert web.conversations_open(users="U1")["channel"]["id"] == "DU1"
    ts = web.chat_postMessage(channel="DU1", text="x")["ts"]
    web.chat_update(channel="DU1", ts=ts, text="y")
    assert [post.text for post in slack.posts] == ["y"]


def test_it_knows_who_is_who(slack: FakeSlack) -> None:
    slack.users["U2"] = False
    web = WebClient(slack.token, base_url=slack.api_url)
    assert web.auth_test()["team_id"] == "T1"
    assert web.users_info(user="U2")["user"]["deleted"] is True
    with pytest.raises(SlackApiError, match="user_not_found"):
        web.users_info(user="U9")


def test_metadata_is_shown_only_to_who_asks(slack: FakeSlack) -> None:
    web = WebClient(slack.token, base_url=slack.api_url)
    metadata = {"event_type": "halfterm", "event_payload": {"id": "ob-1"}}
    ts = web.chat_postMessage(channel="C1", text="x", metadata=metadata)["ts"]
    web.chat_postMessage(channel="C1", text="reply", thread_ts=ts)
    assert [m["text"] for m in web.conversations_history(channel="C1")["messages"]] == ["x"]
    assert "metadata" not in web.conversations_history(channel="C1")["messages"][0]
    found = web.conversations_replies(channel="C1", ts=ts, include_all_metadata=True)["messages"]
    assert [m.get("metadata") for m in found] == [metadata, None]
