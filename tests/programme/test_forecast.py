"""A forecast is of one action, from its record alone, and says why; nothing is forecast without a sign."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from programme.calendar import Calendar
from programme.facts import Action, Mitigation, Proposal, Said
from programme.forecast import find_forecast
from programme.policy import Policy
from programme.timescales import parse_timescale
from storage.actions import list_actions
from storage.people import read_directory
from tests.programme.people import NOW, action, alarm
from tests.story import Story

CALENDAR, POLICY = Calendar(frozenset()), Policy()
TEN_LEFT = date(2022, 10, 17)
PAGE = Path(__file__).parents[2] / "docs" / "forecast.md"


def forecast(one: Action, day: date = TEN_LEFT) -> str:
    """What is forecast of an action that is due on 31 October 2022, "" where nothing is."""
    return str(find_forecast(one, day, CALENDAR, POLICY) or "")


def tapped(on: date, words: str = "") -> Said:
    return Said("answer", datetime(on.year, on.month, on.day, 10, tzinfo=UTC), on, "console:A", "Council", "", words)


FRESH = date(2022, 10, 10)
OLD = date(2022, 3, 14)


@pytest.mark.parametrize(
    ("facts", "signs"),
    [
        ({"last_entry_on": None}, "no entry yet"),
        ({"last_entry_on": OLD}, "no entry since March 2022"),
        ({"last_entry_on": FRESH, "moves": ("Oct-22",)}, "one timescale moved"),
        ({"last_entry_on": FRESH, "moves": ("Sep-22", "Oct-22")}, "two timescales moved"),
        (
            {"last_entry_on": FRESH, "moves": ("Oct-22",), "first_timescale": parse_timescale("Aug-22")},
            "one timescale moved, the first, 31 August 2022, passed",
        ),
        ({"last_entry_on": FRESH, "escalation": alarm("A")}, "an alarm open and no mitigation written"),
        (
            {
                "last_entry_on": FRESH,
                "escalation": alarm("A"),
                "mitigation": Mitigation("x", "A", "soon", None, False, None, FRESH),
            },
            "an alarm open and its mitigation not in place",
        ),
        (
            {"last_entry_on": FRESH, "said": (tapped(date(2022, 10, 11)), tapped(date(2022, 10, 12)))},
            "two answers by a tap alone",
        ),
    ],
)
def test_each_sign_is_said_in_words_with_the_time_that_is_left(facts: dict[str, object], signs: str) -> None:
    assert forecast(action(**facts)) == f"{signs}, 10 working days left: likely to slip"


@pytest.mark.parametrize(
    "facts",
    [
        {"last_entry_on": FRESH},
        {"last_entry_on": FRESH, "said": (tapped(date(2022, 10, 11)),)},
        {"last_entry_on": FRESH, "said": (tapped(OLD), tapped(OLD))},
        {"last_entry_on": FRESH, "said": (tapped(date(2022, 10, 11), "x"), tapped(date(2022, 10, 12), "y"))},
        {"last_entry_on": FRESH, "escalation": alarm("A", state="closed")},
        {
            "last_entry_on": FRESH,
            "escalation": alarm("A"),
            "mitigation": Mitigation("x", "A", "soon", None, False, NOW, FRESH),
        },
    ],
)
def test_without_a_sign_nothing_is_forecast(facts: dict[str, object]) -> None:
    assert forecast(action(**facts)) == ""


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "complete"},
        {"proposal": Proposal("closure", None, "", "console:A", NOW, 3)},
        {"timescale": parse_timescale("TBC")},
        {"timescale": parse_timescale("Sep-22")},
    ],
)
def test_what_is_complete_proposed_undated_or_overdue_already_is_not_forecast(facts: dict[str, object]) -> None:
    assert forecast(action(**facts)) == ""


@pytest.mark.parametrize(
    ("day", "one_sign", "two_signs"),
    [
        (date(2022, 10, 3), "4 weeks left", "4 weeks left"),
        (date(2022, 9, 30), "", "4 weeks left"),
        (date(2022, 8, 8), "", "12 weeks left"),
        (date(2022, 8, 5), "", ""),
        (date(2022, 10, 28), "1 working day left", "1 working day left"),
    ],
)
def test_the_more_time_is_left_the_more_signs_it_takes(day: date, one_sign: str, two_signs: str) -> None:
    for moves, left in (((), one_sign), (("Oct-22",), two_signs)):
        said = forecast(action(moves=moves), day)
        assert bool(said) == bool(left)
        assert left in said


def test_no_number_is_claimed_and_nobody_is_named() -> None:
    said = forecast(action("A", "B", last_entry_on=OLD, moves=("Sep-22", "Oct-22")))
    assert said == "no entry since March 2022, two timescales moved, 10 working days left: likely to slip"


def test_the_page_shows_what_the_real_plan_would_have_been_told_on_5_september_2022(
    tmp_path: Path, real_plan_text: str
) -> None:
    story = Story(tmp_path)
    story.load(real_plan_text)
    with story.app.db.read() as tx:
        plan = list_actions(tx, read_directory(tx, story.today))
    found = {
        one.ref: (one, told)
        for one in plan
        if (told := find_forecast(one, story.today, story.app.calendar, Policy())) is not None
    }
    rows = [
        f"| {ref} | {one.timescale.text} | {', '.join(told.signs)} | {told.left} |"
        for ref, (one, told) in found.items()
    ]
    assert len(plan) == 54
    assert sum(one.is_overdue(story.today) for one in plan) == 28
    assert rows == re.findall(r"^\| P\d.*\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    story.close()
