"""Each workspace's token: kept locked, renewed before it ends by one process at a time, gone when it is uninstalled."""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk.oauth.installation_store import Installation

from bot.slack.installs import INSTALL_AGAIN, KEPT_FOR, NOT_INSTALLED, UNKNOWN_KEY, Installs, States, TokenLost
from bot.slack.oauth import SlackOAuth
from bot.slack.sender import SlackSender
from jobs.sender import CannotAsk, Delivery, NotSent, Undeliverable
from programme.messages import Message, UserError
from storage.db import Database
from storage.installations import find_installation, lease_refresh
from storage.vault import UnknownKey, Vault
from tests.slack import FakeSlack
from tests.slack_workspace import TOKEN_LIVES

START = datetime(2022, 9, 5, 8, 0, tzinfo=UTC)
KEY = b"a key that signs the history"
ONE, TWO = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))
LIVES = timedelta(seconds=TOKEN_LIVES)


@dataclass
class Town:
    """One halfterm's installations, and Slack; both keep to the same clock."""

    db: Database
    slack: FakeSlack

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.slack.seconds)

    def wait(self, time: timedelta) -> None:
        self.slack.seconds += time.total_seconds()

    def installs(self, *keys: str) -> Installs:
        """The installations as a process sees them."""
        return Installs(self.db, Vault(keys, KEY), SlackOAuth("1.2", "client-secret", self.slack.api_url), self.clock)

    def install(self, installs: Installs, team: str = "T1") -> None:
        """What coming back from Slack does."""
        given = installs.oauth.exchange(self.slack.code(team), "")
        ends = self.clock().timestamp() + given["expires_in"] if "expires_in" in given else None
        installs.save(
            Installation(
                team_id=team,
                team_name="Council",
                bot_token=given["access_token"],
                bot_refresh_token=given.get("refresh_token"),
                bot_token_expires_at=int(ends) if ends else None,
                bot_user_id="UBOT",
                bot_scopes="chat:write,commands",
                user_id="U1",
            )
        )

    @property
    def renewals(self) -> int:
        return sum(call.get("grant_type") == "refresh_token" for call in self.slack.asked("oauth.v2.access"))

    def trouble(self) -> str:
        with self.db.read() as tx:
            found = find_installation(tx, "T1")
        assert found is not None
        return found.trouble

    def post(self, installs: Installs, text: str = "Hello.", team: str = "T1") -> None:
        sender = SlackSender(installs.token_of, self.slack.api_url)
        sender.send(Delivery("1-1", f"slack:{team}:U1", Message(text)))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    db = Database(f"sqlite:///{tmp_path / 'test.db'}", KEY)
    db.upgrade()
    with FakeSlack("xoxb-of-T1") as slack:
        slack.join("T2", "xoxb-of-T2")
        yield Town(db, slack)
    db.close()


@pytest.fixture
def rotating(town: Town) -> Town:
    """Installed in T1, with a token that lives for twelve hours."""
    town.slack.client.rotates = True
    town.install(town.installs())
    return town


# Bolt's store


def test_what_was_saved_is_found_as_bolt_asks_for_it(town: Town) -> None:
    installs = town.installs()
    town.install(installs)
    found = installs.find_installation(enterprise_id=None, team_id="T1")
    assert found is not None
    assert (found.team_id, found.team_name, found.user_id) == ("T1", "Council", "U1")
    assert (found.bot_token, found.bot_user_id, found.bot_scopes) == ("xoxb-of-T1", "UBOT", ["chat:write", "commands"])
    assert found.installed_at == START.timestamp()
    bot = installs.find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert (bot.bot_token, bot.team_id) == ("xoxb-of-T1", "T1")
    assert installs.find_bot(enterprise_id=None, team_id="T2") is None
    assert installs.find_bot(enterprise_id="E1", team_id=None) is None
    assert installs.find_installation(enterprise_id=None, team_id="T1", user_id="U1") is not None
    assert installs.find_installation(enterprise_id=None, team_id="T1", user_id="U2") is None
    assert installs.find_bot(enterprise_id="E1", team_id="T1", is_enterprise_install=True) is None


