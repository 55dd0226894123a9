"""Meetings of the year ahead: made from a cadence, moved, cancelled, confirmed and added; the loop follows them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from programme.calendar import LONDON
from programme.messages import Buttons, Form, Message
from storage.history import list_rows
from storage.people import list_groups, read_directory
from tests.story import Story, tiny_plan

TERMS = (Path(__file__).parents[2] / "bot" / "sample" / "terms.csv").read_text(encoding="utf-8").partition("\n")[2]
WEEK_5 = "every half term, week 5, Tuesday 10:00"  # 4 October 2022
PLAN = (
    ("P1.1a", "Write the charter.", "A", "Mar-24"),
    ("P1.2a", "Publish the map.", "C", "Apr-24"),
)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.terms(TERMS)
    told.load(tiny_plan(*PLAN))
    for role in ("A", "C", "D"):
        told.give(role)
    yield told
    told.close()


def board(story: Story, cadence: str = WEEK_5, *meets: str, **values: object) -> None:
    story.group("The Board", *meets, chair="D", strategic=True, cadence=cadence, **values)


def days(story: Story, group: str = "The Board") -> list[str]:
    """When a group meets, as `2022-10-04 10:00` of London's time, `?` where it is to be confirmed."""
    with story.app.db.read() as tx:
        found = next(one for one in list_groups(tx, read_directory(tx, story.today)) if one.name == group)
    return [
        f"{one.starts_at.astimezone(LONDON):%Y-%m-%d %H:%M}{'?' if one.to_confirm else ''}" for one in found.meetings
    ]


def asked(story: Story, name: str) -> list[str]:
    """The days after the first on which somebody was asked something, as `09-12`."""
    return [f"{one.at:%m-%d}" for one in story.to(name) if "a word from you" in one.text]


def tidy(story: Story, at: str) -> None:
    """What the clock does once an hour."""
    story.at(at).app.tidy(story.now)


def why_not(story: Story, ref: str) -> str:
    return story.say("office", f"why {ref}")


YEAR = ["2022-10-04 10:00", "2022-11-29 10:00", "2023-01-31 10:00", "2023-03-21 10:00", "2023-05-16 10:00"]


def test_a_cadence_makes_a_meeting_in_each_of_the_six_half_terms_on_both_sides_of_the_clock_changes(
    story: Story,
) -> None:
    board(story)
    assert days(story) == [*YEAR, "2023-07-04 10:00"]
    with story.app.db.read() as tx:
        group = next(one for one in list_groups(tx, read_directory(tx, story.today)) if one.name == "The Board")
    assert [one.starts_at.hour for one in group.meetings] == [9, 10, 10, 10, 9, 9]  # UTC
    assert [one.slot for one in group.meetings][:2] == ["Autumn 1 2022", "Autumn 2 2022"]


def test_what_a_cadence_makes_has_the_whole_loop(story: Story) -> None:
    board(story)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-10-04")
    assert asked(story, "A") == ["09-12", "09-22"]
    assert [f"{one.at:%m-%d}" for one in story.to("D")] == ["09-27", "10-04"]


def test_filling_the_year_again_changes_nothing(story: Story) -> None:
    board(story)
    with story.app.db.read() as tx:
        before = len(list_rows(tx))
    for at in ("2022-09-05 10:00", "2022-09-05 11:00", "2022-09-06 03:00"):
        tidy(story, at)
    assert days(story) == [*YEAR, "2023-07-04 10:00"]
    with story.app.db.read() as tx:
        assert len(list_rows(tx)) == before


def test_as_time_goes_on_the_year_ahead_stays_filled(story: Story) -> None:
    board(story)
    story.terms(TERMS + "Autumn 1 2023,2023-09-04,2023-10-20\nAutumn 2 2023,2023-10-30,2023-12-15\n")
    tidy(story, "2022-09-10 09:00")
    assert days(story)[-1] == "2023-07-04 10:00"
    tidy(story, "2022-10-05 09:00")
    assert days(story)[-1] == "2023-10-03 10:00"
    assert days(story)[0] == "2022-10-04 10:00"  # what was held stays


def test_term_dates_that_change_move_what_nobody_has_touched(story: Story) -> None:
    board(story)
    story.say("D", "meetings move The Board 29 November 2022 to 30 November 2022")
    story.terms(TERMS.replace("2022-10-31,2022-12-16", "2022-11-07,2022-12-16").replace("2023-02-20", "2023-02-27"))
    tidy(story, "2022-09-05 10:00")
    assert days(story)[:4] == ["2022-10-04 10:00", "2022-11-30 10:00", "2023-01-31 10:00", "2023-03-28 10:00"]


