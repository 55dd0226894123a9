"""Anybody may say which role is theirs; the programme office answers, and nobody approves their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from programme.messages import Buttons, Message, Reply, Request, Where
from storage.claims import list_open_claims
from tests.stories.council import history_length, open_council
from tests.story import Story

NEW = "console:newcomer"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council.at("2022-09-05 10:00")
    council.close()


def claim(story: Story, role: str, who: str = NEW, name: str = "") -> Reply:
    reply = story.app.door(lambda: story.now).answer(Request(who, f"iam {role}", Where("console"), name=name))
    assert reply is not None
    return reply


def open_numbers(story: Story) -> list[int]:
    with story.app.db.read() as tx:
        return [one.number for one in list_open_claims(tx)]


def commands(message: Message) -> list[str]:
    return [one.command for block in message.blocks if isinstance(block, Buttons) for one in block.buttons]


def test_a_stranger_claims_a_role_and_the_office_is_asked_at_once(story: Story) -> None:
    reply = claim(story, "B", name="Robin of Two")
    assert reply.text == (
        "The programme office has been asked whether you are B (Officer B). You hear their answer here."
    )
    (asked,) = [one for one in story.tick() if "says they are B" in one.text]
    assert asked.to == "office"
    assert asked.text.startswith(
        "Robin of Two (console:newcomer) says they are B (Officer B, Council: Two). It is held by B."
    )
    assert commands(asked.message) == ["approve 1", "decline 1"]


def test_the_office_approves_and_the_newcomer_has_the_role_and_hears_it(story: Story) -> None:
    claim(story, "B", name="Robin")
    story.tick()
    assert story.say("console:office", "approve 1") == "Robin holds B from today, and is told."
    heard = [one.text for one in story.tick() if one.to == "newcomer"]
    assert heard[0] == "The programme office has added you to B. You hear from me when something is due."
    assert story.say(NEW, "iam B") == "B is yours already."
    assert story.refused("console:office", "approve 1") == "Claim 1 was approved already by the programme office."
    assert open_numbers(story) == []


def test_the_office_declines_with_a_reason_and_the_newcomer_hears_it(story: Story) -> None:
    claim(story, "B")
    story.tick()
    assert story.say("console:office", "decline 1 the post is filled") == (
        "Declined: console:newcomer is not B, and is told."
    )
    assert [one.text for one in story.tick() if one.to == "newcomer"] == [
        "The programme office says that B is not your role: the post is filled. Please speak to them."
    ]
    assert "I do not know you yet" in story.refused(NEW, "actions mine")


def test_a_claim_made_at_night_is_asked_about_in_the_morning(story: Story) -> None:
    story.at("2022-09-05 20:00")
    claim(story, "B")
    assert [one for one in story.tick() if "says they are" in one.text] == []
    assert [one.to for one in story.tick("2022-09-06 09:00") if "says they are" in one.text] == ["office"]


def test_what_was_answered_before_it_left_is_not_asked_again(story: Story) -> None:
    story.office("console:second")
    story.at("2022-09-05 20:00")
    claim(story, "B")
    story.say("console:second", "approve 1")
    assert [one for one in story.tick("2022-09-06 09:00") if "says they are" in one.text] == []


def test_the_same_claim_twice_is_one(story: Story) -> None:
    claim(story, "B")
    again = claim(story, "officer b")
    assert again.text.startswith("The programme office has been asked already whether you are B")
    assert open_numbers(story) == [1]
    assert len([one for one in story.tick() if "says they are" in one.text]) == 1


def test_nobody_floods_the_office_with_claims(story: Story) -> None:
    for role in ("A", "B", "C"):
        claim(story, role)
    assert story.refused(NEW, "iam D") == (
        "You have asked for 3 roles already, so please speak to the programme office."
    )
    for number in (1, 2, 3):
        story.say("console:office", f"decline {number}")
    story.refused(NEW, "iam D")
    story.at("2022-09-13 10:00")
    assert "has been asked" in story.say(NEW, "iam D")


def test_a_stranger_learns_nothing_but_how_to_claim_a_role(story: Story) -> None:
    before = history_length(story)
    for words in ("actions", "action P1.1a", "digest", "help", "claims", "approve 1", "hello", "P1.1a is done"):
        assert story.refused(NEW, words) == (
            "I do not know you yet, so please say which role is yours and the programme office is asked, "
            "for example: iam SENDPO"
        )
    assert history_length(story) == before


def test_a_role_that_is_not_there_names_the_nearest(story: Story) -> None:
    reply = story.ask(NEW, "iam Oficer B")
    assert isinstance(reply, Message)
    assert reply.text.startswith("There is no role “Oficer B”. Did you mean ")
    assert "iam B" in commands(reply)
    assert story.refused(NEW, "iam") == "Say which role is yours, for example: iam SENDPO"


def test_words_that_mean_several_roles_are_asked_about(tmp_path: Path) -> None:
    story = open_council(tmp_path, leads="Council: Both officers")
    story.means("Both officers", "A", "B")
    reply = story.ask(NEW, "iam both officers")
    story.close()
    assert isinstance(reply, Message)
    assert reply.text.startswith("“both officers” is several roles: say which is yours.")
    assert commands(reply) == ["iam A", "iam B"]


def test_only_the_office_answers_a_claim(story: Story) -> None:
    claim(story, "B")
    for words in ("claims", "approve 1", "decline 1 no"):
        assert story.refused("A", words) == "Only the programme office can do that, so please ask them."
    assert open_numbers(story) == [1]


def test_nobody_approves_their_own(story: Story) -> None:
    assert story.refused("console:office", "iam B") == (
        "Nobody approves their own, so please use the command line: halfterm people set B console:office"
    )
    story.office("console:second")
    claim(story, "B", who="console:office")
    asked = [one.to for one in story.tick() if "says they are" in one.text]
    assert asked == ["second"]
    assert story.refused("console:office", "approve 1") == (
        "Nobody approves their own, so claim 1 waits for a colleague of the office."
    )
    assert story.say("console:second", "approve 1").startswith("console:office holds B")


def test_with_nobody_in_the_office_a_plain_sentence_says_so(tmp_path: Path) -> None:
    council = open_council(tmp_path)
    with council.app.db.write() as tx:
        office.end_office(tx, "console:office", now=council.now, account="tester")
    assert council.refused(NEW, "iam B") == (
        "There is nobody in the programme office to ask yet, so please speak to whoever set this up."
    )
    assert open_numbers(council) == []
    council.close()


def test_a_role_without_a_person_cannot_claim_another(story: Story) -> None:
    assert story.refused("office", "iam B") == "A role is for a person: say it from your own account."


def test_the_office_sees_who_waits(story: Story) -> None:
    assert story.say("office", "claims") == "Nobody is waiting to be let into a role."
    claim(story, "B", name="Robin")
    claim(story, "C", who="console:other")
    reply = story.ask("office", "claims")
    assert isinstance(reply, Message)
    assert reply.text.split("\n") == [
        "Waiting for your answer.",
        "- 1: Robin (console:newcomer) says they are B",
        "- 2: console:other says they are C",
        "Answer with approve 1, or decline 1 and why.",
    ]
    assert commands(reply) == ["approve 1", "decline 1", "approve 2", "decline 2"]


@pytest.mark.parametrize("words", ["approve", "approve him", "approve 9", "decline 9 no"])
def test_a_claim_that_is_not_there_is_said_to_be_so(story: Story, words: str) -> None:
    reply = story.ask("office", words)
    assert isinstance(reply, Message)
    assert not reply.done
    assert commands(reply) == ["claims"]


def test_who_was_given_the_role_meanwhile_is_not_asked_about_and_keeps_it_as_it_is(story: Story) -> None:
    story.at("2022-09-05 20:00")
    claim(story, "B", name="Robin")
    story.give("B", "Robin", address=NEW)
    assert [one for one in story.tick("2022-09-06 09:00") if "says they are" in one.text] == []
    story.say("office", "approve 1")
    with story.app.db.read() as tx:
        assert office.list_people(tx, story.today, as_json=False).splitlines().count("B: Robin (console:newcomer)") == 1


def test_a_name_that_would_call_everybody_is_shown_as_it_is(story: Story) -> None:
    claim(story, "B", name="<!channel>\n*Robin*" + "x" * 200)
    (asked,) = [one for one in story.tick() if "says they are B" in one.text]
    assert asked.text.startswith("<!channel> *Robin*xxx")
    assert len(asked.text.partition(" (console:")[0]) == 80
