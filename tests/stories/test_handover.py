"""Handover: whoever newly has a role is told what they take over, once, with their bundle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from bot.office import end_holder
from jobs.sender import Attachment, Delivery
from storage import outbox
from storage.history import list_rows
from tests.stories.council import open_council, told
from tests.stories.on_slack import open_on_slack
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    one = open_council(tmp_path)
    one.sent.clear()
    yield one
    one.close()


def live(story: Story) -> None:
    """Some weeks of A's: an action at risk without a reason, one moved, one proposed to be closed."""
    story.say("A", "progress P1.1a the form is printed")
    story.say("A", "slipping P1.1a Dec-22 no printer")
    story.at("2022-09-06 10:00")
    story.say("D", "agree P1.1a")
    story.say("A", "rag P1.1a at-risk")
    story.say("C", "done P1.1b")
    story.mornings("2022-09-16")
    story.at("2022-09-16 15:00")
    story.sent.clear()


def bundle(story: Story, name: str, until: str = "2022-09-20") -> str:
    """The one message with a handover that somebody has by that day; 19 September was a bank holiday."""
    texts = [one.text for one in story.mornings(until) if one.to == name]
    (found,) = [text for text in texts if "Handover of" in text or "you cover" in text]
    return found


def test_a_new_holder_has_the_handover_with_their_starting_list(story: Story) -> None:
    live(story)
    story.leave("A")
    story.give("A", "A two")
    text = bundle(story, "A two")
    assert "Your starting list: 1 action" in text  # what waits to be agreed is nobody's to answer
    assert "Handover of A." in text
    assert "Before: A, until 16 September 2022." in text
    assert "2 open actions" in text
    assert "first Oct-22, moved to Dec-22" in text
    assert "6 September 2022" not in text.split("Handover of A.")[0]
    assert "P1.1a a reason for 🔴 At risk and a mitigation" in text
    assert "P1.1b evidence" in text
    assert "Waiting to be agreed: P1.1b." in text
    assert "shared by A, C" in text
    assert "The Board meets on 4 October 2022, papers 27 September 2022." in text
    assert "To see all of it: handover A" in text


def test_it_is_said_once(story: Story) -> None:
    live(story)
    story.leave("A")
    story.give("A", "A two")
    story.mornings("2022-10-31")
    assert sum("Handover of A." in text for text in told(story, "A two")["A two"]) == 1
    assert "A" not in told(story)


def test_the_first_holders_after_an_import_have_none(tmp_path: Path) -> None:
    with_sample = Story(tmp_path)
    with_sample.load()
    for role in ("SENDPO", "EDCS", "COO", "BIA"):
        with_sample.give(role)
    with_sample.tick("2022-09-05 09:00")
    with_sample.at("2022-09-05 10:00")
    with_sample.give("FIS")
    with_sample.tick()
    assert [one.to for one in with_sample.sent if "Handover" in one.text] == []
    assert {"SENDPO", "FIS"} <= {one.to for one in with_sample.sent}
    with_sample.close()


def test_the_first_holder_of_a_role_with_a_history_has_one(story: Story) -> None:
    story.leave("A")
    story.at("2022-09-05 10:05")
    story.say("office", "progress P1.1a what the office heard by telephone")
    story.leave("B")
    story.give("B", "B two")
    sent = {one.to: one.text for one in story.mornings("2022-09-06")}
    assert "Handover of B." in sent["B two"]  # held before, though nothing was said of it


def test_who_is_set_again_is_not_handed_what_is_theirs(story: Story) -> None:
    live(story)
    story.give("A")
    assert "Handover" not in "".join(one.text for one in story.mornings("2022-09-23"))


def test_one_who_has_left_before_the_morning_has_none(story: Story) -> None:
    live(story)
    story.leave("A")
    story.give("A", "A two")
    story.leave("A", "A two")
    assert "A two" not in {one.to for one in story.mornings("2022-09-23")}


def test_given_in_the_afternoon_it_comes_the_next_morning(story: Story) -> None:
    live(story)  # a Friday afternoon
    story.leave("A")
    story.give("A", "A two")
    sent = story.tick() + story.mornings("2022-09-18")
    assert not any("Handover" in one.text or "starting list" in one.text for one in sent)
    assert "Handover of A." in bundle(story, "A two")


def test_who_holds_another_role_has_it_in_their_one_bundle(story: Story) -> None:
    live(story)
    story.leave("A")
    story.give("A", "B", address="console:B")
    text = bundle(story, "B")
    assert "Handover of A." in text


def test_a_claim_that_is_approved_hands_over_too(story: Story) -> None:
    live(story)
    story.leave("A")
    story.say("console:new", "iam A")
    story.say("console:office", "approve 1")
    assert "Handover of A." in bundle(story, "new")


