"""A home and a claim's message are kept true when it is people, groups or the plan that change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from storage.appointments import mark_closed
from storage.renewals import open_home
from tests.stories.council import PLAN
from tests.stories.on_slack import OnSlack, open_on_slack

NEW, CHAIR, OFFICE = "U7", "U4", "U9"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[OnSlack]:
    """The office, the chair and a newcomer have each opened their home."""
    with open_on_slack(tmp_path) as council:
        council.slack.users |= {NEW: True, OFFICE: True, "U6": True, "U8": True}
        for user in (OFFICE, "U8"):
            council.office(f"slack:T1:{user}")
        with council.app.db.write() as tx:
            for user in (NEW, CHAIR, OFFICE):
                open_home(tx, f"slack:T1:{user}", 1, council.now)
        council.deliver()
        yield council


def home(story: OnSlack, user: str) -> str:
    story.deliver()
    return json.dumps(story.slack.homes[user], ensure_ascii=False)


def test_whoever_is_given_a_role_sees_its_actions_and_loses_them_with_it(story: OnSlack) -> None:
    assert "P1.1c" not in home(story, NEW)
    story.give("B", address=f"slack:T1:{NEW}")
    assert "P1.1c" in home(story, NEW)
    story.take("B", f"slack:T1:{NEW}")
    assert "P1.1c" not in home(story, NEW)


def test_a_claim_that_is_approved_shows_in_the_newcomers_home(story: OnSlack) -> None:
    story.say(f"slack:T1:{NEW}", "iam B")
    assert "P1.1c" not in home(story, NEW)
    story.say(f"slack:T1:{OFFICE}", "approve 1")
    assert "P1.1c" in home(story, NEW)


def test_a_new_meeting_shows_in_the_chairs_home(story: OnSlack) -> None:
    assert "20 September" not in home(story, CHAIR)
    story.group("The Board", "2022-09-20 10:00", chair="D", strategic=True)
    assert "20 September" in home(story, CHAIR)


def test_an_import_shows_in_every_home(story: OnSlack) -> None:
    story.give("B", address=f"slack:T1:{NEW}")
    assert "Train the staff" in home(story, NEW)
    story.load(PLAN.replace("Train the staff", "Train everybody"))
    assert "Train everybody" in home(story, NEW)


def test_a_closed_account_and_a_new_member_change_the_offices_homes(story: OnSlack) -> None:
    for change in (
        lambda tx: mark_closed(tx, "slack:T1:U2", True, story.now),
        lambda tx: office.set_office(tx, "slack:T1:U6", name=None, now=story.now, account="tester"),
        lambda tx: office.end_office(tx, "slack:T1:U6", now=story.now, account="tester"),
    ):
        story.deliver()
        with story.app.db.write() as tx:
            change(tx)
        due = [row.address for row in story.rows("home") if row.state == "due"]
        assert f"slack:T1:{OFFICE}" in due
        assert f"slack:T1:{NEW}" not in due


@pytest.mark.parametrize(("said", "answer"), [("approve 1", "Approved"), ("decline 1 not so", "Declined")])
def test_what_the_office_was_asked_says_that_one_of_them_has_answered(story: OnSlack, said: str, answer: str) -> None:
    story.say(f"slack:T1:{NEW}", "iam B")
    story.deliver()
    asked = [post for user in (OFFICE, "U8") for post in story.posts_to(user) if "says they are B" in post.text]
    assert len(asked) == 2
    story.say(f"slack:T1:{OFFICE}", said)
    story.deliver()
    for post in asked:
        assert post.text == f"slack:T1:{NEW} said they are B. {answer} by the programme office."
        assert not [block for block in post.blocks if block["type"] == "actions"]
