"""What a meeting said: minuted by its chair, or pasted and confirmed line by line, and carried until it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.messages import Form, Request, Where
from storage.history import list_rows
from tests.stories.council import buttons, history_length, is_one_sentence, open_council, stored_bytes, told
from tests.story import Story

PASTED = """The Board, 4 October 2022
Apologies: the head.

1. P1.1a: at risk, the supplier has not signed
2. P1.1b and P1.2a: by 14 October: C to bring the report
P1.1c moved to Feb-23, the trainer is away
P9.9z is late
"""


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    council.mornings("2022-10-03")
    yield council.at("2022-10-04 11:00")
    council.close()


def offered(story: Story, text: str) -> str:
    """The number of the line whose words hold this."""
    found = [line for line in story.say("D", "minutes").split("\n") if line.startswith("- ") and text in line]
    assert len(found) == 1, found
    return found[0].removeprefix("- ").split(" ")[0]


# One action


def test_the_chair_minutes_what_the_meeting_said_and_its_owners_hear(story: Story) -> None:
    reply = story.ask("D", "minute P1.1a the Board thanks the team")
    assert reply.text == (
        "Minuted of P1.1a at The Board, 4 October 2022. Its owners hear of it with their next reminders."
    )
    assert buttons(reply) == {"Undo": f"undo {history_length(story)}"}
    assert "4 October 2022, D in the minutes of The Board, 4 October 2022: the Board thanks the team" in story.say(
        "A", "action P1.1a"
    )
    assert "minute: The Board, 4 October 2022: the Board thanks the team" in story.say("A", "history P1.1a")
    story.mornings("2022-10-07")
    said = "- The minutes of The Board, 4 October 2022 say of P1.1a: the Board thanks the team."
    assert [text.count(said) for text in told(story, "A")["A"][-1:]] == [1]


def test_a_minute_that_names_a_day_says_so_and_asks_the_owners_for_it(story: Story) -> None:
    reply = story.say("D", "minute P1.1a by 14 October: A to bring the survey report")
    assert "It asks for something by 14 October 2022 and is carried until P1.1a is answered." in reply
    story.mornings("2022-10-07")
    assert "Please answer by 14 October 2022: progress P1.1a and a sentence." in told(story, "A")["A"][-1]


def test_a_minute_without_words_asks_for_them(story: Story) -> None:
    form = story.ask("D", "minute P1.1a")
    assert isinstance(form, Form)
    assert "Minuted of P1.1a" in story.say("D", form.command, text="the Board thanks the team")


def test_only_the_chair_and_the_office_minute(story: Story) -> None:
    before = history_length(story)
    for who in ("A", "X"):
        refused = story.refused(who, "minute P1.1a the Board thanks the team")
        assert refused == "Only the chair of The Board or the programme office can do that for P1.1a."
    assert history_length(story) == before
    assert "Minuted of P1.1a" in story.say("office", "minute P1.1a the Board thanks the team")


def test_a_minute_is_undone_and_then_told_to_nobody(story: Story) -> None:
    story.say("D", "minute P1.1a the Board thanks the team")
    assert "Undone: the minute of P1.1a." in story.say("D", "undo")
    story.mornings("2022-10-11")
    assert not any("thanks the team" in one.text for one in story.sent)
    assert "thanks the team" not in story.say("A", "action P1.1a")


def test_a_minute_is_no_answer_of_its_owners(story: Story) -> None:
    story.say("D", "minute P1.1a the Board thanks the team")
    story.at("2022-10-05 10:00")  # from the day after it, a meeting is one since which somebody may have written
    assert "no written entry since the last meeting" in story.say("A", "action P1.1a")


def test_what_was_minuted_stands_in_the_next_digest(story: Story) -> None:
    story.say("D", "minute P1.1c the Board thanks the team")
    digest = story.say("D", "digest The Board")
    part = digest.partition("Decided at the last meeting: 1.")[2]
    assert part.lstrip().startswith("- P1.1c")
    assert "The Board thanks the team. No answer yet." in part.split("\n")[1]


def test_in_a_section_of_its_own_an_action_still_says_what_was_decided(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk the supplier has not signed")
    story.say("D", "minute P1.1a the Board asks for a second supplier")
    digest = story.say("D", "digest The Board")
    assert "Decided at the last meeting:" not in digest
    assert "decided at the last meeting: The Board asks for a second supplier. No answer yet]" in digest


def test_what_it_asks_for_by_a_day_is_carried_until_it_is_answered(story: Story) -> None:
    story.say("D", "minute P1.1b by 14 October: A to bring the plan")
    story.at("2022-11-30 10:00")  # the meeting of 29 November is over
    story.group("The Board", "2023-01-24 10:00")
    asked = "By 14 October: A to bring the plan. Asked for by 14 October 2022, no answer yet."
    digest = story.say("D", "digest The Board")
    assert asked in digest.partition("Carried from the last meeting: 1.")[2]
    story.say("A", "progress P1.1b the plan was sent")
    assert asked not in story.say("D", "digest The Board")


def test_what_asks_for_nothing_by_a_day_is_not_carried_further(story: Story) -> None:
    story.say("D", "minute P1.1c the Board thanks the team")
    story.at("2022-11-30 10:00")
    story.group("The Board", "2023-01-24 10:00")
    assert "thanks the team" not in story.say("D", "digest The Board")


def test_an_answer_since_the_meeting_is_shown_beside_the_decision(story: Story) -> None:
    story.say("D", "minute P1.1c by 14 October: B to bring the plan")
    story.at("2022-10-12 10:00")
    story.say("B", "progress P1.1c the plan was sent")
    assert "B to bring the plan. Answered 12 October 2022." in story.say("D", "digest The Board")


# Pasted minutes


def test_each_line_that_names_an_action_waits_to_be_confirmed_and_nothing_is_changed(story: Story) -> None:
    rated = story.say("A", "action P1.1a")
    reply = story.ask("D", f"minutes {PASTED}")
    lines = reply.text.split("\n")
    assert lines[0] == "Nothing is changed yet: these are the minutes of The Board, 4 October 2022."
    assert lines[1] == "Minutes: 5 to confirm, 1 kept aside, as it names no action."
    said = [line.split(" · ", 1)[1] for line in lines[2:8]]
    asked = "minute it, carried until it is answered: asked for by 14 October 2022. “by 14 October: C to bring the"
    assert said == [
        "P1.1a: rate it 🔴 At risk (now ⚪ Not yet rated). “at risk, the supplier has not signed”",
        f"P1.1b: {asked} report”",
        f"P1.2a: {asked} report”",
        "P1.1c: propose Feb-23 (by 28 February 2023) in place of Dec-22. “moved to Feb-23, the trainer is away”",
        "there is no action P9.9z; if it is P1.1a or P1.1b or P1.1c, say minutes "
        f"{offered(story, 'P9.9z')} and which. “is late”",
        "kept aside. “Apologies: the head.”",
    ]
    assert story.say("A", "action P1.1a") == rated
    first = lines[2].removeprefix("- ").split(" ")[0]
    taps = [block.buttons for block in reply.blocks if hasattr(block, "buttons")]
    assert [(tap.label, tap.command) for tap in taps[0]] == [
        ("Confirm", f"minutes confirm {first}"),
        ("Leave out", f"minutes drop {first}"),
    ]
    assert [tap.label for tap in taps[-1]] == ["Confirm all 4", "Leave out what is kept aside"]


def test_one_line_is_confirmed_as_the_chairs_and_minuted_at_the_meeting(story: Story) -> None:
    story.say("D", f"minutes {PASTED}")
    reply = story.say("D", f"minutes confirm {offered(story, 'P1.1a: rate')}")
    assert reply.startswith("P1.1a is now 🔴 At risk (was ⚪ Not yet rated). At 11:15 I tell")
    assert "Minutes: 4 to confirm" in reply
    assert "D (tester, minuted on 4 October 2022 at The Board), rag: at risk: the supplier" in story.say(
        "D", "history P1.1a"
    )


def test_what_is_certain_is_confirmed_at_once_and_the_rest_is_left(story: Story) -> None:
    reply = story.ask("D", f"minutes {PASTED}")
    all_of_them = buttons(reply)["Confirm all 4"]
    said = story.say("D", all_of_them)
    assert "P1.1a is now 🔴 At risk" in said
    assert "\nMinuted of P1.1b at The Board, 4 October 2022." in said
    assert "Feb-23 (by 28 February 2023) is proposed for P1.1c in place of Dec-22. It counts once the programme" in said
    assert "Minutes: 1 to confirm, 1 kept aside" in said
    story.mornings("2022-10-07")
    assert "D proposed Feb-23 for P1.1c: moved to Feb-23, the trainer is away." in told(story, "B")["B"][-1]
    assert "say of P1.2a: by 14 October: C to bring the report." in told(story, "C")["C"][-1]


def test_undo_takes_a_confirmed_line_back_to_be_confirmed_again(story: Story) -> None:
    story.say("D", "minutes P1.1a at risk, the supplier has not signed\nP1.1c noted")
    number = offered(story, "P1.1a")
    story.say("D", f"minutes confirm {number}")
    assert "Its line of the minutes is to be confirmed again: type minutes." in story.say("D", "undo")
    assert offered(story, "P1.1a") == number


def test_a_line_that_is_named_twice_is_confirmed_once(story: Story) -> None:
    story.say("D", "minutes P1.1a noted\nP1.1b noted")
    number = offered(story, "P1.1a")
    before = history_length(story)
    story.say("D", f"minutes confirm {number} {number}")
    assert history_length(story) == before + 1


def test_a_line_is_left_out_and_taken_back(story: Story) -> None:
    story.say("D", f"minutes {PASTED}")
    number = offered(story, "P1.1a: rate")
    reply = story.ask("D", f"minutes drop {number}")
    assert reply.text.startswith(f"Line {number} is left out.")
    assert "P1.1a:" not in reply.text
    assert f"Line {number} of the minutes is left out already" in story.refused("D", f"minutes confirm {number}")
    story.say("D", buttons(reply)["Take it back"])
    assert offered(story, "P1.1a: rate") == number


def test_references_typed_loosely_are_read_as_in_commands(story: Story) -> None:
    story.say("D", "minutes The Board\n1.1 b at risk, no staff\nP1·1c on track\nP1.2.a at risk, no map\nP1/1a done")
    said = story.say("D", "minutes")
    assert "P1.1b: rate it 🔴 At risk" in said
    assert "P1.1c: rate it 🟢 On track" in said
    assert "P1.2a: rate it 🔴 At risk" in said
    assert "P1/1a" in said  # not understood: a line of its own, with the nearest
    assert "P1.1a: " not in said
    story.say("D", "minutes confirm all")
    assert story.say("D", "action P1.1b").startswith("P1.1b · 🔴 At risk")
    assert "1.1 b" not in story.say("D", "history P1.1b")


def test_an_unknown_reference_is_offered_the_nearest_and_never_applied(story: Story) -> None:
    reply = story.ask("D", "minutes P1.1q at risk, no staff\nP1.1a noted")
    number = offered(story, "P1.1q")
    assert buttons(reply)["It is P1.1a"] == f"minutes {number} P1.1a"
    assert "names no action I know" in story.refused("D", f"minutes confirm {number}")
    chosen = story.say("D", f"minutes {number} P1.1b")
    assert f"Line {number} is about P1.1b." in chosen
    assert f"{number} · P1.1b: rate it 🔴 At risk" in chosen
    assert "Not yet rated" in story.say("A", "action P1.1b")
    assert "P1.1b is now 🔴 At risk" in story.say("D", f"minutes confirm {number}")


def test_what_names_no_action_is_kept_until_it_is_left_out(story: Story) -> None:
    story.say("D", f"minutes {PASTED}")
    story.say("D", "minutes confirm all")
    assert "kept aside. “Apologies: the head.”" in story.say("D", "minutes")
    assert "kept aside" not in story.say("D", "minutes drop aside")


def test_the_digest_says_that_minutes_are_still_to_be_confirmed(story: Story) -> None:
    story.say("D", "minutes P1.1a noted\nP1.1b noted")
    number = offered(story, "P1.1a")
    digest = story.ask("D", "digest The Board")
    assert "2 lines of the minutes are still to be confirmed. To confirm or leave out: minutes" in digest.text
    assert buttons(digest)["See what is left"] == "minutes"
    story.say("D", f"minutes confirm {number}")
    assert "1 line of the minutes is still to be confirmed." in story.say("D", "digest The Board")
    story.say("D", f"minutes drop {offered(story, 'P1.1b')}")
    assert "still to be confirmed" not in story.say("D", "digest The Board")


def test_lines_are_read_by_the_rules_for_replies(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org/charter")
    story.say("B", "slipping P1.1c Feb-23 the trainer is away")
    said = story.say(
        "D",
        "minutes\nP1.1a closure agreed\nP1.1c returned: find another trainer\n"
        "P1.1b: progress: half of it is in\nP1.2a is done, see the web site",
    )
    assert "P1.1a: agree what is proposed: complete." in said
    assert "P1.1c: return it to its owners." in said
    assert "P1.1b: note it as progress." in said
    assert "P1.2a: propose that it is complete, if that is what it means." in said
    done = story.say("D", "minutes confirm all")
    assert "Agreed: P1.1a (complete)." in done
    assert "P1.1c goes back to B: find another trainer." in done
    assert "Progress on P1.1b is noted, thank you." in done
    closed = story.say("D", f"minutes confirm {offered(story, 'P1.2a')}")
    assert "P1.2a is done, awaiting agreement by the programme office." in closed
    assert "Minuted of P1.2a at The Board, 4 October 2022." in closed


def test_an_action_that_is_only_mentioned_is_not_certain(story: Story) -> None:
    said = story.ask("D", "minutes P1.1a waits for P1.1b\nP1.1c noted")
    assert "P1.1b: minute it, if that is what it means. “P1.1a waits for P1.1b”" in said.text
    assert "Confirm all 2" in buttons(said)


def test_several_lines_that_a_chair_says_are_taken_for_minutes(story: Story) -> None:
    said = story.say("D", "P1.1a: on track\nP1.1b: by 14 October: the report")
    assert said.startswith("Nothing is changed yet: these are the minutes of The Board, 4 October 2022.")
    assert "please say it of one action at a time" in story.refused("A", "P1.1a: on track\nP1.1b: done")


def test_minutes_without_words_ask_for_them_until_something_waits(story: Story) -> None:
    form = story.ask("D", "minutes")
    assert isinstance(form, Form)
    assert form.title == "Minutes of The Board"
    assert "1 to confirm" in story.say("D", form.command, text="P1.1a: on track")
    assert "1 to confirm" in story.say("D", "minutes")
    assert isinstance(story.ask("D", "minutes The Board"), Form)


def test_minutes_that_name_no_action_are_refused_and_nothing_is_kept(story: Story) -> None:
    before = history_length(story)
    assert is_one_sentence(story.refused("D", "minutes The Board\nApologies: the head."))
    assert history_length(story) == before


def test_only_those_who_chair_and_the_office_give_minutes(story: Story) -> None:
    before = history_length(story)
    for who in ("A", "X"):
        assert "Only the chair of The Board or the programme office" in story.refused(who, f"minutes {PASTED}")
        assert "Only the chair of a group or the programme office" in story.refused(who, "minutes")
    assert history_length(story) == before
    assert "5 to confirm" in story.say("office", f"minutes {PASTED}")
    assert "5 to confirm" in story.say("D", "minutes")


def test_a_line_about_what_another_group_holds_is_for_its_chair(story: Story) -> None:
    story.group("The Forum", "2022-10-04 10:00", chair="B", holds=["P1.2"])
    said = story.say("D", "minutes The Board\nP1.1a noted\nP1.2a noted")
    assert "P1.2a: only the chair of The Forum can confirm it. “noted”" in said
    number = offered(story, "P1.2a")
    assert "Only the chair of The Forum" in story.refused("D", f"minutes confirm {number}")
    assert "no line" in story.refused("A", f"minutes confirm {number}")
    assert "1 to confirm" in story.say("B", "minutes")
    assert "Minuted of P1.2a at The Board, 4 October 2022." in story.say("B", f"minutes confirm {number}")


def test_what_has_changed_since_is_refused_and_stays_while_the_rest_is_confirmed(story: Story) -> None:
    reply = story.ask("D", "minutes P1.1a moved to Feb-23\nP1.1c noted")
    number = offered(story, "P1.1a")
    story.say("office", "done P1.1a https://example.org/charter")
    story.say("D", "agree P1.1a")
    said = story.say("D", buttons(reply)["Confirm all 2"])
    assert "Minuted of P1.1a" in said  # what is complete has no new timescale: the words are minuted
    assert "Line" in story.refused("D", f"minutes confirm {number}")


def test_many_lines_are_paged_and_none_is_lost(story: Story) -> None:
    pasted = "\n".join(f"P1.1{'abc'[n % 3]}: noted point {n}" for n in range(64))
    reply = story.ask("D", f"minutes {pasted}")
    assert "Minutes: 64 to confirm (page 1 of 7)." in reply.text
    seen = reply.text
    for page in range(2, 8):
        seen += story.say("D", f"minutes page {page}")
    assert all(f"noted point {n}”" in seen for n in range(64))
    for left in range(54, 0, -10):
        reply = story.ask("D", buttons(reply)["Confirm the 10 shown"])
        assert f"Minutes: {left} to confirm" in reply.text
    assert "Minutes:" not in story.say("D", buttons(reply)["Confirm all 4"])


def test_long_minutes_are_taken_and_too_long_ones_are_asked_for_in_parts(story: Story) -> None:
    page = "P1.1a: noted\n" + "It was said at length that all is well. " * 300
    assert len(page) > 12_000
    assert "1 to confirm" in story.say("D", f"minutes {page}")
    assert "paste them in two parts" in story.refused("D", f"minutes {page * 4}")


def test_minutes_that_seem_to_name_a_child_are_stopped_whole_and_the_line_is_named(story: Story) -> None:
    before = history_length(story)
    refused = story.refused("D", "minutes The Board\nP1.1a: noted\nP1.1b: pupil A123456789012 has moved\nP1.1c: noted")
    assert refused.startswith("Line 3 of that looks like a pupil number (UPN), so it was not kept")
    assert "A123456789012" not in refused
    assert history_length(story) == before
    assert b"A123456789012" not in stored_bytes(story.folder)


def test_words_of_minutes_are_redacted_before_and_after_they_are_confirmed(story: Story) -> None:
    story.say("D", "minutes P1.1a: at risk, Sam of year 4 waits\nP1.1b: Kim of year 5 waits")
    first, second = offered(story, "P1.1a"), offered(story, "P1.1b")
    story.say("D", f"minutes confirm {first}")
    story.say("office", f"redact {history_length(story)} it named a child")
    story.say("office", f"redact {second} it named a child")
    with story.app.db.read() as tx:
        kept = [row.words or "" for row in list_rows(tx, most=1_000)]
    assert not any("Sam of year 4" in words or "Kim of year 5" in words for words in kept)
    assert "Sam" not in story.say("D", "action P1.1a")
    assert "(redacted)" in story.say("D", "minutes")
    assert f"{second} · P1.1b" in story.say("D", "minutes")
    assert "were redacted" in story.refused("D", f"minutes confirm {second}")
    history_length(story)


def test_the_same_paste_twice_from_the_channel_is_kept_once(story: Story) -> None:
    door = story.app.door(lambda: story.now)
    again = [door.answer(Request("D", f"minutes {PASTED}", Where("console"), seen_id="one")) for _ in range(2)]
    assert again[0] is not None
    assert again[1] is None
    with story.app.db.read() as tx:
        assert len([row for row in list_rows(tx, most=1_000) if row.verb == "minutes"]) == 6
