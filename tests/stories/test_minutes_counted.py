"""Lines of minutes are counted by their lines on the home and in the note, though a line there names a meeting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    council.at("2022-10-04 12:00")
    council.say("office", "minutes The Board, 4 October 2022\nP1.1a: the charter is late\nP1.1c: training goes on")
    council.say("office", "minutes The Forum\nP1.2a: the map is liked")
    yield council
    council.close()


def test_all_that_is_named_leaves_no_more(story: Story) -> None:
    assert (
        "Minutes to confirm: 3.\n- The Board, 4 October 2022: 2 lines\n- The Forum: 1 line\nTo do so, type: minutes"
    ) in story.say("office", "home")
    story.at("2022-10-05 10:00")
    assert "- Lines of minutes to confirm: 3 (The Board: 2; The Forum: 1)" in story.say("office", "weekly")
