"""Timescales: kept as written, read with the rules of the plan, never given a date that nobody wrote.

A document's date must have its year. Something typed today may leave it out: the next is meant, if none is just past.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from textwrap import shorten
from typing import Literal

from dateutil.relativedelta import relativedelta

from programme.calendar import HalfTerm
from programme.messages import UserError
from programme.quotes import unquote
from programme.refs import plain

State = Literal["dated", "completed", "ongoing", "unset", "unread"]


@dataclass(frozen=True, slots=True)
class Timescale:
    """`text` as written, trimmed; `exact` where it was written as a day. Only a `dated` one has a `due_on`.

    `unset` is TBC, N/A or blank; `unread` could not be read. `doubt` is one sentence for the programme office.
    """

    text: str
    due_on: date | None
    exact: bool
    state: State
    doubt: str | None = None

    @property
    def reading(self) -> str:
        """How it was read, in the words shown beside it: `by 31 October 2022`, `ongoing`."""
        return f"by {self.due_on.day} {self.due_on:%B %Y}" if self.due_on else _READINGS[self.state]


def parse_timescale(text: str, terms: Sequence[HalfTerm] = (), today: date | None = None) -> Timescale:
    """What a plan's timescale says; never raises. With `today`, what has no year is the next, if not just past."""
    text = unquote(text) if today else text.strip()
    said = _tidy(text)
    if state := _find_state(said, terms):
        return Timescale(text, None, exact=False, state=state)
    due = _find_due(said, terms, today) or _Due(doubt="could not be read as a date")
    doubt = f"“{shorten(text, 60, placeholder='…')}” {due.doubt}." if due.doubt else None
    doubt = _say_past(text, due) if due.past else doubt
    return Timescale(text, due.on, due.exact, "dated" if due.on else "unread", doubt)


def split_timescale(text: str, today: date, terms: Sequence[HalfTerm] = ()) -> tuple[Timescale | None, str]:
    """The timescale that free text begins with, and the rest: `Dec-22 waiting on the MOU`; the longest one wins.

    Dated, unless the whole text is a word such as `ongoing`. (None, text) where no date can be read for certain.
    """
    text = unquote(text)
    if text and _find_state(_tidy(text), terms):
        return parse_timescale(text, terms, today), ""
    for cut in reversed([found.end() for found in _CUT.finditer(text)][:_MOST_WORDS]):
        head, rest = text[:cut], text[cut:].lstrip(_BETWEEN)
        due = _find_due(_tidy(head), terms, today)
        if due and due.on and not (rest and head.lower() in _ALSO_WORDS):
            if _DIGIT.match(rest) and not _has_year(head, terms):
                break  # `31 March 2O23`: the year is there and cannot be read
            return parse_timescale(head.rstrip(_BETWEEN), terms, today), rest
        if due:  # something like a date, but doubtful: a shorter piece of it would be a guess
            break
    return None, text


def split_just_past(text: str, today: date) -> tuple[date | None, str]:
    """The day up to two months ago that words begin with, without its year, and the rest; else (None, text)."""
    for cut in reversed([found.end() for found in _CUT.finditer(text)][:_MOST_WORDS]):
        due, rest = _find_due(_tidy(text[:cut]), (), today), text[cut:].lstrip(_BETWEEN)
        if due:
            return (None, text) if _DIGIT.match(rest) or not due.past else (due.past, rest)
    return None, text


def find_just_past(text: str, today: date) -> date | None:
    """The day up to two months ago that words are, where they name it without its year."""
    past, rest = split_just_past(text, today)
    return None if rest else past


def refuse_just_past(text: str, today: date, field: str = "") -> None:
    """UserError where words begin with a day that has no year and is just past: is it meant, or next year's?"""
    past, rest = split_just_past(text, today)
    if past:
        raise UserError(parse_timescale(text.removesuffix(rest), (), today).doubt or "", field=field)


