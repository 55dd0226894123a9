"""Minutes in Slack: pasted in a message, a slash command or a form, confirmed by taps, within what Slack takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.slack_channel.stage import OFFICE, PEOPLE, Workplace, open_workplace
from tests.stories.council import history_length, open_council

A, D = PEOPLE["A"], PEOPLE["D"]
LONG = " ".join(["the Board heard at length how it is going and thanks everybody"] * 8)
PASTED = "The Board, 4 October 2022\n" + "\n".join(f"{n}. P1.1{'abc'[n % 3]}: point {n}: {LONG}" for n in range(1, 41))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as found:
        yield found


def taps(blocks: Any) -> dict[str, str]:
    """The buttons of a post or an answer, label to command."""
    found = [each for block in blocks if block["type"] == "actions" for each in block["elements"]]
    return {each["text"]["text"]: each["value"] for each in found}


def test_long_minutes_are_pasted_in_a_message_and_confirmed_by_one_tap(place: Workplace) -> None:
    posted = "\n".join(place.write(D, PASTED.partition("\n")[2]))
    assert "Minutes: 40 to confirm (page 1 of 4)" in posted
    post = [one for one in place.slack.posts if one.channel == f"D{D}"][-1]
    assert "Show page 2" in taps(post.blocks)
    before = history_length(place)
    for shown in (10, 20, 30):
        place.tap(D, taps(post.blocks)["Confirm the 10 shown"])
        assert history_length(place) == before + shown
        post = [one for one in place.slack.posts if one.channel == f"D{D}"][-1]
    place.tap(D, taps(post.blocks)["Confirm all 10"])
    assert history_length(place) == before + 40
    assert "Nothing of the minutes is left to confirm." in "\n".join(place.write(D, "minutes page 1"))


def test_the_answer_to_a_slash_command_has_the_whole_page(place: Workplace) -> None:
    answer = place.slash(D, "/minutes", PASTED)
    assert "There is more than Slack shows here" not in json.dumps(answer)
    assert len(answer["blocks"]) <= 50
    assert len([label for label in taps(answer["blocks"]) if label == "Show page 2"]) == 1
    more = place.slash(D, "/minutes", "page 4")
    assert "There is more than Slack shows here" not in json.dumps(more)


def test_each_line_has_its_buttons_and_a_tap_confirms_it(place: Workplace) -> None:
    place.write(D, "minutes P1.1a: at risk, no printer\nP1.1b: noted\nApologies: the head")
    post = [one for one in place.slack.posts if one.channel == f"D{D}"][-1]
    rows = [block["elements"] for block in post.blocks if block["type"] == "actions"]
    first = rows[0][0]["value"]
    assert [[tap["text"]["text"] for tap in row] for row in rows] == [
        ["Confirm", "Leave out"],
        ["Confirm", "Leave out"],
        ["Leave out"],
        ["Confirm all 2", "Leave out what is kept aside"],
    ]
    said = "\n".join(place.tap(D, first))
    assert "P1.1a is now 🔴 At risk" in said
    assert "Minutes: 1 to confirm" in said
    assert "is confirmed already" in "\n".join(place.tap(D, first))


def test_the_form_takes_as_much_as_slack_lets_it(place: Workplace) -> None:
    place.slash(D, "/minutes")
    assert place.submit(D, text=PASTED[:2_990]) == {}
    assert "to confirm" in "\n".join(place.deliver_to(D))


def test_a_child_in_the_form_is_said_at_its_answer(place: Workplace) -> None:
    place.slash(D, "/minutes")
    refused = place.submit(D, text="P1.1a: noted\nP1.1b: pupil A123456789012 has moved")
    assert "Line 2 of that looks like a pupil number (UPN)" in json.dumps(refused)


def test_in_the_thread_of_a_pack_a_minute_names_its_action(place: Workplace) -> None:
    place.mornings("2022-10-03")
    pack = next(one for one in place.slack.posts if one.channel == f"D{D}" and "digest for the meeting" in one.text)
    place.at("2022-10-04 11:00")
    said = place.write(D, "minute P1.1a the Board thanks the team", thread=pack.ts)
    assert "Minuted of P1.1a at The Board, 4 October 2022." in "\n".join(said)
    refused = place.write(D, "minute the Board thanks the team", thread=pack.ts)
    assert "Say which action you mean" in "\n".join(refused)


def test_an_edit_of_pasted_minutes_changes_nothing(place: Workplace) -> None:
    place.write(D, "minutes P1.1a: noted\nP1.1b: noted", ts="1662366999.000100")
    before = history_length(place)
    said = place.edit(D, "1662366999.000100", "minutes P1.1a: noted\nP1.1b: noted", "minutes P1.1a: agreed")
    assert "Editing your message changes nothing" in "\n".join(said)
    assert history_length(place) == before


def test_words_that_are_redacted_are_taken_out_of_the_list_of_minutes(place: Workplace) -> None:
    place.write(D, "minutes P1.1a: Sam of year four still waits for the printer to be mended\nP1.1b: noted")
    post = [one for one in place.slack.posts if one.channel == f"D{D}"][-1]
    assert "Sam of year four" in json.dumps(post.blocks)
    number = taps(post.blocks[:4])["Confirm"].removeprefix("minutes confirm ")
    place.write(OFFICE, f"redact {number} it named a child")
    place.app.tick(place.now)
    shown = json.dumps([[one.text, one.blocks] for one in place.slack.posts if one.channel == f"D{D}"])
    assert "Sam of year four" not in shown


def test_the_home_of_the_chair_says_that_minutes_wait(place: Workplace) -> None:
    place.mornings("2022-10-03")
    place.at("2022-10-04 11:00").write(D, "minutes P1.1a: noted\nP1.1b: noted")
    home = json.dumps(place.open_home(D))
    assert "Minutes to confirm: 2" in home
    assert "The Board, 4 October 2022: 2 lines" in home
    assert "Minutes to confirm" not in json.dumps(place.open_home(A))


def test_what_waits_to_be_confirmed_is_there_after_a_restart(tmp_path: Path) -> None:
    story = open_council(tmp_path)
    story.say("D", "minutes P1.1a: noted\nP1.1b: noted")
    listed = story.say("D", "minutes")
    story.close()
    again = type(story)(tmp_path).at("2022-09-05 10:00")
    assert again.say("D", "minutes") == listed
    again.close()
