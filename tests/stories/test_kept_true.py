"""A message that was sent stays true: once the facts change it is edited for everybody who has it, and pings nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import run_clock
from storage.renewals import open_home
from tests.slack import Posted
from tests.stories.on_slack import OnSlack, open_on_slack


@pytest.fixture
def story(tmp_path: Path) -> Iterator[OnSlack]:
    with open_on_slack(tmp_path) as council:
        yield council


def commands(post: Posted, ref: str) -> list[str]:
    """What the buttons about one action would say."""
    elements = [each for block in post.blocks if block["type"] == "actions" for each in block["elements"]]
    return [each["value"] for each in elements if ref in each["value"].split()]


def test_a_co_owners_answer_shows_in_everybodys_message(story: OnSlack) -> None:
    mine, theirs = story.message("A"), story.message("C")
    before = len(story.slack.posts)
    story.say("A", "rag P1.1b on-track")
    story.deliver()
    assert len(story.slack.posts) == before
    assert "Answered by A on 5 September: 🟢 On track. Still to answer: NHS Trust." in mine.text
    assert "Answered by A on 5 September: 🟢 On track. Still to answer: NHS Trust." in theirs.text
    assert commands(mine, "P1.1b") == []
    assert commands(theirs, "P1.1b") == ["done P1.1b", "going P1.1b", "notmine P1.1b"]
    assert commands(mine, "P1.1a") == ["done P1.1a", "going P1.1a", "notmine P1.1a"]
    story.at("2022-09-06 10:00").say("C", "going P1.1b")
    story.deliver()
    answered = "✓ Answered by A on 5 September: 🟢 On track; by C on 6 September: still going."
    assert answered in mine.text
    assert answered in theirs.text
    assert commands(theirs, "P1.1b") == []
    assert (mine.edits, theirs.edits) == (2, 2)


def test_a_message_is_left_alone_by_what_it_does_not_show(story: OnSlack) -> None:
    story.say("A", "rag P1.1a on-track")
    story.deliver()
    assert story.message("A").edits == 1
    assert story.message("B").edits == 0
    assert story.message("C").edits == 0


def test_an_answer_taken_back_brings_the_buttons_back(story: OnSlack) -> None:
    post = story.message("A")
    before = post.text, post.blocks
    story.say("A", "going P1.1a")
    story.deliver()
    assert commands(post, "P1.1a") == []
    story.say("A", "undo")
    story.deliver()
    assert (post.text, post.blocks) == before


def test_changes_that_come_together_are_one_edit(story: OnSlack) -> None:
    for words in ("progress P1.1a the draft is out", "rag P1.1a amber few readers", "rag P1.1b green"):
        story.say("A", words)
    story.deliver()
    assert story.message("A").edits == 1
    assert "✓ Answered by A on 5 September: 🟠 Vulnerable." in story.message("A").text


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ("done P1.1a https://example.org", "✓ Done, awaiting agreement. Said by A on 5 September."),
        ("slipping P1.1a Dec-22 no paper", "✓ Dec-22 proposed, awaiting agreement. Said by A on 5 September."),
        ("progress P1.1a the draft is out", "✓ Answered by A on 5 September: “the draft is out”."),
        ("evidence P1.1a https://example.org", "✓ Answered by A on 5 September: evidence given."),
        ("notmine P1.1a", "Not theirs, was said by A on 5 September; the programme office hears of it."),
    ],
)
def test_whatever_settles_an_action_stands_in_place_of_its_buttons(story: OnSlack, said: str, stands: str) -> None:
    story.say("A", said)
    story.deliver()
    assert stands in story.message("A").text
    assert commands(story.message("A"), "P1.1a") == []


def test_what_the_chair_decides_shows_too(story: OnSlack) -> None:
    story.say("A", "done P1.1a https://example.org")
    story.say("A", "slipping P1.1b Apr-23 no paper")
    story.at("2022-09-06 10:00").say("D", "return P1.1a the survey is missing")
    story.say("D", "agree P1.1b")
    story.deliver()
    text = story.message("A").text
    assert "Returned by D on 6 September: the survey is missing." in text
    assert commands(story.message("A"), "P1.1a") == ["done P1.1a", "going P1.1a", "notmine P1.1a"]
    assert "✓ Apr-23 agreed by D on 6 September." in text
    story.say("A", "done P1.1a https://example.org/survey")
    story.say("D", "agree P1.1a")
    story.deliver()
    assert "✓ Complete, and agreed." in story.message("A").text


def test_somebody_who_no_longer_holds_the_role_reads_nothing_new(story: OnSlack) -> None:
    story.give("B", address="slack:T1:U1")
    story.take("A", "slack:T1:U1")
    story.give("A", address="slack:T1:U2")
    story.at("2022-09-05 11:00").say("slack:T1:U2", "rag P1.1a red no printer")
    story.deliver()
    post = story.message("A")
    assert "- P1.1a\n  It is no longer yours." in post.text
    assert "At risk" not in post.text
    assert commands(post, "P1.1a") == []


def test_a_message_is_kept_true_for_five_weeks_and_then_left_as_it_is(story: OnSlack) -> None:
    post = story.message("A")
    story.at("2022-10-10 08:00").say("A", "going P1.1a")
    story.deliver()
    assert post.edits == 1
    story.at("2022-10-10 10:00").say("A", "going P1.1b")
    story.deliver()
    assert post.edits == 1


def test_a_restart_between_the_change_and_its_edit_loses_nothing(story: OnSlack) -> None:
    post = story.message("A")
    story.say("A", "going P1.1a")
    story.restart()
    story.deliver()
    assert "✓ Answered by A on 5 September: still going." in post.text


def test_what_changes_while_a_message_is_on_its_way_is_put_right(story: OnSlack) -> None:
    story.at("2022-09-12 09:00").app.plan(story.now)
    steps: list[str] = []

    def answer_meanwhile(step: str) -> None:
        if step == "before the post" and step not in steps:
            story.say("A", "rag P1.1b on-track")
        steps.append(step)

    story.app.deliver(run_clock(story.now), reached=answer_meanwhile)
    first = min((row for row in story.rows("bundle") if row.settled_at.day == 12), key=lambda row: row.settled_at)
    (post,) = [post for post in story.slack.posts if post.ts == first.post]
    assert "P1.1b" in post.text
    assert "Answered by A" not in post.text
    story.deliver("2022-09-12 09:07")
    assert "Answered by A on 12 September: 🟢 On track." in post.text


def test_edits_that_wait_for_a_channel_that_is_gone_are_not_told_to_the_office(story: OnSlack) -> None:
    story.say("A", "going P1.1a")
    del story.app.senders["slack"]
    story.tick("2022-09-06 09:00")
    assert "P1.1a" not in "".join(one.text for one in story.to("office") if "waits" in one.text)
    assert "not set up" not in "".join(one.text for one in story.to("office"))


def test_edits_are_forgotten_after_a_month(story: OnSlack) -> None:
    story.say("A", "going P1.1a")
    story.deliver()
    assert [row.state for row in story.rows("edit")] == ["sent"]
    story.app.tidy(story.at("2022-10-06 09:00").now)
    assert story.rows("edit") == []


def test_a_snooze_says_until_when_and_leaves_the_buttons(story: OnSlack) -> None:
    story.deliver("2022-09-12 09:00")
    post = story.message("B")
    story.at("2022-09-12 10:00").say("B", "snooze P1.1c 30 September on leave")
    story.deliver()
    assert "Quiet until 30 September." in post.text
    assert "rag P1.1c on-track" in commands(post, "P1.1c")


def test_edits_are_made_at_night_for_they_ping_nobody(story: OnSlack) -> None:
    story.at("2022-09-05 22:30").say("A", "going P1.1a")
    story.deliver()
    assert story.message("A").edits == 1


def test_a_message_that_was_deleted_is_not_missed(story: OnSlack) -> None:
    story.slack.posts.remove(story.message("A"))
    story.say("A", "going P1.1a")
    story.tick("2022-09-05 10:01")
    (row,) = story.rows("edit")
    assert row.state in ("failed", "dropped", "sent")
    story.tick("2022-09-06 09:00")
    assert not any("could not be sent" in one.text for one in story.to("office"))


def test_a_reply_in_the_thread_of_an_edited_message_is_still_understood(story: OnSlack) -> None:
    post = story.message("B")
    story.say("B", "going P1.1c")
    story.deliver()
    reply = story.app.door(lambda: story.now).answer(story.request("B", "the first course is full", post))
    assert reply is not None
    assert "Progress on P1.1c is noted" in reply.text


def test_words_that_are_redacted_go_from_what_was_said_too(story: OnSlack) -> None:
    story.say("A", "progress P1.1b the draft is out")
    story.deliver()
    assert "“the draft is out”" in story.message("C").text
    number = story.say("A", "history P1.1b").split("\n- ")[1].partition(".")[0]
    story.say("office", f"redact {number} it should not have been said")
    story.deliver()
    assert "the draft is out" not in "".join(post.text for post in story.slack.posts)
    assert "Answered by A on 5 September: progress." in story.message("C").text


def test_what_a_chair_was_told_is_taken_back_with_it(story: OnSlack) -> None:
    story.say("A", "rag P1.1a amber few readers")
    story.deliver("2022-09-06 09:00")
    post = story.message("D")
    assert "P1.1a was rated 🟠 Vulnerable" in post.text
    story.at("2022-09-06 09:30").say("A", "undo")
    story.deliver()
    assert "- P1.1a: the alarm was withdrawn." in post.text
    assert "few readers" not in post.text


def test_a_mitigation_that_is_in_place_settles_its_reminder(story: OnSlack) -> None:
    story.say("C", "rag P1.2a red no map maker")
    story.say("C", "mitigation P1.2a borrow one; B; 30 September 2022")
    story.deliver("2022-09-09 09:00")
    story.mornings("2022-09-23")
    post = next(one for one in story.posts_to("U2") if "Its mitigation is due" in one.text)
    assert commands(post, "P1.2a") == ["inplace P1.2a", "action P1.2a"]
    story.at("2022-09-23 10:00").say("B", "inplace P1.2a")
    story.deliver()
    assert "✓ Its mitigation has been in place since 23 September." in post.text
    assert commands(post, "P1.2a") == []


def test_what_the_office_was_to_pass_on_goes_once_it_is_answered(story: OnSlack) -> None:
    story.slack.users["U9"] = True
    story.office("slack:T1:U9")
    story.take("B", "slack:T1:U2")
    story.deliver("2022-09-06 09:00")
    post = story.posts_to("U9")[-1]
    assert "B: 1 action (P1.1c)" in post.text
    story.at("2022-09-06 10:00").say("office", "done P1.1c https://example.org")
    story.deliver()
    assert "P1.1c" not in post.text


def look_at_home(story: OnSlack, user: str, page: int = 1) -> None:
    with story.app.db.write() as tx:
        open_home(tx, f"slack:T1:{user}", page, story.now)


def home(story: OnSlack, user: str) -> str:
    return str(story.slack.homes[user]["blocks"])


def test_a_home_that_is_opened_is_shown_and_shown_anew_after_each_change(story: OnSlack) -> None:
    look_at_home(story, "U1")
    story.deliver()
    assert "P1.1a" in home(story, "U1")
    assert "At risk" not in home(story, "U1")
    before = story.slack.homes["U1"]["hash"]
    story.say("C", "rag P1.1b red no nurses")
    story.deliver()
    assert "At risk" in home(story, "U1")
    (_opened, changed) = story.slack.asked("views.publish")
    assert changed["hash"] == before


def test_only_homes_that_show_the_action_are_shown_anew(story: OnSlack) -> None:
    for user in ("U1", "U2", "U4"):
        look_at_home(story, user)
    story.deliver()
    story.say("A", "rag P1.1a red no printer")
    story.deliver()
    shown = [call["user_id"] for call in story.slack.asked("views.publish")]
    assert sorted(shown) == ["U1", "U1", "U2", "U4", "U4"]


def test_a_home_nobody_has_looked_at_for_a_month_rests(story: OnSlack) -> None:
    look_at_home(story, "U1")
    story.deliver()
    story.at("2022-10-06 10:00").say("A", "rag P1.1a red no printer")
    story.deliver()
    assert len(story.slack.asked("views.publish")) == 1


def test_a_question_that_was_answered_says_so_in_place_of_its_buttons(story: OnSlack) -> None:
    story.say("D", "ask P1.1b is the survey out?")
    story.deliver("2022-09-05 10:01")
    mine, theirs = story.message("A"), story.message("C")
    assert commands(theirs, "P1.1b")[0] == "rag P1.1b on-track"
    story.at("2022-09-05 11:00").say("A", "progress P1.1b it went out on Friday")
    story.deliver()
    assert "✓ Answered by A." in mine.text
    assert "✓ Answered by A." in theirs.text
    assert commands(theirs, "P1.1b") == []