def test_a_cadence_that_changes_moves_what_nobody_has_touched_and_one_that_ends_drops_it(story: Story) -> None:
    board(story)
    story.say("D", "meetings move The Board 4 October to 6 October 14:00")
    story.say("office", "meetings cancel The Board 29 November")
    board(story, "every half term, week 2, Thursday 13:30")
    assert days(story) == [
        "2022-10-06 14:00",
        "2023-01-12 13:30",
        "2023-03-02 13:30",
        "2023-04-27 13:30",
        "2023-06-15 13:30",
    ]
    board(story, "none")
    assert days(story) == ["2022-10-06 14:00"]


def test_dates_that_were_given_stay_and_count_as_their_half_terms_meeting(story: Story) -> None:
    story.group("The Board", "2022-10-11 09:00", "2022-11-22 10:00")
    board(story)
    assert days(story)[:3] == ["2022-10-11 09:00", "2022-11-22 10:00", "2023-01-31 10:00"]
    story.group("The Board", "2022-09-28 16:00")  # one more, for the half term has its own
    tidy(story, "2022-09-05 11:00")
    assert days(story)[:3] == ["2022-09-28 16:00", "2022-10-11 09:00", "2022-11-22 10:00"]


def test_nothing_is_made_in_the_past(story: Story) -> None:
    story.at("2022-10-12 09:00")
    board(story, "twice a half term, weeks 2 and last, Tuesday 10:00")
    assert days(story)[:2] == ["2022-10-18 10:00", "2022-11-08 10:00"]


# A day that is closed, or not there


def test_the_office_is_told_once_of_a_closed_day_and_confirms_with_a_tap(story: Story) -> None:
    board(story, "every half term, week 3, Monday 10:00")  # 19 September 2022 and 1 May 2023 are bank holidays
    assert [day for day in days(story) if "?" in day] == ["2022-09-20 10:00?", "2023-05-02 10:00?"]
    story.tick("2022-09-05 09:00")
    (told,) = [one for one in story.to("office") if "Meetings to confirm" in one.text]
    assert (
        "The Board meets on Tuesday 20 September 2022 at 10:00: Monday 19 September 2022, the day its cadence names, "
        "is a closed day."
    ) in told.text
    taps = [one for block in told.message.blocks if isinstance(block, Buttons) for one in block.buttons]
    assert [one.label for one in taps[:3]] == ["Confirm", "Move", "Cancel"]
    assert "to be confirmed, as 19 September 2022 cannot be." in story.say("A", "meetings The Board")
    assert story.say("office", taps[0].command) == "Confirmed: The Board meets Tuesday 20 September 2022 at 10:00."
    assert "to be confirmed, as 19 September" not in story.say("A", "meetings The Board")
    assert days(story)[0] == "2022-09-20 10:00"
    story.mornings("2022-09-09")
    assert [one for one in story.to("office") if "Meetings to confirm" in one.text] == [told]
    tidy(story, "2022-09-09 10:00")
    assert days(story)[0] == "2022-09-20 10:00"


def test_a_week_that_the_half_term_lacks_is_held_at_its_end_and_the_reminders_do_not_wait(story: Story) -> None:
    board(story, "every half term, week 7, Tuesday 10:00")
    assert days(story)[2:4] == ["2023-02-10 10:00?", "2023-03-31 10:00?"]
    story.tick("2023-01-09 09:00")
    story.mornings("2023-01-20")
    told = story.to("office")[0].text
    assert "Tuesday 14 February 2023, the day its cadence names, is not in that term." in told
    assert asked(story, "A") == ["01-20"]  # ten working days before the papers of 3 February


def test_move_in_the_offices_bundle_opens_a_form(story: Story) -> None:
    board(story, "every half term, week 3, Monday 10:00")
    form = story.ask("office", "meetings move The Board 20 September 2022 10:00")
    assert isinstance(form, Form)
    assert [field.value for field in form.fields] == ["2022-09-20", "10:00"]
    told = story.say("office", form.command, on="2022-09-22", at="2pm")
    assert told.startswith("The Board meets Thursday 22 September 2022 at 14:00;")
    assert days(story)[0] == "2022-09-22 14:00"


def test_what_was_moved_or_cancelled_needs_no_confirming_any_more(story: Story) -> None:
    board(story, "every half term, week 3, Monday 10:00")
    story.say("D", "meetings move The Board 20 September to 21 September")
    story.say("D", "meetings cancel The Board 2 May 2023")
    story.tick("2022-09-05 09:00")
    assert [one for one in story.to("office") if "to confirm" in one.text] == []


# By hand


