"""A day typed without its year, a few days or weeks late: it is asked about and never taken for next year's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Form
from storage.history import list_rows
from tests.stories.council import is_one_sentence, open_council
from tests.story import Story

SAID = "1 October is past: write the year if you mean 1 October 2023."


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = open_council(tmp_path)
    one.give("PM")
    one.group("The Board", "2022-10-11 10:00", chair="D")
    one.at("2022-10-04 10:00")
    yield one
    one.close()


def count_rows(story: Story) -> int:
    with story.app.db.read() as tx:
        return len(list_rows(tx))


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("office", "pause until 1 October"),
        ("office", "pause 1 October"),
        ("A", "cover A by PM from 30 September to 1 October"),
        ("A", "cover A by PM until 1 October"),
        ("D", "meetings add The Board 1 October 10:00"),
        ("D", "meetings move The Board 11 October to 1 October"),
        ("D", "meetings move The Board 11 October to 1 October at 14:00"),
        ("D", "meetings move The Board 1 October to 12 October"),
        ("D", "meetings cancel The Board 1 October"),
        ("A", "slipping P1.1a 1 October"),
        ("A", "slipping P1.1a to 1 October waiting on the data agreement"),
        ("A", "snooze P1.1a 1 October on leave"),
    ],
)
def test_it_is_refused_in_one_sentence_and_changes_nothing(story: Story, who: str, said: str) -> None:
    before = count_rows(story)
    refusal = story.refused(who, said)
    assert refusal == SAID
    assert is_one_sentence(refusal)
    assert count_rows(story) == before


def test_with_its_year_it_is_taken(story: Story) -> None:
    assert story.say("office", "pause until 1 October 2023").startswith("Paused until 1 October 2023.")
    assert story.say("A", "slipping P1.1a 1 October 2023 waiting").startswith("1 October 2023 (by 1 October 2023)")


def test_a_day_long_past_is_the_next_such_day(story: Story) -> None:
    assert story.say("A", "slipping P1.1a 31 March waiting").startswith("31 March 2023 (by 31 March 2023) is proposed")


def test_a_form_is_mended_where_it_stands(story: Story) -> None:
    form = story.ask("A", "slipping P1.1a")
    assert isinstance(form, Form)
    assert story.say("A", form.command, timescale="1 October", reason="waiting") == SAID
    form = story.ask("A", "mitigation P1.1a")
    assert isinstance(form, Form)
    assert story.say("A", form.command, what="copy it by hand", who="B", by="1 October") == SAID


def test_what_is_typed_of_a_mitigation_is_kept_and_its_day_asked_for(story: Story) -> None:
    reply = story.say("A", "mitigation P1.1a copy it by hand; B; 1 October")
    assert reply.startswith(f"The mitigation for P1.1a is noted: copy it by hand. {SAID} Please also say by when,")
    assert "copy it by hand; B (written, not in place)" in story.say("A", "action P1.1a")


def test_a_minute_keeps_its_words_and_asks_for_nothing_by_that_day(story: Story) -> None:
    said = story.say("D", "minute P1.1a by 1 October: A to bring the plan")
    assert said.startswith("Minuted of P1.1a")
    assert "It asks for something" not in said
    assert "1 October: A to bring the plan" in story.say("D", "digest The Board")


@pytest.mark.parametrize("words", ["it has slipped to 1 October", "new timescale is 1 October", "moved to 1 October"])
def test_a_free_reply_that_names_it_is_offered_no_timescale(story: Story, words: str) -> None:
    assert "timescale 1 October" not in story.say("A", f"P1.1a {words}")
    assert "2023" not in story.say("A", f"P1.1a {words}")


@pytest.mark.parametrize(
    ("words", "dates"),
    [
        ("from 10 October to 7 October", ("7 October 2022", "10 October 2022")),
        ("from 10 October 2022 to 7 October", ("7 October 2022", "10 October 2022")),
        ("from 10 October 2022 to 7 October 2022", ("7 October 2022", "10 October 2022")),
    ],
)
def test_a_first_day_after_the_last_is_refused_and_never_moved(
    story: Story, words: str, dates: tuple[str, str]
) -> None:
    refusal = story.refused("A", f"cover A by PM {words}")
    assert refusal == f"{dates[0]} is before {dates[1]}: say the first day, then the last."


def test_a_cover_may_have_begun_some_days_ago(story: Story) -> None:
    assert "from 3 October 2022 to 14 October 2022" in story.say("A", "cover A by PM from 3 October to 14 October")


@pytest.mark.parametrize("head", ["The Board, 4 October", "The Board, 4 October: apologies from the head."])
def test_the_day_that_minutes_begin_with_is_the_one_just_past(story: Story, head: str) -> None:
    story.group("The Board", "2022-10-04 10:00", "2022-10-18 10:00", "2022-11-29 10:00", chair="D")
    story.at("2022-10-19 10:00")
    said = story.say("D", f"minutes {head}\nP1.1a: the Board thanks the team")
    assert said.startswith("Nothing is changed yet: these are the minutes of The Board, 4 October 2022.")
