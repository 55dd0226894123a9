"""Done is proposed, the chair agrees or returns it, and nobody agrees their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Form
from tests.stories.council import buttons, history_length, is_one_sentence, open_council, told
from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def test_done_is_proposed_and_asks_for_its_evidence(story: Story) -> None:
    reply = story.ask("A", "done P1.1a")
    assert reply.text == (
        "P1.1a is done, awaiting agreement by the chair of The Board. Nobody is reminded of it until then. "
        "Where is the evidence? Type: evidence P1.1a and a link, or say why there is none."
    )
    assert buttons(reply) == {"Add evidence": "evidence P1.1a", "Undo": f"undo {history_length(story)}"}
    assert "Proposed: done, awaiting agreement" in story.say("A", "action P1.1a")
    assert "no evidence and no reason given" in story.say("A", "action P1.1a")


def test_reminders_stop_until_it_is_decided(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.mornings("2022-10-31")
    assert not any("P1.1a" in text for text in told(story).get("A", []))
    assert "Nothing until the chair has agreed" in story.say("A", "why P1.1a")


def test_the_counts_keep_what_was_agreed_until_then(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    assert "Complete" not in story.say("D", "digest The Board").split("\n")[1]
    story.say("D", "agree P1.1a")
    assert "✅ Complete 1" in story.say("D", "digest The Board")


def test_evidence_with_it_or_later_is_shown_to_the_chair(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    assert "done already; what you say of its evidence is added" in story.say("A", "done P1.1a and the minutes")
    assert "is already done, awaiting agreement" in story.refused("A", "done P1.1a")
    assert "- P1.1a: complete, proposed by A: https://example.org/charter" in story.say("D", "agree")


@pytest.mark.parametrize(
    "reason", ["none, it was a telephone call", "no evidence, it was a call", "because it was a call", "N/A"]
)
def test_a_reason_for_no_evidence_is_enough_and_is_not_evidence(story: Story, reason: str) -> None:
    assert "Where is the evidence?" not in story.say("A", f"done P1.1a {reason}")
    assert "no evidence supplied" in story.say("A", "action P1.1a")


def test_the_chair_agrees_and_it_is_complete(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    assert story.say("D", "agree P1.1a well done") == "Agreed: P1.1a (complete)."
    assert story.say("A", "action P1.1a").startswith("P1.1a · ✅ Complete.")
    assert "Nothing is waiting to be agreed for P1.1a." in story.refused("D", "agree P1.1a")


def test_the_chair_returns_it_with_a_reason_and_its_owners_hear(story: Story) -> None:
    story.say("A", "done P1.1b https://example.org/survey")
    form = story.ask("D", "return P1.1b")
    assert isinstance(form, Form)
    reply = story.say("D", form.command, reason="The NHS part is missing.")
    assert reply == ("P1.1b goes back to A, C: The NHS part is missing. They hear of it with their next reminders.")
    story.tick("2022-09-06 09:00")
    sentence = "- P1.1b came back from D, who does not agree that it is done yet: The NHS part is missing."
    assert sentence in told(story)["A"][0]
    assert sentence in told(story)["C"][0]
    assert "awaiting agreement" not in story.say("A", "action P1.1b")


def test_a_return_taken_back_is_told_to_nobody(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("D", "return P1.1a the survey is missing")
    assert "Undone: the return of P1.1a." in story.say("D", "undo")
    story.mornings("2022-09-09")
    assert not any("came back" in one.text for one in story.sent)
    assert "- P1.1a: complete" in story.say("D", "agree")


def test_agree_all_agrees_every_one_and_undo_takes_them_back(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("B", "slipping P1.1c Jan-23 waiting for the trainer")
    reply = story.say("D", "agree all")
    assert reply == (
        "Agreed: P1.1a (complete), P1.1c (Jan-23 in place of Dec-22). "
        "Undo takes them back one at a time, the last first."
    )
    story.say("D", "undo")
    story.say("D", "undo")
    waiting = story.say("D", "agree")
    assert "- P1.1a: complete, proposed by A" in waiting
    assert "- P1.1c: Jan-23 in place of Dec-22, proposed by B: waiting for the trainer" in waiting
    assert story.say("A", "action P1.1a").startswith("P1.1a · ⚪ Not yet rated")


def test_nothing_to_agree_is_said_plainly(story: Story) -> None:
    assert story.say("D", "agree") == "Nothing is waiting for you to agree."
    assert story.say("D", "agree all") == "Nothing is waiting for you to agree."


def test_several_are_agreed_all_or_none(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    before = history_length(story)
    story.refused("D", "agree P1.1a P1.1c")
    story.refused("D", "agree P1.1a P9.9z")
    assert history_length(story) == before
    assert story.say("D", "agree P1.1a P1.1a") == "Agreed: P1.1a (complete)."


@pytest.mark.parametrize("who", ["A", "B", "X"])
def test_only_the_chair_and_the_office_agree(story: Story, who: str) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    for words in ("agree P1.1a", "return P1.1a not yet"):
        refusal = story.refused(who, words)
        assert is_one_sentence(refusal)
    assert story.say(who, "agree all") == "Nothing is waiting for you to agree."
    assert story.say("office", "agree P1.1a") == "Agreed: P1.1a (complete)."


def test_a_chair_does_not_agree_their_own_and_the_group_above_does(story: Story) -> None:
    story.group("The Schools Group", "2022-09-27 10:00", chair="A", holds=["P1.1"], reports_to=["The Board"])
    reply = story.say("A", "done P1.1a https://example.org/charter")
    assert "awaiting agreement by the chair of The Board" in reply
    assert story.refused("A", "agree P1.1a") == ("Nobody agrees their own, so P1.1a waits for the chair of The Board.")
    assert story.say("A", "agree all") == "Nothing is waiting for you to agree."
    assert story.say("D", "agree all") == "Agreed: P1.1a (complete)."


def test_without_a_group_above_it_goes_to_the_office(story: Story) -> None:
    story.group("The Schools Group", "2022-09-27 10:00", chair="A", holds=["P1.1"])
    assert "awaiting agreement by the programme office" in story.say("A", "done P1.1a")
    assert "waits for the programme office" in story.refused("A", "agree P1.1a")
    story.refused("D", "agree P1.1a")
    assert story.say("office", "agree P1.1a the charter is on the wall") == "Agreed: P1.1a (complete)."


def test_a_chair_agrees_what_others_of_their_group_propose(story: Story) -> None:
    story.group("The Schools Group", "2022-09-27 10:00", chair="A", holds=["P1.1"], reports_to=["The Board"])
    assert "awaiting agreement by the chair of The Schools Group" in story.say("B", "done P1.1c https://example.org/c")
    story.refused("D", "agree P1.1c")
    assert story.say("A", "agree P1.1c") == "Agreed: P1.1c (complete)."


def test_the_office_does_not_agree_its_own(story: Story) -> None:
    story.say("office", "done P1.1a https://example.org/charter")
    assert "waits for the chair of The Board" in story.refused("office", "agree P1.1a")
    assert story.say("D", "agree P1.1a") == "Agreed: P1.1a (complete)."


def test_two_chairs_one_of_whom_owns_it(story: Story) -> None:
    story.give("D", "A")
    story.say("A", "done P1.1a https://example.org/charter")
    assert "waits for the chair of The Board" in story.refused("A", "agree P1.1a")
    assert story.say("console:D", "agree P1.1a") == "Agreed: P1.1a (complete)."


def test_several_go_back_with_one_reason_or_none_does(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("B", "slipping P1.1c Jan-23 waiting for the trainer")
    before = history_length(story)
    story.refused("D", "return P1.1a P1.2a not yet")
    assert history_length(story) == before
    form = story.ask("D", "return P1.1a P1.1c")
    assert isinstance(form, Form)
    assert form.title == "Return P1.1a P1.1c"
    assert story.say("D", form.command, reason="The survey is missing.") == (
        "P1.1a goes back to A: The survey is missing. They hear of it with their next reminders. "
        "P1.1c goes back to B: The survey is missing. They hear of it with their next reminders. "
        "Undo takes them back one at a time, the last first."
    )
    story.say("D", "undo")
    assert "Undone: the return of P1.1a." in story.say("D", "undo")
    assert len(story.say("D", "agree").split("\n- ")) == 3


def test_each_on_the_list_has_its_buttons_and_what_is_left_is_shown_after_each(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("B", "slipping P1.1c Jan-23 waiting for the trainer")
    story.say("C", "done P1.2a https://example.org/map")
    listed = story.ask("D", "agree")
    assert list(buttons(listed)) == [
        "Agree P1.1a", "Return P1.1a", "Agree P1.1c", "Return P1.1c", "Agree P1.2a", "Return P1.2a", "Agree all",
    ]  # fmt: skip
    after = story.ask("D", buttons(listed)["Agree P1.1c"])
    assert after.text.startswith("Agreed: P1.1c (Jan-23 in place of Dec-22).\nWaiting to be agreed:\n- P1.1a: complete")
    assert list(buttons(after))[:2] == ["Undo", "Agree P1.1a"]
    returned = story.say("D", "return P1.1a the survey is missing")
    assert "- P1.2a: complete" in returned
    assert "P1.1a:" not in returned.partition("Waiting to be agreed")[2]
    assert story.say("D", "agree P1.2a") == "Agreed: P1.2a (complete)."


def test_a_long_list_comes_in_pages_and_is_agreed_whole(tmp_path: Path) -> None:
    story = Story(tmp_path)
    refs = [f"P1.{n}{letter}" for n in range(1, 7) for letter in "abcdefghij"]
    story.load(tiny_plan(*((ref, "Write it.", "A", "Mar-23") for ref in refs)))
    for role in ("A", "D"):
        story.give(role)
    story.group("The Board", "2022-10-04 10:00", chair="D", strategic=True)
    for ref in refs:
        story.say("A", f"done {ref} https://example.org/{ref}")
    first = story.ask("D", "agree")
    assert first.text.startswith("Waiting to be agreed: 60 (page 1 of 6):\n- P1.1a: complete")
    assert buttons(first)["Show page 2"] == "agree page 2"
    seen = [line for page in range(1, 7) for line in story.say("D", f"agree page {page}").split("\n- ")[1:]]
    assert len({line.partition(":")[0] for line in seen}) == 60
    assert story.say("D", "agree all").startswith("Agreed: P1.1a (complete), P1.1b (complete)")
    assert story.say("D", "agree") == "Nothing is waiting for you to agree."
    story.close()


def test_done_with_neither_evidence_nor_a_reason_is_agreed_for_a_reason_alone(story: Story) -> None:
    story.say("A", "done P1.1a")
    assert "[no evidence and no reason given]" in story.say("D", "digest The Board")
    assert "- P1.1a: complete, proposed by A: no evidence and no reason given" in story.say("D", "agree")
    before = history_length(story)
    form = story.ask("D", "agree P1.1a")
    assert isinstance(form, Form)
    assert form.text == (
        "P1.1a has no evidence and no reason for none: say why you agree it all the same, agree P1.1a because …, "
        "or return P1.1a and ask for it."
    )
    assert history_length(story) == before
    assert story.say("D", form.command, reason="I have seen it on the wall.") == "Agreed: P1.1a (complete)."
    shown = story.say("A", "action P1.1a")
    assert "I have seen it on the wall." in shown
    assert "no evidence supplied" in shown


def test_the_chairs_reason_may_be_typed_with_it(story: Story) -> None:
    story.say("A", "done P1.1a")
    assert story.say("D", "agree P1.1a because I have seen it") == "Agreed: P1.1a (complete)."


@pytest.mark.parametrize(
    "words", ["evidence P1.1a https://example.org", "done P1.1a no evidence because it was a call"]
)
def test_what_its_owner_gives_later_is_enough(story: Story, words: str) -> None:
    story.say("A", "done P1.1a")
    story.say("A", words)
    assert story.say("D", "agree P1.1a") == "Agreed: P1.1a (complete)."


def test_all_are_agreed_but_those_without_evidence(story: Story) -> None:
    story.say("A", "done P1.1a")
    story.say("B", "done P1.1c https://example.org/staff")
    assert "P1.1a has no evidence and no reason for none" in story.refused("D", "agree P1.1a P1.1c")
    told = story.say("D", "agree all")
    assert told.startswith(
        "Agreed: P1.1c (complete). Without evidence or a reason for none, P1.1a still waits.\nWaiting to be agreed:"
    )
    assert isinstance(story.ask("D", "agree all"), Form)


def test_a_chair_is_not_asked_to_agree_what_is_their_own(story: Story) -> None:
    story.group("The Team", "2022-09-27 10:00", chair="A", holds=["P1.1"], reports_to=["The Board"])
    story.say("A", "done P1.1a https://example.org/charter")
    own = story.say("A", "digest The Team")
    assert "Nobody agrees their own, so it waits for the chair of The Board." in own
    assert "agree P1.1a" not in own
    assert "To agree or return them: agree P1.1a" in story.say("D", "digest The Board")


def test_a_chair_who_is_away_may_agree_what_their_cover_proposes(story: Story) -> None:
    story.say("D", "cover D by A from 6 September to 7 October")
    story.at("2022-09-06 10:00").say("A", "done P1.1a https://example.org/charter")
    assert "Nobody agrees their own" in story.refused("A", "agree P1.1a")
    assert "- P1.1a: complete" in story.say("D", "agree")
    assert story.say("D", "agree P1.1a") == "Agreed: P1.1a (complete)."


def test_what_a_meeting_agreed_without_evidence_is_agreed_by_its_minutes(story: Story) -> None:
    story.say("A", "done P1.1a")
    story.at("2022-10-04 12:00")
    listed = story.say("D", "minutes The Board, 4 October 2022\nP1.1a: completion agreed")
    confirm = listed.partition("Type for example: ")[2].partition(",")[0]
    assert "Agreed: P1.1a (complete)." in story.say("D", confirm)
    assert "minuted on 4 October 2022 at The Board" in story.say("A", "history P1.1a")


def test_of_two_chairs_the_one_who_proposed_it_is_not_asked_to_agree_it(story: Story) -> None:
    story.give("D", "D2")
    story.say("console:D2", "done P1.1a https://example.org/charter")
    assert "To agree or return them: agree P1.1a" in story.say("console:D", "digest The Board")
    assert "agree P1.1a" not in story.say("console:D2", "digest The Board")
    story.mornings("2022-09-27")
    packs = {one.to: one.text for one in story.sent if "digest for the meeting" in one.text}
    assert "agree P1.1a" in packs["D"]
    assert "agree P1.1a" not in packs["D2"]
