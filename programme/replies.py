"""Free replies: the rating, the new timescale or the completion that words name, where they can hardly mean another.

What is found here is only ever offered. So whatever is doubtful is left: a question, a condition, a quotation, what was
or is not so, and the dates of meetings and visits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from programme.calendar import HalfTerm
from programme.rag import LOOKS, Rag, find_rag, split_rag
from programme.saying import own_words
from programme.timescales import Timescale, parse_timescale, split_timescale

_MOST_SIGNS = 12  # a reply that names more ratings and dates than this is a report
_LONGEST = 3_000  # characters that are read
_FAR = timedelta(days=335)  # a month without its year that is further off was hardly meant


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a reply seems to say beside its words. `reason` is what of the words gives the reason; it may be "".

    `rating` is None with a `timescale` that is only another date; `complete` stands alone.
    """

    rating: Rag | None
    timescale: Timescale | None
    complete: bool
    reason: str


def read_reply(text: str, today: date, terms: Sequence[HalfTerm] = ()) -> Suggestion | None:
    """What a reply about one action suggests; None where it suggests nothing."""
    said = _WITHOUT_SUBJECT.sub("it ", own_words(text)[:_LONGEST])
    if not said or sum(1 for _ in _SIGN.finditer(said)) > _MOST_SIGNS:
        return None
    ratings = list(_find_ratings(said))
    slips = list(_find_slips(said, today, terms))
    done = _find_done(said)
    if any(slip is None for slip in slips):  # a date that is past, or that cannot be meant
        return None
    moves = [slip for slip in slips if slip is not None]
    dates = {move.timescale.due_on: move.timescale for move in moves if move.timescale}
    said_ratings = {one.rating for one in ratings}
    if len(said_ratings) > 1 or len(dates) > 1 or (said_ratings and _names_another(said, said_ratings)):
        return None
    if done is not None:
        alone = not moves and said_ratings <= {Rag.ON_TRACK}
        return Suggestion(None, None, complete=True, reason=_reason(said, [done])) if alone else None
    rating = next(iter(said_ratings), None)
    timescale = next(iter(dates.values()), None)
    slipped = any(move.rating for move in moves)
    if rating is None and slipped and not _MENTION.search(said):
        rating = Rag.VULNERABLE
    elif rating is Rag.ON_TRACK and slipped:
        rating = None  # it has slipped, and keeps to its new date
    if rating is None and timescale is None:
        return None
    return Suggestion(rating, timescale, complete=False, reason=_reason(said, [*ratings, *moves]))


@dataclass(frozen=True, slots=True)
class _Sign:
    """Where in the words a rating or a date is named."""

    start: int
    end: int
    rating: Rag | None = None
    timescale: Timescale | None = None


_WITHOUT_SUBJECT = re.compile(r"\A(?=(?:is|are)\s)", re.IGNORECASE)  # `P2.3c is at risk`

# Ratings

_ICONS = {look.icon: rag for rag, look in LOOKS.items() if rag}
_PEOPLE = r"(?:pupil|child|young|famil|student|learner|group|adult|people|person|resident|cohort|boy|girl|individual)"
_MENTION = re.compile(
    r"(?<![\w-])(?:at[\s_-]*risk|vulnerable|on[\s_-]*track|deferred|red|amber|green)(?![\w-])"
    rf"(?!\s+{_PEOPLE}|\s+(?:tape|flag|light|book|paper|list|carpet|space|line|cross))"
    rf"|[{''.join(_ICONS)}]",
    re.IGNORECASE,
)
_SIGN = re.compile(rf"{_MENTION.pattern}|\b(?:slip|delay|push|mov|postpon|extend|extens|until|till)", re.IGNORECASE)
_NOT_SO = re.compile(
    r"\b(?:was|were|been|from|previously|formerly|not|no longer|never|isn't|aren't|wasn't|instead of|rather than)\s*$",
    re.IGNORECASE,
)

