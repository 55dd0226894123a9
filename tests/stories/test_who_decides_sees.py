"""Whoever decides sees enough to decide: what is to be agreed, who wants to be let in, who has heard already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from tests.slack_channel.stage import OFFICE, Workplace, open_workplace
from tests.stories.council import buttons, open_council
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as one:
        yield one


def test_a_chair_sees_what_is_proposed_and_its_evidence_before_agreeing(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("B", "done P1.1c")
    story.say("C", "slipping P1.2a Dec-22 no map maker")
    for where in ("agree", "home"):
        text = story.say("D", where)
        assert (
            "- P1.1a: complete, proposed by A: https://example.org/charter · Write the charter · "
            "success criteria: It is done\n"
        ) in text
        assert (
            "- P1.1c: complete, proposed by B: no evidence and no reason given · Train the staff · success criteria: "
            "It is done\n"
        ) in text
        assert "- P1.2a: Dec-22 in place of Aug-22, proposed by C: no map maker · Publish the map" in text


def test_evidence_that_is_given_later_and_why_there_is_none_are_seen_too(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("A", "evidence P1.1a https://example.org/minutes")
    story.say("B", "done P1.1c none, the course is not written up")
    text = story.say("D", "agree")
    assert "proposed by A: https://example.org/charter; https://example.org/minutes · Write" in text
    assert "proposed by B: none, the course is not written up · Train" in text


def test_the_office_sees_who_wants_to_be_let_in_and_answers_there(story: Story) -> None:
    for name in ("one", "two", "three", "four", "five"):
        story.say(f"console:{name}", "iam PM")
    reply = story.ask("office", "home")
    assert (
        "Waiting to be let into a role: 5.\n- 1: console:one says they are PM\n- 2: console:two says they are PM\n"
    ) in reply.text
    assert "- and 1 more\nTo do so, type: approve 1, or decline 1, or claims\n" in reply.text
    taps = buttons(reply)
    assert (taps["Approve 4"], taps["Decline 4"], taps["See them all"]) == ("approve 4", "decline 4", "claims")
    assert "Approve 5" not in taps
    listed = buttons(story.ask("office", "claims"))
    assert (listed["Approve 5"], listed["Decline 5"]) == ("approve 5", "decline 5")
    story.say("console:office", "approve 1")
    story.say("console:office", "decline 2 not yet")
    assert "Waiting to be let into a role: 3.\n- 3: console:three" in story.say("office", "home")


def test_people_are_called_by_their_role_where_no_name_is_known(place: Workplace) -> None:
    with place.app.db.write() as tx:
        address, when = "slack:T1:U8", {"since": None, "today": place.today, "now": place.now}
        office.set_holder(tx, "PM", address, name=None, email=None, account="tester", **when)
    place.means("A", "PM")
    assert "Owners: A; C (C)\n" in place.say("slack:T1:U8", "action P1.1b")
    assert "slack:" not in place.say("slack:T1:U1", "why P1.1b")
    place.at("2022-09-08 10:00")
    home = place.say(f"slack:T1:{OFFICE}", "home")
    assert "- A: 2 actions, first asked 5 September 2022" in home
    assert "slack:" not in home
    place.say("slack:T1:new", "iam PM")
    place.say(f"slack:T1:{OFFICE}", "approve 1")
    assert place.refused(f"slack:T1:{OFFICE}", "approve 1") == "Claim 1 was approved already by the programme office."


def test_somebody_whose_name_is_known_is_called_by_it(story: Story) -> None:
    story.give("B", "Bea", address="console:B")
    assert "Owners: B (Bea)" in story.say("B", "action P1.1c")
    story.leave("B")
    assert "Owners: B (nobody in this role)" in story.say("office", "action P1.1c")


def test_not_mine_is_said_to_the_office_once(story: Story) -> None:
    story.say("A", "notmine P1.1a")
    assert story.say("A", "notmine P1.1a") == "You have said so already; the office has been told."
    assert "The programme office hears that P1.1b is not yours." in story.say("A", "notmine P1.1a P1.1b")
    story.tick("2022-09-06 09:00")
    (told,) = [one.text for one in story.to("office") if "P1.1a" in one.text]
    assert told.count("P1.1a") == 1
    story.say("A", "rag P1.1a on-track")
    assert "hears that P1.1a is not yours" in story.say("A", "notmine P1.1a")
    story.say("A", "undo")
    assert "hears that P1.1a is not yours" in story.say("A", "notmine P1.1a")


@pytest.mark.parametrize("tap", ["going", "nochange"])
def test_a_tap_on_what_is_done_already_says_so(story: Story, tap: str) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    said = "P1.1a is done, awaiting agreement by the chair of The Board, so there is nothing to do."
    reply = story.ask("A", f"{tap} P1.1a")
    assert reply.text == said
    assert buttons(reply) == {}
    assert story.say("A", f"{tap} P1.1a P1.1b").endswith(f"on P1.1b. Thank you. {said}")
    assert "the charter went to print" in (
        story.say("A", f"{tap} P1.1a the charter went to print") and story.say("A", "action P1.1a")
    )


def test_an_alarm_that_was_closed_is_not_one_to_acknowledge(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.tick("2022-09-05 10:20")
    assert "not yet acknowledged" in story.say("D", "digest")
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("D", "agree P1.1a")
    assert "Escalated" not in story.say("D", "digest")
    assert story.refused("D", "ack P1.1a") == "P1.1a has no open escalation to acknowledge."


def test_where_a_file_follows_the_digest_says_only_that(place: Workplace) -> None:
    text = place.write("U4", "digest")[0]
    assert text.endswith("The whole as a Word file follows in your direct messages.")
    assert "The programme office has" not in text
    assert place.say("console:office", "digest The Board").endswith(
        'The whole of it as Word or PDF: halfterm digest "The Board" --out digest.docx (or digest.pdf)'
    )


def test_where_no_file_follows_a_chair_is_told_whom_to_ask_for_the_whole(story: Story) -> None:
    asked = "For the whole of it as Word or PDF please ask the programme office."
    assert story.say("D", "digest The Board").endswith(asked)
    story.mornings("2022-09-27")
    (pack,) = [one.text for one in story.to("D") if "digest for" in one.text]
    assert pack.endswith(asked)
