"""What people and Slack send that is late, twice, too long or strange; on the real parts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import office
from bot.slack.manifest import FILE_MESSAGE
from storage.history import list_rows
from tests.slack_channel.stage import PEOPLE, Workplace, buttons_of, open_workplace
from tests.slack_channel.test_app import block_actions

TYPED = str.maketrans("“”’–", '""\'-', "\u202e")  # how typed words are made plain; what turns them round is left out
A, C, D = PEOPLE["A"], PEOPLE["C"], PEOPLE["D"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as found:
        yield found


def verbs(place: Workplace, ref: str) -> list[tuple[str, str]]:
    """(who, what) of everything done to an action, oldest first."""
    with place.app.db.read() as tx:
        return [(row.actor.rpartition(":")[2], row.verb) for row in reversed(list_rows(tx, ref=ref))]


def test_a_form_submitted_after_the_action_was_closed_changes_nothing_and_says_so(place: Workplace) -> None:
    place.slash(A, "/slipping", "P1.1a")
    place.write(A, "done P1.1a https://example.org/charter")
    place.write(D, "agree P1.1a")
    answer = place.submit(A, timescale="Dec-22", reason="no printer")
    (said,) = answer["errors"].values()
    assert "P1.1a is complete" in said
    assert [verb for _, verb in verbs(place, "P1.1a")] == ["done", "agree"]


def test_a_form_submitted_by_who_has_lost_the_role_changes_nothing_and_says_so(place: Workplace) -> None:
    place.slash(A, "/rag", "P1.1a")
    with place.app.db.write() as tx:
        office.end_holder(tx, "A", f"slack:T1:{A}", on=place.today, today=place.today, now=place.now, account="tester")
    answer = place.submit(A, rating="at_risk", reason="no printer")
    (said,) = answer["errors"].values()
    assert said.startswith("P1.1a is not among your actions")
    assert verbs(place, "P1.1a") == []


def test_two_people_at_once_are_both_kept_the_later_stands_and_each_is_told(place: Workplace) -> None:
    place.slash(A, "/rag", "P1.1b")
    place.slash(C, "/rag", "P1.1b")
    assert place.submit(A, rating="on_track", reason="half of it is back") == {}
    assert place.submit(C, rating="vulnerable", reason="the clinics have not answered") == {}
    assert verbs(place, "P1.1b") == [(A, "rag"), (C, "rag")]
    (to_later,) = place.deliver_to(C)
    assert "Vulnerable" in to_later
    assert "A rated it 🟢 On track at 10:00" in to_later
    place.tick("2022-09-06 09:00")
    place.tick("2022-09-08 09:00")
    news = [post.text for post in place.slack.posts if post.channel == f"D{A}" and "clinics" in post.text]
    assert len(news) == 1


def test_a_trigger_too_old_for_a_form_is_answered_in_words(place: Workplace) -> None:
    trigger = place.slack.trigger(A)
    place.slack.seconds += 4
    answer = place.http.command("/slipping", "P1.1a", user_id=A, trigger_id=trigger).json()
    assert "Type for example: slipping P1.1a Dec-22" in answer["text"]


@pytest.mark.parametrize("how", ["500", "drop", "expired_trigger_id", "page"])
def test_slack_that_will_not_open_a_form_leaves_nobody_without_an_answer(place: Workplace, how: str) -> None:
    place.slack.fail("views.open", how=how)
    (told,) = place.tap(A, "slipping P1.1a")
    assert "Type for example: slipping P1.1a Dec-22" in told


def test_the_same_tap_and_the_same_submission_count_once(place: Workplace) -> None:
    body = block_actions(user={"id": A}, channel={"id": f"D{A}"}, trigger_id=place.trigger(A))
    body["message"] = {"ts": place.last_to(A)}
    body["actions"][0]["value"] = "progress P1.1a it is printed"
    for _ in range(2):
        place.http.form(payload=json.dumps(body))
    assert len(place.deliver_to(A)) == 1
    assert verbs(place, "P1.1a") == [(A, "progress")]


@pytest.mark.parametrize(
    "words",
    [
        "🖨️ printed, 🎉",
        "הדפוס מוכן \u202e and back",
        "x" * 3_000,
        "<!channel> everybody <@U2> please",
        "```\nrag P1.1b red\n```",
        "see https://example.org/a?b=1&c=2 and <b>this</b> & that",
        "“smart” – it’s done…",
    ],
)
def test_strange_words_are_kept_as_they_are_and_call_nobody(place: Workplace, words: str) -> None:
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    place.write(A, f"progress P1.1a {escaped}")
    place.slash(A, "/progress", "P1.1a")
    assert place.submit(A, text=words) == {}
    assert place.deliver_to(A)[0].startswith("Progress on P1.1a is noted")
    with place.app.db.read() as tx:
        kept = [row.words for row in list_rows(tx, ref="P1.1a")]
    typed, filled = kept[::-1]
    assert filled == words.strip()
    assert typed is not None
    assert typed.translate(TYPED) == words.translate(TYPED)
    shown = place.write(A, "history P1.1a")
    assert shown
    assert place.slack.faults == []


def test_a_pupil_named_in_a_form_is_stopped_where_it_was_typed(place: Workplace) -> None:
    place.slash(A, "/progress", "P1.1a")
    answer = place.submit(A, text="seen with UPN A123456789012")
    assert "so it was not kept" in answer["errors"]["field:text"]
    assert verbs(place, "P1.1a") == []


def test_a_message_filed_by_somebody_unknown_is_told_who_to_ask(place: Workplace) -> None:
    message = {"ts": "1662366000.000100", "text": "the charter is signed", "user": "U2"}
    place.shortcut("U7", FILE_MESSAGE, channel={"id": "C1"}, message=message)
    (told,) = place.deliver_to("U7")
    assert "programme office" in told
    assert "P1.1" not in told


def test_a_message_too_long_for_a_form_is_filed_as_far_as_it_goes(place: Workplace) -> None:
    message = {"ts": "1662366000.000100", "text": "signed " * 1_000, "user": "U2"}
    place.shortcut(A, FILE_MESSAGE, channel={"id": "C1"}, message=message)
    assert place.submit(A, ref="P1.1a") == {}
    assert place.deliver_to(A)[0].startswith("Progress on P1.1a is noted")


def test_buttons_of_an_old_message_still_count(place: Workplace) -> None:
    bundle = next(post for post in place.slack.posts if post.channel == f"D{A}")
    command = buttons_of(bundle.blocks)["Still going"]
    place.at("2023-02-01 10:00")
    assert place.tap(A, command, bundle.ts)[0].startswith("Noted: still going on P1.1b")


def test_a_form_sent_again_because_its_answer_was_lost_counts_once(place: Workplace) -> None:
    place.slash(A, "/progress", "P1.1a")
    view = place.slack.views[A]
    for _ in range(2):
        place.slack.views[A] = view
        assert place.submit(A, text="it is printed") == {}
    assert verbs(place, "P1.1a") == [(A, "progress")]


def test_a_form_that_was_refused_is_refused_again_as_before(place: Workplace) -> None:
    place.slash(A, "/slipping", "P1.1a")
    first, again = (place.submit(A, timescale="last year", reason="no printer") for _ in range(2))
    assert first == again
    assert "field:timescale" in first["errors"]


def test_a_mention_that_is_edited_is_the_same_mention(place: Workplace) -> None:
    place.mention(A, "progress P1.1a it is printd", ts="1662366000.000007")
    told = place.mention(A, "progress P1.1a it is printed", ts="1662366000.000007", edited={"user": A})
    assert told == ["Your entry on P1.1a now reads: “it is printed”."]
    assert verbs(place, "P1.1a") == [(A, "progress"), (A, "edit")]


def test_an_original_that_comes_after_its_edit_is_not_a_second_entry(place: Workplace) -> None:
    place.edit(A, "1662366000.000009", "P1.1a it is printd", "P1.1a it is printed")
    assert place.write(A, "P1.1a it is printd", ts="1662366000.000009") == []
    assert verbs(place, "P1.1a") == [(A, "progress")]


def test_an_edit_of_what_was_said_of_one_of_several_edits_that_entry(place: Workplace) -> None:
    reminder, words = place.last_to(A), "the first half is printed"
    place.write(A, words, thread=reminder, ts="1662366000.000011")
    which = place.slack.posts[-1]
    place.tap(A, buttons_of(which.blocks)["P1.1b"], which.ts)
    told = place.edit(A, "1662366000.000011", words, "all of it is printed", thread=reminder)
    assert "now reads: “all of it is printed”" in told[0]
    assert verbs(place, "P1.1b") == [(A, "progress"), (A, "edit")]
