"""At risk is escalated once: late enough to undo, in sending hours, to the people the programme names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from tests.stories.council import PLAN, buttons, history_length, open_council, told
from tests.story import Story

TWO_LEADS = "Council: Director NHS: Chief Nurse"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def test_the_reply_names_who_will_be_told_and_shows_undo(story: Story) -> None:
    reply = story.ask("A", "rag P1.1b at-risk no venue")
    assert (
        "At 10:15 I tell the chair of The Board, the co-owner (C), the programme office and the accountable lead "
        "(Director), unless you undo it first." in reply.text
    )
    assert buttons(reply)["Undo"] == f"undo {history_length(story)}"


def test_the_notices_leave_fifteen_minutes_after_a_rating_with_its_reason(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    assert story.tick("2022-09-05 10:14") == []
    assert sorted(one.to for one in story.tick("2022-09-05 10:15")) == ["C", "D", "X", "office"]
    assert "P1.1b was rated 🔴 At risk by A." in told(story)["C"][0]
    assert "Reason: no venue" in told(story)["C"][0]
    assert "As chair, please acknowledge it: ack P1.1b" in told(story)["D"][0]


def test_without_a_reason_they_leave_two_working_hours_after_the_rating(story: Story) -> None:
    assert "At 12:00 I tell" in story.say("A", "rag P1.1a at-risk")
    assert story.tick("2022-09-05 11:59") == []
    assert len(story.tick("2022-09-05 12:00")) == 3
    assert "Reason: not given yet" in told(story)["D"][0]


def test_a_reason_given_meanwhile_brings_them_forward(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk")
    reply = story.at("2022-09-05 10:30").say("A", "rag P1.1a at-risk no printer")
    assert "Thank you. At 10:45 the others hear of it." in reply
    assert len(story.tick("2022-09-05 10:45")) == 3
    assert "Reason: no printer" in told(story)["D"][0]


def test_a_reason_given_late_does_not_put_them_back(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk")
    assert "the reason is noted" in story.at("2022-09-05 11:55").say("A", "rag P1.1a at-risk no printer")
    assert len(story.tick("2022-09-05 12:00")) == 3


@pytest.mark.parametrize(
    ("said_at", "words", "leaves"),
    [
        ("2022-09-09 16:50", "at-risk no printer", "At 09:00 on Monday 12 September 2022"),
        ("2022-09-09 16:50", "at-risk", "At 10:50 on Monday 12 September 2022"),
        ("2022-09-10 11:00", "at-risk no printer", "At 09:00 on Monday 12 September 2022"),
        ("2022-09-06 07:00", "at-risk no printer", "At 09:00"),
        ("2022-09-16 16:30", "at-risk", "At 10:30 on Tuesday 20 September 2022"),  # a bank holiday between
        ("2022-10-28 16:50", "at-risk no printer", "At 09:00 on Monday 31 October 2022"),  # the clocks change
    ],
)
def test_they_leave_in_sending_hours_only(story: Story, said_at: str, words: str, leaves: str) -> None:
    assert f"{leaves} I tell" in story.at(said_at).say("A", f"rag P1.1a {words}")


def test_a_rating_on_friday_afternoon_is_sent_on_monday_morning(story: Story) -> None:
    story.at("2022-09-09 16:50").say("A", "rag P1.1a at-risk no printer")
    for instant in ("2022-09-09 17:05", "2022-09-10 09:00", "2022-09-11 09:00", "2022-09-12 08:59"):
        assert story.tick(instant) == []
    notices = story.tick("2022-09-12 09:00")
    assert sorted(one.to for one in notices if "was rated" in one.text) == ["D", "X", "office"]


def test_undone_in_time_nobody_is_told(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    reply = story.at("2022-09-05 10:10").say("A", "undo")
    assert reply == "Undone: the rating of P1.1b. It is ⚪ Not yet rated again. Nobody had been told."
    story.mornings("2022-09-07")
    assert not any("P1.1b" in text for texts in told(story).values() for text in texts)


def test_undone_later_the_same_people_are_told_that_it_was_withdrawn(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    first = {one.to for one in story.tick("2022-09-05 10:15")}
    assert "Those who were told hear that it was withdrawn." in story.at("2022-09-05 11:00").say("A", "undo")
    corrections = story.tick("2022-09-05 11:00")
    assert {one.to for one in corrections} == first
    assert {one.text for one in corrections} == {
        "Correction: A has withdrawn the at risk rating of P1.1b. It is now ⚪ Not yet rated."
    }
    assert story.tick("2022-09-05 12:00") == []


def test_a_correction_keeps_to_sending_hours(story: Story) -> None:
    story.at("2022-09-05 16:00").say("A", "rag P1.1a at-risk no printer")
    story.tick("2022-09-05 16:15")
    story.at("2022-09-05 18:00").say("A", "undo")
    assert story.tick("2022-09-05 18:01") == []
    assert [one.text[:10] for one in story.tick("2022-09-06 09:00")].count("Correction") == 3


def test_one_cause_is_never_told_twice(story: Story) -> None:
    story.say("A", "rag P1.1b at-risk no venue")
    story.say("A", "rag P1.1b at-risk")
    story.say("C", "rag P1.1b red nor any staff")
    assert len(story.tick("2022-09-05 10:15")) == 4
    story.at("2022-09-05 10:30").say("A", "rag P1.1b at-risk and no date either")
    story.at("2022-09-05 10:40").say("C", "rag P1.1b at-risk")
    story.mornings("2022-09-09")
    assert not any("P1.1b was rated" in one.text for one in story.sent[4:])


def test_everybody_is_told_once_whatever_they_are(tmp_path: Path) -> None:
    story = open_council(tmp_path)
    story.give("C", "D")
    story.give("X", "D")
    story.office("console:D")
    story.say("A", "rag P1.1b at-risk no venue")
    assert [one.to for one in story.tick("2022-09-05 10:15") if "was rated" in one.text].count("D") == 1
    story.close()


def test_who_raised_it_is_not_told(story: Story) -> None:
    story.say("D", "rag P1.1b at-risk the forum has doubts")
    assert sorted(one.to for one in story.tick("2022-09-05 10:15")) == ["A", "C", "X", "office"]


def test_only_the_lead_of_the_owners_organisation_is_told(tmp_path: Path) -> None:
    story = open_council(tmp_path, leads=TWO_LEADS)
    story.say("A", "rag P1.1a at-risk no printer")
    assert "N" not in {one.to for one in story.tick("2022-09-05 10:15")}
    story.at("2022-09-05 11:00").say("C", "rag P1.2a at-risk no map")
    assert {one.to for one in story.tick("2022-09-05 11:15")} == {"D", "office", "N"}
    story.at("2022-09-05 12:00").say("C", "rag P1.1b at-risk no venue")
    assert {"X", "N"} <= {one.to for one in story.tick("2022-09-05 12:15")}
    story.close()


def test_all_of_the_prioritys_leads_are_told_where_the_organisation_is_unknown(tmp_path: Path) -> None:
    plan = PLAN.replace("Train the staff.\tB\t", "Train the staff.\tSomebody new\t")
    story = open_council(tmp_path, leads=TWO_LEADS, plan=plan)
    story.say("office", "rag P1.1c at-risk nobody does it")
    assert {one.to for one in story.tick("2022-09-05 10:15")} == {"D", "X", "N", "office"}
    story.close()


def test_a_lead_who_is_an_elected_member_hears_through_the_digest(tmp_path: Path) -> None:
    story = open_council(tmp_path, leads="Council: Lead council member for education NHS: Chief Nurse")
    reply = story.say("A", "rag P1.1a at-risk no printer")
    assert "accountable lead" not in reply
    assert {one.to for one in story.tick("2022-09-05 10:15")} == {"D", "office"}
    story.close()


def test_the_group_that_holds_the_action_and_the_strategic_group_both_hear(story: Story) -> None:
    story.group("The Schools Group", "2022-09-27 10:00", chair="B", holds=["P1.2"])
    assert "the chair of The Schools Group, the chair of The Board," in story.say("C", "rag P1.2a red no map")
    assert {"B", "D"} <= {one.to for one in story.tick("2022-09-05 10:15")}


def test_an_alarm_replaced_before_it_left_is_not_sent(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.at("2022-09-05 10:05").say("A", "rag P1.1a on-track found one")
    assert story.tick("2022-09-05 10:15") == []


def test_an_alarm_that_stands_again_after_an_undo_is_sent_after_all(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.at("2022-09-05 10:05").say("A", "rag P1.1a on-track found one")
    story.tick("2022-09-05 10:15")
    reply = story.at("2022-09-05 10:20").say("A", "undo")
    assert reply == "Undone: the rating of P1.1a. It is 🔴 At risk again. The alarm about it stands again."
    assert {one.to for one in story.tick("2022-09-05 10:35")} == {"D", "office", "X"}


def test_the_chair_acknowledges_and_the_digest_says_so(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    assert "not yet acknowledged" in story.say("D", "digest The Board")
    assert story.say("D", "ack P1.1a") == "The escalation of P1.1a is acknowledged, thank you."
    assert "not yet acknowledged" not in story.say("D", "digest The Board")
    story.refused("D", "ack P1.1a")
    assert "Undone: the acknowledgement of P1.1a." in story.say("D", "undo")
    assert "not yet acknowledged" in story.say("D", "digest The Board")
    assert "has no open escalation" in story.refused("D", "ack P1.1c")


def test_why_says_who_was_told_of_the_alarm_and_when(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    assert "notice to D, the programme office and X: waits until then" in story.say("A", "why P1.1a")
    story.tick("2022-09-05 10:15")
    assert "5 September 2022 10:15, notice to D, the programme office and X: sent" in story.say("A", "why P1.1a")


def test_a_chair_who_comes_between_the_rating_and_the_notice_hears_of_it(story: Story) -> None:
    story.at("2022-09-09 16:50").say("A", "rag P1.1a at-risk no printer")
    story.at("2022-09-09 16:55").leave("D")
    story.give("D", "E")
    story.tick("2022-09-09 17:05")
    heard = [one.to for one in story.tick("2022-09-12 09:00") if "was rated" in one.text]
    assert sorted(heard) == ["E", "X", "office"]


def test_a_chair_who_comes_later_hears_of_an_alarm_that_is_still_open_once(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.tick("2022-09-05 10:15")
    story.at("2022-09-08 10:00").leave("D")
    story.give("D", "E")
    assert [one.to for one in story.tick("2022-09-08 10:00") if "was rated" in one.text] == ["E"]
    assert not any("was rated" in one.text for one in story.mornings("2022-09-14"))


def test_a_chair_who_comes_before_the_bundle_hears_that_an_action_is_vulnerable(story: Story) -> None:
    story.at("2022-09-09 16:50").say("A", "rag P1.1a vulnerable no printer")
    story.at("2022-09-09 16:55").leave("D")
    story.give("D", "E")
    sent = story.mornings("2022-09-14")
    assert [one.to for one in sent if "P1.1a was rated" in one.text] == ["E"]


def test_an_owner_who_comes_before_the_bundle_hears_that_a_closure_came_back(story: Story) -> None:
    story.at("2022-09-09 15:00").say("A", "done P1.1a https://example.org/charter")
    story.at("2022-09-09 16:50").say("D", "return P1.1a nobody has read it")
    story.at("2022-09-09 16:55").leave("A")
    story.give("A", "E")
    sent = story.mornings("2022-09-16")
    assert [one.to for one in sent if "P1.1a came back" in one.text] == ["E"]


def test_a_correction_reaches_a_chair_who_has_left_since(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.tick("2022-09-05 10:15")
    story.at("2022-09-05 10:30").leave("D")
    story.at("2022-09-05 11:00").say("A", "undo")
    assert "D" in {one.to for one in story.tick("2022-09-05 11:00") if one.text.startswith("Correction")}


def test_a_correction_reaches_the_office_that_passed_on_for_an_empty_chair(story: Story) -> None:
    story.leave("D")
    story.say("A", "rag P1.1a vulnerable no printer")
    story.mornings("2022-09-06")
    story.at("2022-09-06 09:30").say("A", "undo")
    assert [one.to for one in story.tick("2022-09-06 09:30") if one.text.startswith("Correction")] == ["office"]


def test_the_office_hears_which_roles_have_nobody_to_tell(story: Story) -> None:
    story.leave("D")
    story.leave("X")
    story.say("A", "rag P1.1b at-risk no venue")
    story.tick("2022-09-05 10:15")
    passed = "Please pass on to: chair of The Board (nobody is set), accountable lead Director (nobody is set)"
    assert passed in told(story)["office"][-1]
    assert passed not in told(story)["C"][-1]


def test_somebody_without_a_name_is_called_by_their_role(story: Story) -> None:
    with story.app.db.write() as tx:
        office.set_holder(
            tx,
            "B",
            "console:nameless",
            name=None,
            email=None,
            since=None,
            today=story.today,
            now=story.now,
            account="tester",
        )
    story.say("console:nameless", "rag P1.1c at-risk no room")
    story.tick("2022-09-05 10:15")
    assert "P1.1c was rated 🔴 At risk by B." in told(story)["D"][0]
    assert "nameless" not in story.say("office", "history P1.1c")
