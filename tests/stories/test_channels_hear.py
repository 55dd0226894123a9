"""A channel chooses what it hears of ratings: one message an action, then edited and threaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import is_one_sentence
from tests.stories.on_slack import OnSlack, open_on_slack


@pytest.fixture
def story(tmp_path: Path) -> Iterator[OnSlack]:
    with open_on_slack(tmp_path) as council:
        yield council


def test_a_channel_hears_after_fifteen_minutes_and_can_show_the_action(story: OnSlack) -> None:
    reply = story.said_in("D", "hear all")
    assert reply.text.startswith("This channel hears of every change of a rating, in The Board.")
    story.say("A", "rag P1.1a on-track")
    story.deliver("2022-09-05 10:14")
    assert story.channel() == []
    story.deliver("2022-09-05 10:15")
    (post,) = story.channel()
    assert post.text == "P1.1a is now 🟢 On track (was ⚪ Not yet rated)."
    (button,) = [each for block in post.blocks for each in block.get("elements", ()) if each["type"] == "button"]
    assert (button["text"]["text"], button["value"]) == ("Show P1.1a", "action P1.1a")


def test_later_changes_edit_that_message_and_stand_in_its_thread(story: OnSlack) -> None:
    story.said_in("D", "hear at-risk")
    story.say("A", "rag P1.1a red the printer is broken")
    story.deliver("2022-09-05 10:15")
    story.at("2022-09-12 10:00").say("A", "rag P1.1a green")
    story.deliver("2022-09-12 10:14")
    assert len(story.channel()) == 1
    assert story.channel()[0].edits == 0
    story.deliver("2022-09-12 10:15")
    post, line = story.channel()
    assert post.text == "P1.1a is 🟢 On track since 12 September 2022."
    assert line.text == "🟢 On track since 12 September 2022 (was 🔴 At risk)."
    assert line.thread_ts == post.ts
    story.at("2022-09-13 10:00").say("A", "rag P1.1a amber")
    story.deliver("2022-09-13 10:15")
    assert story.channel()[2].text == "🟠 Vulnerable since 13 September 2022 (was 🟢 On track)."
    assert story.channel()[2].thread_ts == post.ts
    assert post.text == "P1.1a is 🟠 Vulnerable since 13 September 2022."


def test_what_was_taken_back_in_time_is_never_heard(story: OnSlack) -> None:
    story.said_in("D", "hear all")
    story.say("A", "rag P1.1a red")
    story.at("2022-09-05 10:10").say("A", "undo")
    story.deliver("2022-09-05 10:30")
    assert story.channel() == []
    story.say("A", "rag P1.1a amber")
    story.at("2022-09-05 10:40").say("A", "rag P1.1a red")
    story.deliver("2022-09-05 10:46")
    assert story.channel() == []
    story.deliver("2022-09-05 10:56")
    assert [post.text for post in story.channel()] == ["P1.1a is now 🔴 At risk (was ⚪ Not yet rated)."]


def test_an_undo_that_comes_too_late_is_told_too(story: OnSlack) -> None:
    story.said_in("D", "hear at-risk")
    story.say("A", "rag P1.1a red")
    story.deliver("2022-09-05 10:15")
    story.at("2022-09-05 11:00").say("A", "undo")
    story.deliver("2022-09-05 11:15")
    post, line = story.channel()
    assert post.text == "P1.1a is ⚪ Not yet rated again."
    assert line.text == "⚪ Not yet rated again (was 🔴 At risk)."


def test_at_night_nothing_is_heard(story: OnSlack) -> None:
    story.said_in("D", "hear all")
    story.at("2022-09-05 16:50").say("A", "rag P1.1a red")
    story.deliver("2022-09-05 17:05")
    story.deliver("2022-09-05 22:00")
    assert story.channel() == []
    story.deliver("2022-09-06 09:05")
    assert len(story.channel()) == 1


def test_a_restart_between_the_change_and_its_notice_loses_nothing(story: OnSlack) -> None:
    story.said_in("D", "hear all")
    story.say("A", "rag P1.1a red")
    story.restart()
    story.deliver("2022-09-05 10:15")
    assert len(story.channel()) == 1


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("hear at-risk", ["P1.1a"]),
        ("hear vulnerable", ["P1.2a"]),
        ("hear at-risk vulnerable P1.2", ["P1.2a"]),
        ("hear red, amber in P1.1", ["P1.1a"]),
        ("hear P1.2", ["P1.2a"]),
        ("hear P1", ["P1.1a", "P1.1b", "P1.2a"]),
        ("hear the board", ["P1.1a", "P1.1b", "P1.2a"]),
        ("hear everything", ["P1.1a", "P1.1b", "P1.2a"]),
        ("hear nothing", []),
    ],
)
def test_a_channel_hears_what_it_chose(story: OnSlack, words: str, heard: list[str]) -> None:
    assert story.said_in("D", words).done
    story.say("A", "rag P1.1a red")
    story.say("A", "rag P1.1b green")
    story.say("C", "rag P1.2a amber")
    story.deliver("2022-09-05 10:15")
    assert sorted(post.text.split()[0] for post in story.channel()) == heard


def test_the_reason_is_there_only_where_the_office_says_so(story: OnSlack) -> None:
    refusal = story.said_in("D", "hear at-risk with reasons")
    assert not refusal.done
    assert is_one_sentence(refusal.text)
    story.said_in("D", "hear at-risk")
    shown = story.say("office", "hear slack:T1:G1 at-risk with reasons")
    assert shown.startswith("This channel hears when an action becomes 🔴 At risk, or is so no longer. The reasons")
    story.say("A", "rag P1.1a red the printer is broken.")
    story.deliver("2022-09-05 10:15")
    (plain,), (open_,) = story.channel("C1"), story.channel("G1")
    assert plain.text == "P1.1a is now 🔴 At risk (was ⚪ Not yet rated)."
    assert open_.text == "P1.1a is now 🔴 At risk (was ⚪ Not yet rated): the printer is broken."


def test_a_reason_given_later_is_added_and_one_that_is_redacted_goes(story: OnSlack) -> None:
    story.say("office", "hear slack:T1:C1 all with reasons")
    story.say("A", "rag P1.1a red")
    story.deliver("2022-09-05 10:15")
    (post,) = story.channel()
    assert post.text == "P1.1a is now 🔴 At risk (was ⚪ Not yet rated)."
    story.at("2022-09-05 11:00").say("A", "rag P1.1a red the printer is broken")
    story.deliver("2022-09-05 11:15")
    assert post.text == "P1.1a is 🔴 At risk since 5 September 2022: the printer is broken."
    number = story.say("A", "history P1.1a").split("\n- ")[1].partition(".")[0]
    story.say("office", f"redact {number} it should not have been said")
    story.deliver("2022-09-05 11:16")
    assert post.text == "P1.1a is 🔴 At risk since 5 September 2022."
    assert len(story.channel()) == 1


def test_the_channel_of_a_group_hears_what_the_group_holds_until_it_says_otherwise(story: OnSlack) -> None:
    story.group("The Board", channel="slack:T1:C1")
    assert "every change of a rating, in The Board" in story.said_in("A", "hear").text
    story.say("A", "rag P1.1a red the printer is broken")
    story.deliver("2022-09-05 10:15")
    assert [post.text for post in story.channel()] == ["P1.1a is now 🔴 At risk (was ⚪ Not yet rated)."]
    story.said_in("D", "hear nothing")
    story.at("2022-09-06 10:00").say("A", "rag P1.1a green")
    story.say("C", "rag P1.2a red")
    story.deliver("2022-09-06 10:15")
    assert len(story.channel()) == 1
    assert story.channel()[0].edits == 0


def test_an_action_that_is_complete_shows_so(story: OnSlack) -> None:
    story.said_in("D", "hear at-risk")
    story.say("A", "rag P1.1a red")
    story.deliver("2022-09-05 10:15")
    story.at("2022-09-06 10:00").say("A", "done P1.1a https://example.org")
    story.say("D", "agree P1.1a")
    story.deliver("2022-09-06 10:15")
    post, line = story.channel()
    assert post.text == "P1.1a is ✅ Complete since 6 September 2022."
    assert line.text == "✅ Complete since 6 September 2022 (was 🔴 At risk)."


def test_a_channel_the_bot_is_not_in_is_told_to_the_office(story: OnSlack) -> None:
    story.said_in("D", "hear all", channel="C2")
    story.say("A", "rag P1.1a green")
    story.tick("2022-09-05 10:15")
    story.tick("2022-09-06 09:00")
    assert "the bot is not in that channel: invite it" in story.to("office")[-1].text


@pytest.mark.parametrize(
    ("who", "words", "sentence"),
    [
        ("A", "hear all", "Only a chair or the programme office can say what a channel hears, so please ask them."),
        ("D", "hear purple", "“purple” is no rating, focus area, priority or group I know: type for example hear"),
        ("D", "hear all the Forum", "That is of more than The Board holds, so please ask the programme office"),
        ("D", "hear slack:T1:C9 all", "Only the programme office can do that, so please ask them."),
    ],
)
def test_what_cannot_be_set_is_said_plainly(story: OnSlack, who: str, words: str, sentence: str) -> None:
    reply = story.said_in(who, words)
    assert not reply.done
    assert reply.text.startswith(sentence)
    assert is_one_sentence(reply.text)


def test_a_chair_does_not_undo_what_the_office_let_the_channel_hear(story: OnSlack) -> None:
    story.group("The Forum", channel="", holds=["P1.2"], chair="X")
    story.say("office", "hear slack:T1:C1 all P1.2")
    reply = story.said_in("D", "hear nothing")
    assert reply.text.startswith("It hears of more than The Board holds")
    assert story.said_in("X", "hear nothing").done


def test_elsewhere_than_in_a_channel_it_says_where_to_type_it(story: OnSlack) -> None:
    assert story.refused("D", "hear at-risk") == (
        "Say this in the Slack channel that is to hear it, as /halfterm hear at-risk"
    )
    assert story.refused("office", "hear") == (
        "Say this in the Slack channel that is to hear it, as /halfterm hear at-risk, "
        "or name it: hear slack:T1:C1 at-risk"
    )
    assert not story.said_in("D", "hear at-risk", channel="DU4").done


def test_what_a_channel_hears_is_on_record(story: OnSlack) -> None:
    story.said_in("D", "hear at-risk")
    assert story.said_in("A", "hear").text.startswith(
        "This channel hears when an action becomes 🔴 At risk, or is so no longer, in The Board."
    )
    assert story.said_in("A", "hear", channel="G1").text.startswith("This channel hears nothing of ratings.")
