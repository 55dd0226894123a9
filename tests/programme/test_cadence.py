"""How often a group meets, as people write it, and the days that it means."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.cadence import LAST, Cadence, find_period, list_slots, parse_cadence, parse_clock
from programme.calendar import LONDON, Calendar, parse_bank_holidays, parse_terms
from programme.messages import UserError

ROOT = Path(__file__).parents[2]
HALVES = parse_terms((ROOT / "bot" / "sample" / "terms.csv").read_text(encoding="utf-8"))
CALENDAR = Calendar(
    parse_bank_holidays((ROOT / "programme" / "bank_holidays_england.csv").read_text(encoding="utf-8")),
    half_terms=HALVES,
)
FIRST, LAST_DAY = date(2022, 9, 5), date(2023, 9, 5)
WEEK_4 = "every half term, week 4, Tuesday 10:00"

READ = [
    (WEEK_4, WEEK_4),
    ("Every half-term, week 4, Tuesday 10.00", WEEK_4),
    ("each half term: week four, Tuesdays at 10am", WEEK_4),
    ("half-termly, 4th week, Tue 10:00", WEEK_4),
    ("Tuesday 10:00 in the fourth week of every half term", WEEK_4),
    ("once a half term in week 4 on a Tuesday at 10 am.", WEEK_4),
    ("half term wk 4 tues 10:00", WEEK_4),
    ("twice a half term, weeks 2 and 5, Tuesday 10:00", "twice a half term, weeks 2 and 5, Tuesday 10:00"),
    ("weeks 5 & 2 of each half term, Tuesday 10:00", "twice a half term, weeks 2 and 5, Tuesday 10:00"),
    ("two times a half term, the second and fifth weeks, Tuesday 10:00",
     "twice a half term, weeks 2 and 5, Tuesday 10:00"),
    ("twice a half term, week 2 and the last week, Wednesday noon",
     "twice a half term, weeks 2 and last, Wednesday 12:00"),
    ("three times a term, weeks 2, 5 and 9, Thurs 16:15", "three times a term, weeks 2, 5 and 9, Thursday 16:15"),
    ("every month, second Thursday 14:00", "every month, second Thursday 14:00"),
    ("monthly on the last Friday at 2pm", "every month, last Friday 14:00"),
    ("twice a month, the 1st and 3rd Wednesday, 9.30am", "twice a month, first and third Wednesday 09:30"),
    ("every term, week 3, Monday 09:30", "every term, week 3, Monday 09:30"),
    ("termly: week 3, Monday 9.30", "every term, week 3, Monday 09:30"),
    ("every half term, last week, Friday 13:00", "every half term, last week, Friday 13:00"),
    ("the last week of each half term, Friday 1pm", "every half term, last week, Friday 13:00"),
    ("every half term, week 1, Monday 12am", "every half term, week 1, Monday 00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kept"), READ)
def test_a_cadence_is_read_as_people_write_it_and_shown_in_one_way(text: str, kept: str) -> None:
    assert str(parse_cadence(text)) == kept


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "says no time of day"),
        ("hello", "says no time of day"),
        ("every half term, week 4, Tuesday", "says no time of day"),
        ("every half term, week 4, Tuesday 25:00", "says a time that no clock shows"),
        ("every half term, week 4, Tuesday 13pm", "says a time that no clock shows"),
        ("every half term, week 4, Tuesday 10:00 or 11:00", "says more than one time"),
        ("every half term, week 4, 10:00", "says no day of the week"),
        ("every half term, week 4, Monday and Tuesday 10:00", "names more than one day of the week"),
        ("every half term, Tuesday 10:00", "does not say in which week"),
        ("every half term, fourth Tuesday 10:00", "does not say in which week"),
        ("every month, Tuesday 10:00", "does not say which of its days"),
        ("every month, week 2, Thursday 10:00", "names a week: of a month say which of its days it is"),
        ("every month, fifth Thursday 10:00", "is of a month, in which I count to 4: say last for what comes after"),
        ("every half term, week 0, Tuesday 10:00", "in which I count to 9"),
        ("every half term, week 12, Tuesday 10:00", "in which I count to 9"),
        ("every half term, weeks 2 and 2, Monday 10:00", "names a week twice"),
        ("twice a half term, week 2, Monday 10:00", "says twice and names 1 week"),
        ("once a half term, weeks 2 and 5, Monday 10:00", "says once and names 2 weeks"),
        ("every half term, weeks 1, 2, 3, 4 and 5, Monday 10:00", "is more than four times"),
        ("every half term, week 4, Saturday 10:00", "is at a weekend"),
        ("weekly, Monday 10:00", "does not say whether it goes by half term, term or month"),
        ("every term and every month, week 2, Monday 10:00", "does not say whether it goes by half term, term"),
        ("every other half term, week 2, Monday 10:00", "leaves some out, which I cannot follow"),
        ("every second month, Thursday 14:00", "leaves some out, which I cannot follow"),
        ("every half term, week 4, Tuesday 10:00 in the town hall", "is more than I can read (“town hall”)"),
        ("fortnightly, half term week 2 Monday 10:00", "is more than I can read (“fortnightly”)"),
    ],
)
def test_what_is_no_cadence_is_refused_with_an_example_that_is_one(text: str, why: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_cadence(text)
    assert why in refused.value.text
    example = refused.value.text.partition("Write for example: ")[2]
    assert str(parse_cadence(example)) == example


CADENCES = st.one_of(
    st.builds(
        Cadence,
        st.sampled_from(["half term", "term"]),
        st.lists(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 9, LAST]), min_size=1, max_size=4, unique=True).map(
            lambda weeks: tuple(sorted(weeks, key=lambda n: (n == LAST, n)))
        ),
        st.integers(0, 4),
        st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    ),
    st.builds(
        Cadence,
        st.just("month"),
        st.lists(st.sampled_from([1, 2, 3, 4, LAST]), min_size=1, max_size=4, unique=True).map(
            lambda weeks: tuple(sorted(weeks, key=lambda n: (n == LAST, n)))
        ),
        st.integers(0, 4),
        st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    ),
)


@given(CADENCES)
def test_what_is_shown_of_a_cadence_is_read_as_the_same_one(cadence: Cadence) -> None:
    assert parse_cadence(str(cadence)) == cadence


@given(CADENCES)
def test_every_meeting_is_on_an_open_day_inside_its_half_term_and_no_day_has_two(cadence: Cadence) -> None:
    slots = list_slots(cadence, FIRST, LAST_DAY, CALENDAR)
    assert len({slot.name for slot in slots}) == len(slots)
    for slot in slots:
        assert CALENDAR.is_open(slot.on)
        if cadence.every != "month":
            half = CALENDAR.half_term_of(slot.on)
            assert half is not None
            assert slot.begins_on <= half.starts_on <= slot.on <= half.ends_on <= slot.ends_on
        if not slot.is_bent:
            assert slot.on.weekday() == cadence.day
    for period in {slot.begins_on for slot in slots}:
        own = [slot.on for slot in slots if slot.begins_on == period]
        assert 1 <= len(set(own)) == len(own) <= len(cadence.weeks)  # its sixth week may be its last


def dates(text: str, calendar: Calendar = CALENDAR) -> list[str]:
    """The days of the sample's school year, `*` where the rule had to bend."""
    slots = list_slots(parse_cadence(text), FIRST, date(2023, 7, 31), calendar)
    return [f"{slot.on:%d %b}{'*' if slot.is_bent else ''}" for slot in slots]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        (WEEK_4, ["27 Sep", "22 Nov", "24 Jan", "14 Mar", "09 May", "27 Jun"]),
        # Spring 1 2023 begins on a Tuesday: Monday of its first week was a bank holiday
        ("every half term, week 1, Monday 10:00", ["05 Sep", "31 Oct", "03 Jan*", "20 Feb", "17 Apr", "05 Jun"]),
        # the state funeral on 19 September 2022, and the May bank holiday
        ("every half term, week 3, Monday 10:00", ["20 Sep*", "14 Nov", "16 Jan", "06 Mar", "02 May*", "19 Jun"]),
        ("every half term, week 7, Tuesday 10:00", ["18 Oct", "13 Dec", "10 Feb*", "31 Mar*", "26 May*", "18 Jul"]),
        ("every half term, last week, Friday 13:00", ["21 Oct", "16 Dec", "10 Feb", "31 Mar", "26 May", "21 Jul"]),
        ("every term, week 3, Monday 09:30", ["20 Sep*", "16 Jan", "02 May*"]),
        ("every term, week 8, Monday 09:30", ["31 Oct", "27 Feb", "12 Jun"]),  # the week after the half-term holiday
        ("every term, last week, Monday 09:30", ["12 Dec", "27 Mar", "17 Jul"]),
    ],
)
def test_the_days_of_a_school_year(text: str, days: list[str]) -> None:
    assert dates(text) == days


