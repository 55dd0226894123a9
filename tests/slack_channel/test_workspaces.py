"""Each Slack workspace sees its own programme, and one that a programme does not know sees nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.slack.workspaces import Workspaces
from storage import installations
from storage.appointments import set_person
from storage.db import Database
from storage.history import record
from tests.slack import FakeSlack
from tests.slack_channel.installing import MONDAY, Halfterm
from tests.slack_payloads import (
    app_home_opened,
    app_uninstalled,
    block_actions,
    event_callback,
    message_action,
    shortcut,
    tokens_revoked,
)

TURNED_AWAY = (
    "This Slack workspace is not part of the programme yet: ask the programme office, with: halfterm workspaces join T2"
)
ASKED = [
    "actions",
    "actions mine",
    "action P1.2f",
    "rag P1.2f at-risk no staff",
    "progress P1.2f Two posts filled.",
    "why P1.2f",
    "digest",
    "iam SENDPO",
    "claims",
    "help",
    "home",
    "undo",
    "hello",
    "P1.2f",
    "nonsense",
    "halfterm rag P1.2f",
    "x" * 5000,
    "A pupil with NHS number 943 476 5919",
    "",
]


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack("xoxb-of-T1") as fake:
        fake.join("T2", "xoxb-of-T2")
        yield fake


@pytest.fixture
def halfterm(tmp_path: Path, slack: FakeSlack) -> Iterator[Halfterm]:
    """Installed in both workspaces; the programme is T1's."""
    made = Halfterm(tmp_path, slack)
    made.load("SENDPO", "slack:T1:U1")
    made.install("T1")
    made.install("T2")
    yield made
    made.close()


def join(halfterm: Halfterm, team: str) -> None:
    with halfterm.app.db.write() as tx:
        installations.join_workspace(tx, "slack", team, name=None, now=MONDAY, account="tester")


def leave(halfterm: Halfterm, team: str) -> None:
    with halfterm.app.db.write() as tx:
        installations.leave_workspace(tx, "slack", team, now=MONDAY, account="tester")


def of(body: dict[str, Any], team: str) -> dict[str, Any]:
    """An interaction, from another workspace."""
    return body | {"team": {"id": team, "domain": team.lower()}, "user": body["user"] | {"team_id": team}}


def direct(text: str, team: str, event_id: str) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "message", "channel_type": "im", "channel": "DU1", "text": text}
    return event_callback(event_id, team, **said)


