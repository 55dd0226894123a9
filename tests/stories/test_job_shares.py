"""A role with several holders: any of them answers for it, each from their own day to their own day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from tests.stories.council import told
from tests.stories.on_slack import OnSlack, open_on_slack
from tests.stories.test_leavers import end
from tests.stories.test_leavers import story as story  # the council's stage
from tests.story import Story, london


def share(story: Story, name: str, *, since: str | None = None) -> None:
    """Let somebody share A's role, always or from a day."""
    on = london(f"{since} 00:00").date() if since else None
    with story.app.db.write() as tx:
        office.set_holder(
            tx, "A", f"console:{name}", name=name, email=None, since=on, today=story.today, now=story.now,
            account="tester",
        )  # fmt: skip


def about(story: Story, name: str, ref: str = "P1.1a") -> list[str]:
    return [text for text in told(story, name).get(name, []) if ref in text]


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[OnSlack]:
    with open_on_slack(tmp_path) as council:
        yield council


def test_every_holder_is_asked_and_one_answer_is_enough(story: Story) -> None:
    share(story, "A two")
    story.mornings("2022-09-12")
    assert len(about(story, "A")) == 1  # the request for the meeting
    assert about(story, "A two") != []  # and a starting list before it
    story.at("2022-09-12 11:00")
    story.say("A two", "progress P1.1a the form is printed")
    story.sent.clear()
    story.mornings("2022-09-23")
    assert about(story, "A") == about(story, "A two") == []


def test_either_may_do_what_the_role_may_and_the_record_says_who(story: Story) -> None:
    share(story, "A two")
    story.say("A two", "rag P1.1a on-track")
    story.say("console:A", "progress P1.1a the form is printed")
    history = story.say("office", "history P1.1a")
    assert "A two (tester), rag: on track" in history
    assert "A (tester), progress: the form is printed" in history


def test_a_share_to_come_is_not_asked_before_its_day_and_may_do_nothing(story: Story) -> None:
    share(story, "A two", since="2022-09-21")
    story.mornings("2022-09-20")
    assert "A two" not in told(story)
    assert "not among your actions" in story.refused("console:A two", "progress P1.1a too early")
    (first,) = [one for one in story.tick("2022-09-21 09:00") if one.to == "A two"]
    assert "Your starting list: 2 actions" in first.text
    assert "is noted" in story.say("A two", "progress P1.1a in time")


def test_a_share_that_ends_leaves_the_other_and_nothing_to_pass_on(story: Story) -> None:
    share(story, "A two")
    story.mornings("2022-09-09")
    end(story, "A", "2022-09-12")
    story.sent.clear()
    story.mornings("2022-09-30")
    assert "A" not in told(story)
    assert about(story, "A two")
    assert "P1.1a" not in "\n".join(told(story).get("office", []))


def test_who_answered_stands_in_the_others_message(slack: OnSlack) -> None:
    slack.slack.users["U8"] = True
    slack.give("A", "Ann", address="slack:T1:U8")
    slack.deliver("2022-09-05 10:05")
    theirs = slack.posts_to("U8")[-1]
    slack.say("slack:T1:U1", "going P1.1a")
    slack.deliver()
    assert "✓ Answered by A on 5 September: still going." in slack.message("A").text
    slack.at("2022-09-05 10:20").say("slack:T1:U8", "progress P1.1a the form is printed")
    slack.deliver()
    assert "by Ann on 5 September: “the form is printed”" in slack.message("A").text
    assert "by Ann on 5 September: “the form is printed”" in theirs.text


def test_what_stands_with_who_is_away_may_still_be_answered(slack: OnSlack) -> None:
    slack.slack.users["U8"] = True
    slack.say("slack:T1:U1", "cover A by B from 6 September to 16 September")
    slack.at("2022-09-06 10:00")
    slack.say("C", "rag P1.1b on-track")
    slack.deliver()
    assert "It is no longer yours." not in slack.message("A").text
    assert "Answered by C on 6 September: 🟢 On track. Still to answer: Council." in slack.message("A").text
    assert "P1.1b is still 🟢 On track." in slack.say("slack:T1:U1", "rag P1.1b on-track")


def test_cover_by_a_mention_of_slacks(slack: OnSlack) -> None:
    reply = slack.said_in("A", "cover A by <@U2> from 6 September to 16 September")
    assert "covers A from 6 September 2022 to 16 September 2022" in reply.text
    assert "I do not know them yet" in slack.said_in("A", "cover A by <@U99> from 20 September to 21 September").text
