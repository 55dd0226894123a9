"""A reply in a reminder's thread is kept as said; a rating or a date in it is offered, and nothing more is done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from programme.messages import File, Message, Request, Where
from storage.tidy import tidy
from tests.stories.council import buttons, history_length, open_council
from tests.story import Sent, Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


class Thread:
    """The thread of one message that was sent, and whoever had it replying there."""

    def __init__(self, story: Story, sent: Sent) -> None:
        self.story, self.who = story, sent.to
        self.where = Where("console", "console", story.posts(sent.to)[-1])
        self.count = 0

    def ask(self, words: str, *files: File, edits: str = "", by: str = "") -> Message | None:
        self.count += 1
        request = Request(
            f"console:{by or self.who}",
            words,
            self.where,
            said_id=edits or f"said {self.count}",
            is_edit=bool(edits),
            files=files,
        )
        reply = self.story.app.door(lambda: self.story.now).answer(request)
        assert reply is None or isinstance(reply, Message)
        return reply

    def say(self, words: str, *files: File, edits: str = "", by: str = "") -> Message:
        reply = self.ask(words, *files, edits=edits, by=by)
        assert reply is not None
        return reply

    def tap(self, reply: Message, label: str) -> str:
        return self.story.say(self.who, buttons(reply)[label])


@pytest.fixture
def thread(story: Story) -> Thread:
    """B's, of a reminder of P1.1c alone."""
    return Thread(story, next(one for one in story.tick("2022-09-12 09:00") if one.to == "B"))


def last_rows(story: Story, ref: str, most: int = 3) -> list[str]:
    """What the history says was done last, newest first."""
    lines = story.say("office", f"history {ref}").split("\n")[1 : most + 1]
    return [re.split(r", B(?: \(tester\))?, ", line, maxsplit=1)[1] for line in lines]


def test_words_are_progress_and_what_they_suggest_is_one_button(story: Story, thread: Thread) -> None:
    reply = thread.say("slipping to Feb, waiting on the MOU")
    assert reply.text == (
        "Progress on P1.1c is noted, thank you. Is P1.1c vulnerable, with its new timescale Feb-23 (by 28 February "
        "2023)? Tap the button if so, or type: rag P1.1c vulnerable and why; slipping P1.1c Feb-23 and why. Nothing "
        "else is changed unless you do."
    )
    assert buttons(reply) == {
        "Vulnerable, new timescale Feb-23": "confirm P1.1c vulnerable by Feb-23: waiting on the MOU",
        "Undo": f"undo {history_length(story)}",
    }
    shown = story.say("B", "action P1.1c")
    assert "slipping to Feb, waiting on the MOU" in shown
    assert "⚪ Not yet rated" in shown
    assert "Proposed" not in shown


def test_the_tap_applies_all_of_it_with_its_reason(story: Story, thread: Thread) -> None:
    said = thread.tap(thread.say("slipping to Feb, waiting on the MOU"), "Vulnerable, new timescale Feb-23")
    assert "Feb-23 (by 28 February 2023) is proposed for P1.1c in place of Dec-22." in said
    assert "P1.1c is now 🟠 Vulnerable (was ⚪ Not yet rated)." in said
    assert "Why" not in said
    assert last_rows(story, "P1.1c", 2) == [
        "rag: vulnerable: waiting on the MOU",
        "slipping: Feb-23: waiting on the MOU",
    ]
    assert story.say("B", "undo").startswith("Undone: the rating of P1.1c.")
    assert story.say("B", "undo") == "Undone: the new timescale proposed for P1.1c."
    assert story.say("B", "undo") == "Undone: the progress entry on P1.1c."