_LEAD_IN = (
    r"(?:(?:hi|hello|hey|morning|good (?:morning|afternoon|news)|bad news|thanks|thank you|many thanks|yes|yep|ok|okay"
    r"|sorry|apologies|unfortunately|sadly|afraid|i'm afraid|i am afraid|(?:quick |short )?update|fyi|well|right|please"
    r"|all|team|everyone|just to (?:say|let you know)|tbh|happy to say|pleased to say|as (?:discussed|agreed)|overall"
    r"|again|currently|today|still|now|so|and|but)\b[\s,:!.-]{0,4}(?:that\s+)?){0,4}"
)
_WORK = r"(?:one|action|work|project|piece of work|thing|workstream|task)"
_SUBJECT = (
    rf"(?:it|this|that|we|everything|things|all(?: of (?:it|this))?|(?:this|the|our|my)(?: whole)? {_WORK}"
    r"|action|work|project|delivery|progress)"
)
_IS = (
    r"(?:'s|'re|s|\s+(?:is|are|looks?(?: to be| like)?|remains?|stays?|feels?))"
    r"(?:\s+(?:gone|going|turned|turning|moved to|moving to))?"
)
_SOMEHOW = (
    r"(?:\s+(?:now|still|currently|again|back|all|firmly|definitely|clearly|already|also|fully|very much|just)){0,3}"
)
_HOW_IT_IS = rf"{_SUBJECT}{_IS}{_SOMEHOW}"
_HAS_GONE = (
    rf"(?:{_SUBJECT}(?:'s|'ve|\s+(?:has|have|is|are))?\s+)?(?:now\s+)?"
    r"(?:gone|going|moved|moving|slipped|turned|turning|changed|changing|back)(?:\s+(?:back|now))?"
    r"(?:\s+from\s+[\w-]+(?:\s+[\w-]+)?)?(?:\s+(?:to|into))?"
)
_FROM_TO = r"from\s+[\w-]+(?:\s+[\w-]+)?\s+to"
_STATUS = (
    r"(?:(?:my|our|the|current|overall|this month's)\s+){0,3}(?:status|rating|rag(?:\s+(?:rating|status))?)"
    r"(?:\s*[:=-]|\s+(?:is|are|remains|stays|now|still|should be|goes to|moves to|changed to|changes to)){0,3}"
)
_I_CALL = (
    r"(?:(?:i'd|i would|we'd|we would|i'll|please|let's)\s+)?(?:"
    r"say(?:\s+(?:it's|it is|this is|we're|we are))?|go (?:for|with)"
    r"|(?:call|rate|mark|flag|record|show)(?:\s+(?:it|this|us|this action|the action))(?:\s+(?:as|at))?"
    r"|(?:put|set|move|change|turn|downgrade|upgrade|leave|switch)"
    r"\s+(?:it|this|us|this action|the action|(?:the )?(?:rating|status|rag))(?:\s+down)?\s+(?:as|at|to)"
    r")"
)
_RATES = re.compile(
    rf"\(?{_LEAD_IN}(?:{_HOW_IT_IS}|{_HAS_GONE}|{_FROM_TO}|{_STATUS}|{_I_CALL}|now|still|back|fully"
    r"|stays|remains?|i think)?\s*[(\"']?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;\n]|\s-\s|\b(?:so|and|but|therefore|meaning|which means)\s", re.IGNORECASE)
_GOES_ON = re.compile(
    r"(?:because|as|due to|owing to|since|until|till|while|whilst|but|and|so|now|again|still|for|at the moment"
    r"|at present|overall|this|please|thanks|too|with|given|following|after|unfortunately|sadly|i'?m afraid|from"
    r"|pending|awaiting|waiting|no longer|then|today|though|although)\b|[(:;,.!)\"'-]",
    re.IGNORECASE,
)
_OF_BEING_LATE = re.compile(
    r"of\s+(?:not\b|non|missing|slipp|delay|being (?:late|delayed|missed)|overrun|failing|falling|running|late)", re.I
)
_AT_RISK_THEN = re.compile(r"(?:the|our|no|we|they|it|there|this)\b", re.IGNORECASE)


def _find_ratings(said: str) -> Iterator[_Sign]:
    """Ratings that are given to the action itself, now."""
    for found in _MENTION.finditer(said):
        start = _clause_start(said, found.start())
        if _is_doubtful(said, found.start()) or not _RATES.fullmatch(said[start : found.start()].lstrip()):
            continue
        icon = _ICONS.get(found.group())
        rating, rest = (icon, said[found.end() :]) if icon else split_rag(said[found.start() :])
        if rating and (
            icon or _is_said_of_it(rating, said[found.end() :], bare=not said[start : found.start()].strip())
        ):
            yield _Sign(start, len(said) - len(rest), rating)


