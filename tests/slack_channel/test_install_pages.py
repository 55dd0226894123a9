"""Installing the bot in a Slack workspace, from the link to the stored token, over the real routes."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Response

from bot.slack.manifest import list_scopes
from tests.slack import FakeSlack
from tests.slack_channel.installing import PUBLIC, Browser, Halfterm


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack("xoxb-of-T1") as fake:
        fake.join("T2", "xoxb-of-T2")
        yield fake


@pytest.fixture
def halfterm(tmp_path: Path, slack: FakeSlack) -> Iterator[Halfterm]:
    made = Halfterm(tmp_path, slack)
    yield made
    made.close()


def told(page: Response, status: int) -> str:
    """The page's own words. Whatever it is, it is kept nowhere, shown in no frame, and holds no script."""
    assert page.status_code == status
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["set-cookie"].startswith('slack-app-oauth-state="";')  # that state is done with
    return re.sub(r"<[^>]+>", "", page.text.partition("<p>")[2]).strip()


def teams(halfterm: Halfterm) -> list[str]:
    return [team for team in ("T1", "T2") if halfterm.app.installs.find_bot(enterprise_id=None, team_id=team)]


def test_a_workspace_installs_the_bot_and_its_token_is_kept_for_it(halfterm: Halfterm) -> None:
    page = halfterm.install("T2")
    assert told(page, 200) == (
        "The bot is installed in Council T2. It answers nobody there before the programme office lets the workspace "
        "join, with: halfterm workspaces join T2"
    )
    assert halfterm.app.installs.token_of("T2") == "xoxb-of-T2"
    assert teams(halfterm) == ["T2"]


def test_who_is_known_already_is_told_so_in_one_sentence(halfterm: Halfterm) -> None:
    halfterm.load("SENDPO", "slack:T1:U1")
    assert told(halfterm.install("T1"), 200) == "The bot is installed in Council T1."


def test_slack_is_asked_for_the_least_scopes_and_more_only_where_somebody_chose_more(halfterm: Halfterm) -> None:
    answer = Browser(halfterm).call("GET", "/slack/install")
    assert answer.headers["location"].startswith(f"{halfterm.slack.url}/oauth/v2/authorize?")
    asked = Browser(halfterm).set_out()
    assert asked.pop("state")
    assert asked == {
        "client_id": "1.2",
        "scope": ",".join(list_scopes(())),
        "redirect_uri": f"{PUBLIC}/slack/oauth_redirect",
    }
    more = Browser(halfterm).set_out("?with=files,by-email,admin")
    assert more["scope"] == ",".join(list_scopes(("by-email", "files")))


def test_the_state_is_bound_to_the_browser_by_a_cookie_no_script_can_read(halfterm: Halfterm) -> None:
    answer = Browser(halfterm).call("GET", "/slack/install")
    cookie = answer.headers["set-cookie"]
    state = cookie.partition("=")[2].partition(";")[0]
    assert len(state) >= 43
    assert f"state={state}&" in answer.headers["location"]
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/slack", "Max-Age=600"):
        assert part in cookie
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


STALE = (
    "Nothing was installed, because this did not begin in this browser within the last ten minutes, "
    "or was used before. Start again"
)


def test_a_state_is_used_once(halfterm: Halfterm) -> None:
    browser = Browser(halfterm)
    asked = browser.set_out()
    cookies = dict(browser.cookies)

    def come_back() -> Response:
        browser.cookies.update(cookies)
        code = halfterm.slack.code("T1", redirect_uri=asked["redirect_uri"])
        return browser.come_back(code=code, state=asked["state"])

    assert told(come_back(), 200).startswith("The bot is installed")
    assert told(come_back(), 400) == STALE
    assert len(halfterm.slack.asked("oauth.v2.access")) == 1


def test_a_state_from_another_browser_or_from_nowhere_installs_nothing(halfterm: Halfterm) -> None:
    theirs, mine = Browser(halfterm), Browser(halfterm)
    asked = theirs.set_out()
    code = halfterm.slack.code("T1", redirect_uri=asked["redirect_uri"])
    assert told(mine.come_back(code=code, state=asked["state"]), 400) == STALE
    own = mine.set_out()
    assert told(mine.come_back(code=code, state=asked["state"]), 400) == STALE
    assert own["state"] != asked["state"]
    mine.cookies.set("slack-app-oauth-state", "made-up", domain="halfterm.example.org", path="/slack")
    assert told(mine.come_back(code=code, state="made-up"), 400) == STALE
    assert told(Browser(halfterm).come_back(code=code), 400) == STALE
    assert told(Browser(halfterm).come_back(code=code, state=""), 400) == STALE
    assert halfterm.slack.calls == []
    assert told(theirs.come_back(code=code, state=asked["state"]), 200)  # none of which spoilt theirs