def name_timescale(typed: Timescale, terms: Sequence[HalfTerm] = ()) -> Timescale:
    """What somebody typed today as whoever reads it next year understands it: `to Dec` is `Dec-22`."""
    if typed.due_on is None:
        return typed
    bare = _LEADING.sub("", typed.text, count=1)
    if _WITHOUT_YEAR.fullmatch(_without_lead(_tidy(bare))):
        bare = f"{typed.due_on.day} {typed.due_on:%B %Y}" if typed.exact else f"{typed.due_on:%b-%y}"
    named = parse_timescale(bare, terms)
    return named if named.due_on == typed.due_on else typed


def find_like_a_date(text: str) -> str:
    """What words begin with that somebody means as a date, whether or not it can be read: `12/31/2022`, `next week`."""
    found = _LIKE_A_DATE.match(plain(text).strip(" '\""))
    return found.group() if found else ""


def say_next_month(today: date) -> str:
    """A timescale still to come, for an example: `Dec-22`."""
    return f"{today + relativedelta(months=3):%b-%y}"


def say_next_day(today: date) -> str:
    """A day still to come, for an example: `3 October`."""
    day = today + relativedelta(weeks=4)
    return f"{day.day} {day:%B}"


def _say_past(text: str, due: _Due) -> str:
    text = text.strip(_BETWEEN)
    coming = due.coming or due.past
    said = f": write the year if you mean {coming.day} {coming:%B %Y}" if coming else ""
    return f"{_LEADING.sub('', text) or text} is past{said}."


def _has_year(head: str, terms: Sequence[HalfTerm]) -> bool:
    due = _find_due(_tidy(head), terms, None)
    return due is not None and due.on is not None


_READINGS: dict[State, str] = {
    "completed": "complete",
    "ongoing": "ongoing",
    "unset": "no date yet",
    "unread": "could not be read",
}
_WORDS: dict[str, State] = {
    **dict.fromkeys(("completed", "complete", "done", "closed", "achieved", "finished"), "completed"),
    **dict.fromkeys(("ongoing", "on-going", "on going", "continuous", "continuing"), "ongoing"),
    **dict.fromkeys(("", "?", "n/a", "na", "none", "not applicable", "not set"), "unset"),
    **dict.fromkeys(("tbc", "tba", "tbd", "to be confirmed", "to be agreed", "to be decided"), "unset"),
}

_NO_YEAR = "has no year"
_NO_SUCH_DATE = "is a date that does not exist"
_DAY_OR_YEAR = "may mean a day or a year"
_DAY_OR_MONTH = "may mean a day and a month, or a month and a year"
_WRONG_WEEKDAY = "names the wrong day of the week"
_WHICH_YEAR = "may mean the calendar or the financial year: write, for example, Q2 2022/23"
_YEARS_APART = "names two years that do not follow each other"
_WHICH_HALF = "does not say which half term"
_STARTS = "says when it starts, not when it ends"
_BACKWARDS = "ends before it starts"
_TWO_DATES = "names two dates"

_BETWEEN = " \t\r\n,;:.-–—"  # what may stand between a timescale and the words after it
_CUT = re.compile(r"(?<=\S)(?=[\s,;:()–—]|$)")
_DIGIT = re.compile(r"['\"]?\d")
_LONGEST = 90  # characters; no timescale is longer, and a page of text is not searched for one
_MOST_WORDS = 20
_ALSO_WORDS = frozenset({"may", "march", "jan", "april", "june"})  # “May need a new date” is no timescale
_JUST_PAST = timedelta(days=60)  # a day without its year that lies so little back is hardly next year's
_FAR_YEARS = 5  # “October 31”, typed in 2022, is hardly October 2031

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?P<year>(?:19|20)\d\d|'?\d\d)"
_TWO_YEARS = r"(?P<first>(?:20)?\d\d)\s?[/-]\s?(?P<second>(?:20)?\d\d)"
_WEEKDAY = r"(?:(?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs?|ur)?(?:day)?,? )?"

