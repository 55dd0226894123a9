"""The same listeners over Socket Mode: slack_sdk's own client against a WebSocket server."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bot.slack.inbound import SocketMode, connect
from tests.slack import FakeSlack
from tests.slack_channel.test_app import DIRECT, Desk, block_actions, event_callback

COMMAND = {
    "command": "/rag",
    "text": "P2.3c at-risk",
    "team_id": "T1",
    "user_id": "U1",
    "channel_id": "C1",
    "trigger_id": "9.1",
}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def slack(desk: Desk) -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        door = connect(desk.app(), fake.app_token, fake.api_url)
        door.start()
        try:
            assert fake.socket.connected.wait(5)
            yield fake
        finally:
            close(door, fake)


def close(door: SocketMode, slack: FakeSlack) -> None:
    """Close from both ends at once: slack_sdk's client alone waits 3 seconds for what it is reading."""
    closing = threading.Thread(target=door.close)
    closing.start()
    slack.socket.close()
    closing.join()


def test_everything_comes_through_and_is_acknowledged(slack: FakeSlack, desk: Desk) -> None:
    answer = slack.socket.push("slash_commands", COMMAND, "e1")
    assert answer["envelope_id"] == "e1"
    assert answer["payload"]["response_type"] == "ephemeral"
    assert answer["payload"]["text"] == "P2.3c is at risk."
    assert slack.socket.push("events_api", event_callback(**DIRECT), "e2") == {"envelope_id": "e2"}
    assert slack.socket.push("interactive", block_actions(), "e3") == {"envelope_id": "e3"}
    assert slack.socket.push("events_api", event_callback(type="reaction_added"), "e4") == {"envelope_id": "e4"}
    assert [request.text for request in desk.asked] == ["/rag P2.3c at-risk"]
    assert [request.seen_id for request in desk.noted] == ["event:Ev1", "action:13345.2"]

    # The envelope sent again under an id of its own is known by its trigger.
    assert slack.socket.push("slash_commands", COMMAND, "e5") == {"envelope_id": "e5"}

    # Five thousand characters, out and back.
    long = slack.socket.push("slash_commands", COMMAND | {"text": "y" * 5000, "trigger_id": "9.2"}, "e6")
    assert long["payload"]["text"] == "P2.3c is at risk."
    assert len(desk.asked[-1].text) == 5005


def test_slack_that_cannot_be_reached_yet_is_tried_again(desk: Desk) -> None:
    with FakeSlack() as slack:
        slack.fail("apps.connections.open", how="drop")
        door = connect(desk.app(), slack.app_token, slack.api_url)
        door.start()
        assert slack.socket.connected.wait(5)
        close(door, slack)


def test_a_door_never_opened_can_be_closed(desk: Desk) -> None:
    connect(desk.app(), "xapp-1", "http://127.0.0.1:9/api/").close()