def _is_said_of_it(rating: Rag, after: str, *, bare: bool) -> bool:
    """Whether what follows a rating leaves it one: not `red tape`, `at risk of exclusion`, `green energy`."""
    after = after.lstrip(" )\"'")
    if not after.strip() or after[:1] == "\n" or not (after[:1].isalnum() or after[:1] in "(:;,.!-"):
        return True
    if rating is Rag.ON_TRACK and re.match(r"to\s", after, re.IGNORECASE):
        return True
    if rating is Rag.AT_RISK and (_OF_BEING_LATE.match(after) or (bare and _AT_RISK_THEN.match(after))):
        return True
    if rating is Rag.DEFERRED and re.match(r"to\s", after, re.IGNORECASE):
        return True
    return bool(_GOES_ON.match(after))


def _names_another(said: str, ratings: set[Rag | None]) -> bool:
    """Whether words name another rating too, other than as what it was or is not."""
    for found in _MENTION.finditer(said):
        rating = _ICONS.get(found.group()) or find_rag(found.group())
        if rating not in ratings and not _NOT_SO.search(said[: found.start()]):
            return True
    return False


# Slipping, and dates

_DATED = r"(?:timescale|deadline|due date|end date|target date|target|completion date|completion|finish date|date)"
_WHAT_SLIPS = rf"(?:{_SUBJECT}|i|its|(?:the|our|its)\s+{_DATED}|{_DATED})"
_AUX = (
    r"(?:'s|'re|'ve|'ll|\s+(?:is|are|has|have|will|had to|needs? to))?"
    r"(?:\s+(?:now|again|been|be|being|still|had to|have to|sadly|unfortunately|going to|also|already|to be|to)){0,4}"
)
_CANNOT = r"(?:won't|wont|will not|can't|cannot|can not|not going to|isn't going to|aren't going to|'re not going to)"
_FINISH = (
    r"(?:make it|be (?:able to )?(?:done|ready|finish(?:ed)?|complete(?:d)?|in place|there)|finish(?: (?:it|this))?"
    r"|complete(?: (?:it|this))?|get (?:it|this) done|happen|land)"
)
_LATE = (  # late, whatever date follows
    rf"slipping|slipped|delayed|(?:running\s+)?behind schedule|running (?:late|behind)"
    rf"|{_CANNOT}(?:\s+now)?\s+(?:meet|make|hit)\s+(?:the|this|that|our|its)\s+{_DATED}"
)
_LATE_TO = (  # late, with the date it then names
    rf"slip|slips|delay|pushed (?:back|out)|pushing (?:(?:it|this) )?(?:back|out)|push(?: it| this)? (?:back|out)"
    r"|pushed|put back|knocked back|needs?(?: (?:more time|longer|(?:an )?extension|extra time))?"
    rf"|{_CANNOT}(?:\s+now)?\s+{_FINISH}(?:\s+now)?"
)
_OTHER_DATE = (  # another date, late or not
    r"(?:moved|moving|move)(?: (?:it|this))?(?: (?:back|out|on))?|postponed|rescheduled"
    rf"|extend(?:ed)?(?: (?:it|this|(?:the |our )?{_DATED}))?|extension"
    rf"|(?:(?:the|our|a|my)\s+)?(?:new|revised|updated|amended|proposed)\s+{_DATED}"
    r"(?:\s+(?:is|will be|of|would be|now)){0,3}\s*[:=-]?"
    rf"|(?:change|changed|move|moved)\s+(?:the\s+)?{_DATED}|(?:the\s+|our\s+)?{_DATED}(?:\s+is)?\s+(?:now|moved)"
    rf"|now\s+(?:due|expected|planned|scheduled|aiming|be(?:\s+(?:done|ready|finished|completed?|in place|delivered))?)"
    r"|not|deferred|(?:done|finished|completed?|ready|in place|delivered)(?=\s+by\s)"
)
_FINISHED = ("done", "finished", "complete", "completed", "ready", "in place", "delivered")
_WILL = re.compile(r"(?:\bwill|'ll)\b", re.IGNORECASE)
_TO = (
    r"(?:\s+(?:back|out|again|now|likely)){0,3}(?:\s+from\s+(?:[\w'-]+\s+){1,3}?)?\s*"
    r"(?:\b(?:to|until|till|til|into|for|by|in|at|on|as)\b\s*)?"
)
_SLIPS = re.compile(
    rf"(?:^|(?<=[,;\n])|(?<=\s-\s)|(?<=\bso\s)|(?<=\band\s)|(?<=\bbut\s)|(?<=[.!]\s))\s*[(]?"
    rf"(?P<head>{_LEAD_IN}(?:{_WHAT_SLIPS}\b{_AUX}\s*)?(?:(?:now|is now|being|been|be|will|has|have)\s+){{0,4}})"
    rf"(?:(?P<late>{_LATE})|(?P<late_to>{_LATE_TO})|(?P<other>{_OTHER_DATE}))(?![\w'-])(?P<to>{_TO})",
    re.IGNORECASE,
)
_NEEDS_UNTIL = re.compile(r"\b(?:to|until|till|til|into)\s*$", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till|til)\s*$", re.IGNORECASE)
_LATE_THEN = re.compile(
    rf"{_GOES_ON.pattern}|(?:by|to|into|until|a bit|a little|slightly|badly|further|we|the|our|they|there|no)\b",
    re.IGNORECASE,
)
_DATE_THEN = re.compile(
    rf"{_GOES_ON.pattern}|(?:at the (?:earliest|latest)|latest|earliest|when|instead|once|to|we|the|our|they|it|there"
    r"|no|not|i|which|or|where|if|in order|by|until|on account|subject)\b",
    re.IGNORECASE,
)