@pytest.mark.parametrize(
    ("words", "label", "done"),
    [
        ("at risk: nobody in post", "At risk", "P1.1c is now 🔴 At risk"),
        ("on track - 9 of 12 schools trained", "On track", "P1.1c is now 🟢 On track"),
        ("new timescale: Mar-23", "New timescale Mar-23", "Mar-23 (by 31 March 2023) is proposed for P1.1c"),
        ("all done 🎉", "Done", "P1.1c is done, awaiting agreement"),
        ("its done!", "Done", "P1.1c is done, awaiting agreement"),
        ("will be done by 12 January 2023", "New timescale 12 January 2023", "12 January 2023 (by 12 January 2023) is"),
        ("all done, the minutes say so", "Done", "P1.1c is done, awaiting agreement"),
        ("slipping Jan-23 no trainer", "Vulnerable, new timescale Jan-23", "Jan-23 (by 31 January 2023) is proposed"),
        ("deferred to March, no printer", "Deferred, new timescale Mar-23", "Mar-23 (by 31 March 2023) is proposed"),
    ],
)
def test_each_kind_of_offer_is_applied_by_its_button(
    story: Story, thread: Thread, words: str, label: str, done: str
) -> None:
    reply = thread.say(words)
    assert reply.text.startswith("Progress on P1.1c is noted, thank you. ")
    assert thread.tap(reply, label).startswith(done)


@pytest.mark.parametrize(
    "words", ["green", "at risk", "Amber!", "red", "blue", "“vulnerable”", "🔴", ":large_green_circle:"]
)
def test_a_rating_alone_is_offered_and_is_no_progress(story: Story, thread: Thread, words: str) -> None:
    before = history_length(story)
    reply = thread.say(words)
    assert reply.text.startswith("Nothing is changed yet: is P1.1c ")
    assert not reply.done
    assert len(buttons(reply)) == 1
    assert history_length(story) == before


@pytest.mark.parametrize(
    "words",
    [
        "half of them are trained",
        "12 schools are trained and 3 are left",
        "2.5 days were spent on it",
        "done the first visit",
        "going well so far",
        "slipping standards in transport were raised",
        "return visits are planned",
        "action was taken",
        "actions were agreed with health",
        "progress has been slow",
        "update: the first visit went well",
        "home visits have begun",
        "agree with colleagues that it helps",
        "reply from the trust awaited",
        "vulnerable pupils were seen first",
        "red tape is holding us up",
        "we met in December",
        "please tell <!channel> that it is printed",
        "“smart” quotes – and dashes…",
        "مرحبا، تم تدريب نصف الموظفين",
        "🎉🎉 half of them 👍🏽",
        "```slipping to Dec```",
        "x " * 1_500,
    ],
)
def test_a_sentence_is_progress_word_for_word_and_offers_nothing(story: Story, thread: Thread, words: str) -> None:
    reply = thread.say(words)
    assert reply.text == "Progress on P1.1c is noted, thank you."
    assert buttons(reply) == {"Undo": f"undo {history_length(story)}"}
    kept = words.strip().replace("“", '"').replace("”", '"').replace("–", "-")
    assert last_rows(story, "P1.1c", 1) == [f"progress: {kept}"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("done", "P1.1c is done, awaiting agreement"),
        ("done https://example.org/minutes", "P1.1c is done, awaiting agreement"),
        ("done https://example.org/report all staff trained", "P1.1c is done, awaiting agreement"),
        ("already done", "P1.1c is done, awaiting agreement"),
        ("already done, https://example.org/minutes", "P1.1c is done, awaiting agreement"),
        ("still going", "Noted: still going on P1.1c"),
        ("it’s not mine", "The programme office hears that P1.1c"),
        ("not mine, ask the data team", "The programme office hears that P1.1c"),
        ("it is in place", "No mitigation is written for P1.1c"),
        ("No change, waiting for the trust", "Noted: no change on P1.1c, and your words as progress."),
        ("not mine", "The programme office hears that P1.1c"),
        ("progress it is printed", "Progress on P1.1c is noted"),
        ("evidence https://example.org", "Evidence for P1.1c is noted"),
        ("snooze 20 September", "Nobody is reminded of P1.1c"),
        ("rag at-risk no trainer", "P1.1c is now 🔴 At risk"),
        ("done P1.1c", "P1.1c is done, awaiting agreement"),
        ("P1.1c at risk no trainer", "P1.1c is now 🔴 At risk"),
        ("going", "Noted: still going on P1.1c"),
        ("actions mine", "Your actions: 1"),
        ("help rag", "rag REF RATING"),
    ],
)
def test_there_a_command_is_obeyed_without_a_reference(story: Story, thread: Thread, words: str, said: str) -> None:
    assert said in thread.say(words).text


