"""A message is filed as progress or evidence by a form that has its words and its link already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.slack.views import modal_view
from programme.messages import Form, Message
from tests.slack_rules import find_view_fault
from tests.stories.council import history_length, is_one_sentence, open_council, stored_bytes
from tests.story import Story

LINK = "https://example.org/archives/C1/p1662368400000100"


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def opened(story: Story, who: str = "A", text: str = "The draft is out", link: str = LINK) -> Form:
    form = story.ask(who, "file", text=text, link=link)
    assert isinstance(form, Form)
    assert find_view_fault(modal_view(form, "C1", ""), "modal") is None
    return form


def submit(story: Story, owner: str, form: Form, /, **answers: str) -> Message:
    fields = {field.name: field.value for field in form.fields}
    assert answers.keys() <= fields.keys()
    reply = story.ask(owner, form.command, **fields | answers)
    assert isinstance(reply, Message)
    return reply


def test_the_form_has_the_words_the_link_and_ones_own_actions(story: Story) -> None:
    form = opened(story)
    assert form.title == "File this message"
    fields = {field.name: field for field in form.fields}
    assert [option.value for option in fields["ref"].options] == ["P1.1a", "P1.1b"]
    assert {name: field.value for name, field in fields.items() if field.value} == {
        "as": "progress",
        "text": "The draft is out",
        "link": LINK,
    }


def test_as_progress_the_link_stands_behind_the_words(story: Story) -> None:
    reply = submit(story, "A", opened(story), ref="P1.1a")
    assert reply.text.startswith("Progress on P1.1a is noted, thank you.")
    assert f"progress: The draft is out ({LINK})" in story.say("A", "history P1.1a")
    submit(story, "A", opened(story, text=f"See {LINK}"), ref="P1.1a")
    assert f"progress: See {LINK}\n" in story.say("A", "history P1.1a")


def test_as_evidence_both_the_words_and_the_link_are_kept(story: Story) -> None:
    reply = submit(story, "A", opened(story, text="Nothing is missing now"), ref="P1.1b", **{"as": "evidence"})
    assert reply.text.startswith("Evidence for P1.1b is noted, thank you.")
    assert f"evidence: {LINK} Nothing is missing now" in story.say("A", "history P1.1b")


def test_without_words_the_link_is_what_is_filed(story: Story) -> None:
    submit(story, "A", opened(story, text=""), ref="P1.1a", **{"as": "evidence"})
    assert f"evidence: {LINK}" in story.say("A", "history P1.1a")


def test_another_action_is_typed_by_who_may_update_it(story: Story) -> None:
    submit(story, "D", opened(story, "D"), ref_typed="p1.1c")
    assert "The draft is out" in story.say("D", "history P1.1c")
    form = opened(story, "office")
    assert [field.name for field in form.fields] == ["ref_typed", "as", "text", "link"]
    submit(story, "office", form, ref_typed="P1.2a")
    assert "The draft is out" in story.say("office", "history P1.2a")
    submit(story, "A", opened(story), ref="P1.1a", ref_typed="P1.1b")
    assert "The draft is out" in story.say("A", "history P1.1b")


WRONG = [
    ({}, "ref"),
    ({"ref": "P1.1c"}, "ref"),
    ({"ref": "P9.9z"}, "ref"),
    ({"ref_typed": "nonsense"}, "ref_typed"),
    ({"ref_typed": "P1.1c"}, "ref_typed"),
    ({"ref_typed": "P1.1a P1.1b"}, "ref_typed"),
    ({"ref_typed": "P1.1a the charter"}, "ref_typed"),
    ({"ref": "P1.1a", "as": "gossip"}, "as"),
    ({"ref": "P1.1a", "text": "", "link": ""}, "text"),
]


@pytest.mark.parametrize(("answers", "field"), WRONG)
def test_a_mistake_is_shown_at_its_field_and_nothing_is_filed(
    story: Story, answers: dict[str, str], field: str
) -> None:
    before = history_length(story)
    reply = submit(story, "A", opened(story), **answers)
    assert (reply.done, reply.field) == (False, field)
    assert is_one_sentence(reply.text)
    assert history_length(story) == before


def test_a_role_lost_since_the_form_was_opened_is_asked_again(story: Story) -> None:
    story.give("A", "Second")
    form = opened(story, "Second")
    story.leave("A", "Second")
    before = history_length(story)
    reply = submit(story, "Second", form, ref="P1.1a")
    assert not reply.done
    assert "P1.1a is not among your actions" in reply.text
    assert history_length(story) == before


@pytest.mark.parametrize(
    "words",
    ["🎉👩‍👩‍👧 it is out", "تم نشر القالب في ١٢ مدرسة", "<!channel> <@U1> *bold* `code`", "one\ntwo", "y" * 3_000],
)
def test_whatever_the_message_says_is_kept(story: Story, words: str) -> None:
    form = opened(story, text=words)
    for kind in ("progress", "evidence"):
        assert submit(story, "A", form, ref="P1.1a", **{"as": kind}).done
    assert story.say("A", "history P1.1a").count(words) == 2


def test_a_long_message_is_cut_to_what_a_form_holds(story: Story) -> None:
    form = opened(story, text="y" * 3_500)
    assert {field.name: len(field.value) for field in form.fields}["text"] == 3_000


def test_a_message_that_points_to_a_child_is_not_even_opened(story: Story) -> None:
    before = history_length(story)
    reply = story.ask("A", "file", text="Sam Smith, dob 03/05/2014", link=LINK)
    assert isinstance(reply, Message)
    assert "so it was not kept" in reply.text
    submitted = submit(story, "A", opened(story), ref="P1.1a", text="Sam Smith, dob 03/05/2014")
    assert not submitted.done
    assert history_length(story) == before
    story.close()
    assert b"Sam Smith" not in stored_bytes(story.folder)


def test_words_that_only_begin_like_the_command_are_what_they_say(story: Story) -> None:
    for words in ("file is with the printer now", "home visits are done in ten schools"):
        reply = story.refused("A", words)
        assert reply.startswith("Is that progress on one of these?")
        assert f"progress P1.1a {words}" in reply
        assert story.say("A", f"P1.1a {words}").startswith("Progress on P1.1a is noted")


def test_it_says_what_to_type_where_there_is_no_form(story: Story) -> None:
    assert story.say("A", "file") == "Type: progress REF and the words, or evidence REF and a link."
