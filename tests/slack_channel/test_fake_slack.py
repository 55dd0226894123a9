"""The stand-in is as strict as Slack: a message it takes, Slack would take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack import METHODS, TIERS, FakeSlack
from tests.slack_rules import find_fault, find_mass_mention

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def section(text: str = "x", **more: Any) -> Json:
    return {"type": "section", "text": plain(text)} | more


def button(label: str = "x", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": "a", "value": "v"} | more


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def option(text: str = "x", **more: Any) -> Json:
    return {"text": plain(text), "value": "v"} | more


SELECT: Json = {"type": "static_select", "action_id": "s", "placeholder": plain("x")}


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
        [actions(SELECT | {"options": []})],
        [actions(SELECT | {"options": [option()] * 101})],
        [actions(SELECT | {"options": [option("x" * 76)]})],
        [actions(SELECT | {"options": [option(value="x" * 151)]})],
        [actions(SELECT | {"options": [option()], "initial_option": option("y")})],
        [actions(SELECT | {"options": [option()], "placeholder": plain("x" * 151)})],
        [actions(button(confirm={"title": plain("x" * 101), "text": plain("x"), "confirm": plain("x")}))],
        [actions({"type": "datepicker", "action_id": "d", "initial_date": "5 Sep"})],
        [{"type": "image", "image_url": "https://a.org/b.png"}],
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
    select = SELECT | {"options": [option()], "initial_option": option()}
    blocks = [{"type": "header", "text": plain("x" * 150)}, section("x" * 3000), actions(button(), select)]
    metadata = {"event_type": "halfterm", "event_payload": {"id": "ob-1"}}
    assert find_fault({"text": "x", "blocks": blocks, "metadata": metadata}) is None


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(collects=False) as fake:  # much of what is sent here is wrong
        yield fake


@pytest.fixture
def web(slack: FakeSlack) -> WebClient:
    return WebClient(slack.token, base_url=slack.api_url, retry_handlers=[])


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The call within is answered with that error."""
    with pytest.raises(SlackApiError) as caught:
        yield
    assert caught.value.response["error"] == code


def test_only_conversations_that_were_opened_exist(web: WebClient, slack: FakeSlack) -> None:
    with refused("channel_not_found"):
        web.chat_postMessage(channel="DU1", text="x")
    assert web.conversations_open(users="U1")["channel"]["id"] == "DU1"
    ts = web.chat_postMessage(channel="DU1", text="x")["ts"]
    web.chat_update(channel="DU1", ts=ts, text="y")
    assert [post.text for post in slack.posts] == ["y"]


def test_only_its_own_messages_are_changed(web: WebClient, slack: FakeSlack) -> None:
    ours = web.chat_postMessage(channel="C1", text="x", blocks=[section()])["ts"]
    theirs = slack.says("U1", "mine").ts
    with refused("cant_update_message"):
        web.chat_update(channel="C1", ts=theirs, text="ours")
    with refused("message_not_found"):
        web.chat_update(channel="C1", ts="1.2", text="y")
    with refused("channel_not_found"):
        web.chat_update(channel="C9", ts=ours, text="y")
    with refused("invalid_blocks"):
        web.chat_update(channel="C1", ts=ours, text="y", blocks=[section("")])
    web.chat_update(channel="C1", ts=ours, text="y")
    assert (slack.posts[0].text, slack.posts[0].blocks, slack.posts[0].edits) == ("y", [section()], 1)
    slack.archived = {"C1"}
    with refused("is_inactive"):
        web.chat_update(channel="C1", ts=ours, text="z")


def test_metadata_is_kept_by_a_change_that_does_not_name_it(web: WebClient, slack: FakeSlack) -> None:
    metadata = {"event_type": "halfterm", "event_payload": {"id": "ob-1"}}
    ts = web.chat_postMessage(channel="C1", text="x", metadata=metadata)["ts"]
    web.chat_update(channel="C1", ts=ts, text="y")
    assert slack.posts[0].id == "ob-1"


def test_metadata_is_shown_only_to_who_asks(web: WebClient) -> None:
    metadata = {"event_type": "halfterm", "event_payload": {"id": "ob-1"}}
    ts = web.chat_postMessage(channel="C1", text="x", metadata=metadata)["ts"]
    web.chat_postMessage(channel="C1", text="reply", thread_ts=ts)
    assert [m["text"] for m in web.conversations_history(channel="C1")["messages"]] == ["x"]
    assert "metadata" not in web.conversations_history(channel="C1")["messages"][0]
    found = web.conversations_replies(channel="C1", ts=ts, include_all_metadata=True)["messages"]
    assert [m.get("metadata") for m in found] == [metadata, None]


