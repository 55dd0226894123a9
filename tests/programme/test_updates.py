"""What each thing said of an action changes, owes and refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.facts import Action, Mitigation
from programme.messages import UserError
from programme.rag import Rag
from programme.timescales import parse_timescale
from programme.updates import (
    Update,
    acknowledge,
    add_evidence,
    add_mitigation,
    add_progress,
    agree_calm,
    answer,
    change_rag,
    confirm_mitigation,
    decide_proposal,
    disown,
    list_alarmed,
    propose_closure,
    propose_timescale,
    reopen,
    says_none,
    snooze,
)
from tests.programme.people import NOW, TODAY, action, actor, alarm, proposal, rated

A, B = actor("A"), actor("B")
QUIET = date(2022, 9, 19)


def rate(
    one: Action, rag: Rag, reason: str = "", *, who: str = "A", owner: bool = True, decides: bool = False
) -> Update:
    return change_rag(one, rag, reason, actor(who), TODAY, QUIET, owner=owner, decides=decides)


@pytest.mark.parametrize(
    ("rag", "reason", "owed", "raised"),
    [
        (Rag.AT_RISK, "", ("reason", "mitigation"), "raise"),
        (Rag.AT_RISK, "no staff", ("mitigation",), "raise"),
        (Rag.VULNERABLE, "", ("reason",), "raise"),
        (Rag.VULNERABLE, "no staff", (), "raise"),
        (Rag.ON_TRACK, "", (), None),
        (Rag.DEFERRED, "", ("reason", "timescale", "mitigation"), None),
        (Rag.DEFERRED, "no staff", ("timescale", "mitigation"), None),
    ],
)
def test_each_rating_is_saved_with_what_it_owes(
    rag: Rag, reason: str, owed: tuple[str, ...], raised: str | None
) -> None:
    update = rate(action(), rag, reason)
    assert (update.owed, update.alarm) == (owed, raised)
    assert update.columns == {"rag": rag, "rag_by": "console:A", "quiet_until": QUIET}
    assert (update.entry, update.value, update.words) == ("rating", rag, reason)


@pytest.mark.parametrize(
    ("timescale", "proposed", "owed"),
    [
        ("Aug-22", False, ("timescale", "completion")),
        ("Aug-22", True, ()),
        ("5 September 2022", False, ()),
        ("Oct-22", False, ()),
        ("Ongoing", False, ()),
        ("TBC", False, ()),
    ],
)
def test_on_track_past_its_timescale_owes_a_new_one_or_completion(
    timescale: str, proposed: bool, owed: tuple[str, ...]
) -> None:
    one = action(timescale=parse_timescale(timescale), proposal=proposal("A") if proposed else None)
    assert rate(one, Rag.ON_TRACK).owed == owed


def test_a_mitigation_in_place_does_for_no_new_alarm() -> None:
    written = Mitigation("by hand", "B", "", None, False, None, TODAY)
    assert rate(action(mitigation=written), Rag.AT_RISK, "no staff").owed == ()
    assert rate(action(mitigation=replace(written, in_place_at=NOW)), Rag.AT_RISK, "no staff").owed == ("mitigation",)


@pytest.mark.parametrize("kind", [Rag.AT_RISK, Rag.VULNERABLE])
def test_the_same_alarm_is_explained_and_never_raised_twice(kind: Rag) -> None:
    open_alarm = action(rag=kind, escalation=alarm("A", kind, explained=False), said=(rated("A", kind),))
    assert rate(open_alarm, kind).alarm is None
    assert "reason" in rate(open_alarm, kind).owed
    assert rate(open_alarm, kind, "no staff", who="B").alarm == "explain"
    explained = replace(open_alarm, escalation=alarm("A", kind))
    assert rate(explained, kind, "nor money").alarm is None
    assert "reason" not in rate(explained, kind).owed


def test_a_worse_rating_raises_another() -> None:
    vulnerable = action(rag=Rag.VULNERABLE, escalation=alarm("A", Rag.VULNERABLE))
    assert rate(vulnerable, Rag.AT_RISK, "no staff").alarm == "raise"


@pytest.mark.parametrize("state", ["closed", "undone"])
def test_an_alarm_that_is_over_is_raised_again(state: str) -> None:
    assert rate(action(escalation=alarm("A", state=state)), Rag.AT_RISK, "again").alarm == "raise"


AT_RISK = action("A", "B", rag=Rag.AT_RISK, escalation=alarm("A"), said=(rated("A", Rag.AT_RISK),))


def test_ones_own_alarm_is_closed_by_rating_it_on_track() -> None:
    assert rate(AT_RISK, Rag.ON_TRACK).alarm == "close"


def test_over_a_colleagues_alarm_on_track_needs_a_reason_and_leaves_it_open() -> None:
    with pytest.raises(UserError, match="please say why it is on track now"):
        rate(AT_RISK, Rag.ON_TRACK, who="B")
    assert rate(AT_RISK, Rag.ON_TRACK, "the hall is lent", who="B").alarm is None


def test_who_decides_closes_it_without_a_reason() -> None:
    assert rate(AT_RISK, Rag.ON_TRACK, who="D", owner=False, decides=True).alarm == "close"


def test_an_alarm_two_share_is_closed_by_neither_alone() -> None:
    both = replace(AT_RISK, said=(*AT_RISK.said, rated("B", Rag.AT_RISK, minutes=5)))
    with pytest.raises(UserError):
        rate(both, Rag.ON_TRACK)
    one_calm = replace(both, rag=Rag.ON_TRACK, said=(*both.said, rated("A", Rag.ON_TRACK, minutes=9)))
    assert rate(one_calm, Rag.ON_TRACK, who="B").alarm == "close"


def test_whose_alarm_it_is_counts_from_the_day_it_was_raised() -> None:
    said = (rated("C", Rag.AT_RISK, minutes=-60), rated("A", Rag.AT_RISK), rated("B", Rag.AT_RISK, minutes=1))
    assert list_alarmed(action(said=said), alarm("A")) == {"console:A", "console:B"}
    calm = (*said, rated("B", Rag.ON_TRACK, minutes=2))
    assert list_alarmed(action(said=calm), alarm("A")) == {"console:A"}


@pytest.mark.parametrize(
    ("who", "decides", "closes"), [("A", False, "close"), ("B", False, None), ("B", True, "close")]
)
def test_deferring_closes_ones_own_alarm_only(who: str, decides: bool, closes: str | None) -> None:
    assert rate(AT_RISK, Rag.DEFERRED, "the law may change", who=who, decides=decides).alarm == closes


@pytest.mark.parametrize("rag", list(Rag))
def test_who_does_not_own_it_owes_a_reason_for_every_rating(rag: Rag) -> None:
    assert "reason" in rate(action(), rag, who="D", owner=False, decides=True).owed


def test_calm_is_agreed_only_while_the_alarm_is_open_and_it_is_on_track() -> None:
    calm = replace(AT_RISK, rag=Rag.ON_TRACK)
    assert (agree_calm(calm).alarm, dict(agree_calm(calm).columns)) == ("close", {})
    for one in (AT_RISK, replace(calm, escalation=alarm("A", state="closed")), replace(calm, escalation=None)):
        with pytest.raises(UserError, match="Nothing is waiting to be agreed"):
            agree_calm(one)


@pytest.mark.parametrize(
    "text", ["none", "None, it was a call", "no evidence", "there is none yet", "N/A", "not needed", "because we rang"]
)
def test_a_reason_for_no_evidence_is_kept_as_a_reason(text: str) -> None:
    assert says_none(text)
    assert add_evidence(action(), text, QUIET).entry == "reason"
    closed = propose_closure(action(), text)
    assert (closed.entry, closed.owed) == ("reason", ())


@pytest.mark.parametrize(
    "text", ["https://example.org", "Nonesuch House, shelf 3", "the noticeboard", "in the minutes"]
)
def test_evidence_is_kept_as_evidence(text: str) -> None:
    assert not says_none(text)
    assert add_evidence(action(), text, QUIET).entry == "evidence"


def test_closure_owes_evidence_once() -> None:
    assert propose_closure(action(), "").owed == ("evidence",)
    supplied = replace(rated("A", Rag.ON_TRACK), kind="evidence")
    assert propose_closure(action(said=(supplied,)), "").owed == ()
    with pytest.raises(UserError, match="already done, awaiting agreement"):
        propose_closure(action(proposal=proposal("A")), "")


@given(st.integers(-400, 4_000))
def test_a_new_timescale_is_to_come_and_another_one(days: int) -> None:
    day = TODAY + timedelta(days=days)
    new = parse_timescale(day.isoformat())
    one = action()
    if day < TODAY or day == one.timescale.due_on:
        with pytest.raises(UserError):
            propose_timescale(one, new, "why", TODAY)
    else:
        update = propose_timescale(one, new, "why", TODAY)
        assert (update.timescale, update.owed, dict(update.columns)) == (new, (), {})


def test_agreeing_a_timescale_changes_it_and_never_the_first() -> None:
    new = parse_timescale("Dec-22")
    update = decide_proposal(action(proposal=proposal("A", "timescale", new)), "agreed", "")
    assert update.columns == {
        "timescale": "Dec-22",
        "due_on": date(2022, 12, 31),
        "due_exact": False,
        "due_state": "dated",
    }


def test_agreeing_a_closure_completes_it_and_closes_the_alarm() -> None:
    update = decide_proposal(action(proposal=proposal("A")), "agreed", "well done")
    assert (update.columns, update.alarm, update.decide) == ({"state": "complete"}, "close", "agreed")


def test_a_return_needs_a_reason() -> None:
    proposed = action(proposal=proposal("A"))
    with pytest.raises(UserError, match="Say why it goes back"):
        decide_proposal(proposed, "returned", "  ")
    update = decide_proposal(proposed, "returned", "the survey is missing")
    assert (update.decide, dict(update.columns)) == ("returned", {})
    with pytest.raises(UserError, match="Nothing is waiting"):
        decide_proposal(action(), "agreed", "")


@pytest.mark.parametrize(
    ("until", "allowed"),
    [(TODAY, False), (date(2022, 10, 3), True), (date(2022, 10, 4), False), (date(2023, 1, 1), False)],
)
def test_quiet_ends_before_the_next_meeting(until: date, allowed: bool) -> None:
    meeting = date(2022, 10, 4)
    if allowed:
        assert snooze(action(), until, "on leave", TODAY, meeting).columns == {"quiet_until": until}
    else:
        with pytest.raises(UserError):
            snooze(action(), until, "", TODAY, meeting)


def test_an_entry_of_an_earlier_day_does_not_make_the_newest_older() -> None:
    newer = action(last_entry_on=date(2022, 9, 6))
    assert "last_entry_on" not in add_progress(newer, "printed", TODAY, QUIET).columns
    assert add_progress(action(), "printed", TODAY, QUIET).columns["last_entry_on"] == TODAY


def test_a_tap_is_an_answer_and_no_progress() -> None:
    update = answer(action(), "no change", QUIET)
    assert (update.entry, update.words, dict(update.columns)) == ("answer", "", {"quiet_until": QUIET})


COMPLETE = action(state="complete")
IN_PLACE = Mitigation("by hand", "B", "", None, False, NOW, TODAY)


@pytest.mark.parametrize(
    "say",
    [
        lambda: rate(COMPLETE, Rag.AT_RISK, "no staff"),
        lambda: answer(COMPLETE, "no change", QUIET),
        lambda: disown(COMPLETE, "", QUIET),
        lambda: propose_closure(COMPLETE, ""),
        lambda: propose_timescale(COMPLETE, parse_timescale("Dec-22"), "", TODAY),
        lambda: snooze(COMPLETE, date(2022, 10, 3), "", TODAY, None),
        lambda: add_mitigation(COMPLETE, "by hand", "B", None),
        lambda: add_progress(action(), " ", TODAY, QUIET),
        lambda: add_evidence(action(), " ", QUIET),
        lambda: add_mitigation(action(), " ", "B", None),
        lambda: confirm_mitigation(action()),
        lambda: confirm_mitigation(action(mitigation=IN_PLACE)),
        lambda: acknowledge(action()),
        lambda: acknowledge(action(escalation=replace(alarm("A"), acknowledged_at=NOW))),
        lambda: reopen(action(), "why"),
        lambda: reopen(COMPLETE, " "),
        lambda: propose_timescale(action(), parse_timescale("whenever"), "", TODAY),
    ],
)
def test_a_refusal_is_one_sentence(say: object) -> None:
    with pytest.raises(UserError) as refused:
        say()  # type: ignore[operator]
    sentence = refused.value.text
    assert ". " not in sentence.rstrip(".")
    assert "P1.1a" in sentence or "today" in sentence
