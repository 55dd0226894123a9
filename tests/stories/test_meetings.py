"""The half-termly loop: updates requested, chased once, the pack to the chair, what has moved since on the morning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import is_one_sentence
from tests.story import Story, tiny_plan

BOARD = "2022-10-04 10:00"
PLAN = (
    ("P1.1a", "Write the charter.", "A", "Mar-23"),
    ("P1.2a", "Publish the map.", "C", "Apr-23"),
)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.load(tiny_plan(*PLAN))
    for role in ("A", "C", "D"):
        told.give(role)
    yield told
    told.close()


def asked(story: Story, name: str) -> list[str]:
    """The days after the first on which somebody was asked something, as `09-12`."""
    return [f"{one.at:%m-%d}" for one in story.to(name) if "a word from you" in one.text]


def test_updates_are_requested_on_12_september_for_the_board_on_4_october_and_chased_on_22_september(
    story: Story,
) -> None:
    story.group("The Board", BOARD, chair="D", strategic=True)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-10-04")
    assert asked(story, "A") == asked(story, "C") == ["09-12", "09-22"]
    assert "Please say where it stands for the meeting on 4 October 2022." in story.to("A")[1].text


def test_only_who_has_not_answered_is_chased(story: Story) -> None:
    story.group("The Board", BOARD, chair="D", strategic=True)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-14")
    story.at("2022-09-14 11:00").say("A", "progress P1.1a a first draft is out")
    story.mornings("2022-10-04")
    assert (asked(story, "A"), asked(story, "C")) == (["09-12"], ["09-12", "09-22"])


@pytest.mark.parametrize(
    ("answer", "requested"),
    [
        pytest.param("rag P1.1a on-track", [], id="a rating"),
        pytest.param("progress P1.1a a first draft is out", [], id="an entry"),
        pytest.param("nochange P1.1a", [], id="a tap is an answer too"),
    ],
)
def test_an_answer_in_the_ten_working_days_before_the_request_counts(
    story: Story, answer: str, requested: list[str]
) -> None:
    story.group("The Board", BOARD, strategic=True)
    story.tick("2022-09-05 09:00")
    story.at("2022-09-05 10:00").say("A", answer)
    story.mornings("2022-10-04")
    assert asked(story, "A") == requested


def test_an_answer_before_those_ten_working_days_does_not_count(story: Story) -> None:
    story.group("The Board", "2022-11-15 10:00", strategic=True)  # requested on 25 October, ten days before: 11 October
    story.tick("2022-09-05 09:00")
    story.at("2022-10-10 10:00").say("A", "progress P1.1a a first draft is out")
    story.mornings("2022-10-25")
    assert asked(story, "A") == ["10-25"]


def test_not_mine_is_no_update_but_stops_the_chase(story: Story) -> None:
    story.group("The Board", BOARD, chair="D", strategic=True)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-12")
    story.at("2022-09-12 10:00").say("A", "notmine P1.1a")
    story.mornings("2022-09-26")
    assert asked(story, "A") == ["09-12"]
    digest = story.at("2022-09-27 08:00").say("D", "digest The Board")
    assert "No update for this meeting: 2." in digest


def test_the_chair_has_the_pack_on_the_paper_deadline_and_what_moved_since_on_the_morning(story: Story) -> None:
    story.group("The Board", BOARD, chair="D", strategic=True)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-30")
    assert [f"{one.at:%m-%d}" for one in story.to("D")] == ["09-27"]
    assert story.to("D")[0].text.startswith("The Board: digest for the meeting on 4 October 2022.")
    story.at("2022-09-30 15:00").say("C", "progress P1.2a the map is at the printer")
    story.mornings("2022-10-04")
    note = story.to("D")[-1]
    assert (f"{note.at:%m-%d %H:%M}", len(story.to("D"))) == ("10-04 09:00", 2)
    assert note.text.splitlines() == [
        "The Board meets today: what has moved since the pack of 27 September 2022.",
        "- P1.2a ⚪ Not yet rated: C: the map is at the printer",
    ]


def test_the_pack_and_the_note_do_not_count_among_the_two_bundles_of_a_week(story: Story) -> None:
    story.group("The Board", BOARD, chair="A", strategic=True)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-10-04")
    assert [f"{one.at:%m-%d}" for one in story.to("A")] == ["09-05", "09-12", "09-22", "09-27", "10-04"]


@pytest.mark.parametrize("kind", ["informed", "voice"])
def test_a_group_that_is_informed_or_a_voice_asks_nobody(story: Story, kind: str) -> None:
    story.group("The Board", BOARD, strategic=True, kinds=[kind])
    story.tick("2022-09-05 09:00")
    story.mornings("2022-10-04")
    assert asked(story, "A") == asked(story, "C") == []


def test_a_group_without_dates_asks_nobody(story: Story) -> None:
    story.group("The Board", strategic=True)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-10-14")
    assert asked(story, "A") == asked(story, "C") == []


def test_only_the_group_that_holds_an_action_asks_for_it(story: Story) -> None:
    story.group("The Board", BOARD, strategic=True)
    story.group("The Map Group", "2022-10-11 10:00", chair="D", holds=["P1.2"])
    story.tick("2022-09-05 09:00")
    story.mornings("2022-10-11")
    assert asked(story, "A") == ["09-12", "09-22"]
    assert asked(story, "C") == ["09-20", "09-29"]  # papers on 4 October
    assert "meeting on 11 October 2022" in story.to("C")[1].text
    assert story.to("D")[0].text.startswith("The Map Group: digest for the meeting on 11 October 2022.")


def test_the_paper_deadline_can_be_set(story: Story) -> None:
    story.group("The Board", "2022-10-18 10:00", chair="D", strategic=True, papers=10)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-10-04")
    assert asked(story, "A") == ["09-20", "09-29"]
    assert [f"{one.at:%m-%d}" for one in story.to("D")] == ["10-04"]


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        pytest.param("2022-09-14", ["09-14", "09-22"], id="after its request: asked at once, then chased"),
        pytest.param("2022-09-23", ["09-23"], id="after its chase: asked once"),
        pytest.param("2022-10-03", ["10-03"], id="the day before"),
    ],
)
def test_a_meeting_added_late_is_asked_for_once_and_not_for_every_day_it_missed(
    story: Story, added: str, expected: list[str]
) -> None:
    story.tick("2022-09-05 09:00")
    story.at(f"{added} 08:00").group("The Board", BOARD, chair="D", strategic=True)
    story.tick(f"{added} 09:00")
    story.mornings("2022-10-04")
    assert asked(story, "A") == expected


def test_a_pack_that_goes_on_the_day_itself_needs_no_note_of_what_moved_since(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.at("2022-10-04 08:00").group("The Board", BOARD, chair="D", strategic=True)
    sent = [one for one in story.tick("2022-10-04 09:00") if one.to == "D"]
    assert [one.text.splitlines()[0] for one in sent] == ["The Board: digest for the meeting on 4 October 2022."]


def test_two_meetings_are_two_loops(story: Story) -> None:
    story.group("The Board", BOARD, "2022-11-15 10:00", chair="D", strategic=True)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-11-15")
    assert asked(story, "A") == ["09-12", "09-22", "10-25", "11-03"]
    assert [f"{one.at:%m-%d}" for one in story.to("D")] == ["09-27", "10-04", "11-08", "11-15"]


def test_a_group_without_a_chair_has_its_pack_sent_to_the_office(story: Story) -> None:
    story.group("The Board", BOARD, strategic=True)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-27")
    heard = [(f"{one.at:%m-%d}", one.text.startswith("The week of")) for one in story.to("office")]
    assert heard == [("09-20", True), ("09-26", True), ("09-27", False)]


def test_the_office_is_told_once_of_a_half_term_without_a_meeting_of_a_group_that_holds_actions(
    tmp_path: Path,
) -> None:
    story = Story(tmp_path)
    story.terms("Autumn 1 2022,2022-09-05,2022-10-21\nAutumn 2 2022,2022-10-31,2022-12-16\n")
    story.load(tiny_plan(*PLAN))
    for role in ("A", "C"):
        story.give(role)
    story.group("The Board", BOARD, strategic=True)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-11-11")
    told = [one for one in story.to("office") if "no meeting in" in one.text]
    assert [f"{one.at:%m-%d}" for one in told] == ["10-31"]
    assert "The Board holds actions and has no meeting in Autumn 2 2022." in told[0].text
    story.close()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("add The Board 11 October 25:00", "“25:00” is no time of day: type for example meetings add The Board 11 "),
        ("add The Board 11 October 10:75", "“10:75” is no time of day: type for example meetings add The Board 11 "),
        ("add The Board 11 October 13pm", "“13pm” is no time of day: type for example meetings add The Board 11 "),
        (
            "add The Board 11 October 1000",
            "I cannot read “11 October 1000” as a day and time: type for example meetings",
        ),
        ("add The Board 11 October 10", "11 October 2010 is past: type for example meetings add The Board 3 October"),
        ("add The Board 32 October 10:00", "I cannot read “32 October 10:00” as a day and time: type for example"),
        ("move The Board 4 October to 25:00", "“25:00” is no time of day: type for example meetings move The Board"),
        ("cancel The Board 4 October 25:00", "“25:00” is no time of day: type for example meetings cancel The Board"),
    ],
)
def test_a_day_or_hour_that_cannot_be_read_is_shown_with_an_example(story: Story, typed: str, sentence: str) -> None:
    story.group("The Board", BOARD, chair="D", strategic=True)
    refused = story.refused("D", f"meetings {typed}")
    assert is_one_sentence(refused)
    assert refused.startswith(sentence)
