"""Minutes are cut into pieces of which none is lost, and each is read as a free reply would be."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.facts import Action, Proposal, Said
from programme.minutes import (
    Piece,
    find_asked_day,
    find_decision,
    looks_like_minutes,
    read_minute,
    read_minutes,
    say_decision,
)
from programme.rag import Rag
from programme.timescales import parse_timescale

REFS = ["P1.1a", "P1.1b", "P1.2a", "P2.3c", "E2"]
DAY = date(2022, 10, 4)


def told(text: str) -> list[tuple[str, str, bool]]:
    """The pieces of minutes that are about an action: which, what of it, and whether that is sure."""
    return [
        (one.ref or f"?{one.typed}", one.words, one.sure) for one in read_minutes(text, REFS) if one.ref or one.typed
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("P1.1a: at risk, no staff", [("P1.1a", "at risk, no staff", True)]),
        ("p1.1a - noted", [("P1.1a", "noted", True)]),
        ("1.1(a) noted", [("P1.1a", "noted", True)]),
        ("P1.1 (a) noted", [("P1.1a", "noted", True)]),
        ("P1.1 a: noted", [("P1.1a", "noted", True)]),
        ("4. P1.1a – noted", [("P1.1a", "noted", True)]),
        ("3.2 P1.1a noted", [("P1.1a", "noted", True)]),
        ("• “P1.1a” noted", [("P1.1a", "noted", True)]),
        ("E2 noted", [("E2", "noted", True)]),
        ("P1.1a and P1.1b: on track", [("P1.1a", "on track", True), ("P1.1b", "on track", True)]),
        ("P1.1a, P1.1b & P1.2a noted", [(ref, "noted", True) for ref in ("P1.1a", "P1.1b", "P1.2a")]),
        ("P1.1a done, P1.1b on track", [("P1.1a", "done", True), ("P1.1b", "on track", True)]),
        ("P1.1a noted. P1.1b noted too.", [("P1.1a", "noted.", True), ("P1.1b", "noted too.", True)]),
        (
            "P1.1a waits for P1.1b",
            [("P1.1a", "waits for P1.1b", True), ("P1.1b", "P1.1a waits for P1.1b", False)],
        ),
        ("It was agreed that P1.1a goes on", [("P1.1a", "It was agreed that P1.1a goes on", True)]),
        (
            "Both P1.1a and P1.1b go on",
            [("P1.1a", "Both P1.1a and P1.1b go on", False), ("P1.1b", "Both P1.1a and P1.1b go on", False)],
        ),
        ("P9.9z is late", [("?P9.9z", "is late", False)]),
        ("P1.1 is late", [("?P1.1", "is late", False)]),
        ("P1.1a the delay\nwas noted", [("P1.1a", "the delay was noted", True)]),
        ("P1.1a\n- noted\n- A to report", [("P1.1a", "noted - A to report", True)]),
        ("P1.1a noted\n\nThe next meeting", [("P1.1a", "noted", True)]),
        ("P1.1a noted\nApologies: the head", [("P1.1a", "noted", True)]),
        ("P1.1a noted\n5. Next meeting", [("P1.1a", "noted", True)]),
        ("P1.1a noted\n2.1 A paper was given", [("P1.1a", "noted", True)]),
        ("1.1 b at risk, no staff", [("P1.1b", "at risk, no staff", True)]),
        ("1.1 (b) at risk", [("P1.1b", "at risk", True)]),
        ("1.1 b) at risk", [("P1.1b", "at risk", True)]),
        ("P1.1 b at risk", [("P1.1b", "at risk", True)]),
        ("p1.1 b: at risk", [("P1.1b", "at risk", True)]),
        ("P1.1.b at risk", [("P1.1b", "at risk", True)]),
        ("P1·1b at risk", [("P1.1b", "at risk", True)]),
        ("1·1 b at risk", [("P1.1b", "at risk", True)]),
        ("P 1.1b at risk", [("P1.1b", "at risk", True)]),
        ("3. 1.1 b at risk", [("P1.1b", "at risk", True)]),
        ("- 1.1 b at risk", [("P1.1b", "at risk", True)]),
        ("1.1 b, 1.2 a and P2.3 c: noted", [(ref, "noted", True) for ref in ("P1.1b", "P1.2a", "P2.3c")]),
        ("1.1 a at risk", [("P1.1a", "at risk", True)]),
        ("1.1 a is late", [("P1.1a", "is late", True)]),
        ("1.1 A: on track", [("P1.1a", "on track", True)]),
        ("1.1 A paper was given", []),
        ("1.1 a paper was given", [("P1.1a", "1.1 a paper was given", False)]),
        ("P1.1a at risk\nP1·1b on track", [("P1.1a", "at risk", True), ("P1.1b", "on track", True)]),
        ("P1.1a at risk\nP9·9z on track", [("P1.1a", "at risk", True), ("?P9.9z", "on track", False)]),
        ("P1.1a at risk\nP1/1b on track", [("P1.1a", "at risk", True), ("?P1/1b", "on track", False)]),
        ("P1.1a at risk\nP11b on track", [("P1.1a", "at risk", True), ("?P11b", "on track", False)]),
        ("P1.1a at risk\n9.9 z on track", [("P1.1a", "at risk", True), ("?9.9 z", "on track", False)]),
        ("P1.1a at risk for the\nKS2 pupils of Q2/23", [("P1.1a", "at risk for the KS2 pupils of Q2/23", True)]),
        (
            "P1.1a at risk: it lasts\n12 weeks and 2·5 days",
            [("P1.1a", "at risk: it lasts 12 weeks and 2.5 days", True)],
        ),
    ],
)
def test_a_line_is_about_the_actions_that_it_names(text: str, pieces: list[tuple[str, str, bool]]) -> None:
    assert told(text) == pieces


@pytest.mark.parametrize(
    "text",
    [
        "Apologies: the head",
        "2.1 A paper was given",
        "£12.5k was spent, 3.5% less than in Q2 2022/23",
        "The meeting of 4.10.2022 began at 10.00 a.m.",
        "See https://example.org/P1.1a",
        "Years 4-5, KS2, COVID-19, version 1.2.3",
    ],
)
def test_what_names_no_action_is_kept_aside(text: str) -> None:
    [piece] = read_minutes(text, REFS)
    assert (piece.ref, piece.typed, piece.sure) == ("", "", False)


_WORDS = st.sampled_from([*REFS, "P9.9z", "on track", "done", "and", "the report", "2.1", "by 14 October", "A:", "-"])
_LINES = st.lists(st.lists(_WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=8)


@given(_LINES)
def test_no_word_of_what_was_pasted_is_lost(lines: list[str]) -> None:
    pieces = read_minutes("\n".join(lines), REFS)
    kept = " ".join(f"{one.ref or one.typed} {one.words}" for one in pieces)
    letters = re.compile(r"[A-Za-z]{2,}")
    for word in {word for line in lines for word in letters.findall(line) if word != "and"}:
        assert word in kept
    for ref in REFS:
        if any(ref in line.split() for line in lines):
            assert ref in {one.ref for one in pieces}


@given(st.text(max_size=400))
def test_anything_can_be_pasted(text: str) -> None:
    assert all(isinstance(one, Piece) and one.words.strip() for one in read_minutes(text, REFS))


def test_several_lines_that_begin_with_references_look_like_minutes() -> None:
    assert looks_like_minutes("The Board\n- P1.1a: done\n- P1.1b: on track")
    assert looks_like_minutes("1. P1.1a: done\n2. P1.1b: on track")
    assert looks_like_minutes("2.4 b: done\n2.4 c on track")
    assert not looks_like_minutes("2.1 A paper was given\n2.2 A vote was held")
    assert not looks_like_minutes("P1.1a: done, and P1.1b too")
    assert not looks_like_minutes("P1.1a: done\nthanks")


def make(state: str = "open", proposal: Proposal | None = None, said: tuple[Said, ...] = ()) -> Action:
    due = parse_timescale("Oct-22")
    return Action(
        1, "P1.1a", "P1.1", "P1", "Write the charter.", (), due, due, "complete" if state == "complete" else "open",
        None, "", None, None, None, proposal=proposal, said=said,
    )  # fmt: skip


CLOSING = Proposal("closure", None, "", "A", datetime(2022, 9, 20, tzinfo=UTC), 1)
MOVING = Proposal("timescale", parse_timescale("Dec-22"), "", "A", datetime(2022, 9, 20, tzinfo=UTC), 1)


@pytest.mark.parametrize(
    ("words", "proposal", "kind", "certain"),
    [
        ("the Board thanks the team", None, "minute", True),
        ("at risk, no staff", None, "rating", True),
        ("moved to Dec-22", None, "timescale", True),
        ("done", None, "done", False),
        ("done", CLOSING, "agree", False),
        ("closure agreed", CLOSING, "agree", True),
        ("Agreed.", CLOSING, "agree", True),
        ("agreed", None, "minute", True),
        ("agreed that A brings the report", CLOSING, "minute", True),
        ("returned: add the survey", CLOSING, "return", True),
        ("returned", None, "minute", True),
        ("moved to Dec-22", MOVING, "agree", False),
        ("moved to Jan-23", MOVING, "timescale", True),
        ("at risk, moved to Dec-22", MOVING, "rating", False),
        ("at risk, moved to Jan-23", MOVING, "rating", True),
        ("moved to Oct-22", None, "minute", True),
        ("progress: half of it is in", None, "progress", True),
        ("is it at risk?", None, "minute", True),
        ("The chair asked whether P1.1a is at risk", None, "minute", True),
    ],
)
def test_what_a_line_would_do(words: str, proposal: Proposal | None, kind: str, certain: bool) -> None:
    reading = read_minute(make(proposal=proposal), words, DAY)
    assert (reading.kind, reading.certain) == (kind, certain)


def test_of_a_complete_action_everything_is_a_minute() -> None:
    assert read_minute(make("complete"), "at risk, no staff", DAY).kind == "minute"


def test_a_rating_has_the_minute_as_its_reason_and_its_new_timescale() -> None:
    reading = read_minute(make(), "vulnerable, moved to Dec-22, waiting on the data", DAY)
    assert reading.rating is Rag.VULNERABLE
    assert reading.words == "vulnerable, moved to Dec-22, waiting on the data"


def minuted(words: str, on: date = DAY) -> Said:
    return Said("minute", datetime(on.year, on.month, on.day, 11, tzinfo=UTC), on, "D", "", "The Board", words)


def answered(on: date) -> Said:
    return Said("progress", datetime(on.year, on.month, on.day, 12, tzinfo=UTC), on, "A", "Council", "", "sent")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("by 14 October: A to bring the report", date(2022, 10, 14)),
        ("A to bring the report by the end of November 2022", date(2022, 11, 30)),
        ("A to bring the report by Nov-22, no later", date(2022, 11, 30)),
        ("asked by the chair to bring it by 1 December", date(2022, 12, 1)),
        ("was due by 1 September 2022", None),
        ("the report by A is noted", None),
    ],
)
def test_the_day_by_which_something_is_asked_for(words: str, day: date | None) -> None:
    assert find_asked_day(words, DAY) == day


def test_a_decision_of_the_last_meeting_stands_whether_or_not_it_is_answered() -> None:
    bare = find_decision(make(said=(minuted("noted"),)), DAY)
    assert bare is not None
    assert say_decision(bare) == "Noted. No answer yet."
    later = find_decision(make(said=(minuted("by 14 October: the report"), answered(date(2022, 10, 12)))), DAY)
    assert later is not None
    assert say_decision(later) == "By 14 October: the report. Answered 12 October 2022."


def test_an_earlier_decision_is_carried_only_where_it_names_a_day_and_nobody_answered() -> None:
    since = date(2022, 11, 29)
    asked = minuted("by 14 October: the report")
    carried = find_decision(make(said=(asked,)), since)
    assert carried is not None
    assert not carried.last
    assert find_decision(make(said=(minuted("noted"),)), since) is None
    assert find_decision(make(said=(asked, answered(date(2022, 12, 1)))), since) is None
    assert find_decision(make("complete", said=(asked,)), since) is None
