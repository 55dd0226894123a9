"""What was redacted goes from the message that an alarm is closed, also where the alarm stands again by then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.history import list_rows
from tests.stories.on_slack import OnSlack, open_on_slack


@pytest.fixture
def story(tmp_path: Path) -> Iterator[OnSlack]:
    with open_on_slack(tmp_path) as council:
        yield council


def count_showing(story: OnSlack) -> int:
    return sum("zebra" in post.text + json.dumps(post.blocks) for post in story.slack.posts)


@pytest.mark.parametrize("undone", [False, True])
def test_the_words_that_closed_it_go_from_it(story: OnSlack, undone: bool) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    story.deliver("2022-09-05 11:00")
    story.at("2022-09-05 11:10").say("A", "rag P1.1b green the zebra was excluded")
    story.deliver("2022-09-05 11:15")
    assert "says A: the zebra was excluded" in story.message("X").text
    with story.app.db.read() as tx:
        (row,) = [row for row in list_rows(tx, ref="P1.1b") if row.words and "zebra" in row.words]
    if undone:
        story.say("A", "undo")
        story.deliver("2022-09-05 11:20")
    story.say("office", f"redact {row.number} it names a family")
    story.deliver("2022-09-05 11:25")
    assert count_showing(story) == 0
