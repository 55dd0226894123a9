"""`halfterm people load`: every line that can be taken is, every other is listed with what to write instead."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk.oauth.installation_store import Installation

from bot.app import App
from bot.roll import MOST_BYTES, read_roll
from bot.settings import read_settings
from bot.slack.people import SlackPeople
from programme.messages import UserError
from tests.cli.run import halfterm, well
from tests.slack import FakeSlack

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def slack(planned: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A workspace with somebody, a bot and a guest, and the bot's token in the settings."""
    with FakeSlack() as one:
        one.users |= {"UB": True, "UG": True}
        one.profiles = {
            "U1": {"email": "sam@council.gov.uk", "name": "Sam of SEND"},
            "U2": {"email": "gone@council.gov.uk"},
            "UB": {"email": "bot@council.gov.uk", "is_bot": True},
            "UG": {"email": "guest@nhs.uk", "name": "A guest", "is_restricted": True},
        }
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
        monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
        monkeypatch.setenv("SLACK_API_URL", one.api_url)
        yield one


def load(text: str | bytes, *words: str, code: int = 0) -> str:
    """Write the file and load it; what was printed."""
    Path("holders.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    ran = halfterm("people", "load", "holders.csv", *words)
    assert ran.code == code, ran
    return ran.out


def holdings() -> list[str]:
    return [line for line in well("people", "list").splitlines() if "@" in line or "slack:" in line]


def test_without_slack_everybody_is_reached_by_e_mail(planned: Path) -> None:
    out = load("role,email,name,from\nSENDPO,Sam@Council.gov.uk,Sam,2022-10-01\nHoS SEND,h@council.gov.uk,,\n")
    assert out.splitlines() == [
        "SENDPO: Sam (mail:sam@council.gov.uk), not in Slack",
        "HoS SEND: h@council.gov.uk (mail:h@council.gov.uk), not in Slack",
        "2 holdings set, 2 of them by e-mail only.",
    ]
    assert sorted(holdings()) == [
        "HoS SEND: mail:h@council.gov.uk",
        "SENDPO: Sam (mail:sam@council.gov.uk), from 2022-10-01",
    ]


def test_who_is_in_slack_is_found_there_by_e_mail(slack: FakeSlack) -> None:
    out = load("role,email\nSENDPO,sam@council.gov.uk\nBIA,sam@council.gov.uk\nHoS SEND,nobody@council.gov.uk\n")
    assert out.splitlines() == [
        "SENDPO: Sam of SEND (slack:T1:U1)",
        "BIA: Sam of SEND (slack:T1:U1)",
        "HoS SEND: nobody@council.gov.uk (mail:nobody@council.gov.uk), not in Slack",
        "3 holdings set, 1 of them by e-mail only.",
    ]
    assert len(slack.asked("users.lookupByEmail")) == 2


def test_progress_is_said_apart_from_the_answer(slack: FakeSlack) -> None:
    Path("holders.csv").write_text("role,email\nSENDPO,sam@council.gov.uk\nBIA,a@b.uk\n")
    ran = halfterm("people", "load", "holders.csv", "--json")
    assert ran.err.splitlines() == ["1 of 2", "2 of 2"]
    assert ran.json["set"][0] == {
        "line": 2,
        "role": "SENDPO",
        "email": "sam@council.gov.uk",
        "name": "Sam of SEND",
        "since": None,
        "address": "slack:T1:U1",
        "found": True,
        "note": "",
    }
    assert (ran.json["refused"], ran.json["dry_run"]) == ([], False)


GUEST = (
    "a guest in Slack, who can be reminded and answer in direct messages, and is only in the channels they are let into"
)
OF_ONE = (
    "a guest of one channel in Slack, who can be reminded and answer in direct messages, and can be in no other channel"
)


def test_guests_are_taken_with_what_that_means_and_bots_are_not(slack: FakeSlack) -> None:
    out = load("role,email\nSENDPO,guest@nhs.uk\nHoS SEND,guest@nhs.uk\nBIA,bot@council.gov.uk\n", code=1)
    assert out.splitlines() == [
        "SENDPO: A guest (slack:T1:UG)",
        "HoS SEND: A guest (slack:T1:UG)",
        f"A guest is {GUEST}.",
        "Not taken: line 4: bot@council.gov.uk: that is a bot, so write somebody else's address",
        "2 holdings set, 1 not taken.",
    ]


def test_a_guest_of_one_channel_is_said_to_be_that(slack: FakeSlack) -> None:
    slack.profiles["UG"]["is_ultra_restricted"] = True
    for times in (1, 2):
        lines = load("role,email\nSENDPO,guest@nhs.uk\n", "--dry-run").splitlines()
        assert f"A guest is {OF_ONE}." in lines, times
    assert f"A guest is {OF_ONE}." in load("role,email\nSENDPO,guest@nhs.uk\n")
    assert load("role,email\nSENDPO,guest@nhs.uk\n").splitlines() == [
        f"A guest is {OF_ONE}.",
        "0 holdings set, 1 held already.",
    ]


def test_what_a_guest_can_do_is_in_the_json_too(slack: FakeSlack) -> None:
    Path("holders.csv").write_text("role,email\nSENDPO,guest@nhs.uk\nBIA,sam@council.gov.uk\n")
    ran = halfterm("people", "load", "holders.csv", "--json")
    assert [(one["address"], one["note"]) for one in ran.json["set"]] == [("slack:T1:UG", GUEST), ("slack:T1:U1", "")]


def test_somebody_of_another_organisation_has_the_address_of_their_own_workspace(slack: FakeSlack) -> None:
    slack.meet("UX", "T9", email="lead@nhs.uk", name="A lead")
    out = load("role,email\nSENDPO,lead@nhs.uk\n")
    assert out.splitlines()[:2] == [
        "SENDPO: A lead (slack:T9:UX)",
        "A lead is of another organisation in Slack, who is reached in direct messages only where both organisations "
        "let the bot open them.",
    ]


def test_somebody_whom_the_bot_does_not_see_is_not_taken(slack: FakeSlack) -> None:
    slack.meet("UX", "T9", email="lead@nhs.uk", is_stranger=True)
    out = load("role,email\nSENDPO,lead@nhs.uk\n", code=1)
    assert out.splitlines()[0] == (
        "Not taken: line 2: lead@nhs.uk: that is somebody of another organisation who shares no channel with the bot, "
        "so write somebody else's address"
    )


def test_who_is_of_another_workspace_of_the_same_organisation_is_one_of_ours(slack: FakeSlack) -> None:
    slack.organisation = "E1"
    slack.meet("UX", "T9", email="lead@council.gov.uk", name="A lead", enterprise_user={"enterprise_id": "E1"})
    assert load("role,email\nSENDPO,lead@council.gov.uk\n").splitlines()[0] == "SENDPO: A lead (slack:T1:UX)"


def test_an_account_that_was_closed_is_not_taken(slack: FakeSlack) -> None:
    people = SlackPeople(slack.token, slack.api_url, pytest.fail)
    slack.users["U2"] = False
    found = people.find_by_id("U2")
    assert found is not None
    assert found.wrong == "that Slack account is closed"


def test_every_line_that_cannot_be_taken_is_listed_and_the_others_are_done(planned: Path) -> None:
    text = (
        "Role,E-mail,Name,From\n"  # 1
        "SENDPO,sam@council.gov.uk,Sam,\n"  # 2
        "\n"
        "SENPDO,a@council.gov.uk,,\n"  # 4
        "BIA,not an address,,\n"  # 5
        "SENDPO,SAM@council.gov.uk,,\n"  # 6
        ",b@council.gov.uk,,\n"  # 7
        "BIA,,,\n"  # 8
        "BIA,c@council.gov.uk,,soon\n"  # 9
        ",,,\n"
        "BIA,d@council.gov.uk,,31/10/2022\n"  # 11
    )
    lines = load(text, code=1).splitlines()
    assert lines[-1] == "2 holdings set, 2 of them by e-mail only, 6 not taken."
    refused = [line.removeprefix("Not taken: ") for line in lines if line.startswith("Not taken: ")]
    assert refused[0].startswith("line 4: There is no role “SENPDO”. Did you mean ")
    assert "SENDPO" in refused[0]
    assert refused[1:] == [
        "line 5: “not an address” is not an e-mail address: write one such as a.b@council.gov.uk",
        "line 6: the same as line 2: leave it out",
        "line 7: it names no role: write one of halfterm roles list",
        "line 8: it has no e-mail address for BIA: write one",
        "line 9: “soon” is not a date: write it like 2022-10-01",
    ]
    assert "BIA: mail:d@council.gov.uk, from 2022-10-31" in holdings()


def test_a_file_as_excel_saves_it_is_read(planned: Path) -> None:
    load("\ufeffrole;email;name\r\n“SENDPO”;sam@council.gov.uk;Sam O’Neil – SEND\r\n;;\r\n".encode())
    assert holdings() == ["SENDPO: Sam O'Neil - SEND (mail:sam@council.gov.uk)"]
    load("role,email,name\r\nHoS SEND,h@council.gov.uk,Zoë\r\n".encode("cp1252"))
    assert "HoS SEND: Zoë (mail:h@council.gov.uk)" in holdings()
    load("role\temail\r\nBIA\tb@council.gov.uk\r\n".encode("utf-16"))
    assert "BIA: mail:b@council.gov.uk" in holdings()


def test_a_dry_run_looks_everybody_up_and_stores_nothing(slack: FakeSlack) -> None:
    before = well("audit", "verify")
    out = load("role,email\nSENDPO,sam@council.gov.uk\nNO ROLE,a@b.uk\n", "--dry-run", code=1)
    assert "SENDPO: Sam of SEND (slack:T1:U1)" in out
    assert out.splitlines()[-1] == "1 holding would be set, 1 not taken. Dry run: nothing was stored."
    assert holdings() == []
    assert well("audit", "verify") == before


def test_loading_again_changes_nothing(slack: FakeSlack) -> None:
    text = "role,email\nSENDPO,sam@council.gov.uk\n"
    load(text)
    rows = well("audit", "verify").splitlines()[0]
    assert load(text).splitlines() == ["0 holdings set, 1 held already."]
    assert well("audit", "verify").splitlines()[0] == rows
    assert holdings() == ["SENDPO: Sam of SEND (slack:T1:U1)"]


def test_who_has_come_to_slack_since_is_written_to_there_only(slack: FakeSlack) -> None:
    load("role,email\nSENDPO,late@council.gov.uk\n")
    slack.profiles["U3"] = {"email": "late@council.gov.uk", "name": "Late"}
    load("role,email\nSENDPO,late@council.gov.uk\n")
    assert holdings() == [
        "SENDPO: mail:late@council.gov.uk, until 2022-09-05",
        "SENDPO: Late (slack:T1:U3)",
    ]


def test_a_missing_scope_is_one_sentence_and_nothing_is_stored(slack: FakeSlack) -> None:
    slack.scopes.discard("users:read.email")
    Path("holders.csv").write_text("role,email\nSENDPO,sam@council.gov.uk\n")
    assert halfterm("people", "load", "holders.csv").sentence == (
        "The Slack app lacks the scope users:read.email: add it under OAuth & Permissions, Scopes (the manifest has it "
        "with --by-email), and install the app again."
    )
    assert holdings() == []


def test_slacks_limit_is_waited_for(slack: FakeSlack) -> None:
    waited: list[float] = []
    slack.fail("users.lookupByEmail", times=2, how="429", retry_after=7)
    found = SlackPeople(slack.token, slack.api_url, waited.append).find_by_email("sam@council.gov.uk")
    assert found is not None
    assert (found.id, waited) == ("U1", [7, 7])


def test_slack_that_never_lets_go_of_its_limit_is_given_up(slack: FakeSlack) -> None:
    waited: list[float] = []
    slack.fail("users.lookupByEmail", times=50, how="429", retry_after=1)
    with pytest.raises(UserError, match="again and again"):
        SlackPeople(slack.token, slack.api_url, waited.append).find_by_email("sam@council.gov.uk")


@pytest.mark.parametrize("how", ["500", "drop", "page", "invalid_auth"])
def test_slack_that_answers_badly_is_one_sentence_and_nothing_is_stored(slack: FakeSlack, how: str) -> None:
    slack.fail("users.lookupByEmail", times=9, how=how, after=1)
    Path("holders.csv").write_text("role,email\nSENDPO,sam@council.gov.uk\nBIA,a@b.uk\n")
    ran = halfterm("people", "load", "holders.csv")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[-1].startswith("Slack ")
    assert holdings() == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\r\n\r\n", "The file is empty"),
        (b"SENDPO,sam@council.gov.uk\n", "The first line names no column role nor email"),
        (b"role,address\nSENDPO,x\n", "The first line names no column email"),
        (b"PK\x03\x04\x00\x00", "That is not a CSV file"),
        (b'role,email\n"SENDPO,' + b"x" * 200_000, "Line 2 cannot be read as CSV"),
        (b"role,email\n" + b"A,a@b.uk\n" * 5_001, "The file has more than 5,000 lines"),
        (b"x" * (MOST_BYTES + 1), "The file is too large"),
    ],
)
def test_what_is_no_list_of_people_is_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        read_roll(data)
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_one_sentence() -> None:
    assert halfterm("people", "load", "none.csv").sentence.startswith("There is no file none.csv")


