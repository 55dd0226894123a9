"""`halfterm workspaces`: who is part of the programme, and the key that their tokens are locked with."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.settings import Settings
from storage.db import Database
from storage.installations import Installed, record_installation
from storage.vault import Vault
from tests.cli.run import halfterm, well

SECRET = "a key for the council, long enough"
NOW = datetime(2022, 9, 5, 8, 0, tzinfo=UTC)
ONE, TWO = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@pytest.fixture
def many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose halfterm serves many workspaces."""
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "hunter2")
    return folder


def install(team: str, *keys: str, signing: str = SECRET) -> None:
    """As if the workspace had installed the bot while these were the keys."""
    settings = Settings(secret_key=signing, token_keys=keys)
    vault = Vault(settings.token_keys, settings.key())
    db = Database("sqlite:///halfterm.db", settings.key())
    db.upgrade()
    with db.write() as tx:
        locked, again = vault.lock(f"xoxb-{team}", NOW), vault.lock(f"xoxe-{team}", NOW)
        record_installation(
            tx, Installed(team, f"Council {team}", "", "", "", "UBOT", "U1", "", locked, again, NOW, NOW)
        )
    db.close()


def locked_with(*keys: str) -> str:
    """What T1's token is, where these keys unlock it."""
    db = Database("sqlite:///halfterm.db", SECRET.encode())
    with db.read() as tx:
        row = tx.conn.exec_driver_sql("SELECT token, refresh_token FROM installation WHERE team_id = 'T1'").one()
    db.close()
    vault = Vault(keys, b"no key of ours")
    return f"{vault.unlock(row.token)} {vault.unlock(row.refresh_token)}"


def test_a_workspace_joins_is_listed_and_leaves(folder: Path) -> None:
    assert well("workspaces", "list") == (
        "No workspace is part of the programme yet: halfterm workspaces join T024BE7LD"
    )
    assert well("workspaces", "join", "t2", "--name", "Parents' forum") == (
        "Parents' forum is part of the programme: whoever holds a role there is answered."
    )
    assert well("workspaces", "list") == "T2 (Parents' forum): part of the programme; 0 people"
    assert well("workspaces", "leave", "slack:T2") == (
        "T2 is not part of the programme any more: nobody there is answered or written to."
    )
    assert well("workspaces", "list") == "T2 (Parents' forum): left on 5 September 2022"
    well("workspaces", "join", "T2")
    assert well("workspaces", "list") == "T2 (Parents' forum): part of the programme; 0 people"


def test_who_has_an_address_there_is_counted_when_it_leaves(folder: Path) -> None:
    well("people", "office", "slack:T1:U1")
    assert well("workspaces", "list") == "T1: part of the programme; 1 person"
    assert well("workspaces", "leave", "T1") == (
        "T1 is not part of the programme any more: nobody there is answered or written to. 1 person has an "
        "address there: what they would be reminded of goes to the programme office to pass on, until halfterm people "
        "set ROLE ADDRESS."
    )
    assert well("workspaces", "join", "T1") == "T1 is part of the programme: whoever holds a role there is answered."


@pytest.mark.parametrize("wrong", ["", "Council", "U024BE7LD", "https://council.slack.com", "T1:U1", "teams:T1"])
def test_what_is_no_workspace_is_one_sentence(folder: Path, wrong: str) -> None:
    for verb in ("join", "leave"):
        assert halfterm("workspaces", verb, wrong).sentence == (
            f"“{wrong}” is not a Slack workspace: give its id, which begins with T, such as T024BE7LD."
        )


def test_who_never_joined_cannot_leave(folder: Path) -> None:
    ran = halfterm("workspaces", "leave", "T9")
    assert (ran.code, ran.sentence) == (1, "T9 is not part of the programme: see halfterm workspaces list.")


def test_joining_and_leaving_stand_in_the_history(folder: Path) -> None:
    well("workspaces", "join", "T2")
    well("workspaces", "leave", "T2")
    assert "2 rows" in well("audit", "verify")


def test_the_list_says_where_the_bot_is_installed_and_what_is_to_be_done(many: Path) -> None:
    install("T1")
    install("T9")
    well("people", "office", "slack:T1:U1")
    well("workspaces", "join", "T3")
    assert well("workspaces", "list").splitlines() == [
        "T1 (Council T1): part of the programme; 1 person; the bot is installed",
        "T3: part of the programme; 0 people; the bot is not installed",
        "T9 (Council T9): not part of the programme: halfterm workspaces join T9; the bot is installed",
    ]
    assert halfterm("workspaces", "list", "--json").json["workspaces"][0] == {
        "channel": "slack",
        "id": "T1",
        "name": "Council T1",
        "known": True,
        "left_at": None,
        "people": 1,
        "installed": True,
        "trouble": None,
    }


def test_with_one_token_the_list_says_nothing_of_installations(folder: Path) -> None:
    well("workspaces", "join", "T3")
    assert halfterm("workspaces", "list", "--json").json["workspaces"][0]["installed"] is None


def test_every_token_is_locked_with_the_newest_key(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install("T1")
    install("T2", ONE)
    monkeypatch.setenv("TOKEN_KEYS", f"{TWO},{ONE}")
    assert well("workspaces", "rekey", "--dry-run") == (
        "Dry run: the tokens of 2 workspaces would be locked with the first key of TOKEN_KEYS."
    )
    assert well("workspaces", "rekey") == (
        "The tokens of 2 workspaces are locked with the first key of TOKEN_KEYS: the database needs no other key now."
    )
    assert locked_with(TWO) == "xoxb-T1 xoxe-T1"
    monkeypatch.setenv("TOKEN_KEYS", TWO)
    well("workspaces", "rekey")
    monkeypatch.delenv("TOKEN_KEYS")
    ran = halfterm("workspaces", "rekey")
    assert ran.sentence == (
        "The tokens of T1, T2 are locked with a key that is not in TOKEN_KEYS, so nothing was changed: put that key "
        "back at the end of TOKEN_KEYS, or install the bot there again."
    )


def test_a_token_that_cannot_be_read_leaves_all_as_they_are(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install("T1", ONE)
    install("T2", signing="another key altogether")
    monkeypatch.setenv("TOKEN_KEYS", f"{TWO},{ONE}")
    for words in (["workspaces", "rekey"], ["workspaces", "rekey", "--dry-run"]):
        ran = halfterm(*words)
        assert ran.code == 1
        assert ran.sentence.startswith("The tokens of T2 are locked with a key that is not in TOKEN_KEYS")
    assert locked_with(ONE) == "xoxb-T1 xoxe-T1"


def test_a_dry_run_changes_nothing(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install("T1", ONE)
    monkeypatch.setenv("TOKEN_KEYS", f"{TWO},{ONE}")
    well("workspaces", "rekey", "--dry-run")
    assert locked_with(ONE) == "xoxb-T1 xoxe-T1"


def test_without_an_installation_there_is_nothing_to_lock(many: Path) -> None:
    assert well("workspaces", "rekey") == "The bot is not installed in any workspace, so there is no token to lock."
