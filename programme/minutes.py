"""Minutes of a meeting: which action each line is about, what it would do, and what a minute asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rapidfuzz import fuzz

from programme.calendar import HalfTerm, say_date
from programme.facts import ANSWERS, Action, Said
from programme.messages import UserError
from programme.minute_refs import AROUND, REF, SAYS, Mark, Reader, begins_with_reference
from programme.rag import LOOKS, Rag, find_rag, split_complete, split_rag
from programme.refs import plain, plain_points
from programme.replies import read_reply
from programme.timescales import Timescale, split_timescale
from programme.updates import Update
from programme.waiting import say_proposed

Kind = Literal["minute", "progress", "rating", "timescale", "done", "agree", "return"]


def add_minute(action: Action, words: str, meeting: str) -> Update:
    """What a meeting said of an action; `meeting` is as `The Board, 4 October 2022`. It is no answer of its owners."""
    if not words.strip():
        raise UserError(f"Say what the meeting said: minute {action.ref} and a sentence.", field="text")
    return Update("minute", entry="minute", value=meeting, words=words.strip())


# What was pasted

_BULLET = re.compile(r"[-*•·>–]+\s*")
_TITLE = re.compile(r"[^.:]{1,60}:(?:\s|$)")
_JOIN = re.compile(r"[\s,;&+/)\]]*(?:and\b)?[\s,;&+/(\[]*", re.IGNORECASE)
_AFTER = " \t\r\n,;:.-)]\"'"
_NEW_SENTENCE = re.compile(r"[.;!\n]\s*$")
_GOES_ON = re.compile(r"(?:[,]|\b(?:and|but|while|whereas))\s*$", re.IGNORECASE)
_TAIL = re.compile(r"(?:[\s,;&+]|\b(?:and|but|while|whereas)\b)+$", re.IGNORECASE)
_BEFORE_NAME = re.compile(r"(?:(?:minutes|meeting|of|for|from|the)\b[\s,:-]*)*", re.IGNORECASE)
_AFTER_NAME = re.compile(r"\s*[\n,:;]|\s+[-–]\s")
_LONGEST_NAME = 8  # words
_NEARLY = 75  # of a hundred: how like a name words are that were meant for it


@dataclass(frozen=True, slots=True)
class Piece:
    """What minutes say of one action. `ref` is "" where none is known; `typed` is then what looks like one, or "".
    `sure`: no other action can be meant by it."""

    ref: str
    typed: str
    words: str
    sure: bool


def looks_like_minutes(text: str) -> bool:
    """Whether words are several lines, two of which at least begin with a reference."""
    lines = [line.strip() for line in text.splitlines()]
    return sum(1 for line in lines if begins_with_reference(line[_end(_BULLET, line, 0) :])) > 1


def read_minutes(text: str, refs: Iterable[str]) -> list[Piece]:
    """Every word of pasted minutes, in pieces: each with the action it is about. `refs` are all there are."""
    reader = Reader(refs)
    pieces: list[Piece] = []
    for item in _split_items(plain_points(text), reader):
        read = list(_read_item(item, reader.list_marks(item)))
        aside = len(read) == 1 and not read[0].ref and not read[0].typed
        if aside and pieces and not pieces[-1].ref and not pieces[-1].typed:
            pieces[-1] = Piece("", "", f"{pieces[-1].words} / {read[0].words}", sure=False)
        else:
            pieces += read
    return pieces


def _split_items(text: str, reader: Reader) -> Iterator[str]:
    """Lines, each with those that only go on with what it says of an action."""
    item: list[str] = []
    named = bulleted = False
    for line in text.splitlines():
        said = line.strip()
        bullet = _end(_BULLET, said, 0)
        words = said[bullet:] if bullet else reader.cut_numbering(said)
        names_one = bool(reader.list_marks(words))
        goes_on = item and named and words and not names_one and not (bullet and bulleted)
        if goes_on and (bullet or (words == said and not _TITLE.match(said))):
            item.append(words if item[-1][-1] in ".:;,-" or not bullet else f"- {words}")
            continue
        if item:
            yield " ".join(item)
        item, named, bulleted = ([words], names_one, bool(bullet)) if words else ([], False, False)
    if item:
        yield " ".join(item)


def _read_item(item: str, marks: Sequence[Mark]) -> Iterator[Piece]:
    """What one line says: of the actions it begins with, then of each that a new sentence or clause begins with. One
    that is only mentioned has the whole line, which is never sure."""
    start = _end(AROUND, item, 0)
    if not marks:
        yield Piece("", "", item, sure=False)
        return
    if marks[0].start != start or not marks[0].sure:
        for mark in _once(marks):
            sure = len(marks) == 1 and bool(mark.ref) and mark.sure
            yield Piece(mark.ref, "" if mark.ref else mark.typed, item, sure=sure)
        return
    told: set[str] = set()
    at = 0
    mentioned: list[Mark] = []
    while at < len(marks):
        last = at
        while last + 1 < len(marks) and _JOIN.fullmatch(item, marks[last].end, marks[last + 1].start):
            last += 1
        after = last + 1
        while after < len(marks) and not _begins(item, marks[after]):
            mentioned.append(marks[after])
            after += 1
        end = marks[after].start if after < len(marks) else len(item)
        words = item[marks[last].end : end].lstrip(_AFTER)
        words = _TAIL.sub("", words) if end < len(item) else words.rstrip()
        for mark in _once(marks[at : last + 1]):
            told.add(mark.ref or mark.typed)
            yield Piece(mark.ref, "" if mark.ref else mark.typed, words or item, sure=bool(mark.ref and words))
        at = after
    for mark in _once(mentioned):
        if (mark.ref or mark.typed) not in told:
            yield Piece(mark.ref, "" if mark.ref else mark.typed, item, sure=False)


def _begins(item: str, mark: Mark) -> bool:
    """Whether something new is said, of the action that is named there."""
    before, after = item[: mark.start], item[mark.end :]
    if _NEW_SENTENCE.search(before):
        return True
    said = after.lstrip(" ")
    return bool(_GOES_ON.search(before)) and bool(
        SAYS.match(after) or split_rag(said)[0] or split_complete(said) is not None
    )


def _once(marks: Sequence[Mark]) -> list[Mark]:
    return list({mark.ref or mark.typed: mark for mark in reversed(marks)}.values())[::-1]


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


# What a line would do

_AGREED = re.compile(
    r"(?:(?:the )?(?:closure|completion|extension|new (?:timescale|date)|it|this)\s+)?(?:(?:was|is|were)\s+)?"
    r"(?:agreed|approved|accepted)(?:\s+(?:by the (?:board|group|chair|meeting)|(?:as |to be )?(?:complete|closed|done)"
    r"|(?:the )?(?:closure|completion|extension|new (?:timescale|date))))?",
    re.IGNORECASE,
)
_RETURNED = re.compile(
    r"(?:(?:the )?(?:closure|completion|extension|new (?:timescale|date)|it|this)\s+)?(?:(?:was|is|were)\s+)?"
    r"(?:returned|not agreed|not approved|not accepted|sent back|rejected)\b[\s:;,.-]*(?P<why>.*)",
    re.IGNORECASE | re.DOTALL,
)
_PROGRESS = re.compile(r"progress(?: update)?\s*[:,-]\s*(?P<words>\S.*)", re.IGNORECASE | re.DOTALL)
_BY = re.compile(r"\b(?:by|before|until)\s+(?=\S)", re.IGNORECASE)
_IS = re.compile(r"\A(?:(?:it|this)\s+)?(?:(?:is|are|now|still|remains?|stays?)\s+)+", re.IGNORECASE)
_GOES_WITH_IT = re.compile(r"(?:of|to|for|until|till|and|but|or)\b", re.IGNORECASE)  # `at risk of not finishing`
_MOST_DATES = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line of minutes would do to its action; `words` are those it is recorded with. `certain`: all may be
    confirmed at once with others. `agrees`: it rates it, and agrees what is proposed too."""

    kind: Kind
    words: str
    rating: Rag | None = None
    timescale: Timescale | None = None
    certain: bool = True
    agrees: bool = False


