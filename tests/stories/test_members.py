"""Members of a group: what they are sent, what they may read, and what stays the chair's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot import groups, naming, office
from programme.messages import UserError
from tests.stories.council import PLAN, buttons, is_one_sentence, open_council
from tests.story import Sent, Story

MEETS = "2022-10-04 10:00"
PACK = "digest for the meeting on 4 October 2022"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """The Board, chaired by D, with B and the parents' role PM as members; PM owns nothing and chairs nothing."""
    council = open_council(tmp_path)
    council.give("PM")
    council.group("The Board", members=["B", "PM"])
    yield council
    council.close()


def packs(sent: list[Sent]) -> dict[str, str]:
    return {one.to: one.text for one in sent if PACK in one.text}


def listed(story: Story, *, as_json: bool = False) -> str:
    with story.app.db.read() as tx:
        return groups.list_groups(tx, story.today, story.now, story.app.calendar, as_json=as_json)


def set_group(story: Story, name: str, **values: object) -> str:
    with story.app.db.write() as tx:
        return office.set_group(
            tx, name, values, [], today=story.today, now=story.now, calendar=story.app.calendar, account="tester"
        )


def test_members_have_the_pack_with_the_chair_once_each(story: Story) -> None:
    sent = story.tick("2022-09-27 09:00")
    assert sorted(one.to for one in sent if PACK in one.text) == ["B", "D", "PM"]
    assert not packs(story.mornings("2022-10-03"))


def test_members_hear_on_the_morning_what_has_moved(story: Story) -> None:
    story.tick("2022-09-27 09:00")
    story.at("2022-09-29 10:00").say("A", "progress P1.1a it is at the printer's")
    sent = story.tick("2022-10-04 09:00")
    assert {one.to for one in sent if "meets today" in one.text} == {"B", "D", "PM"}


def test_the_pack_of_a_member_leaves_out_what_only_the_chair_can_type(story: Story) -> None:
    story.at("2022-09-20 10:00").say("A", "done P1.1a https://example.org/charter")
    story.tick("2022-09-27 09:00")
    chair, member = (story.to(name)[-1].message for name in ("D", "PM"))
    assert "agree P1.1a" in chair.text
    assert "Agree P1.1a" in buttons(chair)
    assert "Done, awaiting agreement. https://example.org/charter." in member.text
    assert "agree P1.1a" not in member.text
    assert "agree all" not in member.text
    assert buttons(member) == {}


def test_a_chair_who_is_a_member_too_has_the_pack_once_and_as_the_chair(story: Story) -> None:
    story.group("The Board", members=["D", "PM"])
    story.at("2022-09-20 10:00").say("A", "done P1.1a https://example.org/charter")
    sent = [one for one in story.tick("2022-09-27 09:00") if PACK in one.text]
    assert sorted(one.to for one in sent) == ["D", "PM"]
    assert "agree P1.1a" in packs(sent)["D"]


def test_a_member_role_that_nobody_holds_is_nobodys_to_pass_on(story: Story) -> None:
    story.leave("PM")
    sent = story.tick("2022-09-27 09:00")
    assert sorted(packs(sent)) == ["B", "D"]
    assert not [one for one in sent if one.to == "office" and "PM" in one.text]


def test_a_group_without_a_chair_still_writes_to_its_members(story: Story) -> None:
    story.group("The Board", chair="")
    assert sorted(packs(story.tick("2022-09-27 09:00"))) == ["B", "PM", "office"]


def test_who_was_a_member_when_it_was_queued_and_is_none_now_has_no_pack(story: Story) -> None:
    story.tick("2022-09-26 18:00")  # the next morning's papers are queued
    story.group("The Board", members=["B"])
    assert sorted(packs(story.tick("2022-09-27 09:00"))) == ["B", "D"]


def test_parents_and_carers_have_their_forums_pack_as_any_member(story: Story) -> None:
    story.group("The Forum", MEETS, members=["PM"])
    sent = story.tick("2022-09-27 09:00")
    assert "The Forum: " + PACK in "\n".join(one.text for one in sent if one.to == "PM")


def test_a_member_reads_their_groups_digest_and_what_it_holds_and_changes_nothing(story: Story) -> None:
    assert story.say("PM", "digest").startswith("The Board: " + PACK)
    assert story.say("PM", "action P1.1a").startswith("P1.1a · ")
    assert "P1.1a" in story.say("PM", "actions The Board")
    assert "P1.1a" in story.say("PM", "why P1.1a")
    assert "you cannot update it" in story.refused("PM", "rag P1.1a green")
    assert "Only the chair" in story.refused("PM", "ack P1.1a")