def test_several_lines_stay_several(story: Story, thread: Thread) -> None:
    words = "- half of them are trained\n- the rest next week"
    thread.say(words)
    assert words in story.say("B", "action P1.1c")


@pytest.mark.parametrize("words", ["👍", ":+1:", "…", "🎉 🎉"])
def test_emoji_alone_are_no_progress(story: Story, thread: Thread, words: str) -> None:
    before = history_length(story)
    assert thread.say(words).text.startswith("Say in a sentence how it is going")
    assert history_length(story) == before


@pytest.mark.parametrize("words", ["Thanks!", "ok thanks", "will do"])
def test_thanks_are_no_progress(story: Story, thread: Thread, words: str) -> None:
    before = history_length(story)
    assert thread.say(words).text == "You're welcome."
    assert history_length(story) == before


def test_a_long_reply_is_kept_whole_and_its_offer_fits_a_button(story: Story, thread: Thread) -> None:
    words = "slipping to Feb because " + "the trust has no one in post, " * 95 + "and that is all"
    reply = thread.say(words)
    command = buttons(reply)["Vulnerable, new timescale Feb-23"]
    assert len(command) <= 1_900
    assert thread.tap(reply, "Vulnerable, new timescale Feb-23").startswith("Feb-23 (by 28 February 2023) is proposed")
    assert words in story.say("B", "action P1.1c")
    assert thread.say(words + " indeed", edits="said 1").text.startswith("Your entry on P1.1c is changed. Is P1.1c")
    assert words + " indeed" in story.say("B", "action P1.1c")


def test_a_tap_in_a_thread_is_never_read_as_a_sentence(story: Story, thread: Thread) -> None:
    request = Request("console:B", "actions The Board", thread.where)
    reply = story.app.door(lambda: story.now).answer(request)
    assert isinstance(reply, Message)
    assert reply.text.startswith("Held by The Board")


def test_what_is_so_already_is_not_offered(story: Story, thread: Thread) -> None:
    story.say("B", "rag P1.1c green")
    story.say("B", "slipping P1.1c Feb-23 no trainer")
    assert set(buttons(thread.say("on track, 3 more trained"))) == {"Undo"}
    assert set(buttons(thread.say("new date is Feb-23"))) == {"Undo"}
    assert buttons(thread.say("green")) == {"No change": "nochange P1.1c"}
    assert set(buttons(thread.say("new date is Dec-22"))) == {"Undo"}
    story.say("B", "done P1.1c https://example.org")
    assert set(buttons(thread.say("all done"))) == {"Undo"}


def test_of_several_actions_it_is_asked_which_with_the_words_in_the_buttons(story: Story) -> None:
    several = Thread(story, next(one for one in story.tick("2022-09-12 09:00") if one.to == "A"))
    before = history_length(story)
    reply = several.say("at risk: no printer")
    assert buttons(reply) == {ref: f"reply {ref} at risk: no printer" for ref in ("P1.1a", "P1.1b")}
    assert history_length(story) == before
    chosen = several.story.ask("A", buttons(reply)["P1.1b"])
    assert "At risk" in buttons(chosen)
    assert buttons(several.say("no change")) == {ref: f"nochange {ref}" for ref in ("P1.1a", "P1.1b")}
    long = several.say("x " * 1_500)
    assert long.text == "Say which action that is about, by beginning with its reference."
    assert buttons(long) == {}


