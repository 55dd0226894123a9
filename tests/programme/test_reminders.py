"""The rules of when: rungs, the joint chase, the meeting's loop, how many bundles a week, and what a bundle says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.calendar import Calendar, parse_bank_holidays
from programme.facts import Action, Group, Meeting, Mitigation, Owner, Person, Proposal, Role, Rung, Said
from programme.items import Item
from programme.messages import Buttons
from programme.policy import Policy
from programme.reminders import (
    carry_until,
    compose_bundle,
    find_chase_day,
    find_meeting_dates,
    find_silence,
    list_action_rungs,
    list_mitigation_rungs,
    list_people,
    list_timescale_rungs,
    say_due,
    tell_lead_on,
)
from programme.timescales import parse_timescale

HOLIDAYS = files("programme").joinpath("bank_holidays_england.csv").read_text(encoding="utf-8")
CALENDAR = Calendar(parse_bank_holidays(HOLIDAYS))
POLICY = Policy()
OWN = Owner("A", (Role("A", "Officer A", "Council: One"),), (Person(1, "console:A", "A"),))
NHS = Owner("C", (Role("C", "Officer C", "NHS Trust"),), (Person(2, "console:C", "C"),))
NOBODY = Owner("Survey Manager", (), ())
OFFICE = Person(9, "console:office", office=True)

days = st.dates(date(2022, 9, 1), date(2023, 7, 31))


def make(timescale: str = "Oct-22", *owners: Owner, ref: str = "P1.1a") -> Action:
    when = parse_timescale(timescale)
    return Action(
        id=1,
        ref=ref,
        focus_area="P1.1",
        priority="P1",
        text="Write the charter.",
        owners=owners or (OWN,),
        timescale=when,
        first_timescale=when,
        state="open",
        rag=None,
        rag_by="",
        rag_at=None,
        quiet_until=None,
        last_entry_on=None,
    )


def say(kind: str, on: date, body: str = "Council") -> Said:
    return Said(kind, datetime.combine(on, time(10), UTC), on, "console:A", body, "", "")


def nine(day: date) -> datetime:
    return CALENDAR.instant(day, time(9))


# A timescale's rungs


@pytest.mark.parametrize(
    ("timescale", "expected"),
    [
        pytest.param("Oct-22", ["2022-10-03", "2022-10-24", "2022-10-31"], id="a month"),
        pytest.param("Dec-22", ["2022-11-30", "2022-12-21", "2022-12-30"], id="a month that ends on a Saturday"),
        pytest.param("Apr-23", ["2023-03-29", "2023-04-21", "2023-04-28"], id="Easter is not counted"),
        pytest.param(
            "14 October 2022",
            ["2022-09-15", "2022-09-30", "2022-10-07", "2022-10-13", "2022-10-14"],
            id="a day: ten and one before too",
        ),
        pytest.param("TBC", [], id="no date, no rung"),
        pytest.param("Ongoing", [], id="ongoing"),
    ],
)
def test_a_timescale_is_warned_of_in_working_days(timescale: str, expected: list[str]) -> None:
    rungs = list_timescale_rungs(parse_timescale(timescale), CALENDAR, POLICY)
    assert [on.isoformat() for _name, on in rungs] == expected


@given(days)
def test_every_rung_falls_on_an_open_day_on_or_before_the_timescale(due: date) -> None:
    when = replace(parse_timescale("14 October 2022"), due_on=due)
    rungs = [on for _name, on in list_timescale_rungs(when, CALENDAR, POLICY)]
    assert all(CALENDAR.is_open(on) and on <= due for on in rungs)
    assert rungs == sorted(rungs)


@given(days)
def test_no_rung_falls_on_or_before_the_starting_list(started: date) -> None:
    rungs = list_action_rungs(make("14 October 2022"), 1, "", started, started, CALENDAR, POLICY)
    assert all(rung.on > started for rung in rungs)


def test_without_a_starting_list_there_is_nothing_else_to_say() -> None:
    rungs = list_action_rungs(make(), 1, "", None, date(2022, 9, 5), CALENDAR, POLICY)
    assert [(rung.kind, rung.on) for rung in rungs] == [("starting", date(2022, 9, 5))]


def test_a_complete_action_has_no_rungs() -> None:
    done = replace(make(), state="complete")
    assert list_action_rungs(done, 1, "", date(2022, 9, 5), date(2022, 9, 5), CALENDAR, POLICY) == []


def test_a_new_timescale_has_no_rungs_before_it_was_agreed() -> None:
    action = replace(make("Nov-22"), said=(say("agree", date(2022, 11, 9)),))
    rungs = list_action_rungs(action, 1, "", date(2022, 9, 5), date(2022, 9, 5), CALENDAR, POLICY)
    assert [rung.on.isoformat() for rung in rungs] == ["2022-11-23", "2022-11-30"]


def test_a_mitigation_is_reminded_as_its_date_is_written_and_then_every_ten_working_days() -> None:
    plan = Mitigation("Do it.", "C", "Oct-22", date(2022, 10, 31), False, None, date(2022, 10, 4), NHS)
    action = replace(make(), mitigation=plan)
    rungs = list_mitigation_rungs(action, date(2022, 11, 30), 2, "", CALENDAR, POLICY)
    assert [f"{rung.on:%m-%d}" for rung in rungs] == ["10-24", "10-31", "11-01", "11-15", "11-29"]
    in_place = replace(action, mitigation=replace(plan, in_place_at=nine(date(2022, 10, 20))))
    assert list_mitigation_rungs(in_place, date(2022, 11, 30), 2, "", CALENDAR, POLICY) == []


# The joint chase

STARTED = date(2022, 9, 5)


@pytest.mark.parametrize(
    ("timescale", "chased", "today", "expected"),
    [
        pytest.param("Aug-22", None, "2022-09-06", None, id="the starting list is not ten working days old"),
        pytest.param("Aug-22", None, "2022-09-20", "2022-09-20", id="ten working days after the starting list"),
        pytest.param("Aug-22", "2022-09-20", "2022-09-21", "2022-10-04", id="ten working days after the last"),
        pytest.param("Aug-22", "2022-09-20", "2022-10-12", "2022-10-12", id="missed: at once"),
        pytest.param("Oct-22", None, "2022-11-01", "2022-11-01", id="the first working day after the timescale"),
        pytest.param("Oct-22", "2022-10-25", "2022-11-01", "2022-11-08", id="with the others"),
        pytest.param("Oct-22", None, "2022-10-31", None, id="not overdue on the day itself"),
        pytest.param("TBC", None, "2022-11-01", None, id="no date"),
    ],
)
def test_what_is_overdue_is_chased_together_every_ten_working_days(
    timescale: str, chased: str | None, today: str, expected: str | None
) -> None:
    last = date.fromisoformat(chased) if chased else None
    on = find_chase_day(make(timescale), STARTED, last, date.fromisoformat(today), CALENDAR, POLICY)
    assert (on.isoformat() if on else None) == expected


def test_an_action_that_is_quiet_on_the_day_of_the_chase_waits_for_the_next() -> None:
    quiet = replace(make("Aug-22"), quiet_until=date(2022, 10, 4))
    assert find_chase_day(quiet, STARTED, date(2022, 9, 20), date(2022, 10, 3), CALENDAR, POLICY) is None
    assert find_chase_day(quiet, STARTED, date(2022, 9, 20), date(2022, 10, 5), CALENDAR, POLICY) == date(2022, 10, 5)


def test_what_is_proposed_is_not_chased() -> None:
    proposed = replace(make("Aug-22"), proposal=Proposal("closure", None, "", "A", nine(STARTED), 1))
    assert find_chase_day(proposed, STARTED, None, date(2022, 11, 1), CALENDAR, POLICY) is None


@given(days, st.none() | days, days)
def test_a_chase_is_never_in_the_past_and_never_sooner_than_ten_working_days_after_the_last(
    started: date, chased: date | None, today: date
) -> None:
    on = find_chase_day(make("Aug-22"), started, chased, today, CALENDAR, POLICY)
    if on is not None:
        assert on >= today
        for last in (started, *([chased] if chased else [])):
            assert on >= CALENDAR.add_working_days(last, 10)


@pytest.mark.parametrize(
    ("timescale", "had_on", "expected"),
    [
        ("Aug-22", "2022-09-05", "2022-09-20"),  # past already: ten working days after the owners had it
        ("Oct-22", "2022-09-05", "2022-11-14"),
        ("Oct-22", "2022-11-09", "2022-11-23"),
    ],
)
def test_a_lead_is_told_ten_working_days_after_the_later_of_timescale_and_starting_list(
    timescale: str, had_on: str, expected: str
) -> None:
    on = tell_lead_on(make(timescale), date.fromisoformat(had_on), CALENDAR, POLICY)
    assert on == date.fromisoformat(expected)


# The meeting's loop


@pytest.mark.parametrize(
    ("meets", "papers", "requested", "chased", "deadline"),
    [
        ("2022-10-04", 5, "2022-09-12", "2022-09-22", "2022-09-27"),
        ("2022-10-04", 10, "2022-09-05", "2022-09-14", "2022-09-20"),
        ("2022-10-04", 0, "2022-09-20", "2022-09-29", "2022-10-04"),
        ("2023-01-17", 5, "2022-12-22", "2023-01-05", "2023-01-10"),  # three bank holidays between
    ],
)
def test_a_meetings_loop_is_counted_back_from_its_paper_deadline(
    meets: str, papers: int, requested: str, chased: str, deadline: str
) -> None:
    meeting = Meeting(1, "The Board", datetime.fromisoformat(f"{meets}T10:00+01:00"))
    group = Group(1, "The Board", papers=papers, meetings=(meeting,))
    found = find_meeting_dates(group, datetime(2022, 9, 1, tzinfo=UTC), CALENDAR, POLICY)
    assert found is not None
    (dates,) = found.loops
    assert [str(one) for one in (dates.request, dates.chase, dates.papers, dates.day)] == [
        requested,
        chased,
        deadline,
        meets,
    ]


# Silence

BOARD = Group(1, "The Board", meetings=(Meeting(1, "The Board", datetime(2022, 10, 4, 9, tzinfo=UTC)),))
DUE = Rung(date(2022, 10, 24), "timescale", "P1.1a", "5 before Oct-22", 1)
ANSWERED = "it was answered for this meeting"
REQUEST = Rung(date(2022, 9, 12), "meeting", "P1.1a", "request 2022-10-04", 1)


@pytest.mark.parametrize(
    ("rung", "action", "day", "why"),
    [
        (DUE, make(), "2022-10-24", None),
        (DUE, None, "2022-10-24", "the plan no longer has this action"),
        (DUE, replace(make(), state="complete"), "2022-10-24", "it is complete"),
        (DUE, make("Nov-22"), "2022-10-24", "the timescale has moved"),
        (
            DUE,
            replace(make(), quiet_until=date(2022, 10, 24)),
            "2022-10-24",
            "quiet until 24 October 2022: it was answered or snoozed",
        ),
        (DUE, replace(make(), quiet_until=date(2022, 10, 23)), "2022-10-24", None),
        (
            DUE,
            replace(make(), proposal=Proposal("closure", None, "", "A", nine(STARTED), 1)),
            "2022-10-24",
            "done, awaiting agreement",
        ),
        (
            DUE,
            replace(make(), proposal=Proposal("timescale", parse_timescale("Mar-23"), "", "A", nine(STARTED), 1)),
            "2022-10-24",
            "a new timescale awaits agreement",
        ),
        (REQUEST, make(), "2022-09-12", None),
        (REQUEST, replace(make(), said=(say("rating", date(2022, 8, 26)),)), "2022-09-12", ANSWERED),
        (REQUEST, replace(make(), said=(say("rating", date(2022, 8, 25)),)), "2022-09-12", None),
        (REQUEST, replace(make(), said=(say("not_mine", date(2022, 9, 9)),)), "2022-09-12", None),
        (REQUEST, make(), "2022-10-05", "there is no meeting to report to"),
        (replace(REQUEST, rung="request 2022-10-03"), make(), "2022-09-12", "that meeting is past or moved"),
        (replace(DUE, kind="overdue"), make(), "2022-10-31", "it is no longer overdue"),
        (replace(DUE, kind="overdue"), make(), "2022-11-01", None),
        (replace(DUE, kind="lead"), replace(make(), quiet_until=date(2022, 12, 1)), "2022-11-14", None),
        (replace(DUE, kind="mitigation"), make(), "2022-11-14", "the mitigation is in place"),
    ],
)
def test_a_rung_is_said_or_silenced_by_the_facts_of_the_moment(
    rung: Rung, action: Action | None, day: str, why: str | None
) -> None:
    assert find_silence(rung, action, BOARD, nine(date.fromisoformat(day)), CALENDAR, POLICY) == why


def quiet_after(action: Action, today: date) -> date | None:
    """Until when an answer of the Council's alone, given today, keeps reminders of it away."""
    since, until = (CALENDAR.add_working_days(today, days) for days in (-POLICY.answer_lasts, POLICY.answer_lasts))
    return action.quiet_after(["Council"], since, until)


