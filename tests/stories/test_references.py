"""A reference works however it was typed; what is not one is offered its nearest and never applied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from programme.plan import Plan, PlanAction, PlanRole
from programme.timescales import parse_timescale
from tests.stories.council import PLAN, buttons, history_length, is_one_sentence, open_council
from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = open_council(tmp_path)
    yield told
    told.close()


@pytest.mark.parametrize(
    "typed",
    [
        "P1.1a",
        "p1.1a",
        "1.1a",
        "1.1A",
        "P1.1 a",
        "P1.1(a)",
        "P1.1 (A)",
        "P1.1.a",
        "“P1.1a”",
        "‘p1.1 a’",
        "P1.1\u00a0a",
        "\u200eP1.1a\u200f",
        "P1.1a:",
        "P1.1a –",
    ],
)
def test_every_spelling_of_a_reference_rates_the_same_action(story: Story, typed: str) -> None:
    assert story.say("A", f"rag {typed} on track").startswith("P1.1a is now 🟢 On track")


@pytest.mark.parametrize(
    "typed",
    [
        "/rag P1.1a at-risk no printer",
        "RAG p1.1A Red no printer",
        "rag P1.1 a at risk no printer",
        "rag P1.1a at – risk: no printer",
        "rag P1.1a at_risk because no printer",
        "rag P1.1a\nAT-RISK\nno printer",
        "Rag: P1.1a, at risk, no printer",
        "/halfterm rag P1.1a red - no printer",
        "halfterm rag 1.1(a) at‑risk — no printer",
        "P1.1a at risk: no printer",
    ],
)
def test_a_rating_and_its_reason_are_read_however_they_are_joined(story: Story, typed: str) -> None:
    assert story.say("A", typed).startswith("P1.1a is now 🔴 At risk")
    assert "at risk: no printer" in story.say("A", "history P1.1a")


def test_a_focus_area_lists_its_actions_with_what_was_said(story: Story) -> None:
    before = history_length(story)
    reply = story.ask("A", "rag P1.1 at-risk no printer")
    assert reply.text.startswith("P1.1 is a focus area: say which of its actions you mean, P1.1a, P1.1b or P1.1c.")
    assert buttons(reply) == {ref: f"rag {ref} at-risk no printer" for ref in ("P1.1a", "P1.1b", "P1.1c")}
    assert history_length(story) == before


def test_the_letter_that_begins_a_rating_is_not_an_action(story: Story) -> None:
    assert "P1.1 is a focus area" in story.refused("A", "P1.1 at-risk")
    assert "P1.1 is a focus area" in story.refused("A", "P1.1 amber")


def test_an_unknown_reference_is_offered_its_nearest_and_nothing_is_applied(story: Story) -> None:
    before = history_length(story)
    reply = story.ask("A", "rag P1.1d at-risk no printer")
    assert is_one_sentence(reply.text)
    assert reply.text.startswith("There is no action P1.1d: did you mean ")
    assert "rag P1.1a at-risk no printer" in buttons(reply).values()
    assert history_length(story) == before
    assert "Not yet rated" in story.say("A", "action P1.1a")


def test_an_offer_leaves_out_words_that_no_button_could_hold(story: Story) -> None:
    reply = story.ask("A", f"progress P1.1d {'very ' * 500}long")
    assert set(buttons(reply).values()) <= {f"progress P1.{ref}" for ref in ("1a", "1b", "1c", "2a")}


def test_a_reference_that_looks_like_nothing_is_refused_kindly(story: Story) -> None:
    assert story.refused("A", "rag ZZZ777777") == "There is no action ZZZ777777: type actions to see yours."


def test_two_schemes_with_one_number_are_asked_about(tmp_path: Path) -> None:
    second = tiny_plan(("E1.1a", "Mend the roof.", "A", "Oct-22"))
    story = open_council(tmp_path, plan=PLAN + "".join(second.splitlines(keepends=True)[9:]))
    try:
        reply = story.ask("A", "rag 1.1a on-track")
        assert reply.text.startswith("“1.1a” could be P1.1a or E1.1a: which one do you mean?")
        assert buttons(reply) == {"P1.1a": "rag P1.1a on-track", "E1.1a": "rag E1.1a on-track"}
        assert story.say("A", "rag E1.1a on-track").startswith("E1.1a is now")
    finally:
        story.close()


def test_a_reference_alone_shows_the_action(story: Story) -> None:
    assert story.say("A", "1.1 a").startswith("P1.1a · ⚪ Not yet rated. Write the charter.")


def test_the_words_after_a_reference_are_progress(story: Story) -> None:
    assert "Progress on P1.1a is noted" in story.say("A", "P1.1a the charter is at the printer")
    assert "A: the charter is at the printer" in story.say("A", "action P1.1a")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Story]:
    """Another council's programme, with references of other shapes."""
    refs = ("1.1.2", "1.1.3", "AP1-03", "AP1-04")
    actions = [
        PlanAction(ref, "", f"Do {ref}.", ("A",), parse_timescale("Oct-22"), None, None, None, (), ()) for ref in refs
    ]
    told = Story(tmp_path)
    plan = Plan("Elsewhere", tuple(actions), roles=(PlanRole("A", "Officer A", "Council"),))
    office.import_plan(told.app.db, plan, "tester", told.now, dry_run=False)
    told.give("A")
    yield told
    told.close()


@pytest.mark.parametrize(
    ("typed", "ref"),
    [
        ("rag 1.1.2 red no staff", "1.1.2"),
        ("rag ap1–03 red no staff", "AP1-03"),
        ("AP1-03: red, no staff", "AP1-03"),
        ("rag 1-04 red no staff", "AP1-04"),
    ],
)
def test_another_programmes_references_work_as_they_are(elsewhere: Story, typed: str, ref: str) -> None:
    assert elsewhere.say("A", typed).startswith(f"{ref} is now 🔴 At risk")


def test_a_word_of_one_letter_after_a_reference_without_letters_is_kept(elsewhere: Story) -> None:
    assert "Progress on 1.1.2" in elsewhere.say("A", "progress 1.1.2 a new form is live")
    assert "A: a new form is live" in elsewhere.say("A", "action 1.1.2")
    assert "Progress on AP1-03" in elsewhere.say("A", "AP1-03 I have asked the school")
    assert "A: I have asked the school" in elsewhere.say("A", "action AP1-03")
