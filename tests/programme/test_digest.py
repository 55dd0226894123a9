"""The digest: every action once, under the first thing that asks something of the chair, with what the record shows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from importlib.resources import files
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.blocks import MOST_BLOCKS, MOST_BYTES, render_all
from documents.papers import write_paper
from documents.picture import draw_ratings
from programme.calendar import Calendar, parse_bank_holidays, parse_terms
from programme.digest import Digest, gather_digest, list_signs
from programme.digest_words import compose_digest_message, compose_digest_paper, compose_since, say_counts
from programme.facts import Action, Escalation, Group, Meeting, Mitigation, Owner, Person, Proposal, Role, Said
from programme.messages import Table
from programme.plan import Metric, Point
from programme.policy import Policy
from programme.rag import Rag
from programme.timescales import parse_timescale

TERMS = files("bot").joinpath("sample/terms.csv").read_text(encoding="utf-8")
HOLIDAYS = files("programme").joinpath("bank_holidays_england.csv").read_text(encoding="utf-8")
CALENDAR = Calendar(parse_bank_holidays(HOLIDAYS), half_terms=parse_terms(TERMS))
POLICY = Policy()
OWN = Owner("A", (Role("A", "Officer A", "Council: One"),), (Person(1, "console:A", "A"),))
BEFORE, NEXT, AFTER = (
    Meeting(n, "The Board", datetime.fromisoformat(f"{day}T10:00+00:00").astimezone(UTC))
    for n, day in enumerate(("2022-07-05", "2022-10-04", "2022-11-15"))
)
BOARD = Group(1, "The Board", strategic=True, meetings=(BEFORE, NEXT, AFTER))
NOW = datetime(2022, 9, 27, 8, tzinfo=UTC)
WRITTEN = date(2022, 9, 20)
_numbers = count(1)


def make(timescale: str = "Mar-23", ref: str = "P1.1a", **changes: object) -> Action:
    when = parse_timescale(timescale)
    plain = Action(
        id=next(_numbers),
        ref=ref,
        focus_area=ref[:-1],
        priority=ref[:2],
        text="Write the charter.",
        owners=(OWN,),
        timescale=when,
        first_timescale=when,
        state="open",
        rag=None,
        rag_by="",
        rag_at=None,
        quiet_until=None,
        last_entry_on=None,
        success_criteria="Families know their rights.",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def said(kind: str, day: str, value: str = "", words: str = "") -> Said:
    on = date.fromisoformat(day)
    return Said(kind, datetime.combine(on, time(10), UTC), on, "console:A", "Council", value, words)


def proposed(kind: str, day: str = "2022-09-20", to: str = "Mar-23") -> Proposal:
    at = datetime.fromisoformat(f"{day}T10:00+00:00")
    when = parse_timescale(to) if kind == "timescale" else None
    return Proposal(kind, when, "we are waiting for the printer", "console:A", at, 1)  # type: ignore[arg-type]


def alarm(kind: Rag = Rag.AT_RISK, acknowledged: bool = False) -> Escalation:
    at = datetime(2022, 9, 20, 9, tzinfo=UTC)
    return Escalation("P1.1a", kind, "console:A", at, 1, at, "open", at if acknowledged else None)


MITIGATION = Mitigation("use the library's printer", "C", "Oct-22", date(2022, 10, 31), False, None, date(2022, 9, 20))
AT_RISK = {
    "rag": Rag.AT_RISK,
    "escalation": alarm(),
    "said": (said("rating", "2022-09-20", "at_risk", "the printer has closed"),),
}


def gather(*actions: Action, group: Group = BOARD, now: datetime = NOW, **metrics: Metric) -> Digest:
    by_ref = {metric.ref: metric for metric in metrics.values()}
    return gather_digest(group, [group], actions, by_ref, {}, now, CALENDAR, POLICY)


def placed(action: Action, **kwargs: object) -> tuple[str, str]:
    """The section an action stands in, and its note there."""
    digest = gather(action, **kwargs)  # type: ignore[arg-type]
    ((section, line),) = [(section, line) for section in digest.sections for line in section.lines]
    return section.title, line.note


# Where an action stands


@pytest.mark.parametrize(
    ("action", "section"),
    [
        (make(rag=Rag.DEFERRED), "Deferred"),
        (make("Aug-22", rag=Rag.DEFERRED, proposal=proposed("timescale")), "Deferred"),
        (make(**AT_RISK), "Escalated"),
        (make("Aug-22", **AT_RISK), "Escalated"),
        (make(rag=Rag.VULNERABLE), "Escalated"),  # the plan said so before anybody could escalate it here
        (make("Aug-22"), "Overdue on the day of the meeting"),
        (make("Sep-22"), "Overdue on the day of the meeting"),  # not yet overdue on the day of the pack
        (make("Oct-22"), "Due before the meeting after"),
        (make("Nov-22"), "No update for this meeting"),
        (make("Mar-23", moves=("Mar-23",)), "Timescale moved"),
        (make(proposal=proposed("closure")), "To agree"),
        (make("Aug-22", proposal=proposed("timescale")), "To agree"),
        (make(proposal=proposed("closure", "2022-07-01")), "Carried from the last meeting"),
        (make(said=(said("answer", "2022-09-13"),)), "Others open"),
        (make(state="complete"), "Complete"),
    ],
)
def test_an_action_stands_under_the_first_thing_that_asks_something_of_the_chair(action: Action, section: str) -> None:
    assert placed(action)[0] == section


@pytest.mark.parametrize(
    ("action", "note"),
    [
        (
            make("Mar-23", first_timescale=parse_timescale("Oct-22"), rag=Rag.DEFERRED, mitigation=MITIGATION),
            "First Oct-22, now Mar-23. Mitigation: use the library's printer; C; by Oct-22 (written, not in place).",
        ),
        (
            make("Oct-22", rag=Rag.DEFERRED, proposal=proposed("timescale")),
            "First Oct-22. Mar-23 proposed in place of Oct-22. We are waiting for the printer. "
            "Mitigation: none written yet.",
        ),
        (
            make(**AT_RISK),
            "not yet acknowledged. The printer has closed. Mitigation: none written yet.",
        ),
        (
            make(**{**AT_RISK, "escalation": alarm(acknowledged=True)}, mitigation=MITIGATION),
            "acknowledged after 0 minutes. The printer has closed. "
            "Mitigation: use the library's printer; C; by Oct-22 (written, not in place).",
        ),
        (
            make(proposal=proposed("closure")),
            "Done, awaiting agreement. We are waiting for the printer. "
            "Success criteria: Families know their rights. Latest metric: Two schools (Jan 2022).",
        ),
        (make("Aug-22"), "was due 31 August 2022, overdue by 23 working days on the day"),
        (make("Sep-22"), "due 30 September 2022, overdue by 2 working days on the day"),
        (make("Mar-23", moves=("Mar-23",)), "due 31 March 2023"),
        (
            make(**{**AT_RISK, "rag": Rag.ON_TRACK}),
            "At risk, not yet acknowledged. The printer has closed. Mitigation: none written yet.",
        ),
    ],
)
def test_what_is_said_of_an_action_is_what_the_chair_needs_to_decide(action: Action, note: str) -> None:
    metric = Metric("P1.1a", (Point("Jan 2022", "Two schools"), Point("Sep 2022", None)))
    assert placed(action, metric=metric)[1] == note


def test_nobody_has_failed_to_answer_before_anybody_was_asked() -> None:
    assert placed(make("Nov-22"), now=datetime(2022, 9, 9, 8, tzinfo=UTC))[0] == "Others open"


def test_a_group_that_does_not_hold_an_action_or_asks_nobody_is_told_of_no_missing_update() -> None:
    informed = replace(BOARD, kinds=("informed",))
    assert placed(make("Nov-22"), group=informed)[0] == "Others open"


def test_an_action_that_is_overdue_and_unanswered_stands_once_and_says_both() -> None:
    (section,) = gather(make("Aug-22")).sections
    assert section.lines[0].signs == (
        "no written entry yet",
        "no update for this meeting",
    )


def test_the_sections_are_read_in_the_order_of_what_is_asked() -> None:
    actions = (
        make(ref="P1.1a", state="complete"),
        make(ref="P1.1b", said=(said("answer", "2022-09-13"),)),
        make(ref="P1.1c", proposal=proposed("closure", "2022-07-01")),
        make("Nov-22", ref="P1.1d"),
        make(ref="P1.1e", proposal=proposed("closure")),
        make("Mar-23", ref="P1.2a", moves=("Mar-23",)),
        make("Oct-22", ref="P1.2b"),
        make("Aug-22", ref="P1.2c"),
        make(ref="P1.2d", **AT_RISK),
        make(ref="P1.2e", rag=Rag.DEFERRED),
    )
    digest = gather(*actions, metric=Metric("P1.1d", (Point("Sep 2022", None),)))
    heads = [line for line in compose_digest_message(digest).text.splitlines() if not line.startswith("- ")]
    assert heads[2:-1] == [
        "Agenda:",
        "1. Escalated and not yet acknowledged (1)",
        "2. To agree or return (2)",
        "3. Deferred (1)",
        "4. Overdue on the day of the meeting (1)",
        "5. Due before the meeting after (1)",
        "6. Timescale moved (1)",
        "7. No update for this meeting (1)",
        "8. Figures due (1)",
        "Deferred: 1.",
        "Escalated: 1.",
        "Overdue on the day of the meeting: 1.",
        "Due before the meeting after: 1.",
        "Timescale moved: 1.",
        "To agree: 1.",
        "To agree or return them: agree P1.1e, return P1.1e and why, or agree all.",
        "No update for this meeting: 1.",
        "Figures due.",
        "Carried from the last meeting: 1.",
        "To agree or return them: agree P1.1c, return P1.1c and why, or agree all.",
    ]


def test_without_a_meeting_the_digest_is_for_today_and_looks_seven_weeks_ahead() -> None:
    alone = replace(BOARD, meetings=())
    digest = gather(make("Oct-22"), make("Aug-22", ref="P1.1b"), make(ref="P1.1c"), group=alone)
    assert (digest.day, digest.has_meeting) == (date(2022, 9, 27), False)
    assert [section.title for section in digest.sections] == ["Overdue", "Due in the next seven weeks", "Others open"]
    assert compose_digest_message(digest).text.startswith("The Board: digest for 27 September 2022.")


def test_a_scope_limits_what_a_digest_shows_and_not_what_the_group_holds() -> None:
    scoped = replace(BOARD, scope=("P2", "P1.3"))
    digest = gather(make(ref="P1.1a"), make(ref="P1.3a"), make(ref="P2.1a"), group=scoped)
    assert sorted(line.action.ref for section in digest.sections for line in section.lines) == ["P1.3a", "P2.1a"]
    assert digest.total == 2


# Counts


def test_counts_say_not_yet_rated_and_the_change_since_the_last_meeting() -> None:
    before = said("rating", "2022-06-01", "on_track")
    digest = gather(
        make(ref="P1.1a"),
        make(ref="P1.1b", rag=Rag.ON_TRACK, said=(before,)),
        make(ref="P1.1c", rag=Rag.AT_RISK, said=(before, said("rating", "2022-09-20", "at_risk"))),
        make(ref="P1.1d", rag=Rag.ON_TRACK, said=(said("rating", "2022-09-20", "on_track"),)),
        make(ref="P1.1e", state="complete", said=(said("agree", "2022-09-20", "complete"),)),
    )
    assert say_counts(digest) == (
        "5 actions: 🔴 At risk 1 (+1), 🟢 On track 2, ⚪ Not yet rated 1 (−2), ✅ Complete 1 (+1)"
    )


def test_an_action_imported_as_complete_is_no_change() -> None:
    assert say_counts(gather(make(state="complete"))) == "1 action: ✅ Complete 1"


# Honest ratings


@pytest.mark.parametrize(
    ("action", "last_meeting", "had_since", "signs"),
    [
        pytest.param(make(last_entry_on=WRITTEN), None, None, (), id="nothing to say"),
        pytest.param(make("Aug-22", last_entry_on=WRITTEN), None, None, ("overdue by 18 working days",), id="overdue"),
        pytest.param(
            make(first_timescale=parse_timescale("Oct-22"), moves=("Dec-22", "Mar-23"), last_entry_on=WRITTEN),
            None,
            None,
            ("moved twice Oct-22→Mar-23",),
            id="moved twice",
        ),
        pytest.param(
            make(last_entry_on=date(2022, 7, 4)),
            BEFORE.starts_at,
            None,
            ("no written entry since the last meeting",),
            id="silent since the last meeting",
        ),
        pytest.param(make(last_entry_on=date(2022, 7, 5)), BEFORE.starts_at, None, (), id="written at the meeting"),
        pytest.param(
            make(last_entry_on=date(2022, 3, 1)),
            BEFORE.starts_at,
            date(2022, 9, 5),
            (),
            id="they have only had it since the meeting",
        ),
        pytest.param(make(), None, date(2022, 9, 5), (), id="had it for less than thirty working days"),
        pytest.param(make(), None, None, ("no written entry yet",), id="never"),
        pytest.param(
            make(state="complete"), None, None, ("no evidence supplied",), id="complete without evidence supplied"
        ),
        pytest.param(
            make(proposal=proposed("closure"), last_entry_on=WRITTEN),
            None,
            None,
            ("no evidence supplied",),
            id="proposed without",
        ),
        pytest.param(
            make(state="complete", said=(said("evidence", "2022-09-20", words="https://example.org"),)),
            None,
            None,
            (),
            id="with",
        ),
        pytest.param(
            make(mitigation=MITIGATION, last_entry_on=WRITTEN),
            None,
            None,
            ("mitigation written, not in place",),
            id="mitigation",
        ),
    ],
)
def test_the_record_is_shown_beside_what_was_reported(
    action: Action, last_meeting: datetime | None, had_since: date | None, signs: tuple[str, ...]
) -> None:
    assert list_signs(action, date(2022, 9, 27), last_meeting, had_since, CALENDAR, POLICY) == signs


def test_thirty_working_days_without_an_entry_are_counted_without_the_school_holidays() -> None:
    action = make(last_entry_on=date(2022, 12, 1))  # eleven days to the end of term; the next begins on 3 January
    signs = [list_signs(action, date(2023, 1, day), None, None, CALENDAR, POLICY) for day in (27, 30)]
    assert signs == [(), ("no written entry for 31 working days",)]


# Each action once


@st.composite
def any_action(draw: st.DrawFn, ref: str) -> Action:
    rag = draw(st.none() | st.sampled_from(Rag))
    timescale = draw(st.sampled_from(["Jul-22", "Sep-22", "Oct-22", "Dec-22", "Mar-23", "TBC", "Ongoing", ""]))
    ratings = (said("rating", draw(st.sampled_from(["2022-06-01", "2022-09-20"])), rag, "why"),) if rag else ()
    state = draw(st.sampled_from(["open", "open", "open", "complete"]))
    proposal = draw(st.none() | st.builds(proposed, st.sampled_from(["closure", "timescale"]), st.just("2022-09-20")))
    return make(
        timescale,
        ref,
        rag=rag,
        said=ratings,
        state=state,
        moves=draw(st.sampled_from([(), ("Dec-22",), ("Dec-22", "Mar-23")])),
        proposal=proposal if state == "open" else None,
        escalation=draw(st.none() | st.builds(alarm, st.sampled_from([Rag.AT_RISK, Rag.VULNERABLE]), st.booleans())),
        mitigation=draw(st.none() | st.just(MITIGATION)),
        last_entry_on=draw(st.none() | st.dates(date(2022, 1, 1), date(2022, 9, 27))),
    )


@st.composite
def programmes(draw: st.DrawFn) -> list[Action]:
    refs = [f"P{n % 2 + 1}.{n // 5 + 1}{'abcde'[n % 5]}" for n in range(draw(st.integers(0, 12)))]
    return [draw(any_action(ref)) for ref in refs]


@given(programmes(), st.sampled_from([BOARD, replace(BOARD, meetings=()), replace(BOARD, scope=("P1",))]))
def test_a_digest_names_each_action_exactly_once(actions: list[Action], group: Group) -> None:
    digest = gather(*actions, group=group)
    shown = sorted(one.ref for one in actions if not group.scope or one.priority == "P1")
    assert sorted(line.action.ref for section in digest.sections for line in section.lines) == shown
    tables = [block for block in compose_digest_paper(digest).blocks if isinstance(block, Table)]
    assert sorted(row[0] for table in tables for row in table.rows) == shown
    assert sum(one.now for one in digest.counts) == digest.total == len(shown)


@given(programmes())
def test_the_short_message_names_each_action_of_its_sections_once_and_keeps_within_slacks_limits(
    actions: list[Action],
) -> None:
    digest = gather(*actions)
    message = compose_digest_message(digest)
    bullets = [line for line in message.text.splitlines() if line.startswith("- ")]
    for section in digest.sections:
        for line in section.lines:
            named = sum(line.action.ref in bullet.replace(",", " ").split() for bullet in bullets)
            assert named == (0 if section.title in ("Others open", "Complete") else 1), line.action.ref
    assert len(render_all(message)) >= 1


def fifty_four() -> list[Action]:
    """A programme in which every section has many actions with long texts."""
    long = {"text": "Work with every school, family and service to do what was agreed, and show it. " * 4}
    kinds = (
        {"rag": Rag.DEFERRED},
        {**AT_RISK, "mitigation": MITIGATION},
        {},
        {"proposal": proposed("closure")},
        {"proposal": proposed("timescale")},
        {"moves": ("Dec-22", "Mar-23")},
    )
    return [
        make(("Aug-22", "Oct-22", "Mar-23")[n % 3], f"P1.{n}a", **{**long, **kinds[n % len(kinds)]}) for n in range(54)
    ]


def test_a_digest_of_fifty_four_actions_is_posted_and_never_rejected() -> None:
    message = compose_digest_message(gather(*fifty_four()))
    posts = render_all(message)
    assert len(posts) <= 2
    for post in posts:
        assert len(post.blocks) <= MOST_BLOCKS
        assert len(json.dumps(post.blocks).encode()) <= MOST_BYTES


@pytest.mark.parametrize("kind", ["text", "html", "docx", "pdf", "xlsx"])
def test_the_whole_digest_can_be_written_in_every_kind(kind: str) -> None:
    digest = gather(*fifty_four(), metric=Metric("P1.0a", (Point("Sep 2022", None),)))
    assert len(write_paper(compose_digest_paper(digest), kind)) > 1_000  # type: ignore[arg-type]


def test_an_empty_digest_is_a_sentence_and_a_paper_too() -> None:
    digest = gather()
    assert "0 actions" in compose_digest_message(digest).text
    assert write_paper(compose_digest_paper(digest), "text")


def test_a_paper_says_its_counts_once() -> None:
    before = said("rating", "2022-06-01", "on_track")
    later = said("rating", "2022-09-20", "at_risk")
    digest = gather(make(rag=Rag.AT_RISK, said=(before, later)), make(ref="P1.1b"))
    picture = draw_ratings([(count.look, count.now) for count in digest.counts], digest.group)
    text = write_paper(compose_digest_paper(digest, picture), "text").decode()
    assert text.count("Not yet rated: 1") + text.count("1 Not yet rated") + text.count("Not yet rated 1") <= 1
    assert "Since the meeting on 5 July 2022: 🔴 At risk +1, 🟢 On track −1" in text
    assert "2 actions: 🔴 At risk 1 (+1)" in write_paper(compose_digest_paper(digest), "text").decode()


def test_a_proposal_with_its_reason_is_an_update_for_the_meeting() -> None:
    (section,) = gather(make(proposal=proposed("timescale"))).sections
    assert "no update for this meeting" not in section.lines[0].signs


def test_a_group_is_not_offered_to_agree_what_it_does_not_hold() -> None:
    cabinet = replace(BOARD, id=2, name="Cabinet", strategic=False)
    digest = gather_digest(
        cabinet, [BOARD, cabinet], [make(proposal=proposed("closure"))], {}, {}, NOW, CALENDAR, POLICY
    )
    assert "To agree: 1." in compose_digest_message(digest).text
    assert "agree P1.1a" not in compose_digest_message(digest).text


# Since the pack


def test_the_morning_note_says_what_moved_since_the_pack_and_not_what_it_already_said() -> None:
    pack_at = datetime(2022, 9, 27, 8, tzinfo=UTC)
    since = said("progress", "2022-09-30", words="the map is out")
    actions = [
        make(ref="P1.1a", said=(said("progress", "2022-09-26", words="before"), since)),
        make("Sep-22", ref="P1.1b"),
        make("Aug-22", ref="P1.1c"),
        make(ref="P1.1d"),
    ]
    text = compose_since("The Board", actions, pack_at, {"console:A": "A"}.__getitem__, CALENDAR).text
    assert text.splitlines() == [
        "The Board meets today: what has moved since the pack of 27 September 2022.",
        "- P1.1a ⚪ Not yet rated: A: the map is out",
    ]


def test_a_quiet_week_is_said_in_one_sentence() -> None:
    note = compose_since("The Board", [make()], NOW, str, CALENDAR)
    assert note.text == "The Board meets today: what has moved since the pack of 27 September 2022: nothing."


def test_what_moved_is_said_by_what_it_was() -> None:
    rated = said("rating", "2022-09-28", "at_risk", "the printer has closed")
    eased = said("rating", "2022-09-29", "on_track")
    actions = [
        make(ref="P1.1a", said=(said("evidence", "2022-09-28", words="https://e.org/x"),), proposal=_since("closure")),
        make(ref="P1.1b", said=(said("timescale", "2022-09-28", "Dec-22"),), proposal=_since("timescale", "Dec-22")),
        make(ref="P1.1c", proposal=_since("closure")),
        make(ref="P1.1d", rag=Rag.ON_TRACK, said=(rated, eased)),
        make(ref="P1.1e", said=(said("answer", "2022-09-28", "no change"),)),
        make(ref="P1.2a", said=(said("evidence", "2022-09-28", words="https://e.org/y"),)),
        make(ref="P1.2b", said=(said("return", "2022-09-28", "closure", "add the report"),)),
        make(ref="P1.2c", state="complete", said=(said("agree", "2022-09-28", "complete"),)),
        make(ref="P1.2d", said=(said("figure", "2022-09-28", "Sep 2022", "12 schools"),)),
        make(ref="P1.2e", mitigation=replace(MITIGATION, in_place_at=datetime(2022, 9, 29, tzinfo=UTC))),
    ]
    text = compose_since("The Board", actions, datetime(2022, 9, 27, 8, tzinfo=UTC), lambda _by: "A", CALENDAR).text
    assert text.splitlines()[1:] == [
        "- P1.1a ⚪ Not yet rated: A: done, awaiting agreement: https://e.org/x",
        "- P1.1b ⚪ Not yet rated: A: Dec-22 proposed",
        "- P1.1c ⚪ Not yet rated: A: done, awaiting agreement",
        "- P1.1d 🟢 On track: A: rated 🔴 At risk: the printer has closed; A: rated so",
        "- P1.1e ⚪ Not yet rated: A: no change",
        "- P1.2a ⚪ Not yet rated: A: evidence given: https://e.org/y",
        "- P1.2b ⚪ Not yet rated: A: does not agree that it is done: add the report",
        "- P1.2c ✅ Complete: A: agreed that it is complete",
        "- P1.2d ⚪ Not yet rated: A: figure for Sep 2022: 12 schools",
        "- P1.2e ⚪ Not yet rated: mitigation in place",
    ]


def _since(kind: str, to: str = "Mar-23") -> Proposal:
    return replace(proposed(kind, "2022-09-28", to), words="")


# Decisions of what is overdue


def test_decisions_stand_first_in_their_section_and_are_named_after_it_where_it_is_cut_off() -> None:
    minute = said("minute", "2022-07-05", "The Board, 5 July 2022", "the Board thanks the team")
    actions = [make("Aug-22", ref=f"P1.1{letter}") for letter in "abcdefg"]
    lines = compose_digest_message(gather(*actions, make("Sep-22", ref="P1.2a", said=(minute,)))).text.splitlines()
    at = lines.index("Overdue on the day of the meeting: 8.")
    assert lines[at + 1].startswith("- P1.2a")
    assert "decided at the last meeting: The Board thanks the team" in lines[at + 1]
    assert not any(line.startswith("Also decided") for line in lines)
    actions = [make("Aug-22", ref=f"P1.1{letter}", said=(minute,)) for letter in "abcdefg"]
    lines = compose_digest_message(gather(*actions)).text.splitlines()
    assert lines[-2] == "Also decided at the last meeting or before: P1.1f, P1.1g"


def test_a_minute_of_a_name_that_no_group_has_now_is_of_the_group_that_holds_the_action() -> None:
    minute = said("minute", "2022-07-05", "The Panel, 5 July 2022", "the Panel thanks the team")
    other = replace(BOARD, id=2, name="The Team", strategic=False)
    shown = [
        [
            section.title
            for section in gather_digest(
                group, [BOARD, other], [make(said=(minute,))], {}, {}, NOW, CALENDAR, POLICY
            ).sections
        ]
        for group in (BOARD, other)
    ]
    assert shown == [["Decided at the last meeting"], ["Others open"]]


def test_without_an_entry_is_counted_to_today_and_not_to_the_day_of_the_meeting() -> None:
    alone = replace(BOARD, meetings=tuple(one for one in BOARD.meetings if one.starts_at > NOW))
    quiet = make(last_entry_on=date(2022, 6, 1), said=(said("answer", "2022-09-13"),))
    ((section),) = gather(quiet, group=alone).sections
    [line] = section.lines
    today = list_signs(quiet, date(2022, 9, 27), None, None, CALENDAR, POLICY)
    assert today[0].startswith("no written entry for")
    assert line.signs == today
