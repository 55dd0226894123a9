"""A workspace that the office let leave hears nothing more, and what was for its people is passed on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.installations import join_workspace, leave_workspace
from storage.renewals import open_home
from tests.stories.on_slack import OnSlack, open_on_slack


@pytest.fixture
def story(tmp_path: Path) -> Iterator[OnSlack]:
    with open_on_slack(tmp_path) as council:
        yield council


def leave(story: OnSlack, team: str = "T1") -> None:
    with story.app.db.write() as tx:
        leave_workspace(tx, "slack", team, now=story.now, account="tester")


def test_nothing_that_is_queued_goes_there(story: OnSlack) -> None:
    story.say("office", "hear slack:T1:C1 all")
    story.say("A", "rag P1.1b at-risk no nurses")
    with story.app.db.write() as tx:
        open_home(tx, "slack:T1:U1", 1, story.now)
    leave(story)
    before, edits = len(story.slack.posts), [post.edits for post in story.slack.posts]
    story.deliver("2022-09-05 11:00")
    assert len(story.slack.posts) == before
    assert [post.edits for post in story.slack.posts] == edits
    assert story.slack.homes == {}
    settled = [
        (row.state, row.trouble) for row in story.rows("channel", "notice", "edit", "home") if row.scheme == "slack"
    ]
    assert len(settled) >= 4
    assert set(settled) == {("dropped", "that workspace has left the programme")}


def test_what_its_people_are_asked_is_passed_on_by_the_office(story: OnSlack) -> None:
    leave(story)
    before = len(story.slack.posts)
    told = story.tick("2022-09-06 09:00")
    assert len(story.slack.posts) == before
    (bundle,) = [one for one in told if one.to == "office"]
    assert "P1.1c" in bundle.text
    assert not [row for row in story.rows("bundle") if row.state == "due" and row.scheme == "slack"]


def test_once_it_has_joined_again_its_people_are_asked_themselves(story: OnSlack) -> None:
    leave(story)
    story.tick("2022-09-12 09:00")
    before = len(story.slack.posts)
    with story.app.db.write() as tx:
        join_workspace(tx, "slack", "T1", name=None, now=story.now, account="tester")
    story.tick("2022-09-26 09:00")
    assert "DU1" in [post.channel for post in story.slack.posts[before:]]


def test_another_workspace_that_left_changes_nothing(story: OnSlack) -> None:
    with story.app.db.write() as tx:
        join_workspace(tx, "slack", "T", name=None, now=story.now, account="tester")
    leave(story, "T")
    story.say("A", "rag P1.1b at-risk no nurses")
    before = len(story.slack.posts)
    story.deliver("2022-09-05 11:00")
    assert len(story.slack.posts) > before


def test_what_was_redacted_goes_from_its_messages_all_the_same(story: OnSlack) -> None:
    story.say("A", "progress P1.1b the zebra was excluded")
    story.deliver()
    leave(story)
    story.say("office", "redact 10 it names a family")
    story.deliver()
    assert not [post for post in story.slack.posts if "zebra" in str(post.blocks)]
