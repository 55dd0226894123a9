"""Cover: who is away is left in peace, and whoever covers is reminded and may answer as they would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from storage.choices import add_address
from storage.history import list_rows
from storage.people import find_person
from tests.stories.council import is_one_sentence, open_council, told
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = open_council(tmp_path)
    one.give("PM")
    one.sent.clear()
    yield one
    one.close()


def cover(story: Story, words: str = "A by PM from 26 September to 7 October", who: str = "A") -> str:
    return story.say(who, f"cover {words}")


def test_a_holder_says_who_covers_and_both_ends_are_said(story: Story) -> None:
    assert cover(story) == "PM covers A from 26 September 2022 to 7 October 2022, and is told."
    assert "A: PM for A, from 26 September 2022 to 7 October 2022" in story.say("A", "cover")
    assert "A: PM for A" in story.say("PM", "cover")
    assert story.say("PM", "cover").endswith("To end one: cover end A from 26 September 2022")
    assert "A: PM for A" in story.say("office", "cover")
    assert "Nobody covers for anybody" in story.say("B", "cover")


def test_reminders_go_to_the_cover_and_not_to_who_is_away(story: Story) -> None:
    cover(story, "A by PM from 6 September to 7 October")
    story.mornings("2022-10-07")
    assert told(story, "A") == {}
    asked = "\n".join(told(story, "PM")["PM"])
    assert "P1.1a" in asked  # its meeting's request, its chase and its own 20 days before
    assert "Your starting list" not in asked


def test_the_cover_has_one_message_for_what_is_theirs_and_what_they_cover(story: Story) -> None:
    cover(story, "A by B from 6 September to 7 October")
    sent = story.mornings("2022-09-12")
    (bundle,) = [one.text for one in sent if one.to == "B" and one.at.day == 12]
    assert "P1.1c" in bundle
    assert "P1.1a" in bundle


def test_the_cover_may_do_what_the_owner_may_and_it_is_recorded_as_theirs(story: Story) -> None:
    cover(story, "A by PM from 6 September to 7 October")
    assert "not among your actions" in story.refused("PM", "progress P1.1a the form is printed")
    story.at("2022-09-06 10:00")
    assert "is noted" in story.say("PM", "progress P1.1a the form is printed")
    assert "P1.1a is now" in story.say("PM", "rag P1.1a on-track")
    assert "is proposed" in story.say("PM", "slipping P1.1a Dec-22 no printer")
    with story.app.db.read() as tx:
        row = next(row for row in list_rows(tx, ref="P1.1a") if row.verb == "progress")
    assert row.actor == "console:PM"
    assert row.account == "tester, covering A"
    assert "covering A" in story.say("PM", "history P1.1a")
    story.at("2022-10-08 10:00")
    assert "not among your actions" in story.refused("PM", "progress P1.1a and so on")


def test_who_is_away_may_answer_all_the_same(story: Story) -> None:
    cover(story, "A by PM from 6 September to 7 October")
    story.at("2022-09-12 10:00")
    assert "is noted" in story.say("A", "progress P1.1a the form is printed")
    with story.app.db.read() as tx:
        assert list_rows(tx, ref="P1.1a", most=1)[0].account == "tester"


def test_what_was_asked_and_not_answered_comes_back_when_it_ends(story: Story) -> None:
    cover(story, "A by PM from 6 September to 23 September")
    story.mornings("2022-09-25")
    assert told(story, "A") == {}
    (back,) = [one for one in story.tick("2022-09-26 09:00") if one.to == "A"]
    assert "P1.1a" in back.text
    assert "the meeting on 4 October 2022" in back.text


def test_what_the_cover_has_answered_does_not_come_back(story: Story) -> None:
    cover(story, "A by PM from 6 September to 23 September")
    story.mornings("2022-09-12")
    story.at("2022-09-12 10:00")
    story.say("PM", "progress P1.1a the form is printed")
    story.say("PM", "progress P1.1b the form is printed")
    story.say("C", "progress P1.1b the form is printed")
    story.mornings("2022-09-26")
    assert told(story, "A") == {}


def test_a_reminder_planned_before_the_cover_was_said_comes_back_too(story: Story) -> None:
    story.app.plan(story.now.replace(day=9, hour=18))  # Friday evening: Monday is planned, for A
    story.at("2022-09-11 12:00")
    cover(story, "A by PM from 12 September to 16 September")
    story.mornings("2022-09-18")
    assert told(story, "A") == {}
    assert "P1.1a" in "\n".join(told(story, "PM")["PM"])
    (back,) = [one for one in story.tick("2022-09-19 18:00") + story.mornings("2022-09-20") if one.to == "A"]
    assert "P1.1a" in back.text


def test_the_cover_of_a_chair_has_the_pack_and_agrees(story: Story) -> None:
    cover(story, "D by PM from 26 September to 7 October", "D")
    story.say("A", "done P1.1a https://example.org/report")
    story.mornings("2022-09-27")
    assert "D" not in told(story)
    assert any("P1.1a" in text for text in told(story, "PM")["PM"])
    assert "Agreed: P1.1a" in story.say("PM", "agree P1.1a")


def test_the_cover_of_a_chair_hears_of_an_alarm_and_the_chair_does_once_they_are_back(story: Story) -> None:
    cover(story, "D by PM from 6 September to 9 September", "D")
    story.at("2022-09-06 10:00")
    story.say("A", "rag P1.1a at-risk no printer")
    sent = story.tick("2022-09-06 10:20")
    assert "PM" in {one.to for one in sent}
    assert "D" not in {one.to for one in sent}
    assert "is acknowledged" in story.say("PM", "ack P1.1a")
    story.mornings("2022-09-11")
    assert told(story, "D") == {}
    (back,) = [one.text for one in story.tick("2022-09-12 09:00") if one.to == "D" and "at risk" in one.text.lower()]
    assert "P1.1a was rated 🔴 At risk by A" in back


def test_a_title_with_for_in_it_and_days_of_one_month(story: Story) -> None:
    said = story.say("office", "cover Lead council member for education by PM from 3 to 14 October")
    assert said.startswith("PM covers Cllr from 3 October 2022 to 14 October 2022")


def test_one_half_of_a_job_share_does_not_say_it_for_the_other(story: Story) -> None:
    story.give("A", "A two")
    assert "for others please ask" in story.refused("A two", "cover A for console:A by PM until 9 September")


def test_nobody_agrees_their_own_by_covering_the_chair(story: Story) -> None:
    cover(story, "D by A from 6 September to 7 October", "D")
    story.at("2022-09-06 10:00")
    story.say("A", "done P1.1a https://example.org/report")
    story.refused("A", "agree P1.1a")
    assert "Agreed: P1.1a" in story.say("office", "agree P1.1a")


def test_a_chair_who_covers_the_owner_does_not_agree_it(story: Story) -> None:
    cover(story, "A by D from 6 September to 7 October")
    story.at("2022-09-06 10:00")
    story.say("D", "done P1.1a https://example.org/report")
    story.refused("D", "agree P1.1a")
    story.at("2022-10-10 10:00")
    story.refused("D", "agree P1.1a")  # it is what they proposed themselves


def test_a_job_share_covered_by_the_other_half_is_asked_once(story: Story) -> None:
    story.give("A", "A two")
    story.tick()
    story.sent.clear()
    cover(story, "A by A two from 6 September to 7 October")
    story.mornings("2022-09-12")
    assert told(story, "A") == {}
    texts = told(story, "A two")["A two"]
    assert sum("P1.1a" in text for text in texts) == len(texts) == 1


def test_the_office_says_it_for_anybody_and_for_one_of_several(story: Story) -> None:
    story.give("A", "A two")
    refusal = story.refused("office", "cover A by PM from 26 September to 7 October")
    assert "A is held by A and A two: say who is away" in refusal
    assert "PM covers A" in story.say("office", "cover A for A two by PM from 26 September to 7 October")
    assert "A: PM for A two" in story.say("office", "cover")


def test_all_of_ones_roles_are_covered_where_none_is_named(story: Story) -> None:
    story.give("B", "A", address="console:A")
    said = cover(story, "me by PM from 26 September to 7 October")
    assert said.startswith("PM covers A and B from 26 September 2022")


def test_a_role_may_be_left_out_altogether(story: Story) -> None:
    assert cover(story, "by PM until 9 September").startswith("PM covers A from 5 September 2022")


def test_a_role_that_is_not_covered_is_named(story: Story) -> None:
    story.give("B", "A", address="console:A")
    assert "B is not covered: its reminders go to A as before." in cover(story)


def test_whoever_it_concerns_ends_it(story: Story) -> None:
    cover(story, "A by PM from 6 September to 7 October")
    assert is_one_sentence(story.refused("B", "cover end A"))
    story.at("2022-09-07 10:00")
    assert "A is no longer covered" in story.say("PM", "cover end A")
    story.mornings("2022-09-12")
    assert "P1.1a" in "\n".join(told(story, "A")["A"])


def test_a_cover_ended_on_its_first_day_gives_back_what_it_kept_from_them(story: Story) -> None:
    story.app.plan(story.now.replace(day=9, hour=18))  # Friday evening: Monday is planned, for A
    story.at("2022-09-12 08:00")
    cover(story, "A by PM from 12 September to 16 September")
    assert "A" not in {one.to for one in story.tick("2022-09-12 09:00")}
    story.at("2022-09-12 10:00")
    story.say("A", "cover end A")
    assert "P1.1a" in "".join(one.text for one in story.tick() if one.to == "A")
    assert "PM covers A" in cover(story, "A by PM from 1 September 2022 to 16 September 2022")


def test_the_cover_is_told_beforehand_and_on_the_first_morning(story: Story) -> None:
    cover(story)
    first, *_ = [one for one in story.mornings("2022-09-06") if one.to == "PM"]
    assert "A is away from 26 September 2022 to 7 October 2022, and you cover A then." in first.text
    story.say("B", "progress P1.1c as before")
    story.mornings("2022-09-26")
    last = story.to("PM")[-1]
    assert last.at.day == 26
    assert "A is away, and you cover A to 7 October 2022." in last.text
    assert "P1.1a · ⚪ Not yet rated" in last.text


def test_a_cover_who_leaves_leaves_it_to_the_office_and_not_to_who_is_away(story: Story) -> None:
    cover(story, "A by PM from 6 September to 7 October")
    story.at("2022-09-09 10:00")
    story.leave("PM")
    story.mornings("2022-09-12")
    assert told(story, "A") == {}
    assert "A: 2 actions (P1.1a, P1.1b)" in "\n".join(told(story, "office")["office"])


def test_dates_are_read_in_uk_order_and_across_the_year(story: Story) -> None:
    assert "from 3 October 2022 to 14 October 2022" in cover(story, "A by PM from 3/10/2022 to 14/10/22")
    story.say("A", "cover end A")
    assert "from 20 December 2022 to 3 January 2023" in cover(story, "A by PM from 20 December to 3 January")
    story.say("A", "cover end A")
    assert "from 1 September 2022 to 14 September 2022" in cover(story, "A by PM from 1 September to 14 September")
    story.say("A", "cover end A")
    assert "from 5 September 2022 to 9 September 2022" in cover(story, "A by PM until 9 September")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("A", "for example: cover SENDPO by EDCS from 3 October to 14 October"),
        ("A by PM", "from when and to when"),
        ("A by PM from 3 October to soon", "is not a day I can read"),
        ("A by PM from October to November", "is not a day I can read"),
        ("A by PM from 14 October 2022 to 3 October 2022", "is before"),
        ("A by PM from 1 August 2022 to 3 August 2022", "is past"),
        ("A by PM from 1 August to 3 August", "write the year"),
        ("A by A from 3 October to 14 October", "Nobody covers for themselves"),
        ("A by Zed from 3 October to 14 October", "I know nobody called “Zed”"),
        ("A by console:nobody from 3 October to 14 October", "I do not know them yet"),
        ("A by <@U77> from 3 October to 14 October", "I do not know them yet"),
        ("B by PM from 3 October to 14 October", "B is not yours"),
        ("A by PM from 3 October 2022 to 14 October 2024", "more than a year"),
        ("end A", "Nobody covers A"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(story: Story, words: str, hint: str) -> None:
    refusal = story.refused("A", f"cover {words}")
    assert hint in refusal
    assert is_one_sentence(refusal)


def test_a_role_that_is_not_in_the_plan_is_refused_with_the_nearest(story: Story) -> None:
    assert "There is no role “Q”" in story.refused("A", "cover Q by PM from 3 October to 14 October")


def test_two_covers_at_once_are_refused_and_so_is_one_by_who_is_away(story: Story) -> None:
    cover(story)
    assert "is covered by PM" in story.refused("A", "cover A by B from 7 October to 9 October")
    assert "A is away from 26 September 2022" in story.refused("B", "cover B by A from 1 October to 2 October")


def test_who_covers_and_goes_away_themselves_is_reminded_of_that(story: Story) -> None:
    cover(story, "A by B from 26 September to 7 October")
    said = cover(story, "B by PM from 3 October to 4 October", "B")
    assert "B covers A in that time, which needs somebody else." in said


def test_who_has_two_addresses_under_one_name_is_one_person(story: Story) -> None:
    story.give("N", "Alex", address="console:alex")
    story.give("Cllr", "Alex", address="console:alex2")
    with story.app.db.write() as tx:
        office.end_holder(
            tx, "Cllr", "console:alex2", on=story.today, today=story.today, now=story.now, account="tester"
        )
        first = find_person(tx, "console:alex")
        assert first is not None
        add_address(tx, first, "console:alex2", story.now, account="tester")
    assert "Alex covers A from 26 September 2022" in cover(story, "A by Alex from 26 September to 7 October")
    assert "A: Alex for A" in story.say("Alex", "cover")
