"""Slack's limits kept by us: what must wait, for how long, and what goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

import pytest

from bot.slack.limits import Limits
from bot.slack.sender import SlackSender
from jobs.deliver import Delivery, NotSent
from programme.messages import Heading, Message, Text
from tests.slack import TIERS, FakeSlack

ANSWER = Delivery("ob-1", "slack:T1:U1", Message("the answer", (Text("the answer"),)))


@dataclass
class Clock:
    """Seconds that pass when a test says so, or when somebody waits."""

    seconds: float = 0.0
    waited: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[FakeSlack]:
    with FakeSlack() as fake:
        yield fake


def refused(call: Callable[[], object]) -> NotSent:
    with pytest.raises(NotSent) as caught:
        call()
    return caught.value


def test_two_messages_to_one_channel_are_a_second_apart(clock: Clock) -> None:
    limits = Limits(clock=clock)
    limits.take("chat_postMessage", "T1", "C1")
    limits.take("chat_postMessage", "T1", "C2")
    limits.take("chat_postMessage", "T2", "C1")
    clock.seconds = 0.25
    wait = refused(lambda: limits.take("chat_postMessage", "T1", "C1"))
    assert (wait.retry_after, wait.rests, wait.asked) == (timedelta(seconds=0.75), "address", False)
    clock.seconds = 1.0
    limits.take("chat_postMessage", "T1", "C1")


@pytest.mark.parametrize("posts", [200, 3])
def test_a_workspace_takes_so_many_messages_a_minute(clock: Clock, posts: int) -> None:
    limits = Limits(posts, clock=clock)
    for n in range(posts):
        limits.take("chat_postMessage", "T1", f"C{n}")
    clock.seconds = 20.0
    wait = refused(lambda: limits.take("chat_postMessage", "T1", "C999"))
    assert (wait.retry_after, wait.rests) == (timedelta(seconds=40), "workspace")
    limits.take("chat_postMessage", "T2", "C1")
    clock.seconds = 60.0
    limits.take("chat_postMessage", "T1", "C999")


def test_a_minute_begins_when_slack_has_answered_for_a_call_may_be_slow_on_its_way(clock: Clock) -> None:
    limits = Limits(1, clock=clock)
    limits.take("chat_postMessage", "T1", "C1")
    clock.seconds = 2.0
    limits.note_taken("chat_postMessage", "T1")
    clock.seconds = 61.0
    wait = refused(lambda: limits.take("chat_postMessage", "T1", "C2"))
    assert (wait.retry_after, wait.rests) == (timedelta(seconds=1), "workspace")
    clock.seconds = 62.0
    limits.take("chat_postMessage", "T1", "C2")


def test_a_channels_second_begins_when_slack_has_answered_too(clock: Clock) -> None:
    limits = Limits(clock=clock)
    limits.take("chat_postMessage", "T1", "C1")
    clock.seconds = 0.5
    limits.note_taken("chat_postMessage", "T1", "C1")
    clock.seconds = 1.0
    assert refused(lambda: limits.take("chat_postMessage", "T1", "C1")).retry_after == timedelta(seconds=0.5)
    clock.seconds = 1.5
    limits.take("chat_postMessage", "T1", "C1")


@pytest.mark.parametrize(
    ("method", "most", "rests"),
    [
        ("chat_update", 50, "kind"),
        ("views_publish", 100, "kind"),
        ("files_getUploadURLExternal", 100, "kind"),
        ("files_completeUploadExternal", 100, "kind"),
        ("conversations_open", 50, "address"),
        ("conversations_history", 50, "address"),
    ],
)
def test_each_method_has_its_own_number_a_minute(clock: Clock, method: str, most: int, rests: str) -> None:
    limits = Limits(clock=clock)
    for _ in range(most):
        limits.take(method, "T1")
    assert refused(lambda: limits.take(method, "T1")).rests == rests
    limits.take("chat_postMessage", "T1", "C1")


def test_the_parts_of_one_message_wait_for_each_other(slack: FakeSlack, clock: Clock) -> None:
    sender = SlackSender(slack.token, slack.api_url, limits=Limits(clock=clock, wait=clock.wait))
    sender.send(replace(ANSWER, message=Message("long", tuple(Heading(f"h{n}") for n in range(120)))))
    assert len(slack.posts) == 3
    assert clock.waited == [1.0, 1.0]


@pytest.mark.parametrize(
    ("method", "how", "rests"),
    [
        ("chat.postMessage", "post", "address"),
        ("conversations.open", "post", "workspace"),
        ("chat.update", "edit", "kind"),
        ("views.publish", "home", "kind"),
    ],
)
def test_slacks_own_refusal_says_what_rests(slack: FakeSlack, clock: Clock, method: str, how: str, rests: str) -> None:
    sender = SlackSender(slack.token, slack.api_url, limits=Limits(clock=clock))
    slack.fail(method, how="429", retry_after=7)
    told = replace(ANSWER, how=how, conversation="C1", post="1.0")  # type: ignore[arg-type]  # one of the three
    wait = refused(lambda: sender.send(told if how == "edit" else replace(told, conversation="")))
    assert (wait.retry_after, wait.rests, wait.asked) == (timedelta(seconds=7), rests, True)


def test_refusals_on_end_are_taken_to_be_meant_for_the_workspace(slack: FakeSlack, clock: Clock) -> None:
    sender = SlackSender(slack.token, slack.api_url, limits=Limits(clock=clock))
    for user in ("U1", "U2", "U3"):
        sender.send(replace(ANSWER, address=f"slack:T1:{user}"))
    clock.seconds = 10.0
    slack.fail("chat.postMessage", how="429", times=3)
    rests = [
        refused(partial(sender.send, replace(ANSWER, address=f"slack:T1:{user}"))).rests for user in ("U1", "U2", "U3")
    ]
    assert rests == ["address", "address", "workspace"]
    clock.seconds = 20.0
    sender.send(ANSWER)
    slack.fail("chat.postMessage", how="429")
    clock.seconds = 30.0
    assert refused(lambda: sender.send(ANSWER)).rests == "address"


def test_slack_is_never_asked_for_more_than_it_promises(slack: FakeSlack, clock: Clock) -> None:
    slack.tiers = TIERS
    slack.users |= {f"U{n}": True for n in range(10, 70)}
    sender = SlackSender(slack.token, slack.api_url, limits=Limits(clock=clock))
    everyone = [replace(ANSWER, address=f"slack:T1:U{n}") for n in range(10, 70)]
    for told in everyone[:50]:
        sender.send(told)
    assert [refused(partial(sender.send, told)).asked for told in everyone[50:]] == [False] * 10
    assert len(slack.posts) == 50