def test_a_month_bends_inside_its_half_term_and_in_the_holidays_inside_the_month() -> None:
    assert dates("every month, last Monday 14:00") == [
        *("26 Sep", "31 Oct", "28 Nov", "28 Dec*", "30 Jan", "27 Feb", "27 Mar", "24 Apr"),
        *("30 May*", "26 Jun", "31 Jul"),
    ]
    assert dates("every month, first Monday 14:00")[:2] == ["05 Sep", "03 Oct"]
    assert dates("every month, first Monday 14:00")[4] == "03 Jan*"  # 2 January 2023 was a bank holiday


def test_of_two_days_as_near_the_later_is_taken_and_a_closed_week_gives_way_as_a_whole() -> None:
    closed = frozenset({date(2022, 9, 28)})
    assert dates("every half term, week 4, Wednesday 10:00", Calendar(frozenset(), closed, HALVES))[0] == "29 Sep*"
    week = frozenset(date(2022, 9, day) for day in range(26, 31))
    assert dates("every half term, week 4, Wednesday 10:00", Calendar(frozenset(), week, HALVES))[0] == "03 Oct*"
    everything = frozenset(
        date.fromordinal(n) for n in range(date(2022, 9, 1).toordinal(), date(2022, 10, 31).toordinal())
    )
    assert dates(WEEK_4, Calendar(frozenset(), everything, HALVES))[0] == "22 Nov"


