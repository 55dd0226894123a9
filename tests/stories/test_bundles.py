"""One bundle a person a day and two a week, at nine in the morning of an open day, whatever falls due."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from programme.messages import Button, Buttons
from storage.actions import list_actions
from storage.people import read_directory
from tests.story import Sent, Story, tiny_plan


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    yield told
    told.close()


def start(story: Story, *rows: tuple[str, str, str, str], roles: str = "A") -> None:
    story.load(tiny_plan(*rows))
    for role in roles:
        story.give(role)
    story.tick("2022-09-05 09:00")


def bundles(story: Story, name: str) -> list[Sent]:
    """What counts: neither packs, nor notes since the pack, nor notices."""
    return [one for one in story.to(name) if not any(word in one.text for word in ("digest for", "meets today"))]


def test_the_second_bundle_of_a_week_carries_what_falls_due_before_the_next_can_go(story: Story) -> None:
    start(
        story,
        ("P1.1a", "Write the charter.", "A", "12 October 2022"),
        ("P1.1b", "Run the survey.", "A", "13 October 2022"),
        ("P1.1c", "Publish the map.", "A", "14 October 2022"),
        ("P1.1d", "Open the page.", "A", "17 October 2022"),
    )
    story.mornings("2022-10-16")
    week = [one for one in story.to("A") if date(2022, 10, 10) <= one.at.date()]
    assert [f"{one.at:%a}" for one in week] == ["Mon", "Tue"]  # Monday: the page, five days before
    for ref in ("P1.1a", "P1.1b", "P1.1c", "P1.1d"):
        assert ref in week[1].text, ref


def test_each_action_stands_once_in_a_bundle_however_many_of_its_reminders_meet_there(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "12 September 2022"))
    story.group("The Board", "2022-10-04 10:00", strategic=True)
    story.mornings("2022-09-12")
    text = story.to("A")[-1].text
    assert text.startswith("1 action needs a word from you.")
    assert text.count("- P1.1a") == 1
    assert "Please say where it stands for the meeting on 4 October 2022." in text


def test_the_office_may_have_a_bundle_every_day(story: Story) -> None:
    start(
        story,
        *(
            (f"P1.1{letter}", "Do it.", "A", f"{day} October 2022")
            for letter, day in zip("abcd", range(11, 15), strict=True)
        ),
        roles="",
    )
    story.mornings("2022-10-14")
    week = [one for one in story.to("office") if one.at.date() >= date(2022, 10, 10)]
    assert [f"{one.at:%a}" for one in week] == ["Mon", "Tue", "Wed", "Thu", "Fri"]


@pytest.mark.parametrize(
    ("friday", "monday"),
    [
        pytest.param("2022-10-28", "2022-10-31", id="the clocks go back on Sunday 30 October 2022"),
        pytest.param("2023-03-24", "2023-03-27", id="the clocks go forward on Sunday 26 March 2023"),
    ],
)
def test_a_bundle_goes_at_nine_by_the_readers_clock_on_both_sides_of_a_clock_change(
    story: Story, friday: str, monday: str
) -> None:
    rows = (
        (f"P1.1{letter}", "Do it.", "A", f"{date.fromisoformat(day):%-d %B %Y}")
        for letter, day in (("a", friday), ("b", monday))
    )
    start(story, *rows)
    for day in (friday, monday):
        story.at(f"{day} 08:00")
        story.tick(f"{day} 08:30")
        assert story.tick(f"{day} 08:59") == []
        assert [one.to for one in story.tick(f"{day} 09:00")] == ["A", "office"]  # which has its weekly note


@pytest.mark.parametrize(
    "at",
    [
        "2022-10-31 08:59",
        "2022-10-31 17:00",
        "2022-10-31 23:30",
        "2022-11-01 03:00",
        "2022-11-05 10:00",  # a Saturday
        "2022-11-06 10:00",
        "2022-12-26 10:00",  # bank holidays
        "2022-12-27 10:00",
        "2023-05-08 10:00",
    ],
)
def test_nothing_unprompted_goes_outside_sending_hours(story: Story, at: str) -> None:
    start(
        story, ("P1.1a", "Write the charter.", "A", "Oct-22"), ("P1.1b", "Run the survey.", "C", "Aug-22"), roles="ACX"
    )
    assert story.tick(at) == []


def test_a_bundle_kept_back_by_quiet_hours_counts_in_the_week_in_which_it_goes(story: Story) -> None:
    start(
        story,
        ("P1.1a", "Write the charter.", "A", "28 October 2022"),
        ("P1.1b", "Run the survey.", "A", "31 October 2022"),
    )
    story.tick("2022-10-28 08:00")  # queued for nine; the process is then away until Monday
    assert [one.to for one in story.tick("2022-10-31 09:00")] == ["A", "office"]  # which has its weekly note
    story.mornings("2022-11-06")
    assert len([one for one in story.to("A") if one.at.date() >= date(2022, 10, 31)]) <= 2


def test_four_or_more_actions_end_with_one_answer_for_the_rest_but_not_for_what_presses(story: Story) -> None:
    rows = [(f"P1.1{letter}", "Do it.", "A", "Mar-23") for letter in "abcd"]
    start(story, *rows, ("P1.2a", "Overdue.", "A", "Aug-22"), ("P1.2b", "Due first.", "A", "Sep-22"))
    story.group("The Board", "2022-10-04 10:00", strategic=True)
    sent = story.mornings("2022-09-12")
    assert "No change to the rest: nochange P1.1a P1.1b P1.1c P1.1d" in sent[-1].text
    last = [block for block in sent[-1].message.blocks if isinstance(block, Buttons)][-1]
    assert last.buttons == (Button("No change to the rest", "nochange P1.1a P1.1b P1.1c P1.1d"),)


def test_a_reminder_has_its_five_answers(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A", "Oct-22"))
    sent = story.tick("2022-10-24 09:00")
    labels = [
        button.label for block in sent[0].message.blocks if isinstance(block, Buttons) for button in block.buttons
    ]
    assert labels == ["On track", "No change", "Slipping", "Done", "Not mine"]


def test_co_owners_are_told_who_of_another_organisation_has_answered(story: Story) -> None:
    start(story, ("P1.1a", "Write the charter.", "A/ C", "Oct-22"), roles="AC")
    story.at("2022-10-20 10:00").say("C", "progress P1.1a we have a draft")
    sent = {one.to: one.text for one in story.tick("2022-10-24 09:00")}
    assert "Answered by NHS Trust." in sent["A"]


# A whole school year

HOLDERS = ("SENDPO", "SENDIO", "DCO", "EDCS")
MEETINGS = ("2022-10-04", "2022-11-15", "2023-01-17", "2023-03-07", "2023-05-09", "2023-07-04")
CLOSED = {date.fromisoformat(day) for day in ("2022-09-19", "2022-12-26", "2022-12-27", "2023-01-02", "2023-04-07")}
CLOSED |= {date.fromisoformat(day) for day in ("2023-04-10", "2023-05-01", "2023-05-08", "2023-05-29")}


@pytest.fixture(scope="module")
def year() -> Iterator[Story]:
    """The sample plan from September to July: SENDPO answers every message, DCO every third, the others never."""
    memory = Path("/dev/shm")  # hundreds of commits: where there is a disk in memory, that one
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        told = Story(Path(folder))
        told.load()
        for role in HOLDERS:
            told.give(role)
        told.group("SEND Oversight Board", *(f"{day} 10:00" for day in MEETINGS), chair="EDCS", strategic=True)
        for n in range(46):
            for one in told.mornings(f"{date.fromordinal(date(2022, 9, 11).toordinal() + 7 * n)}"):
                answer(told, one)
        yield told
        told.close()


def answer(story: Story, sent: Sent) -> None:
    refs = [line.split()[1] for line in sent.text.splitlines() if line.startswith("- P") and " · " in line]
    if refs and sent.to == "SENDPO":
        story.say("SENDPO", f"nochange {' '.join(refs)}")
    if refs and sent.to == "DCO" and len(story.to("DCO")) % 3 == 0:
        story.say("DCO", f"progress {refs[0]} a little was done")


def test_in_a_whole_year_nobody_but_the_office_has_more_than_two_bundles_a_week_or_one_a_day(year: Story) -> None:
    for name in HOLDERS:
        mine = bundles(year, name)
        weeks = Counter(one.at.date().isocalendar()[:2] for one in mine)
        assert [week for week, n in weeks.items() if n > 2] == [], name
        assert max(Counter(one.at.date() for one in mine).values()) == 1, name


def test_in_a_whole_year_nothing_goes_on_a_closed_day(year: Story) -> None:
    days = {one.at.date() for one in year.sent}
    assert [day for day in sorted(days) if day.weekday() >= 5 or day in CLOSED] == []


def test_in_a_whole_year_every_action_that_falls_due_is_said_in_its_last_working_days(year: Story) -> None:
    with year.app.db.read() as tx:
        actions = list_actions(tx, read_directory(tx, year.today), only_open=True)
    said: dict[tuple[str, str], list[date]] = defaultdict(list)
    for one in year.sent:
        for line in one.text.splitlines():
            if line.startswith("- P") and " · due" in line:
                said[one.to, line.split()[1]].append(one.at.date())
    missed = []
    for action in actions:
        due = action.timescale.due_on
        if due is None or not date(2022, 9, 30) <= due <= date(2023, 7, 14):
            continue
        last = year.app.calendar.on_or_before(due)
        week_before = year.app.calendar.add_working_days(last, -5)
        for person in (person for owner in action.owners for person in owner.people):
            answers = person.name in ("SENDPO", "DCO")
            if not answers and not any(week_before <= day <= last for day in said[person.name, action.ref]):
                quiet = any(each.by in ("console:SENDPO", "console:DCO") for each in action.said)
                missed += [] if quiet else [(person.name, action.ref, due)]
    assert missed == []


def test_in_a_whole_year_whoever_never_answers_is_chased_every_ten_working_days(year: Story) -> None:
    asked = [
        one.at.date() for one in year.to("SENDIO")[1:] if "P2.2a" in one.text
    ]  # hers alone, overdue from the start
    gaps = [year.app.calendar.working_days_between(*pair) for pair in pairwise(asked)]
    assert len(asked) > 20
    assert max(gaps) <= 11  # a day more where the week's two bundles were used up
