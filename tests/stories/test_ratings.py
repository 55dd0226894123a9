"""Each rating: what it needs, what is owed, what follows. What was said is saved, what is missing asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Form
from tests.stories.council import buttons, history_length, is_one_sentence, open_council, told
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.mark.parametrize("typed", ["at-risk", "red", "Red", "AT RISK", "at_risk", "atrisk"])
def test_at_risk_is_saved_and_owes_a_reason_and_a_mitigation(story: Story, typed: str) -> None:
    reply = story.ask("A", f"rag P1.1a {typed}")
    assert "P1.1a is now 🔴 At risk (was ⚪ Not yet rated)." in reply.text
    assert "Why? Type: rag P1.1a at-risk and the reason." in reply.text
    assert "mitigation P1.1a what; who; by when" in reply.text
    assert list(buttons(reply)) == ["Say why", "Add the mitigation", "Undo"]


@pytest.mark.parametrize("typed", ["vulnerable", "amber"])
def test_vulnerable_goes_to_the_chairs_with_their_next_bundle(story: Story, typed: str) -> None:
    reply = story.say("A", f"rag P1.1a {typed} half the panel has left")
    assert "P1.1a is now 🟠 Vulnerable" in reply
    assert "With their next reminders, from 6 September 2022, I tell the chair of The Board." in reply
    assert "mitigation" not in reply
    assert story.tick("2022-09-05 12:30") == []
    story.tick("2022-09-06 09:00")
    assert list(told(story)) == ["D"]
    assert "P1.1a was rated 🟠 Vulnerable (A): half the panel has left." in told(story)["D"][0]
    assert "P1.1a 🟠 Vulnerable" in story.say("D", "digest The Board")


def test_vulnerable_without_a_chair_is_passed_on_by_the_office(story: Story) -> None:
    story.group("The Board", chair="PM", strategic=True)
    reply = story.say("A", "rag P1.1a vulnerable half the panel has left")
    assert "the chair of The Board (nobody is set)" in reply
    story.tick("2022-09-06 09:00")
    assert "chair of The Board: 1 action (P1.1a)" in told(story)["office"][0]


def test_vulnerable_withdrawn_before_the_bundle_is_told_to_nobody(story: Story) -> None:
    story.say("A", "rag P1.1a vulnerable")
    assert "Nobody had been told." in story.say("A", "undo")
    story.tick("2022-09-06 09:00")
    assert told(story, "D") == {}


def test_vulnerable_withdrawn_after_the_bundle_is_corrected(story: Story) -> None:
    story.say("A", "rag P1.1a vulnerable")
    story.tick("2022-09-06 09:00")
    assert "Those who were told hear that it was withdrawn." in story.at("2022-09-06 09:30").say("A", "undo")
    story.tick("2022-09-06 09:31")
    assert told(story)["D"][-1] == (
        "Correction: A has withdrawn the vulnerable rating of P1.1a. It is now ⚪ Not yet rated."
    )


@pytest.mark.parametrize("typed", ["on-track", "green", "On Track"])
def test_on_track_needs_nothing(story: Story, typed: str) -> None:
    assert story.say("A", f"rag P1.1a {typed}") == "P1.1a is now 🟢 On track (was ⚪ Not yet rated)."
    assert story.tick("2022-09-05 12:30") == []


def test_on_track_past_its_timescale_is_asked_for_a_new_one_or_completion(story: Story) -> None:
    reply = story.ask("C", "rag P1.2a green")
    assert reply.text.startswith("P1.2a is now 🟢 On track")
    assert "It needs a new timescale. Type for example: slipping P1.2a Dec-22 and why." in reply.text
    assert "Or, if it is finished: done P1.2a" in reply.text
    assert list(buttons(reply)) == ["New timescale", "It is done", "Undo"]


def test_on_track_is_not_asked_once_a_new_timescale_is_proposed(story: Story) -> None:
    story.say("C", "slipping P1.2a Dec-22 waiting for the printer")
    assert "timescale" not in story.say("C", "rag P1.2a green")


def test_deferred_is_saved_at_once_and_not_escalated(story: Story) -> None:
    reply = story.ask("A", "rag P1.1a deferred")
    assert reply.text.startswith("P1.1a is now 🟣 Deferred")
    assert list(buttons(reply)) == ["Say why", "New timescale", "Add the mitigation", "Undo"]
    story.mornings("2022-09-09")
    assert told(story) == {}


def test_deferred_with_all_it_owes_stands_first_in_the_digest(story: Story) -> None:
    story.say("A", "rag P1.1a deferred the law may change")
    story.say("A", "slipping P1.1a Mar-23 after the white paper")
    story.say("A", "mitigation P1.1a an interim note; B; 30 September 2022")
    assert story.say("A", "rag P1.1a deferred still waiting") == "P1.1a is still 🟣 Deferred."
    digest = story.say("D", "digest The Board")
    assert "Oct-22" in digest
    assert "Mar-23" in digest
    assert "an interim note; B; by 30 September 2022 (written, not in place)" in digest
    assert digest.index("Deferred: 1") < digest.index("P1.2a")


@pytest.mark.parametrize("rating", ["at-risk", "vulnerable", "deferred"])
def test_the_button_that_asks_why_opens_a_form_and_changes_nothing(story: Story, rating: str) -> None:
    command = buttons(story.ask("A", f"rag P1.1a {rating}"))["Say why"]
    before = history_length(story)
    form = story.ask("A", command)
    assert isinstance(form, Form)
    assert history_length(story) == before
    assert "is still" in story.say("A", form.command, reason="no staff")
    assert "no staff" in story.say("A", "history P1.1a")


def test_the_rating_form_does_what_is_typed(story: Story) -> None:
    form = story.ask("A", "/rag P1.1a")
    assert isinstance(form, Form)
    assert [option.label for option in form.fields[0].options] == [
        "🔴 At risk",
        "🟠 Vulnerable",
        "🟢 On track",
        "🟣 Deferred",
    ]
    reply = story.say("A", form.command, rating="vulnerable", reason="half the panel has left")
    assert reply.startswith("P1.1a is now 🟠 Vulnerable")
    assert "Why?" not in reply


@pytest.mark.parametrize("typed", ["blue", "done", "closed", "Complete", "finished"])
def test_complete_typed_as_a_rating_does_what_done_does(story: Story, typed: str) -> None:
    reply = story.say("A", f"rag P1.1a {typed}")
    assert reply.startswith("P1.1a is done, awaiting agreement by the chair of The Board.")
    assert "Where is the evidence?" in reply


def test_complete_typed_as_a_rating_takes_its_evidence(story: Story) -> None:
    reply = story.say("A", "rag P1.1a done because https://example.org/charter")
    assert "Where is the evidence?" not in reply
    assert "https://example.org/charter" in story.say("D", "agree")


def test_an_unknown_rating_is_one_sentence_with_the_four_to_choose_from(story: Story) -> None:
    before = history_length(story)
    reply = story.ask("A", "rag P1.1a purple as the sky")
    assert is_one_sentence(reply.text)
    assert reply.text.startswith("“purple” is not a rating: use at-risk, vulnerable, on-track or deferred.")
    assert list(buttons(reply).values()) == [
        f"rag P1.1a {each}" for each in ("at-risk", "vulnerable", "on-track", "deferred")
    ]
    assert history_length(story) == before


def test_not_yet_rated_is_counted_apart_and_never_as_on_track(story: Story) -> None:
    story.say("A", "rag P1.1a green")
    assert "🟢 On track 1, ⚪ Not yet rated 3" in story.say("D", "digest The Board").replace(" (+1)", "").replace(
        " (−1)", ""
    )
    assert "Not yet rated: 3." in story.say("office", "actions not rated")


def test_a_complete_action_is_rated_no_more_until_it_is_reopened(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("D", "agree P1.1a")
    refusal = story.refused("A", "rag P1.1a red")
    assert refusal == "P1.1a is complete: if it is not, please ask the chair or the office to reopen it."
    assert is_one_sentence(refusal)
    story.refused("A", "reopen P1.1a it was the wrong one")
    assert story.say("D", "reopen P1.1a it was the wrong one") == (
        "P1.1a is open again: it was the wrong one. Its owners hear of it with their next reminders."
    )
    assert story.say("A", "rag P1.1a green").startswith("P1.1a is now 🟢 On track")


def test_the_chair_rates_with_a_reason_and_the_owners_are_told(story: Story) -> None:
    reply = story.say("D", "rag P1.1a vulnerable the forum has doubts")
    assert "Its owners hear of this with their next reminders." in reply
    story.tick("2022-09-06 09:00")
    assert "- D rated P1.1a 🟠 Vulnerable: the forum has doubts." in told(story)["A"][0]


def test_the_chair_owes_a_reason_for_on_track_too(story: Story) -> None:
    reply = story.ask("D", "rag P1.1a on-track")
    assert "Why? Type: rag P1.1a on-track and the reason." in reply.text
    assert isinstance(story.ask("D", buttons(reply)["Say why"]), Form)


def test_owners_are_not_told_of_a_chairs_rating_that_was_changed_since(story: Story) -> None:
    story.say("D", "rag P1.1a vulnerable the forum has doubts")
    story.say("A", "rag P1.1a on-track the forum was shown it on Monday")
    story.tick("2022-09-06 09:00")
    assert "A" not in told(story)