def test_an_installation_without_a_workspace_or_a_bot_is_not_kept(town: Town) -> None:
    installs = town.installs()
    for wrong in (
        Installation(user_id="U1", team_id="T1", bot_token="xoxb-1", is_enterprise_install=True),
        Installation(user_id="U1", enterprise_id="E1", bot_token="xoxb-1"),
        Installation(user_id="U1", team_id="T1", user_token="xoxp-1"),
    ):
        with pytest.raises(UserError, match="one workspace at a time"):
            installs.save(wrong)


def test_every_way_of_deleting_forgets_the_workspace_and_only_that(town: Town) -> None:
    installs = town.installs()
    for delete in (
        lambda: installs.delete_bot(enterprise_id=None, team_id="T1"),
        lambda: installs.delete_installation(enterprise_id=None, team_id="T1"),
        lambda: installs.delete_all(enterprise_id=None, team_id="T1"),
        lambda: installs.uninstall("T1"),
    ):
        town.install(installs)
        town.install(installs, "T2")
        delete()
        assert installs.find_bot(enterprise_id=None, team_id="T1") is None
        assert installs.token_of("T2") == "xoxb-of-T2"


def test_a_persons_own_token_revoked_leaves_the_bot_in_place(town: Town) -> None:
    installs = town.installs()
    town.install(installs)
    installs.delete_installation(enterprise_id=None, team_id="T1", user_id="U1")
    assert installs.token_of("T1") == "xoxb-of-T1"


def test_states_are_long_different_and_good_once(town: Town) -> None:
    states = States(town.db, town.clock)
    one, two = states.issue(), states.issue()
    assert one != two
    assert min(len(one), len(two)) >= 43
    assert [states.consume(one), states.consume(one), states.consume("foreign")] == [True, False, False]
    town.wait(timedelta(minutes=10))
    assert not states.consume(two)


# Tokens


def test_each_workspace_is_posted_to_with_its_own_token(town: Town) -> None:
    installs = town.installs()
    town.install(installs)
    town.install(installs, "T2")
    town.post(installs, "For one.")
    town.post(installs, "For two.", "T2")
    assert [post.text for post in town.slack.posts] == ["For one."]
    assert [post.text for post in town.slack.workspaces["T2"].posts] == ["For two."]


@pytest.mark.parametrize("team", ["T2", "", "T1:U1"])
def test_where_it_is_not_installed_nothing_can_be_delivered_and_the_reason_is_plain(town: Town, team: str) -> None:
    installs = town.installs()
    town.install(installs)
    with pytest.raises(Undeliverable) as refused:
        installs.token_of(team)
    assert refused.value.reason == NOT_INSTALLED


def test_after_uninstalling_nothing_can_be_delivered_there_not_even_for_a_moment(town: Town) -> None:
    installs = town.installs()
    town.install(installs)
    assert installs.token_of("T1")
    installs.uninstall("T1")
    with pytest.raises(Undeliverable, match=NOT_INSTALLED):
        town.post(installs)


def test_what_is_in_doubt_when_it_is_uninstalled_cannot_be_asked_for(town: Town) -> None:
    installs = town.installs()
    sender = SlackSender(installs.token_of, town.slack.api_url)
    with pytest.raises(CannotAsk, match=NOT_INSTALLED):
        sender.find_sent(Delivery("1-1", "slack:T1:U1", Message("Hello.")))


def test_another_process_hears_of_an_uninstalling_within_a_minute(town: Town) -> None:
    ours, theirs = town.installs(), town.installs()
    town.install(ours)
    assert theirs.token_of("T1")
    ours.uninstall("T1")
    town.wait(KEPT_FOR)
    with pytest.raises(Undeliverable):
        theirs.token_of("T1")


def test_installing_again_puts_the_new_token_in_place_at_once(town: Town) -> None:
    installs = town.installs()
    town.install(installs)
    assert installs.token_of("T1") == "xoxb-of-T1"
    town.slack.token = "xoxb-anew"
    town.install(installs)
    assert installs.token_of("T1") == "xoxb-anew"


