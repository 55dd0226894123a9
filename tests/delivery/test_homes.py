"""A home reads the same from each database."""

from __future__ import annotations

from programme.messages import Form
from tests.delivery.scene import MONDAY, Scene


def test_a_home_is_the_same_from_each_database(either: Scene) -> None:
    either.group("The Board", "2022-10-04 10:00", chair="C", strategic=True)
    either.tick(MONDAY)
    either.at("2022-09-05 10:00").say("A", "slipping P1.1a Dec-22 no printer")
    either.say("B", "rag P1.1b at-risk no trainer")
    either.at("2022-09-12 10:00")
    assert either.say("A", "home").startswith(
        "Your actions: 1. Nothing needs a word from you now, thank you.\n"
        "- P1.1a · ⚪ Not yet rated · due 31 October 2022 · Write the charter. "
        "· Dec-22 proposed, awaiting agreement\n"
    )
    chairs = either.say("C", "home")
    waiting = "- P1.1a: Dec-22 in place of Oct-22, proposed by A: no printer · Write the charter"
    assert f"Waiting for you to agree: 1.\n{waiting}\n" in chairs
    assert "Escalations to acknowledge: 1.\n- P1.1b · 🔴 At risk (B): no trainer\n" in chairs
    assert "People who were asked and have not answered: 1.\n" in either.say("office", "home")
    form = either.ask("A", "update")
    assert isinstance(form, Form)
    assert [option.value for option in form.fields[0].options] == ["P1.1a"]
