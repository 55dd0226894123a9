"""Every reminder leaves a line: `/why` says what was sent, what was not and for what reason, and what comes next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.stories.test_report_dates import OF_X, QUARTERLY, open_story
from tests.story import Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.load(tiny_plan(("P1.1a", "Write the charter.", "A", "Oct-22"), ("P1.2a", "Publish the map.", "C", "TBC")))
    for role in ("A", "D", "X"):
        told.give(role)
    told.group("The Board", "2022-10-04 10:00", chair="D", strategic=True)
    yield told
    told.close()


def why(story: Story, ref: str = "P1.1a", who: str = "office") -> tuple[list[str], list[str]]:
    """What has been and what comes next, a line each."""
    been, next_ones = story.say(who, f"why {ref}").split("\nWhat comes next.\n")
    title, head, *lines = been.split("\n")
    assert (title, head) == (f"Why, for {ref}.", "What has been.")
    return [line.removeprefix("- ") for line in lines], [line.removeprefix("- ") for line in next_ones.split("\n")]


def test_before_the_first_morning_the_starting_list_comes_next(story: Story) -> None:
    assert why(story) == (
        ["Nothing has been planned or sent about it yet."],
        [
            "5 September 2022, starting list, to A.",
            "27 September 2022, papers for the meeting on 4 October 2022, to D.",
        ],
    )


def test_after_a_morning_the_starting_list_comes_on_the_next(story: Story) -> None:
    story.at("2022-09-05 15:00")
    assert why(story)[1][0] == "6 September 2022, starting list, to A."


def test_what_was_sent_is_printed_with_its_time_and_each_clock_says_what_comes_next_on_it(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    assert why(story) == (
        ["5 September 2022, starting list, to A: sent 5 September 2022 09:00, in a bundle."],
        [
            "12 September 2022, request for the meeting on 4 October 2022, to A.",
            "27 September 2022, papers for the meeting on 4 October 2022, to D.",
            "3 October 2022, timescale, 20 before Oct-22, to A.",
            "1 November 2022, overdue, to A, if it is open then.",
            "14 November 2022, overdue, to the accountable lead, to X, if it is open then.",
        ],
    )


def test_what_is_said_to_come_is_what_comes_where_nobody_answers(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    _, coming = why(story)
    assert len(coming) == 5
    story.mornings("2022-11-14")
    been = [line.replace(" 09:00, papers", ", papers") for line in why(story)[0]]
    for line in coming:
        head = line.removesuffix(".").removesuffix(", if it is open then")
        assert [one for one in been if one.startswith(f"{head}: sent")], line


def test_what_was_answered_is_printed_with_why_it_was_not_sent_and_until_when_it_is_quiet(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-12")
    story.at("2022-09-13 10:00").say("A", "progress P1.1a a draft is out")
    assert why(story)[1][0] == "Quiet until 28 September 2022, because it was answered or snoozed."
    story.mornings("2022-09-22")
    been, coming = why(story)
    asked = "12 September 2022, request for the meeting on 4 October 2022, to A"
    assert f"{asked}: sent 12 September 2022 09:00, in a bundle." in been
    assert (
        "22 September 2022, chase for the meeting on 4 October 2022, to A: not sent, it was answered for this meeting."
        in been
    )
    assert coming[0] == "Quiet until 28 September 2022, because it was answered or snoozed."
    assert coming[2] == "3 October 2022, timescale, 20 before Oct-22, to A."


def test_what_an_answer_keeps_back_after_the_quiet_says_so(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.group("The Board", papers=0)  # asked 20 September, chased 29 September
    story.at("2022-09-07 10:00").say("A", "progress P1.1a a draft is out")
    assert "29 September" not in "".join(why(story)[1])
    story.at("2022-09-22 10:00")
    chase = "29 September 2022, chase for the meeting on 4 October 2022, to A"
    assert f"{chase}, but as things stand it is not said: it was answered for this meeting." in why(story)[1]


def test_what_waits_for_its_morning_is_printed_with_the_bundle_that_is_to_carry_it(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.tick("2022-09-12 08:00")
    asked = "12 September 2022, request for the meeting on 4 October 2022, to A"
    assert f"{asked}: planned, in the bundle of 12 September 2022 09:00." in why(story)[1]


def test_what_is_passed_on_is_printed_with_the_role_it_is_for(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    assert why(story, "P1.2a")[0] == [
        "5 September 2022, starting list, to the programme office for C: sent 5 September 2022 09:00, in a bundle."
    ]


def test_an_overdue_action_says_when_it_is_chased_next_and_that_the_lead_was_told(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.mornings("2022-11-14")
    been, coming = why(story)
    told = "14 November 2022, overdue, to the accountable lead, to X"
    assert f"{told}: sent 14 November 2022 09:00, in a bundle." in been
    assert coming == ["15 November 2022, overdue, to A: planned, in the bundle of 15 November 2022 09:00."]


def test_a_proposal_says_that_nothing_comes_until_it_is_decided(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.at("2022-09-06 10:00").say("A", "done P1.1a https://example.org/charter")
    assert why(story)[1] == [
        "Nothing until the chair has agreed or returned what is proposed.",
        "27 September 2022, papers for the meeting on 4 October 2022, to D.",
    ]
    story.say("D", "agree P1.1a")
    assert why(story)[1] == ["Nothing: it is complete."]


def test_an_action_without_a_date_or_a_meeting_to_come_says_so(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.at("2022-10-05 09:00")
    assert why(story, "P1.2a")[1] == ["Nothing, until its group has a meeting or its timescale a date."]


def test_a_pause_is_said_before_what_waits_behind_it(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.say("office", "pause")
    first, second, *_ = why(story)[1]
    assert first == "Everything is paused by the programme office; what falls due meanwhile is said once, after it."
    assert second.startswith("12 September 2022, request")


def test_whoever_asks_is_called_you_and_comes_first(story: Story) -> None:
    story.means("C", "A", "B")
    story.give("B")
    story.tick("2022-09-05 09:00")
    assert "starting list, to A and B: sent" in why(story, "P1.2a")[0][0]
    assert "starting list, to you and A: sent" in why(story, "P1.2a", "B")[0][0]
    assert "to you and A." in why(story, "P1.2a", "B")[1][0]


def test_somebody_who_newly_has_a_role_is_told_that_a_starting_list_comes_first(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.at("2022-09-07 10:00").leave("A")
    story.give("A", "Jo")
    coming = why(story, who="Jo")[1]
    assert "7 September 2022, starting list, to you." in coming
    assert not any("request" in line for line in coming)


def test_an_alarm_says_who_hears_of_it_who_heard_and_when_the_chair_above_does(story: Story) -> None:
    story.group("The Team", "2022-10-20 10:00", chair="B", holds=["P1.1"], reports_to=["The Board"])
    story.give("B")
    story.tick("2022-09-05 09:00")
    story.at("2022-09-05 10:00").say("A", "rag P1.1a at-risk no printer")
    coming = why(story)[1]
    assert "5 September 2022 10:15, notice to B, D, the programme office and X: waits until then." in coming
    above = "12 September 2022, not acknowledged, to the chair above, to D"
    assert f"{above}, if nobody has acknowledged the alarm." in coming
    story.tick("2022-09-05 10:15")
    assert "5 September 2022 10:15, notice to B, D, the programme office and X: sent." in why(story)[0]
    story.mornings("2022-09-12")
    been, coming = why(story)
    assert f"{above}: sent 12 September 2022 09:00, in a bundle." in been
    assert not any("chair above" in line for line in coming)


def test_an_alarm_that_is_acknowledged_goes_to_nobody_above(story: Story) -> None:
    story.group("The Team", "2022-10-20 10:00", chair="B", holds=["P1.1"], reports_to=["The Board"])
    story.give("B")
    story.say("A", "rag P1.1a at-risk no printer")
    story.tick("2022-09-05 11:00")
    assert any("chair above" in line for line in why(story)[1])
    story.say("B", "ack P1.1a")
    assert not any("chair above" in line for line in why(story)[1])


def test_a_withdrawn_alarm_prints_its_correction(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.at("2022-09-05 10:00").say("A", "rag P1.1a at-risk no printer")
    story.tick("2022-09-05 10:15")
    story.at("2022-09-05 11:00").say("A", "undo")
    story.tick("2022-09-05 11:01")
    assert any(line.startswith("5 September 2022 11:01, correction to D") for line in why(story)[0])


def test_a_mitigation_has_a_clock_of_its_own_for_whoever_does_it(story: Story) -> None:
    story.give("B")
    story.tick("2022-09-05 09:00")
    story.at("2022-09-06 10:00").say("A", "rag P1.1a at-risk no printer")
    story.say("A", "mitigation P1.1a another printer; B; 30 September 2022")
    assert "15 September 2022, mitigation, 10 before 30 September 2022, to B." in why(story)[1]
    story.mornings("2022-09-15")
    assert any("mitigation, 10 before 30 September 2022, to B: sent" in line for line in why(story)[0])
    story.at("2022-09-15 10:00").say("B", "inplace P1.1a")
    assert not any("mitigation" in line for line in why(story)[1])


def test_a_question_is_told_with_how_it_went_and_that_it_waits_for_an_answer(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.at("2022-09-05 18:00").say("D", "ask P1.1a how far are we?")
    assert "6 September 2022, a question, to A: planned, it goes in a message of its own." in why(story)[1]
    story.tick("2022-09-06 09:00")
    been, coming = why(story)
    assert been[-1] == "6 September 2022, a question, to A: sent 6 September 2022 09:00, in a message of its own."
    assert coming[0] == "The question of D on 5 September 2022 is not answered yet."
    story.at("2022-09-06 10:00").say("A", "progress P1.1a nearly there")
    assert not any("question of" in line for line in why(story)[1])
    assert "7 September 2022, the answer to a question, to D: planned." in why(story)[1]


def test_the_papers_and_what_moved_since_them_are_told(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-27")
    been, coming = why(story)
    assert "27 September 2022 09:00, papers for the meeting on 4 October 2022, to D: sent." in been
    since = "what moved since the papers, for the meeting on 4 October 2022, to D"
    assert f"4 October 2022, {since}." in coming
    story.mornings("2022-10-04")
    assert f"4 October 2022 09:00, {since}: sent." in why(story)[0]


def test_a_cover_is_asked_in_the_place_of_who_is_away_and_why_says_so(story: Story) -> None:
    story.give("B")
    story.tick("2022-09-05 09:00")
    story.at("2022-09-06 10:00").say("A", "cover A by B from 12 September to 16 September")
    story.mornings("2022-09-12")
    been, coming = why(story, who="B")
    assert any(line.startswith("12 September 2022, handover of A, to you: sent") for line in been)
    assert "12 September 2022, request for the meeting on 4 October 2022, to you: sent 12 September 2022 09:00" in (
        "".join(been)
    )
    assert coming[0] == "In place of A, away until 16 September 2022: you."


def test_no_more_than_fifteen_lines_are_told_of_what_was_and_how_many_are_older(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.mornings("2023-03-31")
    been, _ = why(story)
    assert len(been) == 16
    assert re.fullmatch(r"and \d+ more, the older", been[0])
    assert "2023" in been[-1]


def test_why_reads_no_message_of_another_action(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.at("2022-09-05 10:00").say("A", "rag P1.1a at-risk no printer")
    story.tick("2022-09-05 10:15")
    assert not any("notice" in line for part in why(story, "P1.2a") for line in part)


def test_why_may_be_asked_by_whoever_may_read_the_action_and_nobody_else(story: Story) -> None:
    assert "starting list" in story.say("A", "why P1.1a")
    story.give("B")
    assert "P1.1a" in story.refused("B", "why P1.1a")


def test_the_figures_of_its_metric_are_a_clock_and_so_are_the_reports_of_who_asks(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    story = open_story(folder, QUARTERLY, OF_X)
    assert "3 October 2022, figure for Oct 2022, 20 before 31 October 2022, to A and C." in why(story, "P1.1b")[1]
    own = "18 November 2022, Termly public update, 20 before 16 December 2022, to you."
    assert own in why(story, "P1.1b", "X")[1]
    assert own not in why(story, "P1.1b", "A")[1]
    story.mornings("2022-10-03")
    been, coming = why(story, "P1.1b", "C")
    figure = "3 October 2022, figure for Oct 2022, 20 before 31 October 2022, to you and A"
    assert f"{figure}: sent 3 October 2022 09:00, in a bundle." in been
    assert "24 October 2022, figure for Oct 2022, 5 before 31 October 2022, to you and A." in coming
    story.at("2022-10-04 10:00").say("A", "figure P1.1b Oct 2022: 12")
    assert not any("figure for Oct" in line for line in why(story, "P1.1b", "C")[1])
    story.close()


def test_why_looks_up_what_is_about_the_action_and_reads_no_table_through(tmp_path: Path) -> None:
    def read(folder: str, others: int) -> tuple[int, list[str]]:
        (tmp_path / folder).mkdir()
        story = Story(tmp_path / folder)
        rows = [(f"P1.{n + 1}a", "Do it.", "A/ C", "Oct-22") for n in range(others + 1)]
        story.load(tiny_plan(*rows))
        for role in ("A", "C", "D", "X"):
            story.give(role)
        story.group("The Board", "2022-10-04 10:00", chair="D", strategic=True)
        story.tick("2022-09-05 09:00")
        story.at("2022-09-05 10:00").say("A", "rag P1.1a at-risk no printer")
        story.tick("2022-09-12 09:00")
        asked: list[tuple[str, Any]] = []

        def note(*given: Any) -> None:
            asked.append((given[2], given[3]))

        sa.event.listen(sa.engine.Engine, "before_cursor_execute", note)
        story.say("A", "why P1.1a")
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", note)
        selects = [each for each in asked if each[0].startswith("SELECT")]
        with story.app.db.read() as tx:
            plans = [tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all() for query, values in selects]
        story.close()
        return len(selects), [row[-1] for plan in plans for row in plan if "SCAN" in row[-1]]

    small, large = read("small", 0), read("large", 60)
    assert small == large
    assert not any(table in line for line in large[1] for table in ("action", "ledger", "entry", "outbox", "metric"))
