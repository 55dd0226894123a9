"""A bundle says what is wanted: a mitigation with who and by when, and what is still owed of a rating."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def find_last(story: Story, who: str, words: str) -> str:
    """The line with these words of the latest bundle that has them, and the whole of that bundle's end."""
    text = next(one.text for one in reversed(story.to(who)) if words in one.text)
    return next(line.strip() for line in text.splitlines() if words in line)


def mitigate(story: Story, by: str) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.say("A", f"mitigation P1.1a hire two; B; {by}")


def test_a_mitigation_is_reminded_with_what_who_by_when_and_how_soon(story: Story) -> None:
    mitigate(story, "30 September 2022")
    story.mornings("2022-09-15")
    assert find_last(story, "B", "mitigation") == (
        "Write the charter. Its mitigation is due in 10 working days: hire two; B; by 30 September 2022. "
        "Once it is in place: inplace P1.1a."
    )
    story.mornings("2022-09-30")
    assert "Its mitigation is due today: hire two; B; by 30 September 2022." in find_last(story, "B", "mitigation")
    story.mornings("2022-10-03")
    assert "Its mitigation is overdue by 1 working day: hire two;" in find_last(story, "B", "mitigation")
    story.mornings("2022-10-17")
    assert "Its mitigation is overdue by 11 working days: hire two;" in find_last(story, "B", "mitigation")


def test_a_mitigation_for_a_saturday_says_that_today_is_the_last_working_day(story: Story) -> None:
    mitigate(story, "1 October 2022")
    story.mornings("2022-09-30")
    line = find_last(story, "B", "mitigation")
    assert "Its mitigation is due, and today is the last working day before it: hire two; B; by 1 October" in line


def test_whoever_does_not_own_the_action_is_offered_only_what_they_may_type(story: Story) -> None:
    mitigate(story, "30 September 2022")
    story.mornings("2022-09-15")
    hint = find_last(story, "B", "To answer")
    assert hint == "To answer, type for example: inplace P1.1a once it is, or action P1.1a to see all of it."
    assert "P1.1a" in story.say("B", "action P1.1a")
    assert "is in place, thank you" in story.say("B", "inplace P1.1a")


def test_the_hint_is_of_an_action_of_their_own_where_there_is_one(story: Story) -> None:
    mitigate(story, "10 October 2022")
    story.mornings("2022-09-12")
    text = next(one.text for one in reversed(story.to("B")) if "P1.1c" in one.text)
    assert "To answer, type for example: rag P1.1c on-track" in text


def test_a_mitigation_that_is_owed_is_asked_for_again_with_its_action(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.mornings("2022-10-03")
    assert "Still owed: what is being done about it (mitigation P1.1a what; who; by when)." in (
        find_last(story, "A", "Still owed")
    )
    story.say("A", "mitigation P1.1a hire two")
    story.mornings("2022-10-31")
    assert "Still owed: who does it and by when, of its mitigation (mitigation P1.1a what; who; by when)." in (
        find_last(story, "A", "Still owed")
    )
    story.say("A", "mitigation P1.1a hire two; B; 1 December 2022")
    before = len(story.to("A"))
    story.mornings("2022-11-30")
    assert any("P1.1a" in one.text for one in story.to("A")[before:])
    assert not any("Still owed" in one.text for one in story.to("A")[before:])


def test_a_reason_that_is_owed_is_asked_for_again(story: Story) -> None:
    story.say("A", "rag P1.1a amber")
    story.mornings("2022-10-03")
    line = find_last(story, "A", "Still owed")
    assert "Still owed: why it is vulnerable (rag P1.1a vulnerable and the reason)." in line
    story.say("A", "rag P1.1a vulnerable few readers")
    before = len(story.to("A"))
    story.mornings("2022-10-31")
    assert any("P1.1a" in one.text for one in story.to("A")[before:])
    assert not any("Still owed" in one.text for one in story.to("A")[before:])


def test_what_a_deferral_owes_is_one_sentence(story: Story) -> None:
    story.say("A", "rag P1.1a deferred")
    story.mornings("2022-10-03")
    assert (
        "Still owed: why it is deferred (rag P1.1a deferred and the reason) and what is being done about it "
        "(mitigation P1.1a what; who; by when) and a new timescale (slipping P1.1a a month and why)."
    ) in find_last(story, "A", "Still owed")


def test_nothing_is_owed_of_what_is_on_track_or_not_rated(story: Story) -> None:
    story.say("A", "rag P1.1a on-track")
    story.mornings("2022-11-30")
    assert any("P1.1a" in one.text for one in story.to("A"))
    assert not any("Still owed" in one.text for one in story.sent)
