"""Accounts as Slack shows them, and what sending to a closed one says."""

from __future__ import annotations

import pytest

from bot.slack.people import SlackPeople
from bot.slack.sender import SlackSender
from jobs.sender import AccountClosed, Delivery
from programme.messages import Message
from tests.slack import FakeSlack


def test_a_message_to_a_closed_account_says_that_it_is_closed() -> None:
    with FakeSlack() as slack:
        slack.users["U1"] = False
        sender = SlackSender(slack.token, slack.api_url)
        with pytest.raises(AccountClosed, match="their Slack account is closed"):
            sender.send(Delivery("1-1", "slack:T1:U1", Message("Hello")))


def test_an_account_is_found_by_its_id_whoever_it_is() -> None:
    with FakeSlack() as slack:
        slack.users |= {"U2": False, "UB": True}
        slack.profiles = {"U1": {"name": "Sam"}, "UB": {"is_bot": True}}
        people = SlackPeople(slack.token, slack.api_url, pytest.fail)
        found = [people.find_by_id(user) for user in ("U1", "U2", "UB", "U9")]
        assert [(one.name, one.wrong) if one else None for one in found] == [
            ("Sam", ""),
            ("u2", "that Slack account is closed"),
            ("ub", "that is a bot"),
            None,
        ]
