"""Everybody may do what their role allows and is refused the rest in one kind sentence, with nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import history_length, is_one_sentence, open_council
from tests.story import Story

UPDATES = (
    "rag P1.1a green",
    "progress P1.1a it is printed",
    "evidence P1.1a https://example.org",
    "done P1.1a https://example.org",
    "slipping P1.1a Dec-22 no paper",
    "mitigation P1.1a by hand; B; 30 September 2022",
    "nochange P1.1a",
    "going P1.1a",
    "notmine P1.1a",
    "snooze P1.1a 3 October",
)
DECISIONS = ("agree P1.1a", "return P1.1a not yet", "ack P1.1a", "reopen P1.1a not yet")
OFFICE_ONLY = ("redact 3 it named a child", "pause", "resume")
LOOKS = ("action P1.1a", "why P1.1a", "history P1.1a")


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    council.give("PM", "Stranger")  # a role that owns nothing, chairs nothing and leads nothing
    yield council
    council.close()


def refuse(story: Story, who: str, words: str) -> str:
    before = history_length(story)
    sentence = story.refused(who, words)
    assert is_one_sentence(sentence), sentence
    assert history_length(story) == before
    return sentence


@pytest.mark.parametrize("who", ["B", "C", "Stranger"])
@pytest.mark.parametrize("words", [*UPDATES, *LOOKS, "inplace P1.1a"])
def test_another_owner_or_a_stranger_is_refused(story: Story, who: str, words: str) -> None:
    doing = "see" if words in LOOKS else "update"
    assert refuse(story, who, words) == (
        f"P1.1a is not among your actions, so you cannot {doing} it: "
        "if it should be, please ask the programme office to add you to its role."
    )


@pytest.mark.parametrize("words", UPDATES)
@pytest.mark.parametrize("who", ["A", "D", "office"])
def test_the_owner_the_chair_and_the_office_update(story: Story, who: str, words: str) -> None:
    reply = story.ask(who, words)
    assert getattr(reply, "done", False), reply.text


@pytest.mark.parametrize("words", DECISIONS)
@pytest.mark.parametrize("who", ["A", "X"])
def test_what_the_chair_decides_nobody_else_does(story: Story, who: str, words: str) -> None:
    story.say("A", "rag P1.1a red no printer")
    if words.startswith(("agree", "return")):
        story.say("A", "done P1.1a https://example.org")
    assert refuse(story, who, words) == "Only the chair of The Board or the programme office can do that for P1.1a."


@pytest.mark.parametrize("words", OFFICE_ONLY)
@pytest.mark.parametrize("who", ["A", "D", "X", "Stranger"])
def test_what_the_office_does_nobody_else_does(story: Story, who: str, words: str) -> None:
    assert refuse(story, who, words) == "Only the programme office can do that, so please ask them."


@pytest.mark.parametrize("words", LOOKS)
@pytest.mark.parametrize("who", ["A", "D", "X", "office"])
def test_owners_chairs_leads_and_the_office_look(story: Story, who: str, words: str) -> None:
    assert "P1.1a" in story.say(who, words)


@pytest.mark.parametrize("who", ["A", "Stranger"])
def test_a_digest_is_for_chairs_leads_and_the_office(story: Story, who: str) -> None:
    assert refuse(story, who, "digest The Board") == (
        "Only the chair of The Board, its members, accountable leads and the programme office can read its digest."
    )


def test_lists_hold_only_what_may_be_read(story: Story) -> None:
    assert story.say("Stranger", "actions all") == "All the actions you may read: none."
    assert "All the actions you may read: 2." in story.say("A", "actions all")
    assert "P1.2a" not in story.say("A", "actions overdue")
    assert "All the actions you may read: 4." in story.say("X", "actions all")


def test_an_address_nobody_knows_is_told_whom_to_ask(story: Story) -> None:
    for words in ("rag P1.1a green", "help", "", "actions all"):
        assert refuse(story, "slack:T1:U9", words) == (
            "I do not know you yet, so please say which role is yours and the programme office is asked, "
            "for example: iam SENDPO"
        )
    assert refuse(story, "Nobody Known", "help") == (
        "There is nobody called “Nobody Known” here, nor a role: see halfterm people list"
    )


def test_a_refusal_tells_a_stranger_nothing_of_the_action(story: Story) -> None:
    sentence = refuse(story, "Stranger", "action P1.1a")
    assert "charter" not in sentence
    assert "it belongs to" not in sentence


def test_whoever_leaves_a_role_can_no_longer_act_for_it(story: Story) -> None:
    assert story.say("console:A", "rag P1.1a green").startswith("P1.1a is now")
    with story.app.db.write() as tx:
        from bot import office

        office.end_holder(tx, "A", "console:A", on=story.today, today=story.today, now=story.now, account="tester")
    refuse(story, "console:A", "rag P1.1a amber no paper")


def test_a_chair_decides_only_what_their_group_holds(story: Story) -> None:
    story.group("The Schools Group", "2022-09-27 10:00", chair="B", holds=["P1.2"])
    story.say("C", "done P1.2a https://example.org/map")
    assert refuse(story, "D", "agree P1.2a") == (
        "Only the chair of The Schools Group or the programme office can do that for P1.2a."
    )
    refuse(story, "B", "rag P1.1a green")
    assert story.say("B", "agree P1.2a") == "Agreed: P1.2a (complete)."