# Rotation


def test_a_token_is_renewed_by_whoever_sends_when_less_than_two_hours_are_left(rotating: Town) -> None:
    installs = rotating.installs()
    first = installs.token_of("T1")
    rotating.wait(LIVES - timedelta(hours=2))
    assert installs.token_of("T1") == first
    assert rotating.renewals == 0
    rotating.wait(KEPT_FOR)
    second = installs.token_of("T1")
    assert second != first
    assert rotating.renewals == 1
    assert rotating.installs().token_of("T1") == second  # and it is kept
    rotating.wait(timedelta(hours=2))
    rotating.post(installs)
    assert [post.text for post in rotating.slack.posts] == ["Hello."]


def test_it_is_renewed_again_and_again(rotating: Town) -> None:
    installs, tokens = rotating.installs(), set()
    for _ in range(5):
        tokens.add(installs.token_of("T1"))
        rotating.post(installs)
        rotating.wait(timedelta(hours=11))
    assert (len(tokens), rotating.renewals, len(rotating.slack.posts)) == (5, 4, 5)


def test_a_token_that_ended_while_nobody_sent_is_renewed_too(rotating: Town) -> None:
    rotating.wait(timedelta(days=30))
    rotating.post(rotating.installs())
    assert rotating.renewals == 1


@pytest.mark.parametrize("left", [timedelta(hours=1), timedelta(hours=-1)])
@pytest.mark.parametrize("processes", [1, 2])
def test_of_many_who_send_at_once_one_renews(rotating: Town, left: timedelta, processes: int) -> None:
    rotating.wait(LIVES - left)
    made = [rotating.installs() for _ in range(processes)]
    start, got = threading.Barrier(6), list[str]()

    def run(number: int) -> None:
        start.wait()
        try:
            got.append(made[number % processes].token_of("T1"))
        except NotSent as problem:  # in another process, which tries again later
            got.append(problem.reason)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rotating.renewals == 1
    good = set(rotating.slack.tokens)
    if left > timedelta():
        assert set(got) <= good  # the new one, or the old while it lasts
    else:
        new = rotating.installs().token_of("T1")
        assert set(got) <= {new, "that Slack workspace's token is being renewed"}
        assert processes == 2 or set(got) == {new}
    assert rotating.trouble() == ""


def test_while_another_process_renews_the_old_token_is_used_and_once_it_has_ended_one_waits(rotating: Town) -> None:
    installs = rotating.installs()
    first = installs.token_of("T1")
    rotating.wait(LIVES - timedelta(seconds=90))
    with rotating.db.write() as tx:
        assert lease_refresh(tx, "T1", "theirs", rotating.clock(), due_by=rotating.clock() + timedelta(hours=2))
    assert installs.token_of("T1") == first
    rotating.wait(timedelta(seconds=50))
    assert installs.token_of("T1") == first
    with rotating.db.write() as tx:
        tx.conn.exec_driver_sql("UPDATE installation SET lease_until = '2022-09-06 08:00:00'")
    rotating.wait(timedelta(seconds=40))
    with pytest.raises(NotSent, match="is being renewed"):
        installs.token_of("T1")
    assert rotating.renewals == 0


def test_whoever_died_while_renewing_keeps_nobody_waiting_for_long(rotating: Town) -> None:
    rotating.wait(LIVES + timedelta(hours=1))
    with rotating.db.write() as tx:
        assert lease_refresh(tx, "T1", "theirs", rotating.clock(), due_by=rotating.clock())
    installs = rotating.installs()
    with pytest.raises(NotSent):
        installs.token_of("T1")
    rotating.wait(timedelta(minutes=1))
    rotating.post(installs)
    assert rotating.renewals == 1


