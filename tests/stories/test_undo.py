"""One's last change can be taken back for 24 hours, unless somebody has built on it; the history keeps both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.council import history_length, is_one_sentence, open_council, told
from tests.story import Story

NOTHING = "You have changed nothing in the last 24 hours that can be undone."


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("rag P1.1a green", "Undone: the rating of P1.1a. It is ⚪ Not yet rated again."),
        ("progress P1.1a it is printed", "Undone: the progress entry on P1.1a."),
        ("evidence P1.1a https://example.org", "Undone: the evidence for P1.1a."),
        ("nochange P1.1a", "Undone: your answer on P1.1a."),
        ("notmine P1.1a", "Undone: that P1.1a is not yours."),
        ("done P1.1a https://example.org", "Undone: that P1.1a is done."),
        ("slipping P1.1a Dec-22 no paper", "Undone: the new timescale proposed for P1.1a."),
        ("snooze P1.1a 3 October", "Undone: the quiet about P1.1a."),
        ("mitigation P1.1a by hand; B; 30 September 2022", "Undone: the mitigation of P1.1a."),
    ],
)
def test_whatever_was_said_is_taken_back(story: Story, words: str, reply: str) -> None:
    def seen() -> tuple[str, str]:
        return story.say("A", "action P1.1a"), story.say("A", "why P1.1a").split("What comes next.")[1]

    before, rows = seen(), history_length(story)
    story.say("A", words)
    assert story.say("A", "undo") == reply
    assert seen() == before
    assert history_length(story) == rows + 2
    shown = story.say("A", "history P1.1a").split("\n")
    assert "undo" in shown[1]
    assert words.split()[0] in shown[2].replace("not mine", "notmine").replace("answer", "nochange")


def test_the_last_change_goes_first_and_again_takes_the_one_before(story: Story) -> None:
    story.say("A", "rag P1.1a amber the panel is small")
    story.say("A", "rag P1.1b green")
    story.say("A", "rag P1.1a green")
    assert story.say("A", "undo").startswith("Undone: the rating of P1.1a. It is 🟠 Vulnerable again.")
    assert story.say("A", "undo").startswith("Undone: the rating of P1.1b. It is ⚪ Not yet rated again.")
    assert story.say("A", "undo").startswith("Undone: the rating of P1.1a. It is ⚪ Not yet rated again.")
    assert story.refused("A", "undo") == NOTHING


def test_it_can_be_undone_for_24_hours_and_no_longer(story: Story) -> None:
    story.say("A", "rag P1.1a green")
    assert story.at("2022-09-06 10:01").refused("A", "undo") == NOTHING
    assert story.at("2022-09-06 10:00").say("A", "undo").startswith("Undone")


def test_one_undoes_only_ones_own(story: Story) -> None:
    story.say("A", "rag P1.1b green")
    assert story.refused("C", "undo") == NOTHING
    assert story.refused("D", "undo") == NOTHING


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("rag P1.1b green", ("C", "rag P1.1b amber the wards are busy")),
        ("rag P1.1b green", ("C", "rag P1.1b green")),
        ("done P1.1b https://example.org", ("D", "agree P1.1b")),
        ("done P1.1b https://example.org", ("D", "return P1.1b the NHS part is missing")),
        ("slipping P1.1b Apr-23 no paper", ("D", "agree P1.1b")),
        ("slipping P1.1b Apr-23 no paper", ("C", "slipping P1.1b May-23 nor staff")),
        ("mitigation P1.1b by hand; C; 30 September 2022", ("C", "inplace P1.1b")),
    ],
)
def test_what_somebody_has_built_on_since_stays(story: Story, mine: str, theirs: tuple[str, str]) -> None:
    story.say("A", mine)
    story.say(*theirs)
    before, rows = story.say("A", "action P1.1b"), history_length(story)
    refusal = story.refused("A", "undo")
    assert refusal == "P1.1b has been changed by somebody since, so it stays: see history P1.1b"
    assert is_one_sentence(refusal)
    assert story.say("A", "action P1.1b") == before
    assert history_length(story) == rows


def test_an_agreement_built_on_since_stays(story: Story) -> None:
    story.say("A", "slipping P1.1a Dec-22 no paper")
    story.say("D", "agree P1.1a")
    story.say("A", "slipping P1.1a Jan-23 still none")
    assert "has been changed by somebody since" in story.refused("D", "undo")
    story.say("A", "undo")
    assert story.say("D", "undo") == "Undone: the agreement on P1.1a."
    shown = story.say("A", "action P1.1a")
    assert "Timescale: Oct-22" in shown
    assert "Proposed: Dec-22 proposed" in shown


def test_a_return_built_on_since_stays(story: Story) -> None:
    story.say("A", "done P1.1a https://example.org")
    story.say("D", "return P1.1a the survey is missing")
    story.say("A", "done P1.1a https://example.org/survey")
    assert "has been changed by somebody since" in story.refused("D", "undo")


def test_a_later_proposal_undone_brings_back_the_one_it_replaced(story: Story) -> None:
    story.say("A", "slipping P1.1a Dec-22 no paper")
    story.say("A", "done P1.1a https://example.org")
    story.say("A", "undo")
    assert "Proposed: Dec-22 proposed" in story.say("A", "action P1.1a")


def test_an_answer_given_meanwhile_is_not_undone_with_it(story: Story) -> None:
    story.say("A", "progress P1.1b it is printed")
    story.at("2022-09-06 09:00").say("C", "progress P1.1b the wards have it")
    story.say("A", "undo")
    assert "C: the wards have it" in story.say("A", "action P1.1b")
    assert "it is printed" not in story.say("A", "action P1.1b")


def test_not_mine_taken_back_is_not_told_to_the_office(story: Story) -> None:
    story.say("A", "notmine P1.1a ask the data team")
    story.say("A", "undo")
    story.say("B", "notmine P1.1c")
    story.tick("2022-09-06 09:00")
    office = told(story, "office")["office"][0]
    assert "P1.1a" not in office
    assert "- B says P1.1c is not theirs. Its owners in the plan are B." in office


def test_not_mine_is_told_to_the_office_in_the_owners_words(story: Story) -> None:
    assert story.say("A", "notmine P1.1a ask the data team") == (
        "The programme office hears that P1.1a is not yours. Nobody is reminded of it for ten working days."
    )
    story.tick("2022-09-06 09:00")
    assert "- A says P1.1a is not theirs: ask the data team." in told(story, "office")["office"][0]
