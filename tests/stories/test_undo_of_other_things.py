"""Undo after what is no change of an action: it takes a report back, and for the rest says exactly what to type."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from programme.policy import Policy, Report
from storage.choices import add_address
from storage.people import find_person
from storage.reported import list_reported
from tests.stories.council import buttons, history_length, is_one_sentence, open_council
from tests.story import Story, london

REPORTS = Policy(reports=(Report("Quarterly report", every="quarter", owner="A"),))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    open_council(tmp_path).close()
    council = Story(tmp_path, london("2022-09-05 10:00"), policy=REPORTS)
    yield council
    council.close()


def handed_in(story: Story) -> int:
    with story.app.db.read() as tx:
        return len(list_reported(tx))


def test_a_report_that_was_handed_in_by_mistake_is_taken_back(story: Story) -> None:
    reply = story.ask("A", "reported Quarterly report")
    assert handed_in(story) == 1
    tap = buttons(reply)["Undo"]
    assert tap == f"undo {history_length(story)}"
    assert story.say("A", tap) == "Undone: that Quarterly report was handed in. It is asked for again when it is due."
    assert handed_in(story) == 0
    assert "Quarterly report is due on 30 September 2022" in story.say("A", "reports")
    assert "undone already" in story.refused("A", tap)
    assert "is handed in" in story.say("A", "reported Quarterly report")
    assert "Undone: that Quarterly report" in story.say("A", "undo")


def test_a_report_that_was_taken_back_is_asked_for_again(story: Story) -> None:
    story.say("A", "reported Quarterly report")
    story.say("A", "undo")
    assert any("Quarterly report is due on 30 September 2022" in one.text for one in story.mornings("2022-09-30"))


def test_undo_after_cover_says_how_to_end_it(story: Story) -> None:
    story.say("A", "progress P1.1a it is printed")
    number = history_length(story)
    story.say("A", "cover A by B from 3 October to 14 October")
    reply = story.ask("A", "undo")
    assert is_one_sentence(reply.text)
    assert reply.text.startswith(
        "Your last change was the cover of A from 3 October 2022, which undo leaves: to take it back, type cover end A "
        "from 3 October 2022"
    )
    assert buttons(reply)["Undo progress on P1.1a"] == f"undo {number}"
    assert "no longer covered" in story.say("A", buttons(reply)["Take it back"])
    assert "B covers A from 3 October 2022 to 14 October 2022" in story.say(
        "A", buttons(story.ask("A", "undo"))["Take it back"]
    )
    assert "Undone: the progress entry on P1.1a." in story.say("A", f"undo {number}")


@pytest.mark.parametrize(
    ("said", "back"),
    [
        (["prefer hour 14"], "prefer hour usual"),
        (["prefer hour 14", "prefer hour 10"], "prefer hour 14"),
        (["prefer hour 14", "prefer weekly"], "prefer twice"),
        (["prefer weekly", "prefer daily"], "prefer weekly"),
        (["prefer weekly", "prefer twice"], "prefer weekly"),
        (["prefer channel console:also"], "prefer channel console:A"),
    ],
)
def test_undo_after_a_choice_says_what_to_type_for_the_one_before(story: Story, said: list[str], back: str) -> None:
    with story.app.db.write() as tx:
        someone = find_person(tx, "console:A")
        assert someone is not None
        add_address(tx, someone, "console:also", story.now, account="tester")
    for words in said:
        story.say("A", words)
    reply = story.ask("A", "undo")
    assert reply.text.split("\n")[0].endswith(f"which undo leaves: to take it back, type {back}")
    assert buttons(reply) == {"Take it back": back}
    story.say("A", back)


def test_after_a_day_what_is_no_change_of_an_action_is_not_spoken_of(story: Story) -> None:
    story.say("A", "prefer weekly")
    story.now += timedelta(hours=25)
    assert story.refused("A", "undo") == "You have changed nothing in the last 24 hours that can be undone."


def test_what_was_said_of_an_action_since_is_undone_as_ever(story: Story) -> None:
    story.say("A", "prefer weekly")
    story.say("A", "progress P1.1a it is printed")
    assert "Undone: the progress entry on P1.1a." in story.say("A", "undo")
    assert "Your last change was" in story.refused("A", "undo")