def read_minute(action: Action, words: str, on: date, terms: Sequence[HalfTerm] = ()) -> Reading:
    """How minutes of a day are read, by the rules for free replies; what they do not say clearly is a minute."""
    words = words.strip()
    proposal = action.proposal
    if action.state == "complete":
        return Reading("minute", words)
    if proposal and _AGREED.fullmatch(words.rstrip(" .!")):
        return Reading("agree", words)
    if proposal and (back := _RETURNED.fullmatch(words)):
        return Reading("return", back["why"].strip() or words)
    if progress := _PROGRESS.fullmatch(words):
        return Reading("progress", progress["words"].strip())
    found = read_reply(REF.sub("this action", words), on, terms)
    if found is None:
        return Reading("minute", words)
    if found.complete:
        waiting = proposal is not None and proposal.kind == "closure"
        return Reading("agree" if waiting else "done", words, certain=False)
    timescale = found.timescale
    if proposal and proposal.timescale and timescale and proposal.timescale.due_on == timescale.due_on:
        kind: Kind = "rating" if found.rating else "agree"
        return Reading(kind, words, found.rating, certain=False, agrees=found.rating is not None)
    if timescale and timescale.due_on == action.timescale.due_on:
        timescale = None
    if found.rating:
        return Reading("rating", words, found.rating, timescale)
    return Reading("timescale", words, timescale=timescale) if timescale else Reading("minute", words)


def is_bare(words: str) -> bool:
    """Whether words are a rating or `done` and say no more."""
    said = words.rstrip(" .!")
    return find_rag(said) is not None or split_complete(said) == ""


