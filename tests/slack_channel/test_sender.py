"""Posting to Slack: what is said of a post that failed, and that none is made twice."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.sender import SlackSender
from jobs.deliver import Ambiguous, CannotAsk, Delivery, NotSent, Receipt, Undeliverable
from programme.messages import Button, Buttons, Heading, Message, Text
from tests.slack import FakeSlack
from tests.slack_pace import unhurried

REMINDER = Delivery(
    "ob-1", "slack:T1:U1", Message("P2.3c is due on Friday", (Text("P2.3c"), Buttons((Button("Done", "done P2.3c"),))))
)
DIGEST = replace(REMINDER, message=Message("The digest", tuple(Heading(f"h{n}") for n in range(120))))


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def sender(slack: FakeSlack) -> SlackSender:
    return SlackSender(slack.token, slack.api_url, limits=unhurried())


def ids(slack: FakeSlack) -> list[str | None]:
    return [post.id for post in slack.posts]


def test_a_person_hears_in_the_conversation_slack_opens(slack: FakeSlack, sender: SlackSender) -> None:
    receipt = sender.send(REMINDER)
    (post,) = slack.posts
    assert receipt == Receipt("DU1", post.ts)
    assert (post.channel, post.text, post.thread_ts) == ("DU1", "P2.3c is due on Friday", None)
    assert post.metadata == {"event_type": "halfterm", "event_payload": {"id": "ob-1"}}
    (fields,) = slack.asked("chat.postMessage")
    assert (fields["unfurl_links"], fields["unfurl_media"]) == (False, False)


def test_a_conversation_is_opened_once(slack: FakeSlack, sender: SlackSender) -> None:
    sender.send(REMINDER)
    sender.send(replace(REMINDER, id="ob-2"))
    assert len(slack.asked("conversations.open")) == 1


def test_a_channel_is_posted_to_directly(slack: FakeSlack, sender: SlackSender) -> None:
    assert sender.send(replace(REMINDER, address="slack:T1:C1")).conversation == "C1"
    assert slack.asked("conversations.open") == []


def test_an_answer_goes_where_it_was_asked(slack: FakeSlack, sender: SlackSender) -> None:
    asked = sender.send(replace(REMINDER, id="ob-0", address="slack:T1:G1"))
    sender.send(replace(REMINDER, conversation="G1", thread=asked.post))
    assert (slack.posts[1].channel, slack.posts[1].thread_ts) == ("G1", asked.post)
    assert slack.asked("conversations.open") == []


def test_a_post_accepted_and_never_answered_is_found_and_not_made_twice(slack: FakeSlack, sender: SlackSender) -> None:
    slack.fail("chat.postMessage", how="accept_and_drop")
    with pytest.raises(Ambiguous):
        sender.send(REMINDER)
    assert sender.find_sent(REMINDER) == Receipt("DU1", slack.posts[0].ts)
    assert len(slack.posts) == 1


def test_a_post_lost_on_the_way_is_in_doubt_and_then_known_not_to_have_come(
    slack: FakeSlack, sender: SlackSender
) -> None:
    slack.fail("chat.postMessage", how="drop")
    with pytest.raises(Ambiguous):
        sender.send(REMINDER)
    assert sender.find_sent(REMINDER) is None


def test_a_post_never_answered_is_cut_off_and_in_doubt(slack: FakeSlack) -> None:
    sender = SlackSender(slack.token, slack.api_url, timeout=0.3)
    slack.fail("chat.postMessage", how="hang")
    with pytest.raises(Ambiguous):
        sender.send(REMINDER)
    assert sender.find_sent(REMINDER) is not None


@pytest.mark.parametrize("how", ["500", "fatal_error", "internal_error", "page"])
def test_an_answer_that_is_none_leaves_a_post_in_doubt(slack: FakeSlack, sender: SlackSender, how: str) -> None:
    slack.fail("chat.postMessage", how=how)
    with pytest.raises(Ambiguous):
        sender.send(REMINDER)


def test_a_rate_limit_says_how_long_to_wait(slack: FakeSlack, sender: SlackSender) -> None:
    slack.fail("chat.postMessage", how="429", retry_after=45)
    with pytest.raises(NotSent) as caught:
        sender.send(REMINDER)
    assert caught.value.retry_after == timedelta(seconds=45)
    assert slack.posts == []


def test_one_message_a_second_a_channel(slack: FakeSlack, sender: SlackSender) -> None:
    slack.one_a_second = True
    sender.send(REMINDER)
    with pytest.raises(NotSent) as caught:
        sender.send(replace(REMINDER, id="ob-2"))
    assert caught.value.retry_after == timedelta(seconds=1)
    sender.send(replace(REMINDER, id="ob-3", address="slack:T1:U2"))


def test_slack_that_cannot_be_reached_was_sent_nothing() -> None:
    with socket.socket() as bound:  # bound, and not listening
        bound.bind(("127.0.0.1", 0))
        sender = SlackSender("xoxb-1", f"http://127.0.0.1:{bound.getsockname()[1]}/api/")
        for address in ("slack:T1:U1", "slack:T1:C1"):
            with pytest.raises(NotSent, match="could not be reached"):
                sender.send(replace(REMINDER, address=address))
    with pytest.raises(NotSent):
        SlackSender("xoxb-1", "http://nowhere.invalid/api/").send(REMINDER)


@pytest.mark.parametrize("how", ["drop", "accept_and_drop", "500", "429", "hang", "page"])
def test_opening_a_conversation_posts_nothing_so_it_is_never_in_doubt(slack: FakeSlack, how: str) -> None:
    slack.fail("conversations.open", how=how)
    with pytest.raises(NotSent):
        SlackSender(slack.token, slack.api_url, timeout=0.3).send(REMINDER)
    assert slack.asked("chat.postMessage") == []


@pytest.mark.parametrize("token", ["xoxb-wrong", ""])
def test_a_wrong_token_can_be_mended(slack: FakeSlack, token: str) -> None:
    with pytest.raises(NotSent, match=r"invalid_auth|not_authed"):
        SlackSender(token, slack.api_url).send(REMINDER)


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "a_word_of_tomorrow"])
def test_what_the_office_or_slack_can_mend_is_tried_again(slack: FakeSlack, sender: SlackSender, code: str) -> None:
    slack.fail("chat.postMessage", how=code)
    with pytest.raises(NotSent, match=code):
        sender.send(REMINDER)


def test_who_and_what_cannot_be_reached_is_given_up_with_a_reason(slack: FakeSlack, sender: SlackSender) -> None:
    slack.users["U2"] = False
    slack.archived = {"G1"}
    for address, reason in {
        "slack:T1:U2": "their Slack account is closed",
        "slack:T1:U9": "Slack knows no such person",
        "slack:T1:UBOT": "a bot cannot be messaged",
        "slack:T1:C9": "Slack knows no such conversation, or the bot is not in it",
        "slack:T1:C2": "the bot is not in that channel: invite it",
        "slack:T1:G1": "that channel is archived: have it opened again, or set another",
        "mail:a@b.org": "not a Slack address",
    }.items():
        with pytest.raises(Undeliverable) as caught:
            sender.send(replace(REMINDER, address=address))
        assert caught.value.reason == reason


def test_a_missing_permission_is_named(slack: FakeSlack, sender: SlackSender) -> None:
    slack.scopes.remove("im:write")
    with pytest.raises(Undeliverable, match="permission: im:write"):
        sender.send(REMINDER)


def test_a_refused_message_is_never_quoted(
    slack: FakeSlack, sender: SlackSender, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slack.fail("chat.postMessage", how="invalid_blocks")
    with pytest.raises(Undeliverable) as caught:
        sender.send(REMINDER)
    assert "P2.3c" not in caught.value.reason + caplog.text


def test_a_long_message_is_continued_in_its_own_thread(slack: FakeSlack, sender: SlackSender) -> None:
    receipt = sender.send(DIGEST)
    assert ids(slack) == ["ob-1", "ob-1/2", "ob-1/3"]
    assert [post.thread_ts for post in slack.posts] == [None, receipt.post, receipt.post]
    assert sender.find_sent(DIGEST) == receipt


@pytest.mark.parametrize("how", ["429", "drop", "accept_and_drop", "500"])
def test_a_continuation_that_failed_is_added_without_repeating_any_part(slack: FakeSlack, how: str) -> None:
    slack.fail("chat.postMessage", how=how, after=1)
    with pytest.raises((NotSent, Ambiguous)):
        SlackSender(slack.token, slack.api_url, limits=unhurried()).send(DIGEST)
    receipt = SlackSender(slack.token, slack.api_url, limits=unhurried()).send(DIGEST)
    assert ids(slack) == ["ob-1", "ob-1/2", "ob-1/3"]
    assert receipt == Receipt("DU1", slack.posts[0].ts, parts=3)


def test_part_of_a_message_is_not_the_message(slack: FakeSlack, sender: SlackSender) -> None:
    sender.send(DIGEST)
    slack.posts.pop()
    assert sender.find_sent(DIGEST) is None


def test_an_answer_in_a_thread_is_looked_for_there(slack: FakeSlack, sender: SlackSender) -> None:
    asked = sender.send(replace(REMINDER, id="ob-0", address="slack:T1:C1"))
    answer = replace(REMINDER, conversation="C1", thread=asked.post)
    assert sender.find_sent(answer) is None
    assert sender.send(answer) == sender.find_sent(answer)


def test_without_the_history_permission_slack_cannot_be_asked(slack: FakeSlack, sender: SlackSender) -> None:
    slack.scopes.remove("im:history")
    sender.send(REMINDER)
    with pytest.raises(CannotAsk, match="im:history"):
        sender.find_sent(REMINDER)
    sender.send(replace(DIGEST, id="ob-2"))  # and a long message is still posted
    assert len(slack.posts) == 4


@pytest.mark.parametrize(("how", "wait"), [("429", timedelta(seconds=30)), ("500", None), ("drop", None)])
def test_asking_can_wait(slack: FakeSlack, sender: SlackSender, how: str, wait: timedelta | None) -> None:
    slack.fail("conversations.history", how=how)
    with pytest.raises(NotSent) as caught:
        sender.find_sent(REMINDER)
    assert caught.value.retry_after == wait


def test_our_messages_are_told_from_others(slack: FakeSlack, sender: SlackSender) -> None:
    for n in range(30):
        sender.send(replace(REMINDER, id=f"other-{n}"))
    assert sender.find_sent(REMINDER) is None
    found = sender.find_sent(replace(REMINDER, id="other-3"))
    assert found is not None
    assert found.post == slack.posts[3].ts
