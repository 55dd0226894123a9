"""The calendar: open days, sending hours through both clock changes, half terms, and the holiday data itself."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from dateutil.easter import easter
from dateutil.relativedelta import MO, relativedelta
from hypothesis import example, given
from hypothesis import strategies as st

from programme.calendar import LONDON, Calendar, HalfTerm, parse_bank_holidays, parse_terms
from programme.messages import UserError

HOLIDAYS_CSV = files("programme").joinpath("bank_holidays_england.csv").read_text(encoding="utf-8")
BANK_HOLIDAYS = parse_bank_holidays(HOLIDAYS_CSV)
TERMS_CSV = """half_term,starts_on,ends_on
Autumn 1 2022,2022-09-05,2022-10-21
Autumn 2 2022,2022-10-31,2022-12-16
Spring 1 2023,2023-01-03,2023-02-10
Spring 2 2023,2023-02-20,2023-03-31
Summer 1 2023,2023-04-17,2023-05-26
Summer 2 2023,2023-06-05,2023-07-21
"""
CALENDAR = Calendar(BANK_HOLIDAYS, closures=frozenset({date(2022, 12, 28)}), half_terms=parse_terms(TERMS_CSV))
ALL_CLOSED = Calendar(frozenset(date(2021, 1, 1) + timedelta(days=n) for n in range(1500)))

days = st.dates(date(2020, 1, 1), date(2028, 12, 31))
instants = st.datetimes(datetime(2020, 1, 1), datetime(2028, 12, 20), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants its bounds naive
spans = st.integers(-120, 120)


def at(text: str) -> datetime:
    """An instant given in London time."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


# Days


@pytest.mark.parametrize(
    ("day", "is_open", "for_schools"),
    [
        (date(2022, 9, 16), True, True),
        (date(2022, 9, 17), False, False),  # Saturday
        (date(2022, 9, 19), False, False),  # bank holiday
        (date(2022, 12, 28), False, False),  # the programme's own closure
        (date(2022, 10, 21), True, True),  # last day of a half term
        (date(2022, 10, 24), True, False),  # school holiday
        (date(2022, 9, 2), True, True),  # before the known terms
        (date(2023, 7, 24), True, True),  # after them
    ],
)
def test_a_day_is_open_or_closed(day: date, is_open: bool, for_schools: bool) -> None:
    assert CALENDAR.is_open(day) is is_open
    assert CALENDAR.is_open(day, school=True) is for_schools


def test_the_board_on_4_october_2022_is_counted_back_over_the_state_funeral() -> None:
    papers = CALENDAR.add_working_days(date(2022, 10, 4), -5)
    assert papers == date(2022, 9, 27)
    assert CALENDAR.add_working_days(papers, -10) == date(2022, 9, 12)
    assert CALENDAR.add_working_days(papers, -3) == date(2022, 9, 22)


def test_from_a_closed_day_the_first_step_lands_on_the_first_open_one() -> None:
    assert CALENDAR.add_working_days(date(2022, 9, 17), 1) == date(2022, 9, 20)
    assert CALENDAR.add_working_days(date(2022, 9, 17), -1) == date(2022, 9, 16)
    assert CALENDAR.add_working_days(date(2022, 9, 17), 0) == date(2022, 9, 17)


def test_for_a_school_the_holidays_are_not_counted() -> None:
    assert CALENDAR.add_working_days(date(2022, 10, 21), 1, school=True) == date(2022, 10, 31)
    assert CALENDAR.add_working_days(date(2023, 1, 3), -1, school=True) == date(2022, 12, 16)
    assert CALENDAR.on_or_before(date(2022, 10, 30), school=True) == date(2022, 10, 21)
    assert CALENDAR.on_or_after(date(2022, 10, 22), school=True) == date(2022, 10, 31)


def test_a_year_missing_from_the_term_dates_is_not_a_holiday() -> None:
    known = (
        HalfTerm("Autumn 2 2021", date(2021, 11, 1), date(2021, 12, 17)),
        HalfTerm("Autumn 1 2022", date(2022, 9, 5), date(2022, 10, 21)),
    )
    assert Calendar(BANK_HOLIDAYS, half_terms=known).is_open(date(2022, 5, 4), school=True)


