"""What a message that stands there says once some of its actions are settled."""

from __future__ import annotations

from datetime import date
from itertools import chain

import pytest

from programme.items import Item
from programme.messages import Button, Buttons, Message
from programme.reminders import compose_bundle
from programme.standing import Standing
from tests.programme.test_reminders import CALENDAR, POLICY, items, make

REFS = [f"P1.{number}a" for number in range(1, 6)]
DAY = date(2022, 10, 24)


def compose(*settled: str, kind: str = "timescale") -> Message:
    """A bundle of five actions, of which these are settled."""
    done = Standing("✓ Answered by A on 24 October: no change.", True)
    asked = items(*(make("Mar-23", ref=ref) for ref in REFS), kind=kind)
    new = [Item(one.rung, one.action, standing=done if one.rung.subject in settled else None) for one in asked]
    return compose_bundle(new, DAY, CALENDAR, POLICY)


def buttons(message: Message) -> list[Button]:
    return list(chain.from_iterable(block.buttons for block in message.blocks if isinstance(block, Buttons)))


def test_a_settled_action_has_a_line_in_place_of_its_buttons_and_the_others_keep_theirs() -> None:
    message = compose("P1.2a")
    assert [one.command for one in buttons(message) if "P1.2a" in one.command] == []
    assert len([one for one in buttons(message) if one.command.split()[1] == "P1.3a"]) == 5
    assert message.text.splitlines()[0] == "4 of 5 actions still need a word from you."
    assert message.text.count("✓ Answered by A on 24 October: no change.") == 1


def test_the_rest_are_those_that_are_left() -> None:
    (rest,) = [one for one in buttons(compose("P1.1a", "P1.2a")) if one.label.startswith("No change to the rest")]
    assert rest.command == "nochange P1.3a P1.4a P1.5a"


def test_how_to_answer_is_shown_by_one_that_is_left() -> None:
    assert "rag P1.2a on-track, nochange P1.2a" in compose("P1.1a").text.splitlines()[-1]


@pytest.mark.parametrize("kind", ["timescale", "starting"])
def test_once_all_are_settled_nothing_is_left_to_tap(kind: str) -> None:
    message = compose(*REFS, kind=kind)
    assert buttons(message) == []
    assert "To answer" not in message.text
    assert "Still going" not in message.text
    assert len([line for line in message.text.splitlines() if line.startswith("- P1.")]) == 5


def test_what_was_settled_says_so_in_the_heading() -> None:
    assert compose(*REFS).text.splitlines()[0] == "All answered, thank you."
    assert compose(*REFS[1:]).text.splitlines()[0] == "1 of 5 actions still needs a word from you."


def test_words_of_what_is_not_settled_stand_above_its_buttons() -> None:
    (one,) = items(make(ref="P1.1a"))
    back = Item(one.rung, one.action, standing=Standing("Returned by D on 24 October.", False))
    message = compose_bundle([back], DAY, CALENDAR, POLICY)
    assert "Returned by D on 24 October." in message.text
    assert len(buttons(message)) == 5
    assert message.text.splitlines()[0] == "1 action needs a word from you."