def test_an_ephemeral_message_is_for_who_is_there(web: WebClient, slack: FakeSlack) -> None:
    slack.members["C1"] = {"U1"}
    with refused("user_not_in_channel"):
        web.chat_postEphemeral(channel="C1", user="U2", text="x")
    with refused("not_in_channel"):
        web.chat_postEphemeral(channel="C2", user="U1", text="x")
    with refused("no_text"):
        web.api_call("chat.postEphemeral", json={"channel": "C1", "user": "U1", "blocks": [section()]})
    web.chat_postEphemeral(channel="C1", user="U1", text="x")
    assert [(post.seen_by, post.text) for post in slack.ephemerals] == [("U1", "x")]
    assert slack.posts == []


def test_a_message_has_an_address(web: WebClient) -> None:
    ts = web.chat_postMessage(channel="C1", text="x")["ts"]
    answer = web.chat_getPermalink(channel="C1", message_ts=ts)
    assert answer["permalink"] == f"https://t1.slack.com/archives/C1/p{ts.replace('.', '')}"
    with refused("message_not_found"):
        web.chat_getPermalink(channel="C1", message_ts="1.2")


def test_people_of_another_organisation_are_seen_and_opened_only_as_far_as_slack_lets_it(
    web: WebClient, slack: FakeSlack
) -> None:
    slack.meet("UX", "T9", name="Partner")
    slack.meet("UY", "T9", is_stranger=True)
    known = web.users_info(user="UX")["user"]
    assert (known["team_id"], known["is_stranger"], known["name"]) == ("T9", False, "Partner")
    assert web.conversations_open(users="UX")["channel"]["id"] == "DUX"
    assert web.chat_postEphemeral(channel="C1", user="UX", text="x")["ok"]
    with refused("user_not_visible"):
        web.conversations_open(users="UY")
    with refused("user_not_in_channel"):
        web.chat_postEphemeral(channel="C1", user="UY", text="x")
    slack.not_opened.add("UX")
    with refused("user_not_visible"):
        web.conversations_open(users="UX")


def test_a_renamed_channel_keeps_its_id_and_what_was_said_in_it(web: WebClient, slack: FakeSlack) -> None:
    ts = web.chat_postMessage(channel="C1", text="x")["ts"]
    slack.rename("C1", "send-board")
    assert web.conversations_info(channel="C1")["channel"]["name"] == "send-board"
    assert web.chat_update(channel="C1", ts=ts, text="y")["ok"]


def test_it_knows_who_is_who(web: WebClient, slack: FakeSlack) -> None:
    slack.users["U2"] = False
    slack.profiles = {
        "U1": {"name": "SENDPO", "email": "sendpo@council.example"},
        "U2": {"email": "left@council.example"},
        "U3": {"is_restricted": True, "is_stranger": True, "team_id": "T9"},
    }
    assert web.auth_test()["team_id"] == "T1"
    assert web.users_info(user="U1")["user"]["profile"]["email"] == "sendpo@council.example"
    assert web.users_info(user="U2")["user"]["deleted"] is True
    stranger = web.users_info(user="U3")["user"]
    assert (stranger["is_restricted"], stranger["is_stranger"], stranger["team_id"]) == (True, True, "T9")
    with refused("user_not_found"):
        web.users_info(user="U9")
    assert web.users_lookupByEmail(email="SENDPO@council.example")["user"]["id"] == "U1"
    for nobody in ("left@council.example", "nobody@council.example"):
        with refused("users_not_found"):
            web.users_lookupByEmail(email=nobody)
    slack.scopes.remove("users:read.email")
    assert "email" not in web.users_info(user="U1")["user"]["profile"]


def test_it_knows_the_channels_it_may_see(web: WebClient, slack: FakeSlack) -> None:
    slack.channels["G2"] = False
    slack.names["C1"] = "send-board"
    shown = web.conversations_info(channel="C1")["channel"]
    assert (shown["name"], shown["is_member"], shown["is_private"]) == ("send-board", True, False)
    assert web.conversations_info(channel="C2")["channel"]["is_member"] is False
    assert web.conversations_info(channel="G1")["channel"]["is_private"] is True
    for unseen in ("G2", "C9"):
        with refused("channel_not_found"):
            web.conversations_info(channel=unseen)
    with refused("channel_not_found"):
        web.chat_postMessage(channel="G2", text="x")