_NAMED = _MONTH.replace("?P<month>", "?:")
_LIKE_A_DATE = re.compile(
    r"(?:(?:due|by|on|in|until|till|to|the|end of|end) )*"
    r"(?:\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{1,5})?(?![\w%])"
    rf"|(?:\w+day,? )?\d\d?(?:st|nd|rd|th)?(?: of)?[ -]?{_NAMED}\b(?:[ ,.-]*['\"]?\d\w*)?"
    rf"|{_NAMED}[ ,./-]*['\"]?\d\w*|q[1-4]\b"
    rf"|(?:next|this|early|late|mid)[ -](?:week|month|(?:half[ -]?)?term|year|spring|summer|autumn|\w+day|{_NAMED})\b"
    r"|(?:tomorrow|today)\b|\d+ (?:days?|weeks?|months?)\b)",
    re.IGNORECASE,
)
_LEADING = re.compile(r"(?:(?:due|by|on|to|until|till|for|now)\s+)+", re.IGNORECASE)
_WITHOUT_YEAR = re.compile(rf"{_NAMED}|\d\d?(?:st|nd|rd|th)?(?: of)?[ -]?{_NAMED}|{_NAMED} \d\d?(?:st|nd|rd|th)")
_LEAD = re.compile(r"(?:(?:due|by|on|in|during|until|till|to|no later than|the|end of|end)[ :-]+)*")
_FROM = re.compile(r"^(?:from|starting(?: in)?) ")
_ONWARDS = re.compile(r" onwards?$")
# A dash between letter and digit joins a month to its year, so `Sep-22 Dec-22` has no 22 December.
_TO = re.compile(r"(?<=\S)(?: [/&-] | (?:to|until|till|and) | ?[/&-] ?(?=[a-z])|(?<=\d)[/-](?=\d))(?=\S)")
_OR_LIST = frozenset({"/", "&", "and"})  # `Sep/Oct 2022` is one time, `Sep-22 and Oct-22` are two
_BETWEEN_AND = re.compile(r"^between (?P<start>.+?) and ")
_DAY_NUMBER = re.compile(r"\d\d?(?:st|nd|rd|th)?")
_DONE = re.compile(r"(?:completed|done)[ :-]+(?:in |on )?(?P<when>.+)")

_DAYS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<day>\d\d?)(?P<gap>[/.-])(?P<month>\d\d?)(?P=gap)(?P<year>(?:19|20)\d\d|\d\d)",
        r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d?)-(?P<day>\d\d?)(?:[t ]00:00(?::00)?)?",
        rf"{_WEEKDAY}(?P<day>\d\d?)(?:st|nd|rd|th)?(?: of)?[ -]?{_MONTH}(?:[.,]?[ /-]?{_YEAR})?",
        rf"{_WEEKDAY}{_MONTH} (?P<day>\d\d?)(?:(?:st|nd|rd|th),?|,?(?= \d{{4}}))(?: (?P<year>(?:19|20)\d\d))?",
    )
)
_MONTH_AND_YEAR = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_MONTH}(?:[.,]?(?P<gap>[ /-]?){_YEAR})?",
        r"(?P<month>\d\d?) ?[/.-] ?(?P<year>(?:19|20)\d\d)",
        r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)",
    )
)
_UNCLEAR_NUMBERS = re.compile(r"\d\d?[/.]\d\d?")
_UNCLEAR_DAY = re.compile(rf"{_MONTH} \d")
_QUARTER = re.compile(
    rf"(?:q|qtr|quarter) ?(?P<quarter>[1-4])(?:[ ,-]+(?:fy ?)?(?:{_TWO_YEARS}|(?P<year>(?:20)?\d\d)))?"
)
_QUARTER_LAST = re.compile(rf"{_TWO_YEARS},? (?:q|qtr|quarter) ?(?P<quarter>[1-4])")
_TERM = re.compile(
    r"(?P<start>(?:start|beginning) of (?:the )?)?(?P<season>autumn|spring|summer)"
    rf"(?P<kind> term| half[ -]?term)?(?: (?P<half>[12]))?(?: half[ -]?term)?(?:[ ,-]+(?:{_TWO_YEARS}|{_YEAR}))?"
)


