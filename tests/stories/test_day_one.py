"""Day one: an import sends nothing, and the first message a person ever gets is their starting list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from programme.facts import Action
from storage.actions import list_actions
from storage.people import read_directory
from tests.story import Story, london, tiny_plan

PLAN = (("P1.1a", "Write the charter.", "A", "Oct-22"), ("P1.1b", "Run the survey.", "A/ C", "Mar-23"))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    yield told
    told.close()


def read_actions(story: Story) -> list[Action]:
    with story.app.db.read() as tx:
        return list_actions(tx, read_directory(tx, story.today))


def give_every_listed_role(story: Story) -> None:
    with story.app.db.read() as tx:
        roles = read_directory(tx, story.today).roles.values()
    for role in roles:
        if role.listed:
            story.give(role.abbreviation)


@pytest.fixture
def real(story: Story, real_plan_text: str) -> Story:
    story.load(real_plan_text)
    give_every_listed_role(story)
    return story


def test_an_import_sends_nothing(story: Story) -> None:
    story.load(tiny_plan(*PLAN))
    assert story.sent == []


def test_every_owner_of_the_real_plan_gets_one_starting_list_and_nobody_else_gets_anything(real: Story) -> None:
    sent = real.tick("2022-09-05 09:00")
    owners = {person.name for action in read_actions(real) for owner in action.owners for person in owner.people}
    assert dict.fromkeys(owners, 1) | {"office": 1} == Counter(one.to for one in sent)
    for one in sent:
        assert one.text.startswith("Your starting list:" if one.to != "office" else "Please pass on."), one.text


def test_each_open_action_of_the_real_plan_is_on_the_list_of_each_of_its_holders(real: Story) -> None:
    lists = {one.to: one.text for one in real.tick("2022-09-05 09:00")}
    for action in read_actions(real):
        for owner in action.owners:
            readers = [person.name for person in owner.people] or ["office"]
            for name in readers:
                assert (f"{action.ref}" in lists.get(name, "")) == (action.state == "open"), (action.ref, name)


def test_twenty_eight_of_the_fifty_four_actions_are_past_and_no_lead_is_told_on_day_one(real: Story) -> None:
    actions = read_actions(real)
    assert (len(actions), sum(action.is_overdue(real.today) for action in actions)) == (54, 28)
    assert all("For you to know" not in one.text for one in real.tick("2022-09-05 09:00"))


def test_nobody_gets_a_second_message_on_day_one(real: Story) -> None:
    real.tick("2022-09-05 09:00")
    assert [real.tick(f"2022-09-05 {hour}") for hour in ("09:01", "11:00", "13:00", "16:59")] == [[], [], [], []]


def test_nothing_reaches_a_lead_until_the_owners_have_had_it_for_ten_working_days(real: Story) -> None:
    real.tick("2022-09-05 09:00")
    early = real.mornings("2022-09-19")  # the bank holiday is not a working day
    assert [one for one in early if "For you to know" in one.text] == []
    told = [one for one in real.tick("2022-09-20 09:00") if "For you to know" in one.text]
    assert "EDCS" in {one.to for one in told}


def test_a_lead_hears_that_nobody_holds_what_is_overdue_and_not_as_though_its_owner_had_had_it(real: Story) -> None:
    real.tick("2022-09-05 09:00")
    real.mornings("2022-09-30")
    vacant = [
        action
        for action in read_actions(real)
        if action.is_overdue(real.today) and not any(owner.people for owner in action.owners)
    ]
    assert vacant
    told = "\n".join(one.text for one in real.to("EDCS"))
    for action in vacant:
        assert f"{action.ref} is overdue, " not in told
    hers = [action for action in vacant if f"{action.ref} is overdue and nobody holds {action.owner_names}" in told]
    assert [action.ref for action in hers] == ["P1.1e", "P1.2c", "P1.3b", "P1.6b"]


def test_an_action_imported_as_completed_is_closed_and_asked_of_nobody(real: Story) -> None:
    closed = [action for action in read_actions(real) if action.timescale.text == "Completed"]
    assert [action.state for action in closed] == ["complete"] * len(closed)
    sent = real.tick("2022-09-05 09:00")
    for action in closed:
        assert [one.to for one in sent if action.ref in one.text] == []


def test_a_starting_list_says_what_the_plan_says_and_how_to_answer(story: Story) -> None:
    story.load()
    story.give("SENDPO")
    text = story.tick("2022-09-05 09:00")[0].text
    assert text.splitlines()[0] == "Your starting list: 15 actions."
    assert "- P1.1a · ⚪ Not yet rated · was due 28 February 2022" in text
    assert "Last entry 1 December 2021." in text
    assert "Indicator: Two first meetings held (Jan 2022, baseline)" in text
    assert "No entry yet." in text
    assert "done P1.1a, going P1.1a, notmine P1.1a" in text
    assert max(len(line) for line in text.splitlines()) < 260


def test_a_list_of_more_than_twenty_actions_names_the_others_by_reference(story: Story) -> None:
    rows = [(f"P1.{n // 5 + 1}{'abcde'[n % 5]}", f"Do thing {n}.", "A", "Mar-23") for n in range(23)]
    story.load(tiny_plan(*rows))
    story.give("A")
    text = story.tick("2022-09-05 09:00")[0].text
    assert text.startswith("Your starting list: 23 actions.")
    assert text.count("Do thing") == 20
    assert "And P1.5a, P1.5b, P1.5c. To see them all: actions mine" in text


def test_a_plan_imported_years_later_than_the_tick_still_starts_on_the_ticks_first_working_morning(
    tmp_path: Path,
) -> None:
    story = Story(tmp_path, now=london("2026-11-21 14:10"))
    story.load(tiny_plan(*PLAN))
    for role in ("A", "C"):
        story.give(role)
    story.group("The Board", "2022-10-04 10:00", strategic=True)
    assert {one.to for one in story.tick("2022-09-05 09:00")} == {"A", "C"}
    assert "Your starting list: 2 actions." in story.to("A")[0].text
    assert [one.at.date().isoformat() for one in story.mornings("2022-09-12")] == ["2022-09-12"] * 2
    story.close()


@pytest.mark.parametrize(
    ("imported", "ticks", "arrives"),
    [
        pytest.param("2022-09-05 08:00", ["2022-09-05 09:00"], "2022-09-05 09:00", id="before nine: the same morning"),
        pytest.param(
            "2022-09-05 14:00", ["2022-09-05 14:01", "2022-09-06 09:00"], "2022-09-06 09:00", id="afternoon: the next"
        ),
        pytest.param(
            "2022-09-02 17:30",
            ["2022-09-02 17:31", "2022-09-03 09:00", "2022-09-05 08:59", "2022-09-05 09:00"],
            "2022-09-05 09:00",
            id="Friday evening: Monday",
        ),
    ],
)
def test_the_starting_list_goes_on_the_first_working_morning_after_the_import(
    story: Story, imported: str, ticks: list[str], arrives: str
) -> None:
    story.at(imported).load(tiny_plan(*PLAN))
    story.give("A")
    for tick in ticks:
        story.tick(tick)
    assert [one.at for one in story.to("A")] == [london(arrives)]


def test_an_action_added_by_a_later_import_is_a_starting_list_of_only_what_is_new(story: Story) -> None:
    story.load(tiny_plan(*PLAN))
    story.give("A")
    story.tick("2022-09-05 09:00")
    story.at("2022-09-14 15:00").load(tiny_plan(*PLAN, ("P1.2a", "Publish the map.", "A", "Mar-23")))
    story.mornings("2022-09-15")
    assert [one.at.date().isoformat() for one in story.to("A")] == ["2022-09-05", "2022-09-15"]
    assert "Your starting list: 1 action." in story.to("A")[1].text
    assert "P1.2a" in story.to("A")[1].text
    assert "P1.1a" not in story.to("A")[1].text


def test_a_role_given_later_is_a_starting_list_for_its_new_holder_only(story: Story) -> None:
    story.load(tiny_plan(*PLAN))
    story.give("A")
    story.tick("2022-09-05 09:00")
    story.at("2022-09-14 15:00").give("C")
    sent = story.mornings("2022-09-20")
    assert [(one.to, one.at.date().isoformat()) for one in sent] == [("C", "2022-09-15"), ("office", "2022-09-20")]
    assert sent[1].text.startswith("The week of 19 September 2022.")
    assert sent[0].text.startswith("Your starting list: 1 action.")


def test_the_same_import_again_says_nothing_new(story: Story) -> None:
    story.load(tiny_plan(*PLAN))
    story.give("A")
    story.give("C")
    story.tick("2022-09-05 09:00")
    story.at("2022-09-06 10:00").load(tiny_plan(*PLAN))
    assert story.mornings("2022-09-09") == []