@pytest.mark.parametrize(
    ("scope", "method", "fields"),
    [
        ("chat:write", "chat.postMessage", {"channel": "C1", "text": "x"}),
        ("chat:write", "chat.update", {"channel": "C1", "ts": "1.2", "text": "x"}),
        ("chat:write", "chat.postEphemeral", {"channel": "C1", "user": "U1", "text": "x"}),
        ("im:write", "conversations.open", {"users": "U1"}),
        ("channels:history", "conversations.history", {"channel": "C1"}),
        ("groups:history", "conversations.history", {"channel": "G1"}),
        ("channels:read", "conversations.info", {"channel": "C1"}),
        ("groups:read", "conversations.info", {"channel": "G1"}),
        ("users:read", "users.info", {"user": "U1"}),
        ("users:read.email", "users.lookupByEmail", {"email": "a@b.org"}),
        ("files:write", "files.getUploadURLExternal", {"filename": "a.docx", "length": 3}),
        ("files:write", "files.completeUploadExternal", {"files": []}),
        ("files:read", "files.info", {"file": "F1"}),
    ],
)
def test_a_method_needs_its_permission(web: WebClient, slack: FakeSlack, scope: str, method: str, fields: Json) -> None:
    slack.scopes.remove(scope)
    with pytest.raises(SlackApiError) as caught:
        web.api_call(method, json=fields)
    assert (caught.value.response["error"], caught.value.response["needed"]) == ("missing_scope", scope)


@pytest.mark.parametrize("method", ["chat.scheduleMessage", "files.upload", "nothing"])
def test_a_method_nobody_needs_is_not_there(web: WebClient, method: str) -> None:
    with refused("unknown_method"):
        web.api_call(method)


# Being a good guest


@pytest.mark.parametrize("call", ["<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1>"])
def test_calling_everybody_together_is_not_forgiven(call: str) -> None:
    with (
        pytest.raises(AssertionError, match="everybody would have been called"),
        FakeSlack(collects=False) as slack,
    ):
        WebClient(slack.token, base_url=slack.api_url).chat_postMessage(channel="C1", text=f"Hello {call}")


def test_where_everybody_could_be_called() -> None:
    marked = {"type": "section", "text": {"type": "mrkdwn", "text": "so <!here> it is"}}
    rich = {"type": "rich_text", "elements": [{"type": "broadcast", "range": "channel"}]}
    assert find_mass_mention({"blocks": [marked]}) is not None
    assert find_mass_mention({"type": "home", "blocks": [marked]}) is not None
    assert find_mass_mention({"text": "x", "blocks": [rich]}) is not None
    assert find_mass_mention({"text": "@channel", "link_names": True}) is not None
    assert find_mass_mention({"text": "&lt;!channel&gt;", "blocks": [section("<!channel>")]}) is None


def test_calls_are_held_to_so_many_a_minute(web: WebClient, slack: FakeSlack) -> None:
    slack.tiers = {"users.info": 2}
    web.users_info(user="U1")
    slack.seconds = 20
    web.users_info(user="U1")
    with pytest.raises(SlackApiError) as caught:
        web.users_info(user="U1")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "40")
    slack.seconds = 60
    web.users_info(user="U1")
    assert set(TIERS) <= set(METHODS)


def post_json(url: str, content: Json) -> tuple[int, str]:
    answer = httpx.post(url, json=content)
    return answer.status_code, answer.text


def test_a_response_address_is_good_five_times_within_half_an_hour(slack: FakeSlack) -> None:
    url = slack.response_url()
    assert post_json(url, {"text": " "}) == (400, "no_text")
    assert post_json(url, {"text": "x", "response_type": "loud"}) == (400, "invalid_response_type")
    assert [post_json(url, {"text": "x", "replace_original": True})[0] for _ in range(6)] == [200] * 5 + [404]
    assert len(slack.responses) == 5
    late = slack.response_url()
    slack.seconds += 30 * 60
    assert post_json(late, {"text": "x"}) == (200, "ok")
    slack.seconds += 1
    assert post_json(late, {"text": "x"}) == (404, "expired_url")
    assert post_json(f"{slack.url}/response/T1/99", {"text": "x"}) == (404, "no_response_url")


def test_the_date_it_gives_may_be_off(web: WebClient, slack: FakeSlack) -> None:
    def date() -> datetime:
        return parsedate_to_datetime(web.auth_test().headers["Date"])

    right, slack.skew = date(), timedelta(minutes=10)
    assert timedelta(minutes=9) < date() - right < timedelta(minutes=11)
