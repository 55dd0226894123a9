"""Cover at its edges: what is new to both, accounts that close, roles that are left, when it begins and ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.office import set_holder
from storage.appointments import mark_closed
from storage.schema_out import ledger, outbox
from tests.stories.council import PLAN, buttons, is_one_sentence, open_council, told
from tests.stories.test_report_dates import days, open_story
from tests.story import Story, tiny_plan

GROWN = PLAN.replace(
    "P1.2\tWhat was found in P1.2",
    "\t\td. Tell the schools.\tA\tMar-23\tIt is done.\t\tLife is better.\t1. A report.\t\nP1.2\tWhat was found in P1.2",
)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = open_council(tmp_path)
    one.give("PM")
    one.sent.clear()
    yield one
    one.close()


def starting(story: Story, name: str, ref: str) -> list[str]:
    """The days on which somebody had an action on their starting list."""
    return [
        f"{one.at:%m-%d}"
        for one in story.to(name)
        if ref in one.text.partition("Your starting list")[2].partition("\n\n")[0]
    ]


def asked(story: Story, name: str, ref: str) -> list[str]:
    """The days on which somebody had a message that names an action."""
    return [f"{one.at:%m-%d}" for one in story.to(name) if ref in one.text]


def count_lines(story: Story, kind: str, ref: str, address: str) -> int:
    """How often a rung of that kind was planned for somebody."""
    with story.app.db.read() as tx:
        person = "(SELECT id FROM person WHERE address = :address)"
        mine = (ledger.c.kind == kind, ledger.c.subject == ref, sa.text(f"person_id = {person}"))
        found = sa.select(sa.func.count()).select_from(ledger).where(*mine)
        return int(tx.conn.execute(found, {"address": address}).scalar_one())


def test_an_action_new_to_both_is_on_the_covers_starting_list_once_and_then_asked_about(story: Story) -> None:
    story.say("A", "cover A by PM from 6 September to 7 October")
    story.mornings("2022-09-13")
    story.at("2022-09-13 11:00").load(GROWN)
    story.mornings("2022-10-07")
    assert len(starting(story, "PM", "P1.1d")) == 1
    assert count_lines(story, "starting", "P1.1d", "console:PM") == 1
    assert count_lines(story, "meeting", "P1.1d", "console:PM") > 0
    assert len(asked(story, "PM", "P1.1d")) > 1


def test_why_of_an_action_new_to_both_names_the_covers_next_reminder(story: Story) -> None:
    story.say("A", "cover A by PM from 6 September to 7 October")
    story.mornings("2022-09-13")
    story.at("2022-09-13 11:00").load(GROWN)
    story.mornings("2022-09-15")
    coming = story.at("2022-09-15 11:00").say("PM", "why P1.1d").partition("What comes next.")[2]
    assert "starting list, to you" not in coming
    assert "4 October 2022, to you" in coming


def test_who_covers_from_the_first_day_on_has_one_starting_list(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.load(tiny_plan(("P1.1a", "Write the charter.", "A", "Oct-22"), ("P1.1c", "Train.", "B", "Dec-22")))
    for role in ("A", "B", "D"):
        story.give(role)
    story.group("The Board", "2022-10-04 10:00", chair="D", strategic=True)
    story.say("A", "cover A by B from today to 30 September")
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-30")
    assert starting(story, "B", "P1.1a") == ["09-05"]
    assert count_lines(story, "starting", "P1.1a", "console:B") == 1
    assert told(story, "A") == {}
    story.mornings("2022-10-03")
    assert starting(story, "A", "P1.1a") == ["10-03"]
    story.close()


def test_whoever_covers_is_asked_for_the_figures_while_they_do(tmp_path: Path) -> None:
    story = open_story(tmp_path)
    story.at("2022-09-05 10:00").say("office", "cover A by D from 26 September to 4 November")
    sent = story.mornings("2022-11-04")
    assert sorted(days(sent, "for Oct 2022")) == [("C", "10-03"), ("C", "10-24"), ("D", "10-03"), ("D", "10-24")]
    story.close()


def test_who_begins_to_cover_is_not_asked_for_figures_that_were_asked_for_before(tmp_path: Path) -> None:
    story = open_story(tmp_path)
    story.at("2022-09-05 10:00").say("office", "cover A by D from 5 October to 4 November")
    sent = story.mornings("2022-11-04")
    asked_for = [one for one in days(sent, "for Oct 2022") if one[0] != "C"]
    assert asked_for == [("A", "10-03"), ("D", "10-24")]
    story.close()


def test_cover_goes_on_when_the_account_of_who_is_away_is_closed(story: Story) -> None:
    story.say("A", "cover A by PM from 6 September to 7 October")
    story.mornings("2022-09-07")
    story.at("2022-09-07 10:00")
    with story.app.db.write() as tx:
        mark_closed(tx, "console:A", True, story.now)
    assert "is noted" in story.say("PM", "progress P1.1a the form is printed")
    story.sent.clear()
    story.mornings("2022-10-07")
    assert asked(story, "PM", "P1.1b") != []
    assert "A: 2 actions" not in "\n".join(told(story, "office").get("office", []))


def test_after_it_the_office_passes_on_what_is_of_a_closed_account(story: Story) -> None:
    story.say("A", "cover A by PM from 6 September to 9 September")
    story.at("2022-09-07 10:00")
    with story.app.db.write() as tx:
        mark_closed(tx, "console:A", True, story.now)
    story.mornings("2022-09-12")
    assert "A: 2 actions (P1.1a, P1.1b)" in "\n".join(told(story, "office")["office"])


def test_who_leaves_a_role_while_away_is_not_written_to_and_nothing_is_queued_day_by_day(story: Story) -> None:
    story.mornings("2022-09-11")
    story.tick("2022-09-11 18:00")
    story.at("2022-09-11 19:00").say("A", "cover A by PM from 12 September to 7 October")
    story.tick("2022-09-12 09:00")
    story.at("2022-09-12 10:00").leave("A")
    for n in range(1, 12):
        day = date(2022, 9, 12) + timedelta(days=n)
        story.tick(f"{day} 09:00")
        story.say("B", "going P1.1c")  # so that it is planned again
        story.tick(f"{day} 09:30")
    with story.app.db.read() as tx:
        bundles = sa.select(sa.func.count()).where(outbox.c.kind == "bundle", outbox.c.address == "console:A")
        assert tx.conn.execute(bundles.where(outbox.c.due_at > story.now - timedelta(days=8))).scalar() == 0
        kept = sa.select(ledger.c.reason).where(ledger.c.kind == "meeting", ledger.c.reason == "they are away")
        assert tx.conn.execute(kept).all() == []
    assert told(story, "A") == {}


def test_a_new_holder_who_is_away_at_first_has_the_handover_when_they_are_back(story: Story) -> None:
    story.mornings("2022-09-06")
    story.at("2022-09-06 10:00")
    with story.app.db.write() as tx:
        set_holder(
            tx, "B", "console:PM", name="PM", email=None, since=date(2022, 9, 12), today=story.today, now=story.now,
            account="tester",
        )  # fmt: skip
    story.say("office", "cover B for PM by A from 12 September to 23 September")
    story.leave("B")
    story.mornings("2022-10-03")
    assert [f"{one.at:%m-%d}" for one in story.to("PM") if "Handover of B" in one.text] == ["09-26"]


def test_why_names_who_is_back_for_what_comes_after_the_cover(story: Story) -> None:
    story.say("A", "cover A by PM from 6 September to 9 September")
    coming = story.at("2022-09-06 10:00").say("D", "why P1.1a").partition("What comes next.")[2]
    assert "In place of A, away until 9 September 2022: PM." in coming
    lines = [line for line in coming.split("\n") if ", handover of A, to " not in line]
    assert [line for line in lines if ", to PM" in line] == []
    assert "- 12 September 2022, request for the meeting on 4 October 2022, to A." in lines


def test_why_names_who_will_cover_for_what_comes_while_they_do(story: Story) -> None:
    story.say("A", "cover A by PM from 12 September to 7 October")
    coming = story.at("2022-09-06 10:00").say("D", "why P1.1a").partition("What comes next.")[2]
    lines = coming.split("\n")
    assert "- 12 September 2022, request for the meeting on 4 October 2022, to PM." in lines
    assert not any("the meeting on 4 October" in line and ", to A" in line for line in lines)


def two_covers(story: Story) -> None:
    """One from tomorrow on, one in the autumn."""
    story.say("A", "cover A by PM from 6 September to 9 September")
    story.say("A", "cover A by PM from 24 October to 28 October")
    story.at("2022-09-08 10:00")


def test_ending_it_ends_the_cover_in_force_and_not_the_next(story: Story) -> None:
    two_covers(story)
    assert story.say("A", "cover end A") == "A is no longer covered, and A is reminded of it again."
    left = story.say("A", "cover")
    assert "A: PM for A, from 24 October 2022 to 28 October 2022" in left
    assert "6 September" not in left


def test_where_none_is_in_force_the_next_is_ended(story: Story) -> None:
    two_covers(story)
    story.say("A", "cover A by PM from 10 October to 11 October")
    story.at("2022-09-12 10:00")
    assert "A is no longer covered from 10 October 2022 to 11 October 2022" in story.say("PM", "cover end A")
    assert "from 24 October 2022" in story.say("A", "cover")


def test_the_buttons_name_the_first_day_of_the_cover_they_end(story: Story) -> None:
    two_covers(story)
    assert buttons(story.ask("A", "cover")) == {
        "End it for A": "cover end A from 6 September 2022",
        "End it for A from 24 October 2022": "cover end A from 24 October 2022",
    }
    assert "A is no longer covered from 24 October 2022" in story.say("A", "cover end A from 24 October 2022")
    left = story.say("A", "cover")
    assert "from 6 September 2022 to 9 September 2022" in left
    assert "24 October" not in left
    arranged = story.ask("A", "cover A by PM from 3 October to 4 October")
    assert buttons(arranged) == {"End it": "cover end A from 3 October 2022"}


def test_the_first_day_may_be_typed_without_its_year_though_it_is_past(story: Story) -> None:
    two_covers(story)
    assert story.say("A", "cover end A from 6 September.") == "A is no longer covered, and A is reminded of it again."


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("A from 7 September", "No cover of A begins on 7 September 2022: type cover to see who covers whom."),
        ("A from soon", "“soon” is not a day I can read"),
    ],
)
def test_a_day_on_which_no_cover_begins_is_refused_in_a_sentence(story: Story, words: str, hint: str) -> None:
    two_covers(story)
    refusal = story.refused("A", f"cover end {words}")
    assert hint in refusal
    assert is_one_sentence(refusal)


def test_i_cannot_ends_the_cover_it_was_asked_for_alone(story: Story) -> None:
    story.say("A", "cover A by PM from 26 September to 7 October")
    story.say("A", "cover A by PM from 24 October to 28 October")
    bundle = next(one.message for one in story.mornings("2022-09-06") if one.to == "PM")
    commands = [command for label, command in buttons(bundle).items() if label == "I cannot"]
    assert commands
    assert all(" from " in command for command in commands)


def titled(story: Story, name: str) -> list[str]:
    """What somebody was told of a role that is no longer covered, each time."""
    return [
        one.text.partition("A is not covered.")[2].strip("\n -").partition("\n\n")[0]
        for one in story.to(name)
        if "A is not covered." in one.text
    ]


def test_who_is_to_be_away_hears_in_their_bundle_that_the_cover_cannot(story: Story) -> None:
    story.say("A", "cover A by PM from 26 September to 7 October")
    story.mornings("2022-09-06")
    said = story.at("2022-09-06 10:00").say("PM", "cover end A from 26 September 2022")
    assert said.endswith("A is told.")
    story.mornings("2022-09-30")
    (text,) = titled(story, "A")
    assert text.startswith("PM cannot cover A from 26 September 2022 to 7 October 2022 after all.")
    assert "cover A by WHO from 26 September 2022 to 7 October 2022" in text
    assert titled(story, "office") == []
    assert next(one for one in story.to("A") if "not covered" in one.text).at.date() == date(2022, 9, 7)


def test_where_it_would_have_begun_within_a_week_the_office_hears_of_it_too(story: Story) -> None:
    story.say("A", "cover A by PM from 9 September to 7 October")
    story.at("2022-09-06 10:00").say("PM", "cover end A")
    story.mornings("2022-09-07")
    assert len(titled(story, "A")) == len(titled(story, "office")) == 1
    assert titled(story, "office")[0].startswith("PM cannot cover A for A from 9 September 2022 to 7 October 2022")


def test_where_they_are_away_already_the_office_hears_of_it(story: Story) -> None:
    story.say("A", "cover A by PM from 6 September to 7 October")
    said = story.at("2022-09-07 10:00").say("PM", "cover end A")
    assert said.endswith("The programme office is told.")
    story.mornings("2022-09-08")
    (text,) = titled(story, "office")
    assert text.startswith("PM cannot cover A for A any more, who is away until 7 October 2022.")
    assert "cover A by WHO until 7 October 2022" in text
    assert titled(story, "A") == []
    assert "B covers A" in story.at("2022-09-08 10:00").say("office", "cover A by B until 7 October 2022")


def test_nobody_hears_of_it_where_who_is_away_or_the_office_ended_it(story: Story) -> None:
    for who in ("A", "office"):
        story.say("A", "cover A by PM from 26 September to 7 October")
        assert "told" not in story.say(who, "cover end A")
    story.mornings("2022-09-30")
    assert titled(story, "A") + titled(story, "office") == []


def test_it_is_not_said_once_somebody_else_covers(story: Story) -> None:
    story.say("A", "cover A by PM from 26 September to 7 October")
    story.mornings("2022-09-06")
    story.at("2022-09-06 10:00").say("PM", "cover end A")
    story.say("A", "cover A by B from 26 September to 7 October")
    story.mornings("2022-09-30")
    assert titled(story, "A") == []


def test_one_of_two_holders_is_named_in_what_the_office_may_type(story: Story) -> None:
    story.give("A", "A two")
    story.say("A", "cover A by PM from 6 September to 7 October")
    story.at("2022-09-07 10:00").say("PM", "cover end A")
    story.mornings("2022-09-08")
    (text,) = titled(story, "office")
    assert "cover A for A by WHO until 7 October 2022" in text


def test_why_says_that_they_are_told(story: Story) -> None:
    story.say("A", "cover A by PM from 26 September to 7 October")
    story.at("2022-09-06 10:00").say("PM", "cover end A")
    assert "6 September 2022, A is not covered, to you: planned" in story.say("A", "why P1.1a")


def test_an_ended_cover_does_not_stand_in_the_way_of_the_next(story: Story) -> None:
    story.say("A", "cover A by PM from 6 September to 7 October")
    story.at("2022-09-12 10:00").say("A", "cover end A")
    assert "B covers A" in story.say("A", "cover A by B from 11 September to 23 September")
    assert "A: B for A, from 11 September 2022 to 23 September 2022" in story.say("A", "cover")
    assert story.say("A", "cover end A from 11 September") == "A is no longer covered, and A is reminded of it again."


def test_who_is_back_may_cover_though_the_first_day_named_was_one_of_theirs_away(story: Story) -> None:
    story.say("B", "cover B by PM from 6 September to 7 October")
    story.at("2022-09-12 10:00").say("B", "cover end B")
    assert "B covers A" in story.say("A", "cover A by B from 11 September to 23 September")


def test_a_cover_that_still_holds_stands_in_the_way_of_one_said_from_an_earlier_day(story: Story) -> None:
    story.say("A", "cover A by PM from 6 September to 7 October")
    story.at("2022-09-12 10:00")
    assert "is covered by PM" in story.refused("A", "cover A by B from 11 September to 23 September")
