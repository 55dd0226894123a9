"""A cadence fills the year beside what people have set, and filling it again changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from programme.cadence import list_slots, parse_cadence
from programme.calendar import Calendar, parse_bank_holidays, parse_terms
from programme.meeting_year import Kept, fill_year

ROOT = Path(__file__).parents[2]
CALENDAR = Calendar(
    parse_bank_holidays((ROOT / "programme" / "bank_holidays_england.csv").read_text(encoding="utf-8")),
    half_terms=parse_terms((ROOT / "bot" / "sample" / "terms.csv").read_text(encoding="utf-8")),
)
NOW = datetime(2022, 9, 5, 8, tzinfo=UTC)
AHEAD = timedelta(days=366)


def fill(kept: list[Kept], cadence: str, now: datetime = NOW) -> list[Kept]:
    """The meetings there are once the year has been filled."""
    rule = parse_cadence(cadence)
    today = CALENDAR.today(now)
    until = today + AHEAD
    year = fill_year(list_slots(rule, today, until, CALENDAR), rule.at, kept, now, until, CALENDAR)
    numbers = count(max((one.id for one in kept), default=0) + 1)
    after = {one.id: one for one in kept if one.id not in year.drop}
    for number, name in year.adopt:
        after[number] = replace(after[number], slot=name)
    for number, slot, at in year.shift:
        after[number] = replace(after[number], starts_at=at, wished_on=slot.wished_on if slot.is_bent else None)
    for slot, at in year.make:
        number = next(numbers)
        after[number] = Kept(number, at, slot.name, False, False, slot.wished_on if slot.is_bent else None)
    return list(after.values())


def given_on(number: int, day: date, *, cancelled: bool = False) -> Kept:
    return Kept(number, CALENDAR.instant(day, time(10)), "", True, cancelled, None)


CADENCES = st.sampled_from(
    [
        "every half term, week 3, Monday 10:00",
        "twice a half term, weeks 2 and last, Friday 09:00",
        "every term, week 8, Monday 09:30",
        "every month, last Monday 14:00",
    ]
)
DAYS = st.dates(date(2022, 9, 1), date(2023, 8, 31))
GIVEN = st.lists(st.tuples(DAYS, st.booleans()), max_size=8, unique_by=lambda each: each[0]).map(
    lambda days: [given_on(n + 1, day, cancelled=cancelled) for n, (day, cancelled) in enumerate(days)]
)


@settings(max_examples=60)
@given(GIVEN, CADENCES, CADENCES)
def test_filling_again_changes_nothing_and_nobodys_meeting_is_touched(
    given_first: list[Kept], first: str, then: str
) -> None:
    once = fill(given_first, first)
    assert fill(once, first) == once
    changed = fill(once, then)
    assert fill(changed, then) == changed
    for one in given_first:
        (same,) = [each for each in changed if each.id == one.id]
        assert replace(same, slot=one.slot) == one
    slots = [one.slot for one in changed if one.slot]
    assert len(slots) == len(set(slots))
    planned = [one.starts_at for one in changed if not one.cancelled]
    assert len(planned) == len(set(planned))


@settings(max_examples=40)
@given(CADENCES, st.lists(st.integers(1, 60), max_size=8))
def test_as_time_goes_on_what_was_is_left_and_each_slot_is_filled_once(cadence: str, steps: list[int]) -> None:
    kept, now = fill([], cadence), NOW
    for step in steps:
        now += timedelta(days=step)
        before = [one for one in kept if one.starts_at <= now]
        kept = fill(kept, cadence, now)
        assert [one for one in kept if one.starts_at <= now] == before
        assert len({one.slot for one in kept}) == len(kept)


def test_a_day_on_which_a_meeting_was_cancelled_is_not_taken_again() -> None:
    cancelled = given_on(1, date(2022, 9, 27), cancelled=True)
    days = [CALENDAR.today(one.starts_at) for one in fill([cancelled], "every half term, week 4, Tuesday 10:00")]
    assert days[:2] == [date(2022, 9, 27), date(2022, 11, 22)]


def test_of_two_given_in_a_half_term_the_nearer_is_the_cadences_and_the_other_is_one_more() -> None:
    kept = [given_on(1, date(2022, 10, 18)), given_on(2, date(2022, 9, 29))]
    after = fill(kept, "every half term, week 4, Tuesday 10:00")
    assert [(one.id, one.slot) for one in after[:2]] == [(1, ""), (2, "Autumn 1 2022")]
    assert len(after) == 7