def test_a_state_that_has_ended_installs_nothing(halfterm: Halfterm) -> None:
    browser = Browser(halfterm)
    asked = browser.set_out()
    with halfterm.app.db.write() as tx:
        tx.conn.exec_driver_sql("UPDATE oauth_state SET expires_at = '2022-09-05 08:00:00'")
    code = halfterm.slack.code("T1", redirect_uri=asked["redirect_uri"])
    assert told(browser.come_back(code=code, state=asked["state"]), 400) == STALE
    assert halfterm.slack.calls == []


def test_who_cancels_in_slack_is_told_so_kindly_and_may_start_again(halfterm: Halfterm) -> None:
    browser = Browser(halfterm)
    asked = browser.set_out()
    cookies = dict(browser.cookies)
    page = browser.come_back(error="access_denied", state=asked["state"])
    assert told(page, 200) == "Nothing was installed, because it was cancelled in Slack. Start again"
    assert 'href="/slack/install"' in page.text
    assert told(Browser(halfterm).come_back(error="<script>"), 200).startswith("Nothing was installed")
    browser.cookies.update(cookies)
    code = halfterm.slack.code("T1", redirect_uri=asked["redirect_uri"])
    assert told(browser.come_back(code=code, state=asked["state"]), 400) == STALE
    assert teams(halfterm) == []


def test_a_code_that_slack_does_not_know_installs_nothing(halfterm: Halfterm) -> None:
    browser = Browser(halfterm)
    asked = browser.set_out()
    page = browser.come_back(code="made-up", state=asked["state"])
    assert told(page, 400) == "Nothing was installed, because Slack did not accept it. Start again"
    asked = browser.set_out()
    assert told(browser.come_back(state=asked["state"]), 400) == STALE
    assert teams(halfterm) == []


@pytest.mark.parametrize("how", ["500", "drop", "page"])
def test_where_slack_does_not_answer_one_may_start_again(halfterm: Halfterm, how: str) -> None:
    halfterm.slack.fail("oauth.v2.access", how=how)
    page = halfterm.install("T1")
    assert told(page, 503) == "Nothing was installed, because Slack did not answer: wait a minute. Start again"
    assert told(halfterm.install("T1"), 200)


def test_what_goes_wrong_on_our_side_is_one_sentence_and_no_trace(
    halfterm: Halfterm, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(halfterm)
    asked = browser.set_out()
    with halfterm.app.db.write() as tx:
        tx.conn.exec_driver_sql("DROP TABLE installation")
    code = halfterm.slack.code("T1", redirect_uri=asked["redirect_uri"])
    page = browser.come_back(code=code, state=asked["state"])
    assert told(page, 500).startswith("Something went wrong on our side, so nothing was installed")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "an installation failed: DatabaseError"
    ]
    assert "xoxb" not in caplog.text


def test_a_workspaces_name_is_shown_as_words_and_nothing_else(halfterm: Halfterm, slack: FakeSlack) -> None:
    slack.join("<b>T3</b>", "xoxb-of-T3")
    page = halfterm.install("<b>T3</b>")
    assert "<b>" not in page.text
    assert "Council &lt;b&gt;T3&lt;/b&gt;" in page.text


def test_only_ciphertext_is_in_the_database_and_nothing_in_the_log(
    halfterm: Halfterm, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    halfterm.slack.client.rotates = True
    halfterm.install("T1")
    token = halfterm.app.installs.token_of("T1")
    bot = halfterm.app.installs.find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert bot.bot_refresh_token
    assert bot.bot_refresh_token in halfterm.slack.refresh_tokens
    files = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert any(b"gAAAA" in data for data in files.values())  # how whatever Fernet locks begins
    for secret in (token, bot.bot_refresh_token, "xoxe"):
        assert all(secret.encode() not in data for data in files.values())
    logged = "".join(record.getMessage() for record in caplog.records if record.name != "httpx")  # the browser's own
    assert "T1: the bot was installed" in logged
    assert not [secret for secret in ("xox", "client-secret", "code-", "state=") if secret in logged]


def test_a_whole_organisation_is_refused_and_its_token_given_back(halfterm: Halfterm, slack: FakeSlack) -> None:
    slack.client.for_organisation = True
    assert told(halfterm.install("T1"), 400) == (
        "Nothing was installed, because the bot goes into one workspace at a time: choose a workspace. Start again"
    )
    assert slack.revoked == {"xoxb-of-T1"}
    assert teams(halfterm) == []


def test_without_a_client_id_there_are_no_such_pages(tmp_path: Path, slack: FakeSlack) -> None:
    single = Halfterm(tmp_path, slack, slack_bot_token=slack.token)
    try:
        for path in ("/slack/install", "/slack/oauth_redirect"):
            assert Browser(single).call("GET", path).status_code == 404
    finally:
        single.close()
