"""The agenda at the head of a pack: what there is to go through, and how much of each."""

from __future__ import annotations

from dataclasses import replace

from programme.agenda import list_agenda
from programme.digest import Digest
from programme.digest_words import compose_digest_message, compose_digest_paper
from programme.facts import Action, Group
from programme.messages import Heading, Text
from programme.plan import Metric, Point
from programme.rag import Rag
from tests.programme.test_digest import AT_RISK, BEFORE, BOARD, NEXT, alarm, gather, make, proposed, said

ANSWERED = (said("answer", "2022-09-13"),)
MINUTED = (*ANSWERED, said("minute", "2022-07-05", words="SENDPO to bring the report"))


def agenda_of(digest: Digest) -> list[str]:
    """A digest's agenda, which its message and its paper both have."""
    items = list_agenda(digest)
    shown = [block for block in (Heading("Agenda"), Text("\n".join(items))) if items]
    for blocks in (compose_digest_message(digest).blocks, compose_digest_paper(digest).blocks):
        at = next((n for n, block in enumerate(blocks) if block == Heading("Agenda")), None)
        assert shown == ([] if at is None else list(blocks[at : at + 2]))
    return items


def agenda(*actions: Action, group: Group = BOARD) -> list[str]:
    return agenda_of(gather(*actions, group=group))


def test_it_has_only_what_there_is_and_a_digest_without_a_meeting_has_none() -> None:
    assert agenda(make()) == ["1. No update for this meeting (1)"]
    assert agenda(make(said=ANSWERED)) == []
    assert agenda(make(**AT_RISK), group=replace(BOARD, meetings=())) == []


def test_what_nobody_has_acknowledged_is_told_from_the_rest_that_is_at_risk() -> None:
    seen = AT_RISK | {"escalation": alarm(acknowledged=True)}
    imported = AT_RISK | {"escalation": None}
    actions = (make(ref="P1.1a", **AT_RISK), make(ref="P1.1b", **seen), make(ref="P1.1c", **imported))
    assert agenda(*actions) == [
        "1. Escalated and not yet acknowledged (1)",
        "2. Escalated and acknowledged (1)",
        "3. At risk or vulnerable (1)",
    ]


def test_what_is_to_be_agreed_is_one_item_wherever_the_digest_shows_it() -> None:
    waiting = make(ref="P1.1a", proposal=proposed("closure"))
    at_risk = make(ref="P1.1b", proposal=proposed("timescale"), **AT_RISK)
    before = make(ref="P1.1c", proposal=proposed("closure", "2022-07-01"))
    assert agenda(waiting, at_risk, before) == [
        "1. Escalated and not yet acknowledged (1)",
        "2. To agree or return (3)",
    ]


def test_what_another_group_agrees_is_none_of_its_own_decisions() -> None:
    informed = Group(2, "The Team", meetings=(replace(BEFORE, group="The Team"), replace(NEXT, group="The Team")))
    assert agenda(make(proposal=proposed("closure")), group=informed) == ["1. Proposed, for another group to agree (1)"]


def test_decisions_are_gone_through_where_the_action_stands_elsewhere_too() -> None:
    late = make("Aug-22", ref="P1.1b", said=MINUTED)
    assert agenda(make(said=MINUTED), late) == [
        "1. Overdue on the day of the meeting (1)",
        "2. Decisions of the last meeting (2)",
    ]


def test_lines_of_the_minutes_and_figures_have_items_of_their_own() -> None:
    digest = gather(make(said=ANSWERED, rag=Rag.DEFERRED), metric=Metric("P1.1a", (Point("Sep 2022", None),)))
    assert agenda_of(replace(digest, to_confirm=2)) == [
        "1. Lines of the minutes to confirm (2)",
        "2. Deferred (1)",
        "3. Figures due (1)",
    ]
