"""Roles and groups that are called otherwise keep what is theirs; schools keep their holidays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot import naming, office
from programme.messages import Request, UserError, Where
from storage import people
from tests.stories.council import PLAN, open_council
from tests.story import Story

NEW_ROLES = PLAN.replace("Officer A\tA\t", "Officer Aa\tALPHA\t").replace("\tA\tOct-22", "\tALPHA\tOct-22")
NEW_BOARD = PLAN.replace("The Board:", "The Joint Board:")
TERMS = "Autumn 1 2022,2022-09-05,2022-10-21\nAutumn 2 2022,2022-10-31,2022-12-16"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = open_council(tmp_path)
    one.sent.clear()
    yield one
    one.close()


def rename(story: Story, old: str, new: str, on: str = "2022-10-01", kind: str = "role") -> str:
    with story.app.db.write() as tx:
        done = naming.rename_role if kind == "role" else naming.rename_group
        return done(tx, old, new, on=date.fromisoformat(on), today=story.today, now=story.now, account="tester")


def mark(story: Story, role: str, **marks: bool) -> str:
    with story.app.db.write() as tx:
        return naming.set_role(tx, role, marks, today=story.today, now=story.now, account="tester")


def roles(story: Story) -> str:
    with story.app.db.read() as tx:
        return office.list_roles(tx, story.today, as_json=False)


def test_a_role_renamed_before_its_import_keeps_its_holder(story: Story) -> None:
    assert "ALPHA is the role's name now, A until 1 October 2022" in rename(story, "A", "ALPHA")
    assert "ALPHA (until 1 October 2022 A): Officer A" in roles(story)
    lines = "\n".join(story.load(NEW_ROLES))
    assert "renamed?" not in lines
    assert roles(story).count("console:A") == 1
    assert "is noted" in story.say("A", "progress P1.1a the form is printed")
    assert "the form is printed" in story.say("A", "history P1.1a")


def test_an_import_asks_whether_a_near_twin_is_the_same_and_says_what_to_type(story: Story) -> None:
    lines = "\n".join(story.load(NEW_ROLES))
    assert '“Officer Aa” looks like “Officer A”: the same, renamed? If so: halfterm roles rename "A" "ALPHA"' in lines
    assert "ALPHA: Officer Aa, Council: One: nobody" in roles(story)  # nothing is guessed and applied
    rename(story, "A", "ALPHA")
    assert "ALPHA (until 1 October 2022 A): Officer Aa, Council: One: console:A" in roles(story)
    assert "\nA:" not in "\n" + roles(story)
    assert "renamed?" not in "\n".join(story.load(NEW_ROLES))


def test_an_abbreviation_that_changed_with_the_same_title_is_asked_about(story: Story) -> None:
    lines = "\n".join(story.load(PLAN.replace("Officer A\tA\t", "Officer A\tOA\t")))
    assert 'abbreviation A → OA: the same, renamed? If so: halfterm roles rename "A" "OA"' in lines


def test_the_old_name_is_still_understood(story: Story) -> None:
    rename(story, "A", "ALPHA")
    assert "P1.1a" in story.say("ALPHA", "actions mine")
    assert "P1.1a" in story.say("A", "actions mine")
    story.load(PLAN)  # a file that still has the old name
    assert roles(story).count("console:A") == 1
    assert "ALPHA (until 1 October 2022 A)" in roles(story)
    assert "P1.1a" in story.say("A", "actions mine")


def test_reminders_and_reminded_answers_go_on_as_before(story: Story) -> None:
    rename(story, "A", "ALPHA")
    (sent,) = [one for one in story.mornings("2022-09-12") if one.to == "A"]
    assert "P1.1a" in sent.text
    assert "starting list" not in sent.text


def test_a_role_that_chairs_goes_on_chairing(story: Story) -> None:
    rename(story, "D", "DELTA")
    story.say("A", "done P1.1a https://example.org/report")
    assert "Agreed: P1.1a" in story.say("D", "agree P1.1a")
    with story.app.db.read() as tx:
        (board, *_) = people.list_groups(tx, people.read_directory(tx, story.today))
    assert (board.chair, [one.address for one in board.chairs]) == ("DELTA", ["console:D"])


def test_who_covers_a_role_covers_it_under_its_new_name(story: Story) -> None:
    story.say("A", "cover A by B from 6 September to 30 September")
    story.load(NEW_ROLES)
    rename(story, "A", "ALPHA")
    story.at("2022-09-12 10:00")
    assert "is noted" in story.say("B", "progress P1.1a the form is printed")
    assert "ALPHA: B for A" in story.say("A", "cover")


def test_a_group_renamed_before_its_import_keeps_its_chair_and_meetings(story: Story) -> None:
    said = rename(story, "The Board", "The Joint Board", kind="group")
    assert "The Joint Board is the group's name now, The Board until 1 October 2022" in said
    assert "renamed?" not in "\n".join(story.load(NEW_BOARD))
    assert "The Joint Board: Tuesday 4 October 2022" in story.say("A", "meetings")
    assert "Meetings of The Joint Board" in story.say("A", "meetings The Board")
    story.mornings("2022-09-27")
    assert any("The Joint Board: digest for the meeting on 4 October 2022" in one.text for one in story.to("D"))


def test_a_group_that_an_import_renamed_becomes_one_again(story: Story) -> None:
    lines = "\n".join(story.load(NEW_BOARD))
    asked = "“The Joint Board” looks like “The Board”: the same, renamed?"
    assert f'{asked} If so: halfterm groups rename "The Board" "The Joint Board"' in lines
    story.tick("2022-09-27 08:00")  # the pack is queued under the old name
    rename(story, "The Board", "The Joint Board", kind="group")
    with story.app.db.read() as tx:
        names = [one.name for one in people.list_groups(tx, people.read_directory(tx, story.today))]
    assert sorted(names) == ["The Forum", "The Joint Board"]
    story.mornings("2022-09-27")
    story.tick("2022-09-27 09:00")
    assert any("The Joint Board: digest for the meeting on 4 October 2022" in one.text for one in story.to("D"))
    assert "renamed?" not in "\n".join(story.load(NEW_BOARD))


def test_what_cannot_be_renamed_is_refused_in_a_sentence(story: Story) -> None:
    for old, new, kind, hint in (
        ("Zed", "Y", "role", "There is no role “Zed”"),
        ("A", "A", "role", "is what it is called already"),
        ("A", " ", "role", "Say what it is called now"),
        ("Zed", "Y", "group", "There is no group called “Zed”"),
        ("The Board", "The Board", "group", "is what it is called already"),
    ):
        with pytest.raises(UserError, match=hint):
            rename(story, old, new, kind=kind)


def test_a_role_is_marked_and_unmarked(story: Story) -> None:
    assert mark(story, "D", school=True, reads_all=True) == "D is of a school and one that reads everything."
    assert "D: Head D, School (school, reads all): console:D" in roles(story)
    assert mark(story, "D", school=False, reads_all=False) == "D is not of a school and not one that reads everything."
    assert "D: Head D, School: console:D" in roles(story)
    with pytest.raises(UserError, match="Say what the role is"):
        mark(story, "D")


def test_young_people_are_never_written_to(story: Story) -> None:
    with pytest.raises(UserError, match='and console:C holds C: first type halfterm people end "C" console:C'):
        mark(story, "C", young_people=True)
    story.leave("C")
    assert mark(story, "C", young_people=True) == "C is young people's."
    with pytest.raises(UserError, match="leave it with nobody, and the programme office passes on"):
        story.give("C")
    assert "(young people): nobody" in roles(story)
    story.mornings("2022-10-31")
    assert not story.to("C")
    passed = [one.text for one in story.to("office") if "P1.2a" in one.text]
    assert passed
    assert passed[0].startswith("Please pass on.\nNobody I can write to holds these. Please ask of each")
    assert "\n- C: 2 actions (P1.1b, P1.2a). Please ask their coordinator" in passed[0]
    assert "halfterm people set" not in passed[0]
    assert "Roles with nobody in them" not in story.say("office", "weekly")
    assert "leave it with nobody" in story.refused("office", "cover C by B from 7 November to 11 November")
    claimed = story.app.door(lambda: story.now).answer(Request("console:new", "iam C", Where("console")))
    assert "leave it with nobody" in claimed.text
    rename(story, "A", "Young inspectors")
    with pytest.raises(UserError, match="and console:A holds Young inspectors"):
        rename(story, "C", "Young inspectors")


def test_who_holds_a_role_for_some_weeks_yet_holds_it(story: Story) -> None:
    with story.app.db.write() as tx:
        end = date(2022, 12, 1)
        office.end_holder(tx, "C", "console:C", on=end, today=story.today, now=story.now, account="tester")
    with pytest.raises(UserError, match="console:C holds C"):
        mark(story, "C", young_people=True)


def test_a_mark_stays_while_a_file_lacks_the_role(story: Story) -> None:
    story.leave("C")
    mark(story, "C", young_people=True)
    without = (
        PLAN.replace("Officer C\tC\tNHS Trust\n", "").replace("A/ C\t", "A\t").replace("\tC\tAug-22", "\tB\tAug-22")
    )
    story.load(without)
    story.load(PLAN)
    with pytest.raises(UserError, match="young people's"):
        story.give("C")


def test_a_role_that_only_owners_cells_have_shows_its_marks(story: Story) -> None:
    story.load(PLAN.replace("A/ C\t", "A/ Youth council\t"))
    mark(story, "Youth council", young_people=True)
    assert "Youth council: not in the roles table (young people): nobody." in roles(story)


def test_who_reads_all_reads_what_is_not_theirs(story: Story) -> None:
    story.give("PM")
    assert "not among your actions" in story.refused("PM", "action P1.1a")
    mark(story, "PM", reads_all=True)
    assert "Write the charter." in story.say("PM", "action P1.1a")


def test_nothing_is_sent_to_a_school_in_its_holidays(story: Story) -> None:
    story.terms(TERMS)
    mark(story, "A", school=True)
    story.mornings("2022-10-21")
    before = len(story.to("A"))
    last = [one.at.date() for one in story.to("A")][-1]
    story.mornings("2022-10-30")
    assert len(story.to("A")) == before
    assert last == date(2022, 10, 17)  # five school days before 31 October, and not the 24th
    assert "P1.1a" in story.to("A")[-1].text
    (back,) = [one for one in story.tick("2022-10-31 09:00") if one.to == "A"]
    assert "P1.1a" in back.text


def test_an_overdue_chase_waits_for_the_end_of_the_holidays(story: Story) -> None:
    story.terms(TERMS)
    mark(story, "C", school=True)
    story.mornings("2022-10-17")
    assert "P1.2a" in story.to("C")[-1].text
    days = [one.at.date() for one in story.mornings("2022-11-18") if one.to == "C"]
    assert not any(date(2022, 10, 22) <= day <= date(2022, 10, 30) for day in days)
    assert days


def test_the_same_person_in_another_role_is_written_to_as_ever(story: Story) -> None:
    story.terms(TERMS)
    mark(story, "A", school=True)
    story.give("B", "A", address="console:A")
    story.mornings("2022-10-21")
    assert any(one.to == "A" for one in story.mornings("2022-10-28"))


def test_names_follow_one_another_and_a_name_may_come_back(story: Story) -> None:
    rename(story, "A", "ALPHA", "2022-09-01")
    rename(story, "alpha", "AA", "2022-10-01")
    assert "AA (until 1 October 2022 ALPHA): Officer A" in roles(story)
    assert "P1.1a" in story.say("A", "actions mine")
    with story.app.db.read() as tx:
        directory = people.read_directory(tx, story.today)
    assert directory.by_name["a"] == directory.by_name["alpha"] == directory.by_name["aa"]
    rename(story, "AA", "A", "2022-11-01")
    assert "A (until 1 November 2022 AA): Officer A" in roles(story)


def test_who_was_given_the_new_name_meanwhile_shares_it(story: Story) -> None:
    story.load(NEW_ROLES)
    story.give("ALPHA", "A two")
    story.give("ALPHA", "A")
    rename(story, "A", "ALPHA")
    with story.app.db.read() as tx:
        directory = people.read_directory(tx, story.today)
    (role_id,) = directory.by_name["alpha"]
    assert [one.address for one in directory.holders[role_id]] == ["console:A", "console:A two"]


def test_what_an_owners_words_mean_follows_the_new_name(story: Story) -> None:
    story.load(PLAN.replace("\tA\tOct-22", "\tOfficer of charters\tOct-22"))
    story.means("Officer of charters", "A")
    rename(story, "A", "ALPHA")
    assert "P1.1a" in story.say("A", "actions mine")


def test_a_role_that_nobody_held_is_understood_by_its_old_name(story: Story) -> None:
    story.load(PLAN.replace("Programme Manager\tPM\t", "Programme Director\tPD\t"))
    rename(story, "PM", "PD")
    assert "PD (until 1 October 2022 PM): Programme Director" in roles(story)


@pytest.mark.parametrize("new", ["The Joint Board", "Council of the Region"])
def test_an_import_knows_the_name_a_group_had_and_says_nothing_of_it(story: Story, new: str) -> None:
    rename(story, "The Board", new, kind="group")
    later = PLAN.replace("The Board:", f"{new.upper()}:")
    assert story.load(later)[1:3] == ["Against the last import:", "  Nothing has changed."]
    assert story.load(PLAN)[1:3] == ["Against the last import:", "  Nothing has changed."]  # a file of before


def test_another_group_that_is_called_so_now_is_new(story: Story) -> None:
    rename(story, "The Board", "Council of the Region", kind="group")
    both = PLAN.replace("\t<p><b>The Forum", "\t<p><b>Council of the Region:</b> Meets.</p>\t<p><b>The Forum")
    lines = "\n".join(story.load(both))
    assert "The group Council of the Region (“Meets.”) is new." in lines
    assert "is gone" not in lines


def test_groups_that_report_to_it_and_channels_that_hear_of_it_follow(story: Story) -> None:
    story.group("The Forum", reports_to=["The Board"])
    story.say("office", "hear slack:T1:C1 at-risk The Board")
    rename(story, "The Board", "The Joint Board", kind="group")
    with story.app.db.read() as tx:
        groups = {one.name: one for one in people.list_groups(tx, people.read_directory(tx, story.today))}
    assert groups["The Forum"].reports_to == ("The Joint Board",)
    assert "The Joint Board" in story.say("office", "hear slack:T1:C1")