@dataclass(frozen=True, slots=True)
class _Due:
    """A date, or none because of the doubt, a sentence that still lacks its subject, or as the day named is `past`."""

    on: date | None = None
    exact: bool = False
    doubt: str | None = None
    past: date | None = None
    coming: date | None = None


def _tidy(text: str) -> str:
    """Plain dashes and quotes, small letters, single spaces, no brackets, no punctuation around it."""
    return " ".join(re.sub(r"[()\[\]]", " ", plain(text)).lower().split()).strip(" .,;:-'\"")


def _find_state(said: str, terms: Sequence[HalfTerm]) -> State | None:
    """The state of a word such as `ongoing`, or of `Completed Jul-22`; none of `complete by`, which asks for it."""
    if said in _WORDS:
        return _WORDS[said]
    done = _DONE.fullmatch(said) if len(said) <= _LONGEST else None
    return "completed" if done and (due := _find_point(done["when"], terms, None)) and due.on else None


def _find_due(said: str, terms: Sequence[HalfTerm], today: date | None) -> _Due | None:
    """One point in time, a range, or `from` a point; None where it is nothing like a date."""
    if len(said) > _LONGEST:
        return None
    if due := _find_point(_without_lead(said), terms, today):
        return due
    bare = _FROM.sub("", said, count=1)
    if due := _find_range(_BETWEEN_AND.sub(r"\g<start> to ", bare, count=1), terms):
        return due
    bare = _ONWARDS.sub("", bare)
    due = _find_point(_without_lead(bare), terms, today) if bare != said else None
    return replace(due, doubt=_STARTS) if due and due.on else due


def _without_lead(said: str) -> str:
    found = _LEAD.match(said)
    return said[found.end() :] if found else said


def _find_range(said: str, terms: Sequence[HalfTerm]) -> _Due | None:
    """The end of `Sep-22 to Dec-22`. The end has its year; the start may borrow it."""
    for gap in reversed(list(_TO.finditer(said))):  # from the right: `Apr-22-Jun-22` has no 22 June
        end = _find_point(_without_lead(said[gap.end() :]), terms, None)
        if not end or not end.on:
            continue
        start = _find_point(_without_lead(said[: gap.start()]), terms, None)
        if start and start.on:
            if gap.group().strip() in _OR_LIST:
                return _Due(doubt=_TWO_DATES)
            return end if start.on <= end.on else _Due(doubt=_BACKWARDS)
        if (start and start.doubt == _NO_YEAR) or (end.exact and _DAY_NUMBER.fullmatch(said[: gap.start()])):
            return end
    return None


def _find_point(said: str, terms: Sequence[HalfTerm], today: date | None) -> _Due | None:
    return _find_day(said, today) or _find_month(said, today) or _find_quarter(said) or _find_term(said, terms, today)


def _find_day(said: str, today: date | None) -> _Due | None:
    """Days in UK order, ISO, or with the month's name."""
    if _UNCLEAR_NUMBERS.fullmatch(said):
        return _Due(doubt=_DAY_OR_MONTH)
    found = next((found for pattern in _DAYS if (found := pattern.fullmatch(said))), None)
    if not found:
        return None
    if not found["year"] and not today:
        return _Due(doubt=_NO_YEAR)
    month = _month(found["month"])
    on = _make_date(_year(found["year"]), month, int(found["day"])) if found["year"] else None
    if today and not found["year"]:
        # 29 February comes every four years, but not in 2100
        days = [day for n in range(-1, 9) if (day := _make_date(today.year + n, month, int(found["day"])))]
        on = next((day for day in days if day >= today), None)
        if past := next((day for day in days if today - _JUST_PAST <= day < today), None):
            return _Due(past=past, coming=on)
    if not on:
        return _Due(doubt=_NO_SUCH_DATE)
    if (weekday := found.groupdict().get("weekday")) and weekday != _WEEKDAYS[on.weekday()]:
        return _Due(doubt=_WRONG_WEEKDAY)
    return _Due(on, exact=True)


