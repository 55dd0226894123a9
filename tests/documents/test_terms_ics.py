"""Term dates as councils publish them in iCalendar files: half terms, terms, or the holidays between them."""

from __future__ import annotations

import pytest

from documents.terms_ics import is_icalendar, read_terms
from programme.messages import UserError

SAMPLE = {
    "Autumn 1 2022": "2022-09-05 2022-10-21",
    "Autumn 2 2022": "2022-10-31 2022-12-16",
    "Spring 1 2023": "2023-01-03 2023-02-10",
    "Spring 2 2023": "2023-02-20 2023-03-31",
    "Summer 1 2023": "2023-04-17 2023-05-26",
    "Summer 2 2023": "2023-06-05 2023-07-21",
}


def ics(*events: str, end: str = "\r\n") -> bytes:
    """A file of these events, each some lines."""
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//A Council//EN"]
    for event in events:
        whole += ["BEGIN:VEVENT", "UID:1@a", "DTSTAMP:20220101T000000Z", *event.splitlines(), "END:VEVENT"]
    return end.join([*whole, "END:VCALENDAR", ""]).encode()


def day(summary: str, first: str, until: str) -> str:
    """An event of whole days; `until` is the day after its last, as RFC 5545 has it."""
    return f"SUMMARY:{summary}\nDTSTART;VALUE=DATE:{first}\nDTEND;VALUE=DATE:{until}"


def read(data: bytes) -> dict[str, str]:
    return {half.name: f"{half.starts_on} {half.ends_on}" for half in read_terms(data).half_terms}


def refusal(data: bytes) -> str:
    with pytest.raises(UserError) as refused:
        read_terms(data)
    return refused.value.text


HALVES = (
    day("Autumn term 1", "20220905", "20221022"),
    day("Autumn Term 2", "20221031", "20221217"),
    day("Spring Half Term 1 2023", "20230103", "20230211"),
    day("Spring term - 2nd half", "20230220", "20230401"),
    day("Summer term\\, first half", "20230417", "20230527"),
    day("Summer 2", "20230605", "20230722"),
)
HOLIDAYS = (
    day("Summer holiday", "20220723", "20220905"),
    day("October half term", "20221024", "20221029"),
    day("Christmas holiday", "20221219", "20230103"),
    day("February Half-Term", "20230213", "20230218"),
    day("Easter holidays", "20230403", "20230415"),
    day("Whitsun half term holiday", "20230529", "20230603"),
    day("Summer Holiday 2023", "20230724", "20230904"),
    day("May Day bank holiday", "20230501", "20230502"),
    day("INSET day", "20220902", "20220903"),
)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_half_terms_are_read_with_the_day_after_the_end_left_out(end: str) -> None:
    assert read(ics(*HALVES, end=end)) == SAMPLE


def test_half_terms_are_what_lies_between_the_holidays() -> None:
    assert read(ics(*HOLIDAYS)) == SAMPLE
    assert read_terms(ics(*HOLIDAYS)).left_out == ("May Day bank holiday", "INSET day")


def test_whole_terms_are_divided_by_the_holiday_inside_them() -> None:
    terms = (
        day("Autumn Term 2022", "20220905", "20221217"),
        day("Spring Term", "20230103", "20230401"),
        day("Summer Term", "20230417", "20230722"),
    )
    assert read(ics(*terms, *HOLIDAYS)) == SAMPLE
    assert "“Autumn Term 2022” in 2022 does not say where its half term is" in refusal(ics(terms[0]))


def test_long_lines_are_unfolded_and_other_things_in_the_file_are_passed_over() -> None:
    data = ics(*HALVES[1:]).replace(
        b"BEGIN:VEVENT",
        b"BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\nBEGIN:STANDARD\r\nDTSTART:19701025T020000\r\n"
        b"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        b'BEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en-GB;X-A="b:c;d":Autumn\r\n  ter\r\n m 1\r\n'
        b"DTSTART;VALUE=DATE:2022\r\n\t0905\r\n"
        b"DTEND;VALUE=DATE:20221022\r\nBEGIN:VALARM\r\nTRIGGER:-P1D\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VEVENT",
        1,
    )
    assert read(b"\xef\xbb\xbf" + data) == SAMPLE


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("DTSTART:20220904T230000Z", "DTEND:20221021T230000Z", id="midnight in London, told in UTC"),
        pytest.param(
            "DTSTART;TZID=Europe/London:20220905T000000", "DTEND;TZID=Europe/London:20221022T000000", id="local"
        ),
        pytest.param("DTSTART:20220905T084500", "DTEND:20221021T151500", id="from the first bell to the last"),
        pytest.param("DTSTART;VALUE=DATE:20220905", "DURATION:P47D", id="how long it lasts"),
    ],
)
def test_times_of_day_and_durations_are_days(start: str, end: str) -> None:
    assert read(ics(f"SUMMARY:Autumn 1\n{start}\n{end}")) == {"Autumn 1 2022": SAMPLE["Autumn 1 2022"]}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (ics(), "No half terms can be read from that file: it needs events such as “Autumn term 1”"),
        (ics(HOLIDAYS[1]), "No half terms can be read from that file"),
        (ics(HALVES[0] + "\nRRULE:FREQ=YEARLY"), "“Autumn term 1” repeats in that file, and term dates do not"),
        (ics("SUMMARY:Autumn 1"), "“Autumn 1” has no day in that file"),
        (ics("SUMMARY:Autumn 1\nDTSTART;VALUE=DATE:20221305"), "“Autumn 1” has a day that cannot be read in that file"),
        (ics("SUMMARY:Autumn 1\nDTSTART;VALUE=DATE:5 September"), "“Autumn 1” has a day that cannot be read"),
        (ics(day("Autumn 1", "20221022", "20220905")), "“Autumn 1” ends before it begins in that file"),
        (ics(HALVES[0], HALVES[0].replace("20220905", "20220906")), "The file says Autumn 1 2022 twice: keep one"),
        (
            ics(HALVES[0], day("Autumn 2", "20221017", "20221217")),
            "In the file Autumn 1 2022 and Autumn 2 2022 overlap",
        ),
        (ics(day("Spring 1", "20221220", "20230211")), "does not lie in one calendar year: correct its dates."),
        (ics(HOLIDAYS[0], HOLIDAYS[6]), "lies no half term that I know: is a holiday missing?"),
        (ics(HALVES[0])[:-15], "That iCalendar file is cut off before its end"),
        (ics(HALVES[0]).replace(b"END:VEVENT", b"END:VTODO"), "That iCalendar file is broken"),
        (ics(HALVES[0]).replace(b"SUMMARY:", b"SUMMARY "), "is no line of an iCalendar file"),
        (ics(HALVES[0]).replace(b"term", b"t\xe9rm"), "That file is not text in UTF-8"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    assert sentence in refusal(data)


def test_a_file_says_that_it_is_icalendar_in_its_first_words() -> None:
    assert is_icalendar(b"\xef\xbb\xbf\r\nbegin:vcalendar\r\n")
    assert not is_icalendar(b"half_term,starts_on,ends_on\n")
