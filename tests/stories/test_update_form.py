"""One form for everything an owner may say: all of it is done or none, and what nobody touched is not said again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.slack.views import modal_view
from programme.messages import Form, Message, Request, Where
from tests.slack_rules import find_view_fault
from tests.stories.council import buttons, history_length, is_one_sentence, open_council, stored_bytes
from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    council = open_council(tmp_path)
    yield council
    council.close()


def opened(story: Story, who: str = "A", ref: str = "P1.1a") -> Form:
    form = story.ask(who, f"update {ref}")
    assert isinstance(form, Form)
    assert find_view_fault(modal_view(form, "C1", ""), "modal") is None
    return form


def filled(form: Form, answers: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a channel submits: every field as it was opened, but for these answers."""
    answers = answers or {}
    assert answers.keys() <= {field.name for field in form.fields}
    return {field.name: answers.get(field.name, field.value) for field in form.fields}


def submit(story: Story, owner: str, form: Form, /, **answers: str) -> Message:
    reply = story.ask(owner, form.command, **filled(form, answers))
    assert isinstance(reply, Message)
    return reply


def test_the_form_opens_with_what_is_so(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.say("A", "mitigation P1.1a copy it by hand; B; 30 September 2022")
    story.say("A", "slipping P1.1a Dec-22 no printer")
    form = opened(story)
    assert form.title == "Update P1.1a"
    assert {field.name: field.value for field in form.fields if field.value} == {
        "rating": "at_risk",
        "timescale": "Dec-22",
        "what": "copy it by hand",
        "who": "B",
        "by": "30 September 2022",
    }
    assert not any(field.required for field in form.fields)
    story.say("B", "inplace P1.1a")
    assert {field.name: field.value for field in opened(story).fields}["what"] == ""


def test_everything_is_done_at_once_and_undone_one_at_a_time(story: Story) -> None:
    before = history_length(story)
    reply = submit(
        story,
        "A",
        opened(story),
        rating="at_risk",
        reason="no printer",
        progress="the draft is written",
        timescale="Dec-22",
        what="copy it by hand",
        who="B",
        by="30 September 2022",
        evidence="https://example.org/draft",
    )
    assert reply.done
    assert reply.text == (
        "The mitigation for P1.1a is noted: copy it by hand. It is for B by 30 September 2022. Once it is in place: "
        "inplace P1.1a\n"
        "Dec-22 (by 31 December 2022) is proposed for P1.1a in place of Oct-22. It counts once the chair of The Board "
        "agrees; nobody is reminded of it until then.\n"
        "P1.1a is now 🔴 At risk (was ⚪ Not yet rated). At 10:15 I tell the chair of The Board, the programme office "
        "and the accountable lead (Director), unless you undo it first.\n"
        "Progress on P1.1a is noted, thank you.\n"
        "Evidence for P1.1a is noted, thank you. The plan expects: A report.\n"
        "Undo takes them back one at a time, the last first."
    )
    assert buttons(reply) == {"It is in place": "inplace P1.1a", "Undo": f"undo {before + 1}-{before + 5}"}
    assert history_length(story) == before + 5
    undone = [story.say("A", "undo").split(".")[0] for _ in range(5)]
    assert undone == [
        "Undone: the evidence for P1",
        "Undone: the progress entry on P1",
        "Undone: the rating of P1",
        "Undone: the new timescale proposed for P1",
        "Undone: the mitigation of P1",
    ]
    assert "P1.1a · ⚪ Not yet rated" in story.say("A", "action P1.1a")


def test_one_thing_alone_is_answered_as_its_command_is(story: Story) -> None:
    reply = submit(story, "A", opened(story), progress="the draft is written")
    assert reply.text == "Progress on P1.1a is noted, thank you."
    assert buttons(reply) == {"Undo": f"undo {history_length(story)}"}
    assert (
        submit(story, "A", opened(story), rating="on_track").text == "P1.1a is now 🟢 On track (was ⚪ Not yet rated)."
    )


def test_what_was_filled_in_beforehand_is_not_said_again(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk no printer")
    story.say("A", "mitigation P1.1a copy it by hand; B; 30 September 2022")
    story.say("A", "slipping P1.1a Dec-22 no printer")
    before = history_length(story)
    submit(story, "A", opened(story), progress="the draft is written")
    assert history_length(story) == before + 1
    reply = submit(story, "A", opened(story), by="7 October 2022")
    assert reply.text.startswith("The mitigation for P1.1a is noted: copy it by hand. It is for B by 7 October 2022.")
    assert history_length(story) == before + 2


def test_what_a_colleague_said_since_the_form_was_opened_stands(story: Story) -> None:
    story.say("A", "rag P1.1b on-track")
    story.say("A", "mitigation P1.1b copy it by hand; A; 30 September 2022")
    form = opened(story, "A", "P1.1b")
    story.say("C", "rag P1.1b at-risk no nurses")
    story.say("C", "mitigation P1.1b ask the agency; C; 7 October 2022")
    submit(story, "A", form, progress="the draft is written")
    shown = story.say("A", "action P1.1b")
    assert shown.startswith("P1.1b · 🔴 At risk")
    assert "Mitigation: ask the agency; C; by 7 October 2022" in shown


def test_of_two_at_once_both_are_kept_and_the_later_wins(story: Story) -> None:
    first, second = opened(story, "A", "P1.1b"), opened(story, "C", "P1.1b")
    submit(story, "A", first, rating="on_track", progress="ten are in")
    submit(story, "C", second, rating="vulnerable", reason="two have left", progress="twelve are in")
    assert story.say("A", "action P1.1b").startswith("P1.1b · 🟠 Vulnerable")
    history = story.say("A", "history P1.1b")
    assert "ten are in" in history
    assert "twelve are in" in history


def test_the_same_rating_with_a_reason_is_that_reason(story: Story) -> None:
    story.say("A", "rag P1.1a at-risk")
    reply = submit(story, "A", opened(story), reason="no printer")
    assert reply.text.startswith("P1.1a is still 🔴 At risk. Thank you.")
    assert "no printer" in story.say("A", "history P1.1a")


def test_what_is_owed_is_asked_for_unless_it_was_said_with_it(story: Story) -> None:
    bare = submit(story, "A", opened(story, "A", "P1.1b"), rating="deferred")
    assert {"Say why", "New timescale", "Add the mitigation"} <= buttons(bare).keys()
    whole = submit(
        story,
        "A",
        opened(story),
        rating="deferred",
        reason="the hall is closed",
        timescale="Mar-23",
        what="meet on the telephone",
        who="A",
        by="30 September 2022",
    )
    assert buttons(whole).keys() == {"It is in place", "Undo"}


def test_at_risk_without_anything_is_saved_and_owed(story: Story) -> None:
    reply = submit(story, "A", opened(story), rating="at_risk")
    assert "Why? Type: rag P1.1a at-risk and the reason." in reply.text
    assert {"Say why", "Add the mitigation", "Undo"} == buttons(reply).keys()


WRONG = [
    ({}, "progress", "Nothing is new yet: say at least one thing, or close this."),
    ({"rating": "blue"}, "rating", "“blue” is not a rating: choose one of those offered."),
    ({"reason": "no printer"}, "rating", "Please choose the rating that this is the reason for."),
    (
        {"timescale": "soon"},
        "timescale",
        "“soon” could not be read as a date: type for example slipping P1.1a Dec-22 and why.",
    ),
    (
        {"timescale": "May-22"},
        "timescale",
        "May-22 is past, so please give a timescale from today on: slipping P1.1a Dec-22",
    ),
    (
        {"timescale": "Oct-22"},
        "timescale",
        "Oct-22 is already the timescale of P1.1a: give another one, or rate it with rag P1.1a.",
    ),
    ({"what": "copy it", "by": "soon"}, "by", "“soon” is not a date I can read: give for example 3 October 2022"),
    ({"what": "copy it", "by": "May-22"}, "by", "“May-22” is past: give for example 3 October 2022"),
    ({"by": "Dec-22"}, "what", "Say what is being done about the risk, or leave who and by when as well."),
]


@pytest.mark.parametrize(("answers", "field", "sentence"), WRONG)
def test_a_mistake_is_shown_at_its_field_and_nothing_is_done(
    story: Story, answers: dict[str, str], field: str, sentence: str
) -> None:
    before = history_length(story)
    good = {"progress": "the draft is written", "evidence": "https://example.org/draft"} if answers else {}
    reply = submit(story, "A", opened(story), **good, **answers)
    assert (reply.done, reply.field, reply.text) == (False, field, sentence)
    assert is_one_sentence(reply.text)
    assert history_length(story) == before


def test_over_a_colleagues_alarm_the_reason_is_asked_for_at_its_field(story: Story) -> None:
    story.say("C", "rag P1.1b at-risk no nurses")
    reply = submit(story, "A", opened(story, "A", "P1.1b"), rating="on_track")
    assert (reply.done, reply.field) == (False, "reason")


def test_a_form_submitted_after_the_action_was_completed_is_refused(story: Story) -> None:
    form = opened(story)
    story.say("A", "done P1.1a https://example.org/charter")
    assert submit(story, "A", form, progress="one more thing").done  # nobody has agreed it yet
    story.say("D", "agree P1.1a")
    before = history_length(story)
    sentence = "P1.1a is complete: if it is not, please ask the chair or the office to reopen it."
    reply = submit(story, "A", form, progress="and another")
    assert (reply.done, reply.text) == (False, sentence)
    assert story.refused("A", "update P1.1a") == sentence
    assert history_length(story) == before


def test_a_form_submitted_by_somebody_who_lost_the_role_is_refused(story: Story) -> None:
    story.give("A", "Second")
    form = opened(story, "Second")
    story.leave("A", "Second")
    before = history_length(story)
    reply = submit(story, "Second", form, progress="the draft is written")
    assert not reply.done
    assert "P1.1a is not among your actions" in reply.text
    assert history_length(story) == before


def test_without_a_reference_one_chooses_the_most_urgent_first(story: Story) -> None:
    story.say("C", "rag P1.1b green")
    form = story.ask("C", "update")
    assert isinstance(form, Form)
    assert find_view_fault(modal_view(form, "C1", ""), "modal") is None
    (field,) = form.fields
    assert [(option.label, option.value) for option in field.options] == [
        ("P1.2a · ⚪ Not yet rated · due 31 August 2022", "P1.2a"),
        ("P1.1b · 🟢 On track · due 31 March 2023", "P1.1b"),
    ]
    following = story.ask("C", form.command, ref="P1.1b")
    assert isinstance(following, Form)
    assert following.command == opened(story, "C", "P1.1b").command


@pytest.mark.parametrize("ref", ["P1.1c", "P9.9z", "nonsense", "P1.1", "<!channel>", "🎉", "x" * 3_000])
def test_a_choice_that_was_not_offered_is_refused_at_its_field(story: Story, ref: str) -> None:
    before = history_length(story)
    reply = story.ask("A", "update", ref=ref)
    assert isinstance(reply, Message)
    assert (reply.done, reply.field) == (False, "ref")
    assert is_one_sentence(reply.text)
    assert history_length(story) == before


def test_somebody_who_owns_nothing_types_the_reference(story: Story) -> None:
    form = story.ask("office", "update")
    assert isinstance(form, Form)
    assert [field.kind for field in form.fields] == ["line"]
    assert isinstance(story.ask("office", "update", ref="p1.1a"), Form)


def test_words_after_the_reference_are_noted_at_once(story: Story) -> None:
    assert story.say("A", "update P1.1a the draft is written").startswith("Progress on P1.1a is noted")
    assert story.say("A", "update P1.1a at risk: no printer").startswith("P1.1a is now 🔴 At risk")
    assert story.say("A", "P1.1a update: twelve are in").startswith("Progress on P1.1a is noted")


def test_in_the_thread_of_a_reminder_the_reference_may_be_left_out(story: Story) -> None:
    door = story.app.door(lambda: story.now)
    where = Where("console", "console", story.posts("B")[0])
    form = door.answer(Request("B", "update", where))
    assert isinstance(form, Form)
    assert form.title == "Update P1.1c"
    noted = door.answer(Request("B", "update: ten are trained", where))
    assert noted is not None
    assert noted.text.startswith("Progress on P1.1c is noted")


WORDS = [
    "it is printed 🎉👩‍👩‍👧",
    "تم نشر القالب في ١٢ مدرسة",
    "<!channel> & <@U1> *bold* `code`",
    "first line\nsecond line",
    "'; DROP TABLE action; --",
    "y" * 3_000,
]


@pytest.mark.parametrize("words", WORDS)
def test_whatever_is_written_in_a_field_is_kept(story: Story, words: str) -> None:
    submit(story, "A", opened(story), rating="at_risk", reason=words)
    assert words in story.say("A", "history P1.1a")
    submit(story, "A", opened(story), progress=words)
    submit(story, "A", opened(story), what=words, who="B", by="30 September 2022")
    assert opened(story).fields[4].value == words
    before = history_length(story)
    submit(story, "A", opened(story), evidence="https://example.org/draft")
    assert history_length(story) == before + 1


@pytest.mark.parametrize("field", ["reason", "progress", "timescale", "what", "who", "by", "evidence", "rating"])
def test_what_points_to_a_child_is_stopped_in_every_field(story: Story, field: str) -> None:
    before = history_length(story)
    reply = submit(story, "A", opened(story), **{field: "Sam Smith, dob 03/05/2014"})
    assert not reply.done
    assert "so it was not kept" in reply.text
    assert history_length(story) == before
    story.close()
    assert b"Sam Smith" not in stored_bytes(story.folder)


@pytest.mark.parametrize(
    "tail", ["as", "as x", "as 1-2-3-4-5", "as 00000000-00000000-00000000-00000000-00000000-0", "as <!channel>"]
)
def test_a_command_that_no_form_of_ours_submits_does_no_harm(story: Story, tail: str) -> None:
    reply = story.ask("A", f"update P1.1a {tail}", progress="the draft is written")
    assert isinstance(reply, Message)
    assert reply.text == "Progress on P1.1a is noted, thank you."


def test_every_other_form_opens_with_what_is_known(story: Story) -> None:
    story.say("A", "mitigation P1.1a copy it by hand; B; 30 September 2022")
    story.say("A", "rag P1.1a on-track")
    story.say("A", "slipping P1.1a Dec-22 no printer")
    known = {}
    for word in ("rag", "slipping", "mitigation", "snooze", "progress", "evidence"):
        form = story.ask("A", f"{word} P1.1a")
        assert isinstance(form, Form), word
        assert find_view_fault(modal_view(form, "C1", ""), "modal") is None
        if ":" not in form.title:
            assert len(form.title) <= 24
        known[word] = {field.name: field.value for field in form.fields}
    assert known["rag"]["rating"] == "on_track"
    assert known["slipping"] == {"timescale": "Dec-22", "reason": "no printer"}
    assert known["mitigation"] == {"what": "copy it by hand", "who": "B", "by": "30 September 2022"}
    assert known["snooze"] == {"until": "2022-09-20"}


@pytest.mark.parametrize(
    ("words", "answers", "field"),
    [
        ("rag P1.1a", {"rating": "blue", "reason": ""}, "rating"),
        ("slipping P1.1a", {"timescale": "soon", "reason": "no printer"}, "timescale"),
        ("slipping P1.1a", {"timescale": "May-22"}, "timescale"),
        ("mitigation P1.1a", {"what": "copy it", "who": "B", "by": "soon"}, "by"),
        ("mitigation P1.1a", {"what": "copy it", "who": "B", "by": "May-22"}, "by"),
        ("snooze P1.1a", {"until": "2022-09-01"}, "until"),
        ("snooze P1.1a", {"until": "2022-10-04"}, "until"),
        ("snooze P1.1a", {"until": "whenever"}, "until"),
    ],
)
def test_a_mistake_in_any_other_form_names_its_field(
    story: Story, words: str, answers: dict[str, str], field: str
) -> None:
    before = history_length(story)
    reply = story.ask("A", words, **answers)
    assert isinstance(reply, Message)
    assert (reply.done, reply.field) == (False, field)
    assert is_one_sentence(reply.text)
    assert history_length(story) == before
