"""On track over a colleague's alarm needs a reason, and the alarm stays open until they, or the chair, agree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import history_length, is_one_sentence, open_council, told
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    council.say("A", "rag P1.1b at-risk no venue")
    yield council
    council.close()


def is_escalated(story: Story) -> bool:
    return "Escalated: 1" in story.say("D", "digest The Board")


def test_it_needs_a_reason(story: Story) -> None:
    before = history_length(story)
    refusal = story.refused("C", "rag P1.1b on-track")
    assert refusal == (
        "A colleague rated P1.1b at risk, so please say why it is on track now: rag P1.1b on-track because …"
    )
    assert is_one_sentence(refusal)
    assert history_length(story) == before


def test_with_a_reason_it_is_on_track_and_the_alarm_stays_open(story: Story) -> None:
    reply = story.say("C", "rag P1.1b on-track because the school lends its hall")
    assert reply == (
        "P1.1b is now 🟢 On track (was 🔴 At risk). The alarm stays open until A or the chair of The Board agrees; "
        "they hear of it with their next reminders."
    )
    assert is_escalated(story)


def test_the_alarm_still_leaves_and_says_what_has_happened_since(story: Story) -> None:
    story.at("2022-09-05 10:05").say("C", "rag P1.1b on-track because the school lends its hall")
    story.tick("2022-09-05 10:15")
    notice = told(story)["D"][0]
    assert "P1.1b was rated 🔴 At risk by A." in notice
    assert "Reason: no venue" in notice
    assert "Since then: 🟢 On track, says C: the school lends its hall; not agreed by A or the chair" in notice


def test_the_colleague_and_the_chair_hear_how_to_agree(story: Story) -> None:
    story.say("C", "rag P1.1b on-track because the school lends its hall")
    story.tick("2022-09-06 09:00")
    sentence = (
        "C rated P1.1b 🟢 On track: the school lends its hall. The at risk alarm stays open until whoever raised it, "
        "or the chair, agrees: agree P1.1b"
    )
    assert sentence in told(story)["A"][-1]
    assert sentence in told(story)["D"][-1]


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("A", "agree P1.1b"),
        ("A", "rag P1.1b on-track"),
        ("D", "agree P1.1b"),
        ("D", "agree all"),
        ("D", "rag P1.1b on-track"),
        ("office", "agree P1.1b"),
    ],
)
def test_the_colleague_or_the_chair_agrees(story: Story, who: str, words: str) -> None:
    story.say("C", "rag P1.1b on-track because the school lends its hall")
    story.say(who, words)
    assert not is_escalated(story)
    assert "On track" in story.say("A", "action P1.1b")


@pytest.mark.parametrize("who", ["C", "B"])
def test_nobody_else_may(story: Story, who: str) -> None:
    story.say("C", "rag P1.1b on-track because the school lends its hall")
    story.refused(who, "agree P1.1b")
    assert is_escalated(story)


def test_the_chairs_list_shows_it_beside_what_is_proposed(story: Story) -> None:
    story.say("C", "rag P1.1b on-track because the school lends its hall")
    story.say("B", "done P1.1c https://example.org/staff")
    waiting = story.say("D", "agree")
    assert "- P1.1b: on track again, says C: the school lends its hall" in waiting
    assert "- P1.1c: complete, proposed by B: https://example.org/staff" in waiting


def test_one_calms_their_own_alarm_without_a_reason(story: Story) -> None:
    assert story.say("A", "rag P1.1b green") == (
        "P1.1b is now 🟢 On track (was 🔴 At risk). The alarm about it is closed."
    )
    assert not is_escalated(story)


def test_an_alarm_that_a_colleague_shares_is_not_ones_own(story: Story) -> None:
    story.say("C", "rag P1.1b red I think so too")
    story.refused("A", "rag P1.1b green")
    assert "stays open until C or the chair" in story.say("A", "rag P1.1b green as the school lends its hall")
    assert is_escalated(story)
    assert "The alarm about it is closed." in story.say("C", "rag P1.1b green")


def test_an_agreement_undone_opens_the_alarm_again(story: Story) -> None:
    story.say("C", "rag P1.1b on-track because the school lends its hall")
    story.say("D", "agree P1.1b")
    assert story.say("D", "undo") == "Undone: the agreement on P1.1b. The alarm about it stands again."
    assert is_escalated(story)


def test_deferring_does_not_close_a_colleagues_alarm(story: Story) -> None:
    assert "The alarm stays open until A or the chair" in story.say("C", "rag P1.1b deferred until the hall is free")
    assert "- P1.1b: deferred now, says C: until the hall is free" in story.say("D", "agree")
    assert story.say("D", "agree P1.1b") == "Agreed: P1.1b (deferred now)."
    assert not is_escalated(story)


def test_vulnerable_does_not_close_a_colleagues_alarm(story: Story) -> None:
    assert story.refused("C", "rag P1.1b vulnerable") == (
        "A colleague rated P1.1b at risk, so please say why it is vulnerable now: rag P1.1b vulnerable because …"
    )
    reply = story.say("C", "rag P1.1b vulnerable as a hall may be lent")
    assert (
        "P1.1b is now 🟠 Vulnerable (was 🔴 At risk). The alarm stays open until A or the chair of The Board" in reply
    )
    assert is_escalated(story)
    assert story.say("A", "agree P1.1b") == "Agreed: P1.1b (vulnerable now)."
    assert "Nothing is waiting" in story.refused("D", "agree P1.1b")