@given(days, st.booleans())
def test_the_nearest_open_day_is_open_and_nothing_open_lies_between(day: date, school: bool) -> None:
    before, after = CALENDAR.on_or_before(day, school), CALENDAR.on_or_after(day, school)
    assert before <= day <= after
    assert CALENDAR.is_open(before, school)
    assert CALENDAR.is_open(after, school)
    skipped = (before + timedelta(days=n) for n in range(1, (after - before).days))
    assert not any(CALENDAR.is_open(between, school) for between in skipped)


@given(days, spans, st.booleans())
def test_working_days_added_to_an_open_day_can_be_taken_away_again(day: date, n: int, school: bool) -> None:
    day = CALENDAR.on_or_after(day, school)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(day, n, school), -n, school) == day


@given(days, st.integers(0, 120))
def test_working_days_between_counts_what_was_added(day: date, n: int) -> None:
    assert CALENDAR.working_days_between(day, CALENDAR.add_working_days(day, n)) == n


@given(days, st.integers(-30, 800))
def test_working_days_between_is_the_number_of_open_days(start: date, length: int) -> None:
    open_days = sum(CALENDAR.is_open(start + timedelta(days=n)) for n in range(1, length + 1))
    assert CALENDAR.working_days_between(start, start + timedelta(days=length)) == open_days


# Instants


def test_local_time_needs_an_aware_instant() -> None:
    assert CALENDAR.today(datetime(2022, 6, 30, 23, 30, tzinfo=UTC)) == date(2022, 7, 1)
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.local(datetime(2022, 6, 30, 23, 30))  # noqa: DTZ001 - what must be refused


@pytest.mark.parametrize(
    ("day", "local", "utc"),
    [
        (date(2022, 3, 26), time(9), "2022-03-26T09:00"),
        (date(2022, 3, 27), time(9), "2022-03-27T08:00"),
        (date(2022, 3, 27), time(1, 30), "2022-03-27T01:30"),  # skipped: an hour later, 02:30 local
        (date(2022, 10, 30), time(0, 30), "2022-10-29T23:30"),
        (date(2022, 10, 30), time(1, 30), "2022-10-30T00:30"),  # comes twice: the first
        (date(2022, 10, 30), time(9), "2022-10-30T09:00"),
    ],
)
def test_a_local_time_becomes_an_instant_on_the_days_the_clocks_change(day: date, local: time, utc: str) -> None:
    instant = CALENDAR.instant(day, local)
    assert instant == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert instant.tzinfo is UTC


@given(days, st.times())
def test_an_instant_is_read_back_as_the_time_it_was_made_from(day: date, local: time) -> None:
    read = CALENDAR.local(CALENDAR.instant(day, local))
    skipped = timedelta(hours=1) if read.time() != local else timedelta()
    assert read.replace(tzinfo=None) - skipped == datetime.combine(day, local)
    assert not skipped or CALENDAR.local(CALENDAR.instant(day, time(3)) - timedelta(hours=2)).hour == 0


# Sending hours


@pytest.mark.parametrize(
    ("now", "sending"),
    [
        ("2022-09-05T08:55", "2022-09-05T09:00"),
        ("2022-09-05T09:00", "2022-09-05T09:00"),
        ("2022-09-05T16:59:59", "2022-09-05T16:59:59"),
        ("2022-09-05T17:00", "2022-09-06T09:00"),
        ("2022-09-16T17:00", "2022-09-20T09:00"),  # over a weekend and a bank holiday
        ("2022-03-25T18:00", "2022-03-28T09:00"),  # over the spring clock change
        ("2022-10-28T18:00", "2022-10-31T09:00"),  # over the autumn one
        ("2023-03-26T01:30", "2023-03-27T09:00"),
        ("2022-12-23T17:00", "2022-12-29T09:00"),
    ],
)
def test_the_next_sending_is_the_first_working_moment(now: str, sending: str) -> None:
    assert CALENDAR.next_sending(at(now)) == at(sending)
    assert CALENDAR.sending_day(at(now)) == at(sending).date()


@given(instants)
@example(datetime(2022, 3, 27, 1, 0, tzinfo=UTC))
@example(datetime(2022, 10, 30, 0, 30, tzinfo=UTC))
@example(datetime(2022, 10, 30, 1, 30, tzinfo=UTC))
@example(datetime(2023, 3, 26, 1, 0, tzinfo=UTC))
def test_the_next_sending_is_never_before_now_and_within_hours(now: datetime) -> None:
    sending = CALENDAR.next_sending(now)
    local = CALENDAR.local(sending)
    assert sending >= now
    assert sending.tzinfo is UTC
    assert CALENDAR.is_open(local.date())
    assert time(9) <= local.time() < time(17)
    assert CALENDAR.next_sending(sending) == sending
    assert sending == now or local.time() == time(9)