def test_where_two_weeks_are_one_there_is_one_meeting() -> None:
    assert dates("twice a half term, weeks 6 and last, Tuesday 10:00")[4:7] == ["07 Feb", "28 Mar", "23 May"]


def test_without_term_dates_nothing_is_listed_but_months_are() -> None:
    assert dates(WEEK_4, Calendar(frozenset())) == []
    assert len(dates("every month, second Thursday 14:00", Calendar(frozenset()))) == 11


def test_a_term_of_which_one_half_is_unknown_is_left_out() -> None:
    assert dates("every term, week 3, Monday 09:30", Calendar(frozenset(), half_terms=HALVES[:3])) == ["19 Sep"]


@pytest.mark.parametrize(
    ("half", "instant"),
    [(0, "2022-10-18T09:00:00+00:00"), (1, "2022-12-13T10:00:00+00:00"), (4, "2023-05-23T09:00:00+00:00")],
)
def test_ten_in_the_morning_is_ten_on_both_sides_of_the_clock_changes(half: int, instant: str) -> None:
    cadence = parse_cadence("every half term, last week, Tuesday 10:00")
    slot = list_slots(cadence, FIRST, LAST_DAY, CALENDAR)[half]
    assert CALENDAR.instant(slot.on, cadence.at).isoformat() == instant
    assert CALENDAR.instant(slot.on, cadence.at).astimezone(LONDON).hour == 10


def test_a_group_that_meets_by_terms_is_looked_at_by_terms() -> None:
    assert find_period(WEEK_4, HALVES[1], CALENDAR) == (HALVES[1].starts_on, HALVES[1].ends_on)
    assert find_period("", HALVES[1], CALENDAR) == (HALVES[1].starts_on, HALVES[1].ends_on)
    kept = str(parse_cadence("termly, week 3, Monday 9:30"))
    assert find_period(kept, HALVES[1], CALENDAR) == (HALVES[0].starts_on, HALVES[1].ends_on)


@pytest.mark.parametrize(
    ("text", "at", "rest"),
    [
        ("6 October 14:00", time(14), "6 October"),
        ("6 October 2022 at 2pm", time(14), "6 October 2022"),
        ("6 October 2.30 pm", time(14, 30), "6 October"),
        ("noon on 6 October", time(12), "on 6 October"),
        ("4.10.2022", None, "4.10.2022"),
        ("6 October", None, "6 October"),
        ("6 October 25:00", None, "6 October 25:00"),
    ],
)
def test_a_time_of_day_is_found_among_words(text: str, at: time | None, rest: str) -> None:
    assert parse_clock(text) == (at, rest)
