"""The doctor looks into Slack: one line each, with what to click."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk.oauth.installation_store import Installation

from bot.app import App, real_now
from bot.settings import read_settings
from bot.slack.doctor import MOST_PEOPLE, examine_workspace
from bot.slack.manifest import list_scopes
from bot.upkeep import examine
from tests.cli.run import halfterm, well
from tests.slack import FakeSlack

BOARD = "SEND Oversight Board"
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def slack(planned: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    with FakeSlack() as one:
        one.scopes = set(list_scopes(["by-email", "channels", "files"]))
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
        monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
        monkeypatch.setenv("SLACK_API_URL", one.api_url)
        yield one


def lines() -> list[str]:
    """What the doctor says of Slack."""
    out = halfterm("doctor").out.splitlines()
    return out[next(number for number, line in enumerate(out) if "Slack" in line) :]


def test_a_bot_that_is_well_set_up_hears_so(slack: FakeSlack) -> None:
    well("people", "set", "SENDPO", "slack:T1:U1")
    well("groups", "set", BOARD, "--channel", "slack:T1:C1")
    assert lines() == [
        "OK: Slack answers for workspace T1; people reach the bot by Socket Mode.",
        "OK: This machine's clock agrees with Slack's.",
        "OK: The Slack app has the scopes it needs.",
        f"OK: The bot is in the channel #c1 ({BOARD}).",
        "OK: 1 person has an open Slack account.",
        "OK: Socket Mode opens.",
    ]
    assert slack.posts == []


def test_a_missing_scope_is_named_with_what_it_is_for_and_where_to_add_it(slack: FakeSlack) -> None:
    slack.scopes -= {"im:history", "files:write"}
    (line,) = [one for one in lines() if "lacks" in one]
    assert line == (
        "FIX: The Slack app lacks scopes: im:history to read what is written to the bot, and to see whether a message "
        "arrived; files:write to attach a digest as a file, and its picture. Add them under Slack, OAuth & "
        "Permissions, Scopes, Bot Token Scopes, and install the app again."
    )


def test_scopes_for_channels_are_asked_for_only_where_channels_are_written_to(slack: FakeSlack) -> None:
    slack.scopes -= {"channels:read", "groups:read", "channels:history", "groups:history"}
    assert not [one for one in lines() if "channels:read" in one]
    well("groups", "set", BOARD, "--channel", "slack:T1:C1")
    (line,) = [one for one in lines() if "channels:read" in one]
    assert line.startswith("CHECK: The Slack app cannot look into the channels it writes to without channels:read")


def test_a_scope_that_nothing_needs_is_to_be_taken_out(slack: FakeSlack) -> None:
    slack.scopes |= {"chat:write.public", "admin"}
    assert "CHECK: Nothing here needs the scopes admin, chat:write.public: take them out under Slack," in "\n".join(
        lines()
    )


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("C2", f"FIX: The bot is not in the channel #c2 ({BOARD}): type /invite @halfterm there."),
        (
            "C9",
            f"FIX: Slack shows the bot no channel slack:T1:C9 ({BOARD}): it is private and the bot is not in it, so",
        ),
        ("G1", f"OK: The bot is in the channel #g1 ({BOARD})."),
    ],
)
def test_each_channel_that_is_written_to_is_looked_at(slack: FakeSlack, channel: str, says: str) -> None:
    well("groups", "set", BOARD, "--channel", f"slack:T1:{channel}")
    assert [one for one in lines() if one.startswith(says)]


def test_a_private_channel_the_bot_is_not_in_is_said_to_be_so(slack: FakeSlack) -> None:
    slack.channels["G1"] = False
    well("groups", "set", BOARD, "--channel", "slack:T1:G1")
    assert [one for one in lines() if one.startswith("FIX: Slack shows the bot no channel slack:T1:G1")]


def test_an_archived_channel_is_said_to_be_so(slack: FakeSlack) -> None:
    slack.archived.add("C1")
    well("groups", "set", BOARD, "--channel", "slack:T1:C1")
    assert f"FIX: The channel #c1 ({BOARD}) is archived: set another, or have it opened again." in lines()


def test_role_holders_whose_account_is_closed_or_unknown_are_named(slack: FakeSlack) -> None:
    slack.users["U2"] = False
    well("people", "set", "SENDPO", "slack:T1:U2")
    well("people", "set", "BIA", "slack:T1:U9")
    well("people", "office", "slack:T1:U1")
    said = lines()
    assert (
        "FIX: Nothing reaches slack:T1:U2 (SENDPO), for that Slack account is closed: "
        "halfterm people end ROLE slack:T1:U2"
    ) in said
    assert "FIX: Slack knows nobody at slack:T1:U9 (BIA): set another address with halfterm people set." in said
    assert "OK: 1 person has an open Slack account." in said


def test_no_more_than_a_hundred_people_are_looked_up(slack: FakeSlack) -> None:
    people = {f"slack:T1:U{number}": f"R{number}" for number in range(MOST_PEOPLE + 1)}
    slack.users = {address.split(":")[2]: True for address in people}
    found = list(
        examine_workspace(
            slack.token, slack.api_url, real_now, pytest.fail, way="a road", mend="mend it", channels={}, people=people
        )
    )
    assert found[-2:] == [
        (True, "100 people have an open Slack account."),
        (None, "Only the first 100 of 101 people were looked up in Slack."),
    ]
    assert len(slack.asked("users.info")) == 100


def test_an_address_of_another_workspace_is_named(slack: FakeSlack) -> None:
    well("people", "set", "SENDPO", "slack:T2:U1")
    assert (
        "FIX: The bot is not in the workspace of SENDPO (slack:T2:U1): set addresses that begin with slack:T1, or "
        "have it installed there."
    ) in lines()
    assert [asked["user"] for asked in slack.asked("users.info")] == ["U1"]


def test_somebody_of_another_organisation_whom_the_bot_meets_is_reached_from_here(slack: FakeSlack) -> None:
    slack.meet("UX", "T9")
    slack.meet("UY", "T9", is_stranger=True)
    well("people", "set", "SENDPO", "slack:T9:UX")
    well("people", "set", "BIA", "slack:T9:UY")
    said = lines()
    assert "OK: 1 person has an open Slack account." in said
    assert (
        "FIX: Nothing reaches slack:T9:UY (BIA), for that is somebody of another organisation who shares no channel "
        "with the bot: halfterm people end ROLE slack:T9:UY"
    ) in said
    assert not any("is not in the workspace of" in line for line in said)


@pytest.mark.parametrize(("minutes", "side"), [(2, "behind"), (-2, "ahead of")])
def test_a_clock_that_is_off_is_to_be_set(slack: FakeSlack, minutes: int, side: str) -> None:
    slack.skew = timedelta(minutes=minutes)
    (line,) = [one for one in lines() if "clock is" in one]
    assert line.startswith("FIX: This machine's clock is 1")
    assert f"seconds {side} Slack's: set it, best by NTP" in line


def test_the_clock_is_held_against_the_real_time_whatever_instant_the_doctor_is_given(slack: FakeSlack) -> None:
    assert "OK: This machine's clock agrees with Slack's." in halfterm("doctor", now="2022-09-05T09:00").out
    off = examine(os.environ, Path(".env"), real_now(), lambda: real_now() + timedelta(seconds=90))
    assert any("ahead of Slack's" in check.text for check in off)


def test_an_app_token_that_opens_nothing_is_to_be_made_again(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-wrong")
    assert lines()[-1] == (
        "FIX: Socket Mode does not open (Slack answered invalid_auth): switch it on under Slack, Socket Mode, and copy "
        "SLACK_APP_TOKEN again from Slack, Basic Information, App-Level Tokens, made with the scope connections:write."
    )


def test_a_signing_secret_that_cannot_be_one_is_to_be_copied_again(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "xapp-1")
    assert lines()[-1].startswith("FIX: SLACK_SIGNING_SECRET is not 32 of the characters 0-9 and a-f")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    assert lines()[-1] == "OK: The signing secret looks like one."
    assert lines()[0].endswith("people reach the bot by signed HTTP at /slack/events.")


@pytest.mark.parametrize("how", ["500", "drop", "page", "429"])
def test_slack_that_answers_badly_is_one_line_and_no_trace(slack: FakeSlack, how: str) -> None:
    slack.fail("auth.test", how=how)
    assert lines()[0].startswith("FIX: Slack does not answer as it should (")


def test_no_secret_is_shown(slack: FakeSlack) -> None:
    said = halfterm("doctor").out
    assert "xoxb-1" not in said
    assert "xapp-1" not in said


def test_each_workspace_that_installed_the_bot_is_looked_at(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "client-secret")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    monkeypatch.setenv("PUBLIC_URL", "https://halfterm.example.gov.uk")
    monkeypatch.setenv("TOKEN_KEYS", base64.b64encode(b"k" * 32).decode())
    with FakeSlack() as slack:
        monkeypatch.setenv("SLACK_API_URL", slack.api_url)
        assert lines()[0] == (
            "CHECK: The bot is installed in no Slack workspace yet: open https://halfterm.example.gov.uk/slack/install"
        )
        other = slack.join("T2", "xoxb-2")
        other.users["U2"] = False
        for team, token in (("T1", slack.token), ("T2", "xoxb-2"), ("T3", "xoxb-3")):
            install(team, token)
        well("people", "set", "SENDPO", "slack:T1:U2")
        well("people", "set", "BIA", "slack:T2:U2")
        said = lines()
    assert "OK: Slack answers for workspace T1; people reach the bot by signed HTTP at /slack/events." in said
    assert "OK: Slack answers for workspace T2; people reach the bot by signed HTTP at /slack/events." in said
    assert "OK: 1 person has an open Slack account." in said
    assert [one for one in said if one.startswith("FIX: Nothing reaches slack:T2:U2 (BIA)")]
    assert [
        one for one in said if one.startswith("FIX: Slack does not answer as it should (Slack answered invalid_auth)")
    ]
    assert said[-1] == "OK: The signing secret looks like one."


def install(team: str, token: str) -> None:
    """As if somebody had installed the bot there."""
    app = App(read_settings(os.environ))
    app.installs.save(Installation(team_id=team, user_id="U1", bot_token=token, bot_id="B1", bot_user_id="UBOT"))
    app.close()
