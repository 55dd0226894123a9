"""What Slack refuses in one object of Block Kit: https://docs.slack.dev/reference/block-kit"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

Json = dict[str, Any]

INPUTS = {
    "plain_text_input",
    "static_select",
    "multi_static_select",
    "users_select",
    "multi_users_select",
    "conversations_select",
    "multi_conversations_select",
    "channels_select",
    "multi_channels_select",
    "external_select",
    "multi_external_select",
    "datepicker",
    "timepicker",
    "datetimepicker",
    "checkboxes",
    "radio_buttons",
    "number_input",
    "email_text_input",
    "url_text_input",
    "rich_text_input",
    "file_input",
}
MOST_OPTIONS = {
    "static_select": 100,
    "multi_static_select": 100,
    "checkboxes": 10,
    "radio_buttons": 10,
    "overflow": 5,
}


def unless(holds: bool, fault: str) -> Iterator[str]:
    if not holds:
        yield f"not {fault}"


def element_faults(node: Json) -> Iterator[str]:
    """All that is wrong with one object: a block, an element, a text, an option."""
    match node.get("type"):
        case "plain_text" | "mrkdwn" as kind:
            yield from unless(bool(node["text"].strip()) and len(node["text"]) <= 3000, "a text object of 1 to 3,000")
            yield from unless(kind == "plain_text" or "emoji" not in node, "emoji only in plain_text")
            yield from unless(kind == "mrkdwn" or "verbatim" not in node, "verbatim only in mrkdwn")
        case "header":
            yield from unless(is_plain(node["text"], 150), "a header of 150")
        case "section":
            fields = node.get("fields", [])
            yield from unless("text" in node or fields, "a section has text or fields")
            yield from unless(len(fields) <= 10, "at most 10 fields")
            yield from unless(all(len(field["text"]) <= 2000 for field in fields), "a field of 2,000")
        case "actions":
            yield from unless(1 <= len(node.get("elements", [])) <= 25, "1 to 25 elements")
        case "context":
            yield from unless(1 <= len(node.get("elements", [])) <= 10, "1 to 10 elements")
        case "image":
            yield from unless(1 <= len(node.get("alt_text", "")) <= 2000, "a picture's words of 1 to 2,000")
            yield from unless(("image_url" in node) != ("slack_file" in node), "a picture's one address")
            yield from unless(len(node.get("image_url", "")) <= 3000, "an address of 3,000")
        case "button":
            yield from unless(is_plain(node["text"], 75), "a label of 75")
            yield from unless(len(node.get("value", "")) <= 2000, "a value of 2,000")
            yield from unless(len(node.get("url", "")) <= 3000, "an address of 3,000")
            yield from unless(node.get("style") in (None, "primary", "danger"), "a style")
            yield from unless(len(node.get("accessibility_label", "x")) <= 75, "a label of 75")
        case "input":
            yield from unless(is_plain(node.get("label"), 2000), "a label of 2,000")
            yield from unless("hint" not in node or is_plain(node["hint"], 2000), "a hint of 2,000")
            yield from unless(node.get("element", {}).get("type") in INPUTS, "an element that takes input")
        case "plain_text_input":
            yield from _text_input_faults(node)
        case "datepicker":
            yield from unless(_is_date(node.get("initial_date", "2022-09-05")), "a date YYYY-MM-DD")
        case "timepicker":
            right = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", node.get("initial_time", "09:00"))
            yield from unless(right is not None, "a time HH:mm")
    if "placeholder" in node:
        yield from unless(is_plain(node["placeholder"], 150), "a placeholder of 150")
    if "confirm" in node and isinstance(node["confirm"], dict):
        yield from _confirm_faults(node["confirm"])
    yield from _option_faults(node)


def _text_input_faults(node: Json) -> Iterator[str]:
    least, most, words = node.get("min_length", 0), node.get("max_length", 3000), node.get("initial_value", "")
    yield from unless(0 <= least <= 3000 and 1 <= most <= 3000 and least <= most, "lengths within 3,000")
    yield from unless(len(words) <= most, "an initial value no longer than may be typed")


def _option_faults(node: Json) -> Iterator[str]:
    """Options: how many, how long, and that what is chosen at first is among them."""
    if node.get("type") not in MOST_OPTIONS:
        return
    kind, groups = node["type"], node.get("option_groups", [])
    yield from unless(("options" in node) != ("option_groups" in node), "options or groups of them")
    yield from unless(len(groups) <= 100, "100 groups of options")
    yield from unless(all(is_plain(group.get("label"), 75) for group in groups), "a group's label of 75")
    shares = [group.get("options", []) for group in groups] or [node.get("options", [])]
    yield from unless(all(1 <= len(share) <= MOST_OPTIONS[kind] for share in shares), "too few or too many options")
    options = [option for share in shares for option in share]
    first = [*node.get("initial_options", []), *([node["initial_option"]] if "initial_option" in node else [])]
    yield from unless("initial_options" not in node or bool(node["initial_options"]), "empty initial_options")
    yield from unless(all(option in options for option in first), "what is chosen at first, among the options")
    for option in [*options, *first]:
        text = option.get("text") or {}
        yield from unless(isinstance(option.get("value"), str) and bool(option["value"]), "an option has a value")
        yield from unless(len(str(option.get("value"))) <= 150, "an option's value of 150")
        yield from unless(1 <= len(text.get("text", "")) <= 75, "an option's text of 1 to 75")
        marked = kind in ("checkboxes", "radio_buttons")
        yield from unless(text.get("type") == "plain_text" or marked, "an option's plain text")
        yield from unless(len((option.get("description") or {}).get("text", "")) <= 75, "a description of 75")


def _confirm_faults(confirm: Json) -> Iterator[str]:
    yield from unless(is_plain(confirm.get("title"), 100), "a question's title of 100")
    yield from unless(1 <= len((confirm.get("text") or {}).get("text", "")) <= 300, "a question of 300")
    for name in ("confirm", "deny"):
        yield from unless(is_plain(confirm.get(name), 30), f"{name} of 30")


def is_plain(text: Any, most: int) -> bool:
    """Whether it is a plain_text object of 1 to `most` characters."""
    return isinstance(text, dict) and text.get("type") == "plain_text" and 1 <= len(text["text"]) <= most


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
