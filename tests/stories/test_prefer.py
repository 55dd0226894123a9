"""Everybody chooses for themselves when their reminders come, how often, and at which of their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest

from bot import office
from programme.messages import Message, UserError
from programme.policy import Policy
from storage import ledger, outbox
from storage.appointments import mark_closed
from storage.choices import add_address, remove_address
from storage.history import list_rows, verify
from storage.people import find_person
from tests.stories.council import buttons
from tests.story import Sent, Story, tiny_plan

MAIL = "mail:a@example.org"
WEEK = tuple(
    (f"P1.1{each}", "Do it.", "A", f"{day} October 2022") for each, day in zip("abcd", range(11, 15), strict=True)
)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """A and C are owners, D chairs the Board; everybody has had their starting list, at 09:00 on 5 September 2022."""
    told = Story(tmp_path)
    told.load(tiny_plan(*WEEK, ("P1.2a", "Publish the map.", "C", "31 October 2022")))
    for role in "ACD":
        told.give(role)
    told.group("The Board", strategic=True, chair="D")
    told.tick("2022-09-05 09:00")
    yield told
    told.close()


def also(story: Story, address: str = MAIL, of: str = "console:A", *, reached: bool = True) -> None:
    """Let an address be another one of somebody's; its channel is set up, or not."""
    with story.app.db.write() as tx:
        one = find_person(tx, of)
        assert one is not None
        add_address(tx, one, address, story.now, account="tester")
    if reached:
        story.app.senders = {**story.app.senders, address.partition(":")[0]: story}


def when(sent: list[Sent], name: str = "A") -> list[str]:
    return [f"{one.at:%a %H:%M}" for one in sent if one.to == name]


def hours(story: Story, day: str) -> list[Sent]:
    """Run the jobs at every hour of a day, on the hour."""
    return [one for hour in range(24) for one in story.tick(f"{day} {hour:02}:00")]


# Which hour


def test_a_bundle_comes_at_the_hour_that_was_chosen(story: Story) -> None:
    assert story.say("A", "prefer hour 14") == (
        "From now on your reminders come at 14:00, on the days on which they are due."
    )
    assert when(hours(story, "2022-10-03") + hours(story, "2022-10-04"), "A") == ["Mon 14:00", "Tue 14:00"]


def test_what_falls_on_a_weekend_comes_at_that_hour_on_the_monday(story: Story) -> None:
    story.say("A", "prefer hour 14")
    with story.app.db.write() as tx:
        office.set_holder(
            tx,
            "C",
            "console:A",
            name=None,
            email=None,
            since=date(2022, 9, 10),  # a Saturday
            today=story.today,
            now=story.now,
            account="tester",
        )
    story.tick("2022-09-09 09:00")
    weekend = hours(story, "2022-09-10") + hours(story, "2022-09-11")
    monday = hours(story, "2022-09-12")
    assert (when(weekend), when(monday)) == ([], ["Mon 14:00"])
    assert any(one.to == "A" and "P1.2a" in one.text for one in monday)


def test_nobody_else_has_to_wait_for_it(story: Story) -> None:
    story.say("A", "prefer hour 14")
    assert when(hours(story, "2022-10-31"), "C") == ["Mon 09:00"]


@pytest.mark.parametrize(
    ("typed", "hour"), [("hour 9", "09:00"), ("hour 2pm", "14:00"), ("hour 16:00", "16:00"), ("at 11 am", "11:00")]
)
def test_an_hour_may_be_typed_as_one_says_it(story: Story, typed: str, hour: str) -> None:
    assert f"come at {hour}" in story.say("A", f"prefer {typed}")


@pytest.mark.parametrize("typed", ["hour 8", "hour 17", "hour 24", "hour 5pm", "hour 99"])
def test_an_hour_at_which_nothing_is_sent_is_refused(story: Story, typed: str) -> None:
    assert story.refused("A", f"prefer {typed}") == (
        "I write between 09:00 and 17:00 only: choose an hour from 9 to 16, for example prefer hour 13"
    )


def test_a_bundle_that_waits_for_its_day_goes_along_with_the_hour(story: Story) -> None:
    story.tick("2022-10-30 18:00")  # a Sunday evening: Monday is planned
    story.say("C", "prefer hour 15")
    assert when(hours(story, "2022-10-31"), "C") == ["Mon 15:00"]
    story.at("2022-11-11 18:00").say("C", "prefer hour usual")
    assert when(hours(story, "2022-11-15"), "C") == ["Tue 09:00"]


