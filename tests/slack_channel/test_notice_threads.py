"""A mention in the thread of what a channel heard of a rating is about that notice's action."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack import Posted
from tests.slack_channel.stage import PEOPLE, Workplace, buttons_of, open_workplace

A, B, D, STRANGER = PEOPLE["A"], PEOPLE["B"], PEOPLE["D"], "U7"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    """P1.1a, which is A's, was rated at risk, and the channel has heard of it."""
    with open_workplace(tmp_path) as found:
        found.slash(D, "/hear", "all")
        found.write(A, "rag P1.1a at-risk no printer")
        found.tick("2022-09-05 10:15")
        yield found


def notice(place: Workplace) -> Posted:
    """What the channel heard of it first."""
    return next(post for post in place.slack.posts if post.channel == "C1")


def last(place: Workplace, user: str = A) -> Posted:
    return [post for post in place.slack.posts if post.channel == f"D{user}"][-1]


def progress(place: Workplace, ref: str = "P1.1a") -> str:
    return "\n".join(place.write(A, f"history {ref}"))


def test_progress_said_there_is_of_that_action_and_answered_in_direct_messages(place: Workplace) -> None:
    before = [post.ts for post in place.slack.posts if post.channel == "C1"]
    (told,) = place.mention(A, "progress the forms are printed", thread_ts=notice(place).ts)
    assert told.startswith("Progress on P1.1a is noted")
    assert [post.ts for post in place.slack.posts if post.channel == "C1"] == before, "nothing is said in the channel"
    assert last(place).thread_ts is None
    assert "the forms are printed" in progress(place)


def test_words_of_ones_own_there_are_its_progress(place: Workplace) -> None:
    (told,) = place.mention(A, "the forms are at the printer", thread_ts=notice(place).ts)
    assert told.startswith("Progress on P1.1a is noted")
    (told,) = place.mention(A, "done the first visit", thread_ts=notice(place).ts)
    assert told.startswith("Progress on P1.1a is noted"), "a sentence that only begins like a command"


def test_a_bare_rating_there_is_offered_and_not_given(place: Workplace) -> None:
    (told,) = place.mention(A, "on track", thread_ts=notice(place).ts)
    assert told.startswith("Nothing is changed yet: ")
    offered = buttons_of(last(place).blocks)
    assert list(offered.values()) == ["confirm P1.1a on-track"]
    assert "🔴" in "\n".join(place.write(A, "action P1.1a"))


def test_a_later_notice_stands_in_the_same_thread_and_means_the_same(place: Workplace) -> None:
    place.at("2022-09-12 10:00").write(A, "rag P1.1a on-track")
    place.tick("2022-09-12 10:15")
    assert [post.thread_ts for post in place.slack.posts if post.channel == "C1"] == [None, notice(place).ts]
    (told,) = place.mention(A, "progress the forms are printed", thread_ts=notice(place).ts)
    assert told.startswith("Progress on P1.1a is noted")


def test_another_action_may_be_named_there(place: Workplace) -> None:
    (told,) = place.mention(A, "progress P1.1b the room is booked", thread_ts=notice(place).ts)
    assert told.startswith("Progress on P1.1b is noted")


def test_who_may_not_update_it_is_told_so_and_nothing_is_kept(place: Workplace) -> None:
    (told,) = place.mention(B, "progress the forms are printed", thread_ts=notice(place).ts)
    assert told.startswith("P1.1a is not among your actions, so you cannot update it")
    (told,) = place.mention(STRANGER, "progress the forms are printed", thread_ts=notice(place).ts)
    assert told.startswith("I do not know you yet")
    assert "the forms are printed" not in progress(place)


def test_an_edit_of_the_mention_edits_its_entry(place: Workplace) -> None:
    thread, ts = notice(place).ts, "1662372000.000100"
    place.mention(A, "the forms are printed", thread_ts=thread, ts=ts)
    edited = {"user": A, "ts": "1662372060.000000"}
    (told,) = place.mention(A, "half of the forms are printed", thread_ts=thread, ts=ts, edited=edited)
    assert told.startswith("Your entry on P1.1a now reads: “half of the forms are printed”.")
    assert place.mention(A, "half of the forms are printed", thread_ts=thread, ts=ts, edited=edited) == []


def test_a_file_dropped_there_is_evidence_of_it_where_files_are_taken(place: Workplace) -> None:
    place.write("U9", "files on")
    file = {"id": "F1", "title": "Forms", "permalink": "https://t1.slack.com/files/U1/F1/forms.pdf"}
    (told,) = place.mention(A, "", thread_ts=notice(place).ts, subtype="file_share", files=[file])
    assert told.startswith("Evidence for P1.1a is noted")
    (told,) = place.mention(A, "", thread_ts="1662300000.000100", subtype="file_share", files=[file])
    assert told.startswith("Say which action the file is evidence for")


@pytest.mark.parametrize("where", ["C1", "G1"])
def test_any_other_thread_means_no_action(place: Workplace, where: str) -> None:
    somebody = place.slack.says(STRANGER, "shall we meet?", channel=where)
    (told,) = place.mention(A, "progress the forms are printed", channel=where, thread_ts=somebody.ts)
    assert told.startswith("Say which action you mean")
    (told,) = place.mention(A, "progress the forms are printed", channel=where)
    assert told.startswith("Say which action you mean")


def test_the_thread_of_the_notice_in_another_channel_is_another_thread(place: Workplace) -> None:
    (told,) = place.mention(A, "progress the forms are printed", channel="G1", thread_ts=notice(place).ts)
    assert told.startswith("Say which action you mean")