def test_a_shared_action_is_quiet_once_each_organisation_has_answered() -> None:
    today = date(2022, 10, 21)
    shared = make("Oct-22", OWN, NHS)
    assert quiet_after(shared, today) is None
    answered = replace(shared, said=(say("answer", date(2022, 10, 10), "NHS Trust"),))
    assert quiet_after(answered, today) == date(2022, 11, 4)


def test_an_answer_never_shortens_a_quiet_that_was_asked_for() -> None:
    snoozed = replace(make(), quiet_until=date(2022, 12, 1))
    assert quiet_after(snoozed, date(2022, 10, 21)) == date(2022, 12, 1)


# Who


@pytest.mark.parametrize(
    ("owners", "office", "schemes", "expected"),
    [
        ((OWN, NHS), (OFFICE,), ("console",), [(1, ""), (2, "")]),
        ((OWN, NOBODY), (OFFICE,), ("console",), [(1, ""), (9, "Survey Manager")]),
        ((NOBODY,), (), ("console",), [(0, "Survey Manager")]),
        ((OWN,), (OFFICE,), ("slack",), [(1, ""), (9, "A")]),  # out of reach: it waits, and is passed on
        ((OWN, NHS), (OFFICE,), (), [(1, ""), (2, ""), (9, "A + C")]),
        ((OWN, NOBODY), (OWN.people[0],), ("console",), [(1, "")]),  # the office holds the role itself
    ],
)
def test_a_role_nobody_can_be_reached_for_is_passed_on_by_the_office(
    owners: tuple[Owner, ...], office: tuple[Person, ...], schemes: tuple[str, ...], expected: list[tuple[int, str]]
) -> None:
    found = [(person.id if person else 0, role) for person, role in list_people(owners, office, schemes)]
    assert found == expected