def cut_rating(reading: Reading) -> str:
    """The words of a line without the rating that it begins with and gives: `at risk: no map` is recorded as no map."""
    rating, rest = split_rag(_IS.sub("", reading.words))
    begins_anew = bool(rest) and not _GOES_WITH_IT.match(rest)
    return rest if rating and rating == reading.rating and begins_anew else reading.words


def say_reading(reading: Reading, action: Action, on: date, terms: Sequence[HalfTerm] = ()) -> str:
    """What confirming it does: `rate it 🔴 At risk (now 🟢 On track)`."""
    new = reading.timescale
    if reading.kind == "rating":
        also = f" and propose {new.text} in place of {action.timescale.text or 'none'}" if new else ""
        also = f" and agree what is proposed: {say_proposed(action)}" if reading.agrees else also
        return f"rate it {LOOKS[reading.rating]} (now {action.look}){also}"
    if reading.kind == "timescale" and new:
        return f"propose {new.text} ({new.reading}) in place of {action.timescale.text or 'none'}"
    if reading.kind == "agree":
        return f"agree what is proposed: {say_proposed(action)}"
    if reading.kind == "minute" and (asked := find_asked_day(reading.words, on, terms)):
        return f"minute it, carried until it is answered: asked for by {say_date(asked)}"
    return {
        "done": "propose that it is complete",
        "return": "return it to its owners",
        "progress": "note it as progress",
    }.get(reading.kind, "minute it")


# What a minute asks for


@dataclass(frozen=True, slots=True)
class Decision:
    """What meetings said of an action that still stands in a digest. `asked_on` is the day it names, `answered` what
    the owners have said since; `last`: it is of the last meeting and not carried from one before."""

    words: str
    asked_on: date | None
    answered: Said | None
    last: bool


def find_asked_day(words: str, on: date, terms: Sequence[HalfTerm] = ()) -> date | None:
    """The day by which words said on a day ask for something: `by 14 October: SENDPO to bring the report`."""
    for found in list(_BY.finditer(words))[:_MOST_DATES]:
        when, _ = split_timescale(words[found.end() :], on, terms)
        if when and when.due_on and when.due_on >= on:
            return when.due_on
    return None


def find_decision(action: Action, since: date | None, terms: Sequence[HalfTerm] = ()) -> Decision | None:
    """What was minuted since the last meeting began; else what an earlier one asked for by a day and nobody answered.

    None where there is neither, or the action is complete.
    """
    if action.state == "complete":
        return None
    minutes = [said for said in action.said if said.kind == "minute" and said.words]
    of_last = [said for said in minutes if since is None or said.on >= since]
    if of_last:
        asked = [day for said in of_last if (day := find_asked_day(said.words, said.on, terms))]
        words = "; ".join(dict.fromkeys(said.words.rstrip(".") for said in of_last))
        return Decision(words, max(asked, default=None), _find_answer(action, of_last[-1]), last=True)
    for said in reversed(minutes):
        day = find_asked_day(said.words, said.on, terms)
        if day and not _find_answer(action, said):
            return Decision(said.words.rstrip("."), day, None, last=False)
    return None


def say_decision(decision: Decision) -> str:
    """`SENDPO to bring the report. Asked for by 14 October 2022, no answer yet.`"""
    first = f"{decision.words[:1].upper()}{decision.words[1:]}."
    if decision.answered:
        return f"{first} Answered {say_date(decision.answered.on)}."
    if decision.asked_on:
        return f"{first} Asked for by {say_date(decision.asked_on)}, no answer yet."
    return f"{first} No answer yet."


def _find_answer(action: Action, minute: Said) -> Said | None:
    """The latest that somebody other than who minuted it has said since."""
    later = (said for said in reversed(action.said) if said.at > minute.at and said.by != minute.by)
    return next((said for said in later if said.kind in ANSWERS), None)


# Whose they are


def find_group_meant(text: str, names: Iterable[str]) -> tuple[str, str, list[str]]:
    """What minutes begin with that is nearly a group's name, the rest of them, and the names it is nearest to; ("",
    text, []) where it is like none."""
    begins = _BEFORE_NAME.match(text)
    start = begins.end() if begins else 0
    ends = [found.start() for found in (_AFTER_NAME.search(text, start), REF.search(text, start)) if found]
    end = min(ends, default=len(text))
    typed = text[start:end].strip(" .-")
    said = plain(typed).casefold().split()
    if not said or len(said) > _LONGEST_NAME:
        return "", text, []
    like = {name: max(_likeness(said, part) for part in {name, name.partition(" (")[0]}) for name in names}
    near = sorted((name for name, score in like.items() if score >= _NEARLY), key=lambda name: -like[name])
    return typed, text[end:].lstrip(" "), near[:3]


def _likeness(said: Sequence[str], name: str) -> float:
    """How like a group's name words are: wholly, where they are some of its words and its last."""
    words = plain(name).casefold().removeprefix("the ").split()
    if set(said) <= set(words) and said[-1] == words[-1]:
        return 100
    return fuzz.ratio(" ".join(said), " ".join(words))