def test_the_workspace_to_look_in_may_be_named(slack: FakeSlack) -> None:
    assert "slack:T1:U1" in load("role,email\nSENDPO,sam@council.gov.uk\n", "--workspace", "T1")
    assert halfterm("people", "load", "holders.csv", "--workspace", "T2").sentence == (
        "The bot is in the Slack workspace T1, not in T2."
    )


def test_where_the_bot_is_in_several_workspaces_one_has_to_be_named(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "client-secret")
    monkeypatch.setenv("TOKEN_KEYS", KEY)
    with FakeSlack() as slack:
        monkeypatch.setenv("SLACK_API_URL", slack.api_url)
        slack.join("T2", "xoxb-2").profiles = {"U1": {"email": "sam@nhs.uk", "name": "Sam of T2"}}
        text = "role,email\nSENDPO,sam@nhs.uk\n"
        assert "mail:sam@nhs.uk" in load(text, "--dry-run"), "it is installed nowhere yet"
        install("T1", slack.token)
        assert "mail:sam@nhs.uk" in load(text, "--dry-run"), "the only one needs no name"
        install("T2", "xoxb-2")
        assert halfterm("people", "load", "holders.csv").sentence == (
            "The bot is in several Slack workspaces, so say in which to look: --workspace T1"
        )
        assert halfterm("people", "load", "holders.csv", "--workspace", "T3").sentence == (
            "The bot is not installed in the Slack workspace T3: see halfterm workspaces list"
        )
        assert "SENDPO: Sam of T2 (slack:T2:U1)" in load(text, "--workspace", "T2")


def install(team: str, token: str) -> None:
    """As if somebody had installed the bot there."""
    app = App(read_settings(os.environ))
    app.installs.save(Installation(team_id=team, user_id="U1", bot_token=token, bot_id="B1", bot_user_id="UBOT"))
    app.close()