def test_an_hour_that_has_passed_already_is_for_the_days_to_come(story: Story) -> None:
    story.say("C", "prefer hour 15")
    story.tick("2022-10-31 09:00")
    story.at("2022-10-31 13:30").say("C", "prefer hour 10")
    assert when(story.tick("2022-10-31 13:31"), "C") == ["Mon 13:31"], "today's is late by it, and so goes now"


def test_a_starting_list_comes_at_the_hour_too(story: Story) -> None:
    story.say("D", "prefer hour 15")
    story.give("B", address="console:D")
    story.load(tiny_plan(*WEEK, ("P1.2b", "Train the staff.", "B", "31 October 2022")))
    assert when(hours(story, "2022-09-06"), "D") == ["Tue 15:00"]


def test_what_is_at_risk_waits_for_no_hour(story: Story) -> None:
    story.say("D", "prefer hour 16")
    story.say("D", "prefer weekly")
    story.at("2022-09-06 10:00").say("A", "rag P1.1a at-risk no printer")
    assert when(story.tick("2022-09-06 10:15"), "D") == ["Tue 10:15"]


def test_an_hour_outside_the_programmes_own_gives_way_to_them(story: Story) -> None:
    story.say("C", "prefer hour 16")
    story.app.policy = Policy(closes=time(15))
    story.app.calendar = story.app.read_calendar()
    assert when(hours(story, "2022-10-31"), "C") == ["Mon 09:00"]


def test_the_offices_hour_is_in_the_morning_so_that_what_is_to_be_passed_on_is_the_same_day(story: Story) -> None:
    assert story.refused("console:office", "prefer hour 14").startswith(
        "Choose an hour from 9 to 11: the office's come"
    )
    story.say("console:office", "prefer hour 11")
    story.leave("C")
    assert when(hours(story, "2022-10-31"), "office") == ["Mon 11:00"]


def test_who_comes_to_the_office_with_a_late_hour_is_told_in_the_morning_all_the_same(story: Story) -> None:
    story.say("D", "prefer hour 16")
    story.office("console:D")
    story.leave("C")
    assert when(hours(story, "2022-10-31"), "D") == ["Mon 11:00"]


# How often


def test_weekly_is_one_bundle_with_all_that_falls_due_before_the_next(story: Story) -> None:
    assert "one bundle a week at most" in story.say("A", "prefer weekly")
    story.mornings("2022-10-16")
    week = [one for one in story.to("A") if one.at.date() >= date(2022, 10, 10)]
    assert when(week) == ["Mon 09:00"]
    assert all(ref in week[0].text for ref, *_ in WEEK)


def test_weekly_waits_for_the_first_day_on_which_something_is_due(story: Story) -> None:
    story.say("C", "prefer weekly")
    story.mornings("2022-10-31")
    assert [f"{one.at:%d %B}" for one in story.to("C")] == [
        "05 September", "03 October", "17 October", "24 October", "31 October",
    ]  # fmt: skip


def test_what_falls_due_later_in_a_week_that_had_its_bundle_goes_with_the_next_weeks(story: Story) -> None:
    story.say("D", "prefer weekly")
    story.give("B", address="console:D")
    story.load(tiny_plan(*WEEK, ("P1.2b", "Train the staff.", "B", "31 October 2022")))
    story.mornings("2022-09-06")
    story.load(
        tiny_plan(
            *WEEK,
            ("P1.2b", "Train the staff.", "B", "31 October 2022"),
            ("P1.2c", "Hire the staff.", "B", "30 November 2022"),
        )
    )
    sent = story.mornings("2022-09-12")
    assert [f"{one.at:%d %B}" for one in sent if one.to == "D"] == ["12 September"]
    assert "P1.2c" in story.to("D")[-1].text


def test_daily_is_a_bundle_on_every_day_on_which_something_is_due(story: Story) -> None:
    assert "every working day" in story.say("A", "prefer daily")
    story.mornings("2022-10-14")
    week = [one for one in story.to("A") if one.at.date() >= date(2022, 10, 10)]
    assert when(week) == ["Mon 09:00", "Tue 09:00", "Wed 09:00", "Thu 09:00", "Fri 09:00"]


def test_twice_is_as_for_everybody(story: Story) -> None:
    story.say("A", "prefer daily")
    assert story.say("A", "prefer twice").startswith("From now on you get two bundles a week at most")
    story.mornings("2022-10-16")
    assert when([one for one in story.to("A") if one.at.date() >= date(2022, 10, 10)]) == ["Mon 09:00", "Tue 09:00"]


def test_the_offices_bundle_may_come_daily_whatever_somebody_wants(story: Story) -> None:
    assert "may come daily" in story.refused("console:office", "prefer weekly")


