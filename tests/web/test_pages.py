"""The demo's pages as a browser without JavaScript sees them."""

from __future__ import annotations

import base64
import re
from itertools import pairwise
from typing import get_args

import pytest

from bot.web.draw import look_class, said, words
from programme.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Facts,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Picture,
    Reply,
    Table,
    Text,
)
from programme.rag import COMPLETE, LOOKS, Rag
from tests.web.stage import EVERY_BLOCK, EVERY_FIELD, PICTURE, MemoryStage
from tests.web.visitor import Page, Visitor

EVERY_PAGE = ["/", "/as/SENDPO", "/as/BIA", "/as/office", "/as/nobody", "/start-over?as=BIA"]


@pytest.fixture
def stage() -> MemoryStage:
    """SENDPO has every block unread; BIA was last asked every kind of question."""
    stage = MemoryStage()
    stage.tell("SENDPO", EVERY_BLOCK)
    stage.say("BIA", "form", {})
    return stage


@pytest.fixture
def visitor(stage: MemoryStage) -> Visitor:
    return Visitor(stage)


def see(visitor: Visitor, path: str) -> Page:
    return Page(visitor.get(path).text)


# What is said


def test_what_is_said_is_posted_and_then_shown_with_the_reply(visitor: Visitor, stage: MemoryStage) -> None:
    answer = visitor.post("/as/SENDPO/say", {"text": " status "}, follow=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/as/SENDPO#latest")
    assert stage.heard[-1] == ("SENDPO", "status", {})
    page = see(visitor, answer.headers["location"])
    assert [tag.words for tag in page.all("li") if tag.get("class") == "line mine"] == ["You 08:55 status"]
    assert page.find(id="latest").words == "halfterm 08:55 Noted: status"
    assert page.find(id="latest").get("data-says") == "Noted: status"


def test_nothing_said_does_nothing(visitor: Visitor, stage: MemoryStage) -> None:
    before = list(stage.heard)
    assert visitor.post("/as/SENDPO/say", {"text": "  "}, follow=False).status_code == 303
    assert stage.heard == before


def test_over_long_words_are_for_the_bot_to_answer(visitor: Visitor, stage: MemoryStage) -> None:
    visitor.post("/as/SENDPO/say", {"text": "x" * 60_000})
    assert len(stage.heard[-1][1]) == 60_000


def test_a_form_no_person_writes_is_not_read(visitor: Visitor, stage: MemoryStage) -> None:
    before = list(stage.heard)
    assert visitor.post("/as/SENDPO/say", {"text": "x" * 2_000_000}).status_code == 413
    assert stage.heard == before


def test_peoples_words_are_never_markup(visitor: Visitor) -> None:
    nasty = """<script>alert('1')</script> <img src=x onerror="alert(1)"> javascript:alert(1)"""
    html = visitor.post("/as/SENDPO/say", {"text": nasty}).text
    page = Page(html)
    assert nasty in page.find(class_="line mine").words
    assert [tag.get("src") for tag in page.all("script")] == ["/static/chat.js"]
    assert not [tag for tag in page.tags if "onerror" in tag.attributes or "javascript:" in (tag.get("href") or "")]


NASTY = "<script>x</script>"


@pytest.mark.parametrize(
    "body",
    [
        Message(NASTY),
        Message("", (Heading(NASTY), Text(NASTY), Buttons((Button(NASTY, NASTY + '"'),)))),
        Message("", (Facts(((NASTY, NASTY),)), Bullets((NASTY,)), Table((NASTY, NASTY), ((NASTY, NASTY),)))),
        Message("", (Picture(NASTY, NASTY + '"'),)),
        Form(NASTY, NASTY, (Field(NASTY, NASTY, hint=NASTY, value=NASTY),), NASTY, NASTY),
        Form(NASTY, NASTY, (Field("a", NASTY, "choice", options=(Option(NASTY, NASTY),)),), NASTY),
    ],
)
def test_nothing_the_bot_says_is_markup(body: Reply, visitor: Visitor, stage: MemoryStage) -> None:
    stage.tell("COO", body)
    assert [tag.get("src") for tag in see(visitor, "/as/COO").all("script")] == ["/static/chat.js"]


def test_a_draft_waits_in_the_box(visitor: Visitor) -> None:
    page = see(visitor, "/as/SENDPO?draft=rag+P2.3c+%3Cb%3Eat-risk")
    assert page.find(id="text").words == "rag P2.3c <b>at-risk"


def test_what_is_new_is_marked_until_it_was_seen(visitor: Visitor) -> None:
    assert "1 new" in see(visitor, "/").find(class_="card").words
    assert "1 new" in see(visitor, "/as/BIA").find(class_="switcher").words
    first = see(visitor, "/as/SENDPO")
    assert first.find(class_="new").words == "New"
    assert "new" not in first.find(class_="switcher").words
    assert not [tag for tag in see(visitor, "/as/SENDPO").tags if tag.get("class") == "new"]


def test_what_was_refused_looks_so(visitor: Visitor) -> None:
    page = Page(visitor.post("/as/SENDPO/say", {"text": "no"}).text)
    assert page.find(class_="bubble refused").words == "I did not understand that. Say help."


# Blocks


def test_the_stage_shows_every_kind_of_block() -> None:
    assert {type(block) for block in EVERY_BLOCK.blocks} == set(get_args(Block))
    assert {field.kind for field in EVERY_FIELD.fields} == {"line", "text", "choice", "date"}


def test_every_block_is_drawn(visitor: Visitor) -> None:
    page = see(visitor, "/as/SENDPO")
    bubble = [tag for tag in page.tags if any(parent.get("class") == "bubble" for parent in tag.parents)]

    def drawn(name: str) -> list[str]:
        return [tag.words for tag in bubble if tag.name == name]

    assert drawn("h3") == ["Two actions need a word from you"]
    assert "P2.3c Publish the waiting times each month\nWritten as Sep-22" in visitor.get("/as/SENDPO").text
    assert drawn("dt") == ["Rating", "Evidence", "Holding group"]
    assert drawn("dd") == ["At risk", "https://example.org/notes?a=1&b=2.", "Board"]
    assert drawn("li") == ["Vulnerable: P1.1a, moved twice", "Not yet rated: 12 actions"]
    assert [(tag.words, tag.get("scope")) for tag in bubble if tag.name == "th"] == [
        *((column, "col") for column in ("Action", "Due", "Rating")),
        *((ref, "row") for ref in ("P2.3c", "P2.4a")),
    ]
    assert drawn("td") == ["Sep-22", "At risk", "Oct-22", "On track"]
    assert [tag.words for tag in bubble if tag.get("class") == "text quiet"] == [
        "To answer in words, type for example: progress P2.3c and a sentence."
    ]
    image = next(tag for tag in bubble if tag.name == "img")
    kind, _, data = (image.get("src") or "").partition(",")
    assert (kind, image.get("alt")) == ("data:image/svg+xml;base64", PICTURE.words)
    assert base64.b64decode(data).decode() == PICTURE.svg


def test_a_button_says_its_command(visitor: Visitor, stage: MemoryStage) -> None:
    page = see(visitor, "/as/SENDPO")
    button = page.find(value="nochange P2.3c")
    form = button.parents[-1]
    assert (button.words, button.get("name"), form.get("method")) == ("No change", "text", "post")
    visitor.post(form.get("action") or "", {"text": "nochange P2.3c"})
    assert stage.heard[-1] == ("SENDPO", "nochange P2.3c", {})


def test_a_message_without_blocks_is_its_text(visitor: Visitor, stage: MemoryStage) -> None:
    stage.tell("COO", Message("One line\nand another"))
    assert "One line\nand another" in visitor.get("/as/COO").text


def test_a_web_address_is_a_link_and_a_rating_has_its_shape() -> None:
    assert words("see https://a.example/x?y=1&z='2'.") == (
        'see <a href="https://a.example/x?y=1&amp;z=&#39;2" rel="noopener noreferrer">'
        "https://a.example/x?y=1&amp;z=&#39;2</a>&#39;."
    )
    assert words("🔴 At <risk>") == (
        '<svg class="mark look-at-risk" aria-hidden="true"><use href="#look-at-risk"/></svg> At &lt;risk&gt;'
    )
    assert said(Message("Saved: 🔴 At risk.")) == "Saved: At risk."


# Questions


def test_every_kind_of_question_is_asked(visitor: Visitor) -> None:
    page = see(visitor, "/as/BIA")
    asked = {tag.attributes.get("name"): tag for tag in page.all("input", "textarea", "select")}
    assert page.find(value="mitigate P2.3c").get("type") == "hidden"
    assert asked["field.what"].words == "Two more clinics"
    assert (asked["field.who"].get("type"), asked["field.who"].get("value")) == ("text", "HoS SEND")
    assert (asked["field.when"].get("type"), asked["field.when"].get("value")) == ("date", "2022-10-01")
    assert [tag.get("value") for tag in page.tags if tag.get("type") == "radio"] == [one.value for one in Rag]
    assert page.find(value="g3").attributes.keys() == {"value", "selected"}
    hint = asked["field.what"].get("aria-describedby")
    assert page.find(id=hint or "").words == "One or two sentences"


def test_what_is_required_says_so_in_words(visitor: Visitor) -> None:
    page = see(visitor, "/as/BIA")
    labels = [tag.words for tag in page.all("label", "legend") if tag.within("fieldset") or tag.get("for") != "text"]
    assert "Who by? (required)" in labels
    assert "Rating (required)" in labels
    assert "Group" in labels


def test_answers_arrive_by_field_name(visitor: Visitor, stage: MemoryStage) -> None:
    answers = {"text": "mitigate P2.3c", "field.what": "Two\r\nlines", "field.who": "", "stray": "1"}
    visitor.post("/as/BIA/say", answers)
    assert stage.heard[-1] == ("BIA", "mitigate P2.3c", {"what": "Two\nlines", "who": ""})


def test_a_question_folds_once_something_was_said_after_it(visitor: Visitor) -> None:
    assert "open" in see(visitor, "/as/BIA").find(class_="form").attributes
    page = Page(visitor.post("/as/BIA/say", {"text": "status"}).text)
    assert "open" not in page.find(class_="form").attributes


# The clock, the plan, the cast


def test_a_move_says_what_happened_and_comes_back_to_the_same_persona(visitor: Visitor) -> None:
    answer = visitor.post("/move", {"move": "morning", "as": "BIA"}, follow=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/as/BIA?news=1#latest")
    page = see(visitor, "/as/BIA?news=1")
    assert page.find(role="status").words == "It is later now: 1 message went out, to SENDPO."
    assert "Tuesday 6 September 2022, 08:55" in page.find(id="clock").words
    assert page.find(value="meeting").words == "Next meeting: SEND Oversight Board, 4 October 2022"
    assert see(visitor, "/as/BIA").find(role="status").words == ""


def test_a_move_from_the_first_page_comes_back_to_it(visitor: Visitor) -> None:
    page = Page(visitor.post("/move", {"move": "hour"}).text)
    assert page.find(role="status").words.startswith("It is later now")
    assert page.all("h1")[0].words == "Choose who you are"


def test_a_move_no_longer_offered_moves_nothing(visitor: Visitor, stage: MemoryStage) -> None:
    before = stage.clock
    page = Page(visitor.post("/move", {"move": "yesterday", "as": "BIA"}).text)
    assert "choose another" in page.find(role="status").words
    assert stage.clock == before


def test_starting_over_asks_first(visitor: Visitor, stage: MemoryStage) -> None:
    visitor.post("/move", {"move": "hour"})
    page = see(visitor, "/start-over?as=BIA")
    assert page.find(class_="button").get("href") == "/as/BIA"
    assert stage.lines("SENDPO")
    page = Page(visitor.post("/start-over", {}).text)
    assert page.find(role="status").words == "Started over: it is Monday 5 September 2022, 08:55 again."
    assert not stage.lines("SENDPO")


def test_the_plan_shows_words_counts_and_colours(visitor: Visitor) -> None:
    page = see(visitor, "/as/SENDPO")
    heads = [tag for tag in page.all("h3") if tag.within("aside")]
    assert [head.words for head in heads] == [
        "At risk 1",
        "Vulnerable 0",
        "On track 2",
        "Deferred 0",
        "Not yet rated 1",
        "Complete 0",
    ]
    assert heads[0].get("class") == "chip look-at-risk"
    late = next(tag for tag in page.all("li") if tag.within("aside"))
    assert late.words == "P2.3c Publish <the> waiting times each month BIA, SENDPO Jul-22 – overdue"


def test_every_rating_has_a_colour_and_a_shape(visitor: Visitor) -> None:
    sheet = visitor.get("/static/looks.css").text
    page = see(visitor, "/as/SENDPO")
    for look in (*LOOKS.values(), COMPLETE):
        assert f".{look_class(look)} {{ --look: {look.colour}; }}" in sheet
        assert page.find(id=look_class(look)).name == "symbol"


def test_the_first_page_groups_everybody_and_names_the_first_steps(visitor: Visitor) -> None:
    page = see(visitor, "/")
    assert [tag.words for tag in page.all("h2")] == [
        "Three first steps",
        "Owners",
        "Chairs",
        "Accountable leads",
        "Programme office",
    ]
    steps = [tag for tag in page.all("li") if tag.within("ol")]
    assert len(steps) == 3
    assert page.find(href="/as/BIA?draft=rag%20P2.3c%20at-risk#latest").words == "Be BIA"
    assert page.find(href="/as/EDCS#latest").words == "be the chair"


def test_a_key_may_hold_spaces_and_slashes(visitor: Visitor, stage: MemoryStage) -> None:
    link = next(tag for tag in see(visitor, "/").all("a") if "SM EH/A" in tag.words)
    assert link.get("href") == "/as/SM%20EH%2FA#latest"
    action = see(visitor, link.get("href") or "").find(id="composer").get("action")
    visitor.post(action or "", {"text": "status"})
    assert stage.heard[-1][0] == "SM EH/A"


@pytest.mark.parametrize("ask", ["get", "post"])
def test_an_unknown_persona_is_told_plainly(ask: str, visitor: Visitor) -> None:
    answer = visitor.get("/as/Nobody") if ask == "get" else visitor.post("/as/Nobody/say", {"text": "status"})
    assert answer.status_code == 404
    page = Page(answer.text)
    assert "The demo has no such person." in page.all("main")[0].words
    assert page.find(href="/").words == "Choose who you are"


# For everybody


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_a_page_is_whole_for_who_cannot_see_it(path: str, visitor: Visitor) -> None:
    page = see(visitor, path)
    assert page.all("html")[0].get("lang") == "en-GB"
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    ids = [tag.attributes["id"] for tag in page.tags if "id" in tag.attributes]
    assert len(ids) == len(set(ids))
    assert page.find(class_="skip").get(
        "href",
    ) in {f"#{each}" for each in ids}
    for tag in page.tags:
        for name in ("for", "aria-describedby", "aria-labelledby"):
            assert set((tag.get(name) or "").split()) <= set(ids)
    labelled = {tag.get("for") for tag in page.all("label")}
    for control in page.all("input", "textarea", "select"):
        assert control.get("type") == "hidden" or control.get("id") in labelled or control.within("label")
    assert all("alt" in tag.attributes for tag in page.all("img"))
    assert all(tag.words for tag in page.all("button", "a", "summary", "label", "th"))
    levels = [int(tag.name[1]) for tag in page.all("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_nothing_inline_and_nothing_from_elsewhere(path: str, visitor: Visitor) -> None:
    page = see(visitor, path)
    assert not page.all("style")
    assert all(tag.get("src") and not tag.words for tag in page.all("script"))
    assert not [name for tag in page.tags for name in tag.attributes if name == "style" or name.startswith("on")]
    for tag in page.all("script", "link", "img", "form"):
        address = tag.get("src") or tag.get("href") or tag.get("action") or ""
        assert re.match(r"/(?!/)|data:image/svg", address), address


@pytest.mark.parametrize("name", ["halfterm.css", "talk.css", "looks.css", "chat.js", "icon.svg"])
def test_the_files_a_page_needs_are_served(name: str, visitor: Visitor) -> None:
    assert visitor.get(f"/static/{name}").status_code == 200