@given(instants, instants)
def test_a_later_instant_is_never_sent_earlier(one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    assert CALENDAR.next_sending(first) <= CALENDAR.next_sending(second)


@pytest.mark.parametrize(
    ("now", "hours", "then"),
    [
        ("2022-09-05T10:00", 2, "2022-09-05T12:00"),
        ("2022-09-05T08:00", 2, "2022-09-05T11:00"),
        ("2022-09-05T15:00", 2, "2022-09-06T09:00"),
        ("2022-09-16T16:00", 2, "2022-09-20T10:00"),
        ("2022-09-17T12:00", 0, "2022-09-20T09:00"),
        ("2022-09-05T10:00", 16, "2022-09-07T10:00"),
        ("2022-03-25T16:30", 1, "2022-03-28T09:30"),
        ("2022-10-28T16:30", 1, "2022-10-31T09:30"),
    ],
)
def test_working_hours_pass_only_while_messages_may_be_sent(now: str, hours: int, then: str) -> None:
    assert CALENDAR.add_working_hours(at(now), timedelta(hours=hours)) == at(then)


@given(instants, st.timedeltas(timedelta(), timedelta(hours=40)), st.timedeltas(timedelta(), timedelta(hours=40)))
def test_working_hours_add_up(now: datetime, some: timedelta, more: timedelta) -> None:
    then = CALENDAR.add_working_hours(now, some)
    assert CALENDAR.add_working_hours(then, more) == CALENDAR.add_working_hours(now, some + more)
    assert CALENDAR.next_sending(then) == then


def test_working_hours_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        CALENDAR.add_working_hours(at("2022-09-05T10:00"), timedelta(hours=-1))


def test_another_zone_and_other_hours_are_respected() -> None:
    calendar = Calendar(frozenset(), zone=ZoneInfo("America/New_York"), opens=time(8), closes=time(12))
    assert calendar.next_sending(datetime(2022, 9, 5, 9, tzinfo=UTC)) == datetime(2022, 9, 5, 12, tzinfo=UTC)
    assert calendar.next_sending(datetime(2022, 9, 5, 16, tzinfo=UTC)) == datetime(2022, 9, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "search",
    [
        lambda calendar: calendar.on_or_before(date(2022, 9, 5)),
        lambda calendar: calendar.on_or_after(date(2022, 9, 5)),
        lambda calendar: calendar.add_working_days(date(2022, 9, 5), 1),
        lambda calendar: calendar.next_sending(at("2022-09-05T10:00")),
        lambda calendar: calendar.add_working_hours(at("2022-09-05T10:00"), timedelta(hours=1)),
    ],
)
def test_a_calendar_with_everything_closed_is_refused_plainly(search: Callable[[Calendar], object]) -> None:
    with pytest.raises(ValueError, match="no open day"):
        search(ALL_CLOSED)


def test_a_calendar_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="open before it closes"):
        Calendar(frozenset(), opens=time(17), closes=time(9))
    with pytest.raises(ValueError, match="out of order"):
        Calendar(frozenset(), half_terms=CALENDAR.half_terms[::-1])


# Half terms


@pytest.mark.parametrize(
    ("day", "current"),
    [
        (date(2022, 9, 4), None),
        (date(2022, 9, 5), "Autumn 1 2022"),
        (date(2022, 10, 1), "Autumn 1 2022"),
        (date(2022, 10, 21), "Autumn 1 2022"),
        (date(2022, 10, 25), None),
        (date(2023, 7, 21), "Summer 2 2023"),
        (date(2023, 7, 22), None),
    ],
)
def test_a_day_stands_in_its_half_term(day: date, current: str | None) -> None:
    found = CALENDAR.half_term_of(day)
    assert (found.name if found else None) == current


def test_term_dates_are_put_in_order_and_their_names_made_regular() -> None:
    rows = (
        "\ufeffHalf_Term , starts_on,ends_on,note",
        "",
        "autumn  2 2022,2022-10-31,2022-12-16,",
        ",,,",
        "AUTUMN 1 2022, 2022-09-05 ,2022-10-21,the note",
    )
    assert parse_terms("\n".join(rows)) == CALENDAR.half_terms[:2]


