"""A Form drawn as Slack's modal, and what is filled in there read back; a Message drawn as the Home. Pure."""

from __future__ import annotations

import json
from typing import Any

from bot.slack.blocks import context, cut, draw, one_line, plain, printable, sections
from programme.messages import Field, Form, Message, Option

Json = dict[str, Any]

# https://docs.slack.dev/reference/views and /reference/block-kit/block-elements
MOST_VIEW_BLOCKS = 100
MOST_TITLE = 24
MOST_OPTIONS = 100
MOST_OPTION_LABEL, MOST_OPTION_VALUE = 75, 150
MOST_INPUT_LABEL, MOST_HINT = 2_000, 2_000
MOST_INPUT = 3_000
MOST_ERROR = 250  # undocumented; a longer one is hard to read below a field

FORM, HOME, TOLD = "form", "home", "told"  # callback ids
_MORE = "There is more than Slack shows here. Say the same in our conversation to see all of it."
_FIELD = "field:"


def modal_view(form: Form, conversation: str, thread: str) -> Json:
    """The modal whose submission says `form.command` with its answers; the reply goes to that thread."""
    title = one_line(form.title) or "halfterm"
    fits = len(title) <= MOST_TITLE
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": _label(title if fits else title.partition(":")[0], MOST_TITLE),
        "submit": _label(form.submit, MOST_TITLE, "Save"),
        "close": plain("Cancel"),
        "private_metadata": json.dumps({"say": form.command, "conversation": conversation, "thread": thread}),
        "blocks": [*([] if fits else sections(title)), *(_input(field) for field in form.fields)],
    }


def told_view(message: Message) -> Json:
    """A modal that shows `message`; what is tapped in it is answered in it."""
    blocks = list(draw(message)) or list(sections(message.text)) or list(sections("(no words)"))
    title = "halfterm"
    if blocks[0]["type"] == "header" and len(blocks) > 1 and len(blocks[0]["text"]["text"]) <= MOST_TITLE:
        title = blocks.pop(0)["text"]["text"]
    if len(blocks) > MOST_VIEW_BLOCKS:
        blocks = [*blocks[: MOST_VIEW_BLOCKS - 1], *context(_MORE)]
    return {
        "type": "modal",
        "callback_id": TOLD,
        "title": _label(title, MOST_TITLE),
        "close": plain("Close"),
        "blocks": blocks,
    }


def home_view(message: Message) -> Json:
    """The App Home that says `message`, within Slack's 100 blocks."""
    blocks = list(draw(message)) or list(sections(message.text)) or list(sections("Nothing here yet."))
    if len(blocks) > MOST_VIEW_BLOCKS:
        blocks = [*blocks[: MOST_VIEW_BLOCKS - 1], *context(_MORE)]
    return {"type": "home", "callback_id": HOME, "blocks": blocks}


def read_answers(view: Json) -> dict[str, str]:
    """What was filled in, by field name; "" where nothing was."""
    answers = {}
    for block_id, elements in ((view.get("state") or {}).get("values") or {}).items():
        if block_id.startswith(_FIELD):
            for state in elements.values():
                chosen = state.get("selected_option") or {}
                answers[block_id.removeprefix(_FIELD)] = (
                    chosen.get("value") or state.get("selected_date") or state.get("value") or ""
                )
    return answers


def read_metadata(view: Json) -> tuple[str, str, str]:
    """The command, the conversation and the thread that `modal_view` wrote; empty where it did not."""
    try:
        kept = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        kept = {}
    if not isinstance(kept, dict):
        kept = {}
    return str(kept.get("say", "")), str(kept.get("conversation", "")), str(kept.get("thread", ""))


def find_errors(view: Json, refusal: Message) -> dict[str, str]:
    """Where in the modal a refusal is shown: at the field it names, else at the first. {} where there is none."""
    blocks = [block["block_id"] for block in view.get("blocks") or () if block.get("type") == "input"]
    at = _FIELD + refusal.field
    return {at if at in blocks else blocks[0]: cut(one_line(refusal.text), MOST_ERROR)} if blocks else {}


def _input(field: Field) -> Json:
    block: Json = {
        "type": "input",
        "block_id": _FIELD + field.name,
        "label": _label(field.label, MOST_INPUT_LABEL, field.name),
        "optional": not field.required,
        "element": _element(field),
    }
    hint = one_line(field.hint)
    return block | ({"hint": plain(cut(hint, MOST_HINT))} if hint else {})


def _element(field: Field) -> Json:
    element: Json = {"action_id": _FIELD + field.name}
    if options := _options(field.options):
        chosen = next((option for option in options if option["value"] == field.value), None)
        element |= {"type": "static_select", "options": options}
        return element | ({"initial_option": chosen} if chosen else {})
    if field.kind == "date":
        return element | {"type": "datepicker"} | ({"initial_date": field.value} if field.value else {})
    element |= {"type": "plain_text_input", "multiline": field.kind == "text", "max_length": MOST_INPUT}
    value = cut(printable(field.value), MOST_INPUT)
    return element | ({"initial_value": value} if value else {})


def _options(options: tuple[Option, ...]) -> list[Json]:
    """Those that Slack can carry: an answer is given back as it is, so one that is too long is none."""
    able = [one for one in options if one.value.strip() and one.value.isprintable()]
    able = [one for one in able if len(one.value) <= MOST_OPTION_VALUE]
    return [
        {"text": _label(option.label, MOST_OPTION_LABEL, option.value), "value": option.value}
        for option in able[:MOST_OPTIONS]
    ]


def _label(text: str, most: int, otherwise: str = "halfterm") -> Json:
    return plain(cut(one_line(text) or otherwise, most))