# How many bundles


@given(days, st.sets(st.integers(-14, 13), max_size=8))
def test_a_week_never_has_a_third_bundle(day: date, offsets: set[int]) -> None:
    sent = {day + timedelta(days=n) for n in offsets}
    monday = day - timedelta(days=day.weekday())
    others = {one for one in sent if monday <= one <= monday + timedelta(days=6)} - {day}
    until = carry_until(day, sent, CALENDAR, POLICY)
    if len(others) >= 2:
        assert until is None
    elif len(others) == 1:
        assert until == CALENDAR.on_or_after(monday + timedelta(days=7)) - timedelta(days=1)
    else:
        assert until == day


@given(days, st.sets(st.integers(-14, 13), max_size=8))
def test_the_office_may_have_one_every_day_and_each_carries_only_its_own(day: date, offsets: set[int]) -> None:
    assert carry_until(day, {day + timedelta(days=n) for n in offsets}, CALENDAR, POLICY, daily=True) == day


@given(st.lists(days, min_size=1, max_size=60, unique=True))
def test_whatever_falls_due_is_carried_within_the_limit_and_before_it_is_too_late(falls: list[date]) -> None:
    """A person's bundles through a year, sent as the planner would: everything is carried, no later than the first
    working day of the week after."""
    waiting, sent, day = sorted(falls), [], min(falls)
    while waiting:
        day = CALENDAR.on_or_after(day)
        until = carry_until(day, sent, CALENDAR, POLICY)
        if until is not None and waiting[0] <= day:
            carried = [on for on in waiting if on <= until]
            for on in carried:
                assert day <= CALENDAR.on_or_after(on - timedelta(days=on.weekday()) + timedelta(days=7))
            waiting = [on for on in waiting if on > until]
            sent.append(day)
        day += timedelta(days=1)
    weeks = Counter(one.isocalendar()[:2] for one in sent)
    assert max(weeks.values()) <= POLICY.bundles_a_week