def test_term_dates_are_read_with_the_day_first_as_a_spreadsheet_saves_them() -> None:
    rows = "half_term,starts_on,ends_on\nAutumn 1 2022,05/09/2022,21/10/2022\nAutumn 2 2022,31/10/2022,2022-12-16"
    assert parse_terms(rows) == CALENDAR.half_terms[:2]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("half_term,starts_on\nAutumn 1 2022,2022-09-05", "lack the column ends_on"),
        ("", "lack the column half_term"),
        ("half_term,starts_on,ends_on\nAutumn 3 2022,2022-09-05,2022-10-21", "“Autumn 3 2022” is not a half term"),
        ("half_term,starts_on,ends_on\nAutumn 1 2022,09/21/2022,2022-10-21", "Line 2: “09/21/2022” is not a date"),
        ("half_term,starts_on,ends_on\nAutumn 1 2022,5 Sept,2022-10-21", "Write it as 05/09/2022 or 2022-09-05"),
        ("half_term,starts_on,ends_on\nAutumn 1 2022,2022-09-05", "“” is not a date"),
        ("half_term,starts_on,ends_on\nAutumn 1 2022,2022-10-21,2022-09-05", "ends before it starts"),
        ("half_term,starts_on,ends_on\nAutumn 1 2023,2022-09-05,2022-10-21", "must lie in 2023"),
        (TERMS_CSV + "Autumn 1 2022,2022-09-05,2022-10-21", "repeats Autumn 1 2022"),
        (TERMS_CSV.replace("2022-10-21", "2022-10-31"), "Autumn 1 2022 and Autumn 2 2022 overlap"),
        ("half_term,starts_on,ends_on\n" + "x" * 200_000, "is not CSV"),
    ],
)
def test_term_dates_that_cannot_be_right_are_refused_with_the_place(rows: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        parse_terms(rows)


# The bank holidays themselves


def names_by_day() -> dict[date, str]:
    return {date.fromisoformat(row["date"]): row["name"] for row in csv.DictReader(HOLIDAYS_CSV.splitlines())}


def substitute(*fixed: date) -> set[date]:
    """The working days taken for `fixed` ones: each weekend day moves to the next weekday not already taken."""
    taken = {day for day in fixed if day.weekday() < 5}
    for day in fixed:
        if day.weekday() >= 5:
            while day.weekday() >= 5 or day in taken:
                day += timedelta(days=1)
            taken.add(day)
    return taken


ONE_OFFS = {
    2020: (date(2020, 5, 4), {date(2020, 5, 8)}),
    2022: (date(2022, 5, 30), {date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)}),
    2023: (None, {date(2023, 5, 8)}),
}


@pytest.mark.parametrize("year", range(2020, 2029))
def test_each_year_has_the_days_the_rules_and_the_proclamations_give(year: int) -> None:
    moved, added = ONE_OFFS.get(year, (None, set()))
    first_monday = relativedelta(day=1, weekday=MO(1))
    last_monday = relativedelta(day=31, weekday=MO(-1))
    expected = {
        *substitute(date(year, 1, 1)),
        easter(year) - timedelta(days=2),
        easter(year) + timedelta(days=1),
        date(year, 5, 1) + first_monday,
        date(year, 5, 1) + last_monday,
        date(year, 8, 1) + last_monday,
        *substitute(date(year, 12, 25), date(year, 12, 26)),
    }
    assert {day for day in BANK_HOLIDAYS if day.year == year} == (expected - {moved}) | added


def test_the_names_of_the_holidays_fit_their_days() -> None:
    names = names_by_day()
    assert list(names) == sorted(names)
    for day, name in names.items():
        assert day.weekday() < 5, name
        assert ("substitute" in name) == (
            (day.month, day.day) not in {(1, 1), (12, 25), (12, 26)} and day.month in {1, 12}
        )
        assert name != "Good Friday" or day == easter(day.year) - timedelta(days=2)


def test_a_bank_holiday_that_is_not_a_date_is_refused() -> None:
    with pytest.raises(UserError, match="Line 3"):
        parse_bank_holidays("date,name\n2022-01-03,New Year's Day\n3 Jan,Another")
