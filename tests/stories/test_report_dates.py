"""The third clock: reports and the figures of metrics are asked for twenty and five working days before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import office
from programme.policy import Policy, Report
from tests.stories.council import buttons
from tests.story import Sent, Story, tiny_plan

METRICS = (
    "Measures\t\tHow far it has come.\t\t\t\t\n"
    "Ref\tFocus area\tActions\tSuccess criteria\tMetrics\t\t\n"
    "\t\t\t\tJan 2022 (baseline)\tOct 2022\tJan 2023\n"
    "P1.1\tWhat was found.\ta. Write the charter.\tIt is done.\tnone\t\t\n"
    "\t\tb. Run the survey.\tIt is done.\tnone\t\t\n"
)
PLAN = (
    tiny_plan(("P1.1a", "Write the charter.", "A", "Mar-23"), ("P1.1b", "Run the survey.", "A/ C", "Mar-23"))
    + "\n"
    + METRICS
)
QUARTERLY = Report("Quarterly report to Cabinet", (date(2022, 10, 31),))
OF_X = Report("Termly public update", (date(2022, 12, 16),), owner="X")


def open_story(folder: Path, *reports: Report, plan: str = PLAN) -> Story:
    story = Story(folder)
    story.app.policy = replace(Policy(), reports=reports)
    story.load(plan)
    for role in ("A", "C", "D", "X"):
        story.give(role)
    story.group("The Board", chair="D", strategic=True)
    story.tick("2022-09-05 09:00")
    return story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = open_story(tmp_path, QUARTERLY, OF_X)
    yield found
    found.close()


def days(sent: list[Sent], words: str) -> list[tuple[str, str]]:
    return [(one.to, f"{one.at:%m-%d}") for one in sent if words in one.text]


def test_the_office_is_asked_for_a_report_twenty_and_five_working_days_before(story: Story) -> None:
    sent = story.mornings("2022-11-11")
    assert days(sent, "Quarterly report to Cabinet is due on 31 October 2022") == [
        ("office", "10-03"),
        ("office", "10-24"),
    ]
    text = next(one.text for one in sent if "Quarterly" in one.text)
    assert "Quarterly report to Cabinet is due on 31 October 2022, in 20 working days." in text
    assert "It is handed in: reported Quarterly report to Cabinet 2022-10-31" in text


def test_a_report_that_was_handed_in_is_not_asked_for_again(story: Story) -> None:
    story.mornings("2022-10-03")
    assert story.at("2022-10-05 10:00").say("office", "reported quarterly") == (
        "Noted: Quarterly report to Cabinet, due on 31 October 2022, is handed in. Nobody is asked for it any more."
    )
    assert days(story.mornings("2022-11-11"), "Quarterly") == []


def test_a_report_with_an_owner_is_asked_of_them_and_handed_in_by_them(story: Story) -> None:
    assert days(story.mornings("2022-12-09"), "Termly public update") == [("X", "11-18"), ("X", "12-09")]
    assert "There is no report for you" in story.refused("A", "reported termly")
    assert "is handed in" in story.say("X", "reported Termly public update")


def test_a_report_whose_owner_has_left_is_passed_on_by_the_office(story: Story) -> None:
    story.leave("X")
    passed = [one for one in story.mornings("2022-11-18") if "Termly public update" in one.text]
    assert {one.to for one in passed} == {"office"}
    assert "X: 1 " in passed[0].text


def test_reports_lists_what_is_due(story: Story) -> None:
    text = story.say("office", "reports")
    assert "Termly public update is due on 16 December 2022, in 73 working days. Asked of X." in text
    assert "Asked of the programme office." in text


def test_a_report_that_comes_after_every_quarter_is_asked_for_each_time(tmp_path: Path) -> None:
    story = open_story(tmp_path, Report("Quarterly report", every="quarter", days_after=10, warn=(5,)))
    sent = story.mornings("2023-01-31")
    assert [day for _, day in days(sent, "Quarterly report is due")] == ["10-07", "01-09"]
    story.close()


def test_a_warning_that_was_missed_is_said_once_and_late(tmp_path: Path) -> None:
    story = open_story(tmp_path, QUARTERLY)
    assert days(story.tick("2022-10-26 09:00"), "Quarterly") == [("office", "10-26")]  # down since September
    assert days(story.mornings("2022-11-11"), "Quarterly") == []
    story.close()


def test_the_owners_are_asked_for_the_figures_of_a_period_in_one_line(story: Story) -> None:
    sent = story.mornings("2022-11-04")
    assert days(sent, "for Oct 2022") == [("A", "10-03"), ("C", "10-03"), ("A", "10-24"), ("C", "10-24")]
    assert (
        "The figures of P1.1a, P1.1b for Oct 2022 are due on 31 October 2022, in 20 working days. "
        "To give one, type for example: figure P1.1a Oct 2022: 65 of 91 schools"
    ) in next(one.text for one in sent if one.to == "A" and "Oct 2022" in one.text)


def test_a_figure_that_was_given_is_kept_shown_and_not_asked_for_again(story: Story) -> None:
    story.mornings("2022-10-03")
    said = story.at("2022-10-04 10:00").say("A", "figure P1.1b 65 of 91 schools")
    assert said == "The figure of P1.1b for Oct 2022 is noted, thank you."
    assert "65 of 91 schools" in story.say("A", "action P1.1b")
    sent = [one.text for one in story.mornings("2022-10-24") if "for Oct 2022" in one.text and one.to in ("A", "C")]
    assert len(sent) == 1  # C has nothing left to give
    assert "The figure of P1.1a for Oct 2022 is due" in sent[0]
    assert "Undone: the figure of P1.1b" in story.at("2022-10-04 11:00").say("A", "undo")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("figure P1.1a Feb 2022: 12", "P1.1a has no period “Feb 2022”: its periods are Jan 2022 (baseline), Oct 2022"),
        ("figure P1.1a", "Say the figure: figure P1.1a Oct 2022: 65 of 91 schools"),
    ],
)
def test_a_figure_that_cannot_be_kept_says_what_to_type(story: Story, words: str, says: str) -> None:
    assert says in story.refused("A", words)


def test_nobody_is_asked_for_figures_before_their_starting_list(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.load(PLAN)
    story.give("A")
    assert days([one for one in story.tick("2022-10-24 09:00") if one.to == "A"], "for Oct 2022") == []
    story.close()


def test_the_same_button_tapped_by_two_hands_in_one_report_alone(tmp_path: Path) -> None:
    story = open_story(tmp_path, Report("Quarterly report", every="quarter"))
    story.mornings("2022-09-26")
    tap = "reported Quarterly report 2022-09-30"
    assert "due on 30 September 2022, is handed in" in story.at("2022-09-27 10:00").say("office", tap)
    assert story.refused("office", tap) == (
        "Quarterly report, due on 30 September 2022, is handed in already, so nothing was changed."
    )
    assert days(story.mornings("2022-12-30"), "Quarterly report is due on 31 December 2022") != []
    story.close()


def test_a_report_is_not_taken_for_another_that_begins_alike(tmp_path: Path) -> None:
    story = open_story(tmp_path, QUARTERLY, Report("Quarterly return", (date(2022, 10, 31),)))
    assert "Say which report was handed in" in story.refused("office", "reported quarterly")
    assert "Quarterly return, due on" in story.say("office", "reported Quarterly return")
    story.close()


def test_who_has_left_the_office_passes_nothing_on(story: Story) -> None:
    story.leave("C")
    story.office("console:second")
    story.mornings("2022-09-30")
    story.at("2022-09-30 18:00").tick("2022-09-30 18:00")
    with story.app.db.write() as tx:
        office.end_office(tx, "console:second", now=story.now, account="tester")
    assert days(story.tick("2022-10-03 09:00"), "C: 1") == [("office", "10-03")]


def test_a_report_said_twice_is_not_the_next_one(tmp_path: Path) -> None:
    story = open_story(tmp_path, Report("Quarterly report", every="quarter"))
    assert "due on 30 September 2022, is handed in" in story.say("office", "reported “Quarterly report”")
    reply = story.ask("office", "reported quarterly")
    assert "is handed in already" in reply.text
    assert buttons(reply) == {"The one due 31 December 2022": "reported Quarterly report 2022-12-31"}
    story.close()
