"""The words of a home stand alone, and what it offers can be tapped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from programme.calendar import Calendar
from programme.facts import Meeting, Mitigation
from programme.home import (
    Home,
    Listed,
    Mine,
    Urgency,
    compose_home_message,
    compose_strangers_home,
    say_alarm,
    say_meeting,
)
from programme.messages import Button, Buttons
from programme.policy import Policy
from programme.rag import Rag
from tests.programme.people import TODAY, action, group, proposal, rated

CALENDAR, POLICY = Calendar(frozenset()), Policy()


def one(urgency: Urgency = Urgency.OVERDUE, asked: bool = True, **facts: object) -> Mine:
    return Mine(replace(action(), **facts), urgency, asked, date(2022, 10, 4))


def said(*mine: Mine, **facts: object) -> str:
    return compose_home_message(
        Home(**{"mine": mine, "total": len(mine), "asked": 1, "page": 1, "pages": 1} | facts), TODAY, CALENDAR
    ).text


def test_an_action_that_presses_is_told_at_length_and_a_calm_one_in_a_line() -> None:
    text = said(one(Urgency.BEFORE_MEETING), one(Urgency.CALM, asked=False, ref="P1.1b"))
    assert text == (
        "Your actions: 2. 1 needs a word from you.\n"
        "- P1.1a · ⚪ Not yet rated · due 31 October 2022\n"
        "  Write the charter. Its group meets on 4 October 2022.\n"
        "- P1.1b · ⚪ Not yet rated · due 31 October 2022 · Write the charter.\n"
        "To answer, type for example: rag P1.1a on-track, nochange P1.1a, or update P1.1a"
    )


def test_a_long_text_is_cut_and_one_without_a_full_stop_gets_one() -> None:
    assert "\n  Write it. " not in said(one(text="Write it"))
    assert "\n  Write it.\n" in said(one(text="Write it"))
    assert "…\n" in said(one(text="Write the charter " * 20))


def test_calm_ones_say_what_they_wait_for() -> None:
    assert "done, awaiting agreement" in said(one(asked=False, proposal=proposal("A")))
    assert "answered, quiet until 20 September 2022" in said(one(asked=False, quiet_until=date(2022, 9, 20)))


def test_a_risk_without_a_mitigation_is_asked_for_one_and_a_due_one_whether_it_is_in_place() -> None:
    assert "Please say what is being done about it: mitigation P1.1a" in said(one(rag=Rag.AT_RISK))
    plan = Mitigation("Copy it by hand", "A", "2 September 2022", date(2022, 9, 2), True, None, date(2022, 8, 1))
    mine = one(rag=Rag.AT_RISK, mitigation=plan)
    assert "Its mitigation is due: Copy it by hand (once it is in place: inplace P1.1a)" in said(mine)
    placed = replace(plan, in_place_at=datetime(2022, 9, 3, tzinfo=UTC))
    assert "inplace" not in said(one(rag=Rag.AT_RISK, mitigation=placed))


def test_a_list_says_how_many_more_there_are() -> None:
    listed = Listed("Roles with nobody in them", ("B", "C"), 1_207, (Button("Answer", "claims"),))
    text = said(total=0, asked=0, watched=(listed,))
    assert text == (
        "For the programme office.\nRoles with nobody in them: 1,207.\n- B\n- C\n- and 1,205 more\n"
        "To do so, type: claims"
    )


def test_every_command_that_is_tapped_is_whole() -> None:
    home = Home((one(), one(Urgency.CALM, asked=False, ref="P1.1b")), 20, 1, 2, 3, reads_all=True)
    message = compose_home_message(home, TODAY, CALENDAR)
    taps = [tap.command for block in message.blocks if isinstance(block, Buttons) for tap in block.buttons]
    assert taps == [
        "rag P1.1a on-track",
        "nochange P1.1a",
        "slipping P1.1a",
        "done P1.1a",
        "update P1.1a",
        "update P1.1b",
        "home 1",
        "home 3",
    ]
    assert "Back: home 1\nMore: home 3" in message.text


def test_a_group_says_its_dates_or_that_it_has_none() -> None:
    board = group("Board", meetings=(Meeting(1, "Board", datetime(2022, 10, 4, 9, tzinfo=UTC)),))
    assert say_meeting(board, TODAY, CALENDAR, POLICY) == (
        "Board: Tuesday 4 October 2022 at 10:00; updates asked for 13 September 2022, chased 22 September 2022, "
        "papers 27 September 2022."
    )
    assert "updates" not in say_meeting(replace(board, kinds=("informed",)), TODAY, CALENDAR, POLICY)
    assert say_meeting(board, date(2022, 10, 5), CALENDAR, POLICY) == "Board has no meeting planned."


def test_an_alarm_has_its_reason_or_says_that_there_is_none_yet() -> None:
    assert say_alarm(action("A", "B"), Rag.AT_RISK) == "P1.1a · 🔴 At risk (A, B): no reason given yet"
    told = action(said=(rated("A", Rag.AT_RISK, words="no printer."),), rag=Rag.AT_RISK)
    assert say_alarm(told, Rag.AT_RISK) == "P1.1a · 🔴 At risk (A): no printer"


def test_a_stranger_hears_who_is_asked() -> None:
    assert "the programme office (PM) is asked" in compose_strangers_home(["PM"]).text
    assert "the programme office is asked" in compose_strangers_home([]).text