_OR_ELSE = re.compile(r"(?:or|then|and then)\b", re.IGNORECASE)


def _find_slips(said: str, today: date, terms: Sequence[HalfTerm]) -> Iterator[_Sign | None]:
    """Where the action is said to be late, or to have another date; None where that date cannot be meant."""
    for found in _SLIPS.finditer(said):
        if _is_doubtful(said, found.end()):
            continue
        when, rest = _read_date(said[found.end() :], today, terms)
        end = len(said) - len(rest)
        if when is None:
            if found["late"] and _is_late(said[found.end("late") :]):
                yield _Sign(found.start("head"), found.end("late"), Rag.VULNERABLE)
            continue
        word = (found["other"] or found["late_to"] or "").lower()
        if word in ("not", "need", "needs") and not _UNTIL.search(found["to"]):
            continue  # `not in December`, `needs December`
        if word in _FINISHED and not (when.exact and _WILL.search(found["head"])):
            continue  # `will be done by December` may be as planned
        if found["late_to"] and not _NEEDS_UNTIL.search(found["to"]):
            continue
        between = said[found.end() : end]
        if rest and "\n" not in between and between.rstrip()[-1:].isalnum() and not _DATE_THEN.match(rest):
            continue  # `moved to the December meeting`
        new = _as_proposed(when, today, terms)
        if new is None or _OR_ELSE.match(rest):
            yield None
        else:
            yield _Sign(found.start("head"), end, Rag.VULNERABLE if not found["other"] else None, new)


def _is_late(after: str) -> bool:
    after = after.lstrip(" ")
    return not after or after[0] == "\n" or bool(_LATE_THEN.match(after))


def _read_date(text: str, today: date, terms: Sequence[HalfTerm]) -> tuple[Timescale | None, str]:
    when, rest = split_timescale(text, today, terms)
    return (when, rest) if when and when.due_on else (None, text)


def _as_proposed(when: Timescale, today: date, terms: Sequence[HalfTerm]) -> Timescale | None:
    """The timescale with its year in its words, as it will be kept; None for one that is past or hardly meant."""
    due = when.due_on
    if due is None or due < today:
        return None
    with_year = parse_timescale(when.text, terms)
    if with_year.due_on is None and due - today > _FAR:
        return None
    if (due + timedelta(days=1)).day == 1 and not when.exact:
        return parse_timescale(f"{due:%b-%y}")
    if with_year.due_on == due and not when.exact:
        return with_year
    named = parse_timescale(f"{when.text} {due.year}", terms)
    if named.due_on == due and not when.exact:
        return named
    return parse_timescale(f"{due.day} {due:%B %Y}")


