"""Timescales: every form the plans use, the ones that must not be guessed, and those typed before other words."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from programme.calendar import HalfTerm
from programme.messages import UserError
from programme.timescales import (
    Timescale,
    find_just_past,
    name_timescale,
    parse_timescale,
    refuse_just_past,
    split_timescale,
)

TODAY = date(2022, 9, 5)
TERMS = (
    HalfTerm("Spring 2 2022", date(2022, 2, 28), date(2022, 4, 8)),
    HalfTerm("Summer 2 2022", date(2022, 6, 6), date(2022, 7, 22)),
    HalfTerm("Autumn 1 2022", date(2022, 9, 5), date(2022, 10, 21)),
    HalfTerm("Autumn 2 2022", date(2022, 10, 31), date(2022, 12, 16)),
    HalfTerm("Spring 1 2023", date(2023, 1, 3), date(2023, 2, 10)),
    HalfTerm("Spring 2 2023", date(2023, 2, 20), date(2023, 3, 31)),
    HalfTerm("Autumn 2 2023", date(2023, 10, 30), date(2023, 12, 22)),
)
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
future_days = st.dates(TODAY, TODAY + timedelta(days=300))  # and no day that is just past


def month_end(day: date) -> date:
    """Found by walking, so as not to repeat the sum under test."""
    while (day + timedelta(days=1)).month == day.month:
        day += timedelta(days=1)
    return day


@pytest.mark.parametrize(
    ("text", "due_on"),
    [
        ("Oct-22", date(2022, 10, 31)),
        ("Oct 22", date(2022, 10, 31)),
        ("OCT-22", date(2022, 10, 31)),
        ("Oct–22", date(2022, 10, 31)),
        ("Oct\u201122", date(2022, 10, 31)),
        ("Oct\u00a022", date(2022, 10, 31)),
        ("Oct '22", date(2022, 10, 31)),
        ("Oct ’22", date(2022, 10, 31)),
        ("Oct. 2022", date(2022, 10, 31)),
        ("Oct22", date(2022, 10, 31)),
        ("Oct/22", date(2022, 10, 31)),
        ("October 2022", date(2022, 10, 31)),
        ("October, 2022", date(2022, 10, 31)),
        ("  October  2022.\n", date(2022, 10, 31)),
        ("(Oct-22)", date(2022, 10, 31)),
        ("10/2022", date(2022, 10, 31)),
        ("2022-10", date(2022, 10, 31)),
        ("Sept-22", date(2022, 9, 30)),
        ("Sep-22", date(2022, 9, 30)),
        ("Feb-22", date(2022, 2, 28)),
        ("Feb-24", date(2024, 2, 29)),
        ("May 2022", date(2022, 5, 31)),
        ("by end Oct-22", date(2022, 10, 31)),
        ("By the end of October 2022", date(2022, 10, 31)),
        ("end-Oct 22", date(2022, 10, 31)),
        ("Due: Oct-22", date(2022, 10, 31)),
        ("no later than October 2022", date(2022, 10, 31)),
    ],
)
def test_a_month_means_its_last_day(text: str, due_on: date) -> None:
    assert parse_timescale(text) == Timescale(text.strip(), due_on, exact=False, state="dated")


@pytest.mark.parametrize(
    ("text", "due_on"),
    [
        ("01/12/21", date(2021, 12, 1)),
        ("1/12/2021", date(2021, 12, 1)),
        ("03/04/2022", date(2022, 4, 3)),
        ("31.10.22", date(2022, 10, 31)),
        ("31-10-2022", date(2022, 10, 31)),
        ("1 December 2021", date(2021, 12, 1)),
        ("1st Dec 2022", date(2022, 12, 1)),
        ("the 1st of December, 2022", date(2022, 12, 1)),
        ("1-Dec-22", date(2022, 12, 1)),
        ("22 Oct 22", date(2022, 10, 22)),
        ("2022-10-31", date(2022, 10, 31)),
        ("2022-10-31 00:00:00", date(2022, 10, 31)),
        ("29/02/2024", date(2024, 2, 29)),
        ("Friday 21 October 2022", date(2022, 10, 21)),
        ("Tues 4th Oct 2022", date(2022, 10, 4)),
        ("October 31st 2022", date(2022, 10, 31)),
        ("October 31, 2022", date(2022, 10, 31)),
        ("by 31 October 2022", date(2022, 10, 31)),
        ("on 31/10/22", date(2022, 10, 31)),
    ],
)
def test_a_day_is_read_in_uk_order_and_is_exact(text: str, due_on: date) -> None:
    assert parse_timescale(text) == Timescale(text, due_on, exact=True, state="dated")


@pytest.mark.parametrize(
    ("text", "due_on"),
    [
        ("Q1 2022/23", date(2022, 6, 30)),
        ("Q2 2022/23", date(2022, 9, 30)),
        ("q3 2022-23", date(2022, 12, 31)),
        ("Q4 22/23", date(2023, 3, 31)),
        ("Q4 2022–2023", date(2023, 3, 31)),
        ("Quarter 4 (2022/23)", date(2023, 3, 31)),
        ("Q2 FY22/23", date(2022, 9, 30)),
        ("2022/23 Q2", date(2022, 9, 30)),
        ("end of Q4 2023/24", date(2024, 3, 31)),
    ],
)
def test_a_quarter_is_one_of_the_financial_year(text: str, due_on: date) -> None:
    assert parse_timescale(text) == Timescale(text, due_on, exact=False, state="dated")


@pytest.mark.parametrize(
    ("text", "due_on"),
    [
        ("end of autumn term 2022", date(2022, 12, 16)),
        ("End of the Autumn Term 2022", date(2022, 12, 16)),
        ("Autumn term 2022", date(2022, 12, 16)),
        ("Autumn term 22", date(2022, 12, 16)),
        ("Autumn 2 2022", date(2022, 12, 16)),
        ("Autumn 1 22", date(2022, 10, 21)),
        ("Autumn half term 1 2022", date(2022, 10, 21)),
        ("Autumn 1 half-term 2022", date(2022, 10, 21)),
        ("Spring 1 2023", date(2023, 2, 10)),
        ("by end of spring term 2023", date(2023, 3, 31)),
        ("Spring term 2022/23", date(2023, 3, 31)),
        ("Autumn term 2022/23", date(2022, 12, 16)),
        ("start of autumn term 2022", date(2022, 9, 5)),
        ("by the beginning of the autumn term 2022", date(2022, 9, 5)),
    ],
)
def test_a_school_term_is_read_from_the_term_dates(text: str, due_on: date) -> None:
    assert parse_timescale(text, TERMS) == Timescale(text, due_on, exact=False, state="dated")


@pytest.mark.parametrize(
    ("text", "due_on", "exact"),
    [
        ("Sep-22 to Dec-22", date(2022, 12, 31), False),
        ("September - December 2022", date(2022, 12, 31), False),
        ("Apr-22 – Jun-22", date(2022, 6, 30), False),
        ("Apr-22-Jun-22", date(2022, 6, 30), False),
        ("Sep-22 -Dec-22", date(2022, 12, 31), False),
        ("Sept-Dec 22", date(2022, 12, 31), False),
        ("Sep/Oct 2022", date(2022, 10, 31), False),
        ("Nov and Dec 2022", date(2022, 12, 31), False),
        ("November - February 2023", date(2023, 2, 28), False),
        ("from Sep-22 to Dec-22", date(2022, 12, 31), False),
        ("between September and December 2022", date(2022, 12, 31), False),
        ("between Sep-22 and Dec-22", date(2022, 12, 31), False),
        ("Sep-22 until end of Dec-22", date(2022, 12, 31), False),
        ("Q1 - Q2 2022/23", date(2022, 9, 30), False),
        ("1-5 December 2022", date(2022, 12, 5), True),
        ("28 Nov to 2 Dec 2022", date(2022, 12, 2), True),
        ("2022-09-01 – 2022-10-31", date(2022, 10, 31), True),
        ("01/09/22-31/10/22", date(2022, 10, 31), True),
        ("Autumn 1 2022 to Spring 1 2023", date(2023, 2, 10), False),
    ],
)
def test_a_range_means_its_end(text: str, due_on: date, exact: bool) -> None:
    assert parse_timescale(text, TERMS) == Timescale(text, due_on, exact, state="dated")


@pytest.mark.parametrize(
    ("text", "state", "reading"),
    [
        ("Completed", "completed", "complete"),
        ("COMPLETE", "completed", "complete"),
        ("Done.", "completed", "complete"),
        ("Completed Jul-22", "completed", "complete"),
        ("Completed (July 2022)", "completed", "complete"),
        ("Completed – 1/7/22", "completed", "complete"),
        ("Ongoing", "ongoing", "ongoing"),
        ("on-going", "ongoing", "ongoing"),
        ("Continuous", "ongoing", "ongoing"),
        ("TBC", "unset", "no date yet"),
        ("tba", "unset", "no date yet"),
        ("To be confirmed", "unset", "no date yet"),
        ("N/A", "unset", "no date yet"),
        ("–", "unset", "no date yet"),
        (" \n", "unset", "no date yet"),
        ("", "unset", "no date yet"),
    ],
)
def test_a_word_is_a_state_without_a_date_or_a_doubt(text: str, state: str, reading: str) -> None:
    timescale = parse_timescale(text)
    assert (timescale.state, timescale.reading) == (state, reading)
    assert (timescale.due_on, timescale.exact, timescale.doubt) == (None, False, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31/02/22", "is a date that does not exist"),
        ("31 November 2022", "is a date that does not exist"),
        ("29 Feb 2023", "is a date that does not exist"),
        ("13/2022", "is a date that does not exist"),
        ("2022-02-30", "is a date that does not exist"),
        ("Monday 4 October 2022", "names the wrong day of the week"),
        ("Q2 2022", "may mean the calendar or the financial year"),
        ("Q2 2022/24", "names two years that do not follow each other"),
        ("Q2", "has no year"),
        ("December", "has no year"),
        ("31 October", "has no year"),
        ("end of autumn term", "has no year"),
        ("10/22", "may mean a day and a month, or a month and a year"),
        ("Oct 3", "may mean a day or a year"),
        ("Autumn half term 2022", "does not say which half term"),
        ("Summer term 2031", "the term dates for Summer 2 2031 are missing"),
        ("Dec-22 to Sep-22", "ends before it starts"),
        ("Sep-22 and Dec-22", "names two dates"),
        ("Complete by Oct-22", "could not be read"),
        ("Oct-22?", "could not be read"),
        ("Oct-22 (was Jul-22)", "could not be read"),
        ("Sep-22\nDec-22", "could not be read"),
        ("Sep/22 Dec/22", "could not be read"),
        ("start of October 2022", "could not be read"),
        ("mid-October 2022", "could not be read"),
        ("2022", "could not be read"),
        ("22 days", "could not be read"),
        ("Summer", "could not be read"),
        ("when the new system is in", "could not be read"),
    ],
)
def test_what_is_not_certain_gets_a_doubt_and_no_date(text: str, why: str) -> None:
    timescale = parse_timescale(text, TERMS)
    assert (timescale.text, timescale.state, timescale.due_on) == (text, "unread", None)
    assert timescale.reading == "could not be read"
    assert timescale.doubt is not None
    assert why in timescale.doubt


def test_a_term_without_term_dates_says_that_they_are_missing() -> None:
    timescale = parse_timescale("end of autumn term 2022")
    assert timescale.state == "unread"
    assert timescale.doubt == (
        "“end of autumn term 2022” cannot be dated: the term dates for Autumn 2 2022 are missing."
    )


@pytest.mark.parametrize(
    ("text", "due_on", "why"),
    [
        ("from Sep-22", date(2022, 9, 30), "says when it starts, not when it ends"),
        ("Sep-22 onwards", date(2022, 9, 30), "says when it starts, not when it ends"),
        ("Autumn 2022", date(2022, 12, 16), "was taken to mean the autumn term"),
    ],
)
def test_a_date_may_be_read_and_doubted(text: str, due_on: date, why: str) -> None:
    timescale = parse_timescale(text, TERMS)
    assert (timescale.state, timescale.due_on) == ("dated", due_on)
    assert timescale.doubt == f"“{text}” {why}."


def test_a_doubt_quotes_no_more_than_a_line() -> None:
    doubt = parse_timescale("to follow " * 5000).doubt
    assert doubt is not None
    assert len(doubt) < 120


def test_something_typed_today_may_leave_out_the_year() -> None:
    assert parse_timescale("December", today=TODAY).due_on == date(2022, 12, 31)
    assert parse_timescale("September", today=TODAY).due_on == date(2022, 9, 30)
    assert parse_timescale("August", today=TODAY).due_on == date(2023, 8, 31)
    assert parse_timescale("5 September", today=TODAY).due_on == date(2022, 9, 5)
    assert parse_timescale("4 July", today=TODAY).due_on == date(2023, 7, 4)
    assert parse_timescale("31 March", today=date(2022, 10, 3)).due_on == date(2023, 3, 31)
    assert parse_timescale("29 February", today=TODAY).due_on == date(2024, 2, 29)
    assert parse_timescale("end of spring term", TERMS, TODAY).due_on == date(2023, 3, 31)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4 September", "4 September is past: write the year if you mean 4 September 2023."),
        ("by 7 July", "7 July is past: write the year if you mean 7 July 2023."),
        ("Sun 4 Sept", "Sun 4 Sept is past: write the year if you mean 4 September 2023."),
    ],
)
def test_a_day_just_past_is_not_taken_for_next_years(text: str, said: str) -> None:
    read = parse_timescale(text, TERMS, TODAY)
    assert (read.due_on, read.state, read.doubt) == (None, "unread", said)
    assert split_timescale(f"{text} waiting", TODAY, TERMS) == (None, f"{text} waiting")
    for words in (text, f"{text} waiting on the MOU", f"{text}, as staff left"):
        with pytest.raises(UserError) as refused:
            refuse_just_past(words, TODAY)
        assert refused.value.text == said


def test_a_day_just_past_may_be_of_last_year() -> None:
    assert find_just_past("20 December", date(2023, 1, 9)) == date(2022, 12, 20)
    assert find_just_past("29 February", date(2024, 3, 4)) == date(2024, 2, 29)


@pytest.mark.parametrize(
    "text", ["6 July", "5 September", "4 September 2022", "August", "Aug-22", "4 September 2O23", "staff left", ""]
)
def test_what_has_its_year_or_is_no_day_just_past_is_not_refused(text: str) -> None:
    refuse_just_past(text, TODAY)
    assert find_just_past(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "as_written", "due_on", "rest"),
    [
        ("Dec-22 waiting on the MOU", "Dec-22", date(2022, 12, 31), "waiting on the MOU"),
        ("Dec-22, waiting", "Dec-22", date(2022, 12, 31), "waiting"),
        ("Dec-22: waiting", "Dec-22", date(2022, 12, 31), "waiting"),
        ("Dec-22 – waiting", "Dec-22", date(2022, 12, 31), "waiting"),
        ("Dec–22—waiting", "Dec–22", date(2022, 12, 31), "waiting"),
        ("Dec-22 (waiting)", "Dec-22", date(2022, 12, 31), "(waiting)"),
        ("Dec-22\nwaiting\non it", "Dec-22", date(2022, 12, 31), "waiting\non it"),
        ("Dec waiting", "Dec", date(2022, 12, 31), "waiting"),
        ("Dec", "Dec", date(2022, 12, 31), ""),
        ("March", "March", date(2023, 3, 31), ""),
        ("by May as staff left", "by May", date(2023, 5, 31), "as staff left"),
        ("May, as staff left", "May", date(2023, 5, 31), "as staff left"),
        ("31 October because of leave", "31 October", date(2022, 10, 31), "because of leave"),
        ("31 October 2023 because of leave", "31 October 2023", date(2023, 10, 31), "because of leave"),
        ("Fri 21 Oct waiting", "Fri 21 Oct", date(2022, 10, 21), "waiting"),
        ("01/12/22 2 people left", "01/12/22", date(2022, 12, 1), "2 people left"),
        ("end of autumn term 2022 as staff left", "end of autumn term 2022", date(2022, 12, 16), "as staff left"),
        ("end of autumn term as staff left", "end of autumn term", date(2022, 12, 16), "as staff left"),
        ("Q4 2022/23 for the audit", "Q4 2022/23", date(2023, 3, 31), "for the audit"),
        ("Sep-22 to Dec-22 in two steps", "Sep-22 to Dec-22", date(2022, 12, 31), "in two steps"),
        ("Sep-22 to the board", "Sep-22", date(2022, 9, 30), "to the board"),
        ("31 October - Jan is on leave", "31 October", date(2022, 10, 31), "Jan is on leave"),
        ("Oct 22 is what we said", "Oct 22", date(2022, 10, 31), "is what we said"),
    ],
)
def test_the_longest_timescale_is_split_from_the_words_after_it(
    text: str, as_written: str, due_on: date, rest: str
) -> None:
    timescale, said_after = split_timescale(text, TODAY, TERMS)
    assert timescale is not None
    assert (timescale.text, timescale.due_on, timescale.state, said_after) == (as_written, due_on, "dated", rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "waiting on the MOU",
        "May need a new date",
        "Jan is off sick",
        "31 March 2O23 late",
        "31 December 20222 late",
        "31 December 9999",
        "1 January 2900",
        "31/02/22 because of leave",
        "31 February because of leave",
        "October 31 because of leave",
        "Dec 2 people left",
        "1/2 of the schools replied",
        "Q2 figures are late",
        "Q2 2022 figures are late",
        "Monday 21 Oct waiting",
        "Summer staffing is short",
        "end of summer term 2031 as staff left",
        "ongoing trouble with recruitment",
        "completed the form",
        "2022 was hard",
    ],
)
def test_words_are_not_taken_for_a_timescale(text: str) -> None:
    assert split_timescale(text, TODAY, TERMS) == (None, text)


@pytest.mark.parametrize(("text", "state"), [("Ongoing", "ongoing"), ("tbc", "unset"), ("done", "completed")])
def test_a_word_alone_is_a_timescale(text: str, state: str) -> None:
    timescale, rest = split_timescale(text, TODAY)
    assert timescale is not None
    assert (timescale.state, rest) == (state, "")


@given(days)
def test_a_reading_reads_back_as_the_same_date(day: date) -> None:
    timescale = Timescale("as written", day, exact=True, state="dated")
    assert parse_timescale(timescale.reading).due_on == day


@given(
    days, st.sampled_from(["%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d", "%d %B %Y", "%d-%b-%y", "%A %d %b %Y", "%a, %d %B %y"])
)
def test_a_day_reads_back_however_it_was_written(day: date, form: str) -> None:
    assert parse_timescale(day.strftime(form)) == Timescale(day.strftime(form), day, exact=True, state="dated")


@given(days, st.sampled_from(["%b-%y", "%b %y", "%B %Y", "%b %Y", "%m/%Y", "%Y-%m"]))
def test_a_month_reads_back_however_it_was_written(day: date, form: str) -> None:
    assert parse_timescale(day.strftime(form)).due_on == month_end(day)


@given(days, days, st.sampled_from([" to ", " - ", "–", " – "]))
def test_a_range_of_months_reads_as_its_end_or_not_at_all(start: date, end: date, gap: str) -> None:
    timescale = parse_timescale(f"{start:%b-%y}{gap}{end:%b-%y}")
    assert timescale.due_on == (month_end(end) if month_end(start) <= month_end(end) else None)


@given(future_days, st.sampled_from(["waiting on the MOU", "because of leave", "as staff left", "– see the minutes"]))
def test_a_date_without_a_year_is_the_next_and_the_rest_is_kept(day: date, words: str) -> None:
    timescale, rest = split_timescale(f"{day:%d %B} {words}", TODAY)
    assert timescale is not None
    assert timescale.due_on == day
    assert rest == words.lstrip("– ")


fragments = st.lists(
    st.sampled_from(
        ["Oct", "22", "-", " ", "to", "Q2", "2022", "/", "23", "autumn", "term", "1", "by", "31", "May", "–", ","]
    )
)


@given(st.one_of(st.text(), fragments.map("".join), fragments.map(" ".join)))
@example("-" * 100_000)
@example("to " * 50_000)
@example("\u0661\u0662/\u0661\u0660/\u0662\u0660\u0662\u0662")
def test_no_text_makes_it_fail_and_only_a_dated_one_has_a_date(text: str) -> None:
    for today in (None, TODAY):
        timescale = parse_timescale(text, TERMS, today)
        assert timescale.text == text.strip()
        assert (timescale.due_on is not None) == (timescale.state == "dated")
        assert (timescale.doubt is not None) or timescale.state != "unread"
        assert timescale.reading


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("to Dec", "Dec-22"),
        ("Dec", "Dec-22"),
        ("by the end of March", "Mar-23"),
        ("to Apr-23", "Apr-23"),
        ("20 December", "20 December 2022"),
        ("until 2 Feb", "2 February 2023"),
        ("Q2 2022/23", "Q2 2022/23"),
        ("Sep-22 to Dec-22", "Sep-22 to Dec-22"),
        ("31/03/2023", "31/03/2023"),
    ],
)
def test_what_is_typed_today_is_named_with_its_year(typed: str, named: str) -> None:
    said = parse_timescale(typed, (), date(2022, 9, 5))
    assert (name_timescale(said).text, name_timescale(said).due_on) == (named, said.due_on)


@given(st.one_of(st.text(), fragments.map("".join), fragments.map(" ".join)))
@example("Oct-22 " + "and so on " * 20_000)
def test_splitting_loses_no_words(text: str) -> None:
    timescale, rest = split_timescale(text, TODAY, TERMS)
    assert text.strip().endswith(rest)
    if timescale is None:
        assert rest == text.strip()
    else:
        assert text.strip().startswith(timescale.text)
