"""What Slack refuses in a message. slack_sdk's own models judge too; the rest is what they let through."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import JsonObject
from slack_sdk.models.blocks import Block

Json = dict[str, Any]

logging.getLogger("slack_sdk.models").setLevel(logging.CRITICAL)  # it warns of what find_fault returns


def find_fault(message: Json) -> tuple[str, str] | None:
    """Slack's error code and what is wrong, or None where Slack would take the message."""
    text, blocks = message.get("text") or "", message.get("blocks") or []
    if isinstance(blocks, str):
        blocks = json.loads(blocks)
    if not text.strip():
        return "no_text", "text must stand alone, beside blocks too"
    if len(text) > 40_000:
        return "msg_too_long", f"text of {len(text)}"
    if fault := _metadata_fault(message.get("metadata")):
        return "invalid_metadata_format", fault
    if fault := next(_block_faults(blocks), None):
        return "invalid_blocks", fault
    if len(json.dumps(blocks, ensure_ascii=False).encode()) > 13_200:
        return "msg_blocks_too_long", "blocks over 13,200 bytes"
    return None


def _metadata_fault(metadata: Any) -> str | None:
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        return "metadata is event_type and event_payload"
    if not isinstance(metadata["event_type"], str) or not metadata["event_type"].isidentifier():
        return "event_type is a word"
    values = metadata["event_payload"].values() if isinstance(metadata["event_payload"], dict) else [None]
    return None if all(isinstance(value, (str, int, float, bool)) for value in values) else "payload is flat"


def _block_faults(blocks: list[Json]) -> Iterator[str]:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        yield "blocks is a list of objects"
        return
    if len(blocks) > 50:
        yield f"{len(blocks)} blocks"
    parsed = Block.parse_all(blocks)
    if None in parsed:
        yield "an unknown type of block"
    for model in parsed:
        yield from _model_faults(model)
    for name in ("action_id", "block_id"):
        ids = [node[name] for node in _nodes(blocks) if name in node]
        if len(ids) != len(set(ids)):
            yield f"a repeated {name}"
        if any(not 1 <= len(one) <= 255 for one in ids):
            yield f"{name} of a wrong length"
    for node in _nodes(blocks):
        yield from _node_faults(node)


def _model_faults(model: Any) -> Iterator[str]:
    """What `validate_json` says of the object and of every object within it."""
    if isinstance(model, (list, tuple)):
        for one in model:
            yield from _model_faults(one)
    elif isinstance(model, JsonObject):
        try:
            model.validate_json()
        except SlackObjectFormationError as fault:
            yield str(fault)
        for value in vars(model).values():
            yield from _model_faults(value)


def _nodes(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _nodes(one)


def _node_faults(node: Json) -> Iterator[str]:
    """The lengths, by kind of block or element."""
    kind = node.get("type")
    if kind in ("plain_text", "mrkdwn"):
        yield from _unless(bool(node["text"].strip()) and len(node["text"]) <= 3000, "a text object of 1 to 3,000")
        yield from _unless(kind == "plain_text" or "emoji" not in node, "emoji only in plain_text")
        yield from _unless(kind == "mrkdwn" or "verbatim" not in node, "verbatim only in mrkdwn")
    elif kind == "header":
        yield from _unless(node["text"]["type"] == "plain_text" and len(node["text"]["text"]) <= 150, "a header of 150")
    elif kind == "section":
        fields = node.get("fields", [])
        yield from _unless("text" in node or fields, "a section has text or fields")
        yield from _unless(len(fields) <= 10, "at most 10 fields")
        yield from _unless(all(len(field["text"]) <= 2000 for field in fields), "a field of 2,000")
    elif kind == "actions":
        yield from _unless(1 <= len(node.get("elements", [])) <= 25, "1 to 25 elements")
    elif kind == "context":
        yield from _unless(1 <= len(node.get("elements", [])) <= 10, "1 to 10 elements")
    elif kind == "button":
        yield from _unless(node["text"]["type"] == "plain_text" and len(node["text"]["text"]) <= 75, "a label of 75")
        yield from _unless(len(node.get("value", "")) <= 2000, "a value of 2,000")
        yield from _unless(node.get("style") in (None, "primary", "danger"), "a style")
    for option in [*node.get("options", []), *([node["initial_option"]] if "initial_option" in node else [])]:
        yield from _unless(bool(option.get("value")), "an option has a value")


def _unless(holds: bool, fault: str) -> Iterator[str]:
    if not holds:
        yield f"not {fault}"
