"""What was redacted goes from every message that stands in Slack, however old it is and whoever reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from storage.history import list_rows
from tests.slack import Posted
from tests.slack_channel.stage import OFFICE, PEOPLE, open_workplace
from tests.stories.on_slack import OnSlack, open_on_slack

WORDS = "the zebra was excluded"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[OnSlack]:
    with open_on_slack(tmp_path) as council:
        yield council


def showing(posts: list[Posted], word: str = "zebra") -> list[str]:
    return [post.channel for post in posts if word in post.text + json.dumps(post.blocks)]


def redact(story: OnSlack, ref: str = "P1.1b") -> str:
    with story.app.db.read() as tx:
        (row,) = [row for row in list_rows(tx, ref=ref) if row.words and "zebra" in row.words]
    told = story.say("office", f"redact {row.number} it names a family")
    story.deliver()
    return told


@pytest.mark.parametrize("day", ["2022-09-08", "2022-11-24"])
def test_a_reminder_is_rid_of_them(story: OnSlack, day: str) -> None:
    story.say("A", f"progress P1.1b {WORDS}")
    story.deliver()
    assert showing(story.slack.posts) == ["DU1", "DU3"]
    redact(story.at(f"{day} 10:00"))
    assert showing(story.slack.posts) == []


@pytest.mark.parametrize("day", ["2022-09-08", "2022-11-24"])
def test_a_notice_is_rid_of_them(story: OnSlack, day: str) -> None:
    story.say("A", f"rag P1.1b at-risk {WORDS}")
    story.deliver("2022-09-05 11:00")
    assert sorted(showing(story.slack.posts)) == ["DU3", "DU4", "DU5"]
    redact(story.at(f"{day} 10:00"))
    assert showing(story.slack.posts) == []


def test_a_notice_to_who_holds_the_role_no_longer_is_withdrawn(story: OnSlack) -> None:
    story.say("A", f"rag P1.1b at-risk {WORDS}")
    story.deliver("2022-09-05 11:00")
    notice = story.message("D")
    story.at("2022-09-07 10:00").take("D", "slack:T1:U4")
    redact(story)
    assert notice.text == "This message was withdrawn."
    assert showing(story.slack.posts) == []


def test_a_channel_is_rid_of_them(story: OnSlack) -> None:
    story.say("office", "hear slack:T1:C1 all with reasons")
    story.say("A", f"rag P1.1b at-risk {WORDS}")
    story.deliver("2022-09-05 11:00")
    assert "C1" in showing(story.slack.posts)
    redact(story.at("2022-11-24 10:00"))
    assert showing(story.slack.posts) == []


def test_a_digest_says_how_to_have_it_anew(story: OnSlack) -> None:
    story.say("A", f"rag P1.1b at-risk {WORDS}")
    for day in range(6, 28):
        story.tick(f"2022-09-{day:02d} 09:00")
    pack = next(post for post in story.posts_to("U4") if post.text.startswith("The Board: digest"))
    assert "zebra" in pack.text
    told = redact(story)
    assert pack.text.endswith("type: digest The Board")
    assert "cannot change a file" in told
    assert showing(story.slack.posts) == []


def test_of_a_digest_without_files_nothing_is_said(story: OnSlack) -> None:
    story.say("A", f"progress P1.1b {WORDS}")
    assert "file" not in redact(story)


def test_an_answer_that_is_still_due_is_not_posted_with_them(story: OnSlack) -> None:
    story.deliver("2022-09-12 09:00")
    said = story.request("B", "slipping to Feb, waiting on the zebra agreement", story.message("B"))
    story.app.door(lambda: story.now).note(replace(said, said_id="99.1", seen_id="event:1"))
    before = len(story.slack.posts)
    redact(story, "P1.1c")
    assert [post.text for post in story.slack.posts[before:]] == ["(redacted)"]
    assert showing(story.slack.posts) == []


def test_answers_that_quote_them_are_rid_of_them(tmp_path: Path) -> None:
    with open_workplace(tmp_path) as place:
        a, b, c = (PEOPLE[role] for role in "ABC")
        place.write(a, f"progress P1.1b {WORDS}, and then " + "we met the family and agreed a plan, " * 8)
        for user, text in (
            (c, "action P1.1b"),
            (c, "history P1.1b"),
            (OFFICE, "action P1.1b"),
            (c, "action P1.1c"),
        ):
            place.write(user, text)
        place.write(b, "slipping to Jan-23, waiting on the zebra agreement", thread=place.last_to(b))
        assert {f"D{user}" for user in (b, c, OFFICE)} <= set(showing(place.slack.posts))
        kept = [post.text for post in place.slack.posts if post.text.startswith("P1.1c")]
        with place.app.db.read() as tx:
            rows = [row for ref in ("P1.1b", "P1.1c") for row in list_rows(tx, ref=ref) if row.words]
        place.at("2022-11-24 10:00").app.tidy(place.now)
        for row in rows:
            assert "are gone" in place.write(OFFICE, f"redact {row.number} it names a family")[0]
        assert showing(place.slack.posts) == []
        assert kept
        assert kept[-1] in [post.text for post in place.slack.posts]
