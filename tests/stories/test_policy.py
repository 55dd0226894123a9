"""A programme that has set its own rules is served by them, and anybody may read which they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from programme.messages import Bullets, Message
from programme.policy import Closure, Policy, Report
from tests.stories.council import open_council
from tests.story import Sent, Story, tiny_plan

CHARTER = ("P1.1a", "Write the charter.", "A", "31 October 2022")


class Tell(Protocol):
    """A story by these rules, of a plan of these actions, with somebody in each role; on its first morning."""

    def __call__(self, policy: Policy, *rows: tuple[str, str, str, str], roles: str = "A") -> Story: ...


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Tell]:
    told: list[Story] = []

    def begin(policy: Policy, *rows: tuple[str, str, str, str], roles: str = "A") -> Story:
        story = Story(tmp_path, policy=policy)
        told.append(story)
        story.load(tiny_plan(*(rows or (CHARTER,))))
        for role in roles:
            story.give(role)
        story.tick("2022-09-05 09:00")
        return story

    yield begin
    for story in told:
        story.close()


def days(sent: list[Sent], name: str) -> list[str]:
    return [f"{one.at:%d %B}" for one in sent if one.to == name]


def test_warnings_come_as_many_days_before_as_the_programme_has_set(tell: Tell) -> None:
    story = tell(Policy(exact_timescale=(15, 2)))
    assert days(story.mornings("2022-10-31"), "A") == ["10 October", "27 October", "31 October"]


def test_a_closure_of_the_programmes_own_is_no_working_day_and_nothing_goes_on_it(tell: Tell) -> None:
    closed = Closure("Moving house", date(2022, 10, 24), date(2022, 10, 28))
    story = tell(Policy(closures=(closed,)))
    sent = story.mornings("2022-10-31")
    # Five working days before 31 October is 17 October now, and ten and one before it the same way round.
    assert days(sent, "A") == ["26 September", "10 October", "17 October", "21 October", "31 October"]
    assert "due 31 October 2022, in 1 working day" in [one.text for one in sent if one.to == "A"][-2]


def test_sending_hours_are_the_programmes(tell: Tell) -> None:
    story = tell(Policy(opens=time(8), closes=time(18)))
    assert story.tick("2022-10-03 07:59") == []
    assert "A" in [one.to for one in story.tick("2022-10-03 08:00")]
    story.group("The Board", strategic=True, chair="D")
    story.give("D")
    story.at("2022-10-03 17:40").say("A", "rag P1.1a at-risk no printer")
    assert "D" in [one.to for one in story.tick("2022-10-03 17:55")]
    story.say("A", "rag P1.1a on-track the printer is back")
    story.say("A", "rag P1.1a at-risk it broke again")
    assert story.tick("2022-10-03 18:10") == []


def test_one_bundle_a_week_for_everybody_carries_what_falls_due_before_the_next(tell: Tell) -> None:
    rows = [
        (f"P1.1{each}", "Do it.", "A", f"{day} October 2022") for each, day in zip("abc", (11, 12, 13), strict=True)
    ]
    story = tell(Policy(bundles_a_week=1), *rows)
    story.mornings("2022-10-16")
    week = [one for one in story.to("A") if one.at.date() >= date(2022, 10, 10)]
    assert [f"{one.at:%a}" for one in week] == ["Mon"]
    assert all(ref in week[0].text for ref in ("P1.1a", "P1.1b", "P1.1c"))


def test_papers_are_due_as_the_programme_has_set_unless_a_group_has_a_number_of_its_own(tell: Tell) -> None:
    story = tell(Policy(papers=8, request=5, chase=2))
    story.group("The Board", "2022-10-18 10:00", strategic=True)
    story.group("The Forum", "2022-10-18 10:00", papers=3)
    told = story.say("office", "meetings")
    assert "updates asked for 29 September 2022, chased 4 October 2022, papers 6 October 2022" in told
    assert "The Forum: Tuesday 18 October 2022 at 10:00; papers 13 October 2022" in told


def test_an_alarm_leaves_when_the_programme_says(tell: Tell) -> None:
    story = tell(Policy(alarm_delay=timedelta(minutes=45), alarm_delay_unexplained=timedelta(hours=3)))
    story.group("The Board", strategic=True, chair="D")
    story.give("D")
    story.at("2022-09-05 10:00").say("A", "rag P1.1a at-risk no printer")
    assert story.tick("2022-09-05 10:44") == []
    assert "D" in [one.to for one in story.tick("2022-09-05 10:45")]


def test_a_lead_hears_of_what_is_overdue_after_as_long_as_the_programme_says(tell: Tell) -> None:
    story = tell(Policy(lead_after=3, overdue_every=2), ("P1.1a", "Write it.", "A", "Aug-22"), roles="AX")
    assert days(story.mornings("2022-09-09"), "X") == ["08 September"]
    assert days(story.mornings("2022-09-16"), "A")[0] == "12 September"


def test_what_a_changed_rule_makes_due_is_planned_the_same_day(tell: Tell) -> None:
    story = tell(Policy())
    story.mornings("2022-10-04")
    assert story.tick("2022-10-05 09:00") == []
    story.app.policy = replace(story.app.policy, exact_timescale=(18, 1))
    assert [one.to for one in story.tick("2022-10-05 09:30")] == ["A"]


def test_anybody_who_may_type_may_read_the_rules_and_sees_which_are_the_programmes(tell: Tell) -> None:
    policy = Policy(
        timescale=(15,),
        closures=(Closure("Conference", date(2022, 10, 24), date(2022, 10, 24)),),
        reports=(Report("Cabinet report", (), "quarter", "EDCS", (10,), 5),),
    )
    story = tell(policy)
    for who in ("A", "office"):
        reply = story.ask(who, "/policy")
        assert isinstance(reply, Message)
        assert reply.text.startswith("The rules in force.\n- I remind 15 working days before a timescale")
        (listed,) = [block for block in reply.blocks if isinstance(block, Bullets)]
        marked = [line for line in listed.items if line.endswith("(Set by this programme.)")]
        assert len(marked) == 3
        assert marked[1].startswith("Closed: Conference, 24 October 2022.")
        assert marked[2].startswith(
            "Report: Cabinet report, due 5 working days after the end of every quarter, from EDCS, asked for 10 "
            "working days before."
        )
    assert "I do not know you yet" in story.refused("console:stranger", "policy")


def test_a_sentence_that_begins_with_policy_is_no_question_about_the_rules(tell: Tell) -> None:
    story = tell(Policy())
    assert "The rules in force" not in story.refused("A", "policy was agreed by cabinet")


def test_a_day_that_is_closed_later_asks_nobody_twice(tmp_path: Path) -> None:
    story = open_council(tmp_path)  # the Board meets on 4 October, so that updates are asked for on 12 September
    asked = [one for one in story.mornings("2022-09-13") if one.to == "A" and "for the meeting" in one.text]
    assert len(asked) == 1
    story.app.policy = replace(story.app.policy, closures=(Closure("Training", date(2022, 9, 14), date(2022, 9, 14)),))
    story.app.calendar = story.app.read_calendar()
    again = [one for one in story.mornings("2022-09-19") if one.to == "A" and "for the meeting" in one.text]
    assert again == []
    story.close()