# Completion

_DONE = re.compile(
    rf"\s*{_LEAD_IN}(?:{_SUBJECT}(?:'s|'re|'ve|s|\s+(?:is|are|has|have|was))(?:\s+been)?\s+)?"
    r"(?:(?:all|now|fully|100%|finally|already|been|both)\s+){0,4}"
    r"(?P<word>done|completed?|finished|closed|blue)(?P<end>(?:\s+now|\s+too|\s+thanks|\s+thank you){0,3})"
    r"(?=\s*(?:$|[.,;:!(\n]|-\s|and\b|see\b|-)|\s+(?:in|on|last|yesterday|today|this)\s)",
    re.IGNORECASE,
)
_NOT_ALL = re.compile(
    r"\b(?:apart|except\w*|but|bar|other than|nearly|almost|half|part(?:ly)?|mostly|only|some|not|n't|still|remaining"
    r"|remains?|outstanding|to do|left|need\w*|await\w*|waiting|pending|subject to|once|when|if|until|should|phase"
    r"|stage|first|draft|yet|to be|next|will|\d+ of|for \d|in \d|in all)\b|n't\b|\d+/\d+",
    re.IGNORECASE,
)


_EMOJI_LAST = re.compile(r"[\s.!]*(?:(?::[\w+-]*[a-z]:|[^\w\s\x00-\x7f…])\s*)+")  # read backwards


def _find_done(said: str) -> _Sign | None:
    emoji = _EMOJI_LAST.match(said[::-1])
    found = _DONE.match(said[: -emoji.end()] if emoji else said)
    if not found or _is_doubtful(said, found.end()) or _NOT_ALL.search(said):
        return None
    if found["word"].lower() == "closed" and re.search(r"\bwe\b", found.group(), re.IGNORECASE):
        return None  # the office is
    return _Sign(0, found.end())


# What makes any of it doubtful

_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|\n")
_IF = re.compile(
    r"\b(?:if|unless|assuming|provided|depending|subject to|in case|whether|maybe|perhaps|possibly|hopefully|not sure"
    r"|unsure|supposed|could|might|in theory)\b",
    re.IGNORECASE,
)


def _clause_start(said: str, at: int) -> int:
    start = _sentence_start(said, at)
    for found in _CLAUSE.finditer(said, start, at):
        start = found.end()
    return start


def _sentence_start(said: str, at: int) -> int:
    start = 0
    for found in _SENTENCE_END.finditer(said, 0, at):
        start = found.end()
    return start


def _is_doubtful(said: str, at: int) -> bool:
    """Whether the sentence there asks, or says what depends on something."""
    ends = _SENTENCE_END.search(said, at)
    sentence = said[_sentence_start(said, at) : ends.end() if ends else len(said)]
    return "?" in sentence or bool(_IF.search(sentence))


# The reason

_CLEAN_START = re.compile(
    r"^(?:[\s,;:.!()-]+|(?:because|since|as|due to|owing to|given that|on account of|of|that)\b)+", re.IGNORECASE
)
_NO_REASON = re.compile(r"(?:see|here|sorry|thanks|thank you|i'?m afraid|now|again|please|for now|\W)*", re.IGNORECASE)
_CLEAN_END = re.compile(r"(?:[\s,;:.(-]+|\b(?:so|and|but|therefore|meaning|which means))+$", re.IGNORECASE)


def _reason(said: str, signs: Sequence[_Sign]) -> str:
    """What stands after the last of these, else before the first."""
    first, last = min(sign.start for sign in signs), max(sign.end for sign in signs)
    after = _clean(said[last:])
    before = _clean(said[:first])
    return after or ("" if _MENTION.search(before) else before)


def _clean(text: str) -> str:
    text = _CLEAN_END.sub("", _CLEAN_START.sub("", text))
    text = " ".join(text.replace("…", " ").split())
    return "" if _NO_REASON.fullmatch(text) else text
