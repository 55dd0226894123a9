"""A digest that a chair has stays true until the meeting: its post is edited, its file is of the day it was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.office import set_group
from storage.history import list_rows
from tests.slack import Posted
from tests.stories.on_slack import OnSlack, open_on_slack
from tests.story import london

CHANGES = ("chat.postMessage", "chat.update", "files.completeUploadExternal")


@pytest.fixture
def story(tmp_path: Path) -> Iterator[OnSlack]:
    """The Board meets on 4 October at 10:00; its chair D has had the pack, at 09:00 on 27 September."""
    with open_on_slack(tmp_path) as council:
        for day in range(6, 28):
            council.deliver(f"2022-09-{day:02d} 09:00")
        yield council.at("2022-09-28 10:00")


def find_post(story: OnSlack, begins: str = "The Board: digest", user: str = "U4") -> Posted:
    (post,) = [post for post in story.posts_to(user) if post.text.startswith(begins)]
    return post


def count_changes(story: OnSlack) -> int:
    return sum(len(story.slack.asked(method)) for method in CHANGES)


def fates(story: OnSlack, post: Posted) -> list[tuple[str, str]]:
    """What became of each edit of a post that was queued."""
    (row,) = [row for row in story.rows("pack", "since") if row.post == post.ts]
    return [(one.state, one.trouble) for one in story.rows("edit") if one.facts["row"] == row.id]


def test_ten_minutes_after_a_change_the_pack_says_how_it_stands_now(story: OnSlack) -> None:
    pack = find_post(story)
    posted = len(story.slack.posts)
    assert "🔴 At risk" not in pack.text
    story.say("A", "rag P1.1a red no printer")
    story.deliver("2022-09-28 10:09")
    assert pack.edits == 0
    story.deliver("2022-09-28 10:10")
    assert pack.edits == 1
    assert "P1.1a 🔴 At risk · Write the charter (A): not yet acknowledged. No printer." in pack.text
    assert "🔴 At risk 1" in json.dumps(pack.blocks, ensure_ascii=False)
    assert pack.text.startswith("The Board: digest for the meeting on 4 October 2022.")
    assert len([post for post in story.slack.posts[posted:] if post.channel == "DU4"]) == 0


def test_it_says_that_it_is_brought_up_to_date_and_of_when_its_file_is(story: OnSlack) -> None:
    pack = find_post(story)
    (files,) = [post for post in story.slack.posts if post.files]
    before = files.text, files.files, files.edits
    story.say("A", "rag P1.1a red no printer")
    story.deliver("2022-09-28 10:10")
    said = (
        "Brought up to date at 10:10 on 28 September 2022. The Word file in the thread is as of 09:00 on 27 September "
        "2022: for a new one, type: digest The Board"
    )
    assert pack.text.splitlines()[1] == said
    assert pack.blocks[1]["elements"][0]["text"] == said
    assert (files.text, files.files, files.edits) == before
    assert files.thread_ts == pack.ts


def test_of_a_file_that_was_never_shared_nothing_is_said(tmp_path: Path) -> None:
    with open_on_slack(tmp_path) as story:
        story.slack.scopes.remove("files:write")
        for day in range(6, 28):
            story.tick(f"2022-09-{day:02d} 09:00")
        story.at("2022-09-28 10:00").say("A", "rag P1.1a red no printer")
        story.tick("2022-09-28 10:10")
        assert find_post(story).text.splitlines()[1] == "Brought up to date at 10:10 on 28 September 2022."


def test_changes_that_come_together_are_one_edit_of_the_pack(story: OnSlack) -> None:
    pack = find_post(story)
    story.say("A", "rag P1.1a red no printer")
    story.at("2022-09-28 10:06").say("B", "rag P1.1c amber few rooms")
    story.deliver("2022-09-28 10:10")
    assert pack.edits == 1
    assert "P1.1a 🔴 At risk" in pack.text
    assert "P1.1c 🟠 Vulnerable" in pack.text
    story.deliver("2022-09-28 10:30")
    assert fates(story, pack) == [("sent", "")]
    story.at("2022-09-28 11:00").say("A", "rag P1.1a green it is mended")
    story.deliver("2022-09-28 11:10")
    assert pack.edits == 2
    assert "Brought up to date at 11:10" in pack.text
    assert "Brought up to date at 10:10" not in pack.text


def test_a_change_in_the_minute_of_an_edit_is_not_lost(story: OnSlack) -> None:
    pack = find_post(story)
    story.say("A", "rag P1.1a red no printer")
    story.deliver("2022-09-28 10:10")
    story.say("B", "rag P1.1c amber few rooms")
    story.deliver("2022-09-28 10:20")
    assert "P1.1c 🟠 Vulnerable" in pack.text


def test_what_is_taken_back_goes_from_the_pack_again(story: OnSlack) -> None:
    pack = find_post(story)
    story.say("A", "rag P1.1a red no printer")
    story.deliver("2022-09-28 10:10")
    story.at("2022-09-28 10:12").say("A", "undo")
    story.deliver("2022-09-28 10:22")
    assert "🔴 At risk" not in pack.text


def test_what_is_agreed_has_no_buttons_left_in_the_pack(tmp_path: Path) -> None:
    with open_on_slack(tmp_path) as story:
        story.say("A", "slipping P1.1a Dec-22 no printer")
        for day in range(6, 28):
            story.deliver(f"2022-09-{day:02d} 09:00")
        pack = find_post(story)
        assert "agree P1.1a" in json.dumps(pack.blocks)
        story.at("2022-09-28 10:00").say("D", "agree P1.1a")
        story.deliver("2022-09-28 10:10")
        assert "agree P1.1a" not in json.dumps(pack.blocks)
        assert "Timescale moved: 1." in pack.text


@pytest.fixture
def mapped(story: OnSlack) -> OnSlack:
    """B chairs a group about P1.2 alone, which meets on 5 October and whose pack has gone."""
    story.group("The Map Group", "2022-10-05 10:00", chair="B", scope=["P1.2"])
    story.deliver("2022-09-28 10:00")
    return story


def test_a_digest_is_left_alone_by_an_action_that_is_none_of_it(mapped: OnSlack) -> None:
    theirs, boards = find_post(mapped, "The Map Group: digest", "U2"), find_post(mapped)
    mapped.deliver("2022-09-28 11:00")
    mapped.at("2022-09-28 11:30").say("A", "nochange P1.1a")
    mapped.deliver()
    before = count_changes(mapped)
    mapped.deliver("2022-09-28 11:40")
    assert (theirs.edits, boards.edits) == (0, 1)
    assert count_changes(mapped) == before + 1
    assert fates(mapped, theirs) == [("dropped", "no action of that digest has changed")]


def test_a_digest_is_edited_for_each_group_that_has_the_action(mapped: OnSlack) -> None:
    mapped.say("C", "rag P1.2a red no map maker")
    mapped.deliver("2022-09-28 10:10")
    for post in (find_post(mapped, "The Map Group: digest", "U2"), find_post(mapped)):
        assert "P1.2a 🔴 At risk" in post.text


def test_of_two_who_write_at_once_the_one_who_is_recorded_last_is_not_missed(mapped: OnSlack) -> None:
    mapped.say("A", "nochange P1.1a")
    mapped.now -= timedelta(seconds=5)
    mapped.say("C", "rag P1.2a red no map maker")
    mapped.deliver("2022-09-28 10:10")
    assert "P1.2a 🔴 At risk" in find_post(mapped, "The Map Group: digest", "U2").text


def test_once_the_meeting_has_begun_the_pack_stays_what_the_meeting_saw(story: OnSlack) -> None:
    pack = find_post(story)
    story.deliver("2022-10-03 09:00")
    seen = pack.text, pack.edits
    story.at("2022-10-04 09:55").say("A", "rag P1.1a red no printer")
    story.deliver("2022-10-04 10:05")
    assert fates(story, pack) == [("dropped", "that meeting is past or was moved")]
    story.at("2022-10-05 10:00").say("B", "rag P1.1c amber few rooms")
    story.deliver("2022-10-05 10:10")
    assert (pack.text, pack.edits) == seen
    assert len(fates(story, pack)) == 1


def test_who_chairs_no_longer_keeps_what_they_had(story: OnSlack) -> None:
    pack = find_post(story)
    story.take("D", "slack:T1:U4")
    story.say("A", "rag P1.1a red no printer")
    story.deliver("2022-09-28 10:10")
    assert fates(story, pack) == [("dropped", "they no longer chair this group")]
    assert pack.edits == 0


def test_while_another_meeting_comes_first_a_pack_is_not_made_that_ones(story: OnSlack) -> None:
    pack = find_post(story)
    before = pack.text
    story.group("The Board", "2022-09-30 10:00")
    story.say("A", "rag P1.1a red no printer")
    story.deliver("2022-09-28 10:10")
    assert pack.text == before
    story.at("2022-09-30 11:00").say("A", "progress P1.1a a printer is found")
    story.deliver("2022-09-30 11:10")
    assert "P1.1a 🔴 At risk" in pack.text
    assert pack.text.startswith("The Board: digest for the meeting on 4 October 2022.")


def test_on_the_day_what_has_moved_since_the_pack_was_sent_is_brought_up_to_date(story: OnSlack) -> None:
    story.say("A", "rag P1.1a red no printer")
    story.deliver("2022-09-28 10:10")
    story.deliver("2022-10-04 09:00")
    note = find_post(story, "The Board meets today")
    story.at("2022-10-04 09:10").say("C", "progress P1.2a the map is at the printer")
    story.deliver("2022-10-04 09:20")
    assert note.edits == 1
    assert note.text.splitlines() == [
        "The Board meets today: what has moved since the pack of 27 September 2022.",
        "Brought up to date at 09:20 on 4 October 2022.",
        "- P1.1a 🔴 At risk: A: no printer",
        "- P1.2a ⚪ Not yet rated: C: the map is at the printer",
    ]
    assert "P1.2a" in find_post(story).text


def test_a_note_that_nothing_has_moved_says_so_no_longer(story: OnSlack) -> None:
    story.deliver("2022-10-04 09:00")
    note = find_post(story, "The Board meets today")
    assert note.text.endswith(": nothing.")
    story.at("2022-10-04 09:10").say("C", "progress P1.2a the map is at the printer")
    story.deliver("2022-10-04 09:20")
    assert "nothing." not in note.text
    assert "the map is at the printer" in json.dumps(note.blocks)


def test_what_changes_while_a_pack_is_on_its_way_is_put_right(tmp_path: Path) -> None:
    with open_on_slack(tmp_path) as story:
        for day in range(6, 27):
            story.deliver(f"2022-09-{day:02d} 09:00")
        story.at("2022-09-27 09:00").slack.fail("chat.postMessage", how="accept_and_drop", times=9)
        story.tick()
        (row,) = story.rows("pack")
        assert row.state == "sending"
        story.say("A", "rag P1.1a red no printer")
        story.deliver("2022-09-27 09:06")
        pack = find_post(story)
        assert "🔴 At risk" not in pack.text
        story.deliver("2022-09-27 09:10")
        assert "P1.1a 🔴 At risk" in pack.text


def test_a_digest_of_which_something_was_redacted_stays_withdrawn(story: OnSlack) -> None:
    pack = find_post(story)
    story.say("A", "rag P1.1a red the zebra was excluded")
    story.deliver("2022-09-28 10:10")
    assert "zebra" in pack.text
    with story.app.db.read() as tx:
        (row,) = [row for row in list_rows(tx, ref="P1.1a") if row.words and "zebra" in row.words]
    story.at("2022-09-28 10:20").say("office", f"redact {row.number} it names a family")
    story.deliver()
    assert pack.text.startswith("This digest was withdrawn")
    story.at("2022-09-28 11:00").say("A", "progress P1.1a a printer is found")
    story.deliver("2022-09-28 11:10")
    assert pack.text.startswith("This digest was withdrawn")
    assert fates(story, pack)[-1] == ("dropped", "it was withdrawn, as something in it was redacted")


def test_words_that_an_edit_brought_into_a_pack_go_with_a_later_redaction(story: OnSlack) -> None:
    story.at("2022-10-03 10:00").say("A", "rag P1.1a red the zebra was excluded")
    story.deliver("2022-10-03 10:10")
    assert "zebra" in find_post(story).text
    with story.app.db.read() as tx:
        (row,) = [row for row in list_rows(tx, ref="P1.1a") if row.words and "zebra" in row.words]
    story.at("2022-11-24 10:00").say("office", f"redact {row.number} it names a family")
    story.deliver()
    assert not any("zebra" in post.text + json.dumps(post.blocks) for post in story.slack.posts)


def test_a_pack_that_grows_goes_on_in_its_thread_and_loses_nothing(story: OnSlack) -> None:
    pack = find_post(story)
    refs = {"P1.1a": "A", "P1.1b": "A", "P1.1c": "B", "P1.2a": "C"}
    for ref, who in refs.items():
        story.say(who, f"rag {ref} red {'naïve and long ' * 190}the end of {ref}")
    story.deliver("2022-09-28 10:10")

    def read() -> list[Posted]:
        thread = [post for post in story.posts_to("U4") if post.thread_ts == pack.ts and not post.files]
        return [pack, *thread]

    assert len(read()) > 1
    shown = "".join(json.dumps(post.blocks, ensure_ascii=False) for post in read())
    assert [ref for ref in refs if f"the end of {ref}" not in shown] == []
    parts = len(read())
    for ref, who in refs.items():
        story.at("2022-09-28 11:00").say(who, f"rag {ref} green")
    story.deliver("2022-09-28 11:10")
    assert [post.text for post in read()[1:]] == ["No more here."] * (parts - 1)
    assert "🟢 On track 4" in pack.text


def cancel(story: OnSlack, at: str, *meets: str) -> None:
    """The office takes the Board's meeting away, and sets these."""
    with story.app.db.write() as tx:
        set_group(
            tx,
            "The Board",
            {},
            [london(one) for one in meets],
            today=story.today,
            now=story.now,
            calendar=story.app.calendar,
            account="tester",
            cancels=[london(at)],
        )


