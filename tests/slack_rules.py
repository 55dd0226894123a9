"""What Slack refuses in a message, a view or an answer. slack_sdk's own models judge too; the rest they let through."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import JsonObject
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.slack_elements import element_faults, is_plain, unless

Json = dict[str, Any]

MOST_MESSAGE_BLOCKS, MOST_VIEW_BLOCKS = 50, 100
VIEW_FIELDS = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
MODAL_FIELDS = VIEW_FIELDS | {"title", "close", "submit", "clear_on_close", "notify_on_close"}
EVERYBODY = re.compile(r"<!(?:channel|here|everyone|subteam)\b")

logging.getLogger("slack_sdk.models").setLevel(logging.CRITICAL)  # it warns of what find_fault returns


def find_fault(message: Json) -> tuple[str, str] | None:
    """Slack's error code and what is wrong, or None where Slack would take the message."""
    text, blocks = message.get("text") or "", message.get("blocks") or []
    try:
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    except ValueError:
        return "invalid_blocks_format", "blocks are no JSON"
    if not text.strip():
        return "no_text", "text must stand alone, beside blocks too"
    if len(text) > 40_000:
        return "msg_too_long", f"text of {len(text)}"
    if fault := _metadata_fault(message.get("metadata")):
        return "invalid_metadata_format", fault
    if fault := next(block_faults(blocks, MOST_MESSAGE_BLOCKS), None):
        return "invalid_blocks", fault
    if len(json.dumps(blocks, ensure_ascii=False).encode()) > 13_200:
        return "msg_blocks_too_long", "blocks over 13,200 bytes"
    return None


def find_view_fault(view: Any, kind: str) -> str | None:
    """What is wrong with a view to be opened or published as a `modal` or a `home`, or None."""
    return next(view_faults(view, kind), None)


def view_faults(view: Any, kind: str) -> Iterator[str]:
    """All that is wrong with it."""
    if not isinstance(view, dict) or view.get("type") != kind:
        yield f"a view of type {kind} is asked for"
        return
    yield from (f"a view has no {name}" for name in view.keys() - (MODAL_FIELDS if kind == "modal" else VIEW_FIELDS))
    blocks: Any = view.get("blocks")
    faults = list(block_faults(blocks, MOST_VIEW_BLOCKS))
    yield from faults
    yield from unless(isinstance(blocks, list) and bool(blocks), "at least one block")
    if faults:
        return
    for name in ("title", "close", "submit"):
        words = view.get(name)
        yield from unless(name in view or name != "title" or kind == "home", "a modal has a title")
        if words is not None:
            yield from unless(is_plain(words, 24) and bool(words["text"].strip()), f"a {name} of 24")
    yield from unless(len(view.get("private_metadata", "")) <= 3000, "private_metadata of 3,000")
    for name in ("callback_id", "external_id"):
        yield from unless(len(view.get(name, "")) <= 255, f"{name} of 255")
    if kind == "modal" and any(block["type"] == "input" for block in blocks):
        yield from unless("submit" in view, "submit, where there are inputs")
    yield from unless([node.get("focus_on_load") for node in nodes(blocks)].count(True) <= 1, "one focus_on_load")
    yield from model_faults(View(**view))


def find_answer_fault(answer: Any, view: Json) -> str | None:
    """What is wrong with what a submission of `view` was answered with, or None."""
    if answer in ("", None, {}):
        return None
    match answer.get("response_action"):
        case "clear":
            return None if set(answer) == {"response_action"} else "clear stands alone"
        case "update" | "push":
            return find_view_fault(answer.get("view"), "modal")
        case "errors":
            inputs = {block.get("block_id") for block in view["blocks"] if block["type"] == "input"}
            errors = answer.get("errors")
            if not isinstance(errors, dict) or not errors:
                return "errors say which"
            if unknown := errors.keys() - inputs:
                return f"errors of what is no input: {sorted(unknown)}"
            return None if all(isinstance(e, str) and e.strip() for e in errors.values()) else "an error without words"
        case other:
            return f"response_action {other}"


def find_mass_mention(payload: Any) -> str | None:
    """Where a message or a view would call everybody together, or None. plain_text is shown as it is."""
    spoken = [payload[name] for name in ("text", "initial_comment") if isinstance(payload.get(name), str)]
    if payload.get("link_names") or payload.get("parse") == "full":
        return "link_names or parse turn plain words into mentions"
    for node in nodes(payload):
        if node.get("type") == "mrkdwn" or "fallback" in node:
            spoken += [str(node.get(name)) for name in ("text", "fallback")]
        if node.get("type") in ("broadcast", "usergroup"):
            return f"a {node['type']} in rich text"
    return next((words for words in spoken if EVERYBODY.search(words)), None)


def _metadata_fault(metadata: Any) -> str | None:
    if isinstance(metadata, str) and metadata:
        try:
            metadata = json.loads(metadata)
        except ValueError:
            return "metadata is no JSON"
    if not metadata:
        return None
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        return "metadata is event_type and event_payload"
    if not isinstance(metadata["event_type"], str) or not metadata["event_type"].isidentifier():
        return "event_type is a word"
    values = metadata["event_payload"].values() if isinstance(metadata["event_payload"], dict) else [None]
    return None if all(isinstance(value, (str, int, float, bool)) for value in values) else "payload is flat"


def block_faults(blocks: Any, most: int) -> Iterator[str]:
    """All that is wrong with the blocks of a message or a view."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        yield "blocks is a list of objects"
        return
    if len(blocks) > most:
        yield f"{len(blocks)} blocks"
    yield from sdk_block_faults(blocks)
    for name in ("action_id", "block_id"):
        ids = [node[name] for node in nodes(blocks) if name in node]
        if len(ids) != len(set(ids)):
            yield f"a repeated {name}"
        if any(not 1 <= len(one) <= 255 for one in ids):
            yield f"{name} of a wrong length"
    for node in nodes(blocks):
        yield from element_faults(node)


def sdk_block_faults(blocks: list[Json]) -> Iterator[str]:
    """What slack_sdk says of blocks."""
    try:
        parsed = Block.parse_all(blocks)
    except (TypeError, AttributeError, KeyError) as error:  # it builds what it reads, and needs what must be there
        yield f"a block that lacks something or holds what it must not: {error}"
        return
    if None in parsed:
        yield "an unknown type of block"
    for model in parsed:
        yield from model_faults(model)


def model_faults(model: Any) -> Iterator[str]:
    """What `validate_json` says of the object and of every object within it."""
    if isinstance(model, (list, tuple)):
        for one in model:
            yield from model_faults(one)
    elif isinstance(model, JsonObject):
        try:
            model.validate_json()
        except SlackObjectFormationError as fault:
            yield str(fault)
        for value in vars(model).values():
            yield from model_faults(value)


def nodes(value: Any) -> Iterator[Json]:
    """Every object in `value`, itself among them."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from nodes(one)
