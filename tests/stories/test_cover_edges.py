"""Cover at its edges: what is new to both, accounts that close, roles that are left, and the days it begins and ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.office import set_holder
from storage.appointments import mark_closed
from storage.schema_out import ledger, outbox
from tests.stories.council import PLAN, open_council, told
from tests.stories.test_report_dates import days, open_story
from tests.story import Story, tiny_plan

GROWN = PLAN.replace(
    "P1.2\tWhat was found in P1.2",
    "\t\td. Tell the schools.\tA\tMar-23\tIt is done.\t\tLife is better.\t1. A report.\t\n"
    "P1.2\tWhat was found in P1.2",
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
    assert days(sent, "for Oct 2022") == [("C", "10-03"), ("D", "10-03"), ("C", "10-24"), ("D", "10-24")]
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
    story.say("office", "progress P1.1b as before")
    story.sent.clear()
    story.mornings("2022-10-07")
    assert asked(story, "PM", "P1.1b") != []
    assert "A: " not in "\n".join(told(story, "office").get("office", []))


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
    dated = [line for line in coming.split("\n") if line.startswith("- ") and "2022, " in line]
    assert [line for line in dated if " to PM" in line] == []
    assert [line for line in dated if " to A" in line] != []


def test_why_names_who_will_cover_for_what_comes_while_they_do(story: Story) -> None:
    story.say("A", "cover A by PM from 12 September to 7 October")
    coming = story.at("2022-09-06 10:00").say("D", "why P1.1a").partition("What comes next.")[2]
    (meeting,) = [line for line in coming.split("\n") if "the meeting on 4 October" in line and "to PM" in line]
    assert "2022, request" in meeting or "2022, " in meeting
    assert not any("the meeting on 4 October" in line and " to A" in line for line in coming.split("\n"))