def test_a_member_reads_no_other_groups(story: Story) -> None:
    story.group("The Schools Group", "2022-10-05 10:00", chair="C", holds=["P1.2"])
    assert "you cannot see it" in story.refused("PM", "action P1.2a")
    sentence = story.refused("PM", "digest The Schools Group")
    assert "the chair of The Schools Group, its members, accountable leads" in sentence
    assert is_one_sentence(sentence)
    assert "P1.2a" not in story.say("PM", "actions all")


def test_the_digest_that_a_member_asks_for_offers_nothing_to_agree(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    assert "Agree P1.1a" in buttons(story.ask("D", "digest The Board"))
    assert buttons(story.ask("PM", "digest The Board")) == {}


def test_members_are_listed_and_taken_away_again(story: Story) -> None:
    assert "The Board (strategic); chair D; members B, PM; " in listed(story)
    assert next(
        one["members"] for one in json.loads(listed(story, as_json=True))["groups"] if one["name"] == "The Board"
    ) == ["B", "PM"]
    assert "Members: B, PM." in story.say("A", "meetings The Board")
    story.group("The Board", members=["none"])
    assert "members" not in listed(story)
    assert "Members" not in story.say("A", "meetings The Board")
    assert sorted(packs(story.tick("2022-09-27 09:00"))) == ["D"]


def test_a_member_may_be_named_by_a_roles_title_and_an_unknown_one_is_refused(story: Story) -> None:
    story.group("The Board", members=["programme manager", "PM"])
    assert "; members PM; " in listed(story)
    with pytest.raises(UserError, match="There is no role “PMX”"):
        story.group("The Board", members=["PMX"])


def test_members_stay_through_an_import_and_new_names(story: Story) -> None:
    story.load(PLAN)
    with story.app.db.write() as tx:
        dates = {"on": date(2022, 9, 6), "today": story.today, "now": story.now, "account": "tester"}
        naming.rename_role(tx, "PM", "Head of Programme", **dates)  # type: ignore[arg-type]  # one dict for both
        naming.rename_group(tx, "The Board", "The Joint Board", **dates)  # type: ignore[arg-type]  # likewise
    assert (
        "The Joint Board (until 6 September 2022 The Board) (strategic); chair D; members B, Head of Programme; "
        in (listed(story))
    )
    assert sorted(packs(story.tick("2022-09-27 09:00"))) == ["B", "D", "PM"]


def test_two_groups_that_become_one_keep_the_members_of_both(story: Story) -> None:
    story.group("The Schools Group", members=["C", "B"])
    with story.app.db.write() as tx:
        day = date(2022, 9, 6)
        naming.rename_group(
            tx, "The Schools Group", "The Board", on=day, today=story.today, now=story.now, account="tester"
        )
    assert "members C, B, PM; " in listed(story)


def test_young_people_are_never_members_whoever_sets_their_forum_is_told(story: Story) -> None:
    assert "name the role that coordinates them" in set_group(story, "The Forum", members=["PM"])
    assert "coordinates" not in set_group(story, "The Board", members=["PM"])


ELECTED = "Council: Lead council member for education NHS: Chief Nurse"


def test_an_elected_lead_has_the_pack_of_the_group_that_holds_their_priority(tmp_path: Path) -> None:
    story = open_council(tmp_path, leads=ELECTED)
    story.say("A", "rag P1.1a at-risk no printer")
    sent = packs(story.tick("2022-09-27 09:00"))
    assert sorted(sent) == ["Cllr", "D"]  # the other lead has had the alarm
    assert "No printer." in sent["Cllr"]
    assert [one.text for one in story.to("Cllr")] == [sent["Cllr"]]
    story.close()


def test_an_elected_lead_has_the_packs_of_all_that_hold_some_of_their_priority(tmp_path: Path) -> None:
    story = open_council(tmp_path, leads=ELECTED)
    story.group("The Schools Group", MEETS, chair="C", holds=["P1.2"])
    story.group("The Health Group", MEETS, chair="B")
    story.tick("2022-09-27 09:00")
    heads = [one.text.partition(":")[0] for one in story.to("Cllr")]
    assert sorted(heads) == ["The Board", "The Schools Group"]
    story.close()


def test_an_elected_lead_whom_the_office_marks_otherwise_hears_as_any_lead(tmp_path: Path) -> None:
    story = open_council(tmp_path, leads=ELECTED)
    with story.app.db.write() as tx:
        naming.set_role(tx, "Cllr", {"elected": False}, today=story.today, now=story.now, account="tester")
    story.say("A", "rag P1.1a at-risk no printer")
    assert "Cllr" in {one.to for one in story.tick("2022-09-05 10:15")}
    assert "Cllr" not in packs(story.tick("2022-09-27 09:00"))
    story.close()