def rows(halfterm: Halfterm) -> tuple[int, ...]:
    """How much has been recorded, claimed and queued."""
    with halfterm.app.db.read() as tx:
        return tuple(
            int(tx.conn.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
            for table in ("history", "claim", "entry", "outbox", "ledger")
        )


def test_whatever_is_asked_in_a_workspace_that_is_not_known_gets_one_sentence_and_does_nothing(
    halfterm: Halfterm,
) -> None:
    before = rows(halfterm)
    assert {text: halfterm.command("T2", text) for text in ASKED} == dict.fromkeys(ASKED, TURNED_AWAY)
    assert rows(halfterm) == before
    assert halfterm.command("T1", "rag P1.2f on-track") != TURNED_AWAY


def test_what_is_written_tapped_or_sent_off_there_is_told_the_same(halfterm: Halfterm, slack: FakeSlack) -> None:
    said = {"user": "U1", "text": "P1.2f is late", "ts": "1662366000.000100"}
    halfterm.event(direct("progress P1.2f Two posts filled.", "T2", "Ev1"))
    halfterm.event(event_callback("Ev2", "T2", type="app_mention", channel="C1", text="<@UBOT> action P1.2f"))
    halfterm.event(of(block_actions({"action_id": "say:1", "value": "/rag P1.2f at-risk"}, "2.1"), "T2"))
    halfterm.event(of(shortcut("update_action", "2.2"), "T2"))
    halfterm.event(of(message_action("file_message", said, "2.3"), "T2"))
    with halfterm.app.db.read() as tx:
        waiting = tx.conn.exec_driver_sql("SELECT address, kind, facts FROM outbox").all()
    assert [(row.address, row.kind) for row in waiting] == [("slack:T2:U1", "reply")] * 5
    assert [json.loads(row.facts)["message"]["text"] for row in waiting] == [TURNED_AWAY] * 5
    halfterm.deliver()  # as many as Slack allows in a second
    theirs = slack.workspaces["T2"]
    assert {(post.channel, post.text) for post in theirs.posts} == {("DU1", TURNED_AWAY)}
    assert slack.posts == []
    assert theirs.views == {}


def test_slacks_own_retry_is_told_nothing_twice(halfterm: Halfterm, slack: FakeSlack) -> None:
    for _ in range(2):
        halfterm.event(direct("action P1.2f", "T2", "Ev1"))
    assert rows(halfterm)[3] == 1


def test_a_home_opens_only_for_who_is_known(halfterm: Halfterm, slack: FakeSlack) -> None:
    for team in ("T1", "T2"):
        home = app_home_opened(event_id=f"Ev{team}")
        home["team_id"] = home["authorizations"][0]["team_id"] = team
        halfterm.event(home)
    halfterm.deliver()
    assert list(slack.homes) == ["U1"]
    assert slack.workspaces["T2"].homes == {}


def test_once_it_has_joined_its_people_are_asked_who_they_are_and_told_no_more(halfterm: Halfterm) -> None:
    join(halfterm, "T2")
    assert halfterm.command("T2", "action P1.2f").startswith("I do not know you yet")
    halfterm.give("FIS", "slack:T2:U1")
    assert halfterm.command("T2", "actions mine", trigger="1.2") not in (TURNED_AWAY, "")
    leave(halfterm, "T2")
    assert halfterm.command("T2", "actions mine", trigger="1.3") == TURNED_AWAY


def test_an_address_that_the_office_set_there_is_enough(halfterm: Halfterm) -> None:
    assert halfterm.command("T2", "help") == TURNED_AWAY
    halfterm.give("FIS", "slack:T2:U7")
    assert halfterm.command("T2", "action P1.2f", trigger="1.2").startswith("I do not know you yet")
    assert halfterm.command("T2", "help", user="U7", trigger="1.3") not in (TURNED_AWAY, "")


def test_where_the_bot_is_not_installed_nothing_is_said_or_done(halfterm: Halfterm, slack: FakeSlack) -> None:
    before = rows(halfterm)
    for team in ("T3", ""):
        assert halfterm.command(team, "rag P1.2f at-risk") == ""
        halfterm.event(direct("action P1.2f", team, f"Ev{team}"))
    assert rows(halfterm) == before
    join(halfterm, "T3")  # not even where the office let it join
    assert halfterm.command("T3", "help") == ""


@pytest.mark.parametrize("gone", [app_uninstalled, tokens_revoked])
def test_after_uninstalling_what_waits_fails_with_the_reason_and_nobody_there_is_answered(
    halfterm: Halfterm, slack: FakeSlack, gone: Any
) -> None:
    halfterm.event(direct("help", "T1", "Ev1"))
    halfterm.event(gone("T1", event_id="Ev2"))
    halfterm.deliver()
    assert slack.posts == []
    with halfterm.app.db.read() as tx:
        found = tx.conn.exec_driver_sql("SELECT state, trouble FROM outbox WHERE kind = 'reply'").all()
    assert [tuple(row) for row in found] == [("failed", "the bot is not installed in that Slack workspace")]
    assert halfterm.command("T1", "help") == ""
    halfterm.install("T1")
    assert halfterm.command("T1", "help", trigger="1.2") != ""


@pytest.mark.parametrize("gone", [app_uninstalled, tokens_revoked])
def test_an_uninstalling_of_before_it_was_installed_again_takes_nothing_away(halfterm: Halfterm, gone: Any) -> None:
    halfterm.install("T1")
    halfterm.event(gone("T1", event_id="Ev2", at=1_600_000_000))
    assert halfterm.command("T1", "help") != ""


def test_somebodys_own_token_revoked_changes_nothing(halfterm: Halfterm) -> None:
    halfterm.event(tokens_revoked("T1", bots=()))
    assert halfterm.command("T1", "help") != ""


def test_two_programmes_answer_the_same_question_each_with_its_own(tmp_path: Path, slack: FakeSlack) -> None:
    made = []
    for team in ("T1", "T2"):
        folder = tmp_path / team
        folder.mkdir()
        one = Halfterm(folder, slack)
        one.load("SENDPO", f"slack:{team}:U1")
        one.install("T1")
        one.install("T2")
        made.append(one)
    ours, theirs = made
    try:
        assert "P1.2f" in ours.command("T1", "rag P1.2f at-risk The supplier went.")
        assert theirs.command("T1", "action P1.2f").endswith("halfterm workspaces join T1")
        shown = theirs.command("T2", "action P1.2f")
        assert "P1.2f" in shown
        assert "supplier" not in shown
        assert "supplier" in ours.command("T1", "action P1.2f", trigger="1.2")
        assert ours.command("T2", "action P1.2f") == TURNED_AWAY
    finally:
        for one in made:
            one.close()


def test_a_bot_with_one_token_knows_its_own_workspace_and_no_other(tmp_path: Path, slack: FakeSlack) -> None:
    single = Halfterm(tmp_path, slack, slack_bot_token="xoxb-of-T1")
    try:
        assert single.command("T1", "help").startswith("I do not know you yet")
        assert single.command("T2", "help") == TURNED_AWAY
        assert single.command("T2", "iam SENDPO", trigger="1.2") == TURNED_AWAY
        single.load("SENDPO", "slack:T2:U1")
        assert single.command("T2", "help", trigger="1.3") != TURNED_AWAY
    finally:
        single.close()


# What is kept of all this in memory


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'test.db'}", b"a key that signs the history")
    database.upgrade()
    yield database
    database.close()


def test_a_workspace_is_looked_for_once_until_people_change(db: Database) -> None:
    workspaces = Workspaces(db, lambda: "")
    assert not workspaces.may_speak("T1")
    with db.write() as tx:
        set_person(tx, "slack:T1:U1")  # nothing says that people have changed
    assert not workspaces.may_speak("T1")
    with db.write() as tx:
        record(tx, "people_set", actor="office", now=MONDAY)
    assert workspaces.may_speak("T1")


def test_slack_is_asked_for_the_bots_own_workspace_only_where_it_matters_and_until_it_answers(db: Database) -> None:
    answers = ["", "T1"]
    workspaces = Workspaces(db, lambda: answers.pop(0))
    with db.write() as tx:
        installations.join_workspace(tx, "slack", "T2", name=None, now=MONDAY, account="tester")
    assert workspaces.may_speak("T2")
    assert len(answers) == 2
    assert not workspaces.may_speak("T1")  # Slack could not be asked
    assert workspaces.may_speak("T1")
    assert workspaces.may_speak("T1")
    assert not workspaces.may_speak("T3")
    assert not workspaces.may_speak("")
    assert answers == []
    with db.write() as tx:
        installations.join_workspace(tx, "slack", "T1", name=None, now=MONDAY, account="tester")
        installations.leave_workspace(tx, "slack", "T1", now=MONDAY, account="tester")
    assert not workspaces.may_speak("T1")