def test_it_is_composed_from_the_facts_of_its_moment(story: Story) -> None:
    live(story)
    story.leave("A")
    story.give("A", "A two")
    story.say("office", "mitigation P1.1a a new printer; A; 30 September 2022")
    assert "the mitigation in place by 30 September 2022" in bundle(story, "A two")


def test_whoever_covers_has_the_actions_and_what_is_owed_in_a_message(story: Story) -> None:
    story.give("PM")
    live(story)
    story.say("A", "cover A by PM from 19 September to 30 September")
    text = bundle(story, "PM")
    assert "A is away, and you cover A to 30 September 2022. Its reminders come to you until then." in text
    assert "P1.1a · 🔴 At risk" in text


def test_on_demand_for_its_holder_their_cover_and_the_office_alone(story: Story) -> None:
    story.give("PM")
    live(story)
    mine = story.say("A", "handover")
    assert "Handover: A" in mine
    assert "the form is printed" in mine
    assert "Moved to" in mine
    assert story.say("office", "handover A").count("P1.1a") >= 1
    assert "A is not yours" in story.refused("B", "handover A")
    assert "A is not yours" in story.refused("PM", "handover A")
    story.say("A", "cover A by PM from 19 September to 30 September")
    story.at("2022-09-19 10:00")
    assert "Handover: A" in story.say("PM", "handover A")
    assert "There is no role “Zed”" in story.refused("office", "handover Zed")
    assert "Say which role" in story.refused("office", "handover")


def test_the_leavers_history_stays_with_the_action(story: Story) -> None:
    live(story)
    story.leave("A")
    story.give("A", "A two")
    assert "the form is printed" in story.say("A two", "handover A")
    assert "progress: the form is printed" in story.say("A two", "history P1.1a")


def test_a_chairs_handover_says_what_waits_for_them(story: Story) -> None:
    live(story)
    story.leave("D")
    story.give("D", "D two")
    text = bundle(story, "D two")
    assert "For you to agree or return: P1.1b: complete, proposed by C" in text


@dataclass
class Filing(Story):
    """A channel that takes files."""

    files: list[tuple[str, Attachment]] = field(default_factory=list)

    def upload(self, delivery: Delivery) -> tuple[str, ...]:
        self.files += [(delivery.address, file) for file in delivery.files]
        return tuple(file.name for file in delivery.files)


def test_where_files_are_taken_the_whole_follows_in_the_bundles_thread(tmp_path: Path) -> None:
    open_council(tmp_path).close()
    story = Filing(tmp_path).at("2022-09-05 10:00")
    live(story)
    story.leave("A")
    story.give("A", "A two")
    story.mornings("2022-09-23")
    ((address, file),) = story.files
    assert address == "console:A two"
    assert file.name == "handover-a-2022-09-20.docx"
    text = "\n".join(each.text for each in Document(BytesIO(file.data)).paragraphs)
    assert "P1.1b" in text
    assert "the form is printed" in text
    story.close()


def test_a_file_that_waits_is_not_for_who_has_left(tmp_path: Path) -> None:
    open_council(tmp_path).close()
    story = Filing(tmp_path).at("2022-09-05 10:00")
    with story.app.db.write() as tx:
        outbox.say(tx, "file:1", "file", "console:A", due_at=story.now, facts={"handovers": [1]})
    story.leave("A")
    story.tick()
    assert story.files == []
    story.close()


def test_in_slack_the_file_is_in_the_thread_and_redacted_words_go(tmp_path: Path) -> None:
    with open_on_slack(tmp_path) as story:
        story.slack.users["U8"] = True
        story.say("slack:T1:U1", "progress P1.1a told to nobody yet")
        story.at("2022-09-06 08:00")
        with story.app.db.write() as tx:
            end_holder(tx, "A", "slack:T1:U1", on=story.today, today=story.today, now=story.now, account="tester")
        story.give("A", "Ann", address="slack:T1:U8")
        story.deliver("2022-09-06 09:00")
        (bundle,) = [post for post in story.posts_to("U8") if "Handover of A" in post.text]
        (file,) = [post for post in story.slack.posts if post.files]
        assert (file.channel, file.thread_ts) == ("DU8", bundle.ts)
        assert "told to nobody yet" in bundle.text
        with story.app.db.read() as tx:
            (number,) = [row.number for row in list_rows(tx, ref="P1.1a") if row.verb == "progress"]
        story.at("2022-09-06 10:00").say("office", f"redact {number} it named a child")
        story.deliver()
        assert "told to nobody yet" not in bundle.text
        assert "Handover of A" in bundle.text
