"""A form as Slack's modal and a message as its Home, and that Slack would take them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.slack.views import find_errors, home_view, modal_view, read_answers, read_metadata, told_view
from programme.messages import Button, Buttons, Field, Form, Heading, Message, Option
from tests.slack_channel.test_blocks import MESSAGES, WORDS
from tests.slack_rules import find_answer_fault, find_view_fault

FIELDS = st.lists(
    st.builds(
        Field,
        st.from_regex(r"[a-z]{1,12}", fullmatch=True),
        WORDS,
        st.sampled_from(["line", "text", "choice"]),
        st.booleans(),
        WORDS,
        WORDS,
        st.lists(st.builds(Option, WORDS, WORDS), max_size=120).map(tuple),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda field: field.name,
).map(tuple)
FORMS = st.builds(Form, WORDS, st.text("abc P2.3", max_size=1_000), FIELDS, WORDS, WORDS)

RATE = Form(
    "Rate P2.3c",
    "rag P2.3c",
    (
        Field(
            "rating", "Rating", "choice", options=(Option("🔴 At risk", "at_risk"), Option("🟢 On track", "on_track"))
        ),
        Field("reason", "Why?", "text", required=False, value="no printer", hint="Needed for at risk"),
        Field("until", "Until when?", "date", value="2022-09-20"),
    ),
    "Type: rag P2.3c at-risk",
)


@settings(deadline=None, max_examples=80)
@given(FORMS)
@example(RATE)
def test_slack_takes_any_form(form: Form) -> None:
    assert find_view_fault(modal_view(form, "D1", "1.2"), "modal") is None


@settings(deadline=None, max_examples=40)
@given(MESSAGES)
@example(Message("many", tuple(Heading(f"{n}") for n in range(180))))
@example(Message("none", ()))
def test_slack_takes_any_home(message: Message) -> None:
    assert find_view_fault(home_view(message), "home") is None


@settings(deadline=None, max_examples=40)
@given(MESSAGES)
@example(Message("many", tuple(Heading(f"{n}") for n in range(180))))
@example(Message("", ()))
def test_slack_takes_what_is_only_told(message: Message) -> None:
    assert find_view_fault(told_view(message), "modal") is None


def test_a_form_asks_for_its_fields_as_they_are_filled_in_already() -> None:
    rating, reason, until = modal_view(RATE, "D1", "1.2")["blocks"]
    assert rating["element"]["type"] == "static_select"
    assert [one["text"]["text"] for one in rating["element"]["options"]] == ["🔴 At risk", "🟢 On track"]
    assert "initial_option" not in rating["element"]
    assert (reason["element"]["initial_value"], reason["optional"]) == ("no printer", True)
    assert reason["hint"]["text"] == "Needed for at risk"
    assert (until["element"]["type"], until["element"]["initial_date"]) == ("datepicker", "2022-09-20")


def test_a_title_too_long_for_a_modal_stands_whole_in_it() -> None:
    view = modal_view(Form("P2.3c: Where is the evidence?", "evidence P2.3c", RATE.fields, "x"), "D1", "")
    assert view["title"]["text"] == "P2.3c"
    assert view["blocks"][0]["text"]["text"] == "P2.3c: Where is the evidence?"


def test_what_a_form_says_and_where_its_reply_goes_comes_back_with_it() -> None:
    assert read_metadata(modal_view(RATE, "D1", "1.2")) == ("rag P2.3c", "D1", "1.2")


@pytest.mark.parametrize("kept", ["", "{", "[]", "null", '"x"'])
def test_a_view_that_is_not_of_our_making_says_nothing(kept: str) -> None:
    assert read_metadata({"private_metadata": kept}) == ("", "", "")


def test_answers_are_read_by_field() -> None:
    values: dict[str, Any] = {
        "field:rating": {"x": {"type": "static_select", "selected_option": {"value": "at_risk"}}},
        "field:reason": {"x": {"type": "plain_text_input", "value": None}},
        "field:until": {"x": {"type": "datepicker", "selected_date": "2022-09-20"}},
        "other": {"x": {"value": "no"}},
    }
    assert read_answers({"state": {"values": values}}) == {"rating": "at_risk", "reason": "", "until": "2022-09-20"}


def test_a_refusal_is_shown_at_its_field_or_else_at_the_first() -> None:
    view = modal_view(RATE, "D1", "1.2")
    at_field = find_errors(view, Message("That is past.", done=False, field="until"))
    elsewhere = find_errors(view, Message("It is complete.\n- action P2.3c", done=False))
    assert at_field == {"field:until": "That is past."}
    assert elsewhere == {"field:rating": "It is complete. - action P2.3c"}
    assert find_answer_fault({"response_action": "errors", "errors": at_field}, view) is None
    assert find_errors(told_view(Message("x")), Message("z", done=False)) == {}


def test_a_home_that_is_too_long_says_so() -> None:
    view = home_view(Message("x", tuple(Buttons((Button(f"{n}", f"action P{n}"),)) for n in range(140))))
    assert len(view["blocks"]) == 100
    assert "There is more" in json.dumps(view["blocks"][-1])