def test_a_link_is_evidence_and_words_with_it_are_progress(story: Story, thread: Thread) -> None:
    assert thread.say("<https://example.org/minutes>").text == "Evidence for P1.1c is noted, thank you."
    assert last_rows(story, "P1.1c", 1) == ["evidence: https://example.org/minutes"]
    reply = thread.say("Completed, the report is at https://example.org/report.")
    assert reply.text.startswith("Progress on P1.1c is noted, and the link as evidence, thank you. Is P1.1c done?")
    assert last_rows(story, "P1.1c", 2) == [
        "evidence: https://example.org/report",
        "progress: Completed, the report is at https://example.org/report.",
    ]
    assert "Where is the evidence?" not in thread.tap(reply, "Done")


def test_a_dropped_file_is_refused_kindly_until_the_office_turns_files_on(story: Story, thread: Thread) -> None:
    file = File("minutes.docx", "https://files.example.org/F1")
    before = history_length(story)
    no = "Files are not taken in here, so please put it where your team keeps it and reply with the link."
    assert thread.say("", file).text == no
    assert history_length(story) == before
    assert thread.say("half of them are trained", file).text == f"Progress on P1.1c is noted, thank you. {no}"
    assert last_rows(story, "P1.1c", 1) == ["progress: half of them are trained"]
    assert "Only the programme office" in story.refused("B", "files on")
    assert story.say("office", "files on").startswith("Files are on: one that is dropped")
    assert thread.say("", file).text == "Evidence for P1.1c is noted, thank you."
    assert last_rows(story, "P1.1c", 1) == ["evidence: minutes.docx: https://files.example.org/F1"]
    thread.say("all of them are trained", file)
    assert last_rows(story, "P1.1c", 2)[1] == "progress: all of them are trained"
    assert story.say("office", "files off").startswith("Files are off")
    assert story.refused("office", "files") == "Files are off: type files on, or files off."


def test_an_edited_reply_edits_its_entry_which_keeps_its_day(story: Story, thread: Thread) -> None:
    thread.say("half of them are traned")
    story.at("2022-09-14 10:00")
    reply = thread.say("slipping to Feb, half of them are trained", edits="said 1")
    assert reply.text.startswith("Your entry on P1.1c now reads: “slipping to Feb, half of them are trained”. Is")
    assert "Vulnerable, new timescale Feb-23" in buttons(reply)
    shown = story.say("B", "action P1.1c")
    assert "12 September 2022, B: slipping to Feb" in shown
    assert "traned" not in shown
    assert thread.ask("slipping to Feb, half of them are trained", edits="said 1") is None
    thread.say("all of them are trained", edits="said 1")
    assert story.say("B", "undo") == "Undone: the edit of your entry on P1.1c."
    assert story.say("B", "undo") == "Undone: the edit of your entry on P1.1c."
    assert "half of them are traned" in story.say("B", "action P1.1c")
    history_length(story)


def test_an_edit_after_an_undo_of_an_edit_edits_what_stands(story: Story, thread: Thread) -> None:
    thread.say("one word")
    thread.say("two words", edits="said 1")
    story.say("B", "undo")
    thread.say("three words here", edits="said 1")
    shown = story.say("B", "action P1.1c")
    assert "three words here" in shown
    assert "two words" not in shown


def test_an_edit_of_a_command_edits_its_entry_too(story: Story, thread: Thread) -> None:
    thread.say("evidence https://example.org/1")
    assert thread.say("evidence https://example.org/2", edits="said 1").text.startswith("Your entry on P1.1c now reads")
    shown = story.say("B", "action P1.1c")
    assert "https://example.org/2" in shown
    assert "https://example.org/1" not in shown


@pytest.mark.parametrize("words", ["rag at-risk no trainer", "done", "no change", "snooze 20 September"])
def test_an_edit_of_what_did_something_else_changes_nothing(story: Story, thread: Thread, words: str) -> None:
    thread.say(words)
    before = history_length(story)
    reply = thread.say("half of them are trained", edits="said 1")
    assert reply.text.startswith("Editing your message changes nothing: what it did for P1.1c stands")
    assert not reply.done
    assert history_length(story) == before


