"""What is typed after a command, or in place of a reference, and is nobody's own words: `the rest`, `all`, `thanks`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from programme.saying import find_tapped

_OF = r"(?:of|to|on|for|with|in|about)"
_THESE = r"(?:\s+of\s+(?:them|these|mine|my actions))?"
_REST = (
    rf"(?:(?:all\s+)?(?:of\s+)?(?:the\s+|my\s+)?(?:rest|others?|other (?:ones|actions)|remaining(?: ones| actions)?)"
    rf"{_THESE}|everything else)"
)
_ALL = (
    r"(?:all(?:\s+(?:of\s+)?(?:them|these|mine|(?:my|the|these)\s+actions))?|everything"
    r"|any of (?:them|these)|(?:them|these)(?:\s+all)?)"
)
_NAMED = rf"(?:{_REST}|{_ALL})"
_LEFT = re.compile(rf"(?:(?:and|also|plus|{_OF}|&|\+|,)\s*)*{_NAMED}(?:\s+(?:too|as well))?")
_BEGINS = re.compile(rf"(?:and|&|\+)\s+{_REST}\b")
_BEFORE = re.compile(
    rf"(?:(?:and|&)\s+)?(?:(?:they|these)(?:'re|\s+are)\s+all|{_NAMED})(?:\s+(?:is|are)|'s|'re)?[\s:,-]+(?P<what>\S.*)"
)
_AFTER = re.compile(rf"(?P<what>\S.*?)[\s:,-]+(?:(?:and|{_OF})\s+)*{_NAMED}")
_COURTESY = re.compile(
    r"(?:^|[\s,;.!-]+)(?:and\s+)?(?:(?:(?:many\s+)?thanks|thank you|cheers)(?:\s+(?:all|everyone|both|very much))?|ta"
    r"|please|sorry|for now|yet|so far|at (?:the moment|present|this stage|all)|again|too|as well|since|still|really"
    r"|today|this week)[\s.!]*$"
)
_LEADS = r"(?:(?:to|until|till|til|by|after|before|into|in|around|about|past|over|the|early|late|end of|next|this)\s+)*"
_SEASON = re.compile(
    rf"{_LEADS}(?P<when>christmas|xmas|new year|easter|whitsun|half[ -]?term|term|spring|summer|autumn|winter|year"
    r"|month|week|soon|later|sometime)(?:\s+(?:term|holidays?|break|time))?"
)
_NONE_MINE = re.compile(r"none(?: of (?:these|them|those))? (?:is|are) mine")
_EXCEPT = re.compile(r"\b(?:except(?: for)?|apart from|other than|but not|bar)\s+", re.IGNORECASE)
_LAST_PART = re.compile(r"(?:[,;.\n&+]|\b(?:and|but)\b)\s*(?P<last>(?:for |of )?[^,;.\n&+]+?)[\s.!]*$", re.IGNORECASE)
_LONGEST = 300  # characters; what is longer says more than that
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(r"(?:this |on )?(?P<day>mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?")
_UNTIL = re.compile(r"(?:until|till|til)\b", re.IGNORECASE)


def names_rest(words: str) -> bool:
    """Whether words name the other actions, or all, and say nothing: `and the rest`, `all of them`."""
    return bool(_LEFT.fullmatch(_bare(words)) or _LEFT.fullmatch(_without_courtesies(words)))


def begins_with_rest(words: str) -> bool:
    """Whether words go on from references with `and the rest`, whatever follows."""
    return bool(_BEGINS.match(_bare(words[:_LONGEST])))


def split_all(text: str) -> str:
    """What is said of all, or of the rest: `still going` of `all still going`; "" where words are not said so."""
    said = _without_courtesies(text) or _bare(text)
    found = _BEFORE.fullmatch(said) or _AFTER.fullmatch(said)
    return found["what"].strip() if found else ""


def find_tapped_of_all(text: str) -> str | None:
    """The command of a button's words said of all, or of the rest: `no change to the rest`, `all still going`."""
    if _NONE_MINE.fullmatch(_bare(text)):
        return "notmine"
    what = split_all(text)
    return "going" if what == "going" else find_tapped(what)


def split_except(words: str) -> tuple[str, str]:
    """What stands before and after `except`; the words and "" where there is none."""
    found = _EXCEPT.search(words)
    return (words[: found.start()].strip(" ,"), words[found.end() :]) if found else (words, "")


def split_last_of_all(text: str) -> tuple[str, str]:
    """What is said first, and the command of what is then said of all: `P2.3c on track, no change to the rest`."""
    for found in _LAST_PART.finditer(text, max(len(text) - _LONGEST, 0)):
        if tapped := find_tapped_of_all(found["last"]):
            return text[: found.start()].rstrip(" ,;"), tapped
    return text, ""


def drop_courtesies(words: str) -> str:
    """The words; "" where they are nothing but thanks or `for now`."""
    return words if len(words) > _LONGEST or _without_courtesies(words) else ""


def split_until(words: str) -> str:
    """What stands after `until` where words begin with it; else ""."""
    found = _UNTIL.match(words)
    return words[found.end() :].strip(" .,") if found else ""


def find_weekday(words: str, today: date) -> date | None:
    """The next day of that name after today: `friday`, `this Fri`."""
    found = _WEEKDAY.fullmatch(_bare(words))
    if found is None:
        return None
    ahead = (_WEEKDAYS.index(found["day"][:3]) - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead)


def find_season(words: str) -> str:
    """The time of year, or the like, that words are and nothing more: `christmas` of `after Christmas`; else ""."""
    found = _SEASON.fullmatch(_bare(words))
    return found["when"] if found else ""


def _without_courtesies(words: str) -> str:
    left = _bare(words)
    while found := _COURTESY.search(left):
        left = left[: found.start()]
    return left.strip(" ,;.!-")


def _bare(text: str) -> str:
    """Without what makes no difference; "" where it is too long to be any of these."""
    return "" if len(text) > _LONGEST else " ".join(text.lower().split()).strip(" .!,;")