# What a bundle says


def items(*actions: Action, kind: str = "timescale") -> list[Item]:
    rung = REQUEST if kind == "meeting" else replace(DUE, kind=kind)  # type: ignore[arg-type]
    return [Item(replace(rung, subject=one.ref), one) for one in actions]


@given(st.integers(1, 60), st.sampled_from(["timescale", "overdue", "meeting", "starting"]))
def test_a_bundle_names_every_action_it_carries_and_shows_no_more_than_twenty_in_full(n: int, kind: str) -> None:
    refs = [f"P1.{number}a" for number in range(1, n + 1)]
    rungs = items(*(make(ref=ref) for ref in refs), kind=kind)
    message = compose_bundle(rungs, date(2022, 9, 12), CALENDAR, POLICY)
    shown = [line.split()[1] for line in message.text.splitlines() if line.startswith("- ")]
    assert len(shown) == min(n, 20)
    assert all(ref in message.text for ref in refs)
    assert len(shown) == len(set(shown))


def test_an_action_with_several_rungs_stands_once_with_the_reasons_of_each() -> None:
    both = [Item(DUE, make()), Item(REQUEST, make()), Item(replace(REQUEST, rung="chase 2022-10-04"), make())]
    text = compose_bundle(both, date(2022, 9, 26), CALENDAR, POLICY).text
    assert text.count("- P1.1a") == 1
    assert text.count("Please say where it stands for the meeting on 4 October 2022.") == 1


