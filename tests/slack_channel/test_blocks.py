"""What a Message looks like in Slack, and that Slack would take it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.slack.blocks import SlackPost, form_as_message, render, render_all
from programme.messages import (
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
    Table,
    Text,
)
from tests.slack_rules import find_fault

# Short words, words with every character Slack minds, and words far over its limits.
WORDS = st.one_of(
    st.text(max_size=40),
    st.text("a&<>*`\n \0\ud800é😀|/:", max_size=60),
    st.sampled_from(["<!channel>", "see https://x.org/a?b=1&c=2, and <b>", "```", " \n\t "]),
    st.builds(
        lambda text, times: text * times,
        st.sampled_from(["&", "word ", "a\n", "😀", '"\\', "https://a.b/c "]),
        st.integers(1, 9000),
    ),
)
BLOCKS = st.one_of(
    st.builds(Heading, WORDS),
    st.builds(Text, WORDS, st.booleans()),
    st.builds(Facts, st.lists(st.tuples(WORDS, WORDS), max_size=25).map(tuple)),
    st.builds(Bullets, st.lists(WORDS, max_size=8).map(tuple)),
    st.builds(
        Table,
        st.lists(WORDS, max_size=4).map(tuple),
        st.lists(st.lists(WORDS, max_size=5).map(tuple), max_size=6).map(tuple),
    ),
    st.builds(
        Buttons,
        st.lists(st.builds(Button, WORDS, WORDS, st.sampled_from(["plain", "primary", "danger"])), max_size=60).map(
            tuple
        ),
    ),
    st.builds(Picture, st.just("<svg/>"), WORDS),
)
MESSAGES = st.builds(Message, WORDS, st.lists(BLOCKS, max_size=12).map(tuple))


def fault(post: SlackPost) -> tuple[str, str] | None:
    return find_fault({"text": post.text, "blocks": post.blocks})


def only(message: Message) -> list[dict[str, Any]]:
    (post,) = render_all(message)
    assert fault(post) is None
    return post.blocks


def texts(value: Any) -> str:
    """Every word that is seen, in order."""
    if isinstance(value, dict):
        return "\n".join(
            filter(None, (value["text"] if isinstance(value.get("text"), str) else texts([*value.values()]),))
        )
    return "\n".join(filter(None, map(texts, value))) if isinstance(value, list) else ""


@settings(deadline=None, max_examples=60)
@given(MESSAGES)
@example(Message("", ()))
@example(Message("many", tuple(Heading(f"{n}") for n in range(120))))
@example(Message("buttons", (Buttons(tuple(Button("x" * 99, "y" * 2000) for _ in range(60))),)))
def test_slack_takes_any_message(message: Message) -> None:
    for post in [*render_all(message), render(message)]:
        assert fault(post) is None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text("ab😀&<", min_size=1, max_size=4000), max_size=30))
def test_nothing_is_left_out_of_a_long_message(paragraphs: list[str]) -> None:
    posts = render_all(Message("x", tuple(map(Text, paragraphs))))
    seen = "".join(texts(post.blocks) for post in posts).replace("\n", "")
    assert seen == "".join(paragraphs) or not paragraphs


def test_a_message_without_blocks_is_seen_as_its_text() -> None:
    assert only(Message("Saved.")) == [
        {"type": "section", "text": {"type": "plain_text", "text": "Saved.", "emoji": False}},
    ]


def test_nobody_can_call_the_whole_channel_through_us() -> None:
    (post,) = render_all(
        Message("<!channel> & all", (Facts((("<!here>", "<!channel>"),)), Text("https://x.org <!channel>")))
    )
    assert post.text == "&lt;!channel&gt; &amp; all"
    assert "<!" not in json.dumps(post.blocks)


def test_peoples_words_are_plain_and_not_read_as_markup() -> None:
    (section,) = only(Message("x", (Text("*not bold* :tada: <b> & @here"),)))
    assert section["text"] == {"type": "plain_text", "text": "*not bold* :tada: <b> & @here", "emoji": False}


def test_a_link_can_be_followed() -> None:
    (section,) = only(Message("x", (Text("Evidence (https://x.org/a?b=1&c=2)."),)))
    assert section["text"] == {
        "type": "mrkdwn",
        "text": "Evidence (<https://x.org/a?b=1&amp;c=2>).",
        "verbatim": True,
    }


def test_a_long_text_is_cut_at_line_ends() -> None:
    lines = [f"line {n} " + "x" * 90 for n in range(100)]
    sections = only(Message("x", (Text("\n".join(lines)),)))
    assert len(sections) == 4
    assert "\n".join(section["text"]["text"] for section in sections).splitlines() == lines


def test_short_facts_stand_in_two_columns_and_long_ones_on_lines() -> None:
    (section,) = only(Message("x", (Facts((("RAG", "at risk"), ("Owner", ""))),)))
    assert [field["text"] for field in section["fields"]] == ["*RAG*\nat risk", "*Owner*\n–"]
    (section,) = only(Message("x", (Facts((("RAG", "at risk"), ("Why", "because " * 40))),)))
    assert section["text"]["text"].startswith("*RAG:* at risk\n*Why:* because because")


def test_a_narrow_table_lines_up() -> None:
    (section,) = only(Message("x", (Table(("Ref", "RAG"), (("P2.3c", "at risk"), ("E1", "`on` & on"))),)))
    assert section["text"]["text"] == ("```\nRef    RAG\n─────  ─────────\nP2.3c  at risk\nE1     'on' &amp; on\n```")


def test_a_long_table_repeats_its_header() -> None:
    sections = only(Message("x", (Table(("Ref", "What"), tuple((f"P1.{n}", "y" * 50) for n in range(120))),)))
    assert len(sections) == 3
    assert all(section["text"]["text"].startswith("```\nRef") for section in sections)


def test_a_wide_table_becomes_a_line_a_row() -> None:
    (section,) = only(Message("x", (Table(("Ref", "Action", "RAG"), (("P2.3c", "publish " * 12, "at risk"),)),)))
    assert section["text"]["text"] == f"• P2.3c — Action: {('publish ' * 12).strip()}; RAG: at risk"


def test_buttons_carry_their_commands_and_have_ids_of_their_own() -> None:
    rows = only(
        Message("x", (Buttons((Button("On track", "rag P1 on-track", "primary"),)), Buttons((Button("Undo", "undo"),))))
    )
    assert [row["elements"][0]["action_id"] for row in rows] == ["say:0", "say:1"]
    assert rows[0]["elements"][0] == {
        "type": "button",
        "text": {"type": "plain_text", "text": "On track", "emoji": False},
        "value": "rag P1 on-track",
        "action_id": "say:0",
        "style": "primary",
    }


def test_a_command_too_long_for_a_button_is_shown_to_type() -> None:
    (section,) = only(Message("x", (Buttons((Button("Save", "progress P1 " + "y" * 2000),)),)))
    assert section["text"]["text"].startswith("Save: type progress P1 yyy")


def test_a_message_of_many_blocks_is_several_posts_and_none_is_lost() -> None:
    posts = render_all(Message("The digest of the board", tuple(Heading(f"h{n}") for n in range(120))))
    assert [len(post.blocks) for post in posts] == [50, 50, 20]
    assert posts[0].text == "The digest of the board"
    assert posts[1].text.startswith("The digest of the board (part 2 of 3)\nh50\nh51\n")
    assert posts[2].text == "\n".join(["The digest of the board (part 3 of 3)", *(f"h{n}" for n in range(100, 120))])


def test_each_part_of_a_message_too_long_to_be_heard_at_once_says_what_it_shows() -> None:
    asks = [(Text(f"P1.{n} · due " + "x" * 300), Buttons((Button("Done", f"done P1.{n}"),))) for n in range(40)]
    text = "\n".join(["40 actions", *(f"- P1.{n} " + "x" * 300 for n in range(40))])
    posts = render_all(Message(text, tuple(block for each in asks for block in each)))
    assert len(posts) > 1
    for number, post in enumerate(posts, 1):
        assert post.text.startswith(f"40 actions (part {number} of {len(posts)})\nP1.")
        first = post.blocks[0]["text"]["text"].split()[0]
        assert first in post.text


def test_an_answer_that_does_not_fit_says_so() -> None:
    post = render(Message("All actions", tuple(Heading(f"h{n}") for n in range(120))))
    assert len(post.blocks) == 50
    assert "direct message" in post.blocks[-1]["elements"][0]["text"]


def test_a_picture_is_its_words_and_small_print_is_small() -> None:
    blocks = only(Message("x", (Picture("<svg/>", "Three bars"), Text("small print", quiet=True))))
    assert [(block["type"], block["elements"][0]["text"]) for block in blocks] == [
        ("context", "Three bars"),
        ("context", "small print"),
    ]


def test_a_form_says_what_to_type_and_what_is_asked() -> None:
    form = Form(
        "Rate P2.3c",
        "rag P2.3c",
        (
            Field("rag", "Rating", "choice", options=(Option("at risk", "at-risk"), Option("on track", "on-track"))),
            Field("why", "Reason", hint="a sentence", required=False),
        ),
        "Type: rag P2.3c at-risk because …",
    )
    assert texts(only(form_as_message(form))) == (
        "Rate P2.3c\nType: rag P2.3c at-risk because …\n"
        "Asked for: Rating (at risk / on track); Reason (a sentence, if you like)."
    )
