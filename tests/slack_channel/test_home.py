"""The App Home, on the real parts: opened, tapped, paged, and drawn again when something in it changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import run_clock
from tests.slack_channel.stage import OFFICE, PEOPLE, Workplace, buttons_of, open_workplace
from tests.slack_channel.test_app import block_actions

A, C, D = PEOPLE["A"], PEOPLE["C"], PEOPLE["D"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as found:
        yield found


def words(view: object) -> str:
    return json.dumps(view, ensure_ascii=False)


def tap_at_home(place: Workplace, user: str, command: str, view: dict[str, object] | None = None) -> None:
    """A button with that command in their Home, or in a modal that was opened from there."""
    body = block_actions(
        user={"id": user, "team_id": "T1"},
        channel=None,
        message=None,
        container={"type": "view"},
        view=view or {"id": "V1", "type": "home"},
        trigger_id=place.trigger(user),
        actions=[{"type": "button", "block_id": "b", "action_id": "say:0", "value": command}],
    )
    assert place.http.form(payload=json.dumps(body)).status_code == 200
    place.app.deliver(run_clock(place.now))


def test_an_owner_sees_theirs_and_answers_with_one_tap(place: Workplace) -> None:
    home = place.open_home(A)
    assert "P1.1a" in words(home)
    assert "P1.1b" in words(home)
    assert "P1.2a" not in words(home)
    tap_at_home(place, A, "rag P1.1a on-track")
    assert "P1.1a · 🟢 On track" in words(place.slack.homes[A])


def test_a_colleagues_answer_shows_at_once(place: Workplace) -> None:
    place.open_home(A)
    place.write(C, "rag P1.1b at-risk the clinics have not answered")
    assert "P1.1b · 🔴 At risk" in words(place.slack.homes[A])


def test_a_chair_sees_what_waits_to_be_agreed_and_a_tap_takes_it_away(place: Workplace) -> None:
    place.write(A, "done P1.1a https://example.org/charter")
    home = place.open_home(D)
    assert "The Board" in words(home)
    assert "agree" in buttons_of(home["blocks"]).values()
    tap_at_home(place, D, "agree P1.1a")
    assert "agree" not in buttons_of(place.slack.homes[D]["blocks"]).values()


def test_what_is_looked_at_from_the_home_is_shown_there_and_answered_there(place: Workplace) -> None:
    place.write(A, "done P1.1a https://example.org/charter")
    place.open_home(D)
    before = len(place.slack.posts)
    tap_at_home(place, D, "agree")
    listed = place.slack.views[D]
    assert "Waiting to be agreed" in words(listed)
    tap_at_home(place, D, buttons_of(listed["blocks"])["Agree P1.1a"], listed)
    assert "Agreed: P1.1a (complete)" in words(place.slack.views[D])
    assert [post for post in place.slack.posts[before:] if post.channel == f"D{D}" and not post.edits] == []


def test_a_modal_that_has_changed_meanwhile_is_left_alone_and_the_answer_still_comes(place: Workplace) -> None:
    place.open_home(D)
    tap_at_home(place, D, "meetings")
    old = dict(place.slack.views[D]) | {"hash": "another"}
    tap_at_home(place, D, "help rag", old)
    assert "Rate an action" in place.slack.posts[-1].text


def test_the_office_sees_claims_as_they_come(place: Workplace) -> None:
    assert "claim" not in words(place.open_home(OFFICE)).lower()
    place.write("U7", "iam B")
    assert "claim" in words(place.slack.homes[OFFICE]).lower()


def test_somebody_unknown_is_told_whom_to_ask(place: Workplace) -> None:
    home = words(place.open_home("U7"))
    assert "iam" in home
    assert "P1.1" not in home


def test_a_home_that_slack_will_not_show_harms_nothing(place: Workplace) -> None:
    place.slack.home_enabled = False
    place.http.event(type="app_home_opened", tab="home", channel=f"D{A}", user=A)
    assert place.write(A, "rag P1.1a on-track")[0].startswith("P1.1a is now 🟢 On track")
