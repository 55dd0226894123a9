"""The stand-in's modals, Home, files and tokens are as strict as Slack's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from tests.slack import FakeSlack
from tests.slack_channel.test_fake_slack import Json, actions, button, option, plain, refused, section
from tests.slack_payloads import collected, view_submission
from tests.slack_rules import find_answer_fault, find_view_fault


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(collects=False) as fake:  # much of what is sent here is wrong
        yield fake


@pytest.fixture
def web(slack: FakeSlack) -> WebClient:
    return WebClient(slack.token, base_url=slack.api_url, retry_handlers=[])


def asks(block_id: str = "why", element: Json | None = None, **more: Any) -> Json:
    element = element or {"type": "plain_text_input", "action_id": block_id}
    return {"type": "input", "block_id": block_id, "label": plain("Why?"), "element": element} | more


def modal(*blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "title": plain("Rate"), "submit": plain("Save"), "blocks": list(blocks or [asks()])}
    return view | more


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks or [section()])} | more


# Modals


@pytest.mark.parametrize(
    "view",
    [
        modal() | {"title": plain("x" * 25)},
        {name: value for name, value in modal().items() if name != "title"},
        {name: value for name, value in modal().items() if name != "submit"},
        modal(close=plain("x" * 25)),
        modal(submit={"type": "mrkdwn", "text": "Save"}),
        modal(private_metadata="x" * 3001),
        modal(callback_id="x" * 256),
        modal(hash="1.2"),
        modal() | {"blocks": []},
        modal(*[section()] * 101),
        modal(asks(), asks()),
        modal(asks(label=plain("x" * 2001))),
        modal(asks(hint=plain("x" * 2001))),
        modal(asks(label={"type": "mrkdwn", "text": "x"})),
        modal(asks(element=button())),
        modal(asks(element={"type": "plain_text_input", "max_length": 3001})),
        modal(asks(element={"type": "plain_text_input", "max_length": 5, "initial_value": "too long"})),
        modal(asks(element={"type": "plain_text_input", "placeholder": plain("x" * 151)})),
        modal(asks(element={"type": "datepicker", "initial_date": "2022-9-5"})),
        modal(asks(element={"type": "radio_buttons", "options": [option()], "initial_option": option("y")})),
        modal(asks(element={"type": "checkboxes", "options": [option(value=f"{n}") for n in range(11)]})),
        modal(*(asks(block_id, {"type": "datepicker", "focus_on_load": True}) for block_id in "ab")),
        home(),
        "modal",
    ],
)
def test_a_wrong_modal_is_refused(web: WebClient, slack: FakeSlack, view: Any) -> None:
    assert find_view_fault(view, "modal") is not None
    with refused("invalid_arguments"):
        web.views_open(trigger_id=slack.trigger(), view=view)
    assert slack.views == {}


@pytest.mark.parametrize("view", [home(title=plain("x")), home(submit=plain("x")), home() | {"blocks": []}, modal()])
def test_a_wrong_home_is_refused(web: WebClient, slack: FakeSlack, view: Json) -> None:
    with refused("invalid_arguments"):
        web.views_publish(user_id="U1", view=view)
    assert slack.homes == {}


def test_a_trigger_opens_one_modal_within_three_seconds(web: WebClient, slack: FakeSlack) -> None:
    trigger = slack.trigger("U2")
    slack.seconds += 3
    web.views_open(trigger_id=trigger, view=modal(private_metadata="kept"))
    assert slack.views["U2"]["private_metadata"] == "kept"
    with refused("exchanged_trigger_id"):
        web.views_open(trigger_id=trigger, view=modal())
    late = slack.trigger()
    slack.seconds += 3.1
    with refused("expired_trigger_id"):
        web.views_open(trigger_id=late, view=modal())
    with refused("invalid_trigger_id"):
        web.views_open(trigger_id="1.2.3", view=modal())
    assert set(slack.views) == {"U2"}


def test_a_modal_is_changed_as_it_was_last_seen(web: WebClient, slack: FakeSlack) -> None:
    view = web.views_open(trigger_id=slack.trigger(), view=modal())["view"]
    changed = web.views_update(view_id=view["id"], hash=view["hash"], view=modal(section(), asks()))["view"]
    with refused("hash_conflict"):
        web.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    with refused("not_found"):
        web.views_update(view_id="V9", view=modal())
    web.views_update(view_id=view["id"], view=modal(title=plain("Again")))
    assert (changed["id"], slack.views["U1"]["title"]["text"]) == (view["id"], "Again")


def test_three_modals_lie_on_each_other_at_most(web: WebClient, slack: FakeSlack) -> None:
    with refused("not_found"):
        web.views_push(trigger_id=slack.trigger(), view=modal())
    web.views_open(trigger_id=slack.trigger(), view=modal())
    for _ in range(2):
        web.views_push(trigger_id=slack.trigger(), view=modal(title=plain("Over it")))
    with refused("push_limit_reached"):
        web.views_push(trigger_id=slack.trigger(), view=modal())
    slack.settle("U1", "")
    slack.settle("U1", None)
    assert slack.views["U1"]["title"]["text"] == "Rate"
    slack.settle("U1", {"response_action": "clear"})
    assert slack.views == {}


def test_a_form_is_filled_in_as_slack_would_let_it_be(web: WebClient, slack: FakeSlack) -> None:
    select = {"type": "static_select", "action_id": "r", "options": [option(value="a"), option(value="b")]}
    due = {"type": "datepicker", "action_id": "d", "initial_date": "2022-09-05"}
    note = {"type": "plain_text_input", "action_id": "n", "max_length": 5}
    form = modal(asks("rating", select), asks("due", due), asks("note", note, optional=True))
    web.views_open(trigger_id=slack.trigger(), view=form)
    body = view_submission(slack.views["U1"], {"rating": "b"})
    values = body["view"]["state"]["values"]
    assert values["rating"]["r"]["selected_option"] == option(value="b")
    assert values["due"]["d"]["selected_date"] == "2022-09-05"
    assert values["note"]["n"] == {"type": "plain_text_input", "value": None}
    for wrong in ({}, {"rating": "c"}, {"rating": "a", "note": "too long"}, {"rating": "a", "due": None}, {"x": "y"}):
        with pytest.raises(ValueError, match=r"must be filled in|not among|characters|no such"):
            view_submission(slack.views["U1"], wrong)


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"what": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"why": ""}},
        {"response_action": "update", "view": home()},
        {"response_action": "clear", "view": modal()},
        {"response_action": "close"},
        {"text": "Saved"},
    ],
)
def test_a_wrong_answer_to_a_form_is_refused(answer: Json) -> None:
    assert find_answer_fault(answer, modal()) is not None


def test_a_form_says_what_to_mend(web: WebClient, slack: FakeSlack) -> None:
    before = len(collected())
    web.views_open(trigger_id=slack.trigger(), view=modal())
    slack.settle("U1", {"response_action": "errors", "errors": {"why": "Say why."}})
    slack.settle("U1", {"response_action": "update", "view": modal(title=plain("Again"))})
    assert slack.views["U1"]["title"]["text"] == "Again"
    assert len(collected()) == before


def test_a_home_is_published_to_who_is_there(web: WebClient, slack: FakeSlack) -> None:
    view = web.views_publish(user_id="U1", view=home())["view"]
    assert slack.homes["U1"]["hash"] == view["hash"]
    web.views_publish(user_id="U1", view=home(section("y")), hash=view["hash"])
    with refused("hash_conflict"):
        web.views_publish(user_id="U1", view=home(), hash=view["hash"])
    with refused("invalid_arguments"):
        web.views_publish(user_id="U9", view=home())
    slack.home_enabled = False
    with refused("not_enabled"):
        web.views_publish(user_id="U1", view=home())


def test_a_view_has_a_size(web: WebClient, slack: FakeSlack) -> None:
    big = [section("é" * 3000) for _ in range(60)]
    with refused("view_too_large"):
        web.views_publish(user_id="U1", view=home(*big))


def test_elements_of_a_home_are_told_apart() -> None:
    assert find_view_fault(home(actions(button()), actions(button())), "home") is not None
    assert find_view_fault(home(actions(button()), actions(button(action_id="b"))), "home") is None


# Files


def begun(web: WebClient, **fields: Any) -> tuple[str, str]:
    answer = web.api_call("files.getUploadURLExternal", params={"filename": "digest.docx", "length": 4} | fields)
    return answer["file_id"], answer["upload_url"]


def completed(web: WebClient, file: str, **fields: Any) -> None:
    web.files_completeUploadExternal(files=[{"id": file, "title": "Digest"}], **fields)


def test_a_file_is_shared_once_its_bytes_came_and_it_was_completed(web: WebClient, slack: FakeSlack) -> None:
    parent = web.chat_postMessage(channel="C1", text="The digest")["ts"]
    file, url = begun(web)
    with refused("file_not_found"):
        web.files_info(file=file)
    with refused("file_update_failed"):
        completed(web, file)
    assert httpx.post(url, content=b"12345").status_code == 400
    assert httpx.post(url, content=b"1234").status_code == 200
    assert httpx.post(url, content=b"1234").status_code == 404
    assert (slack.files[file].state, web.files_info(file=file)["file"]["shares"]) == ("uploaded", {})
    completed(web, file, channel_id="C1", thread_ts=parent)
    assert web.files_info(file=file)["file"]["shares"]["public"]["C1"][0]["thread_ts"] == parent
    assert (slack.files[file].data, slack.posts[-1].files) == (b"1234", [file])
    with refused("file_not_found"):
        completed(web, file)


def test_a_file_goes_only_where_the_bot_may_post(web: WebClient, slack: FakeSlack) -> None:
    file, url = begun(web)
    httpx.post(url, content=b"1234")
    with refused("invalid_channel"):
        completed(web, file, channel_id="C9")
    with refused("posting_to_channel_denied"):
        completed(web, file, channel_id="C2")
    assert slack.files[file].state == "uploaded"
    with refused("file_not_found"):
        completed(web, "F9")


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"length": 0}, "missing_argument"), ({"filename": ""}, "missing_argument"),
     ({"alt_txt": "x" * 1001}, "alt_txt_too_large")],
)  # fmt: skip
def test_a_file_has_a_name_and_a_length(web: WebClient, fields: Json, code: str) -> None:
    with refused(code):
        begun(web, **fields)


def test_an_upload_can_go_wrong(web: WebClient, slack: FakeSlack) -> None:
    slack.fail("upload", how="500")
    _file, url = begun(web)
    assert httpx.post(url, content=b"1234").status_code == 500
    assert httpx.post(f"{slack.url}/upload/F9", content=b"1234").status_code == 404
    assert httpx.post(url, content=b"1234").status_code == 200


# Tokens and workspaces


def test_each_workspace_has_a_token_people_and_channels_of_its_own(web: WebClient, slack: FakeSlack) -> None:
    other = slack.join("T2", "xoxb-2")
    other.users, other.channels = {"U7": True}, {"C7": True}
    theirs = WebClient("xoxb-2", base_url=slack.api_url)
    assert theirs.auth_test()["team_id"] == "T2"
    theirs.chat_postMessage(channel="C7", text="x")
    with refused("channel_not_found"):
        web.chat_postMessage(channel="C7", text="x")
    with refused("user_not_found"):
        theirs.users_info(user="U1")
    assert ([post.channel for post in other.posts], slack.posts) == (["C7"], [])


def test_a_token_says_what_it_may_do_and_can_be_taken_back(web: WebClient, slack: FakeSlack) -> None:
    slack.scopes = {"chat:write", "commands"}
    assert web.auth_test().headers["x-oauth-scopes"] == "chat:write,commands"
    web.auth_revoke(test=True)
    web.auth_revoke()
    with refused("token_revoked"):
        web.auth_test()
    with refused("invalid_auth"):
        WebClient("xoxb-wrong", base_url=slack.api_url).auth_test()
    with refused("not_authed"):
        WebClient(base_url=slack.api_url).auth_test()


def test_a_code_is_exchanged_once_for_a_token(slack: FakeSlack) -> None:
    web, ours = WebClient(base_url=slack.api_url), {"client_id": "1.2", "client_secret": "client-secret"}
    slack.join("T2", "xoxb-2")
    code = slack.code("T2", user="U5", redirect_uri="https://us.example/slack/done")
    back = {"redirect_uri": "https://us.example/slack/done"}
    with refused("invalid_client_id"):
        web.oauth_v2_access(client_id="9.9", client_secret="x", code=code, **back)
    with refused("bad_client_secret"):
        web.oauth_v2_access(client_id="1.2", client_secret="x", code=code, **back)
    answer = web.oauth_v2_access(**ours, code=code, **back)
    assert (answer["access_token"], answer["team"]["id"], answer["authed_user"]["id"]) == ("xoxb-2", "T2", "U5")
    with refused("invalid_code"):
        web.oauth_v2_access(**ours, code=code, **back)
    elsewhere = slack.code("T2", redirect_uri="https://us.example/slack/done")
    with refused("bad_redirect_uri"):
        web.oauth_v2_access(**ours, code=elsewhere, redirect_uri="https://elsewhere.example")
    late = slack.code("T2")
    slack.seconds += 601
    with refused("invalid_code"):
        web.oauth_v2_access(**ours, code=late)


def test_tokens_that_rotate_run_out_after_twelve_hours(slack: FakeSlack) -> None:
    slack.client.rotates = True
    ours = {"client_id": "1.2", "client_secret": "client-secret"}
    web = WebClient(base_url=slack.api_url)
    first = web.oauth_v2_access(**ours, code=slack.code())
    assert (first["expires_in"], slack.token) == (12 * 60 * 60, first["access_token"])
    slack.seconds += 11 * 60 * 60
    refresh: Json = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = web.oauth_v2_access(**ours, **refresh)
    with refused("invalid_refresh_token"):
        web.oauth_v2_access(**ours, **refresh)
    slack.seconds += 60 * 60
    with refused("token_expired"):
        WebClient(first["access_token"], base_url=slack.api_url).auth_test()
    assert WebClient(second["access_token"], base_url=slack.api_url).auth_test()["team_id"] == "T1"
    with refused("invalid_grant_type"):
        web.oauth_v2_access(**ours, grant_type="password")


def test_a_view_may_come_as_a_forms_words(web: WebClient, slack: FakeSlack) -> None:
    web.api_call("views.open", data={"trigger_id": slack.trigger(), "view": json.dumps(modal())})
    with refused("invalid_arguments"):
        web.api_call("views.open", data={"trigger_id": slack.trigger(), "view": "{"})
    assert slack.views["U1"]["type"] == "modal"
