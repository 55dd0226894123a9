"""A Message as plain values and back: for the outbox and the demo's page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

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

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Heading, Text, Facts, Bullets, Table, Buttons, Picture)
}


def message_to_dict(message: Message) -> dict[str, Any]:
    return {
        "text": message.text,
        "done": message.done,
        "field": message.field,
        "blocks": [{"kind": type(block).__name__, **asdict(block)} for block in message.blocks],
    }


def message_from_dict(data: dict[str, Any]) -> Message:
    return Message(data["text"], tuple(_block(block) for block in data["blocks"]), data["done"], data.get("field", ""))


def reply_to_dict(reply: Reply) -> dict[str, Any]:
    """As `message_to_dict`, for a Form too."""
    return {"form": asdict(reply)} if isinstance(reply, Form) else message_to_dict(reply)


def reply_from_dict(data: dict[str, Any]) -> Reply:
    if "form" not in data:
        return message_from_dict(data)
    form = data["form"]
    fields = tuple(
        Field(**{**each, "options": tuple(Option(**one) for one in each["options"])}) for each in form["fields"]
    )
    return Form(**{**form, "fields": fields})


def _block(data: dict[str, Any]) -> Block:
    values = {name: value for name, value in data.items() if name != "kind"}
    kind = data["kind"]
    if kind == "Buttons":
        return Buttons(tuple(Button(**each) for each in values["buttons"]))
    block: Block = _KINDS[kind](**{name: _tuples(value) for name, value in values.items()})
    return block


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list | tuple) else value