@pytest.mark.parametrize("words", ["done", "rag at-risk no trainer", "P1.1a half of it", "green"])
def test_an_entry_is_not_turned_into_something_else_by_an_edit(story: Story, thread: Thread, words: str) -> None:
    thread.say("half of them are trained")
    before = history_length(story)
    assert not thread.say(words, edits="said 1").done
    assert history_length(story) == before
    assert "half of them are trained" in story.say("B", "action P1.1c")


def test_an_edited_undo_stays_an_undo(story: Story, thread: Thread) -> None:
    thread.say("half of them are trained")
    thread.say("undo")
    before = history_length(story)
    assert thread.say("all of them are trained", edits="said 2").text.startswith("Editing your message changes nothing")
    assert history_length(story) == before
    assert "Progress on P1.1c is noted" in thread.say("all of them are trained", edits="said 1").text


def test_what_a_button_confirms_is_checked_like_anything_typed(story: Story) -> None:
    assert "P1.1c is not among your actions" in story.refused("C", "confirm P1.1c vulnerable by Feb-23: no trainer")
    assert story.refused("B", "confirm P1.1c nonsense").startswith("Say a rating, a timescale or both")
    assert story.refused("B", "confirm P1.1c").startswith("Say a rating, a timescale or both")
    assert story.refused("B", "confirm P1.1c at-risk by Aug-22: late").startswith("Aug-22 is past")
    assert "⚪ Not yet rated" in story.say("B", "action P1.1c")


def test_an_edit_of_what_was_not_understood_is_said_now(story: Story) -> None:
    where = Where("console", "console")
    door = story.app.door(lambda: story.now)
    door.answer(Request("console:B", "prgress P1.1c half", where, said_id="one"))
    reply = door.answer(Request("console:B", "progress P1.1c half", where, said_id="one", is_edit=True))
    assert isinstance(reply, Message)
    assert reply.text.startswith("Progress on P1.1c is noted")


def test_what_points_to_a_child_is_stopped_in_an_edit_and_the_entry_stays(story: Story, thread: Thread) -> None:
    thread.say("half of them are trained")
    reply = thread.say("half, and pupil A123456789012 too", edits="said 1")
    assert reply.text.startswith("That looks like a pupil number (UPN), so it was not kept")
    assert "half of them are trained" in story.say("B", "action P1.1c")
    office = story.say("office", "files on")
    assert office
    assert "pupil number" in thread.say("see this", File("A123456789012.docx", "https://example.org/f")).text


def test_a_chair_returns_in_a_thread_what_is_proposed_there(story: Story) -> None:
    story.say("A", "rag P1.1a red no printer")
    notice = Thread(story, next(one for one in story.tick("2022-09-05 10:15") if one.to == "D"))
    story.say("A", "done P1.1a https://example.org")
    assert notice.say("return please add the survey").text.startswith("P1.1a goes back to A")


def test_a_reply_in_a_thread_cannot_do_what_its_writer_may_not(story: Story, thread: Thread) -> None:
    before = history_length(story)
    assert "P1.1c is not among your actions" in thread.say("slipping to Feb", by="C").text
    assert history_length(story) == before


def test_a_reply_a_year_later_is_still_about_its_action(story: Story, thread: Thread) -> None:
    story.at("2023-09-20 10:00")
    with story.app.db.write() as tx:
        tidy(tx, story.now)
    assert "Progress on P1.1c is noted" in thread.say("all of them are trained").text
    assert thread.say("half of them are trained", edits="said 1").text.startswith("Your entry on P1.1c now reads")


def test_what_a_message_did_is_forgotten_long_after_nobody_edits_it(story: Story, thread: Thread) -> None:
    thread.say("half of them are trained")
    with story.app.db.write() as tx:
        assert tidy(tx, story.now + timedelta(days=399)) == tidy(tx, story.now) == 0
        assert tidy(tx, story.now + timedelta(days=401)) >= 1


def test_a_tap_after_the_action_was_completed_does_nothing(story: Story, thread: Thread) -> None:
    reply = thread.say("at risk: nobody in post")
    story.say("B", "done P1.1c https://example.org")
    story.say("office", "agree P1.1c")
    assert "P1.1c is complete" in thread.tap(reply, "At risk")