def test_the_most_urgent_stands_first() -> None:
    late, soon, later = make("Aug-22", ref="P1.1a"), make("Sep-22", ref="P1.1b"), make("Mar-23", ref="P1.1c")
    mixed = [*items(later, kind="meeting"), *items(soon), *items(late, kind="overdue")]
    text = compose_bundle(mixed, date(2022, 9, 12), CALENDAR, POLICY).text
    assert text.index("P1.1a") < text.index("P1.1b") < text.index("P1.1c")


@pytest.mark.parametrize(("n", "offered"), [(3, False), (4, True)])
def test_no_change_to_the_rest_is_offered_from_four_actions_on(n: int, offered: bool) -> None:
    due = items(*(make("Mar-23", ref=f"P1.{number}a") for number in range(n)))
    message = compose_bundle(due, date(2022, 10, 24), CALENDAR, POLICY)
    labels = [button.label for block in message.blocks if isinstance(block, Buttons) for button in block.buttons]
    assert ("No change to the rest" in labels) == offered


def test_the_text_alone_says_how_to_answer() -> None:
    text = compose_bundle(items(make()), date(2022, 10, 24), CALENDAR, POLICY).text
    assert text.splitlines() == [
        "1 action needs a word from you.",
        "- P1.1a · ⚪ Not yet rated · due 31 October 2022, in 5 working days",
        "  Write the charter.",
        "To answer, type for example: rag P1.1a on-track, nochange P1.1a, progress P1.1a and a sentence, "
        "or slipping P1.1a Dec-22 and why.",
    ]


@pytest.mark.parametrize(
    ("timescale", "today", "words"),
    [
        ("Oct-22", "2022-09-05", "due 31 October 2022"),
        ("Oct-22", "2022-10-03", "due 31 October 2022, in 20 working days"),
        ("Oct-22", "2022-10-28", "due 31 October 2022, in 1 working day"),
        ("Oct-22", "2022-10-31", "due 31 October 2022, today"),
        ("Oct-22", "2022-11-01", "was due 31 October 2022, 1 working day ago"),
        ("Dec-22", "2022-12-30", "due 31 December 2022, today is the last working day before it"),
        ("", "2022-09-05", "no timescale"),
    ],
)
def test_a_due_date_is_said_in_words(timescale: str, today: str, words: str) -> None:
    assert say_due(make(timescale), date.fromisoformat(today), CALENDAR) == words


def test_a_meeting_that_all_are_asked_about_is_named_once() -> None:
    several = items(make(ref="P1.1a"), make("Mar-23", ref="P1.1b"), kind="meeting")
    text = compose_bundle(several, date(2022, 9, 12), CALENDAR, POLICY).text
    assert text.count("for the meeting on 4 October 2022") == 1
    assert text.splitlines()[1] == "Please say where each stands for the meeting on 4 October 2022."


def test_still_going_says_how_many_it_answers_for() -> None:
    several = items(make("Sep-22", ref="P1.9a"), *(make("Mar-23", ref=f"P1.{n}a") for n in range(3)), kind="starting")
    asked = [replace(item, meets_on=date(2022, 10, 4)) for item in several]
    text = compose_bundle(asked, date(2022, 9, 5), CALENDAR, POLICY).text
    assert "Still going: the 3 not due before the meeting: going P1.0a P1.1a P1.2a" in text


def test_what_is_passed_on_says_what_would_cure_it() -> None:
    unlisted = Owner("FIS Manager", (Role("FIS Manager", listed=False),), ())
    vacant = Owner("B", (Role("B"),), ())
    passed = [
        Item(replace(DUE, passed_for="FIS Manager + B"), make("Oct-22", unlisted, vacant)),
        Item(replace(DUE, kind="lead", passed_for="Director"), make()),
    ]
    lines = compose_bundle(passed, date(2022, 9, 12), CALENDAR, POLICY).text.splitlines()
    assert lines[1].endswith("halfterm people set ROLE ADDRESS")
    assert lines[2].startswith("- FIS Manager: 1 action (P1.1a). ")
    assert lines[2].endswith('halfterm roles same "FIS Manager" ROLE')
    assert lines[3:] == ["- B: 1 action (P1.1a)", "- accountable lead Director: 1 action (P1.1a)"]
