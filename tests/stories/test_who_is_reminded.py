"""Roles are reminded through whoever holds them: vacant roles, leavers, newcomers and holders out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.deliver import CannotAsk, Delivery, Receipt, Undeliverable
from storage.appointments import set_person
from tests.story import Story, tiny_plan

PLAN = (
    ("P1.1a", "Write the charter.", "A", "Oct-22"),
    ("P1.1b", "Run the survey.", "A/ Survey Manager", "Oct-22"),
)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    told.load(tiny_plan(*PLAN))
    yield told
    told.close()


def days(story: Story, name: str) -> list[str]:
    return [f"{one.at:%m-%d}" for one in story.to(name)]


def test_what_is_due_for_a_vacant_role_is_on_the_offices_list_the_same_morning(story: Story) -> None:
    story.give("A")
    sent = {one.to: one.text for one in story.tick("2022-09-05 09:00")}
    assert "Please pass on." in sent["office"]
    assert "- Survey Manager: 1 action (P1.1b)" in sent["office"]
    assert "- A:" not in sent["office"]


def test_the_office_is_asked_again_each_time_something_falls_due_for_a_vacant_role(story: Story) -> None:
    story.tick("2022-09-05 09:00")
    story.mornings("2022-11-01")
    asked = [f"{one.at:%m-%d}" for one in story.to("office") if "Please pass on" in one.text]
    assert asked == ["09-05", "10-03", "10-24", "10-31", "11-01"]


def test_without_an_office_a_vacant_role_waits_and_the_ledger_says_why_once(tmp_path: Path) -> None:
    story = Story(tmp_path)
    with story.app.db.write() as tx:
        set_person(tx, "console:office", office=False)
    story.load(tiny_plan(*PLAN))
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-09")
    assert story.sent == []
    waiting = [line for line in story.say("office", "why P1.1a").splitlines() if "waiting" in line]
    assert len(waiting) == 1
    assert "there is no programme office: halfterm people office ADDRESS" in waiting[0]
    story.office("console:office")
    assert [one.to for one in story.mornings("2022-09-12")] == ["office"]
    story.close()


def test_a_leaver_gets_nothing_from_the_day_they_left(story: Story) -> None:
    story.give("A", "Jo")
    story.tick("2022-09-05 09:00")
    story.mornings("2022-10-09")
    assert days(story, "Jo") == ["09-05", "10-03"]
    story.tick("2022-10-24 08:30")  # their reminder is planned for nine
    story.at("2022-10-24 08:40").leave("A", "Jo")
    story.mornings("2022-11-30")
    assert days(story, "Jo") == ["09-05", "10-03"]


def test_what_a_leaver_held_is_on_the_offices_list_the_same_morning(story: Story) -> None:
    story.give("A", "Jo")
    story.tick("2022-09-05 09:00")
    story.at("2022-09-06 08:40").leave("A", "Jo")
    story.tick("2022-09-06 09:00")
    assert "- A: 2 actions (P1.1a, P1.1b)" in story.to("office")[-1].text


def test_a_lead_who_has_left_is_not_told_either(story: Story) -> None:
    story.give("A")
    story.give("X", "Lee")
    story.tick("2022-09-05 09:00")
    story.tick("2022-11-14 08:30")  # overdue since October: the lead's word is planned for nine
    story.at("2022-11-14 08:40").leave("X", "Lee")
    story.mornings("2022-11-18")
    assert story.to("Lee") == []


def test_a_new_holder_starts_with_a_starting_list_and_without_what_their_predecessor_missed(story: Story) -> None:
    story.give("A", "Jo")
    story.tick("2022-09-05 09:00")
    story.mornings("2022-10-25")
    story.at("2022-10-25 10:00").leave("A", "Jo")
    story.give("A", "Sam")
    story.mornings("2022-10-31")
    assert days(story, "Sam") == ["10-26", "10-31"]
    assert story.to("Sam")[0].text.startswith("Your starting list: 2 actions.")


def test_two_holders_of_a_role_are_both_reminded_and_either_answers_for_it(story: Story) -> None:
    story.give("A", "Jo")
    story.give("A", "Sam")
    story.tick("2022-09-05 09:00")
    story.at("2022-09-30 10:00").say("Sam", "nochange P1.1a")
    sent = {one.to: one.text for one in story.tick("2022-10-03 09:00")}
    assert "- P1.1a" not in sent["Jo"]
    assert "- P1.1b" in sent["Jo"]


def test_a_holder_whose_channel_is_not_set_up_is_passed_on_the_same_morning_and_never_counted_as_reminded(
    story: Story,
) -> None:
    story.give("A", "Jo", address="slack:T1:U1")
    sent = story.tick("2022-09-05 09:00")
    assert [one.to for one in sent] == ["office"]
    assert "- A: 2 actions (P1.1a, P1.1b)" in sent[0].text
    why = story.say("office", "why P1.1a")
    assert "starting list, to Jo: planned, their channel is not set up here: the programme office is asked" in why
    story.mornings("2022-11-30")
    assert story.to("X") == []


def test_what_waited_for_a_channel_goes_when_it_is_set_up(story: Story) -> None:
    story.give("A", "Jo", address="slack:T1:U1")
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-08")
    story.app.senders["slack"] = story
    sent = story.tick("2022-09-09 09:00")
    assert [(one.to, one.text.splitlines()[0]) for one in sent] == [("slack:T1:U1", "Your starting list: 2 actions.")]


def test_a_pack_that_no_channel_can_carry_is_on_the_offices_list_the_same_morning(story: Story) -> None:
    story.give("D", "Dee", address="slack:T1:U9")
    story.group("The Board", "2022-10-04 10:00", chair="D", strategic=True)
    story.tick("2022-09-05 09:00")
    story.mornings("2022-09-30")
    told = [one for one in story.to("office") if "A message to Dee with the papers of The Board waits" in one.text]
    assert [f"{one.at:%m-%d}" for one in told] == ["09-27"]


def test_somebody_may_hold_an_owner_string_that_the_roles_table_lacks(story: Story) -> None:
    story.give("Survey Manager", "Su")
    assert "Your starting list: 1 action." in {one.to: one.text for one in story.tick("2022-09-05 09:00")}["Su"]


@pytest.mark.parametrize("roles", [("C",), ("C", "D")])
def test_an_owner_string_that_is_explained_reminds_the_roles_it_means(story: Story, roles: tuple[str, ...]) -> None:
    for role in ("A", *roles):
        story.give(role)
    story.tick("2022-09-05 09:00")
    assert days(story, "C") == []
    story.at("2022-09-06 15:00").means("Survey Manager", *roles)
    sent = story.mornings("2022-09-07")
    assert sorted(one.to for one in sent) == sorted(roles)
    assert all("- P1.1b" in one.text for one in sent)
    later = [one.text for one in story.mornings("2022-10-31") if one.to == "office"]
    assert not any("Please pass on" in text for text in later)


def test_an_explanation_survives_the_next_import(story: Story) -> None:
    story.give("C")
    story.means("Survey Manager", "C")
    story.load(tiny_plan(*PLAN, ("P1.2a", "Publish the map.", "Survey Manager", "Mar-23")))
    text = {one.to: one.text for one in story.tick("2022-09-05 09:00")}["C"]
    assert "- P1.1b" in text
    assert "- P1.2a" in text


class Closed:
    """A channel on which one account is closed for good."""

    def __init__(self, story: Story, name: str) -> None:
        self.story, self.name, self.tries = story, name, 0

    def send(self, delivery: Delivery) -> Receipt:
        if delivery.address == f"console:{self.name}":
            self.tries += 1
            raise Undeliverable("account_inactive")
        return self.story.send(delivery)

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        raise CannotAsk


def test_a_message_that_cannot_be_delivered_is_the_offices_to_pass_on_and_counts_as_no_reminder(story: Story) -> None:
    story.give("A", "Jo")
    story.give("Survey Manager", "Su")
    closed = Closed(story, "Jo")
    story.app.senders["console"] = closed
    assert [one.to for one in story.tick("2022-09-05 09:00")] == ["Su"]
    sent = story.mornings("2022-09-16")
    assert [(one.to, f"{one.at:%m-%d}") for one in sent] == [("office", "09-06")]
    assert "A message to Jo about P1.1a, P1.1b could not be sent: account_inactive." in sent[0].text
    assert closed.tries == 1  # and not once a day
    assert "starting list, to Jo: failed, account_inactive." in story.say("office", "why P1.1a")
    story.mornings("2022-09-20")
    assert closed.tries == 2  # ten working days later, once more