def test_a_digest_for_a_meeting_that_was_moved_says_so(story: OnSlack) -> None:
    pack = find_post(story)
    story.say("A", "rag P1.1a red no printer")
    cancel(story, "2022-10-04 10:00", "2022-10-11 10:00")
    story.deliver("2022-09-28 10:10")
    assert pack.text == (
        "The meeting of The Board on 4 October 2022 was taken away, and this digest with it. The next is at 10:00 on "
        "11 October 2022 and has a digest of its own. To have one now, type: digest The Board"
    )
    assert pack.edits == 1
    story.deliver("2022-10-04 09:00")
    assert find_post(story).text.startswith("The Board: digest for the meeting on 11 October 2022.")
    assert pack.edits == 1


def test_a_digest_for_a_meeting_that_was_taken_away_for_good_says_so(story: OnSlack) -> None:
    pack = find_post(story)
    cancel(story, "2022-10-04 10:00")
    cancel(story, "2022-11-29 10:00")
    story.deliver()
    assert pack.text == (
        "The meeting of The Board on 4 October 2022 was taken away, and this digest with it. To have one now, type: "
        "digest The Board"
    )


def test_a_meeting_that_was_taken_away_and_set_again_is_not_said_to_be_gone(story: OnSlack) -> None:
    pack = find_post(story)
    cancel(story, "2022-10-04 10:00")
    story.group("The Board", "2022-10-04 10:00")
    story.deliver()
    assert pack.edits == 0


def test_what_a_meeting_saw_stays_though_its_date_is_tidied_away(story: OnSlack) -> None:
    pack = find_post(story)
    cancel(story.at("2022-10-05 10:00"), "2022-10-04 10:00")
    story.deliver()
    assert pack.edits == 0
    assert fates(story, pack) == []