def test_a_moved_meeting_is_never_moved_back_and_a_cancelled_one_never_made_again(story: Story) -> None:
    board(story)
    story.say("D", "meetings move The Board 4 October to 6 October 14:00")
    story.say("office", "meetings cancel The Board 29 November")
    for at in ("2022-09-05 10:00", "2022-09-06 10:00"):
        tidy(story, at)
    story.group("The Board", cadence=WEEK_5)
    assert days(story) == ["2022-10-06 14:00", *YEAR[2:], "2023-07-04 10:00"]
    assert "Tuesday 29 November 2022 at 10:00; cancelled." in story.say("A", "meetings The Board")


def test_what_was_cancelled_can_be_set_again(story: Story) -> None:
    board(story)
    reply = story.ask("D", "meetings cancel The Board 29 November")
    assert isinstance(reply, Message)
    (tap,) = [one for block in reply.blocks if isinstance(block, Buttons) for one in block.buttons]
    story.say("D", tap.command)
    tidy(story, "2022-09-05 10:00")
    assert days(story) == [*YEAR, "2023-07-04 10:00"]
    assert "cancelled" not in story.say("A", "meetings The Board")


def test_a_meeting_is_added_and_the_history_says_who_did_what(story: Story) -> None:
    board(story)
    assert story.say("D", "meetings add The Board 11 October 10:00").startswith(
        "The Board meets Tuesday 11 October 2022 at 10:00; updates asked for 20 September 2022,"
    )
    story.say("D", "meetings move The Board 11 October to 12 October")
    with story.app.db.read() as tx:
        rows = [(row.verb, row.actor) for row in list_rows(tx, actor="console:D")]
    assert rows == [("meeting_move", "console:D"), ("meeting_add", "console:D")]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("meetings move The Board", "Say which group and which day, for example: meetings move The Board 4 October to"),
        (
            "meetings cancel 4 October",
            "Say which group and which day, for example: meetings cancel The Board 4 October",
        ),
        ("meetings cancel The Bored 4 October", "There is no group called “The Bored”."),
        ("meetings cancel The Board 5 October", "The Board has no meeting on 5 October 2022: its next ones are on 4"),
        ("meetings cancel The Board 1 September 2022", "The Board has no meeting on 1 September 2022"),
        ("meetings add The Board 11 October", "Say at what time too, for example: meetings add The Board 11 October"),
        ("meetings add The Board 4 October 10:00", "The Board meets Tuesday 4 October 2022 at 10:00 already."),
        ("meetings add The Board 1 September 2022 10:00", "Thursday 1 September 2022 at 10:00 is past: give a day"),
        ("meetings move The Board 4 October to 4 October 10:00", "The Board meets Tuesday 4 October 2022 at 10:00"),
        ("meetings move The Board 4 October to 1 September 2022", "Thursday 1 September 2022 at 10:00 is past"),
        ("meetings move The Board 4 October 11:00 to 6 October", "The Board has no meeting on 4 October 2022 at 11:00"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence_and_changes_nothing(story: Story, said: str, sentence: str) -> None:
    board(story)
    before = days(story)
    assert story.refused("D", said).startswith(sentence)
    assert days(story) == before


@pytest.mark.parametrize("said", ["move The Board 4 October to 6 October", "cancel The Board 4 October",
                                  "confirm The Board 4 October", "add The Board 7 October 10:00"])  # fmt: skip
def test_only_the_chair_and_the_office_change_meetings(story: Story, said: str) -> None:
    board(story)
    before = days(story)
    assert story.refused("A", f"meetings {said}") == (
        "Only the chair of The Board or the programme office can change its meetings: please ask them."
    )
    assert days(story) == before
    story.group("The Forum", "2022-10-05 10:00")
    assert "Only the chair of The Forum" in story.refused("D", "meetings cancel The Forum 5 October")


def test_two_meetings_on_one_day_are_told_apart_by_their_time(story: Story) -> None:
    story.group("The Board", "2022-10-04 10:00", "2022-10-04 15:00", chair="D")
    assert story.refused("D", "meetings cancel The Board 4 October").startswith(
        "The Board meets on 4 October 2022 at 10:00 and 15:00: say which time you mean"
    )
    story.say("D", "meetings cancel The Board 4 October 3pm")
    assert days(story) == ["2022-10-04 10:00"]


# The loop follows a meeting that is moved


def test_reminders_follow_a_meeting_that_is_moved_before_anybody_was_asked(story: Story) -> None:
    board(story)
    story.tick("2022-09-05 09:00")
    story.at("2022-09-07 10:00").say("D", "meetings move The Board 4 October to 11 October 14:00")
    story.mornings("2022-10-11")
    assert asked(story, "A") == ["09-20", "09-29"]
    assert [f"{one.at:%m-%d}" for one in story.to("D")] == ["10-04", "10-11"]
    assert "meeting on 11 October 2022" in story.to("D")[0].text


def test_who_was_asked_is_not_asked_anew_for_the_moved_date_and_is_chased_once(story: Story) -> None:
    board(story)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-14")
    assert asked(story, "A") == ["09-12"]
    story.at("2022-09-14 10:00").say("D", "meetings move The Board 4 October to 6 October")
    story.mornings("2022-10-06")
    assert asked(story, "A") == ["09-12", "09-26"]
    assert "the meeting on 6 October 2022" in story.to("A")[-1].text
    assert "the meeting was moved, and they were asked for it on 12 September 2022" in why_not(story, "P1.1a")


def test_who_was_chased_is_not_chased_anew_for_a_date_two_days_later(story: Story) -> None:
    board(story)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-23")
    story.at("2022-09-23 10:00").say("D", "meetings move The Board 4 October to 6 October")
    story.mornings("2022-10-06")
    assert asked(story, "A") == ["09-12", "09-22"]


def test_who_has_answered_is_not_asked_for_the_moved_date(story: Story) -> None:
    board(story)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-13")
    story.at("2022-09-13 11:00").say("A", "progress P1.1a a first draft is out")
    story.at("2022-09-14 10:00").say("D", "meetings move The Board 4 October to 6 October")
    story.mornings("2022-10-06")
    assert (asked(story, "A"), asked(story, "C")) == (["09-12"], ["09-12", "09-26"])


def test_a_meeting_put_off_by_weeks_is_a_loop_of_its_own(story: Story) -> None:
    board(story)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-29")
    story.at("2022-09-29 10:00").say("D", "meetings move The Board 4 October to 15 November")
    story.mornings("2022-11-15")
    assert asked(story, "A") == ["09-12", "09-22", "10-25", "11-03", "11-08"]  # the last for the meeting after it
    packs = [(f"{one.at:%m-%d}", one.text.splitlines()[0]) for one in story.to("D")]
    assert packs[0] == ("09-27", "The Board: digest for the meeting on 4 October 2022.")
    assert packs[1] == ("11-08", "The Board: digest for the meeting on 15 November 2022.")
    assert [day for day, _ in packs] == ["09-27", "11-08", "11-15"]


def test_a_meeting_moved_back_is_chased_for_and_not_asked_for_twice(story: Story) -> None:
    board(story)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-14")
    story.at("2022-09-14 10:00").say("D", "meetings move The Board 4 October to 18 October")
    story.mornings("2022-09-23")
    assert asked(story, "A") == ["09-12"]
    story.at("2022-09-23 10:00").say("D", "meetings move The Board 18 October to 4 October")
    story.mornings("2022-10-04")
    assert asked(story, "A") == ["09-12", "09-26"]
    assert [f"{one.at:%m-%d}" for one in story.to("D")] == ["09-27", "10-04"]


def test_another_time_on_the_same_day_changes_nothing_of_the_loop(story: Story) -> None:
    board(story)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-28")
    story.at("2022-09-28 10:00").say("D", "meetings move The Board 4 October to 14:00")
    story.mornings("2022-10-04")
    assert [f"{one.at:%m-%d}" for one in story.to("D")] == ["09-27", "10-04"]
    assert days(story)[0] == "2022-10-04 14:00"


def test_a_cancelled_meeting_asks_nobody_and_has_no_pack(story: Story) -> None:
    board(story)
    story.tick("2022-09-05 09:00")
    story.at("2022-09-07 10:00").say("D", "meetings cancel The Board 4 October")
    story.mornings("2022-10-07")
    assert (asked(story, "A"), story.to("D")) == ([], [])


# What the office is told of a half term without one


def test_a_half_term_that_the_cadence_fills_is_not_told_of_and_one_that_was_cancelled_is(story: Story) -> None:
    board(story)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-11-04")
    assert [one for one in story.to("office") if "no meeting in" in one.text] == []
    story.say("D", "meetings cancel The Board 29 November")
    story.mornings("2022-11-11")
    (told,) = [one for one in story.to("office") if "no meeting in" in one.text]
    assert "The Board holds actions and has no meeting in Autumn 2 2022." in told.text


def test_a_group_that_meets_once_a_term_is_not_told_of_in_its_other_half(story: Story) -> None:
    board(story, "every term, week 3, Monday 09:30")
    story.tick("2022-09-05 09:00")
    story.mornings("2022-11-11")
    assert [one for one in story.to("office") if "no meeting in" in one.text] == []


def test_a_running_bot_fills_by_the_term_dates_that_were_set_since(story: Story) -> None:
    calendar = story.app.calendar
    board(story)
    story.terms(TERMS.replace("2023-06-05", "2023-06-12"))
    story.app.calendar = calendar  # as it was read when the process began
    tidy(story, "2022-09-05 10:00")
    assert days(story)[-1] == "2023-07-11 10:00"
    assert datetime.fromisoformat("2023-07-11").weekday() == 1