# Where


def test_who_has_another_address_chooses_which_is_written_to(story: Story) -> None:
    also(story)
    assert story.say("A", f"prefer channel {MAIL}") == (
        f"From now on I write to you at {MAIL}; what is waiting for you goes there too."
    )
    sent = story.mornings("2022-10-10")
    assert {one.to for one in sent} - {"office"} == {"C", MAIL}
    story.say("A", "prefer channel console:A")
    assert when(story.tick("2022-10-11 09:00")) == ["Tue 09:00"]


@pytest.mark.parametrize("typed", ["mail", "A@EXAMPLE.ORG", "<a@example.org>", f"mailto:{MAIL}", MAIL])
def test_an_address_may_be_named_by_its_channel_or_without_it(story: Story, typed: str) -> None:
    also(story)
    assert f"at {MAIL};" in story.say("A", f"prefer channel {typed}")


def test_what_is_queued_follows(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    also(story, "mail:d@example.org", "console:D")
    story.say("D", "prefer channel mail")
    assert "mail:d@example.org" in [one.to for one in story.tick("2022-09-05 09:15")], "a notice that waited"
    also(story, "mail:c@example.org", "console:C")
    story.tick("2022-10-30 18:00")
    with story.app.db.read() as tx:
        waiting = [line.address for line in outbox.list_lines(tx, kinds=["bundle"], states=["due"])]
    assert "console:C" in waiting
    story.say("C", "prefer channel mail")
    assert [one.to for one in story.tick("2022-10-31 09:00") if "P1.2a" in one.text] == ["mail:c@example.org"]


def test_notices_packs_and_corrections_go_to_the_chosen_address(story: Story) -> None:
    also(story, "mail:d@example.org", "console:D")
    story.say("D", "prefer channel mail")
    story.group("The Board", "2022-09-13 10:00")
    story.at("2022-09-05 10:00").say("C", "rag P1.2a at-risk no printer")
    assert [one.to for one in story.tick("2022-09-05 10:15") if "at risk" in one.text.lower()] == [
        "mail:d@example.org", "office",
    ]  # fmt: skip
    story.say("C", "undo")
    assert "mail:d@example.org" in [one.to for one in story.tick("2022-09-05 10:30")]
    pack = [one.to for one in story.mornings("2022-09-13") if one.text.startswith("The Board: digest")]
    assert pack == ["mail:d@example.org"]


def test_what_comes_from_either_address_is_the_same_persons(story: Story) -> None:
    also(story)
    story.say(MAIL, "progress P1.1a it is at the printer")
    story.say("console:A", "progress P1.1a it is printed")
    with story.app.db.read() as tx:
        assert [row.actor for row in list_rows(tx, ref="P1.1a")] == ["console:A", "console:A"]
        assert verify(tx).faults == ()
    assert story.say(MAIL, "undo").startswith("Undone: the progress entry on P1.1a")


def test_a_bundle_at_one_address_counts_at_the_other(story: Story) -> None:
    also(story)
    story.mornings("2022-10-10")
    story.say("A", "prefer channel mail")
    story.mornings("2022-10-16")
    week = [one for one in story.sent if one.at.date() >= date(2022, 10, 10) and one.to in ("A", MAIL)]
    assert [(f"{one.at:%a}", one.to) for one in week] == [("Mon", "A"), ("Tue", MAIL)]


def test_an_address_whose_channel_is_not_set_up_is_refused(story: Story) -> None:
    also(story, reached=False)
    assert story.refused("A", f"prefer channel {MAIL}") == (
        f"I cannot write to {MAIL} yet, as mail is not set up here: choose console:A."
    )
    assert when(story.tick("2022-10-03 09:00")) == ["Mon 09:00"]


@pytest.mark.parametrize("address", ["mail:somebody@example.org", "console:C", "console:office", "console:nobody"])
def test_nobody_takes_an_address_that_the_office_has_not_said_is_theirs(story: Story, address: str) -> None:
    also(story)
    told = story.refused("A", f"prefer channel {address}")
    assert told.startswith(f"{address} is not an address of yours that I know: your addresses are console:A, {MAIL}.")


def test_without_an_address_it_says_which_there_are(story: Story) -> None:
    also(story)
    reply = story.ask("A", "prefer channel")
    assert reply.text.startswith(f"Say at which address: console:A, {MAIL}.")
    assert buttons(reply) == {MAIL: f"prefer channel {MAIL}"}


def test_an_address_taken_away_is_no_way_in_any_more_and_nothing_goes_there(story: Story) -> None:
    also(story)
    story.say("A", "prefer channel mail")
    story.tick("2022-10-30 18:00")
    with story.app.db.write() as tx:
        one = find_person(tx, "console:A")
        assert one is not None
        remove_address(tx, one, MAIL, story.now, account="tester")
    assert when(story.tick("2022-10-31 09:00")) == ["Mon 09:00"]
    assert "I do not know you yet" in story.refused(MAIL, "actions mine")


def test_who_is_known_at_both_addresses_is_one_person_once_nothing_is_held_at_the_other(story: Story) -> None:
    story.give("B", address=MAIL)
    with pytest.raises(UserError, match="holds B as a person of its own: end that first"):
        also(story)
    with story.app.db.write() as tx:
        office.end_holder(tx, "B", MAIL, on=story.today, today=story.today, now=story.now, account="tester")
    also(story)
    story.give("B", address=MAIL)
    with story.app.db.read() as tx:
        found = find_person(tx, MAIL)
        assert found is not None
        assert found.address == "console:A"
        told = office.list_people(tx, story.today, as_json=False)
    assert f"B: B (console:A), also {MAIL}" in told


def test_another_persons_other_address_is_refused(story: Story) -> None:
    also(story)
    with pytest.raises(UserError, match="is A's: take it from them first"):
        also(story, of="console:C")


def test_a_person_has_five_addresses_at_most(story: Story) -> None:
    for number in range(4):
        also(story, f"mail:a{number}@example.org")
    with pytest.raises(UserError, match="has 5 addresses, which is the most"):
        also(story, "mail:a5@example.org")


def test_an_account_that_closes_where_nobody_is_written_to_changes_nothing(story: Story) -> None:
    also(story)
    story.say("A", "prefer channel mail")
    with story.app.db.write() as tx:
        assert not mark_closed(tx, "console:A", True, story.now)
    assert MAIL in [one.to for one in story.tick("2022-10-03 09:00")]


def test_who_writes_from_another_address_is_not_back_at_the_closed_one_but_may_choose_theirs(story: Story) -> None:
    also(story)
    story.tick("2022-10-02 18:00")
    with story.app.db.write() as tx:
        assert mark_closed(tx, "console:A", True, story.now)
    assert story.say(MAIL, "actions mine").startswith("Your actions")
    with story.app.db.read() as tx:
        one = find_person(tx, MAIL)
        assert one is not None
        assert [line.state for line in ledger.list_planned(tx, date(2022, 10, 3), one.id)] == []
    story.say(MAIL, "prefer channel mail")
    assert MAIL in [one.to for one in story.tick("2022-10-03 09:00")]


# What is shown, and what is refused


def test_alone_it_shows_what_was_chosen_and_how_to_change_it(story: Story) -> None:
    reply = story.ask("A", "/prefer")
    assert reply.text == (
        "Your reminders come at 09:00, at most two bundles a week, to console:A. To change it, type prefer hour 10, "
        "prefer weekly, prefer daily, prefer twice, or prefer channel and one of your addresses."
    )
    assert list(buttons(reply)) == ["Once a week", "Daily"]
    also(story)
    for words in ("hour 14", "weekly", "channel mail"):
        story.say("A", f"prefer {words}")
    assert story.say("A", "prefer").startswith(
        f"Your reminders come at 14:00, at most one bundle a week, to {MAIL}. You can also be written to at console:A"
    )


def test_a_choice_is_kept_in_the_record(story: Story) -> None:
    story.say("A", "prefer weekly")
    with story.app.db.read() as tx:
        (row,) = list_rows(tx, most=1)
    assert (row.verb, row.actor, row.facts, row.words) == ("prefer", "console:A", {"rhythm": "weekly"}, None)


@pytest.mark.parametrize("words", ["monthly", "hour", "hour ten", "never", "channel", "weekly please"])
def test_what_is_no_choice_is_refused_with_what_there_is(story: Story, words: str) -> None:
    told = story.refused("A", f"prefer {words}")
    assert "prefer weekly" in told or told.startswith("Say at which address: console:A")


def test_a_choice_is_for_a_person(story: Story) -> None:
    assert story.refused("B", "prefer weekly") == "A choice is for a person: say it from your own account."
    assert "I do not know you yet" in story.refused("console:stranger", "prefer weekly")


def test_a_choice_is_no_change_that_undo_takes_back_and_what_to_type_is_said(story: Story) -> None:
    reply = story.ask("A", "prefer weekly")
    assert isinstance(reply, Message)
    assert buttons(reply) == {}
    assert "to take it back, type prefer twice" in story.refused("A", "undo")