@pytest.mark.parametrize("how", ["500", "drop", "page", "429", "bad_client_secret"])
def test_where_slack_will_not_renew_now_the_old_token_is_used_while_it_lasts(rotating: Town, how: str) -> None:
    installs = rotating.installs()
    first = installs.token_of("T1")
    rotating.wait(LIVES - timedelta(hours=1))
    rotating.slack.fail("oauth.v2.access", how=how)
    assert installs.token_of("T1") == first
    rotating.wait(KEPT_FOR)
    assert installs.token_of("T1") != first
    assert rotating.trouble() == ""


@pytest.mark.parametrize("how", ["500", "drop", "page", "429", "bad_client_secret"])
def test_and_once_it_has_ended_the_message_waits_for_a_later_try(rotating: Town, how: str) -> None:
    rotating.wait(LIVES)
    rotating.slack.fail("oauth.v2.access", how=how)
    installs = rotating.installs()
    with pytest.raises(NotSent, match="that workspace's token"):
        rotating.post(installs)
    rotating.post(installs)
    assert len(rotating.slack.posts) == 1


def test_a_refresh_token_that_is_lost_wants_a_new_installation_and_says_so(rotating: Town) -> None:
    installs = rotating.installs()
    first = installs.token_of("T1")
    rotating.slack.refresh_tokens.clear()
    rotating.wait(LIVES - timedelta(hours=1))
    assert installs.token_of("T1") == first  # it is still good
    assert rotating.trouble() == INSTALL_AGAIN
    rotating.wait(timedelta(hours=1))
    for _ in range(2):
        with pytest.raises(TokenLost) as lost:
            installs.token_of("T1")
        assert lost.value.reason == INSTALL_AGAIN
    assert rotating.renewals == 1  # nobody asks in vain again and again
    rotating.install(installs)
    rotating.post(installs)
    assert rotating.trouble() == ""


def test_an_answer_lost_on_the_way_costs_the_refresh_token_and_nothing_else(rotating: Town) -> None:
    installs = rotating.installs()
    first = installs.token_of("T1")
    rotating.wait(LIVES - timedelta(hours=1))
    rotating.slack.fail("oauth.v2.access", how="accept_and_drop")
    assert installs.token_of("T1") == first
    rotating.wait(KEPT_FOR)
    assert installs.token_of("T1") == first
    assert rotating.trouble() == INSTALL_AGAIN


# Keys


def test_with_a_new_key_first_the_old_tokens_are_read_and_new_ones_locked_with_it(town: Town) -> None:
    town.install(town.installs())
    town.install(town.installs(ONE), "T2")
    assert town.installs(ONE).token_of("T1") == "xoxb-of-T1"
    assert town.installs(TWO, ONE).token_of("T2") == "xoxb-of-T2"
    with pytest.raises(TokenLost) as lost:
        town.installs().token_of("T2")
    assert lost.value.reason == UNKNOWN_KEY
    with pytest.raises(UnknownKey):
        town.installs(TWO).find_bot(enterprise_id=None, team_id="T2")
    assert town.installs().token_of("T1") == "xoxb-of-T1"  # one that cannot be read stops no other


def test_a_refresh_token_under_an_unknown_key_is_no_reason_to_ask_slack(rotating: Town) -> None:
    rotating.wait(LIVES)
    other = Installs(rotating.db, Vault([], b"another signing key"), rotating.installs().oauth, rotating.clock)
    with pytest.raises(TokenLost) as lost:
        other.token_of("T1")
    assert lost.value.reason == UNKNOWN_KEY
    assert rotating.renewals == 0
    rotating.post(rotating.installs())


def test_no_token_is_ever_logged(rotating: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    installs = rotating.installs()
    rotating.wait(LIVES)
    for how in ("drop", "page", "invalid_client_id"):
        rotating.slack.fail("oauth.v2.access", how=how)
        with pytest.raises(NotSent):
            installs.token_of("T1")
    rotating.post(installs)
    installs.uninstall("T1")
    assert "Slack would not renew that workspace's token (invalid_client_id)" in caplog.text
    assert "T1: the bot was uninstalled" in caplog.text
    assert not [secret for secret in ("xox", "client-secret") if secret in caplog.text]
