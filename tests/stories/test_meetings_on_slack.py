"""Meetings on Slack: the office's buttons, the form to move one, what a chair's digest and Home say after a move."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slack_channel.stage import OFFICE, PEOPLE, Workplace, buttons_of, open_workplace

D = PEOPLE["D"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as found:
        yield found


def test_the_office_moves_a_meeting_to_confirm_by_a_tap_and_a_form(place: Workplace) -> None:
    place.terms("Autumn 1 2022,2022-09-05,2022-10-21\n")
    place.group("The Task Group", chair="B", cadence="every half term, week 3, Monday 10:00")
    place.tick("2022-09-06 09:00")
    (bundle,) = [post for post in place.slack.posts if "Meetings to confirm" in post.text]
    assert bundle.channel == f"D{OFFICE}"
    taps = buttons_of(bundle.blocks)
    assert [label for label in taps if label in ("Confirm", "Move", "Cancel")] == ["Confirm", "Move", "Cancel"]
    place.tap(OFFICE, taps["Move"], bundle.ts)
    assert place.slack.views[OFFICE]["title"]["text"] == "Move a meeting"
    refused = place.submit(OFFICE, on="2022-09-22", at="half past nine")
    assert refused["errors"] == {"field:at": "“half past nine” is not a time I can read: write it like 14:00."}
    assert place.submit(OFFICE, on="2022-09-22", at="9.30am") == {}
    assert any("The Task Group meets Thursday 22 September 2022 at 09:30" in text for text in place.deliver_to(OFFICE))
    assert "confirm" not in place.say("B", "meetings The Task Group")


def test_a_chairs_digest_says_that_the_meeting_was_moved_and_the_next_is_for_the_new_day(place: Workplace) -> None:
    place.mornings("2022-09-27")
    (pack,) = [post for post in place.slack.posts if post.text.startswith("The Board: digest")]
    place.at("2022-09-28 10:00").slash(D, "/meetings", "move The Board 4 October to 11 October 14:00")
    place.tick("2022-09-28 10:10")
    assert pack.text == (
        "The meeting of The Board on 4 October 2022 was taken away, and this digest with it. The next is at 14:00 on "
        "11 October 2022 and has a digest of its own. To have one now, type: digest The Board"
    )
    place.mornings("2022-10-04")
    (again,) = [post for post in place.slack.posts if post.text.startswith("The Board: digest")]
    assert again.text.startswith("The Board: digest for the meeting on 11 October 2022.")


def test_a_home_shows_a_moved_meeting_at_once(place: Workplace) -> None:
    assert "Tuesday 4 October 2022 at 10:00" in json.dumps(place.open_home(D))
    place.slash(D, "/meetings", "move The Board 4 October to 6 October 14:00")
    place.deliver_to(D)
    assert "Thursday 6 October 2022 at 14:00" in json.dumps(place.slack.homes[D])


def test_what_was_already_held_stays_as_it_was(place: Workplace) -> None:
    place.at("2022-10-04 11:00")
    told = place.slash(D, "/meetings", "cancel The Board 4 October 2022")["text"]
    assert told == "The meeting of The Board on 4 October 2022 is past, so it stays as it was."


def test_a_meeting_moved_back_has_its_digest_again_and_no_second_one(place: Workplace) -> None:
    place.say("A", "progress P1.1a a first draft is out")
    place.mornings("2022-09-27")
    (pack,) = [post for post in place.slack.posts if post.text.startswith("The Board: digest")]
    place.at("2022-09-28 10:00").slash(D, "/meetings", "move The Board 4 October to 11 October 14:00")
    place.tick("2022-09-28 10:10")
    assert "was taken away" in pack.text
    place.at("2022-09-28 11:00").slash(D, "/meetings", "move The Board 11 October to 4 October 10:00")
    place.tick("2022-09-28 11:10")
    assert pack.text.startswith("The Board: digest for the meeting on 4 October 2022.\nBrought up to date at 11:10")
    place.mornings("2022-10-11")
    assert [post for post in place.slack.posts if post.text.startswith("The Board: digest")] == [pack]


def test_a_cancelled_meeting_that_is_set_again_has_its_digest_again(place: Workplace) -> None:
    place.say("A", "progress P1.1a a first draft is out")
    place.mornings("2022-09-27")
    (pack,) = [post for post in place.slack.posts if post.text.startswith("The Board: digest")]
    place.at("2022-09-28 10:00").slash(D, "/meetings", "cancel The Board 4 October")
    place.tick("2022-09-28 10:10")
    assert "was taken away" in pack.text
    place.at("2022-09-28 11:00").slash(D, "/meetings", "add The Board 4 October 10:00")
    place.tick("2022-09-28 11:10")
    assert pack.text.startswith("The Board: digest for the meeting on 4 October 2022.")
    place.mornings("2022-10-04")
    assert [post for post in place.slack.posts if post.text.startswith("The Board: digest")] == [pack]