def _find_month(said: str, today: date | None) -> _Due | None:
    """The last day of a month."""
    if _UNCLEAR_DAY.fullmatch(said):
        return _Due(doubt=_DAY_OR_YEAR)
    found = next((found for pattern in _MONTH_AND_YEAR if (found := pattern.fullmatch(said))), None)
    if not found:
        return None
    month = _month(found["month"])
    if not 1 <= month <= 12:
        return _Due(doubt=_NO_SUCH_DATE)
    if found["year"]:
        year = _year(found["year"])
        by_space = len(found["year"]) == 2 and found["gap"] == " "
        if today and by_space and not 0 <= year - today.year <= _FAR_YEARS:
            return _Due(doubt=_DAY_OR_YEAR)
        return _Due(date(year, month, 1) + relativedelta(day=31))
    if not today:
        return _Due(doubt=_NO_YEAR)
    on = today + relativedelta(month=month, day=31)
    return _Due(on if on >= today else on + relativedelta(years=1, day=31))


def _find_quarter(said: str) -> _Due | None:
    """The last day of a quarter of a financial year, April to March."""
    found = _QUARTER.fullmatch(said) or _QUARTER_LAST.fullmatch(said)
    if not found:
        return None
    if not found["first"]:
        return _Due(doubt=_WHICH_YEAR if found["year"] else _NO_YEAR)
    if not _follow(found["first"], found["second"]):
        return _Due(doubt=_YEARS_APART)
    return _Due(date(_year(found["first"]), 3, 31) + relativedelta(months=3 * int(found["quarter"]), day=31))


def _find_term(said: str, terms: Sequence[HalfTerm], today: date | None) -> _Due | None:
    """The last school day of a term or half term (its first, for `start of`), from the programme's term dates.

    A year is the calendar year it stands in, a pair of years the school year.
    """
    found = _TERM.fullmatch(said)
    if not found:
        return None
    season, half, kind = found["season"].title(), found["half"], found["kind"]
    if kind and "half" in kind and not half:
        return _Due(doubt=_WHICH_HALF)
    if found["first"] and not _follow(found["first"], found["second"]):
        return _Due(doubt=_YEARS_APART)
    year = found["year"] or found["first" if season == "Autumn" else "second"]
    if not year and not half and not kind:
        return None  # “summer” alone is a time of year
    if not year and not today:
        return _Due(doubt=_NO_YEAR)
    name = f"{season} {half or ('1' if found['start'] else '2')} {_year(year) if year else ''}"
    days = [term.starts_on if found["start"] else term.ends_on for term in terms if term.name.startswith(name)]
    on = min((day for day in days if year or not today or day >= today), default=None)
    if not on:
        return _Due(doubt=f"cannot be dated: the term dates for {name.strip()} are missing")
    return _Due(on, doubt=None if half or kind else f"was taken to mean the {season.lower()} term")


def _month(text: str) -> int:
    """`oct`, `october` or `10`."""
    return int(text) if text.isdigit() else _MONTHS.index(text[:3]) + 1


def _year(text: str) -> int:
    """`2022`, `22` or `'22`: two digits are of this century."""
    year = int(text.lstrip("'"))
    return year if year > 99 else 2000 + year


def _follow(first: str, second: str) -> bool:
    return _year(second) == _year(first) + 1


def _make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
